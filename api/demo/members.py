"""Twelve who applied to the demonstration county: seven serve, each of the others stands at another step.

The county officer who decides validity writes the applications down, the other one vets them, the administrator
appoints: three people, none of them the applicant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from api.commands import members, trainings
from api.commands.members import Application, Appointment
from api.commands.trainings import NewTraining
from api.context import App
from api.demo.people import People
from api.demo.places import COUNTY
from domain.kernel.calendar import Month, first_day, last_day
from domain.kernel.ids import derived
from domain.trainings import Attendance
from journal.facts import Actor

APPOINTED: Final = range(9)
SUSPENDED, EXITED, FAILED, REFUSED, LATE = 7, 8, 9, 10, 11
OCCUPATIONS: Final = ("courier", "food_rider", "ride_hailing_driver", "taxi_driver", "courier", "food_rider")


def applicant(people: People, place: int) -> Actor:
    """The nth applicant, as the member that he becomes."""
    return Actor(people.id_of(_part(place)), "member")


def load(app: App, *, founder: Actor, people: People) -> None:
    """Applications, vetting, three trainings, appointments, one suspension, one exit; twice is the same as once."""
    loading = _Loading(app, founder, people)
    loading.apply()
    loading.train()
    loading.appoint_and_change()


@dataclass(frozen=True, slots=True)
class _Loading:
    """Who loads, and for whom."""

    app: App
    founder: Actor
    people: People

    def apply(self) -> None:
        """Eleven apply in spring, one in the open month: he is still to be vetted."""
        early, late = self._day(7, 4), first_day(self.people.period.open_month) + timedelta(days=12)
        for key, places, on in (("early", range(LATE), early), ("late", [LATE], late)):
            applications = [self._application(place) for place in places]
            members.apply(
                self.app, actor=self.people.decider, key=f"demo:apply:{key}", applications=applications, on=on
            )
        passed = self._ids(range(REFUSED))
        for person_ids, yes, reason in (
            (passed, True, "meets_conditions"),
            (self._ids([REFUSED]), False, "occupation_not_confirmed"),
        ):
            members.vet(
                self.app,
                actor=self.people.maker,
                key=f"demo:vet:{reason}",
                person_ids=person_ids,
                passed=yes,
                reason=reason,
                on=early + timedelta(days=6),
            )

    def train(self) -> None:
        """Before duty, on duty and for the backbone; members of old come to the later ones too."""
        old = [self.people.member(place).person_id for place in range(16)]
        before = [(person_id, "passed") for person_id in self._ids(APPOINTED)]
        on_duty = [(person_id, "passed") for person_id in (*old, *self._ids(APPOINTED[:6]))]
        backbone = [(person_id, "passed") for person_id in (*old[:4], *self._ids(APPOINTED[:3]))]
        self._hold(
            "before_duty", "移动网格员岗前培训", self._day(7, 18), 240, [*before, *self._result(FAILED, "failed")]
        )
        self._hold("on_duty", "上报规范与安全骑行", self._day(9, 11), 120, [*on_duty, *self._result(6, "absent")])
        self._hold("backbone", "骨干移动网格员轮训", self._day(11, 7), 360, backbone)

    def appoint_and_change(self) -> None:
        """Whoever was trained serves from the month after; later one is suspended, and one moves away."""
        app, since, period = self.app, self._day(8, 0), self.people.period
        appointments = [
            Appointment(person_id, since, document=f"演示县网格办〔{since.year}〕21号")
            for person_id in self._ids(APPOINTED)
        ]
        members.appoint(
            app, actor=self.founder, key="demo:appoint", appointments=appointments, on=since - timedelta(days=2)
        )
        suspended_on = first_day(period.open_month) + timedelta(days=9)
        members.suspend(
            app,
            actor=self.founder,
            key="demo:suspend",
            person_id=self.people.id_of(_part(SUSPENDED)),
            reason="under_inquiry",
            since=suspended_on,
            until=None,
            on=suspended_on,
        )
        moved_on = last_day(period.paid_months[-1])
        members.leave(
            app,
            actor=self.founder,
            key="demo:leave",
            person_id=self.people.id_of(_part(EXITED)),
            reason="moved_away",
            last_day=moved_on,
            on=moved_on - timedelta(days=6),
        )

    def _hold(self, level: str, title: str, held_on: date, minutes: int, results: Sequence[tuple[UUID, str]]) -> None:
        training_id = derived("demo", "training", level)
        new = NewTraining(
            training_id=training_id,
            title=title,
            level=level,
            division=COUNTY,
            held_on=held_on,
            place="演示县网格中心二楼会议室",
            minutes=minutes,
            organiser="演示县委社会工作部",
            trainer_id=self.people.verifier(0).person_id if level == "on_duty" else None,
        )
        actor, on = self.people.decider, held_on + timedelta(days=1)
        trainings.hold(self.app, actor=actor, key=f"demo:training:{level}", new=new, on=on)
        trainings.record_attendance(
            self.app,
            actor=actor,
            key=f"demo:attendance:{level}",
            training_id=training_id,
            attendances=[Attendance(person_id, result) for person_id, result in results],
            on=on,
        )

    def _application(self, place: int) -> Application:
        part = _part(place)
        return Application(
            person_id=self.people.id_of(part),
            area=COUNTY,
            occupation=OCCUPATIONS[place % len(OCCUPATIONS)],
            phone=f"1990000{place:04d}",
            name=self.people.name(part),
            account=self.people.account(part),
        )

    def _result(self, place: int, result: str) -> list[tuple[UUID, str]]:
        return [(self.people.id_of(_part(place)), result)]

    def _ids(self, places: Sequence[int]) -> list[UUID]:
        return [self.people.id_of(_part(place)) for place in places]

    def _day(self, month_number: int, days: int) -> date:
        of: Month = self.people.period.paid_months[month_number]
        return first_day(of) + timedelta(days=days)


def _part(place: int) -> str:
    return f"applicant-{place}"
