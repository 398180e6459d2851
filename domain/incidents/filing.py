"""Everything else that happens to a file: accepted, dispatched, claimed, returned, asked back, rated, archived.

Each decision asks whether it is its turn, whether its reason is on the closed list, and whether its actor has played
another part in the same chain.
"""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from domain.incidents import events as e
from domain.incidents import reasons
from domain.incidents.deciding import existing, require_addressee, require_reason
from domain.incidents.state import Incident
from domain.incidents.turns import Turn, require_part, require_turn
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
    require_part(reported, actor_id, acting_as="clerk")
    return e.IncidentDeclined(actor_id=actor_id, reason=reason)


def merge(
    incident: Incident | None,
    *,
    turn: Turn,
    actor_id: UUID,
    incident_id: UUID,
    into_id: UUID,
    into: Incident | None,
    grounds: Sequence[str],
    known_grounds: Collection[str],
) -> e.IncidentMerged:
    """Link a report to the earlier one that it repeats: it stays unpaid.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.already_handled`,
    `incident.merge_target` (itself, unknown, later, or merged away itself), `incident.reason_unknown` (no ground, or
    one that is not on the list), `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="merge")
    if reported.handling is not None:
        raise Refusal("incident.already_handled", handled_at=reported.handling.handled_at)
    later = into is not None and (into.reported_at, str(into_id)) > (reported.reported_at, str(incident_id))
    if into is None or into_id == incident_id or later or into.course.merged_into is not None:
        raise Refusal("incident.merge_target", into=into_id)
    for ground in grounds or ("",):
        _listed(ground, known_grounds)
    require_part(reported, actor_id, acting_as="clerk")
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
    require_part(reported, actor_id, acting_as="clerk")
    return e.IncidentDeliberated(actor_id=actor_id, present=present, opinion=opinion)


def dispatch(
    incident: Incident | None, *, turn: Turn, actor_id: UUID, department: str, handler_id: UUID | None
) -> e.IncidentDispatched:
    """Send it to a department, or to one person of it.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.department_missing`,
    `chain.acted_twice` (the clerk, then the person that it is sent to).
    """
    reported = _turn(incident, turn, act="dispatch")
    _addressed(reported, actor_id, department=department, handler_id=handler_id)
    return e.IncidentDispatched(actor_id=actor_id, department=department, handler_id=handler_id)


def reassign(
    incident: Incident | None, *, turn: Turn, actor_id: UUID, department: str, handler_id: UUID | None, reason: str
) -> e.IncidentReassigned:
    """Send it to somebody else.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.not_dispatched`,
    `incident.already_handled`, `incident.reason_unknown`, `incident.department_missing`, `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="reassign")
    _refuse_not_under_way(reported)
    _listed(reason, reasons.REASSIGNMENT_REASONS)
    _addressed(reported, actor_id, department=department, handler_id=handler_id)
    return e.IncidentReassigned(actor_id=actor_id, department=department, handler_id=handler_id, reason=reason)


def claim(incident: Incident | None, *, turn: Turn, actor_id: UUID) -> e.IncidentClaimed:
    """Take it on oneself; the first claim wins.

    Refused, in this order: `incident.unknown`, `incident.claimed_by_another` (names the claimant),
    `incident.claimed_by_oneself` (it is his, and nothing is lost), then as `turns.require_turn`, then
    `chain.acted_twice`.
    """
    reported = existing(incident)
    require_addressee(reported, actor_id)
    if reported.course.claimed_by == actor_id:
        raise Refusal("incident.claimed_by_oneself")
    require_turn(reported.course, turn, act="claim")
    require_part(reported, actor_id, acting_as="handler")
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
    require_part(reported, actor_id, acting_as="supervisor")
    return e.IncidentWhistled(actor_id=actor_id, departments=called)


def arrive(incident: Incident | None, *, turn: Turn, actor_id: UUID, department: str) -> e.IncidentArrived:
    """Say that one's department is there.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.department_missing`,
    `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="arrive")
    _named(department)
    require_part(reported, actor_id, acting_as="handler")
    return e.IncidentArrived(handler_id=actor_id, department=department)


def give_back(incident: Incident | None, *, turn: Turn, actor_id: UUID, reason: str) -> e.IncidentReturned:
    """Give it back to whoever dispatched it.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.not_dispatched`,
    `incident.already_handled`, `incident.claimed_by_another`, `incident.reason_unknown`, `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="return")
    _refuse_not_under_way(reported)
    require_addressee(reported, actor_id)
    _listed(reason, reasons.RETURN_REASONS)
    require_part(reported, actor_id, acting_as="handler")
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
    require_part(reported, actor_id, acting_as="clerk")
    return e.IncidentSuspended(actor_id=actor_id, reason=reason, until=until)


def resume(incident: Incident | None, *, turn: Turn, actor_id: UUID) -> e.IncidentResumed:
    """Let the clock go on.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.not_suspended`,
    `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="resume")
    if not reported.course.suspended:
        raise Refusal("incident.not_suspended")
    require_part(reported, actor_id, acting_as="clerk")
    return e.IncidentResumed(actor_id=actor_id)


def extend(incident: Incident | None, *, turn: Turn, actor_id: UUID, longer: Limit, reason: str) -> e.IncidentExtended:
    """Give the step that is due longer.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.reason_unknown`,
    `workflow.limit_wrong`, `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="extend")
    _listed(reason, reasons.EXTENSION_REASONS)
    if longer.unit not in UNITS or longer.amount <= 0:
        raise Refusal("workflow.limit_wrong", act="extend")
    require_part(reported, actor_id, acting_as="clerk")
    return e.IncidentExtended(actor_id=actor_id, longer=longer, reason=reason)


def feed_back(
    incident: Incident | None, *, turn: Turn, actor_id: UUID, channel: str, message: Commitment | None
) -> e.IncidentFedBack:
    """Record that the reporter was told; whoever handled it may tell him himself.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.channel_unknown`,
    `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="feed_back")
    _channel(channel)
    handled = ("handler", actor_id) in reported.parts()
    require_part(reported, actor_id, acting_as="handler" if handled else "clerk")
    return e.IncidentFedBack(actor_id=actor_id, channel=channel, message=message)


def close(incident: Incident | None, *, turn: Turn, actor_id: UUID, solved: bool, reason: str) -> e.IncidentClosed:
    """Say whether it is really solved; the actor is a verifier, and may be the one who verified the report.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.not_handled`,
    `incident.reason_unknown`, `incident.reason_contradicts`, `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="close")
    if reported.handling is None:
        raise Refusal("incident.not_handled")
    require_reason(reason, outcome=solved, reasons=reasons.CLOSURE_REASONS)
    require_part(reported, actor_id, acting_as="verifier")
    return e.IncidentClosed(verifier_id=actor_id, solved=solved, reason=reason)


def call_back(incident: Incident | None, *, turn: Turn, actor_id: UUID, outcome: str) -> e.IncidentCalledBack:
    """Record what the reporter said afterwards.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.reason_unknown`,
    `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="call_back")
    _listed(outcome, reasons.CALL_BACK_OUTCOMES)
    require_part(reported, actor_id, acting_as="clerk")
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
    require_part(reported, actor_id, acting_as="reporter" if oneself else "clerk")
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
    require_part(reported, actor_id, acting_as="clerk")
    return e.IncidentPosted(actor_id=actor_id, days=days)


def archive(incident: Incident | None, *, turn: Turn, actor_id: UUID) -> e.IncidentArchived:
    """Close the file. Refused: `incident.unknown`, then as `turns.require_turn`, then `chain.acted_twice`."""
    _clerk(incident, turn, actor_id, act="archive")
    return e.IncidentArchived(actor_id=actor_id)


def reopen(incident: Incident | None, *, turn: Turn, actor_id: UUID, reason: str) -> e.IncidentReopened:
    """Take it up again.

    Refused, in this order: `incident.unknown`, then as `turns.require_turn`, then `incident.reason_unknown`,
    `chain.acted_twice`.
    """
    reported = _turn(incident, turn, act="reopen")
    _listed(reason, reasons.REOPENING_REASONS)
    require_part(reported, actor_id, acting_as="clerk")
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
    require_part(reported, actor_id, acting_as="supervisor")
    return e.IncidentSupervised(actor_id=actor_id, document=document, instruction=instruction)


def _turn(incident: Incident | None, turn: Turn, *, act: str) -> Incident:
    reported = existing(incident)
    require_turn(reported.course, turn, act=act)
    return reported


def _clerk(incident: Incident | None, turn: Turn, actor_id: UUID, *, act: str) -> Incident:
    reported = _turn(incident, turn, act=act)
    require_part(reported, actor_id, acting_as="clerk")
    return reported


def _listed(reason: str, known: Collection[str]) -> None:
    if reason not in known:
        raise Refusal("incident.reason_unknown", reason=reason)


def _channel(channel: str) -> None:
    if channel not in reasons.CHANNELS:
        raise Refusal("incident.channel_unknown", channel=channel)


def _named(department: str) -> None:
    if not department.strip():
        raise Refusal("incident.department_missing")


def _addressed(incident: Incident, actor_id: UUID, *, department: str, handler_id: UUID | None) -> None:
    _named(department)
    require_part(incident, actor_id, acting_as="clerk")
    if handler_id is not None:
        require_part(incident, handler_id, acting_as="handler")


def _refuse_not_under_way(incident: Incident) -> None:
    if "dispatch" not in incident.course.done:
        raise Refusal("incident.not_dispatched")
    if incident.handling is not None:
        raise Refusal("incident.already_handled", handled_at=incident.handling.handled_at)
