"""Reading lists of division codes, a county's table of changes, and the history of counties' codes.

What must not be broken: a row of this county either becomes something or has a finding at its number. Rows of other
counties are only counted: the lists hold the whole country.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from api.files.cells import Cell, CellError, Row, day, half_width, line_of_text, required
from api.files.findings import BadFile, Finding, finding
from api.files.place_profiles import ChangeKind, ChangeLayout, HistoryLayout, ListLayout, PlaceProfile
from api.files.workbook import ROWS_MAX, read_bytes
from api.web.words import LEVELS
from domain.kernel.places import Division, contains, division, level
from domain.places import Predecessor

NAME_CHARS_MAX: Final = 100


@dataclass(frozen=True)
class Listed:
    """A code of a list, with its name. `row` is its line in `file`; `titles`: how findings name a field's column."""

    file: str
    row: int
    code: Division
    name: str
    above: Division
    titles: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Changed:
    """A row of a table of changes; `new` and `new_name` are None where nothing follows. `titles`: as of a list."""

    file: str
    row: int
    on: date
    kind: ChangeKind
    old: Division
    new: Division | None
    new_name: str | None
    document: str
    titles: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Traced:
    """Since when the county has had its code, and the codes before it, the latest first."""

    file: str
    since: date
    predecessors: tuple[Predecessor, ...]
    document: str


@dataclass
class PlaceReading:
    """What the files say of one county. `others` counts the rows that belong to other counties."""

    county: Division
    profile: PlaceProfile
    listed: dict[Division, Listed] = field(default_factory=dict)
    changed: list[Changed] = field(default_factory=list)
    traced: Traced | None = None
    rows: int = 0
    others: int = 0
    findings: list[Finding] = field(default_factory=list)


def read_places(paths: Sequence[Path], profile: PlaceProfile, *, county: Division) -> PlaceReading:
    """Read every file by its own layout.

    Raises BadFile, with the findings of all files, if one of them is in no layout, or if nothing is of this county.
    """
    reading = PlaceReading(county, profile)
    unusable: list[Finding] = []
    for path in paths:
        try:
            content = read_bytes(path)
            if content.lstrip()[:1] == b"{":
                _read_history(reading, path.name, content)
            else:
                _read_table(reading, path.name, content)
        except BadFile as bad:
            unusable += bad.findings
    if unusable:
        raise BadFile([*unusable, *reading.findings])
    if not reading.rows:
        raise BadFile([*reading.findings, finding("places.none", file=paths[0].name, county=county)])
    return reading


# Tables.


def _read_table(reading: PlaceReading, file: str, content: bytes) -> None:
    records = _records(file, content)
    _, header = next(records, (0, []))
    titles = [half_width(title).strip() for title in header]
    layout = _layout(reading.profile, titles)
    if layout is None:
        raise BadFile([finding("places.layout", file=file, expected=_expected(reading.profile))])
    columns = {name: titles.index(title) for name, title in layout.columns.items()}
    for number, fields in records:
        cells = {name: fields[at] if at < len(fields) else "" for name, at in columns.items()}
        found: list[Finding] = []
        row = Row(file, number, cells, layout.columns, found)
        if isinstance(layout, ListLayout):
            _take_listed(reading, layout, row)
        else:
            _take_changed(reading, layout, row)
        reading.findings += found


def _layout(profile: PlaceProfile, titles: Sequence[str]) -> ListLayout | ChangeLayout | None:
    """The first layout all of whose columns the file has."""
    layouts: list[ListLayout | ChangeLayout] = [*profile.lists, *([profile.changes] if profile.changes else [])]
    return next((one for one in layouts if set(one.columns.values()) <= set(titles)), None)


def _expected(profile: PlaceProfile) -> str:
    layouts: list[ListLayout | ChangeLayout] = [*profile.lists, *([profile.changes] if profile.changes else [])]
    return "表头应当有 " + "；或 ".join("、".join(one.columns.values()) for one in layouts)


