"""The batches: who made and checked them, every line, and whether ledger, lines and bank say the same."""

from dataclasses import replace
from datetime import date

import psycopg
import pytest

from domain import accounts
from domain.kernel.calendar import Month
from domain.kernel.events import Attachment, Sha256
from domain.kernel.money import Fen
from domain.payments import PaymentApproved, PaymentFailed
from domain.payout_batches import BankAnswerRecorded
from migrations.roles import Access
from projections import payout_batches
from projections.payout_batches import Counters
from projections.runner import Runner
from tests.projections.story import CHECKER, COUNTY, MAKER, OTHER_TOWNSHIP, Story, person

JANUARY = Month("2026-01")


def test_the_page_of_a_batch(told: Story, reader: psycopg.Connection) -> None:
    batch = told.batches[0]
    page = payout_batches.page(reader, batch.id)
    assert page is not None
    assert (page.batch.status, page.batch.maker_id, page.batch.checker_id) == ("answered", MAKER, CHECKER)
    assert (page.batch.payment_count, page.batch.total_fen, page.batch.month) == (3, 6_000, JANUARY)
    assert (page.batch.file_sha256, page.batch.file_length, page.batch.profile) == ("e" * 64, 2_048, "neutral-csv/1")
    assert (page.batch.frozen_on, page.batch.exported_on) == (date(2026, 2, 3), date(2026, 2, 3))
    assert [(one.line, one.payee_id, one.amount_fen, one.state, one.reason) for one in page.payments] == [
        (1, person("rider"), 2_000, "settled", None),
        (2, person("courier"), 1_500, "failed", "account_closed"),
        (3, person("driver"), 2_500, "unresolved", "PDNG"),
    ]
    assert page.payments[0].rewards == [one.id for one in told.rewards[:2]]
    assert page.payments[0].booked_on == date(2026, 2, 6)
    (answer,) = page.answers
    assert (answer.settled_count, answer.failed_count, answer.unknown_count) == (1, 1, 1)
    assert (answer.cited_settled, answer.cited_failed) == (1, 1)
    assert payout_batches.page(reader, person("nobody")) is None


def test_three_ways_agree(told: Story, reader: psycopg.Connection) -> None:
    check = payout_batches.three_way(reader, told.batches[0].id)
    assert check is not None
    assert (check.frozen_count, check.frozen_fen) == (check.lines_count, check.lines_fen) == (3, 6_000)
    assert check.ledger_in_transit_fen == check.lines_in_transit_fen == 2_500
    assert check.ledger_settled_fen == check.lines_settled_fen == 2_000
    assert (check.lines_failed_count, check.lines_failed_fen) == (1, 1_500)
    assert (check.position, check.agrees) == (len(told.entries), True)


@pytest.mark.parametrize(
    "difference",
    [
        {"frozen_fen": 5_999},
        {"frozen_count": 2},
        {"ledger_in_transit_fen": 2_501},
        {"ledger_settled_fen": 1_999},
        {"without_answer": 1},
        {"over_cited": 1},
    ],
)
def test_any_difference_is_a_disagreement(told: Story, reader: psycopg.Connection, difference: dict[str, int]) -> None:
    check = payout_batches.three_way(reader, told.batches[0].id)
    assert check is not None
    assert not replace(check, **difference).agrees


def test_an_answer_that_nobody_recorded_and_one_that_covers_too_much(
    installed: Access, told: Story, runner: Runner, reader: psycopg.Connection
) -> None:
    batch = told.batches[0]
    unresolved = batch.payments[2]
    digest = Sha256("f" * 64)
    postings = accounts.payment_failed(unresolved.payee_id, batch.id, unresolved.amount_fen)
    told.record("payment", unresolved.id, PaymentFailed(answer=digest, reason="other", postings=postings))
    told.append_to(installed.writer)
    runner.catch_up()
    check = payout_batches.three_way(reader, batch.id)
    assert check is not None
    assert (check.without_answer, check.over_cited, check.agrees) == (1, 0, False)

    answer = BankAnswerRecorded(
        profile="neutral-csv/1", file=Attachment(digest, 1), settled_count=1, failed_count=0, unknown_count=0
    )
    told.record("payout_batch", batch.id, answer)
    told.append_to(installed.writer)
    runner.catch_up()
    check = payout_batches.three_way(reader, batch.id)
    assert check is not None
    assert (check.without_answer, check.over_cited, check.agrees) == (0, 1, False)


