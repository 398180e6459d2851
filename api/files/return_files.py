"""The return file (回盘文件): what the bank says became of each payment - paid, failed, at work, sent back, unknown.

What must not be broken: only a word that the profile lists means anything definite; everything else is unknown.
A settled or returned line without booking day and bank reference is no evidence, so it is unknown too, with a finding.
While there are findings the caller records nothing: a file that is wrong in one place is not trusted in another.
An answer for a whole batch counts for its lines only where it names the batch and leaves none in doubt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import partial
from hashlib import sha256
from typing import Final, Literal, TypeGuard

from api.files.bank_profiles import BankProfile
from api.files.bank_records import check_control, read_table
from api.files.bank_tables import Table
from api.files.bank_words import DefiniteStatus, FailureReason, status_word
from api.files.cells import (
    Row,
    account_number,
    day,
    identifier,
    line_of_text,
    payee_text,
    positive_amount,
    required,
    whole_number,
)
from api.files.findings import BadFile, Finding, finding, first_findings, shortened
from api.files.payment_files import PaymentFile, PaymentLine, check_ids, check_sequence
from domain.kernel.events import Sha256
from domain.kernel.money import Fen, yuan

FILE: Final = "回盘文件"
Status = Literal["accepted", "settled", "failed", "returned", "unknown"]
Place = tuple[int, str | None]
"""A row and, where it is known, a column."""

# A bank that cancels a payment says for certain that it paid nothing.
_MEANS: Final[Mapping[DefiniteStatus, Status]] = {
    "accepted": "accepted",
    "settled": "settled",
    "failed": "failed",
    "cancelled": "failed",
    "returned": "returned",
}
_BOOKED: Final[frozenset[Status]] = frozenset({"settled", "returned"})
_WITH_REASON: Final[frozenset[Status]] = frozenset({"failed", "returned"})


@dataclass(frozen=True, kw_only=True)
class AnswerLine:
    """The bank's answer to one payment.

    `row` is its place in the file. `seq` and `amount_fen` are None where the bank does not repeat them; `check_against`
    takes them from what was sent. `bank_status` and `code` are the bank's own words; `reason` is from the closed list
    and stands with `failed` and `returned`; `bank_ref` and `booked_on` stand with `settled` and `returned`, always, and
    nowhere else. `booked_at` is the row and column of `booked_on`.
    """

    row: int
    seq: int | None
    end_to_end_id: str
    amount_fen: Fen | None
    status: Status
    bank_status: str
    code: str
    reason: FailureReason | None
    bank_ref: str | None
    booked_on: date | None
    booked_at: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class GroupAnswer:
    """The bank's answer to a whole batch, in a message that names no line.

    `settled_count` is the number of payments that it says were paid, where it says so.
    """

    status: Status
    bank_status: str
    code: str
    reason: FailureReason | None
    bank_ref: str | None
    booked_on: date | None
    settled_count: int | None
    booked_at: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class ReturnFile:
    """What a return file says. `batch`, `payer_account` and `on` are None where they could not be read.

    `head`: the row and column where batch and payer stand.
    """

    file: str
    digest: Sha256
    batch: str | None
    payer_account: str | None
    on: date | None
    rehearsal: bool
    lines: tuple[AnswerLine, ...]
    findings: tuple[Finding, ...]
    group: GroupAnswer | None = None
    head: Mapping[str, Place] = field(default_factory=dict)

    def having(self, status: Status) -> tuple[AnswerLine, ...]:
        """The lines of one status."""
        return tuple(line for line in self.lines if line.status == status)


def read_return_file(profile: BankProfile, content: bytes, *, file: str = FILE) -> ReturnFile:
    """Read any bytes as a return file; whatever is wrong with them stands in `findings`, and nothing is raised."""
    try:
        table = read_table(profile, content, file=file, answers=True)
    except BadFile as error:
        table = Table(file, Sha256(sha256(content).hexdigest()), findings=list(error.findings))
    answers = [(row, line) for row in table.lines if (line := _line(row, profile)) is not None]
    rows, lines = [row for row, _ in answers], [line for _, line in answers]
    check_sequence(
        [row for row, line in answers if line.seq is not None],
        [line.seq for line in lines if line.seq is not None],
        contiguous=False,
    )
    check_ids(rows, [line.end_to_end_id for line in lines])
    if profile.xml is None and len(lines) == len(table.lines):
        check_control(table, profile, counted=len(lines), total_fen=sum(line.amount_fen or 0 for line in lines))
    group = None if table.group is None else _group(table.group, profile)
    if not lines and group is None and profile.xml is not None and not table.findings:
        table.note("lines.none")
    head = table.totals
    return ReturnFile(
        file=file,
        digest=Sha256(table.digest),
        batch=head.read("batch", identifier) if _states(head, "batch", profile) else None,
        payer_account=head.read("payer_account", account_number) if _states(head, "payer_account", profile) else None,
        on=head.read("date", day) if _states(head, "date", profile) else None,
        rehearsal=table.rehearsal,
        lines=tuple(lines),
        findings=first_findings(table.findings),
        group=group,
        head={} if head is None else {name: head.place(name) for name in ("batch", "payer_account")},
    )


def _states(row: Row | None, name: str, profile: BankProfile) -> TypeGuard[Row]:
    """Whether the field is to be read: a bank's XML leaves out what it does not say, other layouts never do."""
    return row is not None and (profile.xml is None or name in row.cells)


