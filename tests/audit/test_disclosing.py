"""An auditor sees from the log alone who drafted, reviewed and posted, and whether what was right was put right."""

from typing import Any

import pytest

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings
from audit.rules.committees import Committees
from audit.rules.disclosing import Disclosing
from domain.kernel.ids import derived

VILLAGE, COUNTY = "361125001201", "361125000000"
HEAD, WATCH, CLERK, RIDER, WIFE = (str(derived("audited", one)) for one in ("head", "watch", "clerk", "rider", "wife"))
DISCLOSURE = str(derived("disclosure", VILLAGE, "rewards", "2026-10"))
OBJECTION = str(derived("audited", "objection"))
DAY, UNTIL, AFTER = "2026-11-02", "2026-11-08", "2026-11-09"
DOCUMENT = {"document": "5a" * 32, "length": 100, "row_count": 1, "position": 0, "query": "rewards/1", "parameters": []}
DRAFT = {"division": VILLAGE, "kind": "rewards", "period": "2026-10", "version": 1, "drafter_id": CLERK, **DOCUMENT}
SETTINGS = {"division": COUNTY, "since": "2026-01-01", "publish_days": 7, "kinds": []}
POSTING = {"version": 1, "since": DAY, "until": UNTIL, "names": "masked", "publisher_id": CLERK}
SHEET = {"disclosure_id": DISCLOSURE, "division": VILLAGE, "version": 1, "paper": "A4", "sha256": "a" * 64}
SHEET |= {"tool": "typst", "font_sha256": "b" * 64, "template_sha256": "c" * 64, "url": "https://x", "nameless": 0}

Event = tuple[str, str, str, dict[str, Any], str]

STORY: list[Event] = [
    (
        "committee.seated/1",
        "committee",
        HEAD,
        {"division": VILLAGE, "person_id": HEAD, "body": "villagers"},
        "2026-01-05",
    ),
    (
        "committee.seated/1",
        "committee",
        HEAD,
        {"division": VILLAGE, "person_id": WATCH, "body": "supervision"},
        "2026-01-05",
    ),
    ("disclosure_settings.made/1", "disclosure_settings", HEAD, SETTINGS, "2026-01-05"),
    ("disclosure.drafted/1", "disclosure", CLERK, DRAFT, DAY),
    ("disclosure.reviewed/1", "disclosure", WATCH, {"version": 1, "passed": True, "reviewer_id": WATCH}, DAY),
    ("disclosure.published/1", "disclosure", CLERK, POSTING, DAY),
    ("poster.rendered/1", "poster", CLERK, SHEET, DAY),
    ("objection.raised/1", "disclosure", RIDER, {"objection_id": OBJECTION, "version": 1, "objector_id": RIDER}, DAY),
    (
        "objection.answered/1",
        "disclosure",
        HEAD,
        {"objection_id": OBJECTION, "upheld": False, "answerer_id": HEAD},
        DAY,
    ),
    ("disclosure.closed/1", "disclosure", CLERK, {"closer_id": CLERK}, AFTER),
    ("disclosure.archived/1", "disclosure", CLERK, {"archiver_id": CLERK}, AFTER),
]


def found(changes: dict[str, Any], more: list[tuple[int, Event]] | None = None) -> set[str]:
    """What the rules find in the story with the events of a type changed (None: left out) and others put in."""
    events = list(STORY)
    for place, event in reversed(more or []):
        events.insert(place, event)
    findings, book = Findings(), Book()
    committees = Committees(findings)
    rules = (committees, Disclosing(findings, committees))
    changed = dict(changes)
    for index, (type_name, category, by, data, on) in enumerate(events):
        change = changed.get(type_name, {})
        if change is None:
            continue
        change = dict(change)
        identity = DISCLOSURE if category == "disclosure" else str(derived(category, VILLAGE))
        by, on = change.pop("by", by), change.pop("on", on)
        told = {"since": on, **data, **change} if category == "committee" else {**data, **change}
        line = ("test.example", category, identity, index + 1, type_name, f"{on}T00:00:00.000000Z", on, by, "role", "c")
        entry = Entry(index, "entries/000", 0, "", b"", b"", *line, None, told, ())
        for rule in rules:
            if rule.types is None or type_name in rule.types:
                rule.see(entry, book)
        book.apply(entry)
    (result,) = [one for one in findings.results() if one.check is Check.DUTIES]
    return {one.code for one in result.findings}


KIN = (
    "committee.kinship_declared/1",
    "committee",
    HEAD,
    {"division": VILLAGE, "person_id": WIFE, "other_id": HEAD},
    DAY,
)
SEAT_OF_WIFE = (
    "committee.seated/1",
    "committee",
    HEAD,
    {"division": VILLAGE, "person_id": WIFE, "body": "supervision"},
    DAY,
)


