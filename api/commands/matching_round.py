"""One round of matching: what the first three tiers find, the late returns in it, and every difference as it is then.

What must not be broken: the account's stream has the last word on what is matched already. Read models say what there
is to match; they can only be behind, and what they say (a line, a payment that was settled) never ceases to be so.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from api.commands import payouts
from api.commands.booking_days import effective_on
from api.commands.differences import opened
from api.commands.names_compared import contradicting, perhaps_again
from api.context import App
from domain import matching, recon_exceptions, reconciliations
from domain.kernel.events import Sha256
from domain.kernel.matches import BACK, OUT, EntryKey, Match, Part
from domain.matching import Entry, LateReturn, Payable
from domain.recon_exceptions import Subject
from domain.reconciliations import Reconciliation
from domain.suggestions import Known
from journal.facts import Actor, Fact
from journal.journal import Reading
from projections import reconciliation_queries as queries
from projections.reconciliation_queries import Difference

EVERYTHING = 1_000_000
LAST_AUTOMATIC = 3
"""The last tier that matches without a person."""
NOT_BY_MATCHING = frozenset({"replayed_file", "unknown_code", "wrong_account_or_name"})
"""Kinds that a file or a person opens: matching again leaves them to a person."""
RETURN_REASON = "other"
"""Why a payment came back, where the statement does not say it in a word of our lists."""


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a round begins with. `noticed`: lines that were found to be perhaps a payment made twice."""

    before: Reconciliation
    entries: Mapping[EntryKey, Entry]
    payables: Sequence[Payable]
    returned: frozenset[UUID]
    open: Sequence[Difference]
    noticed: Mapping[EntryKey, UUID | None]


def round_of(
    app: App,
    read: Reading,
    actor: Actor,
    account: Sha256,
    before: Reconciliation,
    added: Sequence[tuple[Entry, Known]],
    on: date,
) -> Iterator[Fact]:
    """Match an account's waiting lines, and those of `added` that are only just recorded, with what they show.

    `before` is the account's stream with everything that the same decision adds to it.
    """
    ground = _ground(app, account, before, [entry for entry, _ in added])
    found = _matched(app, actor, ground, {entry.key: said for entry, said in added})
    yield from _returns(app, read, ground, found.late_returns)
    late = [_match_of(ground, one) for one in found.late_returns]
    matches = sorted((*found.matches, *late))
    amounts = {one.payment_id: one.amount_fen for one in ground.payables}
    stream = reconciliations.stream(account)
    for event in reconciliations.match_automatically(before, matches=matches, amounts=amounts):
        yield Fact(stream, event, on)
    again = _perhaps_again(app, actor, ground, found, {entry.key: said for entry, said in added})
    wanted = _differences(ground, found, matches, again)
    yield from opened(read, wanted, on)
    yield from _ended(read, ground, wanted, on)


def _matched(app: App, actor: Actor, ground: _Ground, shown: Mapping[EntryKey, Known]) -> matching.Outcome:
    """What agrees in reference and amount, and in every name and account that a line shows.

    Names are opened only for lines that would be matched; where one contradicts, the others are matched without it.
    """
    entries = _to_match(ground)
    compared: set[tuple[EntryKey, UUID]] = set()
    wrong: frozenset[tuple[EntryKey, UUID]] = frozenset()
    while True:
        found = matching.match(entries, ground.payables, contradicting=wrong)
        named = set(found.named()) - compared
        more = contradicting(app, actor, named, added=shown) if named else frozenset()
        if not more:
            return found
        compared |= named
        wrong |= more


def _ground(app: App, account: Sha256, before: Reconciliation, added: Iterable[Entry]) -> _Ground:
    with app.reading.connection() as conn:
        known = {entry.key: entry for entry in (*queries.waiting(conn, account), *added)}
        payables = [_as_taken(one, before) for one in queries.payables(conn, known.values())]
        returned = frozenset(one.payment_id for one in queries.returned(conn))
        listed = queries.exceptions(conn, limit=EVERYTHING)
        noticed = queries.exceptions(conn, is_open=None, kind=matching.PERHAPS_AGAIN, limit=EVERYTHING)
    ever = before.statements.keys() | before.superseded
    ours = [one for one in listed if one.statement_id is None or one.statement_id in ever]
    said = {EntryKey(one.statement_id, one.entry): one.payment_id for one in noticed if one.statement_id and one.entry}
    return _Ground(before, known, payables, returned, ours, said)


def _as_taken(payment: Payable, before: Reconciliation) -> Payable:
    """The payment with what the stream says is matched of it."""
    by_side = before.taken.by_side
    out, back = by_side.get((payment.payment_id, OUT), 0), by_side.get((payment.payment_id, BACK), 0)
    return replace(payment, out_taken=out > 0, back_taken=back > 0)


def _to_match(ground: _Ground) -> list[Entry]:
    """Lines that nothing is matched to and that nobody has in hand."""
    taken, proposed = ground.before.taken, ground.before.proposals
    in_hand = taken.by_entry.keys() | taken.released | proposed.keys()
    return [entry for key, entry in ground.entries.items() if key not in in_hand]


