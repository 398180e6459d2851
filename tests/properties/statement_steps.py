"""The bank's statements in a walk: recorded in order, late or with a gap; matched by rule, by hand, and taken back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain import recon_exceptions, reconciliations, statements
from domain.kernel.events import Attachment, Sha256
from domain.kernel.ids import derived
from domain.kernel.matches import EntryKey, Match, Part
from domain.kernel.money import Fen
from tests.properties.county import Fact, Name
from tests.properties.steps import APPROVERS, OFFICERS, Walk

ACCOUNT = Sha256("a" * 64)
BOOK: Name = ("reconciliation", derived("reconciliation", ACCOUNT))
_SIGNS = {"payment.settled/1": -1, "payment.returned/1": 1, "payment.recovered/1": 1}


def statement(walk: Walk) -> None:
    """What the bank moved since the last statement; in one of ten some of it is missing, so that a gap is named."""
    lines, closing = [], walk.bank_fen
    for entry in walk.entries[walk.stated :]:
        if entry.type in _SIGNS:
            payment: Any = walk.states["payment", UUID(entry.identity)]
            amount = Fen(_SIGNS[entry.type] * payment.amount_fen)
            closing += amount
            lines.append(
                statements.Line(
                    number=len(lines) + 1,
                    booked_on=walk.today,
                    amount_fen=amount,
                    end_to_end_id=payment.end_to_end_id,
                    bank_ref=entry.data["bank_ref"],
                )
            )
    opening = Fen(walk.bank_fen if walk.draw.random() < 0.9 else walk.bank_fen - 100)
    closing = Fen(opening + closing - walk.bank_fen)
    since = walk.statement_until + timedelta(days=1)
    if since > walk.today:
        return
    identity = statements.statement_id(ACCOUNT, number=None, since=since, until=walk.today)
    name: Name = ("statement", identity)

    def facts() -> Iterator[Fact]:
        events = statements.record(
            walk.states.get(name),
            account_digest=ACCOUNT,
            number=None,
            since=since,
            until=walk.today,
            opening_fen=opening,
            closing_fen=closing if walk.draw.random() < 0.95 else Fen(closing + 1),
            lines=lines,
            file=Attachment(Sha256(f"{len(walk.entries):064x}"), 1),
            profile="p",
            today=walk.today,
        )
        yield from ((name, event) for event in events)
        joined = reconciliations.join(
            walk.states.get(BOOK),
            statement_id=identity,
            file=events[0].file.sha256,
            since=since,
            until=walk.today,
            opening_fen=opening,
            closing_fen=closing,
            entry_count=len(lines),
        )
        yield BOOK, joined
        after = reconciliations.evolve(walk.states.get(BOOK), joined)
        for gap, amount in reconciliations.gaps(after.statements).items():
            subject = recon_exceptions.Subject("statement_gap", statement_id=gap)
            opened = recon_exceptions.open_(
                walk.states.get(("exception", subject.id)), subject=subject, amount_fen=Fen(amount)
            )
            yield from ((("exception", subject.id), event) for event in opened)

    if walk.attempt("statement", facts(), by=walk.one(OFFICERS)):
        walk.bank_fen, walk.statement_until, walk.stated = closing, walk.today, len(walk.entries)
        walk.bank_lines += [(EntryKey(identity, line.number), line) for line in lines]


def _payment_of(walk: Walk, line: statements.Line) -> UUID:
    return next(one for one, payment in walk.of("payment") if payment.end_to_end_id == line.end_to_end_id)


def _amounts(walk: Walk) -> dict[UUID, int]:
    return {one: payment.amount_fen for one, payment in walk.of("payment")}


def match(walk: Walk) -> None:
    """By the end-to-end id: some lines that may be matched already."""
    chosen = [walk.one(walk.bank_lines) for _ in range(walk.draw.randint(1, 4))] if walk.bank_lines else []
    matches = [Match(key, 1, (Part(_payment_of(walk, line), line.amount_fen),)) for key, line in dict(chosen).items()]

    def facts() -> Iterator[Fact]:
        state: Any = walk.states.get(BOOK)
        events = reconciliations.match_automatically(state, matches=matches, amounts=_amounts(walk))
        yield from ((BOOK, event) for event in events)

    walk.attempt("match", facts(), by=walk.one(OFFICERS))


def by_hand(walk: Walk) -> None:
    """A part of a line, to its payment or to another's, by one person; another agrees, or the same one tries to."""
    if not walk.bank_lines:
        return
    key, line = walk.one(walk.bank_lines)
    who, other = walk.one(OFFICERS), walk.one([*APPROVERS, *OFFICERS])
    paid = _payment_of(walk, line) if walk.draw.random() < 0.7 else walk.one(list(_amounts(walk)))
    part = Part(paid, Fen(line.amount_fen // walk.draw.choice((1, 1, 2))))
    amounts, facts = _amounts(walk), {"key": key, "entry_fen": line.amount_fen}

    def proposed() -> Iterator[Fact]:
        state: Any = walk.states.get(BOOK)
        facts_of = {**facts, "parts": [part], "amounts": amounts, "reason": "电话核对", "proposer_id": who}
        yield BOOK, reconciliations.propose(state, **facts_of)

    def confirmed() -> Iterator[Fact]:
        state: Any = walk.states.get(BOOK)
        if walk.draw.random() < 0.2:
            yield BOOK, reconciliations.reject(state, key=key, reason="金额不对")
        else:
            yield BOOK, reconciliations.confirm(state, **facts, amounts=amounts, confirmer_id=other)

    walk.attempt("propose", proposed(), by=who)
    walk.attempt("confirm", confirmed(), by=other)


def unmatch(walk: Walk) -> None:
    """What a line was matched to is taken back."""
    if not walk.bank_lines:
        return
    key, _ = walk.one(walk.bank_lines)
    who, other = walk.one(OFFICERS), walk.one([*APPROVERS, *OFFICERS])

    def proposed() -> Iterator[Fact]:
        state: Any = walk.states.get(BOOK)
        yield BOOK, reconciliations.propose_unmatch(state, key=key, reason="勾错了人", proposer_id=who)

    def confirmed() -> Iterator[Fact]:
        state: Any = walk.states.get(BOOK)
        if walk.draw.random() < 0.2:
            yield BOOK, reconciliations.reject(state, key=key, reason="没有勾错")
        else:
            yield BOOK, reconciliations.unmatch(state, key=key, confirmer_id=other)

    walk.attempt("propose_unmatch", proposed(), by=who)
    walk.attempt("unmatch", confirmed(), by=other)


def settle_exception(walk: Walk) -> None:
    """Somebody is given a gap, and says what it was; another confirms it."""
    gaps = [name for name in walk.states if name[0] == "exception"]
    if not gaps:
        return
    name, who = walk.one(gaps), walk.one(OFFICERS)

    def facts() -> Iterator[Fact]:
        state: Any = walk.states[name]
        if state.owner_id is None:
            yield name, recon_exceptions.assign(state, owner_id=who, owner_known=True)
        elif state.proposed is None:
            said = {"outcome": "explained", "reason": "补了对账单", "proposer_id": who}
            yield name, recon_exceptions.propose(state, **said)
        elif walk.draw.random() < 0.2:
            yield name, recon_exceptions.reject(state, reason="还差一份对账单")
        else:
            yield name, recon_exceptions.confirm(state, confirmer_id=who)

    walk.attempt("settle_exception", facts(), by=who)


def supersede(walk: Walk) -> None:
    """The bank sends a statement again, without its references; two people, or one twice, say that it counts."""
    book: Any = walk.states.get(BOOK)
    if book is None or not book.statements:
        return
    old, days = walk.one(sorted(book.statements.items()))
    told = [(key, line) for key, line in walk.bank_lines if key.statement_id == old]
    lines = [replace(line, bank_ref=f"{len(walk.entries)}-{line.number}") for _, line in told]
    identity = statements.other_id(old, statements.entries_digest(lines))
    name: Name = ("statement", identity)
    who, other = walk.one(OFFICERS), walk.one([*APPROVERS, *OFFICERS])
    facts = {"since": days.since, "until": days.until, "opening_fen": days.opening_fen, "closing_fen": days.closing_fen}
    file = Attachment(Sha256(f"{len(walk.entries):064x}"), 1)
    new = reconciliations.Joined(**facts, file=file.sha256)

    def proposed() -> Iterator[Fact]:
        said = {
            "account_digest": ACCOUNT,
            "number": None,
            "lines": lines,
            "file": file,
            "profile": "p",
            "today": walk.today,
        }
        yield from ((name, event) for event in statements.record(walk.states.get(name), **said, **facts))
        wanted = {"statement_id": identity, "new": new, "reason": "银行重开对账单", "proposer_id": who}
        yield BOOK, reconciliations.propose_superseding(walk.states.get(BOOK), **wanted)

    def confirmed() -> Iterator[Fact]:
        state: Any = walk.states.get(BOOK)
        event = reconciliations.supersede(state, statement_id=identity, new=new, confirmer_id=other)
        yield BOOK, event
        after = reconciliations.evolve(state, event)
        joined = {"statement_id": identity, "file": file.sha256, "entry_count": len(lines)}
        yield BOOK, reconciliations.join(after, **joined, **facts)
        again = reconciliations.evolve(after, reconciliations.join(after, **joined, **facts))
        for gap, amount in reconciliations.gaps(again.statements).items():
            subject = recon_exceptions.Subject("statement_gap", statement_id=gap)
            state = walk.states.get(("exception", subject.id))
            opened = recon_exceptions.open_(state, subject=subject, amount_fen=Fen(amount))
            yield from ((("exception", subject.id), event) for event in opened)

    if walk.attempt("propose_superseding", proposed(), by=who) and walk.attempt("supersede", confirmed(), by=other):
        kept = [(key, line) for key, line in walk.bank_lines if key.statement_id != old]
        walk.bank_lines = [*kept, *((EntryKey(identity, line.number), line) for line in lines)]


WEIGHTS = {statement: 3, match: 5, by_hand: 4, unmatch: 1, settle_exception: 4, supersede: 1}
