"""The list of members and of households: as they stand on a day, with every step, and the same when rebuilt."""

from datetime import date, timedelta
from random import Random
from uuid import UUID

import psycopg
import pytest

from domain import households as household_rules
from domain import members as member_rules
from domain.households import HouseholdHeadNamed, HouseholdPersonJoined, HouseholdPersonLeft, HouseholdRegistered
from domain.kernel.events import Commitment
from domain.kernel.refusals import Refusal
from domain.members import (
    MemberApplied,
    MemberAppointed,
    MemberExited,
    MemberReinstated,
    MemberSuspended,
    MemberTrained,
    MemberVetted,
)
from domain.persons import (
    PayeeAccountAcknowledged,
    PayeeAccountSet,
    PersonRegistered,
    RoleGranted,
    RoleWithdrawn,
)
from migrations.roles import Access
from projections import households, members, persons
from projections.rebuild import rebuild
from projections.runner import Runner
from tests.conftest import Cluster
from tests.projections.conftest import all_rows, install_models, roles_of
from tests.projections.story import CODEC, COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, Story, person

PHONE = Commitment("1" * 64)
DAY = timedelta(days=1)
RIDER, OTHER, CLERK, WORKER, OFFICER = map(person, ("rider", "other", "clerk", "worker", "officer"))
HOUSE = household_rules.household_id(VILLAGE, "017")


def tell(story: Story, person_id: UUID, *events: object, by: UUID = OFFICER) -> None:
    for event in events:
        story.record("member", member_rules.member_id(person_id), event, by=by)


def applied(person_id: UUID) -> MemberApplied:
    return MemberApplied(person_id=person_id, area=TOWNSHIP, occupation="courier", phone=PHONE, transcribed_by=CLERK)


PASSED = MemberVetted(vetter_id=WORKER, passed=True, reason="meets_conditions")
REJECTED = MemberVetted(vetter_id=WORKER, passed=False, reason="withdrawn")


@pytest.fixture
def shown(installed: Access, runner: Runner, reader: psycopg.Connection) -> tuple[Story, date, psycopg.Connection]:
    """A rider with everything, another who is only vetted, and a household of two."""
    story = Story().opened()
    on = story.today
    other_roles = ("grid_worker",)
    appointed = MemberAppointed(appointer_id=OFFICER, area=TOWNSHIP, since=on, other_roles=other_roles, document="1号")
    trained = [MemberTrained(level=level, trained_on=on, trainer_id=OFFICER) for level in member_rules.LEVELS]
    tell(story, RIDER, applied(RIDER), PASSED, appointed, *trained)
    tell(story, RIDER, MemberSuspended(reason="conduct", since=on + 2 * DAY, until=on + 4 * DAY))
    tell(story, OTHER, applied(OTHER), PASSED)
    story.record("household", HOUSE, HouseholdRegistered(division=VILLAGE, reference="017"))
    for one, since in ((RIDER, on), (OTHER, on + DAY)):
        story.record("household", HOUSE, HouseholdPersonJoined(person_id=one, since=since, reason="registered"))
    story.record("household", HOUSE, HouseholdHeadNamed(head_id=RIDER, since=on))
    left = HouseholdPersonLeft(person_id=RIDER, last_day=on + 3 * DAY, reason="moved_out")
    story.record("household", HOUSE, left)
    size = story.append_to(installed.writer)
    assert runner.catch_up() == size
    return story, on, reader


def test_a_member_stands_as_the_day_says(shown: tuple[Story, date, psycopg.Connection]) -> None:
    _, on, reader = shown
    for offset, status in ((1, "appointed"), (2, "suspended"), (4, "suspended"), (5, "appointed")):
        member = members.one(reader, RIDER, on=on + offset * DAY)
        assert member is not None
        assert member.status == status
    assert (member.other_roles, member.transcribed_by, member.vetter_id) == (["grid_worker"], CLERK, WORKER)
    assert member.before_duty_on == member.on_duty_on == member.backbone_on == on
    assert members.one(reader, CLERK, on=on) is None


