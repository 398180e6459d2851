"""The payment file (代发文件): who is to be paid how much, on which account, in a bank's own layout.

What must not be broken: lines, header and trailer state the same count and total; an end-to-end id appears once; an
account number leaves exactly as it was given. The same batch always gives the same bytes, so its digest can be signed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

from api.files.bank_profiles import BankProfile
from api.files.bank_records import check_control, read_table, write_table
from api.files.bank_tables import REHEARSAL_REMARK, Table
from api.files.cells import (
    Row,
    account_number,
    amount_text,
    cnaps_code,
    day,
    identifier,
    payee_text,
    positive_amount,
    required,
    whole_number,
)
from api.files.findings import BadFile
from domain.kernel.money import Fen

FILE: Final = "代发文件"


@dataclass(frozen=True, kw_only=True)
class PaymentLine:
    """One payment. `bank`, `cnaps` and `purpose` may be empty; `end_to_end_id` is minted once and never used again."""

    seq: int
    name: str
    account: str
    bank: str
    cnaps: str
    amount_fen: Fen
    purpose: str
    end_to_end_id: str


@dataclass(frozen=True, kw_only=True)
class PaymentFile:
    """A batch as it goes to the bank. `on` is the day of payment; `rehearsal` puts 演练 at the head of the file."""

    batch: str
    payer_account: str
    on: date
    lines: tuple[PaymentLine, ...]
    rehearsal: bool

    @property
    def count(self) -> int:
        """The number of lines."""
        return len(self.lines)

    @property
    def total_fen(self) -> Fen:
        """The sum of the lines."""
        return Fen(sum(line.amount_fen for line in self.lines))


def write_payment_file(profile: BankProfile, batch: PaymentFile) -> bytes:
    """The batch in the bank's layout. Raises BadFile with every value that cannot be sent; `row` is the line's number.

    Names and accounts are written as they are read: one line, NFC, accounts without spaces.
    """
    table = Table(FILE, "")
    titles = profile.line_titles(answers=False)
    for number, line in enumerate(batch.lines, 1):
        table.lines.append(Row(FILE, number, line_cells(profile, line), titles, table.findings))
    head: dict[str, str] = {
        "batch": batch.batch,
        "payer_account": batch.payer_account,
        "date": batch.on.strftime(profile.date_format),
        "count": str(batch.count),
        "total": amount_text(batch.total_fen, unit=profile.amount_unit),
        "remark": REHEARSAL_REMARK if batch.rehearsal else "",
    }
    table.totals = Row(FILE, 1, head, profile.total_titles(), table.findings)
    checked = _interpret(table, profile, rehearsal=batch.rehearsal)
    head |= {"batch": checked.batch, "payer_account": checked.payer_account}
    lines = [line_cells(profile, line) for line in checked.lines]
    return write_table(profile, totals=head, lines=lines, answers=False, on=batch.on)


def read_payment_file(profile: BankProfile, content: bytes, *, file: str = FILE) -> PaymentFile:
    """The batch that a payment file states. Raises BadFile with everything that is wrong with it."""
    table = read_table(profile, content, file=file, answers=False)
    return _interpret(table, profile, rehearsal=table.rehearsal)


def payment_suffix(profile: BankProfile, content: bytes) -> str:
    """How the name of a written payment file ends: `.zip` where the bank takes the batch in several uploads."""
    is_parts = profile.xml is not None and content.startswith(b"PK")
    return ".zip" if is_parts else profile.suffix


def _interpret(table: Table, profile: BankProfile, *, rehearsal: bool) -> PaymentFile:
    """The batch that a table's rows state; the same rules judge what is written and what is read."""
    lines = [line for row in table.lines if (line := _line(row, profile)) is not None]
    head = table.totals
    batch = head.read("batch", identifier) if head else None
    payer_account = head.read("payer_account", account_number) if head else None
    on = head.read("date", day) if head else None
    if not table.lines:
        table.note("lines.none")
    if not table.findings:
        check_sequence(table.lines, [line.seq for line in lines], contiguous=True)
        check_ids(table.lines, [line.end_to_end_id for line in lines])
        check_control(table, profile, counted=len(lines), total_fen=sum(line.amount_fen for line in lines))
    if table.findings or batch is None or payer_account is None or on is None:
        raise BadFile(table.findings)
    return PaymentFile(batch=batch, payer_account=payer_account, on=on, lines=tuple(lines), rehearsal=rehearsal)


def _line(row: Row, profile: BankProfile) -> PaymentLine | None:
    seq = row.read("seq", whole_number)
    name = row.read("name", lambda cell: required(payee_text(cell)))
    account = row.read("account", account_number)
    bank = row.read("bank", payee_text)
    cnaps = row.read("cnaps", cnaps_code)
    amount_fen = row.read("amount", partial(positive_amount, unit=profile.amount_unit))
    purpose = row.read("purpose", payee_text)
    end_to_end_id = row.read("end_to_end_id", identifier)
    if seq is None or name is None or account is None or bank is None:
        return None
    if cnaps is None or amount_fen is None or purpose is None or end_to_end_id is None:
        return None
    return PaymentLine(
        seq=seq,
        name=name,
        account=account,
        bank=bank,
        cnaps=cnaps,
        amount_fen=amount_fen,
        purpose=purpose,
        end_to_end_id=end_to_end_id,
    )


def line_cells(profile: BankProfile, line: PaymentLine) -> dict[str, str]:
    """The line as texts, by field."""
    return {
        "seq": str(line.seq),
        "name": line.name,
        "account": line.account,
        "bank": line.bank,
        "cnaps": line.cnaps,
        "amount": amount_text(line.amount_fen, unit=profile.amount_unit),
        "purpose": line.purpose,
        "end_to_end_id": line.end_to_end_id,
    }


def check_sequence(rows: Sequence[Row], numbers: Sequence[int], *, contiguous: bool) -> None:
    """Note sequence numbers that are used twice or, where asked for, are not 1, 2, 3 …"""
    first_rows: dict[int, int] = {}
    for expected, (row, number) in enumerate(zip(rows, numbers, strict=True), 1):
        first = first_rows.setdefault(number, row.number)
        if first != row.number:
            row.note("seq.duplicate", "seq", shown=str(number), first_row=first)
        elif contiguous and number != expected:
            row.note("seq.order", "seq", shown=str(number), expected=expected)


def check_ids(rows: Sequence[Row], ids: Sequence[str]) -> None:
    """Note end-to-end ids that appear twice."""
    first_rows: dict[str, int] = {}
    for row, identity in zip(rows, ids, strict=True):
        first = first_rows.setdefault(identity, row.number)
        if first != row.number:
            row.note("id.duplicate", "end_to_end_id", shown=identity, first_row=first)
