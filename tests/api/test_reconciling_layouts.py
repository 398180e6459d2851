"""A statement of our own batch, written in each bank's layout and read again, reconciles with the batch to zero."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import pytest

from api.commands.reconciling import line_of
from api.files.statement_files import read_statements, write_statement
from api.files.statement_profiles import load_statement_profile, statement_profile_names
from api.files.statements import BankStatement
from api.rehearsal.bank_statements import entries_of, statement_of
from domain.kernel.ids import derived
from domain.kernel.matches import EntryKey
from domain.matching import Entry, match
from projections.reconciliation import BankPayment
from projections.reconciliation_queries import payable

ACCOUNT = "36001234500059000001"
REFERENCE = "361125000000202611001"
PAID, BACK = date(2026, 11, 3), date(2026, 11, 20)


def payment(line: int, amount_fen: int, *, came_back: bool = False) -> BankPayment:
    return BankPayment(
        payment_id=derived("payment", line),
        batch_id=derived("batch", 1),
        batch_reference=REFERENCE,
        line=line,
        payee_id=derived("payee", line),
        account=f"person/{UUID(int=line)}@2",
        end_to_end_id=f"{REFERENCE}{line:08d}",
        amount_fen=amount_fen,
        status="returned" if came_back else "settled",
        paid_on=PAID,
        paid_ref=f"YL{line:012d}",
        back_on=BACK if came_back else None,
        back_ref=f"TH{line:012d}" if came_back else None,
        back_reason="other" if came_back else None,
        out_fen=0,
        back_fen=0,
        out_on=None,
        repeats=None,
    )


BATCH = [payment(1, 1000), payment(2, 550, came_back=True), *(payment(line, 500 + line) for line in range(3, 30))]


def lines(statement: BankStatement) -> Sequence[Entry]:
    read = map(line_of, statement.entries)
    return [
        Entry(EntryKey(UUID(int=1), one.number), one.booked_on, one.amount_fen, one.end_to_end_id, one.bank_ref,
              one.batch_ref, one.return_of) for one in read
    ]  # fmt: skip


@pytest.mark.parametrize("name", statement_profile_names())
def test_it_reconciles_to_zero(name: str) -> None:
    profile = load_statement_profile(name)
    since = date(2026, 11, 1)
    written = statement_of(ACCOUNT, entries_of(BATCH), number="11", since=since, opening_fen=10_000_000)
    (again,) = read_statements(profile, write_statement(profile, written))
    found = match(lines(again), map(payable, BATCH))
    assert (found.exceptions, found.late_returns) == ((), ())
    assert len(found.matches) == len(again.entries) == len(BATCH) + 1
    matched_fen = sum(part.amount_fen for one in found.matches for part in one.parts)
    assert matched_fen == sum(entry.amount_fen for entry in again.entries) == 550 - sum(one.amount_fen for one in BATCH)
    assert {one.tier for one in found.matches} <= {1, 2}
