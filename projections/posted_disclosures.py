"""What was disclosed to everybody: every version that was posted, and the objections to it, as public pages show them.

What must not be broken: a draft that nobody has reviewed is never among them; of an objection only its day, its row,
its state and the public answer are read, never its words nor who objected.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.places import Division, level, prefix
from projections import disclosures

MODELS: Final = (disclosures,)


@dataclass(frozen=True, slots=True)
class PostedVersion:
    """A version that was posted, both days included. `latest` is the number of the version posted last.

    `parameters` is a list of {name, value}; `drafted_index` and `published_index` are places in the log.
    """

    disclosure_id: UUID
    division: Division
    kind: str
    period: str
    version: int
    latest: int
    query: str
    parameters: Sequence[Mapping[str, str]]
    position: int
    document: str
    row_count: int
    corrects: int | None
    reason: str | None
    drafted_event: str
    drafted_index: int
    opinion: str | None
    reviewed_on: date | None
    reviewed_event: str | None
    since: date
    until: date
    names: str
    published_at: datetime
    published_event: str
    published_index: int
    ended: str | None

    def open_on(self, day: date) -> bool:
        """Whether its rows stand in public on a day."""
        return self.since <= day <= self.until and self.ended != "archived"


@dataclass(frozen=True, slots=True)
class SearchedVersion:
    """A version whose rows may be looked for. `fixed`: what stands beside them is fixed in the journal."""

    disclosure_id: UUID
    version: int
    division: Division
    kind: str
    period: str
    fixed: bool


@dataclass(frozen=True, slots=True)
class PublicObjection:
    """An objection as everybody reads it. `upheld` None: not answered yet; `erased_on`: its words were destroyed.

    `promised_on`: it was found right on that day, and that answer was taken back before a correction was posted.
    """

    objection_id: UUID
    disclosure_id: UUID
    version: int
    row_name: str | None
    channel: str
    raised_on: date
    answer_by: date
    raised_event: str
    upheld: bool | None
    answer: str | None
    answered_on: date | None
    promised_on: date | None
    erased_on: date | None
    erasure_basis: str | None

    @property
    def number(self) -> str:
        """What it is called on pages: the beginning of its random id."""
        return str(self.objection_id)[:8]


_VERSION: Final = """
SELECT v.disclosure_id, d.division, d.kind, d.period, v.version, d.posted AS latest, v.query, v.parameters, v.position,
    v.document, v.row_count, v.corrects, v.reason, v.drafted_event, v.drafted_index, v.opinion, v.reviewed_on,
    v.reviewed_event, v.since, v.until, v.names, v.published_at, v.published_event, v.published_index, d.ended
FROM read.disclosure_versions AS v JOIN {} AS d USING (disclosure_id)
WHERE v.since IS NOT NULL
"""
_ALL: Final = "read.disclosures"
_HERE: Final = "(SELECT * FROM read.disclosures WHERE division LIKE %(prefix)s OFFSET 0)"
"""Those of one place, found first: walking through the postings of a whole county to find those of a village takes as
long as there are postings."""
OF_ONE: Final = f"{_VERSION.format(_ALL)} AND v.disclosure_id = %s ORDER BY v.version"
STANDING: Final = f"""
{_VERSION.format(_ALL)} AND v.version = d.posted AND d.division LIKE %(prefix)s AND v.until >= %(on)s
    AND d.ended IS DISTINCT FROM 'archived'
ORDER BY v.published_index DESC LIMIT %(limit)s
"""
COUNTED: Final = """
SELECT count(*) FROM read.disclosure_versions AS v JOIN read.disclosures AS d USING (disclosure_id)
WHERE v.since IS NOT NULL AND v.version = d.posted AND d.division LIKE %(prefix)s AND v.until >= %(on)s
    AND d.ended IS DISTINCT FROM 'archived'
"""
PAST: Final = f"""
{_VERSION} AND v.version = d.posted AND d.division LIKE %(prefix)s
    AND (v.until < %(on)s OR d.ended = 'archived') AND (%(before)s::bigint IS NULL OR v.published_index < %(before)s)
ORDER BY v.published_index DESC LIMIT %(limit)s
"""
NEWS: Final = f"{_VERSION} AND d.division LIKE %(prefix)s ORDER BY v.published_index DESC LIMIT %(limit)s"
"""Both of them over `_among` of the area."""
SEARCHED: Final = """
SELECT d.disclosure_id, d.posted AS version, d.division, d.kind, d.period, v.rows_shown IS NOT NULL AS fixed
FROM read.disclosure_versions AS v JOIN read.disclosures AS d USING (disclosure_id)
WHERE v.since IS NOT NULL AND v.version = d.posted AND v.until >= %(on)s AND d.ended IS DISTINCT FROM 'archived'
    AND (d.division LIKE %(prefix)s OR d.division = ANY (%(above)s))
ORDER BY v.published_index DESC LIMIT %(limit)s
"""
LATEST_OF: Final = f"""
{_VERSION.format(_ALL)} AND v.version = d.posted AND v.disclosure_id = ANY (%(ids)s) ORDER BY v.published_index DESC
"""
_OBJECTION: Final = """
SELECT objection_id, disclosure_id, version, row_name, channel, raised_on, answer_by, raised_event, upheld, answer,
    answered_on, promised_on, erased_on, erasure_basis
