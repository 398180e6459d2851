"""A county's code is typed whole, and nothing is added to it silently."""

import argparse

import pytest

from api.command_line.import_places import add_arguments


def county(text: str) -> str:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return str(parser.parse_args(["--county", text, "a.csv"]).county)


@pytest.mark.parametrize("text", ["361125", "361125000000"])
def test_six_digits_or_all_twelve_name_a_county(text: str) -> None:
    assert county(text) == "361125000000"


@pytest.mark.parametrize("text", ["50022", "3611", "3611250", "36112500000", "36112５", "横峰", ""])
def test_another_number_of_digits_is_told_what_a_code_is(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        county(text)
    assert "县的代码是 6 位数字" in capsys.readouterr().err


def test_a_province_is_no_county(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        county("360000")
    assert "应为县级代码" in capsys.readouterr().err
