"""A micro-project rests on a resolution, stays within its budget, and is accepted by two who had no part in it."""

from dataclasses import replace

from domain.affairs import projects
from domain.affairs.projects import (
    AMOUNT_FEN_MAX,
    CONTRACTORS_MAX,
    Authorisation,
    ProjectAccepted,
    ProjectClosed,
    ProjectContracted,
    ProjectProgressed,
    ProjectProposed,
    ProjectSentBack,
)
from domain.kernel.affairs import TEXT_CHARS_MAX, TITLE_CHARS_MAX
from domain.kernel.ids import derived, event_name, stream_name
from domain.kernel.money import Fen
from tests.domain.samples import APPROVER, CLERK, COUNTY, GRID_WORKER, OFFICER, RIDER, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(projects.evolve)

RESOLUTION = event_name(stream_name("meeting", derived("test", "meeting")), 3)
BUDGET = 5_000_000
PROPOSED = ProjectProposed(
    division=VILLAGE, title="三组道路硬化", resolution=RESOLUTION, budget_fen=Fen(BUDGET), proposer_id=CLERK
)
CONTRACTED = ProjectContracted(
    contractor="横峰县某某建筑公司",
    contractor_ids=(RIDER,),
    amount_fen=Fen(4_800_000),
    document="村建〔2026〕2号",
    recorder_id=CLERK,
)
PROGRESSED = ProjectProgressed(reporter_id=CLERK, note="路基已完成。")
FIRST = ProjectAccepted(accepter_id=GRID_WORKER, opinion="平整，厚度够。")
SECOND = ProjectAccepted(accepter_id=APPROVER, opinion="同意验收。")
SENT_BACK = ProjectSentBack(sender_id=APPROVER, reason="defects", note="有两处裂缝。")
CLOSED = ProjectClosed(closer_id=OFFICER, outcome="completed", spent_fen=Fen(4_800_000))
DONE = (PROPOSED, CONTRACTED, FIRST, SECOND)
FOUND = Authorisation(VILLAGE, passed=True, witnessed=True, left_fen=BUDGET)
PROPOSE = {
    "division": VILLAGE,
    "title": "三组道路硬化",
    "resolution": RESOLUTION,
    "found": FOUND,
    "budget_fen": BUDGET,
    "actor_id": CLERK,
}
CONTRACT = {
    "contractor": "横峰县某某建筑公司",
    "contractor_ids": (RIDER,),
    "unknown": 0,
    "amount_fen": 4_800_000,
    "document": "村建〔2026〕2号",
    "actor_id": CLERK,
}
LONG = "字" * (TEXT_CHARS_MAX + 1)
MANY = tuple(derived("test", number) for number in range(CONTRACTORS_MAX + 1))
TABLES = (
    Table(
        projects.evolve,
        projects.propose,
        (),
        PROPOSE,
        [
            row("project.already_proposed", given=(PROPOSED,)),
            row("affair.text_missing", title=""),
            row("affair.text_too_long", title="字" * (TITLE_CHARS_MAX + 1)),
            row("meeting.resolution_unknown", found=None),
            row("meeting.resolution_elsewhere", found=replace(FOUND, division=COUNTY, passed=False)),
            row("meeting.resolution_not_passed", found=replace(FOUND, passed=False, witnessed=False)),
            row("meeting.resolution_unwitnessed", found=replace(FOUND, witnessed=False), budget_fen=0),
            row("project.amount_out_of_range", found=FOUND, budget_fen=0),
            row("project.amount_out_of_range", budget_fen=AMOUNT_FEN_MAX + 1),
            row("project.above_resolution", budget_fen=BUDGET + 1),
        ],
    ),
    Table(
        projects.evolve,
        projects.contract,
        (PROPOSED,),
        CONTRACT,
        [
            row("project.unknown", given=()),
            row("project.not_proposed", given=(PROPOSED, CONTRACTED)),
            row("affair.text_missing", given=(PROPOSED,), contractor=""),
            row("affair.text_too_long", contractor="某公司", document="字" * (TITLE_CHARS_MAX + 1)),
            row("project.contractors_invalid", contractor_ids=(RIDER, RIDER), document="村建〔2026〕2号"),
            row("project.contractors_invalid", contractor_ids=MANY),
            row("person.unknown", contractor_ids=(RIDER,), unknown=1),
            row("project.amount_out_of_range", amount_fen=0),
            row("project.over_budget", amount_fen=BUDGET + 1),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
    Table(
        projects.evolve,
        projects.progress,
        (PROPOSED, CONTRACTED),
        {"note": "路基已完成。", "actor_id": CLERK},
        [
            row("project.unknown", given=()),
            row("project.not_under_way", given=(PROPOSED,)),
            row("affair.text_missing", given=(PROPOSED, CONTRACTED), note=""),
            row("affair.text_too_long", note=LONG),
        ],
    ),
    Table(
        projects.evolve,
        projects.accept,
        (PROPOSED, CONTRACTED, FIRST),
        {"opinion": "同意验收。", "actor_id": APPROVER},
        [
            row("project.unknown", given=()),
            row("project.not_under_way", given=(*DONE, CLOSED)),
            row("affair.text_missing", given=(PROPOSED, CONTRACTED, FIRST), opinion=""),
            row("affair.text_too_long", opinion=LONG),
            row("chain.acted_twice", actor_id=RIDER),
            row("chain.acted_twice", actor_id=CLERK),
            row("chain.acted_twice", actor_id=GRID_WORKER),
        ],
    ),
    Table(
        projects.evolve,
        projects.send_back,
        DONE,
        {"reason": "defects", "note": "有两处裂缝。", "actor_id": APPROVER},
        [
            row("project.unknown", given=()),
            row("project.not_under_way", given=(PROPOSED,)),
            row("affair.reason_unknown", given=DONE, reason="ugly"),
            row("affair.text_missing", note=""),
            row("affair.text_too_long", note=LONG),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
    Table(
        projects.evolve,
        projects.close,
        DONE,
        {"outcome": "completed", "spent_fen": 4_800_000, "actor_id": OFFICER},
        [
            row("project.unknown", given=()),
            row("project.is_closed", given=(*DONE, CLOSED)),
            row("project.outcome_unknown", given=(PROPOSED, CONTRACTED, FIRST), outcome="perhaps"),
            row("project.not_accepted", outcome="completed", given=(PROPOSED, CONTRACTED, FIRST)),
            row("project.was_accepted", given=DONE, outcome="abandoned"),
            row("project.amount_out_of_range", given=DONE, outcome="completed", spent_fen=-1),
            row("project.over_budget", spent_fen=BUDGET + 1),
            row("chain.acted_twice", actor_id=RIDER),
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


def test_the_whole_life():
    given().when(projects.propose, **PROPOSE).then(PROPOSED)
    given(PROPOSED).when(projects.contract, **CONTRACT).then(CONTRACTED)
    given(PROPOSED, CONTRACTED).when(projects.progress, note="路基已完成。", actor_id=CLERK).then(PROGRESSED)
    given(PROPOSED, CONTRACTED, PROGRESSED).when(projects.accept, opinion="平整，厚度够。", actor_id=GRID_WORKER).then(
        FIRST
    )
    closing = {"outcome": "completed", "spent_fen": 4_800_000, "actor_id": OFFICER}
    given(*DONE).when(projects.close, **closing).then(CLOSED)


def test_what_is_sent_back_is_accepted_by_two_anew():
    """Who accepted it before looks at it again, and counts again."""
    again = given(*DONE, SENT_BACK)
    closing = {"outcome": "completed", "spent_fen": 4_800_000, "actor_id": OFFICER}
    again.when(projects.close, **closing).refused("project.not_accepted", count=0, least=2)
    again.when(projects.accept, opinion="平整，厚度够。", actor_id=GRID_WORKER).then(FIRST)


def test_what_was_never_built_is_abandoned_without_a_bill():
    given(PROPOSED).when(projects.close, outcome="abandoned", spent_fen=0, actor_id=CLERK).then(
        ProjectClosed(closer_id=CLERK, outcome="abandoned", spent_fen=Fen(0))
    )