def _match_of(ground: _Ground, late: LateReturn) -> Match:
    return Match(late.key, 1, (Part(late.payment_id, ground.entries[late.key].amount_fen),))


def _returns(app: App, read: Reading, ground: _Ground, late: Iterable[LateReturn]) -> Iterator[Fact]:
    """What the bank gave back and no answer told of, booked by the statement."""
    for one in late:
        entry = ground.entries[one.key]
        yield from payouts.return_facts(
            read,
            one.payment_id,
            answer=ground.before.statements[one.key.statement_id].file,
            booked_on=entry.booked_on,
            bank_ref=entry.bank_ref or "",
            reason=entry.reason or RETURN_REASON,
            on=effective_on(app, read, entry.booked_on),
        )


# What does not agree.


def _perhaps_again(
    app: App, actor: Actor, ground: _Ground, found: matching.Outcome, shown: Mapping[EntryKey, Known]
) -> dict[EntryKey, UUID | None]:
    """Debits without origin that may be a payment made twice. What was noticed once stays so until it is matched.

    Names are opened only for lines that are new, or of an amount that this round or a person has just given a line.
    """
    named = {one.key for one in found.exceptions if one.kind != matching.WITHOUT_ORIGIN[OUT]}
    named |= {match.key for match in found.matches} | ground.before.taken.by_entry.keys()
    unknown = [entry for key, entry in ground.entries.items() if entry.side == OUT and key not in named]
    again = {entry.key: ground.noticed[entry.key] for entry in unknown if entry.key in ground.noticed}
    matched = {part.payment_id for match in found.matches for part in match.parts if part.amount_fen < 0}
    amounts = {part.amount_fen for match in found.matches for part in match.parts}
    amounts |= {
        one.amount_fen for of in ground.before.taken.by_entry.values() for one in of if one.tier > LAST_AUTOMATIC
    }
    asked = [one for one in unknown if one.key not in again and (one.key in shown or one.amount_fen in amounts)]
    return {**again, **perhaps_again(app, actor, asked, matched, added=shown)}


def _differences(
    ground: _Ground, found: matching.Outcome, matches: Sequence[Match], again: Mapping[EntryKey, UUID | None]
) -> dict[Subject, int]:
    """Every difference that there is after this round, with its amount."""
    wanted: dict[Subject, int] = {}
    for one in found.exceptions:
        subject = Subject(one.kind, one.key.statement_id, one.key.number, one.payment_id, one.batch_id)
        if one.key in again:
            subject = Subject(matching.PERHAPS_AGAIN, *one.key, again[one.key])
        wanted[subject] = one.amount_fen
    settled = {match.key for match in matches} | {one.key for one in found.exceptions}
    for key, entry in ground.entries.items():
        left_fen = entry.amount_fen - ground.before.taken.of_entry(key)
        if key not in settled and left_fen:
            kind = matching.WITHOUT_ORIGIN[entry.side] if left_fen == entry.amount_fen else "partial"
            subject = Subject(matching.PERHAPS_AGAIN, *key, again[key]) if key in again else Subject(kind, *key)
            wanted[subject] = left_fen
    for late in found.late_returns:
        wanted[Subject("late_return", payment_id=late.payment_id)] = ground.entries[late.key].amount_fen
    for statement_id, more_fen in reconciliations.gaps(ground.before.statements).items():
        wanted[Subject("statement_gap", statement_id=statement_id)] = more_fen
    wanted.update(_not_on_statement(ground, matches))
    return wanted


def _not_on_statement(ground: _Ground, matches: Sequence[Match]) -> dict[Subject, int]:
    until = max((joined.until for joined in ground.before.statements.values()), default=date.min)
    taken = {(part.payment_id, part.amount_fen < 0) for match in matches for part in match.parts}
    after = [
        replace(
            one,
            out_taken=one.out_taken or (one.payment_id, True) in taken,
            back_taken=one.back_taken or (one.payment_id, False) in taken,
        )
        for one in ground.payables
    ]
    missing = matching.missing(after, until=until)
    return {Subject(kind, batch_id=batch_id): amount_fen for (batch_id, kind), amount_fen in missing.items()}


def _ended(read: Reading, ground: _Ground, wanted: Mapping[Subject, int], on: date) -> Iterator[Fact]:
    """Differences that no longer hold. A late return lasts until it is paid again or written back."""
    gone: list[tuple[Subject, Difference]] = []
    for one in ground.open:
        subject = Subject(one.kind, one.statement_id, one.entry, one.payment_id, one.batch_id)
        lasting = one.kind == "late_return" and one.payment_id in ground.returned
        if one.kind not in NOT_BY_MATCHING and subject not in wanted and not lasting:
            gone.append((subject, one))
    states = read.states([subject.stream for subject, _ in gone], recon_exceptions.evolve)
    for subject, one in gone:
        by_match = one.entry is not None or one.kind == "not_on_statement"
        for event in recon_exceptions.clear(states[subject.stream], matched=by_match):
            yield Fact(subject.stream, event, on)
