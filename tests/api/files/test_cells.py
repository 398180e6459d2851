"""One cell at a time: what is read, and what is refused rather than guessed."""

from datetime import date, datetime, time, timedelta, timezone
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.files import cells
from api.files.cells import CellError
from api.files.findings import REASONS

CHINA = timezone(timedelta(hours=8))
moment = partial(cells.moment, spellings=("%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S"), zone=CHINA)
yuan = partial(cells.amount, unit="yuan")
fen = partial(cells.amount, unit="fen")


@pytest.mark.parametrize(
    ("parse", "cell", "value"),
    [
        (cells.raw_text, 2549.0, "2549"),
        (cells.raw_text, 7, "7"),
        (cells.long_text, "\n\t\n 路灯\r\n\t不亮 \n\xa0\u3000", "路灯\n\t不亮"),
        (cells.long_text, "a\x0bb\u2028c\x85d", "a\nb\nc\nd"),
        (cells.long_text, "e\u0301", "\u00e9"),
        (cells.line_of_text, "  李 \n 四 ", "李 四"),
        (cells.whole_number, "00000012", 12),
        (cells.whole_number, "１２", 12),
        (cells.whole_number, 12.0, 12),
        (cells.account_number, " 6222 0212 3456 7890 123 ", "6222021234567890123"),
        (cells.account_number, "６２２２０２１２３４５６", "622202123456"),
        (cells.account_number, "0012345", "0012345"),
        (cells.cnaps_code, "", ""),
        (cells.cnaps_code, "402433100014", "402433100014"),
        (cells.cnaps_code, 402433100014.0, "402433100014"),
        (yuan, "1,234.50", 123450),
        (yuan, "￥ １０", 1000),
        (yuan, "¥10.5", 1050),
        (yuan, 10.5, 1050),
        (yuan, 0.07, 7),
        (yuan, 20.0, 2000),
        (yuan, 20, 2000),
        (fen, "1,050", 1050),
        (fen, "1050", 1050),
        (cells.day, "20261122", date(2026, 11, 22)),
        (cells.day, "2026-1-2", date(2026, 1, 2)),
        (cells.day, "2026/11/22", date(2026, 11, 22)),
        (cells.day, "２０２６年11月22日", date(2026, 11, 22)),
        (cells.day, date(2026, 11, 22), date(2026, 11, 22)),
        (cells.day, datetime(2026, 11, 22, 9, tzinfo=CHINA), date(2026, 11, 22)),
        (moment, "2019/4/25 9:32:09", datetime(2019, 4, 25, 9, 32, 9, tzinfo=CHINA)),
        (moment, "2019-04-25 09:32:09", datetime(2019, 4, 25, 9, 32, 9, tzinfo=CHINA)),
        (moment, datetime.fromisoformat("2019-04-08T08:37:19.999990"), datetime(2019, 4, 8, 8, 37, 20, tzinfo=CHINA)),
    ],
)
def test_what_is_read(parse, cell, value):
    assert parse(cell) == value


