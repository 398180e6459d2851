"""What people type for a division, a month or a journal's name, read strictly and complained about in Chinese."""

from argparse import ArgumentTypeError
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

from domain.kernel.calendar import Month, month
from domain.kernel.matches import EntryKey
from domain.kernel.periods import Period, period
from domain.kernel.places import Division, division, level

ORIGIN_CHARS_MAX: Final = 120


def division_code(text: str) -> Division:
    """A 12-digit division code."""
    try:
        return division(text)
    except ValueError as error:
        raise ArgumentTypeError(f"区划代码应为 12 位数字：{text}") from error


def county_code(text: str) -> Division:
    """The code of a county."""
    code = division_code(text)
    if level(code) != "county":
        raise ArgumentTypeError(
            f"应为县级代码：前 6 位是县的代码（第 5、6 位不全为 0），后 6 位是 0，如 361125000000；给出的是 {text}"
        )
    return code


def day_text(text: str) -> date:
    """A day, written YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"日期写作 YYYY-MM-DD：{text}") from error


def month_text(text: str) -> Month:
    """A month, written YYYY-MM."""
    try:
        return month(text)
    except ValueError as error:
        raise ArgumentTypeError(f"月份写作 YYYY-MM：{text}") from error


def period_text(text: str) -> Period:
    """A month, quarter or year: 2026-10, 2026-Q4 or 2026."""
    try:
        return period(text)
    except ValueError as error:
        raise ArgumentTypeError(f"期间写作 2026-10、2026-Q4 或 2026：{text}") from error


def statement_line(text: str) -> EntryKey:
    """A line of a bank statement: the statement's id, a colon, and the line's number."""
    statement, _, number = text.rpartition(":")
    try:
        identity = UUID(statement)
    except ValueError:
        raise ArgumentTypeError(f"“{statement}”不是编号") from None
    if not number.isascii() or not number.isdigit():
        raise ArgumentTypeError("LINE 写作“对账单编号:序号”")
    return EntryKey(identity, int(number))


def journal_name(text: str) -> str:
    """A journal's name: a URL without its scheme, printable ASCII without spaces or the plus of key names."""
    if "://" in text or not text.isascii() or not text.isprintable() or " " in text or "+" in text:
        raise ArgumentTypeError(f"账本名称不带 https://、空格或加号：{text}")
    if len(text) > ORIGIN_CHARS_MAX:
        raise ArgumentTypeError(f"账本名称最多 {ORIGIN_CHARS_MAX} 个字符")
    return text


def profile_named(text: str, *, among: Sequence[str]) -> str | Path:
    """A layout that comes with the program, or somebody's own file; what is neither stays a name, which is refused with
    the names that there are.
    """
    return Path(text) if text not in among and Path(text).exists() else text