def _records(file: str, content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV with their line numbers. Raises BadFile."""
    if b"\0" in content:
        raise BadFile([finding("file.not_text", file=file)])
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        raise BadFile([finding("file.encoding", file=file)])
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        for fields in rows:
            if rows.line_num > ROWS_MAX:
                raise BadFile([finding("file.too_many_rows", file=file, limit=ROWS_MAX)])
            if any(one.strip() for one in fields):
                yield rows.line_num, fields
    except csv.Error as error:
        raise BadFile([finding("file.damaged", file=file, detail=f"第 {rows.line_num} 行")]) from error


def _take_listed(reading: PlaceReading, layout: ListLayout, row: Row) -> None:
    code = row.read("code", _code)
    if code is not None and not contains(reading.county, code):
        reading.others += 1
        return
    reading.rows += 1
    name, above = row.read("name", _name), row.read("above", _code)
    if code is None:
        return
    if level(code) != layout.level:
        row.note("code.level", "code", shown=code, expected=LEVELS[layout.level])
    elif code in reading.listed:
        row.note("code.repeated", "code", shown=code, first_row=reading.listed[code].row)
    if above is not None and not contains(above, code):
        row.note("code.above", "above", shown=code, above=above)
    if name is not None and above is not None and not row.findings:
        reading.listed[code] = Listed(row.file, row.number, code, name, above, layout.columns)


def _take_changed(reading: PlaceReading, layout: ChangeLayout, row: Row) -> None:
    old = row.read("old_code", _code)
    if old is not None and not contains(reading.county, old):
        reading.others += 1
        return
    reading.rows += 1
    kind = row.read("kind", lambda cell: _kind(cell, layout.kinds))
    on, document = row.read("on", day), row.read("document", _name)
    new = row.read("new_code", _code) if row.has("new_code") else None
    new_name = row.read("new_name", _name) if row.has("new_name") else None
    for name in ("new_code", "new_name") if kind not in (None, "abolished") else ():
        if not row.has(name):
            row.note("cell.missing", name)
    if kind is None or on is None or document is None or old is None or row.findings:
        return
    reading.changed.append(Changed(row.file, row.number, on, kind, old, new, new_name, document, layout.columns))


def _code(cell: Cell) -> Division:
    """A code of 2 to 12 digits, made up to 12 with zeros."""
    text = half_width(line_of_text(cell))
    if not 2 <= len(required(text)) <= 12 or not (text.isascii() and text.isdigit()):
        raise CellError("code.unreadable", shown=f"{len(text)} 字")
    return division(text.ljust(12, "0"))


def _name(cell: Cell) -> str:
    return required(line_of_text(cell, limit=NAME_CHARS_MAX))


def _kind(cell: Cell, kinds: Mapping[str, ChangeKind]) -> ChangeKind:
    text = line_of_text(cell)
    if text not in kinds:
        raise CellError("change.kind", shown=f"{len(text)} 字", expected="、".join(kinds))
    return kinds[text]


# History.


def _read_history(reading: PlaceReading, file: str, content: bytes) -> None:
    layout = reading.profile.history
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadFile([finding("file.damaged", file=file, detail="JSON")]) from error
    events = document.get(layout.events) if layout is not None else None
    if layout is None or not isinstance(events, list):
        expected = _expected(reading.profile) if layout is None else f"JSON 里应当有 {layout.events}"
        raise BadFile([finding("places.layout", file=file, expected=expected)])
    steps = [step for step in (_step(one, layout) for one in events) if step is not None]
    path = _path(steps, reading.county)
    reading.rows += len(path)
    reading.others += len(events) - len(path)
    if path:
        predecessors = tuple(
            Predecessor(step.old, step.old_name, date(step.year, 1, 1) - timedelta(days=1)) for step in path
        )
        reading.traced = Traced(file, date(path[0].year, 1, 1), predecessors, layout.document)


@dataclass(frozen=True)
class _Step:
    """In this year's book of codes `new` stands for the first time for what was `old`."""

    year: int
    old: Division
    old_name: str
    new: Division


def _step(one: Any, layout: HistoryLayout) -> _Step | None:
    """An event that says which code followed which; None for any other, and for what is not of the form."""
    try:
        if one["type"] not in layout.kinds:
            return None
        old, new = one["old"], one["new"]
        return _Step(int(one["year"]), division(old["code"]), _name(old["name"]), division(new["code"]))
    except (KeyError, TypeError, ValueError):
        return None


def _path(steps: Sequence[_Step], county: Division) -> list[_Step]:
    """From the county's code back in time, the latest step first; each is earlier than the one after it."""
    path: list[_Step] = []
    code, before = county, 10_000
    while True:
        earlier = [step for step in steps if step.new == code and step.year < before]
        if not earlier:
            return path
        latest = max(earlier, key=lambda step: step.year)
        path.append(latest)
        code, before = latest.old, latest.year