def test_members_are_listed_and_counted_by_area_and_status(shown: tuple[Story, date, psycopg.Connection]) -> None:
    _, on, reader = shown
    assert [one.person_id for one in members.listing(reader, COUNTY, on=on)] == [RIDER, OTHER]
    assert [one.person_id for one in members.listing(reader, TOWNSHIP, on=on, status="vetted")] == [OTHER]
    assert [one.person_id for one in members.listing(reader, COUNTY, on=on + 2 * DAY, status="suspended")] == [RIDER]
    first = members.listing(reader, COUNTY, on=on, limit=1)[0]
    assert [one.person_id for one in members.listing(reader, COUNTY, on=on, after=first.log_index)] == [OTHER]
    assert members.listing(reader, OTHER_TOWNSHIP, on=on) == []
    assert members.counts(reader, COUNTY, on=on) == {"appointed": 1, "vetted": 1}


def test_every_step_is_told_with_its_author(shown: tuple[Story, date, psycopg.Connection]) -> None:
    _, on, reader = shown
    steps = members.steps_of(reader, RIDER)
    kinds = ["applied", "vetted", "appointed", "trained", "trained", "trained", "suspended"]
    assert [one.type for one in steps] == [f"member.{kind}/1" for kind in kinds]
    assert {one.by_id for one in steps} == {OFFICER}
    assert [one.level for one in steps if one.level] == list(member_rules.LEVELS)
    assert (steps[-1].reason, steps[-1].since, steps[-1].until) == ("conduct", on + 2 * DAY, on + 4 * DAY)
    assert steps[2].document == "1号"


def test_a_new_application_begins_anew_and_the_file_keeps_the_old(
    shown: tuple[Story, date, psycopg.Connection], installed: Access, runner: Runner
) -> None:
    story, on, reader = shown
    tell(story, RIDER, MemberExited(reason="moved_away", last_day=on + 5 * DAY), applied(RIDER), REJECTED)
    story.append_to(installed.writer)
    runner.catch_up()
    member = members.one(reader, RIDER, on=on)
    assert member is not None
    assert (member.status, member.since, member.before_duty_on, member.other_roles) == ("rejected", None, None, [])
    assert len(members.steps_of(reader, RIDER)) == 10


def test_a_household_stands_as_the_day_says(shown: tuple[Story, date, psycopg.Connection]) -> None:
    _, on, reader = shown
    for offset, count, head in ((0, 1, RIDER), (1, 2, RIDER), (3, 2, RIDER), (4, 1, None)):
        (house,) = households.within(reader, TOWNSHIP, on=on + offset * DAY)
        assert (house.persons, house.head_id) == (count, head)
        assert house == households.one(reader, HOUSE, on=on + offset * DAY)
    assert [(one.person_id, one.left_reason) for one in households.persons_of(reader, HOUSE)] == [
        (RIDER, "moved_out"),
        (OTHER, None),
    ]
    assert [one.until for one in households.of_person(reader, RIDER)] == [on + 3 * DAY]
    assert [(one.head_id, one.until) for one in households.heads_of(reader, HOUSE)] == [(RIDER, on + 3 * DAY)]
    assert households.within(reader, OTHER_TOWNSHIP, on=on) == []
    assert households.one(reader, RIDER, on=on) is None


def decided(member: member_rules.Member | None, step: int, number: int, on: date, person_id: UUID) -> object:
    """What somebody tries next; the people differ by the step, so that some of it goes through."""
    span = {"since": on, "until": on + (number % 5) * DAY if number % 2 else None}
    match step:
        case 0:
            facts = {"area": TOWNSHIP, "area_known": True, "occupation": "courier", "phone": PHONE}
            return member_rules.apply(member, person_id=person_id, actor_id=CLERK, **facts)  # type: ignore[arg-type]
        case 1:
            reason = "withdrawn" if number % 5 == 0 else "meets_conditions"
            return member_rules.vet(member, actor_id=WORKER, passed=number % 5 != 0, reason=reason)
        case 2:
            roles = {"other_roles": (), "acknowledged": ()}
            area = {"area": TOWNSHIP, "area_known": True, "since": on, "until": None}
            return member_rules.appoint(member, actor_id=OFFICER, **area, **roles)  # type: ignore[arg-type]
        case 3:
            level = member_rules.LEVELS[number % 3]
            return member_rules.train(member, actor_id=OFFICER, level=level, trained_on=on, on=on)
        case 4:
            return member_rules.suspend(member, actor_id=OFFICER, reason="conduct", on=on, **span)  # type: ignore[arg-type]
        case 5:
            return member_rules.reinstate(member, actor_id=OFFICER, since=on, on=on)
        case _:
            return member_rules.leave(member, actor_id=OFFICER, reason="moved_away", last_day=on, on=on)


