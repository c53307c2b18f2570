"""Nothing by which a person has configured their own Heroku reaches the demo or the tests."""

import pytest

from core.settings import Settings
from toolbelt.environment import ALSO, NOBODY, is_loopback, without_the_callers


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_no_setting_of_the_service_is_passed_on(name: str) -> None:
    assert without_the_callers({name.upper(): "theirs", "PATH": "/bin"}) == {"PATH": "/bin"}


@pytest.mark.parametrize(
    "name",
    [
        "HEROKU_API_KEY",
        "HEROKU_APP",
        "REDIS_TLS_URL",
        "INFERENCE_KEY",
        "CELERY_BROKER_URL",
        "UVICORN_PORT",
        *sorted(ALSO),
    ],
)
def test_nothing_is_passed_on_that_heroku_or_the_libraries_read(name: str) -> None:
    assert without_the_callers({name: "theirs"}) == {}


@pytest.mark.parametrize("name", ["PATH", "HOME", "LANG", "TERM", "TMPDIR", "SSL_CERT_FILE"])
def test_what_programs_need_to_run_is_passed_on(name: str) -> None:
    assert without_the_callers({name: "here"}) == {name: "here"}


@pytest.mark.parametrize(
    ("url", "stays"),
    [
        ("http://127.0.0.1:5000", True),
        ("http://localhost:5000/", True),
        ("http://[::1]:5000", True),
        (NOBODY, True),
        ("https://api.heroku.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://127.0.0.1@example.com", False),
        ("", False),
    ],
)
def test_an_address_stays_on_this_machine_or_does_not(url: str, stays: bool) -> None:
    assert is_loopback(url) is stays
