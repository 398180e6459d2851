"""Everything else that happens to a file: accepted, dispatched, claimed, returned, asked back, rated, archived.

Each decision asks whether it is its turn, whether its reason is on the closed list, and whether its actor has played
another part in the same chain.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.incidents import events as e
from domain.incidents import reasons
from domain.incidents.deciding import existing, require_addressee, require_department, require_reason
from domain.incidents.state import Incident
from domain.incidents.turns import Turn, extension_left, part_of, require_part, require_turn
from domain.kernel.events import Commitment
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_oneself
from domain.kernel.workflow_steps import UNITS, Limit


def accept(incident: Incident | None, *, turn: Turn, actor_id: UUID) -> e.IncidentAccepted:
    """Take the matter on. Refused: `incident.unknown`, then as `turns.require_turn`, then `chain.acted_twice`."""
    _clerk(incident, turn, actor_id, act="accept")
    return e.IncidentAccepted(actor_id=actor_id)


def decline(incident: Incident | None, *, turn: Turn, actor_id: UUID, reason: str) -> e.IncidentDeclined:
    """Do not take the matter on.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.already_accepted`,
    `incident.reason_unknown`, `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="decline")
    if "accept" in reported.course.done:
        raise Refusal("incident.already_accepted")
    _listed(reason, reasons.DECLINE_REASONS)
    _plays(reported, turn, actor_id, act="decline")
    return e.IncidentDeclined(actor_id=actor_id, reason=reason)


def merge(
    incident: Incident | None,
    *,
    turn: Turn,
    actor_id: UUID,
    incident_id: UUID,
    into_id: UUID,
    into: Incident | None,
    into_recorded_first: bool,
    grounds: Sequence[str],
    known_grounds: Collection[str],
) -> e.IncidentMerged:
    """Link a report to the earlier one that it repeats: it stays unpaid.

    Of two that were made at the same time, the one that was recorded first is the earlier one.
    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.already_handled`,
    `incident.merge_target` (itself, unknown, later, or merged away itself), `incident.reason_unknown` (no ground, or
    one that is not on the list), `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="merge")
    if reported.handling is not None:
        raise Refusal("incident.already_handled", handled_at=reported.handling.handled_at)
    if (
        into is None
        or into_id == incident_id
        or (into.reported_at, not into_recorded_first) > (reported.reported_at, False)
        or into.course.merged_into is not None
    ):
        raise Refusal("incident.merge_target", into=into_id)
    for ground in grounds or ("",):
        _listed(ground, known_grounds)
    _plays(reported, turn, actor_id, act="merge")
    return e.IncidentMerged(actor_id=actor_id, into=into_id, grounds=tuple(dict.fromkeys(grounds)))


def deliberate(
    incident: Incident | None, *, turn: Turn, actor_id: UUID, present: int, opinion: Commitment | None
) -> e.IncidentDeliberated:
    """Record that it was talked over by so many.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.number_wrong` (fewer than
    two), `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="deliberate")
    if present < 2:
        raise Refusal("incident.number_wrong", found=present)
    _plays(reported, turn, actor_id, act="deliberate")
    return e.IncidentDeliberated(actor_id=actor_id, present=present, opinion=opinion)


def dispatch(
    incident: Incident | None,
    *,
    turn: Turn,
    actor_id: UUID,
    department: str,
    handler_id: UUID | None,
    handlers: Collection[UUID] = (),
) -> e.IncidentDispatched:
    """Send it to a department, or to one person of it; `handlers`: whoever handles for it.

    A department that has some binds it: only they may take it on. Refused, in this order: `incident.unknown`, then as
    `turns.require_turn`, then `incident.department_missing`, `incident.other_department` (the person that it is sent to
    is of another), `chain.acted_twice` (the clerk, then that person).
    """
    reported = _turn(incident, turn, act="dispatch")
    sent = _Address(department, handler_id, handlers)
    _addressed(reported, turn, actor_id, act="dispatch", to=sent)
    return e.IncidentDispatched(
        actor_id=actor_id, department=department, handler_id=handler_id, bound=bool(handlers) or None
    )


