"""What was computed for disclosure, kept byte for byte, and the names that a posted version showed.

What must not be broken: a document is kept under the digest of its own bytes, and what the journal has named is never
discarded. Names stand apart, under the key of their person, and go with him.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Json

from domain.kernel.documents import Document, parse
from domain.kernel.events import Sha256
from journal.errors import IntegrityError

_KEEP: Final = """
INSERT INTO journal.disclosed_documents (digest, content, subjects) VALUES (%s, %s, %s) ON CONFLICT (digest) DO NOTHING
"""
_DISCARD: Final = "SELECT journal.discard_undrafted()"
_DRAFTED: Final = "UPDATE journal.disclosed_documents SET drafted = true WHERE digest = %s AND NOT drafted"
_CONTENT: Final = "SELECT content FROM journal.disclosed_documents WHERE digest = %s"
_SUBJECTS: Final = "SELECT subjects FROM journal.disclosed_documents WHERE digest = %s"
_NAMES: Final = "SELECT name_of, shown FROM vault.disclosed_names WHERE disclosure_id = %s AND version = %s"
_SHOW: Final = """
INSERT INTO vault.disclosed_names (disclosure_id, version, name_of, person_id, shown)
SELECT %(disclosure)s, %(version)s, * FROM unnest(%(rows)s::text[], %(persons)s::uuid[], %(shown)s::text[])
ON CONFLICT (disclosure_id, version, name_of) DO UPDATE SET person_id = EXCLUDED.person_id, shown = EXCLUDED.shown
"""

Subjects = Mapping[str, Sequence[tuple[str, UUID] | None]]
"""Table -> for each row, who it is about: (`person` or `household`, identity), or None."""

Named = tuple[str, UUID, str]
"""A row (`payees:12`), the person whose name stands there, and that name as it is shown."""


def keep(conn: Connection[Any], document: Document, subjects: Subjects) -> Sha256:
    """Keep a document under its digest, and discard what nobody drafted for days; the writer's connection."""
    digest = document.digest()
    about = {
        table: [[one[0], str(one[1])] if one is not None else None for one in rows] for table, rows in subjects.items()
    }
    conn.execute(_DISCARD)
    conn.execute(_KEEP, (bytes.fromhex(digest), document.canonical(), Json(about)))
    return digest


def mark_drafted(conn: Connection[Any], digest: str) -> None:
    """From now on it is never discarded; the writer's connection."""
    conn.execute(_DRAFTED, (bytes.fromhex(digest),))


def content_of(conn: Connection[Any], digest: str) -> bytes | None:
    """A document's bytes; None where it is not kept."""
    try:
        wanted = bytes.fromhex(digest)
    except ValueError:
        return None
    found = conn.execute(_CONTENT, (wanted,)).fetchone()
    return bytes(found[0]) if found else None


def document_of(conn: Connection[Any], digest: str) -> Document | None:
    """A document; None where it is not kept. Raises IntegrityError where its bytes are no document."""
    content = content_of(conn, digest)
    if content is None:
        return None
    try:
        return parse(content)
    except ValueError as error:
        raise IntegrityError(f"the disclosed document {digest}: {error}") from None


def subjects_of(conn: Connection[Any], digest: str) -> Subjects:
    """Who the rows of a document are about, by table; the writer's or the reader's connection."""
    found = conn.execute(_SUBJECTS, (bytes.fromhex(digest),)).fetchone()
    told: dict[str, list[list[str] | None]] = found[0] if found else {}
    return {table: [(one[0], UUID(one[1])) if one else None for one in rows] for table, rows in told.items()}


def show_names(conn: Connection[Any], disclosure_id: UUID, version: int, named: Sequence[Named]) -> None:
    """Write down the names that a version shows from now on; the writer's connection."""
    values = {
        "disclosure": disclosure_id,
        "version": version,
        "rows": [row for row, _, _ in named],
        "persons": [person for _, person, _ in named],
        "shown": [shown for _, _, shown in named],
    }
    conn.execute(_SHOW, values)


def names_of(conn: Connection[Any], disclosure_id: UUID, version: int) -> dict[str, str]:
    """The names that a posted version shows, by row (`payees:12`); those who were erased are not among them."""
    return dict(conn.execute(_NAMES, (disclosure_id, version)).fetchall())
