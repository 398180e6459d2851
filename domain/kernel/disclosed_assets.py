"""What a village owns and lets, as it is disclosed: the register on the last day of a period, what changed in it, and
the contracts with the rents that fell due, came in, and are late.

What must not be broken: the document follows from the records alone that are handed in; whoever folds them from the
events, or reads them from a table, comes to the same bytes. Days are ISO texts, which sort as days do.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from domain.kernel.disclosed import span
from domain.kernel.documents import Column, Document, Row, Table
from domain.kernel.places import Division, contains, level
from domain.kernel.quantities import quantity

QUERY: Final = "assets/1"
RESOURCE: Final = "resource"
COUNTED: Final = "counted"
"""The one change after which an asset stays in the register with another quantity."""


@dataclass(frozen=True, slots=True)
class AssetRecord:
    """An asset as the register has it now; `left_on`: since when it has it no more; `leases`: from when to when."""

    division: Division
    number: str
    title: str
    category: str
    unit: str
    quantity_milli: int
    cost_fen: int
    acquired_on: str
    left_on: str | None
    leases: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """One change of what is owned; `index` is its place in the log."""

    division: Division
    number: str
    title: str
    unit: str
    day: str
    change: str
    quantity_milli: int
    amount_fen: int
    index: int


@dataclass(frozen=True, slots=True)
class ContractRecord:
    """A contract that two people stand for. `dues`: day and amount of each rent, what was cancelled left out; `rents`:
    for which of them (the day that it fell due), how much and when it came in; what was taken back stands there once
    more, below zero, on the day on which it was.
    """

    division: Division
    number: str
    title: str
    resource: str
    unit: str
    quantity_milli: int
    party: str
    since: str
    until: str
    dues: tuple[tuple[str, int], ...]
    rents: tuple[tuple[str, int, str], ...]


_ASSETS: Final = (
    Column("number", "text"),
    Column("title", "text"),
    Column("category", "code"),
    Column("quantity", "text"),
    Column("fen", "fen"),
    Column("acquired_on", "date"),
    Column("state", "code"),
)
REGISTERED: Final = (
    Column("number", "text"),
    Column("resource", "text"),
    Column("quantity", "text"),
    Column("state", "code"),
)
"""The columns of `resources_on`."""
_CHANGES: Final = (
    Column("day", "date"),
    Column("number", "text"),
    Column("title", "text"),
    Column("change", "code"),
    Column("quantity", "text"),
    Column("fen", "fen"),
)
_CONTRACTS: Final = (
    Column("number", "text"),
    Column("title", "text"),
    Column("resource", "text"),
    Column("quantity", "text"),
    Column("party", "ref"),
    Column("since", "date"),
    Column("until", "date"),
    Column("due_fen", "fen"),
    Column("received_fen", "fen"),
    Column("overdue_fen", "fen"),
)
_FIGURES: Final = (
    "assets_count",
    "assets_fen",
    "resources_count",
    "leased_count",
    "changes_count",
    "contracts_count",
    "due_fen",
    "received_fen",
    "overdue_fen",
)
_PLACES: Final = (
    Column("place", "place"),
    *(Column(name, "fen" if name.endswith("_fen") else "int") for name in _FIGURES),
)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What of some villages is shown for a period."""

    assets: list[AssetRecord]
    changes: list[ChangeRecord]
    contracts: list[tuple[ContractRecord, int, int, int]]
    last: str

    def figures(self) -> dict[str, int]:
        """The sums of it, by `_FIGURES`."""
        resources = [one for one in self.assets if one.category == RESOURCE]
        assets = [one for one in self.assets if one.category != RESOURCE]
        return {
            "assets_count": len(assets),
            "assets_fen": sum(one.cost_fen for one in assets),
            "resources_count": len(resources),
            "leased_count": sum(_is_leased(one, self.last) for one in self.assets),
            "changes_count": len(self.changes),
            "contracts_count": len(self.contracts),
            "due_fen": sum(due for _, due, _, _ in self.contracts),
            "received_fen": sum(received for _, _, received, _ in self.contracts),
            "overdue_fen": sum(overdue for _, _, _, overdue in self.contracts),
        }


def document(
    *,
    assets: Iterable[AssetRecord],
    changes: Iterable[ChangeRecord],
    contracts: Iterable[ContractRecord],
    division: Division,
    period: str,
    parameters: Mapping[str, str],
    position: int,
) -> Document:
    """The document of a village, item by item; of a larger place, its villages with their sums.

    Assets and contracts stand by place and number, changes by day and then by log. Raises ValueError for a period
    without days.
    """
    first, last = (day.isoformat() for day in span(period))
    changes = list(changes)
    found = _Shown(
        sorted(
            (one for one in _assets_on(assets, changes, last) if contains(division, one.division)),
            key=lambda one: (one.division, one.number),
        ),
        sorted(
            (one for one in changes if contains(division, one.division) and first <= one.day <= last),
            key=lambda one: (one.day, one.index),
        ),
        sorted(
            (one for one in _contracts(contracts, division, first, last)),
            key=lambda one: (one[0].division, one[0].number),
        ),
        last,
    )
    tables = _items(found) if level(division) == "village" else (_by_place(found),)
    return Document(
        kind="assets",
        division=division,
        period=period,
        query=QUERY,
        parameters=parameters,
        position=position,
        sentence=found.figures(),
        tables=tables,
    )


