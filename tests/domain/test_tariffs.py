"""The tariff of the day of the report applies, inside the band that the city set."""

from datetime import date

import pytest

from domain import tariffs
from domain.kernel.bands import Band
from domain.kernel.ids import derived, event_name, stream_name
from domain.kernel.money import Fen
from domain.tariffs import TariffBandSet, TariffSet
from tests.domain.samples import CITY, FIVE_YUAN, TEN_YUAN, TOWNSHIP, TWENTY_YUAN
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(tariffs.evolve)

NEW_YEAR, MAY, JULY = date(2026, 1, 1), date(2026, 5, 1), date(2026, 7, 1)
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
BAND_FACTS = {
    "division": CITY,
    "division_known": True,
    "min_fen": FIVE_YUAN,
    "max_fen": Fen(3_000),
    "since": JULY,
    "document": "2号",
}
TARIFF_FACTS = {
    "division": TOWNSHIP,
    "division_known": True,
    "category": None,
    "amount_fen": TEN_YUAN,
    "since": MAY,
    "document": "兴安〔2026〕1号",
    "bands": (FIVE_TO_TWENTY,),
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
        ],
    ),
)


@pytest.mark.parametrize("amount_fen", [FIVE_YUAN, TEN_YUAN, TWENTY_YUAN])
def test_a_tariff_lies_in_the_band_its_ends_included(amount_fen):
    facts = {**TARIFF_FACTS, "amount_fen": amount_fen}
    given().when(tariffs.set_tariff, **facts).then(tariff(amount_fen, MAY))


def test_two_categories_may_begin_on_one_day():
    noise = {**TARIFF_FACTS, "since": NEW_YEAR, "category": "噪声"}
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


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()
