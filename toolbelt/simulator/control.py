"""The control plane under /simulator: what the demo and the tests do to the fake Heroku, from this machine only."""

import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from toolbelt.simulator import belonging_shapes, hook_shapes, issuing, shapes, views
from toolbelt.simulator.accounts import Account
from toolbelt.simulator.calls import Call, CallLog
from toolbelt.simulator.errors import Refused, invalid, not_found
from toolbelt.simulator.faults import Fault, FaultBook
from toolbelt.simulator.outbox import Delivery
from toolbelt.simulator.records import App
from toolbelt.simulator.simulator import Simulator

Handler = Callable[[Request], Awaitable[object]]
FAULTS = TypeAdapter(list[Fault])
OrderT = TypeVar("OrderT", bound=BaseModel)


@dataclass
class Control:
    """Its requests; each answers with JSON."""

    simulator: Simulator
    log: CallLog
    faults: FaultBook
    clock: Callable[[], datetime]

    def app(self) -> Starlette:
        table: list[tuple[str, str, Handler]] = [
            ("POST", "/apps", self._add_app),
            ("PATCH", "/apps/{app}", self._change_app),
            ("POST", "/apps/{app}/deploys", self._deploy),
            ("POST", "/apps/{app}/crash", self._crash),
            ("POST", "/apps/{app}/config", self._set_config),
            ("POST", "/faults", self._order_faults),
            ("GET", "/faults", self._show_faults),
            ("DELETE", "/faults", self._clear_faults),
            ("PUT", "/rate", self._set_rate),
            ("PUT", "/account", self._set_account),
            ("POST", "/tokens", self._issue_token),
            ("POST", "/tokens/expire", self._expire_tokens),
            ("POST", "/oauth-clients", self._add_client),
            ("GET", "/state", self._state),
            ("GET", "/calls", self._calls),
            ("GET", "/deliveries", self._deliveries),
            ("POST", "/subscriptions", self._subscribe),
            ("DELETE", "/subscriptions/{subscription}", self._unsubscribe),
        ]
        served = [Route(path, self._served(handler), methods=[method]) for method, path, handler in table]
        return Starlette(routes=served)

    def _served(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            self.simulator.advance_to(self.clock())
            try:
                _check_loopback(request)
                return JSONResponse(await handler(request))
            except ValidationError as error:
                return _refusal(invalid(str(error)))
            except Refused as refused:
                return _refusal(refused)

        return serve

    async def _add_app(self, request: Request) -> object:
        order = await _read(request, views.AppOrder)
        return self._app(self.simulator.add_app(**order.model_dump()))

    async def _deploy(self, request: Request) -> object:
        order = await _read(request, views.DeployOrder)
        app = self.simulator.app(request.path_params["app"])
        return shapes.build_json(app, self.simulator.deploy(app.id, order.outcome, order.processes))

    async def _change_app(self, request: Request) -> object:
        order = await _read(request, views.AppChange)
        app = self.simulator.app(request.path_params["app"])
        for name, value in order.model_dump(exclude_none=True).items():
            setattr(app, name, value)
        return self._app(app)

    async def _crash(self, request: Request) -> object:
        order = await _read(request, views.CrashOrder)
        app = self.simulator.app(request.path_params["app"])
        return [shapes.dyno_json(app, dyno) for dyno in self.simulator.crash(app.id, order.times)]

    async def _set_config(self, request: Request) -> object:
        order = await _read(request, views.ConfigOrder)
        app = self.simulator.app(request.path_params["app"])
        made = self.simulator.set_config(app.id, order.keys, order.outcome)
        return shapes.release_json(app, made, self.simulator.now)

    async def _subscribe(self, request: Request) -> object:
        order = await _read(request, views.SubscriptionOrder)
        return hook_shapes.webhook_json(self.simulator.subscribe(**order.model_dump()))

    async def _unsubscribe(self, request: Request) -> object:
        """As Heroku does to a webhook that has failed for too long."""
        wanted = request.path_params["subscription"]
        if wanted not in self.simulator.outbox.subscriptions:
            raise not_found("webhook")
        self.simulator.outbox.remove(wanted)
        return {}

    async def _order_faults(self, request: Request) -> object:
        self.faults.order(FAULTS.validate_json(await request.body()))
        return await self._show_faults(request)

    async def _show_faults(self, _: Request) -> object:
        return [fault.model_dump(mode="json") for fault in self.faults.open]

    async def _clear_faults(self, request: Request) -> object:
        self.faults.clear()
        return await self._show_faults(request)

    async def _set_rate(self, request: Request) -> object:
        order = await _read(request, views.RateOrder)
        rate = self._standing(order.account).rate
        rate.at, rate.left = self.clock(), order.remaining
        return order.model_dump()

    async def _set_account(self, request: Request) -> object:
        order = await _read(request, views.AccountOrder)
        account, now = self._standing(order.account), self.simulator.now
        account.suspended_at = now if order.suspended else None
        account.delinquent_at = now if order.delinquent else None
        account.two_factor_required, account.verified = order.two_factor_required, order.verified
        return shapes.account_json(account)

    async def _issue_token(self, request: Request) -> object:
        order = await _read(request, views.TokenOrder)
        user = self._standing(order.account).user
        made = issuing.authorize(self.simulator.world, user, order.scope, expires_in=order.expires_in)
        return {"id": made.id, "token": made.access[-1].text, "scope": made.scope, "account": user.email}

    async def _expire_tokens(self, _: Request) -> object:
        return {"expired": issuing.expire_all(self.simulator.world)}

    async def _add_client(self, request: Request) -> object:
        order = await _read(request, views.ClientOrder)
        made = issuing.register(self.simulator.world, order.name, order.redirect_uri)
        return views.ClientView.model_validate(made).model_dump()

    async def _state(self, _: Request) -> object:
        return {"apps": [self._app(app) for app in self.simulator.world.apps.values()]}

    async def _calls(self, request: Request) -> object:
        asked = request.query_params
        method, path, effect = asked.get("method", "*"), asked.get("path", "*"), asked.get("effect")
        return [
            views.CallView.model_validate(call).model_dump(mode="json")
            for call in self.log.calls
            if fnmatchcase(call.method, method) and fnmatchcase(call.path, path) and _had_effect(call, effect)
        ]

    async def _deliveries(self, request: Request) -> object:
        include = request.query_params.get("include", "*")
        return [
            _delivery(delivery)
            for delivery in self.simulator.outbox.deliveries
            if fnmatchcase(delivery.event.include, include)
        ]

    def _standing(self, email: str | None) -> Account:
        world = self.simulator.world
        return world.standing(world.account if email is None else world.user(email))

    def _app(self, app: App) -> dict[str, object]:
        now = self.simulator.now
        return {
            **shapes.app_json(app),
            "releases": [shapes.release_json(app, release, now) for release in app.releases],
            "builds": [shapes.build_json(app, build) for build in app.builds],
            "dynos": [shapes.dyno_json(app, dyno) for dyno in app.dynos.values()],
            "formation": [belonging_shapes.formation_json(app, process) for process in app.formation.values()],
            "config": dict(app.config),
            "addons": [belonging_shapes.addon_json(app, addon) for addon in app.addons],
            "domains": [belonging_shapes.domain_json(app, domain) for domain in app.domains],
            "collaborators": [belonging_shapes.collaborator_json(app, each) for each in app.collaborators],
        }


async def _read(request: Request, order: type[OrderT]) -> OrderT:
    return order.model_validate_json(await request.body() or b"{}")


def _refusal(refused: Refused) -> Response:
    return JSONResponse(refused.body(), refused.status)


def _check_loopback(request: Request) -> None:
    host = request.client.host if request.client else ""
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise Refused(403, "forbidden", "The control plane answers this machine only.")


def _had_effect(call: Call, wanted: str | None) -> bool:
    return wanted is None or call.effect == (wanted == "true")


def _delivery(delivery: Delivery) -> dict[str, object]:
    view = views.DeliveryView(
        id=delivery.id,
        subscription_id=delivery.subscription.id,
        event_id=delivery.event.id,
        include=delivery.event.include,
        action=delivery.event.body["action"],
        status=delivery.status,
        attempts=[views.AttemptView.model_validate(attempt) for attempt in delivery.attempts],
    )
    return view.model_dump(mode="json")
