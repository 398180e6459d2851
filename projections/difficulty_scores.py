"""How hard each grid is, by its figures and the rule that they name, with the staffing that the rule recommends.

What must not be broken: the score is computed here and nowhere typed (`domain.kernel.scoring`); whoever has the event
and the rule gets the same whole number.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from domain.difficulty import DifficultyInputsRecorded
from domain.difficulty_rules import DifficultyRulePublished
from domain.kernel.ids import EventName
from domain.kernel.places import Division, chain, prefix
from domain.kernel.scoring import (
    Factor,
    FactorBand,
    Part,
    StaffingBand,
    parts_of,
    score_of,
    workers_for,
)
from journal.codec import Recorded
from projections.rows import MissingRow, WriteCursor, identity

NAME = "difficulty_scores"

DDL = """
CREATE TABLE difficulty_rules (
    log_index    bigint PRIMARY KEY,
    event        text NOT NULL,
    division     text NOT NULL,
    since        date NOT NULL,
    document     text NOT NULL,
    factors      jsonb NOT NULL,
    staffing     jsonb NOT NULL,
    published_by uuid NOT NULL
);
CREATE INDEX difficulty_rules_event_idx ON difficulty_rules (event);
CREATE INDEX difficulty_rules_division_idx ON difficulty_rules (division, since);

CREATE TABLE difficulty_scores (
    log_index   bigint PRIMARY KEY,
    event       text NOT NULL,
    grid_id     uuid NOT NULL,
    division    text NOT NULL,
    grid        text NOT NULL,
    measured_on date NOT NULL,
    rule        text NOT NULL,
    inputs      jsonb NOT NULL,
    score       integer NOT NULL,
    workers     bigint NOT NULL,
    document    text NOT NULL,
    recorded_by uuid NOT NULL
);
CREATE INDEX difficulty_scores_grid_idx ON difficulty_scores (grid_id, measured_on);
CREATE INDEX difficulty_scores_division_idx ON difficulty_scores (division text_pattern_ops);
"""

TYPES = frozenset({"difficulty_rule.published/1", "difficulty.inputs_recorded/1"})

RULE = """
INSERT INTO difficulty_rules (log_index, event, division, since, document, factors, staffing, published_by)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
NAMED = "SELECT factors, staffing FROM difficulty_rules WHERE event = %s"
SCORE = """
INSERT INTO difficulty_scores (log_index, event, grid_id, division, grid, measured_on, rule, inputs, score, workers,
    document, recorded_by)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """One row an event; a grid is scored by the rule that its event names."""
    for recorded in events:
        match recorded.event:
            case DifficultyRulePublished() as event:
                _publish(cursor, recorded, event)
            case DifficultyInputsRecorded() as event:
                _score(cursor, recorded, event)
            case other:
                raise TypeError(f"{type(other).__name__} is not an event of this read model")


def _publish(cursor: WriteCursor, recorded: Recorded, event: DifficultyRulePublished) -> None:
    factors = Jsonb([asdict(factor) for factor in event.factors])
    staffing = Jsonb([asdict(band) for band in event.staffing])
    head = (recorded.index, recorded.name, event.division, event.since, event.document)
    cursor.execute(RULE, (*head, factors, staffing, recorded.line.by))


def _score(cursor: WriteCursor, recorded: Recorded, event: DifficultyInputsRecorded) -> None:
    found = cursor.execute(NAMED, (event.rule,)).fetchone()
    if found is None:
        raise MissingRow(f"difficulty_scores: {recorded.name} names a rule that is not there")
    factors, staffing = _factors(found[0]), _staffing(found[1])
    inputs = {measured.factor: measured.value for measured in event.inputs}
    score = score_of(factors, inputs)
    head = (recorded.index, recorded.name, identity(recorded), event.division, event.grid, event.measured_on)
    figures = (event.rule, Jsonb(inputs), score, workers_for(staffing, score))
    cursor.execute(SCORE, (*head, *figures, event.document, recorded.line.by))


def _factors(found: list[dict[str, Any]]) -> tuple[Factor, ...]:
    return tuple(Factor(**{**one, "bands": tuple(FactorBand(**band) for band in one["bands"])}) for one in found)


def _staffing(found: list[dict[str, Any]]) -> tuple[StaffingBand, ...]:
    return tuple(StaffingBand(**band) for band in found)


# Queries.


@dataclass(frozen=True, slots=True)
class Rule:
    """A version of an area's rule, as it was published."""

    event: EventName
    division: Division
    since: date
    document: str
    factors: list[dict[str, Any]]
    staffing: list[dict[str, Any]]
    published_by: UUID


