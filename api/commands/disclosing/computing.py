"""Computing what is to be disclosed, from read models that stand at one place; nobody has recorded it yet.

What must not be broken: whoever drafts sees first what he signs; the bytes that the journal names are the ones that
were shown.
"""

import time
from dataclasses import dataclass
from datetime import date
from typing import Final

from api.commands.disclosing.streams import settings_on
from api.commands.shared import place_known
from api.context import App
from api.pooling import READ_TIMEOUT_S
from domain.disclosures.deciding import require_period
from domain.kernel.disclosed import once, span
from domain.kernel.documents import NUMBERED, PLACE_BY_PLACE, Document
from domain.kernel.events import Sha256
from domain.kernel.places import Division, level
from domain.kernel.refusals import Refusal
from domain.village import books
from domain.village.books import book_stream
from journal import disclosed_documents
from projections.disclosed import frame
from projections.disclosed.frame import Made, NotTogether
from projections.disclosed.makers import MAKERS

_AGAIN_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Computed:
    """A document, and the digest that it is kept under."""

    digest: Sha256
    document: Document


def compute(app: App, *, division: Division, kind: str, period: str, on: date) -> Computed:
    """Compute what is to be disclosed, and keep it.

    Refused, in this order: `disclosure.kind_unknown`, `disclosure.period_unknown`, `disclosure.period_not_over`,
    `place.unknown`,
    `disclosure.no_book` (of finances, where the village keeps none in that time), `disclosure.not_computable` (of such
    a place or period), `disclosure.figures_behind`.
    """
    require_period(kind=kind, period=period, today=on)
    if division != app.log.division and not place_known(app.journal, division):
        raise Refusal("place.unknown", division=division)
    if kind == "village_finances" and level(division) == "village" and once(period) is None:
        book = app.journal.state(book_stream(division), books.evolve)
        if book is None or span(period)[1] < book.since:
            raise Refusal("disclosure.no_book", division=division, period=period)
    made = _made(app, division=division, kind=kind, period=period, on=on)
    subjects = {
        table: [(one.kind, one.identity) if one is not None else None for one in rows]
        for table, rows in made.subjects.items()
    }
    with app.writing.connection() as conn:
        return Computed(disclosed_documents.keep(conn, made.document, subjects), made.document)


def _made(app: App, *, division: Division, kind: str, period: str, on: date) -> Made:
    maker = MAKERS.get(kind)
    if maker is None:
        raise Refusal("disclosure.not_computable", kind=kind, period=period, division=division)
    parameters = {**NUMBERED, "small_count_min": str(settings_on(app.journal, division, on).small_count_min)}
    if kind == "rewards":
        parameters |= PLACE_BY_PLACE
    app.caught_up(app.journal.position())
    until = time.monotonic() + READ_TIMEOUT_S
    while True:
        try:
            with app.reading.connection() as conn:
                return frame.make(conn, maker, division=division, period=period, parameters=parameters)
        except NotTogether:
            if time.monotonic() >= until:
                raise Refusal("disclosure.figures_behind") from None
            time.sleep(_AGAIN_S)
        except (KeyError, ValueError):
            raise Refusal("disclosure.not_computable", kind=kind, period=period, division=division) from None