def reassign(
    incident: Incident | None,
    *,
    turn: Turn,
    actor_id: UUID,
    department: str,
    handler_id: UUID | None,
    reason: str,
    handlers: Collection[UUID] = (),
) -> e.IncidentReassigned:
    """Send it to somebody else; `handlers`: as in `dispatch`.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.not_dispatched`,
    `incident.already_handled`, `incident.reason_unknown`, `incident.department_missing`, `incident.other_department`,
    `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="reassign")
    _refuse_not_under_way(reported)
    _listed(reason, reasons.REASSIGNMENT_REASONS)
    sent = _Address(department, handler_id, handlers)
    _addressed(reported, turn, actor_id, act="reassign", to=sent)
    return e.IncidentReassigned(
        actor_id=actor_id, department=department, handler_id=handler_id, reason=reason, bound=bool(handlers) or None
    )


def claim(incident: Incident | None, *, turn: Turn, actor_id: UUID) -> e.IncidentClaimed:
    """Take it on oneself; the first claim wins.

    Refused, in this order: `incident.unknown`, `incident.claimed_by_another` (names the claimant),
    `incident.claimed_by_oneself` (it is his, and nothing is lost), `incident.other_department` (names it), then as
    `turns.require_turn`, then `chain.acted_twice`.
    """
    reported = existing(incident)
    require_addressee(reported, actor_id)
    if reported.course.claimed_by == actor_id:
        raise Refusal("incident.claimed_by_oneself")
    require_department(reported, turn)
    require_turn(reported.course, turn, act="claim")
    _plays(reported, turn, actor_id, act="claim")
    return e.IncidentClaimed(handler_id=actor_id)


def whistle(incident: Incident | None, *, turn: Turn, actor_id: UUID, departments: Sequence[str]) -> e.IncidentWhistled:
    """Call several departments to the place.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.department_missing`
    (fewer than two, too many, or one without a name), `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="whistle")
    called = tuple(dict.fromkeys(name.strip() for name in departments))
    if not 2 <= len(called) <= reasons.DEPARTMENTS_MAX or not all(called):
        raise Refusal("incident.department_missing")
    _plays(reported, turn, actor_id, act="whistle")
    return e.IncidentWhistled(actor_id=actor_id, departments=called)


def arrive(incident: Incident | None, *, turn: Turn, actor_id: UUID, department: str) -> e.IncidentArrived:
    """Say that one's department is there.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.department_missing`,
    `incident.not_called` (not whistled for, or not the actor's own), `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="arrive")
    _named(department)
    called = reported.course.called
    if (called and department not in called) or (turn.departments and department not in turn.departments):
        raise Refusal("incident.not_called", department=department)
    _plays(reported, turn, actor_id, act="arrive")
    return e.IncidentArrived(handler_id=actor_id, department=department)


def give_back(incident: Incident | None, *, turn: Turn, actor_id: UUID, reason: str) -> e.IncidentReturned:
    """Give it back to whoever dispatched it.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.not_dispatched`,
    `incident.already_handled`, `incident.claimed_by_another`, `incident.other_department`, `incident.reason_unknown`,
    `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="return")
    _refuse_not_under_way(reported)
    require_addressee(reported, actor_id)
    require_department(reported, turn)
    _listed(reason, reasons.RETURN_REASONS)
    _plays(reported, turn, actor_id, act="return")
    return e.IncidentReturned(handler_id=actor_id, reason=reason)


def suspend(
    incident: Incident | None, *, turn: Turn, actor_id: UUID, reason: str, until: date | None, today: date
) -> e.IncidentSuspended:
    """Let the clock stand still.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.reason_unknown`,
    `incident.until_past`, `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="suspend")
    _listed(reason, reasons.SUSPENSION_REASONS)
    if until is not None and until <= today:
        raise Refusal("incident.until_past", until=until)
    _plays(reported, turn, actor_id, act="suspend")
    return e.IncidentSuspended(actor_id=actor_id, reason=reason, until=until)


def resume(incident: Incident | None, *, turn: Turn, actor_id: UUID) -> e.IncidentResumed:
    """Let the clock go on.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.not_suspended`,
    `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="resume")
    if not reported.course.suspended:
        raise Refusal("incident.not_suspended")
    _plays(reported, turn, actor_id, act="resume")
    return e.IncidentResumed(actor_id=actor_id)


