"""What a proposed rule would have given is reckoned as the real thing is, and nothing is changed by it."""

from datetime import timedelta

from domain.points import rules
from domain.points.rules import Cap, Item
from domain.points.simulation import PastDeed, Simulated, simulate
from tests.domain.points.points_samples import HOUSE, ITEMS, published
from tests.domain.samples import COUNTY, OTHER_RIDER, RIDER, TODAY, VILLAGE

RULES = {COUNTY: rules.evolve(None, published())}


def past(*items, who=RIDER, days_ago=0, gave=0, counted_as=None, of_household=True, quantity=1):
    return PastDeed(
        items or ("task",),
        quantity,
        VILLAGE,
        TODAY - timedelta(days=days_ago),
        who,
        HOUSE,
        of_household,
        gave,
        counted_as,
    )


def test_a_villages_rule_stands_before_the_countys_and_is_compared_with_what_was_given():
    village = published(VILLAGE, items=(Item("task", "task", "任务", 8, "each"),))
    done = simulate(
        [past(gave=5, counted_as="task"), past("litter", gave=-10, counted_as="order")],
        rules=RULES,
        proposed=village,
        county=COUNTY,
    )
    assert done.categories == (Simulated("order", 1, 1, -10, 0, -10), Simulated("task", 1, 1, 8, 0, 5))
    assert [one.difference for one in done.categories] == [0, 3]
    assert (done.points, done.gave, done.holders, done.unlisted) == (-2, -5, 1, 0)


def test_the_narrowest_item_that_the_rule_lists_counts():
    proposed = published(
        items=(*ITEMS, Item("report:井盖", "task", "井盖", 9, "each"), Item("report", "task", "线索", 1, "each"))
    )
    deeds = [
        past("report:井盖", "report:设施", "report"),
        past("report:别的", "report:设施", "report"),
        past("unheard_of"),
    ]
    done = simulate(deeds, rules={}, proposed=proposed, county=COUNTY)
    assert (done.points, done.unlisted) == (10, 1)


def test_caps_cut_in_the_order_of_the_days():
    proposed = published(caps=(Cap("person", "month", 8), Cap("household", "day", 6)))
    deeds = [past(), past(days_ago=1), past(who=OTHER_RIDER), past(who=OTHER_RIDER, of_household=False)]
    done = simulate(deeds, rules={}, proposed=proposed, county=COUNTY)
    # Yesterday 5; today 3 for the first (8 a month), 3 for the other (6 a day for the house), and his own 5 of 8.
    assert done.categories == (Simulated("task", 4, 1, 16, 4, 0),)


def test_a_rule_of_another_village_changes_nothing():
    elsewhere = published(VILLAGE.replace("201", "202"), items=(Item("task", "task", "任务", 99, "each"),))
    assert simulate([past()], rules=RULES, proposed=elsewhere, county=COUNTY).points == 5
