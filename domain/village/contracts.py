"""Contracts by which a village lets land, ponds, houses or machines: who holds them, which rent falls due when.

What must not be broken: a contract binds only once a second person has seen the paper; of no rent is more received than
is due, or than the named voucher took in as rent; what was received is taken back by another than who wrote it down.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Final, assert_never
from uuid import UUID

from domain.kernel.events import event
from domain.kernel.ids import EventName, StreamName, derived, stream_name
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.kernel.quantities import QUANTITY_MILLI_MAX, quantity
from domain.kernel.refusals import Refusal
from domain.kernel.sending_back import require_reason
from domain.kernel.separation import require_distinct
from domain.kernel.states import known
from domain.kernel.village_lines import VoucherLine

DUES_MAX: Final = 120
"""Thirty years by quarters."""
ENDINGS: Final = frozenset({"agreed", "party_in_arrears", "party_gone", "resource_taken", "other"})
"""Why a contract ends before its time."""
RENT_ACCOUNTS: Final = ("112", "113", "501")
"""应收款, 内部往来 and 经营收入 of the chart of 2023 (财会〔2023〕14号): what rent that comes in is credited to, or an
account below them.
"""


@dataclass(frozen=True, slots=True)
class Due:
    """So much rent falls due on a day."""

    on: date
    amount_fen: Fen


@event("resource_contract.signed/1")
class ResourceContractSigned:
    """The village lets something to a party of its register, from a day to a day (both included), for these rents.

    `number` is the village's own; `title`, `resource` and `document` are public and name nobody. `asset_id`: what of
    the register of assets is let, if it stands there.
    """

    division: Division
    number: str
    title: str
    resource: str
    quantity_milli: int
    unit: str
    party_id: UUID
    signed_on: date
    since: date
    until: date
    dues: tuple[Due, ...]
    recorder_id: UUID
    asset_id: UUID | None = None
    document: str | None = None
    resolution: EventName | None = None


@event("resource_contract.confirmed/1")
class ResourceContractConfirmed:
    """Another person has seen the paper: the rents fall due as it says."""

    confirmer_id: UUID


@event("resource_contract.withdrawn/1")
class ResourceContractWithdrawn:
    """It was written down wrongly, and nobody had confirmed it."""

    withdrawer_id: UUID
    reason: str


@event("resource_contract.rent_received/1")
class ResourceContractRentReceived:
    """Rent came in for the due of that place in the schedule (1 is the first). `voucher`: its booking."""

    due: int
    amount_fen: Fen
    received_on: date
    recorder_id: UUID
    voucher: EventName | None = None


@event("resource_contract.rent_reversed/1")
class ResourceContractRentReversed:
    """What one event wrote down as received, was not: another person takes it back."""

    rent: EventName
    due: int
    amount_fen: Fen
    reason: str
    reverser_id: UUID


@event("resource_contract.ended/1")
class ResourceContractEnded:
    """It ends after a day, before its time: rents of later days fall due no more."""

    last_day: date
    reason: str
    ender_id: UUID
    document: str | None = None


ResourceContractEvent = (
    ResourceContractSigned
    | ResourceContractConfirmed
    | ResourceContractWithdrawn
    | ResourceContractRentReceived
    | ResourceContractRentReversed
    | ResourceContractEnded
)


@dataclass(frozen=True, slots=True)
class Rent:
    """What was written down as received: the event's place in the stream, for which due, by whom."""

    seq: int
    due: int
    amount_fen: Fen
    recorder_id: UUID
    voucher: EventName | None = None
    reversed: bool = False


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract. `status`: signed, confirmed, withdrawn or ended; `seq` counts its events."""

    division: Division
    number: str
    since: date
    until: date
    signed_on: date
    dues: tuple[Due, ...]
    asset_id: UUID | None
    quantity_milli: int
    unit: str
    recorder_id: UUID
    party_id: UUID
    status: str = "signed"
    rents: tuple[Rent, ...] = ()
    seq: int = 1

    def received_fen(self, due: int) -> int:
        """What has come in for a due."""
        return sum(one.amount_fen for one in self.rents if one.due == due and not one.reversed)

    def named_fen(self, voucher: EventName) -> int:
        """How much of its rent names a voucher."""
        return sum(one.amount_fen for one in self.rents if one.voucher == voucher and not one.reversed)

    def falls_due(self, due: Due) -> bool:
        """Whether it still falls due: an ended contract has no later rents."""
        return self.status != "ended" or due.on <= self.until


@dataclass(frozen=True, slots=True)
class RentReceipt:
    """A booked receipt as rents rest on it: its day, and what it credits to accounts of rent, by party (None: nobody's
    own account). `named`: by party, what rents name it for already.
    """

    day: date
    credited: Mapping[UUID | None, int]
    named: Mapping[UUID, int]

    def left_fen(self, party_id: UUID) -> int:
        """What rent of a party may still name it: what is credited to him, and what others leave of nobody's own."""
        beyond = sum(max(fen - self.credited.get(one, 0), 0) for one, fen in self.named.items())
        own = self.credited.get(party_id, 0) - self.named.get(party_id, 0)
        return max(own, 0) + self.credited.get(None, 0) - beyond


