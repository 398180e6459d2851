"""The vouchers that wait for somebody: whose turn his role is, and those of his own that were sent back."""

from typing import Any, Final

from psycopg import Connection

from api.staff.acting import Acting
from api.staff.office import Office
from domain import authority
from domain.kernel.places import Division
from domain.village.vouchers import STEPS
from projections import village_books
from projections.village_books import Voucher

SHOWN_MAX: Final = 100


def vouchers_waiting(desk: Office, who: Acting) -> list[Voucher]:
    """In all of his areas."""
    if not who.may("village_books"):
        return []
    with desk.current(village_books) as conn:
        return [one for area in who.areas for one in waiting_in(conn, who, area)]


def waiting_in(conn: Connection[Any], who: Acting, area: Division) -> list[Voucher]:
    """In an area, the one that waits longest first; what he has signed already is another's turn."""
    statuses = [status for status, role in STEPS.items() if role == who.role]
    found = village_books.waiting(conn, area, statuses=statuses, limit=SHOWN_MAX) if statuses else []
    turn = [one for one in found if who.person_id not in (one.handler_id, one.reviewer_id, one.approver_id)]
    if not authority.may(who.role, "village_voucher.revised/1"):
        return turn
    own = village_books.waiting(conn, area, statuses=["sent_back"], handler_id=who.person_id, limit=SHOWN_MAX)
    return [*own, *turn]
