"""What bank and books do not both say at the end of a month: what keeps it open, and what has to be explained.

Imported by the command that closes a month, so it imports nothing of that.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from api.context import App
from domain.kernel.calendar import Month, last_day
from domain.kernel.money import Fen
from domain.periods import Blocking
from projections import reconciliation_queries as queries
from projections.reconciliation_queries import Difference

EVERYTHING = 1_000_000
NOT_COVERED = "statement_missing"
"""No statement reaches the end of the month, though the bank moved something in it."""


def blocking(app: App, month: Month) -> list[Blocking]:
    """Open differences up to the end of the month that block its close, added up by kind."""
    return _by_kind(_open(app, month, blocking="close"))


def differences(app: App, month: Month) -> list[Blocking]:
    """What does not block the close but is to be explained: warnings still open, and days that no statement covers.

    Late returns stand in the suspense account, which the close explains as such.
    """
    found = _by_kind(one for one in _open(app, month, blocking="warn") if one.kind != "late_return")
    position = position_of(app, month)
    moved = position.paid_fen + position.returned_fen
    if moved and (position.covered_until is None or position.covered_until < last_day(month)):
        found.append(Blocking(NOT_COVERED, 1, Fen(moved)))
    return found


def position_of(app: App, month: Month) -> queries.MonthPosition:
    """Bank and books of a month side by side."""
    with app.reading.connection() as conn:
        return queries.position_of(conn, since=date.fromisoformat(f"{month}-01"), until=last_day(month))


def _open(app: App, month: Month, *, blocking: str) -> list[Difference]:
    with app.reading.connection() as conn:
        found = queries.exceptions(conn, blocking=blocking, limit=EVERYTHING)
    return [one for one in found if one.day <= last_day(month)]


def _by_kind(found: Iterable[Difference]) -> list[Blocking]:
    by_kind: defaultdict[str, list[int]] = defaultdict(list)
    for one in found:
        by_kind[one.kind].append(abs(one.amount_fen))
    return [Blocking(kind, len(amounts), Fen(sum(amounts))) for kind, amounts in sorted(by_kind.items())]
