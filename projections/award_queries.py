"""What pages, commands and programs ask of awards: rules, what counts as of a position, proposals and stars."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.ids import EventName
from domain.kernel.periods import Period, first_day, kind_of, last_day
from domain.kernel.places import Division, prefix
from domain.kernel.ranking import Counted, Scale, Weight


@dataclass(frozen=True, slots=True)
class Rule:
    """A version of an area's rule; `weights` as they were published."""

    event: EventName
    division: Division
    period_kind: str
    since: date
    document: str
    counts: str
    points_each: int
    weights: list[dict[str, Any]]
    reports_min: int
    stars: int
    ties: str
    published_by: UUID

    @property
    def scale(self) -> Scale:
        """As the ranking takes it."""
        weights = tuple(Weight(w["category"], w["points"], w["item"]) for w in self.weights)
        return Scale(self.points_each, weights, self.reports_min, self.stars, self.ties)


@dataclass(frozen=True, slots=True)
class Award:
    """One proposal and what became of it. `position`: the first so many entries of the log were counted."""

    log_index: int
    award_id: UUID
    event: EventName
    division: Division
    period: Period
    rule: EventName
    position: int
    proposer_id: UUID
    proposed_on: date
    candidates: int
    count_total: int
    counted_digest: str
    stars_digest: str
    status: str
    decided_by: UUID | None
    decided_on: date | None
    decided_event: EventName | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Star:
    """One star of a proposal; `revoked_on` is set once the title was taken back."""

    proposal: int
    member_id: UUID
    rank: int
    score: int
    count: int
    events_digest: str
    revoked_on: date | None
    revoked_event: EventName | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class CountedReport:
    """A report that was counted for a star. `excluded_by` is the event after which it counts no more, if there is one.

    `counted_at` is the log index of the event that made it valid; its proof is found by that.
    """

    member_id: UUID
    event: EventName
    counted_at: int
    incident_id: UUID
    division: Division
    category: str
    item: str | None
    sensitive: bool
    reported_on: date
    excluded_by: EventName | None


_RULE = """SELECT event, division, period_kind, since, document, counts, points_each, weights, reports_min, stars, ties,
    published_by FROM read.award_rules"""

RULES_WITHIN = f"{_RULE} WHERE division LIKE %s ORDER BY division, period_kind, since DESC, log_index DESC"

RULE_NAMED = f"{_RULE} WHERE event = %s"

RULE_IN_FORCE = f"""
{_RULE} WHERE division = %s AND period_kind = %s AND since <= %s ORDER BY since DESC, log_index DESC LIMIT 1
"""

COUNTED = """
SELECT event, member_id, category, item FROM read.award_counts
WHERE division LIKE %(prefix)s AND reported_on BETWEEN %(first)s AND %(last)s
    AND counted_at < %(position)s AND (excluded_at IS NULL OR excluded_at >= %(position)s)
"""

_AWARD = """SELECT log_index, award_id, event, division, period, rule, position, proposer_id, proposed_on, candidates,
    count_total, counted_digest, stars_digest, status, decided_by, decided_on, decided_event, reason FROM read.awards"""

LISTING = f"""
{_AWARD} WHERE division LIKE %(prefix)s AND (%(statuses)s::text[] IS NULL OR status = ANY (%(statuses)s))
ORDER BY log_index DESC LIMIT %(limit)s
"""

LATEST = f"{_AWARD} WHERE award_id = %s ORDER BY log_index DESC LIMIT 1"

OF_PERIOD = f"""
{_AWARD} WHERE division = %s AND period = %s AND status = ANY (%s) ORDER BY log_index DESC LIMIT 1
"""

STARS = """
SELECT proposal, member_id, rank, score, count, events_digest, revoked_on, revoked_event, reason
FROM read.award_stars WHERE proposal = ANY (%s) ORDER BY proposal DESC, rank, member_id
"""

REPORTS = """
SELECT listed.member_id, listed.event, counted.counted_at, incident_id, division, category, item, sensitive,
    reported_on, excluded_by
FROM read.award_star_events listed JOIN read.award_counts counted USING (event)
WHERE proposal = %s ORDER BY listed.member_id, counted_at
"""

