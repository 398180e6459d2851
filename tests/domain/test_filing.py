"""Every act that is not a verification, a handling or a decision: what it records, and each way of being refused."""

from dataclasses import replace
from functools import reduce
from uuid import UUID

import pytest

from domain import incidents
from domain.incidents import IncidentReported, Turn, filing
from domain.incidents.events import IncidentClaimed, IncidentMerged
from domain.kernel.refusals import Refusal
from domain.kernel.workflow_steps import Beside, Limit, Step, Workflow
from tests.domain.incident_acts import FACTS, OTHER_REPORT, TODAY, take
from tests.domain.samples import (
    CLERK,
    DEPARTMENT,
    GRID_WORKER,
    NOON,
    OFFICER,
    OTHER_RIDER,
    RIDER,
    TEXT,
    VILLAGE,
    person,
)
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios
from tests.domain.workflow_templates import shipped

given = scenarios(incidents.evolve)

WORKER = "grid_worker"
EVERYTHING = Workflow(
    code="all",
    title="所有步骤",
    version=1,
    steps=tuple(
        Step(act, act, (WORKER,), mandatory=act == "accept")
        for act in (
            "accept",
            "verify",
            "deliberate",
            "dispatch",
            "claim",
            "arrive",
            "handle",
            "feed_back",
            "close",
            "call_back",
            "rate",
            "post",
            "archive",
        )
    ),
    besides=tuple(
        Beside(act, act, (WORKER,), times_max=2)
        for act in (
            "decline",
            "merge",
            "return",
            "reassign",
            "suspend",
            "resume",
            "extend",
            "remind",
            "supervise",
            "whistle",
            "reopen",
        )
    ),
)
"""A workflow in which everybody may everything, so that a row meets the act's own checks."""

FOR_MEMBERS = replace(
    EVERYTHING,
    steps=tuple(replace(one, roles=(WORKER, "member")) for one in EVERYTHING.steps),
    besides=tuple(replace(one, roles=(WORKER, "member")) for one in EVERYTHING.besides),
)
TURN = Turn(EVERYTHING, WORKER)
REPORTED = IncidentReported(
    reporter_id=RIDER, category="市容环境", division=VILLAGE, text=TEXT, source="app", reported_at=NOON
)
EARLIER = incidents.evolve(
    None,
    IncidentReported(
        reporter_id=OTHER_RIDER,
        category="市容环境",
        division=VILLAGE,
        text=TEXT,
        source="app",
        reported_at=NOON.replace(hour=1),
    ),
)


def after(*acts: tuple[str, UUID], given: tuple[object, ...] = (REPORTED,)) -> tuple[object, ...]:
    """The events of a report on which these acts were taken."""
    events = list(given)
    for act, actor in acts:
        state = reduce(incidents.evolve, events, None)  # type: ignore[arg-type]
        events.append(take(state, act, workflow=EVERYTHING, role=WORKER, actor_id=actor))
    return tuple(events)


ACCEPTED = after(("accept", CLERK))
DISPATCHED = after(("accept", CLERK), ("dispatch", CLERK))
HANDLED = after(("accept", CLERK), ("dispatch", CLERK), ("handle", DEPARTMENT))
SUSPENDED = after(("accept", CLERK), ("suspend", CLERK))
ARCHIVED = after(("accept", CLERK), ("archive", CLERK))
MERGED = (REPORTED, IncidentMerged(actor_id=CLERK, into=OTHER_REPORT, grounds=("near_text",)))
SENSITIVE = (
    IncidentReported(
        reporter_id=RIDER,
        category="民生服务",
        sensitive=True,
        division=VILLAGE,
        text=TEXT,
        source="app",
        reported_at=NOON,
    ),
)
CLAIMED_BY_ANOTHER = (*DISPATCHED, IncidentClaimed(handler_id=OTHER_RIDER))

UNKNOWN = row("incident.unknown", given=())
TWICE = row("chain.acted_twice", actor_id=RIDER)


def table(decision, given_events, facts, *rows, actor=CLERK):
    return Table(incidents.evolve, decision, given_events, {"turn": TURN, "actor_id": actor, **facts}, [UNKNOWN, *rows])


UNLISTED = row("incident.reason_unknown", reason="because")
UNREADY = row("incident.not_dispatched", given=ACCEPTED)
DONE = row("incident.already_handled", given=HANDLED)

