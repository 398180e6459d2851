"""Questions about what is disclosed: what is posted where, every version, objections, posters, settings in force."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.disclosures.settings import DEFAULT, KindRule, Settings
from domain.kernel.ids import EventName
from domain.kernel.places import Division, chain, prefix


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One kind of one place and period, and how it stands on a day.

    `state`: drafted, sent_back, passed (of the version drafted last, while it waits), published, over (its days are
    over), closed or archived. `since`, `until`: of the version posted last. `correction_due`: an objection was right
    and nothing has been posted since.
    """

    disclosure_id: UUID
    division: Division
    kind: str
    period: str
    latest: int
    posted: int | None
    state: str
    since: date | None
    until: date | None
    ended_on: date | None
    objections: int
    unanswered: int
    late_answers: int
    correction_due: bool
    last_event: EventName
    log_index: int

    @property
    def shown(self) -> bool:
        """Whether its rows stand on the public page: posted, and its days are not over."""
        return self.posted is not None and self.state not in ("over", "closed", "archived")


@dataclass(frozen=True, slots=True)
class Version:
    """One version, from its draft to its posting; what has not happened is None. `position`: of its figures."""

    disclosure_id: UUID
    division: Division
    kind: str
    period: str
    version: int
    query: str
    position: int
    document: str
    length: int
    row_count: int
    corrects: int | None
    reason: str | None
    drafter_id: UUID
    drafted_on: date
    drafted_event: EventName
    drafted_index: int
    passed: bool | None
    opinion: str | None
    reviewer_id: UUID | None
    reviewed_on: date | None
    reviewed_event: EventName | None
    since: date | None
    until: date | None
    names: str | None
    publisher_id: UUID | None
    published_at: datetime | None
    published_event: EventName | None
    published_index: int | None


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection to a version, or to one of its rows, and the public answer. `text`: its commitment; `erased_on`: the
    day on which the words behind it were destroyed by themselves, by the rule `erasure_basis`; `promised_on`: the day
    on which it was found right, where that answer was taken back before a correction was posted; `answered_over`: the
    version that was posted last when it was answered.
    """

    objection_id: UUID
    disclosure_id: UUID
    version: int
    row_name: str | None
    channel: str
    text: str
    anonymous: bool
    objector_id: UUID | None
    raised_on: date
    answer_by: date
    raised_event: EventName
    upheld: bool | None
    answer: str | None
    answerer_id: UUID | None
    answered_on: date | None
    answered_event: EventName | None
    answered_over: int | None
    promised_on: date | None
    erased_on: date | None
    erasure_basis: str | None
    erased_event: EventName | None
    log_index: int

    def late(self, today: date) -> bool:
        """Whether it was answered after its day, or is not answered and its day is over."""
        return (self.promised_on or self.answered_on or today) > self.answer_by

    def owed(self, posted: int | None) -> bool:
        """Whether it was found right and nothing has been posted since; `posted`: the version posted last."""
        return bool(self.upheld) and (self.answered_over or 0) >= (posted or 0)


@dataclass(frozen=True, slots=True)
class Poster:
    """A sheet that was drawn of a version."""

    version: int
    paper: str
    sha256: str
    length: int
    tool: str
    font_sha256: str
    template_sha256: str
    url: str
    nameless: int
    rendered_on: date
    event: EventName


# What is looked for is found, put in order and cut off first: of thousands of others nothing more is read.
_DISCLOSURE: Final = """
SELECT disclosure_id, division, kind, period, latest, posted,
    CASE WHEN ended IS NOT NULL THEN ended
        WHEN newest.since IS NOT NULL THEN CASE WHEN newest.until >= %(on)s THEN 'published' ELSE 'over' END
        WHEN newest.passed IS NULL THEN 'drafted'
        WHEN newest.passed THEN 'passed' ELSE 'sent_back' END AS state,
    shown.since, shown.until, ended_on,
    coalesce(told.objections, 0) AS objections, coalesce(told.unanswered, 0) AS unanswered,
    coalesce(told.late_answers, 0) AS late_answers, coalesce(told.correction_due, false) AS correction_due,
    last_event, log_index
FROM ({}) stored
JOIN LATERAL (SELECT since, until, passed FROM read.disclosure_versions v
    WHERE v.disclosure_id = stored.disclosure_id AND v.version = stored.latest) newest ON true
