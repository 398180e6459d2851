"""Time stamps of checkpoints (RFC 3161): tokens that the journal named, over checkpoints of this log.

What must not be broken: a token's bytes are those of the event, its imprint is that of the checkpoint's three lines,
and the root that was stamped is the root over the entries. Who signed it, `openssl ts -verify` tells (README.txt).
"""

from hashlib import sha256
from typing import ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings, Place
from audit.folder import PackageFolder, UnreadableFile
from audit.tree import Tree
from journal.checkpoint import Checkpoint

FOLDER = "timestamps/"
_TOKEN_BYTES_MAX = 1 << 20


def path_of(token: str) -> str:
    """Where the token of a digest lies."""
    return f"{FOLDER}{token}.tsr"


class Timestamps:
    """Check 20."""

    types: ClassVar[frozenset[str] | None] = frozenset({"log.checkpoint_timestamped/1"})
    moving: ClassVar[bool] = False

    def __init__(self, folder: PackageFolder, findings: Findings) -> None:
        self._folder = folder
        self._findings = findings
        self._stamped: list[Entry] = []

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Note a time stamp."""
        if entry.type == "log.checkpoint_timestamped/1":
            self._stamped.append(entry)

    def finish(self, book: Book) -> None:
        """Roots are compared once all entries are read: `check`."""

    def check(self, tree: Tree) -> None:
        """Compare every token with its event, and every stamped root with the entries."""
        known = {path_of(entry.data["token"]) for entry in self._stamped}
        for path in sorted(path for path in self._folder.files if path.startswith(FOLDER)):
            if path not in known:
                self._findings.add("timestamps.unnamed", Place(path))
        for entry in self._stamped:
            self._root(entry, tree)
            self._token(entry)
        if self._stamped:
            self._findings.summarise(Check.TIMESTAMPS, stamps=len(self._stamped))
        else:
            self._findings.skip(Check.TIMESTAMPS, "no_timestamps")

    def _root(self, entry: Entry, tree: Tree) -> None:
        size, root = entry.data["size"], entry.data["root"]
        if size > min(entry.index, tree.size):
            self._findings.add("timestamps.too_early", entry.place, size=size)
        elif tree.root(size).hex() != root:
            self._findings.add("timestamps.root", entry.place, size=size, found=root, expected=tree.root(size).hex())

    def _token(self, entry: Entry) -> None:
        data = entry.data
        path = path_of(data["token"])
        place = Place(path, index=entry.index, event=entry.name)
        try:
            token = self._folder.read(path, limit=_TOKEN_BYTES_MAX)
        except UnreadableFile as error:
            if error.reason == "missing":
                self._findings.attend("timestamps.missing", place, authority=data["authority"])
            else:
                self._findings.add(f"timestamps.{error.reason}", place, detail=error.detail)
            return
        if sha256(token).hexdigest() != data["token"] or len(token) != data["token_bytes"]:
            self._findings.add("timestamps.bytes", place)
        text = Checkpoint(entry.origin, data["size"], bytes.fromhex(data["root"])).text()
        if sha256(text).digest() not in token:
            self._findings.add("timestamps.imprint", place, size=data["size"])
