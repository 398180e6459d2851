"""Workbooks made for the tests: good ones by a library, and bad ones written byte by byte."""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date

import openpyxl
import pytest

from api.files.payment_files import PaymentFile, PaymentLine
from api.files.register_profiles import RegisterProfile, load_register_profile
from domain.kernel.money import Fen

HEADERS = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间"]
ROW = ["12", "A0001", "路灯不亮", "2019/4/25 9:32:09", "村口路灯不亮", "已修好", "2019/4/26 10:00:00"]

_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/></Types>"""
_BOOK = """<?xml version="1.0" encoding="UTF-8"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>"""
_RELATIONS = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>
</Relationships>"""
_ROOT = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>
</Relationships>"""
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.fixture
def profile() -> RegisterProfile:
    return load_register_profile("messages-with-replies")


@pytest.fixture
def table() -> Callable[..., bytes]:
    """Return a function: rows -> an xlsx with one sheet; `change` may alter the sheet before it is saved."""

    def make(
        rows: Sequence[Sequence[object]],
        *,
        headers: Sequence[str] = HEADERS,
        change: Callable[..., object] = lambda _: None,
    ) -> bytes:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        for row in [headers, *rows]:
            sheet.append(list(row))
        change(sheet)
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()

    return make


@pytest.fixture
def raw_workbook() -> Callable[..., bytes]:
    """Return a function: the XML of a sheet's rows -> an xlsx, with parts added or replaced at will."""

    def make(rows: str = "", *, head: str = "", after: str = "", **parts: str) -> bytes:
        named = {"shared": "xl/sharedStrings.xml", "styles": "xl/styles.xml", "book": "xl/workbook.xml"}
        sheet = f'{head}<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'
        members = {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": _ROOT,
            "xl/workbook.xml": _BOOK,
            "xl/_rels/workbook.xml.rels": _RELATIONS,
            "xl/worksheets/sheet1.xml": sheet,
        }
        members |= {named[name]: content for name, content in parts.items()}
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return buffer.getvalue()

    return make


@pytest.fixture
def batch() -> Callable[..., PaymentFile]:
    """Return a function: how many lines -> a batch of a rehearsal."""

    def make(count: int = 3, *, rehearsal: bool = True) -> PaymentFile:
        lines = [
            PaymentLine(
                seq=number,
                name="张建国",
                account=f"0062220212345678{number:03d}",
                bank="横峰农商银行兴安支行",
                cnaps="402433100014",
                amount_fen=Fen(1000 + 50 * number),
                purpose="移动网格员奖励",
                end_to_end_id=f"HF202611-1/{number:04d}",
            )
            for number in range(1, count + 1)
        ]
        return PaymentFile(
            batch="HF202611-1",
            payer_account="36001234500059000001",
            on=date(2026, 12, 5),
            lines=tuple(lines),
            rehearsal=rehearsal,
        )

    return make
