"""The fields of which requests are made: strict texts, days, moments, codes and amounts.

Numbers are numbers, days are `YYYY-MM-DD`, moments carry their offset; texts hold no control characters and no half
characters, so that whatever is accepted can be stored and signed.
"""

import unicodedata
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Header, Query
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StrictInt

from domain.kernel.calendar import Month, month
from domain.kernel.periods import Period, period
from domain.kernel.places import Division, division

YEAR_MIN, YEAR_MAX = 1949, 2099
TEXT_CHARS_MAX: Final = 20_000
AMOUNT_FEN_MAX: Final = 10**12


def _clean(text: str) -> str:
    """Refuse what cannot be stored or read: control characters (line breaks and tabs are none here), surrogates."""
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\r\t":
            raise ValueError("含有看不见的控制字符")
    if not text.strip():
        raise ValueError("没有填写")
    return text


def _one_line(text: str) -> str:
    if any(character in text for character in "\n\r\t"):
        raise ValueError("应当只有一行")
    return _clean(text).strip()


def _text(value: Any) -> Any:
    """A moment or day comes as text; a bare number is no date."""
    if not isinstance(value, str):
        raise ValueError("应当是文字形式的日期或时间")
    return value


def _day_text(value: Any) -> Any:
    text = _text(value)
    if len(text) != 10:
        raise ValueError("日期应写作 YYYY-MM-DD")
    return text


def in_range(value: Any) -> Any:
    """A day or moment whose year is one that people write down. Raises ValueError."""
    if not YEAR_MIN <= value.year <= YEAR_MAX:
        raise ValueError(f"年份应在 {YEAR_MIN} 至 {YEAR_MAX} 之间")
    return value


def _division(code: str) -> Division:
    try:
        return division(code)
    except ValueError:
        raise ValueError("区划代码应当是 12 位数字") from None


def _month(text: str) -> Month:
    try:
        known = month(text)
    except ValueError:
        raise ValueError("月份应写作 YYYY-MM") from None
    if not YEAR_MIN <= int(known[:4]) <= YEAR_MAX:
        raise ValueError(f"年份应在 {YEAR_MIN} 至 {YEAR_MAX} 之间")
    return known


def _period(text: str) -> Period:
    try:
        known = period(text)
    except ValueError:
        raise ValueError("时期应写作 2026-10、2026-Q4 或 2026") from None
    if not YEAR_MIN <= int(known[:4]) <= YEAR_MAX:
        raise ValueError(f"年份应在 {YEAR_MIN} 至 {YEAR_MAX} 之间")
    return known


Line = Annotated[str, Field(max_length=200), AfterValidator(_one_line)]
LongText = Annotated[str, Field(max_length=TEXT_CHARS_MAX), AfterValidator(_clean)]
After = Annotated[str | None, Query(max_length=400)]
"""Where a page of a list begins: what the page before ended with."""

Day = Annotated[date, BeforeValidator(_day_text), AfterValidator(in_range)]
Moment = Annotated[AwareDatetime, BeforeValidator(_text), AfterValidator(in_range)]
Code = Annotated[Division, Field(max_length=12, examples=["361125001000"]), AfterValidator(_division)]
MonthText = Annotated[Month, Field(max_length=7, examples=["2026-03"]), AfterValidator(_month)]
PeriodText = Annotated[Period, Field(max_length=7, examples=["2026-10"]), AfterValidator(_period)]
Reason = Annotated[
    str, Field(max_length=64, pattern=r"^[a-z][a-z_]*$", description="理由的代码（小写英文），取自清单，见“理由”")
]
RoleName = Annotated[str, Field(max_length=32, pattern=r"^[a-z][a-z_]*$", examples=["grid_worker"])]
AmountFen = Annotated[StrictInt, Field(ge=-AMOUNT_FEN_MAX, le=AMOUNT_FEN_MAX, examples=[1000])]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256，64 位小写十六进制")]
Identifier = Annotated[UUID, BeforeValidator(lambda value: value if isinstance(value, str | UUID) else None)]
Limit = Annotated[int, Field(ge=1, le=200)]

IDEMPOTENCY_KEY: Final = r"^[!-~]{1,128}$"
CommandKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        pattern=IDEMPOTENCY_KEY,
        description="操作编号，1 至 128 个可打印 ASCII 字符，不含空格。同一编号、同样内容再发，得到第一次的回执。",
        examples=["verify-2026-03-05-0001"],
    ),
]
