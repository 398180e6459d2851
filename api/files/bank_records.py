"""The common shape of payment and return files: totals, lines, perhaps a trailer - in text, in a workbook or in XML.

Reading gives rows of cells and judges only the form; what the cells mean is said by `payment_files` and `return_files`.
Writing refuses every value that would break a line or that a spreadsheet program would run as a formula: a name
must reach the bank exactly as it is, so nothing is escaped.
"""

import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final

import xlsxwriter

from api.files.bank_profiles import BankProfile, TextLayout, WorkbookLayout
from api.files.bank_tables import Table
from api.files.cells import Cell, Row, amount, half_width, harmless, whole_number
from api.files.decoding import decoded
from api.files.findings import FINDINGS_MAX, BadFile, Finding, finding
from api.files.workbook import Sheet, Workbook, column_letters
from api.files.xml_records import read_answers, read_payments, write_payments, write_reply
from domain.kernel.money import yuan
from domain.kernel.spreadsheet_cells import is_formula

CONTENT_BYTES_MAX: Final = 20 * 2**20

_TRAILER: Final = ("count", "total")


def read_table(profile: BankProfile, content: bytes, *, file: str, answers: bool) -> Table:
    """Read a payment file (or a return file, if `answers`). Raises BadFile if it is not in the profile's format."""
    if not content:
        raise BadFile([finding("file.empty", file=file)])
    if len(content) > CONTENT_BYTES_MAX:
        raise BadFile([finding("file.too_large", file=file, limit=f"{CONTENT_BYTES_MAX // 2**20} MB")])
    table = Table(file, hashlib.sha256(content).hexdigest())
    if profile.text is not None:
        _read_text(profile, profile.text, content, table, answers=answers)
    elif profile.workbook is not None:
        _read_workbook(profile, profile.workbook, content, table, answers=answers)
    elif profile.xml is not None and answers:
        read_answers(profile.xml, content, table)
    elif profile.xml is not None:
        read_payments(profile.xml, content, table)
    if table.totals is None and not table.findings:
        table.note("record.missing", what="汇总（批次号、笔数、总金额）")
    return table


# Text: one record a line, marked by its first field.
def _read_text(profile: BankProfile, layout: TextLayout, content: bytes, table: Table, *, answers: bool) -> None:
    totals = profile.total_titles()
    trailer = {name: totals[name] for name in _TRAILER}
    titles = profile.line_titles(answers=answers)
    texts = re.split("\r\n|\r|\n", decoded(content, file=table.file, also=[layout.encoding]))
    _require_known(layout, texts, table, answers=answers)
    for number, text in enumerate(texts, 1):
        if not text.strip() or len(table.findings) > FINDINGS_MAX:
            continue
        if text.startswith(layout.remark):
            table.remark = table.remark or text.removeprefix(layout.remark)
            continue
        mark, *fields = text.split(layout.separator)
        match half_width(mark).strip():
            case layout.header if table.totals is None:
                table.totals = _text_row(table, number, fields, totals)
            case layout.line if table.totals is not None and table.trailer is None:
                table.add(_text_row(table, number, fields, titles))
            case layout.trailer if table.totals is not None and table.trailer is None:
                table.trailer = _text_row(table, number, fields, trailer)
            case layout.header | layout.line | layout.trailer as misplaced:
                table.note("record.repeated", row=number, value=misplaced, what=f"{misplaced} 行")
            case _:
                expected = "、".join(_marks(layout))
                table.note("record.kind", row=number, value=harmless(mark), expected=expected)
    if layout.trailer is not None and table.trailer is None:
        table.note("record.missing", what=f"结尾行 {layout.trailer}")


def _marks(layout: TextLayout) -> tuple[str, ...]:
    """What a line may begin with."""
    return tuple(filter(None, (layout.header, layout.line, layout.trailer)))


