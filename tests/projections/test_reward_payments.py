"""The page that villagers read: how much, to whom, did all arrive — and nobody named in a sensitive matter."""

from datetime import date
from types import SimpleNamespace

import psycopg
import pytest

from audit.book import Book
from audit.disclosures import Pages
from domain.kernel.calendar import Month, month_of
from domain.kernel.money import Fen
from domain.kernel.places import Division
from migrations.roles import Access
from projections import reward_payments
from projections.reward_payments import MonthSummary, PayeeRow, Sum
from projections.runner import Runner
from tests.projections.disclosed.agreeing import entries_of
from tests.projections.story import COUNTY, NEXT_VILLAGE, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, Story, person

JANUARY, FEBRUARY = Month("2026-01"), Month("2026-02")
PAID = date(2026, 2, 6)


def test_the_month_of_a_county(told: Story, reader: psycopg.Connection) -> None:
    page = reward_payments.for_month(reader, COUNTY, JANUARY)
    assert page.rows == (
        PayeeRow(person("rider"), "arrived", Sum(2, 2_000), PAID),
        PayeeRow(person("courier"), "not_arrived", Sum(1, 1_500), None),
        PayeeRow(person("driver"), "to_verify", Sum(1, 500), None),
    )
    assert page.by_state == {
        "arrived": Sum(2, 2_000),
        "in_progress": Sum(),
        "not_arrived": Sum(1, 1_500),
        "to_verify": Sum(2, 2_500),
    }
    assert (page.withheld, page.reversed, page.total) == (Sum(1, 2_000), Sum(1, 1_000), Sum(5, 6_000))
    assert (page.payee_count, page.all_arrived, page.position) == (3, False, len(told.entries))
    assert (page.arrival.numerator, page.arrival.denominator) == (2, 4), "as the published rate: none sensitive"


@pytest.mark.parametrize(
    ("division", "payees"),
    [
        (VILLAGE, {"rider"}),  # what the driver reported here names nobody
        (NEXT_VILLAGE, {"courier"}),
        (TOWNSHIP, {"rider", "courier"}),
        (OTHER_TOWNSHIP, {"driver"}),
    ],
)
def test_a_division_holds_what_lies_in_it(
    told: Story, reader: psycopg.Connection, division: Division, payees: set[str]
) -> None:
    page = reward_payments.for_month(reader, division, JANUARY)
    assert {row.payee_id for row in page.rows} == set(map(person, payees))


def test_a_month_without_rewards_still_states_its_position(told: Story, reader: psycopg.Connection) -> None:
    page = reward_payments.for_month(reader, COUNTY, Month("2025-07"))
    assert (page.rows, page.total, page.payee_count, page.position) == ((), Sum(), 0, len(told.entries))
    assert page.all_arrived


def test_a_batch_on_its_way_then_everything_arrived(
    installed: Access, told: Story, runner: Runner, reader: psycopg.Connection
) -> None:
    batch = told.freeze(month=JANUARY)
    told.append_to(installed.writer)
    runner.catch_up()
    page = reward_payments.for_month(reader, COUNTY, JANUARY)
    assert page.by_state["in_progress"] == Sum(1, 1_500)
    assert page.by_state["not_arrived"] == Sum()

    told.approve(batch)
    told.export(batch)
    told.answer(batch, "settled")
    told.answer(told.batches[0], "settled")
    told.append_to(installed.writer)
    runner.catch_up()
    page = reward_payments.for_month(reader, COUNTY, JANUARY)
    assert page.all_arrived
    assert page.by_state["arrived"] == page.total == Sum(5, 6_000)


def test_a_rejected_batch_gives_its_rewards_back(
    installed: Access, told: Story, runner: Runner, reader: psycopg.Connection
) -> None:
    batch = told.freeze(month=FEBRUARY)
    told.reject(batch)
    told.append_to(installed.writer)
    runner.catch_up()
    assert reward_payments.for_month(reader, COUNTY, FEBRUARY).by_state["not_arrived"] == Sum(1, 700)
    (waiting,) = reward_payments.to_schedule(reader, COUNTY, FEBRUARY)
    assert (waiting.payee_id, waiting.payment_id) == (person("rider"), batch.payments[0].id)


def test_months_of_a_division(told: Story, reader: psycopg.Connection) -> None:
    assert reward_payments.months(reader, COUNTY) == [
        MonthSummary(FEBRUARY, 1, 700, 0, 0),
        MonthSummary(JANUARY, 5, 6_000, 2, 2_000),
    ]
    assert reward_payments.months(reader, OTHER_TOWNSHIP) == [MonthSummary(JANUARY, 1, 500, 0, 0)]


