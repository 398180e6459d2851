"""The seal under a public page: the checkpoint that everyone sees, and how many witnesses outside have signed it."""

from dataclasses import dataclass

from journal import checkpoint, note
from journal.errors import IntegrityError
from journal.note import NoteError


@dataclass(frozen=True, slots=True)
class Seal:
    """A checkpoint as a page shows it. `root` is base64; `witnesses` counts the signatures beside the log's own."""

    origin: str
    size: int
    root: str
    witnesses: int


def seal_of(signed: bytes | None) -> Seal | None:
    """The seal of a signed checkpoint, None before the first. Raises IntegrityError for anything else."""
    if signed is None:
        return None
    try:
        parsed = note.parse(signed)
        head = checkpoint.parse_text(parsed.text)
    except NoteError as error:
        raise IntegrityError(f"the latest checkpoint cannot be read: {error}") from error
    root = note.encode_base64(head.root).decode()
    witnesses = len({signature.name for signature in parsed.signatures} - {head.origin})
    return Seal(head.origin, head.size, root, witnesses)
