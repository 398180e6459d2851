"""An example of every way of saying no, made of its own sentence: what a program gets, word for word."""

import string
from collections.abc import Mapping
from typing import Any, Final

from api.web.messages import MESSAGES, WEB_CODES, sentence
from api.web.problems import TITLES, status_of
from domain.refusal_codes import CODES

_ID: Final = "d2c3cc59-c425-4a67-ab46-de6c3cfe646c"

FACTS: Final[Mapping[str, str | int | bool]] = {
    "act": "accept",
    "basis": "grid_worker_monthly",
    "book": "fin",
    "channel": "telephone",
    "chart": "gov-2019/1",
    "closed_until": "2026-10-31",
    "closing_fen": 498_000,
    "computed_fen": 499_000,
    "entry": 2,
    "entry_fen": -1000,
    "given_fen": -2000,
    "parts": 301,
    "parts_max": 300,
    "parent": "fin:2307",
    "shown": 120,
    "side": "left",
    "claimant_id": _ID,
    "day": "2026-11-20",
    "days": 400,
    "earliest": "2026-03-06",
    "ended": "merged",
    "found": 0,
    "hours_max": 72,
    "household_id": _ID,
    "into": "bdf9f41a-79ad-5191-b837-923c5e4bd746",
    "level": "before_duty",
    "missing": "dispatch",
    "occupation": "courier",
    "reference": "017",
    "standing": "2026-01-01",
    "times_max": 2,
    "percent_max": 100,
    "least": 8,
    "department": "县城管局",
    "amount": 5,
    "unit": "working_days",
    "verdict": "refused",
    "within": "361125001000",
    "workflow": "佳木斯八步",
    "year": 2026,
    "account": f"fin:2307:payee:{_ID}",
    "acted_as": "reporter",
    "acting_as": "verifier",
    "actor_id": _ID,
    "amount_fen": 2100,
    "answered": 3,
    "area": "361125001000",
    "available_fen": 500,
    "balance": 500,
    "bytes": 70_000,
    "bytes_max": 65_535,
    "cap": f"cap/{_ID}@1",
    "cap_kind": "person_year",
    "cause": f"budget/{_ID}@1",
    "category": "市容环境",
    "change": -1000,
    "commodity": "CNY",
    "confirmed": True,
    "count": 1,
    "counts": "all_reports",
    "custody": "server",
    "digest": "ab" * 32,
    "division": "361125999000",
    "document": "横财行〔2026〕12号",
    "end_to_end_id": "36112500000020261100200000001",
    "event": f"incident/{_ID}@9",
    "event_type": "incident.verified/1",
    "expected": 2,
    "expected_fen": 2000,
    "factor": "households",
    "findings_count": 0,
    "from_index": 90,
    "frozen": "cd" * 32,
    "grid": "第三网格",
    "handled_at": "2026-11-22 08:23:59+00:00",
    "held_on": "2026-11-30",
    "incident_id": "bdf9f41a-79ad-5191-b837-923c5e4bd746",
    "inspected_on": "2026-11-30",
    "item": "RD-01",
    "key": "verify-0001",
    "kind": "home",
    "last_day": "2026-10-31",
    "limit": "1 MB",
    "known": "2026-01-01",
    "line": 1,
    "max_fen": 2000,
    "measured_on": "2026-11-20",
    "min_fen": 500,
    "minutes": 15,
    "month": "2026-11",
    "name": "兴安街道",
    "named_id": _ID,
    "number": 2,
    "on": "2026-11-22",
    "origin": "mingzhang.example/361125",
    "outcome": True,
    "payee_id": _ID,
    "payment_count": 2,
    "payment_id": "fa8b4ebc-867a-5c04-a881-5208c6d965c8",
    "period": "2026-10",
    "period_kind": "month",
    "person_id": _ID,
    "phone": "0793-5780000",
    "points": 101,
    "points_max": 100,
    "position": 80,
    "asked": "generic-xlsx",
    "profile": "digital-village",
    "proposed": "cd" * 32,
    "reason": "not_found",
    "reported_at": "2026-11-23 08:00:00+00:00",
    "reports_max": 0,
    "reports_min": 10,
    "request_id": "5f0c1b9a2d3e4f60",
    "result": "to_improve",
    "reward_id": "e1f20850-9faf-5e35-9363-9e05ad795ffb",
    "role": "grid_worker",
    "roles": "member、grid_worker",
    "score": 12_000,
    "service": "饮水",
    "signal": "first_payment",
    "since": "2026-01-01",
    "size": 90,
    "source": "telegram",
    "stars": 101,
    "stars_max": 100,
    "status": "approved",
    "succession": "split",
    "ties": "share",
    "title": "数字城管事项清单",
    "total_fen": 1900,
    "type": "incident.handled/1",
    "until": "2025-12-31",
    "valid": True,
    "value": -1,
    "version": 3,
    "weight": 0,
    "weights": 90,
    "workers": 2,
}
"""Fact -> a value as it may stand in an answer."""

_WORDS_OF_STATUS: Final = {"key.not_live": ("status", "revoked")}
_MORE: Final[Mapping[str, Mapping[str, Any]]] = {
    "request.malformed": {"errors": [{"where": "body.reported_at", "reason": "缺少这一项"}]},
    "file.bad": {
        "findings": [
            {
                "file": "回盘.csv",
                "row": 3,
                "column": "金额",
                "value": "10,00",
                "code": "cell.not_a_number",
                "reason": "应当是一个整数",
            }
        ]
    },
}


def facts_of(code: str) -> tuple[str, ...]:
    """The names of a code's facts; where no table lists them, those that its sentence needs."""
    known = CODES.get(code, WEB_CODES.get(code))
    if known is not None:
        return known
    return tuple(name for _, name, _, _ in string.Formatter().parse(MESSAGES[code]) if name)


def example(code: str) -> dict[str, Any]:
    """The whole problem (RFC 9457) as this code gives it."""
    facts = {name: FACTS[name] for name in facts_of(code)}
    if code in _WORDS_OF_STATUS:
        name, word = _WORDS_OF_STATUS[code]
        facts[name] = word
    status = status_of(code)
    return {
        "type": f"urn:mingzhang:problem:{code}",
        "title": TITLES[status],
        "status": status,
        "detail": sentence(code, facts),
        "code": code,
        "facts": facts,
        "request_id": "5f0c1b9a2d3e4f60",
        **_MORE.get(code, {}),
    }
