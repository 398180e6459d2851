"""Which trainings were held, who came, and with which result; what was withdrawn stays as a row that says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.ids import EventName
from domain.kernel.places import Division, prefix
from domain.trainings import TrainingAttendanceRecorded, TrainingAttendanceWithdrawn, TrainingHeld
from journal.codec import Recorded
from projections.rows import MissingRow, WriteCursor, identity

NAME = "trainings"

DDL = """
CREATE TABLE trainings (
    training_id uuid PRIMARY KEY,
    event       text NOT NULL,
    log_index   bigint NOT NULL,
    title       text NOT NULL,
    level       text NOT NULL,
    division    text NOT NULL,
    held_on     date NOT NULL,
    place       text NOT NULL,
    minutes     integer NOT NULL,
    organiser   text NOT NULL,
    trainer_id  uuid,
    recorded_by uuid NOT NULL
);
CREATE INDEX trainings_day_idx ON trainings (held_on, log_index);

CREATE TABLE training_results (
    log_index    bigint NOT NULL,
    person_id    uuid NOT NULL,
    training_id  uuid NOT NULL,
    event        text NOT NULL,
    result       text NOT NULL,
    withdrawn_on date,
    reason       text,
    PRIMARY KEY (log_index, person_id)
);
CREATE INDEX training_results_training_idx ON training_results (training_id);
CREATE INDEX training_results_person_idx ON training_results (person_id);
"""

TYPES = frozenset({"training.held/1", "training.attendance_recorded/1", "training.attendance_withdrawn/1"})

HOLD = """
INSERT INTO trainings (training_id, event, log_index, title, level, division, held_on, place, minutes, organiser,
    trainer_id, recorded_by)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
RECORD = """
INSERT INTO training_results (log_index, person_id, training_id, event, result) VALUES (%s, %s, %s, %s, %s)
"""
WITHDRAW = """
UPDATE training_results SET withdrawn_on = %s, reason = %s
WHERE training_id = %s AND person_id = %s AND withdrawn_on IS NULL
"""


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """Trainings and results as they come; they are few."""
    for recorded in events:
        training_id = identity(recorded)
        match recorded.event:
            case TrainingHeld() as event:
                head = (training_id, recorded.name, recorded.index, event.title, event.level, event.division)
                course = (event.held_on, event.place, event.minutes, event.organiser, event.trainer_id)
                cursor.execute(HOLD, (*head, *course, recorded.line.by))
            case TrainingAttendanceRecorded(attendances=attendances):
                rows = [(recorded.index, a.person_id, training_id, recorded.name, a.result) for a in attendances]
                cursor.executemany(RECORD, rows)
            case TrainingAttendanceWithdrawn(person_id=person_id, reason=reason):
                cursor.execute(WITHDRAW, (recorded.line.on, reason, training_id, person_id))
                if cursor.rowcount != 1:
                    raise MissingRow(f"trainings: {recorded.name} withdraws what is not there")
            case other:
                raise TypeError(f"{type(other).__name__} is not an event of this read model")


# Queries.


@dataclass(frozen=True, slots=True)
class Training:
    """A training, and how many passed, failed and were absent."""

    training_id: UUID
    event: EventName
    log_index: int
    title: str
    level: str
    division: Division
    held_on: date
    place: str
    minutes: int
    organiser: str
    trainer_id: UUID | None
    recorded_by: UUID
    passed: int
    failed: int
    absent: int


@dataclass(frozen=True, slots=True)
class Result:
    """One person's result; `withdrawn_on` is set where it was recorded by mistake."""

    training_id: UUID
    person_id: UUID
    event: EventName
    result: str
    withdrawn_on: date | None
    reason: str | None


_TRAINING = """SELECT training_id, event, log_index, title, level, division, held_on, place, minutes, organiser,
    trainer_id, recorded_by, coalesce(passed, 0) AS passed, coalesce(failed, 0) AS failed, coalesce(absent, 0) AS absent
FROM read.trainings LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE result = 'passed') AS passed, count(*) FILTER (WHERE result = 'failed') AS failed,
        count(*) FILTER (WHERE result = 'absent') AS absent
    FROM read.training_results results
    WHERE results.training_id = trainings.training_id AND withdrawn_on IS NULL
) AS sums ON true"""

ONE = f"{_TRAINING} WHERE training_id = %s"

LISTING = f"""
{_TRAINING} WHERE division LIKE %(prefix)s AND (%(level)s::text IS NULL OR level = %(level)s)
ORDER BY held_on DESC, log_index DESC
"""

RESULTS = """
SELECT training_id, person_id, event, result, withdrawn_on, reason FROM read.training_results
WHERE training_id = %s ORDER BY log_index, person_id
"""


def one(conn: Connection[Any], training_id: UUID) -> Training | None:
    """One training, or None."""
    with conn.cursor(row_factory=class_row(Training)) as cursor:
        return cursor.execute(ONE, (training_id,)).fetchone()


def listing(conn: Connection[Any], area: Division, *, level: str | None = None) -> list[Training]:
    """The trainings of an area, of one level if it is given, the latest first."""
    with conn.cursor(row_factory=class_row(Training)) as cursor:
        return cursor.execute(LISTING, {"prefix": prefix(area) + "%", "level": level}).fetchall()


def results(conn: Connection[Any], training_id: UUID) -> list[Result]:
    """Every result of a training in the order of recording, also those withdrawn."""
    with conn.cursor(row_factory=class_row(Result)) as cursor:
        return cursor.execute(RESULTS, (training_id,)).fetchall()
