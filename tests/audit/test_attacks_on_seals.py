"""Seals of months that a lying server writes: with the right keys and in the right place, and yet caught."""

from collections import defaultdict
from dataclasses import asdict
from datetime import date
from uuid import UUID

import pytest

from audit.findings import Check, Status
from domain import accounts
from domain.kernel.bank_sides import Explained, Item, Side, bank_side
from domain.kernel.ids import derived
from domain.periods import Blocking, Disclosed, Reconciled, disclosures_digest, reconciliation_digest
from domain.recon_exceptions import Subject
from domain.statements import Line, entries_digest
from domain.trial_balance import control_of, trial_balance_digest
from journal.merkle import Frontier, leaf_hash
from tests.audit.story import COUNTY, VILLAGE, codes, person, seeded

PERIOD = f"period/{derived('period', COUNTY)}"
WRONG = seeded("wrong").hex()


def balances(drafts):
    """What every control account was debited and credited."""
    sums = defaultdict(lambda: [0, 0])
    for draft in drafts:
        for account, commodity, amount in draft.postings:
            sums[control_of(account), commodity][0 if amount > 0 else 1] += abs(amount)
    return sums


def figures(county, *, until="2026-02-31"):
    """What February is closed with, added up here from the drafts; nothing is in transit any more."""
    drafts = [draft for draft in county.story.drafts if draft.on <= until]
    sums = balances(drafts)
    granted = [draft for draft in drafts if draft.type == "reward.granted/1"]
    paid = sum(draft.postings[-2].amount for draft in drafts if draft.type == "payment.settled/1")
    rows = [Reconciled(kind, 0, 0) for kind in ("payable", "in_transit", "returned")]
    frontier = Frontier()
    frontier.extend(map(leaf_hash, county.story.entries()))
    total = sum(draft.data["amount_fen"] for draft in granted)
    return {
        "division": COUNTY,
        "month": "2026-02",
        "position": len(county.story.drafts),
        "root": frontier.root().hex(),
        "trial_balance": trial_balance_digest((*account, *sides) for account, sides in sums.items()),
        "reconciliation": reconciliation_digest([*rows, Reconciled("paid", paid, paid)], []),
        "disclosures": disclosures_digest([Disclosed("reward.granted/1", VILLAGE, len(granted), total)]),
        "explained": [],
    }


BANKED = derived("statement", "bank")
STATEMENT, ACCOUNT = f"statement/{BANKED}", f"reconciliation/{derived('reconciliation', 'bank')}"
WHY = "县里另有专项支出"
UNKNOWN_FEN = -88_800


def told(county, *, confirmed_by=None):
    """The bank's February: one debit that nobody knows, which two people explain; no line for what was paid."""
    add, maker, checker = county.story.add, county.maker, confirmed_by or county.checker
    officer = {"by": maker, "role": "county_officer", "on": "2026-03-01"}
    lines = [Line(number=1, booked_on=date(2026, 2, 20), amount_fen=UNKNOWN_FEN)]
    head = {
        "account_digest": WRONG,
        "since": "2026-02-01",
        "until": "2026-02-28",
        "entry_count": 1,
        "entries_digest": entries_digest(lines),
        "file": {"sha256": WRONG, "length": 1},
        "profile": "neutral-statement",
    }
    add(STATEMENT, "statement.recorded/1", head, **officer)
    entry = {"number": 1, "booked_on": "2026-02-20", "amount_fen": UNKNOWN_FEN}
    add(STATEMENT, "statement.entries_recorded/1", {"first": 1, "entries": [entry]}, **officer)
    joined = {
        "statement_id": str(BANKED),
        "file": WRONG,
        "entry_count": 1,
        "since": "2026-02-01",
        "until": "2026-02-28",
    }
    add(ACCOUNT, "reconciliation.statement_joined/1", joined, **officer)
    about = Subject("debit_without_origin", BANKED, 1)
    opened = {
        "kind": about.kind,
        "statement_id": str(BANKED),
        "entry": 1,
        "amount_fen": UNKNOWN_FEN,
        "blocking": "close",
    }
    add(about.stream, "exception.opened/1", opened, **officer)
    said = {"outcome": "explained", "reason": WHY, "proposer_id": maker}
    add(about.stream, "exception.explanation_proposed/1", said, **officer)
    role = "county_officer" if checker == maker else "county_approver"
    add(about.stream, "exception.resolved/1", said, by=checker, role=role, on="2026-03-01")


