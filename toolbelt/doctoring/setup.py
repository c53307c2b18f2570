"""The settings: what is set and what is missing, never a value; and whether the rules load."""

from collections.abc import Iterator, Mapping

from core.settings import WAYS_OUT, Settings, SettingsError
from rules.errors import RuleErrors
from rules.rulebook import Rulebook
from toolbelt.commands.asking import is_out_of_reach
from toolbelt.commands.problems import told
from toolbelt.doctoring.findings import Finding, attention, broken, ok
from toolbelt.needs import rules
from workers.rulebooks import load_rules

AREA = "settings"
SHORTEST_SECRET = 16  # characters
HOSTS = ("heroku_api_url", "heroku_id_url")
OAUTH = ("heroku_oauth_client_secret", "heroku_oauth_refresh_token")
TOLD_APART = {"webhook_secret", "redis_url", "public_url", "console_password", "act", "heroku_api_key", *HOSTS, *OAUTH}
METADATA = {"heroku_app_id", "heroku_app_name", "heroku_parent_app_name"}


def of_settings(chosen: Settings) -> Iterator[Finding]:
    """Each setting that somebody has to think of, and the names of the others that are set."""
    yield _secret(chosen)
    yield _there("redis_url", chosen)
    yield _address(chosen)
    yield _credentials(chosen)
    for name in HOSTS:
        if getattr(chosen, name) != Settings.model_fields[name].default:
            do = f"right for the simulator only; else: heroku config:unset {name.upper()}"
            yield attention(AREA, name.upper(), "set to another host than Heroku's", do)
    yield _brake(chosen)
    if not chosen.own_app:
        do = "heroku labs:enable runtime-dyno-metadata, and deploy again"
        yield attention(AREA, "HEROKU_APP_ID", "not set: it does not know which app it is itself", do)
    others = sorted(chosen.model_fields_set - TOLD_APART - METADATA)
    yield ok(AREA, "others", f"set: {', '.join(map(str.upper, others))}" if others else "as they are by default")


def of_rules(chosen: Settings, environment: Mapping[str, str]) -> tuple[Rulebook | None, Finding]:
    """The rules as far as they can be read, and whether a worker would run them."""
    do = "bin/dynohook rules check says more"
    try:
        book = load_rules(chosen, environment)
    except RuleErrors as error:
        number = len(error.problems)
        first = error.problems[0]
        says = f"do not load: {first.file}:{first.line}: {first.key}: {first.message}"
        more = f", and {number - 1} more" if number > 1 else ""
        return _anyway(chosen), broken("rules", "loading", says + more, do)
    except SettingsError as error:
        return _anyway(chosen), broken("rules", "loading", str(error), do)
    return book, ok("rules", "loading", told(book))


def _anyway(chosen: Settings) -> Rulebook | None:
    """What they need can be told even if a worker would not start with them here."""
    try:
        return rules(chosen)
    except (RuleErrors, SettingsError):
        return None


def _there(name: str, chosen: Settings) -> Finding:
    if getattr(chosen, name) is None:
        return broken(AREA, name.upper(), "not set: the service does not start without it", WAYS_OUT[name])
    return ok(AREA, name.upper(), "set")


def _secret(chosen: Settings) -> Finding:
    secrets, name = chosen.webhook_secrets, "WEBHOOK_SECRET"
    if not secrets:
        return _there("webhook_secret", chosen)
    if any(len(secret.get_secret_value()) < SHORTEST_SECRET for secret in secrets):
        do = "openssl rand -hex 32 makes a good one; docs/operating.md tells how to replace it"
        return attention(AREA, name, f"shorter than {SHORTEST_SECRET} characters: it can be guessed", do)
    return ok(
        AREA, name, "set" if len(secrets) == 1 else f"set: {len(secrets)} secrets, the first of which is given out"
    )


def _address(chosen: Settings) -> Finding:
    name = "PUBLIC_URL"
    if chosen.public_url is None:
        says = "not set: `bin/dynohook subscribe` needs it, and messages carry no links without it"
        return attention(AREA, name, says, WAYS_OUT["public_url"])
    if is_out_of_reach(chosen):
        return attention(AREA, name, "this machine: Heroku cannot send anything there", WAYS_OUT["public_url"])
    return ok(AREA, name, "set")


def _credentials(chosen: Settings) -> Finding:
    lacking = [name.upper() for name in OAUTH if getattr(chosen, name) is None]
    if chosen.heroku_api_key is None and len(lacking) == 1:
        return broken(AREA, "HEROKU_OAUTH", f"half set: {lacking[0]} is missing", "set both of it, or HEROKU_API_KEY")
    if not chosen.has_credentials:
        return attention(
            AREA, "HEROKU_API_KEY", "not set: no rule can do anything on Heroku", WAYS_OUT["heroku_api_key"]
        )
    if chosen.heroku_api_key is None:
        return ok(AREA, "HEROKU_OAUTH", "set: the client's secret and a refresh token")
    return ok(AREA, "HEROKU_API_KEY", "set")


def _brake(chosen: Settings) -> Finding:
    match chosen.brake:
        case "live":
            return ok(AREA, "ACT", "each rule's own mode counts")
        case "shadow":
            return attention(AREA, "ACT", "shadow: rules decide, and touch nothing", "heroku config:set ACT=live")
    return attention(AREA, "ACT", "off: no rule decides anything", "heroku config:set ACT=live, or shadow")
