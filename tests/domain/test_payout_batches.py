"""One person freezes a month's list, another approves exactly that list, and it closes when the bank has said all."""

import hashlib
from dataclasses import replace

import pytest

from domain import payout_batches
from domain.kernel.calendar import Month
from domain.kernel.events import Sha256
from domain.kernel.ids import EventName, derived
from domain.kernel.money import Fen
from domain.kernel.refusals import Refusal
from domain.payout_batches import (
    BankAnswerRecorded,
    BatchLine,
    LineOutcome,
    PayoutBatchApproved,
    PayoutBatchClosed,
    PayoutBatchExported,
    PayoutBatchFrozen,
    PayoutBatchRejected,
    SignalsAcknowledged,
    SignalsNoted,
    lines_digest,
    shown_digest,
)
from domain.payout_batches.signals import Acknowledgement, Signal, signals_digest
from tests.domain.samples import (
    APPROVER,
    COUNTY,
    FILE,
    GRID_WORKER,
    OFFICER,
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

SIGNALS = (
    Signal(1, "account_shared", (("payee", str(OTHER_RIDER)),)),
    Signal(1, "first_payment"),
    Signal(2, "first_payment"),
)
SIGNALS_DIGEST = signals_digest(SIGNALS)
NOTED = SignalsNoted(signals=SIGNALS, digest=SIGNALS_DIGEST)
SHOWN = shown_digest(DIGEST, SIGNALS_DIGEST)
REASONS = (
    Acknowledgement("account_shared", "man and wife", (1,)),
    Acknowledgement("first_payment", "new this month", (1, 2)),
)
BY_MAKER = SignalsAcknowledged(acknowledged_by=PAYMASTER, digest=SHOWN, acknowledgements=REASONS)
BY_CHECKER = replace(BY_MAKER, acknowledged_by=APPROVER)
WITH_SIGNALS = (FROZEN, NOTED)

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
ACKNOWLEDGE_FACTS = {
    "person_id": PAYMASTER,
    "as_checker": False,
    "shown_digest": SHOWN,
    "acknowledgements": REASONS,
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
            row("payout_batch.number_out_of_range", number=500),
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
            row("payout_batch.signals_open", given=WITH_SIGNALS, shown_digest=SHOWN),
            row("payout_batch.signals_open", given=(*WITH_SIGNALS, BY_MAKER), shown_digest=SHOWN),
            row("payout_batch.signals_open", given=(*WITH_SIGNALS, BY_CHECKER), shown_digest=SHOWN),
        ],
    ),
    Table(
        payout_batches.evolve,
        payout_batches.acknowledge,
        WITH_SIGNALS,
        ACKNOWLEDGE_FACTS,
        [
            row("payout_batch.unknown", given=()),
            row("payout_batch.not_frozen", given=(*WITH_SIGNALS, APPROVED)),
            row("payout_batch.no_signals", given=(FROZEN,)),
            row("chain.not_oneself", person_id=OFFICER, as_checker=False),
            row("payout_batch.maker_is_checker", person_id=PAYMASTER, as_checker=True),
            row("payout_batch.digest_differs", shown_digest=DIGEST),
            row("payout_batch.signals_acknowledged", given=(*WITH_SIGNALS, BY_MAKER, BY_CHECKER)),
            row("payout_batch.signal_unknown", acknowledgements=(*REASONS, Acknowledgement("pair_rate", "x", (1,)))),
            row("payout_batch.signal_open", acknowledgements=REASONS[1:]),
            row("payout_batch.signal_open", acknowledgements=(REASONS[0], replace(REASONS[1], lines=(2,)))),
            row("reason.insufficient", acknowledgements=(REASONS[0], replace(REASONS[1], reason="ok"))),
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
            row("reason.insufficient", reason="ok"),
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
                for status in ("approved", "accepted", "unresolved")
            ),
            row("payout_batch.line_contradicted", outcomes=(OUTCOMES[0], LineOutcome(LINES[1], "failed", True))),
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


def test_the_file_is_written_in_one_layout_and_given_again_in_no_other():
    exported = given(FROZEN, APPROVED, EXPORTED)
    assert payout_batches.file_written(given(FROZEN, APPROVED).state, profile="iso20022") is None
    assert payout_batches.file_written(exported.state, profile=EXPORTED.profile) == EXPORTED.file
    with pytest.raises(Refusal) as refused:
        payout_batches.file_written(exported.state, profile="iso20022")
    assert refused.value.code == "payout_batch.other_layout"
    assert refused.value.facts == {"profile": EXPORTED.profile, "asked": "iso20022"}


@pytest.mark.parametrize("number", [1, 499])
def test_batches_are_numbered_in_three_digits(number):
    given().when(payout_batches.freeze, **{**FREEZE_FACTS, "number": number}).then(replace(FROZEN, number=number))


def test_a_batch_is_sent_back():
    given(FROZEN).when(payout_batches.reject, reason="a name is wrong").then(REJECTED)


@pytest.mark.parametrize("after", [(), (CLOSED,)], ids=["open", "closed"])
def test_the_same_return_file_again_changes_nothing(after):
    events = (FROZEN, APPROVED, EXPORTED, ANSWERED, *after)
    given(*events).when(payout_batches.record_answer, **ANSWER_FACTS).then()


def test_a_file_that_comes_after_the_batch_was_closed_is_recorded_too():
    late = {**ANSWER_FACTS, "settled_count": 0, "failed_count": 0, "returned_count": 1}
    recorded = replace(ANSWERED, settled_count=0, failed_count=0, returned_count=1)
    closed = given(FROZEN, APPROVED, EXPORTED, CLOSED)
    closed.when(payout_batches.record_answer, **late).then(recorded)
    assert given(FROZEN, APPROVED, EXPORTED, CLOSED, recorded).state.status == "closed"


def test_what_stands_out_is_acknowledged_by_both_and_then_approved():
    noted = given(*WITH_SIGNALS)
    noted.when(payout_batches.acknowledge, **ACKNOWLEDGE_FACTS).then(BY_MAKER)
    checker = {**ACKNOWLEDGE_FACTS, "person_id": APPROVER, "as_checker": True}
    given(*WITH_SIGNALS, BY_MAKER).when(payout_batches.acknowledge, **checker).then(BY_CHECKER)
    approved = given(*WITH_SIGNALS, BY_CHECKER, BY_MAKER)
    approved.when(payout_batches.approve, **{**APPROVE_FACTS, "shown_digest": SHOWN}).then(
        replace(APPROVED, signals_digest=SIGNALS_DIGEST)
    )
    approved.when(payout_batches.approve, **APPROVE_FACTS).refused("payout_batch.digest_differs", frozen=SHOWN)


def test_a_list_is_shown_by_its_lines_alone_or_with_its_signals():
    assert given(FROZEN).state.shown_digest == DIGEST == shown_digest(DIGEST, None)
    assert given(*WITH_SIGNALS).state.shown_digest == SHOWN
    assert hashlib.sha256(f"{DIGEST}\n{SIGNALS_DIGEST}\n".encode()).hexdigest() == SHOWN


def test_a_long_list_of_signals_takes_several_events():
    many = [Signal(line, "first_payment") for line in range(1, 502)]
    pieces = payout_batches.note_signals(many)
    assert [len(piece.signals) for piece in pieces] == [250, 250, 1]
    assert {piece.digest for piece in pieces} == {signals_digest(many)}
    state = given(FROZEN, *pieces).state
    assert (state.signals, state.signals_digest) == (tuple(many), signals_digest(many))
    assert payout_batches.note_signals([]) == []
    lines = tuple(range(1, 502))
    for cut in (lines, lines[:-1]):
        said = {
            **ACKNOWLEDGE_FACTS,
            "shown_digest": state.shown_digest,
            "acknowledgements": (Acknowledgement("first_payment", "new here", cut),),
        }
        outcome = given(FROZEN, *pieces).when(payout_batches.acknowledge, **said)
        assert (outcome.refusal is None) == (cut == lines)


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
