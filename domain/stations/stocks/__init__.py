"""Goods at a station (物资), one stream for each article: what came in, went out, was counted, and is left.

What must not be broken: what is left is never below nothing; a difference or a loss is booked only when a second
person has confirmed what the first one said. What goods cost is kept in whole fen by the moving average, and the last
piece takes what is left of it, so that nothing is lost by rounding.
"""

from domain.stations.stocks.deciding import (
    confirm,
    count,
    issue,
    propose_write_off,
    receive,
    reject,
    take_back,
)
from domain.stations.stocks.events import (
    ORIGINS,
    QUANTITY_MAX,
    StockAdjusted,
    StockCounted,
    StockEvent,
    StockIssued,
    StockProposalRejected,
    StockReceived,
    StockTakenBack,
    StockWriteOffProposed,
    StockWrittenOff,
    stock_id,
    stock_stream,
)
from domain.stations.stocks.state import Proposal, Stock, evolve

__all__ = [
    "ORIGINS",
    "QUANTITY_MAX",
    "Proposal",
    "Stock",
    "StockAdjusted",
    "StockCounted",
    "StockEvent",
    "StockIssued",
    "StockProposalRejected",
    "StockReceived",
    "StockTakenBack",
    "StockWriteOffProposed",
    "StockWrittenOff",
    "confirm",
    "count",
    "evolve",
    "issue",
    "propose_write_off",
    "receive",
    "reject",
    "stock_id",
    "stock_stream",
    "take_back",
]
