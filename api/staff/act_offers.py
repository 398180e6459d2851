"""What somebody may do with a report now, and why not what he may not: asked of the rules themselves.

What must not be broken: a page offers nothing that the rules would refuse today; the command judges all the same.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from api.commands.shared import incident_stream, person_stream, today
from api.staff.acting import Acting
from api.staff.office import Office
from api.staff.texts import require_readable
from api.web import words
from api.web.messages import sentence
from domain import incidents as rules
from domain import persons
from domain.authority import may
from domain.incidents import Course, Turn, open_acts
from domain.incidents.deciding import require_addressee, require_department
from domain.incidents.locating import require_open
from domain.incidents.turns import extension_left, part_of, require_part, require_turn
from domain.kernel.refusals import Refusal
from domain.kernel.workflow_steps import ACTS, APART, Limit, Workflow
from projections import incident_courses, incidents
from projections.incident_courses import IncidentCourse
from projections.incidents import Incident

ADDRESSED: Final = frozenset({"claim", "return", "handle"})
"""Acts that are only for whom a report was sent to, or who has claimed it."""


@dataclass(frozen=True, slots=True)
class Case:
    """A report with its place in its workflow: as pages show it, and as the rules judge it."""

    incident: Incident
    row: IncidentCourse
    workflow: Workflow
    state: rules.Incident
    departments: frozenset[str] = frozenset()

    @property
    def course(self) -> Course:
        """How far it has gone."""
        return self.state.course


@dataclass(frozen=True, slots=True)
class Offer:
    """An act of the acting role. `refusal` is the sentence that says why it cannot be taken now; None: it can."""

    act: str
    stage: str
    beside: bool
    mandatory: bool
    refusal: str | None


def case_of(desk: Office, who: Acting, incident_id: UUID) -> Case:
    """A report that the acting role may see. Refuses `incident.unknown`, `access.*`."""
    with desk.current(incidents, incident_courses) as conn:
        incident = incidents.one(conn, incident_id)
        row = incident_courses.one(conn, incident_id)
        if incident is None or row is None:
            raise Refusal("incident.unknown")
        workflow = incident_courses.workflow_of(conn, row)
    require_readable(desk, who, incident)
    state = desk.app.journal.state(incident_stream(incident_id), rules.evolve)
    if state is None:
        raise Refusal("incident.unknown")
    return Case(incident, row, workflow, state, _departments(desk, who, state))


def _departments(desk: Office, who: Acting, state: rules.Incident) -> frozenset[str]:
    """For which the acting person handles where the report is."""
    if who.role != persons.HANDLER or not state.course.bound:
        return frozenset()
    person = desk.app.journal.state(person_stream(who.person_id), persons.evolve)
    return person.departments(state.division, today(desk.app)) if person is not None else frozenset()


def offers(who: Acting, case: Case) -> list[Offer]:
    """The acts of the acting role in the report's workflow, steps first; without what no longer makes sense."""
    found = [Offer(step.act, step.stage, False, step.mandatory, None) for step in case.workflow.steps]
    found += [Offer(beside.act, beside.stage, True, False, None) for beside in case.workflow.besides]
    found += [Offer(act, "", True, False, None) for act in APART if may(who.role, ACTS[act])]
    judged = []
    for one in found:
        refusal = refusal_of(who, case, one.act)
        if refusal is None:
            judged.append(one)
        elif refusal.code not in _SAY_NOTHING:
            told = _told(refusal, one, who)
            judged.append(Offer(one.act, one.stage, one.beside, one.mandatory, told))
    return judged


def _told(refusal: Refusal, offer: Offer, who: Acting) -> str:
    """Why not; to whoever acted already, by what he did."""
    acted_as = str(refusal.facts.get("acted_as"))
    if refusal.code != "chain.acted_twice" or refusal.facts["person_id"] != str(who.person_id):
        return sentence(refusal.code, refusal.facts)
    return (
        f"您在这件事里已是{words.PARTS[acted_as]}，“{offer.stage or words.ACTS[offer.act]}”请由没有经手过的同事办理。"
    )


