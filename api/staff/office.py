"""What every staff endpoint works with: the program, sessions, templates, and the watch over the read models."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from psycopg import Connection

from api.context import App
from api.custody.device import Tickets
from api.invariants import InvariantWatch
from api.web.following import Following
from api.web.running import require_running
from api.web.sessions import Sessions
from api.web.templates import Templates
from api.web.throttle import Throttle
from journal.facts import Receipt
from projections.read_model import ReadModel


@dataclass(frozen=True, slots=True)
class Office:
    """Put together by the server. `checkpoint` gives the latest signed checkpoint, None before the first."""

    app: App
    sessions: Sessions
    throttle: Throttle
    templates: Templates
    checkpoint: Callable[[], bytes | None]
    following: Following
    tickets: Tickets
    invariants: InvariantWatch

    def settle(self, receipt: Receipt | None) -> None:
        """Wait until the pages show what a command has just recorded, unless the read models follow no more."""
        if receipt is not None and self.following.running:
            self.app.caught_up(receipt.position)

    @contextmanager
    def current(self, *models: ReadModel) -> Iterator[Connection[Any]]:
        """A reader's connection to read models that are whole and being followed. Raises IntegrityError if not.

        All of a page is read in one transaction, so that its figures belong together.
        """
        self.following.check()
        with self.app.reading.connection() as conn, conn.transaction():
            conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            require_running(conn, models)
            yield conn


def office(request: Request) -> Office:
    """The Office of the application that a request came to."""
    found: Office = request.app.state.office
    return found
