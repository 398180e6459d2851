"""What a record of a village's property rests on: a voucher that is booked, a resolution that was passed.

What must not be broken: only an event that stands in the journal, is of its kind and of the same village counts; what
was taken back counts no more.
"""

from typing import Final
from uuid import UUID

from api.commands.affairs.meetings import resolution_found
from domain.kernel.ids import EventName, StreamName, parse_stream
from domain.kernel.places import Division
from domain.village import parties, vouchers
from domain.village.vouchers import VillageVoucherBooked, VillageVoucherReversed, Voucher
from journal.journal import Reading

Told = tuple[object, ...]
"""The events of a stream, in their order."""

_VOUCHER: Final = "village_voucher"


def voucher_booked(read: Reading, name: EventName | None, *, division: Division) -> bool:
    """Whether the event books a voucher of the village, which nothing has taken back."""
    told, seq = _events(read, name, _VOUCHER)
    booked = told[seq - 1] if 0 < seq <= len(told) else None
    taken_back = any(isinstance(one, VillageVoucherReversed) for one in told)
    return isinstance(booked, VillageVoucherBooked) and booked.division == division and not taken_back


def receipt_booked(read: Reading, name: EventName | None, *, division: Division) -> Voucher | None:
    """The voucher, if the event books a receipt of the village which nothing has taken back; else None."""
    if name is None or not voucher_booked(read, name, division=division):
        return None
    voucher = read.state(StreamName(name.partition("@")[0]), vouchers.evolve)
    return voucher if voucher is not None and voucher.kind == "receipt" and not voucher.reverses else None


def resolution_passed(read: Reading, name: EventName | None, *, division: Division) -> bool:
    """Whether the event is a resolution that a meeting of the village passed."""
    found = resolution_found(read, name) if name is not None else None
    return found is not None and found.passed and found.division == division


def party_known(read: Reading, party_id: UUID, *, division: Division) -> bool:
    """Whether the village has a party of that number in its register."""
    party = read.state(parties.party_stream(party_id), parties.evolve)
    return party is not None and party.division == division


def _events(read: Reading, name: EventName | None, category: str) -> tuple[Told, int]:
    """All events of the stream that a name points into, and the number that it names; nothing for any other name."""
    stream, _, number = (name or "").rpartition("@")
    try:
        found = parse_stream(stream)[0] == category and number.isascii() and number.isdigit()
    except ValueError:
        return (), 0
    return (read.state(stream, _told) or (), int(number)) if found else ((), 0)


def _told(told: Told | None, event: object) -> Told:
    return (*(told or ()), event)
