"""Everything that can happen to an article at a station. Pieces are whole; what they cost is said beside, in fen."""

from datetime import date
from typing import Final
from uuid import UUID

from domain.kernel.events import event
from domain.kernel.ids import StreamName, derived, stream_name
from domain.kernel.money import Fen
from domain.kernel.postings import Postings

ORIGINS: Final = frozenset({"purchase", "donation"})
QUANTITY_MAX: Final = 1_000_000


@event("stock.received/1")
class StockReceived:
    """Goods came in: bought or given, what a piece cost (or is worth), and the paper that says so."""

    station_id: UUID
    sku: str
    quantity: int
    unit_cost_fen: Fen
    origin: str
    document: str
    postings: Postings


@event("stock.issued/1")
class StockIssued:
    """Goods went out with an exchange; `cost_fen` is what all of them together had cost."""

    exchange_id: UUID
    quantity: int
    cost_fen: Fen
    postings: Postings


@event("stock.taken_back/1")
class StockTakenBack:
    """Goods of an exchange came back, at the cost they had left at."""

    exchange_id: UUID
    quantity: int
    cost_fen: Fen
    postings: Postings


@event("stock.counted/1")
class StockCounted:
    """Somebody counted what lies there. A difference from the book waits for a second person; nothing is booked yet."""

    counted_on: date
    counted: int
    difference: int
    reason: str | None = None
    counter_id: UUID


@event("stock.adjusted/1")
class StockAdjusted:
    """A second person confirmed a counted difference; `cost_fen` has its sign."""

    difference: int
    reason: str
    proposer_id: UUID
    second_id: UUID
    cost_fen: Fen
    postings: Postings


@event("stock.write_off_proposed/1")
class StockWriteOffProposed:
    """Somebody says that so many pieces are lost or spoilt; a second person has to agree."""

    quantity: int
    reason: str
    proposer_id: UUID


@event("stock.written_off/1")
class StockWrittenOff:
    """A second person confirmed a loss."""

    quantity: int
    reason: str
    proposer_id: UUID
    second_id: UUID
    cost_fen: Fen
    postings: Postings


@event("stock.proposal_rejected/1")
class StockProposalRejected:
    """The difference or loss that waited is dropped: the book stays as it is."""

    reason: str
    second_id: UUID


StockEvent = (
    StockReceived
    | StockIssued
    | StockTakenBack
    | StockCounted
    | StockAdjusted
    | StockWriteOffProposed
    | StockWrittenOff
    | StockProposalRejected
)


def stock_id(station_id: UUID, sku: str) -> UUID:
    """The id of an article at a station."""
    return derived("stock", station_id, sku)


def stock_stream(station_id: UUID, sku: str) -> StreamName:
    """The stream of an article at a station."""
    return stream_name("stock", stock_id(station_id, sku))