def by_the_bank(county, **changes):
    """What February is closed with once the bank has told of it; `changes` are lies about the bank's side."""
    drafts = county.story.drafts
    funds = [one for draft in drafts for one in draft.postings if accounts.is_funds(one[0])]
    paid = -sum(one[2] for draft in drafts for one in draft.postings if one in funds and draft.type.startswith("pay"))
    books = sum(one[2] for one in funds)
    explained = [Explained("debit_without_origin", 1, UNKNOWN_FEN, WHY, UUID(county.maker), UUID(county.checker))]
    side = bank_side(
        funds="quota",
        on=date(2026, 2, 28),
        debits=Side(1, UNKNOWN_FEN, 0, UNKNOWN_FEN),
        credits=Side(),
        books_fen=books,
        bank_fen=books + paid + UNKNOWN_FEN,
        paid_fen=-UNKNOWN_FEN,
        items=[
            Item("bank", date(2026, 2, 20), UNKNOWN_FEN, f"statement/{BANKED}/1"),
            Item("books", date(2026, 2, 20), -paid, "payments of February"),
        ],
        explained=explained,
    )
    bank = {**asdict(side), "on": "2026-02-28", **changes}
    rows = [Reconciled(kind, 0, 0) for kind in ("payable", "in_transit", "returned")]
    rows.append(Reconciled("paid", paid, paid, bank["paid_fen"]))
    apart = Blocking("bank_paid", 1, abs(bank["paid_fen"] - paid))
    two = {"proposer_id": county.maker, "confirmer_id": county.checker}
    listed = {"kind": "debit_without_origin", "count": 1, "amount_fen": UNKNOWN_FEN, "reason": WHY, **two}
    return {
        "bank": bank,
        "reconciliation": reconciliation_digest(rows, [apart], bank),
        "explained": [{**asdict(apart), "reason": "另有说明的支出"}, listed],
    }


def test_the_banks_side_is_told_anew(verdict_on, county):
    told(county)
    sealed(county, propose(county, **by_the_bank(county)))
    assert codes(verdict_on(county.story)) == set()


def test_a_seal_that_says_nothing_of_the_bank(verdict_on, county):
    told(county)
    sealed(county, propose(county))
    assert codes(verdict_on(county.story)) == {"periods.bank"}


NO_LINE = asdict(Side())
OPEN_LINE = asdict(Side(1, UNKNOWN_FEN, 0, 0, UNKNOWN_FEN, 1))
MATCHED_LINE = asdict(Side(1, UNKNOWN_FEN, UNKNOWN_FEN))


@pytest.mark.parametrize(
    ("lie", "found"),
    [
        ({"debits": NO_LINE}, {"periods.bank"}),
        ({"debits": MATCHED_LINE}, {"periods.bank"}),
        ({"debits": OPEN_LINE}, {"periods.bank", "periods.lines_open"}),
        ({"explained": WRONG}, {"periods.bank"}),
        ({"explained_count": 0}, {"periods.bank"}),
        ({"on": "2026-02-27"}, {"periods.bank", "periods.reconciliation"}),
        ({"paid_fen": 0}, {"periods.bank", "periods.items"}),
        ({"books_fen": 5}, {"periods.bank", "periods.balance"}),
        ({"bank_items_fen": 0}, {"periods.items", "periods.balance"}),
    ],
)
def test_a_line_of_the_bank_that_a_seal_leaves_out_or_calls_matched(verdict_on, county, lie, found):
    told(county)
    sealed(county, propose(county, **by_the_bank(county, **lie)))
    assert codes(verdict_on(county.story)) == found


