"""One township of the demonstration county works by the default workflow: sixteen reports, each a step further.

They are recorded after everything else, so that the rest of the county keeps the workflow that it began with.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from api.beginning import adopt_shipped
from api.commands import filing, incidents
from api.commands.filing import Filing
from api.commands.incidents import Handling, Report, Verdict
from api.context import App
from api.demo.clock import DemoClock
from api.demo.people import EIGHT_STEPS, People, department_name
from api.demo.places import township_code, village_code
from api.files.workflow_templates import DEFAULT
from domain.kernel.calendar import CHINA, day_in_china, first_day
from domain.kernel.ids import derived
from journal.facts import Actor

TOWNSHIP: Final = EIGHT_STEPS
REPORTS: Final = 16
SENT_AFTER: Final = timedelta(minutes=4)
STEP_AFTER: Final = timedelta(hours=23)
"""Each step so long after the one before."""
HANDLED_BEFORE: Final = timedelta(hours=2)
"""So long before it is recorded."""
LATELY: Final = ("feed_back", "rate", "post", "archive")
"""What is recorded when the county is loaded, so that what was made public is still public then."""
SEEN: Final = (
    ("市容环境", "菜场门口的垃圾桶满了，两天没有清运。"),
    ("公共安全", "桥头护栏松动，一推就晃。"),
    ("施工管理", "夜里十一点还在打桩。"),
    ("城市管理", "人行道的地砖碎了一片，老人容易绊倒。"),
)


@dataclass(frozen=True, slots=True)
class _Loading:
    """Who loads where, on which day."""

    app: App
    clock: DemoClock
    people: People
    on: date

    def steps(self, number: int) -> Iterator[tuple[str, Actor, Filing | None]]:
        """The steps of a report, who takes each, and its facts (None: it has a command of its own)."""
        clerk, worker = self.people.maker, self.people.transcriber(TOWNSHIP)
        handler = self.people.handler(number % 2)
        yield "accept", worker, Filing("accept")
        yield "verify", self.people.verifier(TOWNSHIP), None
        yield "dispatch", clerk, Filing("dispatch", department=department_name(number % 2))
        yield "claim", handler, Filing("claim")
        yield "handle", handler, None
        yield "decide", self.people.decider, None
        told = Filing("feed_back", channel="telephone", text="已经处理好了，谢谢您的上报。")
        yield "feed_back", self.people.reviewer, told
        yield "rate", self.people.member(number * 7), Filing("rate", stars=3 + number % 3)
        yield "post", clerk, Filing("post", days=7)
        yield "archive", clerk, Filing("archive")


def load(app: App, *, clock: DemoClock, founder: Actor, people: People, on: date) -> None:
    """Adopt the default workflow for one township and record its reports; running it again changes nothing."""
    division, since = township_code(TOWNSHIP), first_day(people.period.open_month)
    adopt_shipped(app, actor=founder, key="demo:default", code=DEFAULT, division=division, since=since, on=on)
    app.runner.catch_up()  # a dispatch asks who handles for the department
    loading = _Loading(app, clock, people, on)
    for number in range(REPORTS):
        _one(loading, number, since)


def _one(loading: _Loading, number: int, since: date) -> None:
    app, people = loading.app, loading.people
    category, text = SEEN[number % len(SEEN)]
    identity = derived("demo", people.seed, "default", number)
    member = people.member(number * 7)
    reported_at = datetime.combine(since + timedelta(days=number % 5), time(8 + number % 10, 7), CHINA)
    village = village_code(TOWNSHIP, number % 4)
    report = Report(identity, member.person_id, category, village, text, reported_at, "app")
    with loading.clock.at(reported_at + SENT_AFTER):
        incidents.report(app, actor=member, key=f"demo:default:{number}:report", reports=[report])
    for place, (act, actor, given) in enumerate(loading.steps(number)):
        if place >= number % 11:
            return
        step = _Step(loading, identity, actor, f"demo:default:{number}:{act}")
        if act in LATELY:
            step.take(act, given, at=None)
        else:
            at = reported_at + (place + 1) * STEP_AFTER
            with loading.clock.at(at):
                step.take(act, given, at=at)


@dataclass(frozen=True, slots=True)
class _Step:
    """One step of one report: by whom, under which key."""

    loading: _Loading
    incident_id: UUID
    actor: Actor
    key: str

    def take(self, act: str, given: Filing | None, *, at: datetime | None) -> None:
        """Record it, at a moment by which the clock stands, or now for the last day of the period."""
        app, actor, key = self.loading.app, self.actor, self.key
        on = self.loading.on if at is None else day_in_china(at)
        match act:
            case "verify":
                verdict = Verdict(self.incident_id, True, "seen_on_site")
                incidents.verify(app, actor=actor, key=key, verdicts=[verdict], on=on)
            case "handle":
                assert at is not None  # noqa: S101 - nobody handles lately
                done = Handling(self.incident_id, actor.person_id, "已安排人员处理。", at - HANDLED_BEFORE)
                incidents.handle(app, actor=actor, key=key, handlings=[done])
            case "decide":
                verdict = Verdict(self.incident_id, True, "meets_catalogue")
                incidents.decide_validity(app, actor=actor, key=key, verdicts=[verdict], on=on, reward=False)
            case _:
                assert given is not None  # noqa: S101 - the three others have commands of their own
                filing.take(app, actor=actor, key=key, incident_id=self.incident_id, given=given, on=on)
