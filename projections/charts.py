"""The charts of accounts that were published: each version with its accounts, and which of them holds now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from domain.charts import ChartPublished, code_of
from journal.codec import Recorded
from projections.rows import WriteCursor, to_json

NAME = "charts"

DDL = """
CREATE TABLE charts (
    log_index    bigint PRIMARY KEY,
    event        text NOT NULL,
    name         text NOT NULL,
    code         text NOT NULL,
    system       text NOT NULL,
    document     text NOT NULL,
    uses         jsonb NOT NULL,
    published_on date NOT NULL
);
CREATE TABLE chart_accounts (
    log_index bigint NOT NULL,
    number    integer NOT NULL,
    account   text NOT NULL,
    name      text NOT NULL,
    side      text NOT NULL,
    parent    text,
    PRIMARY KEY (log_index, number)
);
"""

TYPES = frozenset({"chart.published/1"})

ADD_CHART = "INSERT INTO charts SELECT * FROM json_populate_recordset(NULL::charts, %s)"
ADD_ACCOUNTS = "INSERT INTO chart_accounts SELECT * FROM json_populate_recordset(NULL::chart_accounts, %s)"


@dataclass(frozen=True, slots=True)
class PublishedChart:
    """A version of a chart. `uses` are pairs of role and account, as the event has them."""

    log_index: int
    event: str
    name: str
    code: str
    system: str
    document: str
    uses: list[dict[str, str]]
    published_on: date


@dataclass(frozen=True, slots=True)
class AccountNamed:
    """An account of a version: its name, the side where its balance usually stands, what is above it.

    `number` is its place in the chart, from 1.
    """

    account: str
    number: int
    name: str
    side: str
    parent: str | None
    chart: str


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """Add versions; nothing is ever changed."""
    for recorded in events:
        event = recorded.event
        if not isinstance(event, ChartPublished):
            raise TypeError(f"{type(event).__name__} is not an event of this read model")
        chart = {
            "log_index": recorded.index,
            "event": recorded.name,
            "name": event.name,
            "code": code_of(event.name),
            "system": event.system,
            "document": event.document,
            "uses": [{"role": use.role, "account": use.account} for use in event.uses],
            "published_on": recorded.line.on,
        }
        accounts = [
            {
                "log_index": recorded.index,
                "number": number,
                "account": one.account,
                "name": one.name,
                "side": one.side,
                "parent": one.parent,
            }
            for number, one in enumerate(event.accounts, start=1)
        ]
        cursor.execute(ADD_CHART, (to_json([chart]),))
        cursor.execute(ADD_ACCOUNTS, (to_json(accounts),))


# Queries.

PUBLISHED = "SELECT * FROM read.charts ORDER BY code, log_index DESC"

# Known at a position, the version that held then names the accounts.
ACCOUNTS = """
SELECT DISTINCT ON (account.account) account.account, number, account.name, side, parent, chart.name AS chart
FROM (
    SELECT DISTINCT ON (code) log_index, name FROM read.charts
    WHERE %(known_at)s::bigint IS NULL OR log_index < %(known_at)s ORDER BY code, log_index DESC
) chart JOIN read.chart_accounts account USING (log_index)
ORDER BY account.account, log_index DESC
"""


def published(conn: Connection[Any]) -> list[PublishedChart]:
    """Every version of every chart, the newest of each first."""
    with conn.cursor(row_factory=class_row(PublishedChart)) as cursor:
        return cursor.execute(PUBLISHED).fetchall()


LISTED = """
SELECT account, number, account.name, side, parent, chart.name AS chart
FROM read.charts chart JOIN read.chart_accounts account USING (log_index) ORDER BY code, log_index DESC, number
"""


def listed(conn: Connection[Any]) -> list[AccountNamed]:
    """The accounts of every version, the newest of each chart first."""
    with conn.cursor(row_factory=class_row(AccountNamed)) as cursor:
        return cursor.execute(LISTED).fetchall()


MARKED = "SELECT uses FROM read.charts WHERE code = %s ORDER BY log_index DESC LIMIT 1"


def marked(conn: Connection[Any], code: str, *, role: str) -> list[str]:
    """The accounts that the newest version of a chart uses for a role, its own first; none where there is no chart."""
    found = conn.execute(MARKED, (code,)).fetchone()
    return [use["account"] for use in (found[0] if found is not None else []) if use["role"] == role]


def accounts(conn: Connection[Any], *, known_at: int | None = None) -> list[AccountNamed]:
    """The accounts of the newest version of each chart (among the first `known_at` events), in their order."""
    with conn.cursor(row_factory=class_row(AccountNamed)) as cursor:
        return cursor.execute(ACCOUNTS, {"known_at": known_at}).fetchall()
