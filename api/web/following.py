"""The thread that keeps the read models up to date while pages are served, and what became of it.

What must not be broken: if it ends by itself, every page that shows figures says so; none goes on with old ones.
"""

import threading
from collections.abc import Callable

from api.web.beside import Beside


class Following(Beside):
    """`follow` is `Runner.follow`: it works until its event is set, and raises where it cannot go on."""

    def __init__(self, follow: Callable[[threading.Event], None]) -> None:
        super().__init__(follow, name="read-models", ended="the read models stopped following")

    @property
    def running(self) -> bool:
        """Whether the read models still follow the journal here (or are left to another process)."""
        return self.error is None
