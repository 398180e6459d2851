"""A village's finances as they are disclosed (财务公开), the eight classes, item by item.

What must not be broken: every booked line of the period stands in exactly one row or in the change of an account's
balance; parties stand there by reference alone. Rows of lines are in the order of days and of the log, others by code
and id. Twin: `audit.rules.disclosed.village_finances`.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

from psycopg import Connection

from domain.kernel.disclosed import span
from domain.kernel.disclosed_assets import REGISTERED
from domain.kernel.documents import Column, Document, Row, Table
from domain.kernel.places import Division, level
from projections import charts, resource_contracts, village_assets, village_books, village_statements
from projections.disclosed import assets
from projections.disclosed.frame import Made, Parameters, Subject
from projections.village_statements import AccountSums, Item, PartyBalance

QUERY: Final = "village_finances/1"
MODELS: Final = (village_books, charts, resource_contracts, village_assets)

PLAN: Final = (Column("side", "code"), Column("title", "text"), Column("fen", "fen"))
ITEMS: Final = (
    Column("day", "date"),
    Column("number", "int"),
    Column("purpose", "text"),
    Column("account", "text"),
    Column("fen", "fen"),
)
BALANCES: Final = (
    Column("account", "text"),
    Column("opening_fen", "fen"),
    Column("debit_fen", "fen"),
    Column("credit_fen", "fen"),
    Column("closing_fen", "fen"),
)
RESOURCES: Final = (
    Column("number", "text"),
    Column("resource", "text"),
    Column("since", "date"),
    Column("until", "date"),
    Column("due_fen", "fen"),
)
DEBTS: Final = (
    Column("account", "text"),
    Column("party", "ref"),
    Column("opening_fen", "fen"),
    Column("closing_fen", "fen"),
)
_RESULT: Final = ("321", "322")
_CASH: Final = ("101", "102")

LET: Final = """
SELECT number, resource, since, until, coalesce((
        SELECT sum(amount_fen) FROM read.contract_dues due
        WHERE due.contract_id = contract.contract_id AND NOT cancelled AND due_on BETWEEN %(since)s AND %(until)s
    ), 0)::bigint
