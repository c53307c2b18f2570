"""Changed rule files are taken up while the worker runs; as long as they do not load, the rules from before stay."""

import threading
import time
from collections.abc import Callable, Sequence

import structlog
from redis.exceptions import RedisError

from core.settings import SettingsError
from rules.errors import RuleErrors
from rules.outlines import outline
from rules.rulebook import Rulebook, digest_of
from workers import credentials
from workers.crew import Crew
from workers.leftovers import Leftovers

LOOK_SECONDS = 1.0
MOST_TOLD = 3  # problems in a message to people; the log has them all

log = structlog.get_logger()


class Reloading:
    """A thread of its own, so that neither a large folder nor many rules hold up the beat.

    `standing` says how the files stand without reading them, `load` reads them; `loaded` is how they stood before the
    rules that are in force were read.
    """

    def __init__(
        self,
        crew: Crew,
        *,
        loaded: object,
        standing: Callable[[], object],
        load: Callable[[], Rulebook],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._crew = crew
        self._clock = clock
        self._standing = standing
        self._load = load
        self._taken = self._seen = loaded
        self._leftovers = Leftovers(crew)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rules", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; one that is under way comes to nothing."""
        self._over.set()

    def _run(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            try:
                self.look()
            except (RedisError, OSError) as error:  # looked at again
                log.warning("the rules cannot be changed while redis does not answer", error=type(error).__name__)
            except Exception:
                log.exception("a look at the rule files failed")

    def look(self) -> None:
        """Take up what has changed and stands still since the last look: somebody may be amid writing it."""
        stands = self._standing()
        still, self._seen = stands == self._seen, stands
        if stands != self._taken and still:
            self._take()
            self._taken = stands
        self._leftovers.look(self._clock())

    def _take(self) -> None:
        before = self._crew.book.digest
        try:
            book = self._load()
        except RuleErrors as error:
            self._refuse([f"{each.file}:{each.line}:{each.column}: {each.told}" for each in error.problems])
        except SettingsError as error:
            self._refuse([str(error)])
        else:
            if not self._over.is_set():
                self._swap(book)
                log.info("rules reloaded", rules=book.digest, before=before)
                credentials.look(self._crew)

    def _swap(self, book: Rulebook) -> None:
        """All at once, once it stands in Redis what its decisions will refer to."""
        self._crew.ledger.keep_book(book.digest, outline(book))
        self._crew.book = book
        self._crew.beat.runs(book.digest)

    def _refuse(self, problems: Sequence[str]) -> None:
        log.error(
            "the changed rules do not load, those from before stay", rules=self._crew.book.digest, problems=problems
        )
        more = len(problems) - MOST_TOLD
        told = "; ".join(problems[:MOST_TOLD]) + (f"; and {more} more" if more > 0 else "")
        self._crew.beat.tell(
            f"rules:{digest_of(list(problems))}",
            f"The rule files have changed and do not load, so the rules from before stay in force: {told}. "
            "Look: bin/dynohook rules check",
        )
