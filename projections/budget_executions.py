"""How far each budget is used: appropriated, still available, promised, paid, lapsed — in total and month by month.

The figures come from the postings of the book `ind` alone, so they are the ledger's own: available + committed +
spent + lapsed is what was appropriated.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.accounts import SHIPPED
from domain.budgets import BudgetAdjusted, BudgetAppropriated, BudgetClosed
from domain.kernel.calendar import Month, month_of
from domain.kernel.places import Division, prefix
from domain.kernel.postings import CNY
from domain.kernel.rates import Rate
from domain.streams import event_types
from journal.codec import Recorded
from projections.rows import MissingRow, WriteCursor, identity, to_json

NAME = "budget_executions"

DDL = """
CREATE TABLE budget_executions (
    budget_id      uuid PRIMARY KEY,
    unit           text NOT NULL,
    project        text NOT NULL,
    spending_class text NOT NULL,
    year           integer NOT NULL,
    documents      jsonb NOT NULL, -- what each gave, or took back (with a reason)
    chart          text NOT NULL, -- the version of a chart that the accounts are of
    funds          text NOT NULL, -- the account that is paid out of
    closed_on      date
);

-- What each month changed: months are effective months, amounts are fen.
CREATE TABLE budget_execution_months (
    budget_id        uuid NOT NULL REFERENCES budget_executions,
    month            text NOT NULL,
    appropriated_fen bigint NOT NULL,
    available_fen    bigint NOT NULL,
    committed_fen    bigint NOT NULL,
    spent_fen        bigint NOT NULL,
    lapsed_fen       bigint NOT NULL,
    PRIMARY KEY (budget_id, month)
);
"""

TYPES = frozenset(name for name, cls in event_types().items() if "postings" in cls.__annotations__)

INSERT_BUDGETS = """
INSERT INTO budget_executions (budget_id, unit, project, spending_class, year, documents, chart, funds)
SELECT budget_id, unit, project, spending_class, year, documents, chart, funds
FROM json_populate_recordset(NULL::budget_executions, %s)
ON CONFLICT (budget_id) DO UPDATE SET documents = budget_executions.documents || EXCLUDED.documents
"""

CHANGE_BUDGETS = """
UPDATE budget_executions stored
SET documents = stored.documents || change.documents, closed_on = coalesce(stored.closed_on, change.closed_on)
FROM json_populate_recordset(NULL::budget_executions, %s) change WHERE stored.budget_id = change.budget_id
"""

ADD_TO_MONTHS = """
INSERT INTO budget_execution_months AS stored
SELECT * FROM json_populate_recordset(NULL::budget_execution_months, %s)
ON CONFLICT (budget_id, month) DO UPDATE SET
    appropriated_fen = stored.appropriated_fen + EXCLUDED.appropriated_fen,
    available_fen = stored.available_fen + EXCLUDED.available_fen,
    committed_fen = stored.committed_fen + EXCLUDED.committed_fen,
    spent_fen = stored.spent_fen + EXCLUDED.spent_fen,
    lapsed_fen = stored.lapsed_fen + EXCLUDED.lapsed_fen
