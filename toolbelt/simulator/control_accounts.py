"""The part of the control plane that is about accounts: how they stand, what is left of their calls, their tokens."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from starlette.requests import Request

from toolbelt.simulator import issuing, orders, shapes, views
from toolbelt.simulator.accounts import Account
from toolbelt.simulator.errors import not_found
from toolbelt.simulator.orders import Order
from toolbelt.simulator.simulator import Simulator
from toolbelt.simulator.token_shapes import token_json

Handler = Callable[[Request], Awaitable[object]]
Row = tuple[str, str, Handler]
OrderT = TypeVar("OrderT", bound=Order)


@dataclass
class AccountControl:
    """Its requests."""

    simulator: Simulator
    clock: Callable[[], datetime]

    def table(self) -> list[Row]:
        return [
            ("PUT", "/rate", self._set_rate),
            ("PUT", "/account", self._set_account),
            ("POST", "/tokens", self._issue_token),
            ("POST", "/tokens/expire", self._expire_tokens),
            ("POST", "/oauth-clients", self._add_client),
            ("POST", "/oauth-clients/{client}/grants", self._let_in),
        ]

    async def _set_rate(self, request: Request) -> object:
        order = await read_order(request, orders.RateOrder)
        rate = self._standing(order.account).rate
        rate.at, rate.left = self.clock(), order.remaining
        return order.model_dump()

    async def _set_account(self, request: Request) -> object:
        order = await read_order(request, orders.AccountOrder)
        account, now = self._standing(order.account), self.simulator.now
        account.suspended_at = now if order.suspended else None
        account.delinquent_at = now if order.delinquent else None
        account.two_factor_required, account.verified = order.two_factor_required, order.verified
        return shapes.account_json(account)

    async def _issue_token(self, request: Request) -> object:
        order = await read_order(request, orders.TokenOrder)
        user = self._standing(order.account).user
        made = issuing.authorize(self.simulator.world, user, order.scope, expires_in=order.expires_in)
        return {"id": made.id, "token": made.access[-1].text, "scope": made.scope, "account": user.email}

    async def _expire_tokens(self, _: Request) -> object:
        return {"expired": issuing.expire_all(self.simulator.world)}

    async def _add_client(self, request: Request) -> object:
        order = await read_order(request, orders.ClientOrder)
        made = issuing.register(self.simulator.world, order.name, order.redirect_uri)
        return views.ClientView.model_validate(made).model_dump()

    async def _let_in(self, request: Request) -> object:
        """Somebody says yes to a client, and the client exchanges its code at once."""
        order, world = await read_order(request, orders.GrantOrder), self.simulator.world
        client = world.tokens.clients.get(request.path_params["client"])
        if client is None:
            raise not_found("client")
        code = issuing.allow(world, client, self._standing(order.account).user, order.scope)
        made = issuing.exchange(world, code, client.secret)
        return {"authorization": made.id, **token_json(made)}

    def _standing(self, email: str | None) -> Account:
        world = self.simulator.world
        return world.standing(world.account if email is None else world.user(email))


async def read_order(request: Request, order: type[OrderT]) -> OrderT:
    """The body of a request to the control plane; pydantic.ValidationError when it makes no sense."""
    return order.model_validate_json(await request.body() or b"{}")
