"""What a form about a village's property may rest on: its booked vouchers, and the resolutions that were passed."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from api.staff.office import Office
from domain.kernel.ids import EventName
from domain.kernel.money import Fen, yuan
from domain.kernel.places import Division
from domain.kernel.village_lines import VoucherLine
from domain.village.contracts import RentReceipt, rent_credited
from projections import meetings, resource_contracts, village_books
from projections.resource_contracts import ResourceContract
from projections.village_books import Voucher

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


def rent_choices(desk: Office, contract: ResourceContract) -> list[Choice]:
    """The booked receipts that rent of a contract may still name, the latest first, with what they leave."""
    with desk.current(village_books, resource_contracts) as conn:
        found = village_books.vouchers_of(conn, contract.division, status="booked", kind="receipt", limit=OFFERED_MAX)
        named = resource_contracts.named_for(conn, [one.booked_event for one in found if one.booked_event is not None])
    choices = []
    for one in found:
        if one.booked_event is None or one.reverses is not None or one.day < contract.signed_on:
            continue
        receipt = RentReceipt(one.day, rent_credited(_lines(one)), named.get(one.booked_event, {}))
        left_fen = receipt.left_fen(contract.party_id)
        if left_fen > 0:
            told = f"{one.month} 第 {one.number} 号，{one.purpose}，还能挂 {yuan(left_fen)} 元"
            choices.append((one.booked_event, told))
    return choices


def _lines(voucher: Voucher) -> Iterator[VoucherLine]:
    for one in voucher.lines:
        party = one.get("party_id")
        yield VoucherLine(one["account"], one["side"], Fen(one["amount_fen"]), UUID(party) if party else None)


def resolution_choices(desk: Office, village: Division) -> list[Choice]:
    """The resolutions that meetings of a village passed, the latest first."""
    with desk.current(meetings) as conn:
        found = meetings.passed(conn, village, limit=OFFERED_MAX)
    return [(one.event, one.title) for one in found]