@dataclass(frozen=True, slots=True)
class Score:
    """One grid on one day: what was measured, the score (0 to 10,000) and the staffing that the rule gives."""

    event: EventName
    grid_id: UUID
    division: Division
    grid: str
    measured_on: date
    rule: EventName
    inputs: dict[str, int]
    score: int
    workers: int
    document: str
    recorded_by: UUID

    def parts(self, rule: Rule) -> tuple[Part, ...]:
        """What each factor adds to the score, in the order of its rule."""
        return parts_of(_factors(rule.factors), self.inputs)


_RULE = "SELECT event, division, since, document, factors, staffing, published_by FROM read.difficulty_rules"

RULES_WITHIN = f"{_RULE} WHERE division LIKE %s ORDER BY division, since DESC, log_index DESC"

RULES_NAMED = f"{_RULE} WHERE event = ANY (%s)"

RULE_IN_FORCE = f"""
{_RULE} WHERE division = ANY (%s) AND since <= %s ORDER BY division DESC, since DESC, log_index DESC LIMIT 1
"""

_SCORE = """SELECT event, grid_id, division, grid, measured_on, rule, inputs, score, workers, document, recorded_by
FROM read.difficulty_scores"""

# Of each grid the figures of the latest day.
LATEST = f"""
SELECT * FROM (SELECT DISTINCT ON (grid_id) * FROM ({_SCORE} WHERE division LIKE %s) AS within
    ORDER BY grid_id, measured_on DESC) AS latest
ORDER BY score DESC, division, grid
"""  # noqa: S608 - text of ours

OF_GRID = f"{_SCORE} WHERE grid_id = %s ORDER BY measured_on DESC"


def rules_within(conn: Connection[Any], area: Division) -> list[Rule]:
    """Every version that was published in an area, the latest first."""
    with conn.cursor(row_factory=class_row(Rule)) as cursor:
        return cursor.execute(RULES_WITHIN, (prefix(area) + "%",)).fetchall()


def rules_named(conn: Connection[Any], events: Sequence[EventName]) -> dict[EventName, Rule]:
    """Versions by the event that published them."""
    with conn.cursor(row_factory=class_row(Rule)) as cursor:
        return {rule.event: rule for rule in cursor.execute(RULES_NAMED, (list(events),))}


def rule_in_force(conn: Connection[Any], division: Division, *, on: date) -> Rule | None:
    """The version by which a division's grids are scored on a day: of the narrowest area that has one."""
    with conn.cursor(row_factory=class_row(Rule)) as cursor:
        return cursor.execute(RULE_IN_FORCE, (list(chain(division)), on)).fetchone()


def latest(conn: Connection[Any], area: Division) -> list[Score]:
    """The latest figures of each grid of an area, the hardest first."""
    with conn.cursor(row_factory=class_row(Score)) as cursor:
        return cursor.execute(LATEST, (prefix(area) + "%",)).fetchall()


def of_grid(conn: Connection[Any], grid_id: UUID) -> list[Score]:
    """Every day on which a grid was measured, the latest first."""
    with conn.cursor(row_factory=class_row(Score)) as cursor:
        return cursor.execute(OF_GRID, (grid_id,)).fetchall()
