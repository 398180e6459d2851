"""What the bank's statements came to at every position of the log, retold from the events alone.

What must not be broken: every line of every statement that counted then is in the sums. A seal names a position before
it; what came between the two changes nothing here.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, NamedTuple
from uuid import UUID

from audit.entries import Entry
from domain.kernel.bank_sides import QUOTA, Explained, Side, explained_digest, grouped
from domain.kernel.calendar import last_day, month
from domain.kernel.money import Fen
from domain.recon_exceptions import BY_A_PERSON

CATEGORIES: Final = frozenset({"statement", "reconciliation", "exception"})
_At = tuple[str, int]


class _Sums(NamedTuple):
    """A line's share of `Side`, field by field."""

    number: int
    total: int
    matched: int
    explained: int
    open: int
    open_count: int


class _Change(NamedTuple):
    """What an event changed in the sums of a month's debits or credits."""

    at: int
    month: str
    leaves: bool
    sums: tuple[int, ...]


class _Said(NamedTuple):
    """An exception that two people explained, or one that is open again (`explained` is None)."""

    at: int
    identity: str
    explained: Explained | None


class _Told(NamedTuple):
    """A statement that counts from an event on, or no longer (`joined`)."""

    at: int
    joined: bool
    identity: str
    since: str
    until: str
    opening_fen: int | None


@dataclass(slots=True)
class _Line:
    day: str
    amount_fen: int
    matched_fen: int = 0
    document_fen: int = 0
    said: dict[str, int] = field(default_factory=dict)

    def sums(self) -> _Sums:
        rest = self.amount_fen - self.matched_fen
        explained = rest if rest in self.said.values() else 0
        return _Sums(1, self.amount_fen, self.matched_fen, explained, rest - explained, int(rest != explained))


