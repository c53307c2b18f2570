"""Heroku's API: whose token it is, what it may do against what the rules need, what is left, and the apps' webhooks."""

from collections.abc import Iterator, Sequence

from core.budget import CAPACITY, RESERVE
from heroku import scopes
from heroku.access import Level
from heroku.client import Heroku
from heroku.errors import Forbidden, HerokuError, Unavailable
from rules.model import Mode
from rules.rulebook import Rulebook
from toolbelt import needs
from toolbelt.doctoring.findings import Finding, attention, broken, ok
from toolbelt.hook_looks import Standing, look
from toolbelt.hooks import Wanted, listed
from toolbelt.ways_out import way_out
from workers.credentials import endpoints

AREA = "heroku"
WEBHOOKS = "webhooks"  # where Heroku tells us of an app, one finding each
LEVELS = {"account": Level.READ, "apps": Level.READ}


def of_token(heroku: Heroku, book: Rulebook | None) -> Iterator[Finding]:
    """Whose it is, what it may do, and how many calls are left."""
    try:
        limits = heroku.call("get_rate_limits")  # first, as it is the one call that costs none
        yield _account(heroku)
    except Forbidden as error:
        has = _scopes_otherwise(heroku)
        if not has:
            yield broken(AREA, "account", str(error), way_out(error))
            return
        do = f"if you want to know: {_new_token('identity', has)}"
        yield attention(AREA, "account", "whose it is is not told, as the token lacks the scope identity", do)
    except HerokuError as error:
        yield broken(AREA, "account", str(error), way_out(error))
        return
    else:
        has = limits.scopes
        yield _pool(limits.remaining)
    yield from _scopes(has, book)


def of_webhooks(heroku: Heroku, apps: Sequence[str], wanted: Wanted) -> Iterator[Finding]:
    """The webhook of each app."""
    for app in apps:
        try:
            yield _webhook(look(heroku, app, wanted))
        except HerokuError as error:
            yield broken(WEBHOOKS, app, str(error), way_out(error, app))


def _account(heroku: Heroku) -> Finding:
    try:
        account = heroku.account()
    except Unavailable as error:
        return attention(AREA, "account", f"not asked: {error}", way_out(error))
    whose = account.email or account.id
    if account.suspended_at or account.delinquent_at:
        says = f"{whose}, which is suspended or owes money"
        return broken(AREA, "account", says, "https://dashboard.heroku.com/account")
    return ok(AREA, "account", whose)


def _pool(remaining: int | None) -> Finding:
    if remaining is None:
        return attention(AREA, "pool", "Heroku does not tell how many calls are left", "look again later")
    says = f"{remaining:,} of {CAPACITY:,} calls left"
    if remaining > RESERVE:
        return ok(AREA, "pool", says)
    do = "75 come back each minute; who else calls with this account? Give Dynohook one of its own"
    return attention(AREA, "pool", f"{says}: only rules in live mode may call", do)


def _scopes_otherwise(heroku: Heroku) -> frozenset[str]:
    """Every answer tells them, and this one needs another scope than those about the account. Empty if refused too."""
    try:
        return heroku.call("list_apps", wanted="name ..; max=1").scopes
    except HerokuError:
        return frozenset()


def _scopes(has: frozenset[str], book: Rulebook | None) -> Iterator[Finding]:
    if not has:
        yield attention(AREA, "scopes", "Heroku does not tell them", "heroku authorizations shows them")
        return
    lacking = list(_lacking(has, book)) if book else []
    if not lacking:
        yield ok(AREA, "scopes", f"{listed(has)}: enough for the rules" if book else listed(has))
    yield from lacking


def _lacking(has: frozenset[str], book: Rulebook) -> Iterator[Finding]:
    """One line for each endpoint that a rule was granted and the token cannot call."""
    for rule in needs.at_work(book):
        found = broken if rule.mode is Mode.LIVE else attention
        for missing in scopes.missing(has, endpoints(rule)):
            may = f"{rule.name} may call {missing.endpoint}, which needs {' or '.join(missing.enough)}"
            yield found(AREA, "scopes", f"{may}; the token has {listed(has)}", _new_token(missing.scope, has))


def _new_token(scope: str, has: frozenset[str]) -> str:
    return f"heroku authorizations:create -s {','.join(sorted({scope, *has}))}"


def _webhook(standing: Standing) -> Finding:
    if standing.is_right and standing.webhook:
        return ok(WEBHOOKS, standing.app, f"right: {listed(standing.webhook.include)}")
    return broken(WEBHOOKS, standing.app, "; ".join(standing.faults), standing.do)