def test_unknown_money_that_one_person_explains(verdict_on, county):
    told(county, confirmed_by=county.maker)
    sealed(county, propose(county, **by_the_bank(county)))
    assert codes(verdict_on(county.story)) == {"reconciliation.explained_by_one", "periods.bank"}


def propose(county, *, on="2026-03-02", **changes):
    data = {**figures(county), "proposer_id": county.maker, **changes}
    return county.story.add(PERIOD, "period.close_proposed/1", data, by=county.maker, role="county_officer", on=on)


def sealed(county, proposed, *, by=None, on="2026-03-02", **changes):
    data = {name: value for name, value in proposed.data.items() if name != "proposer_id"}
    by = by or county.checker
    return county.story.add(PERIOD, "period.sealed/1", {**data, **changes}, by=by, role="county_approver", on=on)


def test_a_month_closed_by_two_people_is_whole(verdict_on, county):
    sealed(county, propose(county))
    report = verdict_on(county.story)
    assert codes(report) == set()
    (closing,) = [one for one in report.checks if one.check is Check.PERIODS]
    assert (closing.status, closing.summary) == (Status.PASSED, {"seals": 1, "month": "2026-02"})


@pytest.mark.parametrize("name", ["trial_balance", "reconciliation", "disclosures", "root"])
def test_figures_that_never_stood_in_the_books(verdict_on, county, name):
    sealed(county, propose(county, **{name: WRONG}))
    assert codes(verdict_on(county.story)) == {f"periods.{name}"}


def test_a_seal_of_other_figures_than_were_proposed(verdict_on, county):
    sealed(county, propose(county), explained=[{"kind": "x", "count": 1, "amount_fen": 5, "reason": "y"}])
    assert codes(verdict_on(county.story)) == {"periods.other_figures", "periods.reconciliation"}


def test_a_reason_for_a_difference_that_there_was_not(verdict_on, county):
    explained = [{"kind": "in_transit", "count": 1, "amount_fen": 1000, "reason": "银行未答复"}]
    sealed(county, propose(county, explained=explained))
    assert codes(verdict_on(county.story)) == {"periods.reconciliation"}


def test_one_person_closes_a_month_alone(verdict_on, county):
    proposed = propose(county)
    seal = sealed(county, proposed, by=county.maker)
    seal.role = "county_officer"
    assert codes(verdict_on(county.story)) == {"periods.one_person", "roles.may_not"}


def test_a_seal_that_nobody_proposed(verdict_on, county):
    proposed = propose(county)
    county.story.drafts.remove(proposed)
    sealed(county, proposed)
    assert codes(verdict_on(county.story)) == {"periods.not_proposed"}


def test_something_is_booked_below_a_seal(verdict_on, county):
    """Everything else about it is in order: it is only too late."""
    sealed(county, propose(county))
    postings = accounts.budget_adjusted(county.budget, 500)
    data = {"document": "财指〔2026〕99号", "amount_fen": 500, "reason": "追加"}
    late = county.admin(f"budget/{county.budget}", "budget.adjusted/1", data, postings=postings)
    late.on = "2026-02-28"
    assert codes(verdict_on(county.story)) == {"periods.below_seal"}
    late.on = "2026-03-03"
    assert codes(verdict_on(county.story)) == set()


def test_something_is_booked_between_proposal_and_seal(verdict_on, county):
    proposed = propose(county)
    data = {"document": "财指〔2026〕99号", "amount_fen": 500, "reason": "追加"}
    postings = accounts.budget_adjusted(county.budget, 500)
    county.admin(f"budget/{county.budget}", "budget.adjusted/1", data, postings=postings).on = "2026-02-28"
    sealed(county, proposed)
    assert codes(verdict_on(county.story)) == {"periods.below_seal", "periods.trial_balance"}


def test_a_month_is_sealed_before_it_is_over(verdict_on, county):
    sealed(county, propose(county, on="2026-02-28"), on="2026-02-28")
    assert codes(verdict_on(county.story)) == {"periods.not_over"}


