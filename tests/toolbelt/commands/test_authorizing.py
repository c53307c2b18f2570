"""A person lets Dynohook in: the page, the code, the exchange, a refresh token that is seen only where asked for."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from core.audit import Audit, AuditLine
from heroku.oauth import IdHost
from tests.toolbelt.commands.conftest import NOTHING_SET, Terminal
from toolbelt import redirects
from toolbelt.crew import HOME
from toolbelt.servers import free_port
from toolbelt.simulator.views import ClientView

RULE = """\
version: 1
rules:
  - {name: a, mode: live, on: api:app.create, access: ACCESS, do: [{notify: {to: log, text: x}}]}
"""
LINE = "HEROKU_OAUTH_REFRESH_TOKEN="
ENDS = 20.0  # seconds
PAGE = re.compile(r"^ +(http\S+)$")


@dataclass
class Asking:
    """The command under way: it has shown a page, and waits."""

    process: subprocess.Popen[str]
    page: str
    said: list[str]

    def allow(self) -> str:
        """Say yes in the browser; answers where it is sent."""
        return httpx2.get(self.page, follow_redirects=False, trust_env=False).headers["Location"]

    def type(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def ended(self) -> tuple[int, str, str]:
        """Status, standard output, and all that was said to the person."""
        output, more = self.process.communicate(timeout=ENDS)
        return self.process.returncode, output, "".join([*self.said, more])


@dataclass
class Person:
    """Somebody with a client of OAuth at the command line."""

    terminal: Terminal
    client: ClientView

    @property
    def settings(self) -> dict[str, str]:
        given = {
            "HEROKU_API_KEY": "",
            "HEROKU_ID_URL": self.terminal.heroku.base_url,
            "HEROKU_OAUTH_CLIENT_ID": self.client.id,
            "HEROKU_OAUTH_CLIENT_SECRET": self.client.secret,
        }
        return {**self.terminal.environment, **given}

    @contextmanager
    def authorizing(self, *words: str, **changes: str) -> Iterator[Asking]:
        own = {name: value for name, value in os.environ.items() if name not in NOTHING_SET}
        process = subprocess.Popen(
            [sys.executable, "-m", "toolbelt.cli", "authorize", *words],
            env={**own, **self.settings, **changes},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=HOME,
        )  # fmt: skip
        assert process.stderr is not None
        said: list[str] = []
        try:
            for line in process.stderr:
                said.append(line)
                if found := PAGE.match(line.rstrip("\n")):
                    yield Asking(process, found[1], said)
                    return
            raise AssertionError("".join(said))
        finally:
            process.kill()
            process.communicate(timeout=ENDS)

    def exchanges(self) -> list[AuditLine]:
        return [line for line in Audit(self.terminal.redis).read() if line.endpoint == "exchange_code"]


@pytest.fixture
def person(terminal: Terminal) -> Person:
    return Person(terminal, terminal.heroku.add_client("http://localhost:5001/back"))


def test_the_pasted_address_gets_a_refresh_token_that_works(person: Person) -> None:
    with person.authorizing("--print", "--scope", "identity") as asking:
        asking.type(asking.allow())
        status, output, said = asking.ended()

    assert status == 0
    token = output.removeprefix(LINE).rstrip("\n")
    assert output == f"{LINE}{token}\n", "nothing else, so that it can be given on as it is"
    assert token not in said
    assert person.client.secret not in said
    host = IdHost(person.client.secret, base_url=person.terminal.heroku.base_url)
    assert host.refresh(token).access_token.get_secret_value().startswith("HRKU-")
    host.close()
    [line] = person.exchanges()
    assert (line.who, line.why, line.outcome) == ("ada (by hand)", "asked by `bin/dynohook authorize`", "done")


def test_the_browser_is_waited_for_on_this_machine_and_the_token_goes_into_a_file(
    person: Person, tmp_path: Path
) -> None:
    port, file = free_port(), tmp_path / "token"
    with person.authorizing("--listen", str(port), "--to", str(file), "--scope", "identity") as asking:
        back = urlsplit(asking.allow())
        for _ in range(200):
            try:
                stranger = httpx2.get(f"http://127.0.0.1:{port}/favicon.ico", trust_env=False)
                break
            except httpx2.ConnectError:
                continue
        answer = httpx2.get(f"http://127.0.0.1:{port}{back.path}?{back.query}", trust_env=False)
        status, output, said = asking.ended()

    assert (stranger.status_code, answer.status_code, answer.text) == (404, 200, redirects.THANKS)
    assert (status, output) == (0, "")
    assert file.read_text().startswith(f"{LINE}HRKU-")
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text().strip().removeprefix(LINE) not in said
    assert f'heroku config:set -a YOUR-DYNOHOOK "$(cat {file})", and remove {file}' in said


def test_the_scopes_asked_for_are_those_that_the_rules_need(person: Person, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    for access, asked in [
        ("{}", "identity"),
        ("{releases: read}", "identity read"),
        ("{releases: write}", "identity write"),
        ("{releases: write, config-vars: read}", "identity read-protected write"),
        ("{releases: write, config-vars: write}", "identity write-protected"),
    ]:
        file.write_text(RULE.replace("ACCESS", access))
        with person.authorizing("--print", RULES_PATH=str(file)) as asking:
            assert parse_qs(urlsplit(asking.page).query)["scope"] == [asked]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        pytest.param("http://localhost:5001/back?code=abc&state=sesame", "not the answer to this question", id="state"),
        pytest.param("http://localhost:5001/back?code=abc", "not the answer to this question", id="no state"),
        pytest.param("abc", "not the answer to this question", id="only the code"),
        pytest.param("http://[", "not the answer to this question", id="no address"),
        pytest.param("http://localhost/?state=STATE", "there is no code", id="no code"),
        pytest.param("http://localhost/?state=STATE&error=access_denied", "Heroku says: access_denied", id="denied"),
        pytest.param("http://localhost/?state=STATE&code=a-sesame-code", "400 invalid_grant", id="a code of nobody"),
    ],
)
def test_what_is_no_answer_ends_with_a_reason_and_no_file(
    person: Person, tmp_path: Path, typed: str, says: str
) -> None:
    file = tmp_path / "token"
    with person.authorizing("--to", str(file), "--scope", "identity") as asking:
        asking.type(typed.replace("STATE", parse_qs(urlsplit(asking.page).query)["state"][0]))
        status, output, said = asking.ended()

    assert (status, output) == (1, "")
    assert says in said
    assert "sesame" not in said
    assert not file.exists()


@pytest.mark.parametrize(
    ("words", "changes", "status", "says"),
    [
        pytest.param([], {}, 2, "say where the refresh token goes", id="nowhere to go"),
        pytest.param(["--print", "--to", "x"], {}, 2, "one of them", id="two places"),
        pytest.param(["--to", "/nowhere/at/all"], {}, 1, "cannot be made: No such file", id="no such folder"),
        pytest.param(["--to", "/"], {}, 1, "cannot be made", id="a folder"),
        pytest.param(["--print"], {"HEROKU_OAUTH_CLIENT_ID": ""}, 1, "heroku clients:create", id="no client"),
        pytest.param(["--print"], {"HEROKU_OAUTH_CLIENT_SECRET": ""}, 1, "_CLIENT_SECRET is not set", id="no secret"),
        pytest.param(["--print"], {"RULES_YAML": "version: 7"}, 1, "give --scope", id="rules that do not load"),
        pytest.param(["--print", "--scope", "everything"], {}, 2, "is not one of", id="no such scope"),
    ],
)
def test_nobody_is_asked_before_everything_is_there(
    person: Person, words: list[str], changes: dict[str, str], status: int, says: str
) -> None:
    ran = person.terminal.run("authorize", *words, **{**person.settings, **changes})
    assert ran.exit_code == status
    assert says in ran.output
    assert "Open this page" not in ran.output


def test_nobody_who_comes_back_is_a_no() -> None:
    with pytest.raises(redirects.NotAnswered, match="nobody came back"):
        redirects.wait(0, state="s", seconds=0.05, listening=lambda _: None)