TABLES = (
    table(filing.accept, (REPORTED,), {}, TWICE),
    table(
        filing.decline,
        (REPORTED,),
        FACTS["decline"],
        row("incident.already_accepted", given=ACCEPTED),
        UNLISTED,
        TWICE,
    ),
    table(
        filing.merge,
        ACCEPTED,
        {
            "incident_id": person("incident"),
            "into_id": OTHER_REPORT,
            "into": EARLIER,
            "grounds": ["near_text"],
            "known_grounds": {"near_text"},
        },
        DONE,
        row("incident.merge_target", into=None),
        row("incident.merge_target", into_id=person("incident")),
        row("incident.merge_target", into=reduce(incidents.evolve, MERGED, None)),
        row("incident.reason_unknown", grounds=["same_colour"]),
        row("incident.reason_unknown", grounds=[]),
        TWICE,
    ),
    table(filing.deliberate, ACCEPTED, FACTS["deliberate"], row("incident.number_wrong", present=1), TWICE),
    table(
        filing.dispatch,
        ACCEPTED,
        FACTS["dispatch"],
        row("incident.department_missing", department=" "),
        TWICE,
        row("chain.acted_twice", actor_id=CLERK, handler_id=RIDER),
    ),
    table(
        filing.reassign,
        DISPATCHED,
        FACTS["reassign"],
        UNREADY,
        DONE,
        UNLISTED,
        row("incident.department_missing", department=""),
        TWICE,
    ),
    table(
        filing.claim,
        DISPATCHED,
        {},
        row("incident.claimed_by_another", given=CLAIMED_BY_ANOTHER),
        row(
            "incident.claimed_by_oneself",
            actor_id=DEPARTMENT,
            given=(*DISPATCHED, IncidentClaimed(handler_id=DEPARTMENT)),
        ),
        row("chain.acted_twice", actor_id=CLERK),
        actor=DEPARTMENT,
    ),
    table(
        filing.whistle,
        ACCEPTED,
        FACTS["whistle"],
        row("incident.department_missing", departments=["县城管局", "县城管局 "]),
        row("incident.department_missing", departments=["县城管局", ""]),
        TWICE,
        actor=OFFICER,
    ),
    table(
        filing.arrive,
        DISPATCHED,
        FACTS["arrive"],
        row("incident.department_missing", department=""),
        TWICE,
        actor=DEPARTMENT,
    ),
    table(
        filing.give_back,
        DISPATCHED,
        FACTS["return"],
        UNREADY,
        DONE,
        row("incident.claimed_by_another", given=CLAIMED_BY_ANOTHER),
        UNLISTED,
        row("chain.acted_twice", actor_id=CLERK),
        actor=DEPARTMENT,
    ),
    table(filing.suspend, ACCEPTED, FACTS["suspend"], UNLISTED, row("incident.until_past", until=TODAY), TWICE),
    table(filing.resume, SUSPENDED, {}, row("incident.not_suspended", given=ACCEPTED), TWICE),
    table(
        filing.extend, ACCEPTED, FACTS["extend"], UNLISTED, row("workflow.limit_wrong", longer=Limit(0, "days")), TWICE
    ),
    table(filing.feed_back, HANDLED, FACTS["feed_back"], row("incident.channel_unknown", channel="dream"), TWICE),
    table(
        filing.close,
        HANDLED,
        FACTS["close"],
        row("incident.not_handled", given=ACCEPTED),
        UNLISTED,
        row("incident.reason_contradicts", reason="not_solved"),
        row("chain.acted_twice", actor_id=DEPARTMENT),
        actor=GRID_WORKER,
    ),
    table(
        filing.call_back,
        HANDLED,
        FACTS["call_back"],
        row("incident.reason_unknown", outcome="angry"),
        TWICE,
    ),
    table(
        filing.rate,
        HANDLED,
        FACTS["rate"],
        row("incident.number_wrong", stars=6),
        row("chain.not_oneself", turn=Turn(FOR_MEMBERS, "member")),
        row("chain.acted_twice", actor_id=DEPARTMENT),
    ),
    table(
        filing.post,
        ACCEPTED,
        FACTS["post"],
        row("incident.sensitive", given=after(("accept", CLERK), given=SENSITIVE)),
        row("incident.number_wrong", days=0),
        TWICE,
    ),
    table(filing.archive, ACCEPTED, {}, TWICE),
    table(filing.reopen, ARCHIVED, FACTS["reopen"], UNLISTED, TWICE),
    table(
        filing.remind,
        ACCEPTED,
        FACTS["remind"],
        row("incident.channel_unknown", channel="dream"),
        row("chain.not_oneself", turn=Turn(FOR_MEMBERS, "member")),
    ),
    table(filing.supervise, ACCEPTED, FACTS["supervise"], TWICE, actor=OFFICER),
)


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()


