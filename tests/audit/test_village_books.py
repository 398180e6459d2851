"""An auditor sees from the log alone who signed a village's vouchers, that no number is missing, what was closed."""

from collections.abc import Mapping
from typing import Any

import pytest

from audit import shapes
from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings
from audit.rules.committees import Committees
from audit.rules.postings import PostingsBalance
from audit.rules.village_books import VillageBooks
from audit.wording import SENTENCES
from domain.kernel.ids import derived
from domain.trial_balance import trial_balance_digest

COUNTY, VILLAGE, DAY, MONTH = "361125000000", "361125001201", "2026-01-05", "2026-01"
AFTER = "2026-02-03"
HANDLER, REVIEWER, APPROVER, BOOKER, ADMIN = (
    str(derived("audited", name)) for name in ("handler", "reviewer", "approver", "booker", "admin")
)
BOOK, OF_MONTH = str(derived("village_book", VILLAGE)), str(derived("village_month", VILLAGE, MONTH))
PARTY = str(derived("village_party", VILLAGE, "D001"))
MEETING, BILL, LARGE, RED = (str(derived("audited", name)) for name in ("meeting", "bill", "large", "red"))
RESOLUTION = f"meeting/{MEETING}@2"
HERE = f"vil-{VILLAGE}"
SEATS = str(derived("committee", VILLAGE))
Changes = Mapping[str, Mapping[str, Any]]
Told = dict[str, Any]


def event(label: str, type_: str, stream: str, by: str, data: Told, **more: Any) -> Told:
    subject = type_.partition(".")[0]
    role = {HANDLER: "village_committee", REVIEWER: "village_supervisor", APPROVER: "village_committee"}
    told = {
        "label": label,
        "type": type_,
        "category": subject,
        "stream": stream,
        "seq": 1,
        "by": by,
        "role": role.get(by, "village_accountant" if by == BOOKER else "administrator"),
        "data": data,
        "cmd": label,
        "on": AFTER,
        "postings": (),
    }
    return {**told, **more}


def line(account: str, side: str, amount_fen: int, party: str | None = None) -> Told:
    found: Told = {"account": account, "side": side, "amount_fen": amount_fen}
    return {**found, "party_id": party} if party else found


def moved(lines: list[Told]) -> tuple[tuple[str, str, int], ...]:
    return tuple(
        (
            f"{HERE}:{one['account']}" + (f":party:{one['party_id']}" if "party_id" in one else ""),
            "CNY",
            one["amount_fen"] if one["side"] == "debit" else -one["amount_fen"],
        )
        for one in lines
    )


def voucher(name: str, stream: str, number: int, lines: list[Told], **more: Any) -> list[Told]:
    """A voucher's four signatures, and its number."""
    said = {"division": VILLAGE, "day": DAY, "kind": "payment", "purpose": "电费", "attachments": []}
    resolution = {"resolution": more.pop("resolution")} if "resolution" in more else {}
    drafted = {**said, "lines": lines, "handler_id": HANDLER, **more}
    booked = {"division": VILLAGE, "month": MONTH, "number": number}
    done = {"cmd": f"{name}-booked", "on": DAY}
    kind = "village_voucher"
    return [
        event(f"{name}-drafted", f"{kind}.drafted/1", stream, HANDLER, drafted),
        event(f"{name}-reviewed", f"{kind}.reviewed/1", stream, REVIEWER, {"reviewer_id": REVIEWER}),
        event(f"{name}-approved", f"{kind}.approved/1", stream, APPROVER, {"approver_id": APPROVER, **resolution}),
        event(
            f"{name}-booked",
            f"{kind}.booked/1",
            stream,
            BOOKER,
            {**booked, "booker_id": BOOKER},
            postings=moved(lines),
            seq=4,
            **done,
        ),
        event(
            f"{name}-numbered",
            "village_month.voucher_numbered/1",
            OF_MONTH,
            BOOKER,
            {**booked, "voucher_id": stream},
            **done,
        ),
    ]


OPENING = [line("102", "debit", 900_000), line("112", "debit", 30_000, PARTY), line("311", "credit", 930_000)]
BILLED = [line("514", "debit", 12_000), line("102", "credit", 12_000)]
BUILT = [line("514", "debit", 600_000), line("102", "credit", 600_000)]
TAKEN_BACK = [line("514", "credit", 12_000), line("102", "debit", 12_000)]
BALANCE = trial_balance_digest(
    [
        (f"{HERE}:102", "CNY", 912_000, 612_000),
        (f"{HERE}:112:party", "CNY", 30_000, 0),
        (f"{HERE}:311", "CNY", 0, 930_000),
        (f"{HERE}:514", "CNY", 612_000, 12_000),
    ]
)


