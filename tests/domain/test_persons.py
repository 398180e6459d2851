"""A person holds roles in areas for a time, and is paid on one account at a time."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given as with_any
from hypothesis import strategies as st

from domain import persons
from domain.kernel.events import Commitment
from domain.kernel.ids import event_name, stream_name
from domain.kernel.refusals import Refusal
from domain.persons import PayeeAccountSet, PersonErased, PersonRegistered, RoleEnded, RoleGranted, RoleHeld
from tests.domain.samples import COUNTY, ELSEWHERE, OTHER_RIDER, RIDER, TEXT, TOWNSHIP, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(persons.evolve)

REGISTERED = PersonRegistered(name=TEXT, pseudonymous=False)
SPRING, SUMMER, AUTUMN = date(2026, 3, 1), date(2026, 6, 30), date(2026, 9, 1)
FOR_SPRING = RoleGranted(role="grid_worker", area=TOWNSHIP, since=SPRING, until=SUMMER)
FOR_EVER = RoleGranted(role="grid_worker", area=TOWNSHIP, since=SPRING)
ACCOUNT = {"holder": TEXT, "number": Commitment("1" * 64), "bank": TEXT}
FIRST_ACCOUNT = PayeeAccountSet(version=1, **ACCOUNT)
ROLE_FACTS = {"role": "grid_worker", "area": TOWNSHIP, "area_known": True, "since": AUTUMN}

ERASED = PersonErased(reason="consent_withdrawn", legal_basis="written request")
ERASURE = {
    "person_id": RIDER,
    "actor_id": OTHER_RIDER,
    "reason": "consent_withdrawn",
    "legal_basis": " written request ",
    "owed_fen": 0,
    "payments_open": 0,
    "reports_open": 0,
    "on": SUMMER,
}

TABLES = (
    Table(
        persons.evolve,
        persons.erase_person,
        (REGISTERED, FOR_EVER, FIRST_ACCOUNT),
        ERASURE,
        [
            row("person.unknown", given=()),
            row("person.erased", given=(REGISTERED, ERASED)),
            row("person.erases_oneself", person_id=OTHER_RIDER),
            row("person.erasure_reason_unknown", reason="tired of it"),
            row("person.legal_basis_missing", legal_basis=" "),
            row("person.still_owed", owed_fen=1000),
            row("person.payments_open", payments_open=1),
            row("person.reports_open", reports_open=2),
            row("person.role_begins_later", on=SPRING - timedelta(days=1)),
        ],
    ),
    Table(
        persons.evolve,
        persons.register_person,
        (),
        {"name": TEXT, "pseudonymous": False},
        [row("person.already_registered", given=(REGISTERED,))],
    ),
    Table(
        persons.evolve,
        persons.grant_role,
        (REGISTERED, FOR_SPRING),
        ROLE_FACTS,
        [
            row("person.unknown", given=()),
            row("person.erased", given=(REGISTERED, ERASED)),
            row("person.role_unknown", role="emperor"),
            row("place.unknown", area_known=False),
            row("person.role_ends_before_start", until=SPRING),
            row("person.department_unsuited", department="县城管局"),
            row("person.role_already_held", since=SUMMER, until=SUMMER),
        ],
    ),
    Table(
        persons.evolve,
        persons.end_role,
        (REGISTERED, FOR_EVER),
        {"role": "grid_worker", "area": TOWNSHIP, "last_day": SUMMER},
        [
            row("person.unknown", given=()),
            row("person.erased", given=(REGISTERED, FOR_EVER, ERASED)),
            row("person.role_not_held", role="county_officer"),
            row("person.role_not_held", area=COUNTY),
            row("person.role_not_held", last_day=SPRING - timedelta(days=1)),
            row("person.role_not_held", given=(REGISTERED, FOR_SPRING)),
        ],
    ),
    Table(
        persons.evolve,
        persons.set_payee_account,
        (REGISTERED, FIRST_ACCOUNT),
        {"version": 2, **ACCOUNT},
        [
            row("person.unknown", given=()),
            row("person.erased", given=(REGISTERED, FIRST_ACCOUNT, ERASED)),
            row("person.account_version_differs", version=1),
            row("person.account_version_differs", version=3),
        ],
    ),
)


def test_a_role_is_granted_again_after_it_ended():
    again = RoleGranted(role="grid_worker", area=TOWNSHIP, since=AUTUMN)
    given(REGISTERED, FOR_SPRING).when(persons.grant_role, **ROLE_FACTS).then(again)


def test_the_same_role_may_be_held_in_two_areas_and_two_roles_in_one():
    elsewhere = RoleGranted(role="grid_worker", area=ELSEWHERE, since=SPRING)
    second_role = RoleGranted(role="member", area=TOWNSHIP, since=SPRING)
    held = given(REGISTERED, FOR_EVER)
    held.when(persons.grant_role, role="grid_worker", area=ELSEWHERE, area_known=True, since=SPRING).then(elsewhere)
    held.when(persons.grant_role, role="member", area=TOWNSHIP, area_known=True, since=SPRING).then(second_role)


@pytest.mark.parametrize(
    ("division", "on", "holds"),
    [
        (TOWNSHIP, SPRING, True),
        (VILLAGE, SUMMER, True),
        (VILLAGE, SPRING - timedelta(days=1), False),
        (VILLAGE, SUMMER + timedelta(days=1), False),
        (COUNTY, SPRING, False),
        (ELSEWHERE, SPRING, False),
    ],
)
def test_a_role_holds_in_its_area_from_its_first_day_to_its_last(division, on, holds):
    person = given(REGISTERED, FOR_SPRING).state
    assert person.holds("grid_worker", division, on) is holds
    assert not person.holds("member", division, on)


def test_an_ended_role_is_held_on_its_last_day_and_not_on_the_next():
    ended = RoleEnded(role="grid_worker", area=TOWNSHIP, last_day=SUMMER)
    given(REGISTERED, FOR_EVER).when(persons.end_role, role="grid_worker", area=TOWNSHIP, last_day=SUMMER).then(ended)
    person = given(REGISTERED, FOR_EVER, ended).state
    assert person.holds("grid_worker", VILLAGE, SUMMER)
    assert not person.holds("grid_worker", VILLAGE, SUMMER + timedelta(days=1))


def test_ending_a_role_leaves_another_span_of_the_same_role_alone():
    later = RoleGranted(role="grid_worker", area=TOWNSHIP, since=AUTUMN)
    ended = RoleEnded(role="grid_worker", area=TOWNSHIP, last_day=SPRING)
    person = given(REGISTERED, FOR_SPRING, later, ended).state
    assert person.roles == (
        RoleHeld("grid_worker", TOWNSHIP, SPRING, SPRING),
        RoleHeld("grid_worker", TOWNSHIP, AUTUMN, None),
    )


def test_the_account_in_use_is_named_by_the_event_that_set_it():
    assert persons.account_event(None, person_id=RIDER) is None
    assert persons.account_event(given(REGISTERED, FOR_SPRING).state, person_id=RIDER) is None
    second = PayeeAccountSet(version=2, **ACCOUNT)
    person = given(REGISTERED, FIRST_ACCOUNT, FOR_SPRING, second, FOR_EVER).state
    assert person.account.version == 2
    assert persons.account_event(person, person_id=RIDER) == event_name(stream_name("person", RIDER), 4)


def test_a_payment_finds_the_account_it_was_bound_to_also_after_a_change():
    second = PayeeAccountSet(version=2, holder=TEXT, number=Commitment("2" * 64), bank=TEXT)
    person = given(REGISTERED, FIRST_ACCOUNT, FOR_SPRING, second).state
    stream = stream_name("person", RIDER)
    for seq, number in ((2, "1" * 64), (4, "2" * 64)):
        used = persons.account_used(person, person_id=RIDER, account=event_name(stream, seq))
        assert used.number == number
    for nobody, seq in ((person, 3), (person, 5), (None, 2)):
        with pytest.raises(Refusal, match=r"payment\.no_account"):
            persons.account_used(nobody, person_id=RIDER, account=event_name(stream, seq))


def test_erasing_ends_the_roles_of_that_day_and_the_account():
    past = RoleGranted(role="member", area=TOWNSHIP, since=SPRING - timedelta(days=9), until=SPRING)
    known = given(REGISTERED, past, FOR_EVER, FIRST_ACCOUNT)
    ended = RoleEnded(role="grid_worker", area=TOWNSHIP, last_day=SUMMER)
    known.when(persons.erase_person, **ERASURE).then(ended, ERASED)
    person = given(REGISTERED, past, FOR_EVER, FIRST_ACCOUNT, ended, ERASED).state
    assert person.erased
    assert person.account is None
    assert persons.account_event(person, person_id=RIDER) is None
    assert not person.roles_on(SUMMER + timedelta(days=1))
    number = persons.account_used(person, person_id=RIDER, account=event_name(stream_name("person", RIDER), 4)).number
    assert number == ACCOUNT["number"], "what was paid before is still told apart"


def test_a_role_that_ends_that_day_by_itself_needs_no_event():
    given(REGISTERED, FOR_SPRING).when(persons.erase_person, **ERASURE).then(ERASED)


@with_any(
    spans=st.lists(
        st.tuples(st.integers(0, 30), st.none() | st.integers(0, 10), st.sampled_from(["member", "grid_worker"])),
        max_size=12,
    )
)
def test_no_role_is_ever_held_twice_on_one_day_in_one_area(spans):
    person = persons.evolve(None, REGISTERED)
    for offset, length, role in spans:
        since = SPRING + timedelta(days=offset)
        until = None if length is None else since + timedelta(days=length)
        with suppress(Refusal):
            granted = persons.grant_role(person, role=role, area=TOWNSHIP, area_known=True, since=since, until=until)
            person = persons.evolve(person, granted)
    for day in (SPRING + timedelta(days=number) for number in range(45)):
        held = [entry.role for entry in person.roles_on(day)]
        assert len(held) == len(set(held))


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()


def test_a_handler_is_of_a_department_where_and_while_he_is():
    granted = persons.grant_role(
        given(REGISTERED).state,
        role="department_handler",
        area=TOWNSHIP,
        area_known=True,
        since=SPRING,
        until=SUMMER,
        department=" 县城管局 ",
    )
    person = given(REGISTERED, granted).state
    assert person.departments(TOWNSHIP, SPRING) == {"县城管局"}
    assert person.departments(TOWNSHIP, AUTUMN) == frozenset()
    assert person.departments(COUNTY, SPRING) == frozenset()
