"""Attacks by a server that lies: every story here is signed and sealed with the right keys, and yet is caught."""

from uuid import UUID

import pytest

from domain import accounts
from domain.kernel.ids import derived, stream_name
from tests.audit.story import (
    COUNTY,
    ORIGIN,
    County,
    cny,
    codes,
    commitment,
    person,
)


def test_a_signature_by_somebody_else(verdict_on, county):
    draft = county.story.find("incident.validity_decided/1")
    draft.signer = county.story.key("grid_worker", county.worker)
    report = verdict_on(county.story)
    assert codes(report) == {"signatures.name"}
    assert report.findings[0].place.event == county.story.name_of(draft)


def test_a_key_counts_only_after_its_registration(verdict_on, county):
    drafts = county.story.drafts
    draft = county.story.find("incident.verified/1")
    registered = next(d for d in drafts if d.type == "key.registered/1" and d.data["person_id"] == county.worker)
    drafts.remove(registered)
    drafts.insert(county.story.index(draft) + 1, registered)
    assert codes(verdict_on(county.story)) >= {"signatures.unknown"}


def test_a_retired_key_signs_nothing_more(verdict_on, county):
    draft = county.story.find("incident.verified/1", 2)
    key = f"key/{derived('key', county.worker, 'grid_worker', 1)}"
    retired = county.admin(key, "key.retired/1", {"reason": "replaced"})
    county.story.drafts.remove(retired)
    county.story.drafts.insert(county.story.index(draft), retired)
    report = verdict_on(county.story)
    assert codes(report) == {"signatures.retired"}
    assert len(report.findings) == 3


def test_what_a_revoked_key_signed_is_not_believed_from_its_index_on(verdict_on, county):
    first_untrue = county.story.index(county.story.find("incident.verified/1", 3))
    key = f"key/{derived('key', county.worker, 'grid_worker', 1)}"
    county.admin(key, "key.revoked/1", {"from_index": first_untrue, "reason": "stolen"})
    report = verdict_on(county.story)
    assert codes(report) == {"signatures.revoked"}
    assert report.findings[0].place.index == first_untrue
    assert len(report.findings) == 2


def test_a_second_key_of_the_same_person_counts_too(verdict_on, county):
    """It counts, but it should not stand beside the first: that one ends before, and by another hand."""
    draft = county.story.find("incident.verified/1", 3)
    second = county.register_key(county.worker, "grid_worker", 2)
    county.story.drafts.remove(second)
    county.story.drafts.insert(county.story.index(draft), second)
    draft.signer = county.story.key("grid_worker", county.worker, 2)
    assert codes(verdict_on(county.story)) == {"signatures.second_key"}


def test_a_role_that_may_not(verdict_on, county):
    draft = county.story.find("incident.validity_decided/1")
    draft.by, draft.role = county.checker, "county_approver"
    draft.data["decider_id"] = county.checker
    assert codes(verdict_on(county.story)) >= {"roles.may_not"}


def test_a_role_that_is_not_held(verdict_on, county):
    draft = county.story.find("incident.verified/1")
    draft.on = "2025-12-31"
    assert codes(verdict_on(county.story)) == {"roles.not_held"}


def test_a_role_that_has_ended(verdict_on, county):
    ended = county.admin(
        f"person/{county.worker}",
        "person.role_ended/1",
        {"role": "grid_worker", "area": "361125100000", "last_day": "2026-02-05"},
    )
    county.story.drafts.remove(ended)
    county.story.drafts.insert(county.story.index(county.story.find("incident.verified/1", 1)), ended)
    report = verdict_on(county.story)
    assert codes(report) == {"roles.not_held"}
    assert len(report.findings) == 4


def test_a_role_elsewhere(verdict_on, county):
    granted = next(
        d for d in county.story.drafts if d.type == "person.role_granted/1" and d.data["role"] == "grid_worker"
    )
    granted.data["area"] = "361125200000"
    assert codes(verdict_on(county.story)) == {"roles.outside"}