def story() -> list[Told]:
    """A book, a bill that is taken back, spending above the limit by a resolution, and a month that is closed."""
    accounts = [
        {"account": f"vil:{code}", "name": code, "side": "debit"}
        for code in ("101", "102", "112", "112:party", "311", "514")
    ]
    chart = {"name": "village-2023/1", "system": "财会", "document": "文件", "accounts": accounts, "uses": []}
    opened = {"division": VILLAGE, "chart": "village-2023/1", "since": "2026-01-01", "limit_fen": 500_000}
    seat = {"person_id": REVIEWER, "body": "supervision", "since": DAY}
    party = {"division": VILLAGE, "reference": "D001", "kind": "person", "name": "c0" * 32}
    proposed = {"lines": OPENING, "document": "余额表", "proposer_id": BOOKER}
    recorded = {"division": VILLAGE, "confirmer_id": REVIEWER}
    closing = {"division": VILLAGE, "month": MONTH, "vouchers": 3, "trial_balance": BALANCE}
    reversed_ = {"reversal_id": RED}
    red = voucher("red", RED, 3, TAKEN_BACK, reverses=f"village_voucher/{BILL}@4", purpose="冲销")
    taken = event("reversed", "village_voucher.reversed/1", BILL, BOOKER, reversed_, cmd="red-booked", on=DAY, seq=5)
    return [
        event("chart", "chart.published/1", str(derived("chart", "village-2023")), ADMIN, chart),
        event("seated", "committee.seated/1", SEATS, ADMIN, {"division": VILLAGE, **seat}),
        event("called", "meeting.called/1", MEETING, ADMIN, {"division": VILLAGE}),
        event("resolved", "meeting.resolved/1", MEETING, ADMIN, {"passed": True}, seq=2),
        event("allowed", "meeting.spending_allowed/1", MEETING, ADMIN, {"number": 1, "limit_fen": 600_000}, seq=3),
        event("kept", "meeting.sheet_kept/1", MEETING, BOOKER, {"files": [], "keeper_id": BOOKER}, seq=4),
        event("opened", "village_book.opened/1", BOOK, ADMIN, {**opened, "document": "制度"}),
        event("party", "village_party.registered/1", PARTY, BOOKER, party),
        event("proposed", "village_book.opening_proposed/1", BOOK, BOOKER, proposed),
        event(
            "recorded",
            "village_book.opening_recorded/1",
            BOOK,
            REVIEWER,
            recorded,
            on="2025-12-31",
            postings=moved(OPENING),
        ),
        *voucher("bill", BILL, 1, BILLED),
        *voucher("large", LARGE, 2, BUILT, resolution=RESOLUTION),
        *red,
        taken,
        event("closing", "village_month.close_proposed/1", OF_MONTH, BOOKER, {**closing, "proposer_id": BOOKER}),
        event("closed", "village_month.closed/1", OF_MONTH, REVIEWER, {**closing, "closer_id": REVIEWER}),
    ]


def findings(changes: Changes, *, more: list[Told] | None = None) -> list[str]:
    """The codes that are found; a change replaces what it names in an event, `out` leaves the event out."""
    found, book = Findings(), Book()
    committees = Committees(found)
    rules = (committees, VillageBooks(found, committees), PostingsBalance(found))
    for index, told in enumerate([*story(), *(more or [])]):
        change = dict(changes.get(told["label"], {}))
        if change.pop("out", False):
            continue
        outer = {name: change.pop(name) for name in ("by", "role", "on", "cmd", "postings") if name in change}
        made = entry(index, {**told, **outer, "data": {**told["data"], **change}})
        for rule in rules:
            if rule.types is None or made.type in rule.types:
                rule.see(made, book)
        book.apply(made)
    for rule in rules:
        rule.finish(book)
    told_ = [
        one
        for result in found.results()
        if result.check in (Check.VILLAGE, Check.POSTINGS, Check.DUTIES)
        for one in result.findings
    ]
    for one in told_:
        SENTENCES[one.code].format(**one.facts)
    return [one.code for one in told_]


def entry(index: int, told: Told) -> Entry:
    line_ = (told["category"], told["stream"], told["seq"], told["type"], f"{told['on']}T00:00:00.000000Z")
    who = (told["on"], told["by"], told["role"], told["cmd"], None, told["data"], told["postings"])
    return Entry(index, "entries/000", 0, "", b"", b"", "test.example", *line_, *who)


def test_the_story_is_right() -> None:
    assert findings({}) == []
    for told in story():
        if told["type"].startswith("village"):
            assert shapes.faults(told["type"], told["data"]) == []


