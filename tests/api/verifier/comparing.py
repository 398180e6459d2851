"""How the page's judgement is put beside Python's, and what is altered to see whether they agree."""

import random
from collections.abc import Callable, Iterable
from typing import Any

from journal.line import LineError
from journal.merkle import ProofError
from journal.note import NoteError
from tests.api.verifier.judges import Answer

Result = dict[str, Any]  # what `check` returns


def holds(verify: Callable[..., object], *given: Any, **named: Any) -> bool:
    try:
        return verify(*given, **named) is not False
    except (NoteError, LineError, ProofError):
        return False


def said_yes(answers: Iterable[Answer]) -> list[bool]:
    """Which were accepted. A boolean answer counts as it is; `missing` is neither and would be a fault here."""
    answers = list(answers)
    assert not [answer for answer in answers if "missing" in answer]
    return [answer.get("yes", False) is not False for answer in answers]


def altered(good: bytes) -> list[bytes]:
    """Every byte flipped in one bit, dropped, doubled and cut off behind, and some runs of noise, always the same."""
    chance = random.Random(7)
    made = []
    for at in range(len(good)):
        flipped = bytes([good[at] ^ 1 << at % 8])
        made += [
            good[:at] + flipped + good[at + 1 :],
            good[:at] + good[at + 1 :],
            good[: at + 1] + good[at:],
            good[:at],
        ]
    for _ in range(200):
        at, length = chance.randrange(len(good)), chance.randrange(20)
        made.append(good[:at] + chance.randbytes(chance.randrange(20)) + good[at + length :])
    return made


def outcomes(result: Result) -> dict[str, str]:
    return {step["title"]: step["outcome"] for step in result["steps"]}


def failures(result: Result) -> list[str]:
    return [title for title, outcome in outcomes(result).items() if outcome == "不通过"]
