"""A document as people read it: every row once, under its number; names as published; nothing without a word."""

from dataclasses import replace

import pytest

from api.public.document_tables import Reader
from api.web.disclosed.words import KindWords, TableWords
from domain.kernel.documents import NUMBERED, Column, Document, Row, ShownName, Table
from domain.kernel.places import Division

VILLAGE = Division("361125001201")
COLUMNS = (
    Column("reference", "ref"),
    Column("state", "code"),
    Column("place", "place"),
    Column("count", "int"),
    Column("fen", "fen"),
    Column("on", "date"),
)
WORDS = KindWords(
    title="奖励",
    sentence=lambda figures: f"共 {figures['count']} 条。",
    tables={
        name: TableWords(
            title=f"表{name}",
            columns={
                "reference": "姓名",
                "state": "状态",
                "place": "村",
                "count": "条数",
                "fen": "金额",
                "on": "到账日期",
            },
            codes={"state": {"arrived": "已到账"}},
            chart=("place", "fen"),
        )
        for name in ("a", "b", "c")
    },
    withheld={"sensitive_count": "不列：{n} 条", "sensitive_fen": "不列：{n}"},
)


def document(*sizes: int) -> Document:
    tables = []
    for name, size in zip("abc", sizes, strict=False):
        rows: tuple[Row, ...] = tuple(
            (f"{n:08x}", "arrived", VILLAGE, 1000 + n, 123456 + n, None if n % 2 else "2026-11-03") for n in range(size)
        )
        tables.append(Table(name, COLUMNS, rows, {"fen": sum(int(row[4] or 0) for row in rows)}))
    return Document("rewards", VILLAGE, "2026-10", "rewards/1", {}, 9, {"count": 2}, tuple(tables))


def reader(*sizes: int) -> Reader:
    return Reader(document(*sizes), WORDS, {"a:1": ShownName("张*国", "")}, {VILLAGE: "城东村"})


def test_a_row_is_in_words() -> None:
    (part,), following = reader(2).page()
    assert following is None
    assert part.rows[0].cells == ("张*国 00000000", "已到账", "城东村", "1,000", "1,234.56", "2026-11-03")
    assert part.rows[1].cells == ("（未具名或已删除） 00000001", "已到账", "城东村", "1,001", "1,234.57", "—")
    assert [row.name for row in part.rows] == ["a:1", "a:2"]
    assert part.totals == ("", "", "", "", "2,469.13", "")
    assert part.headings[4] == ("金额", True)
    assert "1,234.57 元" in part.chart.svg()


@pytest.mark.parametrize("sizes", [(0,), (0, 0), (3, 0, 2), (4, 4), (0, 4), (4, 0), (9, 1, 8), (4, 0, 4)])
def test_every_row_is_on_one_page_and_every_table_on_some(sizes: tuple[int, ...]) -> None:
    seen, titles, totals, after = list[str](), list[str](), 0, 0
    while True:
        parts, following = reader(*sizes).page(after=after, rows_max=4)
        rows = [row.name for part in parts for row in part.rows]
        assert len(rows) <= 4
        assert rows or not any(sizes)
        seen += rows
        titles += [part.title for part in parts]
        totals += sum(part.totals is not None for part in parts)
        if following is None:
            break
        assert following > after
        after = following
    assert seen == [f"{name}:{n}" for name, size in zip("abc", sizes, strict=False) for n in range(1, size + 1)]
    assert set(titles) == {f"表{name}" for name in "abc"[: len(sizes)]}
    assert totals == len(sizes), "each table's sum stands once, at its end"


def test_a_reference_finds_its_own_rows_and_a_row_its_name() -> None:
    found = reader(3, 2).of_references({"00000001"})
    assert [(part.title, [row.name for row in part.rows]) for part in found] == [("表a", ["a:2"]), ("表b", ["b:2"])]
    assert reader(3).of_references({"deadbeef"}) == []
    told = "姓名 （未具名或已删除） 00000001，状态 已到账，村 城东村，条数 1,001，金额 1,234.57"
    assert reader(3).said_of("a:2") == told, "a day that is not there is not spoken of"
    for name in ("a:0", "a:4", "z:1", "a", ""):
        assert reader(3).said_of(name) is None


def test_the_files_say_what_the_page_says() -> None:
    (sheet,) = reader(1).sheets()
    assert [one.title for one in sheet.fields] == [
        "序号",
        "姓名",
        "姓名的编号",
        "状态",
        "村",
        "条数",
        "金额（元）",
        "到账日期",
    ]
    assert sheet.rows == [(1, "张*国", "00000000", "已到账", "城东村", 1000, 123456, "2026-11-03")]


def test_a_document_that_counts_people_shows_the_secret_reference_alone() -> None:
    shown = {"a:1": ShownName("张*国", "K7F2QM"), "a:2": ShownName("", "9Y4TAC")}
    counted = replace(document(3), parameters=NUMBERED)
    (part,), _ = Reader(counted, WORDS, shown, {}).page()
    assert [row.cells[0] for row in part.rows] == ["张*国 K7F2QM", "（未具名或已删除） 9Y4TAC", "（未具名或已删除）"]
    (found,) = Reader(counted, WORDS, shown, {}).of_references({"9Y4TAC", "00000002"})
    assert [row.name for row in found.rows] == ["a:2"]
    (sheet,) = Reader(counted, WORDS, shown, {}).sheets()
    assert [row[1:3] for row in sheet.rows] == [
        ("张*国", "K7F2QM"),
        ("（未具名或已删除）", "9Y4TAC"),
        ("（未具名或已删除）", None),
    ]


def test_what_has_no_word_is_an_error() -> None:
    odd = Document(
        "x", VILLAGE, "2026", "x/1", {}, 1, {}, (Table("a", (Column("strange", "text"),), (("x",),)),), {"strange": 1}
    )
    with pytest.raises(KeyError):
        Reader(odd, WORDS, {}, {}).page()
    with pytest.raises(KeyError):
        WORDS.left_out(odd.withheld)
    assert WORDS.left_out({"sensitive_count": 1200, "sensitive_fen": 5}) == ["不列：1,200 条", "不列：0.05 元"]