def _assets_on(assets: Iterable[AssetRecord], changes: Iterable[ChangeRecord], last: str) -> Iterable[AssetRecord]:
    """What the register had on a day: what later counts found is taken off again."""
    later: dict[tuple[Division, str], tuple[int, int]] = {}
    for one in changes:
        if one.change == COUNTED and one.day > last:
            quantity_milli, fen = later.get((one.division, one.number), (0, 0))
            later[one.division, one.number] = quantity_milli + one.quantity_milli, fen + one.amount_fen
    for asset in assets:
        if _is_held(asset, last):
            quantity_milli, fen = later.get((asset.division, asset.number), (0, 0))
            yield replace(asset, quantity_milli=asset.quantity_milli - quantity_milli, cost_fen=asset.cost_fen - fen)


def resources_on(
    assets: Iterable[AssetRecord], changes: Iterable[ChangeRecord], *, division: Division, last: str
) -> list[Row]:
    """The resources in a village's register on a day, by number, whether they are let or not; see REGISTERED."""
    found = [one for one in _assets_on(assets, changes, last) if one.division == division and one.category == RESOURCE]
    return [
        (one.number, one.title, _much(one.quantity_milli, one.unit), _state(one, last))
        for one in sorted(found, key=lambda one: one.number)
    ]


def _contracts(
    contracts: Iterable[ContractRecord], division: Division, first: str, last: str
) -> Iterable[tuple[ContractRecord, int, int, int]]:
    """Those that hold on some day of the period or are in arrears, with what fell due, came in, and is late."""
    for one in contracts:
        if not contains(division, one.division) or one.since > last:
            continue
        due = sum(fen for day, fen in one.dues if first <= day <= last)
        received = sum(fen for _, fen, day in one.rents if first <= day <= last)
        owed = sum(fen for day, fen in one.dues if day <= last)
        overdue = owed - sum(fen for due_on, fen, day in one.rents if due_on <= last and day <= last)
        if one.until >= first or due or received or overdue:
            yield one, due, received, overdue


def _items(found: _Shown) -> tuple[Table, ...]:
    owned = [_asset(one, found.last) for one in found.assets]
    moved = [_change(one) for one in found.changes]
    let = [_contract(*one) for one in found.contracts]
    figures = found.figures()
    rents = {name: figures[name] for name in ("due_fen", "received_fen", "overdue_fen")}
    return (
        Table("assets", _ASSETS, tuple(owned), {"fen": sum(one.cost_fen for one in found.assets)}),
        Table("changes", _CHANGES, tuple(moved)),
        Table("contracts", _CONTRACTS, tuple(let), rents),
    )


def _by_place(found: _Shown) -> Table:
    villages = sorted(
        {one.division for one in found.assets}
        | {one.division for one in found.changes}
        | {one[0].division for one in found.contracts}
    )
    rows = [_place_row(found, village) for village in villages]
    return Table("places", _PLACES, tuple(rows), found.figures())


def _place_row(found: _Shown, village: Division) -> Row:
    here = _Shown(
        [one for one in found.assets if one.division == village],
        [one for one in found.changes if one.division == village],
        [one for one in found.contracts if one[0].division == village],
        found.last,
    ).figures()
    return (village, *(here[name] for name in _FIGURES))


def _asset(one: AssetRecord, last: str) -> Row:
    much = _much(one.quantity_milli, one.unit)
    return one.number, one.title, one.category, much, one.cost_fen, one.acquired_on, _state(one, last)


def _change(one: ChangeRecord) -> Row:
    return one.day, one.number, one.title, one.change, _much(one.quantity_milli, one.unit), one.amount_fen


def _contract(one: ContractRecord, due: int, received: int, overdue: int) -> Row:
    much = _much(one.quantity_milli, one.unit)
    head = (one.number, one.title, one.resource, much, one.party, one.since, one.until)
    return (*head, due, received, overdue)


def _much(quantity_milli: int, unit: str) -> str:
    return f"{quantity(quantity_milli)} {unit}"


def _is_held(one: AssetRecord, last: str) -> bool:
    return one.acquired_on <= last and (one.left_on is None or one.left_on > last)


def _state(one: AssetRecord, last: str) -> str:
    return "leased" if _is_leased(one, last) else "held"


def _is_leased(one: AssetRecord, last: str) -> bool:
    return any(since <= last <= until for since, until in one.leases)
