"""Payouts as files: whatever the pages of batches, payments and allowances show, as CSV or xlsx.

Nothing is opened for them: payees stand there by their masked names, and accounts not at all.
"""

from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

from fastapi import Query
from fastapi.responses import StreamingResponse

from api.books import payout_tables
from api.commands import payouts as commands
from api.commands.payouts.proposing import Proposal
from api.commands.payrolls import PAYROLLS
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.book_files import Suffix, sent
from api.staff.fields import Identifier, MonthText
from api.staff.forms import shaped
from api.staff.office import Office
from api.staff.shapes import NewBatch
from api.staff.signals import signal_words
from api.staff.texts import names_of
from api.web.routes import Routes
from domain.kernel.refusals import Refusal
from domain.payout_batches import reference
from projections import allowances, payee_holds, payout_batches, reward_payments
from projections.payout_batches import BatchPage

router = Routes(prefix="/staff", include_in_schema=False)

EVERYTHING = 1_000_000


@router.get("/payouts/files/batches.{suffix}")
def batches(suffix: Suffix, desk: Desk, who: ByCookie) -> StreamingResponse:
    """Every batch of the area, the latest first."""
    who.require("payouts")
    with desk.current(payout_batches) as conn:
        found = payout_batches.listing(conn, area=who.areas[0], limit=EVERYTHING)
    people = {person for one in found for person in (one.maker_id, one.checker_id)}
    return sent([payout_tables.batches(found, names=names_of(desk, people))], title="发放批次", suffix=suffix)


@router.get("/payouts/files/proposal.{suffix}")
def proposal(
    suffix: Suffix,
    desk: Desk,
    who: ByCookie,
    division: Annotated[str, Query(max_length=20)],
    month: Annotated[str, Query(max_length=10)],
    payroll: Annotated[str, Query(max_length=20)] = "",
) -> StreamingResponse:
    """The list that would be frozen, and who is left out and why."""
    who.require("payouts")
    wanted = shaped(NewBatch, {"division": division, "month": month, "payroll": payroll})
    who.area(desk, wanted.division)
    found = commands.propose(desk.app, division=wanted.division, month=wanted.month, payroll=wanted.payroll)
    left_out = _left_out(desk, found)
    names = names_of(desk, [*found.by_payee, *(row[0] for row in left_out)])
    table = payout_tables.proposal(found, left_out=left_out, names=names)
    return sent([table], title=f"拟发名单-{found.division}-{found.month}-{found.number}", suffix=suffix)


@router.get("/payouts/{batch_id}/files/batch.xlsx")
def batch_xlsx(batch_id: Identifier, desk: Desk, who: ByCookie) -> StreamingResponse:
    """Every table of a batch's page, a sheet each."""
    return _of_batch(desk, who, batch_id, payout_tables.WHICH, suffix="xlsx")


@router.get("/payouts/{batch_id}/files/{which}.csv")
def batch_csv(batch_id: Identifier, which: payout_tables.Which, desk: Desk, who: ByCookie) -> StreamingResponse:
    """One table of a batch's page."""
    return _of_batch(desk, who, batch_id, [which], suffix="csv")


@router.get("/payments/files/payments.{suffix}")
def payments(suffix: Suffix, desk: Desk, who: ByCookie) -> StreamingResponse:
    """What came back, and what the bank contradicts."""
    who.require("payouts")
    with desk.current(payout_batches) as conn:
        found = payout_batches.to_decide(conn, area=who.areas[0])
    names = names_of(desk, {one.payee_id for one in found})
    return sent([payout_tables.payments(found, names=names)], title="退票和疑点", suffix=suffix)


@router.get("/payments/files/holds.{suffix}")
def holds(suffix: Suffix, desk: Desk, who: ByCookie) -> StreamingResponse:
    """Whose payments are on hold."""
    who.require("payouts")
    with desk.current(payee_holds) as conn:
        found = payee_holds.in_force(conn)
    names = names_of(desk, {person for one in found for person in (one.payee_id, one.placed_by)})
    return sent([payout_tables.holds(found, names=names)], title="暂停付款", suffix=suffix)


@router.get("/allowances/files/allowances.{suffix}")
def granted(suffix: Suffix, desk: Desk, who: ByCookie, month: Annotated[MonthText, Query()]) -> StreamingResponse:
    """The allowances of a month."""
    who.require("payouts")
    with desk.current(allowances, payout_batches) as conn:
        found = allowances.of_month(conn, who.areas[0], month)
    names = names_of(desk, {one.payee_id for one in found})
    return sent([payout_tables.allowances(found, names=names)], title=f"津贴-{month}", suffix=suffix)


def _of_batch(
    desk: Office, who: Acting, batch_id: UUID, wanted: Iterable[payout_tables.Which], *, suffix: Suffix
) -> StreamingResponse:
    who.require("payouts")
    with desk.current(payout_batches) as conn:
        found = payout_batches.page(conn, batch_id)
    if found is None:
        raise Refusal("payout_batch.unknown")
    batch = found.batch
    who.require_area(batch.division)
    people = {*(one.payee_id for one in found.payments), *(one.person_id for one in found.acknowledgements)}
    names, noted = names_of(desk, people), _noted(found)
    made = [payout_tables.of_batch(which, found, names=names, signal_text=noted) for which in wanted]
    title = f"{made[0].title}-" if suffix == "csv" else "批次-"
    return sent(made, title=f"{title}{reference(batch.division, batch.month, batch.number)}", suffix=suffix)


def _noted(found: BatchPage) -> dict[int, list[str]]:
    """Line -> what stands out in it, in words."""
    noted: dict[int, list[str]] = {}
    for signal in found.signals:
        noted.setdefault(signal.line, []).append(signal_words(signal))
    return noted


def _left_out(desk: Office, found: Proposal) -> list[tuple[UUID, int, int, str]]:
    """Payee, how many, how much, why: everything of the month that the list does not hold."""
    why = {
        **dict.fromkeys(found.doubtful, "银行对原来那笔的说法前后不一"),
        **dict.fromkeys(found.held, "正在核查，暂停付款"),
        **{payee: f"刚换过收款账户，{first_day} 起才能发" for payee, first_day in found.cooling.items()},
        **dict.fromkeys(found.without_account, "没有登记收款账户"),
    }
    with desk.current(payout_batches, reward_payments, allowances) as conn:
        waiting = PAYROLLS[found.payroll].to_schedule(conn, found.division, found.month)
    taken = {one.reward_id for held in found.by_payee.values() for one in held}
    sums: dict[tuple[UUID, str], list[int]] = {}
    for one in waiting:
        if one.reward_id not in taken:
            counted = sums.setdefault((one.payee_id, why.get(one.payee_id, "属于另一年度的预算")), [0, 0])
            counted[0] += 1
            counted[1] += one.amount_fen
    return [(payee, count, amount_fen, reason) for (payee, reason), (count, amount_fen) in sums.items()]
