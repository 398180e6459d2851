"""A rule says what it says from tomorrow on, the county's first; the narrowest layer decides, every cap holds."""

from datetime import date, timedelta

import pytest

from domain.kernel.refusals import Refusal
from domain.points import rules
from domain.points.rules import Cap, Category, ExchangeLimit, Item, Window
from domain.refusal_codes import CODES
from tests.domain.points.points_samples import CATEGORIES, ITEMS, TOMORROW, content, layers, published
from tests.domain.samples import COUNTY, TODAY, TOWNSHIP, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(rules.evolve)
NEXT_YEAR = date(2027, 1, 1)
COUNTY_RULES = rules.evolve(None, published())
FACTS = {
    "division": VILLAGE,
    "division_known": True,
    "county": COUNTY,
    "county_rules": COUNTY_RULES,
    "content": content(),
    "since": TOMORROW,
    "document": "村规民约",
    "today": TODAY,
}
TABLE = Table(
    rules.evolve,
    rules.publish,
    (published(VILLAGE, since=NEXT_YEAR),),
    FACTS,
    [
        row("place.unknown", division_known=False),
        row("points_rule.county_first", county_rules=None),
        row("points_rule.since_not_future", since=TODAY),
        row("points_rule.since_reused", since=NEXT_YEAR),
    ],
)


@every_table(TABLE)
def test_its_facts_are_accepted_and_its_docstring_is_true(table):
    table.check_accepted()
    table.check_documented()


@every_row(TABLE)
def test_refusals(table, position):
    table.check_row(position)


def test_only_the_countys_first_may_begin_in_the_past():
    county = {
        **FACTS,
        "division": COUNTY,
        "county_rules": None,
        "since": date(2025, 1, 1),
        "document": "横文明〔2026〕1号",
    }
    given().when(rules.publish, **county).then(published(since=date(2025, 1, 1)))
    given(published()).when(rules.publish, **county).refused("points_rule.since_not_future", since=date(2025, 1, 1))


def test_versions_are_counted():
    second = {**FACTS, "division": COUNTY, "document": "横文明〔2026〕1号"}
    given(published()).when(rules.publish, **second).then(published(version=2, since=TOMORROW))


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("points_rule.holder_unknown", {"holder": "village"}),
        ("points_rule.reach_unknown", {"exchange_within": "moon"}),
        ("points_rule.says_nothing", {"items": ()}),
        ("points_rule.too_long", {"items": tuple(Item(f"i{n}", "task", "事", 1, "each") for n in range(99))}),
        ("points_rule.months_out_of_range", {"expires_after_months": 0}),
        ("points_rule.code_form", {"categories": (*CATEGORIES, Category("a:b", "别的"))}),
        ("points_rule.code_form", {"items": (Item("任务", "task", "任务", 1, "each"),)}),
        ("points_rule.title_form", {"items": (Item("task", "task", " ", 1, "each"),)}),
        ("points_rule.category_twice", {"categories": (*CATEGORIES, Category("task", "别的"))}),
        ("points_rule.item_twice", {"items": (*ITEMS, ITEMS[0])}),
        ("points_rule.category_unknown", {"items": (Item("task", "other", "任务", 1, "each"),)}),
        ("points_rule.category_unknown", {"caps": (Cap("person", "day", 1, "other"),)}),
        ("points_rule.unit_unknown", {"items": (Item("task", "task", "任务", 1, "week"),)}),
        ("points_rule.points_out_of_range", {"items": (Item("task", "task", "任务", 0, "each"),)}),
        ("points_rule.window_empty", {"windows": (Window(TOMORROW, TODAY, 200),)}),
        ("points_rule.factor_out_of_range", {"windows": (Window(TODAY, TOMORROW, 1001),)}),
        ("points_rule.scope_unknown", {"caps": (Cap("village", "day", 1),)}),
        ("points_rule.period_unknown", {"caps": (Cap("person", "week", 1),)}),
        ("points_rule.period_unknown", {"exchange_limits": (ExchangeLimit("week", 1),)}),
        ("points_rule.number_not_positive", {"caps": (Cap("person", "day", 0),)}),
        ("points_rule.cap_twice", {"caps": (Cap("person", "day", 1), Cap("person", "day", 2))}),
        ("points_rule.limit_twice", {"exchange_limits": (ExchangeLimit("day", 1), ExchangeLimit("day", 2))}),
    ],
)
def test_what_is_no_rule_is_refused(code, changes):
    with pytest.raises(Refusal) as refused:
        rules.check(content(**changes))
    assert refused.value.code == code
    assert tuple(refused.value.facts) == CODES[code]