TURN_ROWS = [
    ("workflow.act_not_in", "decide", ACCEPTED, {}),
    ("workflow.role_may_not", "dispatch", ACCEPTED, {"role": "county_officer"}),
    ("incident.not_ended", "reopen", (REPORTED,), {}),
    ("incident.ended", "accept", MERGED, {}),
    ("incident.ended", "extend", ARCHIVED, {}),
    ("incident.suspended", "dispatch", SUSPENDED, {}),
    ("workflow.act_done", "dispatch", DISPATCHED, {}),
    ("workflow.out_of_turn", "dispatch", (REPORTED,), {}),
    (
        "workflow.too_often",
        "remind",
        (*ACCEPTED, *after(("accept", CLERK), ("remind", CLERK), ("remind", CLERK))[2:]),
        {},
    ),
]


@pytest.mark.parametrize(("code", "act", "events", "changes"), TURN_ROWS, ids=[f"{r[0]}-{r[1]}" for r in TURN_ROWS])
def test_what_is_not_an_acts_turn(code, act, events, changes):
    state = reduce(incidents.evolve, events, None)
    turn = Turn(EVERYTHING, changes.get("role", WORKER))
    with pytest.raises(Refusal) as refused:
        filing.require_turn(state.course, turn, act=act)
    assert refused.value.code == code


def test_the_missing_step_is_named():
    given(REPORTED).when(filing.archive, turn=TURN, actor_id=CLERK).refused("workflow.out_of_turn", missing="accept")


def test_whoever_comes_second_hears_whose_it_is():
    given(*DISPATCHED, IncidentClaimed(handler_id=DEPARTMENT)).when(
        filing.claim, turn=TURN, actor_id=OTHER_RIDER
    ).refused("incident.claimed_by_another", claimant_id=DEPARTMENT)


def test_what_was_sent_to_one_person_is_not_taken_by_another():
    sent = {"department": "县城管局", "handler_id": DEPARTMENT}
    state = reduce(incidents.evolve, ACCEPTED, None)
    event = filing.dispatch(state, turn=TURN, actor_id=CLERK, **sent)
    given(*ACCEPTED, event).when(filing.claim, turn=TURN, actor_id=OTHER_RIDER).refused("incident.claimed_by_another")


def test_after_a_return_it_is_dispatched_anew():
    state = reduce(incidents.evolve, after(("accept", CLERK), ("dispatch", CLERK), ("return", DEPARTMENT)), None)
    assert state.course.department is None
    assert incidents.next_step(shipped("jiamusi-8"), state.course).act == "dispatch"


def test_the_reporter_rates_for_himself_and_the_centre_for_him():
    by_reporter = take(
        reduce(incidents.evolve, HANDLED, None), "rate", workflow=EVERYTHING, role=WORKER, actor_id=RIDER
    )
    assert by_reporter.by_reporter
    by_clerk = take(reduce(incidents.evolve, HANDLED, None), "rate", workflow=EVERYTHING, role=WORKER, actor_id=CLERK)
    assert not by_clerk.by_reporter


def test_whoever_handled_it_may_tell_the_reporter_himself():
    state = reduce(incidents.evolve, HANDLED, None)
    take(state, "feed_back", workflow=EVERYTHING, role=WORKER, actor_id=DEPARTMENT)


def test_the_later_report_is_merged_into_the_earlier_one_and_never_the_other_way():
    state = reduce(incidents.evolve, ACCEPTED, None)
    event = take(state, "merge", workflow=EVERYTHING, role=WORKER, actor_id=CLERK, into=EARLIER)
    assert event == IncidentMerged(actor_id=CLERK, into=OTHER_REPORT, grounds=("near_text",))
    with pytest.raises(Refusal, match=r"merge_target"):
        take(EARLIER, "merge", workflow=EVERYTHING, role=WORKER, actor_id=CLERK, into=state)
