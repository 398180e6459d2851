"""What pages and programs ask of the deeds: those of an area, what is open near somebody, what waits for another."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.ids import EventName
from domain.kernel.places import Division, prefix

WAITING: Final = ("done", "checked_in", "recorded")
"""The statuses of a part that waits for another person."""


@dataclass(frozen=True, slots=True)
class Deed:
    """A task, activity, commendation, inspection or service (`kind`), and how many parts it has in which state.

    `day`: by when a task is to be done; when an activity, a service or an inspection was; of when a document is.
    `body`: who organises, who praised, or the unit. `taken`: seats that are taken; `waiting`: parts that wait for
    another person.
    """

    deed_id: UUID
    kind: str
    division: Division
    title: str | None
    place: str | None
    item: str
    day: date
    minutes: int | None
    seats: int | None
    body: str | None
    document: str | None
    result: str | None
    inspectors: list[UUID]
    status: str
    reason: str | None
    opener_id: UUID
    unit_by: UUID | None
    community_by: UUID | None
    event: EventName
    last_event: EventName
    log_index: int
    taken: int
    waiting: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class Part:
    """One person's or household's part: `day` and `minutes` of what was done; `reason`: why sent or taken back."""

    deed_id: UUID
    holder_id: UUID
    holder_kind: str
    status: str
    day: date | None
    minutes: int | None
    reason: str | None
    recorder_id: UUID | None
    confirmer_id: UUID | None
    event: EventName


@dataclass(frozen=True, slots=True)
class Mine:
    """A deed that somebody has a part in, and the part's status."""

    deed_id: UUID
    kind: str
    division: Division
    title: str | None
    place: str | None
    item: str
    day: date
    minutes: int | None
    status: str
    reason: str | None
    event: EventName


_DEED = """
SELECT deed.*, coalesce(taken, 0) AS taken, coalesce(waiting, 0) AS waiting, coalesce(confirmed, 0) AS confirmed
FROM (SELECT deed_id, kind, division, title, place, item, day, minutes, seats, body, document, result, inspectors,
    status, reason, opener_id, unit_by, community_by, event, last_event, log_index FROM read.deeds) deed
LEFT JOIN LATERAL (
    SELECT count(*) AS taken, count(*) FILTER (WHERE part.status = ANY (%(waiting)s)) AS waiting,
        count(*) FILTER (WHERE part.status = 'confirmed') AS confirmed
    FROM read.deed_parts part WHERE part.deed_id = deed.deed_id
) parts ON true
"""
ONE = f"{_DEED} WHERE deed_id = %(deed)s"
LISTING = f"""
{_DEED} WHERE kind = %(kind)s AND division LIKE %(prefix)s AND (%(before)s::bigint IS NULL OR log_index < %(before)s)
    AND (NOT %(only_waiting)s OR waiting > 0) AND (%(units)s::text[] IS NULL OR body = ANY (%(units)s))
ORDER BY log_index DESC LIMIT %(limit)s
"""
OPEN = f"""
{_DEED} WHERE status = 'open' AND day >= %(on)s AND division LIKE ANY (%(prefixes)s)
ORDER BY day, log_index LIMIT %(limit)s
"""
PARTS = """
SELECT deed_id, holder_id, holder_kind, status, day, minutes, reason, recorder_id, confirmer_id, event
FROM read.deed_parts WHERE deed_id = %s ORDER BY log_index, holder_id
"""
MINE = """
SELECT deed.deed_id, deed.kind, deed.division, deed.title, deed.place, deed.item, coalesce(part.day, deed.day) AS day,
    part.minutes, part.status, part.reason, part.event
FROM read.deed_parts part JOIN read.deeds deed USING (deed_id)
WHERE part.holder_id = ANY (%(holders)s) ORDER BY part.log_index DESC LIMIT %(limit)s
"""

HOUSEHOLDS_OF = """
SELECT deed_id, holder_id FROM read.deed_parts WHERE deed_id = ANY (%s) AND holder_kind = 'household'
"""


def one(conn: Connection[Any], deed_id: UUID, *, kind: str) -> Deed | None:
    """One deed of a kind, or None."""
    with conn.cursor(row_factory=class_row(Deed)) as cursor:
        found = cursor.execute(ONE, {"deed": deed_id, "waiting": list(WAITING)}).fetchone()
    return found if found is not None and found.kind == kind else None


def listing(
    conn: Connection[Any],
    kind: str,
    area: Division,
    *,
    before: int | None = None,
    only_waiting: bool = False,
    units: Sequence[str] | None = None,
    limit: int = 50,
) -> list[Deed]:
    """The deeds of a kind in an area, the latest first; `before`: the last log index of the page before.

    `only_waiting`: those alone of which a part waits for a second person; `units`: those alone of these bodies.
    """
    asked_units = list(units) if units is not None else None
    values = {"kind": kind, "prefix": prefix(area) + "%", "before": before, "limit": limit, "units": asked_units}
    with conn.cursor(row_factory=class_row(Deed)) as cursor:
        return cursor.execute(LISTING, {**values, "only_waiting": only_waiting, "waiting": list(WAITING)}).fetchall()


def open_near(conn: Connection[Any], areas: Sequence[Division], *, on: date, limit: int = 100) -> list[Deed]:
    """The tasks and activities of some areas that can still be taken part in, the next first."""
    values = {"prefixes": [prefix(area) + "%" for area in areas], "on": on, "limit": limit}
    with conn.cursor(row_factory=class_row(Deed)) as cursor:
        return cursor.execute(OPEN, {**values, "waiting": list(WAITING)}).fetchall()


def parts(conn: Connection[Any], deed_id: UUID) -> list[Part]:
    """Everybody's part in a deed, in the order of joining."""
    with conn.cursor(row_factory=class_row(Part)) as cursor:
        return cursor.execute(PARTS, (deed_id,)).fetchall()


def of_holders(conn: Connection[Any], holders: Collection[UUID], *, limit: int = 100) -> list[Mine]:
    """What some persons or households have a part in, the latest first."""
    with conn.cursor(row_factory=class_row(Mine)) as cursor:
        return cursor.execute(MINE, {"holders": list(holders), "limit": limit}).fetchall()


def households_of(conn: Connection[Any], deed_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Which household each of some deeds is of, for those that are of one."""
    return dict(conn.execute(HOUSEHOLDS_OF, (list(deed_ids),)).fetchall())
