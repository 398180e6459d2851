"""Time stamps of checkpoints (RFC 3161): tokens that the journal named, over checkpoints of this log.

What must not be broken: a token's bytes are those of the event, its imprint is that of the checkpoint's three lines,
and the root that was stamped is the root over the entries; those lines lie beside the token. Who signed it, `openssl
ts -verify` tells (README.txt).
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.explanation import Stamped
from audit.findings import Check, Findings, Place
from audit.folder import PackageFolder, UnreadableFile
from audit.tree import Tree
from journal.checkpoint import Checkpoint
from journal.note import NoteError

FOLDER = "timestamps/"
_TOKEN_BYTES_MAX = 1 << 20


def path_of(token: str) -> str:
    """Where the token of a digest lies."""
    return f"{FOLDER}{token}.tsr"


def text_path_of(token: str) -> str:
    """Where the three lines lie that the token stamps, for whoever checks it by hand."""
    return f"{FOLDER}{token}.checkpoint"


def text_of(origin: str, data: Mapping[str, Any]) -> bytes:
    """The three lines that an event says were stamped. Raises NoteError if its log's name cannot be one."""
    return Checkpoint(origin, data["size"], bytes.fromhex(data["root"])).text()


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
        tokens = [entry.data["token"] for entry in self._stamped]
        known = {*map(path_of, tokens), *map(text_path_of, tokens)}
        for path in sorted(path for path in self._folder.files if path.startswith(FOLDER)):
            if path not in known:
                self._findings.add("timestamps.unnamed", Place(path))
        for entry in self._stamped:
            self._root(entry, tree)
            try:
                text = text_of(entry.origin, entry.data)
            except NoteError:
                self._findings.add("timestamps.text", entry.place, size=entry.data["size"])
                continue
            self._token(entry, text)
            self._text(entry, text)
        if self._stamped:
            self._findings.summarise(Check.TIMESTAMPS, stamps=len(self._stamped))
        else:
            self._findings.skip(Check.TIMESTAMPS, "no_timestamps")

    def last(self) -> Stamped | None:
        """The last time stamp that the journal names."""
        return Stamped(self._stamped[-1].data["token"], self._stamped[-1].data["size"]) if self._stamped else None

    def _root(self, entry: Entry, tree: Tree) -> None:
        size, root = entry.data["size"], entry.data["root"]
        if size > min(entry.index, tree.size):
            self._findings.add("timestamps.too_early", entry.place, size=size)
        elif tree.root(size).hex() != root:
            self._findings.add("timestamps.root", entry.place, size=size, found=root, expected=tree.root(size).hex())

    def _token(self, entry: Entry, text: bytes) -> None:
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
        if sha256(text).digest() not in token:
            self._findings.add("timestamps.imprint", place, size=data["size"])

    def _text(self, entry: Entry, text: bytes) -> None:
        path = text_path_of(entry.data["token"])
        try:
            found = self._folder.read(path, limit=len(text))
        except UnreadableFile:
            found = None
        if found != text:
            place = Place(path, index=entry.index, event=entry.name)
            self._findings.add("timestamps.text", place, size=entry.data["size"])
