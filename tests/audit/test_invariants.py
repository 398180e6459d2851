"""Each of the twenty-five is broken once, on purpose, and the judging says which; a good story breaks none."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

import pytest

from audit import wording
from audit.entries import Bundle, Entry, Raw
from audit.findings import Finding, Findings, Place
from audit.invariants import BY_NUMBER, INVARIANTS, Invariants, Judging, applies, judged_by, number_of
from audit.invariants.catalogue import _OF_CODE, OF_PART
from audit.ledger import Ledger
from audit.strict import entry_of, entry_shown
from tests.audit.story import ORIGIN, County, codes

SPACE = UUID("00000000-0000-4000-8000-000000000009")
Change = Callable[[list[Entry]], None]


@pytest.fixture(scope="module")
def story(told) -> tuple[Entry, ...]:
    """The county's whole story as entries."""
    return tuple(entry_shown(index, content) for index, content in enumerate(told))


def broken(entries: list[Entry]) -> set[int]:
    judging = Judging()
    for entry in entries:
        judging.take(entry)
    judging.settle()
    assert judging.taken == len(entries)
    return {one.number for one in judging.broken}


def find(entries: list[Entry], type_name: str, number: int = 0) -> int:
    return [index for index, entry in enumerate(entries) if entry.type == type_name][number]


def change(type_name: str, number: int = 0, **fields: Any) -> Change:
    """Another value in an event's own fields, or in its frame (`on`, `by`, `postings`)."""

    def made(entries: list[Entry]) -> None:
        at = find(entries, type_name, number)
        frame = {name: value for name, value in fields.items() if name in ("on", "by", "postings")}
        data = {name: value for name, value in fields.items() if name not in frame}
        entries[at] = replace(entries[at], data={**entries[at].data, **data}, **frame)

    return made


def add(*new: Entry) -> Change:
    return lambda entries: entries.extend(new)


def an_event(
    category: str, type_name: str, data: dict[str, Any], *postings: tuple[str, str, int], **more: Any
) -> Entry:
    """An event of another stream, after everything else."""
    identity = str(more.pop("identity", uuid5(SPACE, f"{type_name} {data}")))
    frame = {"on": "2026-03-09", "by": str(SPACE), "cmd": f"{type_name} {data}", **more}
    return Entry(
        index=9_999,
        file="",
        offset=0,
        key_name="",
        key_id=b"",
        leaf=b"",
        origin=ORIGIN,
        category=category,
        identity=identity,
        seq=1,
        type=type_name,
        at="2026-03-09T00:00:00.000000Z",
        role="administrator",
        cause=None,
        data=data,
        postings=postings,
        **frame,
    )


def statement(opening: int, closing: int, since: str, *amounts: int) -> tuple[Entry, ...]:
    recorded = {
        "account_digest": "a" * 64,
        "since": since,
        "until": since,
        "opening_fen": opening,
        "closing_fen": closing,
        "entry_count": len(amounts),
    }
    identity = uuid5(SPACE, since)
    lines = [{"number": n, "booked_on": since, "amount_fen": amount} for n, amount in enumerate(amounts, start=1)]
    frame = {"identity": identity, "cmd": since}
    return (
        an_event("statement", "statement.recorded/1", recorded, **frame),
        an_event("statement", "statement.entries_recorded/1", {"first": 1, "entries": lines}, **frame),
        an_event("reconciliation", "reconciliation.statement_joined/1", {"statement_id": str(identity)}, cmd=since),
    )


def matched(since: str, line: int, payment: str, amount: int) -> Entry:
    allocation = {
        "statement_id": str(uuid5(SPACE, since)),
        "entry": line,
        "tier": 1,
        "payment_id": payment,
        "amount_fen": amount,
    }
    return an_event("reconciliation", "reconciliation.matched/1", {"allocations": [allocation]}, cmd=f"m{line}{amount}")


def sealed(month: str) -> Entry:
    digests = dict.fromkeys(("root", "trial_balance", "reconciliation", "disclosures"), "a" * 64)
    return an_event("period", "period.sealed/1", {"month": month, "position": 1, "explained": [], **digests})


