"""From an answer to what it means: the models of its endpoint, or an error if it is not what that endpoint gives."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from heroku import retrying
from heroku.calls import Answer
from heroku.errors import CallFailed

M = TypeVar("M", bound=BaseModel)


def one(model: type[M], answer: Answer) -> M:
    """The one thing that was answered."""
    return _read(model, answer.body, answer)


def many(model: type[M], answer: Answer) -> list[M]:
    """The things that were answered, in their order."""
    if not isinstance(answer.body, list):
        raise _misshapen(answer)
    return [_read(model, item, answer) for item in answer.body]


def value(answer: Answer) -> BaseModel | list[BaseModel]:
    """What was answered, by what the table says of its endpoint: fit to be shown, as its secrets do not show."""
    endpoint = answer.call.endpoint
    return many(endpoint.gives, answer) if endpoint.many else one(endpoint.gives, answer)


def _read(model: type[M], body: object, answer: Answer) -> M:
    try:
        return model.model_validate(body)
    except ValidationError:
        raise _misshapen(answer) from None  # as that error holds on to what it could not read


def _misshapen(answer: Answer) -> CallFailed:
    why = "the answer is not what this endpoint gives"
    return retrying.lost(answer.call, why, status=answer.status, request_id=answer.request_id)
