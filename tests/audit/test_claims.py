"""Attacks on money that nobody was owed: second payments made up, claims given up by one. All well signed."""

from uuid import UUID

import pytest

from domain import accounts
from domain.kernel.ids import derived
from tests.audit.story import codes, commitment

BOOKING = {"booked_on": "2026-03-09", "bank_ref": "N7"}
WHY = "asked at the counter"
DOCUMENT = "横财〔2026〕3号"


def said_again(county, detail="2026-03-09 N7"):
    """The bank's answer names another booking of the member's line, which was paid."""
    paid = county.payment(county.first, county.member)
    contradicted = {"answer": commitment("statement"), "status": "settled", "detail": detail}
    county.payment_step(paid, "contradicted", contradicted, county.maker, "county_officer").on = "2026-03-09"
    return paid


def again(county, paid, *, by=None, postings=None, **changes):
    """It is booked as a claim on the payee."""
    first = next(one.data for one in county.story.drafts if one.stream == f"payment/{paid}")
    same = ("batch_id", "payee_id", "line", "amount_fen", "account", "end_to_end_id", "budget_id")
    data = {"repeats": paid, **{name: first[name] for name in same}, **BOOKING, "reason": WHY, **changes}
    identity = str(derived("payment", paid, "again", data["bank_ref"]))
    postings = postings or accounts.payment_claimed(UUID(county.member), 2000)
    draft = county.payment_step(
        identity, "paid_again", data, by or county.checker, "county_approver", postings=postings
    )
    draft.on = "2026-03-10"
    return identity


def wanted(county, claim, *, by=None, role="county_officer"):
    data = {"document": DOCUMENT, "reason": WHY, "proposer_id": by or county.maker}
    county.payment_step(claim, "write_off_proposed", data, by or county.maker, role).on = "2026-03-11"
    return data


def given_up(county, claim, data, *, by=None, postings=None):
    postings = postings or accounts.claim_written_off(UUID(county.member), 2000)
    draft = county.payment_step(
        claim, "claim_written_off", data, by or county.checker, "county_approver", postings=postings
    )
    draft.on = "2026-03-12"


def test_a_second_payment_that_the_bank_named_and_a_claim_given_up_by_two_are_in_order(verdict_on, county):
    claim = again(county, said_again(county))
    given_up(county, claim, wanted(county, claim))
    assert codes(verdict_on(county.story)) == set()


@pytest.mark.parametrize("detail", ["2026-03-09 N8", "2026-03-10 N7"])
def test_a_second_payment_that_the_bank_never_named(verdict_on, county, detail):
    again(county, said_again(county, detail))
    assert codes(verdict_on(county.story)) == {"duties.not_said_again"}


def test_a_second_payment_by_a_line_that_there_is_not(verdict_on, county):
    again(county, said_again(county), statement_id=str(derived("statement", 1)), entry=3)
    assert codes(verdict_on(county.story)) == {"duties.not_said_again"}


def test_the_payment_itself_is_claimed_back(verdict_on, county):
    """Under its own reference, as if the bank had paid it twice."""
    paid = said_again(county, "2026-03-05 B1")
    again(county, paid, booked_on="2026-03-05", bank_ref="B1")
    assert codes(verdict_on(county.story)) == {"duties.not_said_again"}


def test_a_second_payment_of_another_amount(verdict_on, county):
    less = accounts.payment_claimed(UUID(county.member), 1500)
    again(county, said_again(county), amount_fen=1500, postings=less)
    assert codes(verdict_on(county.story)) == {"duties.differs"}


def test_a_second_payment_of_a_line_that_failed(verdict_on, county):
    failed = county.payment(county.first, county.rider)
    again(county, failed, payee_id=county.rider)
    assert "duties.order" in codes(verdict_on(county.story))


def test_the_maker_says_that_the_bank_paid_twice(verdict_on, county):
    again(county, said_again(county), by=county.maker)
    assert codes(verdict_on(county.story)) >= {"duties.acted_twice"}


def test_a_claim_is_given_up_by_one_person(verdict_on, county):
    claim = again(county, said_again(county))
    data = wanted(county, claim, by=county.checker, role="county_approver")
    given_up(county, claim, data)
    assert codes(verdict_on(county.story)) == {"duties.write_off"}


def test_a_claim_is_given_up_for_another_document(verdict_on, county):
    claim = again(county, said_again(county))
    given_up(county, claim, {**wanted(county, claim), "document": "another"})
    assert codes(verdict_on(county.story)) == {"duties.write_off"}


def test_a_claim_is_given_up_without_an_expense(verdict_on, county):
    claim = again(county, said_again(county))
    hidden = accounts.payment_reissued(UUID(county.member), 2000)
    given_up(county, claim, wanted(county, claim), postings=hidden)
    assert "postings.differ" in codes(verdict_on(county.story))
