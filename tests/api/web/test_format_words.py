"""Whatever the core says about keys, notes, checkpoints and policies has its Chinese."""

import ast
import re
from pathlib import Path

import pytest

import journal
from api.web.format_words import said
from api.web.messages import sentence
from journal.keys import KeyFileError, read_secret
from journal.note import NoteError, VerifierKey
from journal.trust import Policy, PolicyError

MODULES = ("trust", "note", "keys", "checkpoint")
ERRORS = {"PolicyError", "NoteError", "KeyFileError", "CheckpointError"}


def messages() -> list[str]:
    """Every message raised there, its gaps filled with a number, which fits all of them."""
    found = []
    for module in MODULES:
        source = Path(str(journal.__file__)).with_name(f"{module}.py").read_text("utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS and node.args:
                parts = node.args[0].values if isinstance(node.args[0], ast.JoinedStr) else [node.args[0]]
                found.append("".join(str(part.value) if isinstance(part, ast.Constant) else "12" for part in parts))
    return found


def test_every_message_of_the_formats_has_its_chinese() -> None:
    known = messages()
    assert len(known) >= 50
    unknown = [text for text in known if text != "12: 12" and not re.search(r"[\u4e00-\u9fff]", said(text))]
    assert unknown == []


def test_a_policys_fault_is_told_with_its_line() -> None:
    with pytest.raises(PolicyError) as raised:
        Policy.parse(b"nonsense here\nquorum none\n")
    assert said(raised.value).startswith("第 1 行：看不懂这一行")
    told = sentence("log.policy_malformed", {"problem": str(raised.value)})
    assert told.startswith("这份策略读不懂：第 1 行：看不懂这一行")


def test_a_keys_fault_is_told() -> None:
    with pytest.raises(NoteError) as raised:
        VerifierKey.parse("no key")
    assert said(raised.value).startswith("公钥应写作")


def test_a_missing_key_file_is_told_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError) as raised:
        read_secret(tmp_path / "vault.key")
    assert said(raised.value) == f"{tmp_path / 'vault.key'}：没有这个文件或文件夹"


def test_what_nobody_foresaw_stays_as_it_is() -> None:
    assert said("brand new trouble") == "brand new trouble"
