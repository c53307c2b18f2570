"""The nine mistakes that a service like this is known for, as small changes to our source, each with tests that fail.

A mutant is right as long as its old texts stand in the source exactly once; that is checked with every run.
"""

from dataclasses import dataclass

ONCE = "tests/once/test_once.py"
TOGETHER = "tests/once/test_together.py"
WORKER_KILLED = "tests/faults/test_worker_killed.py"


@dataclass(frozen=True)
class Change:
    """What stands in a file, and what stands there in the mutant."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """One mistake, and tests each of which must fail when it is made."""

    name: str
    changes: tuple[Change, ...]
    killers: tuple[str, ...]


MUTANTS = (
    Mutant(
        "acknowledge before commit",
        (
            Change(
                "receiver/deliveries.py",
                "kept = await self._keep(found)",
                "asyncio.get_running_loop().create_task(self._keep(found))\n        kept = 'accepted'",
            ),
        ),
        (
            f"{ONCE}::test_a_delivery_repeated_five_times_acts_once",
            "tests/once/test_acknowledging.py::test_nothing_is_acknowledged_while_redis_does_not_answer",
        ),
    ),
    Mutant(
        "check, then insert",
        (
            Change(
                "core/accepting.py",
                'self._accept = redis.register_script(scripts.source("accept"))',
                'self._accept = redis.register_script(scripts.source("accept"))\n        self._redis = redis',
            ),
            Change(
                "core/accepting.py",
                "numbers = await self._accept(args=_arguments(arrivals))",
                'known = await self._redis.mget(["dh:event:" + arrival.id for arrival in arrivals])\n'
                "            arrivals = [arrival for arrival, record in zip(arrivals, known) if record is None]\n"
                "            numbers = await self._accept(args=_arguments(arrivals))",
            ),
            Change(
                "core/accepting.py",
                "return [_ANSWERS[number] for number in numbers]",
                "answers = iter([_ANSWERS[number] for number in numbers])\n"
                '        return ["duplicate" if record else next(answers) for record in known]',
            ),
            Change(
                "core/scripts/accept.lua",
                "local key = seen_bucket(hash, ARGV[i + 3]) or false",
                "local key = L.SEEN_ONE .. hash",
            ),
            Change(
                "core/scripts/accept.lua",
                "if not redis.call('SET', L.EVENT .. id, record, 'NX') then return 0 end",
                "redis.call('SET', L.EVENT .. id, record)",
            ),
        ),
        (f"{TOGETHER}::test_of_many_that_keep_one_event_at_the_same_moment_one_does",),
    ),
    Mutant(
        "crash after effect, before record",
        (
            Change(
                "core/scripts/begin.lua",
                "redis.call('HSET', L.RUN .. run, ARGV[3], ARGV[4])",
                "-- nothing is written down before the call",
            ),
        ),
        (f"{WORKER_KILLED}::test_a_worker_killed_amid_three_calls_makes_each_change_once",),
    ),
    Mutant(
        "no idempotency record",
        (
            Change("core/scripts/accept.lua", "  mark_seen(bucket, hash, hour)", "  -- nobody remembers it"),
            Change(
                "core/scripts/accept.lua",
                "if not redis.call('SET', L.EVENT .. id, record, 'NX') then return 0 end",
                "redis.call('SET', L.EVENT .. id, record)",
            ),
        ),
        (
            f"{ONCE}::test_a_delivery_repeated_five_times_acts_once",
            f"{ONCE}::test_a_repeat_that_comes_after_all_is_done_starts_nothing",
        ),
    ),
    Mutant(
        "order assumed",
        (
            Change(
                "core/scripts/_gates.lua",
                "key, text(t - within), text(t + within), 'WITHSCORES'",
                "key, text(t - within), text(t), 'WITHSCORES'",
            ),
        ),
        (f"{ONCE}::test_two_crashes_told_in_the_wrong_order_still_count_as_two",),
    ),
    Mutant(
        "sensitive logging",
        (
            Change(
                "receiver/deliveries.py",
                "kept = await self._keep(found)",
                'kept = await self._keep(found)\n        log.info("delivery", body=body.kept.decode())',
            ),
        ),
        (f"{ONCE}::test_in_the_end_nothing_else_was_done_and_no_secret_was_told",),
    ),
    Mutant(
        "effect before de-duplication",
        (
            Change(
                "core/scripts/accept.lua",
                "  local answer = 0\n",
                "  local answer = 0\n  redis.call('ZADD', due, text(now), ARGV[i])\n",
            ),
        ),
        (f"{ONCE}::test_a_repeat_that_comes_after_all_is_done_starts_nothing",),
    ),
    Mutant(
        "signature after parse",
        (
            Change(
                "receiver/deliveries.py",
                "body = await self._reader.read(receive, check.update)",
                "body = await self._reader.read(receive, len)\n"
                "            json = __import__('json')\n"
                "            check.update(json.dumps(json.loads(body.kept), separators=(',', ':')).encode())",
            ),
        ),
        (f"{ONCE}::test_bytes_are_signed_and_not_what_they_mean",),
    ),
    Mutant(
        "stale signature accepted",
        (
            Change(
                "receiver/deliveries.py",
                "self._believe(headers, fits=check.fits(signature))",
                "known = vars(self).setdefault('_known', set())\n"
                "            self._believe(headers, fits=check.fits(signature) or signature in known)\n"
                "            known.add(signature)",
            ),
        ),
        (f"{ONCE}::test_an_altered_body_under_a_good_signature_is_not_believed",),
    ),
)
