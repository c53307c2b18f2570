"""Settings: what is missing or wrong stops the start in plain words, and no value is ever shown."""

import subprocess
import sys

import pytest

from core.settings import Settings, SettingsError, read
from toolbelt.crew import HOME

SECRET = "hunter2-hunter2"
GOOD = {"WEBHOOK_SECRET": SECRET, "REDIS_URL": f"redis://:{SECRET}@127.0.0.1:1"}


def settings(**environment: str) -> Settings:
    return read(environment={**GOOD, **environment})


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        pytest.param({}, "WEBHOOK_SECRET is not set", id="no secret"),
        pytest.param({"WEBHOOK_SECRET": ""}, "WEBHOOK_SECRET is not set", id="empty secret"),
        pytest.param({"WEBHOOK_SECRET": f"{SECRET},"}, "WEBHOOK_SECRET: one of its comma-separated", id="blank last"),
        pytest.param({"WEBHOOK_SECRET": f", {SECRET}"}, "WEBHOOK_SECRET: one of its comma-separated", id="blank first"),
        pytest.param({"WEBHOOK_SECRET": " "}, "WEBHOOK_SECRET: one of its comma-separated", id="only blank"),
        pytest.param({"WEBHOOK_SECRET": SECRET}, "REDIS_URL is not set", id="no redis"),
        pytest.param({**GOOD, "REDIS_URL": SECRET}, "REDIS_URL: ", id="not an address of redis"),
        pytest.param({**GOOD, "REDIS_URL": f"https://:{SECRET}@127.0.0.1:1"}, "REDIS_URL: ", id="not redis"),
        pytest.param({**GOOD, "REDIS_URL": f"redis://u:a/{SECRET}@127.0.0.1:1"}, "REDIS_URL: ", id="password as it is"),
        pytest.param({**GOOD, "REDIS_URL": f"redis://u:a:{SECRET}"}, "REDIS_URL: ", id="a password for a port"),
        pytest.param({**GOOD, "ACT": "sideways"}, "ACT: ", id="no such brake"),
        pytest.param({**GOOD, "PUBLIC_URL": f"http://{SECRET}.example.com"}, "PUBLIC_URL: it must begin", id="not TLS"),
        pytest.param({**GOOD, "PUBLIC_URL": f"https://me:{SECRET}@example.com"}, "PUBLIC_URL: ", id="a password in it"),
        pytest.param({**GOOD, "PUBLIC_URL": f"https://example.com/{SECRET}"}, "without a path", id="a path"),
        pytest.param({**GOOD, "PUBLIC_URL": f"https://[{SECRET}"}, "PUBLIC_URL: ", id="no address"),
        pytest.param({**GOOD, "KEEP_DAYS": "0"}, "KEEP_DAYS: ", id="too few days"),
        pytest.param({**GOOD, "KEEP_DAYS": SECRET}, "KEEP_DAYS: ", id="not a number"),
    ],
)
def test_what_is_wrong_is_named_and_no_value_shown(environment: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read("webhook_secret", "redis_url", environment=environment)

    assert said in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_environment_that_is_handed_in_is_all_that_counts() -> None:
    """Where it lacked a variable, that of the process filled in: a secret, say, or the address of a Redis."""
    script = "from core.settings import read; chosen = read(environment={}); print(chosen.redis_url, chosen.keep_days)"
    ours = {"REDIS_URL": "redis://127.0.0.1:1", "KEEP_DAYS": "3", "PYTHONPATH": str(HOME)}

    said = subprocess.run(
        [sys.executable, "-c", script], env=ours, capture_output=True, text=True, check=True, cwd=HOME
    )

    assert said.stdout == "None 14\n"


def test_each_secret_stands_by_itself() -> None:
    chosen = settings(WEBHOOK_SECRET="new, old")

    assert [secret.get_secret_value() for secret in chosen.webhook_secrets] == ["new", "old"]


def test_no_secret_is_shown_by_the_settings_themselves() -> None:
    chosen = settings(HEROKU_API_KEY=f"HRKU-{SECRET}", METRICS_TOKEN=SECRET, WEBHOOK_AUTHORIZATION=f"Basic {SECRET}")

    assert "hunter2" not in repr(chosen) + str(chosen) + str(chosen.webhook_secrets)


@pytest.mark.parametrize(
    ("environment", "brake"),
    [
        pytest.param({}, "live", id="by default"),
        pytest.param({"HEROKU_PARENT_APP_NAME": "acme-web"}, "shadow", id="in a review app"),
        pytest.param({"HEROKU_PARENT_APP_NAME": "acme-web", "ACT": "live"}, "live", id="in a review app that says so"),
        pytest.param({"ACT": "off"}, "off", id="off"),
    ],
)
def test_the_brake(environment: dict[str, str], brake: str) -> None:
    assert settings(**environment).brake == brake


@pytest.mark.parametrize("given", ["https://my-dynohook.example.com/", "https://my-dynohook.example.com"])
def test_the_public_address_is_kept_without_a_slash_at_its_end(given: str) -> None:
    assert settings(PUBLIC_URL=given).public_url == "https://my-dynohook.example.com"


def test_an_address_of_this_machine_needs_no_certificate() -> None:
    assert settings(PUBLIC_URL="http://127.0.0.1:5000").public_url == "http://127.0.0.1:5000"


def test_our_own_app_is_known_by_id_and_by_name() -> None:
    assert settings(HEROKU_APP_ID="id-1", HEROKU_APP_NAME="my-dynohook").own_app == {"id-1", "my-dynohook"}
    assert settings().own_app == frozenset()


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        settings().keep_days = 1  # type: ignore[misc]
