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
from domain.kernel.workflow_steps import ACTS, EXTENSION_PERCENT_MAX, KERNEL, Limit, Step, Workflow

AFTER_THE_END: Mapping[str, frozenset[str]] = {
    "archived": frozenset({"reopen", "rate", "post", "supervise", "call_back"}),
    "declined": frozenset({"reopen"}),
    "merged": frozenset(),
}
"""What may still happen to a file that is closed, by how it ended."""


PART_OF: Mapping[str, str] = {
    "verify": "verifier",
    "claim": "handler",
    "arrive": "handler",
    "return": "handler",
    "handle": "handler",
    "feed_back": "answerer",
    "close": "closer",
    "call_back": "caller",
    "rate": "rater",
    "decide": "decider",
    "supervise": "supervisor",
    "whistle": "supervisor",
}
"""The part that an act is taken in; whoever keeps the file has the act itself as his part."""

NOBODYS_PART = frozenset({"remind"})
"""Acts by which nobody gets a hand in a report: reminding also stands open to who reported."""


def part_of(act: str, *, by_reporter: bool = False) -> str | None:
    """The part that somebody plays by an act; None: none. The reporter who rates stays the reporter."""
    if act in NOBODYS_PART:
        return None
    if act == "rate" and by_reporter:
        return "reporter"
    return PART_OF.get(act, act)


def keeps_file(part: str, workflow: Workflow) -> bool:
    """Whether a part only keeps the file or writes down what others say: one person may have several of them.

    Both decide nothing about validity or money. A template may set an act apart that the kernel does not.
    """
    return part == "transcriber" or (part in ACTS and not workflow.apart(part))


def parts_beside(act: str, workflow: Workflow) -> frozenset[str]:
    """The parts that somebody may already have played who takes an act: nobody acts twice in one chain."""
    if act in NOBODYS_PART:
        return frozenset()
    mine = {"reporter", "rater"} if act == "rate" else {PART_OF.get(act, act)}
    if not all(keeps_file(part, workflow) for part in mine):
        return frozenset(mine)
    return frozenset({"transcriber", *(part for part in ACTS if _is_clerical(part) and keeps_file(part, workflow))})


def _is_clerical(act: str) -> bool:
    return act not in PART_OF and act not in NOBODYS_PART


@dataclass(frozen=True, slots=True)
class Turn:
    """The workflow that a report follows, and the role in which somebody wants to act.

    `departments`: for which he handles where the report is; none in any other role.
    """

    workflow: Workflow
    role: str
    departments: frozenset[str] = frozenset()


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


def extension_left(workflow: Workflow, course: Course) -> Limit | None:
    """By how much the step that is due may still be extended, in the unit of its limit; None where it has no limit.

    Amount 0: by nothing more. A version from before templates bounded this has the kernel's bound.
    """
    step, extend = next_step(workflow, course), workflow.beside("extend")
    if step is None or step.limit is None:
        return None
    percent = extend.percent_max if extend is not None and extend.percent_max is not None else EXTENSION_PERCENT_MAX
    given = sum(longer.amount for longer in course.extended if longer.unit == step.limit.unit)
    return Limit(max(0, step.limit.amount * percent // 100 - given), step.limit.unit)


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
    return any(_may(incident.course, turn, act) and _is_new_to(incident, turn, act, person_id) for act in acts)


def _is_new_to(incident: Incident, turn: Turn, act: str, person_id: UUID) -> bool:
    part = part_of(act, by_reporter=person_id == incident.reporter_id)
    return part is None or all(acted != person_id for _, acted in _others(incident, part, turn.workflow))


def _may(course: Course, turn: Turn, act: str) -> bool:
    try:
        require_turn(course, turn, act=act)
    except Refusal:
        return False
    return _fits(course, turn, act)


def _fits(course: Course, turn: Turn, act: str) -> bool:
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
        case "archive":
            return "decide" in course.done or turn.workflow.step("decide") is None
        case "extend":
            room = extension_left(turn.workflow, course)
            return room is not None and room.amount > 0
        case _:
            return not course.falls_away(act)


def require_part(incident: Incident, actor_id: UUID, *, acting_as: str, workflow: Workflow) -> None:
    """Refuse (`chain.acted_twice`) whoever already played another part in the chain."""
    require_distinct(actor_id, acting_as=acting_as, acted=_others(incident, acting_as, workflow))


def _others(incident: Incident, acting_as: str, workflow: Workflow) -> tuple[Part, ...]:
    clerk = keeps_file(acting_as, workflow)
    return tuple(
        part for part in incident.parts() if part[0] != acting_as and not (clerk and keeps_file(part[0], workflow))
    )
