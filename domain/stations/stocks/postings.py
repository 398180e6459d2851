"""The accounts of goods: book `stk`, one commodity for each stock-keeping unit, whole pieces, one shelf a station.

What must not be broken: whatever comes onto a shelf or leaves it moves against another account, and the shelf
(`stk:on_hand`) never passes below nothing. Money is never posted here: what goods cost is said beside.
"""

from typing import Final
from uuid import UUID

from domain.kernel.postings import Postings, mirror, move

RECEIVED: Final = "received"
EXCHANGED: Final = "exchanged"
ADJUSTED: Final = "adjusted"
WRITTEN_OFF: Final = "written_off"


def on_hand(station_id: UUID) -> str:
    """What lies at a station: a debit account that never turns credit."""
    return f"stk:on_hand:{station_id}"


def against(what: str, station_id: UUID) -> str:
    """The other side of what moved: received, exchanged, adjusted or written off."""
    return f"stk:{what}:{station_id}"


def received(station_id: UUID, sku: str, quantity: int) -> Postings:
    """Goods came in."""
    return move(sku, quantity, debit=on_hand(station_id), credit=against(RECEIVED, station_id))


def issued(station_id: UUID, sku: str, quantity: int) -> Postings:
    """Goods went out for points."""
    return move(sku, quantity, debit=against(EXCHANGED, station_id), credit=on_hand(station_id))


def taken_back(station_id: UUID, sku: str, quantity: int) -> Postings:
    """Goods that went out for points came back: the mirror of `issued`."""
    return mirror(issued(station_id, sku, quantity))


def adjusted(station_id: UUID, sku: str, difference: int) -> Postings:
    """More was counted than the book says; less (a negative difference) as its mirror."""
    postings = move(sku, abs(difference), debit=on_hand(station_id), credit=against(ADJUSTED, station_id))
    return postings if difference > 0 else mirror(postings)


def written_off(station_id: UUID, sku: str, quantity: int) -> Postings:
    """Goods are lost or spoilt."""
    return move(sku, quantity, debit=against(WRITTEN_OFF, station_id), credit=on_hand(station_id))
