"""The tariff of the day of the report applies, inside the band that the city set; neither changes afterwards."""

from datetime import date, timedelta
from functools import reduce

import pytest

from domain import tariffs
from domain.kernel.bands import Band
from domain.kernel.ids import derived, event_name, stream_name
from domain.kernel.money import Fen
from domain.policies import tariff_in_force
from domain.tariffs import TariffBandSet, TariffSet
from tests.domain.samples import CITY, FIVE_YUAN, TEN_YUAN, TOWNSHIP, TWENTY_YUAN
from tests.domain.scenarios import Scenario, Table, every_row, every_table, row, scenarios

given = scenarios(tariffs.evolve)

NEW_YEAR, MAY, JULY = date(2026, 1, 1), date(2026, 5, 1), date(2026, 7, 1)
APRIL, JUNE = MAY - timedelta(days=1), JULY - timedelta(days=1)
BAND = TariffBandSet(
    division=CITY, min_fen=FIVE_YUAN, max_fen=TWENTY_YUAN, since=NEW_YEAR, document="饶网格〔2026〕1号"
)
WIDER = TariffBandSet(division=CITY, min_fen=FIVE_YUAN, max_fen=Fen(3_000), since=JULY, document="2号")
FIVE_TO_TWENTY = Band(FIVE_YUAN, TWENTY_YUAN)


def tariff(amount_fen, since, category=None, item=None):
    return TariffSet(
        division=TOWNSHIP, item=item, category=category, amount_fen=amount_fen, since=since, document="兴安〔2026〕1号"
    )


TEN = tariff(TEN_YUAN, NEW_YEAR)
TOO_LITTLE = reduce(tariffs.evolve, [tariff(Fen(400), MAY)], None)
BAND_FACTS = {
    "division": CITY,
    "division_known": True,
    "min_fen": FIVE_YUAN,
    "max_fen": Fen(3_000),
    "since": JULY,
    "document": "2号",
    "today": JUNE,
}
TARIFF_FACTS = {
    "division": TOWNSHIP,
    "division_known": True,
    "category": None,
    "amount_fen": TEN_YUAN,
    "since": MAY,
    "document": "兴安〔2026〕1号",
    "bands": (FIVE_TO_TWENTY,),
    "today": APRIL,
}

TABLES = (
    Table(
        tariffs.evolve,
        tariffs.set_band,
        (BAND,),
        BAND_FACTS,
        [
            row("place.unknown", division_known=False),
            row("tariff.amount_not_positive", min_fen=Fen(0)),
            row("tariff.band_empty", min_fen=Fen(3_001)),
            row("tariff.since_reused", since=NEW_YEAR),
            row("tariff.replaces_past", given=(BAND,), today=JULY),
            row("tariff.excludes_past", given=(), today=JULY, around=[None, TOO_LITTLE]),
        ],
    ),
    Table(
        tariffs.evolve,
        tariffs.set_tariff,
        (TEN,),
        TARIFF_FACTS,
        [
            row("place.unknown", division_known=False),
            row("tariff.item_and_category", item="sr-02", category="市容环境"),
            row("tariff.amount_not_positive", amount_fen=Fen(0)),
            row("tariff.amount_not_positive", amount_fen=Fen(-1_000)),
            row("tariff.outside_band", amount_fen=Fen(499)),
            row("tariff.outside_band", amount_fen=Fen(2_001)),
            row("tariff.outside_band", bands=(FIVE_TO_TWENTY, Band(Fen(1_200), TWENTY_YUAN))),
            row("tariff.since_reused", since=NEW_YEAR),
            row("tariff.replaces_past", today=MAY),
        ],
    ),
)


@pytest.mark.parametrize("amount_fen", [FIVE_YUAN, TEN_YUAN, TWENTY_YUAN])
def test_a_tariff_lies_in_the_band_its_ends_included(amount_fen):
    facts = {**TARIFF_FACTS, "amount_fen": amount_fen}
    given().when(tariffs.set_tariff, **facts).then(tariff(amount_fen, MAY))


def test_two_categories_may_begin_on_one_day():
    noise = {**TARIFF_FACTS, "since": NEW_YEAR, "category": "噪声", "today": NEW_YEAR - timedelta(days=1)}
    given(TEN).when(tariffs.set_tariff, **noise).then(tariff(TEN_YUAN, NEW_YEAR, "噪声"))


def test_a_band_holds_from_its_day_until_the_next():
    city = given(BAND, WIDER).state
    assert city.band(date(2025, 12, 31)) is None
    assert city.band(NEW_YEAR) == city.band(date(2026, 6, 30)) == FIVE_TO_TWENTY
    assert city.band(JULY) == Band(FIVE_YUAN, Fen(3_000))


@pytest.mark.parametrize(
    ("category", "on", "amount_fen"),
    [
        ("噪声", date(2025, 12, 31), None),
        ("噪声", NEW_YEAR, 1_000),
        ("噪声", MAY, 1_500),
        ("噪声", JULY, 1_500),  # the category's own tariff stands before the newer general one
        ("环境", MAY, 1_000),
        ("环境", JULY, 1_200),
    ],
)
def test_the_latest_tariff_that_had_begun_applies_the_categorys_own_before_the_general(category, on, amount_fen):
    # Recorded in another order than that of their days: the day decides, not the order.
    township = given(tariff(Fen(1_200), JULY), TEN, tariff(Fen(1_500), MAY, "噪声")).state
    found = township.in_force(category, on)
    assert (found and found.amount_fen) == amount_fen


