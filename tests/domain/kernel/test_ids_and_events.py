"""Names are permanent: of streams, events, types; and a refusal carries plain facts."""

import dataclasses
from datetime import date
from uuid import UUID

import pytest

from domain import streams
from domain.incidents import IncidentVerified
from domain.kernel.events import event, registered, type_of
from domain.kernel.ids import derived, event_name, parse_stream, stream_name
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct, require_oneself
from domain.kernel.states import known
from tests.domain.samples import CLERK, GRID_WORKER, RIDER

SOME = UUID("00000000-0000-4000-8000-000000000001")


def test_a_stream_and_an_event_have_readable_names():
    stream = stream_name("reward", SOME)
    assert stream == "reward/00000000-0000-4000-8000-000000000001"
    assert parse_stream(stream) == ("reward", SOME)
    assert event_name(stream, 3) == f"{stream}@3"


@pytest.mark.parametrize(
    "name",
    [
        "reward",
        "reward/1",
        "Reward/00000000-0000-4000-8000-000000000001",
        "reward/00000000-0000-4000-8000-00000000000A",
        "reward/00000000-0000-4000-8000-000000000001@3",
        "reward/00000000-0000-4000-8000-000000000001\n",
        "/00000000-0000-4000-8000-000000000001",
    ],
)
def test_anything_else_is_no_stream(name):
    with pytest.raises(ValueError, match="not a stream name"):
        parse_stream(name)


def test_an_id_is_derived_the_same_way_for_ever():
    """Golden: these are in every journal that was ever written."""
    assert derived("place", "361125000000") == UUID("1723d5ef-b469-54ad-b748-a5057f70c70b")
    assert derived("payout_batch", "361125000000", "2026-11", 1) == UUID("0b437355-fb10-5973-a128-69beafeac708")


def test_parts_of_an_id_do_not_run_into_one_another():
    assert derived("a", "bc") != derived("ab", "c")
    assert derived("a", "b") != derived("a", "b", "")


@pytest.mark.parametrize("name", ["", "reward", "reward.granted", "reward.granted/0", "Reward.granted/1", "reward/1"])
def test_a_type_has_a_subject_a_participle_and_a_version(name):
    with pytest.raises(ValueError, match="not an event type"):
        event(name)


def test_a_type_is_registered_once_and_found_again():
    with pytest.raises(ValueError, match="registered twice"):
        event("incident.verified/1")(type("Another", (), {}))
    verified = IncidentVerified(verifier_id=RIDER, confirmed=True, reason="seen_on_site")
    assert type_of(verified) == "incident.verified/1"
    assert registered()["incident.verified/1"] is IncidentVerified
    with pytest.raises(KeyError):
        type_of("incident.verified/1")


def test_events_cannot_be_changed():
    verified = IncidentVerified(verifier_id=RIDER, confirmed=True, reason="seen_on_site")
    with pytest.raises(dataclasses.FrozenInstanceError):
        verified.confirmed = False


