"""Who may cause which event, and where: a role in an area, held on the day; and nobody twice in one chain.

The offline verifier reads the same table, so it is pure and needs nothing but the domain.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct, require_oneself
from domain.persons import ROLES, Person

__all__ = ["MAY", "ONLY_FOR_ONESELF", "ROLES", "may", "require", "require_distinct", "require_oneself"]

_ADMINISTRATOR = frozenset({"administrator"})
_OFFICER = frozenset({"county_officer"})
_APPROVER = frozenset({"county_approver"})
_CLERKS = frozenset({"grid_worker", "grid_leader", "township_reviewer", "county_officer"})
"""Who may keep the file of a report; a workflow's template says which of them does."""
_HANDLERS = frozenset({"department_handler", "grid_worker", "member"})
_SUPERIORS = frozenset({"grid_leader", "township_reviewer", "county_officer"})

_RECEIVES = _ADMINISTRATOR | _OFFICER | frozenset({"grid_worker", "grid_leader", "township_reviewer"})
_OF_VILLAGE = frozenset({"village_accountant", "village_supervisor", "village_committee"})
_APPLIES = frozenset({"member", "department_handler", "station_keeper"}) | _OF_VILLAGE
_CREDITS = frozenset(
    {
        "administrator",
        "county_officer",
        "county_approver",
        "township_reviewer",
        "grid_leader",
        "grid_worker",
        "village_accountant",
        "village_supervisor",
        "department_handler",
    }
)
"""Whoever may say that a deed was done, or that it was not, has its points credited or taken back by that."""
_KEEPER = frozenset({"station_keeper"})
_KEEPS_HOUSEHOLDS = _ADMINISTRATOR | frozenset({"grid_worker", "grid_leader", "village_accountant"})
_CONFIRMS_DEEDS = _CLERKS | frozenset({"village_accountant"})
"""Who offers tasks and activities, and says that a deed was done; who may do both never does for one deed."""
_NEIGHBOURS = frozenset({"member", "department_handler", "station_keeper", "village_supervisor", "village_committee"})
"""Who takes part in what the village offers, and only in his own name."""
_INSPECTS = frozenset({"grid_worker", "grid_leader", "village_accountant", "village_supervisor", "township_reviewer"})
_OF_COMMUNITY = frozenset({"grid_worker", "grid_leader", "village_accountant"})
_OF_UNIT = frozenset({"department_handler"})

_NAMES_STATIONS = _ADMINISTRATOR | _OFFICER | frozenset({"township_reviewer"})
_SETS_PRICES = _NAMES_STATIONS | frozenset({"village_accountant"})
_TAKES_STOCK = _SETS_PRICES | _KEEPER
_CONFIRMS_STOCK = _OFFICER | frozenset({"village_accountant", "village_supervisor", "grid_leader", "township_reviewer"})
_KEEPS_VILLAGE_PROPERTY = frozenset({"village_accountant", "village_committee"})
_SECONDS_VILLAGE_PROPERTY = frozenset({"village_supervisor", "village_committee", "township_reviewer"})
"""Whoever agrees with what another wrote down; who may do both never does for one paper."""
_PUBLISHES_SUBSIDIES = _ADMINISTRATOR | _OFFICER | frozenset({"township_reviewer", "village_accountant"})
_LISTS_SUBSIDIES = _OFFICER | _KEEPS_VILLAGE_PROPERTY | frozenset({"township_reviewer"})
_CONFIRMS_SUBSIDIES = _OFFICER | _SECONDS_VILLAGE_PROPERTY
_AUTHORISES = _APPLIES | frozenset({"grid_worker", "grid_leader", "township_reviewer", "county_officer"})
"""Who may have an account of his own spent, or that of somebody who stands before him."""
_ACCOUNTANT = frozenset({"village_accountant"})
_SUPERVISOR = frozenset({"village_supervisor"})
_COMMITTEE = frozenset({"village_committee"})
_SPENDS_FOR_VILLAGE = _ACCOUNTANT | _COMMITTEE | frozenset({"grid_worker", "grid_leader"})
"""Who may write down what a village received or spent; whoever does signs nothing else of the same voucher."""

