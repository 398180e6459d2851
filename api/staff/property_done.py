"""One step of an asset, a contract, a programme or a list, as pages and programs ask for it: which command it is."""

from dataclasses import dataclass
from datetime import date
from typing import assert_never
from uuid import UUID

from api.commands import assets, resource_contracts, subsidies
from api.context import App
from api.staff.property_shapes import (
    AssetStep,
    ContractStep,
    NewAsset,
    NewContract,
    NewProgramme,
    NewSubsidyList,
    ProgrammeStep,
    SubsidyListStep,
)
from domain.kernel.ids import EventName
from domain.kernel.money import Fen
from domain.village.contracts import Due, contract_stream
from journal.facts import Actor, Receipt


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a step of what, under which key, today."""

    app: App
    actor: Actor
    key: str
    identity: UUID
    on: date


def asset_of(wanted: NewAsset) -> assets.NewAsset:
    """An asset as the command takes it."""
    return assets.NewAsset(
        division=wanted.division,
        number=wanted.number,
        title=wanted.title,
        category=wanted.category,
        how=wanted.how,
        unit=wanted.unit,
        quantity_milli=wanted.quantity_milli,
        cost_fen=Fen(wanted.cost_fen),
        acquired_on=wanted.acquired_on,
        place=wanted.place,
        document=wanted.document,
        voucher=_event(wanted.voucher),
    )


def contract_of(wanted: NewContract) -> resource_contracts.NewContract:
    """A contract as the command takes it."""
    return resource_contracts.NewContract(
        division=wanted.division,
        number=wanted.number,
        title=wanted.title,
        resource=wanted.resource,
        quantity_milli=wanted.quantity_milli,
        unit=wanted.unit,
        party_id=wanted.party_id,
        signed_on=wanted.signed_on,
        since=wanted.since,
        until=wanted.until,
        dues=tuple(Due(one.on, Fen(one.amount_fen)) for one in wanted.dues),
        asset_id=wanted.asset_id,
        document=wanted.document,
        resolution=_event(wanted.resolution),
    )


def programme_of(wanted: NewProgramme) -> subsidies.NewProgramme:
    """A programme as the command takes it."""
    return subsidies.NewProgramme(
        division=wanted.division,
        reference=wanted.reference,
        title=wanted.title,
        document=wanted.document,
        issuer=wanted.issuer,
        unit=wanted.unit,
        standard_fen=Fen(wanted.standard_fen),
        since=wanted.since,
        sensitive=wanted.sensitive,
    )


def list_of(wanted: NewSubsidyList) -> subsidies.NewList:
    """A list as the command takes it."""
    return subsidies.NewList(
        programme_id=wanted.programme_id,
        division=wanted.division,
        period=wanted.period,
        quantities=[(one.kind, one.payee_id, one.quantity_milli) for one in wanted.payees],
        reason=wanted.reason,
    )


def asset_step(asked: Asked, wanted: AssetStep) -> Receipt:
    """A step of an asset."""
    app, actor, key, asset_id, on = asked.app, asked.actor, asked.key, asked.identity, asked.on
    reason = wanted.reason or ""
    match wanted.step:
        case "count":
            return assets.count(
                app,
                actor=actor,
                key=key,
                asset_id=asset_id,
                counted_on=wanted.counted_on or on,
                quantity_milli=wanted.quantity_milli if wanted.quantity_milli is not None else -1,
                reason=wanted.reason_text,
                on=on,
            )
        case "confirm_count":
            return assets.confirm_count(app, actor=actor, key=key, asset_id=asset_id, on=on)
        case "reject_count":
            return assets.reject_count(app, actor=actor, key=key, asset_id=asset_id, reason=reason, on=on)
        case "propose_disposal":
            return assets.propose_disposal(
                app,
                actor=actor,
                key=key,
                asset_id=asset_id,
                how=wanted.how or "",
                proceeds_fen=Fen(wanted.proceeds_fen),
                reason=wanted.reason_text or "",
                resolution=_event(wanted.resolution),
                on=on,
            )
        case "confirm_disposal":
            return assets.confirm_disposal(
                app,
                actor=actor,
                key=key,
                asset_id=asset_id,
                ended_on=wanted.ended_on or on,
                voucher=_event(wanted.voucher),
                on=on,
            )
        case "reject_disposal":
            return assets.reject_disposal(app, actor=actor, key=key, asset_id=asset_id, reason=reason, on=on)
        case _:
            assert_never(wanted.step)


def contract_step(asked: Asked, wanted: ContractStep) -> Receipt:
    """A step of a contract."""
    app, actor, key, contract_id, on = asked.app, asked.actor, asked.key, asked.identity, asked.on
    reason = wanted.reason or ""
    match wanted.step:
        case "confirm":
            return resource_contracts.confirm(app, actor=actor, key=key, contract_id=contract_id, on=on)
        case "withdraw":
            return resource_contracts.withdraw(app, actor=actor, key=key, contract_id=contract_id, reason=reason, on=on)
        case "receive_rent":
            return resource_contracts.receive_rent(
                app,
                actor=actor,
                key=key,
                contract_id=contract_id,
                due=wanted.due or 0,
                amount_fen=Fen(wanted.amount_fen or 0),
                received_on=wanted.received_on or on,
                voucher=_event(wanted.voucher),
                on=on,
            )
        case "reverse_rent":
            return resource_contracts.reverse_rent(
                app,
                actor=actor,
                key=key,
                contract_id=contract_id,
                rent_seq=_seq_of(wanted.rent, contract_id),
                reason=reason,
                on=on,
            )
        case "end":
            return resource_contracts.end(
                app,
                actor=actor,
                key=key,
                contract_id=contract_id,
                last_day=wanted.last_day or on,
                reason=reason,
                document=wanted.document,
                on=on,
            )
        case _:
            assert_never(wanted.step)


def programme_step(asked: Asked, wanted: ProgrammeStep) -> Receipt:
    """A new standard, or the end of a programme."""
    app, actor, key, programme_id, on = asked.app, asked.actor, asked.key, asked.identity, asked.on
    if wanted.step == "end":
        return subsidies.end(
            app, actor=actor, key=key, programme_id=programme_id, last_day=wanted.last_day or on, on=on
        )
    return subsidies.set_standard(
        app,
        actor=actor,
        key=key,
        programme_id=programme_id,
        standard_fen=Fen(wanted.standard_fen or 0),
        document=wanted.document or "",
        since=wanted.since or on,
        on=on,
    )


def list_step(asked: Asked, wanted: SubsidyListStep) -> Receipt:
    """What another person says of the version that waits."""
    app, actor, key, list_id, on = asked.app, asked.actor, asked.key, asked.identity, asked.on
    if wanted.step == "confirm":
        return subsidies.confirm(app, actor=actor, key=key, list_id=list_id, version=wanted.version, on=on)
    return subsidies.reject(
        app, actor=actor, key=key, list_id=list_id, version=wanted.version, reason=wanted.reason or "", on=on
    )


def _event(name: str | None) -> EventName | None:
    return EventName(name) if name is not None else None


def _seq_of(name: str | None, contract_id: UUID) -> int:
    """The number of the contract's own event that a name names; 0, which none has, for anything else."""
    stream, _, number = (name or "").rpartition("@")
    return int(number) if stream == contract_stream(contract_id) and number.isdigit() else 0
