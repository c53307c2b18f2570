"""The script in the page about agents runs as it stands."""

import re
import subprocess
import sys
from datetime import UTC, datetime

from toolbelt.crew import HOME
from toolbelt.simulator.agents import Reply, Said
from toolbelt.simulator.app import create_app
from toolbelt.simulator.remote import Remote
from toolbelt.simulator.serving import served
from toolbelt.simulator.simulator import Simulator


def test_the_script_in_the_page_runs() -> None:
    [script] = re.findall(r"```python\n(.*?)```", (HOME / "docs/agents.md").read_text(), re.DOTALL)
    with served(create_app(Simulator(datetime.now(UTC)))) as address, Remote(address) as remote:
        remote.order_replies(Reply(says=[Said(text="It crashed."), Said(text="Look at its log.", tokens=60)]))
        service = {"INFERENCE_URL": address, "INFERENCE_KEY": "inf-key", "INFERENCE_MODEL_ID": "a-model"}
        ran = subprocess.run(
            [sys.executable, "-W", "error", "-c", script],
            env={**service, "PYTHONPATH": str(HOME)},
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
        )
        asked = remote.asked()

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == ["It crashed. 40", "Look at its log. 60"]
    assert asked[0]["messages"] == [{"role": "user", "content": "What does H10 mean?"}]
