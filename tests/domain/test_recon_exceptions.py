"""What bank and books do not both say stays open until it is matched or somebody says what it was."""

from dataclasses import replace

import pytest

from domain import recon_exceptions
from domain.kernel.ids import derived
from domain.recon_exceptions import (
    BLOCKING,
    ExceptionAssigned,
    ExceptionOpened,
    ExceptionResolved,
    ExplanationProposed,
    ExplanationRejected,
    Subject,
)
from tests.domain.samples import APPROVER, OFFICER
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(recon_exceptions.evolve)

SUBJECT = Subject("credit_without_origin", statement_id=derived("statement", 1), entry=3)
OPENED = ExceptionOpened(
    kind="credit_without_origin",
    statement_id=derived("statement", 1),
    entry=3,
    amount_fen=500,
    blocking="close",
)
ASSIGNED = ExceptionAssigned(owner_id=OFFICER)
PROPOSED = ExplanationProposed(outcome="explained", reason="银行结息", proposer_id=OFFICER)
REJECTED = ExplanationRejected(reason="不是利息")
EXPLAINED = ExceptionResolved(outcome="explained", reason="银行结息", proposer_id=OFFICER)
OPEN_FACTS = {"subject": SUBJECT, "amount_fen": 500}
ASSIGN_FACTS = {"owner_id": OFFICER, "owner_known": True}
EXPLAIN_FACTS = {"outcome": "explained", "reason": "银行结息", "proposer_id": OFFICER}

TABLES = (
    Table(
        recon_exceptions.evolve,
        recon_exceptions.open_,
        given=(),
        facts=OPEN_FACTS,
        rows=[row("exception.kind_unknown", subject=Subject("moon"))],
    ),
    Table(
        recon_exceptions.evolve,
        recon_exceptions.assign,
        given=(OPENED,),
        facts=ASSIGN_FACTS,
        rows=[
            row("exception.unknown", given=()),
            row("exception.not_open", given=(OPENED, EXPLAINED)),
            row("person.unknown", owner_known=False),
        ],
    ),
    Table(
        recon_exceptions.evolve,
        recon_exceptions.propose,
        given=(OPENED,),
        facts=EXPLAIN_FACTS,
        rows=[
            row("exception.unknown", given=()),
            row("exception.not_open", given=(OPENED, EXPLAINED)),
            row("exception.to_be_claimed", given=(replace(OPENED, kind="paid_twice"),)),
            row("exception.outcome_unknown", outcome="matched"),
            row("reason.insufficient", reason="利息。"),
        ],
    ),
    Table(
        recon_exceptions.evolve,
        recon_exceptions.confirm,
        given=(OPENED, PROPOSED),
        facts={"confirmer_id": APPROVER},
        rows=[
            row("exception.unknown", given=()),
            row("exception.not_open", given=(OPENED, PROPOSED, EXPLAINED)),
            row("exception.not_proposed", given=(OPENED, PROPOSED, REJECTED)),
            row("chain.acted_twice", confirmer_id=OFFICER),
        ],
    ),
    Table(
        recon_exceptions.evolve,
        recon_exceptions.reject,
        given=(OPENED, PROPOSED),
        facts={"reason": "不是利息"},
        rows=[
            row("exception.unknown", given=()),
            row("exception.not_open", given=(OPENED, EXPLAINED)),
            row("exception.not_proposed", given=(OPENED,)),
            row("reason.insufficient", reason="……"),
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


@pytest.mark.parametrize("kind", sorted(BLOCKING))
def test_every_kind_is_opened_with_its_weight(kind):
    outcome = given().when(recon_exceptions.open_, subject=Subject(kind), amount_fen=1)
    assert [event.blocking for event in outcome.events] == [BLOCKING[kind]]


def test_what_one_person_says_another_confirms():
    given(OPENED, PROPOSED).when(recon_exceptions.confirm, confirmer_id=APPROVER).then(EXPLAINED)
    given(OPENED, PROPOSED, OPENED).when(recon_exceptions.confirm, confirmer_id=APPROVER).refused(
        "exception.not_proposed"
    )


def test_while_it_is_open_for_the_same_amount_it_is_not_opened_again():
    given(OPENED).when(recon_exceptions.open_, **OPEN_FACTS).then()
    assert given(OPENED).when(recon_exceptions.open_, subject=SUBJECT, amount_fen=700).events[0].amount_fen == 700


def test_what_a_person_explained_comes_up_again_only_with_another_amount():
    given(OPENED, EXPLAINED).when(recon_exceptions.open_, **OPEN_FACTS).then()
    again = given(OPENED, ASSIGNED, EXPLAINED).when(recon_exceptions.open_, subject=SUBJECT, amount_fen=700)
    assert again.events[0].amount_fen == 700


def test_what_ended_by_itself_can_come_up_again_and_keeps_its_owner():
    ended = ExceptionResolved(outcome="matched", reason="")
    given(OPENED, ASSIGNED, ended).when(recon_exceptions.open_, **OPEN_FACTS).then(OPENED)
    assert given(OPENED, ASSIGNED, ended, OPENED).state.owner_id == OFFICER


@pytest.mark.parametrize(("matched", "outcome"), [(True, "matched"), (False, "no_longer")])
def test_what_no_longer_holds_ends_by_itself(matched, outcome):
    ended = ExceptionResolved(outcome=outcome, reason="")
    given(OPENED).when(recon_exceptions.clear, matched=matched).then(ended)
    given(OPENED, ended).when(recon_exceptions.clear, matched=matched).then()
    given().when(recon_exceptions.clear, matched=matched).then()


def test_two_differences_about_the_same_are_one():
    assert Subject("partial", entry=1).id != Subject("partial", entry=2).id
    assert SUBJECT.stream == f"exception/{SUBJECT.id}"