def without_bud(entries: list[Entry]) -> None:
    at = find(entries, "payment.settled/1")
    kept = tuple(one for one in entries[at].postings if not one[0].startswith("bud:"))
    entries[at] = replace(entries[at], postings=kept)


def one_fen_more(entries: list[Entry]) -> None:
    at = find(entries, "reward.granted/1")
    first, *rest = entries[at].postings
    entries[at] = replace(entries[at], postings=((first[0], first[1], first[2] + 1), *rest))


def points_beside(entries: list[Entry]) -> None:
    at = find(entries, "reward.granted/1")
    points = (("pts:held:h", "PTS", 5), ("pts:earned:h", "PTS", -5))
    entries[at] = replace(entries[at], postings=(*entries[at].postings, *points))


def twice(type_name: str) -> Change:
    """The same event again, as another command."""

    def made(entries: list[Entry]) -> None:
        at = find(entries, type_name)
        entries.append(replace(entries[at], cmd="again", seq=entries[at].seq + 1))

    return made


def no_appropriation(entries: list[Entry]) -> None:
    entries.pop(find(entries, "budget.appropriated/1"))


def closed_early(entries: list[Entry]) -> None:
    """The batch is closed before the bank has said anything, and its later answers stay away."""
    del entries[find(entries, "payout_batch.answer_recorded/1") :]
    exported = entries[find(entries, "payout_batch.exported/1")]
    data = {"settled_count": 0, "settled_fen": 0, "failed_count": 0, "failed_fen": 0}
    entries.append(an_event("payout_batch", "payout_batch.closed/1", data, identity=exported.identity))


def payment_of(entries: tuple[Entry, ...]) -> str:
    return entries[find(list(entries), "payment.settled/1")].identity


BREAKS: dict[str, tuple[int, Change]] = {
    "an entry that does not balance": (1, one_fen_more),
    "a book that is not zero": (2, one_fen_more),
    "more than there is": (3, no_appropriation),
    "a payment that settles twice": (4, twice("payment.settled/1")),
    "more than was appropriated": (5, no_appropriation),
    "an appropriation of another amount": (5, change("budget.appropriated/1", amount_fen=4_000)),
    "a reward of another amount than it posts": (6, change("reward.granted/1", amount_fen=900)),
    "a batch closed with money in transit": (7, closed_early),
    "a report rewarded twice": (8, twice("reward.granted/1")),
    "another total than the lines have": (9, change("payout_batch.frozen/1", total_fen=1)),
    "a statement that does not add up": (10, add(*statement(0, 100, "2026-03-01", 60))),
    "statements that do not continue": (
        10,
        add(*statement(0, 100, "2026-03-01", 100), *statement(90, 100, "2026-03-02", 10)),
    ),
    "entries in a closed month": (13, add(sealed("2026-03"), an_event("budget", "x.y/1", {}, ("fin:1", "CNY", 1)))),
    "months closed out of order": (13, add(sealed("2026-01"), sealed("2026-03"))),
    "points from nowhere": (14, add(an_event("points", "x.y/1", {}, ("pts:held:h", "PTS", 3)))),
    "goods that nobody had": (
        15,
        add(an_event("stock", "x.y/1", {}, ("stk:on_hand:s", "rice", -3), ("stk:out:s", "rice", 3))),
    ),
    "money and points in one entry": (16, points_beside),
    "cash in one accounting only": (17, without_bud),
    "an entry without an event that moves": (18, change("reward.scheduled/1", postings=(("fin:1", "CNY", 1),))),
}


def test_a_story_as_it_should_be_breaks_none(story):
    assert broken(list(story)) == set()


@pytest.mark.parametrize("how", BREAKS)
def test_what_is_broken_is_named_by_its_number(story, how):
    number, made = BREAKS[how]
    entries = list(story)
    made(entries)
    assert number in broken(entries)


def test_who_makes_a_batch_does_not_approve_it(story):
    entries = list(story)
    maker = entries[find(entries, "payout_batch.frozen/1")].by
    change("payout_batch.approved/1", by=maker)(entries)
    assert 12 in broken(entries)


