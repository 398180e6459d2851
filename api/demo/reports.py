"""What the demonstration county's people report in a month, at about the time at which it was seen."""

from collections.abc import Sequence
from concurrent.futures import Future
from datetime import date, timedelta
from typing import Final

from api.commands import incidents
from api.context import App
from api.demo.people import People
from api.demo.together import Together, grouped, key_of
from api.demo.year import Case
from domain.kernel.calendar import Month, day_in_china, last_day
from journal.facts import Actor

SENT_EVERY_DAYS: Final = 3
"""Whoever reports for himself does it within 72 hours."""


def send(app: App, *, people: People, hands: Together, of: Month, cases: Sequence[Case]) -> None:
    """Members report for themselves, what they saw in a few days together."""
    own = grouped((case for case in cases if case.by_app), lambda case: (_sent_on(case), case.member))
    work = [(on, people.member(member), part) for (on, member), part in own.items()]
    hands.done(work, lambda actor, part: _record(app, of, actor, part))


def write_down(app: App, *, people: People, hands: Together, of: Month, cases: Sequence[Case]) -> "list[Future[None]]":
    """At the end of the month a township's grid worker writes down what came by WeChat and hotline: that has begun."""
    written = grouped((case for case in cases if not case.by_app), lambda case: case.township)
    work = [(last_day(of), people.transcriber(place), part) for place, part in written.items()]
    return hands.begun(work, lambda actor, part: _record(app, of, actor, part))


def _record(app: App, of: Month, actor: Actor, part: Sequence[Case]) -> None:
    incidents.report(app, actor=actor, key=key_of("report", of, part), reports=[case.report for case in part])


def _sent_on(case: Case) -> date:
    """The day on whose evening a member sends what he saw: every third of a month."""
    day = day_in_china(case.report.reported_at)
    return day + timedelta(days=-day.day % SENT_EVERY_DAYS)
