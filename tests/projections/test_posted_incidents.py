"""What was made public is listed as long as its period lasts, each report once; what is sensitive never is."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from domain.incidents import IncidentReported
from domain.incidents.events import IncidentPosted, IncidentRated, IncidentReopened
from domain.kernel.events import Commitment
from domain.kernel.ids import derived
from migrations.roles import Access
from projections import posted_incidents, tracking_codes
from projections.posted_incidents import Posted
from projections.runner import Runner
from tests.projections.story import CLERK, COUNTY, NEXT_VILLAGE, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, Story, person

POSTED = date(2026, 2, 2)
DAYS = 7
LAST_DAY = POSTED + timedelta(days=DAYS)
PAGE = 3


def posts(story: Story, incident_id: UUID, *, days: int = DAYS) -> None:
    story.record("incident", incident_id, IncidentPosted(actor_id=CLERK, days=days), by=CLERK)


@pytest.fixture
def posted(installed: Access, runner: Runner) -> Story:
    """Eight results that stand, one that is over, one that is sensitive, one that nobody posted."""
    story = Story().opened()
    story.today = date(2026, 1, 10)
    names = ["rated", "reopened", "twice", *(f"more {number}" for number in range(5))]
    divisions = {"reopened": NEXT_VILLAGE, "more 4": OTHER_TOWNSHIP}
    for name in (*names, "over", "not posted"):
        story.named[name] = story.report(f"rider {name}", division=divisions.get(name, VILLAGE))
        story.verify(story.named[name])
        story.handle(story.named[name])
    secret = IncidentReported(
        reporter_id=person("rider"),
        category="家庭矛盾",
        sensitive=True,
        division=VILLAGE,
        text=Commitment("e" * 64),
        source="app",
        reported_at=datetime(2026, 1, 10, tzinfo=UTC),
    )
    story.named["secret"] = derived("test", "secret")
    story.record("incident", story.named["secret"], secret, by=person("rider"))
    posts(story, story.named["over"], days=3)
    posts(story, story.named["twice"], days=1)
    story.decide(story.named["rated"])
    story.record("incident", story.named["rated"], IncidentRated(actor_id=CLERK, stars=4, by_reporter=False), by=CLERK)
    story.today = POSTED
    for name in (*names, "secret"):
        posts(story, story.named[name])
    reopened = IncidentReopened(actor_id=CLERK, reason="not_solved")
    story.record("incident", story.named["reopened"], reopened, by=CLERK)
    story.append_to(installed.writer)
    runner.catch_up()
    return story


def listed(reader: psycopg.Connection, on: date, area: str = COUNTY) -> dict[UUID, Posted]:
    return {one.incident_id: one for one in posted_incidents.listed(reader, area, on=on)}  # type: ignore[arg-type]


def test_what_is_posted_stands_until_its_last_day(posted: Story, reader: psycopg.Connection) -> None:
    ids, standing = posted.named, listed(reader, LAST_DAY)
    assert set(standing) == set(ids.values()) - {ids["over"], ids["not posted"], ids["secret"]}
    assert {(one.posted_on, one.last_day) for one in standing.values()} == {(POSTED, LAST_DAY)}
    assert standing[ids["rated"]].result == "handled"
    assert (standing[ids["rated"]].stars, standing[ids["rated"]].valid) == (4, True)
    assert (standing[ids["reopened"]].result, standing[ids["reopened"]].stars) == ("again", None)
    codes = tracking_codes.codes_of(reader, list(standing))
    assert {key: one.code for key, one in standing.items()} == codes
    assert listed(reader, LAST_DAY + timedelta(days=1)) == {}


def test_what_is_sensitive_is_in_no_list_and_no_count(posted: Story, reader: psycopg.Connection) -> None:
    assert posted.named["secret"] in posted_incidents_of_the_log(posted)
    assert posted.named["secret"] not in listed(reader, POSTED)
    counted = posted_incidents.counted(reader, COUNTY, on=POSTED)
    assert (counted.standing, counted.over) == (8, 1)
    assert counted.position == len(posted.entries)


def posted_incidents_of_the_log(story: Story) -> set[UUID]:
    entries = {(entry[0], entry[2]) for entry in story.entries}
    return {UUID(str(stream)) for stream, kind in entries if kind == "incident.posted/1"}


def test_a_place_shows_what_lies_in_it(posted: Story, reader: psycopg.Connection) -> None:
    assert set(listed(reader, POSTED, NEXT_VILLAGE)) == {posted.named["reopened"]}
    assert set(listed(reader, POSTED, OTHER_TOWNSHIP)) == {posted.named["more 4"]}
    assert posted_incidents.counted(reader, TOWNSHIP, on=POSTED).standing == 7


def test_page_after_page_reaches_every_result_once(posted: Story, reader: psycopg.Connection) -> None:
    seen: list[UUID] = []
    before = None
    while rows := posted_incidents.listed(reader, COUNTY, on=POSTED, before=before, limit=PAGE):
        assert posted_incidents.counted(reader, COUNTY, on=POSTED, before=before).passed == len(seen)
        seen += [one.incident_id for one in rows]
        before = rows[-1].log_index
    assert len(seen) == len(set(seen)) == 8
    assert set(seen) == set(listed(reader, POSTED))


def test_each_posting_of_a_report_has_its_own_period(posted: Story, reader: psycopg.Connection) -> None:
    periods = posted_incidents.periods(reader, posted.named["twice"])
    assert [last_day for _, last_day in sorted(periods.items())] == [date(2026, 1, 11), LAST_DAY]
