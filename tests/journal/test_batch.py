"""Which appends of a batch go in, judged in the order of arrival: key, versions, limits."""

from uuid import UUID

from domain import accounts
from domain.kernel.postings import Posting
from journal.batch import NO_EVENT, BelowLimit, KeyReused, KnownCommand, Moved, Plan, Seen, Stored, plan
from journal.facts import Append, Entry

A, B, ACTOR = UUID(int=1), UUID(int=2), UUID(int=9)
ASKED, ELSE = b"a" * 32, b"b" * 32
LIMITED = "ind:available:x"


def append(
    stream: UUID = A, *, seq: int = 1, events: int = 1, change: int = 0, key: str = "k", digest: bytes = ASKED
) -> Append:
    entries = tuple(Entry(stream, seq + number, "t.t/1", b"note") for number in range(events))
    postings = (Posting(LIMITED, "CNY", change),) if change else ()
    return Append(entries, {stream: seq - 1}, postings, ACTOR, key, digest)


def judged(*appends: Append, known: dict[str, KnownCommand] | None = None, balance: int = 0, version: int = 0) -> Plan:
    seen = Seen(
        size=10,
        root=b"",
        versions={A: version or NO_EVENT, B: NO_EVENT},
        commands={(ACTOR, key): command for key, command in (known or {}).items()},
        balances={(LIMITED, "CNY"): balance},
    )
    return plan(appends, seen, limit_of=accounts.limit_of)


def test_each_gets_the_next_indexes() -> None:
    assert judged(append(events=3), append(B, key="l")).outcomes == [Stored(10, 12), Stored(13, 13)]


def test_a_stream_that_moved_refuses_only_its_append() -> None:
    outcomes = judged(append(version := A, seq=2, key="a"), append(B, key="b")).outcomes
    assert outcomes == [Moved(version), Stored(10, 10)]


def test_the_second_on_a_stream_meets_the_first() -> None:
    assert judged(append(key="a"), append(key="b"), append(seq=2, key="c")).outcomes == [
        Stored(10, 10),
        Moved(A),
        Stored(11, 11),
    ]


def test_a_stream_that_was_only_read_must_stand_still_too() -> None:
    reads = Append((Entry(B, 1, "t.t/1", b""),), {A: 0}, (), ACTOR, "r", ASKED)
    assert judged(append(key="a"), reads).outcomes == [Stored(10, 10), Moved(A)]


def test_an_entry_that_does_not_continue_its_stream_is_refused() -> None:
    twice = Append((Entry(A, 1, "t.t/1", b""), Entry(A, 1, "t.t/1", b"")), {A: 0}, (), ACTOR, "r", ASKED)
    assert judged(twice).outcomes == [Moved(A)]


def test_a_limit_is_judged_after_what_came_before() -> None:
    result = judged(
        append(change=-60, key="a"), append(B, change=-60, key="b"), append(B, change=-40, key="c"), balance=100
    )
    assert result.outcomes == [Stored(10, 10), BelowLimit(LIMITED, "CNY", 40, -60), Stored(11, 11)]
    assert result.balances == {(LIMITED, "CNY"): 0}


def test_two_postings_of_one_append_are_judged_together() -> None:
    both = Append(
        (Entry(A, 1, "t.t/1", b""),),
        {A: 0},
        (Posting(LIMITED, "CNY", -60), Posting(LIMITED, "CNY", -60)),
        ACTOR,
        "k",
        ASKED,
    )
    assert judged(both, balance=100).outcomes == [BelowLimit(LIMITED, "CNY", 100, -120)]


def test_a_credit_account_may_not_turn_debit() -> None:
    account = "fin:2307:payee:x"
    one = Append((Entry(A, 1, "t.t/1", b""),), {A: 0}, (Posting(account, "CNY", 1),), ACTOR, "k", ASKED)
    assert judged(one).outcomes == [BelowLimit(account, "CNY", 0, 1)]


def test_a_known_key_gives_its_first_outcome_before_anything_else_is_judged() -> None:
    known = {"k": KnownCommand(ASKED, 4, 5)}
    assert judged(append(seq=7, change=-1), known=known).outcomes == [Stored(4, 5, replayed=True)]
    assert judged(append(seq=7, digest=ELSE), known=known).outcomes == [KeyReused("k")]


def test_a_key_twice_in_a_batch() -> None:
    result = judged(append(events=2), append(events=2), append(digest=ELSE))
    assert result.outcomes == [Stored(10, 11), Stored(10, 11, replayed=True), KeyReused("k")]
    assert result.commands == {(ACTOR, "k"): KnownCommand(ASKED, 10, 11)}
    assert len(result.accepted) == 1


def test_known_commands_are_not_written_again() -> None:
    result = judged(append(), append(B, key="new"), known={"k": KnownCommand(ASKED, 4, 4)})
    assert list(result.commands) == [(ACTOR, "new")]


def test_without_an_actor_no_key_is_kept() -> None:
    seam = Append((Entry(A, 5, "t", b""),), {})
    assert judged(seam, version=4).commands == {}
    assert judged(seam, version=4).outcomes == [Stored(10, 10)]
    assert judged(seam, version=5).outcomes == [Moved(A)]
