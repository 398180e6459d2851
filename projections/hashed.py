"""Hashes every entry that read models are made of, and compares the tree with the log's head where it reaches it.

What must not be broken: an entry that was exchanged after it was recorded does not become a figure without being
noticed. What the database says of a read entry's hash is not believed: it follows the entry.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from psycopg import Connection

from journal.checkpoint import Checkpoint
from journal.errors import IntegrityError
from journal.merkle import Frontier, leaf_hash

LEAVES_PAGE: Final = 50_000
LEAVES: Final = (
    "SELECT leaf FROM journal.events WHERE notification_id > %s AND notification_id <= %s ORDER BY notification_id"
)
HEAD: Final = "SELECT size, root FROM journal.head"


class HashedLog:
    """The tree over what was read, kept from batch to batch. It may be shared by threads.

    `signed`: a head that must be met on the way, compared besides the database's own.
    """

    def __init__(self, signed: Checkpoint | None = None) -> None:
        self._frontier = Frontier()  # replaced as a whole, never changed
        self._signed = signed

    def extended(
        self, conn: Connection[Any], entries: Sequence[bytes], *, start: int, head: tuple[int, bytes]
    ) -> Frontier:
        """The tree of the first `start` entries and these. Raises IntegrityError where it differs from a head.

        What stands before `start` and is not known yet is read from the stored hashes, once.
        """
        frontier = self._reached(conn, start)
        expected = dict([head] if self._signed is None else [head, (self._signed.size, self._signed.root)])
        if self._signed is not None and self._signed.size == head[0] and self._signed.root != head[1]:
            raise IntegrityError(f"the entries do not give the root that was signed for size {head[0]}")
        _compare(frontier, expected)
        for entry in entries:
            frontier.append(leaf_hash(entry))
            _compare(frontier, expected)
        return frontier

    @property
    def size(self) -> int:
        """How many entries the kept tree holds."""
        return self._frontier.size

    def keep(self, frontier: Frontier) -> None:
        """Go on from this tree."""
        self._frontier = frontier

    def require_signed(self) -> None:
        """Raise IntegrityError if the signed head was not reached."""
        if self._signed is not None and self._frontier.size < self._signed.size:
            raise IntegrityError(
                f"the journal holds {self._frontier.size} entries, but {self._signed.size} were signed"
            )

    def _reached(self, conn: Connection[Any], start: int) -> Frontier:
        known = self._frontier
        # Further on than the models: a commit failed, or another model joined. Its own past is read again.
        frontier = known.copy() if known.size <= start else Frontier()
        while frontier.size < start:
            stop = min(frontier.size + LEAVES_PAGE, start)
            leaves = [leaf for (leaf,) in conn.execute(LEAVES, (frontier.size, stop), binary=True)]
            if len(leaves) != stop - frontier.size:
                raise IntegrityError(f"of the entries {frontier.size} to {stop - 1}, only {len(leaves)} are there")
            frontier.extend(leaves)
        return frontier


def _compare(frontier: Frontier, expected: Mapping[int, bytes]) -> None:
    root = expected.get(frontier.size) if frontier.size else None
    if root is not None and frontier.root() != root:
        raise IntegrityError(f"the stored entries do not give the root of the head at size {frontier.size}")


def head_of(conn: Connection[Any]) -> tuple[int, bytes]:
    """The size and root that the database says the log has."""
    found = conn.execute(HEAD, binary=True).fetchone()
    return (int(found[0]), bytes(found[1])) if found else (0, b"")
