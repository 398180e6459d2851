"""One step of a deed as pages and programs ask for it: which command it is, and what it needs."""

from dataclasses import dataclass
from datetime import date
from typing import assert_never
from uuid import UUID

from api.commands.deeds import activities, commendations, inspections, party_activities, tasks
from api.context import App
from api.staff.deed_shapes import (
    ActivityStep,
    CommendationStep,
    InspectionStep,
    PartyActivityStep,
    TaskStep,
)
from domain.deeds.activities import Served
from journal.facts import Actor, Receipt


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a step of which deed, under which key, today."""

    app: App
    actor: Actor
    key: str
    deed_id: UUID
    on: date


def task_step(asked: Asked, wanted: TaskStep) -> Receipt:
    """A step of a task; where nobody is named, the caller's own."""
    person_id, reason = wanted.person_id or asked.actor.person_id, wanted.reason or ""
    match wanted.step:
        case "accept":
            return tasks.accept(
                asked.app, actor=asked.actor, key=asked.key, task_id=asked.deed_id, person_id=person_id, on=asked.on
            )
        case "give_up":
            return tasks.give_up(
                asked.app,
                actor=asked.actor,
                key=asked.key,
                task_id=asked.deed_id,
                person_id=person_id,
                reason=reason,
                on=asked.on,
            )
        case "finish":
            return tasks.finish(
                asked.app,
                actor=asked.actor,
                key=asked.key,
                task_id=asked.deed_id,
                person_id=person_id,
                done_on=wanted.done_on or asked.on,
                on=asked.on,
            )
        case "confirm":
            return tasks.confirm(
                asked.app, actor=asked.actor, key=asked.key, task_id=asked.deed_id, person_id=person_id, on=asked.on
            )
        case "send_back":
            return tasks.send_back(
                asked.app,
                actor=asked.actor,
                key=asked.key,
                task_id=asked.deed_id,
                person_id=person_id,
                reason=reason,
                on=asked.on,
            )
        case "withdraw_confirmation":
            return tasks.withdraw_confirmation(
                asked.app,
                actor=asked.actor,
                key=asked.key,
                task_id=asked.deed_id,
                person_id=person_id,
                reason=reason,
                on=asked.on,
            )
        case "withdraw":
            return tasks.withdraw(
                asked.app, actor=asked.actor, key=asked.key, task_id=asked.deed_id, reason=reason, on=asked.on
            )
        case _:
            assert_never(wanted.step)


def activity_step(asked: Asked, wanted: ActivityStep) -> Receipt:
    """A step of an activity; where nobody is named, the caller's own."""
    person_id, reason = wanted.person_id or asked.actor.person_id, wanted.reason or ""
    served = [Served(one.person_id, one.minutes) for one in wanted.served]
    match wanted.step:
        case "sign_up":
            return activities.sign_up(
                asked.app, actor=asked.actor, key=asked.key, activity_id=asked.deed_id, person_id=person_id, on=asked.on
            )
        case "withdraw_sign_up":
            return activities.withdraw_sign_up(
                asked.app, actor=asked.actor, key=asked.key, activity_id=asked.deed_id, person_id=person_id, on=asked.on
            )
        case "check_in":
            return activities.check_in(
                asked.app,
                actor=asked.actor,
                key=asked.key,
                activity_id=asked.deed_id,
                person_ids=wanted.person_ids,
                on=asked.on,
            )
        case "confirm_hours":
            return activities.confirm_hours(
                asked.app, actor=asked.actor, key=asked.key, activity_id=asked.deed_id, served=served, on=asked.on
            )
        case "withdraw_hours":
            return activities.withdraw_hours(
                asked.app,
                actor=asked.actor,
                key=asked.key,
                activity_id=asked.deed_id,
                person_id=person_id,
                reason=reason,
                on=asked.on,
            )
        case "cancel":
            return activities.cancel(
                asked.app, actor=asked.actor, key=asked.key, activity_id=asked.deed_id, reason=reason, on=asked.on
            )
        case _:
            assert_never(wanted.step)


def commendation_step(asked: Asked, wanted: CommendationStep) -> Receipt:
    """A step of a commendation."""
    reason = wanted.reason or ""
    match wanted.step:
        case "confirm":
            return commendations.confirm(
                asked.app, actor=asked.actor, key=asked.key, commendation_id=asked.deed_id, on=asked.on
            )
        case "withdraw":
            return commendations.withdraw(
                asked.app, actor=asked.actor, key=asked.key, commendation_id=asked.deed_id, reason=reason, on=asked.on
            )
        case _:
            assert_never(wanted.step)


def inspection_step(asked: Asked, wanted: InspectionStep) -> Receipt:
    """A step of an inspection."""
    reason = wanted.reason or ""
    match wanted.step:
        case "confirm":
            return inspections.confirm(
                asked.app, actor=asked.actor, key=asked.key, inspection_id=asked.deed_id, on=asked.on
            )
        case "dispute":
            return inspections.dispute(
                asked.app, actor=asked.actor, key=asked.key, inspection_id=asked.deed_id, reason=reason, on=asked.on
            )
        case "withdraw":
            return inspections.withdraw(
                asked.app, actor=asked.actor, key=asked.key, inspection_id=asked.deed_id, reason=reason, on=asked.on
            )
        case _:
            assert_never(wanted.step)


def party_activity_step(asked: Asked, wanted: PartyActivityStep) -> Receipt:
    """A step of a party member's service."""
    reason = wanted.reason or ""
    match wanted.step:
        case "confirm_unit":
            return party_activities.confirm_unit(
                asked.app, actor=asked.actor, key=asked.key, party_activity_id=asked.deed_id, on=asked.on
            )
        case "confirm_community":
            return party_activities.confirm_community(
                asked.app, actor=asked.actor, key=asked.key, party_activity_id=asked.deed_id, on=asked.on
            )
        case "reject":
            return party_activities.reject(
                asked.app, actor=asked.actor, key=asked.key, party_activity_id=asked.deed_id, reason=reason, on=asked.on
            )
        case "withdraw":
            return party_activities.withdraw(
                asked.app, actor=asked.actor, key=asked.key, party_activity_id=asked.deed_id, reason=reason, on=asked.on
            )
        case _:
            assert_never(wanted.step)
