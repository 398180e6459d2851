"""Every way of saying no is listed once, with its facts, and a test provokes it."""

import ast
import re
from pathlib import Path

import domain
from domain import refusal_codes

HERE = Path(__file__)
SOURCES = sorted(Path(domain.__file__).parent.rglob("*.py"))


def refusals_raised():
    """Yield (code, names of facts, where) of every `Refusal("…", …)` in the domain."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refusal":
                assert isinstance(node.args[0], ast.Constant), f"{path.name}:{node.lineno}: a literal code"
                facts = tuple(str(keyword.arg) for keyword in node.keywords)
                yield node.args[0].value, facts, f"{path.name}:{node.lineno}"


def test_the_list_and_the_code_agree():
    raised = {code for code, _, _ in refusals_raised()}
    assert raised == set(refusal_codes.DOMAIN)


def test_a_refusal_always_brings_the_facts_that_are_listed():
    wrong = [where for code, facts, where in refusals_raised() if facts != refusal_codes.DOMAIN[code]]
    assert wrong == []


def test_the_list_is_sorted_and_its_codes_are_well_formed():
    assert list(refusal_codes.DOMAIN) == sorted(refusal_codes.DOMAIN)
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", code) for code in refusal_codes.CODES)
    assert not set(refusal_codes.DOMAIN) & set(refusal_codes.RECORDING)


def test_a_test_here_provokes_every_refusal():
    tests = "".join(path.read_text("utf-8") for path in HERE.parent.rglob("test_*.py") if path != HERE)
    unprovoked = [code for code in refusal_codes.DOMAIN if code not in tests.replace("\\", "")]
    assert unprovoked == []