def test_statements_and_matches_as_they_should_be(story):
    payment = payment_of(story)
    statements = (*statement(0, -2_000, "2026-03-01", -2_000), *statement(-2_000, -1_900, "2026-03-03", 100))
    entries = [*story, *statements, matched("2026-03-01", 1, payment, -1_500), matched("2026-03-01", 1, payment, -500)]
    assert broken(entries) == set()


@pytest.mark.parametrize("amount", [-2_001, -2_500])
def test_nothing_is_matched_beyond_its_amount(story, amount):
    payment = payment_of(story)
    of_line = [*story, *statement(0, -2_000, "2026-03-01", -2_000), matched("2026-03-01", 1, payment, amount)]
    assert 11 in broken(of_line)
    of_payment = [*story, *statement(0, -9_000, "2026-03-01", -9_000), matched("2026-03-01", 1, payment, amount)]
    assert 11 in broken(of_payment)


def test_what_was_unmatched_can_be_matched_again(story):
    payment, since = payment_of(story), "2026-03-01"
    undone = {"statement_id": str(uuid5(SPACE, since)), "entry": 1, "reason": "x"}
    entries = [
        *story,
        *statement(0, -2_000, since, -2_000),
        matched(since, 1, payment, -2_000),
        an_event("reconciliation", "reconciliation.unmatched/1", undone),
        matched(since, 1, payment, -1_999),
    ]
    assert broken(entries) == set()


def test_a_gap_that_was_named_is_none(story):
    first, second = statement(0, 100, "2026-03-01", 100), statement(90, 100, "2026-03-03", 10)
    gap = {"kind": "statement_gap", "statement_id": str(uuid5(SPACE, "2026-03-03")), "amount_fen": -10}
    named = an_event("exception", "exception.opened/1", gap, cmd="2026-03-03")
    assert broken([*story, *first, *second, named]) == set()
    assert broken([*story, *first, *second]) == {10}


def test_the_table_is_complete():
    """Every number has a name, a title and a caller; every code that stands for one has a sentence."""
    assert [one.number for one in INVARIANTS] == list(range(1, 26)) == sorted(wording.INVARIANTS)
    assert all(one.callers for one in INVARIANTS)
    assert len({one.name for one in INVARIANTS}) == 25
    assert {*_OF_CODE, *OF_PART} <= set(wording.SENTENCES)
    assert set(_OF_CODE.values()) | set(OF_PART.values()) <= set(BY_NUMBER)


def test_a_point_of_attention_breaks_nothing():
    fault = Finding("postings.unbalanced", Place(), facts={"detail": ""})
    assert number_of(fault) == 1
    assert number_of(replace(fault, attention=True)) is None
    assert number_of(Finding("files.changed", Place())) is None


def test_what_has_no_object_is_said(story):
    """A journal without statements, points or goods: verify says that those were not judged, and judges the others."""
    findings = Findings()
    rule = Invariants(findings, Ledger())
    for entry in story:
        rule.see(entry, Judging().book)
    unjudged = [one.number for one in judged_by("verify") if not applies(one, rule.seen)]
    assert unjudged == [10, 11, 13, 14, 15]


def test_verify_has_a_numbered_line_for_it(whole, verdict_on):
    report = verdict_on(County().story)
    line = next(one for one in report.checks if one.check == "invariants")
    assert line.summary == {
        "judged": "1-9,12,16-18,21-25",
        "without_object": "10-11,13-15",
        "elsewhere": "19-20",
        "broken": "-",
    }
    assert codes(report) == set()


def test_verify_names_what_another_check_found_broken(county, verdict_on):
    """A payee who also checks: the finding stands in its own check, the number in the line of the invariants."""
    county.story.find("payout_batch.approved/1").by = county.maker
    report = verdict_on(county.story)
    line = next(one for one in report.checks if one.check == "invariants")
    assert "12" in str(line.summary["broken"]).split(",")


def test_entries_are_read_alike_whether_judged_or_taken_on_trust(told):
    for index, content in enumerate(told):
        assert entry_of(Bundle("", index, 1), Raw(index, 0, content)) == entry_shown(index, content)


def test_an_entry_that_is_made_of_another_moves_what_its_own_postings_say(story):
    one = next(entry for entry in story if entry.postings)
    assert one.moved.apart == ()
    first, *_ = one.postings
    assert replace(one, postings=(first,)).moved.apart != ()