ERASED = ("objection.text_erased/1", "disclosure", HEAD, {"objection_id": OBJECTION, "eraser_id": HEAD}, DAY)
NAMELESS = {"objector_id": ""}
SECOND = {**DRAFT, "version": 2, "corrects": 1, "reason": "漏了一笔"}
CORRECTED = [
    ("disclosure.drafted/1", "disclosure", CLERK, SECOND, DAY),
    ("disclosure.reviewed/1", "disclosure", WATCH, {"version": 2, "passed": True, "reviewer_id": WATCH}, DAY),
    ("disclosure.published/1", "disclosure", CLERK, {**POSTING, "version": 2}, DAY),
]
LATE = str(derived("audited", "late objection"))
RAISED_AGAIN = (
    "objection.raised/1",
    "disclosure",
    RIDER,
    {"objection_id": LATE, "version": 1, "objector_id": RIDER},
    DAY,
)
UPHELD_LATE = (
    "objection.answered/1",
    "disclosure",
    HEAD,
    {"objection_id": LATE, "upheld": True, "answerer_id": HEAD},
    DAY,
)


SETTLED_AGAIN = ("disclosure_settings.made/1", "disclosure_settings", HEAD, {**SETTINGS, "division": VILLAGE}, DAY)


SHOWN = ("disclosure.rows_shown/1", "disclosure", CLERK, {"version": 1}, DAY)


BACK = (
    "objection.answered/1",
    "disclosure",
    HEAD,
    {"objection_id": OBJECTION, "upheld": False, "answerer_id": HEAD},
    DAY,
)


def test_that_it_is_right_may_be_taken_back_until_a_correction_is_posted(monkeypatch):
    right = (*BACK[:3], {**BACK[3], "upheld": True}, DAY)
    monkeypatch.setattr(f"{__name__}.STORY", [*STORY[:8], right, *STORY[9:]])
    assert found({}, [(9, BACK)]) == set()
    assert "duties.order" in found({}, [*((9, one) for one in CORRECTED), (9, BACK)])
    assert "duties.order" in found({}, [(9, right)])


def test_the_story_is_right():
    assert found({}, [(7, SHOWN)]) == set()
    assert found({}) == set()
    assert found({"objection.raised/1": NAMELESS}, [(8, ERASED)]) == set()


@pytest.mark.parametrize(
    ("code", "changes", "more"),
    [
        ("duties.acted_twice", {"disclosure.reviewed/1": {"by": CLERK, "reviewer_id": CLERK}}, None),
        ("duties.not_in_supervision", {"disclosure.reviewed/1": {"by": RIDER, "reviewer_id": RIDER}}, None),
        ("duties.signed_by_another", {"disclosure.reviewed/1": {"reviewer_id": RIDER}}, None),
        (
            "duties.near_relative",
            {"disclosure.reviewed/1": {"by": WIFE, "reviewer_id": WIFE}},
            [(2, SEAT_OF_WIFE), (3, KIN)],
        ),
        ("duties.near_relative", {}, [(1, KIN), (2, SEAT_OF_WIFE)]),
        ("duties.sits_in_both", {}, [(2, (*SEAT_OF_WIFE[:3], {**SEAT_OF_WIFE[3], "person_id": HEAD}, DAY))]),
        ("duties.order", {}, [(2, (*SEAT_OF_WIFE[:3], {**STORY[0][3], "since": "2025-01-01"}, DAY))]),
        ("duties.order", {"disclosure.reviewed/1": {"passed": False}}, None),
        ("duties.order", {"disclosure.reviewed/1": None}, None),
        ("duties.order", {"disclosure.drafted/1": {"version": 2}}, None),
        ("duties.order", {}, [(5, SHOWN)]),
        ("duties.order", {}, [(7, SHOWN), (8, SHOWN)]),
        ("duties.acted_twice", {"disclosure.published/1": {"by": WATCH, "publisher_id": WATCH}}, None),
        ("duties.settings_backdated", {"disclosure_settings.made/1": {"since": "2024-11-30"}}, None),
        ("duties.settings_backdated", {}, [(3, SETTLED_AGAIN)]),
        ("duties.posting_days", {"disclosure.published/1": {"until": "2026-11-03"}}, None),
        ("duties.posting_names", {"disclosure.published/1": {"names": "full"}}, None),
        ("duties.correction", {"disclosure.drafted/1": {"corrects": 1}}, None),
        ("duties.objection_open", {"objection.answered/1": None}, None),
        ("duties.objection_not_put_right", {"objection.answered/1": {"upheld": True}}, None),
        ("duties.acted_twice", {"objection.answered/1": {"by": RIDER, "answerer_id": RIDER}}, None),
        ("duties.acted_twice", {"objection.answered/1": {"by": CLERK, "answerer_id": CLERK}}, None),
        (
            "duties.objection_not_put_right",
            {},
            [(8, one) for one in CORRECTED] + [(9, RAISED_AGAIN), (9, UPHELD_LATE)],
        ),
        ("duties.order", {}, [(8, ERASED)]),
        ("duties.order", {"objection.raised/1": NAMELESS}, [(8, ERASED), (8, ERASED)]),
        (
            "duties.signed_by_another",
            {"objection.raised/1": NAMELESS},
            [(8, (*ERASED[:3], {**ERASED[3], "eraser_id": RIDER}, DAY))],
        ),
        ("duties.posting_days", {"disclosure.closed/1": {"on": UNTIL}}, None),
        ("duties.order", {"disclosure.closed/1": None}, None),
        (
            "duties.poster_differs",
            {},
            [(7, ("poster.rendered/1", "poster", CLERK, {**SHEET, "sha256": "f" * 64}, DAY))],
        ),
    ],
)
def test_what_is_wrong_is_found(code, changes, more):
    assert code in found(changes, more)