FROM read.disclosure_objections
"""
POSTED_UNTIL: Final = """
SELECT max(v.until) FROM read.disclosure_versions AS v JOIN read.disclosures AS d USING (disclosure_id)
WHERE v.version = d.posted AND d.division = %s AND d.kind = %s AND d.period = ANY (%s)
    AND d.ended IS DISTINCT FROM 'archived'
"""
POSTED_OF: Final = f"""
{_VERSION.format(_ALL)} AND v.version = d.posted AND d.division = %(division)s AND d.kind = %(kind)s
    AND d.period = ANY (%(periods)s)
ORDER BY v.published_index DESC
"""
OBJECTIONS: Final = f"{_OBJECTION} WHERE disclosure_id = %s ORDER BY log_index"
OBJECTION: Final = f"{_OBJECTION} WHERE objection_id = %s"
POSITION: Final = "SELECT position FROM read.positions WHERE model = 'disclosures'"


def versions(conn: Connection[Any], disclosure_id: UUID) -> list[PostedVersion]:
    """Every version of one disclosure that was posted, the first one first."""
    with conn.cursor(row_factory=class_row(PostedVersion)) as cursor:
        return cursor.execute(OF_ONE.encode(), (disclosure_id,)).fetchall()


def standing(conn: Connection[Any], area: Division, *, on: date, limit: int) -> list[PostedVersion]:
    """What stands in public on a day in an area, the latest version of each, the latest posting first."""
    return _rows(conn, STANDING, {"prefix": prefix(area) + "%", "on": on, "limit": limit})


def counted(conn: Connection[Any], area: Division, *, on: date) -> int:
    """How many stand in public on a day in an area."""
    found = conn.execute(COUNTED, {"prefix": prefix(area) + "%", "on": on}).fetchone()
    return int(found[0]) if found else 0


def past(conn: Connection[Any], area: Division, *, on: date, before: int | None, limit: int) -> list[PostedVersion]:
    """What was taken down by that day, the latest posting first; `before`: the last index of the page before."""
    return _rows(
        conn, PAST.format(_among(area)), {"prefix": prefix(area) + "%", "on": on, "before": before, "limit": limit}
    )


def news(conn: Connection[Any], area: Division, *, limit: int) -> list[PostedVersion]:
    """Every posting in an area, corrections too, the latest first."""
    return _rows(conn, NEWS.format(_among(area)), {"prefix": prefix(area) + "%", "limit": limit})


def searched(
    conn: Connection[Any], area: Division, above: Sequence[Division], *, on: date, limit: int
) -> list[SearchedVersion]:
    """What stands in public on a day of an area and of exactly the divisions above it, the latest posting first."""
    values = {"prefix": prefix(area) + "%", "above": list(above), "on": on, "limit": limit}
    with conn.cursor(row_factory=class_row(SearchedVersion)) as cursor:
        return cursor.execute(SEARCHED, values).fetchall()


def latest_of(conn: Connection[Any], disclosure_ids: Sequence[UUID]) -> list[PostedVersion]:
    """The versions posted last of some disclosures, the latest posting first."""
    return _rows(conn, LATEST_OF, {"ids": list(disclosure_ids)})


def objections(conn: Connection[Any], disclosure_id: UUID) -> list[PublicObjection]:
    """Every objection to any version of one disclosure, in the order of the log."""
    with conn.cursor(row_factory=class_row(PublicObjection)) as cursor:
        return cursor.execute(OBJECTIONS.encode(), (disclosure_id,)).fetchall()


def objection(conn: Connection[Any], objection_id: UUID) -> PublicObjection | None:
    """One objection, None for an id that no objection has."""
    with conn.cursor(row_factory=class_row(PublicObjection)) as cursor:
        return cursor.execute(OBJECTION.encode(), (objection_id,)).fetchone()


def posted_until(conn: Connection[Any], division: Division, kind: str, periods: Sequence[str]) -> date | None:
    """The last day on which what was posted of one of these periods stands in public; None for nothing posted."""
    found = conn.execute(POSTED_UNTIL, (division, kind, list(periods))).fetchone()
    return found[0] if found else None


def posted_of(conn: Connection[Any], division: Division, kind: str, periods: Sequence[str]) -> list[PostedVersion]:
    """What was posted of these periods, the latest version of each, whether its rows still stand or not."""
    return _rows(conn, POSTED_OF, {"division": division, "kind": kind, "periods": list(periods)})


def position(conn: Connection[Any]) -> int:
    """The place of the log up to which all this is read."""
    found = conn.execute(POSITION).fetchone()
    return int(found[0]) if found else 0


def _among(area: Division) -> str:
    return _HERE if level(area) == "village" else _ALL


def _rows(conn: Connection[Any], sql: str, values: Mapping[str, object]) -> list[PostedVersion]:
    with conn.cursor(row_factory=class_row(PostedVersion)) as cursor:
        return cursor.execute(sql.encode(), values).fetchall()