_SAY_NOTHING: Final = frozenset(
    {
        "workflow.role_may_not",
        "workflow.act_not_in",
        "workflow.act_done",
        "incident.ended",
        "incident.already_located",
        "incident.already_verified",
    }
)
"""What needs no explanation: somebody else's work, and what is done."""


def refusal_of(who: Acting, case: Case, act: str) -> Refusal | None:
    """Why the acting person may not take an act now, in the order in which its decision asks; None if he may."""
    try:
        if act in APART:
            _require_apart(who, case, act)
        else:
            require_turn(case.course, Turn(case.workflow, who.role), act=act)
            _require_sense(who, case, act)
        if act in ADDRESSED:
            require_addressee(case.state, who.person_id)
            require_department(case.state, Turn(case.workflow, who.role, case.departments))
        part = part_in(case, act, who.person_id)
        if part is not None:
            require_part(case.state, who.person_id, acting_as=part, workflow=case.workflow)
    except Refusal as refusal:
        return refusal
    return None


def _require_apart(who: Acting, case: Case, act: str) -> None:
    """Refuse what no workflow speaks of, and the rules of the act itself do not allow."""
    if not may(who.role, ACTS[act]):
        raise Refusal("authority.role_may_not", role=who.role, event_type=ACTS[act])
    require_open(case.state)


def part_in(case: Case, act: str, person_id: UUID) -> str | None:
    """The part that somebody plays in the chain by an act; None: it is nobody's part."""
    return part_of(act, by_reporter=person_id == case.state.reporter_id)


def _require_sense(who: Acting, case: Case, act: str) -> None:
    """Refuse what the kernel itself does not allow yet, or no more."""
    if act in open_acts(case.workflow, case.course, role=who.role):
        return
    done, handling = case.course.done, case.state.handling
    if act == "decline":
        raise Refusal("incident.already_accepted")
    if act in ("return", "reassign") and "dispatch" not in done:
        raise Refusal("incident.not_dispatched")
    if act in ("merge", "return", "reassign") and handling is not None:
        raise Refusal("incident.already_handled", handled_at=handling.handled_at)
    if act == "merge" and case.state.validity is not None:
        raise Refusal("incident.already_decided", valid=case.state.validity.valid)
    if act == "resume":
        raise Refusal("incident.not_suspended")
    if act == "decide":
        raise Refusal("incident.not_handled" if "verify" in done else "incident.not_verified")
    if act == "post":
        raise Refusal("incident.sensitive")
    if act == "archive":
        raise Refusal("incident.validity_missing")
    if act == "extend":
        room = extension_left(case.workflow, case.course)
        if room is None:
            raise Refusal("incident.no_limit")
        raise Refusal("incident.extension_beyond", amount=room.amount, unit=room.unit)
    if case.state.verification is not None:
        raise Refusal("incident.not_confirmed", reason=case.state.verification.reason)
    raise Refusal("workflow.act_not_in", act=act, workflow=case.workflow.title)


def next_after(case: Case, act: str, *, yes: bool | None) -> tuple[str, Limit | None] | None:
    """What the report waits for once a step is recorded: the stage's act and its limit; None: nothing.

    `yes` is the conclusion, where the act has one. Only for steps; a closure that fails goes back to handling.
    """
    course = case.course
    if act == "close" and yes is False:
        step = case.workflow.step("handle")
        return (step.act, step.limit) if step is not None else None
    after = Course(
        done=(*course.done, act),
        round=course.round,
        confirmed=yes if act == "verify" else course.confirmed,
        sensitive=course.sensitive,
        ended="archived" if act == "archive" else None,
    )
    step = rules.next_step(case.workflow, after)
    return (step.act, step.limit) if step is not None else None
