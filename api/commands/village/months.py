"""Closing a month of a village's book: the accountant proposes it with its figures, a supervisor closes it."""

from collections.abc import Iterator
from datetime import date, timedelta

from api.commands.shared import require
from api.commands.village.books import known_book
from api.context import App
from domain.kernel.calendar import Month, first_day, last_day, month_of
from domain.kernel.events import Sha256
from domain.kernel.places import Division
from domain.kernel.village_lines import book_of_village
from domain.village import months
from domain.village.books import Book
from domain.village.months import month_stream
from journal.errors import Unavailable
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading
from projections import trial_balances, village_books


def propose_close(app: App, *, actor: Actor, key: str, division: Division, month: Month, on: date) -> Receipt:
    """Propose to close a month with the figures of this moment; nothing is booked in it from now on."""

    def decide(read: Reading) -> Iterator[Fact]:
        book = known_book(read, division)
        require(read, actor, "village_month.close_proposed/1", division=division, on=on)
        stream = month_stream(division, month)
        event = months.propose_close(
            read.state(stream, months.evolve),
            division=division,
            of=month,
            before_closed=_before_closed(read, book, month),
            opening_waits=book.opening is not None,
            vouchers_waiting=_waiting(app, division, month),
            trial_balance=_digest(app, division, month),
            proposer_id=actor.person_id,
            on=on,
        )
        yield Fact(stream, event, on)

    return app.journal.execute(actor=actor, key=key, inputs=_inputs("propose_close", division, month), decide=decide)


def withdraw_close(
    app: App, *, actor: Actor, key: str, division: Division, month: Month, reason: str, on: date
) -> Receipt:
    """Take the proposal back."""

    def decide(read: Reading) -> Iterator[Fact]:
        known_book(read, division)
        require(read, actor, "village_month.close_withdrawn/1", division=division, on=on)
        stream = month_stream(division, month)
        event = months.withdraw_close(read.state(stream, months.evolve), withdrawer_id=actor.person_id, reason=reason)
        yield Fact(stream, event, on)

    inputs = {**_inputs("withdraw_close", division, month), "reason": reason}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def close(app: App, *, actor: Actor, key: str, division: Division, month: Month, on: date) -> Receipt:
    """Close it as the second person, if its figures are still those that were proposed."""

    def decide(read: Reading) -> Iterator[Fact]:
        known_book(read, division)
        require(read, actor, "village_month.closed/1", division=division, on=on)
        stream = month_stream(division, month)
        event = months.close(
            read.state(stream, months.evolve),
            division=division,
            of=month,
            trial_balance=_digest(app, division, month),
            closer_id=actor.person_id,
        )
        yield Fact(stream, event, on)

    return app.journal.execute(actor=actor, key=key, inputs=_inputs("close", division, month), decide=decide)


def _before_closed(read: Reading, book: Book, month: Month) -> bool:
    if month <= book.first_month:
        return month == book.first_month
    before = month_of(first_day(month) - timedelta(days=1))
    found = read.state(month_stream(book.division, before), months.evolve)
    return found is not None and found.status == "closed"


def _digest(app: App, division: Division, month: Month) -> Sha256:
    """The trial balance of the village's book until the end of the month, by all that is recorded.

    Months before are closed and this one's stream is part of the decision, so nothing can slip between.
    """
    _caught_up(app)
    with app.reading.connection() as conn:
        lines = trial_balances.controls(conn, as_of=last_day(month), book=book_of_village(division))
    return trial_balances.digest_of(lines)


def _waiting(app: App, division: Division, month: Month) -> int:
    _caught_up(app)
    with app.reading.connection() as conn:
        return village_books.waiting_in(conn, division, month)


def _caught_up(app: App) -> None:
    if not app.caught_up(app.journal.position()):
        raise Unavailable("the read models do not show everything that is recorded")


def _inputs(command: str, division: Division, month: Month) -> dict[str, object]:
    return {"command": f"village_month.{command}", "division": division, "month": month}
