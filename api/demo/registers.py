"""The demonstration county's registers: twenty facilities of four kinds, and how difficult six grids are."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from api.commands import difficulty, facilities
from api.commands.difficulty import Figures
from api.commands.facilities import Inspection, NewFacility
from api.context import App
from api.demo.people import People
from api.demo.places import COUNTY, TOWNSHIP_COUNT, VILLAGE_COUNT, township_name, village_code, village_name
from api.rehearsal.chance import Dice
from domain.kernel.calendar import first_day
from domain.kernel.ids import derived
from domain.kernel.scoring import Factor, FactorBand, Measured, StaffingBand
from journal.facts import Actor

KINDS: Final = (
    ("yizhan", "暖心驿站", ("饮水", "充电", "休息", "热饭")),
    ("huandian", "换电充电点", ("充电", "换电")),
    ("tiaojie", "矛盾调解室", ("调解", "法律咨询")),
    ("bianmin", "便民服务点", ("代办", "打印")),
)
FACILITIES: Final = 20
GRIDS: Final = 6

FACTORS: Final = (
    Factor("residents", "常住人口", "人", 40, (FactorBand(0, 20), FactorBand(500, 60), FactorBand(1_200, 100))),
    Factor("area", "面积", "公顷", 25, (FactorBand(0, 30), FactorBand(80, 70), FactorBand(300, 100))),
    Factor("shops", "沿街商户", "户", 20, (FactorBand(0, 10), FactorBand(30, 60), FactorBand(120, 100))),
    Factor("reports", "上年上报", "件", 15, (FactorBand(0, 20), FactorBand(20, 60), FactorBand(60, 100))),
)
STAFFING: Final = (StaffingBand(0, 1), StaffingBand(5_500, 2), StaffingBand(8_000, 3))


def load(app: App, *, founder: Actor, people: People, threads: Executor) -> None:
    """Kinds and facilities, the difficulty rule and its figures; running it again changes nothing."""
    since = people.period.since
    for code, name, _ in KINDS:
        document = f"演示县网格办〔{since.year}〕8号"
        facilities.admit_kind(
            app, actor=founder, key=f"demo:kind:{code}", code=code, name=name, document=document, on=since
        )
    rule = difficulty.NewRule(COUNTY, since, f"演示县网格办〔{since.year}〕9号", FACTORS, STAFFING)
    difficulty.publish_rule(app, actor=founder, key="demo:difficulty", new=rule, on=since)
    loading = _Loading(app, people)
    work: list[tuple[Callable[[int], None], int]] = [
        *((loading.facility, number) for number in range(FACILITIES)),
        *((loading.grid, number) for number in range(GRIDS)),
    ]
    for future in [threads.submit(record, number) for record, number in work]:
        future.result()


@dataclass(frozen=True, slots=True)
class _Loading:
    """Who loads."""

    app: App
    people: People

    def facility(self, number: int) -> None:
        """Register one, open it (but the last), and inspect every third."""
        app, actor, since = self.app, self.people.maker, self.people.period.since
        code, name, services = KINDS[number % len(KINDS)]
        township, village = number % TOWNSHIP_COUNT, number * 3 % VILLAGE_COUNT
        facility_id = derived("demo", "facility", number)
        key, opened_on = f"demo:facility:{number}", since + timedelta(days=10 + number)
        new = NewFacility(
            facility_id=facility_id,
            kind=code,
            name=f"{village_name(township, village)}{name}",
            division=village_code(township, village),
            address=f"{township_name(township)}{village_name(township, village)}{number + 1}号",
            services=services,
        )
        facilities.register(app, actor=actor, key=key, new=new, on=since)
        if number == FACILITIES - 1:
            return
        facilities.open_(
            app, actor=actor, key=f"{key}:open", facility_id=facility_id, opened_on=opened_on, on=opened_on
        )
        if number % 3:
            return
        on = first_day(self.people.period.paid_months[-1]) + timedelta(days=number)
        found = Inspection(on, "to_improve", "饮水机滤芯到期") if number == 0 else Inspection(on, "in_order", None)
        inspector = self.people.verifier(township)
        facilities.inspect(app, actor=inspector, key=f"{key}:inspected", facility_id=facility_id, found=found, on=on)

    def grid(self, number: int) -> None:
        """What was measured of a grid."""
        dice = Dice(self.people.seed, "grid", number)
        on = first_day(self.people.period.paid_months[3]) + timedelta(days=number)
        limits = {"residents": 1_800, "area": 420, "shops": 180, "reports": 90}
        figures = Figures(
            division=village_code(number, number % VILLAGE_COUNT),
            grid=f"第{number % 3 + 1}网格",
            measured_on=on,
            inputs=tuple(Measured(factor, dice.below(limit)) for factor, limit in limits.items()),
            document=f"演示县统计〔{on.year}〕{number + 1}号",
        )
        difficulty.record_inputs(self.app, actor=self.people.maker, key=f"demo:grid:{number}", figures=figures, on=on)