def test_everything_that_is_wrong_is_told_with_its_place():
    bad = (Item("Task", "other", " ", 0, "week"), ITEMS[0], ITEMS[0])
    told = [(one.part, one.number, one.refusal.code.partition(".")[2]) for one in rules.faults(content(items=bad))]
    assert told == [
        ("items", 1, "code_form"),
        ("items", 1, "title_form"),
        ("items", 3, "item_twice"),
        ("items", 1, "category_unknown"),
        ("items", 1, "unit_unknown"),
        ("items", 1, "points_out_of_range"),
    ]


def test_the_narrowest_layer_that_says_where_points_buy_goods_decides():
    assert layers(published()).exchange_within == "county"
    county, village = published(exchange_within="township"), published(VILLAGE, exchange_within="village")
    assert layers(published(VILLAGE), county).exchange_within == "township"
    assert layers(village, county).exchange_within == "village"


def test_an_item_may_be_narrower_than_another():
    rules.check(content(items=(Item("report:环境卫生", "task", "卫生线索", 3, "each"),)))


def test_the_narrowest_layer_that_lists_an_item_decides():
    village = published(VILLAGE, items=(Item("task", "task", "本村任务", 8, "each"),))
    found = layers(village, published())
    assert found.worth("task", quantity=2).points == 16
    assert found.worth("task", quantity=2).rule.division == VILLAGE
    assert found.worth("litter", quantity=1).points == -10
    assert found.worth("unheard_of", quantity=1) is None
    assert [item.code for item in found.items()] == ["litter", "task", "volunteer_hour"]
    assert found.titles()["task"] == "接受社区任务"


def test_the_version_of_the_day_decides():
    both = rules.evolve(
        COUNTY_RULES, published(version=2, since=TODAY, items=(Item("task", "task", "任务", 7, "each"),))
    )
    before, after = (rules.layers([both], on=day) for day in (TODAY - timedelta(days=1), TODAY))
    assert before.worth("task", quantity=1).points == 5
    assert after.worth("task", quantity=1).points == 7
    assert after.worth("litter", quantity=1) is None
    assert rules.layers([both], on=date(2025, 12, 31)).rules == ()


def test_hours_are_counted_in_minutes_and_points_rounded_down():
    found = layers(published())
    assert [found.worth("volunteer_hour", quantity=minutes).points for minutes in (29, 30, 90, 119)] == [0, 1, 3, 3]


def test_the_largest_window_of_all_layers_multiplies_what_is_earned_and_not_what_is_deducted():
    county = published(windows=(Window(TODAY, TOMORROW, 200), Window(TODAY, TODAY, 500, ("task",))))
    village = published(VILLAGE, items=(ITEMS[0],), windows=(Window(TODAY, TODAY, 300),))
    today, tomorrow = layers(village, county), layers(village, county, on=TOMORROW)
    assert (today.worth("task", quantity=1).points, tomorrow.worth("task", quantity=1).points) == (25, 10)
    assert today.worth("litter", quantity=1).points == -10


def test_caps_and_limits_of_all_layers_hold_and_the_narrowest_says_whether_money_may_help():
    county = published(
        caps=(Cap("person", "month", 100),), exchange_limits=(ExchangeLimit("day", 2),), cash_top_up=True
    )
    township = published(
        TOWNSHIP, items=(), caps=(Cap("household", "day", 9, "task"), Cap("person", "day", 3, "order"))
    )
    found = layers(township, county)
    assert list(found.caps("task")) == [Cap("household", "day", 9, "task"), Cap("person", "month", 100)]
    assert found.exchange_limits == (ExchangeLimit("day", 2),)
    assert not found.cash_top_up
    assert layers(county).cash_top_up