def extend(incident: Incident | None, *, turn: Turn, actor_id: UUID, longer: Limit, reason: str) -> e.IncidentExtended:
    """Give the step that is due longer: what is added to its end is counted as its own limit is, and bounded by it.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.reason_unknown`,
    `workflow.limit_wrong`, `incident.no_limit` (what is due has none), `incident.extension_beyond` (counted in another
    unit, or more in all than the template lets the step have again), `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="extend")
    _listed(reason, reasons.EXTENSION_REASONS)
    if longer.unit not in UNITS or longer.amount <= 0:
        raise Refusal("workflow.limit_wrong", act="extend")
    room = extension_left(turn.workflow, reported.course)
    if room is None:
        raise Refusal("incident.no_limit")
    if longer.unit != room.unit or longer.amount > room.amount:
        raise Refusal("incident.extension_beyond", amount=room.amount, unit=room.unit)
    _plays(reported, turn, actor_id, act="extend")
    return e.IncidentExtended(actor_id=actor_id, longer=longer, reason=reason)


def feed_back(
    incident: Incident | None, *, turn: Turn, actor_id: UUID, channel: str, message: Commitment | None
) -> e.IncidentFedBack:
    """Record that the reporter was told, by somebody who did not handle it: nobody answers for his own work.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.channel_unknown`,
    `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="feed_back")
    _channel(channel)
    _plays(reported, turn, actor_id, act="feed_back")
    return e.IncidentFedBack(actor_id=actor_id, channel=channel, message=message)


def close(incident: Incident | None, *, turn: Turn, actor_id: UUID, solved: bool, reason: str) -> e.IncidentClosed:
    """Say whether it is really solved; the actor is neither the one who verified the report nor who handled it.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.not_handled`,
    `incident.reason_unknown`, `incident.reason_contradicts`, `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="close")
    if reported.handling is None:
        raise Refusal("incident.not_handled")
    require_reason(reason, outcome=solved, reasons=reasons.CLOSURE_REASONS)
    _plays(reported, turn, actor_id, act="close")
    return e.IncidentClosed(verifier_id=actor_id, solved=solved, reason=reason)


def call_back(incident: Incident | None, *, turn: Turn, actor_id: UUID, outcome: str) -> e.IncidentCalledBack:
    """Record what the reporter said afterwards.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.reason_unknown`,
    `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="call_back")
    _listed(outcome, reasons.CALL_BACK_OUTCOMES)
    _plays(reported, turn, actor_id, act="call_back")
    return e.IncidentCalledBack(actor_id=actor_id, outcome=outcome)


def rate(incident: Incident | None, *, turn: Turn, actor_id: UUID, stars: int) -> e.IncidentRated:
    """Rate the work: the reporter himself, or the centre for him.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.number_wrong`,
    `chain.not_oneself` (a member who did not report it), `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="rate")
    if not 1 <= stars <= reasons.STARS_MAX:
        raise Refusal("incident.number_wrong", found=stars)
    oneself = actor_id == reported.reporter_id
    if turn.role == "member":
        require_oneself(actor_id, named_id=reported.reporter_id, acting_as="reporter")
    _plays(reported, turn, actor_id, act="rate")
    return e.IncidentRated(actor_id=actor_id, stars=stars, by_reporter=oneself)


def post(incident: Incident | None, *, turn: Turn, actor_id: UUID, days: int) -> e.IncidentPosted:
    """Make the outcome public for some days.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.sensitive` (it never
    appears on a public page), `incident.number_wrong`, `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="post")
    if reported.course.sensitive:
        raise Refusal("incident.sensitive")
    if not 1 <= days <= reasons.POSTING_DAYS_MAX:
        raise Refusal("incident.number_wrong", found=days)
    _plays(reported, turn, actor_id, act="post")
    return e.IncidentPosted(actor_id=actor_id, days=days)


