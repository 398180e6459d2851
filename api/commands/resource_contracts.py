"""Resource contracts of a village: signing, confirming, rents that come in, and ending one before its time."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.commands.grounds import party_known, receipt_booked, resolution_passed
from api.commands.shared import place_known, record_next, require
from api.context import App
from domain.kernel.ids import EventName
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.village import assets, contracts
from domain.village.assets import asset_stream
from domain.village.contracts import Contract, Due, RentReceipt, contract_id, contract_stream, rent_credited
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading
from projections import resource_contracts


@dataclass(frozen=True, slots=True)
class NewContract:
    """A contract as it was signed; texts name nobody, the quantity is in thousandths of the unit."""

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
    asset_id: UUID | None = None
    document: str | None = None
    resolution: EventName | None = None


def sign(app: App, *, actor: Actor, key: str, new: NewContract, on: date) -> Receipt:
    """Write a contract down."""
    stream = contract_stream(contract_id(new.division, new.number))

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "resource_contract.signed/1", division=new.division, on=on)
        asset = read.state(asset_stream(new.asset_id), assets.evolve) if new.asset_id is not None else None
        event = contracts.sign(
            read.state(stream, contracts.evolve),
            division=new.division,
            division_known=place_known(read, new.division),
            number=new.number,
            title=new.title,
            resource=new.resource,
            quantity_milli=new.quantity_milli,
            unit=new.unit,
            party_id=new.party_id,
            party_known=party_known(read, new.party_id, division=new.division),
            signed_on=new.signed_on,
            since=new.since,
            until=new.until,
            dues=new.dues,
            asset_id=new.asset_id,
            asset_division=asset.division if asset is not None else None,
            asset_milli=asset.quantity_milli if asset is not None else 0,
            asset_unit=asset.unit if asset is not None else "",
            document=new.document,
            resolution=new.resolution,
            resolution_known=resolution_passed(read, new.resolution, division=new.division),
            today=on,
            actor_id=actor.person_id,
        )
        yield Fact(stream, event, on)

    inputs = {
        "command": "resource_contract.sign",
        "division": new.division,
        "number": new.number,
        "title": new.title,
        "resource": new.resource,
        "quantity_milli": new.quantity_milli,
        "unit": new.unit,
        "party_id": str(new.party_id),
        "signed_on": new.signed_on.isoformat(),
        "since": new.since.isoformat(),
        "until": new.until.isoformat(),
        "dues": [[one.on.isoformat(), one.amount_fen] for one in new.dues],
        "asset_id": str(new.asset_id) if new.asset_id is not None else None,
        "document": new.document,
        "resolution": new.resolution,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def confirm(app: App, *, actor: Actor, key: str, contract_id: UUID, on: date) -> Receipt:
    """Confirm it as another person; what of the register it lets, is let in the same append."""

    def decide(read: Reading) -> Iterator[Fact]:
        contract = _known(read, contract_id)
        require(read, actor, "resource_contract.confirmed/1", division=contract.division, on=on)
        yield Fact(contract_stream(contract_id), contracts.confirm(contract, actor_id=actor.person_id), on)
        if contract.asset_id is not None:
            require(read, actor, "asset.leased_out/1", division=contract.division, on=on)
            stream = asset_stream(contract.asset_id)
            asset = read.state(stream, assets.evolve)
            let = assets.lease_out(
                asset,
                contract_id=contract_id,
                since=contract.since,
                until=contract.until,
                quantity_milli=contract.quantity_milli,
                unit=contract.unit,
            )
            yield Fact(stream, let, on)

    inputs = {"command": "resource_contract.confirm", "contract_id": str(contract_id)}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def withdraw(app: App, *, actor: Actor, key: str, contract_id: UUID, reason: str, on: date) -> Receipt:
    """Take back what was written down wrongly, before it binds."""

    def decided(contract: Contract) -> object:
        return contracts.withdraw(contract, actor_id=actor.person_id, reason=reason)

    inputs = {"command": "resource_contract.withdraw", "reason": reason}
    return _next(app, actor, key, contract_id, "resource_contract.withdrawn/1", inputs, on, decided)


def receive_rent(
    app: App,
    *,
    actor: Actor,
    key: str,
    contract_id: UUID,
    due: int,
    amount_fen: Fen,
    received_on: date,
    voucher: EventName | None,
    on: date,
) -> Receipt:
    """Write down rent that came in."""

    def decide(read: Reading) -> Iterator[Fact]:
        contract = _known(read, contract_id)
        require(read, actor, "resource_contract.rent_received/1", division=contract.division, on=on)
        event = contracts.receive_rent(
            contract,
            due=due,
            amount_fen=amount_fen,
            received_on=received_on,
            voucher=voucher,
            receipt=_receipt(app, read, voucher, division=contract.division),
            today=on,
            actor_id=actor.person_id,
        )
        yield Fact(contract_stream(contract_id), event, on)

    inputs = {
        "command": "resource_contract.receive_rent",
        "contract_id": str(contract_id),
        "due": due,
        "amount_fen": amount_fen,
        "received_on": received_on.isoformat(),
        "voucher": voucher,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def reverse_rent(
    app: App, *, actor: Actor, key: str, contract_id: UUID, rent_seq: int, reason: str, on: date
) -> Receipt:
    """Take back what the contract's event of that number wrote down as received."""

    def decided(contract: Contract) -> object:
        return contracts.reverse_rent(
            contract, contract_id=contract_id, rent_seq=rent_seq, actor_id=actor.person_id, reason=reason
        )

    inputs = {"command": "resource_contract.reverse_rent", "rent_seq": rent_seq, "reason": reason}
    return _next(app, actor, key, contract_id, "resource_contract.rent_reversed/1", inputs, on, decided)


