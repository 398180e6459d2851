"""How an area discloses: the narrowest area decides, and a setting holds from its day on."""

from dataclasses import replace
from datetime import date, timedelta

from domain.disclosures import settings
from domain.disclosures.settings import DEFAULT, DisclosureSettingsMade, KindRule
from domain.kernel.calendar import Month
from tests.domain.samples import COUNTY, TODAY, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(settings.evolve)
SINCE = date(2026, 1, 1)
FINANCES = KindRule("village_finances", "monthly", "full")
FACTS = {
    "division": VILLAGE,
    "since": SINCE,
    "document": "村规民约第8条",
    "publish_days": 7,
    "answer_days": 10,
    "due_days": 10,
    "small_count_min": 3,
    "kinds": (FINANCES,),
}
MADE = DisclosureSettingsMade(**FACTS)
TABLES = (
    Table(
        settings.evolve,
        settings.make,
        (replace(MADE, since=date(2025, 1, 1)),),
        FACTS | {"since_least": MADE.since},
        [
            row("disclosure.setting_out_of_range", publish_days=0),
            row("disclosure.kind_unknown", kinds=(replace(FINANCES, kind="gossip"),)),
            row("disclosure.kind_twice", kinds=(FINANCES, replace(FINANCES, frequency="hourly"))),
            row("disclosure.frequency_unknown", kinds=(replace(FINANCES, frequency="hourly", names="some"),)),
            row("disclosure.names_unknown", kinds=(replace(FINANCES, names="some"),)),
            row("disclosure.settings_since_reused", given=(MADE,)),
            row("disclosure.settings_backdated", since_least=MADE.since + timedelta(days=1)),
        ],
    ),
)


@every_row(*TABLES)
def test_refusals(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_tables_own_facts_are_accepted_and_documented(table):
    table.check_accepted()
    table.check_documented()


def test_only_the_first_settings_reach_back():
    county = given(replace(MADE, division=COUNTY, since=date(2025, 1, 1))).state
    assert settings.since_least([None, county], on=TODAY) == TODAY
    assert settings.since_least([None, None], on=TODAY) == TODAY - settings.FIRST_BACK


def test_the_narrowest_area_decides_from_its_day_on():
    village = given(MADE).state
    county = given(replace(MADE, division=COUNTY, publish_days=20, since=date(2020, 1, 1))).state
    assert settings.in_force([village, None, county], on=TODAY).publish_days == 7
    assert settings.in_force([village, None, county], on=date(2025, 12, 31)).publish_days == 20
    assert settings.in_force([None, None], on=TODAY) == DEFAULT
    assert settings.in_force([village], on=TODAY).of("village_finances") == FINANCES
    assert settings.in_force([village], on=TODAY).of("meetings") == KindRule("meetings", "quarterly", "masked")


def test_a_months_names_stand_as_long_as_a_posting_in_time_would():
    rules = given(MADE).state.in_force(TODAY)
    assert settings.stands_until(rules, "village_finances", Month("2026-10")) == date(2026, 11, 17)
    assert settings.stands_until(rules, "rewards", Month("2026-10")) == date(2027, 1, 17), "its quarter counts"
