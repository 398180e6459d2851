"""A paper cash journal comes into a village's book whole or not at all, and twice is as good as once."""

import io
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from api.command_line.village import summary
from api.commands import county as setting_up
from api.files.cash_journal_profiles import load_cash_journal_profile
from api.files.cash_journals import JournalReading, read_cash_journal
from api.files.findings import BadFile
from api.village_importing import JournalImported, import_journal, preview_journal
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from projections import village_books
from tests.api.web.county import VILLAGE, small_county
from tests.conftest import temporary_home
from tests.village import SINCE, Village, credit, debit, village_with_book

if TYPE_CHECKING:
    from tests.conftest import Cluster

HEADERS = ("日期", "摘要", "对方科目", "往来户编号", "收入", "支出", "余额")
PROFILE = load_cash_journal_profile("cash-journal")
Cells = Sequence[object]
NEXT = Division("361125001202")


def workbook(*rows: Cells) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADERS, *rows):
        sheet.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def reading(*rows: Cells) -> JournalReading:
    return read_cash_journal(workbook(*rows), PROFILE, file="日记账.xlsx")


def codes(*rows: Cells) -> list[tuple[int | None, str]]:
    return [(one.row, one.code) for one in reading(*rows).findings]


DAY = date(2026, 10, 12)
OPENING = (None, "期初余额", None, None, None, None, 8000)
RENT = (DAY, "鱼塘发包收入", "501", None, 600, None, 8600)


def test_a_journal_is_read_with_its_balances() -> None:
    found = reading(OPENING, RENT, (DAY, "电费", "公益支出", None, None, "120.50", "8,479.50"))
    assert (found.findings, found.row_count) == ((), 3)
    assert (found.opening_fen, found.closing_fen) == (800_000, 847_950)
    assert [(one.summary, one.moved_fen) for one in found.rows] == [("鱼塘发包收入", 60_000), ("电费", -12_050)]
    assert reading(RENT).opening_fen == 800_000, "without a row of its own the opening follows from the first row"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((OPENING, (*RENT[:6], 8601)), [(3, "journal.balance")]),
        ((OPENING, (*RENT[:5], 600, 8000)), [(3, "journal.both_sides")]),
        ((OPENING, (*RENT[:4], None, None, 8000)), [(3, "journal.both_sides")]),
        (
            (OPENING, RENT, (DAY - timedelta(days=1), "电费", "514", None, None, 1, 8599)),
            [(4, "journal.day_back")],
        ),
        ((OPENING, ("昨天", *RENT[1:])), [(3, "date.unreadable")]),
        ((OPENING, (DAY, None, *RENT[2:])), [(3, "cell.missing")]),
        ((OPENING, (*RENT[:4], "六百", None, 8600)), [(3, "amount.unreadable")]),
        ((OPENING, (DAY, "付张某 13812345678 工钱", *RENT[2:])), [(3, "text.personal")]),
        ((), [(None, "sheet.no_rows")]),
    ],
)
def test_what_is_wrong_with_a_row_is_said_at_its_number(
    rows: Sequence[Cells], expected: list[tuple[int | None, str]]
) -> None:
    assert codes(*rows) == expected


def test_another_file_is_refused_whole() -> None:
    with pytest.raises(BadFile):
        read_cash_journal(b"no workbook", PROFILE, file="日记账.xlsx")


@pytest.fixture(scope="module")
def village(cluster: "Cluster") -> Iterator[Village]:
    """A village with 8,000 yuan in the bank, 200 in cash and one party."""
    access = cluster.new_database()
    with temporary_home() as home, small_county(access, home) as county:
        made = village_with_book(county.app, admin=county.admin, division=VILLAGE)
        owes = made.party("D001")
        made.opening(debit("101", 20_000), debit("102", 800_000), debit("112", 30_000, owes), credit("311", 850_000))
        made.settled()
        yield made
    cluster.drop(access)


def bank(village: Village, *more: Cells, rent: int = 600) -> bytes:
    day = village.since
    return workbook(
        OPENING,
        (day, "鱼塘发包收入", "501", None, rent, None, 8000 + rent),
        (day, "提现备用", "101", None, None, 100, 7900 + rent),
        (day, "赵承包还来", "应收款", "d001", 300, None, 8200 + rent),
        (day, "鱼塘发包收入", "501", None, rent, None, 8200 + 2 * rent),
        *more,
    )


def judged(village: Village, content: bytes, account: str = "102") -> JournalImported:
    found = read_cash_journal(content, PROFILE, file="日记账.xlsx")
    return preview_journal(village.app, reading=found, division=VILLAGE, account=account)


def imported(village: Village, content: bytes, account: str = "102") -> JournalImported:
    found = read_cash_journal(content, PROFILE, file="日记账.xlsx")
    actor = village.staff["booker"]
    done = import_journal(village.app, actor=actor, reading=found, content=content, division=VILLAGE, account=account)
    village.settled()
    return done


