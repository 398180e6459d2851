"""A template is published in versions that never change, and adopted from a day on."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain import authority, workflows
from domain.kernel.workflow_steps import JUDGING, STEPS, Beside, Limit, Step
from tests.domain.samples import COUNTY, TODAY, TOWNSHIP
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios
from tests.domain.workflow_templates import NAMES, shipped

given = scenarios(workflows.evolve)
given_adoptions = scenarios(workflows.evolve_adoptions)

ACCEPT = Step("accept", "受理", ("grid_worker",), mandatory=True, limit=Limit(4, "working_hours"))
VERIFY = Step("verify", "核查", ("grid_worker",), mandatory=True, apart=True)
HANDLE = Step("handle", "办理", ("department_handler",), mandatory=True, apart=True)
DECIDE = Step("decide", "认定", ("county_officer",), mandatory=True, apart=True)
ARCHIVE = Step("archive", "归档", ("county_officer",), mandatory=True)
MERGE = Beside("merge", "合并", ("county_officer",))
EXTEND = Beside("extend", "延期", ("county_officer",), times_max=2, percent_max=100)
PUBLISHED = workflows.WorkflowPublished(
    code="small", title="小流程", version=1, steps=(ACCEPT, HANDLE), besides=(MERGE,), document="县综治〔2026〕1号"
)
PUBLISH_FACTS = {
    "code": "small",
    "title": "小流程",
    "version": 2,
    "steps": [ACCEPT, VERIFY, HANDLE, DECIDE],
    "besides": [MERGE, EXTEND],
    "document": "县综治〔2026〕2号",
    "may": authority.MAY,
}
SMALL = workflows.version_name("small", 1)
ADOPTED = workflows.WorkflowAdopted(division=COUNTY, workflow=SMALL, since=TODAY, document="县综治〔2026〕1号")
ADOPT_FACTS = {
    "division": COUNTY,
    "division_known": True,
    "item": None,
    "workflow": workflows.version_name("small", 2),
    "workflow_known": True,
    "since": TODAY,
    "document": "县综治〔2026〕2号",
}

TABLES = (
    Table(
        workflows.evolve,
        workflows.publish,
        (PUBLISHED,),
        PUBLISH_FACTS,
        [
            row("workflow.version_differs", version=3),
            row("workflow.no_steps", steps=[replace(VERIFY, mandatory=False)]),
            row("workflow.no_steps", steps=[]),
            row("workflow.act_unknown", steps=[ACCEPT, replace(HANDLE, act="sleep")]),
            row("workflow.act_unknown", besides=[replace(MERGE, act="accept")]),
            row("workflow.act_twice", steps=[ACCEPT, ACCEPT]),
            row("workflow.role_unsuited", steps=[replace(ACCEPT, roles=("auditor",))], besides=[]),
            row("workflow.role_unsuited", steps=[replace(ACCEPT, roles=())], besides=[]),
            row("workflow.limit_wrong", steps=[replace(ACCEPT, limit=Limit(0, "days"))]),
            row("workflow.limit_wrong", steps=[replace(ACCEPT, limit=Limit(1, "moons"))]),
            *(
                row(
                    "workflow.not_apart",
                    steps=[ACCEPT, Step(act, act, tuple(authority.MAY[STEPS[act]]), mandatory=False)],
                )
                for act in sorted(JUDGING)
            ),
            row("workflow.extension_unbounded", besides=[replace(EXTEND, times_max=None)]),
            row("workflow.extension_unbounded", besides=[replace(EXTEND, times_max=3)]),
            row("workflow.extension_unbounded", besides=[replace(EXTEND, percent_max=None)]),
            row("workflow.extension_unbounded", besides=[replace(EXTEND, percent_max=101)]),
            row("workflow.decides_too_early", steps=[ACCEPT, VERIFY, DECIDE, HANDLE]),
            row("workflow.decision_optional", steps=[ACCEPT, VERIFY, HANDLE, replace(DECIDE, mandatory=False)]),
            row("workflow.decision_optional", steps=[ACCEPT, replace(VERIFY, mandatory=False), HANDLE, DECIDE]),
            row("workflow.decision_optional", steps=[ACCEPT, VERIFY, HANDLE, ARCHIVE, DECIDE]),
            row("workflow.nothing_changed", steps=[ACCEPT, HANDLE], besides=[MERGE]),
        ],
    ),
    Table(
        workflows.evolve_adoptions,
        workflows.adopt,
        (ADOPTED,),
        ADOPT_FACTS,
        [
            row("place.unknown", division_known=False),
            row("workflow.unknown", workflow_known=False),
            row("workflow.nothing_changed", workflow=SMALL, since=TODAY),
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


@pytest.mark.parametrize("name", NAMES)
def test_every_template_that_comes_with_the_program_can_be_published(name):
    workflow = shipped(name)
    assert (workflow.code, workflow.version) == (name, 1)
    assert all(step.limit is not None for step in workflow.steps if step.mandatory)


def test_a_report_keeps_the_version_that_it_was_made_under():
    template = given(PUBLISHED).state
    second = workflows.publish(template, **PUBLISH_FACTS)
    template = workflows.evolve(template, second)
    assert template.named(SMALL).steps == (ACCEPT, HANDLE)
    assert len(template.named(workflows.version_name("small", 2)).steps) == 4
    assert template.named(workflows.version_name("other", 1)) is None


def test_the_narrowest_division_that_chose_decides_and_an_item_before_any():
    county = given_adoptions(
        ADOPTED,
        replace(ADOPTED, workflow=workflows.version_name("hotline-8", 1), item="12345"),
        replace(ADOPTED, workflow=workflows.version_name("ruyang-3", 1), since=TODAY + timedelta(days=10)),
    ).state
    township = given_adoptions(replace(ADOPTED, division=TOWNSHIP, workflow=workflows.version_name("dali-4", 1))).state

    def chosen(along, item, on):
        return workflows.in_force(along, item=item, on=on)

    assert chosen([None, None, county], None, TODAY) == SMALL
    assert chosen([None, None, county], "12345", TODAY) == workflows.version_name("hotline-8", 1)
    assert chosen([None, None, county], None, TODAY + timedelta(days=10)) == workflows.version_name("ruyang-3", 1)
    assert chosen([None, township, county], "12345", TODAY) == workflows.version_name("dali-4", 1)
    assert chosen([None, township, county], None, date(2020, 1, 1)) is None


def test_of_two_choices_for_one_day_the_later_one_holds():
    corrected = replace(ADOPTED, workflow=workflows.version_name("dali-4", 1))
    assert given_adoptions(ADOPTED, corrected).state.in_force(None, TODAY) == corrected.workflow