@pytest.mark.parametrize(
    ("item", "category", "on", "amount_fen"),
    [
        ("hb-05", "环境保护", MAY, 1_800),  # the item's own, before its class's and the general one
        ("hb-05", "环境保护", NEW_YEAR, 1_500),  # before it began, its class's
        ("hb-06", "环境保护", MAY, 1_500),
        ("sr-02", "市容环境", MAY, 1_000),
        (None, "环境保护", MAY, 1_500),
    ],
)
def test_an_items_own_tariff_stands_before_its_classs_and_that_before_the_general(item, category, on, amount_fen):
    own = tariff(Fen(1_800), MAY, item="hb-05")
    township = given(TEN, own, tariff(Fen(1_500), NEW_YEAR, "环境保护")).state
    assert township.in_force(category, on, item=item).amount_fen == amount_fen


def test_a_tariff_is_named_by_the_event_that_set_it():
    own_band = TariffBandSet(division=TOWNSHIP, min_fen=FIVE_YUAN, max_fen=TEN_YUAN, since=NEW_YEAR, document="3号")
    township = given(own_band, TEN).state
    stream = stream_name("tariff", derived("tariff", TOWNSHIP))
    assert township.in_force("噪声", NEW_YEAR).name == event_name(stream, 2)


# What a report earns is settled when it is made.

GENERAL, OF_NOISE, OF_AN_ITEM = (None, None), ("噪声", None), (None, "hb-05")


def settled(scope, on, *, along):
    """What a report of noise, of the item (which is of another class) or of neither earns, on a day."""
    category, item = scope
    return tariff_in_force(along, category=category or "环境保护", on=on, item=item)


@pytest.mark.parametrize("new", [GENERAL, OF_NOISE, OF_AN_ITEM])
@pytest.mark.parametrize("old", [GENERAL, OF_NOISE, OF_AN_ITEM])
@pytest.mark.parametrize("above", [False, True])
def test_whatever_is_set_for_days_that_have_come_changes_no_amount_that_there_was(new, old, above):
    """Either it is refused, or every report there still earns by what it earned by; and both happen."""
    known = reduce(tariffs.evolve, [tariff(TEN_YUAN, NEW_YEAR, *old)], None)
    own, around = (None, [known]) if above else (known, [])
    category, item = new
    facts = {**TARIFF_FACTS, "since": APRIL, "category": category, "item": item, "above": around, "today": MAY}
    outcome = Scenario(tariffs.evolve, own).when(tariffs.set_tariff, **facts)
    if (new, old, above) not in FILLS_A_GAP:
        outcome.refused("tariff.replaces_past", since=APRIL, standing=NEW_YEAR, earliest=MAY + timedelta(days=1))
        return
    assert outcome.refusal is None
    before, after = [own, *around], [reduce(tariffs.evolve, outcome.events, own), *around]
    for scope in (GENERAL, OF_NOISE, OF_AN_ITEM):
        amount = settled(scope, APRIL, along=before)
        assert amount is None or amount == settled(scope, APRIL, along=after)


FILLS_A_GAP = {(GENERAL, OF_NOISE, False), (GENERAL, OF_AN_ITEM, False), (OF_NOISE, OF_AN_ITEM, False)}


def test_a_register_that_is_older_than_the_journal_gets_its_tariffs_the_latest_first():
    (later,) = given().when(tariffs.set_tariff, **{**TARIFF_FACTS, "today": JULY}).events
    earlier = {**TARIFF_FACTS, "since": NEW_YEAR, "today": JULY}
    given(later).when(tariffs.set_tariff, **earlier).then(TEN)
    given(TEN).when(tariffs.set_tariff, **{**TARIFF_FACTS, "today": JULY}).refused(
        "tariff.replaces_past", since=MAY, standing=NEW_YEAR, earliest=JULY + timedelta(days=1)
    )


@pytest.mark.parametrize(("since", "allowed"), [(APRIL, False), (MAY, False), (MAY + timedelta(days=1), True)])
def test_a_tariff_is_changed_from_tomorrow_on(since, allowed):
    outcome = given(TEN).when(tariffs.set_tariff, **{**TARIFF_FACTS, "since": since, "today": MAY})
    assert (outcome.refusal is None) is allowed


def test_a_band_may_be_set_for_days_that_have_come_where_every_amount_lies_within_it():
    """Amounts that were given up before the band begins are none of its business."""
    given_up = reduce(tariffs.evolve, [tariff(Fen(400), NEW_YEAR), tariff(TEN_YUAN, MAY)], None)
    facts = {**BAND_FACTS, "since": MAY, "today": JULY, "around": [given_up]}
    assert given().when(tariffs.set_band, **facts).refusal is None
    given().when(tariffs.set_band, **{**facts, "since": APRIL}).refused(
        "tariff.excludes_past", since=APRIL, amount_fen=400, earliest=JULY + timedelta(days=1)
    )


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()
