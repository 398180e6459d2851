"""An article at a station as it stands: what lies there, what it cost, and what waits for a second person."""

from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID

from domain.kernel.document_numbers import compared
from domain.kernel.money import Fen
from domain.kernel.states import known
from domain.stations.stocks.events import (
    StockAdjusted,
    StockCounted,
    StockEvent,
    StockIssued,
    StockProposalRejected,
    StockReceived,
    StockTakenBack,
    StockWriteOffProposed,
    StockWrittenOff,
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one person said and nobody has confirmed: a difference (negative: too little), or pieces written off."""

    kind: str
    quantity: int
    reason: str
    proposer_id: UUID


@dataclass(frozen=True, slots=True)
class Stock:
    """What lies there, and what all of it cost; `unit_cost_fen` is that of the last goods that came in.

    `slips`: the papers of purchases and donations, as they are compared: each brings an article in once.
    """

    station_id: UUID
    sku: str
    on_hand: int = 0
    value_fen: int = 0
    unit_cost_fen: int = 0
    proposed: Proposal | None = None
    slips: frozenset[str] = frozenset()

    def cost_of(self, quantity: int) -> Fen:
        """What so many of the pieces had cost: their share in whole fen, rounded down; the last takes the rest."""
        return Fen(self.value_fen * quantity // self.on_hand) if self.on_hand else Fen(self.unit_cost_fen * quantity)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(stock: Stock | None, event: StockEvent) -> Stock:
    """The stock after an event."""
    if isinstance(event, StockReceived):
        before = stock if stock is not None else Stock(event.station_id, event.sku)
        return replace(
            _moved(before, event.quantity, event.quantity * event.unit_cost_fen),
            unit_cost_fen=event.unit_cost_fen,
            slips=before.slips | {compared(event.document)},
        )
    before = known(stock)
    match event:
        case StockIssued():
            return _moved(before, -event.quantity, -event.cost_fen)
        case StockTakenBack():
            return _moved(before, event.quantity, event.cost_fen)
        case StockCounted():
            if not event.difference:
                return before
            return replace(
                before, proposed=Proposal("difference", event.difference, event.reason or "", event.counter_id)
            )
        case StockWriteOffProposed():
            return replace(before, proposed=Proposal("write_off", event.quantity, event.reason, event.proposer_id))
        case StockAdjusted():
            return replace(_moved(before, event.difference, event.cost_fen), proposed=None)
        case StockWrittenOff():
            return replace(_moved(before, -event.quantity, -event.cost_fen), proposed=None)
        case StockProposalRejected():
            return replace(before, proposed=None)
        case _:
            assert_never(event)


def _moved(stock: Stock, quantity: int, cost_fen: int) -> Stock:
    return replace(stock, on_hand=stock.on_hand + quantity, value_fen=stock.value_fen + cost_fen)
