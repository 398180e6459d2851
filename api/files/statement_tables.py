"""Account statements that are tables: read by a layout, and written by the same layout.

What must not be broken: every row below the header is an entry, a summary, a note or a finding - none is passed over.
The file's own count and sums must be those of its rows.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Final

import xlsxwriter

from api.files.bank_words import common_words
from api.files.cells import Cell, CellError, Row, half_width, harmless, identifier, whole_number
from api.files.findings import HEAD, BadFile, Finding, finding
from api.files.grids import Numbered, read_grid
from api.files.statement_cells import (
    balance,
    booking_day,
    currency_code,
    is_nothing,
    own_batch_number,
    own_end_to_end_id,
    shown_account,
    shown_text,
    signed_amount,
)
from api.files.statement_profiles import StatementProfile, TableLayout
from api.files.statements import BankStatement, StatementEntry, by_place, disagreements
from api.files.workbook import column_letters
from domain.kernel.events import Sha256
from domain.kernel.money import Fen, yuan
from domain.kernel.spreadsheet_cells import plain_cell

HEAD_ROWS_MAX: Final = 60

_HEAD_TITLES: Final = {
    "account": "账号",
    "currency": "币种",
    "number": "编号",
    "since": "起始日期",
    "until": "终止日期",
    "opening": "期初余额",
    "closing": "期末余额",
    "count": "笔数",
    "credit_total": "收入合计",
    "debit_total": "支出合计",
}
_TOTALS: Final = (("credit_total", 1), ("debit_total", -1))


@dataclass
class _Tally:
    """What the rows hold, to be compared with what the file says of itself."""

    entries: list[StatementEntry] = field(default_factory=list)
    rows: int = 0
    summary: Row | None = None

    def side(self, sign: int) -> int:
        """The sum of the credits (1) or of the debits (-1), as an amount above zero."""
        return sum(abs(entry.amount_fen) for entry in self.entries if entry.amount_fen * sign > 0)


def read_table_statement(
    profile: StatementProfile, layout: TableLayout, content: bytes, *, file: str, today: date | None = None
) -> BankStatement:
    """The statement that the table is. Raises BadFile with everything that is wrong with it, days after `today` too."""
    grid = read_grid(content, file=file)
    at = _header_at(layout, grid, file)
    findings: list[Finding] = []
    head = _head(layout, grid[:at], file, findings)
    columns = _columns(layout, grid[at], file)
    currency = head.read("currency", currency_code) if head.has("currency") else profile.currency
    tally = _tally(profile, layout, grid[at + 1 :], columns, currency or profile.currency, file, findings)
    if layout.newest_first:
        tally.entries.reverse()
    tally.entries = [replace(entry, number=number) for number, entry in enumerate(tally.entries, 1)]
    _check_totals(head, tally)
    statement = _statement(head, tally, currency or profile.currency, content)
    if statement is None:
        findings.append(finding("statement.no_entries", file=file, row=grid[at][0], column=HEAD))
    else:
        titles = {str(name): _titled(columns, title) for name, title in layout.columns.items()}
        titles |= {name: _HEAD_TITLES[name] for name in ("closing", "until")}
        findings += disagreements(statement, file=file, titles=titles, rows=head.numbers, today=today)
    if findings or statement is None:
        raise BadFile(by_place(findings))
    return statement


def _normal(cell: Cell) -> str:
    return "".join(half_width(str(cell)).split())


def _header_at(layout: TableLayout, grid: Sequence[Numbered], file: str) -> int:
    """The index of the row that holds every title we need. Raises BadFile."""
    needed = {_normal(title) for title in (*layout.columns.values(), *layout.texts)}
    for at, (_, cells) in enumerate(grid[:HEAD_ROWS_MAX]):
        if needed <= {_normal(cell) for cell in cells}:
            return at
    expected = "、".join(layout.columns.values())
    found = finding("header.not_found", file=file, row=1, column=HEAD, rows=HEAD_ROWS_MAX, expected=expected)
    raise BadFile([found])


def _columns(layout: TableLayout, header: Numbered, file: str) -> dict[str, int]:
    """Title -> column from 0. Raises BadFile for a title that stands twice."""
    number, cells = header
    titles = [_normal(cell) for cell in cells]
    columns = {title: titles.index(_normal(title)) for title in layout.header if _normal(title) in titles}
    twice = [title for title in columns if titles.count(_normal(title)) > 1]
    if twice:
        raise BadFile(finding("header.duplicate", file=file, row=number, header=title) for title in twice)
    return columns


def _head(layout: TableLayout, grid: Sequence[Numbered], file: str, findings: list[Finding]) -> Row:
    """What stands above the table, by the layout's patterns; a value's row is where it was found."""
    cells: dict[str, Cell] = {}
    numbers: dict[str, int] = {}
    for name, pattern in layout.head.items():
        for number, row in grid:
            text = ",".join(str(cell).strip() for cell in row)
            if (match := re.search(pattern, text)) is not None:
                cells[name], numbers[name] = match[1], number
                break
    return Row(file, 1, cells, _HEAD_TITLES, findings, numbers)


def _tally(
    profile: StatementProfile,
    layout: TableLayout,
    grid: Sequence[Numbered],
    columns: Mapping[str, int],
    currency: str,
    file: str,
    findings: list[Finding],
) -> _Tally:
    tally = _Tally()
    places = {str(name): columns[title] for name, title in layout.columns.items()}
    titles = {str(name): _titled(columns, title) for name, title in layout.columns.items()}
    for number, cells in grid:
        first = str(cells[0]).strip()
        values = {name: _cell(cells, column) for name, column in places.items()}
        row = Row(file, number, values, titles, findings)
        if layout.summary is not None and first.startswith(layout.summary):
            tally.summary = row
        elif not first.startswith(tuple(layout.notes)) if layout.notes else True:
            tally.rows += 1
            texts = [str(_cell(cells, columns[title])) for title in layout.texts]
            references = " ".join(str(_cell(cells, columns[title])) for title in layout.references)
            entry = _entry(profile, layout, row, texts, references, currency)
            if entry is not None:
                tally.entries.append(entry)
    return tally


def _titled(columns: Mapping[str, int], title: str) -> str:
    """How findings name a column: its letters and its title."""
    return f"{column_letters(columns[title] + 1)} {title}"


def _cell(cells: Sequence[Cell], column: int) -> Cell:
    """The cell, or an empty one beyond the end of a row that the bank cut short."""
    return cells[column] if column < len(cells) else ""


def _entry(
    profile: StatementProfile, layout: TableLayout, row: Row, texts: Sequence[str], references: str, currency: str
) -> StatementEntry | None:
    """The entry in a row, or None for a row that moved nothing or cannot be read (then a finding says why)."""
    booked_on = row.read("booked_on", booking_day)
    amount_fen = _amount(layout, row)
    shown = {name: row.read(name, shown_text) for name in ("counter_name", "bank_ref", "batch_ref", "end_to_end_id")}
    counter_account = row.read("counter_account", shown_account)
    balance_fen = row.read("balance", balance)
    if row.has("currency"):
        stated = row.read("currency", currency_code)
        if stated is not None and stated != currency:
            row.note("currency.differs", "currency", shown=stated, currency=currency)
    if booked_on is None or not amount_fen:
        return None
    text = " ".join(word for one in texts if (word := " ".join(one.split())) and not is_nothing(word))
    own = _identifier(shown["end_to_end_id"]) or own_end_to_end_id(references)
    return_of = row.read("return_of", shown_text)
    kind = profile.codes.kind(_shown(row, "code"), texts)
    if return_of is None and own is not None and amount_fen > 0 and kind == "returned":
        own, return_of = None, own
    state = _shown(row, "state")
    is_return = amount_fen > 0 and (return_of is not None or kind == "returned")
    return StatementEntry(
        number=row.number,
        booked_on=booked_on,
        amount_fen=amount_fen,
        end_to_end_id=own,
        bank_ref=shown["bank_ref"],
        batch_ref=shown["batch_ref"] or own_batch_number(references),
        counter_name=shown["counter_name"],
        counter_account=counter_account,
        text=text[:500],
        return_of=return_of,
        row=row.number,
        balance_fen=balance_fen,
        kind="returned" if is_return else kind,
        reason=profile.codes.reason("", text) if is_return else None,
        unknown=None if not state or profile.codes.knows(state, void=layout.void) else harmless(state),
    )


def _shown(row: Row, name: str) -> str:
    """The cell's text, or nothing where the layout has no such column."""
    return str(row.cells[name]).strip() if row.has(name) else ""