@pytest.mark.parametrize("seed", range(3))
def test_live_is_the_fold_and_is_rebuilt(cluster: Cluster, seed: int) -> None:
    """Two hundred tries of two people, the same in every run."""
    access, _ = cluster.copy_of("read models", install_models)
    random = Random(seed)
    try:
        runner, story = Runner(access.projector, CODEC, batch=seed * 3 + 1), Story().opened()
        states: dict[UUID, member_rules.Member] = {}
        for _ in range(200):
            step, number = random.randrange(7), random.randrange(60)
            story.today += (number % 3) * DAY
            person_id = (RIDER, OTHER)[number % 2]
            try:
                event = decided(states.get(person_id), step, number, story.today, person_id)
            except Refusal:
                continue
            states[person_id] = member_rules.evolve(states.get(person_id), event)  # type: ignore[arg-type]
            tell(story, person_id, event)
            if random.random() < 0.2:
                size = story.append_to(access.writer)
                assert runner.catch_up() == size
        story.append_to(access.writer)
        assert runner.catch_up() == len(story.entries)
        with psycopg.connect(access.reader, autocommit=True) as reader:
            for person_id, member in states.items():
                row = members.one(reader, person_id, on=story.today)
                assert row is not None
                suspended = any(one.covers(story.today) for one in member.suspensions)
                assert row.status == ("appointed" if member.status == "suspended" and not suspended else member.status)
                assert (row.since, row.until, row.last_day) == (member.since, member.until, member.last_day)
                trained = [day for level, day in member.trained if level == "before_duty"]
                assert row.before_duty_on == (trained[0] if trained else None)
        live = all_rows(access)
        assert rebuild(access.projector, CODEC, roles=roles_of(access), batch=97) == len(story.entries)
        assert all_rows(access) == live
        runner.close()
    finally:
        cluster.drop(access)


def test_a_role_that_was_to_begin_does_not(installed: Access, runner: Runner, reader: psycopg.Connection) -> None:
    story = Story().opened()
    on = story.today
    story.record("person", RIDER, PersonRegistered(name=PHONE, pseudonymous=False))
    for since in (on, on + 9 * DAY):
        story.record("person", RIDER, RoleGranted(role="member", area=TOWNSHIP, since=since, until=since + DAY))
    story.record("person", RIDER, RoleWithdrawn(role="member", area=TOWNSHIP, since=on + 9 * DAY))
    account = PayeeAccountSet(version=1, holder=PHONE, number=PHONE, bank=PHONE, set_by=OFFICER, set_on=on)
    story.record("person", RIDER, account, by=OFFICER)
    story.record("person", RIDER, PayeeAccountAcknowledged(version=1, acknowledged_by=CLERK), by=CLERK)
    story.append_to(installed.writer)
    runner.catch_up()
    assert [(one.since, one.until) for one in persons.roles_of(reader, RIDER)] == [(on, on + DAY)]
    found = persons.one(reader, RIDER)
    assert found is not None
    assert (found.account_set_by, found.account_acknowledged) == (OFFICER, 1)


def test_a_suspension_that_was_lifted_is_shown_no_more(
    installed: Access, runner: Runner, reader: psycopg.Connection
) -> None:
    story = Story().opened()
    on = story.today
    tell(story, RIDER, applied(RIDER), PASSED, MemberAppointed(appointer_id=OFFICER, area=TOWNSHIP, since=on))
    tell(story, RIDER, MemberSuspended(reason="conduct", since=on), MemberReinstated(since=on))
    story.append_to(installed.writer)
    runner.catch_up()
    member = members.one(reader, RIDER, on=on)
    assert member is not None
    assert (member.status, member.suspended_since) == ("appointed", None)
