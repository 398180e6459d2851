"""How far the budgets of a year are used at the end of a period, from the postings of the book `ind` alone.

Twin: `projections.disclosed.budget`. Rows by unit, project and class.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import ClassVar, Final, NamedTuple

from audit.entries import Entry
from audit.rules.disclosed.fold import Parameters
from audit.shapes import MONEY_TYPES
from domain.kernel.disclosed import months
from domain.kernel.documents import Column, Document, Row, Table
from domain.kernel.places import Division, contains

_FIGURES: Final = (
    "appropriated_fen",
    "spent_fen",
    "committed_fen",
    "available_fen",
    "lapsed_fen",
    "spent_in_period_fen",
)
_COLUMNS: Final = (
    Column("unit", "place"),
    Column("project", "text"),
    Column("spending_class", "text"),
    *(Column(name, "fen") for name in _FIGURES),
)
# Debit is positive; `appropriated` is the source side, whose growth is a credit.
_SIGN: Final[Mapping[str, int]] = {"appropriated": -1, "available": 1, "committed": 1, "spent": 1, "lapsed": 1}


class _Budget(NamedTuple):
    """What a budget is for, and what each month changed, by column."""

    unit: str
    project: str
    spending_class: str
    year: int
    months: defaultdict[str, dict[str, int]]


class Budget:
    """The budgets, as the postings so far made them."""

    query: ClassVar[str] = "budget/1"
    types: ClassVar[frozenset[str]] = frozenset(MONEY_TYPES)

    def __init__(self) -> None:
        self._budgets: dict[str, _Budget] = {}

    def apply(self, entry: Entry) -> None:
        """Take one event in."""
        data = entry.data
        if entry.type == "budget.appropriated/1" and entry.identity not in self._budgets:
            named = data["unit"], data["project"], data["spending_class"], data["year"]
            self._budgets[entry.identity] = _Budget(*named, defaultdict(lambda: dict.fromkeys(_SIGN, 0)))
        for account, _, amount in entry.postings:
            if account.startswith("ind:"):
                _, _, rest = account.partition(":")
                column, _, identity = rest.partition(":")
                budget = self._budgets.get(identity)
                if budget is not None and column in _SIGN:
                    budget.months[entry.on[:7]][column] += _SIGN[column] * amount

    def document(self, *, division: Division, period: str, parameters: Parameters, position: int) -> Document:
        """The budgets of the period's year whose unit lies in the division, as they stand at the period's end."""
        asked = months(period)
        rows = sorted(
            _row(one, asked[0], asked[-1])
            for one in self._budgets.values()
            if one.year == int(asked[0][:4])
            and contains(division, Division(one.unit))
            and any(month <= asked[-1] for month in one.months)
        )
        totals = {name: sum(int(row[place] or 0) for row in rows) for place, name in enumerate(_FIGURES, start=3)}
        return Document(
            kind="budget",
            division=division,
            period=period,
            query=self.query,
            parameters=parameters,
            position=position,
            sentence={"budgets": len(rows), **totals},
            tables=(Table("budgets", _COLUMNS, tuple(rows), totals),),
        )


def _row(one: _Budget, first: str, last: str) -> Row:
    to_date = [changes for month, changes in one.months.items() if month <= last]
    within = sum(changes["spent"] for month, changes in one.months.items() if first <= month <= last)
    names = ("appropriated", "spent", "committed", "available", "lapsed")
    sums = (sum(changes[name] for changes in to_date) for name in names)
    return one.unit, one.project, one.spending_class, *sums, within
