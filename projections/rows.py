"""Many rows with one statement: a read model names its table once, and hands over what events add and change in it.

What must not be broken: an event that speaks of a row that is not there is an error, never skipped; the model then
stops.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from psycopg import Cursor

from journal.codec import Recorded

Row = dict[str, object]
WriteCursor = Cursor[Any]


class MissingRow(LookupError):
    """An event changes something that this read model has never seen."""


def identity(recorded: Recorded) -> str:
    """The UUID of the event's stream, as text: the key of most read models."""
    return recorded.stream.partition("/")[2]


def to_json(rows: Collection[Mapping[str, object]]) -> str:
    """Rows as one JSON array for `json_populate_recordset`; UUIDs, days and times in their usual text."""
    return json.dumps(list(rows), default=str, ensure_ascii=False)


@dataclass(frozen=True)
class Table:
    """A table of a read model: its name, its key, and the other columns that events write. All names are ours."""

    name: str
    key: str
    columns: tuple[str, ...]

    @classmethod
    def of(cls, name: str, row: type, *, computed: Collection[str] = ()) -> "Table":
        """The table whose rows a dataclass spells out, its key first; `computed` columns are made by the database."""
        key, *columns = (field.name for field in fields(row) if field.name not in computed)
        return cls(name, key, tuple(columns))

    @property
    def all_columns(self) -> str:
        """Key and columns for a SELECT."""
        return ", ".join((self.key, *self.columns))

    @cached_property
    def _insert_sql(self) -> str:
        into = f"INSERT INTO {self.name} ({self.all_columns})"
        return f"{into} SELECT {self.all_columns} FROM {self._given}"  # noqa: S608 - names of ours

    @cached_property
    def _change_sql(self) -> str:
        changes = ", ".join(f"{column} = coalesce(given.{column}, stored.{column})" for column in self.columns)
        return (
            f"UPDATE {self.name} AS stored SET {changes} FROM {self._given} AS given"  # noqa: S608 - names of ours
            f" WHERE stored.{self.key} = given.{self.key}"
        )

    @property
    def _given(self) -> str:
        return f"json_populate_recordset(NULL::{self.name}, %s)"

    def insert(self, cursor: WriteCursor, rows: Collection[Mapping[str, object]]) -> None:
        """Add rows. A key that is already there is an error of the database (unique violation)."""
        if rows:
            cursor.execute(self._insert_sql, (to_json(rows),))

    def change(self, cursor: WriteCursor, rows: Collection[Mapping[str, object]]) -> None:
        """Set the given columns of rows that exist; a column that is absent or None stays. Raises MissingRow."""
        if not rows:
            return
        cursor.execute(self._change_sql, (to_json(rows),))
        if cursor.rowcount != len(rows):
            raise MissingRow(f"{self.name}: {len(rows) - cursor.rowcount} of {len(rows)} rows to change are missing")


@dataclass
class Pending:
    """What a batch of events adds to a table and changes in it; a later event's word replaces an earlier one's."""

    table: Table
    added: dict[str, Row] = field(default_factory=dict)
    changed: dict[str, Row] = field(default_factory=dict)

    def add(self, key: str, columns: Row) -> None:
        """A new row. Raises ValueError if this batch has added it already."""
        if key in self.added:
            raise ValueError(f"{self.table.name}: the same row twice")
        self.added[key] = {self.table.key: key, **columns}

    def change(self, key: str, columns: Row) -> None:
        """Columns of a row that this batch or an earlier one added."""
        row = self.added.get(key)
        if row is None:
            row = self.changed.setdefault(key, {self.table.key: key})
        row.update(columns)

    def write(self, cursor: WriteCursor) -> None:
        """One INSERT and one UPDATE at most."""
        self.table.insert(cursor, self.added.values())
        self.table.change(cursor, self.changed.values())
