"""A sheet drawn on paper: PDF/A-2a and PDF/UA-1, the same bytes for the same sheet, font, template and tool.

What must not be broken: nothing of the moment or the machine gets into the file; a character that the font does not
have is an error that says where it stands, never a box on the notice board.
"""

import hashlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from api.posters import slips
from api.posters.sheets import Sheet
from api.posters.slips import Slip
from domain.kernel.events import Sha256
from domain.kernel.refusals import Refusal

FONT: Final = "Noto Sans CJK SC"
WEIGHTS: Final = ("Regular", "Bold")
STANDARDS: Final = ("a-2a", "ua-1")
TEMPLATE: Final = Path(__file__).with_name("sheet.typ")

_MISSING: Final = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPED: Final = re.compile(r"\\u\{([0-9a-f]{1,6})\}|\\(.)")
_NAMED: Final = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}
_ONE_AT_A_TIME: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A file and what it was drawn with."""

    pdf: bytes
    tool: str
    font_sha256: Sha256
    template_sha256: Sha256

    @property
    def sha256(self) -> Sha256:
        """The digest of its bytes."""
        return Sha256(hashlib.sha256(self.pdf).hexdigest())


def draw(sheet: Sheet, *, paper: str, fonts: Path) -> Drawn:
    """Draw a sheet on A4 or A3 with the fonts of a folder.

    Refuses `poster.font_missing`, and `poster.glyph_missing` for a character that the font does not have.
    """
    font_sha256 = font_digest(fonts)
    inputs = {"sheet": sheet.json(), "paper": paper}
    try:
        pdf = _typeset(TEMPLATE, inputs, posted=sheet.posted, fonts=fonts)
    except _NotThere as error:
        _refuse_missing(_texts(sheet), error.characters)
        raise
    return Drawn(pdf, tool(), font_sha256, template_digest())


def draw_slip(slip: Slip, *, fonts: Path) -> bytes:
    """Draw a slip, two of which make an A4 sheet. Refuses as `draw`."""
    font_digest(fonts)
    try:
        return _typeset(slips.TEMPLATE, {"sheet": slip.json()}, posted=slip.posted, fonts=fonts)
    except _NotThere as error:
        _refuse_missing(iter([(slip.title, slip.about), (slip.title, slip.author)]), error.characters)
        raise


class _NotThere(Exception):
    """The font has not these characters."""

    def __init__(self, characters: set[str]) -> None:
        super().__init__("".join(sorted(characters)))
        self.characters = characters


def _typeset(template: Path, inputs: dict[str, str], *, posted: tuple[int, int, int], fonts: Path) -> bytes:
    import typst  # takes a tenth of a second that no other request should pay

    with _ONE_AT_A_TIME:
        try:
            pdf = _compiler(fonts).compile(
                template.read_bytes(),
                format="pdf",
                sys_inputs=inputs,
                pdf_standards=list(STANDARDS),
                timestamp=datetime(*posted, tzinfo=UTC),
            )
        except typst.TypstError as error:
            said = _MISSING.findall(f"{error.message}\n{error.diagnostic}")
            missing = {one for text in said for one in _unescaped(text)}
            if missing:
                raise _NotThere(missing) from None
            raise
    return bytes(pdf)


def _unescaped(said: str) -> str:
    """What typst means: it writes private and unprintable characters as Rust does, `\\u{e000}`."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)) if match[1] else _NAMED.get(match[2], match[2]), said)


def tool() -> str:
    """What draws, with its version."""
    return f"typst {metadata.version('typst')}"


@cache
def template_digest() -> Sha256:
    """The digest of the template."""
    return Sha256(hashlib.sha256(TEMPLATE.read_bytes()).hexdigest())


@cache
def font_digest(fonts: Path) -> Sha256:
    """One digest over the font's files of a folder, by weight. Refuses `poster.font_missing`."""
    digest = hashlib.sha256()
    for weight in WEIGHTS:
        with _font_file(fonts, weight).open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return Sha256(digest.hexdigest())


def _font_file(fonts: Path, weight: str) -> Path:
    names = (f"NotoSansCJK-{weight}.ttc", f"NotoSansCJKsc-{weight}.otf")
    found = next((fonts / name for name in names if (fonts / name).is_file()), None)
    if found is None:
        raise Refusal("poster.font_missing", folder=str(fonts), font=FONT, file=names[0])
    return found


@cache
def _compiler(fonts: Path) -> Any:
    import typst

    return typst.Compiler(font_paths=[str(fonts)], ignore_system_fonts=True)


def _refuse_missing(texts: Iterator[tuple[str, str]], missing: set[str]) -> None:
    """Refuse, naming the first place of a character that the font does not have."""
    for where, text in texts:
        lacking = next((character for character in text if character in missing), None)
        if lacking is not None:
            raise Refusal("poster.glyph_missing", where=where, text=text, glyph=lacking, number=f"U+{ord(lacking):04X}")


def _texts(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """(where it stands, the text), every text of the sheet, rows first."""
    for part in sheet.parts:
        for row in part.rows:
            for heading, cell in zip(part.headings, row, strict=True):
                yield f"{part.title}，第 {row[0]} 行，{heading}", cell
        yield from ((f"{part.title}，表头", heading) for heading in part.headings)
        yield from ((f"{part.title}，合计", cell) for cell in part.totals or ())
        yield "表名", part.title
    yield from (("标题", sheet.title), ("所在地方", sheet.path), ("第一句话", sheet.sentence), ("说明", sheet.note))
    yield from (("更正", sheet.correction or ""), *(("没有列出的", said) for said in sheet.left_out))
