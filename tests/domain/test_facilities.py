"""A facility is of a kind on the county's list, opens and closes in the order of days, and is looked at."""

from datetime import date

from domain import facilities, facility_kinds
from domain.facilities import FacilityClosed, FacilityInspected, FacilityOpened, FacilityRegistered
from domain.facility_kinds import FacilityKindAdmitted, FacilityKindWithdrawn
from tests.domain.samples import COUNTY, GRID_WORKER, TODAY, VILLAGE
from tests.domain.scenarios import Row, Table, every_row, every_table, row, scenarios

given = scenarios(facilities.evolve)
given_kinds = scenarios(facility_kinds.evolve)

MAY, JULY = date(2026, 5, 1), date(2026, 7, 1)
HOME = FacilityKindAdmitted(division=COUNTY, code="home", name="移动网格员之家", document="饶网格〔2026〕2号")
ENDED = FacilityKindWithdrawn(code="home", last_day=MAY)
REGISTERED = FacilityRegistered(
    kind="home", name="城东移动网格员之家", division=VILLAGE, address="兴安大道18号", services=("饮水", "充电")
)
OPENED = FacilityOpened(opened_on=MAY)
CLOSED = FacilityClosed(last_day=JULY, reason="rebuilding")

TABLES = (
    Table(
        facility_kinds.evolve,
        facility_kinds.admit,
        (HOME,),
        {"division": COUNTY, "division_known": True, "code": "hall", "name": "议事堂", "document": "3号"},
        [row("place.unknown", division_known=False), Row("facility_kind.code_reused", {"code": "home"})],
    ),
    Table(
        facility_kinds.evolve,
        facility_kinds.withdraw,
        (HOME,),
        {"code": "home", "last_day": MAY},
        [Row("facility_kind.unknown", {"code": "hall"}), row("facility_kind.withdrawn", given=(HOME, ENDED))],
    ),
    Table(
        facilities.evolve,
        facilities.register,
        (),
        {
            "kind": "home",
            "kind_open": True,
            "name": REGISTERED.name,
            "division": VILLAGE,
            "division_known": True,
            "address": REGISTERED.address,
            "services": ("饮水", "充电"),
        },
        [
            row("facility.already_registered", given=(REGISTERED,)),
            row("place.unknown", division_known=False),
            row("facility.kind_unknown", kind_open=False),
            row("facility.service_twice", services=("饮水", "饮水")),
        ],
    ),
    Table(
        facilities.evolve,
        facilities.open_,
        (REGISTERED, OPENED, CLOSED),
        {"opened_on": JULY},
        [
            row("facility.unknown", given=()),
            row("facility.already_open", given=(REGISTERED, OPENED)),
            row("facility.before_last_change", opened_on=MAY),
        ],
    ),
    Table(
        facilities.evolve,
        facilities.close,
        (REGISTERED, OPENED),
        {"last_day": MAY, "reason": "rebuilding"},
        [
            row("facility.unknown", given=()),
            row("facility.not_open", given=(REGISTERED,)),
            row("facility.not_open", given=(REGISTERED, OPENED, CLOSED)),
            row("facility.reason_unknown", reason="rain"),
            row("facility.before_last_change", last_day=date(2026, 4, 30)),
        ],
    ),
    Table(
        facilities.evolve,
        facilities.inspect,
        (REGISTERED, OPENED),
        {"actor_id": GRID_WORKER, "inspected_on": TODAY, "today": TODAY, "result": "to_improve", "note": "灯坏了"},
        [
            row("facility.unknown", given=()),
            row("facility.inspected_in_future", inspected_on=date(2026, 11, 23)),
            row("facility.result_unknown", result="nice"),
            row("facility.note_missing", note=None),
        ],
    ),
)


def test_a_kind_that_was_withdrawn_is_closed_to_new_facilities_and_keeps_its_name():
    kinds = given_kinds(HOME, ENDED).state
    assert kinds.open("home", MAY)
    assert not kinds.open("home", JULY)
    assert not kinds.open("hall", MAY)
    assert kinds.named("home").name == "移动网格员之家"


def test_a_facility_opens_and_closes_and_opens_again():
    assert given(REGISTERED).state.status == "registered"
    assert given(REGISTERED, OPENED, CLOSED).state.status == "closed"
    given(REGISTERED, OPENED, CLOSED).when(facilities.open_, opened_on=TODAY).then(FacilityOpened(opened_on=TODAY))


def test_what_is_in_order_needs_no_note_and_changes_nothing():
    facts = {"actor_id": GRID_WORKER, "inspected_on": TODAY, "today": TODAY, "result": "in_order", "note": None}
    found = FacilityInspected(inspected_on=TODAY, inspector_id=GRID_WORKER, result="in_order")
    given(REGISTERED, OPENED).when(facilities.inspect, **facts).then(found)
    assert given(REGISTERED, OPENED, found).state == given(REGISTERED, OPENED).state


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()
