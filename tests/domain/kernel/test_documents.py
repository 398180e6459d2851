"""A document has one spelling; what is not that spelling is no document. Periods are what can be owed."""

from dataclasses import replace
from datetime import date

import pytest

from domain.kernel import disclosed
from domain.kernel.documents import Column, Document, Table, parse, reference_of, row_name
from domain.kernel.places import Division

DOCUMENT = Document(
    kind="rewards",
    division=Division("361125001201"),
    period="2026-10",
    query="rewards/1",
    parameters={"small_count_min": "3"},
    position=120,
    sentence={"fen": 1_000, "count": 1},
    tables=(Table("payees", (Column("reference", "ref"), Column("day", "date")), (("0f1e2d3c", None),), {}),),
    withheld={"sensitive_below": 3},
)


def test_the_bytes_are_those_of_ever():
    """Golden: digests of such bytes stand in journals."""
    assert DOCUMENT.digest() == "e3ec91428a3add5191385eb07f2d5754f65f48a576e538471d52ca6812b2b1af"
    assert DOCUMENT.row_count == 1


def test_it_reads_back_and_nothing_else_does():
    content = DOCUMENT.canonical()
    assert parse(content) == DOCUMENT
    for other in (
        b"",
        b"[]",
        b"{}",
        content.rstrip(b"\n"),
        content.replace(b'"v":1', b'"v":2'),
        content.replace(b'"ref"', b'"name"'),
        content.replace(b",null]", b"]"),
        content.replace(b":", b": ", 1),
        b"[" * 100_000,
    ):
        with pytest.raises(ValueError, match=r"not a document|Expecting|Extra"):
            parse(other)


def test_a_row_and_a_person_are_called_by_little():
    assert row_name("payees", 12) == "payees:12"
    assert reference_of("0f1e2d3c-0000-4000-8000-000000000000") == "0f1e2d3c"


def test_another_position_is_another_document():
    assert replace(DOCUMENT, position=121).digest() != DOCUMENT.digest()


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("2026-10", True),
        ("2026-Q4", True),
        ("2026", True),
        ("once-0f1e2d3c-0000-4000-8000-000000000000", True),
        ("once-0F1E2D3C-0000-4000-8000-000000000000", False),
        ("once-", False),
        ("2026-Q5", False),
        ("", False),
    ],
)
def test_periods(text, known):
    assert disclosed.is_period(text) is known


def test_months_of_a_period():
    assert disclosed.months("2026-Q4") == ("2026-10", "2026-11", "2026-12")
    assert disclosed.months("2026-02") == ("2026-02",)
    assert len(disclosed.months("2026")) == 12
    with pytest.raises(ValueError, match="a period is written"):
        disclosed.months("once-0f1e2d3c-0000-4000-8000-000000000000")


@pytest.mark.parametrize(
    ("frequency", "since", "expected"),
    [
        ("monthly", date(2026, 8, 1), ["2026-08", "2026-09", "2026-10"]),
        ("monthly", date(2026, 8, 2), ["2026-09", "2026-10"]),
        ("quarterly", date(2026, 1, 1), ["2026-Q1", "2026-Q2", "2026-Q3"]),
        ("quarterly", date(2026, 10, 1), []),
        ("at_once", date(2026, 1, 1), []),
        ("never", date(2026, 1, 1), []),
    ],
)
def test_what_falls_due(frequency, since, expected):
    assert [*disclosed.falling_due(frequency, since=since, today=date(2026, 11, 22))] == expected


def test_a_period_is_not_owed_on_its_last_day():
    assert [*disclosed.falling_due("monthly", since=date(2026, 10, 1), today=date(2026, 10, 31))] == []
