"""Attacks on the accounts of a budget: its money moves where a published chart says, and where it began."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from domain import accounts
from domain.accounts import BudgetAccounts
from domain.kernel.ids import derived, stream_name
from domain.kernel.postings import Postings
from tests.audit.story import County, Draft, codes

OWN = BudgetAccounts("gov-own/1", "fin:1002", "fin:4001", "fin:5101", "bud:6001", "bud:7201", "bud:8001", "bud:8101")
ROLES = tuple(
    name for name in BudgetAccounts.__dataclass_fields__ if name != "chart" and getattr(OWN, name) is not None
)
MOVED = {getattr(accounts.SHIPPED, role): getattr(OWN, role) for role in ROLES}
CHART = stream_name("chart", derived("chart", "gov-own"))


def published(number: int, uses: BudgetAccounts) -> dict[str, object]:
    named = [{"role": role, "account": getattr(uses, role)} for role in ROLES]
    listed = [{"account": one["account"], "name": one["account"], "side": "debit"} for one in named]
    return {"name": f"gov-own/{number}", "system": "自设", "accounts": listed, "uses": named, "document": "说明"}


def on_own(postings: Postings) -> Postings:
    return tuple(one._replace(account=MOVED.get(one.account, one.account)) for one in postings)


@pytest.fixture
def own(county: County) -> County:
    """The whole story, told on the accounts of the county's own chart."""
    appropriated = county.story.find("budget.appropriated/1")
    publish_before(county, appropriated, OWN, 1)
    appropriated.data["accounts"] = {name: getattr(OWN, name) for name in ("chart", *ROLES)}
    for draft in county.story.drafts:
        draft.postings = on_own(draft.postings)
    return county


def publish_before(county: County, before: Draft, uses: BudgetAccounts, number: int) -> None:
    drafts = county.story.drafts
    chart = county.admin(CHART, "chart.published/1", published(number, uses))
    drafts.remove(chart)
    drafts.insert(county.story.index(before), chart)


def test_a_county_may_move_its_money_through_accounts_of_its_own(verdict_on, own):
    assert codes(verdict_on(own.story)) == set()


def test_the_journal_calls_an_account_as_the_chart_did_that_was_in_force(verdict_on, own):
    """A new version calls the expense otherwise: rows of events after it have the new name, those before the old."""
    paid = own.story.find("payment.settled/1").cmd
    publish_before(own, next(one for one in own.story.drafts if one.cmd == paid), OWN, 2)
    newer = own.story.find("chart.published/1", 1).data
    newer["accounts"] = [{**one, "name": f"新{one['name']}"} for one in newer["accounts"]]
    report = verdict_on(own.story)
    assert codes(report) == set()
    text = (Path(report.directory) / "ledgers" / "journal.csv").read_text("utf-8-sig")
    named = {(row[6], row[7]) for row in csv.reader(io.StringIO(text))}
    assert {one for one in named if one[0] in ("fin:5101", "bud:7201")} == {
        ("fin:5101", "fin:5101"),
        ("bud:7201", "新bud:7201"),
    }


def test_a_budget_that_names_no_accounts_has_those_of_the_first_chart(verdict_on, own):
    del own.story.find("budget.appropriated/1").data["accounts"]
    assert "postings.differ" in codes(verdict_on(own.story))


def test_money_that_leaves_another_account_than_it_came_to(verdict_on, own):
    settled = own.story.find("payment.settled/1")
    settled.postings = tuple(
        one._replace(account="fin:1011") if one.account == "fin:1002" else one for one in settled.postings
    )
    assert codes(verdict_on(own.story)) == {"postings.differ", "limits.passed"}


def test_accounts_of_a_version_that_is_not_in_force(verdict_on, own):
    publish_before(own, own.story.find("budget.appropriated/1"), replace(OWN, funds="fin:1021"), 2)
    assert codes(verdict_on(own.story)) == {"limits.chart"}


@pytest.mark.parametrize("role", ["expense", "funds"])
def test_an_account_that_the_chart_does_not_give(verdict_on, own, role):
    """An expense that no chart names, and money on an account that is none, though the chart says so."""
    elsewhere = {"expense": "fin:5301", "funds": "fin:1201"}[role]
    named = own.story.find("budget.appropriated/1").data["accounts"]
    moved = {named[role]: elsewhere}
    named[role] = elsewhere
    for draft in own.story.drafts:
        draft.postings = tuple(one._replace(account=moved.get(one.account, one.account)) for one in draft.postings)
    if role == "funds":
        own.story.find("chart.published/1").data.update(published(1, replace(OWN, funds=elsewhere)))
    found = codes(verdict_on(own.story))
    assert "limits.account" in found
    assert found <= {"limits.account", "invariants.cash_differs"}


def test_a_budget_that_begins_twice(verdict_on, own):
    first = own.story.find("budget.appropriated/1")
    again = own.admin(
        first.stream, first.type, {**first.data, "document": "横财指〔2026〕8号"}, postings=first.postings
    )
    assert own.story.index(again) > own.story.index(first)
    assert codes(verdict_on(own.story)) == {"limits.accounts_again"}
