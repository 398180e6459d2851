"""Reporting, verifying, handling and deciding incidents; granting the reward that a valid one earns.

Each takes many at once, so that a day's work and an imported register are a few appends; each is all or nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Final
from uuid import UUID

from api.commands.budgets import charged, within_budget
from api.commands.caps import Counting
from api.commands.catalogue import catalogues_along_each, classified
from api.commands.duty import require_on_duty
from api.commands.points import Points, deed_of
from api.commands.shared import (
    incident_stream,
    known_incident,
    person_stream,
    place_valid,
    places_known,
    require,
    reward_id_of,
    reward_stream,
    tariffs_along,
    tariffs_along_each,
    today,
)
from api.commands.workflows import adoptions_along, turn_of
from api.context import App
from api.likely_duplicates import keep_prints
from domain import incidents, persons, policies, rewards, workflows
from domain.incidents import Incident, Photo
from domain.kernel.calendar import day_in_china, instant_text
from domain.kernel.events import Commitment
from domain.kernel.ids import EventName, StreamName
from domain.kernel.places import Division, Position
from domain.kernel.refusals import Refusal
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading
from journal.vault import Personal

REGISTER: Final = "register"
"""The source whose rows follow no workflow of ours: their course was taken elsewhere."""


@dataclass(frozen=True, slots=True)
class Report:
    """Something seen. `text` is personal (it may hold names) and goes to the vault."""

    incident_id: UUID
    reporter_id: UUID
    category: str
    division: Division
    text: str
    reported_at: datetime
    source: str
    grid: str | None = None
    source_ref: str | None = None
    item: str | None = None
    position: Position | None = None
    photos: tuple[Photo, ...] = ()


@dataclass(frozen=True, slots=True)
class Handling:
    """What a department did. `reply` is personal and goes to the vault."""

    incident_id: UUID
    handler_id: UUID
    reply: str | None
    handled_at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verification (`yes`: it is so) or a decision of validity (`yes`: it counts), with its reason's code."""

    incident_id: UUID
    yes: bool
    reason: str


