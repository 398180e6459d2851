"""A thread that works beside the server, and what became of it.

What must not be broken: a thread that ends by itself is never forgotten; whoever depends on it is told why.
"""

import logging
import threading
from collections.abc import Callable
from typing import Final

from journal.errors import IntegrityError
from projections.schema import NeedsRebuild

STOP_TIMEOUT_S: Final = 30.0

log = logging.getLogger(__name__)


class Beside:
    """`work` goes on until its event is set, and raises where it cannot. `ended` says so of it, in logs."""

    def __init__(self, work: Callable[[threading.Event], None], *, name: str, ended: str) -> None:
        self._work = work
        self._ended = ended
        self._stop = threading.Event()
        self._found: Exception | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is at hand and stop; what was done stays."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(STOP_TIMEOUT_S)

    @property
    def error(self) -> Exception | None:
        """What ended it; None while it works, was told to stop, or is left to another process."""
        return self._found

    @property
    def failure(self) -> str | None:
        """Why it ended, for operators."""
        return None if self.error is None else f"{type(self.error).__name__}: {self.error}"

    @property
    def broken(self) -> str | None:
        """The integrity error at which it ended; None while there is none."""
        return str(self.error) if isinstance(self.error, IntegrityError) else None

    def check(self) -> None:
        """Raise IntegrityError if it could not go on."""
        if self.error is not None:
            raise IntegrityError(f"{self._ended}: {self.failure}") from self.error

    def _run(self) -> None:
        try:
            self._work(self._stop)
        except (IntegrityError, NeedsRebuild) as error:
            self._found = error
            log.critical("%s: %s", self._ended, error)
        except BaseException as error:
            self._found = RuntimeError(f"a bug: {type(error).__name__}")
            log.critical("%s", self._ended, exc_info=error)
            raise
