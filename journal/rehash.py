"""Hashes what the database holds once more, entry by entry, and compares it with the head that was signed.

What must not be broken: nothing is taken from what the database says of its own entries; a round that was not finished
proves nothing and says so.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, Protocol

from journal import tiles
from journal.checkpoint import Checkpoint
from journal.errors import IntegrityError
from journal.merkle import Frontier, leaf_hash
from journal.published import head_of
from journal.tile_files import CHECKPOINT, TileFiles
from journal.tiles import TILE_WIDTH

PAGE: Final = 2_000

GoOn = Callable[[int], bool]
"""Asked after every page, with how many entries were hashed; False ends the round."""


class Entries(Protocol):
    """Where entries are read from: `journal.store.Store`, for one."""

    def entries(self, start: int, *, stop: int | None = None) -> Iterator[tuple[int, bytes]]:
        """(log index, entry) in order."""


def rehash(source: Entries, head: Checkpoint, *, go_on: GoOn = lambda _hashed: True) -> int:
    """Hash the first `head.size` entries; how many were hashed, fewer than that only where `go_on` ended it.

    Raises IntegrityError unless all of them give the root of the signed head, Unavailable where the database gives out.
    """
    frontier = Frontier()
    for index, entry in source.entries(0, stop=head.size):
        if index != frontier.size:
            raise IntegrityError(f"the log has a gap: log index {frontier.size} is missing")
        frontier.append(leaf_hash(entry))
        if frontier.size % PAGE == 0 and frontier.size < head.size and not go_on(frontier.size):
            return frontier.size
    if frontier.size != head.size:
        raise IntegrityError(f"the journal holds {frontier.size} entries, but {head.size} were signed")
    if frontier.root() != head.root:
        raise IntegrityError(f"the entries do not give the root that was signed for size {head.size}")
    return frontier.size


def first_differing(source: Entries, files: TileFiles) -> int | None:
    """The first log index at which the entries are not those that were published; None if there is no such place.

    Raises IntegrityError where the published tiles cannot be read, OSError where their target cannot be reached.
    """
    signed = files.target.read(CHECKPOINT)
    size = 0 if signed is None else head_of(signed).size
    for n in range(-(-size // TILE_WIDTH)):
        first, width = n * TILE_WIDTH, min(TILE_WIDTH, size - n * TILE_WIDTH)
        published = tiles.split_tile(files.tile(0, n, width), width=width)
        place = _parting(source.entries(first, stop=first + width), published, first=first)
        if place is not None:
            return place
    return None


def _parting(entries: Iterable[tuple[int, bytes]], leaves: list[bytes], *, first: int) -> int | None:
    expected = first
    for index, entry in entries:
        if index != expected or leaf_hash(entry) != leaves[index - first]:
            return expected
        expected += 1
    return expected if expected < first + len(leaves) else None
