"""Promises and meetings as villagers read them: one sentence first, and a word for every column and code."""

import pytest

from api.web.disclosed import commitments, meetings
from domain.affairs.projects import OUTCOMES
from domain.kernel.documents import Column
from domain.kernel.quorums import MEETING_KINDS
from projections.disclosed import commitments as promised
from projections.disclosed import meetings as met


@pytest.mark.parametrize(
    ("words", "columns"),
    [
        (commitments.WORDS.tables["commitments"], promised.COLUMNS),
        (meetings.WORDS.tables["meetings"], met.MEETINGS),
        (meetings.WORDS.tables["resolutions"], met.RESOLUTIONS),
        (meetings.WORDS.tables["projects"], met.PROJECTS),
    ],
)
def test_every_column_has_a_word_and_every_code_column_its_codes(words, columns: tuple[Column, ...]) -> None:
    assert list(words.columns) == [one.name for one in columns]
    assert set(words.codes) == {one.name for one in columns if one.type == "code"}


def test_every_code_has_a_word() -> None:
    assert set(commitments.STATES) == set(promised.STATES)
    codes = meetings.WORDS.tables
    assert set(codes["meetings"].codes["kind"]) == MEETING_KINDS
    assert set(codes["meetings"].codes["state"]) == {"called", "held", "cancelled"}
    assert set(codes["resolutions"].codes["result"]) == {"passed", "not_passed"}
    assert set(codes["projects"].codes["state"]) >= {"proposed", "contracted", "accepted"} | OUTCOMES


def test_the_sentence_says_first_what_was_kept_and_what_was_not() -> None:
    figures = dict.fromkeys(("count", *promised.STATES), 0)
    say = commitments.WORDS.sentence
    assert say(figures) == "这一期没有公开承诺。"
    kept = {**figures, "count": 3, "fulfilled": 2, "late": 1}
    assert say(kept) == "共有 3 项公开承诺，已兑现 3 项，其中晚于期限 1 项，没有到期未兑现的。"
    broken = {**figures, "count": 5, "fulfilled": 1, "running": 1, "due": 1, "overdue": 1, "withdrawn": 1}
    assert say(broken) == ("共有 5 项公开承诺，已兑现 1 项，办理中、未到期 1 项，到期没有兑现 2 项，撤回 1 项。")


def test_the_sentence_says_how_many_met_and_what_is_built() -> None:
    figures = {"count": 0, "held": 0, "resolutions": 0, "passed": 0, "projects": 0, "budget_fen": 0}
    say = meetings.WORDS.sentence
    assert say(figures) == "这一期没有召集会议。"
    assert say({**figures, "count": 1}) == "共召集会议 1 次，开成 0 次。"
    more = {"count": 2, "held": 1, "resolutions": 2, "passed": 1, "projects": 1, "budget_fen": 5_000_000}
    assert say(more) == ("共召集会议 2 次，开成 1 次，表决 2 项，通过 1 项；据此立项 1 个微项目，预算共 50,000.00 元。")
