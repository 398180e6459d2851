"""Neither a line nor a payment is matched beyond its amount, and by hand it takes two."""

from dataclasses import replace
from datetime import date

from domain import reconciliations
from domain.kernel.events import Sha256
from domain.kernel.ids import derived
from domain.kernel.matches import EntryKey, Match, Part
from domain.reconciliations import (
    ALLOCATIONS_MAX,
    Allocation,
    Joined,
    Matched,
    MatchProposed,
    ProposalRejected,
    StatementJoined,
    StatementSuperseded,
    SupersedingProposed,
    Unmatched,
    UnmatchProposed,
    gaps,
    overlapping,
)
from tests.domain.samples import APPROVER, OFFICER
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(reconciliations.evolve)

STATEMENT = derived("statement", 1)
OTHERS = derived("statement", 2)
KEY = EntryKey(STATEMENT, 3)
PAYMENT, OTHER = derived("payment", 1), derived("payment", 2)
AMOUNTS = {PAYMENT: 1000, OTHER: 500}
PART = Part(PAYMENT, -1000)
WHY = "银行摘要写明"


def allocation(tier=1, *, key=KEY, payment=PAYMENT, amount_fen=-1000):
    return Allocation(key.statement_id, key.number, tier, payment, amount_fen)


JOINED = StatementJoined(
    statement_id=STATEMENT,
    file=Sha256("b" * 64),
    since=date(2026, 11, 1),
    until=date(2026, 11, 30),
    opening_fen=0,
    closing_fen=-1000,
    entry_count=3,
)
MATCHED = Matched(allocations=(allocation(),))
ELSEWHERE = Matched(allocations=(allocation(key=EntryKey(STATEMENT, 9)),))
PROPOSED = MatchProposed(statement_id=STATEMENT, entry=3, allocations=(allocation(5),), reason=WHY, proposer_id=OFFICER)
BY_TWO = Matched(allocations=(allocation(5),), reason=WHY, proposer_id=OFFICER)
TAKE_BACK = UnmatchProposed(statement_id=STATEMENT, entry=3, reason=WHY, proposer_id=OFFICER)
DROPPED = ProposalRejected(statement_id=STATEMENT, entry=3, reason=WHY)
NEW = Joined(date(2026, 11, 16), date(2026, 12, 15), 5, 5, Sha256("c" * 64))
INSTEAD = SupersedingProposed(statement_id=OTHERS, superseded=(STATEMENT,), reason=WHY, proposer_id=OFFICER)

