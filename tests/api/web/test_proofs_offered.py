"""A page offers an event's proof to whoever may open it, and to others only says that it is recorded."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from api.staff.acting import Acting
from api.web.identity import Identity
from api.web.templates import Templates

CAP, REPORT = "cap/00000000-0000-0000-0000-000000000001@1", "incident/00000000-0000-0000-0000-000000000002@3"


@pytest.mark.parametrize(
    ("role", "cap", "report"),
    [
        ("county_officer", True, True),
        ("auditor", True, True),
        ("member", False, True),
        ("village_accountant", False, False),
        ("station_keeper", False, False),
    ],
)
def test_links_stand_where_they_lead_somewhere(role: str, cap: bool, report: bool) -> None:
    who = Acting(cast("Any", SimpleNamespace()), role, (), (role,))
    environment = Templates(cast("Identity", SimpleNamespace()))._environment
    page = environment.from_string(
        '{% from "staff/parts.html" import proof_link with context %}{{ proof_link(cap) }}|{{ proof_link(report) }}'
    ).render(who=who, cap=CAP, report=REPORT)
    shown = [part for part in page.split("|") if part.strip()]
    assert ["/staff/proof?event=" in part for part in shown] == [cap, report]
    assert [("已记入账本" in part) for part in shown] == [not cap, not report]