def test_the_types_of_this_version_are_a_closed_list():
    assert sorted(streams.event_types()) == [
        "activity.cancelled/1",
        "activity.checked_in/1",
        "activity.hours_confirmed/1",
        "activity.hours_withdrawn/1",
        "activity.published/1",
        "activity.sign_up_withdrawn/1",
        "activity.signed_up/1",
        "allowance.granted/1",
        "allowance.reversed/1",
        "allowance.scheduled/1",
        "allowance.unscheduled/1",
        "asset.acquired/1",
        "asset.count_confirmed/1",
        "asset.count_rejected/1",
        "asset.counted/1",
        "asset.disposal_proposed/1",
        "asset.disposal_rejected/1",
        "asset.disposed/1",
        "asset.lease_ended/1",
        "asset.leased_out/1",
        "asset.written_off/1",
        "award.counted_listed/1",
        "award.granted/1",
        "award.proposed/1",
        "award.rejected/1",
        "award.revoked/1",
        "award_rule.published/1",
        "bank_file.recorded/1",
        "budget.adjusted/1",
        "budget.appropriated/1",
        "budget.closed/1",
        "calendar.published/1",
        "cap.set/1",
        "catalogue.item_admitted/1",
        "catalogue.item_withdrawn/1",
        "chart.published/1",
        "commendation.confirmed/1",
        "commendation.recorded/1",
        "commendation.withdrawn/1",
        "commitment.fulfilled/1",
        "commitment.made/1",
        "commitment.progressed/1",
        "commitment.withdrawn/1",
        "committee.kinship_declared/1",
        "committee.kinship_withdrawn/1",
        "committee.left/1",
        "committee.seated/1",
        "cooling.set/1",
        "difficulty.inputs_recorded/1",
        "difficulty_rule.published/1",
        "disclosure.archived/1",
        "disclosure.closed/1",
        "disclosure.drafted/1",
        "disclosure.published/1",
        "disclosure.reviewed/1",
        "disclosure.rows_shown/1",
        "disclosure_settings.made/1",
        "donation_slip.used/1",
        "exception.assigned/1",
        "exception.explanation_proposed/1",
        "exception.explanation_rejected/1",
        "exception.opened/1",
        "exception.resolved/1",
        "exchange.authorised/1",
        "exchange.cancelled/1",
        "exchange.made/1",
        "exchange.returned/1",
        "exchange.withdrawn/1",
        "facility.closed/1",
        "facility.inspected/1",
        "facility.opened/1",
        "facility.registered/1",
        "facility_kind.admitted/1",
        "facility_kind.withdrawn/1",
        "household.head_named/1",
        "household.person_joined/1",
        "household.person_left/1",
        "household.registered/1",
        "incident.accepted/1",
        "incident.archived/1",
        "incident.arrived/1",
        "incident.called_back/1",
        "incident.claimed/1",
        "incident.closed/1",
        "incident.declined/1",
        "incident.deliberated/1",
        "incident.dispatched/1",
        "incident.extended/1",
        "incident.fed_back/1",
        "incident.handled/1",
        "incident.located/1",
        "incident.merged/1",
        "incident.posted/1",
        "incident.rated/1",
        "incident.reassigned/1",
        "incident.reminded/1",
        "incident.reopened/1",
        "incident.reported/1",
        "incident.resumed/1",
        "incident.returned/1",
        "incident.supervised/1",
        "incident.suspended/1",
        "incident.validity_decided/1",
        "incident.verified/1",
        "incident.whistled/1",
        "inspection.confirmed/1",
        "inspection.disputed/1",
        "inspection.recorded/1",
        "inspection.withdrawn/1",
        "key.registered/1",
        "key.retired/1",
        "key.revoked/1",
        "log.checkpoint_timestamped/1",
        "log.closed/1",
        "log.opened/1",
        "log.policy_set/1",
        "meeting.called/1",
        "meeting.cancelled/1",
        "meeting.eligible_explained/1",
        "meeting.held/1",
        "meeting.resolved/1",
        "meeting.sheet_kept/1",
        "meeting.spending_allowed/1",
        "meeting_rule.set/1",
        "member.applied/1",
        "member.appointed/1",
        "member.exited/1",
        "member.reinstated/1",
        "member.suspended/1",
        "member.trained/1",
        "member.vetted/1",
        "notice.posted/1",
        "notice.withdrawn/1",
        "objection.answered/1",
        "objection.raised/1",
        "objection.text_erased/1",
        "party_activity.community_confirmed/1",
        "party_activity.recorded/1",
        "party_activity.rejected/1",
        "party_activity.unit_confirmed/1",
        "party_activity.withdrawn/1",
        "payee_hold.lifted/1",
        "payee_hold.placed/1",
        "payment.accepted/1",
        "payment.approved/1",
        "payment.cancelled/1",
        "payment.claim_recovered/1",
        "payment.claim_written_off/1",
        "payment.claimed/1",
        "payment.confirmed_paid/1",
        "payment.contradicted/1",
        "payment.failed/1",
        "payment.paid_again/1",
        "payment.prepared/1",
        "payment.recovered/1",
        "payment.reissued/1",
        "payment.returned/1",
        "payment.settled/1",
        "payment.unresolved/1",
        "payment.upheld/1",
        "payment.write_off_proposed/1",
        "payment.write_off_rejected/1",
        "payment.written_back/1",
        "payout_batch.answer_recorded/1",
        "payout_batch.approved/1",
        "payout_batch.closed/1",
        "payout_batch.exported/1",
        "payout_batch.frozen/1",
        "payout_batch.rejected/1",
        "payout_batch.signals_acknowledged/1",
        "payout_batch.signals_noted/1",
        "period.close_proposed/1",
        "period.close_withdrawn/1",
        "period.sealed/1",
        "person.erased/1",
        "person.payee_account_acknowledged/1",
        "person.payee_account_set/1",
        "person.registered/1",
        "person.role_ended/1",
        "person.role_granted/1",
        "person.role_withdrawn/1",
        "place.registered/1",
        "place.renamed/1",
        "place.succeeded/1",
        "place.traced_back/1",
        "points.deducted/1",
        "points.expired/1",
        "points.given_back/1",
        "points.granted/1",
        "points.moved_in/1",
        "points.moved_out/1",
        "points.opening_recorded/1",
        "points.redeemed/1",
        "points.restored/1",
        "points.reversed/1",
        "points.withheld/1",
        "points_account.closed/1",
        "points_account.opened/1",
        "points_rule.published/1",
        "points_share.confirmed/1",
        "points_share.proposed/1",
        "points_share.rejected/1",
        "poster.rendered/1",
        "project.accepted/1",
        "project.closed/1",
        "project.contracted/1",
        "project.progressed/1",
        "project.proposed/1",
        "project.sent_back/1",
        "quota.used/1",
        "reconciliation.matched/1",
        "reconciliation.proposal_rejected/1",
        "reconciliation.proposed/1",
        "reconciliation.statement_joined/1",
        "reconciliation.statement_superseded/1",
        "reconciliation.superseding_proposed/1",
        "reconciliation.unmatch_proposed/1",
        "reconciliation.unmatched/1",
        "residence.given_up/1",
        "residence.taken/1",
        "resource_contract.confirmed/1",
        "resource_contract.ended/1",
        "resource_contract.rent_received/1",
        "resource_contract.rent_reversed/1",
        "resource_contract.signed/1",
        "resource_contract.withdrawn/1",
        "reward.granted/1",
        "reward.reversed/1",
        "reward.scheduled/1",
        "reward.unscheduled/1",
        "statement.entries_recorded/1",
        "statement.recorded/1",
        "station.closed/1",
        "station.item_listed/1",
        "station.item_withdrawn/1",
        "station.keeper_named/1",
        "station.keeper_released/1",
        "station.opened/1",
        "stock.adjusted/1",
        "stock.counted/1",
        "stock.issued/1",
        "stock.proposal_rejected/1",
        "stock.received/1",
        "stock.taken_back/1",
        "stock.write_off_proposed/1",
        "stock.written_off/1",
        "subsidy_list.confirmed/1",
        "subsidy_list.lines_added/1",
        "subsidy_list.proposed/1",
        "subsidy_list.rejected/1",
        "subsidy_programme.ended/1",
        "subsidy_programme.published/1",
        "subsidy_programme.standard_set/1",
        "suggestion.accepted/1",
        "suggestion.answered/1",
        "suggestion.closed/1",
        "suggestion.opened/1",
        "suggestion.text_erased/1",
        "taking.given_back/1",
        "taking.recorded/1",
        "tariff.band_set/1",
        "tariff.set/1",
        "task.accepted/1",
        "task.confirmation_withdrawn/1",
        "task.confirmed/1",
        "task.done/1",
        "task.given_up/1",
        "task.offered/1",
        "task.sent_back/1",
        "task.withdrawn/1",
        "title.granted/1",
        "title.revoked/1",
        "training.attendance_recorded/1",
        "training.attendance_withdrawn/1",
        "training.held/1",
        "village_book.chart_adopted/1",
        "village_book.limit_set/1",
        "village_book.opened/1",
        "village_book.opening_proposed/1",
        "village_book.opening_recorded/1",
        "village_book.opening_rejected/1",
        "village_book.plan_published/1",
        "village_month.close_proposed/1",
        "village_month.close_withdrawn/1",
        "village_month.closed/1",
        "village_month.voucher_numbered/1",
        "village_party.registered/1",
        "village_voucher.approved/1",
        "village_voucher.booked/1",
        "village_voucher.drafted/1",
        "village_voucher.reversed/1",
        "village_voucher.reviewed/1",
        "village_voucher.revised/1",
        "village_voucher.sent_back/1",
        "village_voucher.withdrawn/1",
        "withholding.recorded/1",
        "workflow.adopted/1",
        "workflow.published/1",
    ]


