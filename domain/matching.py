"""Which line of the bank's statement is which payment: by reference and amount, to the fen, or not at all.

What must not be broken: nothing is chosen. The first tier that fits wins, two candidates are an exception, and neither
the order of the lines nor that of the payments changes anything. Everything is looked up in tables, so that a hundred
thousand lines take about as long as reading them (`benchmarks.reconciling`).
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Final, Literal, NamedTuple
from uuid import UUID

from domain.kernel.matches import BACK, OUT, EntryKey, Match, Part

State = Literal["paid", "failed", "open", "unsent"]
_OUR_REFERENCE: Final = re.compile(r"[0-9]{21}|[0-9]{29}", re.ASCII)
BY_REFERENCE: Final = frozenset({1, 2})
"""The tiers in which a line names one payment."""
WITHOUT_ORIGIN: Final = {OUT: "debit_without_origin", BACK: "credit_without_origin"}
"""Why a line stays that nothing names."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line that nothing is matched to yet. `amount_fen` is negative where money left the account."""

    key: EntryKey
    booked_on: date
    amount_fen: int
    end_to_end_id: str | None = None
    bank_ref: str | None = None
    batch_ref: str | None = None
    return_of: str | None = None

    @property
    def side(self) -> int:
        """OUT or BACK."""
        return OUT if self.amount_fen < 0 else BACK


@dataclass(frozen=True, slots=True)
class Payable:
    """A payment as the books have it, and which of its sides is matched already.

    `state`: paid (settled once, whatever came later), failed, open (sent, no definite answer) or unsent. `back_on` is
    set once the amount came back.
    """

    payment_id: UUID
    batch_id: UUID
    batch_reference: str
    end_to_end_id: str
    amount_fen: int
    state: State
    paid_on: date | None = None
    paid_ref: str | None = None
    back_on: date | None = None
    back_ref: str | None = None
    out_taken: bool = False
    back_taken: bool = False


class LateReturn(NamedTuple):
    """A line that says that a settled payment came back, which the books do not know yet."""

    key: EntryKey
    payment_id: UUID


class Unmatched(NamedTuple):
    """A line that cannot be matched, and why; `kind` is one of `recon_exceptions.BLOCKING`."""

    kind: str
    key: EntryKey
    amount_fen: int
    payment_id: UUID | None = None
    batch_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Every line stands in exactly one of the three, in the order of the lines."""

    matches: tuple[Match, ...]
    late_returns: tuple[LateReturn, ...]
    exceptions: tuple[Unmatched, ...]

    def named(self) -> Iterator[tuple[EntryKey, UUID]]:
        """Lines that one reference and the amount gave to one payment: whom they name is still to be compared."""
        for found in self.matches:
            if found.tier in BY_REFERENCE:
                yield found.key, found.parts[0].payment_id
        for late in self.late_returns:
            yield late.key, late.payment_id


def match(
    entries: Iterable[Entry],
    payments: Iterable[Payable],
    *,
    contradicting: Collection[tuple[EntryKey, UUID]] = frozenset(),
) -> Outcome:
    """Match what the first three tiers match.

    T1: end-to-end id and amount. T2: the bank's own reference and amount. T3: a batch's debit is the sum of its settled
    lines (of all, or of those booked that day), or of everything sent where the bank gives the failed lines back; a
    credit is the sum of what came back. Tolerance: 0 fen. `payments` holds each payment once, with those matched before
    as far as a line may name them. `contradicting`: lines that name a payment by its reference, and show another name
    or account than its payee's; such a line is never matched with it.
    """
    work = _Work(contradicting)
    for payment in payments:
        work.know(payment)
    waiting = sorted(entries, key=by_entry)
    for tier in (_by_end_to_end_id, _by_bank_reference):
        waiting = tier(work, waiting)
    # What failed can come back only after it left: first all debits of the batches, then all credits.
    debits = _by_batch(work, [entry for entry in waiting if entry.side == OUT])
    credits = _by_batch(work, [entry for entry in waiting if entry.side == BACK])
    for entry in (*debits, *credits):
        work.refuse(entry, *_without_origin(work, entry))
    return work.outcome()


@dataclass(slots=True)
class _Work:
    """The tables, what is taken, and what was found so far."""

    contradicting: Collection[tuple[EntryKey, UUID]]
    by_id: dict[str, Payable] = field(default_factory=dict)
    by_reference: defaultdict[tuple[str, int], list[Payable]] = field(default_factory=lambda: defaultdict(list))
    by_batch: defaultdict[str, list[Payable]] = field(default_factory=lambda: defaultdict(list))
    taken: set[tuple[UUID, int]] = field(default_factory=set)
    matches: list[Match] = field(default_factory=list)
    late: list[LateReturn] = field(default_factory=list)
    exceptions: list[Unmatched] = field(default_factory=list)

    def know(self, payment: Payable) -> None:
        self.by_id[payment.end_to_end_id] = payment
        self.by_batch[payment.batch_reference].append(payment)
        if payment.paid_ref:
            self.by_reference[payment.paid_ref, OUT].append(payment)
        if payment.back_ref:
            self.by_reference[payment.back_ref, BACK].append(payment)
        if payment.out_taken:
            self.taken.add((payment.payment_id, OUT))
        if payment.back_taken:
            self.taken.add((payment.payment_id, BACK))

    def free(self, payment: Payable, side: int) -> bool:
        """Whether the books have this side of the payment, and no line has it yet.

        A payment that failed has both or none: what left and was given back.
        """
        if (payment.payment_id, side) in self.taken:
            return False
        if side == OUT:
            return payment.state == "paid"
        return payment.back_on is not None or (payment.state == "failed" and (payment.payment_id, OUT) in self.taken)

    def contradicts(self, entry: Entry, payment: Payable) -> bool:
        """Whether the line shows somebody else than the payee."""
        return (entry.key, payment.payment_id) in self.contradicting

    def take(self, entry: Entry, tier: int, payments: Sequence[Payable]) -> None:
        side = entry.side
        self.taken.update((payment.payment_id, side) for payment in payments)
        parts = tuple(Part(payment.payment_id, side * payment.amount_fen) for payment in payments)
        self.matches.append(Match(entry.key, tier, parts))

    def refuse(self, entry: Entry, kind: str, payment: Payable | None = None, batch_id: UUID | None = None) -> None:
        payment_id = payment.payment_id if payment else None
        self.exceptions.append(Unmatched(kind, entry.key, entry.amount_fen, payment_id, batch_id))

    def contested(self, entries: Iterable[Entry], kind: str, payments: Sequence[Payable]) -> None:
        """Several lines or payments fit: none is chosen, and no later tier takes what is contested."""
        for entry in entries:
            self.taken.update((payment.payment_id, entry.side) for payment in payments)
            self.refuse(entry, kind, payments[0] if len(payments) == 1 else None)

    def outcome(self) -> Outcome:
        return Outcome(
            tuple(sorted(self.matches, key=by_entry)),
            tuple(sorted(self.late, key=by_entry)),
            tuple(sorted(self.exceptions, key=by_entry)),
        )


def by_entry(found: Entry | Match | LateReturn | Unmatched) -> tuple[int, int]:
    """The order of lines: a statement's together, by number. (Whole numbers compare faster than UUIDs.)"""
    return found.key.statement_id.int, found.key.number