@pytest.mark.parametrize(
    ("parse", "cell", "code"),
    [
        (cells.raw_text, True, "cell.not_text"),
        (cells.raw_text, 3.5, "cell.not_text"),
        (cells.raw_text, float(2**53), "cell.not_text"),
        (cells.raw_text, date(2026, 1, 1), "cell.not_text"),
        (cells.long_text, "a\x00b", "cell.control_character"),
        (cells.long_text, "a\ud800", "cell.control_character"),
        (cells.long_text, "字" * 32_768, "cell.too_long"),
        (cells.line_of_text, "字" * 141, "cell.too_long"),
        (cells.payee_text, "张\u200b三", "cell.control_character"),
        (cells.payee_text, "\u202e张三", "cell.control_character"),
        (cells.identifier, "", "cell.missing"),
        (cells.identifier, "-1", "id.unreadable"),
        (cells.identifier, "x" * 36, "id.unreadable"),
        (cells.identifier, "批次一", "id.unreadable"),
        (cells.whole_number, "-1", "cell.not_a_number"),
        (cells.whole_number, "1.5", "cell.not_a_number"),
        (cells.whole_number, "二", "cell.not_a_number"),
        (cells.whole_number, "²", "cell.not_a_number"),
        (cells.whole_number, "1" * 5000, "cell.too_long"),
        (cells.account_number, "6.22E+18", "account.ruined"),
        (cells.account_number, "6.22202E+18", "account.ruined"),
        (cells.account_number, "6E+18", "account.ruined"),
        (cells.account_number, "６．２２Ｅ＋１８", "account.ruined"),
        (cells.account_number, 6.22e18, "account.number_cell"),
        (cells.account_number, 123456.0, "account.number_cell"),
        (cells.account_number, "", "cell.missing"),
        (cells.account_number, "12*45", "account.unreadable"),
        (cells.account_number, "=6222021", "account.unreadable"),
        (cells.cnaps_code, "40243310001", "cnaps.unreadable"),
        (yuan, "", "cell.missing"),
        (yuan, "10.005", "amount.decimals"),
        (yuan, "1,23.00", "amount.unreadable"),
        (yuan, "10元", "amount.unreadable"),
        (yuan, "1e3", "amount.unreadable"),
        (yuan, "-10", "amount.not_positive"),
        (yuan, 0.1 + 0.2, "amount.decimals"),
        (yuan, float("nan"), "cell.not_text"),
        (yuan, float("inf"), "cell.not_text"),
        (yuan, "1" * 5000, "amount.unreadable"),
        (fen, "10.50", "amount.unreadable"),
        (fen, "1050.000", "amount.unreadable"),
        (partial(cells.positive_amount, unit="fen"), "0", "amount.not_positive"),
        (cells.day, "2026-02-30", "date.unreadable"),
        (cells.day, "2026-11/22", "date.unreadable"),
        (cells.day, "0209-01-01", "time.out_of_range"),
        (cells.day, "20261122.0", "date.unreadable"),
        (moment, "2018/4/24", "time.day_only"),
        (moment, "2019/2/30 9:00:00", "time.unreadable"),
        (moment, "", "cell.missing"),
        (moment, date(2018, 4, 24), "time.day_only"),
        (moment, time(9, 0), "time.unreadable"),
        (moment, 43580.39, "time.unreadable"),
        (moment, "0209/4/1 9:00:00", "time.out_of_range"),
    ],
)
def test_what_is_refused(parse, cell, code):
    with pytest.raises(CellError) as refused:
        parse(cell)
    assert refused.value.code == code
    assert code in REASONS


@pytest.mark.parametrize(
    ("parse", "cell", "shown"),
    [
        (cells.day, "0001/1/1", "0001/1/1"),
        (cells.day, date(209, 1, 1), "0209-01-01"),
        (moment, "0209/4/1 9:00:00", "0209/4/1 9:00:00"),
    ],
)
def test_a_year_out_of_range_is_shown_as_it_was_written(parse, cell, shown):
    with pytest.raises(CellError) as refused:
        parse(cell)
    assert (refused.value.code, refused.value.shown) == ("time.out_of_range", shown)


@given(st.integers(0, 10**14), st.sampled_from(["yuan", "fen"]))
def test_an_amount_is_read_back_as_written(amount_fen, unit):
    assert cells.amount(cells.amount_text(amount_fen, unit=unit), unit=unit) == amount_fen


@given(st.integers(0, 10**9))
def test_an_amount_in_a_number_cell_is_exact_to_the_fen(amount_fen):
    assert cells.amount(amount_fen / 100, unit="yuan") == amount_fen


CELLS = st.one_of(
    st.text(), st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes(), st.times(), st.timedeltas()
)
PARSERS = [
    cells.long_text, cells.line_of_text, cells.payee_text, cells.identifier, cells.whole_number, cells.cnaps_code,
    cells.account_number, yuan, fen, cells.day, moment,
]  # fmt: skip


@given(CELLS, st.sampled_from(PARSERS))
def test_any_cell_is_read_or_refused(cell, parse):
    try:
        outcome = parse(cell)
    except CellError as refused:
        outcome = REASONS[refused.code].format_map(refused.facts)
    assert outcome is not None
