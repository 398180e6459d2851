"""Carries out the plan of the demonstration county through the commands, as its people would.

Every id and every idempotency key follows from the plan, so a load that was broken off is completed by running it
again. Casework of one step runs in several threads: their appends share transactions.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Final, TypeVar

from api.beginning import adopt_shipped, publish_shipped
from api.commands import budgets, county, incidents
from api.context import App
from api.custody.enrolling import enrol, opened_officer
from api.custody.opening import cost_of
from api.demo import (
    caps,
    catalogue,
    default_workflow,
    households,
    members,
    photographed,
    places,
    pressing,
    registers,
    stars,
)
from api.demo.beginning import period_of
from api.demo.clock import DemoClock
from api.demo.people import LOGINS, PASSWORD, People
from api.demo.period import PAID_MONTHS, Period
from api.demo.places import COUNTY
from api.demo.year import Case, cases_of
from api.rehearsal.cast import require_rehearsal
from api.rehearsal.payday import BatchDays, Payday, all_batches
from api.web.accounts import find, set_account
from domain.kernel.calendar import CHINA, Month, day_in_china, first_day, last_day, next_month
from domain.kernel.ids import derived
from domain.kernel.money import Fen
from domain.kernel.places import Division
from journal.facts import Actor
from projections.companion import companion

COMPLETE: Final = "demo:complete"
"""The key of the last command: where it was used, the county is whole."""

COUNTY_WORKFLOW: Final = "shangrao-4"
THREADS: Final = 8
PER_APPEND: Final = 150
SENT_EVERY_DAYS: Final = 3
"""Whoever reports for himself does it within 72 hours."""
EVENING: Final = time(23)

Progress = Callable[[str, int, int], None]
T = TypeVar("T")


def is_complete(app: App) -> bool:
    """Whether the county was loaded to the end."""
    return app.journal.store.command(app.log.founder_id, COMPLETE) is not None


def load(app: App, *, clock: DemoClock, seed: str, progress: Progress) -> None:
    """Load whatever of the county is not there yet. Refuses `rehearsal.only` in a journal that is none.

    `clock` is the one by which `app` was opened.
    """
    require_rehearsal(app)
    with companion(app.access.projector), ThreadPoolExecutor(THREADS, thread_name_prefix="demo") as threads:
        loader = _Loader(app, clock, People(seed, period_of(app)), progress, threads)
        with clock.at(datetime.combine(loader.period.since, time(), CHINA)):
            loader.set_up()
        loader.report()
        loader.keep_registers()
        loader.work()
        default_workflow.load(app, clock=clock, founder=loader.founder, people=loader.people, on=loader.period.until)
        photographed.load(app, clock=clock, people=loader.people)
        pressing.load(app, clock=clock, people=loader.people)
        loader.pay()
        stars.load(app, founder=loader.founder, people=loader.people)
        loader.complete()
    app.runner.catch_up()


@dataclass
class _Loader:
    """One load: the program, its clock, the people, the bar."""

    app: App
    clock: DemoClock
    people: People
    progress: Progress
    threads: ThreadPoolExecutor
    _done: int = field(default=0, init=False)

    @cached_property
    def founder(self) -> Actor:
        return opened_officer(self.app, person_id=self.app.log.founder_id, role="administrator", secret=PASSWORD)

    @property
    def period(self) -> Period:
        return self.people.period

    @cached_property
    def _cases(self) -> dict[Month, list[Case]]:
        return {of: cases_of(self.people, of) for of in self.period.all_months}

    # The county.

    def set_up(self) -> None:
        """Places, people, logins, caps, tariffs and money, while the clock stands on the first day."""
        app, founder, since = self.app, self.founder, self.period.since
        county.register_places(app, actor=founder, key="demo:places", new=places.below_county(), since=since, on=since)
        self.progress("演示县", 1, 4)
        for name, new in (("staff", list(self.people.staff())), ("members", list(self.people.members()))):
            for number, part in enumerate(_parts(new)):
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
        registers.load(self.app, founder=self.founder, people=self.people, threads=self.threads)

    # The casework of a month.

    def report(self) -> None:
        """Every report of every month, at about the time at which it was made."""
        months = self.period.all_months
        for number, of in enumerate(months, 1):
            self._report(of, self._cases[of])
            self.progress("上报", number, len(months))

    def work(self) -> None:
        """Verify, handle and decide, month after month."""
        steps = (self._verify, self._handle, self._decide)
        months = self.period.all_months
        for number, of in enumerate(months):
            for done, step in enumerate(steps, 1):
                step(of, self._cases[of])
                self.progress("事件", len(steps) * number + done, len(steps) * len(months))

    def _report(self, of: Month, cases: Sequence[Case]) -> None:
        """Members report for themselves, what they saw in a few days together; at the end of the month a township's
        grid worker writes down what came by WeChat and hotline.
        """

        def record(actor: Actor, part: Sequence[Case]) -> None:
            reports = [case.report for case in part]
            incidents.report(self.app, actor=actor, key=self._key("report", of, part), reports=reports)

        for until, together in _grouped((case for case in cases if case.by_app), _sent_on).items():
            own = _grouped(together, lambda case: case.member)
            with self._evening(until):
                self._in_threads([(self.people.member(member), part) for member, part in own.items()], record)
        written = _grouped((case for case in cases if not case.by_app), lambda case: case.township)
        with self._evening(last_day(of)):
            self._in_threads([(self.people.transcriber(township), part) for township, part in written.items()], record)

    def _verify(self, of: Month, cases: Sequence[Case]) -> None:
        """Every Monday, each township's grid worker."""
        for day, together in _grouped((case for case in cases if case.was_verified), lambda c: c.verified_on).items():

            def record(township: int, part: Sequence[Case], *, day: date = day) -> None:
                incidents.verify(
                    self.app,
                    actor=self.people.verifier(township),
                    key=self._key("verify", of, part),
                    verdicts=[case.verification for case in part],
                    on=day,
                )

            with self._evening(day):
                self._in_threads(list(_grouped(together, lambda case: case.township).items()), record)

    def _handle(self, of: Month, cases: Sequence[Case]) -> None:
        """What the departments did in a month, written down when the last of it was done."""
        by_department = _grouped((case for case in cases if case.was_handled), lambda case: case.department)

        def record(department: int, part: Sequence[Case]) -> None:
            incidents.handle(
                self.app,
                actor=self.people.handler(department),
                key=self._key("handle", of, part),
                handlings=[case.handling for case in part if case.handling is not None],
            )

        done_at = [case.handling.handled_at for part in by_department.values() for case in part if case.handling]
        with self._evening(day_in_china(max(done_at))):
            self._in_threads(list(by_department.items()), record)

    def _decide(self, of: Month, cases: Sequence[Case]) -> None:
        decided = [case for case in cases if case.was_decided and (case.was_handled or not case.verification.yes)]

        def record(_number: int, part: Sequence[Case]) -> None:
            incidents.decide_validity(
                self.app,
                actor=self.people.decider,
                key=self._key("decide", of, part),
                verdicts=[case.decision for case in part],
                on=part[0].decided_on,
            )

        parts = list(enumerate(_parts(decided)))
        with self._evening(decided[0].decided_on):
            # Under a cap it matters who comes first.
            for together in [[part] for part in parts] if caps.hold_in(self.period, of) else [parts]:
                self._in_threads(together, record)

    # The payouts.

    def pay(self) -> None:
        """Twelve months paid out; of the last, some lines and the second batch lie open."""
        payday = Payday.of(
            self.app,
            maker=self.people.maker,
            checker=self.people.checker,
            seed=self.people.seed,
            days=_days,
            # One line for all its steps: the bar moves on, and ends after the last.
            progress=lambda step, done, total: self.progress(f"发放：{step}", done, total + 1),
            profiles=("neutral-csv",) * 4 + ("generic-xlsx",),
        )
        *closed, last = self.period.paid_months
        payday.pay(closed)
        if not any(batch.month == last and batch.number > 1 for batch in all_batches(self.app)):
            payday.freeze([last])
            payday.approve([last])
            payday.export([last])
            payday.answer([last])
            payday.freeze([last])
        self.progress("发放", PAID_MONTHS, PAID_MONTHS)

    def complete(self) -> None:
        """The last command."""
        self._appropriate(self.period.until.year, 3, Fen(1_000_000), on=self.period.until, key=COMPLETE)

    # Parts.

    def _evening(self, day: date) -> AbstractContextManager[None]:
        return self.clock.at(datetime.combine(day, EVENING, CHINA))

    def _in_threads(
        self, work: Sequence[tuple[T, Sequence[Case]]], record: Callable[[T, Sequence[Case]], None]
    ) -> None:
        """Do all of it; the first failure is raised once the others have ended."""
        for future in [self.threads.submit(record, group, part) for group, part in work]:
            future.result()

    def _key(self, step: str, of: Month, part: Sequence[Case]) -> str:
        return f"demo:{step}:{of}:{derived('demo', *(case.report.incident_id for case in part))}"


K = TypeVar("K", bound=Hashable)


def _grouped(cases: Iterable[Case], group: Callable[[Case], K]) -> dict[K, list[Case]]:
    groups: defaultdict[K, list[Case]] = defaultdict(list)
    for case in cases:
        groups[group(case)].append(case)
    return groups


def _sent_on(case: Case) -> date:
    """The day on whose evening a member sends what he saw: every third of a month."""
    day = day_in_china(case.report.reported_at)
    return day + timedelta(days=-day.day % SENT_EVERY_DAYS)


def _parts(everything: Sequence[T]) -> list[Sequence[T]]:
    return [everything[start : start + PER_APPEND] for start in range(0, len(everything), PER_APPEND)]


def _days(of: Month, number: int) -> BatchDays:
    """A month's first batch goes out in the middle of the next month, each later one ten days after the one before."""
    start = first_day(next_month(of)) + timedelta(days=14 + 10 * (number - 1))
    frozen, approved, exported, answered, resolved, closed = (start + timedelta(days=n) for n in (0, 1, 2, 3, 6, 7))
    return BatchDays(frozen, approved, exported, answered, resolved, closed)
