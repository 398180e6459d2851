"""Reading the XML inside a workbook as a stream: only what is needed to judge it, never the whole of it in memory.

What must not be broken: a DOCTYPE ends the reading at once, so that no entity can be declared, fetched or expanded.
Source: ECMA-376 part 1, chapters 18.2 (workbook), 18.3 (worksheets), 18.4 (shared strings).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Final
from xml.parsers import expat

from api.files.cells import TEXT_CHARS_MAX

Place = tuple[int, int]
"""(row, column), both from 1."""
Range = tuple[int, int, int, int]
"""(first row, first column, last row, last column), from 1."""

PLACES_MAX: Final = 2_000
"""So many places of one kind are remembered; a refused file needs no longer list."""

_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


class DoctypeFound(ValueError):
    """The XML declares a document type."""


def _no_doctype(*_: object) -> None:
    raise DoctypeFound("DOCTYPE")


def _local(name: str) -> str:
    """The name without its namespace: strict and transitional workbooks differ only there."""
    return name.rpartition(" ")[2]


def _attributes(pairs: dict[str, str]) -> dict[str, str]:
    return {_local(name): value for name, value in pairs.items()}


def _stream(
    part: IO[bytes],
    *,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] = lambda _: None,
    text: Callable[[str], None] = lambda _: None,
) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.StartElementHandler = lambda name, pairs: start(_local(name), _attributes(pairs))
    parser.EndElementHandler = lambda name: end(_local(name))
    parser.CharacterDataHandler = text
    try:
        parser.ParseFile(part)
    except LookupError as error:  # an encoding that does not exist is told by the codecs, not by the parser
        raise expat.ExpatError(str(error)) from error


def check_xml(part: IO[bytes]) -> None:
    """Raises ExpatError or DoctypeFound unless the part is well-formed XML without a document type."""
    _stream(part, start=lambda *_: None)


def sheets(part: IO[bytes]) -> list[tuple[str, str]]:
    """(name, relationship id) of every sheet that `xl/workbook.xml` lists, in its order."""
    found: list[tuple[str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            found.append((attributes.get("name", ""), attributes.get("id", "")))

    _stream(part, start=start)
    return found


def relations(part: IO[bytes]) -> dict[str, tuple[str, str]]:
    """Relationship id -> (last word of its type, target) of a `.rels` part."""
    found: dict[str, tuple[str, str]] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = kind, attributes.get("Target", "")

    _stream(part, start=start)
    return found


def shared_text_lengths(part: IO[bytes]) -> list[int]:
    """The length in characters of every shared text, by index."""
    lengths: list[int] = []

    def start(name: str, _: dict[str, str]) -> None:
        if name == "si":
            lengths.append(0)

    def text(content: str) -> None:
        if lengths:
            lengths[-1] += len(content)

    _stream(part, start=start, text=text)
    return lengths


@dataclass
class SheetFacts:
    """What a sheet holds besides plain values: merged ranges, formulas, error values, texts beyond all limits."""

    too_many_rows: bool = False
    too_many_columns: bool = False
    merged: list[Range] = field(default_factory=list)
    formulas: list[Place] = field(default_factory=list)
    errors: set[Place] = field(default_factory=set)
    too_long: list[Place] = field(default_factory=list)


class _SheetReader:
    """Follows one worksheet; row and column count on where a cell does not say where it stands."""

    def __init__(self, *, too_long: frozenset[int], rows_max: int, columns_max: int) -> None:
        self.facts = SheetFacts()
        self._too_long = too_long
        self._rows_max, self._columns_max = rows_max, columns_max
        self._row = self._column = 0
        self._kind = ""
        self._text = ""
        self._length = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name:
            case "row":
                self._row = int(attributes.get("r", self._row + 1))
                self._column = 0
            case "c":
                self._cell(attributes)
            case "f":
                _remember(self.facts.formulas, (self._row, self._column))
            case "v" | "t":
                self._text = ""
            case "mergeCell":
                first, _, last = attributes.get("ref", "").partition(":")
                if len(self.facts.merged) < PLACES_MAX:
                    self.facts.merged.append((*reference(first), *reference(last or first)))

    def _cell(self, attributes: dict[str, str]) -> None:
        self._column += 1
        if "r" in attributes:
            self._row, self._column = reference(attributes["r"])
        self._kind = attributes.get("t", "n")
        self._length = 0
        # The parser allots every cell of the rectangle: one cell far out would fill the memory.
        self.facts.too_many_rows |= self._row > self._rows_max
        self.facts.too_many_columns |= self._column > self._columns_max
        if self._kind == "e":
            self.facts.errors.add((self._row, self._column))

    def text(self, content: str) -> None:
        self._length += len(content)
        if self._length <= TEXT_CHARS_MAX:
            self._text += content

    def end(self, name: str) -> None:
        shared = name == "v" and self._kind == "s" and int(self._text) in self._too_long
        if shared or (name == "c" and self._length > TEXT_CHARS_MAX):
            _remember(self.facts.too_long, (self._row, self._column))


def _remember(places: list[Place], place: Place) -> None:
    if len(places) < PLACES_MAX:
        places.append(place)


def sheet_facts(part: IO[bytes], *, too_long: frozenset[int], rows_max: int, columns_max: int) -> SheetFacts:
    """Read one worksheet once. `too_long` are the indexes of shared texts beyond the limit.

    Raises ExpatError, DoctypeFound, or ValueError for cell references and indexes that are none.
    """
    reader = _SheetReader(too_long=too_long, rows_max=rows_max, columns_max=columns_max)
    _stream(part, start=reader.start, end=reader.end, text=reader.text)
    return reader.facts


def reference(text: str) -> Place:
    """`"C12"` -> (12, 3). Raises ValueError for anything else."""
    match = _REFERENCE.fullmatch(text)
    if match is None:
        raise ValueError("not a cell reference")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column
