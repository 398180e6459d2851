"""What becomes of points when people move, marry, split up or die: the head agrees, two clerks write it down."""

from dataclasses import replace

from domain import points_shares
from domain.kernel.ids import derived
from domain.points_shares import (
    Circumstances,
    Holder,
    PointsShareConfirmed,
    PointsShareProposed,
    PointsShareRejected,
)
from tests.domain.samples import CLERK, GRID_WORKER, OTHER_RIDER, RIDER, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(points_shares.evolve)

OLD, NEW = Holder("household", derived("test", "old house")), Holder("household", derived("test", "new house"))
SPLIT = Circumstances(
    left=frozenset({RIDER}),
    gone_over=frozenset({OTHER_RIDER}),
    heads=frozenset({RIDER}),
    involved=frozenset({RIDER, OTHER_RIDER}),
)
MERGED = replace(SPLIT, left=frozenset(), heads=frozenset({OTHER_RIDER}))
PROPOSED = PointsShareProposed(
    division=VILLAGE,
    reason="split",
    giver=OLD,
    taker=NEW,
    points=40,
    agreed_by=RIDER,
    document="分户协议1号",
    proposer_id=CLERK,
)
ALL = replace(PROPOSED, reason="merged", points=None, agreed_by=OTHER_RIDER)
CONFIRMED = PointsShareConfirmed(confirmer_id=GRID_WORKER)
REJECTED = PointsShareRejected(rejecter_id=CLERK, reason="not_agreed")
PROPOSE = {
    "division": VILLAGE,
    "reason": "split",
    "giver": OLD,
    "taker": NEW,
    "found": SPLIT,
    "held": 100,
    "points": 40,
    "agreed_by": RIDER,
    "document": "分户协议1号",
    "actor_id": CLERK,
}
TABLES = (
    Table(
        points_shares.evolve,
        points_shares.propose,
        (),
        PROPOSE,
        [
            row("points_share.already_proposed", given=(PROPOSED,)),
            row("deed.reason_unknown", reason="mood"),
            row("points_share.same_holder", taker=OLD),
            row("points_share.nobody_went_over", found=replace(SPLIT, gone_over=frozenset())),
            row("points_share.somebody_left", points=None, found=SPLIT),
            row("points_share.share_out_of_range", points=101),
            row("points_share.share_out_of_range", points=0),
            row("points_share.not_the_head", agreed_by=OTHER_RIDER),
            row("chain.acted_twice", actor_id=OTHER_RIDER),
        ],
    ),
    Table(
        points_shares.evolve,
        points_shares.confirm,
        (ALL,),
        {"found": MERGED, "actor_id": GRID_WORKER},
        [
            row("points_share.unknown", given=()),
            row("points_share.not_proposed", given=(ALL, CONFIRMED)),
            row("points_share.somebody_left", found=SPLIT),
            row("chain.acted_twice", actor_id=CLERK),
            row("chain.acted_twice", actor_id=OTHER_RIDER),
        ],
    ),
    Table(
        points_shares.evolve,
        points_shares.reject,
        (PROPOSED,),
        {"actor_id": CLERK, "reason": "not_agreed"},
        [
            row("points_share.unknown", given=()),
            row("points_share.not_proposed", given=(PROPOSED, REJECTED)),
            row("deed.reason_unknown", reason="mood"),
        ],
    ),
)


def test_everything_goes_where_nobody_is_left():
    facts = {**PROPOSE, "reason": "merged", "points": None, "found": MERGED, "agreed_by": OTHER_RIDER}
    given().when(points_shares.propose, **facts).then(ALL)


def test_a_share_may_go_where_nobody_is_left_either():
    """A household that splits into two new ones: the one gets a share, the other the rest."""
    facts = {**PROPOSE, "found": replace(MERGED, heads=frozenset({RIDER}))}
    given().when(points_shares.propose, **facts).then(PROPOSED)


@every_row(*TABLES)
def test_refusals(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_tables_own_facts_are_accepted_and_documented(table):
    table.check_accepted()
    table.check_documented()
