"""What the county's points are worth and cost, as tables: unredeemed points, months, stations and their goods.

What must not be broken: points and money stand beside each other and are never added; the cost of goods is what their
events say (moving weighted average in whole fen), the estimate of what is still owed says how it was reckoned.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

from psycopg import Connection

from api.files.table_files import Column, Table
from domain.kernel.calendar import Month, month_of
from domain.kernel.places import Division, chain, level
from projections import exchanges, points_queries, stations, stock_cards
from projections.points_queries import Standing
from projections.stations import Station

Which = Literal["holdings", "months", "stations"]
WHICH: Final[tuple[Which, ...]] = ("holdings", "months", "stations")

GRANTED: Final = "points.granted/1"
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "granted": (GRANTED,),
    "opening": ("points.opening_recorded/1",),
    "taken": ("points.deducted/1", "points.reversed/1", "points.given_back/1"),
    "expired": ("points.expired/1",),
    "redeemed": ("points.redeemed/1", "points.restored/1"),
}
"""The columns of a month and the types of events that each sums up; with moves, which cancel out, that is all."""


@dataclass(frozen=True, slots=True)
class PointsMonth:
    """A month of points: what came and went with its sign, and what was held and owed at its end."""

    month: Month
    granted: int
    opening: int
    taken: int
    expired: int
    redeemed: int
    held: int
    debt: int


@dataclass(frozen=True, slots=True)
class StationMonth:
    """A station's month: exchanges, points and cash less what went back, and what its goods had cost."""

    station: Station
    month: Month
    made: int
    points: int
    cash_fen: int
    goods_fen: int
    received_fen: int
    lost_fen: int


