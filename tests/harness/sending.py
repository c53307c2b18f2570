"""Heroku's side of the door: signs and posts, and sends again whatever it has no 2xx for."""

import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

import httpx2

from heroku.samples import encode
from heroku.signature import HEADER, sign
from tests.harness.events import Document, attempt
from toolbelt.waiting import DidNotHappen, until

ANSWER = 15.0  # seconds: no request may take longer, whatever is wrong with Redis
BETWEEN_TRIES = 0.05  # seconds; Heroku is more patient
THREADS = 8


class Sender:
    """Posts to one address. `answers` holds, for each event, what its acknowledged attempts were told."""

    def __init__(self, url: str, *, secret: str) -> None:
        limits = httpx2.Limits(max_connections=200, max_keepalive_connections=200)
        self._client = httpx2.Client(timeout=ANSWER, trust_env=False, limits=limits)
        self._url = url
        self.secret = secret
        self.answers: dict[str, list[str]] = {}
        self.statuses: dict[int | None, int] = {}
        self._writing = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def post(self, document: Document) -> httpx2.Response | None:
        """One attempt at a delivery; None if there was no answer."""
        body = encode(attempt(document))
        return self.post_bytes(body, {HEADER: sign(self.secret, body)}, id=document["id"])

    def post_bytes(self, body: bytes, headers: dict[str, str], *, id: str = "") -> httpx2.Response | None:
        """Any body under any headers; with the event's `id` if it is one that Heroku could have sent."""
        answer = self._posted(body, headers)
        status = None if answer is None else answer.status_code
        with self._writing:
            self.statuses[status] = self.statuses.get(status, 0) + 1
            if id and answer is not None and answer.is_success:
                self.answers.setdefault(id, []).append(answer.json()["status"])
        return answer

    def _posted(self, body: bytes, headers: dict[str, str]) -> httpx2.Response | None:
        try:
            return self._client.post(self._url, content=body, headers=headers)
        except httpx2.TimeoutException as error:
            raise AssertionError(f"no answer within {ANSWER:g} s ({type(error).__name__})") from error
        except httpx2.TransportError:
            return None

    def deliver(self, document: Document, *, until_time: float) -> None:
        """Try until it is acknowledged, as a subscription of level `sync` does."""
        while True:
            answer = self.post(document)
            if answer is not None and answer.is_success:
                return
            status = None if answer is None else answer.status_code
            if status not in (None, 503):
                raise AssertionError(f"a delivery that Heroku signed was answered {status}")
            if time.monotonic() > until_time:
                raise DidNotHappen(f"event {document['id']} was not taken; the last answer was {status}")
            time.sleep(BETWEEN_TRIES)

    def burst(self, documents: Iterable[Document], *, within: float = 90.0, threads: int = THREADS) -> "Burst":
        """Deliver them all from several threads, and come back at once."""
        return Burst(self, list(documents), within=within, threads=threads)


class Burst:
    """Many deliveries under way."""

    def __init__(self, sender: Sender, documents: list[Document], *, within: float, threads: int) -> None:
        until_time = time.monotonic() + within
        self._within = within
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="sender")
        self._tasks: list[Future[None]] = [
            self._pool.submit(sender.deliver, document, until_time=until_time) for document in documents
        ]

    @property
    def acknowledged(self) -> int:
        return sum(task.done() for task in self._tasks)

    @property
    def is_over(self) -> bool:
        return self.acknowledged == len(self._tasks)

    def reached(self, number: int) -> None:
        """Wait until so many were acknowledged."""
        until(lambda: self.acknowledged >= number, what=f"{number} deliveries to be taken", within=self._within)

    def finish(self) -> None:
        """Wait for all, and raise what any of them raised."""
        try:
            for task in self._tasks:
                task.result(self._within + ANSWER)
        finally:
            self._pool.shutdown(cancel_futures=True)
