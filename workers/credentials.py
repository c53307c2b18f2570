"""The worker's token: a look at it at the start, whether it may do what the live rules will ask, and its renewal."""

import structlog
from redis.exceptions import RedisError

from core.audit import AuditLine
from heroku.access import Level
from heroku.client import Heroku
from heroku.endpoint import Endpoint
from heroku.endpoints import TABLE
from heroku.errors import CallFailed, Unauthorized
from heroku.scopes import missing
from rules.model import Mode
from rules.rulebook import Rule, Rulebook
from workers.crew import Crew
from workers.identity import US

log = structlog.get_logger()


def look(crew: Crew) -> None:
    """Say in the log and to `system` what is wrong with the token; never raises, as nothing hangs on it yet."""
    if crew.heroku is None:
        return
    try:
        found = problems(crew.heroku, crew.book)
        if found:
            log.warning("the token is not enough", problems=found)
            crew.beat.tell(f"token:{crew.book.digest}", f"Heroku's token is not enough: {'; '.join(found)}.")
    except CallFailed as error:
        log.warning("the token could not be looked at", error=str(error))
    except (RedisError, OSError) as error:
        log.warning("redis did not answer", error=type(error).__name__)


def problems(heroku: Heroku, book: Rulebook) -> list[str]:
    """What is wrong with the token, one by one; empty if nothing. Raises CallFailed if Heroku does not say."""
    needed = [endpoint for rule in book.rules if rule.mode is Mode.LIVE for endpoint in endpoints(rule)]
    if not needed:
        return []
    try:
        answer = heroku.granted(US).call("get_account")
    except Unauthorized as error:
        return [str(error)]
    return [str(each) for each in missing(answer.scopes, needed)] if answer.scopes else []


def endpoints(rule: Rule) -> tuple[Endpoint, ...]:
    """The endpoints that the rule's access opens, and the one at which we look ourselves whether an event is missing,
    in the order of the table."""
    looked_up = {"list_webhook_events"} if rule.missing else set()
    return tuple(
        each for each in TABLE if rule.access.get(each.group, Level.OFF) >= each.level or each.name in looked_up
    )


def exchanged(line: AuditLine, failed: str | None) -> None:
    """Say that a token was got by OAuth, and if that could not be recorded."""
    log.info("heroku call", **line.to_log(), sentence=line.sentence)
    if failed:
        log.warning("a call could not be recorded", endpoint=line.endpoint, error=failed)