def end(
    app: App,
    *,
    actor: Actor,
    key: str,
    contract_id: UUID,
    last_day: date,
    reason: str,
    document: str | None,
    on: date,
) -> Receipt:
    """End it before its time; what it lets of the register is free again in the same append."""

    def decide(read: Reading) -> Iterator[Fact]:
        contract = _known(read, contract_id)
        require(read, actor, "resource_contract.ended/1", division=contract.division, on=on)
        event = contracts.end(contract, last_day=last_day, reason=reason, document=document, actor_id=actor.person_id)
        yield Fact(contract_stream(contract_id), event, on)
        if contract.asset_id is not None:
            require(read, actor, "asset.lease_ended/1", division=contract.division, on=on)
            stream = asset_stream(contract.asset_id)
            asset = read.state(stream, assets.evolve)
            yield Fact(stream, assets.end_lease(asset, contract_id=contract_id, last_day=last_day), on)

    inputs = {
        "command": "resource_contract.end",
        "contract_id": str(contract_id),
        "last_day": last_day.isoformat(),
        "reason": reason,
        "document": document,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _receipt(app: App, read: Reading, voucher: EventName | None, *, division: Division) -> RentReceipt | None:
    """A voucher as rents rest on it: the read model finds the contracts that name it, their streams are part of the
    decision.
    """
    booked = receipt_booked(read, voucher, division=division)
    if voucher is None or booked is None:
        return None
    app.caught_up(app.journal.position())
    with app.reading.connection() as conn:
        streams = [contract_stream(one) for one in resource_contracts.naming(conn, voucher)]
    found = read.states(streams, contracts.evolve).values()
    named: dict[UUID, int] = {}
    for one in found:
        if one is not None:
            named[one.party_id] = named.get(one.party_id, 0) + one.named_fen(voucher)
    return RentReceipt(booked.day, rent_credited(booked.lines), named)


def _known(read: Reading, contract_id: UUID) -> Contract:
    contract = read.state(contract_stream(contract_id), contracts.evolve)
    if contract is None:
        raise Refusal("resource_contract.unknown")
    return contract


def _next(
    app: App,
    actor: Actor,
    key: str,
    contract_id: UUID,
    event_type: str,
    inputs: Mapping[str, object],
    on: date,
    decided: Callable[[Contract], object],
) -> Receipt:
    return record_next(
        app,
        actor=actor,
        key=key,
        stream=contract_stream(contract_id),
        evolve=contracts.evolve,
        event_type=event_type,
        inputs={**inputs, "contract_id": str(contract_id)},
        on=on,
        unknown=Refusal("resource_contract.unknown"),
        decided=decided,
    )
