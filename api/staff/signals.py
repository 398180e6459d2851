"""What an approver should look at before approving: payees who are new, whose account changed, or who share one.

Signals refuse nothing; they are shown beside the line, and the approver decides.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from api.staff.texts import PayeeShown
from projections import payout_batches
from projections.payout_batches import Batch, Payment

UNUSUAL_TIMES: Final = 5
UNUSUAL_LINES_MIN: Final = 5


def signals(
    conn: Connection[Any], batch: Batch, payments: Sequence[Payment], shown: Mapping[UUID, PayeeShown]
) -> dict[UUID, list[str]]:
    """For each line (payment id) the signals in Chinese; empty for an ordinary one."""
    holders = Counter(shown[line.payment_id].number for line in payments)
    usual_fen = median(line.amount_fen for line in payments) if len(payments) >= UNUSUAL_LINES_MIN else None
    found: dict[UUID, list[str]] = {}
    for line in payments:
        payee = shown[line.payment_id]
        notes = _history(conn, batch, line)
        if holders[payee.number] > 1:
            notes.append("与本批另一收款人同一账号")
        if "".join(payee.name.split()) != "".join(payee.holder.split()):
            notes.append(f"户名“{payee.holder}”与姓名不同")
        if usual_fen is not None and line.amount_fen > UNUSUAL_TIMES * usual_fen:
            notes.append(f"金额超过中位数的 {UNUSUAL_TIMES} 倍")
        if line.replaces:
            notes.append("补发：上次付款未成")
        found[line.payment_id] = notes
    return found


def _history(conn: Connection[Any], batch: Batch, line: Payment) -> list[str]:
    """What the payee's earlier payments say."""
    earlier = [
        before
        for before in payout_batches.payments_of_payee(conn, line.payee_id)
        if before.batch_id != batch.batch_id and before.state == "settled"
    ]
    if not earlier:
        return ["首次收款"]
    return ["上次付款后换过账户"] if earlier[-1].account != line.account else []
