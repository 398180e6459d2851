"""The journal is opened once; a place is registered once."""

from datetime import date

from domain import log, places
from domain.log import LogOpened
from domain.places import PlaceRegistered
from tests.domain.samples import COUNTY, OFFICER
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

LOG_FACTS = {
    "origin": "mingzhang.example/hengfeng",
    "log_key": "log key",
    "rehearsal": True,
    "division": COUNTY,
    "county_name": "横峰县",
    "founder_id": OFFICER,
    "founder_key": "founder key",
    "policy": "log log key",
}
PLACE_FACTS = {"code": COUNTY, "name": "横峰县", "since": date(2020, 1, 1)}
OPENED = LogOpened(**LOG_FACTS)
REGISTERED = PlaceRegistered(**PLACE_FACTS)
TABLES = (
    Table(log.evolve, log.open_log, (), LOG_FACTS, [row("log.already_opened", given=(OPENED,))]),
    Table(
        places.evolve,
        places.register_place,
        (),
        PLACE_FACTS,
        [row("place.already_registered", given=(REGISTERED,))],
    ),
)


def test_a_journal_says_from_its_first_line_whose_it_is_and_whether_it_is_a_rehearsal():
    scenarios(log.evolve)().when(log.open_log, **LOG_FACTS).then(OPENED)
    opened = log.evolve(None, OPENED)
    assert (opened.origin, opened.rehearsal, opened.founder_id) == (LOG_FACTS["origin"], True, OFFICER)


def test_a_place_is_known_by_its_code_from_a_day_on():
    scenarios(places.evolve)().when(places.register_place, **PLACE_FACTS).then(REGISTERED)
    assert places.evolve(None, REGISTERED) == places.Place(COUNTY, "横峰县", date(2020, 1, 1))


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()