def archive(incident: Incident | None, *, turn: Turn, actor_id: UUID) -> e.IncidentArchived:
    """Close the file; where the workflow can decide validity, nothing is closed before that was done.

    What was declined or merged has ended without being archived. Refused, in this order: `incident.unknown`, then as
    `turns.require_turn`, then `incident.validity_missing`, `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="archive")
    if reported.validity is None and turn.workflow.step("decide") is not None:
        raise Refusal("incident.validity_missing")
    _plays(reported, turn, actor_id, act="archive")
    return e.IncidentArchived(actor_id=actor_id)


def reopen(incident: Incident | None, *, turn: Turn, actor_id: UUID, reason: str) -> e.IncidentReopened:
    """Take it up again.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.reason_unknown`,
    `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="reopen")
    _listed(reason, reasons.REOPENING_REASONS)
    _plays(reported, turn, actor_id, act="reopen")
    return e.IncidentReopened(actor_id=actor_id, reason=reason)


def remind(incident: Incident | None, *, turn: Turn, actor_id: UUID, channel: str) -> e.IncidentReminded:
    """Record a reminder that was really sent; anybody in the template's roles may, of the members who reported it.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.channel_unknown`,
    `chain.not_oneself`.
    """
    reported = _turn(incident, turn, act="remind")
    _channel(channel)
    if turn.role == "member":
        require_oneself(actor_id, named_id=reported.reporter_id, acting_as="reporter")
    return e.IncidentReminded(actor_id=actor_id, channel=channel)


def supervise(
    incident: Incident | None, *, turn: Turn, actor_id: UUID, document: str, instruction: Commitment | None
) -> e.IncidentSupervised:
    """Put it under a superior's eyes.

    Refused: `incident.unknown`, then as `turns.require_turn`, then `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="supervise")
    _plays(reported, turn, actor_id, act="supervise")
    return e.IncidentSupervised(actor_id=actor_id, document=document, instruction=instruction)


def _turn(incident: Incident | None, turn: Turn, *, act: str) -> Incident:
    reported = existing(incident)
    require_turn(reported.course, turn, act=act)
    return reported


def _clerk(incident: Incident | None, turn: Turn, actor_id: UUID, *, act: str) -> Incident:
    reported = _turn(incident, turn, act=act)
    _plays(reported, turn, actor_id, act=act)
    return reported


def _plays(incident: Incident, turn: Turn, person_id: UUID, *, act: str) -> None:
    """Refuse (`chain.acted_twice`) an act to whoever has another hand in the report than it lets him have."""
    part = part_of(act, by_reporter=person_id == incident.reporter_id)
    if part is not None:
        require_part(incident, person_id, acting_as=part, workflow=turn.workflow)


def _listed(reason: str, known: Collection[str]) -> None:
    if reason not in known:
        raise Refusal("incident.reason_unknown", reason=reason)


def _channel(channel: str) -> None:
    if channel not in reasons.CHANNELS:
        raise Refusal("incident.channel_unknown", channel=channel)


def _named(department: str) -> None:
    if not department.strip():
        raise Refusal("incident.department_missing")


@dataclass(frozen=True, slots=True)
class _Address:
    """To whom a report is sent, and who handles for that department."""

    department: str
    handler_id: UUID | None
    handlers: Collection[UUID]


def _addressed(incident: Incident, turn: Turn, actor_id: UUID, *, act: str, to: _Address) -> None:
    _named(to.department)
    if to.handlers and to.handler_id is not None and to.handler_id not in to.handlers:
        raise Refusal("incident.other_department", department=to.department)
    _plays(incident, turn, actor_id, act=act)
    if to.handler_id is not None:
        _plays(incident, turn, to.handler_id, act="handle")


def _refuse_not_under_way(incident: Incident) -> None:
    if "dispatch" not in incident.course.done:
        raise Refusal("incident.not_dispatched")
    if incident.handling is not None:
        raise Refusal("incident.already_handled", handled_at=incident.handling.handled_at)
