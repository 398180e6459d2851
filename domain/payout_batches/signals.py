"""What a careful person should look at before paying: new payees, changed accounts, shared accounts, odd amounts.

A signal refuses nothing. It is computed once, when the list is frozen, from facts gathered then, and stays with the
list, so that maker and checker see the same and say of each why the list may be paid.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final
from uuid import UUID

from domain.kernel.events import Sha256
from domain.kernel.ids import EventName

CODES: Final = (
    "first_payment",  # nothing has ever arrived at this payee
    "account_changed",  # not the account on which the last payment arrived
    "account_shared",  # another payee is paid on the same account
    "holder_differs",  # the account's holder is not called what the payee is called
    "amount_unusual",  # far above what others get in the same list
    "attachment_twice",  # a photo of a report in it stands in another report that was rewarded
    "pair_rate",  # reporter and verifier meet too often
    "approved_too_fast",  # decided faster than a person reads
)
"""The closed list, in the order in which a line's signals are shown."""

UNUSUAL_TIMES: Final = 5
UNUSUAL_LINES_MIN: Final = 5
PAIR_MIN: Final = 10
"""So many reports of one payee, verified by one person, before their rate says anything."""
DECISIONS_A_MINUTE_MAX: Final = 20
TOO_FAST_FROM: Final = ((10, 1), (100, 3), (1_000, 10), (10_000, 100))
"""In a list of at most so many lines, from so many lines on with reports decided too fast; longer ones as the last."""

_SIGNALS_A_PIECE: Final = 250
_LINES_A_PIECE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Signal:
    """One line, one thing that stands out, and the facts behind it as sorted pairs of name and text."""

    line: int
    code: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Why lines may be paid in spite of a signal that they all have."""

    code: str
    reason: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What was found out about one line when the list was frozen.

    `last_account` is the account on which the payee's last payment arrived (None: none did); `same_account` are other
    payees on the same number; `photos_seen` are pairs of a report in the line and another rewarded report with the same
    photo; `verifiers` holds one person for each report in the line; `decisions_a_minute` is the most that anybody
    decided in the minute in which one of these reports was decided, on the day on which the decision took effect.
    """

    line: int
    amount_fen: int
    account: EventName
    last_account: EventName | None
    same_account: tuple[UUID, ...] = ()
    holder_differs: bool = False
    photos_seen: tuple[tuple[UUID, UUID], ...] = ()
    verifiers: tuple[UUID, ...] = ()
    decisions_a_minute: int = 0


def signals_of(looks: Sequence[Look]) -> tuple[Signal, ...]:
    """Every signal of a list, by line and then in the order of CODES. The same facts always give the same signals."""
    amounts = [look.amount_fen for look in looks]
    usual_fen = int(median(amounts)) if len(amounts) >= UNUSUAL_LINES_MIN else None
    verified: dict[UUID, int] = {}
    for look in looks:
        for verifier in look.verifiers:
            verified[verifier] = verified.get(verifier, 0) + 1
    hurried = _hurried(looks)
    return tuple(
        signal
        for look in looks
        for signal in (
            *_account(look),
            *_amount(look, usual_fen),
            *_reports(look, verified),
            *(one for one in hurried if one.line == look.line),
        )
    )


def _hurried(looks: Sequence[Look]) -> tuple[Signal, ...]:
    """What was decided too fast: said once of a list, at its first such line, and only of more than a slip."""
    fast = [look for look in looks if look.decisions_a_minute > DECISIONS_A_MINUTE_MAX]
    least = next((least for lines, least in TOO_FAST_FROM if len(looks) <= lines), TOO_FAST_FROM[-1][1])
    if len(fast) < least:
        return ()
    most = max(look.decisions_a_minute for look in fast)
    return (Signal(fast[0].line, "approved_too_fast", (("a_minute", str(most)), ("lines", str(len(fast))))),)


def _account(look: Look) -> Iterator[Signal]:
    if look.last_account is None:
        yield Signal(look.line, "first_payment")
    elif look.last_account != look.account:
        yield Signal(look.line, "account_changed", (("before", look.last_account),))
    if look.same_account:
        others = tuple(("payee", str(payee)) for payee in sorted(look.same_account))
        yield Signal(look.line, "account_shared", others[:5])
    if look.holder_differs:
        yield Signal(look.line, "holder_differs")


def _amount(look: Look, usual_fen: int | None) -> Iterator[Signal]:
    if usual_fen is not None and look.amount_fen > UNUSUAL_TIMES * usual_fen:
        yield Signal(look.line, "amount_unusual", (("usual_fen", str(usual_fen)),))


def _reports(look: Look, verified: dict[UUID, int]) -> Iterator[Signal]:
    if look.photos_seen:
        mine, other = min(look.photos_seen)
        facts = (("count", str(len(look.photos_seen))), ("incident", str(mine)), ("other", str(other)))
        yield Signal(look.line, "attachment_twice", facts)
    for verifier in sorted(set(look.verifiers)):
        together = look.verifiers.count(verifier)
        # Most of what the one reports goes to the other, and most of what the other verifies comes from the one.
        if together >= PAIR_MIN and 2 * together > len(look.verifiers) and 2 * together > verified[verifier]:
            facts = (("of_verifier", str(verified[verifier])), ("together", str(together)), ("verifier", str(verifier)))
            yield Signal(look.line, "pair_rate", facts)
            break


def by_kind(signals: Sequence[Signal], reasons: Mapping[str, str]) -> tuple[Acknowledgement, ...]:
    """One reason for all lines with the same signal: code -> reason. A code without a reason is left out."""
    return tuple(
        Acknowledgement(code, reasons[code], tuple(one.line for one in signals if one.code == code))
        for code in dict.fromkeys(one.code for one in signals)
        if code in reasons
    )


def signals_digest(signals: Sequence[Signal]) -> Sha256:
    """SHA-256 over one canonical JSON object a signal (RFC 8785), each with its newline, in the given order."""
    digest = hashlib.sha256()
    for signal in signals:
        shown = {"code": signal.code, "facts": [list(pair) for pair in signal.facts], "line": signal.line}
        text = json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        digest.update(text.encode() + b"\n")
    return Sha256(digest.hexdigest())


def in_pieces(signals: Sequence[Signal]) -> Iterator[tuple[Signal, ...]]:
    """Signals in pieces that one event holds."""
    for first in range(0, len(signals), _SIGNALS_A_PIECE):
        yield tuple(signals[first : first + _SIGNALS_A_PIECE])


def acknowledgements_in_pieces(said: Sequence[Acknowledgement]) -> Iterator[tuple[Acknowledgement, ...]]:
    """Acknowledgements in pieces that one event holds: those with very many lines are cut."""
    piece: list[Acknowledgement] = []
    room = _LINES_A_PIECE
    for one in said:
        lines = one.lines
        while lines:
            taken, lines = lines[:room], lines[room:]
            piece.append(Acknowledgement(one.code, one.reason, taken))
            room -= len(taken)
            if not room:
                yield tuple(piece)
                piece, room = [], _LINES_A_PIECE
    if piece:
        yield tuple(piece)
