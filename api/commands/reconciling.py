"""Reconciling: record a statement of the bank, match it with the payments, and keep a list of what does not agree.

What must not be broken: the bank's file changes nothing the second time; what is matched is decided together with what
was matched before, so that two clerks at once never match one payment twice; whatever is left over is an exception,
never silence. By hand: `reconciling_by_hand`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from api.commands import payouts
from api.commands.bank_files import record_refused, schema_check_of
from api.commands.bank_files import recorded as file_recorded
from api.commands.booking_days import told_until
from api.commands.differences import opened
from api.commands.matching_round import round_of
from api.commands.shared import require
from api.commands.suggesting import said_by
from api.context import App
from api.files.findings import BadFile
from api.files.statement_files import read_statements
from api.files.statement_profiles import StatementProfile
from api.files.statements import BankStatement, StatementEntry
from domain import reconciliations, statements, suggestions
from domain.bank_files import SchemaCheck
from domain.kernel.events import Attachment, Sha256
from domain.kernel.matches import EntryKey
from domain.kernel.refusals import Refusal
from domain.matching import Entry
from domain.recon_exceptions import Subject
from domain.reconciliations import Joined, Reconciliation
from domain.statements import REFERENCE_MAX, Line, Statement
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


@dataclass(frozen=True, slots=True)
class Taken:
    """A statement of a file; `receipt` is None if it had been recorded before."""

    statement_id: UUID
    receipt: Receipt | None


def record_statements(
    app: App, *, actor: Actor, key: str, profile: StatementProfile, content: bytes, file: str, on: date
) -> list[Taken]:
    """Record every statement of the bank's file and match what can be matched.

    A statement that tells of days which another has told differently is recorded apart: it counts for nothing and opens
    an exception that blocks the close, until two people say which counts (`superseding`). Raises BadFile with every
    finding; refuses `statement.other_account`, and what recording refuses.
    """
    try:
        read = read_statements(profile, content, file=file, today=told_until(app, on))
    except BadFile as refused:
        record_refused(
            app, actor=actor, kind="statement", profile=profile.name, content=content, refused=refused, on=on
        )
        raise
    schema = schema_check_of(app, content)
    taken: list[Taken] = []
    for number, said in enumerate(read):
        once = key if number == 0 else f"{key}:{number}"
        taken.append(
            _record(app, actor=actor, key=once, profile=profile.name, content=content, schema=schema, said=said, on=on)
        )
    return taken


def _record(
    app: App,
    *,
    actor: Actor,
    key: str,
    profile: str,
    content: bytes,
    schema: SchemaCheck | None,
    said: BankStatement,
    on: date,
) -> Taken:
    account = our_account(app, said.account)
    lines = tuple(map(line_of, said.entries))
    digest = statements.entries_digest(lines)
    identity = statements.statement_id(account, number=said.number, since=said.since, until=said.until)
    known = _known(app, identity)
    # What earlier lists of codes did not say of a line is no other statement.
    plain = statements.entries_digest([replace(line, kind=None, reason=None) for line in lines])
    if known is not None and known.entries_digest == plain:
        return Taken(identity, None)
    if known is not None and known.entries_digest != digest:
        identity = statements.other_id(identity, digest)
        known = _known(app, identity)
    if known is not None:
        return Taken(identity, None)
    app.runner.catch_up()
    kept = app.vault.put_file(content, kind="bank_statement")

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "statement.recorded/1", division=app.log.division, on=on)
        yield from file_recorded(read, kind="statement", profile=profile, file=kept, on=on, schema=schema)
        yield from _recorded(app, read, identity, account, said, lines, kept, profile, on)
        stream = reconciliations.stream(account)
        before = read.state(stream, reconciliations.evolve)
        new = Joined(said.since, said.until, said.opening_fen, said.closing_fen, kept.sha256)
        if before is not None and reconciliations.overlapping(before.statements, new):
            subject = Subject("replayed_file", statement_id=identity)
            yield from opened(read, {subject: sum(line.amount_fen for line in lines)}, on)
            return
        joined = _joined(before, identity, said, kept)
        yield Fact(stream, joined, on)
        after = reconciliations.evolve(before, joined)
        shown = {entry.number: said_by(entry) for entry in said.entries}
        added = [(_as_entry(EntryKey(identity, line.number), line), shown[line.number]) for line in lines]
        unknown = {
            Subject("unknown_code", identity, entry.number): entry.amount_fen for entry in said.entries if entry.unknown
        }
        yield from opened(read, unknown, on)
        yield from round_of(app, read, actor, account, after, added, on)

    inputs = {"command": "statement.record", "statement": str(identity), "file": kept.sha256}
    return Taken(identity, app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide))


def _known(app: App, identity: UUID) -> Statement | None:
    return app.journal.state(statements.stream(identity), statements.evolve)


def match_again(app: App, *, actor: Actor, key: str, on: date) -> Receipt | None:
    """Match what waits with what the books know by now; None if nothing changes.

    After an answer of the bank was recorded, or a return: lines that waited for it find it.
    """
    app.runner.catch_up()
    account = our_account(app, "")

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "statement.recorded/1", division=app.log.division, on=on)
        yield from _round(app, read, actor, account, on)

    try:
        return app.journal.execute(actor=actor, key=key, inputs={"command": "reconciliation.match"}, decide=decide)
    except Refusal as refusal:
        if refusal.code != "command.nothing_to_record":
            raise
        return None


def to_match(app: App, *, actor: Actor, on: date) -> bool:
    """Whether `match_again` would record anything."""
    app.runner.catch_up()
    read = Reading(app.journal.store, app.journal.codec)
    return any(True for _ in _round(app, read, actor, our_account(app, ""), on))


def _round(app: App, read: Reading, actor: Actor, account: Sha256, on: date) -> Iterator[Fact]:
    before = read.state(reconciliations.stream(account), reconciliations.evolve)
    if before is not None:
        yield from round_of(app, read, actor, account, before, [], on)


def our_account(app: App, shown: str) -> Sha256:
    """The digest of the paying account, if the account that a file shows can be it; a file may hide digits or all.

    Refuses `statement.other_account`, `payout_batch.no_payer_account`.
    """
    number = payouts.payer_account(app)
    visible = suggestions.digits_or_stars(shown)
    if visible and not suggestions.agrees(visible, suggestions.digits(number)):
        raise Refusal("statement.other_account", account=f"…{visible[-4:]}")
    return statements.account_digest(number)


def line_of(entry: StatementEntry) -> Line:
    """What is recorded of a line: amounts and references, no name and no account."""
    return Line(
        number=entry.number,
        booked_on=entry.booked_on,
        amount_fen=entry.amount_fen,
        end_to_end_id=_short(entry.end_to_end_id),
        bank_ref=_short(entry.bank_ref),
        batch_ref=_short(entry.batch_ref),
        return_of=_short(entry.return_of),
        kind=entry.kind,
        reason=payouts.FAILURE_CODES[entry.reason] if entry.reason is not None else None,
    )


def _short(reference: str | None) -> str | None:
    return (reference or "").strip()[:REFERENCE_MAX] or None


def _as_entry(key: EntryKey, line: Line) -> Entry:
    names = line.end_to_end_id, line.bank_ref, line.batch_ref, line.return_of
    return Entry(key, line.booked_on, line.amount_fen, *names, line.reason)


def _recorded(
    app: App,
    read: Reading,
    identity: UUID,
    account: Sha256,
    said: BankStatement,
    lines: tuple[Line, ...],
    kept: Attachment,
    profile: str,
    on: date,
) -> Iterator[Fact]:
    stream = statements.stream(identity)
    for event in statements.record(
        read.state(stream, statements.evolve),
        account_digest=account,
        number=said.number,
        since=said.since,
        until=said.until,
        opening_fen=said.opening_fen,
        closing_fen=said.closing_fen,
        lines=lines,
        file=kept,
        profile=profile,
        today=told_until(app, on),
    ):
        yield Fact(stream, event, on)


def _joined(
    before: Reconciliation | None, identity: UUID, said: BankStatement, kept: Attachment
) -> reconciliations.StatementJoined:
    return reconciliations.join(
        before,
        statement_id=identity,
        file=kept.sha256,
        since=said.since,
        until=said.until,
        opening_fen=said.opening_fen,
        closing_fen=said.closing_fen,
        entry_count=len(said.entries),
    )
