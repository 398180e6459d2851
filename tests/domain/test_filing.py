"""Every act that is not a verification, a handling or a decision: what it records, and each way of being refused."""

from dataclasses import replace
from functools import reduce
from uuid import UUID

import pytest

from domain import incidents
from domain.incidents import IncidentReported, Turn, filing
from domain.incidents.events import IncidentClaimed, IncidentDispatched, IncidentExtended, IncidentMerged
from domain.kernel.refusals import Refusal
from domain.kernel.workflow_steps import JUDGING, Beside, Limit, Step, Workflow
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
        Step(act, act, (WORKER,), act == "accept", Limit(2, "working_days") if act == "accept" else None)
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
DECIDING = replace(
    EVERYTHING,
    steps=(
        *EVERYTHING.steps[:-1],
        Step("decide", "decide", ("county_officer",), mandatory=False),
        EVERYTHING.steps[-1],
    ),
)
"""A version from before the decision had to be mandatory."""
FOR_HANDLERS = replace(
    EVERYTHING,
    steps=tuple(replace(one, roles=(WORKER, "department_handler")) for one in EVERYTHING.steps),
    besides=tuple(replace(one, roles=(WORKER, "department_handler")) for one in EVERYTHING.besides),
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


SAME_MOMENT = incidents.evolve(None, replace(REPORTED, reporter_id=OTHER_RIDER))


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
BOUND = (*ACCEPTED, IncidentDispatched(actor_id=CLERK, department="县城管局", bound=True))
THEIRS = Turn(FOR_HANDLERS, "department_handler", frozenset({"县城管局"}))
OTHERS = Turn(FOR_HANDLERS, "department_handler", frozenset({"县住建局"}))
NOT_THEIRS = row("incident.other_department", given=BOUND, turn=OTHERS)
WHISTLED = after(("accept", CLERK), ("whistle", OFFICER))
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
            "into_recorded_first": True,
            "grounds": ["near_text"],
            "known_grounds": {"near_text"},
        },
        DONE,
        row("incident.merge_target", into=None),
        row("incident.merge_target", into=SAME_MOMENT, into_recorded_first=False),
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
        row("incident.other_department", handler_id=OTHER_RIDER, handlers={DEPARTMENT}),
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
        row("incident.other_department", handler_id=OTHER_RIDER, handlers={DEPARTMENT}),
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
        NOT_THEIRS,
        row("incident.other_department", given=BOUND),
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
        row("incident.not_called", given=WHISTLED, department="县水利局"),
        row("incident.not_called", turn=OTHERS),
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
        NOT_THEIRS,
        UNLISTED,
        row("chain.acted_twice", actor_id=CLERK),
        actor=DEPARTMENT,
    ),
    table(filing.suspend, ACCEPTED, FACTS["suspend"], UNLISTED, row("incident.until_past", until=TODAY), TWICE),
    table(filing.resume, SUSPENDED, {}, row("incident.not_suspended", given=ACCEPTED), TWICE),
    table(
        filing.extend,
        (REPORTED,),
        FACTS["extend"],
        UNLISTED,
        row("workflow.limit_wrong", longer=Limit(0, "days")),
        row("incident.no_limit", given=ACCEPTED),
        row("incident.extension_beyond", longer=Limit(3, "working_days"), actor_id=RIDER),
        row("incident.extension_beyond", longer=Limit(1, "working_hours"), actor_id=RIDER),
        row("incident.extension_beyond", longer=Limit(1, "days"), actor_id=RIDER),
        TWICE,
    ),
    table(
        filing.feed_back,
        HANDLED,
        FACTS["feed_back"],
        row("incident.channel_unknown", channel="dream"),
        TWICE,
        row("chain.acted_twice", actor_id=CLERK),
        row("chain.acted_twice", actor_id=DEPARTMENT),
        actor=OFFICER,
    ),
    table(
        filing.close,
        HANDLED,
        FACTS["close"],
        row("incident.not_handled", given=ACCEPTED),
        UNLISTED,
        row("incident.reason_contradicts", reason="not_solved"),
        row("chain.acted_twice", actor_id=DEPARTMENT),
        row("chain.acted_twice", actor_id=OFFICER, given=after(("verify", OFFICER), given=HANDLED)),
        actor=GRID_WORKER,
    ),
    table(
        filing.call_back,
        HANDLED,
        FACTS["call_back"],
        row("incident.reason_unknown", outcome="angry"),
        TWICE,
        row("chain.acted_twice", actor_id=CLERK),
        actor=OFFICER,
    ),
    table(
        filing.rate,
        HANDLED,
        FACTS["rate"],
        row("incident.number_wrong", stars=6),
        row("chain.not_oneself", turn=Turn(FOR_MEMBERS, "member")),
        row("chain.acted_twice", actor_id=DEPARTMENT),
        row("chain.acted_twice", actor_id=CLERK),
        actor=OFFICER,
    ),
    table(
        filing.post,
        ACCEPTED,
        FACTS["post"],
        row("incident.sensitive", given=after(("accept", CLERK), given=SENSITIVE)),
        row("incident.number_wrong", days=0),
        TWICE,
    ),
    table(
        filing.archive,
        ACCEPTED,
        {},
        row("incident.validity_missing", turn=Turn(DECIDING, WORKER)),
        TWICE,
    ),
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
    state = incidents.evolve(state, take(state, "verify", workflow=EVERYTHING, role=WORKER, actor_id=GRID_WORKER))
    assert incidents.next_step(shipped("jiamusi-8"), state.course).act == "dispatch"


