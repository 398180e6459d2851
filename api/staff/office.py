"""What every staff endpoint works with: the program, sessions, templates, and the watch over the read models."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request

from api.context import App
from api.web.following import Following
from api.web.sessions import Sessions
from api.web.templates import Templates
from api.web.throttle import Throttle
from journal.facts import Receipt


@dataclass(frozen=True, slots=True)
class Office:
    """Put together by the server. `checkpoint` gives the latest signed checkpoint, None before the first."""

    app: App
    sessions: Sessions
    throttle: Throttle
    templates: Templates
    checkpoint: Callable[[], bytes | None]
    following: Following

    def settle(self, receipt: Receipt | None) -> None:
        """Wait until the pages show what a command has just recorded, unless the read models follow no more."""
        if receipt is not None and self.following.running:
            self.app.caught_up(receipt.position)


def office(request: Request) -> Office:
    """The Office of the application that a request came to."""
    found: Office = request.app.state.office
    return found
