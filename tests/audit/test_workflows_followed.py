"""Every report follows the workflow of its day; each way of leaving it is found offline, from the events alone."""

from uuid import UUID, uuid5

import pytest

from domain import workflows
from domain.kernel.ids import derived, stream_name
from tests.audit.story import COUNTY, VILLAGE, County, codes, commitment
from tests.domain.workflow_templates import shipped

SPACE = UUID("6e0b4d3a-27e1-4cf3-9b0e-3d0f6a1c9a77")
TITLE = "jiamusi-8"
NAME = workflows.version_name(TITLE, 1)


def published(county: County) -> None:
    """The default template, published and adopted by the whole county on the first of March."""
    template = shipped(TITLE)
    steps = [
        {
            "act": step.act,
            "stage": step.stage,
            "roles": list(step.roles),
            "mandatory": step.mandatory,
            **({"limit": {"amount": step.limit.amount, "unit": step.limit.unit}} if step.limit else {}),
        }
        for step in template.steps
    ]
    besides = [
        {
            "act": one.act,
            "stage": one.stage,
            "roles": list(one.roles),
            **({"times_max": one.times_max} if one.times_max else {}),
        }
        for one in template.besides
    ]
    stream = stream_name("workflow", derived("workflow", TITLE))
    data = {"code": TITLE, "title": "佳木斯八步", "version": 1, "steps": steps, "besides": besides, "document": "文"}
    county.admin(stream, "workflow.published/1", data)
    choice = {"division": COUNTY, "workflow": NAME, "since": "2026-03-01", "document": "文"}
    county.admin(stream_name("workflow", derived("workflow_adoption", COUNTY)), "workflow.adopted/1", choice)


class Case:
    """A report of March and what is done about it; each method is one event by whoever may."""

    def __init__(self, county: County, number: int = 0, *, workflow: str | None = NAME, sensitive: bool = False):
        self.county = county
        self.id = str(uuid5(SPACE, str(number)))
        self.stream = stream_name("incident", UUID(self.id))
        data = {
            "reporter_id": county.rider,
            "category": "环境保护",
            "sensitive": sensitive,
            "division": VILLAGE,
            "text": commitment(f"march {number}"),
            "source": "app",
            "reported_at": f"2026-03-03T0{number}:00:00.000000Z",
            "photos": [],
            **({"workflow": workflow} if workflow else {}),
        }
        county.story.add(self.stream, "incident.reported/1", data, by=county.rider, role="member", on="2026-03-03")

    def does(self, word: str, by: str, role: str, **data: object) -> "Case":
        self.county.story.add(self.stream, f"incident.{word}/1", data, by=by, role=role, on="2026-03-04")
        return self

    def clerk(self, word: str, **data: object) -> "Case":
        return self.does(word, self.county.maker, "county_officer", actor_id=self.county.maker, **data)

    def begun(self) -> "Case":
        self.clerk("accepted").clerk("dispatched", department="县城管局")
        return self.does("claimed", self.county.handler, "department_handler", handler_id=self.county.handler)

    def handled(self) -> "Case":
        facts = {"handler_id": self.county.handler, "handled_at": "2026-03-04T02:00:00.000000Z"}
        return self.does("handled", self.county.handler, "department_handler", **facts)

    def ended(self) -> "Case":
        self.begun().handled().clerk("fed_back", channel="telephone")
        return self.clerk("rated", stars=5, by_reporter=False).clerk("posted", days=7).clerk("archived")


def found(verdict_on, county: County) -> set[str]:
    return codes(verdict_on(county.story))


def test_the_whole_way_is_whole(verdict_on, county):
    published(county)
    Case(county).ended()
    assert found(verdict_on, county) == set()


def test_a_report_follows_what_was_in_force_on_its_day(verdict_on, county):
    published(county)
    Case(county, workflow=None)
    assert found(verdict_on, county) == {"workflows.not_in_force"}


def test_a_workflow_that_nobody_published(verdict_on, county):
    Case(county)
    assert found(verdict_on, county) == {"workflows.not_in_force"}
    other = County()
    published(other)
    other.story.drafts.remove(other.story.find("workflow.published/1"))
    Case(other).clerk("accepted")
    assert found(verdict_on, other) == {"workflows.unknown"}


LEFT = {
    "out_of_turn": lambda case: case.clerk("accepted").clerk("archived"),
    "done_again": lambda case: case.clerk("accepted").clerk("accepted"),
    "act_not_in": lambda case: case.clerk("accepted").clerk("whistled", departments=["甲", "乙"]),
    "role": lambda case: case.begun().does(
        "extended",
        case.county.worker,
        "grid_worker",
        actor_id=case.county.worker,
        longer={"amount": 1, "unit": "days"},
        reason="complex",
    ),
    "too_often": lambda case: (
        [case.clerk("accepted")]
        + [case.clerk(word, **({"reason": "waits_for_weather"} if word == "suspended" else {})) for word in _THRICE]
    ),
    "suspended": lambda case: case.clerk("suspended", reason="waits_for_weather").clerk("accepted").clerk("resumed"),
    "ended": lambda case: case.clerk("declined", reason="outside_area").clerk("accepted"),
    "not_ended": lambda case: case.clerk("accepted").clerk("reopened", reason="came_back"),
    "two_parts": lambda case: case.clerk("accepted").does(
        "verified",
        case.county.rider,
        "grid_worker",
        verifier_id=case.county.rider,
        confirmed=True,
        reason="seen_on_site",
    ),
    "signed_by_another": lambda case: case.does(
        "accepted", case.county.maker, "county_officer", actor_id=case.county.officer
    ),
    "signed_by_another ": lambda case: case.does(
        "reminded", case.county.member, "member", actor_id=case.county.member, channel="page"
    ),
    "merged_into": lambda case: case.clerk("merged", into=case.id, grounds=["near_text"]),
    "another_s": lambda case: (
        case.clerk("accepted")
        .clerk("dispatched", department="县城管局", handler_id=case.county.worker)
        .does("claimed", case.county.handler, "department_handler", handler_id=case.county.handler)
    ),
}
_THRICE = ["suspended", "resumed"] * 3


@pytest.mark.parametrize("reason", LEFT)
def test_each_way_of_leaving_it(verdict_on, county, reason):
    published(county)
    LEFT[reason](Case(county))
    assert f"workflows.{reason.strip()}" in found(verdict_on, county)


def test_what_is_sensitive_is_never_posted(verdict_on, county):
    published(county)
    case = Case(county, sensitive=True).begun().handled().clerk("fed_back", channel="visit")
    case.clerk("rated", stars=4, by_reporter=False).clerk("archived")
    assert found(verdict_on, county) == set(), "nor is posting missed"
    case.clerk("posted", days=7)
    assert found(verdict_on, county) == {"workflows.posted_sensitive"}


def test_a_second_round_is_handled_again_by_whoever_did_before(verdict_on, county):
    published(county)
    case = Case(county).ended().clerk("reopened", reason="came_back")
    case.clerk("dispatched", department="县城管局")
    case.does("claimed", county.handler, "department_handler", handler_id=county.handler).handled()
    assert found(verdict_on, county) == set()


def test_a_later_report_is_merged_into_an_earlier_one(verdict_on, county):
    published(county)
    first, second = Case(county, 1), Case(county, 2)
    second.clerk("merged", into=first.id, grounds=["near_text"])
    assert found(verdict_on, county) == set()
    first.clerk("merged", into=second.id, grounds=["near_text"])
    assert found(verdict_on, county) == {"workflows.merged_into"}
