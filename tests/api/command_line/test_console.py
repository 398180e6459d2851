"""Tables line up for Chinese text, and progress goes to standard error only."""

import pytest

from api.command_line.console import Progress, table


def test_columns_line_up_where_characters_take_two_places() -> None:
    lines = table(("县", "金额"), [("横峰县", "1.00"), ("A", "20.00")]).splitlines()
    assert lines == ["县      金额", "──────  ─────", "横峰县  1.00", "A       20.00"]


def test_without_a_terminal_a_step_is_one_line_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as progress:
        for done in range(1, 101):
            progress.show("导入", done, 100)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert shown.err.startswith("导入")
    assert shown.err.endswith("100/100\n")
