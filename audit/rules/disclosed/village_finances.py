"""A village's finances in its eight classes, from the events of its book, its vouchers and its contracts.

What must not be broken: the figures rest on nothing but these events. Twin: `projections.disclosed.village_finances`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from audit.entries import Entry
from audit.rules.disclosed.assets import Assets
from audit.rules.disclosed.fold import Parameters
from domain.kernel.disclosed import span
from domain.kernel.disclosed_assets import REGISTERED
from domain.kernel.documents import Column, Document, Row, Table
from domain.kernel.places import Division, level

_ITEM: Final = (
    Column("day", "date"),
    Column("number", "int"),
    Column("purpose", "text"),
    Column("account", "text"),
    Column("fen", "fen"),
)
_COLUMNS: Final[Mapping[str, tuple[Column, ...]]] = {
    "plan": (Column("side", "code"), Column("title", "text"), Column("fen", "fen")),
    "income": _ITEM,
    "expenses": _ITEM,
    "assets": (
        Column("account", "text"),
        Column("opening_fen", "fen"),
        Column("debit_fen", "fen"),
        Column("credit_fen", "fen"),
        Column("closing_fen", "fen"),
    ),
    "resources": (
        Column("number", "text"),
        Column("resource", "text"),
        Column("since", "date"),
        Column("until", "date"),
        Column("due_fen", "fen"),
    ),
    "registered": REGISTERED,
    "debts": (
        Column("account", "text"),
        Column("party", "ref"),
        Column("opening_fen", "fen"),
        Column("closing_fen", "fen"),
    ),
    "distribution": _ITEM,
    "other": _ITEM,
}
_TOTALS: Final[Mapping[str, tuple[str, ...]]] = {
    "plan": ("fen",),
    "income": ("fen",),
    "expenses": ("fen",),
    "assets": ("opening_fen", "closing_fen"),
    "resources": ("due_fen",),
}
_RESULT: Final = frozenset({"321", "322"})
_CASH: Final = frozenset({"101", "102"})


_OF_REGISTER: Final = frozenset(one for one in Assets().types if one.startswith("asset."))


@dataclass(slots=True)
class _Line:
    """One booked line; `number` is None for an opening balance. `amount` is a debit, above zero, or a credit."""

    day: str
    index: int
    place: int
    kind: str
    account: str
    party: str | None
    amount: int
    number: int | None = None
    purpose: str = ""
    red: bool = False  # of a voucher that takes another back: below zero on the side that it stood on


@dataclass(slots=True)
class _Village:
    """What is known of one village."""

    chart: str = ""
    since: str = "9999-12-31"  # the first day of its book
    opening: list[dict[str, Any]] = field(default_factory=list)
    lines: list[_Line] = field(default_factory=list)
    plans: dict[int, list[dict[str, Any]]] = field(default_factory=dict)


@dataclass(slots=True)
class _Contract:
    """A contract: when it was signed, and whether it counts."""

    index: int
    data: Mapping[str, Any]
    until: str
    ended: str = "9999-12-31"  # what falls due after this day, falls due no more
    counts: bool = False


class VillageFinances:
    """Villages' books, as the events so far tell them."""

    query: ClassVar[str] = "village_finances/1"
    types: ClassVar[frozenset[str]] = frozenset(
        {
            "chart.published/1",
            "village_book.opened/1",
            "village_book.chart_adopted/1",
            "village_book.opening_proposed/1",
            "village_book.opening_recorded/1",
            "village_book.plan_published/1",
            "village_voucher.drafted/1",
            "village_voucher.revised/1",
            "village_voucher.booked/1",
            "resource_contract.signed/1",
            "resource_contract.confirmed/1",
            "resource_contract.withdrawn/1",
            "resource_contract.ended/1",
            *_OF_REGISTER,
        }
    )

    def __init__(self) -> None:
        self._register = Assets()
        self._charts: dict[str, dict[str, tuple[str, str]]] = {}
        self._villages: dict[str, _Village] = {}
        self._books: dict[str, str] = {}  # stream of a book -> its division
        self._vouchers: dict[str, dict[str, Any]] = {}  # what each that is not booked says
        self._contracts: dict[str, dict[str, _Contract]] = {}  # division -> contract
        self._division: dict[str, str] = {}  # of each contract

    def apply(self, entry: Entry) -> None:
        """Take one event in."""
        subject = entry.category
        if subject == "chart":
            accounts = entry.data["accounts"]
            named = {one["account"].removeprefix("vil:"): (one["name"], one["side"]) for one in accounts}
            self._charts[entry.data["name"]] = named
        elif subject == "village_book":
            self._book(entry)
        elif subject == "village_voucher":
            self._voucher(entry)
        elif subject == "asset":
            self._register.apply(entry)
        else:
            self._contract(entry)

    def _book(self, entry: Entry) -> None:
        data = entry.data
        if entry.type == "village_book.opened/1":
            self._books[entry.identity] = data["division"]
            opened = self._villages.setdefault(data["division"], _Village())
            opened.chart, opened.since = data["chart"], data["since"]
            return
        village = self._villages.get(self._books.get(entry.identity, ""))
        if village is None:
            return
        match entry.type:
            case "village_book.chart_adopted/1":
                village.chart = data["chart"]
            case "village_book.opening_proposed/1":
                village.opening = data["lines"]
            case "village_book.opening_recorded/1":
                village.lines += _booked(entry, village.opening, "opening")
            case _:
                village.plans[data["year"]] = data["lines"]

    def _voucher(self, entry: Entry) -> None:
        if entry.type != "village_voucher.booked/1":
            before = self._vouchers.get(entry.identity, {})
            self._vouchers[entry.identity] = {**before, **entry.data}
            return
        said = self._vouchers.pop(entry.identity, None)
        village = self._villages.get(said["division"]) if said is not None else None
        if said is not None and village is not None:
            told = (said["kind"], entry.data["number"], said["purpose"])
            village.lines += _booked(entry, said["lines"], *told, red="reverses" in said)

    def _contract(self, entry: Entry) -> None:
        data = entry.data
        if entry.type == "resource_contract.signed/1":
            self._division[entry.identity] = data["division"]
            known = self._contracts.setdefault(data["division"], {})
            known[entry.identity] = _Contract(entry.index, data, data["until"])
            return
        contract = self._contracts.get(self._division.get(entry.identity, ""), {}).get(entry.identity)
        if contract is None:
            return
        contract.counts = entry.type != "resource_contract.withdrawn/1"
        if "last_day" in data:
            contract.until = contract.ended = data["last_day"]

    def document(self, *, division: Division, period: str, parameters: Parameters, position: int) -> Document:
        """A village's finances in a month, a quarter or a year."""
        first, last = span(period)
        if level(division) != "village":
            raise ValueError(f"{division} is no village")
        since, until = first.isoformat(), last.isoformat()
        village = self._villages.get(division, _Village())
        if until < village.since:
            raise ValueError(f"{division} has no book in {period}")
        names = self._charts.get(village.chart, {})
        until_now = sorted(
            (one for one in village.lines if one.day <= until), key=lambda one: (one.day, one.index, one.place)
        )
        told = [one for one in until_now if one.day >= since and one.number is not None]
        earned = [one for one in told if one.account[:1] == "5" and one.kind != "carry_over"]
        income = [one for one in earned if names.get(one.account, ("", "debit"))[1] == "credit"]
        expenses = [one for one in earned if names.get(one.account, ("", "debit"))[1] != "credit"]
        by_party = {one.account for one in until_now if one.party is not None}
        debts = _debts(until_now, since, by_party, names)
        rows: dict[str, Sequence[Row]] = {
            "plan": [(one["side"], one["title"], one["amount_fen"]) for one in village.plans.get(last.year, ())],
            "income": _items(income, names, -1),
            "expenses": _items(expenses, names, 1),
            "assets": _assets(until_now, since, by_party, names),
            "resources": self._resources(division, since, until),
            "registered": self._register.resources(division, until),
            "debts": debts,
            "distribution": _items([one for one in told if one.account in _RESULT], names, -1),
            "other": _items([one for one in told if one.account[:1] in "34" and one.account not in _RESULT], names, -1),
        }
        return Document(
            kind="village_finances",
            division=division,
            period=period,
            query=self.query,
            parameters=parameters,
            position=position,
            sentence=_sentence(income, expenses, until_now, debts),
            tables=tuple(_table(name, found) for name, found in rows.items()),
        )

    def _resources(self, division: str, since: str, until: str) -> list[Row]:
        found = sorted(self._contracts.get(division, {}).values(), key=lambda one: one.index)
        rows: list[Row] = []
        for one in found:
            if one.counts and one.data["since"] <= until and one.until >= since:
                last = min(until, one.ended)
                due = sum(due["amount_fen"] for due in one.data["dues"] if since <= due["on"] <= last)
                rows.append((one.data["number"], one.data["resource"], one.data["since"], one.until, due))
        return rows


