"""Where in a points rule's file something is wrong, and what, in Chinese."""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, Final

from pydantic_core import ErrorDetails

from api.files.findings import Finding, finding
from api.web.messages import sentence
from domain.points.rules import Fault

PARTS: Final[Mapping[str, str]] = {
    "categories": "类别",
    "items": "事项",
    "windows": "倍数时段",
    "caps": "积分上限",
    "exchange_limits": "兑换限量",
}
_KEYS: Final[Mapping[str, str]] = {
    "points_rule.holder_unknown": "holder",
    "points_rule.reach_unknown": "exchange_within",
    "points_rule.months_out_of_range": "expires_after_months",
}
"""The entry of the whole rule that a refusal is about."""
_EXPECTED: Final[Mapping[str, str]] = {
    "int_type": "整数",
    "int_parsing": "整数",
    "int_from_float": "整数",
    "bool_type": "true 或 false",
    "string_type": "文字，写在引号里",
    "string_too_short": "文字，不能是空的",
    "string_too_long": "不超过 100 个字的文字",
    "greater_than_equal": "不太小的整数",
    "less_than_equal": "不太大的整数",
    "date_type": "日期，如 2026-11-22",
    "date_parsing": "日期，如 2026-11-22",
    "date_from_datetime_parsing": "日期，如 2026-11-22",
    "list_type": "几条的列表",
    "too_long": "不超过上限的几条",
}


class Places:
    """The lines of one file: at which each entry of a part begins, and each entry of the whole rule stands."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._parts: dict[str, list[int]] = {part: [] for part in PARTS}
        self._keys: dict[str, int] = {}
        for number, line in enumerate(text.splitlines(), 1):
            if begins := re.match(r"\s*\[\[\s*(\w+)\s*\]\]", line):
                self._parts.setdefault(begins[1], []).append(number)
            elif names := re.match(r"\s*(\w+)\s*=", line):
                self._keys.setdefault(names[1], number)

    def of_fault(self, fault: Fault, out: Mapping[str, set[int]]) -> Finding:
        """What a rule says that no rule may; `out`: the numbers of the entries that were not judged, by part."""
        missing = out.get(fault.part, set())
        number = _original(fault.number, missing) if fault.number is not None else None
        what = sentence(fault.refusal.code, fault.refusal.facts)
        return self._finding(fault.part, number, _KEYS.get(fault.refusal.code), what)

    def of_form(self, wrong: ErrorDetails) -> Finding:
        """An entry that is not written as it should be."""
        place = [str(one) for one in wrong["loc"]]
        part, number = (place[0], int(place[1]) + 1) if len(place) > 1 and place[1].isdigit() else ("", None)
        key = next((one for one in reversed(place) if not one.isdigit()), "")
        if wrong["type"] in ("missing", "missing_argument"):
            code = "rule.missing_key"
        elif wrong["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
            code = "rule.unknown_key"
        else:
            code = "rule.wrong_value"
        expected = _EXPECTED.get(wrong["type"], "另一种写法")
        what = finding(code, file=self._file, key=key, expected=expected).reason
        return self._finding(part, number, None if part else key, what)

    def _finding(self, part: str, number: int | None, key: str | None, what: str) -> Finding:
        lines = self._parts.get(part, [])
        row = lines[number - 1] if number is not None and number <= len(lines) else self._keys.get(key or "")
        where = f"{PARTS.get(part, part)}第 {number} 条" if number is not None else "规则"
        return finding("rule.entry", file=self._file, row=row, part=where, what=what)


def without(entries: Mapping[str, Any], wrong: Sequence[ErrorDetails]) -> dict[str, Any]:
    """The entries that are well formed: a wrong one of a part is left out, another gets what says nothing."""
    left = deepcopy(dict(entries))
    for part, numbers in left_out(wrong).items():
        left[part] = [entry for number, entry in enumerate(left[part], 1) if number not in numbers]
    for one in wrong:
        if len(one["loc"]) == 1:
            key = str(one["loc"][0])
            left.pop(key, None)
            if key in _NEUTRAL:
                left[key] = _NEUTRAL[key]
    return left


_NEUTRAL: Final[Mapping[str, object]] = {
    "title": "规则",
    "holder": "person",
    "cash_top_up": False,
    "debt_from_deductions": False,
}


def left_out(wrong: Sequence[ErrorDetails]) -> dict[str, set[int]]:
    """The numbers, from 1, of the entries that are not well formed, by part."""
    found: dict[str, set[int]] = {}
    for one in wrong:
        place = one["loc"]
        if len(place) > 1 and isinstance(place[1], int):
            found.setdefault(str(place[0]), set()).add(place[1] + 1)
    return found


def _original(number: int, missing: set[int]) -> int:
    """The number in the file of an entry that is the `number`-th of those that were not left out."""
    for one in sorted(missing):
        if one <= number:
            number += 1
    return number
