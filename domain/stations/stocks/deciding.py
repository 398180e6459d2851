"""What may happen to goods: they come in with a paper, go out for points, and differ from the book by two people."""

from datetime import date
from uuid import UUID

from domain.kernel.document_numbers import compared
from domain.kernel.money import Fen
from domain.kernel.reasons import require_reason
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct
from domain.stations.stocks import postings as of_goods
from domain.stations.stocks.events import (
    ORIGINS,
    QUANTITY_MAX,
    StockAdjusted,
    StockCounted,
    StockIssued,
    StockProposalRejected,
    StockReceived,
    StockTakenBack,
    StockWriteOffProposed,
    StockWrittenOff,
)
from domain.stations.stocks.state import Proposal, Stock


def receive(
    stock: Stock | None,
    *,
    station_id: UUID,
    sku: str,
    sku_known: bool,
    quantity: int,
    unit_cost_fen: Fen,
    origin: str,
    document: str,
) -> StockReceived:
    """Put goods on the shelf; `sku_known`: the article is, or was, on the station's list.

    Refused, in this order: `stock.sku_unknown`, `stock.quantity_unsuited`, `stock.origin_unknown`,
    `stock.cost_unsuited` (what was bought cost something), `stock.document_missing`, `stock.slip_used` (this
    invoice or slip has brought this article in before).
    """
    if not sku_known:
        raise Refusal("stock.sku_unknown", sku=sku)
    _positive(quantity)
    if origin not in ORIGINS:
        raise Refusal("stock.origin_unknown", origin=origin)
    if unit_cost_fen < (1 if origin == "purchase" else 0):
        raise Refusal("stock.cost_unsuited", unit_cost_fen=unit_cost_fen)
    if not document.strip():
        raise Refusal("stock.document_missing")
    if stock is not None and compared(document) in stock.slips:
        raise Refusal("stock.slip_used", document=document.strip())
    return StockReceived(
        station_id=station_id,
        sku=sku,
        quantity=quantity,
        unit_cost_fen=unit_cost_fen,
        origin=origin,
        document=document.strip(),
        postings=of_goods.received(station_id, sku, quantity),
    )


def issue(stock: Stock | None, *, exchange_id: UUID, sku: str, quantity: int) -> StockIssued:
    """Hand goods over with an exchange. Refused, in this order: `stock.quantity_unsuited`, `stock.not_enough`."""
    _positive(quantity)
    if stock is None or stock.on_hand < quantity:
        raise Refusal("stock.not_enough", sku=sku, wanted=quantity, left=stock.on_hand if stock is not None else 0)
    return StockIssued(
        exchange_id=exchange_id,
        quantity=quantity,
        cost_fen=stock.cost_of(quantity),
        postings=of_goods.issued(stock.station_id, stock.sku, quantity),
    )


def take_back(stock: Stock | None, *, exchange_id: UUID, quantity: int, cost_fen: Fen) -> StockTakenBack:
    """Put goods of an exchange back on the shelf, at the cost they left at.

    Refused, in this order: `stock.unknown`, `stock.quantity_unsuited`.
    """
    existing = _existing(stock)
    _positive(quantity)
    return StockTakenBack(
        exchange_id=exchange_id,
        quantity=quantity,
        cost_fen=cost_fen,
        postings=of_goods.taken_back(existing.station_id, existing.sku, quantity),
    )


def count(stock: Stock | None, *, counted: int, reason: str | None, counter_id: UUID, counted_on: date) -> StockCounted:
    """Say what was counted. A difference needs a reason and waits for a second person.

    Refused, in this order: `stock.unknown`, `stock.proposal_waits`, `stock.quantity_unsuited`, `reason.insufficient`.
    """
    existing = _existing(stock)
    _nothing_waits(existing)
    if not 0 <= counted <= QUANTITY_MAX:
        raise Refusal("stock.quantity_unsuited", quantity=counted, most=QUANTITY_MAX)
    difference = counted - existing.on_hand
    if difference:
        require_reason(reason or "")
    return StockCounted(
        counted_on=counted_on,
        counted=counted,
        difference=difference,
        reason=reason if difference else None,
        counter_id=counter_id,
    )


