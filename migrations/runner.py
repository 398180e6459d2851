"""Brings a database to the state that this version of the code needs, one numbered file after the other.

What must not be broken: a file is applied wholly or not at all, once, in order, and never after somebody
changed it. Each runs in a transaction of its own together with its record in `applied_migrations`; an
advisory lock on the database keeps a second starter waiting until the first is through.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.resources.abc import Traversable

import psycopg
from psycopg.rows import class_row

from migrations.errors import Changed, Failed, MigrationError, Numbering, Outdated, TooNew
from migrations.roles import DEFAULT_NAMES
from migrations.sql_files import SqlFile, own_folder, read_sql_files

__all__ = [
    "Applied",
    "Changed",
    "Failed",
    "MigrationError",
    "Numbering",
    "Outdated",
    "Status",
    "TooNew",
    "check",
    "migrate",
    "status",
]

LOCK_KEY = 0x6D696E677A68616E  # "mingzhan": one number that every starter asks for in this database

CREATE_TABLE = """
CREATE TABLE IF NOT EXISTS public.applied_migrations (
    number     integer PRIMARY KEY,
    name       text NOT NULL,
    digest     text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
GRANT SELECT ON public.applied_migrations TO PUBLIC;
"""
TABLE_EXISTS = "SELECT to_regclass('public.applied_migrations') IS NOT NULL"
SELECT_APPLIED = "SELECT number, name, digest, applied_at FROM public.applied_migrations ORDER BY number"
INSERT_APPLIED = """
INSERT INTO public.applied_migrations (number, name, digest) VALUES (%s, %s, %s)
RETURNING number, name, digest, applied_at
"""


@dataclass(frozen=True)
class Applied:
    """A migration that this database has; `digest` is the SHA-256 (hex) of the file as it was applied."""

    number: int
    name: str
    digest: str
    applied_at: datetime


@dataclass(frozen=True)
class Status:
    """What the database has beside what the code brings: two lists that agree as far as both go."""

    applied: tuple[Applied, ...]
    files: tuple[SqlFile, ...]

    @property
    def pending(self) -> tuple[SqlFile, ...]:
        """The files that are still to be applied, in order."""
        return self.files[len(self.applied) :]

    def refuse_unknown(self) -> None:
        """Raise Changed or TooNew if the database holds a migration that this code does not, or not like
        that.
        """
        for applied, file in zip(self.applied, self.files, strict=False):
            if (applied.number, applied.name, applied.digest) != (file.number, file.name, file.digest):
                raise Changed(
                    "migration.changed",
                    f"migration {file.file_name} is not the file that was applied on "
                    f"{applied.applied_at:%Y-%m-%d} ({applied.number:04}_{applied.name}, "
                    f"{applied.digest[:12]}…): restore it and add a new one",
                    number=applied.number,
                    name=applied.name,
                )
        if len(self.applied) > len(self.files):
            raise TooNew(
                "migration.too_new",
                f"the database is at migration {self.applied[-1].number:04}, this version of the code knows "
                f"{len(self.files):04}: install the version that made it, or a newer one",
                database=self.applied[-1].number,
                known=len(self.files),
            )


def migrate(dsn: str, *, folder: Traversable | None = None, names: Mapping[str, str] = DEFAULT_NAMES) -> list[Applied]:
    """Apply the files that are still missing, as the user of `dsn` (the owner), and return what was applied
    now.

    `names` maps owner, writer, projector, reader, auditor to the database's role names. `dsn` must reach the
    server itself or a pool in session mode, for the lock belongs to the session. Raises MigrationError; the
    files before the one that failed stay applied, that one leaves nothing behind.
    """
    files = read_sql_files(folder or own_folder())
    with _connected(dsn) as connection, _alone(connection):
        if not _has_table(connection):
            connection.execute(CREATE_TABLE)
        found = _status(connection, files)
        found.refuse_unknown()
        return [_apply(connection, file, names=names) for file in found.pending]


def status(dsn: str, *, folder: Traversable | None = None) -> Status:
    """Return what is applied and what the code brings; reads only, and raises only if the files are wrong."""
    files = read_sql_files(folder or own_folder())
    with _connected(dsn) as connection:
        return _status(connection, files)


def check(dsn: str, *, folder: Traversable | None = None) -> None:
    """Raise Changed, TooNew or Outdated unless the database is exactly where this code needs it. Any role may
    ask.
    """
    found = status(dsn, folder=folder)
    found.refuse_unknown()
    if found.pending:
        raise Outdated(
            "migration.outdated",
            f"the database is at migration {len(found.applied):04}, this version of the code needs "
            f"{len(found.files):04}: run `mingzhang migrate`",
            pending=len(found.pending),
        )


@contextmanager
def _connected(dsn: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(dsn, autocommit=True, client_encoding="utf8") as connection:
        yield connection


@contextmanager
def _alone(connection: psycopg.Connection) -> Iterator[None]:
    """Hold the advisory lock; the end of the session frees it too, however it comes."""
    connection.execute("SELECT pg_advisory_lock(%s)", [LOCK_KEY])
    try:
        yield
    finally:
        if not connection.broken:
            connection.execute("SELECT pg_advisory_unlock(%s)", [LOCK_KEY])


def _has_table(connection: psycopg.Connection) -> bool:
    row = connection.execute(TABLE_EXISTS).fetchone()
    return row is not None and bool(row[0])


def _status(connection: psycopg.Connection, files: list[SqlFile]) -> Status:
    if not _has_table(connection):
        return Status((), tuple(files))
    with connection.cursor(row_factory=class_row(Applied)) as cursor:
        return Status(tuple(cursor.execute(SELECT_APPLIED)), tuple(files))


def _apply(connection: psycopg.Connection, file: SqlFile, *, names: Mapping[str, str]) -> Applied:
    statements = file.filled(names)
    try:
        with connection.transaction(), connection.cursor(row_factory=class_row(Applied)) as cursor:
            cursor.execute(statements)
            # A file may set these for its own session's sake; the next one must not inherit them.
            cursor.execute("RESET ALL")
            applied = cursor.execute(INSERT_APPLIED, [file.number, file.name, file.digest]).fetchone()
    except psycopg.Error as error:
        raise _failed(file, error, statements=statements.decode()) from error
    if applied is None:
        raise Failed("migration.failed", f"{file.file_name} was not recorded", file=file.file_name)
    return applied


def _failed(file: SqlFile, error: psycopg.Error, *, statements: str) -> Failed:
    """Name the line, which PostgreSQL gives as a position in the text that it was sent."""
    position = int(error.diag.statement_position or 0)
    line = statements.count("\n", 0, position) + 1 if position else 0
    where = f"{file.file_name}, line {line}" if line else file.file_name
    reason = error.diag.message_primary or str(error)
    return Failed(
        "migration.failed",
        f"{where}: {reason}; nothing of this file was applied",
        file=file.file_name,
        line=line,
        sqlstate=error.sqlstate or "",
    )
