"""Persons, their roles by day, their keys, and the version of their account; never a name."""

from datetime import date

import psycopg
import pytest

from domain.kernel.events import Commitment
from domain.kernel.ids import derived
from domain.keys import KeyRegistered, KeyRetired, KeyRevoked
from domain.persons import PayeeAccountSet, PersonRegistered, RoleEnded, RoleGranted
from migrations.roles import Access
from projections import persons
from projections.runner import Runner
from tests.projections.story import COUNTY, FOUNDER, ORIGIN, OTHER_TOWNSHIP, TOWNSHIP, Story, person

RIDER = person("rider")
DAY = date(2026, 3, 1)


@pytest.fixture
def staffed(installed: Access, runner: Runner) -> Story:
    """A rider whose role ended and began again, a worker, and their keys."""
    story = Story().opened()
    for name in ("rider", "worker"):
        story.record("person", person(name), PersonRegistered(name=Commitment("c" * 64), pseudonymous=name == "rider"))
        key_id = derived("key", person(name), "member", 1)
        key = f"{ORIGIN}/member/{person(name)}+00000000+AQ=="
        story.record("key", key_id, KeyRegistered(person_id=person(name), role="member", key=key, custody="server"))
    worker = RoleGranted(role="grid_worker", area=TOWNSHIP, since=DAY)
    story.record("person", person("worker"), worker)
    account = PayeeAccountSet(
        version=1, holder=Commitment("1" * 64), number=Commitment("2" * 64), bank=Commitment("3" * 64)
    )
    for event in (
        RoleGranted(role="member", area=COUNTY, since=DAY),
        account,
        RoleEnded(role="member", area=COUNTY, last_day=date(2026, 3, 31)),
        RoleGranted(role="member", area=COUNTY, since=date(2026, 5, 1), until=date(2026, 12, 31)),
        RoleEnded(role="member", area=COUNTY, last_day=date(2026, 6, 30)),
    ):
        story.record("person", RIDER, event)
    story.append_to(installed.writer)
    runner.catch_up()
    return story


def test_roles_are_held_from_day_to_day(staffed: Story, reader: psycopg.Connection) -> None:
    assert [(one.since, one.until) for one in persons.roles_of(reader, RIDER)] == [
        (DAY, date(2026, 3, 31)),
        (date(2026, 5, 1), date(2026, 6, 30)),
    ]
    held = {
        day: [one.person_id for one in persons.holders(reader, "member", area=COUNTY, on=day)]
        for day in (date(2026, 2, 28), DAY, date(2026, 3, 31), date(2026, 4, 1), date(2026, 6, 30), date(2026, 7, 1))
    }
    assert [len(who) for who in held.values()] == [0, 1, 1, 0, 1, 0]
    assert persons.holders(reader, "grid_worker", area=OTHER_TOWNSHIP, on=DAY) == []
    assert [one.person_id for one in persons.holders(reader, "grid_worker", area=COUNTY, on=DAY)] == [person("worker")]


def test_the_register(staffed: Story, reader: psycopg.Connection) -> None:
    everybody = persons.register(reader, on=DAY)
    assert [one.person_id for one in everybody] == [RIDER, person("worker")]
    assert persons.register(reader, on=DAY, limit=1) == everybody[:1]
    assert persons.register(reader, on=DAY, after=everybody[0].log_index) == everybody[1:]
    assert persons.register(reader, on=DAY, role="grid_worker") == everybody[1:]
    rider = persons.one(reader, RIDER)
    assert rider == everybody[0]
    assert rider is not None
    assert (rider.account_version, rider.account_event, rider.pseudonymous) == (1, f"person/{RIDER}@3", True)
    assert persons.one(reader, person("nobody")) is None


def test_keys_come_and_go(installed: Access, staffed: Story, runner: Runner, reader: psycopg.Connection) -> None:
    key_id = derived("key", RIDER, "member", 1)
    (key,) = persons.keys_of(reader, RIDER)
    assert (key.key_id, key.status, key.custody) == (key_id, "live", "server")
    staffed.record("key", key_id, KeyRetired(reason="lost phone"))
    staffed.record("key", derived("key", person("worker"), "member", 1), KeyRevoked(from_index=3, reason="stolen"))
    staffed.append_to(installed.writer)
    runner.catch_up()
    (key,) = persons.keys_of(reader, RIDER)
    assert (key.status, key.retired_at, key.reason) == ("retired", len(staffed.entries) - 2, "lost phone")
    (key,) = persons.keys_of(reader, person("worker"))
    assert (key.status, key.revoked_from) == ("revoked", 3)


def test_the_founders_key_is_known_from_the_genesis_and_may_be_registered_too(
    installed: Access, staffed: Story, runner: Runner, reader: psycopg.Connection
) -> None:
    (key,) = persons.keys_of(reader, FOUNDER)
    assert (key.registered_at, key.custody, key.status) == (0, None, "live")
    staffed.record(
        "key", key.key_id, KeyRegistered(person_id=FOUNDER, role="administrator", key=key.key, custody="password")
    )
    size = staffed.append_to(installed.writer)
    assert runner.catch_up() == size
    (key,) = persons.keys_of(reader, FOUNDER)
    assert (key.registered_at, key.custody) == (0, "password")
