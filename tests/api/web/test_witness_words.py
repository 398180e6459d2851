"""What witnesses say, what a quorum lacks, what fsck finds: each in Chinese, with its numbers and names."""

import ast
import inspect

import pytest

from api.web.examination_words import MEANINGS, words_of
from api.web.witness_words import lacking, observed_in_words, problem
from journal import acquaintance, cosigning, fsck
from journal.fsck import Finding
from journal.observed import End, Mark, Observed, Sighting
from journal.trust import Policy

SAID = {
    "it did not answer in time": "没有及时回答",
    "it cannot be reached: [Errno 111] Connection refused": "连不上",
    "it has seen 34 entries, this checkpoint has 30": "它见证过 34 条，这个检查点只有 30 条",
    "it refused with 403: no valid signature": "它不认这个检查点上的账本密钥",
    "it refused with 418: a teapot": "拒绝（HTTP 418）",
    "it could not be asked: a short read": "问不了",
}


@pytest.mark.parametrize("text", SAID)
def test_what_a_witness_answers(text: str) -> None:
    assert SAID[text] in problem(text)


def test_no_problem_that_the_core_can_name_is_left_in_english() -> None:
    named = [
        text
        for module in (cosigning, acquaintance)
        for text in _strings(ast.parse(inspect.getsource(module)))
        if text.startswith(("it ", "its ", "no address", "the newest"))
    ]
    assert len(named) >= 8
    assert [text for text in named if problem(text) == text] == []


def _strings(tree: ast.AST) -> list[str]:
    """Every text of a module, the gaps of its f-strings filled with a number."""
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            found.append("".join(str(part.value) if isinstance(part, ast.Constant) else "12" for part in node.values))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            found.append(node.value)
    return [text for text in found if "\n" not in text and not text.endswith(".")]


def test_what_a_quorum_lacks() -> None:
    assert lacking("witness w1 has not cosigned") == "见证人 w1 还没有签名"
    assert lacking("group both needs 2 of 3 members and has 1") == "组 both 的 3 个成员里要有 2 个签名，现有 1 个"
    assert Policy(quorum="none")._missing("w9", frozenset()).__next__() == "witness w9 has not cosigned"


def test_the_observed_log_is_told_in_sentences() -> None:
    waiting = Mark(12, "root", "2026-11-22T00:00:00Z", ("witness w2 has not cosigned",))
    seen = (
        Sighting("w1", "key", size=9),
        Sighting("w2", "key", problem="it refused with 403: x"),
    )
    told = observed_in_words(
        Observed("a.example", "now", published=Mark(9, "root", "x"), pending=waiting, witnesses=seen)
    )
    assert told == [
        "已公布的检查点共 9 条。",
        "已签名、还不够见证的检查点共 12 条：见证人 w2 还没有签名。",
        "见证人 w1：签过的检查点共 9 条。",
        "见证人 w2：还没有签过；拒绝：它不认这个检查点上的账本密钥。",
    ]
    ended = Observed("a.example", "now", published=Mark(9, "root", "x"), closed=End(8, "2026-11-22"))
    assert observed_in_words(ended)[1] == "账本已于 2026 年 11 月 22 日封账（索引 8），此后不再记录。"
    stopped = Observed("a.example", "now", failure="the log has a gap: log index 3 is missing")
    assert observed_in_words(stopped)[0].startswith("账本校验未通过，已停止公布：账本缺索引 3 的记录")


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (
            Finding("file.differs", "tile/0/000", fsck._first_difference(b"abX", b"abcd")),
            "公布的文件与记录算出的不同：tile/0/000（前 2 字节相同；现有 3 字节，应有 4 字节）",
        ),
        (Finding("entries.gap", "3", "5"), "记录不连续：索引 3（接着的是索引 5）"),
        (Finding("signer.behind", "signer", "3 < 5"), "：签名进程的记忆（记得共 3 条，公布的共 5 条）"),
        (Finding("balance.differs", "ind:spent:1", "CNY 7, -5"), "：ind:spent:1（CNY，表上 7，按分录应为 -5）"),
        (Finding("checkpoint.quorum", "checkpoint", "witness w1 has not cosigned"), "（见证人 w1 还没有签名）"),
        (Finding("file.unexpected", "tile/x"), "不该有的文件：tile/x"),
    ],
)
def test_findings(finding: Finding, words: str) -> None:
    assert words_of(finding).endswith(words)


def test_every_finding_has_its_meaning() -> None:
    sources = inspect.getsource(fsck)
    assert {code for code in MEANINGS if f'"{code}"' in sources} >= set(MEANINGS) - {
        "balance.differs",
        "head.differs",
        "tree.differs",
    }
