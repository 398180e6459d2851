"""One step of a disclosure or of a village's committees, as pages and programs ask for it: which command it is."""

from dataclasses import dataclass
from datetime import date
from typing import assert_never

from api.commands.disclosing import committees, disclosures, settling
from api.commands.disclosing.objections import NewObjection
from api.context import App
from api.staff.disclosing_shapes import CommitteeStep, DisclosureStep, NewDisclosureSettings, NewObjectionSent
from domain.disclosures.settings import KindRule
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from journal.facts import Actor, Receipt
from projections.disclosure_queries import Disclosure


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, under which key, today."""

    app: App
    actor: Actor
    key: str
    on: date


def step(asked: Asked, found: Disclosure, wanted: DisclosureStep) -> Receipt:
    """Review, post, close or archive a disclosure."""
    app, actor, key, on, identity = asked.app, asked.actor, asked.key, asked.on, found.disclosure_id
    match wanted.step:
        case "review":
            return disclosures.review(
                app,
                actor=actor,
                key=key,
                disclosure_id=identity,
                version=wanted.version,
                passed=wanted.passed,
                opinion=wanted.opinion or "",
                on=on,
            )
        case "publish":
            return disclosures.publish(app, actor=actor, key=key, disclosure_id=identity, version=wanted.version, on=on)
        case "close":
            return disclosures.close(app, actor=actor, key=key, disclosure_id=identity, on=on)
        case "archive":
            return disclosures.archive(app, actor=actor, key=key, disclosure_id=identity, on=on)
        case _:
            assert_never(wanted.step)


def objection_of(found: Disclosure, wanted: NewObjectionSent) -> NewObjection:
    """An objection as the command takes it."""
    return NewObjection(
        disclosure_id=found.disclosure_id,
        version=wanted.version,
        text=wanted.text,
        channel=wanted.channel,
        row=wanted.row,
        objector_id=wanted.objector_id,
        name=wanted.name or "",
        contact=wanted.contact or "",
    )


def committee_step(asked: Asked, division: Division, wanted: CommitteeStep) -> Receipt:
    """Seat somebody or let him leave; write a kinship down or take it back."""
    day = wanted.day or asked.on
    app, actor, key, person_id, on = asked.app, asked.actor, asked.key, wanted.person_id, asked.on
    match wanted.step:
        case "seat":
            return committees.seat(
                app,
                actor=actor,
                key=key,
                division=division,
                person_id=person_id,
                body=wanted.body,
                since=day,
                on=on,
            )
        case "leave":
            return committees.leave(
                app,
                actor=actor,
                key=key,
                division=division,
                person_id=person_id,
                body=wanted.body,
                last_day=day,
                on=on,
            )
    if wanted.other_id is None:
        raise Refusal("committee.kin_of_oneself")
    if wanted.step == "withdraw_kinship":
        return committees.withdraw_kinship(
            app, actor=actor, key=key, division=division, person_id=person_id, other_id=wanted.other_id, on=on
        )
    return committees.declare_kinship(
        app,
        actor=actor,
        key=key,
        division=division,
        person_id=person_id,
        other_id=wanted.other_id,
        kinship=wanted.kinship,
        on=on,
    )


def settings_of(wanted: NewDisclosureSettings) -> settling.NewSettings:
    """Settings as the command takes them."""
    return settling.NewSettings(
        division=wanted.division,
        since=wanted.since,
        document=wanted.document,
        publish_days=wanted.publish_days,
        answer_days=wanted.answer_days,
        due_days=wanted.due_days,
        small_count_min=wanted.small_count_min,
        kinds=tuple(KindRule(one.kind, one.frequency, one.names) for one in wanted.kinds),
    )
