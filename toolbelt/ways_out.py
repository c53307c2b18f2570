"""What a person can do about a call that Heroku did not answer as hoped."""

from heroku.errors import (
    AccessDenied,
    Conflict,
    Forbidden,
    HerokuError,
    Invalid,
    NotFound,
    Refused,
    Unauthorized,
    Unavailable,
    Unknown,
)
from rules.durations import in_words


def way_out(error: HerokuError, app: str = "") -> str:
    """One phrase, to be put behind an arrow."""
    named = f" -a {app}" if app else ""
    match error:
        case Unauthorized():
            return "the token is not good any more, or never was; make another: heroku authorizations:create"
        case Forbidden():
            return "have the account's owner look at the account and at the token's scopes, or use another token"
        case NotFound() if app:
            return (
                f"is it the app's name, and is the token's account one of its collaborators? See: heroku access{named}"
            )
        case Unavailable():
            return f"nothing was done: try again in {in_words(error.retry_after)}"
        case Unknown():
            return "it may have been done: call it again, it looks first"
        case Conflict() | Invalid() | Refused():
            return f"nothing was done; what Heroku says is the reason. See: heroku webhooks{named}"
        case AccessDenied():
            return "nothing was sent: this command was not made to do that"
    return "try again"
