"""Logs that hand checkpoints to a witness, honest ones and lying ones, and the clock that it goes by."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from journal import checkpoint, merkle, note
from journal.checkpoint import Checkpoint
from journal.note import COSIGNATURE_V1, Ed25519Signer, VerifiedNote, VerifierKey
from journal.witness import Refused, Witness
from journal.witness_state import State, create_state

KEY = Ed25519Signer.from_seed("witness.example/w1", b"\x51" * 32, algorithm=COSIGNATURE_V1)
LOG = Ed25519Signer.from_seed("example.com/log", b"\x01" * 32)
OTHER_LOG = Ed25519Signer.from_seed("example.com/other", b"\x02" * 32)
STRANGER = Ed25519Signer.from_seed("example.com/stranger", b"\x03" * 32)
NOON_S = 1_795_320_000

LEAVES = [sha256(b"leaf %d" % number).digest() for number in range(200)]
FORK = [*LEAVES[:2], *(sha256(leaf).digest() for leaf in LEAVES[2:])]  # another history from the third entry on


@dataclass
class FakeClock:
    now_s: int = NOON_S

    def __call__(self) -> int:
        return self.now_s


def head(size: int, leaves: Sequence[bytes] = LEAVES, *, origin: str = LOG.verifier_key.name) -> Checkpoint:
    return Checkpoint(origin, size, merkle.root_of(leaves[:size]))


def signed(size: int, leaves: Sequence[bytes] = LEAVES, *, log: Ed25519Signer = LOG) -> bytes:
    return checkpoint.sign(head(size, leaves, origin=log.verifier_key.name), log)


def proof(old: int, size: int, leaves: Sequence[bytes] = LEAVES) -> list[bytes]:
    """None of its own where the old size is above the new one."""

    def read(level: int, index: int) -> bytes:
        return merkle.root_of(leaves[index << level : (index + 1) << level])

    return merkle.consistency_proof(read, first=old, second=size) if old <= size else []


def body(old: int, hashes: Sequence[bytes], note_bytes: bytes) -> bytes:
    lines = [b"old %d" % old, *map(note.encode_base64, hashes)]
    return b"\n".join(lines) + b"\n\n" + note_bytes


def request(old: int, size: int, leaves: Sequence[bytes] = LEAVES, *, log: Ed25519Signer = LOG) -> bytes:
    """What a log sends to go from one size to another."""
    return body(old, proof(old, size, leaves), signed(size, leaves, log=log))


def answer(witness: Witness, sent: bytes) -> tuple[int, bytes]:
    """Status and body, as the server would send them."""
    try:
        return 200, witness.add_checkpoint(sent)
    except Refused as refused:
        return refused.status, refused.body


def judged(sent: bytes, line: bytes, *, key: VerifierKey = KEY.verifier_key) -> VerifiedNote:
    """The submitted checkpoint with the witness's answer below it, as a reader who knows the witness verifies it."""
    return note.verify(sent[sent.index(b"\n\n") + 2 :] + line, [key])


@dataclass
class Standing:
    """A witness of both logs, on a file of its own."""

    path: Path
    clock: FakeClock = field(default_factory=FakeClock)
    logs: tuple[VerifierKey, ...] = (LOG.verifier_key, OTHER_LOG.verifier_key)

    def __post_init__(self) -> None:
        create_state(self.path, key=KEY.verifier_key)
        self.open()

    def open(self) -> None:
        self.state = State(self.path, key=KEY.verifier_key)
        self.witness = Witness(key=KEY, logs=self.logs, state=self.state, clock=self.clock)

    def reopen(self) -> None:
        self.state.close()
        self.open()

    def send(self, sent: bytes) -> tuple[int, bytes]:
        return answer(self.witness, sent)
