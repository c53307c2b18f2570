"""Moves the simulator's time and hands its deliveries over, apart from everything that answers requests."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx2

from toolbelt.simulator.outbox import Attempt, Delivery, Subscription
from toolbelt.simulator.simulator import Simulator


@dataclass(frozen=True, slots=True)
class Manner:
    """How deliveries are made; times are seconds. `repeat` posts each that often, though acknowledged.

    At level `sync` a delivery is tried for `retried_for` from the event on; one that is older when its turn comes is
    tried once.
    `idle` is the longest time between two looks at what is due, for changes made behind the HTTP side's back.
    """

    repeat: int = 1
    time_out: float = 10.0
    first_wait: float = 0.1
    longest_wait: float = 2.0
    idle: float = 0.5
    retried_for: float = 72 * 3_600.0

    def wait(self, failures: int) -> float:
        """How long to wait after so many failures in a row."""
        return min(self.longest_wait, self.first_wait * 2.0 ** min(failures - 1, 30))


class Deliverer:
    """One courier for each subscription that is owed something: in order, the next only when one is done."""

    def __init__(
        self,
        simulator: Simulator,
        clock: Callable[[], datetime],
        client: httpx2.AsyncClient,
        manner: Manner,
    ) -> None:
        self._simulator = simulator
        self._clock = clock
        self._client = client
        self._manner = manner
        self._look = asyncio.Event()
        self._couriers: dict[str, asyncio.Task[None]] = {}

    def look(self) -> None:
        """Something may have changed: look at once."""
        self._look.set()

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as couriers:
            while True:
                self._look.clear()
                self._simulator.advance_to(self._clock())
                self._send_out(couriers)
                await self._until_due()

    async def _until_due(self) -> None:
        due = self._simulator.next_due()
        idle = self._manner.idle
        wait = idle if due is None else min(idle, (due - self._clock()).total_seconds())
        try:
            async with asyncio.timeout(max(0.0, wait)):
                await self._look.wait()
        except TimeoutError:
            return

    def _send_out(self, couriers: asyncio.TaskGroup) -> None:
        for subscription in self._simulator.outbox.subscriptions.values():
            courier = self._couriers.get(subscription.id)
            if subscription.owed and (courier is None or courier.done()):
                self._couriers[subscription.id] = couriers.create_task(self._carry(subscription))

    async def _carry(self, subscription: Subscription) -> None:
        while subscription.owed:
            delivery = subscription.owed[0]
            await self._hand_over(delivery)
            if subscription.owed and subscription.owed[0] is delivery:  # not removed meanwhile
                subscription.owed.popleft()

    async def _hand_over(self, delivery: Delivery) -> None:
        """Try until it is acknowledged, or given up."""
        while not (await self._attempt(delivery)).acknowledged:
            if (end := self._given_up(delivery)) is not None:
                delivery.status = end
                return
            wait = self._manner.wait(len(delivery.attempts))
            delivery.status, delivery.next_attempt_at = "retrying", self._clock() + timedelta(seconds=wait)
            await asyncio.sleep(wait)
        for _ in range(self._manner.repeat - 1):
            await self._attempt(delivery)
        delivery.status = "succeeded"

    def _given_up(self, delivery: Delivery) -> str | None:
        """What a delivery that is not tried again is called; None while it is.

        It is `failed` after the one attempt of level `notify`, after its time, or when its subscription is gone, and
        `skipped` when its time was over before its turn came.
        """
        if delivery.subscription.level == "notify" or not delivery.subscription.owed:
            return "failed"
        tried_for = timedelta(seconds=self._manner.retried_for)
        if self._clock() - delivery.created_at <= tried_for:
            return None
        return "skipped" if delivery.attempts[0].at - delivery.created_at > tried_for else "failed"

    async def _attempt(self, delivery: Delivery) -> Attempt:
        delivery.next_attempt_at = None
        attempt = Attempt(id=self._simulator.world.new_id(), at=self._clock())
        delivery.attempts.append(attempt)
        body, headers = delivery.packed(attempt.id)
        try:
            async with asyncio.timeout(self._manner.time_out):
                answer = await self._client.post(delivery.subscription.url, content=body, headers=headers)
            attempt.status = answer.status_code
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError) as error:
            attempt.error = type(error).__name__
        return attempt
