"""The points rules of the county, its townships and villages: every version, and what each calls its items."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from domain.kernel.ids import EventName
from domain.kernel.places import Division, prefix
from domain.points.rules import PointsRulePublished
from journal.codec import Recorded
from projections.rows import WriteCursor, to_json

NAME = "points_rules"

DDL = """
CREATE TABLE points_rules (
    event        text PRIMARY KEY,
    division     text NOT NULL,
    version      integer NOT NULL,
    since        date NOT NULL,
    document     text NOT NULL,
    published_on date NOT NULL,
    publisher_id uuid NOT NULL,
    log_index    bigint NOT NULL
);
CREATE INDEX points_rules_division_idx ON points_rules (division text_pattern_ops, since);

-- What a version calls the code of a category (kind 'category') or of an item (kind 'item'), which has a unit.
CREATE TABLE points_rule_titles (
    event text NOT NULL,
    kind  text NOT NULL,
    code  text NOT NULL,
    title text NOT NULL,
    unit  text,
    PRIMARY KEY (event, kind, code)
);
"""

TYPES = frozenset({"points_rule.published/1"})

ADD = "INSERT INTO points_rules SELECT * FROM json_populate_recordset(NULL::points_rules, %s)"
ADD_TITLES = "INSERT INTO points_rule_titles SELECT * FROM json_populate_recordset(NULL::points_rule_titles, %s)"


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """A row a version, and one for each of its titles."""
    rules: list[dict[str, object]] = []
    titles: list[dict[str, object]] = []
    for recorded in events:
        event = recorded.event
        if not isinstance(event, PointsRulePublished):
            raise TypeError(f"{type(event).__name__} is not an event of this read model")
        rules.append(
            {
                "event": recorded.name,
                "division": event.division,
                "version": event.version,
                "since": event.since,
                "document": event.document,
                "published_on": recorded.line.on,
                "publisher_id": recorded.line.by,
                "log_index": recorded.index,
            }
        )
        titles += [_title(recorded.name, "category", one.code, one.title) for one in event.categories]
        titles += [_title(recorded.name, "item", one.code, one.title, one.unit) for one in event.items]
    cursor.execute(ADD, (to_json(rules),))
    cursor.execute(ADD_TITLES, (to_json(titles),))


def _title(event: str, kind: str, code: str, title: str, unit: str | None = None) -> dict[str, object]:
    return {"event": event, "kind": kind, "code": code, "title": title, "unit": unit}


# Queries.


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a division's rule, in force from `since` until its next one."""

    event: EventName
    division: Division
    version: int
    since: date
    document: str
    published_on: date


@dataclass(frozen=True, slots=True)
class Titles:
    """What categories and items were called; a code without a title is its own."""

    by_rule: dict[tuple[str, str, str], str]
    latest: dict[tuple[str, str], str]
    units: dict[tuple[str, str], str]

    def category(self, rule: str | None, code: str | None) -> str:
        """A category's title: as the rule that decided calls it, or as any rule does."""
        return self._title("category", rule, code)

    def item(self, rule: str | None, code: str | None) -> str:
        """An item's title, likewise."""
        return self._title("item", rule, code)

    def unit(self, rule: str | None, code: str | None) -> str | None:
        """What the rule that decided counts an item by; None where it does not list it."""
        return self.units.get((rule or "", code or ""))

    def _title(self, kind: str, rule: str | None, code: str | None) -> str:
        known = self.by_rule.get((rule or "", kind, code or ""))
        return known or self.latest.get((kind, code or "")) or code or ""


VERSIONS = """
SELECT event, division, version, since, document, published_on FROM read.points_rules
WHERE division LIKE %s ORDER BY division, since DESC
"""
# The rules that are asked for, and for every code the title of the latest version that has one.
TITLES = "SELECT event, kind, code, title, unit FROM read.points_rule_titles WHERE event = ANY (%s)"
LATEST = """
SELECT DISTINCT ON (kind, code) kind, code, title
FROM read.points_rule_titles JOIN read.points_rules USING (event) ORDER BY kind, code, log_index DESC
"""


def versions(conn: Connection[Any], area: Division) -> list[Version]:
    """Every version of an area and the places below it, by division, the latest first."""
    with conn.cursor(row_factory=class_row(Version)) as cursor:
        return cursor.execute(VERSIONS, (prefix(area) + "%",)).fetchall()


def titles(conn: Connection[Any], rules: Iterable[str | None] = ()) -> Titles:
    """The titles of these rules, and the latest of every code."""
    asked = sorted({rule for rule in rules if rule is not None})
    found = conn.execute(TITLES, (asked,)).fetchall()
    latest = conn.execute(LATEST).fetchall()
    return Titles(
        {(event, kind, code): title for event, kind, code, title, _ in found},
        {(kind, code): title for kind, code, title in latest},
        {(event, code): unit for event, _, code, _, unit in found if unit is not None},
    )