def report(
    app: App, *, actor: Actor, key: str, reports: Sequence[Report], handlings: Sequence[Handling] = ()
) -> Receipt:
    """Record reports, and with them the handlings that a register already holds; `on` is each one's own day.

    For the same person (`reporter_id` = the actor) it is a report in the app, otherwise a transcription (代录).
    """
    sealed = cache(lambda: _seal(app, reports, handlings))
    prints = _fingerprints(app, reports, handlings)

    def decide(read: Reading) -> Iterator[Fact]:
        found = read.states([incident_stream(new.incident_id) for new in reports], incidents.evolve)
        known = places_known(read, {new.division for new in reports})
        catalogues_along_each(read, {new.division for new in reports})
        choices = adoptions_along(read, {new.division for new in reports if new.source != REGISTER})
        require_on_duty(read, [(new.reporter_id, day_in_china(new.reported_at)) for new in reports])
        states: dict[UUID, Incident] = {}
        for new in reports:
            oneself = new.reporter_id == actor.person_id
            on = day_in_china(new.reported_at)
            require(
                read,
                actor,
                "incident.reported/1",
                division=new.division,
                on=on if oneself else today(app),
                for_oneself=oneself,
            )
            stream = incident_stream(new.incident_id)
            what = classified(
                read,
                division=new.division,
                item=new.item,
                category=new.category,
                on=on,
                any_class=new.source == REGISTER,
            )
            event = incidents.report(
                found[stream],
                reporter_id=new.reporter_id,
                actor_id=actor.person_id,
                category=what.category,
                division=new.division,
                division_known=known[new.division],
                text=sealed()[new.incident_id, "report_text"],
                source=new.source,
                reported_at=new.reported_at,
                now=app.journal.now(),
                item=what.item,
                sensitive=what.sensitive,
                grid=new.grid,
                position=new.position,
                source_ref=new.source_ref,
                photos=new.photos,
                workflow=workflows.in_force(choices.get(new.division, []), item=new.item, on=on),
            )
            place_valid(read, new.division, on, county=app.log.division)
            states[new.incident_id] = incidents.evolve(None, event)
            yield Fact(stream, event, on)
        for handling in handlings:
            yield _handling_fact(app, read, actor, handling, states.get(handling.incident_id), sealed())

    inputs = {
        "command": "incident.report",
        "reports": [
            [
                str(new.incident_id),
                str(new.reporter_id),
                new.category,
                new.division,
                prints[new.incident_id, "report_text"],
                instant_text(new.reported_at),
                new.source,
                new.grid,
                new.source_ref,
                new.item,
                None if new.position is None else [new.position.latitude_e5, new.position.longitude_e5],
                [photo.sha256 for photo in new.photos],
            ]
            for new in reports
        ],
        "handlings": [_handling_inputs(handling, prints) for handling in handlings],
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def handle(app: App, *, actor: Actor, key: str, handlings: Sequence[Handling]) -> Receipt:
    """Record what departments did; the handler acts himself, except for a register's rows."""
    sealed = cache(lambda: _seal(app, (), handlings))
    prints = _fingerprints(app, (), handlings)

    def decide(read: Reading) -> Iterator[Fact]:
        found = read.states([incident_stream(new.incident_id) for new in handlings], incidents.evolve)
        for handling in handlings:
            state = found[incident_stream(handling.incident_id)]
            yield _handling_fact(app, read, actor, handling, state, sealed())

    inputs = {
        "command": "incident.handle",
        "handlings": [_handling_inputs(handling, prints) for handling in handlings],
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def verify(app: App, *, actor: Actor, key: str, verdicts: Sequence[Verdict], on: date) -> Receipt:
    """Say of each whether it is so; the actor is the verifier."""

    def decide(read: Reading) -> Iterator[Fact]:
        for verdict, incident in _each(read, verdicts):
            require(read, actor, "incident.verified/1", division=incident.division, on=on)
            event = incidents.verify(
                incident,
                turn=turn_of(read, incident, actor=actor, on=on),
                actor_id=actor.person_id,
                confirmed=verdict.yes,
                reason=verdict.reason,
            )
            yield Fact(incident_stream(verdict.incident_id), event, on)

    return app.journal.execute(actor=actor, key=key, inputs=_verdict_inputs("incident.verify", verdicts), decide=decide)


def decide_validity(
    app: App,
    *,
    actor: Actor,
    key: str,
    verdicts: Sequence[Verdict],
    on: date,
    reward: bool = True,
    budget: UUID | None = None,
) -> Receipt:
    """Say of each whether it counts and, with `reward`, grant what the tariff gives for those that do.

    `budget`: which one it is charged to; the rewards' own of the year where none is named.

    One that counts and is over a cap earns nothing, which is recorded with the cap. Where a points rule is in force,
    the reporter of one that counts has its points with the same append, whether money is granted or not.
    Refuses `budget.exceeded` where the year's budget has too little left; then nothing is recorded.
    """

    def decide(read: Reading) -> Iterator[Fact]:
        judged = list(_each(read, verdicts))
        counting = Counting(read)
        points = Points(app, read, actor)
        points.prepare([deed_of(points, one, incident_id=given.incident_id) for given, one in judged if given.yes])
        if reward:
            read.states([_reward_of(verdict.incident_id) for verdict in verdicts], rewards.evolve)
            tariffs_along_each(read, {incident.division for verdict, incident in judged if verdict.yes})
            read.states([person_stream(incident.reporter_id) for _, incident in judged], persons.evolve)
            counting.prepare([(verdict.incident_id, incident) for verdict, incident in judged if verdict.yes])
        for verdict, incident in judged:
            require(read, actor, "incident.validity_decided/1", division=incident.division, on=on)
            event = incidents.decide_validity(
                incident,
                turn=turn_of(read, incident, actor=actor, on=on),
                actor_id=actor.person_id,
                valid=verdict.yes,
                reason=verdict.reason,
            )
            stream = incident_stream(verdict.incident_id)
            yield Fact(stream, event, on)
            if not verdict.yes:
                continue
            cause = read.next_event(stream)
            if reward:
                after = incidents.evolve(incident, event)
                yield from _rewarded(
                    app, counting, actor, verdict.incident_id, after, budget=budget, on=on, cause=cause
                )
            deed = deed_of(points, incident, incident_id=verdict.incident_id)
            yield from points.grant_for(deed, on=on, cause=cause)

    inputs = {**_verdict_inputs("incident.decide_validity", verdicts), "reward": reward, **_budget_input(budget)}
    return within_budget(lambda: app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide))


def grant_rewards(
    app: App, *, actor: Actor, key: str, incident_ids: Sequence[UUID], on: date, budget: UUID | None = None
) -> Receipt:
    """Grant the rewards of incidents that were decided valid without one (the budget came later)."""

    def decide(read: Reading) -> Iterator[Fact]:
        read.states([_reward_of(incident_id) for incident_id in incident_ids], rewards.evolve)
        found = read.states([incident_stream(incident_id) for incident_id in incident_ids], incidents.evolve)
        read.states([person_stream(one.reporter_id) for one in found.values() if one is not None], persons.evolve)
        counting = Counting(read)
        counting.prepare([(id_, one) for id_ in incident_ids if (one := found[incident_stream(id_)]) is not None])
        for incident_id in incident_ids:
            incident = found[incident_stream(incident_id)]
            yield from _rewarded(app, counting, actor, incident_id, incident, budget=budget, on=on, cause=None)

    inputs = {
        "command": "reward.grant",
        "incidents": [str(incident_id) for incident_id in incident_ids],
        **_budget_input(budget),
    }
    return within_budget(lambda: app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide))