def rent_credited(lines: Iterable[VoucherLine]) -> dict[UUID | None, int]:
    """What a voucher's lines credit to accounts of rent, by the party that they name."""
    sums: dict[UUID | None, int] = {}
    for one in lines:
        if one.side == "credit" and one.account.startswith(RENT_ACCOUNTS):
            sums[one.party_id] = sums.get(one.party_id, 0) + one.amount_fen
    return sums


def contract_id(division: Division, number: str) -> UUID:
    """The id of a village's contract of a number: recording it twice meets the first."""
    return derived("resource_contract", division, number)


def contract_stream(contract_id: UUID) -> StreamName:
    """The stream of a contract."""
    return stream_name("resource_contract", contract_id)


# Decide: what may happen, judged by the rules in force.


def sign(
    contract: Contract | None,
    *,
    division: Division,
    division_known: bool,
    number: str,
    title: str,
    resource: str,
    quantity_milli: int,
    unit: str,
    party_id: UUID,
    party_known: bool,
    signed_on: date,
    since: date,
    until: date,
    dues: Sequence[Due],
    asset_id: UUID | None,
    asset_division: Division | None,
    asset_milli: int,
    asset_unit: str,
    document: str | None,
    resolution: EventName | None,
    resolution_known: bool,
    today: date,
    actor_id: UUID,
) -> ResourceContractSigned:
    """Write a contract down as it was signed; `asset_division`: whose the asset is, None where it is not known;
    `asset_milli`, `asset_unit`: how much of it the register has.

    Refused, in this order: `resource_contract.already_recorded`, `place.unknown`, `resource_contract.party_unknown`,
    `resource_contract.quantity_out_of_range`, `resource_contract.signed_in_future`, `resource_contract.days_reversed`,
    `resource_contract.dues_wrong`, `asset.unknown`, `asset.less_than_let`, `resource_contract.resolution_unknown`.
    """
    if contract is not None and contract.status != "withdrawn":
        raise Refusal("resource_contract.already_recorded", number=number)
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if not party_known:
        raise Refusal("resource_contract.party_unknown")
    if not 0 < quantity_milli <= QUANTITY_MILLI_MAX:
        raise Refusal("resource_contract.quantity_out_of_range", quantity_milli=quantity_milli)
    if signed_on > today:
        raise Refusal("resource_contract.signed_in_future", signed_on=signed_on)
    if until < since or until < signed_on:
        raise Refusal("resource_contract.days_reversed", since=since, until=until)
    _require_schedule(dues, signed_on=signed_on, until=until)
    if asset_id is not None:
        if asset_division != division:
            raise Refusal("asset.unknown")
        if unit != asset_unit or quantity_milli > asset_milli:
            raise Refusal("asset.less_than_let", register_quantity=quantity(asset_milli), register_unit=asset_unit)
    if resolution is not None and not resolution_known:
        raise Refusal("resource_contract.resolution_unknown", resolution=resolution)
    return ResourceContractSigned(
        division=division,
        number=number,
        title=title,
        resource=resource,
        quantity_milli=quantity_milli,
        unit=unit,
        party_id=party_id,
        signed_on=signed_on,
        since=since,
        until=until,
        dues=tuple(dues),
        asset_id=asset_id,
        document=document,
        resolution=resolution,
        recorder_id=actor_id,
    )


