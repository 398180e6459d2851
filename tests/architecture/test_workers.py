"""What lets several workers share one test run: they find the same tests, and begin with the longest files."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import LONGEST_FIRST

TESTS = Path(__file__).parents[1]
EACH_TIME_ANOTHER = frozenset({"randbelow", "token_bytes", "token_hex", "token_urlsafe", "uuid4"})


def test_every_file_that_begins_is_there() -> None:
    assert [path for path in LONGEST_FIRST if not (TESTS / path).is_file()] == []


def test_no_test_is_named_after_chance() -> None:
    """A value of `parametrize` is part of the name; workers that find different names run nothing at all."""
    found = [
        f"{path.relative_to(TESTS)}:{call.lineno}"
        for path in sorted(TESTS.rglob("test_*.py"))
        for call in _calls_in_parameters(ast.parse(path.read_text("utf-8")))
        if _called(call) in EACH_TIME_ANOTHER
    ]
    assert found == []


def _calls_in_parameters(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        for decorator in node.decorator_list:
            named = isinstance(decorator, ast.Call) and any(keyword.arg == "ids" for keyword in decorator.keywords)
            if isinstance(decorator, ast.Call) and _called(decorator) == "parametrize" and not named:
                yield from (one for one in ast.walk(decorator) if isinstance(one, ast.Call))


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""
