"""The fold over postings says which account a table has wrong, and by how much."""

from domain.kernel.ids import stream_name
from domain.kernel.postings import CNY
from journal import line as lines
from journal.balances import Difference, Fold
from journal.line import Line
from tests.journal.publishing import entry

PERSON = "00000000-0000-4000-8000-000000000001"
BUDGET, PAYABLE = "budget:2026", "payable:member"


def moving(*postings: tuple[str, str, int]) -> bytes:
    """An entry that moves money."""
    line = Line(
        origin="example.com/log",
        stream=stream_name("reward", PERSON),
        seq=1,
        type="reward.granted/1",
        at="2026-11-22T04:00:00.000000Z",
        on="2026-11-22",
        by=PERSON,
        role="county_officer",
        cmd="c",
        data={"text": '"postings":[["budget:2026","CNY",99]]'},
        postings=postings,
    )
    return lines.encode(line) + b"\n\xe2\x80\x94 example.com/log AAAA\n"


def fold(*entries: bytes) -> Fold:
    made = Fold()
    made.take(entries)
    return made


def test_what_the_table_says_is_what_the_postings_give() -> None:
    folded = fold(moving((BUDGET, CNY, -1000), (PAYABLE, CNY, 1000)), entry(3), moving((BUDGET, CNY, -50)))
    assert list(folded.differences({(BUDGET, CNY): -1050, (PAYABLE, CNY): 1000, ("untouched:x", CNY): 0})) == []
    assert list(folded.differences({(BUDGET, CNY): -1000, ("stranger:x", CNY): 7})) == [
        Difference(BUDGET, CNY, -1000, -1050),
        Difference(PAYABLE, CNY, 0, 1000),
        Difference("stranger:x", CNY, 7, 0),
    ]


def test_what_is_no_line_moves_nothing() -> None:
    for nonsense in (b'"postings":[', b'{"postings":[1]}\n', b'{"postings":["abc"]}\n', b'["postings":[\n'):
        assert list(fold(nonsense).differences({})) == []
