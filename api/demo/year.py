"""The year of the demonstration county: who reports what, when it is verified, handled and decided.

A pure plan: the same seed and period give the same reports, texts, days and decisions. Twelve months are complete; in
the month after them something lies open at every desk, so that whoever signs in has work.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import prod
from typing import Final, Literal
from uuid import UUID

from api.commands.incidents import Handling, Report, Verdict
from api.demo.catalogue import item_in
from api.demo.people import MEMBER_COUNT, People, home_township
from api.demo.places import TOWNSHIP_COUNT, VILLAGE_COUNT, village_code, village_name
from api.demo.texts import KINDS, WEIGHTS, Kind, reply_text, report_text
from api.rehearsal.casework import INVALID, UNCONFIRMED
from api.rehearsal.chance import Dice
from domain.kernel.calendar import CHINA, Month, first_day, last_day, next_month
from domain.kernel.ids import derived

OPEN_DAYS: Final = 20
PER_MONTH: Final = 417
OPEN_COUNT: Final = 240
IN_APP_PERCENT: Final = 15
"""Each is a command of its own, or nearly: few of them fall together."""

Desk = Literal["verification", "handling", "decision", "none"]
"""Where a report lies open; none: it was decided."""


@dataclass(frozen=True, slots=True)
class Case:
    """One report from beginning to end, or to the desk where it lies."""

    report: Report
    member: int
    township: int
    department: int
    by_app: bool
    verified_on: date
    verification: Verdict
    handling: Handling | None
    decided_on: date
    decision: Verdict
    lies_at: Desk

    @property
    def was_verified(self) -> bool:
        """Whether a grid worker has looked."""
        return self.lies_at != "verification"

    @property
    def was_handled(self) -> bool:
        """Whether a department has acted."""
        return self.handling is not None and self.lies_at in ("decision", "none")

    @property
    def was_decided(self) -> bool:
        """Whether it was decided."""
        return self.lies_at == "none"


def cases_of(people: People, of: Month) -> list[Case]:
    """Every report of a month, in the order of their moments."""
    count = OPEN_COUNT if of == people.period.open_month else PER_MONTH
    cases = (_case(people, of, place) for place in range(count + Dice(people.seed, of).below(10)))
    return sorted(cases, key=lambda case: (case.report.reported_at, str(case.report.incident_id)))


def _case(people: People, of: Month, place: int) -> Case:
    dice = Dice(people.seed, "case", of, place)
    is_open = of == people.period.open_month
    kind = KINDS[dice.weighted(WEIGHTS)]
    member = _member(dice)
    township = home_township(member) if dice.happens(80) else dice.below(TOWNSHIP_COUNT)
    village = dice.below(VILLAGE_COUNT)
    identity = derived("demo", people.seed, "incident", of, place)
    by_app, source = _source(dice)
    reported_at = _moment(of, dice, is_open=is_open)
    text = report_text(kind, village=village_name(township, village), dice=dice)
    report = Report(
        incident_id=identity,
        reporter_id=people.member(member).person_id,
        category=kind.category,
        division=village_code(township, village),
        text=text,
        reported_at=reported_at,
        source=source,
        grid=f"第{dice.below(6) + 1}网格",
        source_ref=f"12345-{reported_at:%Y%m%d}-{place:04d}" if source == "hotline" else None,
        item=item_in(text, dice=Dice(people.seed, "item", of, place)),
    )
    verified_on = _next_monday(reported_at.date())
    confirmed = not dice.happens(5)
    handling = (
        _handling(people, kind, report, village_name(township, village), verified_on, dice) if confirmed else None
    )
    return Case(
        report=report,
        member=member,
        township=township,
        department=kind.department,
        by_app=by_app,
        verified_on=verified_on,
        verification=_verification(identity, dice, confirmed=confirmed),
        handling=handling,
        decided_on=_decided_on(of, is_open=is_open),
        decision=_decision(identity, dice, confirmed=confirmed),
        lies_at=_lies_at(dice, is_open=is_open),
    )


def _member(dice: Dice) -> int:
    """A member; the product puts most reports on the lower numbers, for some drive all day and others hardly."""
    if dice.happens(15):
        return dice.below(MEMBER_COUNT)
    drawn = prod(dice.below(1_000) for _ in range(4))
    return drawn * MEMBER_COUNT // 1_000**4


def _source(dice: Dice) -> tuple[bool, str]:
    """Some report in the app; the rest is written down from WeChat groups and the hotline."""
    if dice.happens(IN_APP_PERCENT):
        return True, "app"
    return False, "wechat" if dice.happens(70) else "hotline"


def _moment(of: Month, dice: Dice, *, is_open: bool) -> datetime:
    days = OPEN_DAYS if is_open else (last_day(of) - first_day(of)).days + 1
    day = first_day(of) + timedelta(days=dice.below(days))
    return datetime.combine(day, time(6 + dice.below(16), dice.below(60), dice.below(60)), CHINA)


def _next_monday(day: date) -> date:
    """Each Monday what came in during the week before is verified."""
    return day + timedelta(days=7 - day.weekday())


def _verification(identity: UUID, dice: Dice, *, confirmed: bool) -> Verdict:
    reasons = ("seen_on_site", "photo_matches", "confirmed_by_telephone") if confirmed else UNCONFIRMED
    return Verdict(identity, confirmed, dice.choice(reasons))


def _handling(people: People, kind: Kind, report: Report, village: str, verified_on: date, dice: Dice) -> Handling:
    day = verified_on + timedelta(days=dice.below(5))
    return Handling(
        incident_id=report.incident_id,
        handler_id=people.handler(kind.department).person_id,
        reply=reply_text(kind, village=village, dice=dice),
        handled_at=datetime.combine(day, time(9 + dice.below(8), dice.below(60)), CHINA),
    )


def _decided_on(of: Month, *, is_open: bool) -> date:
    """The county centre decides a month's reports on the 14th of the next; those of the open month at its end."""
    return last_day(of) if is_open else first_day(next_month(of)) + timedelta(days=13)


def _decision(identity: UUID, dice: Dice, *, confirmed: bool) -> Verdict:
    if not confirmed:
        return Verdict(identity, False, "not_confirmed")
    if dice.happens(7):
        return Verdict(identity, False, dice.choice(INVALID))
    return Verdict(identity, True, "meets_catalogue")


def _lies_at(dice: Dice, *, is_open: bool) -> Desk:
    if not is_open:
        return "none"
    desks: tuple[Desk, ...] = ("verification", "handling", "decision", "none")
    return dice.choice(desks)
