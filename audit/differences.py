"""Where two documents say different things, so that a finding names the first figure and not a digest alone.

What must not be broken: whatever somebody put in place of a document, this answers with words and never fails.
"""

from typing import Final

from domain.kernel.documents import Cell, Document, Table, parse, row_name

Difference = tuple[str, str, str]
"""Where two documents differ first, what is expected there, and what is found.

Where: `sentence.fen`, `payees:12.fen` (row and column), `payees.rows` (how many), or the name of a part.
"""

_PARTS: Final = ("kind", "division", "period", "query", "parameters", "position")


def first_difference(expected: bytes, found: bytes) -> Difference | None:
    """Where a document first differs from the one expected; None where it does not, or one of both is no document."""
    try:
        one, other = parse(expected), parse(found)
    except ValueError:
        return None
    for name in _PARTS:
        if getattr(one, name) != getattr(other, name):
            return name, str(getattr(one, name)), str(getattr(other, name))
    return _tables(one, other) or _figures(one, other)


def _tables(one: Document, other: Document) -> Difference | None:
    named = [[table.name for table in document.tables] for document in (one, other)]
    if named[0] != named[1]:
        return "tables", ",".join(named[0]), ",".join(named[1])
    for mine, theirs in zip(one.tables, other.tables, strict=True):
        if mine != theirs:
            return _table(mine, theirs)
    return None


def _table(one: Table, other: Table) -> Difference:
    if one.columns != other.columns:
        return f"{one.name}.columns", str(len(one.columns)), str(len(other.columns))
    for number, (mine, theirs) in enumerate(zip(one.rows, other.rows, strict=False), start=1):
        for column, cell, found in zip(one.columns, mine, theirs, strict=True):
            if cell != found:
                return f"{row_name(one.name, number)}.{column.name}", _text(cell), _text(found)
    if len(one.rows) != len(other.rows):
        return f"{one.name}.rows", str(len(one.rows)), str(len(other.rows))
    return f"{one.name}.totals", str(dict(one.totals)), str(dict(other.totals))


def _figures(one: Document, other: Document) -> Difference | None:
    for part, mine, theirs in (
        ("sentence", one.sentence, other.sentence),
        ("withheld", one.withheld, other.withheld),
    ):
        for name in sorted(mine.keys() | theirs.keys()):
            if mine.get(name) != theirs.get(name):
                return f"{part}.{name}", _text(mine.get(name)), _text(theirs.get(name))
    return None


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell)
