"""Which place and which day a public page is about."""

from datetime import UTC, date, datetime
from typing import Any

from psycopg import Connection

from api.public.reading import Reading
from domain.kernel.calendar import day_in_china
from domain.kernel.places import Division, chain, contains, division
from domain.kernel.refusals import Refusal
from projections import places


def division_of(text: str) -> Division:
    """The code in an address. Refuses `page.unknown`."""
    try:
        return division(text)
    except ValueError:
        raise Refusal("page.unknown") from None


def path_to(conn: Connection[Any], read: Reading, where: Division) -> list[places.Place]:
    """The place and those above it within the county, widest first; a code that has ended keeps its page.

    Refuses `page.unknown` for one that was never registered.
    """
    if not contains(read.identity.division, where):
        raise Refusal("page.unknown")
    codes = [code for code in reversed(chain(where)) if contains(read.identity.division, code)]
    names = places.names(conn, codes, on=today())
    if where not in names:
        raise Refusal("page.unknown")
    return [places.Place(code, names[code], today()) for code in codes if code in names]


def today() -> date:
    """The day of the clock, in China."""
    return day_in_china(datetime.now(UTC))
