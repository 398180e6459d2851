"""One person freezes a month's list, another approves exactly that list, and it closes when the bank has said all."""

import hashlib
from dataclasses import replace

import pytest

from domain import payout_batches
from domain.kernel.calendar import Month
from domain.kernel.events import Sha256
from domain.kernel.ids import EventName, derived
from domain.kernel.money import Fen
from domain.payout_batches import (
    BankAnswerRecorded,
    BatchLine,
    LineOutcome,
    PayoutBatchApproved,
    PayoutBatchClosed,
    PayoutBatchExported,
    PayoutBatchFrozen,
    PayoutBatchRejected,
    lines_digest,
)
from tests.domain.samples import (
    APPROVER,
    COUNTY,
    FILE,
    GRID_WORKER,
    OTHER_FILE,
    OTHER_RIDER,
    PAYMASTER,
    RIDER,
)
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(payout_batches.evolve)

MONTH = Month("2026-11")


def batch_line(number, payee_id, amount_fen):
    return BatchLine(
        line=number,
        payment_id=derived("payment", payee_id),
        payee_id=payee_id,
        amount_fen=Fen(amount_fen),
        account=EventName(f"person/{payee_id}@2"),
        end_to_end_id=f"361125000000202611001{number:08d}",
        budget_id=derived("budget"),
        rewards=(derived("reward", payee_id),),
    )


LINES = (batch_line(1, RIDER, 3_000), batch_line(2, OTHER_RIDER, 1_000))
CHANGED = (LINES[0], replace(LINES[1], amount_fen=Fen(1_001)))
DIGEST = lines_digest(LINES)
TOTALS = {"payment_count": 2, "total_fen": Fen(4_000)}

FROZEN = PayoutBatchFrozen(division=COUNTY, month=MONTH, number=1, maker_id=PAYMASTER, lines_digest=DIGEST, **TOTALS)
APPROVED = PayoutBatchApproved(lines_digest=DIGEST, **TOTALS)
REJECTED = PayoutBatchRejected(reason="a name is wrong")
EXPORTED = PayoutBatchExported(profile="neutral", file=FILE, **TOTALS)
ANSWERED = BankAnswerRecorded(profile="neutral", file=OTHER_FILE, settled_count=1, failed_count=1, unknown_count=0)
CLOSED = PayoutBatchClosed(settled_count=1, settled_fen=Fen(3_000), failed_count=1, failed_fen=Fen(1_000))

FREEZE_FACTS = {
    "division": COUNTY,
    "month": MONTH,
    "number": 1,
    "maker_id": PAYMASTER,
    "lines": LINES,
    "acted": {RIDER, OTHER_RIDER, GRID_WORKER},
}
APPROVE_FACTS = {
    "checker_id": APPROVER,
    "shown_digest": DIGEST,
    "lines": LINES,
    "acted": {RIDER, OTHER_RIDER, GRID_WORKER},
}
EXPORT_FACTS = {"profile": "neutral", "file": FILE, **TOTALS}
ANSWER_FACTS = {
    "profile": "neutral",
    "file": OTHER_FILE,
    "settled_count": 1,
    "failed_count": 1,
    "unknown_count": 0,
}
OUTCOMES = (LineOutcome(LINES[0], "settled"), LineOutcome(LINES[1], "failed"))