def confirm(contract: Contract | None, *, actor_id: UUID) -> ResourceContractConfirmed:
    """Confirm that the paper says so.

    Refused, in this order: `resource_contract.unknown`, `resource_contract.not_signed`, `chain.acted_twice`.
    """
    existing = _existing(contract)
    if existing.status != "signed":
        raise Refusal("resource_contract.not_signed", status=existing.status)
    require_distinct(actor_id, acting_as="confirmer", acted=[("recorder", existing.recorder_id)])
    return ResourceContractConfirmed(confirmer_id=actor_id)


def withdraw(contract: Contract | None, *, actor_id: UUID, reason: str) -> ResourceContractWithdrawn:
    """Take back what was written down wrongly, before it binds; its recorder may do so himself.

    Refused, in this order: `resource_contract.unknown`, `resource_contract.not_signed`, `sending_back.reason_unknown`.
    """
    existing = _existing(contract)
    if existing.status != "signed":
        raise Refusal("resource_contract.not_signed", status=existing.status)
    require_reason(reason)
    return ResourceContractWithdrawn(withdrawer_id=actor_id, reason=reason)


def receive_rent(
    contract: Contract | None,
    *,
    due: int,
    amount_fen: Fen,
    received_on: date,
    voucher: EventName | None,
    receipt: RentReceipt | None,
    today: date,
    actor_id: UUID,
) -> ResourceContractRentReceived:
    """Write down rent that came in, in whole or in part. `receipt`: what the voucher says, None where it is no booked
    receipt of the village.

    Refused, in this order: `resource_contract.unknown`, `resource_contract.not_confirmed`,
    `resource_contract.due_unknown`, `resource_contract.due_cancelled`, `resource_contract.day_in_future`,
    `resource_contract.more_than_due`, `resource_contract.voucher_unknown`,
    `resource_contract.voucher_before` (dated before the contract was signed), `resource_contract.voucher_unsuited` (it
    credits no rent, or another's), `resource_contract.more_than_voucher`.
    """
    existing = _existing(contract)
    if existing.status not in ("confirmed", "ended"):
        raise Refusal("resource_contract.not_confirmed", status=existing.status)
    if not 1 <= due <= len(existing.dues):
        raise Refusal("resource_contract.due_unknown", due=due)
    wanted = existing.dues[due - 1]
    if not existing.falls_due(wanted):
        raise Refusal("resource_contract.due_cancelled", due=due, last_day=existing.until)
    if not existing.signed_on <= received_on <= today:
        raise Refusal("resource_contract.day_in_future", day=received_on)
    outstanding_fen = wanted.amount_fen - existing.received_fen(due)
    if not 0 < amount_fen <= outstanding_fen:
        raise Refusal("resource_contract.more_than_due", amount_fen=amount_fen, outstanding_fen=outstanding_fen)
    if voucher is not None:
        if receipt is None:
            raise Refusal("resource_contract.voucher_unknown", voucher=voucher)
        if receipt.day < existing.signed_on:
            raise Refusal("resource_contract.voucher_before", day=receipt.day, signed_on=existing.signed_on)
        if not receipt.credited.keys() & {None, existing.party_id}:
            raise Refusal("resource_contract.voucher_unsuited", voucher=voucher)
        left_fen = receipt.left_fen(existing.party_id)
        if amount_fen > left_fen:
            raise Refusal("resource_contract.more_than_voucher", amount_fen=amount_fen, left_fen=left_fen)
    return ResourceContractRentReceived(
        due=due, amount_fen=amount_fen, received_on=received_on, voucher=voucher, recorder_id=actor_id
    )


