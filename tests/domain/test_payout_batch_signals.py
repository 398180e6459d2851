"""What stands out in a list: computed once, from facts, by a function that anybody can call again."""

import hashlib
from dataclasses import replace

import pytest

from domain.kernel.ids import EventName, derived
from domain.payout_batches.signals import (
    CODES,
    DECISIONS_A_MINUTE_MAX,
    PAIR_MIN,
    Acknowledgement,
    Look,
    Signal,
    acknowledgements_in_pieces,
    in_pieces,
    signals_digest,
    signals_of,
)
from tests.domain.samples import GRID_WORKER, OTHER_RIDER, RIDER

ACCOUNT, OLD_ACCOUNT = EventName(f"person/{RIDER}@4"), EventName(f"person/{RIDER}@2")
USUAL = Look(line=1, amount_fen=1_000, account=ACCOUNT, last_account=ACCOUNT)
FIRST, SECOND, OTHER_WORKER = derived("incident", 1), derived("incident", 2), derived("worker", 2)


TOO_FAST = Signal(1, "approved_too_fast", (("a_minute", "21"), ("lines", "1")))


def codes(*looks: Look) -> list[tuple[int, str]]:
    return [(signal.line, signal.code) for signal in signals_of(looks)]


def test_an_ordinary_line_has_no_signal():
    assert codes(USUAL) == []


@pytest.mark.parametrize(
    ("change", "signal"),
    [
        ({"last_account": None}, Signal(1, "first_payment")),
        ({"last_account": OLD_ACCOUNT}, Signal(1, "account_changed", (("before", OLD_ACCOUNT),))),
        ({"same_account": (OTHER_RIDER,)}, Signal(1, "account_shared", (("payee", str(OTHER_RIDER)),))),
        ({"holder_differs": True}, Signal(1, "holder_differs")),
        (
            {"photos_seen": ((SECOND, FIRST),)},
            Signal(1, "attachment_twice", (("count", "1"), ("incident", str(SECOND)), ("other", str(FIRST)))),
        ),
        (
            {"verifiers": (GRID_WORKER,) * PAIR_MIN},
            Signal(1, "pair_rate", (("of_verifier", "10"), ("together", "10"), ("verifier", str(GRID_WORKER)))),
        ),
        ({"decisions_a_minute": DECISIONS_A_MINUTE_MAX + 1}, TOO_FAST),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_each_thing_that_stands_out_alone(change, signal):
    assert signals_of([replace(USUAL, **change)]) == (signal,)
    assert signal.facts == tuple(sorted(signal.facts))
    assert signal.code in CODES


def test_an_amount_stands_out_beside_those_of_others():
    looks = [replace(USUAL, line=line) for line in range(1, 6)]
    assert codes(*looks[:4], replace(looks[4], amount_fen=5_000)) == []
    assert codes(*looks[:4], replace(looks[4], amount_fen=5_001)) == [(5, "amount_unusual")]
    assert codes(*looks[:3], replace(looks[3], amount_fen=99_000)) == [], "four lines say nothing about what is usual"


def test_a_pair_stands_out_where_both_meet_nobody_else():
    ours = replace(USUAL, verifiers=(GRID_WORKER,) * PAIR_MIN)
    other = replace(USUAL, line=2, verifiers=(GRID_WORKER,) * PAIR_MIN)
    assert codes(ours, other) == [], "half of what the worker verifies is somebody else's"
    assert codes(ours, replace(other, verifiers=(OTHER_WORKER,) * 3)) == [(1, "pair_rate")]
    assert codes(replace(ours, verifiers=(GRID_WORKER,) * (PAIR_MIN - 1))) == []
    assert codes(replace(ours, verifiers=(GRID_WORKER, OTHER_WORKER) * PAIR_MIN)) == []


@pytest.mark.parametrize(("lines", "least"), [(10, 1), (11, 3), (100, 3), (101, 10)])
def test_haste_is_said_once_of_a_list_and_not_of_a_slip(lines, least):
    def hurried(count):
        looks = [replace(USUAL, line=line) for line in range(1, lines + 1)]
        fast = [replace(look, decisions_a_minute=20 + look.line) for look in looks[-count:]] if count else []
        return signals_of([*looks[: lines - count], *fast])

    assert hurried(least - 1) == ()
    (signal,) = hurried(least)
    assert (signal.line, signal.code) == (lines - least + 1, "approved_too_fast")
    assert dict(signal.facts) == {"a_minute": str(20 + lines), "lines": str(least)}


def test_a_line_with_everything_shows_it_in_one_order():
    look = replace(
        USUAL,
        last_account=None,
        same_account=(OTHER_RIDER,),
        holder_differs=True,
        photos_seen=((FIRST, SECOND),),
        verifiers=(GRID_WORKER,) * PAIR_MIN,
        decisions_a_minute=100,
    )
    found = [code for _, code in codes(look)]
    assert found == [code for code in CODES if code not in ("account_changed", "amount_unusual")]


def test_the_digest_is_one_that_anybody_can_compute_again():
    signals = (Signal(1, "account_changed", (("before", "x"),)), Signal(2, "first_payment"))
    text = (
        '{"code":"account_changed","facts":[["before","x"]],"line":1}\n{"code":"first_payment","facts":[],"line":2}\n'
    )
    assert signals_digest(signals) == hashlib.sha256(text.encode()).hexdigest()
    assert signals_digest(signals[::-1]) != signals_digest(signals)


def test_pieces_lose_nothing():
    signals = [Signal(line, "first_payment") for line in range(1, 1_002)]
    assert [one for piece in in_pieces(signals) for one in piece] == signals
    said = [
        Acknowledgement("first_payment", "new", tuple(range(1, 12_001))),
        Acknowledgement("holder_differs", "married name", (7, 9)),
    ]
    pieces = list(acknowledgements_in_pieces(said))
    assert all(sum(len(one.lines) for one in piece) <= 5_000 for piece in pieces)
    assert [(one.code, line) for piece in pieces for one in piece for line in one.lines] == [
        (one.code, line) for one in said for line in one.lines
    ]
