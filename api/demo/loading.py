"""Carries out the plan of the demonstration county through the commands, as its people would.

Every id and every idempotency key follows from the plan, so a load that was broken off is completed by running it
again. Casework of one step runs in several threads: their appends share transactions. What the members report comes
in meanwhile, and what was decided is paid, through a second program.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import cached_property
from typing import Final

from api.beginning import adopt_shipped, publish_shipped
from api.commands import budgets, county, incidents
from api.context import App
from api.custody.enrolling import enrol, opened_officer
from api.custody.opening import cost_of
from api.demo import (
    caps,
    catalogue,
    deeds,
    default_workflow,
    households,
    members,
    photographed,
    places,
    points,
    pressing,
    registers,
    sheets,
    stars,
    village,
    wages,
)
from api.demo.beginning import period_of
from api.demo.clock import DemoClock
from api.demo.people import LOGINS, PASSWORD, People
from api.demo.period import PAID_MONTHS, Period
from api.demo.places import COUNTY
from api.demo.reports import write_down
from api.demo.second_program import SecondProgram, second_program
from api.demo.together import Together, grouped, in_parts, key_of, together
from api.demo.year import Case, cases_of
from api.rehearsal.cast import require_rehearsal
from api.web.accounts import find, set_account
from domain.kernel.calendar import CHINA, Month, day_in_china
from domain.kernel.money import Fen
from domain.kernel.places import Division
from journal.facts import Actor
from projections.beside import Spare
from projections.companion import companion

COMPLETE: Final = "demo:complete"
"""The key of the last command: where it was used, the county is whole."""

COUNTY_WORKFLOW: Final = "shangrao-4"

Progress = Callable[[str, int, int], None]


def is_complete(app: App) -> bool:
    """Whether the county was loaded to the end."""
    return app.journal.store.command(app.log.founder_id, COMPLETE) is not None


def load(
    app: App,
    *,
    clock: DemoClock,
    seed: str,
    progress: Progress,
    tell: Callable[[str], None],
    spares: Sequence[Spare] = (),
    at_leisure: Callable[[], object] = lambda: None,
) -> None:
    """Load whatever of the county is not there yet. Refuses `rehearsal.only` in a journal that is none.

    `clock` is the one by which `app` was opened; `tell` is told what this machine cannot do; `spares` are processes
    that stand by, two or none; `at_leisure` is begun when this program has little more to do than wait.
    """
    require_rehearsal(app)
    people = People(seed, period_of(app))
    first, second_one = spares or (None, None)
    with (
        companion(app.access.projector, spare=first),
        together(clock) as hands,
        second_program(app, people, spare=second_one) as second,
    ):
        loader = _Loader(app, clock, people, progress, hands)
        with clock.at(datetime.combine(loader.period.since, time(), CHINA)):
            loader.set_up()
        second.begin()
        loader.keep_registers()
        loader.work(second)
        default_workflow.load(app, clock=clock, founder=loader.founder, people=loader.people, on=loader.period.until)
        photographed.load(app, clock=clock, people=loader.people)
        pressing.load(app, clock=clock, people=loader.people)
        # The second program is still paying.
        stars.load(app, founder=loader.founder, people=loader.people)
        points.load(app, founder=loader.founder, people=loader.people)
        deeds.load(app, people=loader.people)
        village.load(app, founder=loader.founder, people=loader.people)
        at_leisure()
        loader.pay(second)
        village.post_rewards(app, founder=loader.founder, people=loader.people)
        sheets.load(app, people=loader.people, tell=tell)
        loader.complete()
    app.runner.catch_up()


@dataclass
class _Loader:
    """One load: the program, its clock, the people, the bar."""

    app: App
    clock: DemoClock
    people: People
    progress: Progress
    hands: Together
    _done: int = field(default=0, init=False)

    @cached_property
    def founder(self) -> Actor:
        return opened_officer(self.app, person_id=self.app.log.founder_id, role="administrator", secret=PASSWORD)

    @property
    def period(self) -> Period:
        return self.people.period

    # The county.

    def set_up(self) -> None:
        """Places, people, logins, caps, tariffs and money, while the clock stands on the first day."""
        app, founder, since = self.app, self.founder, self.period.since
        county.register_places(app, actor=founder, key="demo:places", new=places.below_county(), since=since, on=since)
        self.progress("演示县", 1, 4)
        for name, new in (("staff", list(self.people.staff())), ("members", list(self.people.members()))):
            for number, part in enumerate(in_parts(new)):
                county.register_persons(app, actor=founder, key=f"demo:{name}:{number}", new=part, on=since)
        staff = [(one.person_id, one.role) for one in self.people.staff()]
        officers = enrol(app, administrator=founder, officers=staff, secret=PASSWORD, on=since)
        self.people = replace(self.people, keys={one.person_id: one.signer for one in officers if one.signer})
        self.progress("演示县", 2, 4)
        for one in LOGINS:
            person_id = founder.person_id if one.part == "founder" else self.people.id_of(one.part)
            if find(app.writing, one.login) is None:
                set_account(app.writing, login=one.login, person_id=person_id, password=PASSWORD, cost=cost_of(app))
        self.progress("演示县", 3, 4)
        publish_shipped(app, actor=founder, key="demo", on=since)
        adopt_shipped(app, actor=founder, key="demo", code=COUNTY_WORKFLOW, division=COUNTY, since=since, on=since)
        catalogue.publish(app, founder=founder, period=self.period)
        caps.load(app, founder=founder, period=self.period)
        village.settle_county(app, founder=founder, since=since)
        self._set_tariffs()
        for year in self.period.years:
            for number, (month, amount) in enumerate(((1, 6_000_000), (7, 3_000_000)), 1):
                self._appropriate(year, number, Fen(amount), on=self.period.within(date(year, month, 1)))
        self.progress("演示县", 4, 4)

    def _set_tariffs(self) -> None:
        """The city's band; the county's tariff, raised midway; more for public safety; some townships' own.

        The narrowest first: what holds from the first day on must not take the place of another.
        """
        since, raised = self.period.since, self.period.raised_on
        county.set_band(
            self.app,
            actor=self.founder,
            key="demo:band",
            division=COUNTY,
            min_fen=Fen(500),
            max_fen=Fen(2_000),
            since=since,
            document=f"演示县综治〔{since.year}〕1号",
            on=since,
        )
        own = ((0, 1_200), (2, 800), (5, 1_500), (9, 500))
        tariffs: list[tuple[Division, str | None, int, date]] = [
            *((places.township_code(township), None, amount, since) for township, amount in own),
            (COUNTY, "公共安全", 1_500, since),
            (COUNTY, "公共安全", 2_000, raised),
            (COUNTY, None, 1_000, since),
            (COUNTY, None, 1_100, raised),
        ]
        for number, (division, category, amount, valid_from) in enumerate(tariffs, 1):
            county.set_tariff(
                self.app,
                actor=self.founder,
                key=f"demo:tariff:{number}",
                division=division,
                category=category,
                amount_fen=Fen(amount),
                since=valid_from,
                document=f"演示县综治〔{valid_from.year}〕{number + 1}号",
                on=since,
            )

    def _appropriate(self, year: int, number: int, amount_fen: Fen, *, on: date, key: str = "") -> None:
        budgets.appropriate(
            self.app,
            actor=self.founder,
            key=key or f"demo:budget:{year}:{number}",
            year=year,
            document=f"演财预〔{year}〕{number}号",
            amount_fen=amount_fen,
            on=on,
        )

    def keep_registers(self) -> None:
        """Members who applied, trainings, households, facilities, the difficulty of grids."""
        members.load(self.app, founder=self.founder, people=self.people)
        households.load(self.app, people=self.people)
        registers.load(self.app, founder=self.founder, people=self.people, threads=self.hands.threads)

    # The casework of a month.

    def work(self, second: SecondProgram) -> None:
        """Verify, handle and decide, month after month, as soon as a month's reports are there.

        The next month's are written down meanwhile, so that nobody waits for the last part of a step.
        """
        steps = (self._verify, self._handle, self._decide)
        months = self.period.all_months
        for number, (of, cases) in enumerate(self._written_down()):
            second.await_reported(number + 1)
            for done, step in enumerate(steps, 1):
                step(of, cases)
                self.progress("事件", len(steps) * number + done, len(steps) * len(months))
            second.decided(number + 1)

    def _written_down(self) -> Iterator[tuple[Month, list[Case]]]:
        """Every month with its cases, once what others reported is written down; the next month's is begun by then."""
        begun: deque[tuple[Month, list[Case], list[Future[None]]]] = deque()
        for of in self.period.all_months:
            cases = cases_of(self.people, of)
            writing = write_down(self.app, people=self.people, hands=self.hands, of=of, cases=cases)
            begun.append((of, cases, writing))
            if len(begun) > 1:
                yield _ended(*begun.popleft())
        yield _ended(*begun.popleft())

    def _verify(self, of: Month, cases: Sequence[Case]) -> None:
        """Every Monday, each township's grid worker."""
        looked_at = grouped(
            (case for case in cases if case.was_verified), lambda case: (case.verified_on, case.township)
        )

        def record(at: tuple[date, int], part: Sequence[Case]) -> None:
            day, township = at
            incidents.verify(
                self.app,
                actor=self.people.verifier(township),
                key=key_of("verify", of, part),
                verdicts=[case.verification for case in part],
                on=day,
            )

        self.hands.done([(at[0], at, part) for at, part in looked_at.items()], record)

    def _handle(self, of: Month, cases: Sequence[Case]) -> None:
        """What the departments did in a month, written down when the last of it was done."""
        by_department = grouped((case for case in cases if case.was_handled), lambda case: case.department)

        def record(department: int, part: Sequence[Case]) -> None:
            incidents.handle(
                self.app,
                actor=self.people.handler(department),
                key=key_of("handle", of, part),
                handlings=[case.handling for case in part if case.handling is not None],
            )

        done_at = [case.handling.handled_at for part in by_department.values() for case in part if case.handling]
        on = day_in_china(max(done_at))
        self.hands.done([(on, department, part) for department, part in by_department.items()], record)

    def _decide(self, of: Month, cases: Sequence[Case]) -> None:
        decided = [case for case in cases if case.was_decided and (case.was_handled or not case.verification.yes)]
        on = decided[0].decided_on

        def record(_number: int, part: Sequence[Case]) -> None:
            incidents.decide_validity(
                self.app,
                actor=self.people.decider,
                key=key_of("decide", of, part),
                verdicts=[case.decision for case in part],
                on=part[0].decided_on,
            )

        work = [(on, number, part) for number, part in enumerate(in_parts(decided))]
        # Under a cap it matters who comes first.
        for side_by_side in [[one] for one in work] if caps.hold_in(self.period, of) else [work]:
            self.hands.done(side_by_side, record)

    # The payouts.

    def pay(self, second: SecondProgram) -> None:
        """Twelve months paid out; of the last, some lines and the second batch lie open."""
        for paid in second.await_paid():
            self.progress("发放", paid, PAID_MONTHS)
        # One line for all its steps: the bar moves on, and ends after the last.
        wages.pay_last(self.app, self.people, lambda step, done, total: self.progress(f"发放：{step}", done, total + 1))
        self.progress("发放", PAID_MONTHS, PAID_MONTHS)

    def complete(self) -> None:
        """The last command."""
        self._appropriate(self.period.until.year, 3, Fen(1_000_000), on=self.period.until, key=COMPLETE)


def _ended(of: Month, cases: list[Case], begun: list[Future[None]]) -> tuple[Month, list[Case]]:
    """The month and its cases when all of it has ended; the first failure is raised."""
    for future in begun:
        future.result()
    return of, cases
