"""What came of drawing a recorded sheet again, in Chinese."""

from collections.abc import Mapping
from typing import Final

OUTCOMES: Final[Mapping[str, str]] = {"equal": "相同", "differs": "不同", "not_drawn": "没有重画"}
REASONS: Final[Mapping[str, str]] = {
    "tool": "登记时用的排版程序是另一个版本",
    "font": "登记时用的字体与这里的不是同一个文件",
    "template": "登记时用的版式与这里的不同，请用当时的程序版本",
    "document_missing": "包里没有这一版的内容",
    "document_unreadable": "包里这一版的内容读不出来，或与摘要不符",
    "names_missing": "包里没有这一版公示的姓名",
    "address": "二维码的网址不是这一版的",
    "glyph": "这里的字体缺字",
}