def reverse_rent(
    contract: Contract | None, *, contract_id: UUID, rent_seq: int, actor_id: UUID, reason: str
) -> ResourceContractRentReversed:
    """Take back what the stream's event of that number wrote down as received.

    Refused, in this order: `resource_contract.unknown`, `resource_contract.rent_unknown`,
    `resource_contract.rent_reversed`, `sending_back.reason_unknown`, `chain.acted_twice`.
    """
    existing = _existing(contract)
    rent = next((one for one in existing.rents if one.seq == rent_seq), None)
    if rent is None:
        raise Refusal("resource_contract.rent_unknown")
    if rent.reversed:
        raise Refusal("resource_contract.rent_reversed")
    require_reason(reason)
    require_distinct(actor_id, acting_as="reverser", acted=[("recorder", rent.recorder_id)])
    return ResourceContractRentReversed(
        rent=EventName(f"{contract_stream(contract_id)}@{rent_seq}"),
        due=rent.due,
        amount_fen=rent.amount_fen,
        reason=reason,
        reverser_id=actor_id,
    )


def end(
    contract: Contract | None, *, last_day: date, reason: str, document: str | None, actor_id: UUID
) -> ResourceContractEnded:
    """End it before its time; whoever wrote it down does not.

    Refused, in this order: `resource_contract.unknown`, `resource_contract.not_confirmed`,
    `resource_contract.ending_unknown`, `resource_contract.ends_outside`, `resource_contract.paid_ahead` (rent of a
    later day came in: it is reversed or given back first), `chain.acted_twice`.
    """
    existing = _existing(contract)
    if existing.status != "confirmed":
        raise Refusal("resource_contract.not_confirmed", status=existing.status)
    if reason not in ENDINGS:
        raise Refusal("resource_contract.ending_unknown", reason=reason)
    if not existing.signed_on <= last_day < existing.until:
        raise Refusal("resource_contract.ends_outside", last_day=last_day, until=existing.until)
    later = [number for number, due in enumerate(existing.dues, start=1) if due.on > last_day]
    if any(existing.received_fen(number) for number in later):
        raise Refusal("resource_contract.paid_ahead", last_day=last_day)
    require_distinct(actor_id, acting_as="ender", acted=[("recorder", existing.recorder_id)])
    return ResourceContractEnded(last_day=last_day, reason=reason, document=document, ender_id=actor_id)


def _require_schedule(dues: Sequence[Due], *, signed_on: date, until: date) -> None:
    days = [one.on for one in dues]
    rising = all(earlier < later for earlier, later in pairwise(days))
    within = all(signed_on <= day <= until for day in days)
    paid = all(one.amount_fen > 0 for one in dues)
    if not (1 <= len(dues) <= DUES_MAX and rising and within and paid):
        raise Refusal("resource_contract.dues_wrong", count=len(dues), dues_max=DUES_MAX)


def _existing(contract: Contract | None) -> Contract:
    if contract is None:
        raise Refusal("resource_contract.unknown")
    return contract


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(contract: Contract | None, event: ResourceContractEvent) -> Contract:
    """The contract after an event."""
    if isinstance(event, ResourceContractSigned):
        return Contract(
            event.division,
            event.number,
            event.since,
            event.until,
            event.signed_on,
            event.dues,
            event.asset_id,
            event.quantity_milli,
            event.unit,
            event.recorder_id,
            event.party_id,
            seq=contract.seq + 1 if contract is not None else 1,
        )
    existing = replace(known(contract), seq=known(contract).seq + 1)
    match event:
        case ResourceContractConfirmed():
            return replace(existing, status="confirmed")
        case ResourceContractWithdrawn():
            return replace(existing, status="withdrawn")
        case ResourceContractRentReceived():
            rent = Rent(existing.seq, event.due, event.amount_fen, event.recorder_id, event.voucher)
            return replace(existing, rents=(*existing.rents, rent))
        case ResourceContractRentReversed(rent=rent):
            return replace(existing, rents=tuple(_reversed(one, rent) for one in existing.rents))
        case ResourceContractEnded(last_day=last_day):
            return replace(existing, status="ended", until=last_day)
        case _:
            assert_never(event)


def _reversed(rent: Rent, name: EventName) -> Rent:
    return replace(rent, reversed=True) if name.endswith(f"@{rent.seq}") else rent
