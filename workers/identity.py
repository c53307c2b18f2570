"""Whose token it is: with SERVICE_ACCOUNT, what that account does is our own effect."""

import threading

import structlog
from redis.exceptions import RedisError

from heroku.access import Grant, Level
from heroku.errors import CallFailed
from workers.crew import Crew

AGAIN_SECONDS = 30.0
US = Grant("dynohook", {"account": Level.READ})

log = structlog.get_logger()


def learn(crew: Crew, *, again_seconds: float = AGAIN_SECONDS) -> None:
    """Ask now; if Heroku does not say, start all the same and ask on. Until then our own effects are known only by the
    ids that our calls returned and by what they intended."""
    if not ask(crew):
        threading.Thread(target=_ask_on, args=(crew, again_seconds), name="identity", daemon=True).start()


def ask(crew: Crew) -> bool:
    """Whether the account is known now. Never raises: the service also works without."""
    if crew.heroku is None:
        return False
    try:
        crew.account = crew.heroku.granted(US).account().id
    except (CallFailed, RedisError, OSError) as error:  # the second where the token lies in Redis
        log.warning("it is not known yet whose token it is", error=str(error))
        return False
    return True


def _ask_on(crew: Crew, again_seconds: float) -> None:
    while not crew.stopping.wait(again_seconds):
        if ask(crew):
            log.info("it is known now whose token it is")
            return