@dataclass(frozen=True, slots=True)
class Liability:
    """What is held and owed now, where, and what the goods cost for which points were exchanged so far."""

    standings: list[Standing]
    months: list[PointsMonth]
    stations: list[StationMonth]
    on_hand_fen: int
    names: Mapping[Division, str] = field(default_factory=dict)

    @property
    def held(self) -> int:
        """Points that nobody has redeemed."""
        return sum(one.held for one in self.standings)

    @property
    def debt(self) -> int:
        """Points that are owed by accounts."""
        return sum(one.debt for one in self.standings)

    @property
    def exchanged(self) -> tuple[int, int]:
        """Points exchanged in the months shown, and what their goods had cost in fen."""
        return sum(one.points for one in self.stations), sum(one.goods_fen for one in self.stations)

    @property
    def estimate_fen(self) -> int | None:
        """What the goods for all unredeemed points would cost at what points have cost so far, rounded up."""
        points, cost_fen = self.exchanged
        return -(-self.held * cost_fen // points) if points > 0 else None


def liability(conn: Connection[Any], area: Division, *, first: Month, last: Month) -> Liability:
    """The figures of an area over some months; `conn` reads points, stations, stock_cards and exchanges."""
    known = {one.station_id: one for one in stations.within(conn, area)}
    standing = stock_cards.of_stations(conn, list(known))
    return Liability(
        points_queries.standings(conn, area),
        points_months(conn, area, first=first, last=last),
        station_months(conn, area, known, first=first, last=last),
        sum(one.value_fen for one in standing),
    )


def points_months(conn: Connection[Any], area: Division, *, first: Month, last: Month) -> list[PointsMonth]:
    """What came and went in each month, and what was held at its end."""
    held = debt = 0
    found: dict[Month, dict[str, int]] = {}
    ends: dict[Month, tuple[int, int]] = {}
    for one in points_queries.months(conn, area, first=_EARLIEST, last=last):
        held, debt = held + one.held_change, debt + one.debt_change
        ends[one.month] = (held, debt)
        sums = found.setdefault(one.month, dict.fromkeys(COLUMNS, 0))
        for column, types in COLUMNS.items():
            if one.type in types:
                sums[column] += one.amount
    return [
        PointsMonth(month, **sums, held=ends[month][0], debt=ends[month][1])
        for month, sums in found.items()
        if month >= first
    ]


def station_months(
    conn: Connection[Any], area: Division, known: Mapping[UUID, Station], *, first: Month, last: Month
) -> list[StationMonth]:
    """Each station's months in which something moved, the latest month first."""
    made = {(one.station_id, one.month): one for one in exchanges.months(conn, area, first=first, last=last)}
    costs: dict[tuple[UUID, Month], dict[str, int]] = {}
    for one in stock_cards.months(conn, area, first=first, last=last):
        costs.setdefault((one.station_id, one.month), {})[one.type] = one.cost_fen
    keys = sorted({*made, *costs}, key=lambda key: known[key[0]].division)
    return [
        StationMonth(
            known[station_id],
            month,
            made=made[station_id, month].made if (station_id, month) in made else 0,
            points=made[station_id, month].points if (station_id, month) in made else 0,
            cash_fen=made[station_id, month].cash_fen if (station_id, month) in made else 0,
            **_costs(costs.get((station_id, month), {})),
        )
        for station_id, month in sorted(keys, key=lambda key: key[1], reverse=True)
    ]


def _costs(by_type: Mapping[str, int]) -> dict[str, int]:
    """What went out is told as a cost, above zero."""
    return {
        "goods_fen": -(by_type.get("stock.issued/1", 0) + by_type.get("stock.taken_back/1", 0)),
        "received_fen": by_type.get("stock.received/1", 0),
        "lost_fen": -(by_type.get("stock.adjusted/1", 0) + by_type.get("stock.written_off/1", 0)),
    }


_EARLIEST: Final = month_of(date.min)


def by_township(standings: Sequence[Standing]) -> list[Standing]:
    """The same, summed up by townships; what belongs to the county itself stays there."""
    sums: dict[Division, list[int]] = {}
    for one in standings:
        township = next((code for code in chain(one.division) if level(code) == "township"), one.division)
        held = sums.setdefault(township, [0, 0, 0])
        held[:] = [held[0] + one.accounts, held[1] + one.held, held[2] + one.debt]
    return [Standing(code, *figures) for code, figures in sorted(sums.items())]


def table_of(which: Which, found: Liability, *, span: str) -> Table:
    """One of the tables, for a file. `found.names`: what its divisions are called."""
    if which == "holdings":
        columns = (
            Column("区划代码"),
            Column("地方"),
            *(Column(title, "number") for title in ("账户", "未兑换积分", "欠分")),
        )
        rows: list[tuple[str | int | None, ...]] = [
            (one.division, found.names.get(one.division, one.division), one.accounts, one.held, one.debt)
            for one in found.standings
        ]
        note = "各村现有账户里没有兑换的积分，和已用掉又被撤销、以后得的分要先抵的欠分。"
        return Table("未兑换积分", columns, rows, note)
    if which == "months":
        titles = ("入账", "纸质结转", "扣减和撤销", "到期", "兑换", "月末未兑换", "月末欠分")
        months: list[tuple[str | int | None, ...]] = [
            (one.month, one.granted, one.opening, one.taken, one.expired, one.redeemed, one.held, one.debt)
            for one in found.months
        ]
        return Table("积分分月", (Column("月份"), *(Column(title, "number") for title in titles)), months, span)
    station_columns = (
        *(Column(title) for title in ("月份", "区划代码", "驿站")),
        *(Column(title, "number") for title in ("兑换次数", "兑换积分")),
        *(Column(title, "fen") for title in ("补收现金", "兑出物资成本", "入库", "盘亏报损")),
    )
    rows = [
        (
            one.month,
            one.station.division,
            one.station.name,
            one.made,
            one.points,
            one.cash_fen,
            one.goods_fen,
            one.received_fen,
            one.lost_fen,
        )
        for one in found.stations
    ]
    return Table("驿站分月", station_columns, rows, f"{span}成本按移动加权平均，整分计。")
