"""The log's own keys: a first one, and after a rotation the next; each in a file of its own, none ever replaced.

A key signs only while the journal's policy lists it, wherever its file is. Files: `log.key`, then `log.key.2`, …
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

from journal.keys import KeyFileError, create_log_key, read_log_key
from journal.note import Ed25519Signer, Signer, VerifierKey
from journal.trust import Policy, PolicyError

FIRST: Final = "log.key"
LOG_KEYS_MAX: Final = 2
"""More keys at once than the old and the new one would be no rotation."""

_FILE: Final = re.compile(r"log\.key(?:\.([1-9][0-9]{0,5}))?", re.ASCII)


def log_key_files(folder: Path) -> list[Path]:
    """The files of log keys in a folder, the oldest first."""
    found = {path: _FILE.fullmatch(path.name) for path in folder.glob(f"{FIRST}*")}
    return sorted((path for path in found if found[path]), key=_number)


def create_next_log_key(folder: Path, *, origin: str) -> Path:
    """Make the next key of the log. Raises KeyFileError if it cannot be written."""
    files = log_key_files(folder)
    path = folder / f"{FIRST}.{_number(files[-1]) + 1 if files else 2}"
    create_log_key(path, origin=origin)
    return path


def keys_in(policy: str, *, origin: str) -> tuple[VerifierKey, ...]:
    """The log keys of the origin that a policy lists, in its order. Raises PolicyError for none or too many."""
    keys = tuple(
        log.key for log in Policy.parse(policy.encode(errors="surrogateescape")).logs if log.key.name == origin
    )
    if not 1 <= len(keys) <= LOG_KEYS_MAX:
        raise PolicyError(f"a policy lists one or two log keys of {origin}, not {len(keys)}")
    return keys


class LogKeys:
    """The keys that can sign as the log, read again when one is asked for that was not there before."""

    def __init__(self, folder: Path | None, signers: Sequence[Signer] = ()) -> None:
        self._folder = folder
        self._signers: dict[VerifierKey, Signer] = {signer.verifier_key: signer for signer in signers}
        self._read()
        names = {key.name for key in self._signers}
        if len(names) != 1:
            where = f" in {folder}" if folder else ""
            raise KeyFileError(f"there is no log key{where}" if not names else f"keys of several logs{where}: {names}")
        (self.origin,) = names

    @classmethod
    def single(cls, signer: Signer) -> Self:
        """One key, from no file."""
        return cls(None, [signer])

    def known(self) -> list[VerifierKey]:
        """The public keys, the oldest first."""
        self._read()
        return list(self._signers)

    def loaded(self) -> list[VerifierKey]:
        """The same without another look into the folder."""
        return list(self._signers)

    def signers(self, keys: Sequence[VerifierKey]) -> list[Signer]:
        """Whoever signs by these keys. Raises KeyFileError naming one whose file is not there."""
        if any(key not in self._signers for key in keys):
            self._read()
        for key in keys:
            if key not in self._signers:
                raise KeyFileError(f"the policy lists the log key {key}, whose file is not in {self._folder}")
        return [self._signers[key] for key in keys]

    def _read(self) -> None:
        for path in log_key_files(self._folder) if self._folder is not None else []:
            signer: Ed25519Signer = read_log_key(path)
            self._signers.setdefault(signer.verifier_key, signer)


def _number(path: Path) -> int:
    found = _FILE.fullmatch(path.name)
    return int(found[1] or 1) if found else 0
