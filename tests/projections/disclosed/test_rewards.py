"""Rewards as they are disclosed: both ways to compute them agree, and a sensitive matter names nobody."""

import psycopg
import pytest

from api.web.disclosed.kinds import WORDS
from domain.kernel.documents import NUMBERED, PLACE_BY_PLACE, reference_of
from migrations.roles import Access
from projections import places, reward_payments
from projections.disclosed import frame, rewards
from projections.disclosed.frame import NotTogether, Subject
from projections.runner import Runner
from tests.projections.disclosed.agreeing import PARAMETERS, agree
from tests.projections.story import COUNTY, NEXT_VILLAGE, TOWNSHIP, VILLAGE, Story, person


def test_the_month_of_a_county(told: Story, reader: psycopg.Connection) -> None:
    made = agree(reader, told, "rewards", division=COUNTY, period="2026-01")
    (table,) = made.document.tables
    assert table.rows == (
        (reference_of(person("rider")), "arrived", 2, 2_000, "2026-02-06"),
        (reference_of(person("courier")), "not_arrived", 1, 1_500, None),
        (reference_of(person("driver")), "to_verify", 1, 500, None),
    )
    assert made.subjects["payees"] == tuple(Subject("person", person(one)) for one in ("rider", "courier", "driver"))
    assert table.totals == {"count": 4, "fen": 4_000}
    # One reward for a sensitive report: fewer than three, so it stands in no figure, and the page says so.
    assert made.document.withheld == {"sensitive_below": 3}
    assert (made.document.sentence["count"], made.document.sentence["reversed_count"]) == (4, 1)
    assert made.document.position == len(told.entries)
    counted = agree(reader, told, "rewards", division=COUNTY, period="2026-01", parameters={**NUMBERED, **PARAMETERS})
    assert [row[0] for row in counted.document.tables[0].rows] == ["1", "2", "3"]
    assert not any(reference_of(person(one)).encode() in counted.document.canonical() for one in ("rider", "courier"))
    for division, period in ((VILLAGE, "2026-01"), (NEXT_VILLAGE, "2026-02"), (TOWNSHIP, "2026-Q1"), (COUNTY, "2026")):
        agree(reader, told, "rewards", division=division, period=period)


def test_many_sensitive_reports_are_summed_up_and_listed_nowhere(
    told: Story, installed: Access, runner: Runner, reader: psycopg.Connection
) -> None:
    for rider in ("a", "b", "c"):
        told.grant(rider, category="domestic_quarrel", division=NEXT_VILLAGE)
    told.append_to(installed.writer)
    runner.catch_up()
    made = agree(reader, told, "rewards", division=NEXT_VILLAGE, period=f"{told.today:%Y-%m}")
    assert made.document.withheld == {"sensitive_count": 3, "sensitive_fen": 3_000}
    shown = {row[0] for row in made.document.tables[0].rows}
    assert shown.isdisjoint(reference_of(person(rider)) for rider in ("a", "b", "c"))


def test_a_village_s_few_cannot_be_had_from_its_township_or_its_quarter(
    told: Story, installed: Access, runner: Runner, reader: psycopg.Connection
) -> None:
    """Three next door and one here in a month, one here in January: of the township, and of the year, three."""
    for rider, village in (("a", NEXT_VILLAGE), ("b", NEXT_VILLAGE), ("c", NEXT_VILLAGE), ("d", VILLAGE)):
        told.grant(rider, category="domestic_quarrel", division=village)
    told.append_to(installed.writer)
    runner.catch_up()
    parameters = {**NUMBERED, **PLACE_BY_PLACE, **PARAMETERS}
    for division in (TOWNSHIP, COUNTY):
        made = agree(reader, told, "rewards", division=division, period="2026", parameters=parameters).document
        assert made.withheld == {"sensitive_below": 3, "sensitive_count": 3, "sensitive_fen": 3_000}
        assert made.sentence["payees"] == len({row[0] for row in made.tables[0].rows})
        assert made.sentence["unnamed_count"] == 3
        assert "列名的" in WORDS["rewards"].sentence(made.sentence)
    here = agree(reader, told, "rewards", division=VILLAGE, period="2026", parameters=parameters).document
    assert here.withheld == {"sensitive_below": 3}
    before = agree(reader, told, "rewards", division=TOWNSHIP, period="2026").document
    assert before.withheld == {"sensitive_count": 5, "sensitive_fen": before.withheld["sensitive_fen"]}


def test_nothing_is_computed_from_models_that_stand_apart(
    told: Story, installed: Access, reader: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewards, "MODELS", (reward_payments, places))
    asked = {"division": COUNTY, "period": "2026-01", "parameters": PARAMETERS}
    assert frame.make(reader, rewards, **asked).document.position == len(told.entries)
    with psycopg.connect(installed.projector, autocommit=True) as conn:
        conn.execute("UPDATE read.positions SET position = position - 1 WHERE model = 'places'")
    with pytest.raises(NotTogether, match=f"places at {len(told.entries) - 1}"):
        frame.make(reader, rewards, **asked)
