"""The checkpoint: the log's sealed statement of how many entries it holds and what their fingerprint is.

What must not be broken: a checkpoint has exactly three lines. Text after the root would be signed and yet not
checkable by anyone (others took such text for authenticated), so it is refused; a log is closed by a last
event.

Source: C2SP tlog-checkpoint v1.0.0 and tlog-cosignature v1.0.1. Whether a checkpoint follows from one signed
before is for the caller to prove, with a consistency proof, before `sign` or `cosign`.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from journal import note
from journal.merkle import HASH_BYTES
from journal.note import NoteError, Signature, Signer, VerifierKey

SIZE_MAX: Final = 2**63 - 1
_DECIMAL: Final = re.compile(rb"0|[1-9][0-9]{0,18}")


class CheckpointError(NoteError):
    """The note may be well signed, but it is not a checkpoint of this log."""


def parse_decimal(text: bytes) -> int:
    """A number below 2^63 in ASCII decimal without leading zeroes. Raises ValueError for anything else."""
    number = int(text) if _DECIMAL.fullmatch(text) else -1
    if not 0 <= number <= SIZE_MAX:
        raise ValueError(f"not a decimal number without leading zeroes: {text[:40]!r}")
    return number


def origin_hash(origin: str) -> str:
    """The name of a log in the monitoring interface: SHA-256 of its origin, in lower-case hex."""
    return sha256(origin.encode()).hexdigest()


@dataclass(frozen=True)
class Checkpoint:
    """A log (`origin` is the name of its key), its number of entries, and the root over them (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        note.check_name(self.origin)
        if not 0 <= self.size <= SIZE_MAX:
            raise CheckpointError(f"a tree size is between 0 and 2^63-1, not {self.size}")
        if len(self.root) != HASH_BYTES:
            raise CheckpointError(f"a root has 32 bytes, not {len(self.root)}")

    def text(self) -> bytes:
        """The three lines that are signed, with the final newline."""
        return b"%b\n%d\n%b\n" % (self.origin.encode(), self.size, note.encode_base64(self.root))


def parse_text(text: bytes) -> Checkpoint:
    """Read the three lines. Raises CheckpointError unless they are as `Checkpoint.text` writes them."""
    lines = text.split(b"\n")
    if len(lines) != 4 or lines[3]:
        raise CheckpointError("a checkpoint has exactly three lines, each ending in a newline")
    try:
        return Checkpoint(lines[0].decode(), parse_decimal(lines[1]), note.decode_base64(lines[2]))
    except ValueError as error:
        raise CheckpointError(f"not a checkpoint: {error}") from error


def size_of(signed: bytes) -> int:
    """The size that a signed checkpoint states, whoever signed it. Raises NoteError if it is malformed."""
    return parse_text(note.parse(signed).text).size


def sign(checkpoint: Checkpoint, *signers: Signer) -> bytes:
    """The complete signed checkpoint. Every signer must be a key named as the origin, or NoteError."""
    for signer in signers:
        if signer.verifier_key.name != checkpoint.origin:
            raise CheckpointError(f"{signer.verifier_key.name} is not a key of {checkpoint.origin}")
    return note.sign(checkpoint.text(), *signers)


def open_checkpoint(signed: bytes, *, log_key: VerifierKey) -> Checkpoint:
    """The checkpoint inside a note that `log_key` signed; lines of others are left to `trust.Policy.check`.

    Raises NoteError if the note is malformed or not signed by the key, or CheckpointError if it is no
    checkpoint or one of another log than the key's.
    """
    checkpoint = parse_text(note.verify(signed, [log_key]).text)
    if log_key.algorithm != note.ED25519:
        raise CheckpointError(f"{log_key.name} is a witness key: it cannot speak for a log")
    if checkpoint.origin != log_key.name:
        raise CheckpointError(f"a checkpoint of {checkpoint.origin}, signed by the key of {log_key.name}")
    return checkpoint


def cosign(checkpoint: Checkpoint, signer: Signer, *, time_s: int) -> Signature:
    """A witness's statement that at `time_s` (POSIX seconds) this was the largest tree it had seen."""
    key = signer.verifier_key
    if key.algorithm != note.COSIGNATURE_V1:
        raise CheckpointError(f"{key.name} is not a witness key")
    signature = signer.sign(note.cosignature_message(checkpoint.text(), time_s=time_s))
    return Signature(key.name, key.key_hash, time_s.to_bytes(8, "big") + signature)


def add_cosignatures(signed: bytes, *cosignatures: Signature) -> bytes:
    """The same signed checkpoint with witnesses' lines below those it had; none is repeated."""
    parsed = note.parse(signed)
    new = tuple(line for line in dict.fromkeys(cosignatures) if line not in parsed.signatures)
    return bytes(note.Note(parsed.text, parsed.signatures + new))
