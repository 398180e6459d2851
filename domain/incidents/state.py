"""What an incident has come to: who did what, and how far its course has gone."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, assert_never
from uuid import UUID

from domain.incidents import events as e
from domain.kernel.calendar import day_in_china
from domain.kernel.events import type_of
from domain.kernel.ids import EventName
from domain.kernel.places import Division, Position
from domain.kernel.separation import Part
from domain.kernel.states import known
from domain.kernel.workflow_steps import ACTS, NOTHING_TO_HANDLE, STEPS, Limit

ACT_OF: Final = {type_name: act for act, type_name in ACTS.items()}

KEPT_WHEN_REOPENED: Final = frozenset({"accept", "verify", "deliberate", "decide"})
"""What a matter that is taken up again does not go through a second time."""

UNDONE_BY_RETURN: Final = frozenset({"dispatch", "claim", "arrive"})
UNDONE_BY_FAILED_CLOSURE: Final = frozenset({"handle", "feed_back", "close"})


@dataclass(frozen=True, slots=True)
class Verification:
    """What the verifier found."""

    verifier_id: UUID
    confirmed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Handling:
    """Who handled it, and when."""

    handler_id: UUID
    handled_at: datetime
    transcribed_by: UUID | None


@dataclass(frozen=True, slots=True)
class Validity:
    """Whether the report counts, and who said so."""

    decider_id: UUID
    valid: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Course:
    """How far a report has gone: the steps done in this round, and what stands in the way of the next one.

    `besides` are the acts beside the order, as often as they happened; `ended` is declined, merged, archived or None;
    `extended` is what the step that is due was given so far; `bound`: only handlers of `department` may take it on;
    `called` are the departments that were whistled for.
    """

    done: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    round: int = 1
    confirmed: bool | None = None
    sensitive: bool = False
    department: str | None = None
    handler_id: UUID | None = None
    claimed_by: UUID | None = None
    suspended: bool = False
    extended: tuple[Limit, ...] = ()
    bound: bool = False
    called: tuple[str, ...] = ()
    ended: str | None = None
    merged_into: UUID | None = None

    def without(self, acts: frozenset[str]) -> "Course":
        """The course with these steps still to be done."""
        return replace(self, done=tuple(act for act in self.done if act not in acts))

    def falls_away(self, act: str) -> bool:
        """Whether a step is not needed: what was not confirmed is not handled, what is sensitive is not made public."""
        return (self.confirmed is False and act in NOTHING_TO_HANDLE) or (self.sensitive and act == "post")


@dataclass(frozen=True, slots=True)
class Incident:
    """A report and what has become of it so far. `helpers` are those who acted besides reporter and deciders.

    Each with his part; whoever keeps the file has the act itself as his part, so that a refusal can name it.
    """

    reporter_id: UUID
    category: str
    division: Division
    grid: str | None
    source: str
    reported_at: datetime
    transcribed_by: UUID | None = None
    verification: Verification | None = None
    handling: Handling | None = None
    validity: Validity | None = None
    item: str | None = None
    position: Position | None = None
    workflow: EventName | None = None
    course: Course = Course()
    helpers: tuple[tuple[str, UUID], ...] = ()

    @property
    def reported_on(self) -> date:
        """The day of the report in China: it chooses the tariff, the bands and the month of accrual."""
        return day_in_china(self.reported_at)

    def parts(self) -> tuple[Part, ...]:
        """Who has played which part so far: the order of the chain, then everybody else who had the file in hand."""
        verification, handling, validity = self.verification, self.handling, self.validity
        return (
            ("reporter", self.reporter_id),
            ("transcriber", self.transcribed_by),
            ("verifier", verification.verifier_id if verification else None),
            ("handler", handling.handler_id if handling else None),
            ("transcriber", handling.transcribed_by if handling else None),
            ("decider", validity.decider_id if validity else None),
            *self.helpers,
        )


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(incident: Incident | None, event: e.IncidentEvent) -> Incident:
    """The incident after an event."""
    if isinstance(event, e.IncidentReported):
        return _reported(event)
    before = known(incident)
    after = replace(before, course=advance(before.course, event))
    match event:
        case e.IncidentVerified():
            return replace(after, verification=Verification(event.verifier_id, event.confirmed, event.reason))
        case e.IncidentHandled():
            return replace(after, handling=Handling(event.handler_id, event.handled_at, event.transcribed_by))
        case e.ValidityDecided():
            return replace(after, validity=Validity(event.decider_id, event.valid, event.reason))
        case e.IncidentClosed():
            looked = _with(after, "closer", event.verifier_id)
            return looked if event.solved else _to_be_handled_again(looked)
        case e.IncidentReopened():
            return _to_be_handled_again(_with(after, "reopen", event.actor_id))
        case e.IncidentClaimed() | e.IncidentArrived() | e.IncidentReturned():
            return _with(after, "handler", event.handler_id)
        case e.IncidentSupervised() | e.IncidentWhistled():
            return _with(after, "supervisor", event.actor_id)
        case e.IncidentReminded():
            return after  # anybody may remind, also who reported
        case e.IncidentLocated():
            return _with(replace(after, division=event.division), "locate", event.actor_id)
        case e.IncidentFedBack():
            return _with(after, "answerer", event.actor_id)
        case e.IncidentCalledBack():
            return _with(after, "caller", event.actor_id)
        case e.IncidentRated():
            return after if event.by_reporter else _with(after, "rater", event.actor_id)
        case (
            e.IncidentAccepted()
            | e.IncidentDeclined()
            | e.IncidentMerged()
            | e.IncidentDeliberated()
            | e.IncidentDispatched()
            | e.IncidentReassigned()
            | e.IncidentSuspended()
            | e.IncidentResumed()
            | e.IncidentExtended()
            | e.IncidentPosted()
            | e.IncidentArchived()
        ):
            return _with(after, ACT_OF[type_of(event)], event.actor_id)
        case _:
            assert_never(event)


def advance(course: Course, event: e.IncidentEvent) -> Course:
    """The course after an event that is not the report itself."""
    act = ACT_OF[type_of(event)]
    if act in STEPS:
        after = replace(course, done=(*course.done, act), extended=())
    else:
        after = replace(course, besides=(*course.besides, act))
    match event:
        case e.IncidentVerified():
            return replace(after, confirmed=event.confirmed)
        case e.IncidentDispatched() | e.IncidentReassigned():
            sent = after.without(frozenset({"claim", "arrive"})) if act == "reassign" else after
            to = replace(sent, department=event.department, handler_id=event.handler_id, bound=bool(event.bound))
            return replace(to, claimed_by=None)
        case e.IncidentClaimed():
            return replace(after, claimed_by=event.handler_id)
        case e.IncidentReturned():
            back = after.without(UNDONE_BY_RETURN)
            return replace(back, department=None, handler_id=None, claimed_by=None, bound=False)
        case e.IncidentWhistled():
            return replace(after, called=(*after.called, *event.departments))
        case e.IncidentClosed():
            return after if event.solved else after.without(UNDONE_BY_FAILED_CLOSURE)
        case e.IncidentSuspended() | e.IncidentResumed():
            return replace(after, suspended=act == "suspend")
        case e.IncidentExtended():
            return replace(after, extended=(*after.extended, event.longer))
        case e.IncidentDeclined():
            return replace(after, ended="declined")
        case e.IncidentMerged():
            return replace(after, ended="merged", merged_into=event.into)
        case e.IncidentArchived():
            return replace(after, ended="archived")
        case e.IncidentReopened():
            again = tuple(step for step in after.done if step in KEPT_WHEN_REOPENED)
            return Course(
                done=again,
                besides=after.besides,
                round=after.round + 1,
                confirmed=after.confirmed,
                sensitive=after.sensitive,
            )
        case _:
            return after


def _reported(event: e.IncidentReported) -> Incident:
    return Incident(
        event.reporter_id,
        event.category,
        event.division,
        event.grid,
        event.source,
        event.reported_at,
        event.transcribed_by,
        item=event.item,
        position=event.position,
        workflow=event.workflow,
        course=Course(sensitive=event.sensitive),
    )


def _with(incident: Incident, part: str, person_id: UUID) -> Incident:
    """The incident with somebody's part noted, once."""
    if (part, person_id) in incident.helpers:
        return incident
    return replace(incident, helpers=(*incident.helpers, (part, person_id)))


def _to_be_handled_again(incident: Incident) -> Incident:
    """What was done did not last; whoever did it has acted all the same."""
    done = incident.handling
    if done is None:
        return incident
    noted = _with(replace(incident, handling=None), "handler", done.handler_id)
    return noted if done.transcribed_by is None else _with(noted, "transcriber", done.transcribed_by)
