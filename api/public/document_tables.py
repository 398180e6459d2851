"""A disclosed document as people read it: Chinese headings, amounts in yuan, names as they were published, row by row.

What must not be broken: every row of the document is reached, in its order, under the number by which anybody objects
to it; a person stands there by the name and the reference that were published, and by nothing else.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.public.charts import NO_CHART, Bar, Chart
from api.public.sheets import Field, Kind, Sheet, Value
from api.web.disclosed.words import KindWords, TableWords, money
from api.web.templates import grouped_yuan
from domain.kernel.documents import Cell, Column, ColumnType, Document, ShownName, Table, row_name

NAMELESS: Final = "（未具名或已删除）"
NOTHING: Final = "—"
UNNAMED: Final = ShownName("", "")
ROWS_MAX: Final = 80
"""Rows of a page: with their words they stay within ten kilobytes on the way."""
NUMERIC: Final = frozenset({"fen", "int"})

_KINDS: Final[Mapping[ColumnType, Kind]] = {
    "text": "text",
    "fen": "fen",
    "int": "number",
    "date": "date",
    "ref": "text",
    "code": "text",
    "place": "text",
}

Names = Mapping[str, ShownName]
"""A row by its name (`payees:12`) -> the name and the reference of whoever it is about, as they were published."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A row: its number in the table, what it is called by whoever objects, its cells, and whose reference it bears."""

    number: int
    name: str
    cells: tuple[str, ...]
    reference: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """What a page shows of one table. `totals` only where the table ends on it; `total` is how many rows it has."""

    title: str
    headings: tuple[tuple[str, bool], ...]
    rows: tuple[Shown, ...]
    totals: tuple[str, ...] | None
    total: int
    chart: Chart


