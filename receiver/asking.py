"""Asking Redis to keep a group, so that each delivery has an outcome of its own whatever happens."""

from collections.abc import Awaitable, Callable, Sequence

from redis.exceptions import ClusterDownError, OutOfMemoryError, ReadOnlyError, ResponseError

from core.accepting import Answer, Arrival

Outcome = Answer | Exception
Ask = Callable[[Sequence[Arrival]], Awaitable[Sequence[Outcome]]]

# These say nothing about any one delivery; asking for each singly would only add to the server's trouble.
NOBODYS_FAULT = (OutOfMemoryError, ReadOnlyError, ClusterDownError)


async def outcomes(ask: Ask, arrivals: Sequence[Arrival]) -> Sequence[Outcome]:
    """One outcome for each, in order; raises nothing.

    If the script errs over a group, each delivery is asked for singly, so that one cannot spoil its
    neighbours. Without an answer (a time-out, a broken connection) that would only take longer: nobody is kept.
    """
    try:
        answers = await ask(arrivals)
        return [answer for _, answer in zip(arrivals, answers, strict=True)]
    except Exception as error:  # noqa: BLE001  each of them is owed an answer, also when the bug is ours
        if len(arrivals) == 1 or not _concerns_one(error):
            return [error] * len(arrivals)
    return await _singly(ask, arrivals)


async def _singly(ask: Ask, arrivals: Sequence[Arrival]) -> list[Outcome]:
    found: list[Outcome] = []
    for arrival in arrivals:
        [outcome] = await outcomes(ask, [arrival])
        if isinstance(outcome, Exception) and not _concerns_one(outcome):
            return found + [outcome] * (len(arrivals) - len(found))
        found.append(outcome)
    return found


def _concerns_one(error: Exception) -> bool:
    return isinstance(error, ResponseError) and not isinstance(error, NOBODYS_FAULT)