FROM read.resource_contracts contract
WHERE division = %(division)s AND status IN ('confirmed', 'ended') AND since <= %(until)s AND until >= %(since)s
ORDER BY log_index
"""


def document(conn: Connection[Any], *, division: Division, period: str, parameters: Parameters, position: int) -> Made:
    """A village's finances in a month, a quarter or a year. Raises ValueError for what is no village, and for a time
    in which it has no book.
    """
    since, until = span(period)
    if level(division) != "village":
        raise ValueError(f"{division} is no village")
    book = village_books.book_of(conn, division)
    if book is None or until < book.since:
        raise ValueError(f"{division} has no book in {period}")
    names = _names(conn, book.chart)
    lines = [one for one in village_statements.items(conn, division, since=since, until=until) if one.purpose]
    sums = village_statements.sums(conn, division, since=since, until=until)
    found = village_statements.party_balances(conn, division, since=since, until=until)
    parties = sorted(found, key=lambda one: (one.account, str(one.party_id)))
    debts, subjects = _debts(sums, parties, names)
    called = _called(names)
    earned = [one for one in lines if one.account.startswith("5") and one.kind != village_statements.CARRY_OVER]
    income = [one for one in earned if names.get(one.account, ("", "debit"))[1] == "credit"]
    expenses = [one for one in earned if one not in income]
    tables = (
        _table("plan", PLAN, _plan(conn, division, until), "fen"),
        _table("income", ITEMS, [_item(one, called, credit=True) for one in income], "fen"),
        _table("expenses", ITEMS, [_item(one, called, credit=False) for one in expenses], "fen"),
        _table("assets", BALANCES, _assets(sums, parties, called), "opening_fen", "closing_fen"),
        _table("resources", RESOURCES, _resources(conn, division, since, until), "due_fen"),
        _table("registered", REGISTERED, assets.resources(conn, division, last=until)),
        _table("debts", DEBTS, debts),
        _table("distribution", ITEMS, [_item(one, called, credit=True) for one in lines if one.account in _RESULT]),
        _table("other", ITEMS, [_item(one, called, credit=True) for one in lines if _is_other(one)]),
    )
    made = Document(
        kind="village_finances",
        division=division,
        period=period,
        query=QUERY,
        parameters=parameters,
        position=position,
        sentence=_sentence(income, expenses, sums, debts),
        tables=tables,
    )
    return Made(made, {"debts": subjects})


def _names(conn: Connection[Any], chart: str) -> dict[str, tuple[str, str]]:
    """Code -> name and side, by the chart that the book keeps."""
    listed = [one for one in charts.listed(conn) if one.chart == chart]
    return {one.account.removeprefix("vil:"): (one.name, one.side) for one in listed}


def _called(names: dict[str, tuple[str, str]]) -> Callable[[str], str]:
    return lambda code: f"{code} {names[code][0]}" if code in names else code


def _table(name: str, columns: tuple[Column, ...], rows: Sequence[Row], *totals: str) -> Table:
    places = {column.name: place for place, column in enumerate(columns)}
    summed = {total: sum(int(row[places[total]] or 0) for row in rows) for total in totals}
    return Table(name, columns, tuple(rows), summed)


def _plan(conn: Connection[Any], division: Division, until: date) -> list[Row]:
    """The plan of the year in which the period ends, as it was published last."""
    of_year = [one for one in village_books.plans_of(conn, division) if one.year == until.year]
    return [(line["side"], line["title"], line["amount_fen"]) for one in of_year for line in one.lines]


def _item(one: Item, called: Callable[[str], str], *, credit: bool) -> Row:
    amount = one.credit_fen - one.debit_fen
    return one.day.isoformat(), one.number, one.purpose, called(one.account), amount if credit else -amount


def _is_other(one: Item) -> bool:
    return one.account.startswith(("3", "4")) and one.account not in _RESULT


def _assets(sums: Sequence[AccountSums], parties: Sequence[PartyBalance], called: Callable[[str], str]) -> list[Row]:
    by_party = {one.account for one in parties}
    return [
        (called(one.account), one.opening_fen, one.debit_fen, one.credit_fen, one.closing_fen)
        for one in sums
        if one.account.startswith("1") and one.account not in by_party
    ]


def _resources(conn: Connection[Any], division: Division, since: date, until: date) -> list[Row]:
    rows = conn.execute(LET, {"division": division, "since": since, "until": until}).fetchall()
    return [(number, what, first.isoformat(), last.isoformat(), due) for number, what, first, last, due in rows]


def _debts(
    sums: Sequence[AccountSums], parties: Sequence[PartyBalance], names: dict[str, tuple[str, str]]
) -> tuple[list[Row], tuple[Subject | None, ...]]:
    """What is owed to the village (above zero) and what it owes (below zero), with whom where accounts say so."""
    called = _called(names)
    by_party = {one.account for one in parties}
    rows: list[Row] = []
    subjects: list[Subject | None] = []
    for one in parties:
        if one.opening_fen or one.closing_fen:
            rows.append((called(one.account), str(one.party_id), one.opening_fen, one.closing_fen))
            subjects.append(Subject("person", one.person_id or one.party_id))
    for other in sums:
        whole = other.account.startswith("2") and other.account not in by_party
        if whole and (other.opening_fen or other.closing_fen):
            rows.append((called(other.account), None, other.opening_fen, other.closing_fen))
            subjects.append(None)
    return rows, tuple(subjects)


def _sentence(
    income: Sequence[Item], expenses: Sequence[Item], sums: Sequence[AccountSums], debts: Sequence[Row]
) -> dict[str, int]:
    earned = sum(one.credit_fen - one.debit_fen for one in income)
    spent = sum(one.debit_fen - one.credit_fen for one in expenses)
    closing = [int(row[3] or 0) for row in debts]
    return {
        "income_count": len(income),
        "income_fen": earned,
        "expense_count": len(expenses),
        "expense_fen": spent,
        "net_fen": earned - spent,
        "cash_fen": sum(one.closing_fen for one in sums if one.account in _CASH),
        "receivable_fen": sum(amount for amount in closing if amount > 0),
        "payable_fen": -sum(amount for amount in closing if amount < 0),
    }