def test_the_reporter_rates_for_himself_and_the_centre_for_him():
    by_reporter = take(
        reduce(incidents.evolve, HANDLED, None), "rate", workflow=EVERYTHING, role=WORKER, actor_id=RIDER
    )
    assert by_reporter.by_reporter
    centre = take(reduce(incidents.evolve, HANDLED, None), "rate", workflow=EVERYTHING, role=WORKER, actor_id=OFFICER)
    assert not centre.by_reporter


JUDGES = [act for act in ("verify", "feed_back", "close", "call_back", "rate") if act in JUDGING]


@pytest.mark.parametrize("first", JUDGES)
@pytest.mark.parametrize("second", [*JUDGES, "archive", "post"])
def test_whoever_judged_takes_no_second_step(first, second):
    """Not even a clerk's: neither the answer nor the stars nor the last look are by the same pair of eyes."""
    state = reduce(incidents.evolve, after((first, OFFICER), given=HANDLED), None)
    if second == first:
        return
    with pytest.raises(Refusal, match=r"chain\.acted_twice"):
        take(state, second, workflow=EVERYTHING, role=WORKER, actor_id=OFFICER)
    take(
        state,
        second,
        workflow=EVERYTHING,
        role=WORKER,
        actor_id=CLERK if second in ("archive", "post") else GRID_WORKER,
    )


def test_a_template_may_set_a_clerks_step_apart_too():
    alone = replace(
        EVERYTHING, steps=tuple(replace(one, apart=one.act == "archive" or None) for one in EVERYTHING.steps)
    )
    state = reduce(incidents.evolve, HANDLED, None)
    with pytest.raises(Refusal) as refused:
        take(state, "archive", workflow=alone, role=WORKER, actor_id=CLERK)
    assert (refused.value.code, refused.value.facts["acted_as"]) == ("chain.acted_twice", "accept")
    take(state, "archive", workflow=alone, role=WORKER, actor_id=OFFICER)


def test_extensions_of_one_step_are_bounded_together():
    """Two working days may be had again: in one piece or in two, and the next step has its own."""
    state = reduce(incidents.evolve, after(("extend", CLERK)), None)
    longer = {"longer": Limit(1, "working_days")}
    given(REPORTED, IncidentExtended(actor_id=CLERK, reason="complex", **longer)).when(
        filing.extend, turn=TURN, actor_id=CLERK, reason="complex", **longer
    ).then(IncidentExtended(actor_id=CLERK, reason="complex", **longer))
    with pytest.raises(Refusal) as refused:
        take(state, "extend", workflow=EVERYTHING, role=WORKER, actor_id=CLERK)
    assert refused.value.facts == {"amount": 0, "unit": "working_days"}


def test_the_later_report_is_merged_into_the_earlier_one_and_never_the_other_way():
    state = reduce(incidents.evolve, ACCEPTED, None)
    event = take(state, "merge", workflow=EVERYTHING, role=WORKER, actor_id=CLERK, into=EARLIER)
    assert event == IncidentMerged(actor_id=CLERK, into=OTHER_REPORT, grounds=("near_text",))
    with pytest.raises(Refusal, match=r"merge_target"):
        take(EARLIER, "merge", workflow=EVERYTHING, role=WORKER, actor_id=CLERK, into=state)


def test_what_has_handlers_of_its_own_is_theirs_alone_until_it_goes_elsewhere():
    state = reduce(incidents.evolve, ACCEPTED, None)
    sent = {"department": "县城管局", "handler_id": None}
    assert filing.dispatch(state, turn=TURN, actor_id=CLERK, **sent).bound is None, "nobody handles for it"
    event = filing.dispatch(state, turn=TURN, actor_id=CLERK, handlers={DEPARTMENT}, **sent)
    assert event.bound
    given(*ACCEPTED, event).when(filing.claim, turn=THEIRS, actor_id=DEPARTMENT).then(
        IncidentClaimed(handler_id=DEPARTMENT)
    )
    given(*ACCEPTED, event).when(filing.claim, turn=OTHERS, actor_id=OTHER_RIDER).refused(
        "incident.other_department", department="县城管局"
    )
    again = {"department": "县住建局", "handler_id": None, "reason": "not_their_duty", "handlers": {OTHER_RIDER}}
    moved = filing.reassign(reduce(incidents.evolve, (*ACCEPTED, event), None), turn=TURN, actor_id=CLERK, **again)
    given(*ACCEPTED, event, moved).when(filing.claim, turn=OTHERS, actor_id=OTHER_RIDER).then(
        IncidentClaimed(handler_id=OTHER_RIDER)
    )
    given(*ACCEPTED, event, moved).when(filing.claim, turn=THEIRS, actor_id=DEPARTMENT).refused(
        "incident.other_department", department="县住建局"
    )


def test_whoever_handles_without_signing_for_it_is_of_the_department_too():
    facts = {"handler_id": DEPARTMENT, "actor_id": DEPARTMENT, "handled_at": NOON, "now": NOON}
    given(*BOUND).when(incidents.record_handling, turn=OTHERS, **facts).refused(
        "incident.other_department", department="县城管局"
    )
