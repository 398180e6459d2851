"""A small log with one true record in it, and everything that a villager would be handed with it."""

from dataclasses import dataclass
from typing import Any

from domain.kernel.ids import StreamName
from domain.kernel.postings import Posting
from journal import checkpoint, line, merkle, note
from journal.checkpoint import Checkpoint
from journal.line import Line
from journal.note import COSIGNATURE_V1, Ed25519Signer
from journal.proof import Proof

ORIGIN = "test.example/mingzhang"
LOG = Ed25519Signer.from_seed(ORIGIN, b"\x01" * 32)
BY = "00000000-0000-4000-8000-000000000001"
ACTOR = Ed25519Signer.from_seed(f"{ORIGIN}/county_officer/{BY}", b"\x02" * 32)
WITNESS = Ed25519Signer.from_seed("witness.example/w1", b"\x03" * 32, algorithm=COSIGNATURE_V1)

LINE = Line(
    origin=ORIGIN,
    stream=StreamName("reward/6d0f2b5e-7d1c-4a55-9f0e-6b6f3b2f9f10"),
    seq=1,
    type="reward.granted/1",
    at="2026-11-22T04:51:38.000001Z",
    on="2026-11-22",
    by=BY,
    role="county_officer",
    cmd="grant:7",
    data={"amount_fen": 1000, "words": '柳树村 <b>路灯</b> \\ " \u2028 \x7f 😀 \t', "chain": [None, True, {"a": -1}]},
    postings=(Posting("fin:5001", "CNY", 1000), Posting("fin:2307:payee:x", "CNY", -1000)),
)
ENTRY = note.sign(line.encode(LINE), ACTOR)


@dataclass(frozen=True)
class Handed:
    """What `check` takes. Bytes of two files and two key texts."""

    entry: bytes | None
    proof: bytes | None
    log_key: str | None = str(LOG.verifier_key)
    actor_key: str | None = str(ACTOR.verifier_key)

    def question(self) -> tuple[str, dict[str, Any]]:
        """The question to a judge."""
        given = {"entry": self.entry, "proof": self.proof, "logKey": self.log_key, "actorKey": self.actor_key}
        return ("check", given)


def proof_of(entry: bytes, *, index: int = 4, size: int = 7, origin: str = ORIGIN, log: Ed25519Signer = LOG) -> bytes:
    """The .tlog-proof of an entry at `index` in a log of `size`, cosigned by a witness."""
    hashes = [merkle.leaf_hash(b"entry %d" % number) for number in range(size)]
    hashes[index] = merkle.leaf_hash(entry)
    path = merkle.inclusion_proof(
        lambda level, at: merkle.root_of(hashes[at << level : (at + 1) << level]), index=index, size=size
    )
    head = Checkpoint(origin, size, merkle.root_of(hashes))
    signed = note.sign(head.text(), log)
    signed = checkpoint.add_cosignatures(signed, checkpoint.cosign(head, WITNESS, time_s=1763787098))
    return bytes(Proof(index, tuple(path), signed))


TRUE = Handed(ENTRY, proof_of(ENTRY))
