"""Every match of a bank's line follows from references and amounts, or from two people; none was chosen.

What must not be broken: lines and payments are retold here from their own events, and each match of the first three
tiers is looked for anew: the reference names this payment, the amount is the same to the fen, and nothing else that
waited then would have fitted as well. (That nothing is matched beyond its amount, and that statements add up, are
invariants 10 and 11.)
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings, Place
from domain.kernel.ids import EventName
from domain.kernel.matches import document_id
from domain.kernel.reasons import suffices
from domain.recon_exceptions import BLOCKING, BY_A_PERSON, NOT_TO_EXPLAIN

_TYPES = frozenset(
    {
        "statement.recorded/1",
        "statement.entries_recorded/1",
        "reconciliation.matched/1",
        "reconciliation.statement_joined/1",
        "reconciliation.unmatch_proposed/1",
        "reconciliation.unmatched/1",
        "reconciliation.superseding_proposed/1",
        "reconciliation.statement_superseded/1",
        "reconciliation.proposed/1",
        "reconciliation.proposal_rejected/1",
        "exception.opened/1",
        "exception.assigned/1",
        "exception.explanation_proposed/1",
        "exception.explanation_rejected/1",
        "exception.resolved/1",
        "payment.prepared/1",
        "payment.settled/1",
        "payment.failed/1",
        "payment.returned/1",
        "payment.recovered/1",
        "payment.confirmed_paid/1",
        "payment.claimed/1",
        "payment.paid_again/1",
        "payment.claim_recovered/1",
        "budget.appropriated/1",
        "budget.adjusted/1",
    }
)
_REFERENCE_LENGTH = 21  # of a batch; the rest of an end-to-end id is the line's number
_Line = tuple[str, int]
_Key = tuple[str, str, int]
"""Which reference, its text, and the amount with its sign."""
_Days = tuple[str, str, int | None, int | None]
"""Of a statement: since, until, opening and closing balance."""


@dataclass(slots=True)
class _Payment:
    """What a payment is called at the bank, and what became of it."""

    end_to_end_id: str
    amount_fen: int
    out_ref: str | None = None
    back_ref: str | None = None
    failed: bool = False
    left: bool = False
    came_back: bool = False


@dataclass(slots=True)
class _Statement:
    """What a statement said that it holds, and what came of it so far."""

    place: Place
    count: int
    digest: str
    read: int = 0
    hashed: Any = field(default_factory=hashlib.sha256)


class Reconciliation:
    """Check 25."""

    types: ClassVar[frozenset[str] | None] = _TYPES
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._payments: dict[str, _Payment] = {}
        self._statements: dict[str, _Statement] = {}
        self._lines: dict[_Line, Mapping[str, Any]] = {}
        self._lines_of: dict[str, list[_Line]] = {}
        self._waiting: Counter[_Key] = Counter()  # lines that nothing is matched to and nobody has in hand
        self._matched: dict[_Line, int] = {}
        self._documents: dict[str, int] = {}  # event that is no payment -> what it moved on the accounts of money
        self._on_documents: dict[_Line, list[tuple[str, int]]] = {}
        self._proposed: dict[_Line, tuple[str, list[Mapping[str, Any]]]] = {}
        self._by_hand: set[_Line] = set()
        self._open: dict[str, bool] = {}
        self._kinds: dict[str, str] = {}
        self._wanted: dict[tuple[str, object], tuple[str, Mapping[str, Any]]] = {}  # what waits for a second person
        self._counting: dict[str, _Days] = {}  # the days and balances of statements that count
        self._heads: dict[str, Mapping[str, Any]] = {}
        self._sums: dict[tuple[str, _Line], int] = {}  # command and line -> what tier 3 gave of it
        self._places: dict[tuple[str, _Line], Place] = {}
        self._tiers: Counter[int] = Counter()

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Note statements and payments; judge matches, proposals and differences."""
        match entry.category:
            case "budget":
                self._documents[entry.name] = entry.moved.cash[0]
            case "payment":
                self._payment(entry)
            case "statement":
                self._statement(entry)
            case "exception":
                self._exception(entry)
            case _:
                self._step(entry)

    def _payment(self, entry: Entry) -> None:
        data = entry.data
        if entry.type == "payment.prepared/1":
            self._payments[entry.identity] = _Payment(data["end_to_end_id"], data["amount_fen"])
        elif entry.type == "payment.paid_again/1":
            again = _Payment(data["end_to_end_id"], data["amount_fen"], out_ref=data["bank_ref"], left=True)
            self._payments[entry.identity] = again
        elif (known := self._payments.get(entry.identity)) is None:
            return
        elif entry.type in ("payment.settled/1", "payment.confirmed_paid/1", "payment.claimed/1"):
            known.left, known.out_ref = True, data["bank_ref"]
        elif entry.type == "payment.failed/1":
            known.failed = True
        else:
            known.came_back, known.back_ref = True, data["bank_ref"]

    def _statement(self, entry: Entry) -> None:
        data = entry.data
        if entry.type == "statement.recorded/1":
            one = _Statement(entry.place, data["entry_count"], data["entries_digest"])
            self._statements[entry.identity] = one
            self._heads[entry.identity] = data
            return
        statement = self._statements.get(entry.identity)
        if statement is None or data["first"] != statement.read + 1:
            self._findings.add("reconciliation.lines", entry.place, first=data["first"])
        for line in data["entries"]:
            self._lines[entry.identity, line["number"]] = line
            self._lines_of.setdefault(entry.identity, []).append((entry.identity, line["number"]))
            if statement is not None:
                statement.read += 1
                statement.hashed.update(_canonical(line))

    # Matches.

    def _step(self, entry: Entry) -> None:
        data = entry.data
        match entry.type:
            case "reconciliation.matched/1":
                self._match(entry)
            case "reconciliation.unmatched/1":
                at = data["statement_id"], data["entry"]
                if self._matched.pop(at, None) is None:
                    self._findings.add("reconciliation.not_matched", entry.place, line=at[1])
                self._on_documents.pop(at, None)
                self._confirmed(entry, "unmatched_by_one", ("unmatch", at), line=at[1])
                self._by_hand.add(at)
            case "reconciliation.unmatch_proposed/1":
                self._wants(entry, ("unmatch", (data["statement_id"], data["entry"])))
            case "reconciliation.superseding_proposed/1":
                self._wants(entry, ("supersede", data["statement_id"]))
            case "reconciliation.statement_superseded/1":
                self._confirmed(entry, "superseded_by_one", ("supersede", data["statement_id"]))
                for identity in data["superseded"]:
                    self._leaves(identity)
            case "reconciliation.statement_joined/1":
                self._joins(entry, data["statement_id"])
            case "reconciliation.proposed/1":
                at = data["statement_id"], data["entry"]
                if data["proposer_id"] != entry.by:
                    self._findings.add("reconciliation.signed_by_another", entry.place, named=data["proposer_id"])
                self._proposed[at] = entry.by, data["allocations"]
                self._in_hand(at)
            case "reconciliation.proposal_rejected/1":
                at = data["statement_id"], data["entry"]
                if self._wanted.pop(("unmatch", at), None) is not None:
                    return
                if self._proposed.pop(at, None) is None:
                    self._findings.add("reconciliation.not_proposed", entry.place, line=at[1])
                elif at not in self._matched and at not in self._by_hand:
                    self._waiting.update(_keys(self._lines.get(at, {})))

    def _match(self, entry: Entry) -> None:
        """Judge each allocation as it stood before this event; then take the lines out of those that wait."""
        allocations = entry.data["allocations"]
        tiers = {one["tier"] for one in allocations}
        if not {one["statement_id"] for one in allocations} <= self._counting.keys():
            self._findings.add("reconciliation.not_counting", entry.place)
        for one in allocations:
            self._tiers[one["tier"]] += 1
            self._allocation(entry, one)
        if 5 in tiers:
            self._by_two(entry, allocations)
        if tiers & {4, 5} and not entry.data.get("reason", "").strip():
            self._findings.add("reconciliation.no_reason", entry.place)
        for one in allocations:
            at = one["statement_id"], one["entry"]
            if at not in self._matched:
                self._matched[at] = 0
                self._in_hand(at)
            self._matched[at] += one["amount_fen"]
            self._proposed.pop(at, None)

    def _allocation(self, entry: Entry, one: Mapping[str, Any]) -> None:
        at = one["statement_id"], one["entry"]
        if "document" in one:
            self._document(entry, at, one)
            return
        line, payment = self._lines.get(at), self._payments.get(one["payment_id"])
        if line is None or payment is None:
            self._findings.add("reconciliation.unknown", entry.place, line=at[1], payment=one["payment_id"])
            return
        moved = payment.left if one["amount_fen"] < 0 else payment.came_back
        if not moved and not payment.failed:
            self._findings.add("reconciliation.not_moved", entry.place, payment=one["payment_id"])
        if one["tier"] not in (1, 2, 3):
            if one["tier"] not in (4, 5):
                self._findings.add("reconciliation.tier", entry.place, tier=one["tier"], line=at[1])
            return
        named = _named(one["tier"], line, payment, one["amount_fen"])
        whole = abs(one["amount_fen"]) == payment.amount_fen
        if named is None or not whole or (one["tier"] != 3 and one["amount_fen"] != line["amount_fen"]):
            self._findings.add("reconciliation.tier", entry.place, tier=one["tier"], line=at[1])
        elif at not in self._matched and self._waiting[named[0], named[1], line["amount_fen"]] > 1:
            self._findings.add("reconciliation.chosen", entry.place, tier=one["tier"], line=at[1])
        if at in self._by_hand:
            self._findings.add("reconciliation.taken_back", entry.place, line=at[1])
        if one["tier"] == 3:
            command = entry.cmd, at
            self._sums[command] = self._sums.get(command, 0) + one["amount_fen"]
            self._places.setdefault(command, entry.place)

    def _document(self, entry: Entry, at: _Line, one: Mapping[str, Any]) -> None:
        """A line carries out a document: two people say so, of an event that moved as much, and none of it twice."""
        name, amount_fen = one["document"], one["amount_fen"]
        moved_fen = self._documents.get(name, 0)
        if at not in self._lines or str(document_id(EventName(name))) != one["payment_id"] or one["tier"] != 5:
            self._findings.add("reconciliation.unknown", entry.place, line=at[1], payment=one["payment_id"])
        self._on_documents.setdefault(at, []).append((name, amount_fen))
        given = sum(fen for of in self._on_documents.values() for other, fen in of if other == name)
        if amount_fen * moved_fen <= 0 or abs(given) > abs(moved_fen):
            self._findings.add("reconciliation.document", entry.place, line=at[1], document=name)

    def _by_two(self, entry: Entry, allocations: list[Mapping[str, Any]]) -> None:
        at = allocations[0]["statement_id"], allocations[0]["entry"]
        proposer, proposed = self._proposed.get(at, ("", []))
        named = entry.data.get("proposer_id")
        if proposed != allocations or named != proposer or entry.by == proposer:
            self._findings.add("reconciliation.not_by_two", entry.place, line=at[1])

    def _in_hand(self, at: _Line) -> None:
        self._waiting.subtract(_keys(self._lines.get(at, {})))

    # Differences.

    def _exception(self, entry: Entry) -> None:
        data = entry.data
        if entry.type == "exception.opened/1":
            if BLOCKING.get(data["kind"]) != data["blocking"]:
                self._findings.add("reconciliation.weight", entry.place, kind=data["kind"], found=data["blocking"])
            self._open[entry.identity] = True
            self._kinds[entry.identity] = data["kind"]
            self._wanted.pop(("explain", entry.identity), None)
        elif not self._open.get(entry.identity, False):
            self._findings.add("reconciliation.not_open", entry.place)
        elif entry.type == "exception.explanation_proposed/1":
            self._wants(entry, ("explain", entry.identity))
        elif entry.type == "exception.explanation_rejected/1":
            self._wanted.pop(("explain", entry.identity), None)
        elif entry.type == "exception.resolved/1":
            if data["outcome"] in BY_A_PERSON:
                self._confirmed(entry, "explained_by_one", ("explain", entry.identity))
                if self._kinds.get(entry.identity) in NOT_TO_EXPLAIN:
                    self._findings.add("reconciliation.explained_away", entry.place)
            self._open[entry.identity] = False

    # What takes two.

    def _wants(self, entry: Entry, what: tuple[str, object]) -> None:
        if entry.data["proposer_id"] != entry.by:
            named = entry.data["proposer_id"]
            self._findings.add("reconciliation.signed_by_another", entry.place, named=named)
        if not suffices(entry.data["reason"]):
            self._findings.add("reconciliation.no_reason", entry.place)
        self._wanted[what] = entry.by, entry.data

    def _confirmed(self, entry: Entry, code: str, what: tuple[str, object], **facts: int) -> None:
        """What one person wanted, another has confirmed, word for word."""
        by, wanted = self._wanted.pop(what, ("", {}))
        if entry.by == by or entry.data != wanted:
            self._findings.add(f"reconciliation.{code}", entry.place, **facts)

    # Which statements count.

    def _joins(self, entry: Entry, identity: str) -> None:
        """A statement counts from now on: no other that does tells of its days."""
        head = self._heads.get(identity)
        if head is None:
            return
        new = head["since"], head["until"], head.get("opening_fen"), head.get("closing_fen")
        account = head["account_digest"]
        for other, one in self._counting.items():
            if self._heads[other]["account_digest"] == account and _overlap(one, new):
                self._findings.add("reconciliation.overlaps", entry.place, since=new[0], until=new[1])
                break
        self._counting[identity] = new
        for at in self._lines_of.get(identity, ()):
            self._waiting.update(_keys(self._lines[at]))

    def _leaves(self, identity: str) -> None:
        """It counts no longer, and nothing is matched to it."""
        self._counting.pop(identity, None)
        for at in self._lines_of.get(identity, ()):
            if self._matched.pop(at, None) is None and at not in self._by_hand and at not in self._proposed:
                self._waiting.subtract(_keys(self._lines[at]))
            self._on_documents.pop(at, None)
            self._proposed.pop(at, None)

    def finish(self, book: Book) -> None:  # noqa: ARG002
        """Judge whole statements, and the sums of the lines that stand for batches."""
        for statement in self._statements.values():
            found = statement.hashed.hexdigest()
            if statement.read != statement.count or found != statement.digest:
                self._findings.add("reconciliation.lines_differ", statement.place, found=statement.read)
        for (command, at), total in self._sums.items():
            expected = self._lines[at]["amount_fen"]
            if total != expected:
                place = self._places[command, at]
                self._findings.add("reconciliation.sum", place, line=at[1], found=total, expected=expected)
        self._findings.summarise(
            Check.RECONCILIATION,
            statements=len(self._statements),
            lines=len(self._lines),
            automatic=self._tiers[1] + self._tiers[2] + self._tiers[3],
            by_person=self._tiers[4] + self._tiers[5],
        )


