"""What the witnesses of a policy know: whether they know a log key, and what they have seen of the log.

What must not be broken: it only asks. A witness that cannot be asked is said to be so, and never taken for one that
agrees.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from journal import merkle, note
from journal.checkpoint import parse_text
from journal.cosigning import Answer, Cosigners, listed
from journal.merkle import NodeReader
from journal.note import Note, VerifierKey
from journal.trust import Policy, Witness

_UNKNOWN: Final = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
_KNOWN: Final = (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)
"""C2SP tlog-witness: the signature is judged before the sizes and the proof."""


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """A witness, and whether it knows a log key; None, and why, where that could not be learned."""

    witness: Witness
    knows: bool | None
    problem: str = ""


def who_knows(
    policy: Policy, key: VerifierKey, *, signed: bytes, nodes: NodeReader, cosigners: Cosigners
) -> list[Acquaintance]:
    """Every witness of a policy, in its order: shown the newest checkpoint with this one key's signature, does it see
    the log's? What it cosigns by that is the log's true head. `nodes`: of the tree at the size of `signed`.
    """
    parsed = note.parse(signed)
    alone = tuple(line for line in parsed.signatures if (line.name, line.key_id) == (key.name, key.key_hash))
    if not alone:
        return [Acquaintance(one, None, "the newest checkpoint is not signed by it") for one in policy.witnesses]
    head = parse_text(parsed.text)

    def prove(old: int) -> list[bytes]:
        return merkle.consistency_proof(nodes, first=old, second=head.size)

    answers = cosigners.collect(
        listed(policy), signed=bytes(Note(parsed.text, alone)), head=head, prove=prove, enough=lambda _: False
    )
    told = {answer.witness.name: answer for answer in answers}
    return [_acquaintance(one, told.get(one.name)) for one in policy.witnesses]


def seen_by(policy: Policy, *, origin: str, cosigners: Cosigners) -> Mapping[str, bytes]:
    """The newest checkpoint of a log that each witness gives to monitors, by the witness's name; unjudged."""
    return {one.witness.name: one.shown for one in cosigners.shown(listed(policy), origin) if one.shown is not None}


def _acquaintance(witness: Witness, answer: Answer | None) -> Acquaintance:
    if answer is None:
        return Acquaintance(witness, None, "no address is known to ask it at")
    if answer.line is not None or answer.status in _KNOWN:
        return Acquaintance(witness, True)
    return Acquaintance(witness, False if answer.status in _UNKNOWN else None, answer.problem)
