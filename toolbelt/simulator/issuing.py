"""Issues tokens: directly, in exchange for a code, or for a refresh token."""

from collections.abc import Sequence
from datetime import timedelta

from toolbelt.simulator.errors import Refused, unauthorized
from toolbelt.simulator.tokens import ACCESS_LASTS, CODE_LASTS, Authorization, Client, Code, Token, checked_scope
from toolbelt.simulator.users import User
from toolbelt.simulator.world import World


def authorize(
    world: World,
    user: User,
    scope: Sequence[object],
    *,
    description: str = "",
    expires_in: int | None = None,
    client: Client | None = None,
) -> Authorization:
    """Let the bearer of a new token act for this user; `expires_in` is in seconds."""
    now = world.agenda.now
    made = Authorization(
        id=world.new_id(), user=user, scope=checked_scope(scope), created_at=now, updated_at=now,
        description=description, client=client,
    )  # fmt: skip
    _add_token(world, made, expires_in)
    world.tokens.authorizations[made.id] = made
    return made


def register(world: World, name: str, redirect_uri: str) -> Client:
    """A client that people can be asked to let in."""
    made = Client(id=world.new_id(), name=name, redirect_uri=redirect_uri, secret=world.new_id())
    world.tokens.clients[made.id] = made
    return made


def allow(world: World, client: Client, user: User, scope: Sequence[object]) -> str:
    """What happens when the user says yes: the code that is handed to the client."""
    code = world.new_id()
    world.tokens.codes[code] = Code(client, user, checked_scope(scope), world.agenda.now + CODE_LASTS)
    return code


def exchange(world: World, code: str, client_secret: str) -> Authorization:
    """Tokens for a code; a code is good once, for five minutes."""
    client = _client(world, client_secret)
    found = world.tokens.codes.get(code)
    if found is None or found.client != client or found.ends_at <= world.agenda.now:
        raise _bad_grant("The code is unknown, used or expired.")
    del world.tokens.codes[code]
    made = authorize(world, found.user, found.scope, expires_in=ACCESS_LASTS, client=client)
    made.refresh = _new_token(world)
    return made


def refresh(world: World, refresh_token: str, client_secret: str) -> Authorization:
    """A new access token; the refresh token stays as it is, and so does what was issued before."""
    client = _client(world, client_secret)
    found = world.tokens.refreshed_by(refresh_token)
    if found is None or found.client != client:
        raise _bad_grant("The refresh token is unknown or revoked.")
    _add_token(world, found, ACCESS_LASTS)
    return found


def expire_all(world: World) -> int:
    """End every access token that can be refreshed now; gives how many."""
    tokens = [token for each in world.tokens.authorizations.values() if each.refresh for token in each.access]
    for token in tokens:
        token.ends_at = world.agenda.now
    return len(tokens)


def _add_token(world: World, authorization: Authorization, expires_in: int | None) -> None:
    token = _new_token(world)
    if expires_in is not None:
        token.ends_at = world.agenda.now + timedelta(seconds=expires_in)
    authorization.access.append(token)
    authorization.updated_at = world.agenda.now


def _new_token(world: World) -> Token:
    return Token(id=world.new_id(), text=f"HRKU-{world.new_id()}")


def _client(world: World, secret: str) -> Client:
    found = next((each for each in world.tokens.clients.values() if each.secret == secret), None)
    if found is None:
        raise unauthorized("The client secret is wrong.")
    return found


def _bad_grant(message: str) -> Refused:
    return Refused(400, "invalid_grant", message)
