"""What neighbours do in the demonstration county: tasks, activities, praise, an inspection, party members' service.

One of each kind is done and has brought points; another waits for a second person, or for whoever wants to take part.
Whoever signs in to try the product finds something to finish. All of it happens on the period's last day.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from api.commands.deeds import activities, commendations, inspections, party_activities, tasks
from api.commands.points import Deduction, deduct
from api.context import App
from api.demo.households import TOWNSHIP as HOME
from api.demo.households import household_of
from api.demo.people import People, department_name
from api.demo.places import village_code
from domain.deeds.activities import Served
from domain.kernel.ids import derived
from domain.kernel.places import Division

RIDER: Final = 0
NEIGHBOUR: Final = HOME
"""The member who drives for the county and is the head of one of the households: his deeds are his household's."""
TO_COME_DAYS: Final = 60
"""The load's own today is up to a month after the period's last day: what is offered is still to come then."""
_WAITING_HOME: Final = 5


def load(app: App, *, people: People) -> None:
    """Offer, take part, confirm some; running it again changes nothing."""
    loading = _Loading(app, people, people.period.until, village_code(HOME, 0))
    loading.tasks()
    loading.activities()
    loading.praise()
    loading.inspect()
    loading.serve()
    loading.deduct()


@dataclass(frozen=True, slots=True)
class _Loading:
    """Who loads, for which day, in which village."""

    app: App
    people: People
    on: date
    village: Division

    def tasks(self) -> None:
        """One is done by the rider and confirmed; of the other a neighbour says that he has done it; a seat is free."""
        clerk, second = self.people.transcriber(HOME), self.people.verifier(HOME)
        rider, neighbour = self.people.member(RIDER), self.people.member(NEIGHBOUR)
        for number, (title, place, doer) in enumerate(
            (("清扫文化广场", "文化广场", rider), ("给村口花坛浇水", "村口", neighbour))
        ):
            task_id, key = derived("demo", f"task-{number}"), f"demo:task:{number}"
            until = self.on + timedelta(days=TO_COME_DAYS)
            new = tasks.NewTask(task_id, self.village, title, place, "task", until, 3)
            part: dict[str, Any] = {"app": self.app, "task_id": task_id, "person_id": doer.person_id, "on": self.on}
            tasks.offer(self.app, actor=clerk, key=key, new=new, on=self.on)
            tasks.accept(**part, actor=doer, key=f"{key}:accepted")
            tasks.finish(**part, actor=doer, key=f"{key}:done", done_on=self.on)
            if doer is rider:
                tasks.confirm(**part, actor=second, key=f"{key}:confirmed")

    def activities(self) -> None:
        """One took place, and its hours are confirmed; for another people sign up."""
        clerk, second = self.people.transcriber(HOME), self.people.verifier(HOME)
        rider, neighbour = self.people.member(RIDER), self.people.member(NEIGHBOUR)
        held, coming = derived("demo", "activity-0"), derived("demo", "activity-1")
        self._publish(held, "河道清洁", self.on)
        self._publish(coming, "冬季防火宣传", self.on + timedelta(days=TO_COME_DAYS))
        asked: dict[str, Any] = {"app": self.app, "on": self.on}
        for one in (rider, neighbour):
            signing = {**asked, "activity_id": held, "person_id": one.person_id}
            activities.sign_up(**signing, actor=one, key=f"demo:activity:0:{one.person_id}")
        activities.sign_up(
            **asked, activity_id=coming, person_id=rider.person_id, actor=rider, key="demo:activity:1:rider"
        )
        came = [rider.person_id, neighbour.person_id]
        activities.check_in(**asked, actor=clerk, key="demo:activity:0:came", activity_id=held, person_ids=came)
        served = [Served(one, 120) for one in came]
        activities.confirm_hours(**asked, actor=second, key="demo:activity:0:hours", activity_id=held, served=served)

    def _publish(self, activity_id: UUID, title: str, held_on: date) -> None:
        new = activities.NewActivity(
            activity_id=activity_id,
            division=self.village,
            title=title,
            place="云上村村口",
            item="volunteer_hour",
            held_on=held_on,
            minutes=120,
            seats=20,
            organiser="云上村村民委员会",
        )
        clerk, key = self.people.transcriber(HOME), f"demo:activity:{activity_id}"
        activities.publish(self.app, actor=clerk, key=key, new=new, on=self.on)

    def praise(self) -> None:
        """A commendation that nobody has confirmed yet."""
        new = commendations.NewCommendation(
            division=village_code(HOME, 3),
            holder_kind="household",
            holder_id=household_of(3),
            title="主动让出路面修排水沟",
            item="commendation_village",
            document=f"云上村表扬〔{self.on.year}〕9号",
            issuer="云上村村民委员会",
            issued_on=self.on,
        )
        commendations.record(
            self.app, actor=self.people.transcriber(HOME), key="demo:praise:waiting", new=new, on=self.on
        )

    def inspect(self) -> None:
        """A home was seen by two; the other of them has not confirmed yet."""
        first, second = self.people.transcriber(HOME), self.people.verifier(HOME)
        seen = inspections.NewInspection(
            household_of(_WAITING_HOME), self.on, (first.person_id, second.person_id), "fair", "clean_household"
        )
        inspections.record(self.app, actor=first, key="demo:inspection:waiting", new=seen, on=self.on)

    def serve(self) -> None:
        """A party member served twice in the village: one service is confirmed by both sides, of the other by one."""
        rider, unit = self.people.member(RIDER), self.people.handler(0)
        for number, title in enumerate(("防汛值守", "周末垃圾分类劝导")):
            key = f"demo:party:{number}"
            new = party_activities.NewPartyActivity(
                division=self.village,
                person_id=rider.person_id,
                unit=department_name(0),
                title=title,
                item="party_activity",
                held_on=self.on,
                minutes=90,
            )
            asked: dict[str, Any] = {"party_activity_id": new.party_activity_id, "on": self.on}
            party_activities.record(self.app, actor=rider, key=key, new=new, on=self.on)
            party_activities.confirm_unit(self.app, **asked, actor=unit, key=f"{key}:unit")
            if not number:
                clerk = self.people.transcriber(HOME)
                party_activities.confirm_community(self.app, **asked, actor=clerk, key=f"{key}:community")

    def deduct(self) -> None:
        """A household loses what the rule takes for litter, by a slip with a number."""
        slip = Deduction("littering", village_code(HOME, 4), self.on, "巡查单-017", household_id=household_of(4))
        deduct(self.app, actor=self.people.transcriber(HOME), key="demo:deduction", deductions=[slip], on=self.on)
