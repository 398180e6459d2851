"""Each amount is the standard times the quantity, and a list holds only once two people stand for it."""

from dataclasses import replace

from domain.kernel.ids import EventName, derived
from domain.subsidies import lists
from domain.subsidies.lists import (
    LINES_MAX,
    LINES_PER_EVENT,
    Line,
    SubsidyListConfirmed,
    SubsidyListLinesAdded,
    SubsidyListProposed,
    SubsidyListRejected,
    lines_digest,
    list_id,
)
from tests.domain.samples import CLERK, OFFICER, RIDER, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(lists.evolve)

PROGRAMME = derived("test", "programme")
STANDARD = EventName(f"subsidy_programme/{PROGRAMME}@1")
HOUSE = derived("test", "house")
LINES = (Line("household", HOUSE, 12_500, 140_563), Line("person", RIDER, 1_000, 11_245))
QUANTITIES = [("person", RIDER, 1_000), ("household", HOUSE, 12_500)]
PROPOSED = SubsidyListProposed(
    division=VILLAGE,
    programme_id=PROGRAMME,
    period="2026",
    version=1,
    standard=STANDARD,
    standard_fen=11_245,
    line_count=2,
    total_fen=151_808,
    lines_digest=lines_digest(LINES),
    lines=LINES,
    proposer_id=CLERK,
)
PROPOSE = {
    "division": VILLAGE,
    "division_valid": True,
    "programme_id": PROGRAMME,
    "programme_known": True,
    "period": "2026",
    "standard": STANDARD,
    "standard_fen": 11_245,
    "quantities": QUANTITIES,
    "outsiders": 0,
    "reason": None,
    "source": None,
    "blinded": False,
    "actor_id": CLERK,
}
BLINDED = replace(PROPOSED, blinded=True)
CONFIRMED = SubsidyListConfirmed(version=1, confirmer_id=OFFICER)
HOLDS = (PROPOSED, CONFIRMED)
REJECTED = SubsidyListRejected(version=1, rejecter_id=OFFICER, reason="wrong_figures")
OTHER_LINES = [("household", HOUSE, 13_000)]

TABLES = (
    Table(
        lists.evolve,
        lists.propose,
        HOLDS,
        {**PROPOSE, "quantities": OTHER_LINES, "reason": "量错了面积"},
        [
            row("subsidy_programme.unknown", programme_known=False),
            row("subsidy_list.outside_programme", division_valid=False),
            row("subsidy_list.waits", given=(PROPOSED,)),
            row("subsidy_list.no_standard", standard=None),
            row("subsidy_list.lines_out_of_range", quantities=[]),
            row("subsidy_list.lines_out_of_range", quantities=QUANTITIES * LINES_MAX),
            row("subsidy_list.payee_unknown", outsiders=1),
            row("subsidy_list.payee_unknown", quantities=[("village", HOUSE, 1)]),
            row("subsidy_list.payee_twice", quantities=[*QUANTITIES, ("household", RIDER, 1)]),
            row("subsidy_list.quantity_out_of_range", quantities=[("household", HOUSE, 0)]),
            row("subsidy_list.quantity_out_of_range", quantities=[("household", HOUSE, 10**11)]),
            row("subsidy_list.unchanged", quantities=QUANTITIES),
            row("reason.insufficient", reason=None, quantities=OTHER_LINES),
        ],
    ),
    Table(
        lists.evolve,
        lists.confirm,
        (PROPOSED,),
        {"version": 1, "actor_id": OFFICER, "blinded_id": derived("test", "blinded")},
        [
            row("subsidy_list.unknown", given=()),
            row("subsidy_list.not_waiting", given=HOLDS),
            row("subsidy_list.incomplete", given=(replace(PROPOSED, lines=LINES[:1]),)),
            row("subsidy_list.incomplete", given=(replace(PROPOSED, total_fen=1),)),
            row("chain.acted_twice", actor_id=CLERK),
            row("chain.acted_twice", actor_id=RIDER),
            row("chain.acted_twice", given=(BLINDED,), blinded_id=RIDER),
        ],
    ),
    Table(
        lists.evolve,
        lists.reject,
        (PROPOSED,),
        {"version": 1, "actor_id": OFFICER, "reason": "wrong_figures"},
        [
            row("subsidy_list.unknown", given=()),
            row("subsidy_list.not_waiting", version=2),
            row("sending_back.reason_unknown", reason="tired"),
        ],
    ),
)


@every_table(*TABLES)
def test_the_tables_own_facts_are_accepted(table):
    table.check_accepted()
    table.check_documented()


@every_row(*TABLES)
def test_refusals(table, position):
    table.check_row(position)


def test_a_list_is_proposed_and_confirmed():
    given().when(lists.propose, **PROPOSE).then(PROPOSED)
    given(PROPOSED).when(lists.confirm, version=1, actor_id=OFFICER, blinded_id=HOUSE).then(CONFIRMED)


def test_a_blinded_list_says_so_and_a_plain_one_nothing():
    given().when(lists.propose, **{**PROPOSE, "blinded": True}).then(BLINDED)
    given(BLINDED).when(lists.confirm, version=1, actor_id=RIDER, blinded_id=OFFICER).then(
        replace(CONFIRMED, confirmer_id=RIDER)
    )


def test_a_version_that_was_sent_back_leaves_the_one_that_holds():
    again = {**PROPOSE, "quantities": OTHER_LINES, "reason": "量错了面积"}
    second = given(*HOLDS).when(lists.propose, **again).events
    rejected = replace(REJECTED, version=2)
    state = given(*HOLDS, *second, rejected).state
    assert (state.latest, state.waiting, state.holding.number) == (2, None, 1)
    third = given(*HOLDS, *second, rejected).when(lists.propose, **again).events
    assert [one.version for one in third] == [3]
    assert (
        given(
            *HOLDS, *second, rejected, *third, SubsidyListConfirmed(version=3, confirmer_id=OFFICER)
        ).state.holding.number
        == 3
    )


def test_the_same_list_under_another_standard_is_another_version():
    again = {**PROPOSE, "standard_fen": 12_000, "reason": "提高了标准"}
    (second,) = given(*HOLDS).when(lists.propose, **again).events
    assert (second.version, second.total_fen) == (2, 162_000)


def test_a_long_list_goes_into_several_events_of_one_append():
    many = [("household", derived("test", n), 1_000 + n) for n in range(2 * LINES_PER_EVENT + 1)]
    first, *more = given().when(lists.propose, **{**PROPOSE, "quantities": many}).events
    assert [type(one) for one in more] == [SubsidyListLinesAdded, SubsidyListLinesAdded]
    lines = [*first.lines, *(line for one in more for line in one.lines)]
    assert (first.line_count, first.total_fen) == (len(many), sum(one.amount_fen for one in lines))
    assert first.lines_digest == lines_digest(reversed(lines)), "whatever the order"
    state = given(first, *more).state
    assert (state.waiting.count, state.waiting.sum_fen) == (first.line_count, first.total_fen)
    part = given(first, *more[:1])
    part.when(lists.confirm, version=1, actor_id=OFFICER, blinded_id=HOUSE).refused("subsidy_list.incomplete")


def test_one_programme_village_and_period_has_one_list():
    assert list_id(PROGRAMME, VILLAGE, "2026") == list_id(PROGRAMME, VILLAGE, "2026")
    assert list_id(PROGRAMME, VILLAGE, "2026") != list_id(PROGRAMME, VILLAGE, "2027")