BY_HAND = {"key": KEY, "entry_fen": -1000, "parts": [PART], "amounts": AMOUNTS, "reason": WHY}
TABLES = (
    Table(
        reconciliations.evolve,
        reconciliations.join,
        given=(),
        facts={name: getattr(JOINED, name) for name in JOINED.__slots__},
        rows=[
            row("statement.already_recorded", given=(JOINED,)),
            row("statement.overlaps", given=(replace(JOINED, statement_id=OTHERS),)),
        ],
    ),
    Table(
        reconciliations.evolve,
        reconciliations.match_automatically,
        given=(),
        facts={"matches": [Match(KEY, 1, (PART,))], "amounts": AMOUNTS},
        rows=[
            row("reconciliation.tier_not_automatic", matches=[Match(KEY, 4, (PART,))]),
            row("reconciliation.entry_taken", given=(MATCHED,)),
            row("reconciliation.beyond_payment", given=(ELSEWHERE,)),
        ],
    ),
    Table(
        reconciliations.evolve,
        reconciliations.accept,
        given=(),
        facts=BY_HAND,
        rows=[
            row("reconciliation.entry_taken", given=(MATCHED,)),
            row("reason.insufficient", reason=" "),
            row("reconciliation.no_parts", parts=[]),
            row("reconciliation.part_of_other_sign", parts=[Part(PAYMENT, 1000)]),
            row("reconciliation.amount_differs", parts=[Part(OTHER, -500)]),
            row("reconciliation.beyond_payment", amounts={}),
        ],
    ),
    Table(
        reconciliations.evolve,
        reconciliations.propose,
        given=(),
        facts={**BY_HAND, "proposer_id": OFFICER},
        rows=[
            row("reconciliation.already_proposed", given=(PROPOSED,)),
            row("reason.insufficient", reason=""),
            row("reconciliation.no_parts", parts=[]),
            row("reconciliation.too_many_parts", parts=[Part(PAYMENT, -1)] * (ALLOCATIONS_MAX + 1)),
            row("reconciliation.part_of_other_sign", parts=[Part(PAYMENT, 0)]),
            row("reconciliation.beyond_entry", entry_fen=-999, parts=[PART]),
            row("reconciliation.beyond_payment", parts=[Part(PAYMENT, -600), Part(PAYMENT, -600)], entry_fen=-1200),
        ],
    ),
    Table(
        reconciliations.evolve,
        reconciliations.confirm,
        given=(PROPOSED,),
        facts={"key": KEY, "entry_fen": -1000, "amounts": AMOUNTS, "confirmer_id": APPROVER},
        rows=[
            row("reconciliation.not_proposed", given=()),
            row("chain.acted_twice", confirmer_id=OFFICER),
            row("reconciliation.beyond_entry", entry_fen=-999),
            row("reconciliation.beyond_payment", given=(PROPOSED, ELSEWHERE)),
        ],
    ),
    Table(
        reconciliations.evolve,
        reconciliations.reject,
        given=(PROPOSED,),
        facts={"key": KEY, "reason": WHY},
        rows=[
            row("reconciliation.not_proposed", given=()),
            row("reason.insufficient", reason=""),
        ],
    ),
    Table(
        reconciliations.evolve,
        reconciliations.propose_unmatch,
        given=(MATCHED,),
        facts={"key": KEY, "reason": WHY, "proposer_id": OFFICER},
        rows=[
            row("reconciliation.not_matched", given=()),
            row("reconciliation.already_proposed", given=(MATCHED, TAKE_BACK)),
            row("reason.insufficient", reason="错"),
        ],
    ),
    Table(
        reconciliations.evolve,
        reconciliations.unmatch,
        given=(MATCHED, TAKE_BACK),
        facts={"key": KEY, "confirmer_id": APPROVER},
        rows=[
            row("reconciliation.not_proposed", given=(MATCHED, TAKE_BACK, DROPPED)),
            row("chain.acted_twice", confirmer_id=OFFICER),
        ],
    ),
    Table(
        reconciliations.evolve,
        reconciliations.propose_superseding,
        given=(JOINED, MATCHED),
        facts={"statement_id": OTHERS, "new": NEW, "reason": WHY, "proposer_id": OFFICER},
        rows=[
            row("statement.not_in_conflict", given=()),
            row("statement.not_in_conflict", statement_id=STATEMENT),
            row("reason.insufficient", reason="错"),
            row("statement.matched_by_hand", given=(JOINED, BY_TWO)),
        ],
    ),
    Table(
        reconciliations.evolve,
        reconciliations.supersede,
        given=(JOINED, MATCHED, INSTEAD),
        facts={"statement_id": OTHERS, "new": NEW, "confirmer_id": APPROVER},
        rows=[
            row("statement.not_proposed", given=(JOINED,)),
            row("statement.not_proposed", given=(INSTEAD,)),
            row("chain.acted_twice", confirmer_id=OFFICER),
            row("statement.matched_by_hand", given=(JOINED, INSTEAD, BY_TWO)),
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


def test_a_confirmed_proposal_names_both():
    given(PROPOSED).when(
        reconciliations.confirm, key=KEY, entry_fen=-1000, amounts=AMOUNTS, confirmer_id=APPROVER
    ).then(Matched(allocations=(allocation(5),), reason=WHY, proposer_id=OFFICER))


def test_what_is_unmatched_is_free_again_and_waits_for_a_person():
    gone = Unmatched(statement_id=STATEMENT, entry=3, reason=WHY, proposer_id=OFFICER)
    given(MATCHED, TAKE_BACK).when(reconciliations.unmatch, key=KEY, confirmer_id=APPROVER).then(gone)
    state = given(MATCHED, gone).state
    assert (state.taken.by_entry, state.taken.by_side[PAYMENT, -1]) == ({}, 0)
    assert state.taken.released == {KEY}
    given(MATCHED, gone).when(reconciliations.accept, **BY_HAND).then(Matched(allocations=(allocation(4),), reason=WHY))


def test_a_statement_that_counts_no_longer_gives_its_payments_back():
    gone = StatementSuperseded(statement_id=OTHERS, superseded=(STATEMENT,), reason=WHY, proposer_id=OFFICER)
    told = given(JOINED, MATCHED, INSTEAD)
    told.when(reconciliations.supersede, statement_id=OTHERS, new=NEW, confirmer_id=APPROVER).then(gone)
    state = given(JOINED, MATCHED, INSTEAD, gone).state
    assert (state.statements, state.superseded, state.supersedings) == ({}, {STATEMENT}, {})
    assert (state.taken.by_entry, state.taken.by_side[PAYMENT, -1]) == ({}, 0)


def test_statements_that_share_a_day_contradict_each_other_unless_they_continue():
    """A bank that counts to midnight ends a statement on the day on which it begins the next."""
    before = {STATEMENT: joined(1, 0, 100)}
    day, later = date(2026, 1, 28), date(2026, 2, 28)
    assert overlapping(before, Joined(day, later, 100, 90, Sha256("c" * 64))) == ()
    assert overlapping(before, Joined(day, later, 99, 90, Sha256("c" * 64))) == (STATEMENT,)
    assert overlapping(before, Joined(day, later, None, None, Sha256("c" * 64))) == (STATEMENT,)
    assert overlapping(before, Joined(date(2026, 1, 29), later, 99, 90, Sha256("c" * 64))) == ()
    assert overlapping(before, Joined(date(2026, 1, 1), later, 100, 90, Sha256("c" * 64))) == (STATEMENT,)


def test_a_line_may_be_matched_in_parts_by_hand():
    half = Matched(allocations=(allocation(5, payment=OTHER, amount_fen=-500),), reason=WHY, proposer_id=OFFICER)
    rest = {**BY_HAND, "parts": [Part(PAYMENT, -500)], "proposer_id": OFFICER}
    assert given(half).when(reconciliations.propose, **rest).refusal is None
    whole = {**BY_HAND, "proposer_id": OFFICER}
    given(half).when(reconciliations.propose, **whole).refused("reconciliation.beyond_entry")


def test_a_dropped_proposal_can_be_made_again():
    dropped = ProposalRejected(statement_id=STATEMENT, entry=3, reason=WHY)
    again = {**BY_HAND, "proposer_id": OFFICER}
    given(PROPOSED, dropped).when(reconciliations.propose, **again).then(PROPOSED)


def test_many_matches_come_in_several_events():
    many = [Match(EntryKey(STATEMENT, n), 1, (Part(derived("p", n), -1),)) for n in range(1, ALLOCATIONS_MAX + 2)]
    amounts = {match.parts[0].payment_id: 1 for match in many}
    events = given().when(reconciliations.match_automatically, matches=many, amounts=amounts).events
    assert [len(event.allocations) for event in events] == [ALLOCATIONS_MAX, 1]


def joined(month, opening_fen, closing_fen):
    days = date(2026, month, 1), date(2026, month, 28)
    return Joined(*days, opening_fen, closing_fen, Sha256("b" * 64))


def test_a_gap_is_found_wherever_the_statement_arrives_and_closes_when_it_comes():
    first, second, third = derived("s", 1), derived("s", 2), derived("s", 3)
    row_ = {third: joined(3, 50, 60), first: joined(1, 0, 100)}
    assert gaps(row_) == {third: -50}
    assert gaps({**row_, second: joined(2, 100, 50)}) == {}
    assert gaps({**row_, second: joined(2, None, None)}) == {third: -50}
