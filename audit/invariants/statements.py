"""Bank statements add up and follow one another, and nothing of them is matched twice.

What must not be broken: amounts come from the statement's own lines; a line or a payment that was matched in part shows
the rest, and never more than it has.
"""

from bisect import bisect_left, insort
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, ClassVar, NamedTuple

from audit.book import Book
from audit.entries import Entry
from audit.invariants.parts import Say
from domain.kernel.money import yuan


class _Statement(NamedTuple):
    """A statement's days first, because that is the order in which they follow one another."""

    since: str
    until: str
    identity: str
    opening_fen: int | None
    closing_fen: int | None
    account: str
    entry_count: int


class Statements:
    """Invariant 10: opening + entries = closing, and closing(n) = opening(n + 1) of the same account.

    Only statements that count follow one another. A gap is no breach where it is named: an exception of the kind
    `statement_gap` stands in the same append, or stood before.
    """

    types: ClassVar[frozenset[str]] = frozenset(
        {
            "statement.recorded/1",
            "statement.entries_recorded/1",
            "reconciliation.statement_joined/1",
            "reconciliation.statement_superseded/1",
            "exception.opened/1",
        }
    )
    moving: ClassVar[bool] = False

    def __init__(self, say: Say) -> None:
        self._say = say
        self._statements: dict[str, _Statement] = {}
        self._following: dict[str, list[_Statement]] = {}  # account -> its statements in the order of their days
        self._counted: dict[str, tuple[int, int]] = {}  # statement -> entries so far, their sum
        self._named: set[str] = set()  # statements before which a gap was named
        self._touched: dict[str, Entry] = {}
        self._new: dict[str, Entry] = {}

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every part is handed the book
        """Take a statement, some of its entries, or a gap that was named."""
        data, identity = entry.data, entry.identity
        if entry.category == "reconciliation":
            self._counts(entry)
            return
        if entry.type == "exception.opened/1":
            if data["kind"] == "statement_gap" and "statement_id" in data:
                self._named.add(data["statement_id"])
            return
        if entry.type == "statement.recorded/1":
            one = _Statement(
                data["since"],
                data["until"],
                identity,
                data.get("opening_fen"),
                data.get("closing_fen"),
                data["account_digest"],
                data["entry_count"],
            )
            self._statements[identity] = one
        else:
            count, total = self._counted.get(identity, (0, 0))
            amounts = [line["amount_fen"] for line in data["entries"]]
            self._counted[identity] = count + len(amounts), total + sum(amounts)
        self._touched[identity] = entry

    def _counts(self, entry: Entry) -> None:
        """A statement is joined to those of its account, or they count no longer: what follows is judged again."""
        for identity in entry.data.get("superseded", ()):
            gone = self._statements.get(identity)
            if gone is not None and gone in self._following.get(gone.account, []):
                self._following[gone.account].remove(gone)
        one = self._statements.get(entry.data["statement_id"])
        if entry.type == "reconciliation.statement_joined/1" and one is not None:
            insort(self._following.setdefault(one.account, []), one, key=_days)
            self._new[one.identity] = entry

    def settle(self, book: Book) -> None:  # noqa: ARG002
        """Judge the sums of the statements that the append touched, and their places among the others."""
        for identity, entry in self._touched.items():
            statement = self._statements.get(identity)
            if statement is not None:
                self._sum(statement, entry)
        for identity, entry in self._new.items():
            self._neighbours(self._statements[identity], entry)
        self._touched.clear()
        self._new.clear()

    def _sum(self, statement: _Statement, entry: Entry) -> None:
        count, total = self._counted.get(statement.identity, (0, 0))
        if statement.opening_fen is None or statement.closing_fen is None:
            return
        expected = statement.closing_fen - statement.opening_fen
        if count != statement.entry_count or total != expected:
            self._say("invariants.statement_sum", entry.place, found=yuan(total), expected=yuan(expected))

    def _neighbours(self, statement: _Statement, entry: Entry) -> None:
        following = self._following[statement.account]
        at = following.index(statement, max(0, bisect_left(following, _days(statement), key=_days)))
        for before, after in pairwise(following[max(0, at - 1) : at + 2]):
            if before.closing_fen is None or after.opening_fen is None or before.closing_fen == after.opening_fen:
                continue
            if after.identity not in self._named:
                facts = {"found": yuan(after.opening_fen), "expected": yuan(before.closing_fen)}
                self._say("invariants.statement_gap", entry.place, **facts)


def _days(statement: _Statement) -> tuple[str, str]:
    return statement.since, statement.until


class Matches:
    """Invariant 11: what was allocated of a statement's line, and of a payment, is at most its amount."""

    types: ClassVar[frozenset[str]] = frozenset(
        {
            "statement.entries_recorded/1",
            "reconciliation.matched/1",
            "reconciliation.unmatched/1",
            "reconciliation.statement_superseded/1",
        }
    )
    moving: ClassVar[bool] = False

    def __init__(self, say: Say) -> None:
        self._say = say
        self._amounts: dict[tuple[str, int], int] = {}  # statement and line -> its amount
        self._of_lines: dict[tuple[str, int], int] = {}  # allocated
        self._of_payments: dict[tuple[str, bool], int] = {}  # allocated, apart what left and what came back
        self._allocated: dict[tuple[str, int], list[tuple[str, bool, int]]] = {}

    def see(self, entry: Entry, book: Book) -> None:
        """Take lines and what was allocated of them."""
        match entry.type:
            case "statement.entries_recorded/1":
                for line in entry.data["entries"]:
                    self._amounts[entry.identity, line["number"]] = line["amount_fen"]
            case "reconciliation.matched/1":
                for one in entry.data["allocations"]:
                    self._matched(entry, one, book)
            case "reconciliation.unmatched/1":
                self._unmatched(entry.data["statement_id"], entry.data["entry"])
            case "reconciliation.statement_superseded/1":
                gone = set(entry.data["superseded"])
                for at in [at for at in self._allocated if at[0] in gone]:
                    self._unmatched(*at)

    def _matched(self, entry: Entry, one: Mapping[str, Any], book: Book) -> None:
        at = one["statement_id"], one["entry"]
        side = one["payment_id"], one["amount_fen"] < 0
        amount_fen, line_fen = abs(one["amount_fen"]), abs(self._amounts.get(at, 0))
        self._of_lines[at] = self._of_lines.get(at, 0) + amount_fen
        self._of_payments[side] = self._of_payments.get(side, 0) + amount_fen
        self._allocated.setdefault(at, []).append((*side, amount_fen))
        if self._of_lines[at] > line_fen:
            self._over(entry, f"statement/{at[0]} {at[1]}", self._of_lines[at], line_fen)
        payment = book.payments.get(one["payment_id"])
        if payment is not None and self._of_payments[side] > payment.amount_fen:
            self._over(entry, f"payment/{one['payment_id']}", self._of_payments[side], payment.amount_fen)

    def _over(self, entry: Entry, what: str, found: int, most: int) -> None:
        self._say("invariants.over_matched", entry.place, what=what, found=yuan(found), expected=yuan(most))

    def _unmatched(self, statement: str, line: int) -> None:
        self._of_lines.pop((statement, line), None)
        for payment, leaves, amount_fen in self._allocated.pop((statement, line), ()):
            self._of_payments[payment, leaves] -= amount_fen

    def settle(self, book: Book) -> None:
        """Nothing is left for the end of an append."""
