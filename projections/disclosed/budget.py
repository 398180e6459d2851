"""How far the budgets of a year are used at the end of a period: the execution as it is disclosed.

What must not be broken: appropriated = available + committed + spent + lapsed, in every row. Twin:
`audit.rules.disclosed.budget`. Rows by unit, project and class.
"""

from typing import Any, Final

from psycopg import Connection

from domain.kernel.disclosed import months
from domain.kernel.documents import Column, Document, Row, Table
from domain.kernel.places import Division, prefix
from projections import budget_executions
from projections.disclosed.frame import Made, Parameters

QUERY: Final = "budget/1"
MODELS: Final = (budget_executions,)
FIGURES: Final = (
    "appropriated_fen",
    "spent_fen",
    "committed_fen",
    "available_fen",
    "lapsed_fen",
    "spent_in_period_fen",
)
COLUMNS: Final = (
    Column("unit", "place"),
    Column("project", "text"),
    Column("spending_class", "text"),
    *(Column(name, "fen") for name in FIGURES),
)

EXECUTED: Final = """
SELECT unit, project, spending_class, sum(appropriated_fen)::bigint, sum(spent_fen)::bigint,
    sum(committed_fen)::bigint, sum(available_fen)::bigint, sum(lapsed_fen)::bigint,
    coalesce(sum(spent_fen) FILTER (WHERE month >= %(first)s), 0)::bigint
FROM read.budget_executions JOIN read.budget_execution_months USING (budget_id)
WHERE year = %(year)s AND unit LIKE %(prefix)s AND month <= %(last)s
GROUP BY budget_id, unit, project, spending_class
"""


def document(conn: Connection[Any], *, division: Division, period: str, parameters: Parameters, position: int) -> Made:
    """The budgets of the period's year whose unit lies in the division, as they stand at the period's end."""
    asked = months(period)
    values = {"year": int(asked[0][:4]), "prefix": prefix(division) + "%", "first": asked[0], "last": asked[-1]}
    rows: list[Row] = sorted(conn.execute(EXECUTED, values).fetchall())
    totals = {name: sum(int(row[place] or 0) for row in rows) for place, name in enumerate(FIGURES, start=3)}
    made = Document(
        kind="budget",
        division=division,
        period=period,
        query=QUERY,
        parameters=parameters,
        position=position,
        sentence={"budgets": len(rows), **totals},
        tables=(Table("budgets", COLUMNS, tuple(rows), totals),),
    )
    return Made(made)
