"""The register of reports: who works for others sees those of his area, as he asks, on pages and as a file."""

import csv
import io
import re

import pytest

from tests.api.web.county import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, County
from tests.api.web.registers import month_before, signed_in, valid_reports


@pytest.fixture(scope="module")
def filled(county: County) -> County:
    """Two reports decided valid last October, and one of today that waits."""
    valid_reports(county, 2, by="zhangjianguo", on=month_before(county))
    county.reported()
    assert county.app.caught_up(county.app.journal.position())
    return county


def rows(html: str) -> list[str]:
    """The rows of the page's table."""
    return re.findall(r"<tr>\n<td.*?</tr>", html, re.DOTALL)


def test_what_is_asked_is_what_stands_there_and_in_the_file(filled: County) -> None:
    client = signed_in(filled, "chenjing")
    everything = client.get("/staff/incidents")
    assert everything.status_code == 200
    assert len(rows(everything.text)) == 3
    valid = client.get("/staff/incidents", params={"status": "valid", "area": VILLAGE, "source": "wechat"}).text
    assert len(rows(valid)) == 2
    assert all("有效" in row and "微信群（代录）" in row for row in rows(valid))
    day = month_before(filled).isoformat()
    assert len(rows(client.get("/staff/incidents", params={"until": day}).text)) == 2
    assert "没有。" in client.get("/staff/incidents", params={"category": "没有这一类"}).text
    file = client.get("/staff/files/incidents.csv", params={"status": "valid", "area": COUNTY})
    told = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [(one["进度"], one["区划代码"], one["认定日"] != "") for one in told] == [("有效", VILLAGE, True)] * 2
    assert all(one["编号"] in valid for one in told)
    assert client.get("/staff/files/incidents.xlsx").content.startswith(b"PK")


@pytest.mark.parametrize(
    ("login", "asked", "status"),
    [
        ("zhangjianguo", {}, 403),
        ("lihe", {"area": OTHER_TOWNSHIP}, 403),
        ("lihe", {"area": TOWNSHIP}, 200),
        ("chenjing", {"status": "lost"}, 422),
        ("chenjing", {"since": "2026-02-30"}, 422),
        ("chenjing", {"after": "nowhere"}, 404),
    ],
)
def test_who_sees_what(filled: County, login: str, asked: dict[str, str], status: int) -> None:
    client = signed_in(filled, login)
    for path in ("/staff/incidents", "/staff/files/incidents.csv"):
        if "after" in asked and path.endswith("csv"):
            continue
        answer = client.get(path, params=asked)
        assert answer.status_code == status, (path, answer.headers.get("location"))
