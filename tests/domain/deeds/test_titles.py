"""A title is never chosen: a clean home gets it, another inspection takes it, and it names the inspection."""

from datetime import date

import pytest

from domain.deeds import titles
from domain.deeds.titles import TitleGranted, TitleRevoked
from domain.kernel.ids import derived, event_name, stream_name
from tests.domain.samples import TODAY, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(titles.evolve)

HOUSEHOLD = derived("test", "household")
SEEN = event_name(stream_name("inspection", derived("test", "inspection")), 2)
LATER = event_name(stream_name("inspection", derived("test", "later inspection")), 2)
EARLY, TOMORROW = date(2026, 10, 22), date(2026, 11, 23)
GRANTED = TitleGranted(division=VILLAGE, household_id=HOUSEHOLD, kind="clean_household", since=EARLY, inspection=SEEN)
REVOKED = TitleRevoked(last_day=TODAY, reason="inspection_failed", inspection=LATER)
TABLES = (
    Table(
        titles.evolve,
        titles.revoke,
        (GRANTED,),
        {"last_day": TODAY, "reason": "rules_broken"},
        [
            row("title.not_held", given=(GRANTED, REVOKED)),
            row("title.not_held", given=()),
            row("deed.reason_unknown", reason="mood"),
            row("title.ends_before_it_began", last_day=date(2026, 10, 21)),
        ],
    ),
)


def follows(*events, result, on):
    return titles.follow(
        given(*events).state,
        division=VILLAGE,
        household_id=HOUSEHOLD,
        result=result,
        inspected_on=on,
        inspection=LATER if events else SEEN,
    )


def test_a_clean_home_gets_the_title_and_a_later_inspection_takes_it():
    assert follows(result="clean", on=EARLY) == GRANTED
    assert follows(GRANTED, result="fair", on=TODAY) == REVOKED
    assert follows(GRANTED, REVOKED, result="clean", on=TOMORROW).since == TOMORROW


@pytest.mark.parametrize(
    ("events", "result", "on"),
    [
        ((), "to_improve", TODAY),
        ((GRANTED,), "clean", TODAY),
        ((GRANTED,), "fair", date(2026, 10, 1)),  # what was seen later holds
        ((GRANTED, REVOKED), "clean", date(2026, 11, 1)),
    ],
)
def test_otherwise_nothing_changes(events, result, on):
    assert follows(*events, result=result, on=on) is None


def test_the_title_remembers_every_time_that_it_was_held():
    spans = given(GRANTED, REVOKED).state.spans
    assert [(span.since, span.until, span.inspection) for span in spans] == [(EARLY, TODAY, SEEN)]
    assert given(GRANTED, REVOKED).state.held is None


@every_row(*TABLES)
def test_refusals(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_tables_own_facts_are_accepted_and_documented(table):
    table.check_accepted()
    table.check_documented()