def reverse_reward(app: App, *, actor: Actor, key: str, incident_id: UUID, reason: str, on: date) -> Receipt:
    """Take a reward back before it is paid (冲正), and with it the points of the report, also if they are spent."""

    def decide(read: Reading) -> Iterator[Fact]:
        reward = read.state(_reward_of(incident_id), rewards.evolve)
        if reward is None:
            raise Refusal("reward.unknown")
        require(read, actor, "reward.reversed/1", division=reward.division, on=on)
        yield Fact(_reward_of(incident_id), rewards.reverse(reward, reason=reason), on)
        cause = read.next_event(_reward_of(incident_id))
        yield from Points(app, read, actor).reverse_for(
            cause=incident_stream(incident_id), person_id=reward.payee_id, reason=reason, on=on, after=cause
        )

    inputs = {"command": "reward.reverse", "incident": str(incident_id), "reason": reason}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _rewarded(
    app: App,
    counting: Counting,
    actor: Actor,
    incident_id: UUID,
    incident: Incident | None,
    *,
    budget: UUID | None,
    on: date,
    cause: EventName | None,
) -> Iterator[Fact]:
    """The reward that the tariff of the report's day gives, charged to a budget of the year of `on`.

    It is counted under every cap of that day; over one of them, the record that nothing is earned stands instead.
    """
    read = counting.read
    if incident is None:
        raise Refusal("incident.unknown")
    require(read, actor, "reward.granted/1", division=incident.division, on=on)
    persons.refuse_erased(read.state(person_stream(incident.reporter_id), persons.evolve))
    valid = policies.valid_incident(incident, incident_id=incident_id)
    counting.refuse_withheld(incident_id)
    if read.state(_reward_of(incident_id), rewards.evolve) is None and (over := counting.over_cap(valid)) is not None:
        yield counting.withheld(valid, *over, on=on, cause=cause)
        return
    event = policies.reward_for_validity(
        reward=read.state(_reward_of(incident_id), rewards.evolve),
        incident_id=incident_id,
        incident=incident,
        tariffs=tariffs_along(read, incident.division),
        budget=charged(app, read, "reward", chosen=budget, on=on),
    )
    yield from counting.use(valid, on=on, cause=cause)
    yield Fact(_reward_of(incident_id), event, on, cause)


def _budget_input(budget: UUID | None) -> dict[str, str]:
    """Commands from before a budget could be named keep their digest."""
    return {} if budget is None else {"budget": str(budget)}


def _reward_of(incident_id: UUID) -> StreamName:
    return reward_stream(reward_id_of(incident_id))


def _each(read: Reading, verdicts: Sequence[Verdict]) -> Iterator[tuple[Verdict, Incident]]:
    """Each verdict with its incident's state, read with one query. Refuses `incident.unknown`."""
    read.states([incident_stream(verdict.incident_id) for verdict in verdicts], incidents.evolve)
    for verdict in verdicts:
        yield verdict, known_incident(read, verdict.incident_id)


def _handling_fact(
    app: App,
    read: Reading,
    actor: Actor,
    handling: Handling,
    incident: Incident | None,
    sealed: Mapping[tuple[UUID, str], Commitment],
) -> Fact:
    if incident is None:
        raise Refusal("incident.unknown")
    oneself = handling.handler_id == actor.person_id
    on = day_in_china(handling.handled_at)
    require(
        read,
        actor,
        "incident.handled/1",
        division=incident.division,
        on=on if oneself else today(app),
        for_oneself=oneself,
    )
    event = incidents.record_handling(
        incident,
        turn=turn_of(read, incident, actor=actor, on=on if oneself else today(app)),
        handler_id=handling.handler_id,
        actor_id=actor.person_id,
        handled_at=handling.handled_at,
        now=app.journal.now(),
        reply=sealed.get((handling.incident_id, "reply_text")),
    )
    return Fact(incident_stream(handling.incident_id), event, on)


def _seal(app: App, reports: Sequence[Report], handlings: Sequence[Handling]) -> dict[tuple[UUID, str], Commitment]:
    """Put every text in the vault, under the person it speaks for."""
    values = _texts(reports, handlings)
    sealed = dict(zip(values, app.vault.seal(list(values.values())), strict=True))
    keep_prints(app.vault, {sealed[name]: one.value for name, one in values.items() if name[1] == "report_text"})
    return sealed


def _fingerprints(app: App, reports: Sequence[Report], handlings: Sequence[Handling]) -> dict[tuple[UUID, str], str]:
    """By which a command that is sent again knows the same texts."""
    values = _texts(reports, handlings)
    return dict(zip(values, app.vault.fingerprints(list(values.values())), strict=True))


def _texts(reports: Sequence[Report], handlings: Sequence[Handling]) -> dict[tuple[UUID, str], Personal]:
    """Every text by incident and kind, with the person it speaks for."""
    values = {(new.incident_id, "report_text"): Personal(new.reporter_id, "report_text", new.text) for new in reports}
    for done in handlings:
        if done.reply is not None:
            values[done.incident_id, "reply_text"] = Personal(done.handler_id, "reply_text", done.reply)
    return values


def _handling_inputs(handling: Handling, prints: Mapping[tuple[UUID, str], str]) -> list[str | None]:
    reply = None if handling.reply is None else prints[handling.incident_id, "reply_text"]
    return [str(handling.incident_id), str(handling.handler_id), reply, instant_text(handling.handled_at)]


def _verdict_inputs(command: str, verdicts: Sequence[Verdict]) -> dict[str, object]:
    return {
        "command": command,
        "verdicts": [[str(verdict.incident_id), verdict.yes, verdict.reason] for verdict in verdicts],
    }