_COMMITTEE = frozenset({"village_committee"})
_SPEAKS_FOR_VILLAGE = _COMMITTEE | _SUPERIORS
"""Who answers villagers, promises and calls meetings in the village's name, or above it."""
_SEES_TO_VILLAGE = _OF_VILLAGE | _SUPERIORS
_JUDGES_VILLAGE = frozenset({"village_supervisor"}) | _SUPERIORS
"""Who says that the village has kept what it promised, or will not."""

_SEATS = _ADMINISTRATOR | _OFFICER | frozenset({"township_reviewer"})
_DISCLOSES = _OFFICER | frozenset({"village_accountant", "village_committee", "township_reviewer"})
"""Who drafts, posts, answers for and closes what is disclosed."""

MAY: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "log.opened/1": _ADMINISTRATOR,
        "log.policy_set/1": _ADMINISTRATOR,
        "log.closed/1": _ADMINISTRATOR,
        "log.checkpoint_timestamped/1": _ADMINISTRATOR | frozenset({"agent"}),
        "place.registered/1": _ADMINISTRATOR,
        "place.renamed/1": _ADMINISTRATOR,
        "place.succeeded/1": _ADMINISTRATOR,
        "place.traced_back/1": _ADMINISTRATOR,
        "person.registered/1": _RECEIVES | _KEEPS_HOUSEHOLDS,
        "person.role_granted/1": _ADMINISTRATOR,
        "person.role_ended/1": _ADMINISTRATOR,
        "person.role_withdrawn/1": _ADMINISTRATOR,
        "person.payee_account_set/1": _ADMINISTRATOR | _OFFICER,
        "person.payee_account_acknowledged/1": _ADMINISTRATOR | _OFFICER | _APPROVER,
        "person.erased/1": _ADMINISTRATOR,
        "member.applied/1": _RECEIVES | _APPLIES,
        "member.vetted/1": _OFFICER | frozenset({"grid_leader", "township_reviewer"}),
        "member.appointed/1": _ADMINISTRATOR,
        "member.trained/1": _ADMINISTRATOR | _OFFICER | frozenset({"grid_leader", "township_reviewer"}),
        "member.suspended/1": _ADMINISTRATOR,
        "member.reinstated/1": _ADMINISTRATOR,
        "member.exited/1": _ADMINISTRATOR,
        "household.registered/1": _KEEPS_HOUSEHOLDS,
        "household.person_joined/1": _KEEPS_HOUSEHOLDS,
        "household.person_left/1": _KEEPS_HOUSEHOLDS,
        "household.head_named/1": _KEEPS_HOUSEHOLDS,
        "residence.taken/1": _KEEPS_HOUSEHOLDS,
        "residence.given_up/1": _KEEPS_HOUSEHOLDS,
        "cooling.set/1": _ADMINISTRATOR,
        "key.registered/1": _ADMINISTRATOR,
        "key.retired/1": _ADMINISTRATOR,
        "key.revoked/1": _ADMINISTRATOR,
        "tariff.band_set/1": _ADMINISTRATOR,
        "tariff.set/1": _ADMINISTRATOR,
        "catalogue.item_admitted/1": _ADMINISTRATOR,
        "catalogue.item_withdrawn/1": _ADMINISTRATOR,
        "cap.set/1": _ADMINISTRATOR,
        "quota.used/1": _OFFICER,
        "withholding.recorded/1": _OFFICER,
        "budget.appropriated/1": _ADMINISTRATOR,
        "budget.adjusted/1": _ADMINISTRATOR,
        "budget.closed/1": _ADMINISTRATOR,
        "incident.reported/1": frozenset({"member", "grid_worker"}) | _ADMINISTRATOR,
        "incident.accepted/1": _CLERKS,
        "incident.declined/1": _CLERKS,
        "incident.verified/1": frozenset({"grid_worker"}),
        "incident.merged/1": _CLERKS,
        "incident.deliberated/1": _CLERKS,
        "incident.dispatched/1": _CLERKS,
        "incident.claimed/1": _HANDLERS,
        "incident.whistled/1": _CLERKS,
        "incident.arrived/1": _HANDLERS,
        "incident.returned/1": _HANDLERS,
        "incident.reassigned/1": _CLERKS,
        "incident.suspended/1": _CLERKS,
        "incident.resumed/1": _CLERKS,
        "incident.extended/1": _CLERKS,
        "incident.handled/1": _HANDLERS | _ADMINISTRATOR,
        "incident.fed_back/1": _CLERKS | _HANDLERS,
        "incident.closed/1": frozenset({"grid_worker", "grid_leader"}),
        "incident.called_back/1": _CLERKS,
        "incident.rated/1": _CLERKS | frozenset({"member"}),
        "incident.validity_decided/1": _OFFICER,
        "incident.posted/1": _CLERKS,
        "incident.archived/1": _CLERKS,
        "incident.reopened/1": _CLERKS,
        "incident.reminded/1": _CLERKS | frozenset({"member", "agent"}),
        "incident.supervised/1": _SUPERIORS,
        "incident.located/1": _CLERKS,
        "workflow.published/1": _ADMINISTRATOR,
        "workflow.adopted/1": _ADMINISTRATOR,
        "calendar.published/1": _ADMINISTRATOR,
        "chart.published/1": _ADMINISTRATOR,
        "reward.granted/1": _OFFICER,
        "reward.scheduled/1": _OFFICER | _APPROVER,  # an approver, into what was paid after all
        "reward.unscheduled/1": _OFFICER | _APPROVER,
        "reward.reversed/1": _OFFICER | _APPROVER,
        "allowance.granted/1": _OFFICER,
        "allowance.scheduled/1": _OFFICER | _APPROVER,  # likewise
        "allowance.unscheduled/1": _OFFICER | _APPROVER,
        "allowance.reversed/1": _OFFICER,
        "period.close_proposed/1": _OFFICER | _ADMINISTRATOR,
        "period.close_withdrawn/1": _OFFICER | _APPROVER | _ADMINISTRATOR,
        "period.sealed/1": _APPROVER,
        "payment.prepared/1": _OFFICER,
        "payment.approved/1": _APPROVER,
        "payment.cancelled/1": _APPROVER,
        "payment.accepted/1": _OFFICER,
        "payment.settled/1": _OFFICER,
        "payment.failed/1": _OFFICER,
        "payment.unresolved/1": _OFFICER,
        "payment.returned/1": _OFFICER,
        "payment.reissued/1": _OFFICER,
        "payment.written_back/1": _APPROVER,
        "payment.recovered/1": _OFFICER,
        "payment.contradicted/1": _OFFICER | _APPROVER,  # an approver, what the bank said besides what is cleared up
        "payment.upheld/1": _APPROVER,
        "payment.confirmed_paid/1": _APPROVER,
        "payment.claimed/1": _APPROVER,
        "payment.paid_again/1": _APPROVER,
        "payment.write_off_proposed/1": _OFFICER | _APPROVER,
        "payment.write_off_rejected/1": _OFFICER | _APPROVER,
        "payment.claim_written_off/1": _APPROVER,
        "payment.claim_recovered/1": _OFFICER,
        "payout_batch.frozen/1": _OFFICER,
        "payout_batch.signals_noted/1": _OFFICER,
        "payout_batch.signals_acknowledged/1": _OFFICER | _APPROVER,
        "payout_batch.approved/1": _APPROVER,
        "payout_batch.rejected/1": _APPROVER,
        "payout_batch.exported/1": _OFFICER,
        "payout_batch.answer_recorded/1": _OFFICER,
        "payout_batch.closed/1": _OFFICER,
        "payee_hold.placed/1": _OFFICER | _APPROVER | _ADMINISTRATOR,
        "payee_hold.lifted/1": _APPROVER,
        "bank_file.recorded/1": _OFFICER,
        "statement.recorded/1": _OFFICER,
        "statement.entries_recorded/1": _OFFICER,
        "reconciliation.statement_joined/1": _OFFICER | _APPROVER,
        "reconciliation.matched/1": _OFFICER | _APPROVER,
        "reconciliation.unmatch_proposed/1": _OFFICER | _APPROVER,
        "reconciliation.unmatched/1": _OFFICER | _APPROVER,
        "reconciliation.superseding_proposed/1": _OFFICER | _APPROVER,
        "reconciliation.statement_superseded/1": _OFFICER | _APPROVER,
        "reconciliation.proposed/1": _OFFICER | _APPROVER,
        "reconciliation.proposal_rejected/1": _OFFICER | _APPROVER,
        "exception.opened/1": _OFFICER | _APPROVER,
        "exception.assigned/1": _OFFICER | _APPROVER,
        "exception.explanation_proposed/1": _OFFICER | _APPROVER,
        "exception.explanation_rejected/1": _OFFICER | _APPROVER,
        "exception.resolved/1": _OFFICER | _APPROVER,
        "award_rule.published/1": _ADMINISTRATOR,
        "award.proposed/1": _OFFICER,
        "award.counted_listed/1": _OFFICER,
        "award.granted/1": _APPROVER,
        "award.rejected/1": _OFFICER | _APPROVER,
        "award.revoked/1": _APPROVER,
        "difficulty_rule.published/1": _ADMINISTRATOR,
        "difficulty.inputs_recorded/1": _ADMINISTRATOR | _OFFICER,
        "training.held/1": _ADMINISTRATOR | _OFFICER,
        "training.attendance_recorded/1": _ADMINISTRATOR | _OFFICER,
        "training.attendance_withdrawn/1": _ADMINISTRATOR | _OFFICER,
        "facility_kind.admitted/1": _ADMINISTRATOR,
        "facility_kind.withdrawn/1": _ADMINISTRATOR,
        "facility.registered/1": _ADMINISTRATOR | _OFFICER,
        "facility.opened/1": _ADMINISTRATOR | _OFFICER,
        "facility.closed/1": _ADMINISTRATOR | _OFFICER,
        "facility.inspected/1": _OFFICER | frozenset({"grid_worker", "grid_leader"}),
        "station.opened/1": _NAMES_STATIONS,
        "station.keeper_named/1": _NAMES_STATIONS,
        "station.keeper_released/1": _NAMES_STATIONS,
        "station.item_listed/1": _SETS_PRICES,
        "station.item_withdrawn/1": _SETS_PRICES,
        "station.closed/1": _NAMES_STATIONS,
        "stock.received/1": _TAKES_STOCK,
        "donation_slip.used/1": _TAKES_STOCK,
        "stock.issued/1": _KEEPER,
        "stock.taken_back/1": _KEEPER,
        "stock.counted/1": _TAKES_STOCK | _CONFIRMS_STOCK,
        "stock.adjusted/1": _CONFIRMS_STOCK,
        "stock.write_off_proposed/1": _TAKES_STOCK,
        "stock.written_off/1": _CONFIRMS_STOCK,
        "stock.proposal_rejected/1": _CONFIRMS_STOCK,
        "exchange.authorised/1": _AUTHORISES,
        "exchange.withdrawn/1": _AUTHORISES,
        "exchange.made/1": _KEEPER,
        "exchange.cancelled/1": _KEEPER,
        "exchange.returned/1": _KEEPER,
        "taking.recorded/1": _KEEPER,
        "taking.given_back/1": _KEEPER,
        "points_rule.published/1": _ADMINISTRATOR | _OFFICER | frozenset({"township_reviewer"}),
        "points_account.opened/1": _CREDITS,
        "points_account.closed/1": _KEEPS_HOUSEHOLDS,
        "points.granted/1": _CREDITS,
        "points.withheld/1": _CREDITS,
        "points.opening_recorded/1": _ADMINISTRATOR | _OFFICER | frozenset({"village_accountant"}),
        "points.deducted/1": _CREDITS,
        "points.reversed/1": _CREDITS,
        "points.given_back/1": _CREDITS,
        "points.expired/1": _CREDITS | _KEEPER | frozenset({"agent"}),
        "points.redeemed/1": _KEEPER,
        "points.restored/1": _KEEPER,
        "points.moved_out/1": _CREDITS | _KEEPER,  # a keeper, where goods come back to an account that was closed
        "points.moved_in/1": _CREDITS | _KEEPER,
        "task.offered/1": _CONFIRMS_DEEDS,
        "task.accepted/1": _NEIGHBOURS | _CONFIRMS_DEEDS,
        "task.given_up/1": _NEIGHBOURS | _CONFIRMS_DEEDS,
        "task.done/1": _NEIGHBOURS | _CONFIRMS_DEEDS,
        "task.sent_back/1": _CONFIRMS_DEEDS,
        "task.confirmed/1": _CONFIRMS_DEEDS,
        "task.confirmation_withdrawn/1": _SUPERIORS,
        "task.withdrawn/1": _CONFIRMS_DEEDS,
        "activity.published/1": _CONFIRMS_DEEDS,
        "activity.signed_up/1": _NEIGHBOURS | _CONFIRMS_DEEDS,
        "activity.sign_up_withdrawn/1": _NEIGHBOURS | _CONFIRMS_DEEDS,
        "activity.checked_in/1": _CONFIRMS_DEEDS,
        "activity.hours_confirmed/1": _CONFIRMS_DEEDS,
        "activity.hours_withdrawn/1": _SUPERIORS,
        "activity.cancelled/1": _CONFIRMS_DEEDS,
        "commendation.recorded/1": _CONFIRMS_DEEDS,
        "commendation.confirmed/1": _CONFIRMS_DEEDS,
        "commendation.withdrawn/1": _SUPERIORS,
        "inspection.recorded/1": _INSPECTS,
        "inspection.confirmed/1": _INSPECTS,
        "inspection.disputed/1": _INSPECTS,
        "inspection.withdrawn/1": _SUPERIORS,
        "title.granted/1": _INSPECTS,
        "title.revoked/1": _INSPECTS | _SUPERIORS,
        "party_activity.recorded/1": _OF_COMMUNITY | _OF_UNIT | frozenset({"member"}),
        "party_activity.unit_confirmed/1": _OF_UNIT,
        "party_activity.community_confirmed/1": _OF_COMMUNITY,
        "party_activity.rejected/1": _OF_COMMUNITY | _OF_UNIT,
        "party_activity.withdrawn/1": _SUPERIORS,
        "notice.posted/1": _SEES_TO_VILLAGE,
        "notice.withdrawn/1": _SEES_TO_VILLAGE,
        "suggestion.opened/1": _SEES_TO_VILLAGE | frozenset({"grid_worker", "agent"}),
        "suggestion.accepted/1": _SPEAKS_FOR_VILLAGE,
        "suggestion.answered/1": _SPEAKS_FOR_VILLAGE,
        "suggestion.closed/1": _SPEAKS_FOR_VILLAGE,
        "suggestion.text_erased/1": _ADMINISTRATOR,
        "commitment.made/1": _SPEAKS_FOR_VILLAGE,
        "commitment.progressed/1": _SPEAKS_FOR_VILLAGE | frozenset({"village_accountant"}),
        "commitment.fulfilled/1": _JUDGES_VILLAGE,
        "commitment.withdrawn/1": _JUDGES_VILLAGE,
        "meeting_rule.set/1": _ADMINISTRATOR | _OFFICER | frozenset({"township_reviewer"}),
        "meeting.called/1": _SPEAKS_FOR_VILLAGE,
        "meeting.held/1": _SEES_TO_VILLAGE,
        "meeting.sheet_kept/1": _SEES_TO_VILLAGE,
        "meeting.resolved/1": _SEES_TO_VILLAGE,
        "meeting.eligible_explained/1": _SEES_TO_VILLAGE,
        "meeting.spending_allowed/1": _SEES_TO_VILLAGE,
        "meeting.cancelled/1": _SPEAKS_FOR_VILLAGE,
        "project.proposed/1": _SPEAKS_FOR_VILLAGE,
        "project.contracted/1": _COMMITTEE | frozenset({"village_accountant"}),
        "project.progressed/1": _SEES_TO_VILLAGE | frozenset({"grid_worker"}),
        "project.accepted/1": _SEES_TO_VILLAGE | frozenset({"grid_worker"}),
        "project.sent_back/1": _SEES_TO_VILLAGE | frozenset({"grid_worker"}),
        "project.closed/1": _SPEAKS_FOR_VILLAGE | frozenset({"village_accountant"}),
        "points_share.proposed/1": _KEEPS_HOUSEHOLDS,
        "points_share.confirmed/1": _KEEPS_HOUSEHOLDS,
        "points_share.rejected/1": _KEEPS_HOUSEHOLDS,
        "committee.seated/1": _SEATS,
        "committee.left/1": _SEATS,
        "committee.kinship_declared/1": _SEATS | _OF_VILLAGE,
        "committee.kinship_withdrawn/1": _SEATS,
        "disclosure_settings.made/1": _SEATS,
        "disclosure.drafted/1": _DISCLOSES,
        "disclosure.reviewed/1": _APPROVER | frozenset({"village_supervisor", "township_reviewer"}),
        "disclosure.published/1": _DISCLOSES,
        "disclosure.rows_shown/1": _DISCLOSES,
        "disclosure.closed/1": _DISCLOSES,
        "disclosure.archived/1": _DISCLOSES,
        "objection.raised/1": _NEIGHBOURS | _CONFIRMS_DEEDS | frozenset({"agent"}),
        "objection.answered/1": _DISCLOSES,
        "objection.text_erased/1": _ADMINISTRATOR,
        "poster.rendered/1": _DISCLOSES | _ADMINISTRATOR,
        "asset.acquired/1": _KEEPS_VILLAGE_PROPERTY,
        "asset.leased_out/1": _SECONDS_VILLAGE_PROPERTY,
        "asset.lease_ended/1": _KEEPS_VILLAGE_PROPERTY | _SECONDS_VILLAGE_PROPERTY,
        "asset.counted/1": _KEEPS_VILLAGE_PROPERTY | _SECONDS_VILLAGE_PROPERTY,
        "asset.count_confirmed/1": _KEEPS_VILLAGE_PROPERTY | _SECONDS_VILLAGE_PROPERTY,
        "asset.count_rejected/1": _KEEPS_VILLAGE_PROPERTY | _SECONDS_VILLAGE_PROPERTY,
        "asset.disposal_proposed/1": _KEEPS_VILLAGE_PROPERTY,
        "asset.disposal_rejected/1": _KEEPS_VILLAGE_PROPERTY | _SECONDS_VILLAGE_PROPERTY,
        "asset.disposed/1": _SECONDS_VILLAGE_PROPERTY,
        "asset.written_off/1": _SECONDS_VILLAGE_PROPERTY,
        "resource_contract.signed/1": _KEEPS_VILLAGE_PROPERTY,
        "resource_contract.confirmed/1": _SECONDS_VILLAGE_PROPERTY,
        "resource_contract.withdrawn/1": _KEEPS_VILLAGE_PROPERTY | _SECONDS_VILLAGE_PROPERTY,
        "resource_contract.rent_received/1": _KEEPS_VILLAGE_PROPERTY,
        "resource_contract.rent_reversed/1": _KEEPS_VILLAGE_PROPERTY | _SECONDS_VILLAGE_PROPERTY,
        "resource_contract.ended/1": _KEEPS_VILLAGE_PROPERTY | _SECONDS_VILLAGE_PROPERTY,
        "subsidy_programme.published/1": _PUBLISHES_SUBSIDIES,
        "subsidy_programme.standard_set/1": _PUBLISHES_SUBSIDIES,
        "subsidy_programme.ended/1": _PUBLISHES_SUBSIDIES,
        "subsidy_list.proposed/1": _LISTS_SUBSIDIES,
        "subsidy_list.lines_added/1": _LISTS_SUBSIDIES,
        "subsidy_list.confirmed/1": _CONFIRMS_SUBSIDIES,
        "subsidy_list.rejected/1": _LISTS_SUBSIDIES | _CONFIRMS_SUBSIDIES,
        "village_book.opened/1": _NAMES_STATIONS,
        "village_book.limit_set/1": _NAMES_STATIONS,
        "village_book.chart_adopted/1": _NAMES_STATIONS,
        "village_book.opening_proposed/1": _ACCOUNTANT,
        "village_book.opening_rejected/1": _ACCOUNTANT | _SUPERVISOR,
        "village_book.opening_recorded/1": _SUPERVISOR,
        "village_book.plan_published/1": _COMMITTEE,
        "village_party.registered/1": _SPENDS_FOR_VILLAGE,
        "village_voucher.drafted/1": _SPENDS_FOR_VILLAGE,
        "village_voucher.revised/1": _SPENDS_FOR_VILLAGE,
        "village_voucher.reviewed/1": _SUPERVISOR,
        "village_voucher.approved/1": _COMMITTEE,
        "village_voucher.sent_back/1": _OF_VILLAGE,
        "village_voucher.withdrawn/1": _SPENDS_FOR_VILLAGE,
        "village_voucher.booked/1": _ACCOUNTANT,
        "village_voucher.reversed/1": _ACCOUNTANT,
        "village_month.voucher_numbered/1": _ACCOUNTANT,
        "village_month.close_proposed/1": _ACCOUNTANT,
        "village_month.close_withdrawn/1": _ACCOUNTANT | _SUPERVISOR,
        "village_month.closed/1": _SUPERVISOR,
    }
)
"""Stored type -> the roles that may cause it."""