def _booked(
    entry: Entry,
    lines: Sequence[dict[str, Any]],
    kind: str,
    number: int | None = None,
    purpose: str = "",
    *,
    red: bool = False,
) -> Iterable[_Line]:
    for place, one in enumerate(lines):
        amount = one["amount_fen"] if one["side"] == "debit" else -one["amount_fen"]
        at = (entry.on, entry.index, place)
        yield _Line(*at, kind, one["account"], one.get("party_id"), amount, number, purpose, red)


def _items(lines: Iterable[_Line], names: Mapping[str, tuple[str, str]], sign: int) -> list[Row]:
    return [(one.day, one.number, one.purpose, _called(one.account, names), sign * one.amount) for one in lines]


def _called(code: str, names: Mapping[str, tuple[str, str]]) -> str:
    return f"{code} {names[code][0]}" if code in names else code


def _assets(lines: Sequence[_Line], since: str, by_party: set[str], names: Mapping[str, tuple[str, str]]) -> list[Row]:
    rows: list[Row] = []
    for account in sorted({one.account for one in lines if one.account[:1] == "1"} - by_party):
        own = [one for one in lines if one.account == account]
        opening = sum(one.amount for one in own if one.day < since)
        moved = [one for one in own if one.day >= since]
        debit = sum(one.amount for one in moved if (one.amount > 0) != one.red)
        credit = -sum(one.amount for one in moved if (one.amount < 0) != one.red)
        rows.append((_called(account, names), opening, debit, credit, opening + debit - credit))
    return rows