# T1.


def _by_end_to_end_id(work: _Work, entries: Sequence[Entry]) -> list[Entry]:
    """Match lines that name a payment of ours; the lines that do not are left."""
    left: list[Entry] = []
    named: dict[str, list[Entry]] = {}
    for entry in entries:
        said = (entry.return_of or entry.end_to_end_id) if entry.side == BACK else entry.end_to_end_id
        if said is not None and said in work.by_id:
            named.setdefault(said, []).append(entry)
        elif entry.side == BACK and entry.return_of:
            work.refuse(entry, "unknown_return")
        else:
            left.append(entry)
    for said, of_payment in named.items():
        _one_payment(work, work.by_id[said], of_payment)
    return left


def _one_payment(work: _Work, payment: Payable, entries: Sequence[Entry]) -> None:
    """All lines that name one payment."""
    if len(entries) == 1 and _fits(work, payment, entries[0]):
        work.take(entries[0], 1, [payment])
        return
    exact: dict[int, list[Entry]] = {OUT: [], BACK: []}
    for entry in entries:
        if abs(entry.amount_fen) != payment.amount_fen:
            work.refuse(entry, "partial" if abs(entry.amount_fen) < payment.amount_fen else "amount_differs", payment)
        elif work.contradicts(entry, payment):
            work.refuse(entry, "wrong_account_or_name", payment)
        else:
            exact[entry.side].append(entry)
    if payment.state == "failed" and [len(exact[OUT]), len(exact[BACK])] == [1, 1] and not _touched(work, payment):
        for side in (OUT, BACK):
            work.take(exact[side][0], 1, [payment])
        return
    for side in (OUT, BACK):
        claims = exact[side]
        if not claims:
            continue
        came_back_late = side == BACK and payment.state == "paid" and payment.back_on is None
        if len(claims) > 1 or (payment.payment_id, side) in work.taken:
            work.contested(claims, "duplicate_answer", [payment])
        elif work.free(payment, side):
            work.take(claims[0], 1, [payment])
        elif came_back_late:
            work.taken.add((payment.payment_id, BACK))
            work.late.append(LateReturn(claims[0].key, payment.payment_id))
        else:
            work.refuse(claims[0], _contradiction(payment, side), payment)


def _fits(work: _Work, payment: Payable, entry: Entry) -> bool:
    """What nearly every line is: the only one that names a payment whose side is free, with its amount."""
    fits = entry.side * payment.amount_fen == entry.amount_fen and work.free(payment, entry.side)
    return fits and not work.contradicts(entry, payment)


def _touched(work: _Work, payment: Payable) -> bool:
    return any((payment.payment_id, side) in work.taken for side in (OUT, BACK))


def _contradiction(payment: Payable, side: int) -> str:
    """What a line says of a payment that the books do not have there."""
    if payment.state == "open":
        return "no_answer"
    return "conflicting_answers" if side == OUT else "unknown_return"


