"""What was computed for disclosure, kept byte for byte, and the names and references that a posted version showed.

What must not be broken: a document is kept under the digest of its own bytes, and what the journal has named is never
discarded. Names stand apart, under the key of their person, and go with him (`shown_rows`).
"""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Json

from domain.kernel.document_changes import Changes, Subjects, changes
from domain.kernel.documents import Document, ShownName, parse
from domain.kernel.events import Sha256
from domain.kernel.shown_rows import Salted
from journal.errors import IntegrityError

_KEEP: Final = """
INSERT INTO journal.disclosed_documents (digest, content, subjects) VALUES (%s, %s, %s) ON CONFLICT (digest) DO NOTHING
"""
_DISCARD: Final = "SELECT journal.discard_undrafted()"
_DRAFTED: Final = "UPDATE journal.disclosed_documents SET drafted = true WHERE digest = %s AND NOT drafted"
_CONTENT: Final = "SELECT content FROM journal.disclosed_documents WHERE digest = %s"
_SUBJECTS: Final = "SELECT subjects FROM journal.disclosed_documents WHERE digest = %s"
_NAMES: Final = """
SELECT name_of, shown, reference, salt FROM vault.disclosed_names WHERE disclosure_id = %s AND version = %s
"""
_BEARING: Final = "SELECT disclosure_id, version, reference FROM vault.disclosed_names WHERE reference = ANY (%s)"


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


def changes_between(conn: Connection[Any], before: str, after: str) -> Changes:
    """What differs between two documents that are kept. Raises IntegrityError where one of them is not."""
    old, new = document_of(conn, before), document_of(conn, after)
    if old is None or new is None:
        raise IntegrityError(f"the disclosed document {before if old is None else after} is missing")
    return changes(old, new, about_before=subjects_of(conn, before), about_after=subjects_of(conn, after))


def names_of(conn: Connection[Any], disclosure_id: UUID, version: int) -> dict[str, ShownName]:
    """What a posted version shows, by row (`payees:12`); those who were erased are not among them."""
    return {row: one.shown for row, one in salted_names_of(conn, disclosure_id, version).items()}


def salted_names_of(conn: Connection[Any], disclosure_id: UUID, version: int) -> dict[str, Salted]:
    """As `names_of`, with what lets anybody see that it is what the journal fixed."""
    found = conn.execute(_NAMES, (disclosure_id, version)).fetchall()
    return {row: Salted(ShownName(name, reference), salt and bytes(salt)) for row, name, reference, salt in found}


def bearing(conn: Connection[Any], references: Collection[str]) -> set[tuple[UUID, int, str]]:
    """In which versions any of these references stands beside a row: (disclosure, version, reference)."""
    return set(conn.execute(_BEARING, (list(references),)).fetchall())
