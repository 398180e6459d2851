"""What a page or program asks of the books: book, days, position; and a connection on which all of it is one moment."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import Depends, Query
from psycopg import Connection
from pydantic import AfterValidator, BeforeValidator, Field

from api.books.asked import Asked, month_of_day
from api.books.names import Names, names
from api.commands.shared import today
from api.staff.acting import Desk
from api.staff.fields import Day
from api.staff.office import Office
from projections import charts, ledger_entries, ledger_queries, trial_balances
from projections.ledger_queries import Entry, Place, Voucher, before

# An empty field of a form is one that was not filled in.
_EMPTY: Final = BeforeValidator(lambda value: None if value == "" else value)
BookName = Literal["fin", "bud", "ind"]
ACCOUNT: Final = r"^[a-z][a-z0-9-]{1,30}(:[A-Za-z0-9_.-]{1,40}){1,4}$"
POSITION_MAX: Final = 10**15


@dataclass(frozen=True, slots=True)
class BooksAsked:
    """The parameters as they were given; a day that was not given is the month of `on` until today."""

    desk: Office
    book: str | None
    since: Day
    on: Day
    known_at: int | None

    @contextmanager
    def reading(self) -> Iterator[tuple[Connection[Any], Asked, Names]]:
        """Everything of a page in one transaction. Refuses `ledger.position_outside`."""
        with self.desk.current(ledger_entries, charts) as conn:
            position = trial_balances.end_of(conn, self.known_at)
            # The position that is shown is the one that is read, whatever is appended meanwhile.
            yield conn, Asked(self.since, self.on, position, position), names(conn, known_at=position)

    def address(self, path: str, **changed: object) -> str:
        """The address of another page about the same days and position."""
        given = {"book": self.book, "since": self.since, "on": self.on, "known_at": self.known_at, **changed}
        return f"{path}?{urlencode({name: value for name, value in given.items() if value is not None})}"


def books_asked(
    desk: Desk,
    book: Annotated[
        BookName | None, _EMPTY, Query(description="账簿；不给就是全部（需要一本的，就是财务会计）")
    ] = None,
    since: Annotated[Day | None, _EMPTY, Query(description="从哪天起；不给就是 on 所在月的第一天")] = None,
    on: Annotated[Day | None, _EMPTY, Query(description="到哪一天（含）；不给就是今天")] = None,
    known_at: Annotated[
        Annotated[int, Field(ge=0, le=POSITION_MAX)] | None,
        _EMPTY,
        Query(description="只按账本前多少条记录；不给就是全部"),
    ] = None,
) -> BooksAsked:
    """A period that ends before it begins is none: it is one day."""
    last = on or today(desk.app)
    first = since or month_of_day(last)
    return BooksAsked(desk, book, min(first, last), last, known_at)


Books = Annotated[BooksAsked, Depends(books_asked)]
AccountAsked = Annotated[
    str, Query(pattern=ACCOUNT, max_length=200, description="科目，形如 fin:2307:payee，或账簿和科目编号 fin:230701")
]
CommodityAsked = Annotated[str, Query(pattern=r"^[A-Za-z0-9_.-]{1,40}$", description="币种或品种")]


def _readable(after: str | None) -> str | None:
    """Refuse a place on a day that no calendar has."""
    if after is not None:
        date.fromisoformat(after.partition(".")[0])
    return after


After = Annotated[
    str | None,
    AfterValidator(_readable),
    Query(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\.[0-9]{1,15}\.[0-9]{1,6}$",
        max_length=40,
        description="上一页的 next；不给就从 since 起",
        examples=["2026-11-22.97.2"],
    ),
]


def place_of(after: str | None, since: date) -> Place:
    """The place that `after` names; without it, that before the first entry of `since`."""
    if after is None:
        return before(since)
    day, index, number = after.split(".")
    return Place(date.fromisoformat(day), int(index), int(number))


def next_of(found: Sequence[Entry | Voucher]) -> str | None:
    """Where the next page goes on; None where this one is not full."""
    if len(found) < ledger_queries.PAGE:
        return None
    place = found[-1].place
    return f"{place.day}.{place.log_index}.{place.number}"