# T2.


def _by_bank_reference(work: _Work, entries: Sequence[Entry]) -> list[Entry]:
    """Match lines by the reference that the bank gave in its answer; lines with another amount go on to the batches."""
    left: list[Entry] = []
    claims: dict[tuple[str, int], list[Entry]] = {}
    for entry in entries:
        if entry.bank_ref is not None and (entry.bank_ref, entry.side) in work.by_reference:
            claims.setdefault((entry.bank_ref, entry.amount_fen), []).append(entry)
        else:
            left.append(entry)
    for (reference, amount_fen), claiming in claims.items():
        side = claiming[0].side
        known = [one for one in work.by_reference[reference, side] if side * one.amount_fen == amount_fen]
        fitting = [one for one in known if work.free(one, side)]
        if not known:
            left += claiming
        elif not fitting:
            work.contested(claiming, "duplicate_answer", known)
        elif len(fitting) > 1 or len(claiming) > 1:
            work.contested(claiming, "two_candidates", fitting)
        elif work.contradicts(claiming[0], fitting[0]):
            work.contested(claiming, "wrong_account_or_name", fitting)
        else:
            work.take(claiming[0], 2, fitting)
    return left


# T3.


def _by_batch(work: _Work, entries: Sequence[Entry]) -> list[Entry]:
    """Match lines that name a batch of ours with the sum of payments in it."""
    left: list[Entry] = []
    named: dict[str, list[Entry]] = {}
    for entry in entries:
        said = next((one for one in (entry.batch_ref, entry.end_to_end_id) if one in work.by_batch), None)
        if said is None:
            left.append(entry)
        else:
            named.setdefault(said, []).append(entry)
    for said, of_batch in named.items():
        _one_batch(work, work.by_batch[said], of_batch)
    return left


def _one_batch(work: _Work, payments: Sequence[Payable], entries: Sequence[Entry]) -> None:
    """All lines of one side that name one batch. Lines that claim the same payment are all left to a person."""
    fitting = {entry.key: [one for one in _sums(work, payments, entry) if _total(one, entry)] for entry in entries}
    claimed: defaultdict[UUID, int] = defaultdict(int)
    for payment in chain.from_iterable(chain.from_iterable(fitting.values())):
        claimed[payment.payment_id] += 1
    for entry in entries:
        ways = fitting[entry.key]
        if not ways:
            work.refuse(entry, "control_total", batch_id=payments[0].batch_id)
        elif len(ways) > 1 or any(claimed[payment.payment_id] > 1 for payment in ways[0]):
            work.refuse(entry, "two_candidates", batch_id=payments[0].batch_id)
        else:
            work.take(entry, 3, ways[0])


def _sums(work: _Work, payments: Sequence[Payable], entry: Entry) -> Iterator[list[Payable]]:
    """The groups of payments that a batch's line may stand for, each once, none empty."""
    side = entry.side
    free = [payment for payment in payments if work.free(payment, side)]
    that_day = [one for one in free if (one.paid_on if side == OUT else one.back_on) == entry.booked_on]
    groups = [free, that_day]
    if side == OUT:
        failed = [one for one in payments if one.state == "failed" and not _touched(work, one)]
        groups.append([*free, *failed])
    else:
        groups.append([one for one in free if one.state == "failed"])
        groups.append([one for one in free if one.state == "paid"])
    seen: list[list[Payable]] = []
    for group in groups:
        if group and group not in seen:
            seen.append(group)
            yield group


def _total(payments: Sequence[Payable], entry: Entry) -> bool:
    return entry.side * sum(payment.amount_fen for payment in payments) == entry.amount_fen


# What is left.


def _without_origin(work: _Work, entry: Entry) -> tuple[str, Payable | None]:
    """Why a line that no tier knows stays without a match."""
    known = work.by_reference.get((entry.bank_ref, entry.side), []) if entry.bank_ref else []
    if len(known) == 1:
        smaller = abs(entry.amount_fen) < known[0].amount_fen
        return ("partial" if smaller else "amount_differs"), known[0]
    for said in (entry.end_to_end_id, entry.batch_ref):
        if said is not None and _OUR_REFERENCE.fullmatch(said):
            return "line_not_in_batch", None
    return WITHOUT_ORIGIN[entry.side], None


def missing(payments: Iterable[Payable], *, until: date) -> dict[tuple[UUID, str], int]:
    """What the answers call paid or returned up to a day, and no line has: (batch, kind) -> signed amount in fen.

    One figure for a batch: a bank that sends no statement would otherwise open as many differences as payments.
    """
    found: defaultdict[tuple[UUID, str], int] = defaultdict(int)
    for one in payments:
        if one.state == "paid" and one.paid_on is not None and one.paid_on <= until and not one.out_taken:
            found[one.batch_id, "not_on_statement"] -= one.amount_fen
        if one.back_on is not None and one.back_on <= until and not one.back_taken:
            found[one.batch_id, "not_on_statement"] += one.amount_fen
    return {about: amount for about, amount in found.items() if amount}