def test_a_member_reports_only_for_himself(verdict_on, county):
    draft = county.story.find("incident.reported/1", 3)
    draft.by, draft.data["transcribed_by"] = county.rider, county.rider
    assert codes(verdict_on(county.story)) == {"roles.for_another", "duties.source"}


@pytest.mark.parametrize("change", ["seq", "category", "origin", "shared", "identity", "cause"])
def test_streams_that_do_not_hold_together(verdict_on, county, change):
    draft = county.story.find("incident.validity_decided/1", 4)
    identity = draft.stream.partition("/")[2]
    expected = {
        "seq": "continuity.gap",
        "category": "continuity.category",
        "origin": "lines.origin",
        "shared": "continuity.shared_identity",
        "identity": "continuity.identity",
        "cause": "continuity.cause",
    }[change]
    match change:
        case "seq":
            draft.seq = 9
        case "category" | "shared":
            draft.stream, draft.seq = f"reward/{identity}", 4
        case "origin":
            draft.origin = "log.example.org/other"
        case "identity":
            county.story.find("place.registered/1").stream = f"place/{person('elsewhere')}"
        case "cause":
            draft.cause = f"incident/{identity}@4"
    assert expected in codes(verdict_on(county.story))


def test_a_cause_that_came_before_is_one(verdict_on, county):
    draft = county.story.find("reward.granted/1")
    draft.cause = county.story.name_of(county.story.find("incident.validity_decided/1"))
    assert codes(verdict_on(county.story)) == set()


def test_an_idempotency_key_used_again(verdict_on, county):
    first, later = county.story.find("incident.verified/1", 0), county.story.find("incident.verified/1", 4)
    later.cmd = first.cmd
    report = verdict_on(county.story)
    assert codes(report) == {"continuity.command"}
    assert report.findings[0].place.index == county.story.index(later)


def test_a_second_genesis(verdict_on, county):
    county.admin(f"log/{derived('log', ORIGIN)}", "log.opened/1", dict(county.story.drafts[0].data))
    assert codes(verdict_on(county.story)) == {"genesis.again"}


def test_a_journal_without_its_genesis(verdict_on, county):
    del county.story.drafts[0]
    assert codes(verdict_on(county.story)) >= {"genesis.missing", "signatures.unknown"}


def test_an_unknown_type_and_an_unknown_field(verdict_on, county):
    county.story.find("incident.verified/1", 4).type = "incident.blessed/1"
    county.story.find("incident.verified/1", 3).data["blessing"] = True
    assert codes(verdict_on(county.story)) >= {"lines.unknown_type", "lines.fields"}


# Money.


def test_unbalanced_postings(verdict_on, county):
    draft = county.story.find("reward.granted/1")
    draft.postings = (*draft.postings[:-1], draft.postings[-1]._replace(amount=-999))
    report = verdict_on(county.story)
    assert codes(report) >= {"postings.unbalanced", "postings.differ"}
    assert {f.place.event for f in report.findings} == {county.story.name_of(draft)}


def test_balanced_postings_of_another_amount(verdict_on, county):
    draft = county.story.find("reward.granted/1")
    draft.postings = cny(draft.postings, 900)
    assert "postings.differ" in codes(verdict_on(county.story))


def test_postings_where_no_money_moves_and_none_where_it_does(verdict_on, county):
    county.story.find("incident.verified/1").postings = county.story.find("reward.granted/1").postings
    county.story.find("reward.granted/1").postings = ()
    assert codes(verdict_on(county.story)) >= {"postings.unexpected", "postings.missing"}


def test_more_rewards_than_the_budget_has(verdict_on, county):
    draft = county.story.find("budget.appropriated/1")
    draft.data["amount_fen"] = 2500
    draft.postings = cny(draft.postings, 2500)
    report = verdict_on(county.story)
    assert codes(report) == {"limits.passed", "invariants.over_appropriated"}
    third = county.story.find("reward.granted/1", 2)
    assert report.findings[0].place.event == county.story.name_of(third)
    assert "ind:available" in str(report.findings[0].facts["account"])


