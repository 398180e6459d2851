"""Read models of the village's affairs: what hangs out, what waits, what is overdue, what was decided and built."""

import psycopg
import pytest

from migrations.roles import Access
from projections import affair_steps, commitments, meetings, notices, projects, suggestions
from projections.rows import MissingRow
from projections.runner import Runner
from tests.projections import affairs
from tests.projections.affairs import Affairs, on, one
from tests.projections.disclosed.agreeing import agree
from tests.projections.story import CODEC, COUNTY, NEXT_VILLAGE, TOWNSHIP, VILLAGE, Story

CHANGED = (notices, suggestions, commitments, meetings, projects)


@pytest.fixture
def told(installed: Access, runner: Runner) -> Affairs:
    """Everything, recorded and projected."""
    story = Story().opened()
    affairs.commitments(story)
    known = affairs.meetings(story)
    affairs.project(known)
    affairs.board(story)
    story.append_to(installed.writer)
    assert runner.catch_up() == len(story.entries)
    return known


def test_what_pages_ask(told: Affairs, reader: psycopg.Connection) -> None:
    _notices(reader)
    _suggestions(reader)
    _commitments(reader)
    _meetings(told, reader)
    _projects(told, reader)


def _notices(reader: psycopg.Connection) -> None:
    assert [found.title for found in notices.shown(reader, VILLAGE, on=on(9, 2))] == ["体检", "停水"]
    assert [found.title for found in notices.shown(reader, VILLAGE, on=on(9, 8))] == ["体检"]
    assert notices.shown(reader, TOWNSHIP, on=on(10, 1)) == []
    listed = notices.listing(reader, COUNTY, limit=2)
    assert [found.title for found in listed] == ["写错了", "体检"]
    assert [found.title for found in notices.listing(reader, COUNTY, before=listed[-1].log_index)] == ["停水"]
    mistaken = notices.one(reader, one("写错了"))
    assert mistaken is not None
    assert (mistaken.status, mistaken.reason, mistaken.shown_on(on(9, 2))) == ("withdrawn", "mistaken", False)


def _suggestions(reader: psycopg.Connection) -> None:
    assert suggestions.waiting(reader, VILLAGE) == (1, on(9, 1))
    assert suggestions.waiting(reader, NEXT_VILLAGE) == (0, None)
    assert [found.suggestion_id for found in suggestions.listing(reader, TOWNSHIP, waiting=True)] == [one("浇水")]
    (public,) = suggestions.listing(reader, TOWNSHIP, public=True)
    assert (public.gist, public.outcome, public.answer) == ("路灯不亮", "explained", "第 10 天的答复。")
    assert (public.answered_on, public.late_on(on(9, 30))) == (on(9, 8), True)
    nonsense = suggestions.one(reader, one("广告"))
    assert nonsense is not None
    assert (nonsense.status, nonsense.reason, nonsense.late_on(on(9, 30))) == ("closed", "abusive", False)


def _commitments(reader: psycopg.Connection) -> None:
    assert commitments.overdue(reader, VILLAGE, on=on(9, 1)) == (2, on(6, 1))
    assert commitments.overdue(reader, NEXT_VILLAGE, on=on(9, 1)) == (0, None)
    running = commitments.listing(reader, COUNTY, running=True)
    assert [(found.title, found.standing(on(9, 1))) for found in running] == [
        ("overdue", "overdue"),
        ("due", "overdue"),
        ("running", "made"),
    ]
    late = commitments.one(reader, one("late"))
    assert late is not None
    assert (late.standing(on(9, 1)), late.fulfilled_on, late.note) == ("late", on(8, 10), "late：已完成。")


