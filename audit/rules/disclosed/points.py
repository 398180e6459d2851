"""What points brought and took in a period, from the events of accounts, rules, stations and exchanges.

Twin: `projections.disclosed.points`. Accounts come in the order in which they were opened, categories and goods by
their codes.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from audit.entries import Entry
from audit.rules.disclosed.fold import Parameters
from domain.kernel.disclosed import months
from domain.kernel.documents import Column, Document, Row, Table
from domain.kernel.places import Division, chain

_FIGURES: Final = ("earned", "deducted", "redeemed", "expired", "moved", "held")
_ACCOUNTS: Final = (
    Column("reference", "ref"),
    Column("holder", "code"),
    *(Column(name, "int") for name in _FIGURES),
)
_CATEGORIES: Final = (Column("code", "text"), Column("title", "text"), Column("points", "int"))
_GOODS: Final = (Column("code", "text"), Column("title", "text"), Column("pieces", "int"), Column("points", "int"))


def _came(data: Mapping[str, Any]) -> int:
    return int(data["points"])


def _went(data: Mapping[str, Any]) -> int:
    return -int(data["points"])


def _taken(data: Mapping[str, Any]) -> int:
    """What the rule takes beyond what was held or is owed never moved."""
    return -sum(int(lot["points"]) for lot in data["lots"]) - int(data["to_debt"])


_MOVES: Final[Mapping[str, tuple[str, Callable[[Mapping[str, Any]], int]]]] = {
    "points.granted/1": ("earned", _came),
    "points.opening_recorded/1": ("earned", _came),
    "points.reversed/1": ("earned", _taken),
    "points.deducted/1": ("deducted", _taken),
    "points.given_back/1": ("deducted", _came),
    "points.redeemed/1": ("redeemed", _went),
    "points.restored/1": ("redeemed", _came),
    "points.expired/1": ("expired", _went),
    "points.moved_out/1": ("moved", _went),
    "points.moved_in/1": ("moved", _came),
}
"""Type -> the column that it changes, and by how much."""


@dataclass(slots=True)
class _Account:
    """An account, and what each month changed, by column; `held` is what could be used."""

    kind: str
    holder: str
    areas: tuple[Division, ...]
    months: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, month: str, column: str, points: int) -> None:
        """Some points more, or fewer."""
        sums = self.months.setdefault(month, dict.fromkeys(_FIGURES, 0))
        sums[column] += points


@dataclass(slots=True)
class _Exchange:
    """What was made of an exchange: where, each article with its title and the points of a piece."""

    areas: tuple[Division, ...]
    lines: dict[str, list[int]]  # sku -> pieces, points each
    titles: dict[str, str]
    cash_fen: int


class Points:
    """The accounts and exchanges, as the events so far tell them."""

    query: ClassVar[str] = "points/1"
    types: ClassVar[frozenset[str]] = frozenset(
        {
            *_MOVES,
            "points_account.opened/1",
            "points_rule.published/1",
            "station.opened/1",
            "station.item_listed/1",
            "exchange.made/1",
            "exchange.cancelled/1",
            "exchange.returned/1",
        }
    )

    def __init__(self) -> None:
        self._accounts: dict[str, _Account] = {}
        self._in_area: defaultdict[str, list[_Account]] = defaultdict(list)
        self._titles: dict[tuple[str, str], str] = {}  # rule and category, or listing and "" -> title
        self._grants: dict[tuple[str, int], tuple[tuple[str, str], int]] = {}
        self._granted: defaultdict[tuple[str, str], defaultdict[tuple[str, str], int]]
        self._granted = defaultdict(lambda: defaultdict(int))  # area and month -> code and title -> points
        self._stations: dict[str, tuple[Division, ...]] = {}
        self._exchanges: dict[str, _Exchange] = {}
        self._goods: defaultdict[tuple[str, str], defaultdict[tuple[str, str], list[int]]]
        self._goods = defaultdict(lambda: defaultdict(lambda: [0, 0]))  # area and month -> article -> pieces, points
        self._made: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])  # exchanges, cash in fen

    def apply(self, entry: Entry) -> None:
        """Take one event in."""
        data = entry.data
        match entry.type:
            case "points_account.opened/1":
                self._opened(entry)
            case "points_rule.published/1":
                for one in data["categories"]:
                    self._titles[entry.name, one["code"]] = one["title"]
            case "station.opened/1":
                self._stations[entry.identity] = chain(Division(data["division"]))
            case "station.item_listed/1":
                self._titles[entry.name, ""] = data["title"]
            case "exchange.made/1":
                self._exchanged(entry)
            case "exchange.cancelled/1" | "exchange.returned/1":
                self._brought_back(entry)
            case _:
                self._moved(entry)

    def _opened(self, entry: Entry) -> None:
        data = entry.data
        if entry.identity not in self._accounts:
            areas = chain(Division(data["division"]))
            account = self._accounts[entry.identity] = _Account(data["kind"], data["holder_id"], areas)
            for area in areas:
                self._in_area[area].append(account)

    def _moved(self, entry: Entry) -> None:
        account, month = self._accounts.get(entry.identity), entry.on[:7]
        if account is None:
            return
        column, points_of = _MOVES[entry.type]
        account.add(month, column, points_of(entry.data))
        own = f"pts:held:{entry.identity}"
        account.add(month, "held", sum(amount for name, _, amount in entry.postings if name == own))
        if entry.type == "points.granted/1":
            code = entry.data["category"]
            called = code, self._titles.get((entry.data["rule"], code), code)
            self._grants[entry.identity, entry.seq] = called, entry.data["points"]
            self._count(account, called, month, entry.data["points"])
        elif entry.type == "points.reversed/1":
            grant = self._grants.pop((entry.identity, entry.data["granted"]), None)
            if grant is not None:
                self._count(account, grant[0], month, -grant[1])

    def _count(self, account: _Account, called: tuple[str, str], month: str, points: int) -> None:
        for area in account.areas:
            self._granted[area, month][called] += points

    def _exchanged(self, entry: Entry) -> None:
        data, areas = entry.data, self._stations.get(entry.data["station_id"])
        if areas is None or entry.identity in self._exchanges:
            return
        one = self._exchanges[entry.identity] = _Exchange(
            areas,
            {line["sku"]: [line["quantity"], line["points_each"]] for line in data["lines"]},
            {line["sku"]: self._titles.get((line["listing"], ""), line["sku"]) for line in data["lines"]},
            data.get("cash_fen", 0),
        )
        made = {sku: pieces for sku, (pieces, _) in one.lines.items()}
        self._tally(one, entry.on[:7], made, exchanges=1, cash_fen=one.cash_fen)

    def _brought_back(self, entry: Entry) -> None:
        one, data = self._exchanges.get(entry.identity), entry.data
        if one is None:
            return
        cancelled = entry.type == "exchange.cancelled/1"
        if cancelled:
            back = {sku: pieces for sku, (pieces, _) in one.lines.items()}
        else:
            back = {line["sku"]: line["quantity"] for line in data["lines"] if line["sku"] in one.lines}
        for sku, pieces in back.items():
            one.lines[sku][0] -= pieces
        gone = {sku: -pieces for sku, pieces in back.items()}
        self._tally(one, entry.on[:7], gone, exchanges=-1 if cancelled else 0, cash_fen=-data.get("cash_fen", 0))

    def _tally(
        self, one: _Exchange, month: str, pieces_of: Mapping[str, int], *, exchanges: int, cash_fen: int
    ) -> None:
        for area in one.areas:
            made = self._made[area, month]
            made[0] += exchanges
            made[1] += cash_fen
            goods = self._goods[area, month]
            for sku, pieces in pieces_of.items():
                sums = goods[sku, one.titles[sku]]
                sums[0] += pieces
                sums[1] += pieces * one.lines[sku][1]

    def document(self, *, division: Division, period: str, parameters: Parameters, position: int) -> Document:
        """The accounts kept in the division or below it, and what its stations exchanged."""
        asked = months(period)
        kept = [(one, _sums_of(one, asked[0], asked[-1])) for one in self._in_area.get(division, ())]
        shown = [(one, sums) for one, sums in kept if any(sums[name] for name in _FIGURES if name != "held")]
        categories = self._categories(division, asked)
        goods = self._exchanged_in(division, asked)
        made = [self._made[division, month] for month in asked if (division, month) in self._made]
        totals = {name: sum(sums[name] for _, sums in shown) for name in _FIGURES}
        accounts = tuple(_row(one, sums) for one, sums in shown)
        return Document(
            kind="points",
            division=division,
            period=period,
            query=self.query,
            parameters=parameters,
            position=position,
            sentence={
                "accounts": len(shown),
                **totals,
                "held": sum(sums["held"] for _, sums in kept),
                "exchanges": sum(exchanges for exchanges, _ in made),
                "pieces": sum(int(row[2] or 0) for row in goods),
                "cash_fen": sum(cash_fen for _, cash_fen in made),
            },
            tables=(
                Table("accounts", _ACCOUNTS, accounts, totals),
                Table("categories", _CATEGORIES, categories, {"points": _sum(categories, 2)}),
                Table("goods", _GOODS, goods, {"pieces": _sum(goods, 2), "points": _sum(goods, 3)}),
            ),
        )

    def _categories(self, division: Division, asked: tuple[str, ...]) -> tuple[Row, ...]:
        sums: defaultdict[tuple[str, str], int] = defaultdict(int)
        for month in asked:
            for called, points in self._granted.get((division, month), {}).items():
                sums[called] += points
        return tuple(sorted((*called, points) for called, points in sums.items() if points))

    def _exchanged_in(self, division: Division, asked: tuple[str, ...]) -> tuple[Row, ...]:
        sums: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        for month in asked:
            for article, (pieces, points) in self._goods.get((division, month), {}).items():
                sums[article][0] += pieces
                sums[article][1] += points
        return tuple(sorted((*article, pieces, points) for article, (pieces, points) in sums.items() if pieces))


def _sums_of(one: _Account, first: str, last: str) -> dict[str, int]:
    """What the months from first to last changed, and what the account held at the end of the last."""
    sums = dict.fromkeys(_FIGURES, 0)
    for month, changes in one.months.items():
        if month <= last:
            sums["held"] += changes["held"]
        if first <= month <= last:
            for name in _FIGURES[:-1]:
                sums[name] += changes[name]
    return sums


def _row(one: _Account, sums: Mapping[str, int]) -> Row:
    return one.holder, one.kind, *(sums[name] for name in _FIGURES)


def _sum(rows: tuple[Row, ...], place: int) -> int:
    return sum(int(row[place] or 0) for row in rows)
