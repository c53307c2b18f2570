"""The documents about the client say what it does."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from heroku import errors
from heroku.connecting import CALL_SECONDS
from heroku.endpoints import BESIDES, PUBLIC, TABLE
from heroku.polling import MOST_ANSWERS, MOST_BYTES
from heroku.reference import markdown
from tests.heroku.doubles import TOKEN, Handler, serving

HOME = Path(__file__).parents[2]
CLIENT = (HOME / "docs/client.md").read_text()

RELEASES = [
    {"id": "r-43", "version": 43, "status": "pending", "current": False, "description": "Deploy b7f3d6a8"},
    {"id": "r-42", "version": 42, "status": "succeeded", "current": True, "description": "Deploy 1c2e9f40"},
]


def test_the_page_about_the_endpoints_is_current() -> None:
    """If not: python -m toolbelt.documents"""
    assert (HOME / "docs/heroku-api.md").read_text() == markdown()


def test_every_endpoint_and_every_parameter_has_its_line() -> None:
    page = markdown()
    rows = re.findall(r"^\| `(\w+)`( °)? \| `(\w+) ", page, re.MULTILINE)
    assert sorted((name, bool(mark), method) for name, mark, method in rows) == sorted(
        (endpoint.name, endpoint in BESIDES, endpoint.method) for endpoint in TABLE
    )
    for endpoint in TABLE:
        listed = page.partition(f"`{endpoint.name}` takes:\n\n")[2].partition("\n\n")[0]
        assert re.findall(r"^- `(\w+)`", listed, re.MULTILINE) == list(endpoint.takes.model_fields)


def test_the_page_counts_as_it_should() -> None:
    assert "37 endpoints in 12 groups, 18 that read and 19 that write" in markdown()
    assert {endpoint.stability for endpoint in PUBLIC + BESIDES} == {"production"}


def test_the_script_in_the_documents_runs_as_it_stands() -> None:
    (script,) = re.findall(r"```python\n(.*?)```", CLIENT, re.DOTALL)
    assert len(script.splitlines()) == 10

    def answer(handler: Handler) -> None:
        handler.reply(200, json.dumps(RELEASES).encode(), Request_Id="q-1", RateLimit_Remaining="4499")

    with serving(answer) as server:
        environment = {"HEROKU_API_KEY": TOKEN, "HEROKU_API_URL": server.url, "PYTHONPATH": str(HOME)}
        ran = subprocess.run(
            [sys.executable, "-W", "error", "-c", script],
            env=environment,
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
        )
    assert (ran.returncode, ran.stderr) == (0, "")
    record, found = ran.stdout.splitlines()
    assert found == "v42 succeeded: Deploy 1c2e9f40"
    assert record.startswith(
        "CallRecord(who='a script', endpoint='list_releases', app='acme-web', allowed=True, outcome='done'"
    )
    assert "request_id='q-1', remaining=4499" in record
    assert [(method, path) for method, path, _, _ in server.seen] == [("GET", "/apps/acme-web/releases")]


@pytest.mark.parametrize("name", re.findall(r"^\| (?:\W )?`(\w+)` \|", CLIENT, re.MULTILINE))
def test_the_errors_of_the_documents_exist(name: str) -> None:
    assert issubclass(getattr(errors, name), errors.HerokuError)


def test_the_figures_of_the_documents_are_the_code_s() -> None:
    assert f"takes {CALL_SECONDS:.0f} seconds at most" in CLIENT
    assert f"the last {MOST_ANSWERS} pages, {MOST_BYTES // 1024**2} MB at most" in CLIENT
