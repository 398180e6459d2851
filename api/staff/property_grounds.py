"""What a form about a village's property may rest on: its booked vouchers, and the resolutions that were passed."""

from typing import Final

from api.staff.office import Office
from domain.kernel.ids import EventName
from domain.kernel.money import yuan
from domain.kernel.places import Division
from projections import meetings, village_books

OFFERED_MAX: Final = 100
"""The latest; an older one is named over the API."""

Choice = tuple[EventName, str]
"""The event that is named, and what a person reads."""


def voucher_choices(desk: Office, village: Division) -> list[Choice]:
    """The vouchers of a village that are booked and not taken back, the latest first."""
    with desk.current(village_books) as conn:
        found = village_books.vouchers_of(conn, village, status="booked", limit=OFFERED_MAX)
    return [
        (one.booked_event, f"{one.month} 第 {one.number} 号，{one.purpose}，{yuan(one.amount_fen)} 元")
        for one in found
        if one.booked_event is not None
    ]


def resolution_choices(desk: Office, village: Division) -> list[Choice]:
    """The resolutions that meetings of a village passed, the latest first."""
    with desk.current(meetings) as conn:
        found = meetings.passed(conn, village, limit=OFFERED_MAX)
    return [(one.event, one.title) for one in found]
