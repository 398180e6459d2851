"""A month is closed by two people, in order, and nothing is booked below a seal."""

from dataclasses import replace
from datetime import date

import pytest

from domain import periods
from domain.kernel.bank_sides import Explained
from domain.kernel.events import Sha256
from domain.kernel.ids import event_name
from domain.kernel.money import Fen
from domain.kernel.refusals import Refusal
from domain.periods import (
    Blocking,
    Disclosed,
    Figures,
    PeriodCloseProposed,
    PeriodCloseWithdrawn,
    PeriodSealed,
    Proposal,
    Reconciled,
    period_stream,
)
from tests.domain.samples import APPROVER, COUNTY, OFFICER, TOWNSHIP, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(periods.evolve)

IN_TRANSIT = Blocking("in_transit", 3, Fen(2_400))
CONFLICT = Blocking("conflicting_answers", 1, Fen(800))
EXPLAINED = (Explained("in_transit", 3, Fen(2_400), "银行未答复，下月跟进"),)
FIGURES = Figures("2026-11", 40, *(Sha256(sign * 64) for sign in "abcd"), EXPLAINED)


def flat(figures):
    names = ("month", "position", "root", "trial_balance", "reconciliation", "disclosures", "explained")
    return {"division": COUNTY, **{name: getattr(figures, name) for name in names}}


PROPOSED = PeriodCloseProposed(**flat(FIGURES), proposer_id=OFFICER)
WITHDRAWN = PeriodCloseWithdrawn(division=COUNTY, reason="漏记了一笔")
SEALED = PeriodSealed(**flat(FIGURES))
NEXT = replace(FIGURES, month="2026-12", position=90)
TABLES = (
    Table(
        periods.evolve,
        periods.propose_close,
        (PROPOSED, SEALED),
        {
            "county": COUNTY,
            "figures": NEXT,
            "blocking": (),
            "differences": (IN_TRANSIT,),
            "proposer_id": OFFICER,
            "on": date(2027, 1, 5),
        },
        [
            row("period.not_over", on=date(2026, 9, 30)),
            row("period.not_next", figures=replace(NEXT, month="2026-10")),
            row("period.not_next", figures=FIGURES),
            row("period.blocked", blocking=(CONFLICT,)),
            row("period.not_explained", differences=(replace(IN_TRANSIT, count=4),)),
            row("period.not_explained", figures=replace(NEXT, explained=())),
            row("period.not_explained", figures=replace(NEXT, explained=(replace(EXPLAINED[0], reason="xxxx"),))),
        ],
    ),
    Table(
        periods.evolve,
        periods.withdraw_close,
        (PROPOSED,),
        {"county": COUNTY, "month": "2026-11", "reason": "漏记了一笔"},
        [
            row("period.not_proposed", given=()),
            row("period.not_proposed", given=(PROPOSED, SEALED)),
            row("period.not_proposed", month="2026-10"),
            row("reason.insufficient", reason="。。。。"),
        ],
    ),
    Table(
        periods.evolve,
        periods.seal,
        (PROPOSED,),
        {
            "county": COUNTY,
            "month": "2026-11",
            "sealer_id": APPROVER,
            "shown_digest": FIGURES.digest,
            "now": FIGURES,
            "blocking": (),
        },
        [
            row("period.not_proposed", given=(PROPOSED, WITHDRAWN)),
            row("period.not_proposed", month="2026-12"),
            row("period.maker_is_checker", sealer_id=OFFICER),
            row("period.digest_differs", shown_digest=NEXT.digest),
            row("period.moved", now=replace(FIGURES, trial_balance=Sha256("e" * 64))),
            row("period.moved", now=replace(FIGURES, reconciliation=Sha256("e" * 64))),
            row("period.moved", now=replace(FIGURES, disclosures=Sha256("e" * 64))),
            row("period.blocked", blocking=(CONFLICT,)),
        ],
    ),
)


def test_what_one_person_proposed_another_seals():
    facts = {**TABLES[2].facts}
    given(PROPOSED).when(periods.seal, **facts).then(SEALED)
    after = given(PROPOSED, SEALED).state
    assert (after.sealed, after.closed_until) == ("2026-11", date(2026, 11, 30))
    assert after.last_seal == event_name(period_stream(COUNTY), 2)
    assert after.seals == {"2026-11": Proposal(FIGURES, OFFICER)}


def test_each_seal_names_the_one_before():
    given(PROPOSED, SEALED).when(periods.propose_close, **TABLES[0].facts).then(
        PeriodCloseProposed(**flat(NEXT), proposer_id=OFFICER, previous=event_name(period_stream(COUNTY), 2))
    )


def test_a_month_is_over_when_its_last_day_is():
    facts = {**TABLES[0].facts, "on": date(2026, 12, 31)}
    given(PROPOSED, SEALED).when(periods.propose_close, **facts).refused("period.not_over", month="2026-12")


def test_from_the_proposal_on_nothing_is_booked_in_the_month_until_it_is_withdrawn():
    proposed = given(PROPOSED).state
    with pytest.raises(Refusal, match=r"period\.closing"):
        periods.require_open(proposed, on=date(2026, 11, 30))
    periods.require_open(proposed, on=date(2026, 12, 1))
    periods.require_open(given(PROPOSED, WITHDRAWN).state, on=date(2026, 11, 30))
    periods.require_open(None, on=date(2026, 11, 30))


def test_nothing_is_booked_below_a_seal():
    sealed = given(PROPOSED, SEALED).state
    for day in (date(2026, 11, 30), date(2020, 1, 1)):
        with pytest.raises(Refusal, match=r"period\.sealed"):
            periods.require_open(sealed, on=day)
    periods.require_open(sealed, on=date(2026, 12, 1))


@pytest.mark.parametrize("day", [date(2026, 11, 30), date(2020, 1, 1), date(2026, 12, 1)])
def test_what_a_bank_tells_too_late_is_booked_on_the_first_open_day(day):
    for events in ((PROPOSED,), (PROPOSED, SEALED)):
        assert periods.first_open_day(given(*events).state, day) == date(2026, 12, 1)
    assert periods.first_open_day(None, day) == day


def test_the_digest_of_the_figures_covers_each_of_them():
    changed = [
        replace(FIGURES, month="2026-12"),
        replace(FIGURES, position=41),
        *(replace(FIGURES, **{name: Sha256("e" * 64)}) for name in ("root", "trial_balance", "reconciliation")),
        replace(FIGURES, disclosures=Sha256("e" * 64)),
        replace(FIGURES, explained=()),
    ]
    assert len({FIGURES.digest, *(one.digest for one in changed)}) == len(changed) + 1


def test_the_digest_of_what_is_disclosed_does_not_mind_the_order():
    rows = [Disclosed("reward.granted/1", place, 2, Fen(1_600)) for place in (VILLAGE, TOWNSHIP)]
    assert periods.disclosures_digest(rows) == periods.disclosures_digest(reversed(rows))
    assert periods.disclosures_digest(rows) != periods.disclosures_digest(rows[:1])


def test_the_digest_of_the_reconciliation_covers_figures_and_differences():
    paid = Reconciled("paid", Fen(800), Fen(800), Fen(800))
    told = periods.reconciliation_digest([paid], [IN_TRANSIT])
    assert told != periods.reconciliation_digest([replace(paid, bank_fen=None)], [IN_TRANSIT])
    assert told != periods.reconciliation_digest([paid], [])


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()
