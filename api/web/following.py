"""The thread that keeps the read models up to date while pages are served, and what became of it.

What must not be broken: if it ends by itself, every page that shows figures says so; none goes on with old ones.
"""

import logging
import threading
from collections.abc import Callable
from typing import Final

from journal.errors import IntegrityError
from projections.schema import NeedsRebuild

log = logging.getLogger(__name__)

STOP_TIMEOUT_S: Final = 30.0


class Following:
    """`follow` is `Runner.follow`: it works until its event is set, and raises where it cannot go on."""

    def __init__(self, follow: Callable[[threading.Event], None]) -> None:
        self._follow = follow
        self._stop = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="read-models", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch at hand and stop; what was applied stays."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(STOP_TIMEOUT_S)

    @property
    def running(self) -> bool:
        """Whether the read models still follow the journal here (or are left to another process)."""
        return self._failure is None

    @property
    def failure(self) -> str | None:
        """Why it ended, for operators."""
        return None if self._failure is None else f"{type(self._failure).__name__}: {self._failure}"

    @property
    def broken(self) -> str | None:
        """The integrity error at which it ended; None while there is none."""
        return str(self._failure) if isinstance(self._failure, IntegrityError) else None

    def check(self) -> None:
        """Raise IntegrityError if the read models could not go on."""
        if self._failure is not None:
            raise IntegrityError(f"the read models stopped following: {self.failure}") from self._failure

    def _run(self) -> None:
        try:
            self._follow(self._stop)
        except (IntegrityError, NeedsRebuild) as error:
            self._failure = error
            log.critical("the read models stopped following: %s", error)
        except BaseException as error:
            self._failure = RuntimeError(f"a bug: {type(error).__name__}")
            log.critical("the read models stopped following", exc_info=error)
            raise
