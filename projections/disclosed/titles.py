"""What the disclosures of single occasions are called: the title of the meeting, or of the programme of a subsidy list.

What must not be broken: of a programme whose payees are nobody's business no title is given, so that a village with few
of them is not told apart by it. The titles are public texts of events, and no part of any disclosed document's bytes.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from psycopg import Connection

from domain.kernel.disclosed import ONCE, once

TITLES: Final = """
SELECT meeting_id, title FROM read.meetings WHERE meeting_id = ANY (%(ids)s::uuid[])
UNION ALL
SELECT DISTINCT list_id, programme.title FROM read.subsidy_lists
JOIN read.subsidy_programmes programme USING (programme_id)
WHERE list_id = ANY (%(ids)s::uuid[]) AND NOT sensitive
"""


def titles(conn: Connection[Any], periods: Iterable[str]) -> Mapping[str, str]:
    """The titles of those of the periods that are what happened once (`once-<uuid>`), by period; others are absent.

    Nothing is asked where there is none, which is most pages. The models may be behind by what came in this moment: a
    disclosure is drafted from models that already know what it is about.
    """
    ids = {happened for period in periods if (happened := once(period)) is not None}
    if not ids:
        return {}
    return {f"{ONCE}{identity}": title for identity, title in conn.execute(TITLES, {"ids": sorted(ids)})}
