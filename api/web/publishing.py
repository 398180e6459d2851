"""The thread that publishes while pages are served, and what became of it.

What must not be broken: if it stops for a broken log, whoever looks after the program is told, and so is everyone who
opens a page.
"""

from api.web.beside import Beside
from journal.publisher import Publisher


class Publishing(Beside):
    """Runs `Publisher.follow` beside the server."""

    def __init__(self, publisher: Publisher) -> None:
        super().__init__(publisher.follow, name="publisher", ended="nothing more is published")
        self._publisher = publisher

    @property
    def error(self) -> Exception | None:
        """What ended it. A publisher may be stopped from outside, before its thread has come to see it."""
        return self._publisher.failure or super().error

    @property
    def trouble(self) -> str | None:
        """Why it has to wait, for operators."""
        return self._publisher.trouble