def test_postings_without_a_line_show_as_a_difference(
    installed: Access, told: Story, runner: Runner, reader: psycopg.Connection
) -> None:
    """The ledger side is folded from postings alone, so money that no line explains is seen."""
    batch = told.freeze(month="2026-02")
    told.approve(batch)
    stray = batch.payments[0]
    told.append_to(installed.writer)
    runner.catch_up()
    check = payout_batches.three_way(reader, batch.id)
    assert check is not None
    assert (check.ledger_in_transit_fen, check.agrees) == (700, True)

    postings = accounts.payment_approved(stray.payee_id, told.batches[0].id, Fen(300))
    told.record("payment", stray.id, PaymentApproved(postings=postings))
    told.append_to(installed.writer)
    runner.catch_up()
    check = payout_batches.three_way(reader, told.batches[0].id)
    assert check is not None
    assert (check.ledger_in_transit_fen, check.lines_in_transit_fen, check.agrees) == (2_800, 2_500, False)


def test_closing_after_a_second_answer(
    installed: Access, told: Story, runner: Runner, reader: psycopg.Connection
) -> None:
    batch = told.batches[0]
    told.answer(batch, "settled")
    told.close(batch)
    told.append_to(installed.writer)
    runner.catch_up()
    page = payout_batches.page(reader, batch.id)
    assert page is not None
    assert page.batch.status == "closed"
    assert [one.cited_settled for one in page.answers] == [1, 1]
    assert (page.three_way.ledger_in_transit_fen, page.three_way.ledger_settled_fen) == (0, 4_500)
    assert page.three_way.agrees


def test_lists_counters_and_numbers(installed: Access, told: Story, runner: Runner, reader: psycopg.Connection) -> None:
    assert payout_batches.counters(reader, area=COUNTY) == Counters(0, 0, 0, 1, 1, 0)
    told.freeze(month="2026-02")
    told.append_to(installed.writer)
    runner.catch_up()
    assert payout_batches.counters(reader, area=COUNTY) == Counters(1, 0, 0, 1, 1, 0)
    assert payout_batches.counters(reader, area=OTHER_TOWNSHIP) == Counters(0, 0, 0, 0, 0, 0)
    both = payout_batches.listing(reader, area=COUNTY)
    assert [one.batch_id for one in both] == [told.batches[1].id, told.batches[0].id]
    assert payout_batches.listing(reader, area=COUNTY, status="frozen") == both[:1]
    assert payout_batches.listing(reader, area=COUNTY, month=JANUARY) == both[1:]
    assert payout_batches.listing(reader, area=COUNTY, before=both[0].log_index) == both[1:]
    assert payout_batches.last_number(reader, COUNTY, JANUARY) == 1
    assert payout_batches.last_number(reader, OTHER_TOWNSHIP, JANUARY) == 0
    mine = payout_batches.payments_of_payee(reader, person("rider"))
    assert [(one.batch_id, one.state) for one in mine] == [
        (told.batches[0].id, "settled"),
        (told.batches[1].id, "prepared"),
    ]


def test_a_rejected_batch(installed: Access, told: Story, runner: Runner, reader: psycopg.Connection) -> None:
    batch = told.freeze(month="2026-02")
    told.reject(batch)
    told.append_to(installed.writer)
    runner.catch_up()
    page = payout_batches.page(reader, batch.id)
    assert page is not None
    assert (page.batch.status, page.batch.reject_reason, page.batch.checker_id) == ("rejected", "wrong month", CHECKER)
    assert [one.state for one in page.payments] == ["cancelled"]
    assert page.three_way.agrees
