"""A changed account waits as long as the county has recorded, unless a second person says that it is right."""

from datetime import timedelta
from functools import reduce

import pytest

from domain import cooling, payee_policies, persons
from domain.cooling import CoolingSet
from domain.kernel.events import Commitment
from domain.kernel.ids import event_name, stream_name
from domain.kernel.refusals import Refusal
from domain.persons import PayeeAccountAcknowledged, PayeeAccountSet, PersonErased, PersonRegistered, RoleGranted
from tests.domain.samples import APPROVER, CLERK, COUNTY, OFFICER, RIDER, TEXT, TODAY, TOWNSHIP
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

DAY = timedelta(days=1)
WEEK = CoolingSet(division=COUNTY, days=7, since=TODAY - 30 * DAY, document="横综治〔2026〕1号")
LONGER = CoolingSet(division=COUNTY, days=15, since=TODAY, document="横综治〔2026〕2号")
REGISTERED = PersonRegistered(name=TEXT, pseudonymous=False)
ACCOUNT = {"holder": TEXT, "number": Commitment("1" * 64), "bank": TEXT}
FIRST = PayeeAccountSet(version=1, **ACCOUNT, set_by=OFFICER, set_on=TODAY - 9 * DAY)
CHANGED = PayeeAccountSet(version=2, **ACCOUNT, set_by=OFFICER, set_on=TODAY - 2 * DAY)
ACKNOWLEDGED = PayeeAccountAcknowledged(version=2, acknowledged_by=APPROVER)
ERASED = PersonErased(reason="consent_withdrawn", legal_basis="written request")

TABLES = (
    Table(
        cooling.evolve,
        cooling.set_cooling,
        (WEEK,),
        {"division": COUNTY, "days": 15, "since": TODAY, "document": "横综治〔2026〕2号"},
        [
            row("cooling.days_out_of_range", days=-1),
            row("cooling.days_out_of_range", days=366),
            row("cooling.since_reused", since=WEEK.since),
        ],
    ),
    Table(
        persons.evolve,
        persons.acknowledge_account,
        (REGISTERED, FIRST, CHANGED),
        {"person_id": RIDER, "actor_id": APPROVER, "version": 2},
        [
            row("person.unknown", given=()),
            row("person.erased", given=(REGISTERED, FIRST, CHANGED, ERASED)),
            row("person.account_version_differs", version=1),
            row("person.account_version_differs", given=(REGISTERED,), version=1),
            row("person.account_acknowledged", given=(REGISTERED, FIRST, CHANGED, ACKNOWLEDGED)),
            row("chain.acted_twice", actor_id=OFFICER),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
)


def person(*events):
    return reduce(persons.evolve, (REGISTERED, *events), None)


def test_the_period_of_a_day_is_the_latest_that_had_begun():
    state = scenarios(cooling.evolve)(WEEK, LONGER).state
    assert [state.days(TODAY + offset * DAY) for offset in (-31, -30, -1, 0, 99)] == [0, 7, 7, 15, 15]


@pytest.mark.parametrize(
    ("events", "days", "after", "waits"),
    [
        ((), 7, 0, None),
        ((FIRST,), 7, 0, None),
        ((FIRST, CHANGED), 0, 0, None),
        ((FIRST, CHANGED), 7, 0, 5),
        ((FIRST, CHANGED), 7, 4, 5),
        ((FIRST, CHANGED), 7, 5, None),
        ((FIRST, CHANGED, ACKNOWLEDGED), 7, 0, None),
        ((FIRST, CHANGED, ERASED), 7, 0, None),
    ],
)
def test_a_changed_account_waits(events, days, after, waits):
    on = TODAY + after * DAY
    expected = None if waits is None else TODAY + waits * DAY
    assert payee_policies.waits_until(person(*events), days=days, on=on) == expected
    if expected is not None:
        with pytest.raises(Refusal) as refused:
            payee_policies.account_to_pay(person(*events), person_id=RIDER, days=days, on=on)
        assert refused.value.code == "payment.account_cooling"
        assert refused.value.facts == {"payee_id": str(RIDER), "until": expected.isoformat()}
    else:
        account = payee_policies.account_to_pay(person(*events), person_id=RIDER, days=days, on=on)
        assert account == persons.account_event(person(*events), person_id=RIDER)


def test_an_acknowledgement_is_of_one_version_only():
    third = PayeeAccountSet(version=3, **ACCOUNT, set_by=CLERK, set_on=TODAY)
    assert person(FIRST, CHANGED, ACKNOWLEDGED).account.acknowledged
    assert not person(FIRST, CHANGED, ACKNOWLEDGED, third).account.acknowledged


def test_whoever_set_the_account_does_not_approve_the_payment():
    account = event_name(stream_name("person", RIDER), 3)
    payee = person(FIRST, CHANGED)
    payee_policies.refuse_account_setter(payee, checker_id=APPROVER, account=account, payee_id=RIDER)
    with pytest.raises(Refusal) as refused:
        payee_policies.refuse_account_setter(payee, checker_id=OFFICER, account=account, payee_id=RIDER)
    assert refused.value.code == "chain.acted_twice"
    assert refused.value.facts["acted_as"] == "account_setter"


def test_roles_that_touch_the_area_are_other_roles():
    worker = RoleGranted(role="grid_worker", area=COUNTY, since=TODAY, until=TODAY + DAY)
    keeper = RoleGranted(role="station_keeper", area=TOWNSHIP, since=TODAY - 9 * DAY, until=TODAY - DAY)
    member = RoleGranted(role="member", area=TOWNSHIP, since=TODAY)
    span = {"role": "member", "area": TOWNSHIP, "until": None}
    held = person(worker, keeper, member)
    assert persons.other_roles(held, **span, since=TODAY) == ["grid_worker"]
    assert persons.other_roles(held, **span, since=TODAY - 5 * DAY) == ["grid_worker", "station_keeper"]
    assert persons.other_roles(held, **span, since=TODAY + 2 * DAY) == []
    assert persons.other_roles(None, **span, since=TODAY) == []


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()
