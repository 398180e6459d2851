"""A line without references is shown with every payment that it may be, and why."""

from datetime import date

import pytest

from domain.kernel.ids import derived
from domain.kernel.matches import Part
from domain.suggestions import Known, contradicts, proposals
from tests.domain.test_matching import line, paid


def shown(name="张建国", account="6222000000000001", text="") -> Known:
    return Known(name, account, text)


def test_account_name_and_amount_in_a_window_are_proposed_with_reasons():
    entry = line(1, booked_on=date(2026, 11, 6))
    found = proposals([(entry, shown(text="摘要 BANK1"))], [(paid(1), shown())])
    assert [(one.key, one.part, one.agrees, one.days) for one in found.proposals] == [
        (entry.key, Part(derived("payment", 1), -1000), ("amount", "account", "name", "reference"), 3)
    ]
    assert found.differing == ()


@pytest.mark.parametrize(
    ("said", "candidate"),
    [
        (shown("张*国"), True),
        (shown(account="6222********0001"), True),
        (shown(account="****0001"), True),
        (shown("张建军"), False),
        (shown(account="6222000000000002"), False),
        (shown(account="6222********0002"), False),
    ],
)
def test_masked_names_and_accounts_agree_where_nothing_speaks_against_them(said, candidate):
    found = proposals([(line(1), said)], [(paid(1), shown())])
    assert bool(found.proposals) is candidate


def test_the_right_account_under_another_name_is_a_difference():
    found = proposals([(line(1), shown("李四"))], [(paid(1), shown())])
    assert [(one.kind, one.payment_id) for one in found.differing] == [("wrong_account_or_name", derived("payment", 1))]


def test_outside_the_window_nothing_is_proposed():
    assert proposals([(line(1, booked_on=date(2026, 11, 20)), shown())], [(paid(1), shown())]).proposals == ()


def test_every_candidate_is_shown():
    found = proposals([(line(1), shown())], [(paid(1), shown()), (paid(2), shown())])
    assert [one.part.payment_id for one in found.proposals] == sorted([derived("payment", 1), derived("payment", 2)])


@pytest.mark.parametrize(
    ("name", "account", "contradicting"),
    [
        ("张建国", "6222000000000001", False),
        ("", "", False),
        ("***", "********", False),
        ("张 建 国", "6222 0000 0000 0001", False),
        ("张*国", "6222********0001", False),
        ("*建国", "0001", False),
        ("张…", "…0001", False),
        ("李四", "6222000000000001", True),
        ("李*", "", True),
        ("张建国", "6222000000000002", True),
        ("", "6222********0002", True),
        ("张建国", "0002", True),
        ("", "622200000000", True),
    ],
)
def test_only_what_a_line_shows_can_contradict_the_payee(name, account, contradicting):
    assert contradicts(Known(name, account), Known("张建国", "6222000000000001")) is contradicting


def test_a_dot_in_a_name_is_written_in_many_ways_and_an_erased_payee_contradicts_nobody():
    assert not contradicts(Known("阿依古丽•买买提", ""), Known("阿依古丽·买买提", ""))
    assert not contradicts(Known("李四", "6222"), Known("", ""))