_TAKING_PART = (
    "task.accepted/1",
    "task.given_up/1",
    "task.done/1",
    "activity.signed_up/1",
    "activity.sign_up_withdrawn/1",
)

ONLY_FOR_ONESELF = frozenset(
    {
        ("member", "incident.reported/1"),
        ("member", "incident.handled/1"),
        ("grid_worker", "incident.handled/1"),
        ("department_handler", "incident.handled/1"),
        *((role, "member.applied/1") for role in _APPLIES),
        *((role, event_type) for role in _NEIGHBOURS for event_type in _TAKING_PART),
        ("member", "party_activity.recorded/1"),
        ("department_handler", "party_activity.recorded/1"),
    }
)
"""A role and a type that it may cause only in its holder's own name."""


def may(role: str, event_type: str) -> bool:
    """Whether a role may cause events of a stored type. A type that nobody lists, nobody may cause."""
    return role in MAY.get(event_type, frozenset())


def require(
    person: Person | None,
    *,
    role: str,
    event_type: str,
    division: Division,
    on: date,
    for_oneself: bool = True,
) -> None:
    """Refuse an event unless the person holds the role there on that day, and the role may cause it.

    `division` is where the event happens; `for_oneself` is False when the actor writes it down for another.
    Refused, in this order: `authority.role_not_held`, `authority.role_may_not`,
    `authority.only_for_oneself`, `authority.outside_area`.
    """
    held = person is not None and any(entry.role == role for entry in person.roles_on(on))
    if person is None or not held:
        raise Refusal("authority.role_not_held", role=role, on=on)
    if not may(role, event_type):
        raise Refusal("authority.role_may_not", role=role, event_type=event_type)
    if not for_oneself and (role, event_type) in ONLY_FOR_ONESELF:
        raise Refusal("authority.only_for_oneself", role=role, event_type=event_type)
    if not person.holds(role, division, on):
        raise Refusal("authority.outside_area", role=role, division=division, on=on)
