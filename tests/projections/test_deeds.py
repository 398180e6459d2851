"""What waits for a second person, what is open near somebody, which titles are held; and the same when rebuilt."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from domain.deeds import titles as title_rules
from domain.deeds.activities import (
    ActivityCancelled,
    ActivityCheckedIn,
    ActivityHoursConfirmed,
    ActivityHoursWithdrawn,
    ActivityPublished,
    ActivitySignedUp,
    ActivitySignUpWithdrawn,
    Served,
)
from domain.deeds.commendations import CommendationConfirmed, CommendationRecorded, CommendationWithdrawn
from domain.deeds.inspections import InspectionConfirmed, InspectionDisputed, InspectionRecorded
from domain.deeds.party_activities import (
    PartyActivityCommunityConfirmed,
    PartyActivityRecorded,
    PartyActivityUnitConfirmed,
)
from domain.deeds.tasks import (
    TaskAccepted,
    TaskConfirmationWithdrawn,
    TaskConfirmed,
    TaskDone,
    TaskGivenUp,
    TaskOffered,
    TaskSentBack,
    TaskWithdrawn,
)
from domain.deeds.titles import TitleGranted, TitleRevoked
from domain.kernel.calendar import month_of
from domain.kernel.ids import derived, event_name, stream_name
from domain.points_shares import Holder, PointsShareConfirmed, PointsShareProposed, PointsShareRejected
from migrations.roles import Access
from projections import deed_queries, points_shares, titles
from projections.rebuild import rebuild
from projections.runner import Runner
from tests.projections.conftest import all_rows, roles_of
from tests.projections.story import CODEC, VILLAGE, Story, person

DAY = timedelta(days=1)
RIDER, OTHER, CLERK, WORKER, OFFICER = map(person, ("rider", "other", "clerk", "worker", "officer"))
TASK, LATER, ACTIVITY, CALLED_OFF, PRAISE, SEEN, SERVICE, SHARE, NO_SHARE = (
    derived("test", name)
    for name in ("task", "later", "activity", "called off", "praise", "seen", "service", "share", "no share")
)
HOUSE, NEW_HOUSE = derived("test", "house"), derived("test", "new house")


@pytest.fixture
def shown(installed: Access, runner: Runner, reader: psycopg.Connection) -> tuple[Story, psycopg.Connection]:
    """One of each, in several states."""
    story = Story().opened()
    on = story.today

    def tell(category: str, identity: UUID, *events: object) -> None:
        for event in events:
            story.record(category, identity, event, by=OFFICER)

    offered = TaskOffered(
        division=VILLAGE, title="清扫", place="广场", item="task", due_on=on, seats=2, offerer_id=WORKER
    )
    done = TaskDone(person_id=RIDER, done_on=on, recorder_id=RIDER)
    tell("task", TASK, offered, TaskAccepted(person_id=RIDER, accepted_on=on), done)
    tell("task", TASK, TaskSentBack(person_id=RIDER, sender_id=OFFICER, reason="partly_done"), done)
    tell("task", TASK, TaskAccepted(person_id=OTHER, accepted_on=on), replace(done, person_id=OTHER))
    tell("task", TASK, TaskConfirmed(person_id=OTHER, confirmer_id=OFFICER))
    tell("task", TASK, TaskConfirmationWithdrawn(person_id=OTHER, withdrawer_id=OFFICER, reason="untrue"))
    tell("task", LATER, replace(offered, due_on=on + DAY), TaskAccepted(person_id=RIDER, accepted_on=on))
    tell("task", LATER, TaskGivenUp(person_id=RIDER, reason="ill"), TaskWithdrawn(reason="no_longer_needed"))
    published = ActivityPublished(
        division=VILLAGE,
        title="河道清洁",
        place="村口",
        item="volunteer_hour",
        held_on=on,
        minutes=120,
        seats=20,
        organiser="村委会",
        publisher_id=WORKER,
    )
    tell("activity", ACTIVITY, published, ActivitySignedUp(person_id=RIDER), ActivitySignedUp(person_id=OTHER))
    tell("activity", ACTIVITY, ActivitySignUpWithdrawn(person_id=OTHER))
    tell("activity", ACTIVITY, ActivityCheckedIn(person_ids=(RIDER, CLERK, OTHER), recorder_id=WORKER))
    served = (Served(RIDER, 90), Served(CLERK, 120))
    tell("activity", ACTIVITY, ActivityHoursConfirmed(served=served, confirmer_id=OFFICER))
    tell("activity", ACTIVITY, ActivityHoursWithdrawn(person_id=CLERK, withdrawer_id=OFFICER, reason="untrue"))
    tell("activity", CALLED_OFF, published, ActivityCancelled(reason="bad_weather"))
    praise = CommendationRecorded(
        division=VILLAGE,
        holder_kind="household",
        holder_id=HOUSE,
        title="最美庭院",
        item="commendation_village",
        document="3号",
        issuer="村委会",
        issued_on=on,
        recorder_id=CLERK,
    )
    withdrawn = CommendationWithdrawn(withdrawer_id=OFFICER, reason="wrong_amount")
    tell("commendation", PRAISE, praise, withdrawn, replace(praise, title="最美小院"))
    tell("commendation", PRAISE, CommendationConfirmed(confirmer_id=OFFICER))
    seen = InspectionRecorded(
        division=VILLAGE,
        household_id=HOUSE,
        month=month_of(on),
        inspected_on=on,
        inspectors=(CLERK, WORKER),
        result="fair",
        item="clean_household",
        recorder_id=CLERK,
    )
    tell("inspection", SEEN, seen, InspectionDisputed(disputer_id=WORKER, reason="wrong_result"))
    tell("inspection", SEEN, replace(seen, result="clean"), InspectionConfirmed(confirmer_id=WORKER))
    named = event_name(stream_name("inspection", SEEN), 4)
    granted = TitleGranted(division=VILLAGE, household_id=HOUSE, kind="clean_household", since=on, inspection=named)
    revoked = TitleRevoked(last_day=on, reason="rules_broken")
    tell("title", title_rules.title_id(HOUSE), granted, revoked, replace(granted, since=on + DAY))
    service = PartyActivityRecorded(
        division=VILLAGE,
        person_id=RIDER,
        unit="县水利局",
        title="防汛值守",
        item="party_activity",
        held_on=on,
        minutes=60,
        recorder_id=RIDER,
    )
    tell("party_activity", SERVICE, service, PartyActivityUnitConfirmed(confirmer_id=CLERK))
    tell("party_activity", SERVICE, PartyActivityCommunityConfirmed(confirmer_id=WORKER))
    share = PointsShareProposed(
        division=VILLAGE,
        reason="split",
        giver=Holder("household", HOUSE),
        taker=Holder("household", NEW_HOUSE),
        points=40,
        agreed_by=RIDER,
        document="分户协议",
        proposer_id=CLERK,
    )
    tell("points_share", SHARE, share, PointsShareConfirmed(confirmer_id=WORKER))
    tell("points_share", NO_SHARE, replace(share, points=None))
    tell("points_share", NO_SHARE, PointsShareRejected(rejecter_id=WORKER, reason="not_agreed"))
    size = story.append_to(installed.writer)
    assert runner.catch_up() == size
    return story, reader


def test_every_part_stands_as_it_was_left(shown: tuple[Story, psycopg.Connection]) -> None:
    _, reader = shown
    found = {
        identity: [(part.holder_id, part.status, part.minutes) for part in deed_queries.parts(reader, identity)]
        for identity in (TASK, LATER, ACTIVITY, PRAISE, SEEN, SERVICE)
    }
    assert found[TASK] == [(RIDER, "done", None), (OTHER, "annulled", None)]
    assert found[LATER] == []
    assert set(found[ACTIVITY]) == {(RIDER, "confirmed", 90), (CLERK, "annulled", 120), (OTHER, "checked_in", None)}
    assert found[PRAISE] == [(HOUSE, "confirmed", None)]
    assert found[SEEN] == [(HOUSE, "confirmed", None)]
    assert found[SERVICE] == [(RIDER, "confirmed", 60)]


def test_what_is_open_and_what_waits(shown: tuple[Story, psycopg.Connection]) -> None:
    story, reader = shown
    near = deed_queries.open_near(reader, [VILLAGE], on=story.today)
    assert {one.deed_id for one in near} == {TASK, ACTIVITY}
    assert deed_queries.open_near(reader, [VILLAGE], on=story.today + DAY) == []
    waiting = deed_queries.listing(reader, "task", VILLAGE, only_waiting=True)
    assert [(one.deed_id, one.taken, one.waiting, one.confirmed) for one in waiting] == [(TASK, 2, 1, 0)]
    listed = deed_queries.listing(reader, "task", VILLAGE)
    assert [one.deed_id for one in listed] == [LATER, TASK]
    assert [one.deed_id for one in deed_queries.listing(reader, "task", VILLAGE, before=listed[0].log_index)] == [TASK]
    assert deed_queries.listing(reader, "party_activity", VILLAGE, units=["县教育局"]) == []
    assert deed_queries.one(reader, TASK, kind="activity") is None
    praise = deed_queries.one(reader, PRAISE, kind="commendation")
    assert praise is not None
    assert (praise.title, praise.reason, praise.status) == ("最美小院", None, "confirmed")
    assert {one.kind for one in deed_queries.of_holders(reader, [RIDER])} == {"task", "activity", "party_activity"}


def test_titles_and_shares(shown: tuple[Story, psycopg.Connection]) -> None:
    story, reader = shown
    held = titles.of_household(reader, HOUSE)
    assert [(one.since, one.until) for one in held] == [(story.today, story.today), (story.today + DAY, None)]
    assert titles.counted(reader, VILLAGE) == {VILLAGE: 1}
    shares = points_shares.of_holder(reader, NEW_HOUSE)
    assert [(one.points, one.status, one.rejection) for one in shares] == [
        (40, "confirmed", None),
        (None, "rejected", "not_agreed"),
    ]
    assert points_shares.waiting(reader, VILLAGE) == []


def test_a_rebuild_gives_the_same_rows(shown: tuple[Story, psycopg.Connection], installed: Access) -> None:
    before = all_rows(installed)
    rebuild(installed.projector, CODEC, roles=roles_of(installed))
    assert all_rows(installed) == before