class BankFollowed:
    """Follows statements, matches and exceptions; and what the books moved, by day."""

    def __init__(self) -> None:
        self._lines: dict[_At, _Line] = {}
        self._of: defaultdict[str, list[_At]] = defaultdict(list)
        self._heads: dict[str, Mapping[str, Any]] = {}
        self._joined: set[str] = set()
        self._subjects: dict[str, Mapping[str, Any]] = {}
        self._changes: list[_Change] = []
        self._moved: list[tuple[int, str, str, int]] = []  # index, statement, day, amount of lines
        self._by_document: list[tuple[int, str, int]] = []  # index, day, what is matched to documents of lines
        self._said: list[_Said] = []
        self._told: list[_Told] = []
        self._booked: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])  # day -> by payments, by document

    def book(self, entry: Entry) -> None:
        """Take what an event moved on the accounts of money."""
        moved, _ = entry.moved.cash
        if moved:
            self._booked[entry.on][0 if entry.category == "payment" else 1] += moved

    def see(self, entry: Entry) -> None:
        """Take a statement, a match or an exception."""
        data = entry.data
        match entry.type:
            case "statement.recorded/1":
                self._heads[entry.identity] = data
            case "statement.entries_recorded/1":
                for line in data["entries"]:
                    self._of[entry.identity].append((entry.identity, line["number"]))
                    self._lines[entry.identity, line["number"]] = _Line(line["booked_on"], line["amount_fen"])
            case "reconciliation.statement_joined/1":
                self._counts(entry, data["statement_id"], True)
            case "reconciliation.statement_superseded/1":
                for identity in data["superseded"]:
                    self._counts(entry, identity, False)
                    for at in self._of[identity]:
                        self._lines[at].matched_fen = 0
                        self._on_document(entry, at, None)
            case "reconciliation.matched/1":
                given: defaultdict[_At, int] = defaultdict(int)
                for one in data["allocations"]:
                    given[one["statement_id"], one["entry"]] += one["amount_fen"]
                    if "document" in one:
                        self._on_document(entry, (one["statement_id"], one["entry"]), one["amount_fen"])
                for at, amount_fen in given.items():
                    self._matched(entry, at, amount_fen)
            case "reconciliation.unmatched/1":
                self._matched(entry, (data["statement_id"], data["entry"]), None)
                self._on_document(entry, (data["statement_id"], data["entry"]), None)
            case "exception.opened/1":
                self._subjects[entry.identity] = data
                self._explained(entry, None)
            case "exception.resolved/1" if data["outcome"] in BY_A_PERSON:
                self._explained(entry, data)

    def _counts(self, entry: Entry, identity: str, joined: bool) -> None:
        head = self._heads.get(identity)
        if head is None or joined == (identity in self._joined):
            return
        told = head["since"], head["until"], head.get("opening_fen")
        self._told.append(_Told(entry.index, joined, identity, *told))
        sign = 1 if joined else -1
        days: defaultdict[str, int] = defaultdict(int)
        sides: defaultdict[tuple[str, bool], list[int]] = defaultdict(lambda: [0] * len(_Sums._fields))
        for at in self._of[identity]:
            line = self._lines[at]
            days[line.day] += line.amount_fen
            side = sides[line.day[:7], line.amount_fen < 0]
            for place, value in enumerate(line.sums()):
                side[place] += sign * value
        self._moved += [(entry.index, identity, day, sign * amount) for day, amount in days.items()]
        self._changes += [_Change(entry.index, *of, tuple(sums)) for of, sums in sides.items()]
        (self._joined.add if joined else self._joined.discard)(identity)

    def _matched(self, entry: Entry, at: _At, amount_fen: int | None) -> None:
        """Something is matched to a line; None: nothing any more."""
        line = self._lines.get(at)
        if line is not None:
            before = line.sums()
            line.matched_fen = line.matched_fen + amount_fen if amount_fen is not None else 0
            self._changed(entry, at, line, before)

    def _on_document(self, entry: Entry, at: _At, amount_fen: int | None) -> None:
        """Some of a line is matched to a document; None: nothing any more."""
        line = self._lines.get(at)
        if line is not None:
            moved = amount_fen if amount_fen is not None else -line.document_fen
            line.document_fen += moved
            if moved:
                self._by_document.append((entry.index, line.day, moved))

    def _explained(self, entry: Entry, resolved: Mapping[str, Any] | None) -> None:
        about = self._subjects.get(entry.identity)
        if about is None:
            return
        said = None
        if resolved is not None:
            proposer = resolved.get("proposer_id")
            by = UUID(proposer) if proposer else None
            said = Explained(about["kind"], 1, Fen(about["amount_fen"]), resolved["reason"], by, UUID(entry.by))
        self._said.append(_Said(entry.index, entry.identity, said))
        at = about.get("statement_id", ""), about.get("entry", 0)
        line = self._lines.get(at)
        if line is not None:
            before = line.sums()
            line.said.pop(entry.identity, None)
            if said is not None:
                line.said[entry.identity] = said.amount_fen
            self._changed(entry, at, line, before)

    def _changed(self, entry: Entry, at: _At, line: _Line, before: _Sums) -> None:
        after = line.sums()
        if at[0] in self._joined and after != before:
            sums = tuple(new - old for new, old in zip(after, before, strict=True))
            self._changes.append(_Change(entry.index, line.day[:7], line.amount_fen < 0, sums))

    # What a seal says, told anew.

    def side(self, of: str, *, leaves: bool, at: int) -> dict[str, int]:
        """A month's debits or credits as of the first `at` events."""
        sums = [0] * len(_Sums._fields)
        for one in self._changes:
            if one.at < at and one.month == of and one.leaves == leaves:
                sums = [value + more for value, more in zip(sums, one.sums, strict=True)]
        number, total, matched, explained, rest, rest_count = sums
        return asdict(Side(number, Fen(total), Fen(matched), Fen(explained), Fen(rest), rest_count))

    def covered(self, of: str, *, at: int) -> str | None:
        """The last day up to the month's end that a statement tells of; None where none tells of the month."""
        last = last_day(month(of)).isoformat()
        until = [one.until for one in self._counting(at) if one.since <= last]
        return min(max(until), last) if until else None

    def balances(self, *, funds: str, on: str, at: int) -> dict[str, int]:
        """The books' and the bank's balance of a day, and what all lines took until then; amounts in fen."""
        counting = {one.identity: one for one in self._counting(at)}
        moved = [(counting.get(of), amount) for index, of, day, amount in self._moved if index < at and day <= on]
        lines = sum(amount for _, amount in moved) - self.on_documents(on, at=at)
        bank = self.documents(on) + lines
        if funds != QUOTA:
            anchors = [(one.since, one.until, one.opening_fen) for one in counting.values() if one.since <= on]
            since, _, opening = max((one for one in anchors if one[2] is not None), default=("", "", 0))
            bank = (opening or 0) + sum(amount for one, amount in moved if one is not None and one.since >= since)
        return {"books_fen": self.documents(on) + self.payments(on), "bank_fen": bank, "paid_fen": -lines}

    def on_documents(self, on: str, *, at: int) -> int:
        """What lines until a day are matched to documents, as of the first `at` events."""
        return sum(amount for index, day, amount in self._by_document if index < at and day <= on)

    def documents(self, on: str) -> int:
        """What documents brought until a day."""
        return sum(by_document for day, (_, by_document) in self._booked.items() if day <= on)

    def payments(self, on: str) -> int:
        """What payments moved until a day, with the sign of the account."""
        return sum(by_payments for day, (by_payments, _) in self._booked.items() if day <= on)

    def explained(self, *, since: int, at: int) -> dict[str, object]:
        """What two people explained from one position to another, as number and digest."""
        last: dict[str, _Said] = {}
        for one in self._said:
            if one.at < at:
                last[one.identity] = one
        said = [one.explained for one in last.values() if one.explained is not None and one.at >= since]
        told = grouped(said)
        return {"explained_count": sum(one.count for one in told), "explained": explained_digest(told)}

    def _counting(self, at: int) -> Iterator[_Told]:
        """The statements that count after the first `at` events."""
        found = {one.identity: one for one in self._told if one.at < at}
        return (one for one in found.values() if one.joined)
