"""What the signer reads back: the bytes that the database really holds, hashed again before a head over them is signed.

One bit that flipped between hashing and storing ended a public log (Yeti 2022); here such a head is never signed. The
connection is the signer's own and can only read.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg.pq.abc import PGresult

from journal import line as lines
from journal.batch import LAST_TYPE
from journal.checkpoint import Checkpoint
from journal.errors import IntegrityError, Unavailable
from journal.line import Line, LineError
from journal.log_keys import keys_in
from journal.merkle import EMPTY_ROOT, Frontier, leaf_hash
from journal.note import VerifierKey
from journal.statement import Statement
from journal.tiles import TILE_WIDTH, TileError, TileNodeReader
from journal.trust import PolicyError

PAGE: Final = 2_000
CONNECT_TIMEOUT_S: Final = 5

_ENTRIES: Final = Statement(
    "stored_entries",
    "SELECT state FROM journal.events WHERE notification_id > $1 AND notification_id <= $2"
    " ORDER BY notification_id LIMIT $3",
)
_LEAVES: Final = Statement(
    "stored_leaves",
    "SELECT leaf FROM journal.events WHERE notification_id > $1 AND notification_id <= $2 ORDER BY notification_id",
)
_TREE: Final = Statement(
    "stored_tree",
    "SELECT hash FROM journal.tree WHERE level = $1::bigint AND index >= $2 AND index < $3 ORDER BY index",
)
_HEAD: Final = Statement("stored_head", "SELECT size, root FROM journal.head")

# Quotes inside of a text are escaped, so only a member of this name can look like this.
_ABOUT_THE_LOG: Final = b'"type":"log.'
_POLICIES: Final = frozenset({"log.opened/1", "log.policy_set/1"})


def connection_of(dsn: str) -> psycopg.Connection[Any]:
    """A connection that cannot write, whatever its role may."""
    return psycopg.connect(
        dsn,
        autocommit=True,
        prepare_threshold=None,
        connect_timeout=CONNECT_TIMEOUT_S,
        options="-c default_transaction_read_only=on",
    )


@dataclass(frozen=True)
class _Reached:
    """The tree as far as it was read back, and whether its last entry closes the journal."""

    frontier: Frontier
    closed: bool


class StoredEntries:
    """Entries and tree of one log in PostgreSQL. `connect` opens a connection of a role that can only read.

    Everything here raises Unavailable where the database gives out, and may then be asked again.
    """

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]], *, origin: str) -> None:
        self._connect = connect
        self._origin = origin
        self._connection: psycopg.Connection[Any] | None = None
        self._using = threading.Lock()
        self._reached: _Reached | None = None

    def examine(self, last: Checkpoint, head: Checkpoint) -> tuple[VerifierKey, ...] | None:
        """Hash what stands between two heads; the log keys of the last policy among it, None if there is none.

        Raises IntegrityError unless it leads from the first root to the second: other bytes are stored than were
        hashed, or rows are missing. After an empty head only the entries of the command that began the log are taken:
        a signer without a memory must not sign what it cannot compare.
        """
        reached = self._at(last)
        reader = _Reader(self._origin, reached, beginning=last.size == 0)
        for entry in self.entries(last.size, stop=head.size):
            reader.take(entry)
        frontier = reader.frontier
        if frontier.size != head.size:
            raise IntegrityError(f"the database holds {frontier.size} entries of the {head.size} that are to be signed")
        if frontier.root() != head.root:
            raise IntegrityError(
                f"the stored entries {last.size} to {head.size - 1} do not give the root that is to be signed: "
                "other bytes were stored than were hashed"
            )
        self._reached = _Reached(frontier, reader.closed)
        return reader.keys

    def adoptable(self, head: Checkpoint, *, published: Mapping[str, Checkpoint]) -> tuple[VerifierKey, ...]:
        """Hash every entry from the first; the log keys that must have signed a head.

        Raises IntegrityError unless the entries give its root, and on the way that of everything published or seen
        (by where it is), none of which may be larger.
        """
        reader = _Reader(self._origin, _Reached(Frontier(), closed=False), beginning=False)
        for entry in self.entries(0, stop=head.size):
            reader.take(entry)
            for where, there in published.items():
                if there.size == reader.frontier.size and there.root != reader.frontier.root():
                    raise IntegrityError(f"the {where} of size {there.size} is no beginning of the database")
        if (reader.frontier.size, reader.frontier.root()) != (head.size, head.root):
            raise IntegrityError(
                f"the first {head.size} entries of the database are not those of the checkpoint: "
                f"it holds {reader.frontier.size}"
            )
        if reader.keys is None:
            raise IntegrityError("the journal does not begin with its policy")
        return reader.keys

    def head(self) -> tuple[int, bytes]:
        """How many entries the database says it holds, and their root."""
        answer = self._asked(_HEAD)
        if not answer.ntuples:
            return 0, EMPTY_ROOT
        return int.from_bytes(answer.get_value(0, 0) or b"", "big"), answer.get_value(0, 1) or b""

    def entries(self, start: int, *, stop: int) -> Iterator[bytes]:
        """The stored entries from index `start` up to `stop`, read in pages; fewer where rows are missing."""
        while start < stop:
            rows = self._column(_ENTRIES, start, stop, PAGE)
            yield from rows
            if not rows:
                return
            start += len(rows)

    def close(self) -> None:
        """Let go of the database."""
        if self._connection is not None:
            self._connection.close()

    def _at(self, last: Checkpoint) -> _Reached:
        """The right edge at the last signed head, from memory or from the stored hashes."""
        known = self._reached
        if known is not None and known.frontier.size == last.size and known.frontier.root() == last.root:
            return _Reached(known.frontier.copy(), known.closed)
        try:
            read = TileNodeReader(self._read_tile, last.size)
            frontier = Frontier(last.size, [read(level, index) for level, index in _edge(last.size)])
        except TileError as error:
            raise IntegrityError(f"the stored tree has no edge at size {last.size}: {error}") from error
        if (frontier.root() if last.size else EMPTY_ROOT) != last.root:
            raise IntegrityError(f"the stored hashes do not give the root that was signed at size {last.size}")
        before = list(self.entries(max(last.size - 1, 0), stop=last.size))
        return _Reached(frontier, bool(before) and _line_of(before[0]).type == LAST_TYPE)

    def _read_tile(self, level: int, n: int, width: int) -> bytes:
        begin = n * TILE_WIDTH
        if level == 0:
            return b"".join(self._column(_LEAVES, begin, begin + width))
        return b"".join(self._column(_TREE, level, begin, begin + width))

    def _column(self, query: Statement, *numbers: int) -> list[bytes]:
        answer = self._asked(query, *numbers)
        return [answer.get_value(row, 0) or b"" for row in range(answer.ntuples)]

    def _asked(self, query: Statement, *numbers: int) -> PGresult:
        """One answer; a connection that died since the last question is opened again, once."""
        with self._using:
            for _ in range(2):
                try:
                    if self._connection is None or self._connection.closed:
                        self._connection = self._connect()
                    return query.run(self._connection, [number.to_bytes(8, "big") for number in numbers])
                except psycopg.OperationalError as error:
                    failed = error
                    if self._connection is not None:
                        with closing(self._connection):
                            self._connection = None
                except psycopg.Error as error:
                    raise Unavailable(f"the signer cannot read the database: {error}") from error
            raise Unavailable(f"the signer cannot read the database: {failed}") from failed


class _Reader:
    """Takes entries one after the other: grows the tree, and notes what they say of the log itself."""

    def __init__(self, origin: str, reached: _Reached, *, beginning: bool) -> None:
        self.frontier = reached.frontier
        self.closed = reached.closed
        self.keys: tuple[VerifierKey, ...] | None = None
        self._origin = origin
        self._beginning = beginning
        self._first: tuple[str, str] | None = None

    def take(self, entry: bytes) -> None:
        """The next entry. Raises IntegrityError where none may stand."""
        index = self.frontier.size
        if self.closed:
            raise IntegrityError(f"entry {index} stands behind the event that closed the journal")
        self.frontier.append(leaf_hash(entry))
        if self._beginning:
            self._check_beginning(_line_of(entry))
        if _ABOUT_THE_LOG in entry:
            self._note(index, _line_of(entry))

    def _check_beginning(self, line: Line) -> None:
        command = (line.by, line.cmd)
        self._first = self._first or command
        if command != self._first:
            raise IntegrityError(
                "the signer has no memory, but the journal goes beyond its beginning: the signer's folder was deleted "
                "or is another one. Put it back from a backup, or let the signer begin with a checkpoint that was "
                "published: mingzhang signer --adopt CHECKPOINT_FILE"
            )

    def _note(self, index: int, line: Line) -> None:
        self.closed = line.type == LAST_TYPE
        if line.type not in _POLICIES:
            return
        try:
            self.keys = keys_in(str(line.data["policy"]), origin=self._origin)
        except (PolicyError, KeyError) as error:
            raise IntegrityError(f"the policy that entry {index} records cannot be used: {error}") from error


def _line_of(entry: bytes) -> Line:
    try:
        return lines.parse(entry.rpartition(b"\n\n")[0] + b"\n")
    except LineError as error:
        raise IntegrityError(f"a stored entry cannot be read: {error}") from error


def _edge(size: int) -> Iterator[tuple[int, int]]:
    """(level, index) of the perfect subtrees that make up a tree, the largest first."""
    begin = 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            yield level, begin >> level
            begin += 1 << level
