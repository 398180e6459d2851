"""The numbered SQL files: found, counted, fingerprinted, and their role names filled in.

A file that was released is never edited: its digest is recorded in every database that applied it.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable

from psycopg import sql

from migrations.errors import Numbering

FILE_NAME = re.compile(r"(?P<number>\d{4})_(?P<name>[a-z0-9]+(?:_[a-z0-9]+)*)\.sql")
PLACEHOLDER = re.compile(r'(?<!:):"(?P<word>[^"\n]*)"')
TRANSACTION_CONTROL = re.compile(
    r"^[ \t]*(?:begin|commit|rollback|abort|start\s+transaction)(?:\s+(?:work|transaction))?\s*;",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class SqlFile:
    """One migration as it lies in the folder; `digest` is the SHA-256 (hex) of its bytes."""

    number: int
    name: str
    digest: str
    text: str = field(repr=False)

    @property
    def file_name(self) -> str:
        return f"{self.number:04}_{self.name}.sql"

    def filled(self, names: Mapping[str, str]) -> bytes:
        """Return the statements with `:"owner"` and the like replaced by quoted role names."""

        def quoted(match: re.Match[str]) -> str:
            word = match["word"]
            if word not in names:
                line = self.text.count("\n", 0, match.start()) + 1
                raise Numbering(
                    "migration.placeholder",
                    f'{self.file_name}, line {line}: there is no role :"{word}"',
                    file=self.file_name,
                    line=line,
                )
            return sql.Identifier(names[word]).as_string(None)

        return PLACEHOLDER.sub(quoted, self.text).encode()


def own_folder() -> Traversable:
    """Return the folder of the released files, also from inside an installed package."""
    return files("migrations") / "sql"


def read_sql_files(folder: Traversable) -> list[SqlFile]:
    """Return the files of `folder` in order. They are numbered 0001, 0002, … without gaps.

    Raises Numbering `migration.numbering` or `migration.transaction`.
    """
    found = sorted((_read(entry) for entry in folder.iterdir() if entry.name.endswith(".sql")), key=_number)
    for expected, file in enumerate(found, start=1):
        if file.number != expected:
            what = "is there twice" if file.number < expected else "is missing"
            number = min(file.number, expected)
            raise Numbering("migration.numbering", f"migration {number:04} {what} (at {file.file_name})", number=number)
    return found


def _number(file: SqlFile) -> tuple[int, str]:
    return file.number, file.name


def _read(entry: Traversable) -> SqlFile:
    match = FILE_NAME.fullmatch(entry.name)
    if match is None:
        raise Numbering(
            "migration.numbering",
            f"{entry.name}: a migration is named like 0001_what_it_does.sql",
            file=entry.name,
        )
    content = entry.read_bytes()
    text = content.decode("utf-8")
    if control := TRANSACTION_CONTROL.search(text):
        line = text.count("\n", 0, control.start()) + 1
        raise Numbering(
            "migration.transaction",
            f"{entry.name}, line {line}: each file already runs in one transaction of its own",
            file=entry.name,
            line=line,
        )
    return SqlFile(int(match["number"]), match["name"], hashlib.sha256(content).hexdigest(), text)