@dataclass(frozen=True, slots=True)
class Reader:
    """A document with everything that is needed to read it. `places`: division -> its name."""

    document: Document
    words: KindWords
    names: Names
    places: Mapping[str, str]

    @property
    def chart(self) -> Chart:
        """A drawing of the amounts that its sentence says; empty for a kind that has none."""
        figures = self.document.sentence
        bars = [Bar(label, figures[name], money(figures[name])) for name, label in self.words.drawn.items()]
        return Chart(bars, self.words.title)

    def page(self, *, after: int = 0, rows_max: int = ROWS_MAX) -> tuple[list[Part], int | None]:
        """The parts that hold the rows behind the first `after` of all tables, and where the next page begins."""
        until, last = after + rows_max, self.document.row_count
        parts: list[Part] = []
        begin = 0
        for table in self.document.tables:
            end = begin + len(table.rows)
            first, stop = max(begin, after), min(end, until)
            # A table without rows stands where they would; behind all rows, on the last page.
            empty = begin == end and after <= begin and (begin < until or begin == last)
            if first < stop or empty:
                parts.append(self._part(table, first - begin, table.rows[first - begin : stop - begin]))
            begin = end
        return parts, until if until < last else None

    def of_references(self, references: Collection[str]) -> list[Part]:
        """The rows that bear one of these references, without totals."""
        found: list[Part] = []
        for table in self.document.tables:
            part = self._part(table, 0, table.rows)
            rows = tuple(row for row in part.rows if row.reference in references)
            if rows:
                found.append(Part(part.title, part.headings, rows, None, part.total, NO_CHART))
        return found

    def said_of(self, name: str) -> str | None:
        """A row in words, for whoever objects to it: `状态 未到账，条数 1`; None where the document has none."""
        for table in self.document.tables:
            words = self.words.tables[table.name]
            for row in self._rows(table):
                if row.name == name:
                    headings = [words.columns[column.name] for column in table.columns]
                    told = zip(headings, row.cells, strict=True)
                    return "，".join(f"{heading} {cell}" for heading, cell in told if cell != NOTHING)
        return None

    def sheets(self) -> tuple[Sheet, ...]:
        """Every table as a file: what the page shows, with the number of each row."""
        return tuple(self._sheet(table) for table in self.document.tables)

    def _rows(self, table: Table) -> Iterator[Shown]:
        yield from self._part(table, 0, table.rows).rows

    def _part(self, table: Table, first: int, rows: Sequence[tuple[Cell, ...]]) -> Part:
        words = self.words.tables[table.name]
        return Part(
            title=words.title,
            headings=tuple((words.columns[column.name], column.type in NUMERIC) for column in table.columns),
            rows=tuple(self._shown(table, words, number, row) for number, row in enumerate(rows, first + 1)),
            totals=self._totals(table) if first + len(rows) == len(table.rows) else None,
            total=len(table.rows),
            chart=self._chart(table, words) if first == 0 else NO_CHART,
        )

    def _shown(self, table: Table, words: TableWords, number: int, row: tuple[Cell, ...]) -> Shown:
        cells = tuple(
            self._cell(table, words, column, value, number) for column, value in zip(table.columns, row, strict=True)
        )
        told = zip(table.columns, row, strict=True)
        value = next((str(value) for column, value in told if column.type == "ref" and value), None)
        reference = self._reference(row_name(table.name, number), value) if value is not None else None
        return Shown(number, row_name(table.name, number), cells, reference)

    def _cell(self, table: Table, words: TableWords, column: Column, value: Cell, number: int) -> str:
        if value is None:
            return NOTHING
        match column.type:
            case "fen":
                return grouped_yuan(int(value))
            case "int":
                return f"{int(value):,}"
            case "code":
                return words.codes[column.name][str(value)]
            case "place":
                return self.places.get(str(value), str(value))
            case "ref":
                name = row_name(table.name, number)
                shown = self.names.get(name, UNNAMED).name or NAMELESS
                return f"{shown} {self._reference(name, str(value)) or ''}".rstrip()
            case _:
                return str(value)

    def _reference(self, name: str, value: str) -> str | None:
        """What stands beside a row; a document from before references were secret shows its own."""
        shown = self.names.get(name, UNNAMED)
        return shown.reference or (None if self.document.numbered else value)

    def _totals(self, table: Table) -> tuple[str, ...] | None:
        if not table.totals:
            return None
        cells = [
            "" if column.name not in table.totals else self._sum(column, table.totals[column.name])
            for column in table.columns
        ]
        return tuple(cells)

    def _sum(self, column: Column, value: int) -> str:
        return grouped_yuan(value) if column.type == "fen" else f"{value:,}"

    def _chart(self, table: Table, words: TableWords) -> Chart:
        """A drawing of a table that has one; of one that is long, its first rows would say little, so none."""
        if words.chart is None:
            return NO_CHART
        label, value = (next(n for n, one in enumerate(table.columns) if one.name == name) for name in words.chart)
        kind = table.columns[value].type
        bars = [
            Bar(
                self._cell(table, words, table.columns[label], row[label], number),
                int(row[value] or 0),
                money(int(row[value] or 0)) if kind == "fen" else f"{int(row[value] or 0):,}",
            )
            for number, row in enumerate(table.rows, 1)
        ]
        return Chart(bars, words.title)

    def _sheet(self, table: Table) -> Sheet:
        words = self.words.tables[table.name]
        fields, rows = [Field("number", "序号", "number")], []
        for column in table.columns:
            heading = words.columns[column.name]
            if column.type == "ref":
                who = heading.removesuffix("、编号")
                fields += [Field(f"{column.name}_name", who), Field(column.name, f"{who}的编号")]
                continue
            unit = "（元）" if column.type == "fen" and "元" not in heading else ""
            fields.append(Field(column.name, heading + unit, _KINDS[column.type]))
        for number, row in enumerate(table.rows, 1):
            cells: list[Value] = [number]
            for column, value in zip(table.columns, row, strict=True):
                if column.type == "ref":
                    name = row_name(table.name, number)
                    shown = (self.names.get(name, UNNAMED).name or NAMELESS, self._reference(name, str(value)))
                    cells += shown if value is not None else (None, None)
                    continue
                plain = value is None or column.type not in ("code", "place")
                cells.append(value if plain else self._cell(table, words, column, value, number))
            rows.append(tuple(cells))
        return Sheet(table.name, words.title, tuple(fields), rows)