"""

# Debit is positive; `appropriated` is the source side, whose growth is a credit.
_SIGN = {"appropriated": -1, "available": 1, "committed": 1, "spent": 1, "lapsed": 1}


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """Add budgets, then what the postings to their accounts moved, one row a budget and month."""
    budgets: dict[str, dict[str, Any]] = {}
    changes: dict[str, dict[str, Any]] = {}
    months: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(_SIGN, 0))
    for recorded in events:
        match recorded.event:
            case BudgetAppropriated() as event:
                _appropriated(budgets, recorded, event)
            case BudgetAdjusted() as event:
                told = {"document": event.document, "amount_fen": event.amount_fen, "reason": event.reason}
                _changed(changes, recorded)["documents"].append({**told, "on": recorded.line.on})
            case BudgetClosed():
                changed = _changed(changes, recorded)
                changed["closed_on"] = changed["closed_on"] or recorded.line.on
        for account, commodity, amount in recorded.postings:
            if account.startswith("ind:"):
                _, column, budget_id = account.split(":")
                if commodity != CNY:
                    raise ValueError(f"{account}: a budget is kept in CNY, not {commodity}")
                months[budget_id, month_of(recorded.on)][column] += _SIGN[column] * amount
    if budgets:
        cursor.execute(INSERT_BUDGETS, (to_json(budgets.values()),))
    if changes:
        cursor.execute(CHANGE_BUDGETS, (to_json(changes.values()),))
    if months:
        _add_to_months(cursor, months)


def _appropriated(budgets: dict[str, dict[str, Any]], recorded: Recorded, event: BudgetAppropriated) -> None:
    budget_id, of = identity(recorded), event.accounts or SHIPPED
    row = budgets.setdefault(
        budget_id,
        {
            "budget_id": budget_id,
            "unit": event.unit,
            "project": event.project,
            "spending_class": event.spending_class,
            "year": event.year,
            "documents": [],
            # Only the first of a budget's events names them; a row that is there keeps its own.
            "chart": of.chart,
            "funds": of.funds,
        },
    )
    row["documents"].append({"document": event.document, "amount_fen": event.amount_fen, "on": recorded.line.on})


def _changed(changes: dict[str, dict[str, Any]], recorded: Recorded) -> dict[str, Any]:
    """What some events change in a budget that is there."""
    budget_id = identity(recorded)
    return changes.setdefault(budget_id, {"budget_id": budget_id, "documents": [], "closed_on": None})


def _add_to_months(cursor: WriteCursor, months: dict[tuple[str, str], dict[str, int]]) -> None:
    rows = [
        {
            "budget_id": budget_id,
            "month": month,
            **{f"{column}_fen": amount for column, amount in changes.items()},
        }
        for (budget_id, month), changes in sorted(months.items())
    ]
    known = cursor.execute(
        "SELECT count(*) FROM budget_executions WHERE budget_id = ANY (%s::uuid[])",
        (list({budget_id for budget_id, _ in months}),),
    ).fetchone()
    if known is None or known[0] != len({budget_id for budget_id, _ in months}):
        raise MissingRow("budget_executions: a posting to a budget that was never appropriated")
    cursor.execute(ADD_TO_MONTHS, (to_json(rows),))


# Queries.


@dataclass(frozen=True, slots=True)
class Budget:
    """One budget and its totals, as of the model's position. `documents` are {document, amount_fen, on}, those that
    adjusted it with a reason; `chart` gave its accounts, `funds` is the one that it is paid out of; `closed_on`: since
    then nothing is charged to it.
    """

    budget_id: UUID
    unit: Division
    project: str
    spending_class: str
    year: int
    documents: list[dict[str, Any]]
    chart: str
    funds: str
    closed_on: date | None
    appropriated_fen: int
    available_fen: int
    committed_fen: int
    spent_fen: int
    lapsed_fen: int
    position: int

    @property
    def adjusted_fen(self) -> int:
        """What later documents gave, less what they took back."""
        return sum(one["amount_fen"] for one in self.documents if "reason" in one)

    @property
    def balanced(self) -> bool:
        """Whether everything appropriated is available, committed, spent or lapsed."""
        used_fen = self.committed_fen + self.spent_fen + self.lapsed_fen
        return self.appropriated_fen == self.available_fen + used_fen

    @property
    def execution(self) -> Rate | None:
        """How much of what was appropriated is spent, in fen; None where the figures cannot be true."""
        if not 0 <= self.spent_fen <= self.appropriated_fen:
            return None
        return Rate(self.spent_fen, self.appropriated_fen, self.position)


@dataclass(frozen=True, slots=True)
class BudgetMonth:
    """What one effective month changed, and where the budget stood at its end (`*_to_date_fen`)."""

    month: Month
    appropriated_fen: int
    committed_fen: int
    spent_fen: int
    lapsed_fen: int
    available_to_date_fen: int
    committed_to_date_fen: int
    spent_to_date_fen: int


_TOTALS = """
SELECT budget.budget_id, unit, project, spending_class, year, documents, chart, funds, closed_on,
    sum(appropriated_fen)::bigint AS appropriated_fen, sum(available_fen)::bigint AS available_fen,
    sum(committed_fen)::bigint AS committed_fen, sum(spent_fen)::bigint AS spent_fen,
    sum(lapsed_fen)::bigint AS lapsed_fen,
    (SELECT position FROM read.positions WHERE model = 'budget_executions') AS position
FROM read.budget_executions budget JOIN read.budget_execution_months USING (budget_id)
"""

ONE = f"{_TOTALS} WHERE budget_id = %s GROUP BY budget.budget_id"

OF_YEAR = f"""
{_TOTALS} WHERE year = %(year)s AND unit LIKE %(prefix)s
GROUP BY budget.budget_id ORDER BY unit, project, spending_class
"""

MONTHS = """
SELECT month, appropriated_fen, committed_fen, spent_fen, lapsed_fen,
    (sum(available_fen) OVER so_far)::bigint AS available_to_date_fen,
    (sum(committed_fen) OVER so_far)::bigint AS committed_to_date_fen,
    (sum(spent_fen) OVER so_far)::bigint AS spent_to_date_fen
FROM read.budget_execution_months WHERE budget_id = %s
WINDOW so_far AS (ORDER BY month) ORDER BY month
"""


def one(conn: Connection[Any], budget_id: UUID) -> Budget | None:
    """One budget, or None."""
    with conn.cursor(row_factory=class_row(Budget)) as cursor:
        return cursor.execute(ONE, (budget_id,)).fetchone()


def of_year(conn: Connection[Any], year: int, *, area: Division) -> list[Budget]:
    """The budgets of a year whose unit lies in an area."""
    with conn.cursor(row_factory=class_row(Budget)) as cursor:
        return cursor.execute(OF_YEAR, {"year": year, "prefix": prefix(area) + "%"}).fetchall()


def months(conn: Connection[Any], budget_id: UUID) -> list[BudgetMonth]:
    """A budget month by month, the earliest first."""
    with conn.cursor(row_factory=class_row(BudgetMonth)) as cursor:
        return cursor.execute(MONTHS, (budget_id,)).fetchall()
