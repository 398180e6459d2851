"""The signer's memory: the checkpoint that it signed last, on the disk before the signature leaves.

Two slots of a fixed size are written in turn, so that a write torn by a power cut leaves the other; their room is
taken when the file is made, so that a disk that fills up later cannot stop a signature.
"""

import errno
import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from journal.durable import sync_folder

_LENGTH: Final = struct.Struct(">I")
_SLOT_BYTES: Final = 4096
NOTE_BYTES_MAX: Final = _SLOT_BYTES - _LENGTH.size


class Slots:
    """Both slots while they are locked."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        raw = [os.pread(descriptor, _SLOT_BYTES, number * _SLOT_BYTES) for number in (0, 1)]
        self.notes: tuple[bytes, ...] = tuple(map(_note_in, raw))
        self.blank: bool = all(slot.count(0) == len(slot) for slot in raw)

    def write(self, number: int, note: bytes) -> None:
        """Replace a slot's note. Raises OSError unless every byte is on the disk."""
        if len(note) > NOTE_BYTES_MAX:
            raise OSError(errno.EFBIG, "the checkpoint does not fit into the signer's memory")
        _write_durably(self._descriptor, (_LENGTH.pack(len(note)) + note).ljust(_SLOT_BYTES, b"\0"), number)


class Memory:
    """The file of both slots in the signer's folder, which is made if it is not there."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "last-signed"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._reserve(folder)

    @contextmanager
    def locked(self) -> Iterator[Slots]:
        """The slots, while no other process looks at them or writes. Raises OSError."""
        descriptor = os.open(self.path, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield Slots(descriptor)
        finally:
            os.close(descriptor)

    def _reserve(self, folder: Path) -> None:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            size = os.fstat(descriptor).st_size
            if size < 2 * _SLOT_BYTES:
                if os.pwrite(descriptor, bytes(2 * _SLOT_BYTES - size), size) != 2 * _SLOT_BYTES - size:
                    raise OSError(errno.ENOSPC, "there is no room for the signer's memory")
                os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
        sync_folder(folder)


def _note_in(raw: bytes) -> bytes:
    (length,) = _LENGTH.unpack_from(raw) if len(raw) == _SLOT_BYTES else (0,)
    return raw[_LENGTH.size : _LENGTH.size + length]


def _write_durably(descriptor: int, data: bytes, number: int) -> None:
    if os.pwrite(descriptor, data, number * _SLOT_BYTES) != len(data):
        raise OSError(errno.ENOSPC, "the signer's memory was written in part")
    os.fdatasync(descriptor)
