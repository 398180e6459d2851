"""Whether it is an act's turn: what the workflow of a report allows next, and to whom.

The one gate of every act. The templates order the kernel's acts; the kernel's own guards stand in `deciding` and
`filing`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from domain.incidents.state import Course, Incident
from domain.kernel.refusals import Refusal
from domain.kernel.separation import Part, require_distinct
from domain.kernel.workflow_steps import KERNEL, Step, Workflow

REGISTRY = frozenset({"clerk", "transcriber"})
"""Who keeps the file may also write down what others say: both decide nothing about validity or money."""

AFTER_THE_END: Mapping[str, frozenset[str]] = {
    "archived": frozenset({"reopen", "rate", "post", "supervise", "call_back"}),
    "declined": frozenset({"reopen"}),
    "merged": frozenset(),
}
"""What may still happen to a file that is closed, by how it ended."""


PARTS_OF: Mapping[str, frozenset[str]] = {
    "verify": frozenset({"verifier"}),
    "close": frozenset({"verifier"}),
    "claim": frozenset({"handler"}),
    "arrive": frozenset({"handler"}),
    "return": frozenset({"handler"}),
    "handle": frozenset({"handler"}),
    "decide": frozenset({"decider"}),
    "feed_back": frozenset({"clerk", "handler"}),
    "rate": frozenset({"clerk", "reporter"}),
    "supervise": frozenset({"supervisor"}),
    "whistle": frozenset({"supervisor"}),
    "remind": frozenset(),
}
"""The parts in which an act may be taken; every other act is a clerk's. Reminding is nobody's part."""

_CLERK = frozenset({"clerk"})


def parts_for(act: str) -> frozenset[str]:
    """In which parts an act is taken."""
    return PARTS_OF.get(act, _CLERK)


@dataclass(frozen=True, slots=True)
class Turn:
    """The workflow that a report follows, and the role in which somebody wants to act."""

    workflow: Workflow
    role: str


def require_turn(course: Course, turn: Turn, *, act: str) -> None:
    """Refuse an act that is not in the workflow, not for this role, or not yet or no longer to be done.

    Refused, in this order: `workflow.act_not_in`, `workflow.role_may_not`, `incident.not_ended` (nothing to reopen),
    `incident.ended`, `incident.suspended`, `workflow.act_done`, `workflow.out_of_turn` (names the step that comes
    first), `workflow.too_often`.
    """
    step, beside = turn.workflow.step(act), turn.workflow.beside(act)
    entry = step or beside
    if entry is None:
        raise Refusal("workflow.act_not_in", act=act, workflow=turn.workflow.title)
    if turn.role not in entry.roles:
        raise Refusal("workflow.role_may_not", act=act, role=turn.role)
    _refuse_ended(turn.workflow, course, act)
    if course.suspended and act not in ("resume", "remind", "supervise"):
        raise Refusal("incident.suspended")
    if step is not None:
        if act in course.done:
            raise Refusal("workflow.act_done", act=act)
        for missing in outstanding(turn.workflow, course, before=act):
            raise Refusal("workflow.out_of_turn", act=act, missing=missing.act)
    if beside is not None and beside.times_max is not None and course.besides.count(act) >= beside.times_max:
        raise Refusal("workflow.too_often", act=act, times_max=beside.times_max)


def _refuse_ended(workflow: Workflow, course: Course, act: str) -> None:
    if course.ended is None:
        if act == "reopen" and next_step(workflow, course) is not None:
            raise Refusal("incident.not_ended")
    elif act not in AFTER_THE_END[course.ended]:
        raise Refusal("incident.ended", ended=course.ended)


def outstanding(workflow: Workflow, course: Course, *, before: str | None = None) -> Iterable[Step]:
    """The mandatory steps that are still to be done, in order; `before`: only those before this act's."""
    steps = workflow.steps if before is None else workflow.before(before)
    return [
        step for step in steps if step.mandatory and step.act not in course.done and not course.falls_away(step.act)
    ]


def next_step(workflow: Workflow, course: Course) -> Step | None:
    """The step that the report waits for; None when nothing has to be done any more.

    The kernel's own rule demands no order, so there it is the first step that has not been done.
    """
    if course.ended is not None:
        return None
    steps = workflow.steps if workflow == KERNEL else outstanding(workflow, course)
    return next((step for step in steps if step.act not in course.done and not course.falls_away(step.act)), None)


def open_acts(workflow: Workflow, course: Course, *, role: str) -> tuple[str, ...]:
    """Every act that somebody in this role may take now, steps first."""
    acts = [step.act for step in workflow.steps] + [beside.act for beside in workflow.besides]
    return tuple(act for act in acts if _may(course, Turn(workflow, role), act))


def waits_for(incident: Incident, turn: Turn, person_id: UUID) -> bool:
    """Whether a report waits for this person to take it on, or for the next step of what he has taken on.

    What may be claimed waits for everybody who may claim it; afterwards it waits for the claimant, or for whom it was
    sent to, alone. Whoever has played another part in the chain is not waited for.
    """
    owner = incident.course.claimed_by or incident.course.handler_id
    if owner is None:
        acts = [step.act for step in turn.workflow.steps if step.act == "claim"]
    else:
        acts = [step.act for step in turn.workflow.steps] if owner == person_id else []
    if not any(_may(incident.course, turn, act) for act in acts):
        return False
    return all(acted_id != person_id for _, acted_id in _others(incident, "handler"))


def _may(course: Course, turn: Turn, act: str) -> bool:
    try:
        require_turn(course, turn, act=act)
    except Refusal:
        return False
    return _fits(course, act)


def _fits(course: Course, act: str) -> bool:
    """What the kernel itself asks, beyond the order."""
    match act:
        case "decline":
            return "accept" not in course.done
        case "merge":
            return not {"handle", "decide"} & set(course.done)
        case "return" | "reassign":
            return "dispatch" in course.done and "handle" not in course.done
        case "resume":
            return course.suspended
        case "suspend":
            return not course.suspended
        case "decide":
            return "verify" in course.done and (course.confirmed is False or "handle" in course.done)
        case _:
            return not course.falls_away(act)


def require_part(incident: Incident, actor_id: UUID, *, acting_as: str) -> None:
    """Refuse (`chain.acted_twice`) whoever already played another part in the chain."""
    require_distinct(actor_id, acting_as=acting_as, acted=_others(incident, acting_as))


def _others(incident: Incident, acting_as: str) -> tuple[Part, ...]:
    return tuple(part for part in incident.parts() if part[0] != acting_as and not {part[0], acting_as} <= REGISTRY)
