"""What anybody may read of the log: its checkpoint, its tiles, and the proof of any entry, out of files alone.

What must not be broken: no proof leaves that does not lead to the published checkpoint, and nothing here needs the
database.
"""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from journal import merkle, note
from journal.checkpoint import Checkpoint, parse_text
from journal.errors import IntegrityError
from journal.merkle import ProofError
from journal.note import NoteError
from journal.observed import Observed
from journal.proof import Proof
from journal.targets import LocalFolder, Target
from journal.tile_files import CHECKPOINT, HISTORY, OBSERVED, PENDING, POLICY, TileFiles
from journal.tiles import TILE_WIDTH, TileError, parse_path, width_at

AGE_S_MAX: Final = 2.0


@dataclass(frozen=True, slots=True)
class Standing:
    """The files that say how it stands; None for each that is not there.

    `pending` is signed by the log and waits for witnesses. `observed` tells why, and whether publishing has stopped.
    """

    checkpoint: bytes | None
    pending: bytes | None
    policy: bytes | None
    observed: Observed | None


class PublishedLog:
    """Reads one published log. Raises OSError where its target cannot be reached."""

    def __init__(self, target: Target) -> None:
        self._files = TileFiles(target)
        # A page must not wait for a bucket each time; a folder of this machine is read as it is.
        self._age_s_max = 0.0 if isinstance(target, LocalFolder) else AGE_S_MAX
        self._read_at = -AGE_S_MAX
        self._standing: Standing | None = None
        self._reading = threading.Lock()

    def standing(self) -> Standing:
        """How it stands now; of a distant target, two seconds ago at most."""
        with self._reading:
            if self._standing is None or time.monotonic() - self._read_at >= self._age_s_max:
                self._standing, self._read_at = self._read(), time.monotonic()
            return self._standing

    def _read(self) -> Standing:
        read = self._files.target.read
        content = read(OBSERVED)
        try:
            observed = None if content is None else Observed.parse(content)
        except ValueError:
            observed = None  # it only tells; what counts is signed
        # The checkpoint last: whatever is replaced in between, it is not older than the others.
        pending, policy = read(PENDING), read(POLICY)
        return Standing(checkpoint=read(CHECKPOINT), pending=pending, policy=policy, observed=observed)

    def earlier(self, size: int) -> bytes | None:
        """The checkpoint of that size, if it was kept."""
        return self._files.target.read(f"{HISTORY}/{size}")

    def kept(self, *, below: int) -> Iterator[bytes]:
        """The checkpoints of earlier days that are smaller than a size, the smallest first."""
        names = (path.rpartition("/")[2] for path in self._files.target.paths(HISTORY))
        for size in sorted(int(name) for name in names if name.isdecimal()):
            if size < below and (signed := self.earlier(size)) is not None:
                yield signed

    def tile(self, path: str) -> bytes | None:
        """A tile or an entry bundle by its path below the log's address; None for whatever is no such file."""
        try:
            parse_path(path)
        except TileError:
            return None
        return self._files.target.read(path)

    def entry(self, index: int) -> bytes | None:
        """The bytes of an entry, as its bundle holds them; None if it is not below the published checkpoint's size.

        Raises IntegrityError if its bundle is not there.
        """
        signed = self.standing().checkpoint
        if signed is None or index >= (head := head_of(signed)).size:
            return None
        n, place = divmod(index, TILE_WIDTH)
        return self._files.bundle(n, width_at(0, n, size=head.size))[place]

    def proof(self, index: int) -> bytes | None:
        """The `.tlog-proof` of an entry against the published checkpoint; None if it is not below its size.

        Raises IntegrityError if the tiles do not lead to the checkpoint.
        """
        signed = self.standing().checkpoint
        if signed is None or index >= (head := head_of(signed)).size:
            return None
        nodes = self._files.nodes(head.size)
        try:
            path = merkle.inclusion_proof(nodes, index=index, size=head.size)
            leaf = nodes(0, index)
            merkle.verify_inclusion(index=index, size=head.size, leaf=leaf, path=path, root=head.root)
        except (TileError, ProofError) as error:
            raise IntegrityError(f"the published tiles do not prove entry {index}: {error}") from error
        return bytes(Proof(index, tuple(path), signed))


def head_of(signed: bytes) -> Checkpoint:
    """The checkpoint in a note whose signatures were verified when it was published. Raises IntegrityError."""
    try:
        return parse_text(note.parse(signed).text)
    except NoteError as error:
        raise IntegrityError(f"the published checkpoint cannot be read: {error}") from error