EXCLUDED = """
SELECT count(*) FROM read.award_star_events listed JOIN read.award_counts counted USING (event)
WHERE proposal = %s AND excluded_at IS NOT NULL
"""

POSITION = "SELECT position FROM read.positions WHERE model = 'awards'"


def position(conn: Connection[Any]) -> int:
    """How many entries of the log the read model holds."""
    found = conn.execute(POSITION).fetchone()
    return int(found[0]) if found else 0


def rules_within(conn: Connection[Any], area: Division) -> list[Rule]:
    """Every version that was published in an area, the latest first."""
    with conn.cursor(row_factory=class_row(Rule)) as cursor:
        return cursor.execute(RULES_WITHIN, (prefix(area) + "%",)).fetchall()


def rule_named(conn: Connection[Any], event: EventName) -> Rule | None:
    """The version that an event published."""
    with conn.cursor(row_factory=class_row(Rule)) as cursor:
        return cursor.execute(RULE_NAMED, (event,)).fetchone()


def rule_in_force(conn: Connection[Any], division: Division, period: Period) -> Rule | None:
    """The version by which an area's period is judged: the latest of its kind that had begun on the first day."""
    with conn.cursor(row_factory=class_row(Rule)) as cursor:
        return cursor.execute(RULE_IN_FORCE, (division, kind_of(period), first_day(period))).fetchone()


def counted(conn: Connection[Any], division: Division, period: Period, *, position: int) -> list[Counted]:
    """What counts in an area and period by the first `position` entries of the log, in no particular order."""
    values = {"prefix": prefix(division) + "%", "first": first_day(period), "last": last_day(period)}
    with conn.cursor() as cursor:
        return [Counted(*row) for row in cursor.execute(COUNTED, {**values, "position": position})]


def listing(
    conn: Connection[Any], area: Division, *, statuses: Collection[str] | None = None, limit: int | None = None
) -> list[Award]:
    """The proposals of an area with any of these statuses, the latest first; all of them without `limit`."""
    values = {"prefix": prefix(area) + "%", "statuses": list(statuses) if statuses else None, "limit": limit}
    with conn.cursor(row_factory=class_row(Award)) as cursor:
        return cursor.execute(LISTING, values).fetchall()


def latest(conn: Connection[Any], award_id: UUID) -> Award | None:
    """The latest proposal of an award."""
    with conn.cursor(row_factory=class_row(Award)) as cursor:
        return cursor.execute(LATEST, (award_id,)).fetchone()


def of_period(conn: Connection[Any], division: Division, period: Period, *, statuses: Collection[str]) -> Award | None:
    """The latest proposal for exactly this area and period with any of these statuses."""
    with conn.cursor(row_factory=class_row(Award)) as cursor:
        return cursor.execute(OF_PERIOD, (division, period, list(statuses))).fetchone()


def stars_of(conn: Connection[Any], awards: Sequence[Award]) -> dict[int, list[Star]]:
    """The stars of some proposals by their log index, the best first."""
    found: dict[int, list[Star]] = {award.log_index: [] for award in awards}
    with conn.cursor(row_factory=class_row(Star)) as cursor:
        for star in cursor.execute(STARS, (list(found),)):
            found[star.proposal].append(star)
    return found


def reports_of(conn: Connection[Any], award: Award) -> dict[UUID, list[CountedReport]]:
    """The reports that were counted, by star, in the order in which they began to count."""
    found: dict[UUID, list[CountedReport]] = {}
    with conn.cursor(row_factory=class_row(CountedReport)) as cursor:
        for report in cursor.execute(REPORTS, (award.log_index,)):
            found.setdefault(report.member_id, []).append(report)
    return found


def excluded(conn: Connection[Any], award: Award) -> int:
    """How many of the stars' reports count no more today."""
    found = conn.execute(EXCLUDED, (award.log_index,)).fetchone()
    return int(found[0]) if found else 0