LEFT JOIN LATERAL (SELECT since, until FROM read.disclosure_versions v
    WHERE v.disclosure_id = stored.disclosure_id AND v.version = stored.posted) shown ON true
LEFT JOIN LATERAL (SELECT count(*) AS objections, count(*) FILTER (WHERE upheld IS NULL) AS unanswered,
        count(*) FILTER (WHERE coalesce(promised_on, answered_on, %(on)s) > answer_by) AS late_answers,
        bool_or(coalesce(upheld, false) AND o.answered_over >= stored.posted) AS correction_due
    FROM read.disclosure_objections o WHERE o.disclosure_id = stored.disclosure_id) told ON true
"""
_STORED: Final = "SELECT * FROM read.disclosures WHERE"
ONE: Final = _DISCLOSURE.format(f"{_STORED} disclosure_id = %(id)s")
OF: Final = _DISCLOSURE.format(f"{_STORED} division = %(division)s AND kind = %(kind)s AND period = %(period)s")
WITHIN: Final = (
    _DISCLOSURE.format(
        f"""
{_STORED} division LIKE %(prefix)s AND (%(kind)s::text IS NULL OR kind = %(kind)s)
    AND (NOT %(posted)s OR posted IS NOT NULL) AND (%(before)s::bigint IS NULL OR log_index < %(before)s)
ORDER BY log_index DESC LIMIT %(limit)s"""
    )
    + "ORDER BY log_index DESC"
)
OPEN: Final = (
    _DISCLOSURE.format(
        f"""
{_STORED} division LIKE %(prefix)s AND (ended IS NULL OR ended = 'closed') ORDER BY log_index LIMIT %(limit)s"""
    )
    + "ORDER BY log_index"
)
OF_PLACE: Final = (
    _DISCLOSURE.format(f"{_STORED} division = %(division)s AND posted IS NOT NULL") + "ORDER BY period DESC, kind"
)

_VERSION: Final = """
SELECT disclosure_id, division, kind, period, version, query, position, document, length, row_count, corrects, reason,
    drafter_id, drafted_on, drafted_event, drafted_index, passed, opinion, reviewer_id, reviewed_on, reviewed_event,
    since, until, names, publisher_id, published_at, published_event, published_index
FROM read.disclosure_versions JOIN read.disclosures USING (disclosure_id)
"""
VERSIONS: Final = f"{_VERSION} WHERE disclosure_id = %s ORDER BY version"
LATEST: Final = f"""
{_VERSION} WHERE since IS NOT NULL AND division LIKE %(prefix)s
    AND (%(before)s::bigint IS NULL OR published_index < %(before)s)
ORDER BY published_index DESC LIMIT %(limit)s
"""
_OBJECTION: Final = """
SELECT objection_id, disclosure_id, version, row_name, channel, text, anonymous, objector_id, raised_on, answer_by,
    raised_event, upheld, answer, answerer_id, answered_on, answered_event, answered_over, promised_on,
    erased_on, erasure_basis, erased_event, log_index
