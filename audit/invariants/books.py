"""Every book at zero at every position; cash moves in both accountings or in none; points and goods are where they
should be.

What must not be broken: nothing but postings is used here.
"""

from typing import ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.invariants.parts import Say
from audit.ledger import Ledger
from domain.kernel.money import yuan

_NONE: frozenset[str] = frozenset()


class BooksAtZero:
    """Invariant 2, after each event and not only after each append: a position may lie between two."""

    types: ClassVar[frozenset[str]] = _NONE
    moving: ClassVar[bool] = True

    def __init__(self, say: Say) -> None:
        self._say = say
        self._sums: dict[tuple[str, str], int] = {}
        self._told: set[tuple[str, str]] = set()

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every part is handed the book
        """Add the postings up; a book that is out of balance is told once, where it began."""
        sums = self._sums
        for at, amount in entry.moved.apart:  # what balances changes nothing
            sums[at] = sums.get(at, 0) + amount
            if sums[at] == 0:
                self._told.discard(at)
            elif at not in self._told:
                self._told.add(at)
                self._say("invariants.book_not_zero", entry.place, book=at[0], commodity=at[1], sum=sums[at])

    def settle(self, book: Book) -> None:
        """Nothing is left for the end of an append."""


class CashInBothBooks:
    """Invariant 17: what leaves or reaches the payer's account in an event does so in `fin` and in `bud`."""

    types: ClassVar[frozenset[str]] = _NONE
    moving: ClassVar[bool] = True

    def __init__(self, say: Say) -> None:
        self._say = say

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every part is handed the book
        """Compare the event's two cash lines."""
        fin, bud = entry.moved.cash
        if fin != bud:
            self._say("invariants.cash_differs", entry.place, fin=yuan(fin), bud=yuan(bud))

    def settle(self, book: Book) -> None:
        """Nothing is left for the end of an append."""


class Holdings:
    """Invariant 15: what a station has of goods is what came less what went.

    An account is `stk:on_hand:<station>[:…]`; whatever else its book holds for the same station is where it came from
    and went to, so both together are zero.
    """

    types: ClassVar[frozenset[str]] = _NONE
    moving: ClassVar[bool] = True

    def __init__(self, say: Say) -> None:
        self._say = say
        self._held: dict[tuple[str, str], int] = {}
        self._beside: dict[tuple[str, str], int] = {}
        self._touched: dict[tuple[str, str], Entry] = {}

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every part is handed the book
        """Add up what a station has, and what stands against it."""
        for at, is_held, amount in entry.moved.holdings:
            sums = self._held if is_held else self._beside
            sums[at] = sums.get(at, 0) + amount
            self._touched[at] = entry

    def settle(self, book: Book) -> None:  # noqa: ARG002
        """Judge the stations that the append touched."""
        for at, entry in self._touched.items():
            held, against = self._held.get(at, 0), -self._beside.get(at, 0)
            if held < 0 or held != against:
                facts: dict[str, str | int] = {"holder": at[0], "commodity": at[1], "held": held, "expected": against}
                self._say("invariants.stock_differs", entry.place, **facts)
        self._touched.clear()


class Budgets:
    """Invariant 5: committed and spent are never more than was appropriated, whose documents add up to it."""

    types: ClassVar[frozenset[str]] = frozenset({"budget.appropriated/1", "budget.adjusted/1"})
    moving: ClassVar[bool] = True

    def __init__(self, say: Say, ledger: Ledger) -> None:
        self._say = say
        self._ledger = ledger
        self._documents: dict[str, int] = {}  # budget -> sum of its documents
        self._touched: dict[str, Entry] = {}

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every part is handed the book
        """Note the budgets that the event moves."""
        if entry.type in self.types:
            self._documents[entry.identity] = self._documents.get(entry.identity, 0) + entry.data["amount_fen"]
        for budget in entry.moved.budgets:
            self._touched[budget] = entry

    def settle(self, book: Book) -> None:  # noqa: ARG002
        """Judge the budgets that the append touched."""
        for budget, entry in self._touched.items():
            appropriated = -self._balance("appropriated", budget)
            used = self._balance("committed", budget) + self._balance("spent", budget)
            free = appropriated - self._balance("lapsed", budget)
            if used > free:
                facts = {"budget": budget, "used": yuan(used), "appropriated": yuan(free)}
                self._say("invariants.over_appropriated", entry.place, **facts)
            documents = self._documents.get(budget, 0)
            if appropriated != documents:
                facts = {"budget": budget, "found": yuan(appropriated), "expected": yuan(documents)}
                self._say("invariants.appropriated_differs", entry.place, **facts)
        self._touched.clear()

    def _balance(self, kind: str, budget: str) -> int:
        return self._ledger.balance(f"ind:{kind}:{budget}", "CNY")