def _identifier(text: str | None) -> str | None:
    """The text, if it can be an id of ours."""
    if text is None:
        return None
    try:
        return identifier(text)
    except CellError:
        return None


def _is_return(text: str) -> bool:
    words = common_words().entries["returned"]
    return any(word in text for word in words)


def _amount(layout: TableLayout, row: Row) -> Fen | None:
    """The signed amount; 0 for a row that moved nothing; None after a finding."""
    if row.has("state") and str(row.cells["state"]).strip() in layout.void:
        return Fen(0)
    if layout.directions is not None:
        return _worded(layout, row)
    if "amount" in layout.columns:
        return row.read("amount", signed_amount)
    sides: dict[str, Fen] = {}
    for name in ("credit", "debit"):
        if is_nothing(row.cells[name]):
            continue
        value = row.read(name, signed_amount)
        if value is None:
            return None
        sides[name] = value
    if not sides or all(sides.get(name) for name in ("credit", "debit")):
        row.note("amount.both_sides", "credit")
        return None
    return Fen(sides.get("credit", 0) - sides.get("debit", 0))


def _worded(layout: TableLayout, row: Row) -> Fen | None:
    assert layout.directions is not None  # noqa: S101 - the caller asked
    word = str(row.cells["direction"]).strip()
    value = row.read("amount", signed_amount)
    if word in layout.directions.neither:
        return Fen(0)
    if word in layout.directions.credit:
        return value
    if word in layout.directions.debit:
        return None if value is None else Fen(-value)
    expected = "、".join((*layout.directions.credit, *layout.directions.debit, *layout.directions.neither))
    row.note("amount.direction", "direction", shown=harmless(word), expected=expected)
    return None