def test_one_append_counts_as_a_whole(verdict_on, county):
    """Within one command the order of its events does not matter: it was accepted as one."""
    story = county.story
    budget, rewards = story.find("budget.appropriated/1"), [story.find("reward.granted/1", n) for n in range(3)]
    story.drafts.remove(budget)
    story.drafts.insert(story.index(rewards[2]) + 1, budget)
    budget.by = county.clerk  # another command in between
    assert "limits.passed" in codes(verdict_on(story))
    for draft in (*rewards, budget):
        draft.by, draft.role, draft.cmd = county.clerk, "administrator", "together"
    assert "limits.passed" not in codes(verdict_on(story))


# People.


@pytest.mark.parametrize(
    ("who", "type_name", "field", "role", "parts"),
    [
        ("member", "incident.verified/1", "verifier_id", "grid_worker", ("reporter", "verifier")),
        ("worker", "incident.handled/1", "handler_id", "department_handler", ("verifier", "handler")),
        ("handler", "incident.validity_decided/1", "decider_id", "county_officer", ("handler", "decider")),
    ],
)
def test_nobody_acts_twice_in_one_report(verdict_on, county, who, type_name, field, role, parts):
    """Not even with a key and a role of his own for each act."""
    story, someone = county.story, getattr(county, who)
    draft = story.find(type_name)
    appointed = [
        county.admin(
            f"person/{someone}", "person.role_granted/1", {"role": role, "area": COUNTY, "since": "2026-01-01"}
        ),
        county.register_key(someone, role),
    ]
    for one in appointed:
        story.drafts.remove(one)
        story.drafts.insert(story.index(draft), one)
    draft.by, draft.data[field] = someone, someone
    chain = story.find("reward.granted/1").data["chain"]
    chain[field] = someone
    found = [f for f in verdict_on(story).findings if f.code == "duties.acted_twice"]
    assert [(f.facts["first"], f.facts["second"]) for f in found] == [parts]
    assert found[0].place.event == story.name_of(draft)


def test_a_step_in_anothers_name(verdict_on, county):
    county.story.find("incident.validity_decided/1").data["decider_id"] = county.maker
    assert codes(verdict_on(county.story)) >= {"duties.signed_by_another", "duties.differs"}


def test_the_names_that_a_reward_carries_are_only_compared(verdict_on, county):
    """A reward that claims another verifier than the report had does not hide who verified."""
    county.story.find("reward.granted/1").data["chain"]["verifier_id"] = person("nobody")
    report = verdict_on(county.story)
    assert codes(report) == {"duties.differs"}


def test_the_maker_does_not_check(verdict_on, county):
    for draft in county.story.drafts:
        if draft.type in ("payout_batch.approved/1", "payment.approved/1"):
            draft.by, draft.role = county.maker, "county_officer"
    found = verdict_on(county.story)
    assert codes(found) == {"roles.may_not", "duties.acted_twice"}
    pairs = {(f.facts["first"], f.facts["second"]) for f in found.findings if f.code == "duties.acted_twice"}
    assert pairs == {("maker", "checker")}


def test_the_decider_does_not_make_the_batch(verdict_on, county):
    for draft in county.story.drafts:
        if draft.by == county.maker:
            draft.by = county.officer
            if "maker_id" in draft.data:
                draft.data["maker_id"] = county.officer
    found = verdict_on(county.story)
    assert codes(found) == {"duties.acted_in_chain"}
    assert {f.facts["part"] for f in found.findings} == {"maker"}


def test_a_report_that_does_not_count_is_not_rewarded(verdict_on, county):
    decided = county.story.find("incident.validity_decided/1")
    decided.data.update(valid=False, reason="duplicate")
    assert codes(verdict_on(county.story)) == {"duties.not_valid"}


