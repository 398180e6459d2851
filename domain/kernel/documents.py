"""What a disclosure says, as data: the figures of one sentence, then every row, and what was left out; without a name.

What must not be broken: the same document always has the same bytes, so that its digest, which the journal fixes, can
be had again by anybody who computes the figures. People and households stand in it by a number that counts them, never
by name, identity or address; the name and the reference that a page shows beside it were fixed when it was posted.
Source of the bytes: RFC 8785 (ASCII keys, no floats, integers below 2^53).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, NamedTuple, cast, get_args
from uuid import UUID

from domain.kernel.events import Sha256
from domain.kernel.places import Division

ColumnType = Literal["text", "fen", "int", "date", "ref", "code", "place"]
"""`text` is public text of an event, `ref` stands for a person or a household (see `referred`), `code` is a word of a
closed list, `place` a division code, `date` a day as YYYY-MM-DD; `fen` and `int` are whole numbers.
"""

COLUMN_TYPES: Final[frozenset[str]] = frozenset(get_args(ColumnType))
REFERENCE_CHARS: Final = 8
NUMBERED: Final[Mapping[str, str]] = {"references": "numbered"}
"""The parameter of documents that count whom they are about; older ones show the beginnings of identities."""
PLACE_BY_PLACE: Final[Mapping[str, str]] = {"withheld": "place_by_place"}
"""The parameter of rewards of which a place's few sensitive ones of a month are in no figure, and nobody is counted who
has no row; older ones judged the whole area and period at once, and counted everybody.
"""

Cell = str | int | None
Row = tuple[Cell, ...]


class ShownName(NamedTuple):
    """What a posted version shows of whoever a row is about; the reference is the county's secret to make."""

    name: str
    reference: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its name (ASCII; the Chinese heading is the page's) and what its cells are."""

    name: str
    type: ColumnType


@dataclass(frozen=True, slots=True)
class Table:
    """A table; a cell that has nothing to say is None. `totals`: sums over the rows, by column."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    totals: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """What is disclosed of one kind, place and period, as of a size of the log (`position`).

    `query` names how the figures are computed, with a version: `rewards/1`; `parameters` are what that needs beside
    place and period. `withheld` are counts and sums that no row shows, with the reason in their names.
    """

    kind: str
    division: Division
    period: str
    query: str
    parameters: Mapping[str, str]
    position: int
    sentence: Mapping[str, int]
    tables: tuple[Table, ...]
    withheld: Mapping[str, int] = field(default_factory=dict)

    @property
    def numbered(self) -> bool:
        """Whether it counts whom it is about, and shows no part of their identities."""
        return NUMBERED.items() <= self.parameters.items()

    @property
    def row_count(self) -> int:
        """How many rows its tables have together."""
        return sum(len(table.rows) for table in self.tables)

    @property
    def places(self) -> set[Division]:
        """The divisions that its rows name."""
        return {
            Division(str(row[number]))
            for table in self.tables
            for number, column in enumerate(table.columns)
            if column.type == "place"
            for row in table.rows
            if row[number] is not None
        }

    def plain(self) -> dict[str, Any]:
        """It as JSON values."""
        return {"v": 1, **_plain(self)}

    def canonical(self) -> bytes:
        """The one spelling of it: a line of JSON with sorted keys."""
        return _ENCODER.encode(self.plain()).encode() + b"\n"

    def digest(self) -> Sha256:
        """The SHA-256 of `canonical()`, in hex."""
        return Sha256(hashlib.sha256(self.canonical()).hexdigest())


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def reference_of(identity: UUID | str) -> str:
    """The beginning of an identity, which older documents show of people, and pages of what happened once."""
    return str(identity)[:REFERENCE_CHARS]


def referred(document: Document) -> Document:
    """A document as it is disclosed, from one in whose `ref` cells whole identities stand.

    Whom it is about is counted through all its tables in the order of first appearance; in a document that is not
    `numbered`, made before references were secret, the beginnings of identities stand there.
    """
    numbers: dict[str, str] = {}

    def told(column: Column, cell: Cell) -> Cell:
        if column.type != "ref" or cell is None:
            return cell
        number = numbers.setdefault(str(cell), str(len(numbers) + 1))
        return number if document.numbered else reference_of(str(cell))

    tables = tuple(
        replace(table, rows=tuple(tuple(map(told, table.columns, row)) for row in table.rows))
        if any(column.type == "ref" for column in table.columns)
        else table
        for table in document.tables
    )
    return replace(document, tables=tables)


def row_name(table: str, number: int) -> str:
    """What a row is called by whoever objects to it: `payees:12`; rows are counted from 1."""
    return f"{table}:{number}"


def parse(content: bytes) -> Document:
    """Read a document's bytes back. Raises ValueError for anything that `canonical` would not have written."""
    try:
        plain = json.loads(content)
        document = _document(plain)
        whole = plain["v"] == 1 and document.canonical() == content
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a document: {type(error).__name__}") from None
    if not whole:
        raise ValueError("not a document in its one spelling")
    return document


def _plain(document: Document) -> dict[str, Any]:
    return {
        "kind": document.kind,
        "division": document.division,
        "period": document.period,
        "query": document.query,
        "parameters": dict(document.parameters),
        "position": document.position,
        "sentence": dict(document.sentence),
        "tables": [
            {
                "name": table.name,
                "columns": [[column.name, column.type] for column in table.columns],
                "rows": [list(row) for row in table.rows],
                "totals": dict(table.totals),
            }
            for table in document.tables
        ],
        "withheld": dict(document.withheld),
    }


def _document(plain: Mapping[str, Any]) -> Document:
    return Document(
        kind=str(plain["kind"]),
        division=Division(plain["division"]),
        period=str(plain["period"]),
        query=str(plain["query"]),
        parameters=dict(plain["parameters"]),
        position=int(plain["position"]),
        sentence=dict(plain["sentence"]),
        tables=tuple(_table(one) for one in plain["tables"]),
        withheld=dict(plain["withheld"]),
    )


def _table(plain: Mapping[str, Any]) -> Table:
    columns = []
    for name, kind in plain["columns"]:
        if kind not in COLUMN_TYPES:
            raise TypeError(kind)
        columns.append(Column(str(name), cast(ColumnType, kind)))
    rows = tuple(tuple(row) for row in plain["rows"])
    if any(len(row) != len(columns) for row in rows):
        raise TypeError("a row of another width")
    return Table(str(plain["name"]), tuple(columns), rows, dict(plain["totals"]))
