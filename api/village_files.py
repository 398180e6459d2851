"""Papers that belong to a voucher (附件) or show who came to a meeting (签到表): kept in the vault as they came, named
in an event by digest and length.

What must not be broken: an event names only what is kept; nobody reads a paper without it being written down; and one
about somebody who was erased leaves the vault only with a stated authority.
"""

from collections.abc import Iterable
from typing import Any, Final, Literal, get_args

from psycopg import Connection

from api.context import App
from domain.kernel.events import Attachment, Sha256
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from journal.vault import destroyed
from projections import meetings, village_books

Kind = Literal["voucher_file", "meeting_file"]
OF_VOUCHER: Final = "voucher_file"
OF_MEETING: Final = "meeting_file"
BYTES_MAX: Final = 10 * 2**20

TYPES: Final = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
    b"PK\x03\x04": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
}
"""How a file begins -> its media type and the end of its name. Others are not taken."""

_FOUND: Final = "SELECT DISTINCT sha256, length FROM vault.files WHERE kind = ANY (%s) AND sha256 = ANY (%s)"


def keep(app: App, content: bytes, *, kind: Kind) -> Attachment:
    """Keep a paper; the same one again changes nothing.

    Refused, in this order: `village_file.too_large`, `village_file.type_unknown`.
    """
    if len(content) > BYTES_MAX:
        raise Refusal("village_file.too_large", limit=f"{BYTES_MAX // 2**20} MB")
    if media_type(content) is None:
        raise Refusal("village_file.type_unknown")
    return app.vault.put_file(content, kind=kind)


def media_type(content: bytes) -> tuple[str, str] | None:
    """The media type of a file by how it begins, and the end of its name; None for one that is not taken."""
    return next((known for begin, known in TYPES.items() if content.startswith(begin)), None)


def kept(app: App, digests: Iterable[str], *, division: Division) -> tuple[Attachment, ...]:
    """The papers of these digests (SHA-256 in hex), each once. Refuses `village_file.unknown`, also for one that
    belongs to another village: digests are public, and naming one must not open it.
    """
    wanted = list(dict.fromkeys(digests))
    if not wanted:
        return ()
    with app.vault.pool.connection() as connection:
        found = (list(get_args(Kind)), [bytes.fromhex(one) for one in wanted])
        rows = connection.execute(_FOUND, found, binary=True).fetchall()
    lengths = {bytes(digest).hex(): int(length) for digest, length in rows}
    with app.reading.connection() as connection:
        if len(lengths) < len(wanted) or any(_elsewhere(connection, one, division) for one in wanted):
            raise Refusal("village_file.unknown")
    return tuple(Attachment(Sha256(one), lengths[one]) for one in wanted)


def _elsewhere(connection: Connection[Any], sha256: str, division: Division) -> bool:
    """Whether a paper belongs to other villages, and not to this one too."""
    whose = village_books.villages_with(connection, sha256) | meetings.villages_with(connection, sha256)
    return bool(whose) and division not in whose


def may_leave(connection: Connection[Any], sha256: str) -> bool:
    """Whether a paper may be handed out: nobody whom it is known to be about was erased."""
    people = {*village_books.people_on(connection, sha256), *meetings.people_on(connection, sha256)}
    return not people or not destroyed(connection, list(people))


def read(app: App, sha256: str, *, by: str, reason: str) -> tuple[bytes, str, str]:
    """A paper with its media type and the end of its name; the opening is recorded.

    Refused, in this order: `file.restricted` (somebody it is about was erased), `village_file.unknown`.
    """
    with app.reading.connection() as connection:
        if not may_leave(connection, sha256):
            raise Refusal("file.restricted")
    try:
        content = app.vault.get_file(sha256, by=by, reason=reason)
    except KeyError:
        raise Refusal("village_file.unknown") from None
    known = media_type(content) or ("application/octet-stream", "bin")
    return content, *known
