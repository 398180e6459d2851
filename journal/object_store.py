"""The published log in a store of objects: whatever fsspec can reach, as a bucket that a web server answers from.

What must not be broken: an object is taken for written only when it was read back; that it appears whole or not at
all is what the store has to promise (S3, OSS, GCS and Azure do). A folder of this machine is `targets.LocalFolder`.
"""

import contextlib

import fsspec

from journal.targets import check_path


class ObjectStore:
    """The files of a log below an fsspec URL, as `s3://bucket/log` or `memory://log`."""

    def __init__(self, url: str) -> None:
        """Raises ValueError for a URL of a kind that fsspec does not know, ImportError if its package is missing."""
        self._url = url
        self._files, self._root = fsspec.core.url_to_fs(url, use_listings_cache=False)

    def __str__(self) -> str:
        return self._url

    def read(self, path: str) -> bytes | None:
        """The content of a file, None if there is none."""
        try:
            return bytes(self._files.cat_file(self._at(path)))
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def write(self, path: str, content: bytes) -> None:
        """Put a file there, or in the place of the old one. Raises OSError if it is not read back as it was sent."""
        at = self._at(path)
        self._files.makedirs(at.rpartition("/")[0], exist_ok=True)
        self._files.pipe_file(at, content)
        if self.read(path) != content:
            raise OSError(f"{self._url} did not keep {path} as it was written")

    def remove(self, path: str) -> None:
        """Take a file away, if it is there."""
        with contextlib.suppress(FileNotFoundError):
            self._files.rm_file(self._at(path))

    def paths(self, folder: str) -> list[str]:
        """The paths of all files below a folder, in order."""
        with contextlib.suppress(FileNotFoundError):
            found = self._files.find(self._at(folder))
            return sorted(str(path).removeprefix(self._root).lstrip("/") for path in found)
        return []

    def _at(self, path: str) -> str:
        return f"{str(self._root).rstrip('/')}/{check_path(path)}"
