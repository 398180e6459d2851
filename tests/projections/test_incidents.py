"""The register: what waits for whom, and what is listed."""

from datetime import date

import psycopg
import pytest

from migrations.roles import Access
from projections import incidents
from projections.incidents import Counters, Filter
from projections.runner import Runner
from tests.projections.story import (
    CLERK,
    COUNTY,
    DECIDER,
    FIRST_DAY,
    HANDLER,
    OTHER_TOWNSHIP,
    TOWNSHIP,
    VILLAGE,
    WORKER,
    Story,
    person,
)


@pytest.fixture
def busy(installed: Access, runner: Runner) -> Story:
    """Seven incidents, one or two in each place of the way; the last one in another township."""
    story = Story().opened()
    names = ("reported", "verified", "handled", "valid", "invalid", "rejected", "elsewhere")
    for number, name in enumerate(names):
        story.today = date(2026, 1, 5 + number)
        division = OTHER_TOWNSHIP if name == "elsewhere" else VILLAGE
        source = "hotline" if name == "reported" else "app"
        story.named[name] = story.report(f"rider {number}", division=division, source=source)
    ids = story.named
    story.today = date(2026, 1, 20)
    for name in ("verified", "handled", "valid", "invalid"):
        story.verify(ids[name])
    story.verify(ids["rejected"], confirmed=False)
    for name in ("handled", "valid", "invalid"):
        story.handle(ids[name])
    story.decide(ids["valid"])
    story.decide(ids["invalid"], valid=False)
    story.append_to(installed.writer)
    runner.catch_up()
    return story


def test_status_and_next_step_follow_from_the_facts(busy: Story, reader: psycopg.Connection) -> None:
    found = {name: incidents.one(reader, incident_id) for name, incident_id in busy.named.items()}
    assert {name: one and (one.status, one.awaits) for name, one in found.items()} == {
        "reported": ("reported", "verification"),
        "verified": ("verified", "handling"),
        "handled": ("handled", "decision"),
        "valid": ("valid", None),
        "invalid": ("invalid", None),
        "rejected": ("rejected", "decision"),
        "elsewhere": ("reported", "verification"),
    }


def test_what_a_page_shows_of_one_incident(busy: Story, reader: psycopg.Connection) -> None:
    incident_id = busy.named["valid"]
    one = incidents.one(reader, incident_id)
    assert one is not None
    assert (one.reporter_id, one.verifier_id, one.handler_id, one.decider_id) == (
        person("rider 3"),
        WORKER,
        HANDLER,
        DECIDER,
    )
    assert (one.reported_on, one.verified_on, one.decided_on) == (date(2026, 1, 8), busy.today, busy.today)
    assert (one.confirmed, one.valid, one.validity_reason) == (True, True, "meets_catalogue")
    assert one.photos == [{"sha256": "a" * 64, "length": 1_024, "difference_hash": "0" * 16, "exif": None}]
    assert one.age_days(date(2026, 3, 1)) == 12
    timeline = incidents.timeline(reader, incident_id)
    assert [row.type for row in timeline] == [
        "incident.reported/1",
        "incident.verified/1",
        "incident.handled/1",
        "incident.validity_decided/1",
    ]
    assert [row.event for row in timeline] == [f"incident/{incident_id}@{seq}" for seq in (1, 2, 3, 4)]
    assert timeline[1].actor_id == WORKER
    assert timeline[1].effective_on == busy.today
    assert timeline[1].log_index > timeline[0].log_index == one.log_index
    assert incidents.one(reader, person("nobody")) is None


def test_queues_are_oldest_first_and_leave_out_whoever_acted(busy: Story, reader: psycopg.Connection) -> None:
    ids = busy.named

    def queued(awaits: incidents.Awaits, **options: object) -> list[str]:
        found = incidents.queue(reader, awaits, area=COUNTY, **options)  # type: ignore[arg-type]
        return [next(name for name, one in ids.items() if one == incident.incident_id) for incident in found]

    assert queued("verification") == ["reported", "elsewhere"]
    assert queued("verification", actor_id=CLERK) == ["elsewhere"], "the clerk wrote the first one down"
    assert queued("decision") == ["handled", "rejected"]
    assert queued("decision", actor_id=HANDLER) == ["rejected"]
    assert queued("decision", actor_id=WORKER) == []
    assert queued("verification", limit=1) == ["reported"]
    first = incidents.one(reader, ids["reported"])
    assert first is not None
    assert queued("verification", after=(first.reported_at, first.incident_id)) == ["elsewhere"]


def test_counters(busy: Story, reader: psycopg.Connection) -> None:
    assert incidents.counters(reader, area=COUNTY) == Counters(2, 1, 2, FIRST_DAY)
    assert incidents.counters(reader, area=TOWNSHIP) == Counters(1, 1, 2, FIRST_DAY)


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (Filter(COUNTY), ["elsewhere", "rejected", "invalid", "valid", "handled", "verified", "reported"]),
        (Filter(OTHER_TOWNSHIP), ["elsewhere"]),
        (Filter(COUNTY, status="valid"), ["valid"]),
        (Filter(COUNTY, awaits="decision"), ["rejected", "handled"]),
        (Filter(COUNTY, source="hotline"), ["reported"]),
        (Filter(COUNTY, reporter_id=person("rider 1")), ["verified"]),
        (Filter(COUNTY, category="flood"), []),
        (Filter(COUNTY, since=date(2026, 1, 7), until=date(2026, 1, 8)), ["valid", "handled"]),
    ],
)
def test_the_list_under_filters(busy: Story, reader: psycopg.Connection, wanted: Filter, names: list[str]) -> None:
    ids = busy.named
    assert [one.incident_id for one in incidents.listing(reader, wanted)] == [ids[name] for name in names]


def test_pages_of_the_list_join_without_gap_or_overlap(busy: Story, reader: psycopg.Connection) -> None:
    whole = incidents.listing(reader, Filter(COUNTY))
    paged: list[incidents.Incident] = []
    while page := incidents.listing(
        reader, Filter(COUNTY), limit=2, after=(paged[-1].reported_at, paged[-1].incident_id) if paged else None
    ):
        paged += page
    assert paged == whole
