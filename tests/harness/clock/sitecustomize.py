"""A clock that is wrong: `time.time` is off by as many seconds as a file says, read at each look.

Python imports this by itself in a process whose PYTHONPATH holds this folder.
"""

import os
import time
from pathlib import Path

_real = time.time
_path = os.environ.get("CLOCK_OFF_BY")


def _wrong() -> float:
    assert _path is not None
    return _real() + float(Path(_path).read_text() or 0)


if _path is not None:
    time.time = _wrong
