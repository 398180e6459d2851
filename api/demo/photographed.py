"""Twelve reports with photos, in the open month of the demonstration county; one repeats another and is merged into it.

They lie on the desk of a township's grid worker: whoever signs in sees photos, and the pair that was taken for one.
"""

from datetime import date, datetime, time, timedelta
from typing import Final

from api.commands import filing, incidents
from api.commands.filing import Filing
from api.commands.incidents import Report
from api.context import App
from api.demo.clock import DemoClock
from api.demo.members import applicant
from api.demo.people import People
from api.demo.pictures import drawn
from api.demo.places import village_code, village_name
from api.uploads import claimed, upload
from domain.kernel.calendar import CHINA, first_day
from domain.kernel.ids import derived
from domain.kernel.places import Position

TOWNSHIP: Final = 0
REPORTERS: Final = 6
REPORTS: Final = 12
SENT_AFTER: Final = timedelta(minutes=4)
LATITUDE_E5, LONGITUDE_E5 = 3_051_200, 11_436_800

SEEN: Final = (
    ("sr-02", "垃圾桶满了没人清，路边堆了好几袋。"),
    ("sr-03", "路边倒了一堆建筑垃圾，占了半条人行道。"),
    ("jm-05", "共享单车堵住了盲道，推轮椅的老人过不去。"),
    ("dl-03", "货车撒落了一路石子，骑车的差点摔倒。"),
    ("sg-07", "工地围挡倒了一片，行人只能走到车道上。"),
    ("aq-01", "消防通道被货物堵住，一直没有人搬走。"),
)


def load(app: App, *, clock: DemoClock, people: People) -> None:
    """Upload, report, merge; running it again changes nothing."""
    since = first_day(people.period.open_month)
    reports = [_report(app, people, number, since) for number in range(REPORTS)]
    for number, report in enumerate(reports):
        member = applicant(people, number % REPORTERS)
        with clock.at(report.reported_at + SENT_AFTER):
            incidents.report(app, actor=member, key=f"demo:photographed:{number}", reports=[report])
    first, again = reports[0].incident_id, reports[1].incident_id
    merged = Filing("merge", into_id=first, grounds=("near_photo", "same_place_and_time"))
    actor, on = people.verifier(TOWNSHIP), since + timedelta(days=3)
    filing.take(app, actor=actor, key="demo:photographed:merge", incident_id=again, given=merged, on=on)


def _report(app: App, people: People, number: int, since: date) -> Report:
    """The second report shows what the first shows, an hour later and a little brighter."""
    repeats = number == 1
    scene = 0 if repeats else number
    incident_id = derived("demo", people.seed, "photographed", number)
    reporter_id = applicant(people, number % REPORTERS).person_id
    photo = upload(app, person_id=reporter_id, content=drawn(people.seed, scene, brightness=1.04 if repeats else 1.0))
    item, words = SEEN[scene % len(SEEN)]
    village = scene % 4
    return Report(
        incident_id=incident_id,
        reporter_id=reporter_id,
        category="",
        division=village_code(TOWNSHIP, village),
        text=f"{village_name(TOWNSHIP, village)}：{words}" + ("刚才又路过，还在。" if repeats else ""),
        reported_at=datetime.combine(since + timedelta(days=1 + scene), time(10 + number % 8, 12), CHINA),
        source="app",
        item=item,
        position=Position(LATITUDE_E5 + 90 * scene, LONGITUDE_E5 + 70 * scene),
        photos=claimed(app, person_id=reporter_id, digests=[photo.sha256], incident_id=incident_id),
    )
