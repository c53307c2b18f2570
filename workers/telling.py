"""Sending a message to a target: the log, or a webhook of the team's own."""

from collections.abc import Mapping
from typing import Any

import httpx2
import structlog

from heroku.errors import Refused, Unavailable
from rules.rulebook import Target

SEND_SECONDS = 10.0
RETRY_SECONDS = 5.0
RETRY_MOST_SECONDS = 300.0

log = structlog.get_logger()


class Teller:
    """Sends; whoever calls decides when to try again. Addresses come from the environment and appear nowhere."""

    def __init__(self, http: httpx2.Client, environment: Mapping[str, str]) -> None:
        self._http = http
        self._environment = environment

    def post(self, name: str, target: Target, text: str, *, facts: Mapping[str, Any]) -> None:
        """Send `text` with `facts` (rule, app, event, run, dedup_key). Raises Unavailable (try again) or Refused."""
        if target.kind == "log":
            told = {name: value for name, value in facts.items() if name != "event"}
            log.info("notification", target=name, text=text, event_id=facts.get("event"), **told)
            return
        address = self._environment.get(target.variable or "")
        if not address:
            raise _refused(name, f"its variable {target.variable} is not set")
        try:
            answer = self._http.post(
                address,
                json={"text": text, **facts},
                headers={"Idempotency-Key": str(facts.get("dedup_key", ""))},
                timeout=SEND_SECONDS,
                follow_redirects=False,
            )
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise _unavailable(name, f"no answer ({type(error).__name__})", RETRY_SECONDS) from None
        if answer.status_code == httpx2.codes.TOO_MANY_REQUESTS or answer.is_server_error:
            raise _unavailable(name, f"answered {answer.status_code}", _retry_after(answer))
        if not answer.is_success:
            raise _refused(name, f"answered {answer.status_code}")


def _retry_after(answer: httpx2.Response) -> float:
    said = answer.headers.get("retry-after", "")
    return min(float(said), RETRY_MOST_SECONDS) if said.isdigit() else RETRY_SECONDS


def _refused(name: str, message: str) -> Refused:
    return Refused(method="POST", path=f"target {name}", message=message)


def _unavailable(name: str, message: str, seconds: float) -> Unavailable:
    return Unavailable(method="POST", path=f"target {name}", message=message, retry_after=seconds)
