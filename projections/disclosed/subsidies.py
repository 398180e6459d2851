"""Subsidy lists as they are disclosed, from the read model. Twin: `audit.rules.disclosed.subsidies`."""

from collections import defaultdict
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from domain.kernel import disclosed_subsidies
from domain.kernel.disclosed_subsidies import ListRecord, Payee
from domain.kernel.places import Division, prefix
from projections import subsidies
from projections.disclosed.frame import Made, Parameters, Subject

QUERY: Final = disclosed_subsidies.QUERY
MODELS: Final = (subsidies,)

LISTS = """
SELECT list_id, version, list.division, title, standard.document, unit, sensitive, period, list.standard_fen,
    list.log_index
FROM read.subsidy_lists list JOIN read.subsidy_programmes programme USING (programme_id)
JOIN read.subsidy_standards standard ON standard.event = list.standard
WHERE list.division LIKE %s AND status = 'holding'
"""
LINES = """
SELECT list_id, kind, payee_id, quantity_milli, amount_fen
FROM read.subsidy_lines line JOIN read.subsidy_lists list USING (list_id, version)
WHERE division LIKE %s AND status = 'holding'
"""


def document(conn: Connection[Any], *, division: Division, period: str, parameters: Parameters, position: int) -> Made:
    """The lists that hold for the period, and who gets how much."""
    below = (prefix(division) + "%",)
    payees = defaultdict[UUID, list[Payee]](list)
    for list_id, kind, payee_id, quantity_milli, amount_fen in conn.execute(LINES, below):
        payees[list_id].append((kind, str(payee_id), quantity_milli, amount_fen))
    lists = [_list(row, payees[row[0]]) for row in conn.execute(LISTS, below).fetchall()]
    made = disclosed_subsidies.document(
        lists, division=division, period=period, parameters=parameters, position=position
    )
    subjects = tuple(Subject(kind, UUID(identity)) for kind, identity in made.payees)
    return Made(made.document, {"payees": subjects} if len(made.document.tables) > 1 else {})


def _list(row: tuple[Any, ...], payees: list[Payee]) -> ListRecord:
    list_id, version, division, title, document_, unit, sensitive, period, standard_fen, index = row
    head = (str(list_id), division, title, document_, unit, sensitive, period, version, standard_fen)
    return ListRecord(*head, tuple(payees), index)
