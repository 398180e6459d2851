"""The signer: puts the log's name under a tree head, and never under two that disagree.

It trusts its own memory of what it signed last, not the database: a head is signed only with a proof that it extends
the last one. The memory is on disk, synced, before the signature leaves; a database that has gone back is refused.
"""

import contextlib
import errno
import fcntl
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from journal import checkpoint, merkle
from journal.checkpoint import Checkpoint
from journal.errors import IntegrityError
from journal.merkle import ProofError
from journal.note import NoteError, Signer

ConsistencyProver = Callable[[int, int], list[bytes]]
"""(first, second) -> the consistency proof between the trees of these sizes."""

_SLOT = struct.Struct(">I")
_SLOT_BYTES = 4096


class LogSigner:
    """Signs checkpoints of one log. Several processes of one machine may share `state`, a folder.

    The folder holds two slots of a fixed size, written in turn, so that a write torn by a power cut leaves the other.
    """

    def __init__(self, key: Signer, state: Path) -> None:
        self._key = key
        self._path = state / "last-signed"
        self._opened: dict[bytes, Checkpoint] = {}
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._reserve(state)

    @property
    def origin(self) -> str:
        """The log's name."""
        return self._key.verifier_key.name

    def last(self) -> bytes | None:
        """The signed checkpoint that was signed last; None before the first."""
        with self._locked() as descriptor:
            return self._newest(descriptor)[0]

    def check(self, *, size: int, root: bytes) -> None:
        """Refuse a tree that has gone back or differs. Raises IntegrityError, with what to do."""
        note = self.last()
        last = self._open(note) if note else Checkpoint(self.origin, 0, merkle.EMPTY_ROOT)
        if size < last.size:
            raise IntegrityError(
                f"the journal holds {size} entries, but {last.size} were signed: an older backup was restored. "
                "Restore a newer one; what was signed cannot be taken back."
            )
        if size == last.size and root != last.root:
            raise IntegrityError(f"the journal's root at size {size} is not the one that was signed")

    def seal(self, *, size: int, root: bytes, prove: ConsistencyProver) -> bytes:
        """Sign the head (size, root) and return the signed checkpoint.

        If a larger head has been signed by now (another process), that newer checkpoint is returned instead.
        Raises IntegrityError where the head does not extend the last one.
        """
        with self._locked() as descriptor:
            note, slot = self._newest(descriptor)
            if note is not None:
                last = self._open(note)
                if last.size > size:
                    return note
                self._check_extends(last, size=size, root=root, prove=prove)
                if last.size == size:
                    return note
            signed = checkpoint.sign(Checkpoint(self.origin, size, root), self._key)
            _write_durably(
                descriptor, (_SLOT.pack(len(signed)) + signed).ljust(_SLOT_BYTES, b"\0"), (1 - slot) * _SLOT_BYTES
            )
            self._remember(signed, Checkpoint(self.origin, size, root))
            return signed

    def _check_extends(self, last: Checkpoint, *, size: int, root: bytes, prove: ConsistencyProver) -> None:
        try:
            merkle.verify_consistency(
                first=last.size,
                second=size,
                first_root=last.root,
                second_root=root,
                path=prove(last.size, size) if 0 < last.size < size else [],
            )
        except ProofError as error:
            raise IntegrityError(
                f"the head of size {size} does not extend the signed one of {last.size}: {error}"
            ) from error

    def _newest(self, descriptor: int) -> tuple[bytes | None, int]:
        """The newest readable slot's note, and the slot's number (1 if there is none yet)."""
        notes: list[tuple[int, bytes, int]] = []
        blank = True
        for slot in (0, 1):
            raw = os.pread(descriptor, _SLOT_BYTES, slot * _SLOT_BYTES)
            (length,) = _SLOT.unpack_from(raw) if len(raw) == _SLOT_BYTES else (0,)
            note = raw[_SLOT.size : _SLOT.size + length]
            blank = blank and raw.count(0) == len(raw)
            if note:
                with contextlib.suppress(IntegrityError):  # a slot that was torn while it was written; see the other
                    notes.append((self._open(note).size, note, slot))
        if notes:
            _, note, slot = max(notes)
            return note, slot
        if blank:
            return None, 1
        raise IntegrityError(f"the signer's memory cannot be read: {self._path}")

    def _open(self, note: bytes) -> Checkpoint:
        known = self._opened.get(note)
        if known is not None:
            return known
        try:
            opened = checkpoint.open_checkpoint(note, log_key=self._key.verifier_key)
        except NoteError as error:
            raise IntegrityError(f"the signer's memory holds no checkpoint of {self.origin}: {error}") from error
        self._remember(note, opened)
        return opened

    def _remember(self, note: bytes, opened: Checkpoint) -> None:
        """Both slots are read at every signature; their notes need to be verified once."""
        if len(self._opened) >= 4:
            self._opened = {}
        self._opened[note] = opened

    def _reserve(self, state: Path) -> None:
        """Make the file with room for both slots, so that a disk that fills up cannot stop a later signature."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            size = os.fstat(descriptor).st_size
            if size < 2 * _SLOT_BYTES:
                _write_durably(descriptor, bytes(2 * _SLOT_BYTES - size), size)
        finally:
            os.close(descriptor)
        folder = os.open(state, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextmanager
    def _locked(self) -> Iterator[int]:
        descriptor = os.open(self._path, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)


def _write_durably(descriptor: int, data: bytes, offset: int) -> None:
    """Raises OSError unless every byte is on the disk."""
    if os.pwrite(descriptor, data, offset) != len(data):
        raise OSError(errno.ENOSPC, "the signer's memory was written in part")
    os.fdatasync(descriptor)
