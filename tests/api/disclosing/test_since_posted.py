"""What is entered for a period after it was posted is seen by whoever posted it, and by everybody."""

from argparse import Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from api.command_line import disclose
from api.web.disclosed.since_posted import COMPARED
from domain.kernel.documents import Document
from projections.disclosed import frame
from projections.disclosed.makers import MAKERS
from tests.api.public.disclosing import posted, seat_reviewer
from tests.api.web.county import VILLAGE, County, copied_county
from tests.api.web.registers import signed_in
from tests.village import Village, credit, debit, village_with_book

if TYPE_CHECKING:
    from tests.conftest import Cluster

PUBLIC = "公示以后，这一期的账又有变动：多了 1 行。"
STAFF = "公布以后，这一期的账又有变动：多了 1 行。"
COMMAND = "公布以后账又有变动"


@pytest.fixture(scope="module")
def county(cluster: "Cluster") -> Iterator[County]:
    with copied_county(cluster, rehearsal=True) as made:
        yield made


@pytest.fixture(scope="module")
def village(county: County) -> Village:
    """Its book's first month is over, and rent was paid in it."""
    found = village_with_book(county.app, admin=county.admin, division=VILLAGE)
    found.booked("鱼塘发包收入", debit("102", 60_000), credit("501", 60_000))
    seat_reviewer(county)
    return found


def said_by_command(village: Village, capsys: pytest.CaptureFixture[str]) -> str:
    disclose.look(village.app, Namespace(action="due", division=VILLAGE))
    return capsys.readouterr().out


def test_what_is_booked_for_a_posted_month_is_to_be_corrected(
    county: County, village: Village, capsys: pytest.CaptureFixture[str]
) -> None:
    month, finances = str(village.month), {"kind": "village_finances", "division": VILLAGE}
    own, _ = posted(county, month, **finances)
    everybody, clerk = county.browser(), signed_in(county, "chenjing")
    page, for_staff = f"/v/{VILLAGE}/disclosures/village_finances/{month}", f"/staff/disclosures/{own}"
    assert PUBLIC not in everybody.get(page).text
    assert STAFF not in clerk.get(for_staff).text
    assert COMMAND not in said_by_command(village, capsys)

    village.booked("漏记的一笔收入", debit("102", 20_000), credit("501", 20_000))
    village.settled()
    assert PUBLIC in everybody.get(page).text
    assert STAFF in clerk.get(for_staff).text
    assert "多了 1 行" in said_by_command(village, capsys).partition(COMMAND)[2]

    posted(county, month, **finances, reason="补上漏记的收入")
    assert PUBLIC not in everybody.get(page).text
    assert PUBLIC not in everybody.get(f"{page}/1").text, "that it was corrected says enough"
    assert STAFF not in clerk.get(for_staff).text
    assert COMMAND not in said_by_command(village, capsys)


@pytest.mark.parametrize("kind", COMPARED)
def test_what_is_compared_is_there_and_about_nobody(county: County, village: Village, kind: str) -> None:
    document = _now(county, kind, str(village.month))
    compared = [table for table in document.tables if table.name in COMPARED[kind]]
    assert {table.name for table in compared} == COMPARED[kind]
    assert not any(column.type == "ref" for table in compared for column in table.columns)


def _now(county: County, kind: str, period: str) -> Document:
    with county.app.reading.connection() as conn:
        asked = {"division": VILLAGE, "period": period, "parameters": {"small_count_min": "3"}}
        return frame.make(conn, MAKERS[kind], **asked).document
