"""Assets of a village: getting them, counting them by two people, and letting them leave the register by two."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.commands.grounds import resolution_passed, voucher_booked
from api.commands.shared import place_known, record_next, require
from api.context import App
from domain.kernel.ids import EventName
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.village import assets
from domain.village.assets import DISPOSED, Asset, asset_id, asset_stream
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


@dataclass(frozen=True, slots=True)
class NewAsset:
    """What the village has got; texts name nobody, the quantity is in thousandths of the unit."""

    division: Division
    number: str
    title: str
    category: str
    how: str
    unit: str
    quantity_milli: int
    cost_fen: Fen
    acquired_on: date
    place: str
    document: str | None = None
    voucher: EventName | None = None


def acquire(app: App, *, actor: Actor, key: str, new: NewAsset, on: date) -> Receipt:
    """Write down what the village has got."""
    stream = asset_stream(asset_id(new.division, new.number))

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "asset.acquired/1", division=new.division, on=on)
        event = assets.acquire(
            read.state(stream, assets.evolve),
            division=new.division,
            division_known=place_known(read, new.division),
            number=new.number,
            title=new.title,
            category=new.category,
            how=new.how,
            unit=new.unit,
            quantity_milli=new.quantity_milli,
            cost_fen=new.cost_fen,
            acquired_on=new.acquired_on,
            place=new.place,
            document=new.document,
            voucher=new.voucher,
            voucher_booked=voucher_booked(read, new.voucher, division=new.division),
            today=on,
            actor_id=actor.person_id,
        )
        yield Fact(stream, event, on)

    inputs = {
        "command": "asset.acquire",
        "division": new.division,
        "number": new.number,
        "title": new.title,
        "category": new.category,
        "how": new.how,
        "unit": new.unit,
        "quantity_milli": new.quantity_milli,
        "cost_fen": new.cost_fen,
        "acquired_on": new.acquired_on.isoformat(),
        "place": new.place,
        "document": new.document,
        "voucher": new.voucher,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def count(
    app: App,
    *,
    actor: Actor,
    key: str,
    asset_id: UUID,
    counted_on: date,
    quantity_milli: int,
    reason: str | None,
    on: date,
) -> Receipt:
    """Write down what was counted."""

    def decided(asset: Asset) -> object:
        return assets.count(
            asset,
            counted_on=counted_on,
            quantity_milli=quantity_milli,
            reason=reason,
            today=on,
            actor_id=actor.person_id,
        )

    inputs = {
        "command": "asset.count",
        "counted_on": counted_on.isoformat(),
        "quantity_milli": quantity_milli,
        "reason": reason,
    }
    return _next(app, actor, key, asset_id, "asset.counted/1", inputs, on, decided)


def confirm_count(app: App, *, actor: Actor, key: str, asset_id: UUID, on: date) -> Receipt:
    """Agree with a count: the register changes."""

    def decided(asset: Asset) -> object:
        return assets.confirm_count(asset, actor_id=actor.person_id)

    return _next(app, actor, key, asset_id, "asset.count_confirmed/1", {"command": "asset.confirm_count"}, on, decided)


def reject_count(app: App, *, actor: Actor, key: str, asset_id: UUID, reason: str, on: date) -> Receipt:
    """Do not agree with a count."""

    def decided(asset: Asset) -> object:
        return assets.reject_count(asset, actor_id=actor.person_id, reason=reason)

    inputs = {"command": "asset.reject_count", "reason": reason}
    return _next(app, actor, key, asset_id, "asset.count_rejected/1", inputs, on, decided)


def propose_disposal(
    app: App,
    *,
    actor: Actor,
    key: str,
    asset_id: UUID,
    how: str,
    proceeds_fen: Fen,
    reason: str,
    resolution: EventName | None,
    on: date,
) -> Receipt:
    """Propose that it leaves the register."""

    def decide(read: Reading) -> Iterator[Fact]:
        asset = _known(read, asset_id)
        require(read, actor, "asset.disposal_proposed/1", division=asset.division, on=on)
        event = assets.propose_disposal(
            asset,
            how=how,
            proceeds_fen=proceeds_fen,
            reason=reason,
            resolution=resolution,
            resolution_known=resolution_passed(read, resolution, division=asset.division),
            today=on,
            actor_id=actor.person_id,
        )
        yield Fact(asset_stream(asset_id), event, on)

    inputs = {
        "command": "asset.propose_disposal",
        "asset_id": str(asset_id),
        "how": how,
        "proceeds_fen": proceeds_fen,
        "reason": reason,
        "resolution": resolution,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def confirm_disposal(
    app: App, *, actor: Actor, key: str, asset_id: UUID, ended_on: date, voucher: EventName | None, on: date
) -> Receipt:
    """Agree that it leaves the register."""

    def decide(read: Reading) -> Iterator[Fact]:
        asset = _known(read, asset_id)
        leaves = asset.disposal is None or asset.disposal.how in DISPOSED
        event_type = "asset.disposed/1" if leaves else "asset.written_off/1"
        require(read, actor, event_type, division=asset.division, on=on)
        event = assets.confirm_disposal(
            asset,
            ended_on=ended_on,
            voucher=voucher,
            voucher_booked=voucher_booked(read, voucher, division=asset.division),
            today=on,
            actor_id=actor.person_id,
        )
        yield Fact(asset_stream(asset_id), event, on)

    inputs = {
        "command": "asset.confirm_disposal",
        "asset_id": str(asset_id),
        "ended_on": ended_on.isoformat(),
        "voucher": voucher,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def reject_disposal(app: App, *, actor: Actor, key: str, asset_id: UUID, reason: str, on: date) -> Receipt:
    """Let it stay in the register."""

    def decided(asset: Asset) -> object:
        return assets.reject_disposal(asset, actor_id=actor.person_id, reason=reason)

    inputs = {"command": "asset.reject_disposal", "reason": reason}
    return _next(app, actor, key, asset_id, "asset.disposal_rejected/1", inputs, on, decided)


def _known(read: Reading, asset_id: UUID) -> Asset:
    asset = read.state(asset_stream(asset_id), assets.evolve)
    if asset is None:
        raise Refusal("asset.unknown")
    return asset


def _next(
    app: App,
    actor: Actor,
    key: str,
    asset_id: UUID,
    event_type: str,
    inputs: Mapping[str, object],
    on: date,
    decided: Callable[[Asset], object],
) -> Receipt:
    return record_next(
        app,
        actor=actor,
        key=key,
        stream=asset_stream(asset_id),
        evolve=assets.evolve,
        event_type=event_type,
        inputs={**inputs, "asset_id": str(asset_id)},
        on=on,
        unknown=Refusal("asset.unknown"),
        decided=decided,
    )
