"""Seven reports of these weeks in a township of the demonstration county: some overdue, some due within a day.

One was extended, one is suspended, two were urged on. Their moments are counted back from when the county was loaded,
so that whoever looks then finds them pressing; a load that was broken off goes on with the same moments.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from api.commands import filing, incidents
from api.commands.filing import Filing
from api.commands.incidents import Report, Verdict
from api.commands.shared import incident_stream
from api.context import App
from api.demo.clock import DemoClock
from api.demo.default_workflow import TOWNSHIP
from api.demo.people import People, department_name
from api.demo.places import village_code, village_name
from domain.incidents import evolve
from domain.kernel.calendar import day_in_china
from domain.kernel.ids import derived
from domain.kernel.workflow_steps import Limit
from journal.facts import Actor

SENT_AFTER: Final = timedelta(minutes=4)
LONGER: Final = Limit(3, "working_days")

Back = float
"""So many days before the county was loaded."""


@dataclass(frozen=True, slots=True)
class Pressing:
    """One report: what was seen, when it was reported, and how far it has come since."""

    category: str
    text: str
    reported: Back
    accepted: Back | None = None
    dispatched: Back | None = None
    claimed: Back | None = None
    extended: Back | None = None
    suspended: Back | None = None
    reminded: Back | None = None


CASES: Final = (
    Pressing("公共安全", "河边的警示牌倒了，孩子常在那里玩。", 12),
    Pressing("市容环境", "集市收摊以后满地菜叶，招苍蝇。", 13, 12.9, 12.8, reminded=1),
    Pressing("城市管理", "水沟盖板断了两块，夜里看不见。", 24, 23.9, 23.8, 22.9, reminded=2),
    Pressing("城市管理", "弯道的反光镜碎了，会车看不到。", 11, 10.9, 10.8, 9.9, extended=8),
    Pressing("施工管理", "工地的脚手架伸到路上，行人要绕。", 10, 9.9, 9.8, 8.9, suspended=6),
    Pressing("市容环境", "垃圾房的门坏了，狗把袋子拖了一地。", 1.2, 1.1, 0.1),
    Pressing("公共安全", "电线垂到一人高，风一吹就晃。", 0.1),
)


def load(app: App, *, clock: DemoClock, people: People) -> None:
    """Record them step by step, each by the clock of its own moment; running it again changes nothing."""
    loaded_at = _loaded_at(app, people)
    for number, case in enumerate(CASES):
        _Going(app, clock, people, loaded_at, number, case).through()


@dataclass(frozen=True, slots=True)
class _Going:
    """One report on its way."""

    app: App
    clock: DemoClock
    people: People
    loaded_at: datetime
    number: int
    case: Pressing

    @property
    def incident_id(self) -> UUID:
        return _identity(self.people, self.number)

    def through(self) -> None:
        """From the report to where it stands."""
        clerk, worker = self.people.maker, self.people.transcriber(TOWNSHIP)
        self._report()
        self._take(self.case.accepted, worker, Filing("accept"))
        self._verify()
        self._take(self.case.dispatched, clerk, Filing("dispatch", department=department_name(0)))
        self._take(self.case.claimed, self.people.handler(0), Filing("claim"))
        if self.case.extended is not None:
            self._take(self.case.extended, clerk, Filing("extend", reason="several_departments", longer=LONGER))
        until = day_in_china(self.loaded_at) + timedelta(days=20)
        self._take(self.case.suspended, clerk, Filing("suspend", reason="waits_for_budget", until=until))
        self._take(self.case.reminded, clerk, Filing("remind", channel="telephone"))

    def _report(self) -> None:
        member = self.people.member(3 + 12 * self.number)
        at = self._moment(self.case.reported)
        village = self.number % 4
        report = Report(
            incident_id=self.incident_id,
            reporter_id=member.person_id,
            category=self.case.category,
            division=village_code(TOWNSHIP, village),
            text=f"{village_name(TOWNSHIP, village)}：{self.case.text}",
            reported_at=at,
            source="app",
        )
        with self.clock.at(at + SENT_AFTER):
            incidents.report(self.app, actor=member, key=f"demo:pressing:{self.number}:report", reports=[report])

    def _verify(self) -> None:
        """Whatever was sent to a department was looked at first, between the two."""
        accepted, dispatched = self.case.accepted, self.case.dispatched
        if accepted is None or dispatched is None:
            return
        at = self._moment((accepted + dispatched) / 2)
        verdict = Verdict(self.incident_id, True, "seen_on_site")
        key, verifier = f"demo:pressing:{self.number}:verify", self.people.verifier(TOWNSHIP)
        with self.clock.at(at):
            incidents.verify(self.app, actor=verifier, key=key, verdicts=[verdict], on=day_in_china(at))

    def _take(self, back: Back | None, actor: Actor, given: Filing) -> None:
        if back is None:
            return
        at = self._moment(back)
        key = f"demo:pressing:{self.number}:{given.act}"
        with self.clock.at(at):
            filing.take(self.app, actor=actor, key=key, incident_id=self.incident_id, given=given, on=day_in_china(at))

    def _moment(self, back: Back) -> datetime:
        return self.loaded_at - timedelta(days=back)


def _loaded_at(app: App, people: People) -> datetime:
    """Now, to the minute; or the moment that the first of them was counted back from, if it is there."""
    first = app.journal.state(incident_stream(_identity(people, 0)), evolve)
    if first is not None:
        return first.reported_at + timedelta(days=CASES[0].reported)
    return app.journal.now().replace(second=0, microsecond=0)


def _identity(people: People, number: int) -> UUID:
    return derived("demo", people.seed, "pressing", number)