def test_what_the_next_batch_would_hold(told: Story, reader: psycopg.Connection) -> None:
    (waiting,) = reward_payments.to_schedule(reader, COUNTY, JANUARY)
    failed = told.rewards[2]
    assert (waiting.reward_id, waiting.payment_id, waiting.amount_fen) == (failed.id, failed.payment_id, Fen(1_500))
    assert reward_payments.to_schedule(reader, OTHER_TOWNSHIP, JANUARY) == []


def test_one_payee_and_one_incident(told: Story, reader: psycopg.Connection) -> None:
    mine = reward_payments.of_payee(reader, person("rider"))
    assert [(one.state, one.accrual_month, one.booked_on) for one in mine] == [
        ("arrived", JANUARY, PAID),
        ("arrived", JANUARY, PAID),
        ("not_arrived", FEBRUARY, None),
    ]
    reversed_ = reward_payments.of_incident(reader, told.rewards[5].incident_id)
    assert reversed_ is not None
    assert (reversed_.state, reversed_.payee_id) == ("reversed", person("mistaken"))
    assert reward_payments.of_incident(reader, person("nobody")) is None


@pytest.mark.parametrize(
    ("least", "division"), [(0, COUNTY), (1, COUNTY), (2, COUNTY), (3, NEXT_VILLAGE), (3, VILLAGE)]
)
def test_the_events_alone_give_the_same_page_and_few_stand_in_no_figure(
    told: Story, reader: psycopg.Connection, least: int, division: Division
) -> None:
    page = reward_payments.for_month(reader, division, JANUARY, least=lambda _: least)
    pages, book = Pages(), Book()
    for entry in entries_of(told):
        pages.see(entry, book)
        book.apply(entry)
    settled(pages, division, least)
    other = next(
        one
        for one in pages.at(book, page.position, on="2026-11-22", names={})
        if (one.month, one.division) == (JANUARY, division)
    )
    assert (page.payee_count, page.withheld_below) == (other.payee_count, other.withheld_below)
    assert {state: (one.count, one.amount_fen) for state, one in page.by_state.items()} == {
        state: (one.count, one.fen) for state, one in other.by_state.items()
    }
    for mine, theirs in ((page.withheld, other.withheld), (page.reversed, other.reversed)):
        assert (mine.count, mine.amount_fen) == (theirs.count, theirs.fen)
    (listed,) = [one for one in reward_payments.months(reader, division, least=lambda _: least) if one.month == JANUARY]
    assert (listed.count, listed.amount_fen) == (page.total.count, page.total.amount_fen)
    assert page.withheld_below in (0, least)
    assert page.withheld == Sum() or page.withheld.count >= least


def test_a_place_s_few_cannot_be_had_from_the_sums_above_it(
    installed: Access, told: Story, runner: Runner, reader: psycopg.Connection
) -> None:
    """One here, three next door: the township shows three, as its villages together do, and names no more people."""
    for rider, village in (("a", NEXT_VILLAGE), ("b", NEXT_VILLAGE), ("c", NEXT_VILLAGE), ("d", VILLAGE)):
        told.grant(rider, category="domestic_quarrel", division=village)
    month = month_of(told.today)
    told.append_to(installed.writer)
    runner.catch_up()
    shown = {
        area: reward_payments.for_month(reader, area, month, least=lambda _: 3)
        for area in (TOWNSHIP, VILLAGE, NEXT_VILLAGE)
    }
    assert {area: (page.withheld.count, page.withheld_below) for area, page in shown.items()} == {
        TOWNSHIP: (3, 3),
        VILLAGE: (0, 3),
        NEXT_VILLAGE: (3, 0),
    }
    assert shown[TOWNSHIP].total == shown[VILLAGE].total + shown[NEXT_VILLAGE].total
    assert all(page.payee_count == len({row.payee_id for row in page.rows}) for page in shown.values())
    pages, book = Pages(), Book()
    for entry in entries_of(told):
        pages.see(entry, book)
        book.apply(entry)
    found = {one.division: one for one in pages.at(book, 0, on="2026-11-22", names={}) if one.month == month}
    for area, page in shown.items():
        assert (found[area].withheld.count, found[area].withheld_below) == (page.withheld.count, page.withheld_below)
        assert found[area].payee_count == page.payee_count
    (listed,) = [one for one in reward_payments.months(reader, TOWNSHIP, least=lambda _: 3) if one.month == month]
    assert (listed.count, listed.amount_fen) == (shown[TOWNSHIP].total.count, shown[TOWNSHIP].total.amount_fen)


def settled(pages: Pages, division: Division, least: int) -> None:
    """As if an area had settled the smallest count that is shown."""
    data = {"division": division, "since": "2021-01-01", "small_count_min": least}
    pages.see(SimpleNamespace(type="disclosure_settings.made/1", index=9, data=data), Book())  # type: ignore[arg-type]
