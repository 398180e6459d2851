"""Lines of the bank that no payment has: the money of a document, and a debit that may be a payment made twice.

Both are cleared up within the month, and the month is then closed without a word of explanation.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from api.commands import budgets, payouts, periods, reconciling, reconciling_by_hand
from api.files.statement_files import write_statement
from api.files.statement_profiles import load_statement_profile
from api.files.statements import StatementEntry
from api.rehearsal.bank_statements import statement_of
from domain.kernel.calendar import Month
from domain.kernel.ids import EventName
from domain.kernel.matches import EntryKey, Part
from domain.kernel.money import Fen
from domain.kernel.refusals import Refusal
from projections import bank_documents
from projections import reconciliation_queries as queries
from tests.journeys.test_paid_twice import WHY, claims, do, payment_of, refused
from tests.journeys.test_reconciling import APRIL, MAY, Bank, assert_verified, bank, close_april, replace_app
from tests.journeys.test_spine import ON

__all__ = ["bank"]

GIVEN_FEN = Fen(20_000)
DOCUMENT = "演练〔2025〕9号"
MONTH_OVER = datetime(2025, 5, 6, 1, tzinfo=UTC)


@dataclass
class Hands:
    """A clock that stands where it is put."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Hands:
    """The county begins on the day on which the money arrives, so that the document can take effect then."""
    return Hands(datetime(2025, 4, 2, 1, tzinfo=UTC))


def appropriated(bank: Bank) -> EventName:
    """Money allowed by document on the day of the payments; the event's name."""
    facts: dict[str, Any] = {"year": 2025, "document": DOCUMENT, "amount_fen": GIVEN_FEN}
    receipt = budgets.appropriate(bank.app, actor=bank.people.administrator, key="more", on=ON, **facts)
    return receipt.events[-1]


def lines(bank: Bank) -> tuple[list[StatementEntry], tuple[EntryKey, ...]]:
    """Three payments, the document's money in two parts, and a debit to the first payee without a reference of ours.

    Recorded; answers the entries, and the keys of the last three.
    """
    entries = bank.entries()
    unnamed: dict[str, Any] = {"end_to_end_id": None, "batch_ref": None}
    nobody: dict[str, Any] = {"counter_name": None, "counter_account": None}
    part = replace(entries[0], amount_fen=Fen(5_000), bank_ref="QUOTA1", **unnamed, **nobody)
    rest = replace(part, amount_fen=Fen(15_000), bank_ref="QUOTA2")
    again = replace(entries[0], bank_ref="TWICE9", **unnamed)
    taken = bank.record(bank.says([*entries, part, rest, again]))
    return entries, tuple(EntryKey(taken.statement_id, number) for number in (4, 5, 6))


def test_what_no_payment_has_is_matched_claimed_or_given_up_and_the_month_needs_no_reason(
    bank: Bank, clock: Hands
) -> None:
    document = appropriated(bank)
    clock.at = MONTH_OVER
    entries, (part, rest, again) = lines(bank)
    assert bank.open_kinds().keys() == {"credit_without_origin", "perhaps_paid_twice"}
    payment = payment_of(bank, entries[0].end_to_end_id)
    with bank.app.reading.connection() as conn:
        (noticed,) = queries.exceptions(conn, kind="perhaps_paid_twice")
    assert (noticed.entry, noticed.payment_id, noticed.blocking) == (again.number, payment.payment_id, "close")
    assert reconciling.match_again(bank.app, actor=bank.people.maker, key="idle", on=ON) is None

    documents_matched(bank, document, part, rest)
    claimed_and_given_up(bank, payment.payment_id, again)

    rich = replace_app(bank, replace(bank.app, settings=replace(bank.app.settings, payer_funds="balance")))
    balance = periods.month_end(rich.app, APRIL)
    assert [one for one in balance.items or () if document in one.about] == []
    shown = periods.month_end(bank.app, APRIL)
    assert (shown.blocking, shown.differences, shown.items) == ((), (), ())
    side = shown.bank
    assert side is not None
    assert (side.credits.matched_fen, side.credits.explained_fen, side.credits.open_count) == (GIVEN_FEN, 0, 0)
    assert (side.paid_fen, side.difference_fen) == (4_000, 0)
    rows = {one.kind: (one.ledger_fen, one.batches_fen, one.bank_fen) for one in shown.reconciled}
    assert (rows["paid"], rows["claimed"]) == ((3_000, 3_000, None), (0, 0, None))
    assert (rows["given_up"], rows["left"]) == ((1_000, 1_000, None), (4_000, 4_000, 4_000))
    close_april(bank, {})
    told_in_words_of_its_own(bank)
    assert_verified(bank)


