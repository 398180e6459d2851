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
_APPLIES = frozenset({"member", "department_handler", "station_keeper", "village_accountant", "village_supervisor"})
_KEEPS_HOUSEHOLDS = _ADMINISTRATOR | frozenset({"grid_worker", "grid_leader", "village_accountant"})

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
        "payment.contradicted/1": _OFFICER,
        "payment.upheld/1": _APPROVER,
        "payment.confirmed_paid/1": _APPROVER,
        "payment.claimed/1": _APPROVER,
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
    }
)
"""Stored type -> the roles that may cause it."""

ONLY_FOR_ONESELF = frozenset(
    {
        ("member", "incident.reported/1"),
        ("member", "incident.handled/1"),
        ("grid_worker", "incident.handled/1"),
        ("department_handler", "incident.handled/1"),
        *((role, "member.applied/1") for role in _APPLIES),
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
