"""What stands on a sheet for the notice board: the one sentence, every row, how to object, and what proves it.

What must not be broken: a sheet says what the page of the same version says, row for row; and it follows from the
journal, the disclosed document and the names as they were posted, so that it can be drawn again.
"""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Final

from api.public.document_tables import UNNAMED, Part, Reader
from api.web.disclosed.kinds import WORDS, disclosed_period_text, title_of
from api.web.qr import qr_file
from domain.kernel.documents import Document, ShownName, row_name

NUMBER: Final = "序号"
TOTAL: Final = "合计"
NOTHING: Final = "没有。"
BANNER: Final = "演练账本：以下内容全部是虚构的"
CODE_WORDS: Final = "扫码看网页、查自己的一行、提异议"
OBJECTING: Final = (
    "对以上内容有异议的，请在公示期内扫码提出，或者告诉村务监督委员会成员，也可以填写异议单交给他们；可以不留姓名。"
    "说明是哪一张表、第几行就可以。答复会和这份公示放在一起。"
)


@dataclass(frozen=True, slots=True)
class Posting:
    """A posted version with everything that its sheet is drawn from.

    `path`: the names of the county and the places below it down to the one it is about. `names`: row -> the name and
    the reference as they were posted. `places`: division -> its name. `root`: of the tree at the document's position.
    `url`: of the page.
    """

    document: Document
    version: int
    corrects: int | None
    reason: str | None
    since: date
    until: date
    path: Sequence[str]
    names: Mapping[str, ShownName]
    places: Mapping[str, str]
    origin: str
    root: bytes
    url: str
    rehearsal: bool

    @property
    def nameless(self) -> int:
        """How many rows about people bear no name."""
        return sum(
            not self.names.get(row_name(table.name, number), UNNAMED).name
            for table in self.document.tables
            for number, row in enumerate(table.rows, 1)
            if any(column.type == "ref" and cell for column, cell in zip(table.columns, row, strict=True))
        )


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A table: which columns take what width is left, which are figures, the rows as they are read."""

    title: str
    headings: tuple[str, ...]
    numeric: tuple[bool, ...]
    widths: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything on a sheet, in the order in which it stands there. `code` is a QR code as SVG."""

    banner: str | None
    path: str
    title: str
    author: str
    days: str
    posted: tuple[int, int, int]
    correction: str | None
    code: str
    code_says: str
    code_words: str
    sentence: str
    left_out: tuple[str, ...]
    parts: tuple[SheetPart, ...]
    nothing: str
    note: str
    objecting: str
    footer: tuple[str, ...]

    def json(self) -> str:
        """For the template."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


def sheet_of(posting: Posting) -> Sheet:
    """What stands on the sheet. Raises KeyError for a kind, column or code that has no word."""
    document = posting.document
    words = WORDS[document.kind]
    reader = Reader(document, words, posting.names, posting.places)
    parts, _ = reader.page(rows_max=document.row_count + 1)
    return Sheet(
        banner=BANNER if posting.rehearsal else None,
        path=" · ".join(posting.path[:-1]),
        title=f"{heading_of(posting)}公示",
        author=posting.path[-1],
        days=f"公示期：{_day(posting.since)}至{_day(posting.until)}",
        posted=(posting.since.year, posting.since.month, posting.since.day),
        correction=_correction(posting),
        code=qr_file(posting.url),
        code_says=f"二维码，内容是网址 {posting.url}",
        code_words=CODE_WORDS,
        sentence=words.sentence(document.sentence),
        left_out=tuple(words.left_out(document.withheld)),
        parts=tuple(_part(part) for part in parts),
        nothing=NOTHING,
        note=words.note,
        objecting=OBJECTING,
        footer=_footer(posting),
    )


def heading_of(posting: Posting) -> str:
    """`城东村2026年10月财务公开`; what happened once bears its own title: `城东村“第四次村民代表会议”会议和决议`."""
    document = posting.document
    period = disclosed_period_text(document.period, title_of(document))
    return f"{posting.path[-1]}{period}{WORDS[document.kind].title}"


def _part(part: Part) -> SheetPart:
    numeric = (True, *(is_number for _, is_number in part.headings))
    return SheetPart(
        title=part.title,
        headings=(NUMBER, *(words for words, _ in part.headings)),
        numeric=numeric,
        widths=tuple(not is_number for is_number in numeric),
        rows=tuple((str(row.number), *row.cells) for row in part.rows),
        totals=None if part.totals is None else (TOTAL, *part.totals),
    )


def _correction(posting: Posting) -> str | None:
    if posting.corrects is None:
        return None
    return f"第 {posting.version} 版，更正第 {posting.corrects} 版：{posting.reason}"


def _footer(posting: Posting) -> tuple[str, ...]:
    """What anybody needs to compute all of it anew: which log, how much of it, its root, the document's digest."""
    document = posting.document
    root = b64encode(posting.root).decode()
    return (
        f"账本 {posting.origin} 前 {document.position:,} 条记录，根 {root}",
        f"公示内容摘要（SHA-256）{document.digest()}，第 {posting.version} 版",
        f"网页 {posting.url}　任何人都可以离线重新计算以上数字，方法见网页“怎么核对”。",
    )


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