def test_a_month_is_left_out(verdict_on, county):
    first = sealed(county, propose(county))
    name = county.story.name_of(first)
    empty = disclosures_digest([])
    april = {"month": "2026-04", "previous": name, "disclosures": empty}
    sealed(county, propose(county, on="2026-05-02", **april), on="2026-05-02")
    assert codes(verdict_on(county.story)) == {"periods.order"}


def test_a_seal_that_denies_the_one_before(verdict_on, county):
    sealed(county, propose(county))
    march = {"month": "2026-03", "disclosures": disclosures_digest([])}
    sealed(county, propose(county, on="2026-04-02", **march), on="2026-04-02")
    assert codes(verdict_on(county.story)) == {"periods.chain"}


def test_a_proposal_in_the_name_of_another(verdict_on, county):
    sealed(county, propose(county, proposer_id=person("nobody")))
    assert codes(verdict_on(county.story)) == {"periods.signed_by_another"}


def test_a_position_after_the_seal_itself(verdict_on, county):
    sealed(county, propose(county, position=10_000))
    assert codes(verdict_on(county.story)) == {"periods.position"}


def test_a_budget_is_closed_with_more_than_was_left(verdict_on, county):
    data = {"lapsed_fen": 100}
    postings = accounts.budget_closed(county.budget, 100)
    closed = county.admin(f"budget/{county.budget}", "budget.closed/1", data, postings=postings)
    closed.on = "2026-12-31"
    assert codes(verdict_on(county.story)) == {"limits.lapsed"}
    closed.on = "2026-12-30"
    assert codes(verdict_on(county.story)) == {"limits.lapsed", "limits.closed_early"}


def test_a_closed_budget_is_charged_and_a_document_is_used_twice(verdict_on, county):
    reward = county.story.find("reward.granted/1")
    index = county.story.index(reward)
    closed = county.admin(f"budget/{county.budget}", "budget.closed/1", {"lapsed_fen": 0})
    county.story.drafts.remove(closed)
    county.story.drafts.insert(index, closed)
    closed.on = "2026-12-31"
    assert codes(verdict_on(county.story)) == {"limits.lapsed", "limits.budget_closed"}
    document = county.story.find("budget.appropriated/1").data["document"]
    postings = accounts.budget_adjusted(county.budget, 5)
    changed = {"document": document, "amount_fen": 5, "reason": "追加"}
    county.story.drafts.remove(closed)
    county.admin(f"budget/{county.budget}", "budget.adjusted/1", changed, postings=postings)
    assert codes(verdict_on(county.story)) == {"limits.document_reused"}


def allowance(county, **changes):
    """600 yuan for the grid worker in February, by the officer."""
    data = {
        "payee_id": county.worker,
        "division": VILLAGE,
        "month": "2026-02",
        "amount_fen": 600,
        "basis": "岗位津贴",
        "granter_id": county.officer,
        "budget_id": county.budget,
        "budget_year": 2026,
        **changes,
    }
    stream = f"allowance/{derived('allowance', data['payee_id'], data['month'], data['basis'])}"
    postings = accounts.reward_granted(data["payee_id"], data["budget_id"], data["amount_fen"])
    return county.step(stream, "allowance.granted/1", data, county.officer, "county_officer", postings=postings)


def test_allowances_for_whom_they_are_not(verdict_on, county):
    allowance(county)
    assert codes(verdict_on(county.story)) == set()
    allowance(county)
    assert codes(verdict_on(county.story)) == {"duties.allowance_again"}
    county.story.drafts.pop()
    allowance(county, payee_id=county.rider)
    assert codes(verdict_on(county.story)) == {"duties.not_served"}
    county.story.drafts.pop()
    allowance(county, month="2026-03", granter_id=county.maker)
    assert codes(verdict_on(county.story)) == {"duties.month_ahead", "duties.signed_by_another"}


def test_an_allowance_in_a_batch_of_rewards(verdict_on, county):
    """A reward of the first batch is called an allowance of another month: the payroll does not fit it."""
    batch = county.story.find("payout_batch.frozen/1")
    batch.data["payroll"] = "allowance"
    assert codes(verdict_on(county.story)) == {"duties.payroll"}
