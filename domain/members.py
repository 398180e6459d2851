"""Members: who applied to report for the county, who looked into it, who appointed him, what he was taught.

An application is written down, vetted and appointed by different people, none of them the applicant. The role itself
stands in the person's own stream: it is granted, ended and granted again in the append that says why, so that a
suspended member holds none. Nobody reports before the training that comes before duty (选聘 → 岗前培训 → 上报).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, assert_never
from uuid import UUID

from domain.kernel.events import Commitment, event
from domain.kernel.ids import derived
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.separation import Part, require_distinct
from domain.kernel.states import known


@event("member.applied/1")
class MemberApplied:
    """Somebody applies for an area. `occupation` is one of OCCUPATIONS; `transcribed_by` wrote it down for him."""

    person_id: UUID
    area: Division
    occupation: str
    phone: Commitment
    transcribed_by: UUID | None = None


@event("member.vetted/1")
class MemberVetted:
    """Somebody else looked into the application, with a reason from a closed list."""

    vetter_id: UUID
    passed: bool
    reason: str


@event("member.appointed/1")
class MemberAppointed:
    """A third person appoints him from a day on; the same append grants the role.

    `other_roles` are the roles that he holds there besides (双重角色); whoever appoints has acknowledged exactly these.
    """

    appointer_id: UUID
    area: Division
    since: date
    until: date | None = None
    other_roles: tuple[str, ...] = ()
    document: str | None = None


@event("member.trained/1")
class MemberTrained:
    """He took part in a training of a level of LEVELS; `document` names its record, and nobody."""

    level: str
    trained_on: date
    trainer_id: UUID
    document: str | None = None


@event("member.suspended/1")
class MemberSuspended:
    """He holds no role from `since` to `until` (both included; None: until he is reinstated)."""

    reason: str
    since: date
    until: date | None = None


@event("member.reinstated/1")
class MemberReinstated:
    """The suspension ends: he holds the role again from `since` on."""

    since: date


@event("member.exited/1")
class MemberExited:
    """He is a member no longer after `last_day`; what he has earned stays payable."""

    reason: str
    last_day: date


MemberEvent = (
    MemberApplied | MemberVetted | MemberAppointed | MemberTrained | MemberSuspended | MemberReinstated | MemberExited
)
Status = Literal["applied", "vetted", "rejected", "appointed", "suspended", "exited"]

ROLE = "member"
LEVELS = ("before_duty", "on_duty", "backbone")
"""The three levels of training: 岗前, 岗上, 骨干轮训."""

OCCUPATIONS = frozenset({"courier", "food_rider", "ride_hailing_driver", "taxi_driver", "other"})

VETTING_REASONS: Mapping[str, bool] = {
    "meets_conditions": True,
    "recommended_by_employer": True,
    "identity_not_confirmed": False,
    "occupation_not_confirmed": False,
    "works_elsewhere": False,
    "conditions_not_met": False,
    "withdrawn": False,
    "registered_by_mistake": False,
}
"""Why an application passed (True) or not (False)."""

SUSPENSION_REASONS = frozenset({"untrue_reports", "training_missed", "conduct", "under_inquiry", "own_request"})
EXIT_REASONS = frozenset(
    {"own_request", "moved_away", "occupation_ended", "term_ended", "dismissed", "registered_by_mistake"}
)


@dataclass(frozen=True, slots=True)
class Suspension:
    """Days on which the member does not act, both included; `until` None: without an end so far."""

    since: date
    until: date | None

    def covers(self, on: date) -> bool:
        """Whether the day lies in it."""
        return self.since <= on and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class Member:
    """An application and what became of it. `trained` holds every (level, day), the earliest recorded first."""

    person_id: UUID
    area: Division
    occupation: str
    phone: Commitment
    transcribed_by: UUID | None
    status: Status = "applied"
    vetter_id: UUID | None = None
    since: date | None = None
    until: date | None = None
    trained: tuple[tuple[str, date], ...] = ()
    suspensions: tuple[Suspension, ...] = ()
    last_day: date | None = None

    @property
    def suspension(self) -> Suspension | None:
        """The latest suspension, over or not."""
        return self.suspensions[-1] if self.suspensions else None

    def trained_before(self, on: date) -> bool:
        """Whether he had been trained before duty by that day."""
        return any(level == "before_duty" and day <= on for level, day in self.trained)

    def parts(self) -> tuple[Part, ...]:
        """Who has played which part so far, in the order of the procedure."""
        return (
            ("applicant", self.person_id),
            ("transcriber", self.transcribed_by),
            ("vetter", self.vetter_id),
        )


def member_id(person_id: UUID) -> UUID:
    """The one membership stream of a person."""
    return derived("member", person_id)


def refuse_off_duty(member: Member | None, *, on: date) -> None:
    """Refuse a report that a member makes on a day on which he may not; whoever never was one reports as anybody may.

    Refused, in this order: `member.suspended`, `member.not_trained`.
    """
    if member is None or member.status not in ("appointed", "suspended"):
        return
    for suspension in member.suspensions:
        if suspension.covers(on):
            raise Refusal("member.suspended", since=suspension.since, until=suspension.until)
    if not member.trained_before(on):
        raise Refusal("member.not_trained", level="before_duty", on=on)


# Decide: what may happen, judged by the rules in force.


def apply(
    member: Member | None,
    *,
    person_id: UUID,
    actor_id: UUID,
    area: Division,
    area_known: bool,
    occupation: str,
    phone: Commitment,
) -> MemberApplied:
    """Apply, for oneself or (代录) for another; after a rejection or an exit one may apply again.

    Refused, in this order: `member.already_applied`, `place.unknown`, `member.occupation_unknown`.
    """
    if member is not None and member.status not in ("rejected", "exited"):
        raise Refusal("member.already_applied", status=member.status)
    if not area_known:
        raise Refusal("place.unknown", division=area)
    if occupation not in OCCUPATIONS:
        raise Refusal("member.occupation_unknown", occupation=occupation)
    transcribed_by = None if actor_id == person_id else actor_id
    return MemberApplied(
        person_id=person_id, area=area, occupation=occupation, phone=phone, transcribed_by=transcribed_by
    )


def vet(member: Member | None, *, actor_id: UUID, passed: bool, reason: str) -> MemberVetted:
    """Say whether an application passes; the actor is the vetter.

    Refused, in this order: `member.unknown`, `member.already_vetted`, `member.reason_unknown`,
    `member.reason_contradicts`, `chain.acted_twice`.
    """
    applied = _existing(member)
    if applied.status != "applied":
        raise Refusal("member.already_vetted", status=applied.status)
    if reason not in VETTING_REASONS:
        raise Refusal("member.reason_unknown", reason=reason)
    if VETTING_REASONS[reason] is not passed:
        raise Refusal("member.reason_contradicts", reason=reason, outcome=passed)
    require_distinct(actor_id, acting_as="vetter", acted=applied.parts())
    return MemberVetted(vetter_id=actor_id, passed=passed, reason=reason)


def appoint(
    member: Member | None,
    *,
    actor_id: UUID,
    area: Division,
    area_known: bool,
    since: date,
    until: date | None,
    other_roles: Sequence[str],
    acknowledged: Sequence[str],
    document: str | None = None,
) -> MemberAppointed:
    """Appoint whoever passed; the actor is the appointer, the third in the chain.

    `other_roles` are those that he holds in the area besides (`policies.other_roles`), `acknowledged` those that the
    appointer has seen. Refused, in this order: `member.unknown`, `member.not_vetted`, `place.unknown`,
    `member.ends_before_start`, `member.dual_roles`, `chain.acted_twice`.
    """
    vetted = _existing(member)
    if vetted.status != "vetted":
        raise Refusal("member.not_vetted", status=vetted.status)
    if not area_known:
        raise Refusal("place.unknown", division=area)
    _require_order(since, until)
    if sorted(acknowledged) != sorted(other_roles):
        raise Refusal("member.dual_roles", roles="、".join(sorted(other_roles)))
    require_distinct(actor_id, acting_as="appointer", acted=vetted.parts())
    return MemberAppointed(
        appointer_id=actor_id,
        area=area,
        since=since,
        until=until,
        other_roles=tuple(sorted(other_roles)),
        document=document,
    )


def train(
    member: Member | None,
    *,
    actor_id: UUID,
    level: str,
    trained_on: date,
    on: date,
    document: str | None = None,
) -> MemberTrained:
    """Record a training; the first is before duty, and that comes once.

    Refused, in this order: `member.unknown`, `member.level_unknown`, `member.not_vetted`,
    `member.day_in_future`, `member.already_trained`, `member.not_trained`, `chain.acted_twice`.
    """
    trained = _existing(member)
    if level not in LEVELS:
        raise Refusal("member.level_unknown", level=level)
    if trained.status not in ("vetted", "appointed", "suspended"):
        raise Refusal("member.not_vetted", status=trained.status)
    if trained_on > on:
        raise Refusal("member.day_in_future", day=trained_on)
    for earlier, day in trained.trained:
        if earlier == level and (level == "before_duty" or day == trained_on):
            raise Refusal("member.already_trained", level=level, day=day)
    if level != "before_duty" and not trained.trained_before(trained_on):
        raise Refusal("member.not_trained", level="before_duty", on=trained_on)
    _require_another(trained, actor_id, acting_as="trainer")
    return MemberTrained(level=level, trained_on=trained_on, trainer_id=actor_id, document=document)


def suspend(
    member: Member | None, *, actor_id: UUID, reason: str, since: date, until: date | None, on: date
) -> MemberSuspended:
    """Let a member report nothing for a time.

    Refused, in this order: `member.unknown`, `member.not_appointed`, `member.reason_unknown`,
    `member.day_in_past`, `member.ends_before_start`, `member.suspended`, `chain.acted_twice`.
    """
    appointed = _serving(member)
    if reason not in SUSPENSION_REASONS:
        raise Refusal("member.reason_unknown", reason=reason)
    if since < on:
        raise Refusal("member.day_in_past", day=since)
    _require_order(since, until)
    before = appointed.suspension
    if before is not None and (before.until is None or before.until >= since):
        raise Refusal("member.suspended", since=before.since, until=before.until)
    _require_another(appointed, actor_id, acting_as="suspender")
    return MemberSuspended(reason=reason, since=since, until=until)


def reinstate(member: Member | None, *, actor_id: UUID, since: date, on: date) -> MemberReinstated:
    """End a suspension that is not over by itself.

    Refused, in this order: `member.unknown`, `member.not_appointed`, `member.day_in_past`,
    `member.not_suspended`, `chain.acted_twice`.
    """
    appointed = _serving(member)
    if since < on:
        raise Refusal("member.day_in_past", day=since)
    suspension = appointed.suspension
    if suspension is None or (suspension.until is not None and suspension.until < since):
        raise Refusal("member.not_suspended")
    _require_another(appointed, actor_id, acting_as="reinstater")
    return MemberReinstated(since=since)


def leave(member: Member | None, *, actor_id: UUID, reason: str, last_day: date, on: date) -> MemberExited:
    """End a membership; open rewards stay payable.

    Refused, in this order: `member.unknown`, `member.not_appointed`, `member.reason_unknown`,
    `member.day_in_past`, `chain.acted_twice`.
    """
    appointed = _serving(member)
    if reason not in EXIT_REASONS:
        raise Refusal("member.reason_unknown", reason=reason)
    if last_day < on:
        raise Refusal("member.day_in_past", day=last_day)
    _require_another(appointed, actor_id, acting_as="dismisser")
    return MemberExited(reason=reason, last_day=last_day)


def _existing(member: Member | None) -> Member:
    if member is None:
        raise Refusal("member.unknown")
    return member


def _serving(member: Member | None) -> Member:
    """The member, if he was appointed and has not left."""
    existing = _existing(member)
    if existing.status not in ("appointed", "suspended"):
        raise Refusal("member.not_appointed", status=existing.status)
    return existing


def _require_order(since: date, until: date | None) -> None:
    if until is not None and until < since:
        raise Refusal("member.ends_before_start", since=since, until=until)


def _require_another(member: Member, actor_id: UUID, *, acting_as: str) -> None:
    """Nobody decides on his own membership."""
    require_distinct(actor_id, acting_as=acting_as, acted=(("member", member.person_id),))


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(member: Member | None, event: MemberEvent) -> Member:
    """The member after an event; an application begins anew."""
    match event:
        case MemberApplied():
            return Member(event.person_id, event.area, event.occupation, event.phone, event.transcribed_by)
        case MemberVetted():
            status: Status = "vetted" if event.passed else "rejected"
            return replace(known(member), status=status, vetter_id=event.vetter_id)
        case MemberAppointed():
            appointed = replace(known(member), status="appointed", area=event.area)
            return replace(appointed, since=event.since, until=event.until)
        case MemberTrained():
            before = known(member)
            return replace(before, trained=(*before.trained, (event.level, event.trained_on)))
        case MemberSuspended():
            before = known(member)
            suspension = Suspension(event.since, event.until)
            return replace(before, status="suspended", suspensions=(*before.suspensions, suspension))
        case MemberReinstated():
            before = known(member)
            return replace(before, status="appointed", suspensions=_cut(before.suspensions, event.since))
        case MemberExited():
            return replace(known(member), status="exited", last_day=event.last_day)
        case _:
            assert_never(event)


def _cut(suspensions: tuple[Suspension, ...], since: date) -> tuple[Suspension, ...]:
    """The suspensions with the last one ended the day before; one that had not begun never was."""
    *earlier, last = suspensions
    if since <= last.since:
        return tuple(earlier)
    return (*earlier, replace(last, until=since - timedelta(days=1)))
