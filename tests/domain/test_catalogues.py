"""A report is judged by the catalogue of its own day, and by the narrowest division's version of the item."""

from datetime import date, timedelta

import pytest

from domain import catalogues
from domain.catalogues import ItemAdmitted, ItemWithdrawn, item_in_force, items_in_force, require_item
from domain.kernel.ids import derived, event_name, stream_name
from domain.kernel.refusals import Refusal
from tests.domain.samples import COUNTY, TODAY, TOWNSHIP
from tests.domain.scenarios import Row, Table, every_row, every_table, row, scenarios

given = scenarios(catalogues.evolve)

NEW_YEAR, MAY = date(2026, 1, 1), date(2026, 5, 1)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def admitted(code="sr-02", since=NEW_YEAR, division=COUNTY, title="暴露垃圾", sensitive=False):
    return ItemAdmitted(
        division=division,
        code=code,
        title=title,
        category="市容环境",
        sensitive=sensitive,
        since=since,
        document="横网格〔2026〕1号",
    )


def withdrawn(code="sr-02", last_day=YESTERDAY, division=COUNTY):
    return ItemWithdrawn(division=division, code=code, last_day=last_day, reason="由环卫公司自行巡查")


ADMIT = {
    "division": COUNTY,
    "division_known": True,
    "code": "sr-02",
    "title": "暴露垃圾",
    "category": "市容环境",
    "sensitive": False,
    "since": TODAY,
    "document": "横网格〔2026〕1号",
}
WITHDRAW = {
    "division": COUNTY,
    "code": "sr-02",
    "last_day": YESTERDAY,
    "reason": "由环卫公司自行巡查",
    "today": TODAY,
}
TABLES = (
    Table(
        catalogues.evolve,
        catalogues.admit,
        (admitted(), withdrawn()),
        ADMIT,
        [
            row("place.unknown", division_known=False),
            row("catalogue.already_admitted", given=(admitted(),)),
            row("catalogue.since_too_early", since=YESTERDAY),
        ],
    ),
    Table(
        catalogues.evolve,
        catalogues.withdraw,
        (admitted(),),
        WITHDRAW,
        [
            row("catalogue.item_unknown", given=()),
            Row("catalogue.item_unknown", {"code": "sr-03"}),
            row("catalogue.already_withdrawn", given=(admitted(), withdrawn())),
            row("catalogue.withdrawn_before_admitted", given=(admitted(since=TODAY),)),
            row("catalogue.withdrawn_too_late", last_day=YESTERDAY - timedelta(days=1)),
        ],
    ),
)


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()


def test_an_item_is_admitted_and_withdrawn():
    given().when(catalogues.admit, **ADMIT).then(admitted(since=TODAY))
    given(admitted()).when(catalogues.withdraw, **WITHDRAW).then(withdrawn())
    given(admitted()).when(catalogues.withdraw, **{**WITHDRAW, "last_day": TOMORROW}).then(withdrawn(last_day=TOMORROW))


def test_the_day_of_the_report_decides_its_first_and_last_day_included():
    county = given(admitted(since=MAY), withdrawn()).state
    days = {
        MAY - timedelta(days=1): False,
        MAY: True,
        YESTERDAY: True,
        TODAY: False,
    }
    assert {day: item_in_force([county], code="sr-02", on=day) is not None for day in days} == days


def test_an_item_that_is_admitted_again_is_another_version():
    county = given(admitted(), withdrawn(), admitted(since=TODAY, title="暴露垃圾（含白色垃圾）")).state
    assert county.item("sr-02", YESTERDAY).title == "暴露垃圾"
    assert county.item("sr-02", TODAY).title == "暴露垃圾（含白色垃圾）"
    stream = stream_name("catalogue", derived("catalogue", COUNTY))
    assert county.item("sr-02", TODAY).name == event_name(stream, 3)


def test_the_narrowest_division_that_admits_an_item_decides_what_it_is():
    county = given(admitted(), admitted(code="sr-03")).state
    township = given(admitted(division=TOWNSHIP, since=MAY, sensitive=True)).state
    along = [None, township, county, None]
    assert item_in_force(along, code="sr-02", on=NEW_YEAR).sensitive is False
    assert item_in_force(along, code="sr-02", on=MAY).sensitive is True
    assert item_in_force(along, code="sr-03", on=MAY).code == "sr-03"
    ended = given(admitted(division=TOWNSHIP, since=MAY, sensitive=True), withdrawn(division=TOWNSHIP)).state
    assert item_in_force([ended, county], code="sr-02", on=TODAY).sensitive is False
    assert [item.code for item in items_in_force(along, on=MAY)] == ["sr-02", "sr-03"]
    assert items_in_force([None, None], on=MAY) == ()


def test_a_report_of_what_is_not_admitted_is_refused():
    with pytest.raises(Refusal) as refused:
        require_item(None, division=TOWNSHIP, code="sr-02", on=TODAY)
    assert refused.value.code == "catalogue.item_not_admitted"
    assert dict(refused.value.facts) == {"item": "sr-02", "division": TOWNSHIP, "on": str(TODAY)}
    item = given(admitted()).state.item("sr-02", TODAY)
    assert require_item(item, division=TOWNSHIP, code="sr-02", on=TODAY) is item
