"""Who does things on the fake Heroku."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with an account, or a part of Heroku that acts."""

    id: str
    email: str