@pytest.mark.parametrize(
    ("label", "change", "code"),
    [
        ("opened", {"division": COUNTY}, "not_a_village"),
        ("opened", {"chart": "village-2023/2"}, "chart"),
        ("opened", {"out": True}, "no_book"),
        ("proposed", {"by": HANDLER}, "signed_by_another"),
        ("recorded", {"by": BOOKER, "confirmer_id": BOOKER}, "acted_twice"),
        ("recorded", {"on": "2026-01-01"}, "day"),
        ("proposed", {"out": True}, "order"),
        ("bill-drafted", {"by": REVIEWER, "handler_id": REVIEWER}, "acted_twice"),
        ("bill-drafted", {"handler_id": REVIEWER}, "signed_by_another"),
        ("bill-drafted", {"day": "2025-12-31"}, "day"),
        ("bill-drafted", {"lines": [line("999", "debit", 1), line("102", "credit", 1)]}, "line"),
        ("bill-drafted", {"lines": [line("112", "debit", 1), line("102", "credit", 1)]}, "line"),
        ("bill-drafted", {"lines": [line("514", "debit", 1, PARTY), line("102", "credit", 1)]}, "line"),
        ("bill-drafted", {"lines": [line("514", "debit", 2), line("102", "credit", 1)]}, "unbalanced"),
        ("bill-reviewed", {"out": True}, "order"),
        ("bill-approved", {"by": REVIEWER, "approver_id": REVIEWER}, "acted_twice"),
        ("bill-booked", {"by": HANDLER, "booker_id": HANDLER}, "acted_twice"),
        ("bill-booked", {"on": "2026-01-06"}, "day"),
        ("bill-booked", {"month": "2026-02"}, "day"),
        ("bill-numbered", {"out": True}, "incomplete"),
        ("bill-numbered", {"cmd": "later"}, "incomplete"),
        ("bill-numbered", {"number": 2}, "number"),
        ("large-numbered", {"number": 3}, "number"),
        ("large-approved", {"resolution": f"meeting/{MEETING}@3"}, "resolution"),
        ("resolved", {"passed": False}, "resolution"),
        ("allowed", {"limit_fen": 599_999}, "above_resolution"),
        ("allowed", {"out": True}, "above_resolution"),
        ("resolved", {"by": HANDLER}, "acted_twice"),
        ("kept", {"by": ADMIN}, "unwitnessed"),
        ("kept", {"out": True}, "unwitnessed"),
        ("called", {"division": COUNTY}, "resolution"),
        ("red-drafted", {"lines": BILLED}, "reversal"),
        ("red-drafted", {"reverses": f"village_voucher/{RED}@4"}, "reversal"),
        ("reversed", {"out": True}, "incomplete"),
        ("closing", {"vouchers": 2}, "number"),
        ("closing", {"trial_balance": "00" * 32}, "trial_balance"),
        ("closing", {"on": "2026-01-31"}, "day"),
        ("closed", {"by": BOOKER, "closer_id": BOOKER}, "acted_twice"),
        ("closed", {"trial_balance": "00" * 32}, "trial_balance"),
        ("closing", {"out": True}, "order"),
    ],
)
def test_what_is_wrong_is_found(label: str, change: dict[str, Any], code: str) -> None:
    assert f"village.{code}" in findings({label: change})


@pytest.mark.parametrize(
    ("change", "more", "code"),
    [
        ({"seated": {"out": True}}, [], "not_in_supervision"),
        ({"seated": {"since": "2026-02-04"}}, [], "not_in_supervision"),
        ({}, [("committee.seated/1", {"person_id": HANDLER, "body": "villagers", "since": DAY})], "near_relative"),
    ],
)
def test_whoever_reviews_sits_in_supervision_and_is_no_near_relative(
    change: Changes, more: list[tuple[str, Told]], code: str
) -> None:
    """The committees' own judge, which reviews of disclosures have too."""
    kin = ("committee.kinship_declared/1", {"person_id": REVIEWER, "other_id": HANDLER})
    seats = [
        event("more", one, SEATS, ADMIN, {"division": VILLAGE, **told})
        for one, told in (*more, *([kin] if more else []))
    ]
    late = voucher("late", str(derived("audited", "late")), 4, BILLED)[:2]
    changes = {**change, "closing": {"out": True}, "closed": {"out": True}}
    assert f"duties.{code}" in findings(changes, more=[*seats, *late])


def test_spending_above_the_limit_needs_a_resolution() -> None:
    small = [
        {**told, "data": dict(told["data"])} for told in voucher("more", str(derived("audited", "more")), 4, BUILT)
    ]
    found = findings({"closing": {"out": True}, "closed": {"out": True}}, more=small)
    assert found == ["village.above_limit"]


def test_nothing_is_booked_in_a_closed_month() -> None:
    late = voucher("late", str(derived("audited", "late")), 4, BILLED)
    assert set(findings({}, more=late)) == {"village.closed"}


def test_postings_are_those_of_the_lines() -> None:
    other = moved([line("514", "debit", 1_200), line("102", "credit", 1_200)])
    assert "postings.differ" in findings({"bill-booked": {"postings": other}})
    assert "postings.missing" in findings({"bill-booked": {"postings": ()}})
