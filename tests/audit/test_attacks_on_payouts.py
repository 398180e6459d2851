"""Attacks on money after it was frozen: signals passed over, holds ignored, returns made up. All well signed."""

from uuid import UUID

import pytest

from audit.rules.payout_signals import shown_digest, signals_digest
from domain import accounts
from domain.kernel.ids import derived
from domain.payout_batches import signals as payout_signals
from domain.payout_batches.signals import Signal
from tests.audit.story import codes, commitment

SIGNALS = [{"line": 1, "code": "first_payment", "facts": []}, {"line": 2, "code": "first_payment", "facts": []}]
DIGEST = signals_digest(SIGNALS)


def noted(county, *, before="payout_batch.approved/1"):
    """What stands out in the first batch, noted before its approval."""
    approved = county.story.find(before)
    batch = approved.stream.partition("/")[2]
    draft = county.batch_step(batch, "signals_noted", {"signals": SIGNALS, "digest": DIGEST})
    moved(county, draft, before=approved)
    return batch, approved


def said(county, batch, approved, by, role, *, lines=(1, 2)):
    lines_digest = county.story.find("payout_batch.frozen/1").data["lines_digest"]
    data = {
        "acknowledged_by": by,
        "digest": shown_digest(lines_digest, DIGEST),
        "acknowledgements": [{"code": "first_payment", "reason": "new", "lines": list(lines)}],
    }
    moved(county, county.batch_step(batch, "signals_acknowledged", data, by=by, role=role), before=approved)


def moved(county, draft, *, before):
    county.story.drafts.remove(draft)
    county.story.drafts.insert(county.story.index(before), draft)


def both(county, batch, approved):
    said(county, batch, approved, county.maker, "county_officer")
    said(county, batch, approved, county.checker, "county_approver")
    approved.data["signals_digest"] = DIGEST


def test_the_auditors_digest_is_the_program_s():
    own = [Signal(1, "first_payment"), Signal(2, "first_payment")]
    assert payout_signals.signals_digest(own) == DIGEST


def test_signals_that_both_have_acknowledged_are_in_order(verdict_on, county):
    both(county, *noted(county))
    assert codes(verdict_on(county.story)) == set()


@pytest.mark.parametrize("silent", ["maker", "checker"])
def test_signals_that_somebody_passed_over(verdict_on, county, silent):
    batch, approved = noted(county)
    both(county, batch, approved)
    person = getattr(county, silent)
    county.story.drafts = [
        draft
        for draft in county.story.drafts
        if draft.type != "payout_batch.signals_acknowledged/1" or draft.by != person
    ]
    report = verdict_on(county.story)
    assert codes(report) == {"duties.signals_open"}
    assert len(report.findings) == 2


def test_a_signal_left_out_of_what_somebody_said(verdict_on, county):
    batch, approved = noted(county)
    said(county, batch, approved, county.maker, "county_officer")
    said(county, batch, approved, county.checker, "county_approver", lines=(1,))
    approved.data["signals_digest"] = DIGEST
    assert codes(verdict_on(county.story)) == {"duties.signals_open"}


def test_an_approval_that_hides_the_signals(verdict_on, county):
    batch, approved = noted(county)
    both(county, batch, approved)
    del approved.data["signals_digest"]
    assert codes(verdict_on(county.story)) == {"duties.signals_differ"}


def test_signals_changed_after_they_were_shown(verdict_on, county):
    both(county, *noted(county))
    draft = county.story.find("payout_batch.signals_noted/1")
    draft.data["signals"] = [*SIGNALS[:1], {**SIGNALS[1], "code": "account_changed"}]
    assert codes(verdict_on(county.story)) == {"duties.signals_differ", "duties.signals_open"}


def test_a_payee_under_review_is_paid(verdict_on, county):
    hold = f"payee_hold/{derived('payee_hold', UUID(county.rider))}"
    draft = county.step(
        hold, "payee_hold.placed/1", {"payee_id": county.rider, "reason": "x"}, county.checker, "county_approver"
    )
    moved(county, draft, before=county.story.find("payout_batch.frozen/1"))
    assert codes(verdict_on(county.story)) == {"duties.payee_held"}


def came_back(county, *, on="2026-03-09", same_year=True):
    """The member's payment of the first batch comes back."""
    identity = county.payment(county.first, county.member)
    postings = accounts.payment_returned(UUID(county.member), UUID(county.budget), 2000, same_year=same_year)
    data = {
        "answer": commitment("statement"),
        "booked_on": on,
        "bank_ref": "R1",
        "reason": "account_closed",
        "same_year": same_year,
    }
    draft = county.payment_step(identity, "returned", data, county.maker, "county_officer", postings=postings)
    draft.on = on


def test_a_late_return_in_either_year_is_in_order(verdict_on, county):
    came_back(county, on="2027-02-01", same_year=False)
    assert codes(verdict_on(county.story)) == set()


@pytest.mark.parametrize(("on", "same_year"), [("2026-12-31", False), ("2027-01-01", True)])
def test_a_return_booked_to_the_wrong_year(verdict_on, county, on, same_year):
    came_back(county, on=on, same_year=same_year)
    assert codes(verdict_on(county.story)) == {"duties.same_year"}


def test_a_return_of_what_came_back_already(verdict_on, county):
    came_back(county)
    came_back(county)
    assert "duties.order" in codes(verdict_on(county.story))


def test_what_came_back_is_given_up_by_its_own_maker(verdict_on, county):
    came_back(county)
    identity = county.payment(county.first, county.member)
    postings = accounts.payment_reissued(UUID(county.member), 2000)
    given_up = county.payment_step(
        identity, "written_back", {"reason": "x"}, county.maker, "county_officer", postings=postings
    )
    given_up.on = "2026-03-10"
    assert codes(verdict_on(county.story)) >= {"duties.acted_twice"}


def paid_after_all(county, *, said="2026-03-09 N7"):
    """The rider's line of the first batch, which had failed, is booked as paid after all."""
    identity = county.payment(county.first, county.rider)
    contradicted = {"answer": commitment("statement"), "status": "settled", "detail": said}
    county.payment_step(identity, "contradicted", contradicted, county.maker, "county_officer").on = "2026-03-09"
    data = {"booked_on": "2026-03-09", "bank_ref": "N7", "reason": "asked at the counter"}
    postings = accounts.payment_claimed(UUID(county.rider), 1000)
    county.payment_step(
        identity, "claimed", data, county.checker, "county_approver", postings=postings
    ).on = "2026-03-10"


def test_a_claim_for_what_the_bank_said_that_it_paid_is_in_order(verdict_on, county):
    paid_after_all(county)
    assert codes(verdict_on(county.story)) == set()


def test_a_failed_payment_is_booked_as_paid_under_a_reference_that_the_bank_never_named(verdict_on, county):
    paid_after_all(county, said="2026-03-09 N8")
    assert codes(verdict_on(county.story)) == {"duties.not_said_paid"}
