"""The thread that publishes while pages are served, and what became of it.

What must not be broken: if it stops for a broken log, whoever looks after the program is told, and so is everyone who
opens a page.
"""

import logging
import threading
from typing import Final

from journal.errors import IntegrityError
from journal.publisher import Publisher

STOP_TIMEOUT_S: Final = 30.0

log = logging.getLogger(__name__)


class Publishing:
    """Runs `Publisher.follow` beside the server."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._stop = threading.Event()
        self._bug: str | None = None
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)

    def start(self) -> None:
        """Begin to publish."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the round at hand and stop."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(STOP_TIMEOUT_S)

    @property
    def failure(self) -> str | None:
        """Why it publishes no more, for operators."""
        return self._bug if self._publisher.failure is None else f"IntegrityError: {self._publisher.failure}"

    @property
    def broken(self) -> str | None:
        """The integrity error at which it stopped; None while there is none."""
        return None if self._publisher.failure is None else str(self._publisher.failure)

    @property
    def trouble(self) -> str | None:
        """Why it has to wait, for operators."""
        return self._publisher.trouble

    def _run(self) -> None:
        try:
            self._publisher.follow(self._stop)
        except IntegrityError as error:
            log.critical("nothing more is published: %s", error)
        except BaseException as error:
            self._bug = f"a bug: {type(error).__name__}"
            log.critical("nothing more is published", exc_info=error)
            raise
