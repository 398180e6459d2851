"""What points brought and took in a period, by account, by category, and what was exchanged for them.

What must not be broken: what every account earned, lost and spent stands in exactly one row. Accounts come in the order
in which they were opened, categories and goods by their codes. Twin: `audit.rules.disclosed.points`.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from domain.kernel.disclosed import span
from domain.kernel.documents import Column, Document, Row, Table
from domain.kernel.places import Division, prefix
from projections import exchanges, points, points_rules, stations
from projections.disclosed.frame import Made, Parameters, Subject

QUERY: Final = "points/1"
MODELS: Final = (points, points_rules, exchanges, stations)
FIGURES: Final = ("earned", "deducted", "redeemed", "expired", "moved", "held")
BUCKETS: Final = {
    "points.granted/1": "earned",
    "points.opening_recorded/1": "earned",
    "points.reversed/1": "earned",
    "points.deducted/1": "deducted",
    "points.given_back/1": "deducted",
    "points.redeemed/1": "redeemed",
    "points.restored/1": "redeemed",
    "points.expired/1": "expired",
    "points.moved_out/1": "moved",
    "points.moved_in/1": "moved",
}
ACCOUNTS: Final = (
    Column("reference", "ref"),
    Column("holder", "code"),
    *(Column(name, "int") for name in FIGURES),
)
CATEGORIES: Final = (Column("code", "text"), Column("title", "text"), Column("points", "int"))
GOODS: Final = (Column("code", "text"), Column("title", "text"), Column("pieces", "int"), Column("points", "int"))

ENTRIES: Final = """
SELECT account.account_id, account.kind, account.holder_id, entry.type, entry.day >= %(first)s AS within,
    sum(entry.amount)::bigint, sum(entry.held_change)::bigint
FROM read.points_accounts account JOIN read.points_entries entry USING (account_id)
WHERE account.division LIKE %(prefix)s AND entry.day <= %(last)s
GROUP BY account.account_id, entry.type, within ORDER BY account.log_index
"""
GRANTED: Final = """
SELECT entry.category, coalesce(title.title, entry.category), sum(told.amount)::bigint
FROM read.points_accounts account JOIN read.points_entries entry USING (account_id)
CROSS JOIN LATERAL (
    SELECT entry.day, entry.amount UNION ALL
    SELECT back.day, -entry.amount FROM read.points_entries back
    WHERE back.account_id = entry.account_id AND back.of_seq = entry.seq AND back.type = 'points.reversed/1'
) told
LEFT JOIN read.points_rule_titles title
    ON title.event = entry.rule AND title.kind = 'category' AND title.code = entry.category
WHERE account.division LIKE %(prefix)s AND entry.type = 'points.granted/1' AND entry.day <= %(last)s
    AND told.day BETWEEN %(first)s AND %(last)s
GROUP BY 1, 2 HAVING sum(told.amount) <> 0
"""
EXCHANGED: Final = """
SELECT line.sku, coalesce(listing.title, line.sku), sum(told.pieces)::bigint,
    sum(told.pieces * line.points_each)::bigint
FROM read.exchanges made JOIN read.stations station USING (station_id)
JOIN read.exchange_lines line USING (exchange_id)
CROSS JOIN LATERAL (
    SELECT made.made_on AS day, line.quantity AS pieces UNION ALL
    SELECT back.day, -back.quantity FROM read.exchange_backs back
    WHERE back.exchange_id = line.exchange_id AND back.sku = line.sku
) told
LEFT JOIN read.station_listings listing ON listing.event = line.listing
WHERE station.division LIKE %(prefix)s AND told.day BETWEEN %(first)s AND %(last)s
GROUP BY 1, 2 HAVING sum(told.pieces) <> 0
"""
MADE: Final = """
SELECT coalesce(sum(made), 0)::bigint, coalesce(sum(cash_fen), 0)::bigint
FROM read.exchange_months JOIN read.stations station USING (station_id)
WHERE station.division LIKE %(prefix)s AND month BETWEEN to_char(%(first)s::date, 'YYYY-MM')
    AND to_char(%(last)s::date, 'YYYY-MM')
"""


@dataclass
class _Account:
    """An account's sums: of the period by bucket, and what it held at the period's end."""

    kind: str
    holder_id: UUID
    sums: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def moved(self) -> bool:
        """Whether anything happened to it in the period."""
        return any(self.sums[name] for name in FIGURES if name != "held")


def document(conn: Connection[Any], *, division: Division, period: str, parameters: Parameters, position: int) -> Made:
    """The accounts kept in the division or below it, and what its stations exchanged."""
    first, last = span(period)
    values = {"prefix": prefix(division) + "%", "first": first, "last": last}
    accounts = _accounts(conn, values)
    shown = [one for one in accounts if one.moved]
    categories: list[Row] = sorted(conn.execute(GRANTED, values).fetchall())
    goods: list[Row] = sorted(conn.execute(EXCHANGED, values).fetchall())
    count, cash_fen = conn.execute(MADE, values).fetchone() or (0, 0)
    totals = {name: sum(one.sums[name] for one in shown) for name in FIGURES}
    made = Document(
        kind="points",
        division=division,
        period=period,
        query=QUERY,
        parameters=parameters,
        position=position,
        sentence={
            "accounts": len(shown),
            **totals,
            "held": sum(one.sums["held"] for one in accounts),
            "exchanges": count,
            "pieces": sum(int(row[2] or 0) for row in goods),
            "cash_fen": cash_fen,
        },
        tables=(
            Table("accounts", ACCOUNTS, tuple(_row(one) for one in shown), totals),
            Table("categories", CATEGORIES, tuple(categories), _sums(categories, points=2)),
            Table("goods", GOODS, tuple(goods), _sums(goods, pieces=2, points=3)),
        ),
    )
    return Made(made, {"accounts": tuple(Subject(one.kind, one.holder_id) for one in shown)})


def _accounts(conn: Connection[Any], values: dict[str, object]) -> list[_Account]:
    found: dict[UUID, _Account] = {}
    for account_id, kind, holder_id, event_type, within, amount, held in conn.execute(ENTRIES, values):
        account = found.setdefault(account_id, _Account(kind, holder_id))
        account.sums["held"] += held
        if within and event_type in BUCKETS:
            account.sums[BUCKETS[event_type]] += amount
    return list(found.values())


def _row(one: _Account) -> Row:
    return str(one.holder_id), one.kind, *(one.sums[name] for name in FIGURES)


def _sums(rows: list[Row], **places: int) -> dict[str, int]:
    return {name: sum(int(row[place] or 0) for row in rows) for name, place in places.items()}
