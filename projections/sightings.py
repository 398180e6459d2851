"""What reports are compared by, to find those that repeat an earlier one: place, class, time, photos, and who reported.

Texts are compared by prints that lie in the vault; here stands only the commitment that leads to them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.incidents.events import IncidentLocated, IncidentMerged, IncidentReported
from domain.kernel.places import Division, chain, level, prefix
from journal.codec import Recorded
from projections.rows import Pending, Row, Table, WriteCursor, identity

NAME = "sightings"

DDL = """
CREATE TABLE sightings (
    incident_id     uuid PRIMARY KEY,
    reporter_id     uuid NOT NULL,
    category        text NOT NULL,
    item            text,
    division        text NOT NULL,
    grid            text,
    text_commitment text NOT NULL,
    reported_at     timestamptz NOT NULL,
    reported_on     date NOT NULL,
    merged_into     uuid,
    log_index       bigint NOT NULL
);
CREATE INDEX sightings_place_idx ON sightings (division, category, reported_at);
CREATE INDEX sightings_text_idx ON sightings (text_commitment);
CREATE INDEX sightings_day_idx ON sightings (reported_on, reporter_id);

-- Difference hashes are compared with all others: a hundred thousand take some 30 ms, and no index knows near ones.
CREATE TABLE sighting_photos (
    photo           text PRIMARY KEY,
    incident_id     uuid NOT NULL,
    sha256          text NOT NULL,
    difference_hash text NOT NULL,
    hash_bits       bit(64) NOT NULL
);
CREATE INDEX sighting_photos_incident_idx ON sighting_photos (incident_id);
CREATE INDEX sighting_photos_sha256_idx ON sighting_photos (sha256);
"""

TYPES = frozenset({"incident.reported/1", "incident.located/1", "incident.merged/1"})

NEAR_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Sighting:
    """One report as it is compared with others."""

    incident_id: UUID
    reporter_id: UUID
    category: str
    item: str | None
    division: Division
    grid: str | None
    text_commitment: str
    reported_at: datetime
    reported_on: date
    merged_into: UUID | None
    log_index: int


SIGHTINGS = Table.of("sightings", Sighting)
PHOTOS = Table("sighting_photos", "photo", ("incident_id", "sha256", "difference_hash", "hash_bits"))


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """One row a report, one row a photo of it."""
    register = Pending(SIGHTINGS)
    photos: list[Row] = []
    for recorded in events:
        match recorded.event:
            case IncidentReported() as event:
                register.add(identity(recorded), _row(recorded, event))
                photos += _photo_rows(recorded, event)
            case IncidentLocated() as event:
                register.change(identity(recorded), {"division": event.division})
            case IncidentMerged() as event:
                register.change(identity(recorded), {"merged_into": event.into})
            case other:
                raise TypeError(f"{type(other).__name__} is not an event of this read model")
    register.write(cursor)
    PHOTOS.insert(cursor, photos)


def _row(recorded: Recorded, event: IncidentReported) -> Row:
    return {
        "reporter_id": event.reporter_id,
        "category": event.category,
        "item": event.item,
        "division": event.division,
        "grid": event.grid,
        "text_commitment": event.text,
        "reported_at": event.reported_at,
        "reported_on": recorded.line.on,
        "log_index": recorded.index,
    }


def _photo_rows(recorded: Recorded, event: IncidentReported) -> list[Row]:
    return [
        {
            "photo": f"{identity(recorded)}/{number}",
            "incident_id": identity(recorded),
            "sha256": photo.sha256,
            "difference_hash": photo.difference_hash,
            "hash_bits": _bits(photo.difference_hash),
        }
        for number, photo in enumerate(event.photos, start=1)
    ]


def _bits(difference_hash: str) -> str:
    """A 64-bit hash in hex as the database writes bits."""
    return f"x{difference_hash}"


# Queries.


@dataclass(frozen=True, slots=True)
class PhotoSeen:
    """A photo of a report."""

    incident_id: UUID
    sha256: str
    difference_hash: str


SOME = f"SELECT {SIGHTINGS.all_columns} FROM read.sightings WHERE incident_id = ANY(%s)"  # noqa: S608 - columns of ours

BY_PLACE = """
SELECT incident_id FROM read.sightings
WHERE division = %s AND category = %s AND reported_at BETWEEN %s AND %s ORDER BY reported_at DESC LIMIT %s
"""

AROUND = """
SELECT incident_id FROM read.sightings
WHERE division = ANY(%s) AND reported_at BETWEEN %s AND %s ORDER BY reported_at DESC LIMIT %s
"""
INSIDE = """
SELECT incident_id FROM read.sightings
WHERE division LIKE %s AND reported_at BETWEEN %s AND %s ORDER BY reported_at DESC LIMIT %s
"""

BY_TEXT = "SELECT incident_id FROM read.sightings WHERE text_commitment = ANY(%s)"

BY_PHOTO = """
SELECT incident_id, sha256, difference_hash FROM read.sighting_photos WHERE sha256 = ANY(%s)
UNION
SELECT near.* FROM unnest(%s::text[]::bit(64)[]) AS mine (hash_bits) CROSS JOIN LATERAL (
    SELECT incident_id, sha256, difference_hash FROM read.sighting_photos AS theirs
    WHERE bit_count(theirs.hash_bits # mine.hash_bits) <= %s LIMIT %s) AS near
"""

PHOTOS_OF = "SELECT incident_id, sha256, difference_hash FROM read.sighting_photos WHERE incident_id = ANY(%s)"

REPORTS_BY = """
SELECT reporter_id, count(*) FROM read.sightings
WHERE reported_on BETWEEN %s AND %s AND division LIKE %s GROUP BY reporter_id
"""


def some(conn: Connection[Any], incident_ids: Collection[UUID]) -> dict[UUID, Sighting]:
    """Reports by id; an unknown one is absent."""
    with conn.cursor(row_factory=class_row(Sighting)) as cursor:
        return {one.incident_id: one for one in cursor.execute(SOME, (list(incident_ids),))}


def photos_of(conn: Connection[Any], incident_ids: Collection[UUID]) -> list[PhotoSeen]:
    """The photos of reports."""
    with conn.cursor(row_factory=class_row(PhotoSeen)) as cursor:
        return cursor.execute(PHOTOS_OF, (list(incident_ids),)).fetchall()


def by_place(conn: Connection[Any], of: Sighting, *, since: datetime, until: datetime) -> set[UUID]:
    """Reports of the same division and class between two moments: the latest 2,000."""
    return _ids(conn, BY_PLACE, (of.division, of.category, since, until, NEAR_MAX))


def by_ground(conn: Connection[Any], of: Sighting, *, since: datetime, until: datetime) -> set[UUID]:
    """Reports of the same division, of those around it and of those in it, between two moments: the latest 2,000."""
    found = _ids(conn, AROUND, (list(chain(of.division)), since, until, NEAR_MAX))
    if level(of.division) != "village":
        found |= _ids(conn, INSIDE, (prefix(of.division) + "%", since, until, NEAR_MAX))
    return found


def by_text(conn: Connection[Any], commitments: Collection[str]) -> set[UUID]:
    """The reports whose texts these commitments stand for."""
    return _ids(conn, BY_TEXT, (list(commitments),))


def photos_like(conn: Connection[Any], photos: Sequence[PhotoSeen], *, bits: int) -> list[PhotoSeen]:
    """These photos wherever they stand, and all whose difference hash differs from one's in so many bits at most."""
    with conn.cursor(row_factory=class_row(PhotoSeen)) as cursor:
        hashes = [_bits(photo.difference_hash) for photo in photos]
        values = ([photo.sha256 for photo in photos], hashes, bits, NEAR_MAX)
        return cursor.execute(BY_PHOTO, values).fetchall() if photos else []


def reports_by(conn: Connection[Any], *, area: Division, since: date, until: date) -> dict[UUID, int]:
    """How many reports each reporter made in an area in a period, both days included."""
    return dict(conn.execute(REPORTS_BY, (since, until, prefix(area) + "%")).fetchall())


def _ids(conn: Connection[Any], query: str, values: tuple[object, ...]) -> set[UUID]:
    return {found for (found,) in conn.execute(query.encode(), values)}
