"""The ticker: a thread in every worker that beats once a second, so that nothing waits for a message that was lost."""

import threading
from collections.abc import Callable

import structlog
from redis.exceptions import RedisError

from core.beat import Epoch
from rules.outlines import outline
from workers.crew import Crew
from workers.listening import Listening

BEAT_SECONDS = 1.0
TIDY_BEATS = 5
BOOK_BEATS = 3_600  # what decisions refer to is kept as long as the last of them

# Whoever starts first after a loss finds nothing that would tell it from a first start.
EMPTY = (
    "Dynohook begins with an empty Redis. If this is not its first start, Redis has lost its data: events, runs, "
    "counters and any pause, breaker, silence or waiting rule from before are gone, and events from before that come "
    "again only run steps that look at Heroku first."
)

log = structlog.get_logger()


class Ticker:
    """Beats until it is stopped, also while the last steps are finished; a beat that fails is followed by the next."""

    def __init__(self, crew: Crew, listening: Listening) -> None:
        self._crew = crew
        self._listening = listening
        self.connect_anew: Callable[[], None] = lambda: None  # until there is a consumer that could
        self._beats = 0
        self._silent = False
        self._noted = ""  # the epoch that was told of, and holds what our decisions refer to
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ticker", daemon=True)

    def start(self) -> None:
        """Begin to beat, and keep what this worker's decisions refer to."""
        self._thread.start()

    def stop(self) -> None:
        """Stop beating, and say that this worker leaves; its rows become free at once."""
        self._over.set()
        if self._thread.is_alive():  # it never began if Redis was away all the time
            self._thread.join(timeout=2 * BEAT_SECONDS)
        try:
            self._crew.beat.leave()
        except (RedisError, OSError) as error:
            log.warning("could not say goodbye", error=type(error).__name__)

    def _run(self) -> None:
        wait = 0.0  # the first beat is due at once: who does not beat is not missed either
        while not self._over.wait(wait):
            wait = BEAT_SECONDS
            try:
                self.beat()
                if self._silent:
                    log.info("redis answers again")
                self._silent = False
            except (RedisError, OSError) as error:
                if not self._silent:
                    log.warning("redis does not answer", error=type(error).__name__)
                self._silent = True
            except Exception:
                log.exception("a beat failed")

    def beat(self) -> None:
        """One beat: give back what broken connections left in our hands, tick, now and then tidy."""
        crew = self._crew
        while crew.left_over:
            lane, row, token = crew.left_over[0]
            crew.due.park(lane, row, token=token, seconds=0.0)
            crew.left_over.popleft()
        crew.due.disown()
        ticked = crew.beat.tick()
        if ticked.freed:
            log.warning("freed rows of a dead worker", rows=ticked.freed)
        if self._listening.is_deaf(ticked.queued) and not crew.stopping.is_set():
            self.connect_anew()
        self._compare(ticked.epoch, young=ticked.young)
        self._beats += 1
        if self._beats % TIDY_BEATS == 0:
            let_go = crew.beat.tidy(keep_seconds=crew.keep_seconds, most_bytes=crew.keep_bytes)
            if let_go:
                log.info("let old events go for memory", events=let_go)

    def _compare(self, epoch: Epoch, *, young: bool) -> None:
        """Say so if Redis began anew; what cannot be said now is said with the next beat."""
        known = self._crew.epoch
        self._crew.epoch = epoch
        if known is not None and known.id != epoch.id:
            log.error("redis lost its data", epoch=epoch.id, since=epoch.since)
        if self._noted == epoch.id and self._beats % BOOK_BEATS:
            return
        self._crew.ledger.keep_book(self._crew.book.digest, outline(self._crew.book))
        if self._noted != epoch.id and young:
            self._crew.beat.tell(f"epoch:{epoch.id}", EMPTY)
        self._noted = epoch.id
