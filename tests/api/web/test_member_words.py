"""Every stored word about members and households has its Chinese word, and programs can ask for the lists."""

from api.web import words
from domain import households, members
from tests.api.web.county import County


def test_stored_words_have_chinese_words() -> None:
    assert set(words.OCCUPATIONS) == members.OCCUPATIONS
    assert set(words.VETTING_REASONS) == set(members.VETTING_REASONS)
    assert set(words.SUSPENSION_REASONS) == members.SUSPENSION_REASONS
    assert set(words.EXIT_REASONS) == members.EXIT_REASONS
    assert list(words.TRAINING_LEVELS) == list(members.LEVELS)
    assert set(words.JOINING_REASONS) == households.JOINING_REASONS
    assert set(words.LEAVING_REASONS) == households.LEAVING_REASONS


def test_programs_can_ask_for_them(county: County) -> None:
    answer = county.program("lihe").get("/api/v1/members/words")
    assert answer.status_code == 200
    lists = answer.json()
    assert {one["code"]: one["outcome"] for one in lists["vetting"]} == members.VETTING_REASONS
    assert {one["code"] for one in lists["occupations"]} == members.OCCUPATIONS
