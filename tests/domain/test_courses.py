"""Every template that comes with the program, driven from the report to its end; and what no template allows."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import incidents
from domain.incidents import Incident, IncidentReported, evolve, next_step, open_acts
from domain.incidents.turns import Turn, keeps_file, waits_for
from domain.kernel.ids import EventName
from domain.kernel.refusals import Refusal
from domain.kernel.workflow_steps import ACTS, KERNEL, Workflow
from tests.domain.incident_acts import take
from tests.domain.samples import NOON, RIDER, TEXT, VILLAGE, person
from tests.domain.workflow_templates import NAMES, shipped

REPORTED = IncidentReported(
    reporter_id=RIDER,
    category="市容环境",
    division=VILLAGE,
    text=TEXT,
    source="app",
    reported_at=NOON,
    workflow=EventName("workflow/" + str(person("workflow")) + "@1"),
)
BY_PART = {
    "clerk": person("clerk"),
    "verifier": person("verifier"),
    "handler": person("handler"),
    "decider": person("decider"),
    "answerer": person("answerer"),
    "closer": person("closer"),
    "caller": person("caller"),
    "rater": person("rater"),
    "reporter": RIDER,
}
PART_OF = {"verify": "verifier", "close": "closer", "claim": "handler", "arrive": "handler", "handle": "handler"}
PART_OF |= {"decide": "decider", "feed_back": "answerer", "call_back": "caller", "rate": "rater"}

# What the county calls the mandatory steps: those of its article, and the two decisions that a reward rests on.
STAGES = {
    "shangrao-4": ["网格核查", "乡镇、部门跟办办结", "县中心认定"],
    "dali-4": ["收集", "核查", "分派", "接单", "办理", "有效认定", "反馈"],
    "wangcheng-4": ["发现核实", "上报", "处置", "有效认定", "反馈"],
    "ruyang-3": ["统一受理", "核实", "分流", "办理", "有效认定", "反馈", "评价"],
    "tuesday-6": ["网格问事", "核实", "商议说事", "具体解事", "有效认定", "反馈息事", "回访宁事", "归档完事"],
    "jiamusi-8": [
        "事项受理",
        "事项核查",
        "分类转办",
        "跟踪问效（承办签收）",
        "督促落实（办理）",
        "有效认定",
        "结果反馈",
        "打分评价",
        "信息公示",
        "归档销号",
    ],
    "digital-city-7": [
        "信息采集（核实）",
        "案卷建立",
        "任务派遣",
        "任务处理",
        "处理反馈",
        "核查结案",
        "有效认定",
        "综合评价",
    ],
    "hotline-8": ["受理", "核实", "派单", "办理", "答复", "办结", "有效认定", "回访", "评价"],
}


def test_these_are_all() -> None:
    assert sorted(STAGES) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_report_goes_through_its_stages_in_order(name: str) -> None:
    """The longest way: every step that the template has, the optional ones too."""
    workflow, incident = shipped(name), evolve(None, REPORTED)
    waited = []
    for step in workflow.steps:
        due = next_step(workflow, incident.course)
        if due is not None and step.mandatory:
            assert due == step
            waited.append(due.stage)
        if step.mandatory and step.act != "verify":
            _refused_ahead(workflow, incident, step.act)
        actor = BY_PART[PART_OF.get(step.act, "clerk")]
        role = next(role for role in step.roles if role != "member" or actor == RIDER)
        assert step.act in open_acts(workflow, incident.course, role=role)
        incident = evolve(incident, take(incident, step.act, workflow=workflow, role=role, actor_id=actor))
    assert waited == STAGES[name]
    assert next_step(workflow, incident.course) is None
    assert incident.validity is not None
    assert incident.validity.valid


@pytest.mark.parametrize("name", NAMES)
def test_the_shortest_way_takes_only_what_is_mandatory(name: str) -> None:
    workflow, incident, taken = shipped(name), evolve(None, REPORTED), []
    while (step := next_step(workflow, incident.course)) is not None:
        actor = BY_PART[PART_OF.get(step.act, "clerk")]
        role = next(role for role in step.roles if role != "member")
        incident = evolve(incident, take(incident, step.act, workflow=workflow, role=role, actor_id=actor))
        taken.append(step.stage)
    assert taken == STAGES[name]


@pytest.mark.parametrize("name", NAMES)
def test_it_can_be_taken_up_again_and_is_handled_anew(name: str) -> None:
    workflow = shipped(name)
    incident = evolve(None, REPORTED)
    with pytest.raises(Refusal, match=r"incident\.not_ended"):
        take(incident, "reopen", workflow=workflow, role="county_officer", actor_id=BY_PART["clerk"])
    incident = _finished(workflow, incident)
    incident = evolve(
        incident, take(incident, "reopen", workflow=workflow, role="county_officer", actor_id=BY_PART["clerk"])
    )
    assert (incident.course.round, incident.handling) == (2, None)
    assert ("handler", BY_PART["handler"]) in incident.parts(), "who handled it in the first round has acted"
    again = _finished(workflow, incident)
    assert again.handling is not None


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_confirmed_needs_no_handling(name: str) -> None:
    workflow, incident = shipped(name), evolve(None, REPORTED)
    for step in workflow.before("verify"):
        incident = evolve(
            incident,
            take(incident, step.act, workflow=workflow, role=step.roles[0], actor_id=BY_PART["clerk"]),
        )
    refuted = {"confirmed": False, "reason": "not_found"}
    verified = take(incident, "verify", workflow=workflow, role="grid_worker", actor_id=BY_PART["verifier"], **refuted)
    incident = evolve(incident, verified)
    left = []
    while (step := next_step(workflow, incident.course)) is not None:
        left.append(step.act)
        actor = BY_PART[PART_OF.get(step.act, "clerk")]
        facts = {"valid": False, "reason": "not_confirmed"} if step.act == "decide" else {}
        role = next(role for role in step.roles if role != "member")
        incident = evolve(incident, take(incident, step.act, workflow=workflow, role=role, actor_id=actor, **facts))
    assert not {"dispatch", "claim", "handle", "close"} & set(left)


def test_what_is_sensitive_is_archived_without_being_made_public() -> None:
    workflow = shipped("jiamusi-8")
    quarrel = IncidentReported(
        reporter_id=RIDER,
        category="民生服务",
        item="family-quarrel",
        sensitive=True,
        division=VILLAGE,
        text=TEXT,
        source="app",
        reported_at=NOON,
    )
    incident = _finished(workflow, evolve(None, quarrel))
    assert incident.course.ended == "archived"
    assert "post" not in incident.course.done


def test_a_failed_closure_sends_it_back_to_be_handled() -> None:
    workflow, incident = shipped("digital-city-7"), evolve(None, REPORTED)
    for act, role, part in (
        ("verify", "grid_worker", "verifier"),
        ("accept", "county_officer", "clerk"),
        ("dispatch", "county_officer", "clerk"),
        ("handle", "department_handler", "handler"),
        ("feed_back", "department_handler", "answerer"),
    ):
        incident = evolve(incident, take(incident, act, workflow=workflow, role=role, actor_id=BY_PART[part]))
    failed = {"solved": False, "reason": "not_solved"}
    closed = take(incident, "close", workflow=workflow, role="grid_worker", actor_id=BY_PART["closer"], **failed)
    incident = evolve(incident, closed)
    step = next_step(workflow, incident.course)
    assert step is not None
    assert step.act == "handle"
    assert incident.handling is None


ROLES = ("member", "grid_worker", "grid_leader", "township_reviewer", "county_officer", "department_handler")
PEOPLE = (RIDER, *(person(f"colleague {number}") for number in range(8)))
HANDS = {"claim": "handle", "arrive": "handle", "return": "handle", "whistle": "supervise"}
ALONE = {"verify", "handle", "feed_back", "close", "call_back", "rate", "decide", "supervise"}
MOVES = st.lists(
    st.tuples(st.integers(0, 63), st.sampled_from(ROLES), st.sampled_from(PEOPLE), st.booleans()),
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(name=st.sampled_from((*NAMES, "")), moves=MOVES)
def test_no_template_lets_one_person_act_twice_in_a_chain(name: str, moves: list[tuple[int, str, UUID, bool]]) -> None:
    """Whatever is open is tried by anybody: each person has one part, and replaying the events gives the same state.

    What a person did is written down here, apart from what the rules note: one act that judges is all that he does.
    """
    workflow = shipped(name) if name else KERNEL
    other = evolve(None, REPORTED)
    incident, events = evolve(None, REPORTED), [REPORTED]
    hands: dict[UUID, set[str]] = {RIDER: {"report"}}
    for number, role, actor, good in moves:
        acts = open_acts(workflow, incident.course, role=role) or tuple(ACTS)
        act = acts[number % len(acts)]
        negative = {"verify": ("confirmed", "not_found"), "close": ("solved", "not_solved")}.get(act)
        facts: dict[str, object] = {} if good or negative is None else {negative[0]: False, "reason": negative[1]}
        if act == "merge":
            facts = {"into": other}
        try:
            event = take(incident, act, workflow=workflow, role=role, actor_id=actor, **facts)
        except Refusal:
            continue
        before, incident = incident, evolve(incident, event)
        events.append(event)
        assert incident != before or act == "remind"
        if act != "remind" and not (act == "rate" and actor == RIDER):
            hands.setdefault(actor, set()).add(HANDS.get(act, act))
        for did in hands.values():
            assert len(did) == 1 or not did & (ALONE | {"report"})
        for someone in PEOPLE:
            played = {part for part, who in incident.parts() if who == someone}
            assert len(played) <= 1 or all(keeps_file(part, workflow) for part in played)
    replayed: Incident | None = None
    for event in events:
        replayed = incidents.evolve(replayed, event)  # type: ignore[arg-type]
    assert replayed == incident


def _finished(workflow: Workflow, incident: Incident) -> Incident:
    for act, role, actor in _to_the_end(workflow, incident):
        incident = evolve(incident, take(incident, act, workflow=workflow, role=role, actor_id=actor))  # type: ignore[arg-type]
    return incident


def _to_the_end(workflow: Workflow, incident: Incident) -> Iterator[tuple[str, str, object]]:
    for step in workflow.steps:
        if step.act in incident.course.done or incident.course.falls_away(step.act):
            continue
        actor = BY_PART[PART_OF.get(step.act, "clerk")]
        yield step.act, next(role for role in step.roles if role != "member"), actor


def _refused_ahead(workflow: Workflow, incident: Incident, act: str) -> None:
    """Every later step is out of turn, or has not what it needs."""
    acts = [step.act for step in workflow.steps]
    for later in workflow.steps[acts.index(act) + 1 :]:
        actor = BY_PART[PART_OF.get(later.act, "clerk")]
        with pytest.raises(Refusal) as refused:
            take(incident, later.act, workflow=workflow, role=later.roles[-1], actor_id=actor)
        ahead = {"workflow.out_of_turn", "incident.not_verified", "incident.not_handled"}
        assert refused.value.code in ahead


def test_what_may_be_claimed_waits_for_every_member_and_then_for_the_claimant_alone() -> None:
    workflow, incident = shipped("dali-4"), evolve(None, REPORTED)
    first, second = person("first member"), person("second member")
    steps = (("accept", "grid_worker", "clerk"), ("verify", "grid_worker", "verifier"))
    steps += (("dispatch", "county_officer", "clerk"), ("claim", "member", None), ("handle", "member", None))
    steps += (("decide", "county_officer", "decider"), ("feed_back", "grid_worker", "answerer"))
    waited = []
    for act, role, part in steps:
        waited.append([waits_for(incident, Turn(workflow, "member"), one) for one in (RIDER, first, second)])
        actor = BY_PART[part] if part is not None else first
        incident = evolve(incident, take(incident, act, workflow=workflow, role=role, actor_id=actor))
    assert waited == [
        [False, False, False],
        [False, False, False],
        [False, False, False],
        [False, True, True],  # never for whoever reported it
        [False, True, False],
        [False, False, False],
        [False, False, False],  # nobody answers for his own work
    ]
    assert not waits_for(incident, Turn(workflow, "member"), first)


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"dali-4"}))
def test_elsewhere_nothing_waits_for_a_member(name: str) -> None:
    workflow, incident = shipped(name), evolve(None, REPORTED)
    for step in workflow.steps:
        assert not waits_for(incident, Turn(workflow, "member"), person("first member"))
        actor = BY_PART[PART_OF.get(step.act, "clerk")]
        role = next(role for role in step.roles if role != "member" or actor == RIDER)
        incident = evolve(incident, take(incident, step.act, workflow=workflow, role=role, actor_id=actor))