def _debts(lines: Sequence[_Line], since: str, by_party: set[str], names: Mapping[str, tuple[str, str]]) -> list[Row]:
    with_whom = sorted({(one.account, one.party) for one in lines if one.party is not None})
    whole = sorted({one.account for one in lines if one.account[:1] == "2"} - by_party)
    rows: list[Row] = []
    for account, party in [*with_whom, *((one, None) for one in whole)]:
        own = [one for one in lines if one.account == account and one.party == party]
        opening, closing = sum(one.amount for one in own if one.day < since), sum(one.amount for one in own)
        if opening or closing:
            rows.append((_called(account, names), party or None, opening, closing))
    return rows


def _sentence(
    income: Sequence[_Line], expenses: Sequence[_Line], lines: Sequence[_Line], debts: Sequence[Row]
) -> dict[str, int]:
    earned, spent = -sum(one.amount for one in income), sum(one.amount for one in expenses)
    closing = [int(row[3] or 0) for row in debts]
    return {
        "income_count": len(income),
        "income_fen": earned,
        "expense_count": len(expenses),
        "expense_fen": spent,
        "net_fen": earned - spent,
        "cash_fen": sum(one.amount for one in lines if one.account in _CASH),
        "receivable_fen": sum(amount for amount in closing if amount > 0),
        "payable_fen": -sum(amount for amount in closing if amount < 0),
    }


def _table(name: str, rows: Sequence[Row]) -> Table:
    columns = _COLUMNS[name]
    places = {column.name: place for place, column in enumerate(columns)}
    totals = {one: sum(int(row[places[one]] or 0) for row in rows) for one in _TOTALS.get(name, ())}
    return Table(name, columns, tuple(rows), totals)
