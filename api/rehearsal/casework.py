"""The scripted casework: every open report is verified, handled where nobody has, and decided; valid ones are rewarded.

All of it takes effect on the day of the rehearsal: that is when these people look. Only the tariff is that of the
day of the report. What is drawn depends on the seed and the report's number in its register alone, so that a
rehearsal that was broken off goes on as it would have gone on, and the same register fares alike in every journal.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from api.commands import incidents as commands
from api.commands.incidents import Handling, Verdict
from api.context import App
from api.rehearsal.cast import Cast
from api.rehearsal.chance import choice, happens
from domain.kernel.ids import derived
from projections import incidents
from projections.incidents import Awaits, Incident

PER_APPEND: Final = 200
UNCONFIRMED_PERCENT: Final = 6
INVALID_PERCENT: Final = 8

UNCONFIRMED: Final = ("not_found", "wrong_place", "unclear")
INVALID: Final = ("not_in_catalogue", "duplicate", "own_duty", "untrue")
REPLY: Final = "（演练）已派人处理，现场已恢复。"

Progress = Callable[[str, int, int], None]
"""Told the step, how many were done, and of how many."""


def verify(app: App, cast: Cast, *, seed: str, on: date, progress: Progress) -> int:
    """Verify what waits for it; how many. The verifiers take turns."""

    def act(turn: int, part: Sequence[Incident]) -> None:
        verdicts = [_verification(seed, incident) for incident in part]
        actor = cast.verifiers[turn % len(cast.verifiers)]
        commands.verify(app, actor=actor, key=_key("verify", part, on), verdicts=verdicts, on=on)

    return _work_off(app, "verification", act, step="核查", progress=progress)


def handle(app: App, cast: Cast, *, progress: Progress) -> int:
    """Handle what was confirmed and has no reply yet; how many."""

    def act(_turn: int, part: Sequence[Incident]) -> None:
        at = app.journal.now()
        handlings = [Handling(incident.incident_id, cast.handler.person_id, REPLY, at) for incident in part]
        key = f"rehearsal:handle:{derived('rehearsal', at, *_ids(part))}"
        commands.handle(app, actor=cast.handler, key=key, handlings=handlings)

    return _work_off(app, "handling", act, step="办理", progress=progress)


def decide(app: App, cast: Cast, *, seed: str, on: date, progress: Progress) -> int:
    """Decide what waits for it, and grant what the tariff gives; how many were decided."""

    def act(_turn: int, part: Sequence[Incident]) -> None:
        verdicts = [_decision(seed, incident) for incident in part]
        commands.decide_validity(app, actor=cast.decider, key=_key("decide", part, on), verdicts=verdicts, on=on)

    return _work_off(app, "decision", act, step="认定与奖励", progress=progress)


def _work_off(
    app: App, awaits: Awaits, act: Callable[[int, Sequence[Incident]], None], *, step: str, progress: Progress
) -> int:
    waiting = list(_queue(app, awaits))
    for turn, start in enumerate(range(0, len(waiting), PER_APPEND)):
        part = waiting[start : start + PER_APPEND]
        act(turn, part)
        progress(step, start + len(part), len(waiting))
    if waiting:
        app.runner.catch_up()
    return len(waiting)


def _queue(app: App, awaits: Awaits) -> Iterator[Incident]:
    """Everything that waits for a step, the oldest first."""
    after: incidents.Key | None = None
    while True:
        with app.reading.connection() as connection:
            page = incidents.queue(connection, awaits, area=app.log.division, after=after, limit=1_000)
        if not page:
            return
        yield from page
        after = (page[-1].reported_at, page[-1].incident_id)


def _verification(seed: str, incident: Incident) -> Verdict:
    identity, drawn = incident.incident_id, _drawn_by(incident)
    if happens(UNCONFIRMED_PERCENT, seed, "unconfirmed", drawn):
        return Verdict(identity, False, choice(UNCONFIRMED, seed, "why", drawn))
    return Verdict(identity, True, "confirmed_by_reply" if incident.handled_at else "seen_on_site")


def _decision(seed: str, incident: Incident) -> Verdict:
    identity, drawn = incident.incident_id, _drawn_by(incident)
    if not incident.confirmed:
        return Verdict(identity, False, "not_confirmed")
    if happens(INVALID_PERCENT, seed, "invalid", drawn):
        return Verdict(identity, False, choice(INVALID, seed, "why", drawn))
    return Verdict(identity, True, "meets_catalogue")


def _drawn_by(incident: Incident) -> str | UUID:
    """What an incident's fate is drawn from: its number in the register, the same in whatever journal it stands."""
    return incident.source_ref or incident.incident_id


def _key(step: str, part: Sequence[Incident], on: date) -> str:
    return f"rehearsal:{step}:{derived('rehearsal', on, *_ids(part))}"


def _ids(part: Sequence[Incident]) -> list[UUID]:
    return [incident.incident_id for incident in part]
