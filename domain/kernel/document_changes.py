"""What a correction corrected: how many rows say something else, how many came and how many went.

What must not be broken: rows are matched by whom they are about, not by their places, so that one row more at the top
does not make every other look changed. Rows that say the same in another order have not changed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.kernel.documents import Document, Table

Subjects = Mapping[str, Sequence[tuple[str, UUID] | None]]
"""Table -> for each row, who it is about: (`person` or `household`, identity), or None."""

_NAMING: Final = frozenset({"text", "code", "place"})
"""Types of columns whose first cell says what a row is of that is about nobody."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows that say something else, that came, that went; `elsewhere`: in the sentence, the sums, what is withheld."""

    changed: int = 0
    added: int = 0
    removed: int = 0
    elsewhere: bool = False

    @property
    def nothing(self) -> bool:
        """Whether both say the same of the same people."""
        return self == Changes()

    @property
    def in_rows(self) -> bool:
        """Whether any row differs."""
        return bool(self.changed or self.added or self.removed)


def changes(before: Document, after: Document, *, about_before: Subjects, about_after: Subjects) -> Changes:
    """What differs between two versions of one document; where the log stood (`position`) and the query do not."""
    old, new = _rows(before, about_before), _rows(after, about_after)
    changed = added = removed = 0
    for key in old.keys() | new.keys():
        gone, came = (old[key] - new[key]).total(), (new[key] - old[key]).total()
        both = min(gone, came)
        changed, added, removed = changed + both, added + came - both, removed + gone - both
    return Changes(changed, added, removed, elsewhere=_beside(before) != _beside(after))


def _beside(document: Document) -> tuple[object, ...]:
    """What a document says beside its rows."""
    totals = {table.name: dict(table.totals) for table in document.tables}
    return dict(document.sentence), dict(document.withheld), totals


def _rows(document: Document, about: Subjects) -> defaultdict[object, Counter[object]]:
    """What the rows say, by what each is of."""
    found: defaultdict[object, Counter[object]] = defaultdict(Counter)
    for table in document.tables:
        for key, told in _told(table, about.get(table.name, ())):
            found[table.name, key][told] += 1
    return found


def _told(table: Table, about: Sequence[tuple[str, UUID] | None]) -> Iterator[tuple[object, object]]:
    """Each row: what it is of, and its cells by column. The number that stands for somebody known is none of them."""
    named = next((place for place, column in enumerate(table.columns) if column.type in _NAMING), None)
    for number, row in enumerate(table.rows):
        whose = about[number] if number < len(about) else None
        cells = tuple(
            (column.name, cell)
            for column, cell in zip(table.columns, row, strict=True)
            if column.type != "ref" or whose is None
        )
        yield whose or (row[named] if named is not None else None), cells
