"""A page as files: what CSV, JSON and the data package say is one and the same, digest for digest."""

import csv
import hashlib
import io
import json

import pytest

from api.public.sheets import Field, Files, Sheet, content_of
from domain.kernel.refusals import Refusal

FIELDS = (
    Field("name", "姓名"),
    Field("count", "条数", "number"),
    Field("amount_fen", "金额（元）", "fen"),
    Field("paid", "到账", "bool"),
    Field("on", "日期", "date"),
)
ROWS = [("张*国", 3, 3050, True, "2026-11-03"), ("=1+1", 1, -5, False, None)]
FILES = Files(
    address="/v/361125001201/rewards/2026-10/data",
    title="城东村 2026年10月奖励",
    origin="mingzhang.example/361125",
    position=42,
    figures={"amount_fen": 3045},
    sheets=(Sheet("rewards", "奖励", FIELDS, ROWS),),
)


def test_a_table_opens_in_a_spreadsheet_and_runs_nothing() -> None:
    content = content_of(FILES, "rewards.csv")
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows[0] == [one.title for one in FIELDS]
    assert rows[1:] == [["张*国", "3", "30.50", "是", "2026-11-03"], ["'=1+1", "1", "-0.05", "否", ""]]


def test_a_program_reads_whole_fen() -> None:
    page = json.loads(content_of(FILES, "page.json"))
    assert page["tables"]["rewards"][0] == {
        "name": "张*国",
        "count": 3,
        "amount_fen": 3050,
        "paid": True,
        "on": "2026-11-03",
    }
    assert (page["position"], page["figures"]) == (42, {"amount_fen": 3045})


def test_the_package_gives_each_file_its_digest_and_its_columns() -> None:
    package = json.loads(content_of(FILES, "datapackage.json"))
    (resource,) = package["resources"]
    content = content_of(FILES, resource["path"])
    assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert resource["bytes"] == len(content)
    heading = content.decode(resource["encoding"]).splitlines()[0]
    assert heading == ",".join(one["name"] for one in resource["schema"]["fields"])
    assert package["name"] == "v-361125001201-rewards-2026-10"
    names = ("rewards.csv", "page.json", "datapackage.json")
    assert [address for address, _ in FILES.offered] == [f"{FILES.address}/{name}" for name in names]


@pytest.mark.parametrize("name", ["rewards.xlsx", "../page.json", "", "REWARDS.CSV"])
def test_no_other_file_is_there(name: str) -> None:
    with pytest.raises(Refusal, match=r"page\.unknown"):
        content_of(FILES, name)
