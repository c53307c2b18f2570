"""Private keys left out of texts: whole, however their lines are prefixed, escaped or cut off.

https://www.rfc-editor.org/rfc/rfc7468
"""

import re
from typing import Final

_NAME: Final = r"[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?"  # RSA, EC, OPENSSH, ENCRYPTED, PGP …
_BEGIN: Final = rf"(?:-----BEGIN {_NAME}-----|---- BEGIN {_NAME} ----)"
_END: Final = re.compile(rf"-----END {_NAME}-----|---- END {_NAME} ----", re.IGNORECASE)
_KEY: Final = re.compile(rf"{_BEGIN}.*?(?:{_END.pattern}|\Z)", re.IGNORECASE | re.DOTALL)
# A line of a key by itself: as long as programs wrap them, of both cases and of digits, as hardly any other word is.
_MIXED: Final = r"(?=[A-Za-z+/]*[0-9])(?=[A-Z0-9+/]*[a-z])(?=[a-z0-9+/]*[A-Z])"
_LINE: Final = re.compile(
    rf"(?<![\w+/=.-]){_MIXED}(?:[A-Za-z0-9+/]{{64}}|[A-Za-z0-9+/]{{70}}|[A-Za-z0-9+/]{{76}})(?![\w+/=.-])"
)
_ENCODED: Final = re.compile(r"LS0tLS1CRUdJTi[\w+/=-]*")  # a whole file that was put into one variable
_BASE64: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_WHOLE_LINE: Final = 40  # characters: a last word that is no shorter is of a key


def without_private_keys(text: str, instead: str) -> str:
    """The text with `instead` for each key: from its beginning to its end, and to the end of the text if there is none.

    Where the beginning was cut off, it goes back as far as there are lines of a key.
    """
    text = _without_rests(_KEY.sub(instead, text), instead)
    return _LINE.sub(instead, _ENCODED.sub(instead, text))


def _without_rests(text: str, instead: str) -> str:
    pieces: list[str] = []
    done = 0
    for end in _END.finditer(text):
        pieces += [_before_the_key(text[done : end.start()]), instead]
        done = end.end()
    return "".join([*pieces, text[done:]])


def _before_the_key(text: str) -> str:
    """The text without the words of base64 at the ends of its last lines, and what stands between them."""
    *lines, last = text.split("\n")
    without = last.rstrip(_BASE64 + "\\")
    if without != last:  # all on one line, with \n for its ends
        return "\n".join([*lines, without])
    kept, shortest = last, 1
    while lines and len(word := _last_word(lines[-1])) >= shortest:
        kept, shortest = lines.pop().rstrip().removesuffix(word), _WHOLE_LINE
    return "\n".join([*lines, kept])


def _last_word(line: str) -> str:
    """Its end, as far as that may be base64."""
    line = line.rstrip()
    return line[len(line.rstrip(_BASE64)) :]
