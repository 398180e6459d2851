"""What was earned in a period, by whom, and whether it arrived: the rewards as they are disclosed.

What must not be broken: every live reward of the period is in the sentence and in exactly one row or in `withheld`; of
sensitive reports no row is shown, and where they are few, no sum either: few of a place in a month, so that what is
shown of an area or a year less what is shown of its places or months tells nothing of them. Documents from before
PLACE_BY_PLACE took the whole area and period at once. Twin: `audit.rules.disclosed.rewards`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from domain.kernel.disclosed import months
from domain.kernel.documents import PLACE_BY_PLACE, Column, Document, Row, Table
from domain.kernel.places import Division, prefix
from projections import reward_payments
from projections.disclosed.frame import Made, Parameters, Subject
from projections.reward_payments import REWARDS_WITH_STATE

QUERY: Final = "rewards/1"
MODELS: Final = (reward_payments,)
COLUMNS: Final = (
    Column("reference", "ref"),
    Column("state", "code"),
    Column("count", "int"),
    Column("fen", "fen"),
    Column("booked_on", "date"),
)

# The grouping keeps the order of first granting, which is the order of the journal.
EARNED = f"""
SELECT payee_id, state, sensitive, count(*) AS count, sum(amount_fen)::bigint AS fen,
    max(booked_on) AS booked_on, min(log_index) AS first_index,
    CASE WHEN sensitive THEN accrual_month ELSE '' END AS month, CASE WHEN sensitive THEN division ELSE '' END AS place
FROM ({REWARDS_WITH_STATE}) reward
WHERE accrual_month = ANY (%s) AND division LIKE %s
GROUP BY payee_id, state, sensitive, month, place ORDER BY first_index, state
"""  # noqa: S608 - text of ours


@dataclass(frozen=True, slots=True)
class _Group:
    """The rewards of one payee in one state; sensitive ones by month and place."""

    payee_id: UUID
    state: str
    sensitive: bool
    count: int
    fen: int
    booked_on: Any
    first_index: int
    month: str
    place: str

    @property
    def cell(self) -> tuple[str, str]:
        return self.month, self.place


def document(conn: Connection[Any], *, division: Division, period: str, parameters: Parameters, position: int) -> Made:
    """The rewards accrued in the period's months, in the division or below it, by payee and state."""
    values = (list(months(period)), prefix(division) + "%")
    found = [_Group(*row) for row in conn.execute(EARNED, values)]
    least, by_place = int(parameters["small_count_min"]), PLACE_BY_PLACE.items() <= parameters.items()
    hidden = Counter[tuple[str, str] | None]()
    for one in found:
        if one.sensitive:
            hidden[one.cell if by_place else None] += one.count
    few = any(count < least for count in hidden.values())
    counted = [one for one in found if not one.sensitive or hidden[one.cell if by_place else None] >= least]
    unnamed = [one for one in counted if one.sensitive]
    shown = [one for one in counted if not one.sensitive and one.state != "reversed"]
    withheld: dict[str, int] = {"sensitive_below": least} if few else {}
    if unnamed:
        withheld |= {"sensitive_count": sum(one.count for one in unnamed)}
        withheld |= {"sensitive_fen": sum(one.fen for one in unnamed)}
    table = Table(
        "payees",
        COLUMNS,
        tuple(_row(one) for one in shown),
        {"count": sum(one.count for one in shown), "fen": sum(one.fen for one in shown)},
    )
    made = Document(
        kind="rewards",
        division=division,
        period=period,
        query=QUERY,
        parameters=parameters,
        position=position,
        sentence=_sentence(counted) if not by_place else _sentence(counted) | _named(shown, unnamed),
        tables=(table,),
        withheld=withheld,
    )
    return Made(made, {"payees": tuple(Subject("person", one.payee_id) for one in shown)})


def _row(one: _Group) -> Row:
    day = one.booked_on.isoformat() if one.booked_on is not None and one.state == "arrived" else None
    return str(one.payee_id), one.state, one.count, one.fen, day


def _sentence(groups: Sequence[_Group]) -> dict[str, int]:
    live = [one for one in groups if one.state != "reversed"]
    figures = {"payees": len({one.payee_id for one in live}), **_sums("", live)}
    for state in reward_payments.STATES:
        figures |= _sums(f"{state}_", [one for one in live if one.state == state])
    return figures | _sums("reversed_", [one for one in groups if one.state == "reversed"])


def _named(shown: Sequence[_Group], unnamed: Sequence[_Group]) -> dict[str, int]:
    """How many have a row; and how many live rewards have none, where there are any."""
    count = sum(one.count for one in unnamed if one.state != "reversed")
    return {"payees": len({one.payee_id for one in shown}), **({"unnamed_count": count} if count else {})}


def _sums(name: str, groups: Sequence[_Group]) -> dict[str, int]:
    return {f"{name}count": sum(one.count for one in groups), f"{name}fen": sum(one.fen for one in groups)}