def told_in_words_of_its_own(bank: Bank) -> None:
    """A state that no list of the layout has is a difference of its own, and the bank's word for a line is kept."""
    layout = load_statement_profile("wechat")
    assert layout.table is not None
    odd = replace(layout, table=replace(layout.table, fixed={"当前状态": "等待对方确认"}))
    entry = replace(bank_entry(), text="转账", booked_on=MAY, bank_ref="WX1")
    said = statement_of("", [entry], number="", since=MAY, until=MAY, opening_fen=0)
    (taken,) = reconciling.record_statements(
        bank.app,
        actor=bank.people.maker,
        key="wechat",
        profile=layout,
        content=write_statement(odd, said),
        file="账单.csv",
        on=MAY,
    )
    bank.app.runner.catch_up()
    assert bank.open_kinds().keys() == {"unknown_code", "debit_without_origin"}
    with bank.app.reading.connection() as conn:
        (line,) = queries.entries(conn, taken.statement_id)
    assert line.kind == "payment"


def bank_entry() -> StatementEntry:
    return StatementEntry(
        number=1,
        booked_on=ON,
        amount_fen=Fen(-500),
        end_to_end_id=None,
        bank_ref=None,
        batch_ref=None,
        counter_name="某店",
        counter_account=None,
        text="",
        return_of=None,
        row=1,
        balance_fen=None,
    )


def documents_matched(bank: Bank, document: EventName, part: EntryKey, rest: EntryKey) -> None:
    """Two lines carry the document out; a third part of it there is not, and no line is another document's."""
    with bank.app.reading.connection() as conn:
        (fits, *_) = bank_documents.fitting(conn, left_fen=GIVEN_FEN, on=ON)
    assert (fits.event, fits.free_fen) == (document, GIVEN_FEN)
    maker, checker = bank.people.maker, bank.people.checker
    unknown = EventName(document.replace("@", "@9"))
    refused(bank, "reconciliation.document_unknown", by_document, "d0", by=maker, entry=part, document=unknown)
    do(bank, by_document, "d1", by=maker, entry=part, document=document)
    refused(bank, "chain.acted_twice", reconciling_by_hand.confirm, "d2", by=maker, entry=part)
    do(bank, reconciling_by_hand.confirm, "d3", by=checker, entry=part)
    do(bank, by_document, "d4", by=checker, entry=rest, document=document)
    do(bank, reconciling_by_hand.confirm, "d5", by=maker, entry=rest)
    assert bank.open_kinds().keys() == {"perhaps_paid_twice"}
    for number, entry in ((6, part), (7, rest)):
        do(bank, reconciling_by_hand.propose_unmatch, f"u{number}", by=maker, entry=entry, reason="重新核对文号")
    do(bank, reconciling_by_hand.unmatch, "u8", by=checker, entry=rest)
    assert bank.open_kinds().keys() == {"perhaps_paid_twice", "credit_without_origin"}
    do(bank, by_document, "d9", by=maker, entry=rest, document=document)
    do(bank, reconciling_by_hand.confirm, "d10", by=checker, entry=rest)
    with bank.app.reading.connection() as conn:
        (moved,) = bank_documents.documents(conn, [document])
    assert moved.free_fen == 0


def by_document(app: Any, *, actor: Any, key: str, entry: EntryKey, document: EventName, on: Any) -> None:
    """What the page does: as much of the document as both still have."""
    with app.reading.connection() as conn:
        row = queries.entry(conn, entry)
    assert row is not None
    part = reconciling_by_hand.by_document(app, document, line_fen=row.amount_fen - row.matched_fen)
    facts = {"entry": entry, "parts": [part], "reason": DOCUMENT, "on": on}
    reconciling_by_hand.propose(app, actor=actor, key=key, **facts)


def claimed_and_given_up(bank: Bank, payment_id: UUID, again: EntryKey) -> None:
    maker, checker = bank.people.maker, bank.people.checker
    do(bank, payouts.pay_again, "again", by=checker, payment_id=payment_id, entry=again, reason=WHY)
    (claim,) = claims(bank, payment_of(bank, payment_of_line(bank, payment_id)))
    wanted = {"payment_id": claim.payment_id, "document": DOCUMENT, "reason": "收款人去世，无遗产"}
    do(bank, payouts.propose_write_off, "w1", by=maker, **wanted)
    do(bank, payouts.write_off, "w2", by=checker, payment_id=claim.payment_id)
    do(bank, reconciling.match_again, "m1", by=maker)
    assert bank.open_kinds() == {}


def payment_of_line(bank: Bank, payment_id: UUID) -> str:
    with bank.app.reading.connection() as conn:
        return queries.payments_by_id(conn, [payment_id])[payment_id].end_to_end_id


def proposed(bank: Bank, month: Month, key: str, *, on: date) -> str:
    """Propose to close a month with a reason for whatever has to have one; the digest that the second is shown."""
    bank.app.runner.catch_up()
    reasons = {one.kind: "已逐项核对，见调节表" for one in periods.month_end(bank.app, month).differences}
    periods.propose(bank.app, actor=bank.people.maker, key=key, month=month, reasons=reasons, on=on)
    state = periods.periods_of(bank.app)
    assert state is not None
    assert state.proposal is not None
    return state.proposal.figures.digest


