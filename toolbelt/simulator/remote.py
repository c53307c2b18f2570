"""Drives a running fake Heroku from another process: what the demo and the end-to-end tests hold in their hands."""

import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx2
from pydantic import TypeAdapter

from toolbelt.simulator.agents import Reply
from toolbelt.simulator.faults import Fault
from toolbelt.simulator.views import (
    AppView,
    BuildView,
    CallView,
    ClientView,
    DeliveryView,
    DynoView,
    GrantView,
    ReleaseView,
    StateView,
    SubscriptionView,
    TokenView,
)

T = TypeVar("T")
BETWEEN_LOOKS = 0.02  # seconds
CALLS = TypeAdapter(list[CallView])
DELIVERIES = TypeAdapter(list[DeliveryView])
DYNOS = TypeAdapter(list[DynoView])


def wait_for(predicate: Callable[[], T], deadline: float, what: str = "what was waited for") -> T:
    """Ask again and again until the answer is true, and give it; TimeoutError after `deadline` seconds."""
    ends = time.monotonic() + deadline
    while not (answer := predicate()):
        if time.monotonic() > ends:
            raise TimeoutError(f"{what} did not come within {deadline:g} seconds")
        time.sleep(BETWEEN_LOOKS)
    return answer


class Remote:
    """The control plane of one simulator; httpx2.HTTPStatusError when it refuses."""

    def __init__(self, base_url: str, *, time_out: float = 10.0) -> None:
        self.base_url = base_url.rstrip("/")
        self._client = httpx2.Client(base_url=f"{self.base_url}/simulator", timeout=time_out, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def add_app(self, name: str, releases: int = 41, **options: Any) -> AppView:
        """Options: release_phase, container, web_dynos, private_space, guarded."""
        body = {"name": name, "releases": releases, **options}
        return AppView.model_validate(self._ask("POST", "/apps", body))

    def change_app(self, app: str, **changes: Any) -> AppView:
        """Changes: guarded, private_space, release_phase, next_outcome (of the next build asked of the API)."""
        return AppView.model_validate(self._ask("PATCH", f"/apps/{app}", changes))

    def deploy(self, app: str, outcome: str = "succeed", processes: Sequence[str] | None = None) -> BuildView:
        """Outcome: succeed, fail-build, fail-release-phase or crash; `processes` are the types of the code."""
        body = {"outcome": outcome, "processes": None if processes is None else list(processes)}
        return BuildView.model_validate(self._ask("POST", f"/apps/{app}/deploys", body))

    def crash(self, app: str, times: int = 1) -> list[DynoView]:
        """Crash the dynos that run, each so many times in all."""
        return DYNOS.validate_python(self._ask("POST", f"/apps/{app}/crash", {"times": times}))

    def set_config(self, app: str, keys: Sequence[str], outcome: str = "succeed") -> ReleaseView:
        """Give config vars new values that turn out like this."""
        body = {"keys": list(keys), "outcome": outcome}
        return ReleaseView.model_validate(self._ask("POST", f"/apps/{app}/config", body))

    def order_replies(self, *replies: Reply) -> None:
        """What the next questions to agents get, each one of these."""
        self._ask("POST", "/agents/replies", [reply.model_dump() for reply in replies])

    def register_servers(self, *servers: dict[str, Any]) -> None:
        """The MCP servers that there are from now on."""
        self._ask("PUT", "/agents/servers", list(servers))

    def asked(self) -> list[dict[str, Any]]:
        """The questions that agents were asked, the oldest first."""
        questions: list[dict[str, Any]] = self._ask("GET", "/agents/asked")
        return questions

    def subscribe(self, url: str, **options: Any) -> SubscriptionView:
        """Options: app, include, level, secret, authorization."""
        return SubscriptionView.model_validate(self._ask("POST", "/subscriptions", {"url": url, **options}))

    def unsubscribe(self, subscription_id: str) -> None:
        """Take a subscription away, as Heroku does when it has failed for too long."""
        self._ask("DELETE", f"/subscriptions/{subscription_id}")

    def order_faults(self, *faults: Fault) -> None:
        """Spoil calls to come."""
        self._ask("POST", "/faults", [fault.model_dump(mode="json") for fault in faults])

    def clear_faults(self) -> None:
        self._ask("DELETE", "/faults")

    def set_rate(self, remaining: int, account: str | None = None) -> None:
        """Leave the account so many calls: the usual caller's, or the one with this address."""
        self._ask("PUT", "/rate", {"remaining": remaining, "account": account})

    def set_account(self, account: str | None = None, **standing: bool) -> None:
        """Standing: suspended, delinquent, two_factor_required, verified; what is not said is well again."""
        self._ask("PUT", "/account", {"account": account, **standing})

    def issue_token(
        self, scope: Sequence[str] = ("global",), *, account: str | None = None, expires_in: int | None = None
    ) -> TokenView:
        """A token that may do this much, of the usual caller or of the account with this address."""
        body = {"scope": list(scope), "account": account, "expires_in": expires_in}
        return TokenView.model_validate(self._ask("POST", "/tokens", body))

    def expire_tokens(self) -> None:
        """End every access token now that can be refreshed."""
        self._ask("POST", "/tokens/expire")

    def add_client(self, redirect_uri: str, name: str = "a client") -> ClientView:
        """Register an OAuth client."""
        return ClientView.model_validate(
            self._ask("POST", "/oauth-clients", {"name": name, "redirect_uri": redirect_uri})
        )

    def let_in(
        self, client: ClientView, scope: Sequence[str] = ("global",), *, account: str | None = None
    ) -> GrantView:
        """Tokens for the client, as if somebody had said yes to it in a browser."""
        body = {"scope": list(scope), "account": account}
        return GrantView.model_validate(self._ask("POST", f"/oauth-clients/{client.id}/grants", body))

    def state(self) -> StateView:
        return StateView.model_validate(self._ask("GET", "/state"))

    def app(self, id_or_name: str) -> AppView:
        return self.state().app(id_or_name)

    def calls(self, method: str = "*", path: str = "*", *, effect: bool | None = None) -> list[CallView]:
        """The API calls received, oldest first; method and path are globs."""
        params = {"method": method, "path": path}
        if effect is not None:
            params["effect"] = str(effect).lower()
        return CALLS.validate_python(self._ask("GET", "/calls", params=params))

    def deliveries(self, include: str = "*") -> list[DeliveryView]:
        """The deliveries made and owed, oldest first."""
        return DELIVERIES.validate_python(self._ask("GET", "/deliveries", params={"include": include}))

    def wait_for(self, predicate: Callable[[StateView], T], deadline: float) -> T:
        """Look at the state until the predicate holds, and give what it gave; `deadline` is in seconds."""
        return wait_for(lambda: predicate(self.state()), deadline, "the expected state")

    def _ask(self, method: str, path: str, body: Any = None, *, params: dict[str, str] | None = None) -> Any:
        answer = self._client.request(method, path, json=body, params=params)
        answer.raise_for_status()
        return answer.json()