def test_a_refusal_says_which_rule_and_by_which_plain_facts():
    refusal = Refusal("reward.already_granted", incident_id=SOME, on=date(2026, 11, 22), count=2, why=None, ok=True)
    assert refusal.facts == {"incident_id": str(SOME), "on": "2026-11-22", "count": 2, "why": None, "ok": True}
    assert str(Refusal("person.unknown")) == "person.unknown"
    assert str(Refusal("person.role_unknown", role="emperor")) == "person.role_unknown (role=emperor)"
    with pytest.raises(TypeError):
        refusal.facts["count"] = 3


def test_a_person_plays_one_part_in_a_chain():
    acted = (("reporter", RIDER), ("verifier", None), ("handler", CLERK))
    require_distinct(GRID_WORKER, acting_as="verifier", acted=acted)
    with pytest.raises(Refusal) as refused:
        require_distinct(CLERK, acting_as="verifier", acted=acted)
    assert refused.value.code == "chain.acted_twice"
    assert refused.value.facts == {"person_id": str(CLERK), "acted_as": "handler", "acting_as": "verifier"}


def test_nobody_acts_in_the_name_of_another():
    require_oneself(RIDER, named_id=RIDER, acting_as="reporter")
    with pytest.raises(Refusal, match=r"chain\.not_oneself"):
        require_oneself(CLERK, named_id=RIDER, acting_as="reporter")


def test_a_stream_begins_with_its_first_event():
    assert known("state") == "state"
    with pytest.raises(ValueError, match="does not begin"):
        known(None)
    verified = IncidentVerified(verifier_id=RIDER, confirmed=True, reason="seen_on_site")
    with pytest.raises(ValueError, match="does not begin"):
        streams.incidents.evolve(None, verified)
