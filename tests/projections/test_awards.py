"""What counts for a star can be told for every position of the log, and is the same for any size of batch."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from domain.award_rules import AwardRulePublished
from domain.incidents import IncidentReported, ValidityDecided
from domain.incidents.events import IncidentMerged
from domain.kernel.calendar import CHINA
from domain.kernel.events import Commitment
from domain.kernel.ids import derived
from domain.kernel.periods import Period
from domain.kernel.ranking import Weight
from domain.persons import PersonErased, PersonRegistered, RoleEnded, RoleGranted
from domain.rewards import RewardReversed
from migrations.roles import Access
from projections import award_queries
from projections.runner import Runner
from tests.projections.story import CODEC, COUNTY, NEXT_VILLAGE, TOWNSHIP, VILLAGE, Story, person

TEXT = Commitment("a" * 64)
RIDERS = tuple(map(person, "甲乙丙"))
NEVER = person("丁")
JANUARY = Period("2026-01")


@dataclass
class Telling:
    """A story, and beside it what counts after each entry, told in the plainest way there is."""

    story: Story
    counting: dict[UUID, tuple[str, UUID]]
    after: list[frozenset[tuple[str, UUID]]]
    reported: dict[UUID, tuple[UUID, date]]

    def record(self, category: str, stream: UUID, event: object) -> str:
        name = self.story.record(category, stream, event)
        self.after.append(frozenset(self.counting.values()))
        return name

    def report(self, incident: UUID, rider: UUID, day: date, division: str) -> None:
        at = datetime(day.year, day.month, day.day, 1, tzinfo=CHINA)
        report = IncidentReported(
            reporter_id=rider, category="市容环境", division=division, text=TEXT, source="app", reported_at=at
        )
        self.reported[incident] = rider, day
        self.record("incident", incident, report)

    def changes(self, category: str, stream: UUID, event: object, *, gone: list[UUID], counted: UUID | None) -> None:
        for incident in gone:
            self.counting.pop(incident, None)
        name = self.record(category, stream, event)
        if counted is not None:
            rider, day = self.reported[counted]
            if rider in RIDERS and day.month == 1:
                self.counting[counted] = name, rider
        self.after[-1] = frozenset(self.counting.values())


def tell(seed: int) -> Telling:
    """Reports of members and of somebody who is none, decided, merged, reversed and erased in any order."""
    chance, told = random.Random(seed), Telling(Story(), {}, [], {})
    for rider in (*RIDERS, NEVER):
        told.record("person", rider, PersonRegistered(name=TEXT, pseudonymous=False))
        if rider != NEVER:
            told.record("person", rider, RoleGranted(role="member", area=TOWNSHIP, since=date(2026, 1, 1)))
    incidents = [derived("incident", seed, number) for number in range(24)]
    for number, incident in enumerate(incidents):
        day = date(2026, 1, 1) + timedelta(days=chance.randrange(45))
        told.report(incident, chance.choice([*RIDERS, NEVER]), day, chance.choice([VILLAGE, NEXT_VILLAGE]))
        for _ in range(chance.randrange(4)):
            _happen(told, chance, chance.choice(incidents[: number + 1]))
    told.changes("person", RIDERS[0], PersonErased(reason="unlawful", legal_basis="x"), counted=None, gone=[
        incident for incident, (rider, _) in told.reported.items() if rider == RIDERS[0]
    ])  # fmt: skip
    return told


def _happen(told: Telling, chance: random.Random, incident: UUID) -> None:
    what = chance.choice(["valid", "valid", "valid", "invalid", "merged", "reversed"])
    if what in ("valid", "invalid"):
        valid = what == "valid"
        event: object = ValidityDecided(decider_id=person("officer"), valid=valid, reason="meets_catalogue")
        told.changes("incident", incident, event, gone=[incident], counted=incident if valid else None)
    elif what == "merged":
        merged = IncidentMerged(actor_id=person("officer"), into=incident, grounds=("near_text",))
        told.changes("incident", incident, merged, gone=[incident], counted=None)
    else:
        reverse = RewardReversed(reason="x", postings=())
        told.changes("reward", derived("reward", incident), reverse, gone=[incident], counted=None)


@pytest.mark.parametrize("batch", [1, 7, 1_000])
def test_what_counts_at_every_position(installed: Access, reader: psycopg.Connection, batch: int) -> None:
    """Whether events are taken one at a time, some at once, or all."""
    told = tell(seed=batch)
    told.story.append_to(installed.writer)
    taking = Runner(installed.projector, CODEC, batch=batch)
    assert taking.catch_up() == len(told.story.entries)
    taking.close()
    assert len(told.after) == len(told.story.entries)
    for position, expected in enumerate(told.after, start=1):
        found = award_queries.counted(reader, TOWNSHIP, JANUARY, position=position)
        assert {(one.event, one.member_id) for one in found} == expected, position
    most = max(range(len(told.after)), key=lambda index: len(told.after[index])) + 1
    elsewhere = award_queries.counted(reader, NEXT_VILLAGE, JANUARY, position=most)
    everywhere = award_queries.counted(reader, COUNTY, JANUARY, position=most)
    assert set(elsewhere) < set(everywhere)


def test_a_member_is_one_on_the_day_of_the_report_as_known_at_the_decision(
    installed: Access, runner: Runner, reader: psycopg.Connection
) -> None:
    told, rider = Telling(Story(), {}, [], {}), RIDERS[0]
    early, late = derived("incident", "early"), derived("incident", "late")
    told.record("person", rider, RoleGranted(role="member", area=TOWNSHIP, since=date(2026, 1, 1)))
    told.record("person", rider, RoleEnded(role="member", area=TOWNSHIP, last_day=date(2026, 1, 10)))
    for incident, day in ((early, date(2026, 1, 10)), (late, date(2026, 1, 11))):
        told.report(incident, rider, day, VILLAGE)
        told.record("incident", incident, ValidityDecided(decider_id=NEVER, valid=True, reason="meets_catalogue"))
    told.record("person", rider, RoleGranted(role="member", area=TOWNSHIP, since=date(2026, 1, 1)))
    told.story.append_to(installed.writer)
    runner.catch_up()
    found = award_queries.counted(reader, COUNTY, JANUARY, position=99)
    assert [one.event for one in found] == [f"incident/{early}@2"]


def test_the_rule_of_the_first_day_is_in_force(installed: Access, runner: Runner, reader: psycopg.Connection) -> None:
    story = Story()
    for since, stars in ((date(2026, 1, 1), 1), (date(2026, 1, 2), 2)):
        rule = AwardRulePublished(
            division=TOWNSHIP,
            period_kind="month",
            since=since,
            document="1号",
            counts="valid_reports",
            points_each=1,
            weights=(Weight("公共安全", 3), Weight("公共安全", 5, "PS-1")),
            reports_min=1,
            stars=stars,
            ties="share",
        )
        story.record("award_rule", derived("award_rule", TOWNSHIP), rule)
    story.append_to(installed.writer)
    runner.catch_up()
    january = award_queries.rule_in_force(reader, TOWNSHIP, JANUARY)
    february = award_queries.rule_in_force(reader, TOWNSHIP, Period("2026-02"))
    assert january is not None
    assert february is not None
    assert (january.stars, february.stars) == (1, 2)
    assert january.scale.points("公共安全", "PS-1") == 5
    assert award_queries.rule_in_force(reader, VILLAGE, JANUARY) is None
    assert award_queries.rule_in_force(reader, TOWNSHIP, Period("2026")) is None