def _meetings(told: Affairs, reader: psycopg.Connection) -> None:
    empty, held = meetings.listing(reader, COUNTY)
    assert (empty.status, empty.reason, empty.present) == ("cancelled", "no_quorum", None)
    assert (held.status, held.eligible, held.present, held.on_sheet) == ("held", 30, 22, 20)
    assert [found.passed for found in meetings.resolutions(reader, held.meeting_id)] == [True, False]
    assert [found.event for found in meetings.passed(reader, VILLAGE)] == [told.vote]
    assert set(meetings.named(reader, [told.vote, told.lost, told.rule])) == {told.vote, told.lost}
    (rule,) = meetings.rules(reader, VILLAGE)
    assert rule == meetings.rule(reader, held.rule)
    assert (rule.rule.quorum, rule.rule.passing, rule.division) == (affairs.TWO_THIRDS, affairs.HALF, COUNTY)
    assert meetings.rule(reader, told.vote) is None
    assert meetings.one(reader, one("nothing")) is None


def _projects(told: Affairs, reader: psycopg.Connection) -> None:
    (road,) = projects.of_resolutions(reader, [told.vote])
    assert projects.listing(reader, VILLAGE) == [road] == [projects.one(reader, road.project_id)]
    assert (road.standing, road.spent_fen, road.accepters) == (
        "completed",
        4_750_000,
        [affairs.SUPERVISOR, affairs.LEADER],
    )
    steps = affair_steps.of_one(reader, road.project_id)
    assert [step.seq for step in steps] == list(range(1, 9))
    assert (steps[4].reason, steps[4].said, steps[4].by_id) == ("defects", "有两处裂缝。", affairs.LEADER)
    assert steps[0].said is None


def test_what_is_disclosed_is_computed_twice_alike(told: Affairs, reader: psycopg.Connection) -> None:
    promised = agree(reader, told.story, "commitments", division=TOWNSHIP, period="2026-Q3").document
    assert [(row[1], row[5]) for row in promised.tables[0].rows] == [
        ("kept", "fulfilled"),
        ("late", "late"),
        ("running", "running"),
        ("due", "due"),
        ("overdue", "overdue"),
        ("given up", "withdrawn"),
    ]
    assert promised.sentence["count"] == 6
    assert all(promised.sentence[state] == 1 for state in ("fulfilled", "late", "running", "due", "overdue"))
    met = agree(reader, told.story, "meetings", division=TOWNSHIP, period="2026-Q3").document
    assert met.sentence == {
        "count": 2,
        "held": 1,
        "resolutions": 2,
        "passed": 1,
        "projects": 1,
        "budget_fen": 5_000_000,
    }
    assert [row[-1] for row in met.tables[1].rows] == ["passed", "not_passed"]
    assert met.tables[2].totals == {"budget_fen": 5_000_000, "amount_fen": 4_800_000, "spent_fen": 4_750_000}
    for kind in ("commitments", "meetings"):
        for division, period in ((VILLAGE, "2026-06"), (NEXT_VILLAGE, "2026-08"), (COUNTY, "2026"), (COUNTY, "2025")):
            agree(reader, told.story, kind, division=division, period=period)


def test_one_meeting_is_disclosed_at_once(told: Affairs, reader: psycopg.Connection) -> None:
    period = f"once-{one('第三次代表会')}"
    alone = agree(reader, told.story, "meetings", division=VILLAGE, period=period).document
    assert (alone.sentence["count"], alone.sentence["projects"]) == (1, 1)
    elsewhere = agree(reader, told.story, "meetings", division=NEXT_VILLAGE, period=period).document
    assert elsewhere.sentence["count"] == 0


def test_what_speaks_of_nothing_is_an_error(installed: Access) -> None:
    story = Story().opened()
    affairs.commitments(story)
    affairs.project(affairs.meetings(story))
    affairs.board(story)
    later = [CODEC.decode(index, note) for index, (_, seq, _, note) in enumerate(story.entries) if seq > 1]
    assert len(later) > 20
    with psycopg.connect(installed.projector, autocommit=True) as conn:
        conn.execute("SET search_path = read")
        for recorded in later:
            (model,) = [one for one in CHANGED if recorded.type in one.TYPES]
            with pytest.raises(MissingRow, match=recorded.name), conn.transaction():
                model.apply(conn.cursor(), [recorded])
