"""What the village promises is kept when another says so; its day never moves."""

from datetime import timedelta

from domain.affairs import commitments
from domain.affairs.commitments import (
    DAYS_MAX,
    CommitmentFulfilled,
    CommitmentMade,
    CommitmentProgressed,
    CommitmentWithdrawn,
)
from domain.kernel.affairs import TEXT_CHARS_MAX, TITLE_CHARS_MAX
from tests.domain.samples import APPROVER, CLERK, GRID_WORKER, OFFICER, TODAY, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(commitments.evolve)

MADE_ON, DUE = TODAY - timedelta(days=3), TODAY + timedelta(days=30)
MADE = CommitmentMade(
    division=VILLAGE, title="修通三组道路", responsible="村民委员会", made_on=MADE_ON, due_on=DUE, maker_id=CLERK
)
PROGRESSED = CommitmentProgressed(reporter_id=GRID_WORKER, note="路基已完成。")
FULFILLED = CommitmentFulfilled(fulfilled_on=TODAY, note="已通车。", confirmer_id=OFFICER)
WITHDRAWN = CommitmentWithdrawn(withdrawer_id=OFFICER, reason="superseded", note="并入县里的项目。")
MAKE = {
    "division": VILLAGE,
    "division_known": True,
    "title": "修通三组道路",
    "responsible": "村民委员会",
    "made_on": MADE_ON,
    "due_on": DUE,
    "today": TODAY,
    "actor_id": CLERK,
}
LONG = "字" * (TEXT_CHARS_MAX + 1)
TABLES = (
    Table(
        commitments.evolve,
        commitments.make,
        (),
        MAKE,
        [
            row("commitment.already_made", given=(MADE,)),
            row("place.unknown", division_known=False),
            row("affair.text_missing", title=""),
            row("affair.text_missing", title="修路", responsible=""),
            row("affair.text_too_long", title="字" * (TITLE_CHARS_MAX + 1), responsible="村委会"),
            row("affair.day_in_future", made_on=TODAY + timedelta(days=1)),
            row("commitment.due_out_of_range", due_on=MADE_ON - timedelta(days=1)),
            row("commitment.due_out_of_range", made_on=MADE_ON, due_on=MADE_ON + timedelta(days=DAYS_MAX + 1)),
        ],
    ),
    Table(
        commitments.evolve,
        commitments.progress,
        (MADE,),
        {"note": "路基已完成。", "actor_id": GRID_WORKER},
        [
            row("commitment.unknown", given=()),
            row("commitment.is_over", given=(MADE, FULFILLED)),
            row("affair.text_missing", note=""),
            row("affair.text_too_long", note=LONG),
        ],
    ),
    Table(
        commitments.evolve,
        commitments.fulfil,
        (MADE, PROGRESSED),
        {"fulfilled_on": TODAY, "note": "已通车。", "today": TODAY, "actor_id": OFFICER},
        [
            row("commitment.unknown", given=()),
            row("commitment.is_over", given=(MADE, WITHDRAWN)),
            row("affair.day_in_future", fulfilled_on=TODAY + timedelta(days=1)),
            row("commitment.kept_before_made", fulfilled_on=MADE_ON - timedelta(days=1)),
            row("affair.text_missing", note=""),
            row("affair.text_too_long", note=LONG),
            row("chain.acted_twice", actor_id=CLERK),
            row("chain.acted_twice", actor_id=GRID_WORKER),
        ],
    ),
    Table(
        commitments.evolve,
        commitments.withdraw,
        (MADE,),
        {"reason": "superseded", "note": "并入县里的项目。", "actor_id": OFFICER},
        [
            row("commitment.unknown", given=()),
            row("commitment.is_over", given=(MADE, FULFILLED)),
            row("affair.reason_unknown", reason="tired"),
            row("affair.text_missing", note=""),
            row("affair.text_too_long", note=LONG),
            row("chain.acted_twice", actor_id=CLERK),
        ],
    ),
)


@every_row(*TABLES)
def test_refusals_in_order(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_what_is_accepted_and_said(table):
    table.check_accepted()
    table.check_documented()


def test_a_promise_is_made_reported_on_and_kept():
    given().when(commitments.make, **MAKE).then(MADE)
    given(MADE).when(commitments.progress, note="路基已完成。", actor_id=GRID_WORKER).then(PROGRESSED)
    kept = {"fulfilled_on": TODAY, "note": "已通车。", "today": TODAY, "actor_id": OFFICER}
    given(MADE, PROGRESSED).when(commitments.fulfil, **kept).then(FULFILLED)


def test_an_overdue_promise_can_still_be_kept():
    """That its day has passed is seen from it, and moves nothing."""
    late = TODAY + timedelta(days=400)
    kept = {"fulfilled_on": late, "note": "已通车。", "today": late, "actor_id": APPROVER}
    given(MADE).when(commitments.fulfil, **kept).then(
        CommitmentFulfilled(fulfilled_on=late, note="已通车。", confirmer_id=APPROVER)
    )


def test_who_reported_may_withdraw_what_he_did_not_promise():
    given(MADE, PROGRESSED).when(
        commitments.withdraw, reason="superseded", note="并入县里的项目。", actor_id=OFFICER
    ).then(WITHDRAWN)
