"""Caps hold for coming days only, each division's own; a report must be within every one of them."""

from datetime import date, timedelta

import pytest

from domain import caps, policies, quotas, withholdings
from domain.caps import Allowance, CapSet, Counted, allowances
from domain.kernel.ids import EventName
from domain.quotas import Quota, QuotaUsed
from domain.withholdings import Withholding, WithholdingRecorded
from tests.domain.samples import COUNTY, OTHER_RIDER, RIDER, TODAY, TOWNSHIP, VILLAGE, person
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(caps.evolve)

TOMORROW = TODAY + timedelta(days=1)
JANUARY, FEBRUARY = date(2027, 1, 1), date(2027, 2, 1)
INCIDENT = person("an incident")
CAP = EventName("cap/0f0f0f0f-0000-5000-8000-000000000000@1")


def cap(kind="person_day", reports_max=3, since=TOMORROW, category=None, division=COUNTY):
    return CapSet(
        division=division,
        kind=kind,
        category=category,
        reports_max=reports_max,
        since=since,
        document="横网格〔2026〕9号",
    )


FACTS = {
    "division": COUNTY,
    "division_known": True,
    "kind": "person_month",
    "category": None,
    "reports_max": 30,
    "since": FEBRUARY,
    "document": "横网格〔2026〕9号",
    "today": TODAY,
}
WITHHELD = WithholdingRecorded(
    incident_id=INCIDENT,
    payee_id=RIDER,
    division=VILLAGE,
    category="环境保护",
    cap=CAP,
    subject=f"{RIDER} {TOMORROW}",
    used=3,
)
TABLES = (
    Table(
        caps.evolve,
        caps.set_cap,
        (cap("person_month", since=JANUARY),),
        FACTS,
        [
            row("place.unknown", division_known=False),
            row("cap.kind_unknown", kind="person_year"),
            row("cap.number_not_positive", reports_max=0),
            row("cap.since_not_future", since=TODAY),
            row("cap.since_not_month_start", since=FEBRUARY + timedelta(days=1)),
            row("cap.since_reused", since=JANUARY),
        ],
    ),
    Table(
        withholdings.evolve,
        withholdings.record,
        (),
        {
            "rewarded": False,
            "incident_id": INCIDENT,
            "payee_id": RIDER,
            "division": VILLAGE,
            "category": "环境保护",
            "cap": CAP,
            "subject": f"{RIDER} {TOMORROW}",
            "used": 3,
        },
        [
            row("reward.withheld", given=(WITHHELD,)),
            row("reward.already_granted", rewarded=True),
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


def test_a_cap_of_a_day_may_begin_on_any_coming_day():
    facts = {**FACTS, "kind": "person_day", "since": TOMORROW, "reports_max": 3}
    given().when(caps.set_cap, **facts).then(cap())


def test_the_latest_version_of_a_kind_and_class_that_had_begun_holds():
    state = given(cap(), cap(reports_max=5, since=JANUARY), cap(category="环境保护", reports_max=1)).state

    def most(on):
        return {(one.category, one.reports_max) for one in state.in_force(on)}

    assert most(TODAY) == set()
    assert most(TOMORROW) == {(None, 3), ("环境保护", 1)}
    assert most(JANUARY) == {(None, 5), ("环境保护", 1)}


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("person_day", f"{RIDER} 2027-01-09"),
        ("person_month", f"{RIDER} 2027-01"),
        ("class_day", "环境保护 2027-01-09"),
        ("place_day", f"{VILLAGE} 2027-01-09"),
    ],
)
def test_what_is_counted_together(kind, subject):
    report = Counted(RIDER, "环境保护", VILLAGE, date(2027, 1, 9))
    (one,) = allowances([given(cap(kind)).state], report=report)
    assert (one.subject, one.cap.kind) == (subject, kind)


def test_a_report_falls_under_every_cap_above_it_and_none_of_another_class():
    report = Counted(RIDER, "环境保护", VILLAGE, TOMORROW)
    county = given(cap("class_day"), cap(category="道路交通")).state
    township = given(cap(division=TOWNSHIP)).state
    found = allowances([None, township, county], report=report)
    assert [(one.cap.division, one.cap.kind) for one in found] == [(TOWNSHIP, "person_day"), (COUNTY, "class_day")]
    assert allowances([township, county], report=Counted(RIDER, "环境保护", VILLAGE, TODAY)) == ()


def test_versions_of_a_cap_count_on_in_one_quota_and_persons_and_divisions_apart():
    def quota_of(event, rider=RIDER, on=JANUARY):
        (one,) = allowances([given(event).state], report=Counted(rider, "环境保护", VILLAGE, on))
        return one.quota_id

    first = quota_of(cap())
    assert first == quota_of(cap(reports_max=9, since=JANUARY))
    others = {
        quota_of(cap(), OTHER_RIDER),
        quota_of(cap(), on=FEBRUARY),
        quota_of(cap(division=TOWNSHIP)),
        quota_of(cap(category="环境保护")),
        quota_of(cap("place_day")),
    }
    assert len(others | {first}) == 6


def test_the_first_full_cap_says_no():
    report = Counted(RIDER, "环境保护", VILLAGE, TOMORROW)
    reached = allowances([given(cap(), cap("place_day", reports_max=2)).state], report=report)
    day, place = (one.quota_id for one in reached)
    assert policies.over_cap(reached, used={}) is None
    assert policies.over_cap(reached, used={day: 2, place: 1}) is None
    assert policies.over_cap(reached, used={day: 2, place: 2}) == reached[1]
    assert policies.over_cap(reached, used={day: 3, place: 2}) == reached[0]


def test_a_quota_counts_one_by_one():
    allowance = Allowance(next(iter(given(cap()).state.in_force(TOMORROW))), f"{RIDER} {TOMORROW}")
    event = quotas.use(
        division=COUNTY,
        kind="person_day",
        category=None,
        subject=allowance.subject,
        cap=allowance.cap.name,
        incident_id=INCIDENT,
    )
    assert isinstance(event, QuotaUsed)
    assert quotas.evolve(quotas.evolve(None, event), event) == Quota(2)


def test_a_withholding_remembers_its_cap():
    assert withholdings.evolve(None, WITHHELD) == Withholding(CAP, 3)
