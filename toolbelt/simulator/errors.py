"""What the fake Heroku refuses, in the real one's words: status, id and message."""


class Refused(Exception):
    """A request that is answered with `{"id", "message"}` and this status; nothing was changed."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(f"{status} {error}: {message}")
        self.status = status
        self.error = error
        self.message = message


def bad_request(message: str) -> Refused:
    return Refused(400, "bad_request", message)


def not_found(thing: str) -> Refused:
    return Refused(404, "not_found", f"Couldn't find that {thing}.")


def invalid(message: str) -> Refused:
    return Refused(422, "invalid_params", message)


def bad_range(message: str) -> Refused:
    return Refused(416, "requested_range_not_satisfiable", message)
