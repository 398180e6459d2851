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

from domain.incidents.events import IncidentMerged, IncidentReported
from domain.kernel.places import Division, prefix
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
    merged_into     uuid
);
CREATE INDEX sightings_place_idx ON sightings (division, category, reported_at);
CREATE INDEX sightings_text_idx ON sightings (text_commitment);
CREATE INDEX sightings_day_idx ON sightings (reported_on, reporter_id);

-- A difference hash as eight numbers, each a byte with its place: of two that differ in seven bits one is the same.
CREATE TABLE sighting_photos (
    photo           text PRIMARY KEY,
    incident_id     uuid NOT NULL,
    sha256          text NOT NULL,
    difference_hash text NOT NULL,
    hash_bytes      integer[] NOT NULL
);
CREATE INDEX sighting_photos_incident_idx ON sighting_photos (incident_id);
CREATE INDEX sighting_photos_sha256_idx ON sighting_photos (sha256);
CREATE INDEX sighting_photos_bytes_idx ON sighting_photos USING gin (hash_bytes);
"""

TYPES = frozenset({"incident.reported/1", "incident.merged/1"})

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


SIGHTINGS = Table.of("sightings", Sighting)
PHOTOS = Table("sighting_photos", "photo", ("incident_id", "sha256", "difference_hash", "hash_bytes"))


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """One row a report, one row a photo of it."""
    register = Pending(SIGHTINGS)
    photos: list[Row] = []
    for recorded in events:
        match recorded.event:
            case IncidentReported() as event:
                register.add(identity(recorded), _row(recorded, event))
                photos += _photo_rows(recorded, event)
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
    }


def _photo_rows(recorded: Recorded, event: IncidentReported) -> list[Row]:
    return [
        {
            "photo": f"{identity(recorded)}/{number}",
            "incident_id": identity(recorded),
            "sha256": photo.sha256,
            "difference_hash": photo.difference_hash,
            "hash_bytes": hash_bytes(photo.difference_hash),
        }
        for number, photo in enumerate(event.photos, start=1)
    ]


def hash_bytes(difference_hash: str) -> list[int]:
    """A 64-bit hash in hex as eight numbers: each byte, and where it stands."""
    return [256 * place + byte for place, byte in enumerate(bytes.fromhex(difference_hash))]


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

BY_TEXT = "SELECT incident_id FROM read.sightings WHERE text_commitment = ANY(%s)"

BY_PHOTO = """
SELECT incident_id, sha256, difference_hash FROM read.sighting_photos
WHERE sha256 = ANY(%s) OR hash_bytes && %s::integer[] LIMIT %s
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


def by_text(conn: Connection[Any], commitments: Collection[str]) -> set[UUID]:
    """The reports whose texts these commitments stand for."""
    return _ids(conn, BY_TEXT, (list(commitments),))


def photos_like(conn: Connection[Any], photos: Sequence[PhotoSeen]) -> list[PhotoSeen]:
    """These photos wherever they stand, and all whose difference hash shares a byte with one: what may be near."""
    shared = [number for photo in photos for number in hash_bytes(photo.difference_hash)]
    with conn.cursor(row_factory=class_row(PhotoSeen)) as cursor:
        values = ([photo.sha256 for photo in photos], shared, 10 * NEAR_MAX)
        return cursor.execute(BY_PHOTO, values).fetchall() if photos else []


def reports_by(conn: Connection[Any], *, area: Division, since: date, until: date) -> dict[UUID, int]:
    """How many reports each reporter made in an area in a period, both days included."""
    return dict(conn.execute(REPORTS_BY, (since, until, prefix(area) + "%")).fetchall())


def _ids(conn: Connection[Any], query: str, values: tuple[object, ...]) -> set[UUID]:
    return {found for (found,) in conn.execute(query.encode(), values)}