def _check_totals(head: Row, tally: _Tally) -> None:
    """Note every count and sum that is not the rows' own: at the head, and in the summary row."""
    if head.has("count"):
        count = head.read("count", whole_number)
        if count is not None and count != tally.rows:
            head.note("statement.count", "count", shown=str(count), where="表头", stated=count, counted=tally.rows)
    for name, sign in _TOTALS:
        counted = tally.side(sign)
        for row, place, where in ((head, name, "表头"), (tally.summary, name.partition("_")[0], "合计行")):
            if row is None or not row.has(place) or is_nothing(row.cells[place]):
                continue
            stated = row.read(place, signed_amount)
            if stated is not None and stated != counted:
                shown = yuan(stated)
                row.note("statement.sum", place, shown=shown, where=where, stated=shown, counted=yuan(counted))


def _statement(head: Row, tally: _Tally, currency: str, content: bytes) -> BankStatement | None:
    """The statement, or None for a file that holds neither entries nor days."""
    days = [entry.booked_on for entry in tally.entries]
    since = head.read("since", booking_day) if head.has("since") else min(days, default=None)
    until = head.read("until", booking_day) if head.has("until") else max(days, default=None)
    if since is None or until is None:
        return None
    first, last = (tally.entries[0], tally.entries[-1]) if tally.entries else (None, None)
    opening = head.read("opening", balance) if head.has("opening") else None
    closing = head.read("closing", balance) if head.has("closing") else None
    if opening is None and first is not None and first.balance_fen is not None:
        opening = Fen(first.balance_fen - first.amount_fen)
    if closing is None and last is not None:
        closing = last.balance_fen
    account = head.read("account", shown_account)
    return BankStatement(
        account=account or "",
        currency=currency,
        number=head.read("number", shown_text) if head.has("number") else None,
        since=since,
        until=until,
        opening_fen=opening,
        closing_fen=closing,
        entries=tuple(tally.entries),
        digest=Sha256(sha256(content).hexdigest()),
    )