def _require_known(layout: TextLayout, texts: Sequence[str], table: Table, *, answers: bool) -> None:
    """A file of which no line is known is another file: one finding, not one for each line. Raises BadFile."""
    said = [text for text in texts if text.strip() and not text.startswith(layout.remark)]
    marks = _marks(layout)
    if said and not any(half_width(text.partition(layout.separator)[0]).strip() in marks for text in said):
        what = "回盘文件" if answers else "代发文件"
        shown = harmless(said[0])
        raise BadFile(
            [finding("file.not_bank_file", file=table.file, value=shown, what=what, expected="、".join(marks))]
        )


def _text_row(table: Table, number: int, fields: list[str], titles: Mapping[str, str]) -> Row:
    """The row; a wrong number of fields is a finding. Empty fields beyond the last are what some banks append."""
    while len(fields) > len(titles) and not fields[-1].strip():
        fields.pop()
    if len(fields) != len(titles):
        found = len(fields) + 1
        table.note("record.fields", row=number, value=f"{found} 项", expected=len(titles) + 1, found=found)
    return Row(table.file, number, dict(zip(titles, fields, strict=False)), titles, table.findings)


# Workbook: a sheet of lines under their titles, and a sheet of totals as item and content.
def _read_workbook(
    profile: BankProfile, layout: WorkbookLayout, content: bytes, table: Table, *, answers: bool
) -> None:
    workbook = Workbook(content, file=table.file)
    lines, totals = workbook.sheet(layout.lines_sheet), workbook.sheet(layout.totals_sheet)
    for sheet in (lines, totals):
        for first_row, first, last_row, last in sheet.facts.merged:
            ref = f"{column_letters(first)}{first_row}:{column_letters(last)}{last_row}"
            table.note("cell.merged", row=first_row, value=ref, ref=ref)
    table.totals = _totals_row(table, totals, {title: name for name, title in profile.totals.items()})
    table.remark = str(table.totals.cells.get("remark", ""))
    for row in _sheet_rows(table, lines, profile.line_titles(answers=answers)):
        table.add(row)


def _totals_row(table: Table, sheet: Sheet, fields: Mapping[str, str]) -> Row:
    cells: dict[str, Cell] = {}
    numbers: dict[str, int] = {}
    titles = {name: f"B {title}" for title, name in fields.items()}
    for number, (title, content) in enumerate(([*row, "", ""][:2] for row in sheet.rows), 1):
        name = fields.get("".join(str(title).split()))
        if name in cells:
            table.note("record.repeated", row=number, value=str(title), what=f"“{title}”")
        elif name is not None:
            cells[name], numbers[name] = content, number
            if (number, 2) in sheet.facts.errors:
                table.note("cell.error", row=number)
    return Row(f"{table.file}“{sheet.name}”", 1, cells, titles, table.findings, numbers)


def _sheet_rows(table: Table, sheet: Sheet, titles: Mapping[str, str]) -> Iterator[Row]:
    header = ["".join(half_width(str(cell)).split()) for cell in (sheet.rows[0] if sheet.rows else [])]
    columns: dict[str, int] = {}
    for name, title in titles.items():
        wanted = half_width(title)
        if header.count(wanted) == 1:
            columns[name] = header.index(wanted)
        else:
            code = "header.duplicate" if wanted in header else "header.missing"
            table.note(code, row=1, value=title, header=title, header_row=1)
    lettered = {name: f"{column_letters(column + 1)} {titles[name]}" for name, column in columns.items()}
    for number, cells in enumerate(sheet.rows[1:], 2):
        row = Row(
            table.file,
            number,
            {name: cells[column] if column < len(cells) else "" for name, column in columns.items()},
            lettered,
            table.findings,
        )
        for name, column in columns.items():
            if (number, column + 1) in sheet.facts.errors:
                row.note("cell.error", name)
        if any(row.has(name) for name in columns):
            yield row


# Control totals: what the file says of itself must be what it holds, at the head and at the foot.
def check_control(table: Table, profile: BankProfile, *, counted: int, total_fen: int) -> None:
    """Note every stated count or total that is not the lines' own."""
    for row, where in ((table.totals, "首行" if profile.text else "汇总表"), (table.trailer, "结尾行")):
        if row is None:
            continue
        count = row.read("count", whole_number)
        if count is not None and count != counted:
            row.note("control.count", "count", shown=str(count), where=where, stated=count, counted=counted)
        total = row.read("total", lambda cell: amount(cell, unit=profile.amount_unit))
        if total is not None and total != total_fen:
            stated = yuan(total)
            row.note("control.total", "total", shown=stated, where=where, stated=stated, counted=yuan(total_fen))