TABLES = (
    Table(
        payout_batches.evolve,
        payout_batches.freeze,
        (),
        FREEZE_FACTS,
        [
            row("payout_batch.already_frozen", given=(FROZEN,)),
            row("payout_batch.already_frozen", given=(FROZEN, REJECTED)),
            row("payout_batch.number_out_of_range", number=0),
            row("payout_batch.number_out_of_range", number=1_000),
            row("payout_batch.empty", lines=()),
            row("payout_batch.lines_not_in_order", lines=LINES[::-1]),
            row("payout_batch.lines_not_in_order", lines=LINES[1:]),
            row("payout_batch.payee_twice", lines=(LINES[0], replace(LINES[0], line=2))),
            row("chain.acted_twice", maker_id=RIDER),
            row("chain.acted_twice", maker_id=GRID_WORKER),
        ],
    ),
    Table(
        payout_batches.evolve,
        payout_batches.approve,
        (FROZEN,),
        APPROVE_FACTS,
        [
            row("payout_batch.unknown", given=()),
            row("payout_batch.not_frozen", given=(FROZEN, APPROVED)),
            row("payout_batch.not_frozen", given=(FROZEN, REJECTED)),
            row("payout_batch.maker_is_checker", checker_id=PAYMASTER),
            row("payout_batch.digest_differs", shown_digest=Sha256("0" * 64)),
            row("payout_batch.digest_differs", lines=CHANGED),
            row("payout_batch.digest_differs", lines=LINES[:1]),
            row("chain.acted_twice", checker_id=OTHER_RIDER),
            row("chain.acted_twice", checker_id=GRID_WORKER),
        ],
    ),
    Table(
        payout_batches.evolve,
        payout_batches.reject,
        (FROZEN,),
        {"reason": "a name is wrong"},
        [
            row("payout_batch.unknown", given=()),
            row("payout_batch.not_frozen", given=(FROZEN, APPROVED)),
        ],
    ),
    Table(
        payout_batches.evolve,
        payout_batches.export,
        (FROZEN, APPROVED),
        EXPORT_FACTS,
        [
            row("payout_batch.unknown", given=()),
            row("payout_batch.not_approved", given=(FROZEN,)),
            row("payout_batch.not_approved", given=(FROZEN, REJECTED)),
            row("payout_batch.not_approved", given=(FROZEN, APPROVED, EXPORTED)),
            row("payout_batch.totals_differ", total_fen=Fen(4_001)),
            row("payout_batch.totals_differ", payment_count=3),
        ],
    ),
    Table(
        payout_batches.evolve,
        payout_batches.record_answer,
        (FROZEN, APPROVED, EXPORTED),
        ANSWER_FACTS,
        [
            row("payout_batch.unknown", given=()),
            row("payout_batch.not_exported", given=(FROZEN, APPROVED)),
            row("payout_batch.answer_too_long", unknown_count=1),
        ],
    ),
    Table(
        payout_batches.evolve,
        payout_batches.close,
        (FROZEN, APPROVED, EXPORTED, ANSWERED),
        {"outcomes": OUTCOMES},
        [
            row("payout_batch.unknown", given=()),
            row("payout_batch.not_exported", given=(FROZEN, APPROVED)),
            row("payout_batch.not_exported", given=(FROZEN, APPROVED, EXPORTED, CLOSED)),
            row("payout_batch.digest_differs", outcomes=OUTCOMES[:1]),
            *(
                row("payout_batch.line_not_final", outcomes=(OUTCOMES[0], LineOutcome(LINES[1], status)))
                for status in ("approved", "unresolved")
            ),
        ],
    ),
)


def test_a_batch_is_frozen_approved_exported_answered_and_closed():
    given().when(payout_batches.freeze, **FREEZE_FACTS).then(FROZEN)
    given(FROZEN).when(payout_batches.approve, **APPROVE_FACTS).then(APPROVED)
    given(FROZEN, APPROVED).when(payout_batches.export, **EXPORT_FACTS).then(EXPORTED)
    sent = given(FROZEN, APPROVED, EXPORTED)
    sent.when(payout_batches.record_answer, **ANSWER_FACTS).then(ANSWERED)
    sent.when(payout_batches.close, outcomes=OUTCOMES).then(CLOSED)


@pytest.mark.parametrize("number", [1, 999])
def test_batches_are_numbered_in_three_digits(number):
    given().when(payout_batches.freeze, **{**FREEZE_FACTS, "number": number}).then(replace(FROZEN, number=number))


def test_a_batch_is_sent_back():
    given(FROZEN).when(payout_batches.reject, reason="a name is wrong").then(REJECTED)


@pytest.mark.parametrize("after", [(), (CLOSED,)], ids=["open", "closed"])
def test_the_same_return_file_again_changes_nothing(after):
    events = (FROZEN, APPROVED, EXPORTED, ANSWERED, *after)
    given(*events).when(payout_batches.record_answer, **ANSWER_FACTS).then()


def test_a_payee_makes_no_batch_that_pays_him():
    given().when(payout_batches.freeze, **{**FREEZE_FACTS, "maker_id": RIDER}).refused(
        "chain.acted_twice", person_id=RIDER, acted_as="payee", acting_as="maker"
    )


def test_the_digest_is_one_that_anybody_can_compute_again():
    """SHA-256 of canonical JSON, one object a line: sorted keys, no spaces."""
    first = LINES[0]
    text = (
        f'{{"account":"{first.account}","amount_fen":3000,"budget_id":"{first.budget_id}",'
        f'"end_to_end_id":"36112500000020261100100000001","line":1,"payee_id":"{first.payee_id}",'
        f'"payment_id":"{first.payment_id}","rewards":["{first.rewards[0]}"]}}\n'
    )
    assert lines_digest(LINES[:1]) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        {"line": 3},
        {"payment_id": derived("x")},
        {"payee_id": derived("x")},
        {"amount_fen": Fen(1)},
        {"account": EventName("person/x@3")},
        {"end_to_end_id": "x"},
        {"budget_id": derived("x")},
        {"rewards": ()},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_digest_covers_every_field_of_a_line(change):
    assert lines_digest([replace(LINES[0], **change)]) != lines_digest(LINES[:1])


def test_the_digest_covers_the_order_of_the_lines():
    assert lines_digest(LINES[::-1]) != DIGEST


def test_the_reference_for_the_bank_is_21_digits():
    assert payout_batches.reference(COUNTY, MONTH, 1) == "361125000000202611001"


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()
