"""The rules of the twenty-five that events decide, fed event by event; the same for tests, `verify` and the server.

What must not be broken: an append counts as one, as it was accepted as one; what it touched is judged once it is
complete, so that no round costs more than what is new.
"""

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final, NamedTuple

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Fact, Finding, Findings, Place
from audit.invariants.books import BooksAtZero, Budgets, CashInBothBooks, Holdings
from audit.invariants.catalogue import INVARIANTS, Caller, Invariant, number_of
from audit.invariants.parts import Part
from audit.invariants.payables import Payables
from audit.invariants.points import PointsHeld
from audit.invariants.statements import Matches, Statements
from audit.ledger import Ledger
from audit.rules import Rule
from audit.rules.claims import Claims
from audit.rules.duties import Duties
from audit.rules.exchanges import Exchanges
from audit.rules.limits import Limits
from audit.rules.payouts import Payouts
from audit.rules.postings import PostingsBalance
from audit.rules.seals_of_periods import SealsOfPeriods
from audit.rules.stations import Stations
from domain.kernel.postings import book_of


class Invariants:
    """A rule made of parts. It is to be shown each event before `Limits` posts it to the ledger that both share."""

    types: ClassVar[frozenset[str] | None] = None
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings, ledger: Ledger) -> None:
        say = findings.add
        self._findings = findings
        self._parts: Sequence[Part] = (
            BooksAtZero(say),
            CashInBothBooks(say),
            Holdings(say),
            PointsHeld(say),
            Budgets(say, ledger),
            Payables(say, ledger),
            Statements(say),
            Matches(say),
        )
        self._shown: dict[tuple[str, bool], list[Part]] = {}
        self._append: tuple[str, str] | None = None
        self._touched: dict[tuple[str, bool], list[Part]] = {}  # by this append
        self.seen: set[str] = set()  # categories, books and commodities that occur

    def see(self, entry: Entry, book: Book) -> None:
        """Judge the append before, once another begins, and take the event."""
        append = entry.by, entry.cmd
        if append != self._append:
            self.settle(book)
            self._append = append
        kind = entry.type, bool(entry.postings)
        parts = self._shown.get(kind)
        if parts is None:
            parts = self._wanting(entry, kind)
        for part in parts:
            part.see(entry, book)
        self._touched[kind] = parts

    def _wanting(self, entry: Entry, kind: tuple[str, bool]) -> list[Part]:
        self.seen.add(entry.category)
        for account, commodity, _ in entry.postings:
            self.seen |= {commodity, book_of(account)}
        type_name, moves = kind
        parts = [part for part in self._parts if type_name in part.types or (moves and part.moving)]
        self._shown[kind] = parts
        return parts

    def settle(self, book: Book) -> None:
        """The append is complete: judge what it touched."""
        if self._touched:
            touched = {part for parts in self._touched.values() for part in parts}
            for part in self._parts:
                if part in touched:
                    part.settle(book)
            self._touched.clear()

    def finish(self, book: Book) -> None:
        """Judge the last append."""
        self.settle(book)

    def summarise(self) -> None:
        """Say which of the twenty-five `verify` judged, which another check found broken, and which have no object.

        To be called when all other checks have ended.
        """
        broken = {number for one in self._findings.results() for f in one.findings if (number := number_of(f))}
        facts: dict[str, Fact] = {
            "judged": _listed(one for one in judged_by("verify") if applies(one, self.seen)),
            "without_object": _listed(one for one in judged_by("verify") if not applies(one, self.seen)),
            "elsewhere": _listed(one for one in INVARIANTS if "verify" not in one.callers),
            "broken": _ranges(sorted(broken)),
        }
        self._findings.summarise(Check.INVARIANTS, **facts)


def judged_by(caller: Caller) -> tuple[Invariant, ...]:
    """Those that a caller judges."""
    return tuple(one for one in INVARIANTS if caller in one.callers)


def applies(invariant: Invariant, seen: set[str]) -> bool:
    """Whether the journal holds anything that the invariant is about. `seen`: categories, books, commodities."""
    return not invariant.about or not seen.isdisjoint(invariant.about)


def _listed(invariants: Iterable[Invariant]) -> str:
    return _ranges([one.number for one in invariants])


def _ranges(numbers: Sequence[int]) -> str:
    """`1-3,5`; a dash for none."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs) or "-"


class Broken(NamedTuple):
    """One of the twenty-five that does not hold: which, by what finding, at which event."""

    number: int
    finding: Finding

    @property
    def event(self) -> str:
        """The event at which it showed."""
        return self.finding.place.event or f"#{self.finding.place.index}"


KEPT: Final = 1_000
"""So many are kept; whoever has a thousand needs no more to know that something is wrong."""


class Judging:
    """Everything that is judged of events as they come, for callers that do not hold a whole package.

    `take` events in log order, then `settle` wherever an append is known to be complete. `ledger` and `book` are what
    the events taken so far amount to, to be compared with read models and pages.
    """

    def __init__(self) -> None:
        self.book = Book()
        self.ledger = Ledger()
        self.broken: list[Broken] = []
        self.taken = 0
        findings = Findings(told=self._told)
        self._parts = Invariants(findings, self.ledger)
        self._limits = Limits(findings, self.ledger)
        self._payouts = Payouts(findings)
        stations = Stations(findings)
        self._rules: Sequence[Rule] = (
            self._parts,
            PostingsBalance(findings),
            self._limits,
            Duties(findings),
            self._payouts,
            Claims(findings),
            stations,
            Exchanges(findings, stations),
            SealsOfPeriods(findings),
        )
        self._append: tuple[str, str] | None = None
        self._new: list[Entry] = []  # of this append

    @property
    def seen(self) -> set[str]:
        """Categories, books and commodities that occurred."""
        return self._parts.seen

    def take(self, entry: Entry) -> None:
        """Judge one event."""
        append = entry.by, entry.cmd
        if append != self._append:
            self.settle()
            self._append = append
        for rule in self._rules:
            if (entry.postings or not rule.moving) and (rule.types is None or entry.type in rule.types):
                rule.see(entry, self.book)
        self.book.apply(entry)
        self._new.append(entry)
        self.taken += 1

    def settle(self) -> None:
        """The last append is complete: judge what only it as a whole shows."""
        self._parts.settle(self.book)
        self._limits.settle()
        self._payouts.settle(self._new, self.book)
        self._new.clear()

    def add(self, code: str, place: Place, **facts: Fact) -> None:
        """Note what a caller has found by a comparison of its own; the same again is no news."""
        finding = Finding(code, place, False, facts)
        if all(one.finding != finding for one in self.broken):
            self._told(finding)

    def _told(self, finding: Finding) -> None:
        number = number_of(finding)
        if number is not None and len(self.broken) < KEPT:
            self.broken.append(Broken(number, finding))