FROM read.disclosure_objections
"""
OBJECTIONS: Final = f"{_OBJECTION} WHERE disclosure_id = %s ORDER BY log_index"
OBJECTION: Final = f"{_OBJECTION} WHERE objection_id = %s"
POSTERS: Final = """
SELECT version, paper, sha256, length, tool, font_sha256, template_sha256, url, nameless, rendered_on, event
FROM read.disclosure_posters WHERE disclosure_id = %s ORDER BY version, paper
"""
SETTINGS: Final = """
SELECT division, event, since, publish_days, answer_days, due_days, small_count_min, kinds
FROM read.disclosure_settings WHERE division = ANY (%s) OR division LIKE %s ORDER BY since, log_index
"""


def one(conn: Connection[Any], disclosure_id: UUID, *, on: date) -> Disclosure | None:
    """One disclosure as it stands on a day, or None."""
    with conn.cursor(row_factory=class_row(Disclosure)) as cursor:
        return cursor.execute(ONE, {"id": disclosure_id, "on": on}).fetchone()


def of(conn: Connection[Any], division: Division, kind: str, period: str, *, on: date) -> Disclosure | None:
    """What is disclosed of a kind, a place and a period, or None."""
    values = {"division": division, "kind": kind, "period": period, "on": on}
    with conn.cursor(row_factory=class_row(Disclosure)) as cursor:
        return cursor.execute(OF, values).fetchone()


def of_place(conn: Connection[Any], division: Division, *, on: date) -> list[Disclosure]:
    """Everything that a place itself has ever posted, the latest period first."""
    with conn.cursor(row_factory=class_row(Disclosure)) as cursor:
        return cursor.execute(OF_PLACE, {"division": division, "on": on}).fetchall()


def within(
    conn: Connection[Any],
    area: Division,
    *,
    on: date,
    kind: str | None = None,
    posted: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> list[Disclosure]:
    """Disclosures of an area, those begun last first; `before`: the `log_index` of the last of the page before."""
    values = {"prefix": prefix(area) + "%", "on": on, "kind": kind, "posted": posted, "before": before, "limit": limit}
    with conn.cursor(row_factory=class_row(Disclosure)) as cursor:
        return cursor.execute(WITHIN, values).fetchall()


def open_in(conn: Connection[Any], area: Division, *, on: date, limit: int = 500) -> list[Disclosure]:
    """Disclosures of an area that are not archived, the oldest first: those that somebody has to do something about."""
    with conn.cursor(row_factory=class_row(Disclosure)) as cursor:
        return cursor.execute(OPEN, {"prefix": prefix(area) + "%", "on": on, "limit": limit}).fetchall()


def versions(conn: Connection[Any], disclosure_id: UUID) -> list[Version]:
    """Every version of a disclosure, in order: the history of its corrections."""
    with conn.cursor(row_factory=class_row(Version)) as cursor:
        return cursor.execute(VERSIONS, (disclosure_id,)).fetchall()


def latest(conn: Connection[Any], area: Division, *, before: int | None = None, limit: int = 20) -> list[Version]:
    """The versions posted last in an area, the newest first; `before`: the `published_index` of the last one seen."""
    values = {"prefix": prefix(area) + "%", "before": before, "limit": limit}
    with conn.cursor(row_factory=class_row(Version)) as cursor:
        return cursor.execute(LATEST, values).fetchall()


def objections(conn: Connection[Any], disclosure_id: UUID) -> list[Objection]:
    """The objections to a disclosure, to whichever version, in order."""
    with conn.cursor(row_factory=class_row(Objection)) as cursor:
        return cursor.execute(OBJECTIONS, (disclosure_id,)).fetchall()


def objection(conn: Connection[Any], objection_id: UUID) -> Objection | None:
    """One objection, or None."""
    with conn.cursor(row_factory=class_row(Objection)) as cursor:
        return cursor.execute(OBJECTION, (objection_id,)).fetchone()


def posters(conn: Connection[Any], disclosure_id: UUID) -> list[Poster]:
    """The sheets that were drawn of a disclosure."""
    with conn.cursor(row_factory=class_row(Poster)) as cursor:
        return cursor.execute(POSTERS, (disclosure_id,)).fetchall()


@dataclass(frozen=True, slots=True)
class Settled:
    """The settings of an area and of everything above it, by division, each in the order of its days."""

    by_division: dict[Division, list[Settings]]

    def on(self, division: Division, day: date) -> Settings:
        """What holds in a place on a day: of the narrowest area that has settings."""
        for area in chain(division):
            begun = [one for one in self.by_division.get(area, ()) if one.since <= day]
            if begun:
                return begun[-1]
        return DEFAULT

    def least_on(self, day: date) -> Callable[[Division], int]:
        """The smallest count of sensitive matters that a place shows, on a day."""
        return lambda division: self.on(division, day).small_count_min


def settings(conn: Connection[Any], divisions: Sequence[Division], *, within: Division | None = None) -> Settled:
    """The settings that may hold in these places, and in every place within one."""
    along = sorted({area for division in divisions for area in chain(division)})
    below = prefix(within) + "%" if within is not None else None
    found: dict[Division, list[Settings]] = {}
    for row in conn.execute(SETTINGS, (along, below)).fetchall():
        division, event, since, publish_days, answer_days, due_days, small_count_min, kinds = row
        rules = tuple(KindRule(**one) for one in kinds)
        one = Settings(event, since, publish_days, answer_days, due_days, small_count_min, rules)
        found.setdefault(Division(division), []).append(one)
    return Settled(found)
