"""What the fake Heroku refuses, in the real one's words: status, id and message.

https://devcenter.heroku.com/articles/platform-api-reference#errors
"""


class Refused(Exception):
    """A request that is answered with `{"id", "message"}` and this status; nothing was changed."""

    def __init__(self, status: int, error: str, message: str, url: str | None = None) -> None:
        super().__init__(f"{status} {error}: {message}")
        self.status = status
        self.error = error
        self.message = message
        self.url = url

    def body(self) -> dict[str, str]:
        """As the API says it."""
        said = {"id": self.error, "message": self.message}
        return said if self.url is None else said | {"url": self.url}


def bad_request(message: str) -> Refused:
    return Refused(400, "bad_request", message)


def unauthorized(message: str) -> Refused:
    return Refused(401, "unauthorized", message)


def forbidden(message: str) -> Refused:
    return Refused(403, "forbidden", message)


def not_found(thing: str) -> Refused:
    return Refused(404, "not_found", f"Couldn't find that {thing}.")


def conflict(message: str) -> Refused:
    return Refused(409, "conflict", message)


def gone(message: str) -> Refused:
    return Refused(410, "gone", message)


def invalid(message: str) -> Refused:
    return Refused(422, "invalid_params", message)


def unverified(what: str) -> Refused:
    return Refused(422, "verification_needed", f"Please verify your account to {what}.", "https://heroku.com/verify")


def unconfirmed(what: str, name: str) -> Refused:
    return Refused(423, "confirmation_required", f"{what} wants to be confirmed. To proceed, send `confirm` as {name}.")


def bad_range(message: str) -> Refused:
    return Refused(416, "requested_range_not_satisfiable", message)