def _line(row: Row, profile: BankProfile) -> AnswerLine | None:
    known = partial(_states, row, profile=profile)
    seq = row.read("seq", whole_number) if known("seq") else None
    name = row.read("name", payee_text) if known("name") else ""
    account = row.read("account", account_number) if known("account") else ""
    amount_fen = row.read("amount", partial(positive_amount, unit=profile.amount_unit)) if known("amount") else None
    end_to_end_id = row.read("end_to_end_id", identifier)
    missing = (known("seq") and seq is None) or (known("amount") and amount_fen is None)
    verdict = _verdict(row, profile, readable=not missing and None not in (name, account, end_to_end_id))
    if missing or name is None or account is None or end_to_end_id is None or verdict is None:
        return None
    return AnswerLine(row=row.number, seq=seq, end_to_end_id=end_to_end_id, amount_fen=amount_fen, **asdict(verdict))


def _group(row: Row, profile: BankProfile) -> GroupAnswer | None:
    verdict = _verdict(row, profile, readable=True)
    counted = "settled_count" in row.cells
    settled_count = row.read("settled_count", whole_number) if counted else None
    if verdict is None or (counted and settled_count is None):
        return None
    if verdict.status not in ("accepted", "unknown") and "batch" not in row.cells:
        row.note("answer.without_batch", "status", shown=verdict.bank_status)
        return None
    return GroupAnswer(settled_count=settled_count, **asdict(verdict))


@dataclass(frozen=True, kw_only=True)
class _Verdict:
    status: Status
    bank_status: str
    code: str
    reason: FailureReason | None
    bank_ref: str | None
    booked_on: date | None
    booked_at: Place | None = None


def _verdict(row: Row, profile: BankProfile, *, readable: bool) -> _Verdict | None:
    """What the bank's words mean; None where they cannot be read, and nothing more is noted of an unreadable line."""
    bank_status = row.read("status", _short)
    code = row.read("code", _short)
    text = row.read("reason", line_of_text)
    if not readable or bank_status is None or code is None or text is None:
        return None
    said = profile.statuses.get(status_word(bank_status))
    status: Status = _MEANS[said] if said is not None else "unknown"
    open_verdict = _Verdict(
        status=status, bank_status=bank_status, code=code, reason=None, bank_ref=None, booked_on=None
    )
    if status in _WITH_REASON:
        open_verdict = replace(open_verdict, reason=profile.failure_reason(code, text))
    if status not in _BOOKED:
        return open_verdict
    bank_ref = row.read("bank_ref", lambda cell: required(_short(cell)))
    booked_on = row.read("booked_on", day)
    if bank_ref is None or booked_on is None:
        row.note("answer.settled_without_booking", "status", shown=bank_status)
        return replace(open_verdict, status="unknown", reason=None)
    return replace(open_verdict, bank_ref=bank_ref, booked_on=booked_on, booked_at=row.place("booked_on"))