def _overlap(one: _Days, new: _Days) -> bool:
    """Whether two statements tell of the same day; two that share one, and continue each other, do not contradict."""
    if one[0] > new[1] or new[0] > one[1]:
        return False
    return not (_continue(one, new) or _continue(new, one))


def _continue(before: _Days, after: _Days) -> bool:
    return before[3] is not None and before[3] == after[2] and before[1] == after[0] and before[0] < after[0]


def _keys(line: Mapping[str, Any]) -> list[_Key]:
    """By what a line can be found, each with its amount."""
    found = {
        ("id", said)
        for said in (line.get("return_of") if line.get("amount_fen", 0) > 0 else None, line.get("end_to_end_id"))
        if said
    }
    found |= {(kind, line[name]) for kind, name in (("ref", "bank_ref"), ("batch", "batch_ref")) if line.get(name)}
    return [(kind, said, line["amount_fen"]) for kind, said in sorted(found)]


def _named(tier: int, line: Mapping[str, Any], payment: _Payment, amount_fen: int) -> tuple[str, str] | None:
    """The reference by which the line names the payment in that tier; None if it does not."""
    if tier == 1:
        said = (line.get("return_of") or line.get("end_to_end_id")) if amount_fen > 0 else line.get("end_to_end_id")
        return ("id", said) if said == payment.end_to_end_id else None
    if tier == 2:
        known = payment.out_ref if amount_fen < 0 else payment.back_ref
        return ("ref", known) if known and line.get("bank_ref") == known else None
    batch = payment.end_to_end_id[:_REFERENCE_LENGTH]
    if line.get("batch_ref") == batch:
        return "batch", batch
    return ("id", batch) if line.get("end_to_end_id") == batch else None


def _canonical(line: Mapping[str, Any]) -> bytes:
    return json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
