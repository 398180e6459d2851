"""What the books say of a period otherwise than what was posted of it: somebody entered it, or changed it, afterwards.

What must not be broken: only rows that their period alone decides are compared. Where a project stands, or what a
contract brings in later, goes on by itself and makes no posted page wrong.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from psycopg import Connection

from domain.kernel.document_changes import Changes, changes
from domain.kernel.documents import Document
from projections.disclosed import frame
from projections.disclosed.frame import NotTogether
from projections.disclosed.makers import MAKERS

COMPARED: Final[Mapping[str, frozenset[str]]] = {
    "village_finances": frozenset({"income", "expenses", "distribution", "other"}),
    "meetings": frozenset({"meetings", "resolutions"}),
}
"""Kind -> the tables whose rows their period alone decides; nobody stands in them."""


def since_posted(conn: Connection[Any], posted: Document) -> Changes | None:
    """How the rows differ by now from a posted document; None where they do not, where its kind is not compared, and
    where the read models do not stand together just now. `conn` has no transaction open.
    """
    if posted.kind not in COMPARED:
        return None
    asked: dict[str, Any] = {"division": posted.division, "period": posted.period, "parameters": posted.parameters}
    try:
        now = frame.make(conn, MAKERS[posted.kind], **asked).document
    except (NotTogether, KeyError, ValueError):
        return None
    found = changes(_compared(posted), _compared(now), about_before={}, about_after={})
    return None if found.nothing else found


def _compared(document: Document) -> Document:
    """Only what is compared."""
    tables = tuple(replace(one, totals={}) for one in document.tables if one.name in COMPARED[document.kind])
    return replace(document, tables=tables, sentence={}, withheld={})
