"""The JSON of authorizations and tokens: https://devcenter.heroku.com/articles/oauth"""

from datetime import datetime
from typing import Any

from toolbelt.simulator.shapes import second, user_ref
from toolbelt.simulator.tokens import ACCESS_LASTS, Authorization, Token


def authorization_json(authorization: Authorization, now: datetime) -> dict[str, Any]:
    """As the API lists it, its tokens included."""
    client = authorization.client
    return {
        "access_token": _token_json(authorization.access[-1], now),
        "client": client and {"id": client.id, "name": client.name, "redirect_uri": client.redirect_uri},
        "created_at": second(authorization.created_at),
        "description": authorization.description,
        "grant": None,
        "id": authorization.id,
        "refresh_token": _token_json(authorization.refresh, now) if authorization.refresh else None,
        "scope": list(authorization.scope),
        "session": None,
        "updated_at": second(authorization.updated_at),
        "user": {**user_ref(authorization.user), "full_name": None},
    }


def token_json(authorization: Authorization) -> dict[str, Any]:
    """What a client gets for a code or a refresh token."""
    return {
        "access_token": authorization.access[-1].text,
        "expires_in": ACCESS_LASTS,
        "refresh_token": authorization.refresh.text if authorization.refresh else None,
        "token_type": "Bearer",
        "user_id": authorization.user.id,
    }


def _token_json(token: Token, now: datetime) -> dict[str, Any]:
    left = None if token.ends_at is None else max(0, int((token.ends_at - now).total_seconds()))
    return {"expires_in": left, "id": token.id, "token": token.text}