def propose_write_off(stock: Stock | None, *, quantity: int, reason: str, proposer_id: UUID) -> StockWriteOffProposed:
    """Say that goods are lost or spoilt.

    Refused, in this order: `stock.unknown`, `stock.proposal_waits`, `stock.quantity_unsuited`, `stock.not_enough`,
    `reason.insufficient`.
    """
    existing = _existing(stock)
    _nothing_waits(existing)
    _positive(quantity)
    _enough(existing, quantity)
    require_reason(reason)
    return StockWriteOffProposed(quantity=quantity, reason=reason, proposer_id=proposer_id)


def confirm(stock: Stock | None, *, quantity: int, second_id: UUID) -> StockAdjusted | StockWrittenOff:
    """A second person agrees, and it is booked. `quantity`: what he was shown, a missing one below zero.

    Refused, in this order: `stock.unknown`, `stock.nothing_waits`, `stock.proposal_differs`, `chain.acted_twice`,
    `stock.not_enough` (goods went out meanwhile).
    """
    existing = _existing(stock)
    waits = _proposed(existing)
    if waits.quantity != quantity:
        raise Refusal("stock.proposal_differs", quantity=waits.quantity, shown=quantity)
    require_distinct(second_id, acting_as="confirmer", acted=[("proposer", waits.proposer_id)])
    if waits.kind == "write_off" or waits.quantity < 0:
        _enough(existing, abs(waits.quantity))
    if waits.kind == "write_off":
        return StockWrittenOff(
            quantity=waits.quantity,
            reason=waits.reason,
            proposer_id=waits.proposer_id,
            second_id=second_id,
            cost_fen=existing.cost_of(waits.quantity),
            postings=of_goods.written_off(existing.station_id, existing.sku, waits.quantity),
        )
    cost_fen = existing.cost_of(abs(waits.quantity))
    return StockAdjusted(
        difference=waits.quantity,
        reason=waits.reason,
        proposer_id=waits.proposer_id,
        second_id=second_id,
        cost_fen=cost_fen if waits.quantity > 0 else Fen(-cost_fen),
        postings=of_goods.adjusted(existing.station_id, existing.sku, waits.quantity),
    )


def reject(stock: Stock | None, *, reason: str, second_id: UUID) -> StockProposalRejected:
    """A second person drops what waits.

    Refused, in this order: `stock.unknown`, `stock.nothing_waits`, `chain.acted_twice`, `reason.insufficient`.
    """
    waits = _proposed(_existing(stock))
    require_distinct(second_id, acting_as="confirmer", acted=[("proposer", waits.proposer_id)])
    require_reason(reason)
    return StockProposalRejected(reason=reason, second_id=second_id)


def _existing(stock: Stock | None) -> Stock:
    if stock is None:
        raise Refusal("stock.unknown")
    return stock


def _nothing_waits(stock: Stock) -> None:
    if stock.proposed is not None:
        raise Refusal("stock.proposal_waits", kind=stock.proposed.kind, quantity=stock.proposed.quantity)


def _proposed(stock: Stock) -> Proposal:
    if stock.proposed is None:
        raise Refusal("stock.nothing_waits")
    return stock.proposed


def _positive(quantity: int) -> None:
    if not 0 < quantity <= QUANTITY_MAX:
        raise Refusal("stock.quantity_unsuited", quantity=quantity, most=QUANTITY_MAX)


def _enough(stock: Stock, quantity: int) -> None:
    if stock.on_hand < quantity:
        raise Refusal("stock.not_enough", sku=stock.sku, wanted=quantity, left=stock.on_hand)