def lines_of(row: village_books.Voucher) -> set[tuple[str, str, int]]:
    return {(one["account"], one["side"], one["amount_fen"]) for one in row.lines}


def test_a_journal_becomes_vouchers_once(village: Village) -> None:
    """Two rows that say the same are two vouchers; the cash journal leaves what it shares with the bank to that one."""
    content = bank(village)
    first = imported(village, content)
    assert (first.drafted, first.unchanged, first.findings) == (4, 0, ())
    assert "填写凭证 4 张" in summary(first)
    position = village.app.journal.position()
    again = imported(village, content)
    assert (again.drafted, again.unchanged, village.app.journal.position()) == (0, 4, position)
    assert "没有变化" in summary(again)

    with village.app.reading.connection() as conn:
        found = village_books.vouchers_of(conn, VILLAGE)
    assert {one.status for one in found} == {"drafted"}
    assert {one.kind for one in found} == {"receipt", "transfer"}
    assert [one.source_row for one in reversed(found)] == [3, 4, 5, 6]
    moved = next(one for one in found if one.purpose == "提现备用")
    assert lines_of(moved) == {("101", "debit", 10_000), ("102", "credit", 10_000)}

    day = village.since
    cash = workbook(
        (None, "上月结转", None, None, None, None, 200),
        (day, "提现备用", "银行存款", None, 100, None, 300),
        (day, "打字复印费", "513", None, None, 45, 255),
    )
    done = imported(village, cash, account="101")
    assert (done.drafted, done.transfers, done.closing_fen, done.findings) == (1, 1, 25_500, ())


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("不存在", None), "journal.account_unknown"),
        (("102", None), "journal.account_unknown"),
        (("112", None), "journal.party_needed"),
        (("112", "D009"), "journal.party_unsuited"),
        (("501", "D001"), "journal.party_unsuited"),
    ],
)
def test_the_other_account_and_the_party_must_be_the_books(
    village: Village, row: tuple[str, str | None], code: str
) -> None:
    content = workbook(OPENING, (village.since, "收入一笔", *row, 10, None, 8010))
    found = judged(village, content)
    assert [(one.row, one.code) for one in found.findings] == [(3, code)]
    assert "没有填写任何凭证" in summary(found)


def test_days_and_balances_must_be_the_books(village: Village) -> None:
    def first(*cells: object) -> list[str]:
        return [one.code for one in judged(village, workbook(*cells)).findings]  # type: ignore[arg-type]

    before = village.since - timedelta(days=1)
    assert first(OPENING, (before, "早于村账", "501", None, 10, None, 8010)) == ["journal.before_book"]
    tomorrow = village.today + timedelta(days=1)
    assert first(OPENING, (tomorrow, "还没有到", "501", None, 10, None, 8010)) == ["time.in_future"]
    other = (None, "期初余额", None, None, None, None, 7000)
    assert first(other, (village.since, "期初不同", "501", None, 10, None, 7010)) == ["journal.opening"]
    village.drafted("别的凭证", debit("102", 500), credit("501", 500))
    village.settled()
    assert first(OPENING, (village.since, "日记账里的", "501", None, 10, None, 8010)) == ["journal.closing"]


def test_it_is_the_journal_of_cash_or_bank(village: Village) -> None:
    with pytest.raises(Refusal) as refused:
        preview_journal(village.app, reading=reading(OPENING, RENT), division=VILLAGE, account="513")
    assert refused.value.code == "village_lines.account_unknown"


def test_an_imported_voucher_is_booked_by_another_than_its_importer(village: Village) -> None:
    """The accountant who imports is the handler; somebody else has to book, as with every voucher."""
    drafted = village.drafted("经手人不能记账", debit("513", 100), credit("101", 100), by="booker")
    village.signed(drafted)
    with pytest.raises(Refusal) as refused:
        village.book(drafted)
    assert refused.value.code == "chain.acted_twice"


def test_the_layout_is_data(tmp_path: Path) -> None:
    ours = tmp_path / "ours.toml"
    ours.write_text(
        'name = "ours"\ntitle = "我们的"\nsheet = 1\nheader_row = 1\nopenings = []\n[columns]\nday = "日期"\n'
    )
    with pytest.raises(BadFile):
        load_cash_journal_profile(ours)


def test_a_closed_month_takes_nothing(village: Village) -> None:
    places = [setting_up.NewPlace(NEXT, "城西村")]
    setting_up.register_places(
        village.app, actor=village.admin, key="next-village", new=places, since=SINCE, on=village.today
    )
    other = village_with_book(village.app, admin=village.admin, division=NEXT)
    other.settled()
    other.closed()
    other.settled()
    content = workbook((None, "期初余额", *(None,) * 4, 0), (other.since, "收入一笔", "501", None, 10, None, 10))
    found = preview_journal(
        village.app, reading=read_cash_journal(content, PROFILE, file="日记账.xlsx"), division=NEXT, account="102"
    )
    assert [one.code for one in found.findings] == ["journal.month_closed"]
