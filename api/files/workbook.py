"""Opening an xlsx workbook that a stranger made: what is not a plain table of values is refused before it is read.

What must not be broken: everything is checked by streaming, with limits, before the parser that fills memory sees the
file - size, compression ratio, DOCTYPE, extent, cell length. Merged cells, formulas and error values are
found here because the parser would hand them over as ordinary or empty cells.

Source: ECMA-376 part 1 (SpreadsheetML), part 2 (packages); Excel's own limit of 32,767 characters a cell.
"""

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook

from api.files.cells import TEXT_CHARS_MAX, Cell
from api.files.findings import BadFile, Finding, finding
from api.files.xlsx_parts import (
    PLACES_MAX,
    DoctypeFound,
    SheetFacts,
    check_xml,
    relations,
    shared_text_lengths,
    sheet_facts,
    sheets,
)
from api.web.words import system_error

FILE_BYTES_MAX: Final = 50 * 2**20
UNPACKED_BYTES_MAX: Final = 500 * 2**20
RATIO_MAX: Final = 200  # a register reaches 10, a sheet of equal rows about 100, a bomb 1,000
RATIO_MATTERS_BYTES: Final = 2**20
MEMBERS_MAX: Final = 1_000
BOOK: Final = "xl/workbook.xml"
ROWS_MAX: Final = 200_000
COLUMNS_MAX: Final = 50

_ZIP_ERRORS: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)


def read_bytes(path: Path, *, bytes_max: int = FILE_BYTES_MAX) -> bytes:
    """The file's bytes. Raises BadFile if it is missing, no file, unreadable or larger than the limit."""
    try:
        if path.stat().st_size > bytes_max:
            raise BadFile([finding("file.too_large", file=path.name, limit=_megabytes(bytes_max))])
        return path.read_bytes()
    except FileNotFoundError:
        raise BadFile([finding("file.missing", file=path.name)]) from None
    except OSError as error:
        raise BadFile([finding("file.unreadable", file=path.name, detail=system_error(error))]) from error


@dataclass(frozen=True)
class Sheet:
    """One sheet: `rows[0]` is row 1; merged ranges as (first row, first column, last row, last column) from 1."""

    name: str
    rows: list[list[Cell]]
    facts: SheetFacts


