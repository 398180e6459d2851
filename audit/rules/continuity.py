"""Nothing is missing between two events of a stream, and no command acted twice.

What must not be broken: a stream is numbered 1, 2, 3, …; its identity belongs to one kind of thing only. Whether it
follows from what it is about, each event shows alone (`audit.identities`).
"""

from hashlib import blake2b
from typing import ClassVar

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings

_STREAMS_OF = {"points": "points_account", "objection": "disclosure"}
"""Where events are called after what moves and not after the stream in which they stand."""


class Continuity:
    """Check 8."""

    types: ClassVar[frozenset[str] | None] = None
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._streams: dict[str, tuple[str, int]] = {}  # identity -> (category, last number)
        self._commands: set[bytes] = set()
        self._current: tuple[str, str] | None = None
        self._events = 0

    def see(self, entry: Entry, book: Book) -> None:
        """Judge the event's number, identity, cause and command."""
        self._events += 1
        self._number(entry, book)
        self._cause(entry)
        self._command(entry)

    def _number(self, entry: Entry, book: Book) -> None:
        category = book.one(entry.category)
        subject = entry.type.partition(".")[0]
        known, last = self._streams.get(entry.identity, (category, 0))
        if known != category:
            self._findings.add("continuity.shared_identity", entry.place, category=category, known=known)
        if category != _STREAMS_OF.get(subject, subject):
            self._findings.add("continuity.category", entry.place, category=category, type=entry.type)
        if known == category and entry.seq != last + 1:
            self._findings.add("continuity.gap", entry.place, found=entry.seq, expected=last + 1)
        # Going on from the number found keeps one gap from being reported again at every later event.
        self._streams[entry.identity] = (known, entry.seq)

    def _cause(self, entry: Entry) -> None:
        if entry.cause is None:
            return
        stream, _, number = entry.cause.rpartition("@")
        category, _, identity = stream.partition("/")
        known, last = self._streams.get(identity, ("", 0))
        # Its own name is no cause: the number it has now was noted above.
        before = last - (identity == entry.identity)
        if known != category or len(number) > 16 or int(number) > before:
            self._findings.add("continuity.cause", entry.place, cause=entry.cause)

    def _command(self, entry: Entry) -> None:
        """One command's events stand together; its key is never seen again."""
        command = (entry.by, entry.cmd)
        if command == self._current:
            return
        self._current = command
        digest = blake2b("\x00".join(command).encode(), digest_size=16).digest()
        if digest in self._commands:
            self._findings.add("continuity.command", entry.place, cmd=entry.cmd, by=entry.by)
        self._commands.add(digest)

    def finish(self, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Count what was seen."""
        self._findings.summarise(
            Check.CONTINUITY, events=self._events, streams=len(self._streams), commands=len(self._commands)
        )
