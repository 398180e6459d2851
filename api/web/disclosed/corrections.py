"""What each correction corrected, as pages say it: counted from the rows of both versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from psycopg import Connection

from domain.kernel.document_changes import Changes
from journal import disclosed_documents


class Kept(Protocol):
    """A version of a disclosure, as staff or everybody reads it; `since` None: not posted yet."""

    @property
    def disclosure_id(self) -> UUID: ...

    @property
    def version(self) -> int: ...

    @property
    def document(self) -> str: ...

    @property
    def corrects(self) -> int | None: ...

    @property
    def since(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a version changed of the one that it corrects; `renamed`: only names are shown otherwise."""

    changes: Changes
    renamed: bool = False

    @property
    def words(self) -> str:
        """`改了 1 行、多了 2 行`."""
        found = self.changes
        if found.in_rows:
            return in_words(found)
        if found.elsewhere:
            return "各行没有变，合计或不逐行列出的数有变"
        return "各行的数没有变，变的是所写的姓名" if self.renamed else "各行的数没有变"


def in_words(found: Changes) -> str:
    """`改了 1 行、多了 2 行`."""
    counts = (("改了", found.changed), ("多了", found.added), ("少了", found.removed))
    return "、".join(f"{what} {count:,} 行" for what, count in counts if count)


def corrected(conn: Connection[Any], versions: Sequence[Kept]) -> dict[int, Corrected]:
    """Version -> what it corrected, of those that correct another of them."""
    known = {one.version: one for one in versions}
    pairs = [(one, known[one.corrects]) for one in versions if one.corrects in known]
    return {one.version: _corrected(conn, one, before) for one, before in pairs}


def _corrected(conn: Connection[Any], one: Kept, before: Kept) -> Corrected:
    found = disclosed_documents.changes_between(conn, before.document, one.document)
    renamed = found.nothing and one.since is not None and _names(conn, one) != _names(conn, before)
    return Corrected(found, renamed)


def _names(conn: Connection[Any], one: Kept) -> list[str]:
    return sorted(shown.name for shown in disclosed_documents.names_of(conn, one.disclosure_id, one.version).values())
