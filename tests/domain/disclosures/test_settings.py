"""How an area discloses: the narrowest area decides, and a setting holds from its day on."""

from dataclasses import replace
from datetime import date

from domain.disclosures import settings
from domain.disclosures.settings import DEFAULT, DisclosureSettingsMade, KindRule
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
        FACTS,
        [
            row("disclosure.setting_out_of_range", publish_days=0),
            row("disclosure.kind_unknown", kinds=(replace(FINANCES, kind="gossip"),)),
            row("disclosure.kind_twice", kinds=(FINANCES, replace(FINANCES, frequency="hourly"))),
            row("disclosure.frequency_unknown", kinds=(replace(FINANCES, frequency="hourly", names="some"),)),
            row("disclosure.names_unknown", kinds=(replace(FINANCES, names="some"),)),
            row("disclosure.settings_since_reused", given=(MADE,)),
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


def test_the_narrowest_area_decides_from_its_day_on():
    village = given(MADE).state
    county = given(replace(MADE, division=COUNTY, publish_days=20, since=date(2020, 1, 1))).state
    assert settings.in_force([village, None, county], on=TODAY).publish_days == 7
    assert settings.in_force([village, None, county], on=date(2025, 12, 31)).publish_days == 20
    assert settings.in_force([None, None], on=TODAY) == DEFAULT
    assert settings.in_force([village], on=TODAY).of("village_finances") == FINANCES
    assert settings.in_force([village], on=TODAY).of("meetings") == KindRule("meetings", "quarterly", "masked")