def write_table(
    profile: BankProfile,
    *,
    totals: Mapping[str, str],
    lines: Sequence[Mapping[str, str]],
    answers: bool,
    on: date,
) -> bytes:
    """The file's bytes, always the same for the same values. Raises BadFile for values that it cannot carry safely."""
    titles = profile.line_titles(answers=answers)
    findings = [found for name, value in totals.items() for found in _unsafe(profile, value, None, name)]
    for number, line in enumerate(lines, 1):
        findings += [found for name in titles for found in _unsafe(profile, line.get(name, ""), number, titles[name])]
    if findings:
        raise BadFile(findings)
    if profile.text is not None:
        return _text_bytes(profile, profile.text, totals, lines, titles)
    if profile.xml is not None and answers:
        return write_reply(profile.xml, totals=totals, lines=lines, file=profile.name)
    if profile.xml is not None:
        return write_payments(profile.xml, totals=totals, lines=lines)
    return _workbook_bytes(profile, totals, lines, titles, on=on)


def _unsafe(profile: BankProfile, value: str, row: int | None, column: str) -> Iterator[Finding]:
    """Findings about one value; it is counted, not shown, because it may be a name."""
    layout = profile.text
    breaks = {"\n", "\r", layout.separator if layout else "\n"}
    encoding = layout.encoding if layout else profile.xml.encoding if profile.xml else "utf-8"
    codes = []
    # No spreadsheet program opens XML as a table, and there a leading sign is a name like any other.
    if profile.xml is None and is_formula(value):
        codes.append("cell.formula_like")
    if any(character in value for character in breaks):
        codes.append("cell.separator")
    if not _encodable(value, encoding):
        codes.append("cell.encoding")
    for code in codes:
        yield finding(
            code,
            file=profile.name,
            row=row,
            column=column,
            value=f"{len(value)} 字",
            separator=layout.separator if layout else "",
            encoding=encoding,
        )


def _encodable(value: str, encoding: str) -> bool:
    try:
        value.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _text_bytes(
    profile: BankProfile,
    layout: TextLayout,
    totals: Mapping[str, str],
    lines: Sequence[Mapping[str, str]],
    titles: Mapping[str, str],
) -> bytes:
    records = [[layout.header, *(totals[name] for name in profile.totals)]]
    records += [[layout.line, *(line.get(name, "") for name in titles)] for line in lines]
    if layout.trailer is not None:
        records.append([layout.trailer, *(totals[name] for name in _TRAILER)])
    texts = [layout.separator.join(record) for record in records]
    if totals["remark"]:
        texts.insert(0, layout.remark + totals["remark"])
    return "".join(text + layout.newline for text in texts).encode(layout.encoding)


def _workbook_bytes(
    profile: BankProfile,
    totals: Mapping[str, str],
    lines: Sequence[Mapping[str, str]],
    titles: Mapping[str, str],
    *,
    on: date,
) -> bytes:
    assert profile.workbook is not None  # noqa: S101 - a profile has exactly one layout
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    # The day of the payment stands for the time of writing, so that writing again gives the same bytes.
    book.set_properties({"created": datetime(on.year, on.month, on.day)})  # noqa: DTZ001 - a document property
    text = book.add_format({"num_format": "@"})
    detail = book.add_worksheet(profile.workbook.lines_sheet)
    rows = [list(titles.values()), *([line.get(name, "") for name in titles] for line in lines)]
    summary = book.add_worksheet(profile.workbook.totals_sheet)
    items = [[title, totals[name]] for name, title in profile.totals.items()]
    for sheet, table in ((detail, rows), (summary, items)):
        sheet.set_column(0, len(table[0]) - 1, 22, text)
        for row, values in enumerate(table):
            for column, value in enumerate(values):
                sheet.write_string(row, column, value, text)
    book.close()
    return buffer.getvalue()