class Workbook:
    """A workbook whose package has passed the checks. Sheets are checked and read one at a time."""

    def __init__(self, content: bytes, *, file: str) -> None:
        """Raises BadFile, with everything that is wrong with the package."""
        self.file = file
        self.digest = hashlib.sha256(content).hexdigest()
        self._content = content
        _check_kind(content, file)
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
            self._check_package()
            self._paths = self._sheet_paths()
        except DoctypeFound:
            raise BadFile([finding("file.doctype", file=file)]) from None
        except (expat.ExpatError, KeyError, *_ZIP_ERRORS) as error:
            raise self._damaged(error) from error

    @property
    def sheet_names(self) -> list[str]:
        """The sheets in the workbook's order."""
        return list(self._paths)

    def sheet(self, which: str | int, *, formulas_refused: bool = True) -> Sheet:
        """The sheet of that name, or of that number from 1. Raises BadFile if it is missing or no plain table.

        `formulas_refused` False: the reader tells `facts.formulas` together with everything else that is wrong.
        """
        name = self._name(which)
        try:
            with self._archive.open(self._paths[name]) as part:
                facts = sheet_facts(part, too_long=self._too_long, rows_max=ROWS_MAX, columns_max=COLUMNS_MAX)
            self._refuse(facts, formulas_refused=formulas_refused or len(facts.formulas) >= PLACES_MAX)
            return Sheet(name, self._table(name), facts)
        except DoctypeFound:
            raise BadFile([finding("file.doctype", file=self.file)]) from None
        except (expat.ExpatError, CalamineError, KeyError, *_ZIP_ERRORS) as error:
            raise self._damaged(error) from error

    def _table(self, name: str) -> list[list[Cell]]:
        book = CalamineWorkbook.from_object(io.BytesIO(self._content))
        return book.get_sheet_by_name(name).to_python(skip_empty_area=False)

    def _name(self, which: str | int) -> str:
        names = self.sheet_names
        if isinstance(which, int) and 1 <= which <= len(names):
            return names[which - 1]
        if isinstance(which, str) and which in names:
            return which
        raise BadFile([finding("sheet.missing", file=self.file, sheet=which, sheets="、".join(names))])

    def _refuse(self, facts: SheetFacts, *, formulas_refused: bool) -> None:
        findings: list[Finding] = []
        if facts.too_many_rows:
            findings.append(finding("file.too_many_rows", file=self.file, limit=ROWS_MAX))
        if facts.too_many_columns:
            findings.append(finding("file.too_many_columns", file=self.file, limit=COLUMNS_MAX))
        formulas = facts.formulas if formulas_refused or findings or facts.too_long else []
        for code, cells in (("cell.formula", formulas), ("cell.too_long", facts.too_long)):
            findings += [
                finding(code, file=self.file, row=row, column=column_letters(column), limit=TEXT_CHARS_MAX)
                for row, column in cells
            ]
        if findings:
            raise BadFile(findings)

    def _check_package(self) -> None:
        members = self._archive.infolist()
        names = {member.filename.lower() for member in members}
        if any(member.flag_bits & 1 for member in members):
            raise BadFile([finding("file.encrypted", file=self.file)])
        if BOOK not in names:
            raise BadFile([finding("file.not_xlsx", file=self.file, looks_like="别的压缩文件")])
        if any(name.endswith("vbaproject.bin") for name in names):
            raise BadFile([finding("file.macros", file=self.file)])
        # Two members of one name would let the checks read one and the parser the other.
        if len(names) != len(members) or len(members) > MEMBERS_MAX:
            raise BadFile([finding("file.damaged", file=self.file, detail="压缩包目录异常")])
        self._check_sizes(members)
        for member in members:
            if _is_small_part(member.filename):
                with self._archive.open(member) as part:
                    check_xml(part)

    def _check_sizes(self, members: list[zipfile.ZipInfo]) -> None:
        findings = [
            finding("file.ratio", file=self.file, detail=f"{member.file_size // max(member.compress_size, 1)}:1")
            for member in members
            if member.file_size > RATIO_MATTERS_BYTES and member.file_size > RATIO_MAX * member.compress_size
        ]
        if sum(member.file_size for member in members) > UNPACKED_BYTES_MAX:
            limit = _megabytes(UNPACKED_BYTES_MAX)
            findings.append(finding("file.unpacked_too_large", file=self.file, limit=limit))
        if findings:
            raise BadFile(findings)

    def _sheet_paths(self) -> Mapping[str, str]:
        with self._archive.open("_rels/.rels") as part:
            # The parser finds the workbook by this relation; elsewhere it would read what was not checked.
            if [_member(target, "") for kind, target in relations(part).values() if kind == "officeDocument"] != [BOOK]:
                raise ValueError("the package's main part is not the workbook")
        with self._archive.open(BOOK) as part:
            listed = sheets(part)
        with self._archive.open("xl/_rels/workbook.xml.rels") as part:
            targets = {identity: _member(target, "xl/") for identity, (_, target) in relations(part).items()}
        if len({name for name, _ in listed}) != len(listed):
            raise BadFile([finding("sheet.duplicate", file=self.file)])
        # A chart sheet or a dangling entry has no table; it is not offered.
        known = set(self._archive.namelist())
        return {name: targets[identity] for name, identity in listed if targets.get(identity) in known}

    @cached_property
    def _too_long(self) -> frozenset[int]:
        """The indexes of shared texts that no spreadsheet program could have put into a cell."""
        if "xl/sharedStrings.xml" not in self._archive.namelist():
            return frozenset()
        with self._archive.open("xl/sharedStrings.xml") as part:
            lengths = shared_text_lengths(part)
        return frozenset(index for index, length in enumerate(lengths) if length > TEXT_CHARS_MAX)

    def _damaged(self, error: Exception) -> BadFile:
        return BadFile([finding("file.damaged", file=self.file, detail=type(error).__name__)])


def column_letters(column: int) -> str:
    """`1` -> `A`, `27` -> `AA`."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _member(target: str, folder: str) -> str:
    """The package path of a relationship's target: absolute from the root, else from the folder of its source."""
    return target.removeprefix("/") if target.startswith(("/", folder or "/")) else f"{folder}{target}"


def _is_small_part(name: str) -> bool:
    """Styles, relations and the like; sheets and shared texts are streamed once, when a sheet is asked for."""
    return name.endswith((".xml", ".rels")) and not name.startswith(("xl/worksheets/", "xl/sharedStrings"))


def _megabytes(size: int) -> str:
    return f"{size // 2**20} MB"


def _check_kind(content: bytes, file: str) -> None:
    """Raises BadFile unless the bytes begin as a zip package does; says what they look like instead."""
    if len(content) > FILE_BYTES_MAX:
        raise BadFile([finding("file.too_large", file=file, limit=_megabytes(FILE_BYTES_MAX))])
    if not content:
        raise BadFile([finding("file.empty", file=file)])
    if content.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in content:
        raise BadFile([finding("file.encrypted", file=file)])
    if not content.startswith(b"PK\x03\x04"):
        raise BadFile([finding("file.not_xlsx", file=file, looks_like=_looks_like(content))])


def _looks_like(content: bytes) -> str:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return "旧式 .xls 或 .doc"
    if content.startswith(b"%PDF"):
        return " PDF"
    if re.match(rb"\s*<(!doctype )?html|\s*<table", content[:200], re.IGNORECASE):
        return "网页"
    if b"\0" not in content[:4096]:
        return "文本或 CSV"
    return "别的文件"