# Writing: for tests and for a rehearsal's bank.
def write_table_statement(layout: TableLayout, statement: BankStatement, *, as_text: bool) -> bytes:
    """The statement in the bank's layout, as csv (`as_text`) or xlsx; every cell is text."""
    facts = _facts(statement)
    entries = reversed(statement.entries) if layout.newest_first else iter(statement.entries)
    rows = [[_filled(cell, facts) for cell in line] for line in layout.head_lines]
    rows.append(list(layout.header))
    rows += [_cells(layout, entry) for entry in entries]
    rows += [[_filled(cell, facts) for cell in line] for line in layout.foot_lines]
    return _csv_bytes(rows, layout.encoding) if as_text else _xlsx_bytes(rows, statement.until)


def _facts(statement: BankStatement) -> dict[str, str]:
    credits = [entry.amount_fen for entry in statement.entries if entry.amount_fen > 0]
    debits = [-entry.amount_fen for entry in statement.entries if entry.amount_fen < 0]
    return {
        "account": statement.account,
        "currency": statement.currency,
        "number": statement.number or "",
        "since": str(statement.since),
        "until": str(statement.until),
        "opening": "" if statement.opening_fen is None else yuan(statement.opening_fen),
        "closing": "" if statement.closing_fen is None else yuan(statement.closing_fen),
        "count": str(len(statement.entries)),
        "credit_count": str(len(credits)),
        "debit_count": str(len(debits)),
        "credit_total": yuan(sum(credits)),
        "debit_total": yuan(sum(debits)),
    }


def _filled(text: str, facts: Mapping[str, str]) -> str:
    return re.sub(r"\{([a-z_]+)\}", lambda gap: facts.get(gap[1], gap[0]), text)


def _cells(layout: TableLayout, entry: StatementEntry) -> list[str]:
    own = entry.return_of or entry.end_to_end_id or entry.batch_ref or ""
    text = entry.text
    if entry.return_of is not None and not _is_return(text):
        text = f"退汇 {text}".strip()
    values = dict.fromkeys(layout.header, "") | dict(layout.fixed)
    values[layout.texts[0]] = plain_cell(text.replace(own, "").strip() if own else text)
    for name, value in _values(layout, entry):
        if name in layout.columns:
            values[layout.columns[name]] = value
    if own and not {"end_to_end_id", "return_of"} & layout.columns.keys():
        place = layout.references[0]
        values[place] = f"{values[place]} {own}".strip()
    return [values[title] for title in layout.header]


def _values(layout: TableLayout, entry: StatementEntry) -> Iterator[tuple[str, str]]:
    size, is_credit = yuan(abs(entry.amount_fen)), entry.amount_fen > 0
    yield "booked_on", entry.booked_on.strftime(layout.date_format)
    if layout.directions is not None:
        yield "direction", (layout.directions.credit if is_credit else layout.directions.debit)[0]
        yield "amount", size
    elif "amount" in layout.columns:
        yield "amount", f"{'+' if is_credit else '-'}{size}"
    else:
        yield "credit" if is_credit else "debit", size
    yield "balance", "" if entry.balance_fen is None else yuan(entry.balance_fen)
    for name in ("counter_name", "counter_account", "bank_ref", "batch_ref", "end_to_end_id", "return_of"):
        yield name, plain_cell(getattr(entry, name) or "")


def _csv_bytes(rows: Sequence[Sequence[str]], encoding: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def _xlsx_bytes(rows: Sequence[Sequence[str]], on: date) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    # The last day stands for the time of writing, so that writing again gives the same bytes.
    book.set_properties({"created": datetime(on.year, on.month, on.day)})  # noqa: DTZ001 - a document property
    text = book.add_format({"num_format": "@"})
    sheet = book.add_worksheet("交易明细")
    for number, cells in enumerate(rows):
        for column, value in enumerate(cells):
            sheet.write_string(number, column, value, text)
    book.close()
    return buffer.getvalue()
