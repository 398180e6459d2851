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

MAY: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "log.opened/1": _ADMINISTRATOR,
        "log.policy_set/1": _ADMINISTRATOR,
        "log.closed/1": _ADMINISTRATOR,
        "log.checkpoint_timestamped/1": _ADMINISTRATOR | frozenset({"agent"}),
        "place.registered/1": _ADMINISTRATOR,
        "person.registered/1": _ADMINISTRATOR,
        "person.role_granted/1": _ADMINISTRATOR,
        "person.role_ended/1": _ADMINISTRATOR,
        "person.payee_account_set/1": _ADMINISTRATOR | _OFFICER,
        "person.erased/1": _ADMINISTRATOR,
        "key.registered/1": _ADMINISTRATOR,
        "key.retired/1": _ADMINISTRATOR,
        "key.revoked/1": _ADMINISTRATOR,
        "tariff.band_set/1": _ADMINISTRATOR,
        "tariff.set/1": _ADMINISTRATOR,
        "budget.appropriated/1": _ADMINISTRATOR,
        "incident.reported/1": frozenset({"member", "grid_worker"}) | _ADMINISTRATOR,
        "incident.verified/1": frozenset({"grid_worker"}),
        "incident.handled/1": frozenset({"department_handler"}) | _ADMINISTRATOR,
        "incident.validity_decided/1": _OFFICER,
        "reward.granted/1": _OFFICER,
        "reward.scheduled/1": _OFFICER,
        "reward.unscheduled/1": _OFFICER | _APPROVER,
        "reward.reversed/1": _OFFICER,
        "payment.prepared/1": _OFFICER,
        "payment.approved/1": _APPROVER,
        "payment.cancelled/1": _APPROVER,
        "payment.settled/1": _OFFICER,
        "payment.failed/1": _OFFICER,
        "payment.unresolved/1": _OFFICER,
        "payout_batch.frozen/1": _OFFICER,
        "payout_batch.approved/1": _APPROVER,
        "payout_batch.rejected/1": _APPROVER,
        "payout_batch.exported/1": _OFFICER,
        "payout_batch.answer_recorded/1": _OFFICER,
        "payout_batch.closed/1": _OFFICER,
    }
)
"""Stored type -> the roles that may cause it."""

ONLY_FOR_ONESELF = frozenset({("member", "incident.reported/1"), ("department_handler", "incident.handled/1")})
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
