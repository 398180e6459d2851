"""Every way of saying no has a Chinese sentence, and every gap in it a fact."""

import ast
import re
import string
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

import pytest

import api.commands
import api.files
import journal
from api.web import words
from api.web.messages import MESSAGES, WEB_CODES, sentence
from domain import authority, incidents, payments, persons, refusal_codes
from domain.streams import event_types
from projections.reward_payments import STATES

PACKAGES = [Path(str(package.__file__)).parent for package in (journal, api.commands, api.files)]
SOURCES = [path for folder in PACKAGES for path in folder.rglob("*.py")]


def raised_outside_the_domain() -> dict[str, set[str]]:
    """Code -> facts of every `Refusal("…", …)` in the journal, the commands and the files."""
    found: dict[str, set[str]] = {}
    for path in SOURCES:
        text = path.read_text("utf-8")
        for node in ast.walk(ast.parse(text)) if "Refusal(" in text else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refusal":
                code = node.args[0]
                assert isinstance(code, ast.Constant), f"{path}:{node.lineno}: a literal code"
                found.setdefault(str(code.value), set()).update(str(keyword.arg) for keyword in node.keywords)
    return found


@cache
def facts() -> Mapping[str, Collection[str]]:
    """Code -> facts, of all. (Read when a test asks, not by every worker that collects the tests.)"""
    return {**raised_outside_the_domain(), **refusal_codes.CODES, **WEB_CODES}


def gaps(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_code_has_a_sentence_and_every_sentence_a_code() -> None:
    assert set(MESSAGES) == set(facts())


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_every_gap_is_filled_by_a_fact(code: str) -> None:
    assert gaps(MESSAGES[code]) <= set(facts()[code])


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_a_sentence_is_whole(code: str) -> None:
    assert MESSAGES[code].endswith("。")
    assert not re.search(r"[,;!?]", MESSAGES[code]), "Chinese punctuation in Chinese text"


def test_facts_are_shown_in_words() -> None:
    assert "10.00 元" in sentence("reward.outside_band", {"amount_fen": 1000, "min_fen": 500, "max_fen": 900})
    said = sentence("chain.acted_twice", {"person_id": "x", "acted_as": "reporter", "acting_as": "verifier"})
    assert said == "同一件事里，报告人不能再当核查人。请转给没有经手过此事的同事。"
    assert "已驳回" in sentence("payout_batch.not_frozen", {"status": "rejected"})
    assert "认定为无效" in sentence("incident.already_decided", {"valid": False})
    assert "2026-01-01 08:00" in sentence("incident.handled_in_future", {"handled_at": "2026-01-01 00:00:00+00:00"})


def test_an_unknown_code_is_still_a_sentence() -> None:
    assert "brand.new" in sentence("brand.new", {"anything": 1})


def test_stored_words_have_chinese_words() -> None:
    assert set(words.ROLES) == set(persons.ROLES) == set(authority.ROLES)
    assert set(words.VERIFICATION_REASONS) == set(incidents.VERIFICATION_REASONS)
    assert set(words.VALIDITY_REASONS) == set(incidents.VALIDITY_REASONS)
    assert set(words.FAILURE_REASONS) == set(payments.FAILURE_REASONS)
    assert set(words.SOURCES) == set(incidents.SOURCES)
    assert set(words.EVENTS) == set(event_types())
    assert set(words.REWARD_STATES) == {*STATES, "reversed"}
