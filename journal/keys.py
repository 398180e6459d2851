"""Keys: what the server holds so that the log, and persons without a key of their own, can sign.

Each file is created once, readable by its owner only, and never replaced by the program. Keys in the custody
"server" follow from one master seed, so that their backup is one file; the journal records that custody.
"""

import os
import secrets
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from journal.durable import sync_folder
from journal.note import Ed25519Signer


class KeyFileError(Exception):
    """A key file is missing, unreadable or open to others; the message says which and what to do."""


def read_secret(path: Path) -> bytes:
    """The bytes of a secret file. Raises KeyFileError if it is missing or others may read it."""
    try:
        mode = path.stat().st_mode
        if mode & 0o077:
            raise KeyFileError(f"{path} can be read by others (mode {mode & 0o777:o}): chmod 600 {path}")
        return path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from error


def create_secret(path: Path, content: bytes) -> None:
    """Write a new secret file, durably. Raises KeyFileError if it exists: a key is never overwritten."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)
    except OSError as error:
        raise KeyFileError(f"{path}: {error.strerror}") from error


def create_log_key(path: Path, *, origin: str) -> Ed25519Signer:
    """A new log key in its file."""
    signer = Ed25519Signer.generate(origin)
    create_secret(path, signer.private_text().encode() + b"\n")
    return signer


def read_log_key(path: Path) -> Ed25519Signer:
    """The log key from its file."""
    try:
        return Ed25519Signer.parse(read_secret(path).decode().strip())
    except ValueError as error:
        raise KeyFileError(f"{path} holds no log key: {error}") from error


def create_master(path: Path) -> None:
    """A new master seed of 32 random bytes."""
    create_secret(path, secrets.token_bytes(32))


class ServerCustody:
    """Signers of persons whose keys the server keeps, derived from the master seed (HKDF-SHA256, RFC 5869)."""

    def __init__(self, master: bytes, *, origin: str) -> None:
        if len(master) != 32:
            raise KeyFileError(f"the master seed has {len(master)} bytes, not 32")
        self._master = master
        self._origin = origin
        self._signers: dict[tuple[UUID, str, int], Ed25519Signer] = {}

    def signer(self, person_id: UUID, role: str, *, generation: int = 1) -> Ed25519Signer:
        """The signer `<origin>/<role>/<person>`; a later generation is another key under the same name."""
        at = (person_id, role, generation)
        if at not in self._signers:
            name = f"{self._origin}/{role}/{person_id}"
            seed = HKDF(
                algorithm=hashes.SHA256(),
                length=32,
                salt=None,
                info=f"mingzhang actor key 1\n{name}\n{generation}".encode(),
            ).derive(self._master)
            self._signers[at] = Ed25519Signer.from_seed(name, seed)
        return self._signers[at]