def seal_refused(bank: Bank, digest: str, key: str, *, code: str = "period.moved") -> None:
    """What was proposed is no longer so: the seal is refused, and the proposal is taken back."""
    facts: dict[str, Any] = {"month": APRIL, "on": MAY}
    with pytest.raises(Refusal) as said:
        periods.seal(bank.app, actor=bank.people.checker, key=f"{key}s", shown_digest=digest, **facts)
    assert said.value.code == code
    periods.withdraw(bank.app, actor=bank.people.maker, key=f"{key}w", reason="银行又有新情况", **facts)


def test_what_the_bank_says_after_a_proposal_stops_the_seal_and_after_the_seal_changes_nothing(
    bank: Bank, clock: Hands
) -> None:
    document = appropriated(bank)
    clock.at = MONTH_OVER
    entries, (part, rest, again) = lines(bank)
    maker, checker = bank.people.maker, bank.people.checker
    for number, entry in enumerate((part, rest)):
        do(bank, by_document, f"d{number}", by=maker, entry=entry, document=document)
        do(bank, reconciling_by_hand.confirm, f"c{number}", by=checker, entry=entry)
    with bank.app.reading.connection() as conn:
        (noticed,) = queries.exceptions(conn, kind="perhaps_paid_twice")
    said = {"exception_id": noticed.exception_id}
    do(bank, reconciling_by_hand.explain, "e", by=maker, outcome="explained", reason="另一项工作的补助", **said)
    do(bank, reconciling_by_hand.resolve, "r", by=checker, **said)

    digest = proposed(bank, APRIL, "p1", on=MAY)
    do(bank, reconciling_by_hand.propose_unmatch, "u1", by=maker, entry=rest, reason="重新核对文号")
    do(bank, reconciling_by_hand.unmatch, "u2", by=checker, entry=rest)
    seal_refused(bank, digest, "p1")
    do(bank, by_document, "d9", by=maker, entry=rest, document=document)
    do(bank, reconciling_by_hand.confirm, "c9", by=checker, entry=rest)

    digest = proposed(bank, APRIL, "p2", on=MAY)
    payment = payment_of(bank, entries[0].end_to_end_id)
    do(bank, payouts.pay_again, "again", by=checker, payment_id=payment.payment_id, entry=again, reason=WHY)
    do(bank, reconciling.match_again, "m1", by=maker)
    seal_refused(bank, digest, "p2")

    digest = proposed(bank, APRIL, "p3", on=MAY)
    statement = bank.says([replace(entries[0], bank_ref="LATER1")], number="04b", opening_fen=1)
    apart = bank.record(statement, key="contradicting")
    seal_refused(bank, digest, "p3", code="period.blocked")
    told_twice(bank, EntryKey(apart.statement_id, 1), payment.payment_id)


def told_twice(bank: Bank, line: EntryKey, payment_id: UUID) -> None:
    """A statement that contradicts another counts for nothing: nothing is matched to its lines, and the month waits."""
    maker, checker = bank.people.maker, bank.people.checker
    facts = {"entry": line, "parts": [Part(payment_id, -1_000)], "reason": "按新对账单"}
    refused(bank, "statement.not_counting", reconciling_by_hand.propose, "apart", by=maker, **facts)
    with bank.app.reading.connection() as conn:
        (difference,) = queries.exceptions(conn, kind="replayed_file")
    said = {"exception_id": difference.exception_id}
    do(bank, reconciling_by_hand.explain, "e2", by=maker, outcome="bank_corrected", reason="银行作废了后一份", **said)
    do(bank, reconciling_by_hand.resolve, "r2", by=checker, **said)
    digest = proposed(bank, APRIL, "p4", on=MAY)
    periods.seal(bank.app, actor=checker, key="seal", month=APRIL, shown_digest=digest, on=MAY)
    sealed = periods.month_end(bank.app, APRIL)
    (claim,) = claims(bank, payment_of(bank, payment_of_line(bank, payment_id)))
    recovery = {"payment_id": claim.payment_id, "booked_on": ON, "bank_ref": "BACK1", "reason": "收款人已退回"}
    do(bank, payouts.recover, "recover", by=maker, **recovery)
    after = periods.month_end(bank.app, APRIL)
    assert (after.figures, after.accounts, after.reconciled) == (sealed.figures, sealed.accounts, sealed.reconciled)
    digest = proposed(bank, Month("2025-05"), "p5", on=date(2025, 6, 3))
    periods.seal(bank.app, actor=checker, key="seal2", month=Month("2025-05"), shown_digest=digest, on=date(2025, 6, 3))
    assert_verified(bank)
