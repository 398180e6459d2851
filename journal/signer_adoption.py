"""A signer that lost its memory begins again: with a checkpoint that was published, and never with nothing.

What must not be broken: the checkpoint is this log's, nothing newer is published or was shown to a witness, and the
journal still begins with exactly what it and all of those cover. An older one would let other entries be signed at
published indexes. Where there is nothing to compare with, only whoever adopts it can know that it is the newest.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType

from journal import checkpoint, note
from journal.checkpoint import Checkpoint
from journal.errors import IntegrityError
from journal.log_keys import LogKeys
from journal.note import NoteError
from journal.published import PublishedLog
from journal.signer import LogSigner
from journal.signer_process import Place, locked
from journal.stored_entries import StoredEntries, connection_of
from journal.tile_files import CHECKPOINT, PENDING


def adopt(
    place: Place, signed: bytes, *, published: PublishedLog, seen: Mapping[str, bytes] = MappingProxyType({})
) -> Checkpoint:
    """Let the signer of a place remember this signed checkpoint; every entry that it covers is read and hashed.

    `seen`: the newest checkpoint that each witness shows, by its name. What does not bear this log's signature is
    passed over: it proves nothing. Raises SignerRuns while a signer runs, IntegrityError where it has a memory, where
    this log did not sign the checkpoint with every key that the policy asked for, where a larger one is published,
    waits to be or was seen, or where the journal does not hold what they say; Unavailable, and OSError where the
    published log cannot be reached.
    """
    with locked(place.state):
        keys = LogKeys(place.keys)
        signer = LogSigner(keys, place.state)
        if signer.last() is not None:
            raise IntegrityError("the signer has a memory; nothing may be put into its place")
        try:
            verified = note.verify(signed, keys.known())
            head = checkpoint.parse_text(verified.text)
        except NoteError as error:
            raise IntegrityError(f"this is no checkpoint of {keys.origin}: {error}") from error
        stored = StoredEntries(lambda: connection_of(place.dsn()), origin=keys.origin)
        try:
            there = dict(_published(published, keys)) | dict(_seen(seen, keys))
            _refuse_older(head, there, database=stored.head()[0])
            required = stored.adoptable(head, published=there)
        finally:
            stored.close()
        if missing := [key for key in required if key not in verified.verified]:
            raise IntegrityError(f"the checkpoint is not signed by {missing[0]}, as the policy at its size asks")
        return signer.adopt(signed)


def _published(log: PublishedLog, keys: LogKeys) -> Iterator[tuple[str, Checkpoint]]:
    """What this log has signed and put out: by its path, the checkpoint, and the one that waits for witnesses."""
    standing = log.standing()
    for path, signed in ((CHECKPOINT, standing.checkpoint), (PENDING, standing.pending)):
        if signed is None:
            continue
        try:
            yield f"published {path}", checkpoint.parse_text(note.verify(signed, keys.known()).text)
        except NoteError as error:
            raise IntegrityError(f"the published {path} is not one of {keys.origin}: {error}") from error


def _seen(shown: Mapping[str, bytes], keys: LogKeys) -> Iterator[tuple[str, Checkpoint]]:
    """Those checkpoints that this log has signed."""
    for name, signed in shown.items():
        with suppress(NoteError):
            yield f"witness {name}", checkpoint.parse_text(note.verify(signed, keys.known()).text)


def _refuse_older(head: Checkpoint, published: dict[str, Checkpoint], *, database: int) -> None:
    """Raises IntegrityError where more is published than the database holds, or than the checkpoint covers."""
    for where, there in published.items():
        if database < there.size:
            raise IntegrityError(
                f"the database holds {database} entries, the {where} covers {there.size}: an older backup was restored"
            )
    for where, there in sorted(published.items(), key=lambda item: -item[1].size):
        if head.size < there.size:
            raise IntegrityError(f"the checkpoint to adopt covers {head.size} entries, the {where} covers {there.size}")