def test_what_nobody_confirmed_or_handled_does_not_count(verdict_on, county):
    county.story.find("incident.verified/1").data.update(confirmed=False, reason="not_found")
    county.story.drafts.remove(county.story.find("incident.handled/1", 1))
    county.story.find("reward.granted/1", 1).data["chain"]["handler_id"] = county.handler
    assert codes(verdict_on(county.story)) >= {"duties.not_confirmed", "duties.not_handled"}


def test_one_report_earns_one_reward(verdict_on, county):
    second = county.story.find("reward.granted/1")
    again = county.step(
        f"reward/{person('second reward')}",
        "reward.granted/1",
        dict(second.data),
        county.officer,
        "county_officer",
        postings=second.postings,
    )
    report = verdict_on(county.story)
    assert codes(report) == {"duties.granted_twice", "continuity.identity"}
    assert {f.place.event for f in report.findings} == {county.story.name_of(again)}


def test_a_reward_paid_twice(verdict_on, county):
    """The second batch pays the member's rewards again, with totals and digest to match."""
    twice = County()
    twice.second = twice._batch(3, [(twice.member, [0])])
    report = verdict_on(twice.story)
    assert codes(report) >= {"duties.paid_twice", "limits.passed"}
    assert county.rewards[0] in {f.facts.get("reward") for f in report.findings}


def test_a_failed_payments_reward_is_released_only_by_the_failure(verdict_on, county):
    county.step(
        f"reward/{county.rewards[0]}",
        "reward.unscheduled/1",
        {"payment_id": county.payment(county.first, county.member), "reason": "x"},
        county.maker,
        "county_officer",
    )
    assert codes(verdict_on(county.story)) >= {"duties.released"}


def test_a_payment_diverted_to_an_older_account(verdict_on, county):
    draft = county.story.find("payment.prepared/1")
    draft.data["account"] = f"person/{county.rider}@3"
    assert codes(verdict_on(county.story)) == {"duties.account", "duties.differs"}


def test_totals_of_a_batch_and_lines_of_a_payment(verdict_on, county):
    county.story.find("payout_batch.frozen/1").data["total_fen"] = 2999
    county.story.find("payment.prepared/1", 1).data["amount_fen"] = 1001
    found = verdict_on(county.story)
    assert codes(found) >= {"duties.differs", "duties.payment_total"}
    assert {f.facts["field"] for f in found.findings if f.code == "duties.differs"} >= {"total_fen", "lines_digest"}


def test_money_moves_only_after_approval(verdict_on, county):
    for draft in [d for d in county.story.drafts if d.type == "payout_batch.approved/1"]:
        county.story.drafts.remove(draft)
    assert codes(verdict_on(county.story)) >= {"duties.unapproved", "duties.order"}


def test_a_payment_settled_twice(verdict_on, county):
    county.settle(county.first, county.member, 2000, "answer 1", county.story.command())
    assert codes(verdict_on(county.story)) >= {"duties.order", "duties.paid_twice", "duties.no_answer", "limits.passed"}


def test_a_settlement_without_the_banks_file(verdict_on, county):
    county.story.find("payment.settled/1").data["answer"] = commitment("invented")
    assert codes(verdict_on(county.story)) == {"duties.no_answer"}


def test_a_batch_closed_with_an_open_line(verdict_on, county):
    county.story.drafts.remove(county.story.find("payment.settled/1", 1))
    assert codes(verdict_on(county.story)) >= {"duties.open_line", "duties.differs"}


def test_a_reversed_reward_is_not_paid(verdict_on, county):
    reversal = county.step(
        f"reward/{county.rewards[0]}",
        "reward.reversed/1",
        {"reason": "mistake"},
        county.officer,
        "county_officer",
        postings=accounts.reward_reversed(UUID(county.member), UUID(county.budget), 1000),
    )
    story = county.story
    story.drafts.remove(reversal)
    story.drafts.insert(story.index(story.find("payout_batch.frozen/1")), reversal)
    assert codes(verdict_on(story)) >= {"duties.reversed"}


