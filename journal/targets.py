"""Where the published log lies: a folder whose files appear whole or not at all.

What must not be broken: a file is on the disk before its name is, and its name is on the disk before `write` returns.
Whatever stops the program in between leaves the old file, the new one, or none; never half of one.
"""

import os
import re
from pathlib import Path
from typing import Final, Protocol

from journal.durable import sync_folder

_PATH: Final = re.compile(r"[a-z][a-z0-9]*(/[a-z0-9]+(\.p)?)*")
_WRITING: Final = ".writing"


class Target(Protocol):
    """Files by their path, as `tile/0/x001/234`. Raises OSError where the place cannot be reached."""

    def read(self, path: str) -> bytes | None:
        """The content of a file, None if there is none."""

    def write(self, path: str, content: bytes) -> None:
        """Put a file there, or in the place of the old one, whole and durably."""

    def remove(self, path: str) -> None:
        """Take a file away, if it is there."""

    def paths(self, folder: str) -> list[str]:
        """The paths of all files below a folder, in order."""


def check_path(path: str) -> str:
    """The path, if a log has files of such names. Raises ValueError for one that could lead out of the folder."""
    if not _PATH.fullmatch(path):
        raise ValueError(f"no file of a published log has the path {path[:80]!r}")
    return path


class LocalFolder:
    """A folder of this machine. One process at a time may write; any number may read beside it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __str__(self) -> str:
        return str(self._root)

    def read(self, path: str) -> bytes | None:
        """The content of a file, None if there is none."""
        try:
            return (self._root / check_path(path)).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def write(self, path: str, content: bytes) -> None:
        """Put a file there, or in the place of the old one, whole and durably."""
        file = self._root / check_path(path)
        _make_folder(file.parent)
        # One name for all: what a killed process left there is overwritten by the next.
        writing = self._root / _WRITING
        descriptor = os.open(writing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(descriptor)
        os.replace(writing, file)  # noqa: PTH105 - the same call, where tests can end the process before it
        sync_folder(file.parent)

    def remove(self, path: str) -> None:
        """Take a file away, if it is there, and a folder of partial tiles with its last one."""
        file = self._root / check_path(path)
        file.unlink(missing_ok=True)
        if file.parent.suffix == ".p" and file.parent.is_dir() and not any(file.parent.iterdir()):
            file.parent.rmdir()

    def paths(self, folder: str) -> list[str]:
        """The paths of all files below a folder, in order."""
        below = self._root / check_path(folder)
        return sorted(str(file.relative_to(self._root)) for file in below.rglob("*") if file.is_file())


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, so that they survive the loss of power."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)
