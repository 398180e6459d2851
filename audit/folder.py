"""The folder that holds a package, read as a stranger's: nothing in it is followed, trusted or run.

What must not be broken: only regular files that lie in the folder itself are ever opened. A link could point
at any file of the reader's machine, a pipe could wait for ever.
"""

import errno
import os
import stat
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

_CHUNK_BYTES = 1 << 20


class UnreadableFile(Exception):
    """A file of the package that cannot be read. `reason`: missing, not_a_file, too_large or unreadable."""

    def __init__(self, path: str, reason: str, detail: str = "") -> None:
        super().__init__(path, reason, detail)
        self.path, self.reason, self.detail = path, reason, detail


class PackageFolder:
    """A listing of a folder, made once: its regular files with their lengths, its folders, and what is
    neither.

    Paths are relative, with `/`. Raises OSError if the folder itself cannot be listed.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: dict[str, int] = {}
        self.folders: set[str] = set()
        self.oddities: list[tuple[str, str]] = []  # (path, link | special | unlisted)
        self._list("")
        pending = sorted(self.folders)
        while pending:
            pending.extend(self._list_inner(pending.pop()))

    def _list_inner(self, path: str) -> list[str]:
        try:
            return self._list(path)
        except OSError:
            self.oddities.append((path, "unlisted"))
            return []

    def _list(self, path: str) -> list[str]:
        """Note everything directly inside `path`; return the folders among it."""
        inner = []
        with os.scandir(self.root / path) as found:
            for item in found:
                name = f"{path}/{item.name}" if path else item.name
                if item.is_symlink():
                    self.oddities.append((name, "link"))
                elif item.is_dir(follow_symlinks=False):
                    self.folders.add(name)
                    inner.append(name)
                elif item.is_file(follow_symlinks=False):
                    self.files[name] = item.stat(follow_symlinks=False).st_size
                else:
                    self.oddities.append((name, "special"))
        return inner

    def open(self, path: str) -> BinaryIO:
        """Open a listed file. Raises UnreadableFile."""
        if path not in self.files:
            known = path in self.folders or any(path == odd for odd, _ in self.oddities)
            raise UnreadableFile(path, "not_a_file" if known else "missing")
        return open_regular(self.root, path)

    def read(self, path: str, *, limit: int) -> bytes:
        """The bytes of a listed file of at most `limit` bytes. Raises UnreadableFile."""
        with self.open(path) as file:
            return read_limited(file, path, limit=limit)

    def sha256(self, path: str) -> str:
        """The digest of a listed file, in lower-case hex. Raises UnreadableFile."""
        digest = sha256()
        with self.open(path) as file:
            for chunk in _chunks(file, path):
                digest.update(chunk)
        return digest.hexdigest()


def reason(error: OSError | ValueError) -> str:
    """Why the system refused, as a name that does not depend on its language: `EACCES`, `EISDIR`, …"""
    return errno.errorcode.get(error.errno or 0, "?") if isinstance(error, OSError) else "?"


def open_regular(root: Path, path: str) -> BinaryIO:
    """Open one regular file inside `root` without following a link at its end. Raises UnreadableFile."""
    try:
        # Without O_NONBLOCK, opening a pipe that took the file's place would wait for a writer.
        descriptor = os.open(root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise UnreadableFile(path, "unreadable", reason(error)) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnreadableFile(path, "not_a_file")
    return os.fdopen(descriptor, "rb")


def read_limited(file: BinaryIO, path: str, *, limit: int) -> bytes:
    """All bytes of a file, refused beyond `limit`. Raises UnreadableFile."""
    try:
        data = file.read(limit + 1)
    except OSError as error:
        raise UnreadableFile(path, "unreadable", reason(error)) from error
    if len(data) > limit:
        raise UnreadableFile(path, "too_large", str(limit))
    return data


def _chunks(file: BinaryIO, path: str) -> Iterator[bytes]:
    try:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk
    except OSError as error:
        raise UnreadableFile(path, "unreadable", reason(error)) from error
