"""How far the county's books are closed, and on which day a fact is booked that is told too late.

Imported by every command that books what a bank says, so it imports no other command.
"""

from datetime import date

from api.commands.shared import today
from api.context import App
from domain import periods
from domain.periods import Periods, period_stream
from journal.journal import Reading


def periods_of(app: App, read: Reading | None = None) -> Periods | None:
    """How far the books are closed; None while nothing was ever proposed."""
    state = app.journal.state if read is None else read.state
    return state(period_stream(app.log.division), periods.evolve)


def told_until(app: App, on: date) -> date:
    """The last day that a bank can have booked by now: today.

    A rehearsal tells its story by days of its own; what it tells of `on` has happened by then.
    """
    return max(on, today(app))


def effective_on(app: App, read: Reading, day: date) -> date:
    """The day on which a fact of `day` is booked: itself, or the first open day where its month is closed.

    For facts of a bank, which are never refused; the bank's own day stands in the event beside it.
    """
    return periods.first_open_day(periods_of(app, read), day)
