"""The receipt: one file by which anybody, offline, sees that an entry is in the log.

What must not be broken: the parts prove something only together. The entry is hashed here, its hash led up
the path to the root, and that root is the one in the checkpoint that the trusted keys signed; no part is
believed alone.

Source: C2SP tlog-proof. Its optional `extra` line is refused: nothing signs it, so a byte of it could be
altered unseen.
"""

from dataclasses import dataclass
from typing import Final, Self

from journal import merkle, note
from journal.checkpoint import SIZE_MAX, Checkpoint, open_checkpoint, parse_decimal
from journal.merkle import ProofError
from journal.note import NoteError, VerifierKey
from journal.trust import Policy

_HEADER: Final = b"c2sp.org/tlog-proof@v1"


@dataclass(frozen=True)
class Proof:
    """An entry's index, its path (the leaf's sibling first), and a complete signed checkpoint. Unverified."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes

    def __post_init__(self) -> None:
        if not 0 <= self.index <= SIZE_MAX:
            raise ProofError(f"an index is between 0 and 2^63-1, not {self.index}")
        if len(self.path) > merkle.PATH_MAX:
            raise ProofError(f"a proof holds at most {merkle.PATH_MAX} hashes, not {len(self.path)}")
        if any(len(node) != merkle.HASH_BYTES for node in self.path):
            raise ProofError("a proof hash has not 32 bytes")

    def __bytes__(self) -> bytes:
        """The `.tlog-proof` file."""
        path = b"".join(note.encode_base64(node) + b"\n" for node in self.path)
        return proof_text(self.index, path=path, checkpoint=self.checkpoint)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a `.tlog-proof` file. Raises ProofError unless it has the one form that `bytes` writes."""
        head, _, checkpoint = data.partition(b"\n\n")
        header, _, rest = head.partition(b"\n")
        if header != _HEADER:
            raise ProofError(f"a proof begins with the line {_HEADER.decode()}")
        index, *path = rest.split(b"\n")
        if not index.startswith(b"index "):
            raise ProofError("the second line of a proof is its index")
        try:
            number = parse_decimal(index.removeprefix(b"index "))
            return cls(number, tuple(map(note.decode_base64, path)), checkpoint)
        except ValueError as error:
            raise ProofError(f"not a proof: {error}") from error


def proof_text(index: int, *, path: bytes, checkpoint: bytes) -> bytes:
    """The `.tlog-proof` file of parts that are known to be right: `path` holds a line of base64 for each hash."""
    return b"%b\nindex %d\n%b\n%b" % (_HEADER, index, path, checkpoint)


def verify_proof(
    data: bytes, *, entry: bytes, log_key: VerifierKey | None = None, policy: Policy | None = None
) -> Checkpoint:
    """Verify a `.tlog-proof` for the bytes of an entry; the checkpoint under which the entry stands.

    Trust comes from exactly one of `log_key` and `policy`; with a policy its quorum of witnesses must have
    cosigned. Raises ProofError for whatever is wrong: the file, a signature, the quorum, or the path.
    """
    if (log_key is None) == (policy is None):
        raise TypeError("verify_proof needs either log_key or policy")
    proof = Proof.parse(data)
    try:
        if log_key is not None:
            checkpoint = open_checkpoint(proof.checkpoint, log_key=log_key)
        elif policy is not None:
            checkpoint = policy.require(proof.checkpoint)
    except NoteError as error:
        raise ProofError(f"the checkpoint of the proof: {error}") from error
    merkle.verify_inclusion(
        index=proof.index,
        size=checkpoint.size,
        leaf=merkle.leaf_hash(entry),
        path=proof.path,
        root=checkpoint.root,
    )
    return checkpoint
