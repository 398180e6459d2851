"""The return file (回盘文件): what the bank says became of each payment - settled, failed, or not known.

What must not be broken: only a word that the profile lists makes a line settled or failed; everything else is unknown.
A settled line without booking day and bank reference is no evidence, so it is unknown too, with a finding.
While there are findings the caller records nothing: a file that is wrong in one place is not trusted in another.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from hashlib import sha256
from typing import Final, Literal

from api.files.bank_profiles import BankProfile, FailureReason, status_word
from api.files.bank_records import Table, check_control, read_table
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
Status = Literal["settled", "failed", "unknown"]


@dataclass(frozen=True, kw_only=True)
class AnswerLine:
    """The bank's answer to one payment.

    `row` is its place in the file. `bank_status` and `code` are the bank's own words; `reason` is from the closed list
    and stands only with `failed`; `bank_ref` and `booked_on` stand with `settled`, always, and nowhere else.
    """

    row: int
    seq: int
    end_to_end_id: str
    amount_fen: Fen
    status: Status
    bank_status: str
    code: str
    reason: FailureReason | None
    bank_ref: str | None
    booked_on: date | None


@dataclass(frozen=True, kw_only=True)
class ReturnFile:
    """What a return file says. `batch`, `payer_account` and `on` are None where they could not be read."""

    file: str
    digest: Sha256
    batch: str | None
    payer_account: str | None
    on: date | None
    rehearsal: bool
    lines: tuple[AnswerLine, ...]
    findings: tuple[Finding, ...]

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
    check_sequence(rows, [line.seq for line in lines], contiguous=False)
    check_ids(rows, [line.end_to_end_id for line in lines])
    if len(lines) == len(table.lines):
        check_control(table, profile, counted=len(lines), total_fen=sum(line.amount_fen for line in lines))
    head = table.totals
    return ReturnFile(
        file=file,
        digest=Sha256(table.digest),
        batch=head.read("batch", identifier) if head else None,
        payer_account=head.read("payer_account", account_number) if head else None,
        on=head.read("date", day) if head else None,
        rehearsal=table.rehearsal,
        lines=tuple(lines),
        findings=first_findings(table.findings),
    )


def _line(row: Row, profile: BankProfile) -> AnswerLine | None:
    seq = row.read("seq", whole_number)
    name = row.read("name", payee_text)
    account = row.read("account", account_number)
    amount_fen = row.read("amount", partial(positive_amount, unit=profile.amount_unit))
    end_to_end_id = row.read("end_to_end_id", identifier)
    bank_status = row.read("status", _short)
    code = row.read("code", _short)
    reason = row.read("reason", line_of_text)
    if seq is None or name is None or account is None or amount_fen is None or end_to_end_id is None:
        return None
    if bank_status is None or code is None or reason is None:
        return None
    line = AnswerLine(
        row=row.number,
        seq=seq,
        end_to_end_id=end_to_end_id,
        amount_fen=amount_fen,
        status="unknown",
        bank_status=bank_status,
        code=code,
        reason=None,
        bank_ref=None,
        booked_on=None,
    )
    match profile.statuses.get(status_word(bank_status)):
        case "settled":
            return _settled(line, row)
        case "failed":
            return replace(line, status="failed", reason=profile.failure_reason(code, reason))
        case _:
            return line


def _settled(line: AnswerLine, row: Row) -> AnswerLine:
    bank_ref = row.read("bank_ref", lambda cell: required(_short(cell)))
    booked_on = row.read("booked_on", day)
    if bank_ref is None or booked_on is None:
        row.note("answer.settled_without_booking", "status", shown=line.bank_status)
        return line
    return replace(line, status="settled", bank_ref=bank_ref, booked_on=booked_on)


_short = partial(line_of_text, limit=64)


def check_against(returned: ReturnFile, sent: PaymentFile) -> ReturnFile:
    """The same return file, with a finding for everything that the sent batch does not bear out.

    Batch, payer, end-to-end id, sequence number and amount must be the sent ones, to the fen. A sent line without an
    answer is no finding: see `unanswered`.
    """
    found = list(returned.findings)
    if returned.batch is not None and returned.batch != sent.batch:
        found.append(finding("answer.other_batch", file=returned.file, value=returned.batch, batch=sent.batch))
    if returned.payer_account is not None and returned.payer_account != sent.payer_account:
        found.append(finding("answer.other_payer", file=returned.file, value=f"尾号 {returned.payer_account[-4:]}"))
    by_id = {line.end_to_end_id: line for line in sent.lines}
    for answer in returned.lines:
        found += _disagreements(returned.file, answer, by_id.get(answer.end_to_end_id))
    return replace(returned, findings=first_findings(found))


def _disagreements(file: str, answer: AnswerLine, line: PaymentLine | None) -> Sequence[Finding]:
    if line is None:
        return [finding("answer.not_sent", file=file, row=answer.row, value=shortened(answer.end_to_end_id))]
    found = []
    if answer.amount_fen != line.amount_fen:
        stated, sent = yuan(answer.amount_fen), yuan(line.amount_fen)
        found.append(finding("answer.amount", file=file, row=answer.row, value=stated, sent=sent))
    if answer.seq != line.seq:
        found.append(finding("answer.seq", file=file, row=answer.row, value=str(answer.seq), sent=str(line.seq)))
    return found


def unanswered(returned: ReturnFile, sent: PaymentFile) -> tuple[PaymentLine, ...]:
    """The sent lines that the return file does not mention: as unknown as those it calls unknown."""
    answered = {line.end_to_end_id for line in returned.lines}
    return tuple(line for line in sent.lines if line.end_to_end_id not in answered)
