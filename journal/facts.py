"""What a decision hands to the journal, and what it gets back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from domain.kernel.ids import EventName, StreamName
from domain.kernel.postings import Postings
from journal.note import Signer
from journal.paths import Paths
from journal.proof import proof_text

AccountKey = tuple[str, str]
"""Account and commodity."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which role; `signer` is his own key where the server does not keep it."""

    person_id: UUID
    role: str
    signer: Signer | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Fact:
    """An event that a decision produced, the stream it belongs to, and the day it takes effect."""

    stream: StreamName
    event: object
    on: date
    cause: EventName | None = None


class Entry(NamedTuple):
    """One signed event, ready to be stored. `note` is the whole note, byte for byte."""

    stream_id: UUID
    seq: int
    type: str
    note: bytes


@dataclass(frozen=True)
class Append:
    """What one command writes: all of it or nothing.

    `expected` holds the version of every stream that the decision read or writes; a stream that moved since refuses
    the append. `input_digest` binds the key to what was asked. `actor_id` None: no key is kept (the library's seam).
    Without entries it has an earlier use of its key told again, under a head that is sealed.
    """

    entries: tuple[Entry, ...]
    expected: Mapping[UUID, int]
    postings: Postings = ()
    actor_id: UUID | None = None
    key: str = ""
    input_digest: bytes = b""

    @cached_property
    def changes(self) -> Mapping[AccountKey, int]:
        """By how much each account that it touches changes."""
        changes: dict[AccountKey, int] = {}
        for account, commodity, amount in self.postings:
            changes[account, commodity] = changes.get((account, commodity), 0) + amount
        return changes


@dataclass(frozen=True)
class Receipt:
    """Proof that a command's events are in the journal: index, tree size, and the signed checkpoint over it.

    `replayed`: the same command had been recorded before, and this is its first outcome.
    """

    events: tuple[EventName, ...]
    first_index: int
    checkpoint: bytes
    paths: Paths
    replayed: bool = False

    @property
    def size(self) -> int:
        """The size of the tree that the checkpoint signs."""
        return self.paths.size

    @property
    def last_index(self) -> int:
        return self.first_index + len(self.events) - 1

    @property
    def position(self) -> int:
        """The number of events a page must have read to show this command's effect."""
        return self.last_index + 1

    @cached_property
    def proof(self) -> bytes:
        """The `.tlog-proof` of the command's last event."""
        return proof_text(self.last_index, path=self.paths.text(self.last_index), checkpoint=self.checkpoint)
