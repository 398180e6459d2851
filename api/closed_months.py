"""What stands before everything that is booked: no day of a month that is sealed, or being closed.

It knows no command: the journal asks it of every decision that moves something.
"""

from collections.abc import Sequence

from domain import periods
from domain.kernel.places import Division
from domain.periods import period_stream
from journal.facts import Fact
from journal.journal import Guard, Reading


def guard_of(county: Division) -> Guard:
    """Refuses `period.sealed`, `period.closing`; the county's months become part of the decision."""
    stream = period_stream(county)

    def guard(read: Reading, facts: Sequence[Fact]) -> None:
        earliest = min(fact.on for fact in facts if getattr(fact.event, "postings", ()))
        periods.require_open(read.state(stream, periods.evolve), on=earliest)

    return guard
