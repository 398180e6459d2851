"""A command on its way into the journal: what was asked, the lines it became, and the same lines signed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from domain.kernel.ids import EventName
from domain.kernel.postings import Postings
from domain.kernel.refusals import Refusal
from journal import line, note
from journal.errors import IntegrityError
from journal.facts import Actor, Append, Entry
from journal.line import MAX_ENTRY_BYTES
from journal.live_keys import LiveKey
from journal.note import NoteError, Signer, VerifierKey


class Command(NamedTuple):
    """Who asked, under which idempotency key, for what (a digest of the inputs)."""

    actor: Actor
    key: str
    digest: bytes


def digest_of(inputs: Mapping[str, object]) -> bytes:
    """SHA-256 of what was asked: one key stands for one input."""
    return hashlib.sha256(line.canonical(inputs)).digest()


class Unsigned(NamedTuple):
    """One event, its line (`text`, with the final newline), and where it goes."""

    name: EventName
    stream_id: UUID
    seq: int
    type: str
    text: bytes


@dataclass(frozen=True, slots=True)
class Drafted:
    """The lines of a command. `key`: the actor's, that is to sign them; None in genesis, which registers it."""

    unsigned: tuple[Unsigned, ...]
    expected: Mapping[UUID, int]
    postings: Postings
    key: LiveKey | None

    @property
    def names(self) -> tuple[EventName, ...]:
        return tuple([one.name for one in self.unsigned])

    def append_of(self, command: Command, notes: Sequence[bytes]) -> Append:
        """What is appended when these are the signed lines. Raises Refusal where one is too large."""
        entries = []
        for one, entry in zip(self.unsigned, notes, strict=True):
            if len(entry) > MAX_ENTRY_BYTES:
                raise Refusal("event.too_large", type=one.type, bytes=len(entry), bytes_max=MAX_ENTRY_BYTES)
            entries.append(Entry(one.stream_id, one.seq, one.type, entry))
        actor_id = command.actor.person_id
        return Append(tuple(entries), self.expected, self.postings, actor_id, command.key, command.digest)

    def signed(self, command: Command, signer: Signer) -> Append:
        """The append, signed by a key that is at hand."""
        return self.append_of(command, [note.sign_line(one.text, signer) for one in self.unsigned])


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a device is to sign: the text of each note, byte for byte, and the key that must have signed."""

    command: Command
    drafted: Drafted
    key: VerifierKey

    @property
    def texts(self) -> tuple[bytes, ...]:
        """The lines, each with its final newline; a device signs these bytes with Ed25519 (C2SP signed-note)."""
        return tuple([one.text for one in self.drafted.unsigned])

    def append_of(self, notes: Sequence[bytes]) -> Append:
        """The append. Raises Refusal unless each note is its text under one signature that the key made."""
        if len(notes) != len(self.drafted.unsigned):
            raise Refusal("signature.not_of_key", key=self.key.name)
        for text, signed in zip(self.texts, notes, strict=True):
            try:
                parsed = note.parse(signed)
                if parsed.text != text or len(parsed.signatures) != 1:
                    raise NoteError("another text, or not one signature")
                note.verify(parsed, [self.key])
            except NoteError as error:
                raise Refusal("signature.not_of_key", key=self.key.name) from error
        return self.drafted.append_of(self.command, notes)


class SignatureNeeded(Exception):
    """The actor's key is in a device of his own: `prepared` is what it is to sign. Nothing is recorded yet."""

    def __init__(self, prepared: Prepared) -> None:
        super().__init__(f"{prepared.key.name} signs with a device")
        self.prepared = prepared


def check_signer(signer: Signer, *, name: str, key: LiveKey | None) -> None:
    """Before a key signs for somebody: it is named after him, and it is the one that is registered.

    Raises IntegrityError where the name is another's, Refusal (`key.not_at_hand`) where the key is not the live one.
    """
    if signer.verifier_key.name != name:
        raise IntegrityError(f"an event of {name} would be signed by {signer.verifier_key.name}")
    if key is not None and signer.verifier_key != key.verifier_key:
        raise Refusal("key.not_at_hand", person_id=key.person_id, role=key.role)
