"""The control plane under /simulator: what the demo and the tests do to the fake Heroku, from this machine only."""

import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from pydantic import TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from toolbelt.simulator import belonging_shapes, hook_shapes, orders, shapes, views
from toolbelt.simulator.agents import Agents
from toolbelt.simulator.calls import Call, CallLog
from toolbelt.simulator.control_accounts import AccountControl, Handler, Row, read_order
from toolbelt.simulator.errors import Refused, invalid, not_found
from toolbelt.simulator.faults import Fault, FaultBook
from toolbelt.simulator.outbox import Delivery
from toolbelt.simulator.records import App
from toolbelt.simulator.simulator import Simulator

FAULTS = TypeAdapter(list[Fault])


@dataclass
class Control:
    """Its requests; each answers with JSON."""

    simulator: Simulator
    log: CallLog
    faults: FaultBook
    clock: Callable[[], datetime]
    agents: Agents

    def app(self) -> Starlette:
        table: list[Row] = [
            ("POST", "/apps", self._add_app),
            ("PATCH", "/apps/{app}", self._change_app),
            ("POST", "/apps/{app}/deploys", self._deploy),
            ("POST", "/apps/{app}/crash", self._crash),
            ("POST", "/apps/{app}/config", self._set_config),
            ("POST", "/faults", self._order_faults),
            ("GET", "/faults", self._show_faults),
            ("DELETE", "/faults", self._clear_faults),
            ("GET", "/state", self._state),
            ("GET", "/calls", self._calls),
            ("GET", "/deliveries", self._deliveries),
            ("POST", "/subscriptions", self._subscribe),
            ("DELETE", "/subscriptions/{subscription}", self._unsubscribe),
            *self.agents.table(),
            *AccountControl(self.simulator, self.clock).table(),
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
        order = await read_order(request, orders.AppOrder)
        return self._app(self.simulator.add_app(**order.model_dump()))

    async def _deploy(self, request: Request) -> object:
        order = await read_order(request, orders.DeployOrder)
        app = self.simulator.app(request.path_params["app"])
        return shapes.build_json(app, self.simulator.deploy(app.id, order.outcome, order.processes))

    async def _change_app(self, request: Request) -> object:
        order = await read_order(request, orders.AppChange)
        app = self.simulator.app(request.path_params["app"])
        for name, value in order.model_dump(exclude_none=True).items():
            setattr(app, name, value)
        return self._app(app)

    async def _crash(self, request: Request) -> object:
        order = await read_order(request, orders.CrashOrder)
        app = self.simulator.app(request.path_params["app"])
        return [shapes.dyno_json(app, dyno) for dyno in self.simulator.crash(app.id, order.times)]

    async def _set_config(self, request: Request) -> object:
        order = await read_order(request, orders.ConfigOrder)
        app = self.simulator.app(request.path_params["app"])
        made = self.simulator.set_config(app.id, order.keys, order.outcome)
        return shapes.release_json(app, made, self.simulator.now)

    async def _subscribe(self, request: Request) -> object:
        order = await read_order(request, orders.SubscriptionOrder)
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
