"""How far each budget is used: appropriated, still available, promised, paid — in total and month by month.

The figures come from the postings of the book `ind` alone, so they are the ledger's own: available + committed +
spent is what was appropriated.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.budgets import BudgetAppropriated
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
    documents      jsonb NOT NULL
);

-- What each month changed: months are effective months, amounts are fen.
CREATE TABLE budget_execution_months (
    budget_id        uuid NOT NULL REFERENCES budget_executions,
    month            text NOT NULL,
    appropriated_fen bigint NOT NULL,
    available_fen    bigint NOT NULL,
    committed_fen    bigint NOT NULL,
    spent_fen        bigint NOT NULL,
    PRIMARY KEY (budget_id, month)
);
"""

TYPES = frozenset(name for name, cls in event_types().items() if "postings" in cls.__annotations__)

INSERT_BUDGETS = """
INSERT INTO budget_executions (budget_id, unit, project, spending_class, year, documents)
SELECT budget_id, unit, project, spending_class, year, documents
FROM json_populate_recordset(NULL::budget_executions, %s)
ON CONFLICT (budget_id) DO UPDATE SET documents = budget_executions.documents || EXCLUDED.documents
"""

ADD_TO_MONTHS = """
INSERT INTO budget_execution_months AS stored
SELECT * FROM json_populate_recordset(NULL::budget_execution_months, %s)
ON CONFLICT (budget_id, month) DO UPDATE SET
    appropriated_fen = stored.appropriated_fen + EXCLUDED.appropriated_fen,
    available_fen = stored.available_fen + EXCLUDED.available_fen,
    committed_fen = stored.committed_fen + EXCLUDED.committed_fen,
    spent_fen = stored.spent_fen + EXCLUDED.spent_fen
"""

# Debit is positive; `appropriated` is the source side, whose growth is a credit.
_SIGN = {"appropriated": -1, "available": 1, "committed": 1, "spent": 1}


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """Add budgets, then what the postings to their accounts moved, one row a budget and month."""
    budgets: dict[str, dict[str, Any]] = {}
    months: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(_SIGN, 0))
    for recorded in events:
        if isinstance(recorded.event, BudgetAppropriated):
            _appropriated(budgets, recorded, recorded.event)
        for account, commodity, amount in recorded.postings:
            if account.startswith("ind:"):
                _, column, budget_id = account.split(":")
                if commodity != CNY:
                    raise ValueError(f"{account}: a budget is kept in CNY, not {commodity}")
                months[budget_id, month_of(recorded.on)][column] += _SIGN[column] * amount
    if budgets:
        cursor.execute(INSERT_BUDGETS, (to_json(budgets.values()),))
    if months:
        _add_to_months(cursor, months)


def _appropriated(budgets: dict[str, dict[str, Any]], recorded: Recorded, event: BudgetAppropriated) -> None:
    budget_id = identity(recorded)
    row = budgets.setdefault(
        budget_id,
        {
            "budget_id": budget_id,
            "unit": event.unit,
            "project": event.project,
            "spending_class": event.spending_class,
            "year": event.year,
            "documents": [],
        },
    )
    row["documents"].append({"document": event.document, "amount_fen": event.amount_fen, "on": recorded.line.on})


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
    """One budget and its totals, as of the model's position. `documents` are {document, amount_fen, on}."""

    budget_id: UUID
    unit: Division
    project: str
    spending_class: str
    year: int
    documents: list[dict[str, Any]]
    appropriated_fen: int
    available_fen: int
    committed_fen: int
    spent_fen: int
    position: int

    @property
    def balanced(self) -> bool:
        """Whether everything appropriated is available, committed or spent."""
        return self.appropriated_fen == self.available_fen + self.committed_fen + self.spent_fen

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
    available_to_date_fen: int
    committed_to_date_fen: int
    spent_to_date_fen: int


_TOTALS = """
SELECT budget.budget_id, unit, project, spending_class, year, documents,
    sum(appropriated_fen)::bigint AS appropriated_fen, sum(available_fen)::bigint AS available_fen,
    sum(committed_fen)::bigint AS committed_fen, sum(spent_fen)::bigint AS spent_fen,
    (SELECT position FROM read.positions WHERE model = 'budget_executions') AS position
FROM read.budget_executions budget JOIN read.budget_execution_months USING (budget_id)
"""

ONE = f"{_TOTALS} WHERE budget_id = %s GROUP BY budget.budget_id"

OF_YEAR = f"""
{_TOTALS} WHERE year = %(year)s AND unit LIKE %(prefix)s
GROUP BY budget.budget_id ORDER BY unit, project, spending_class
"""

MONTHS = """
SELECT month, appropriated_fen, committed_fen, spent_fen,
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
