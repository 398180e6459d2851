"""The signer: puts the log's name under a tree head, and never under two that disagree.

It trusts its own memory of what it signed last, not the database: a head is signed only with a proof that it extends
the last one. The memory is on disk, synced, before the signature leaves; a database that has gone back is refused.
In production it is a process of its own (`journal.signer_process`), which also reads back what was stored.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from journal import checkpoint, merkle, note
from journal.checkpoint import Checkpoint
from journal.errors import IntegrityError
from journal.log_keys import LogKeys
from journal.merkle import ProofError
from journal.note import NoteError, Signer, VerifierKey
from journal.sealing import ConsistencyProver
from journal.signer_memory import Memory, Slots

Examine = Callable[[Checkpoint, Checkpoint], tuple[VerifierKey, ...] | None]
"""(last signed, head) -> the log keys of a policy that was recorded between them, None if none was.

Reads what was stored between them; raises IntegrityError unless it gives the head's root."""


@dataclass(frozen=True)
class Signed:
    """A checkpoint that this log signed, and by which of its keys."""

    head: Checkpoint
    keys: tuple[VerifierKey, ...]


class LogSigner:
    """Signs checkpoints of one log. `state`: the folder of its memory, which processes of one machine may share.

    Without `examine` a head is judged by its proof alone, and the keys that signed last sign again.
    """

    def __init__(self, key: Signer | LogKeys, state: Path, *, examine: Examine | None = None) -> None:
        self._keys = key if isinstance(key, LogKeys) else LogKeys.single(key)
        self._memory = Memory(state)
        self._examine = examine
        self._opened: dict[bytes, Signed] = {}

    @property
    def origin(self) -> str:
        """The log's name."""
        return self._keys.origin

    def last(self) -> bytes | None:
        """The signed checkpoint that was signed last; None before the first."""
        with self._memory.locked() as slots:
            return self._newest(slots)[0]

    def last_head(self) -> Checkpoint:
        """What it says: the empty tree before the first."""
        signed = self.last()
        return self._open(signed).head if signed else Checkpoint(self.origin, 0, merkle.EMPTY_ROOT)

    def check(self, *, size: int, root: bytes) -> None:
        """Refuse a tree that has gone back or differs. Raises IntegrityError, with what to do."""
        last = self.last_head()
        if size < last.size:
            raise IntegrityError(
                f"the journal holds {size} entries, but {last.size} were signed: an older backup was restored. "
                "Restore a newer one; what was signed cannot be taken back."
            )
        if size == last.size and root != last.root:
            raise IntegrityError(f"the journal's root at size {size} is not the one that was signed")

    def seal(self, *, size: int, root: bytes, prove: ConsistencyProver) -> bytes:
        """Sign the head (size, root) and return the signed checkpoint. What `prove` raises is raised.

        If a larger head has been signed by now (another process), that newer checkpoint is returned instead.
        Raises IntegrityError where the head does not extend the last one, KeyFileError for want of a key, OSError
        where the memory cannot be written; then nothing was signed.
        """
        head = Checkpoint(self.origin, size, root)
        with self._memory.locked() as slots:
            signed, slot = self._newest(slots)
            last = self._open(signed) if signed is not None else None
            before = last.head if last is not None else Checkpoint(self.origin, 0, merkle.EMPTY_ROOT)
            if signed is not None and before.size > size:
                return signed
            _check_extends(before, head, prove=prove)
            if signed is not None and before.size == size:
                return signed
            keys = self._examine(before, head) if self._examine is not None else None
            signers = self._keys.signers(keys or (last.keys if last is not None else self._keys.loaded()[:1]))
            return self._sign(slots, 1 - slot, head, signers)

    def adopt(self, signed: bytes) -> Checkpoint:
        """Begin with a checkpoint that this log signed earlier, instead of with nothing.

        Raises IntegrityError unless this log signed it and there is no memory. That the journal holds what it says
        is for the caller to have made sure.
        """
        own = self._open(signed)
        parsed = note.parse(signed)
        kept = bytes(note.Note(parsed.text, tuple(line for line in parsed.signatures if line.name == self.origin)))
        with self._memory.locked() as slots:
            if self._newest(slots)[0] is not None:
                raise IntegrityError("the signer has a memory; nothing may be put into its place")
            slots.write(0, kept)
        return own.head

    def _sign(self, slots: Slots, slot: int, head: Checkpoint, signers: list[Signer]) -> bytes:
        signed = checkpoint.sign(head, *signers)
        slots.write(slot, signed)
        self._remember(signed, Signed(head, tuple(signer.verifier_key for signer in signers)))
        return signed

    def _newest(self, slots: Slots) -> tuple[bytes | None, int]:
        """The newest readable slot's note, and the slot's number (1 if there is none yet)."""
        notes: list[tuple[int, bytes, int]] = []
        for number, kept in enumerate(slots.notes):
            if kept:
                with contextlib.suppress(IntegrityError):  # a slot that was torn while it was written; see the other
                    notes.append((self._open(kept).head.size, kept, number))
        if notes:
            _, newest, number = max(notes)
            return newest, number
        if slots.blank:
            return None, 1
        raise IntegrityError(f"the signer's memory cannot be read: {self._memory.path}")

    def _open(self, signed: bytes) -> Signed:
        known = self._opened.get(signed)
        if known is not None:
            return known
        try:
            verified = note.verify(signed, self._keys.loaded())
            head = checkpoint.parse_text(verified.text)
        except NoteError as error:
            raise IntegrityError(f"this is no checkpoint of {self.origin}: {error}") from error
        own = [line for line in note.parse(signed).signatures if line.name == self.origin]
        if head.origin != self.origin or len(own) != len(verified.verified):
            raise IntegrityError(f"this checkpoint of {head.origin} was signed by a key whose file is not here")
        opened = Signed(head, tuple(verified.verified))
        self._remember(signed, opened)
        return opened

    def _remember(self, signed: bytes, opened: Signed) -> None:
        """Both slots are read at every signature; their notes need to be verified once."""
        if len(self._opened) >= 4:
            self._opened.pop(next(iter(self._opened)))
        self._opened[signed] = opened


def _check_extends(before: Checkpoint, head: Checkpoint, *, prove: ConsistencyProver) -> None:
    try:
        merkle.verify_consistency(
            first=before.size,
            second=head.size,
            first_root=before.root,
            second_root=head.root,
            path=prove(before.size, head.size) if before.size < head.size else [],
        )
    except ProofError as error:
        raise IntegrityError(
            f"the head of size {head.size} does not extend the signed one of {before.size}: {error}"
        ) from error
