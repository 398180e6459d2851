"""A signer that lost its memory begins again: with a checkpoint that was published, and never with nothing.

What must not be broken: the checkpoint is this log's, and the journal still begins with exactly what it covers.
"""

from journal import checkpoint, note
from journal.checkpoint import Checkpoint
from journal.errors import IntegrityError
from journal.log_keys import LogKeys
from journal.note import NoteError
from journal.signer import LogSigner
from journal.signer_process import Place, locked
from journal.stored_entries import StoredEntries, connection_of


def adopt(place: Place, signed: bytes) -> Checkpoint:
    """Let the signer of a place remember this signed checkpoint; every entry that it covers is read and hashed.

    Raises SignerRuns while a signer runs, IntegrityError where it has a memory, where this log did not sign the
    checkpoint with every key that the policy asked for, or where the journal does not hold what it says; Unavailable.
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
            required = stored.adoptable(head)
        finally:
            stored.close()
        if missing := [key for key in required if key not in verified.verified]:
            raise IntegrityError(f"the checkpoint is not signed by {missing[0]}, as the policy at its size asks")
        return signer.adopt(signed)