# Tariffs.


def test_an_amount_that_no_tariff_gives(verdict_on, county):
    draft = county.story.find("reward.granted/1")
    draft.data["amount_fen"], draft.postings = 1500, cny(draft.postings, 1500)
    assert "tariffs.amount" in codes(verdict_on(county.story))


def test_a_reward_outside_the_band(verdict_on, county):
    tariff, draft = county.story.find("tariff.set/1"), county.story.find("reward.granted/1")
    tariff.data["amount_fen"] = 2500
    draft.data["amount_fen"], draft.postings = 2500, cny(draft.postings, 2500)
    found = [f.place.event for f in verdict_on(county.story).findings if f.code == "tariffs.outside_band"]
    assert found == [county.story.name_of(tariff), county.story.name_of(draft)]


def test_the_tariff_of_the_day_of_the_report_counts(verdict_on, county):
    """A higher tariff from the day after the report on changes nothing; from the day itself it does."""
    for since, expected in (("2026-02-04", set()), ("2026-02-03", {"tariffs.amount", "tariffs.other"})):
        changed = County()
        tariff = changed.story.find("tariff.set/1")
        data = {**tariff.data, "category": "环境保护", "amount_fen": 1200, "since": since}
        later = changed.admin(tariff.stream, "tariff.set/1", data)
        changed.story.drafts.remove(later)
        changed.story.drafts.insert(changed.story.index(tariff) + 1, later)
        assert codes(verdict_on(changed.story)) == expected


def test_the_accrual_month_and_the_budgets_year(verdict_on, county):
    county.story.find("reward.granted/1").data.update(accrual_month="2026-01", budget_year=2025)
    assert codes(verdict_on(county.story)) == {"tariffs.month", "tariffs.budget", "limits.budget_year"}


def test_no_tariff_at_all(verdict_on, county):
    county.story.drafts.remove(county.story.find("tariff.set/1"))
    assert codes(verdict_on(county.story)) == {"tariffs.none"}


def erase(county, who):
    data = {"reason": "service_ended", "legal_basis": "本人申请"}
    return county.admin(stream_name("person", UUID(who)), "person.erased/1", data)


def test_nothing_is_owed_or_paid_to_somebody_who_was_erased(verdict_on, county):
    """The erasure stands before the second batch, in which the rider is paid."""
    erased = erase(county, county.rider)
    prepared = next(d for d in county.story.drafts if d.data.get("batch_id") == county.second)
    first = next(d for d in county.story.drafts if d.cmd == prepared.cmd)
    county.story.drafts.remove(erased)
    county.story.drafts.insert(county.story.index(first), erased)
    report = verdict_on(county.story)
    assert codes(report) == {"duties.erased"}
    assert {f.facts["type"] for f in report.findings} == {
        "payment.prepared/1",
        "payment.approved/1",
        "payment.unresolved/1",
        "payment.settled/1",
    }
    assert {f.facts["person"] for f in report.findings} == {county.rider}


def test_no_account_and_no_role_for_somebody_who_was_erased(verdict_on, county):
    erase(county, county.rider)
    stream = stream_name("person", UUID(county.rider))
    county.admin(stream, "person.role_granted/1", {"role": "member", "area": COUNTY, "since": "2026-03-01"})
    data = {"version": 2, "holder": commitment("h"), "number": commitment("n"), "bank": commitment("b")}
    county.admin(stream, "person.payee_account_set/1", data)
    assert [finding.code for finding in verdict_on(county.story).findings] == ["duties.erased"] * 2


def test_an_erasure_after_everything_is_nobodys_fault(verdict_on, county):
    erase(county, county.rider)
    assert codes(verdict_on(county.story)) == set()
