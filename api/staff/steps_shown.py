"""The steps of a report's workflow as a list: what is done, what it waits for and until when, what does not apply."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from api.staff.act_offers import Case
from api.web import words
from api.web.act_words import assumed_told, due_told, limit_told

State = Literal["done", "next", "later", "free", "fallen"]


@dataclass(frozen=True, slots=True)
class StepShown:
    """One step. `state`: done, next, later, free (need not be taken), fallen (not needed here); `note`: its limit."""

    act: str
    stage: str
    state: State
    roles: str
    note: str | None


def steps(case: Case, now: datetime) -> list[StepShown]:
    """All of them, in order."""
    course, row = case.course, case.row
    shown = []
    for step in case.workflow.steps:
        note = f"时限 {limit_told(step.limit)}" if step.limit is not None else None
        state: State = "later" if step.mandatory or not case.workflow.title else "free"
        if step.act in course.done:
            state, note = "done", None
        elif course.ended is not None or course.falls_away(step.act):
            state, note = "fallen", None
        elif step.act == row.next_act:
            state = "next"
            if row.suspended_at is not None:
                note = "已挂起，停止计时"
            elif row.due_at is not None:
                note = f"{words.moment(row.due_at)} 到期，{due_told(row.due_at, now)}"
                if row.missing_year is not None:
                    note += f"（{assumed_told(row.missing_year)}）"
        roles = "、".join(words.ROLES.get(role, role) for role in step.roles)
        shown.append(StepShown(step.act, step.stage or words.ACTS[step.act], state, roles, note))
    return shown