_short = partial(line_of_text, limit=64)


def check_against(returned: ReturnFile, sent: PaymentFile) -> ReturnFile:
    """The same return file, with a finding for everything that the sent batch does not bear out.

    Batch, payer, end-to-end id, sequence number and amount must be the sent ones, to the fen; what the bank did not
    repeat is taken from what was sent, and an answer for the whole batch becomes one for each line. A sent line without
    an answer is no finding: see `unanswered`.
    """
    found = list(returned.findings)
    if returned.batch is not None and returned.batch != sent.batch:
        row, column = returned.head["batch"]
        shown = returned.batch
        found.append(
            finding("answer.other_batch", file=returned.file, row=row, column=column, value=shown, batch=sent.batch)
        )
    if returned.payer_account is not None and returned.payer_account != sent.payer_account:
        row, column = returned.head["payer_account"]
        shown = f"尾号 {returned.payer_account[-4:]}"
        found.append(finding("answer.other_payer", file=returned.file, row=row, column=column, value=shown))
    by_id = {line.end_to_end_id: line for line in sent.lines}
    for answer in returned.lines:
        found += _disagreements(returned.file, answer, by_id.get(answer.end_to_end_id))
    if returned.group is not None:
        lines = _spread(returned.group, sent)
    else:
        lines = tuple(_completed(answer, by_id.get(answer.end_to_end_id)) for answer in returned.lines)
    return replace(returned, lines=lines, findings=first_findings(found))


def check_days(returned: ReturnFile, *, today: date) -> ReturnFile:
    """The same return file, with a finding for every booking day after today: no bank has booked anything then."""
    said = returned.lines if returned.group is None else (returned.group,)
    found = [
        finding("answer.booked_in_future", file=returned.file, row=row, column=column, value=str(day), today=today)
        for day, (row, column) in ((one.booked_on, one.booked_at or (1, None)) for one in said)
        if day is not None and day > today
    ]
    return replace(returned, findings=first_findings([*returned.findings, *found]))


def _completed(answer: AnswerLine, line: PaymentLine | None) -> AnswerLine:
    if line is None:
        return answer
    seq = line.seq if answer.seq is None else answer.seq
    return replace(answer, seq=seq, amount_fen=line.amount_fen if answer.amount_fen is None else answer.amount_fen)


def _spread(group: GroupAnswer, sent: PaymentFile) -> tuple[AnswerLine, ...]:
    """The answer for the whole batch as one for each line; a batch that was paid in part leaves every line unknown."""
    counts = {"settled": sent.count, "failed": 0}
    doubtful = group.settled_count is not None and group.settled_count != counts.get(group.status, group.settled_count)
    return tuple(
        AnswerLine(
            row=1,
            seq=line.seq,
            end_to_end_id=line.end_to_end_id,
            amount_fen=line.amount_fen,
            status="unknown" if doubtful else group.status,
            bank_status=group.bank_status,
            code=group.code,
            reason=None if doubtful else group.reason,
            bank_ref=None if doubtful or group.bank_ref is None else f"{group.bank_ref}/{line.seq}",
            booked_on=None if doubtful else group.booked_on,
        )
        for line in sent.lines
    )


def _disagreements(file: str, answer: AnswerLine, line: PaymentLine | None) -> Sequence[Finding]:
    if line is None:
        return [finding("answer.not_sent", file=file, row=answer.row, value=shortened(answer.end_to_end_id))]
    found = []
    if answer.amount_fen is not None and answer.amount_fen != line.amount_fen:
        stated, sent = yuan(answer.amount_fen), yuan(line.amount_fen)
        found.append(finding("answer.amount", file=file, row=answer.row, value=stated, sent=sent))
    if answer.seq is not None and answer.seq != line.seq:
        found.append(finding("answer.seq", file=file, row=answer.row, value=str(answer.seq), sent=str(line.seq)))
    return found


def unanswered(returned: ReturnFile, sent: PaymentFile) -> tuple[PaymentLine, ...]:
    """The sent lines that the return file does not mention: as unknown as those it calls unknown."""
    answered = {line.end_to_end_id for line in returned.lines}
    return tuple(line for line in sent.lines if line.end_to_end_id not in answered)
