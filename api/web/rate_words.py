"""Rates in Chinese: the one wording of every percentage that anybody reads.

What must not be broken: a percentage never stands without its numerator, its denominator and the position of the log
that it was computed at. Templates show a rate through the filter `rate` and nothing else; a test looks for bare ones.
"""

from collections.abc import Mapping
from typing import Final

from domain.kernel.money import yuan
from domain.kernel.periods import Period, kind_of
from domain.kernel.rates import Rate

RATES: Final[Mapping[str, tuple[str, str]]] = {
    "verified_of_reported": ("核查率", "已核查的条数（不论属实与否）/ 上报的全部条数"),
    "handled_of_accepted": (
        "办结率",
        "已办结的条数 / 受理的条数。受理的：已受理、核查属实、派遣或办理过的；不予受理、合并、核查不属实的不计。"
        "没有经过核查就办结的，分子、分母都计入",
    ),
    "valid_of_decided": ("有效率", "认定有效的条数 / 已认定的条数（有效的和无效的）"),
    "arrived_of_granted": ("到账率", "银行确认到账的笔数 / 应发的笔数（已冲正的不计）"),
}
"""A published rate -> its name, and what is divided by what."""

PARTS: Final[Mapping[str, str]] = {
    "waiting": "还没有受理或核查",
    "declined": "不予受理",
    "merged": "与先前的合并",
    "not_confirmed": "核查不属实",
    "open": "受理，未办结",
    "handled": "已办结",
}


def rate_text(rate: Rate) -> str:
    """`98.3 %（1,365 / 1,388，截至账本第 35,942 条）`; nothing of nothing is `—（0 / 0，…）`."""
    return f"{rate.percent}（{rate.numerator:,} / {rate.denominator:,}，{as_of(rate.position)}）"


def money_rate_text(rate: Rate) -> str:
    """The same of amounts in fen: `45.0 %（4,500.00 / 10,000.00 元，…）`."""
    part, whole = (yuan(amount_fen) for amount_fen in (rate.numerator, rate.denominator))
    return f"{rate.percent}（{part} / {whole} 元，{as_of(rate.position)}）"


def as_of(position: int) -> str:
    """How many entries of the log a figure was computed from: the first so many."""
    return f"截至账本第 {position:,} 条"


def period_text(of: Period) -> str:
    """`2026-11` -> `2026年11月`, `2026-Q4` -> `2026年第4季度`, `2026` -> `2026年`."""
    year, rest = of[:4], of[5:]
    return {"month": f"{year}年{rest.lstrip('0')}月", "quarter": f"{year}年第{rest[1:]}季度", "year": f"{year}年"}[
        kind_of(of)
    ]
