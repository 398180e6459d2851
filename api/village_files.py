"""Papers that belong to a voucher (附件): kept in the vault as they came, named in the voucher by digest and length.

What must not be broken: a voucher names only what is kept, and nobody reads a paper without it being written down.
"""

from collections.abc import Iterable
from typing import Final

from api.context import App
from domain.kernel.events import Attachment, Sha256
from domain.kernel.refusals import Refusal

KIND: Final = "voucher_file"
BYTES_MAX: Final = 10 * 2**20

TYPES: Final = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
    b"PK\x03\x04": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
}
"""How a file begins -> its media type and the end of its name. Others are not taken."""

_FOUND: Final = "SELECT DISTINCT sha256, length FROM vault.files WHERE kind = %s AND sha256 = ANY (%s)"


def keep(app: App, content: bytes) -> Attachment:
    """Keep a paper; the same one again changes nothing.

    Refused, in this order: `village_file.too_large`, `village_file.type_unknown`.
    """
    if len(content) > BYTES_MAX:
        raise Refusal("village_file.too_large", limit=f"{BYTES_MAX // 2**20} MB")
    if media_type(content) is None:
        raise Refusal("village_file.type_unknown")
    return app.vault.put_file(content, kind=KIND)


def media_type(content: bytes) -> tuple[str, str] | None:
    """The media type of a file by how it begins, and the end of its name; None for one that is not taken."""
    return next((known for begin, known in TYPES.items() if content.startswith(begin)), None)


def kept(app: App, digests: Iterable[str]) -> tuple[Attachment, ...]:
    """The papers of these digests (SHA-256 in hex), each once. Refuses `village_file.unknown`."""
    wanted = list(dict.fromkeys(digests))
    if not wanted:
        return ()
    with app.vault.pool.connection() as connection:
        rows = connection.execute(_FOUND, (KIND, [bytes.fromhex(one) for one in wanted]), binary=True).fetchall()
    lengths = {bytes(digest).hex(): int(length) for digest, length in rows}
    if len(lengths) < len(wanted):
        raise Refusal("village_file.unknown")
    return tuple(Attachment(Sha256(one), lengths[one]) for one in wanted)


def read(app: App, sha256: str, *, by: str, reason: str) -> tuple[bytes, str, str]:
    """A paper with its media type and the end of its name; the opening is recorded. Refuses `village_file.unknown`."""
    try:
        content = app.vault.get_file(sha256, by=by, reason=reason)
    except KeyError:
        raise Refusal("village_file.unknown") from None
    known = media_type(content) or ("application/octet-stream", "bin")
    return content, *known
