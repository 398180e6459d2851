"""Every report follows the workflow of its day; each way of leaving it is found offline, from the events alone."""

import copy
from uuid import UUID, uuid5

import pytest

from domain import workflows
from domain.kernel.ids import derived, stream_name
from tests.audit.story import COUNTY, TOWNSHIP, VILLAGE, County, codes, commitment, person
from tests.domain.workflow_templates import shipped

SPACE = UUID("6e0b4d3a-27e1-4cf3-9b0e-3d0f6a1c9a77")
TITLE = "jiamusi-8"
ANSWERER = person("answerer")
NAME = workflows.version_name(TITLE, 1)


def _second_worker(county: County) -> None:
    """Somebody who can tell the reporter: the first worker verifies."""
    stream, cmd = stream_name("person", UUID(ANSWERER)), county.story.command()
    county.admin(stream, "person.registered/1", {"name": commitment(ANSWERER), "pseudonymous": False}, cmd=cmd)
    held = {"role": "grid_worker", "area": TOWNSHIP, "since": "2026-01-01"}
    county.admin(stream, "person.role_granted/1", held, cmd=cmd)
    county.register_key(ANSWERER, "grid_worker", cmd=cmd)


def published(county: County, *, before: bool = False) -> None:
    """The default template, published and adopted by the whole county on the first of March.

    `before`: as it was published before steps were set apart.
    """
    _second_worker(county)
    template = shipped(TITLE)
    steps = [
        {
            "act": step.act,
            "stage": step.stage,
            "roles": list(step.roles),
            "mandatory": step.mandatory and not (before and step.act in ("verify", "decide")),
            **({"limit": {"amount": step.limit.amount, "unit": step.limit.unit}} if step.limit else {}),
            **({"apart": True} if step.apart and not before else {}),
        }
        for step in template.steps
    ]
    besides = [
        {
            "act": one.act,
            "stage": one.stage,
            "roles": list(one.roles),
            **({"times_max": one.times_max} if one.times_max else {}),
            **({"percent_max": one.percent_max} if one.percent_max and not before else {}),
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

    def __init__(
        self,
        county: County,
        number: int = 0,
        *,
        workflow: str | None = NAME,
        sensitive: bool = False,
        division: str = VILLAGE,
        hour: int | None = None,
    ):
        self.county = county
        self.id = str(uuid5(SPACE, str(number)))
        self.stream = stream_name("incident", UUID(self.id))
        data = {
            "reporter_id": county.rider,
            "category": "环境保护",
            "sensitive": sensitive,
            "division": division,
            "text": commitment(f"march {number}"),
            "source": "app",
            "reported_at": f"2026-03-03T0{number if hour is None else hour}:00:00.000000Z",
            "photos": [],
            **({"workflow": workflow} if workflow else {}),
        }
        county.story.add(self.stream, "incident.reported/1", data, by=county.rider, role="member", on="2026-03-03")

    def does(self, word: str, by: str, role: str, **data: object) -> "Case":
        self.county.story.add(self.stream, f"incident.{word}/1", data, by=by, role=role, on="2026-03-04")
        return self

    def clerk(self, word: str, **data: object) -> "Case":
        return self.does(word, self.county.maker, "county_officer", actor_id=self.county.maker, **data)

    def accepted(self) -> "Case":
        seen = {"verifier_id": self.county.worker, "confirmed": True, "reason": "seen_on_site"}
        return self.clerk("accepted").does("verified", self.county.worker, "grid_worker", **seen)

    def decided(self) -> "Case":
        facts = {"decider_id": self.county.officer, "valid": False, "reason": "own_duty"}
        return self.does("validity_decided", self.county.officer, "county_officer", **facts)

    def told(self) -> "Case":
        """Answered by the other grid worker, rated by who reported it."""
        self.does("fed_back", ANSWERER, "grid_worker", actor_id=ANSWERER, channel="telephone")
        return self.does("rated", self.county.rider, "member", actor_id=self.county.rider, stars=5, by_reporter=True)

    def begun(self) -> "Case":
        self.accepted().clerk("dispatched", department="县城管局")
        return self.does("claimed", self.county.handler, "department_handler", handler_id=self.county.handler)

    def handled(self) -> "Case":
        facts = {"handler_id": self.county.handler, "handled_at": "2026-03-04T02:00:00.000000Z"}
        return self.does("handled", self.county.handler, "department_handler", **facts)

    def ended(self) -> "Case":
        return self.begun().handled().decided().told().clerk("posted", days=7).clerk("archived")


def _longer(hours: int) -> dict[str, object]:
    return {"amount": hours, "unit": "working_hours"}


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
    "two_parts ": lambda case: case.begun().handled().decided().clerk("fed_back", channel="telephone"),
    "two_parts  ": lambda case: (
        case.begun()
        .handled()
        .decided()
        .does("fed_back", case.county.handler, "department_handler", actor_id=case.county.handler, channel="visit")
    ),
    "out_of_turn ": lambda case: case.begun().handled().told().clerk("posted", days=7).clerk("archived"),
    "other_department": lambda case: (
        case.accepted()
        .clerk("dispatched", department="县城管局", bound=True)
        .does("claimed", case.county.handler, "department_handler", handler_id=case.county.handler)
    ),
    "other_department ": lambda case: (
        case.accepted()
        .clerk("dispatched", department="县城管局", bound=True)
        .does("claimed", ANSWERER, "grid_worker", handler_id=ANSWERER)
    ),
    "extension_beyond": lambda case: case.accepted().clerk("extended", longer=_longer(5), reason="complex"),
    "extension_beyond ": lambda case: (
        case.accepted()
        .clerk("extended", longer=_longer(3), reason="complex")
        .clerk("extended", longer=_longer(2), reason="complex")
    ),
    "extension_beyond  ": lambda case: case.accepted().clerk(
        "extended", longer={"amount": 1, "unit": "days"}, reason="complex"
    ),
    "merged_into": lambda case: case.clerk("merged", into=case.id, grounds=["near_text"]),
    "another_s": lambda case: (
        case.accepted()
        .clerk("dispatched", department="县城管局", handler_id=case.county.clerk)
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
    case = Case(county, sensitive=True).begun().handled().decided().told().clerk("archived")
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


def test_of_two_reports_of_one_moment_the_one_recorded_first_is_the_earlier_one(verdict_on, county):
    """The ids say the opposite for one of the two pairs, whichever it is."""
    published(county)
    numbers = sorted((2, 3, 4), key=lambda number: str(uuid5(SPACE, str(number))), reverse=True)
    first, second, third = (Case(county, number, hour=1) for number in numbers)
    second.clerk("merged", into=first.id, grounds=["near_text"])
    assert found(verdict_on, county) == set()
    first.clerk("merged", into=third.id, grounds=["near_text"])
    assert found(verdict_on, county) == {"workflows.merged_into"}


def test_a_report_is_given_its_village_and_belongs_there(verdict_on, county):
    published(county)
    Case(county, division=TOWNSHIP).clerk("located", division=VILLAGE).ended()
    assert found(verdict_on, county) == set()


LOCATED = {
    "workflows.located_elsewhere": lambda case: case.clerk("located", division=COUNTY),
    "workflows.located_elsewhere ": lambda case: case.clerk("located", division=VILLAGE).clerk(
        "located", division=VILLAGE
    ),
    "workflows.ended": lambda case: case.clerk("declined", reason="outside_area").clerk("located", division=VILLAGE),
    "workflows.located_late": lambda case: (
        case.clerk("accepted")
        .does(
            "verified",
            case.county.worker,
            "grid_worker",
            verifier_id=case.county.worker,
            confirmed=True,
            reason="seen_on_site",
        )
        .clerk("located", division=VILLAGE)
    ),
    "workflows.two_parts": lambda case: (
        case.does("located", case.county.worker, "grid_worker", actor_id=case.county.worker, division=VILLAGE)
        .clerk("accepted")
        .does(
            "verified",
            case.county.worker,
            "grid_worker",
            verifier_id=case.county.worker,
            confirmed=True,
            reason="seen_on_site",
        )
    ),
    "workflows.signed_by_another": lambda case: case.does(
        "located", case.county.maker, "county_officer", actor_id=case.county.officer, division=VILLAGE
    ),
    "roles.place_unknown": lambda case: case.clerk("located", division="361125100299"),
    "roles.may_not": lambda case: case.does(
        "located", case.county.handler, "department_handler", actor_id=case.county.handler, division=VILLAGE
    ),
}


@pytest.mark.parametrize("code", LOCATED)
def test_each_way_of_giving_it_a_wrong_one(verdict_on, county, code):
    published(county)
    LOCATED[code](Case(county, division=TOWNSHIP))
    assert code.strip() in found(verdict_on, county)


def test_what_was_published_before_is_judged_by_what_it_said(verdict_on, county):
    """One clerk answered, rated, asked nobody whether it counts, and closed: so the version of its day allowed."""
    published(county, before=True)
    case = Case(county).begun().handled().clerk("fed_back", channel="telephone")
    case.clerk("rated", stars=5, by_reporter=False).clerk("posted", days=7).clerk("archived")
    assert found(verdict_on, county) == set()


@pytest.mark.parametrize(
    ("code", "weaker"),
    [
        ("not_apart", lambda data: data["steps"][1].pop("apart")),
        ("decision_optional", lambda data: data["steps"][1].update(mandatory=False)),
        ("extension_unbounded", lambda data: [one.pop("percent_max", None) for one in data["besides"]]),
        ("extension_unbounded", lambda data: [one.update(percent_max=101) for one in data["besides"]]),
    ],
)
def test_no_later_version_says_less_than_the_kernel(verdict_on, county, code, weaker):
    published(county)
    assert found(verdict_on, county) == set()
    draft = county.story.find("workflow.published/1")
    second = copy.deepcopy(draft.data)
    second["version"] = 2
    weaker(second)
    county.admin(stream_name("workflow", derived("workflow", TITLE)), "workflow.published/1", second)
    assert found(verdict_on, county) == {f"workflows.{code}"}


def test_what_is_bound_to_a_department_is_taken_on_by_its_handler(verdict_on, county):
    published(county)
    own, cmd = person("of the department"), county.story.command()
    stream = stream_name("person", UUID(own))
    county.admin(stream, "person.registered/1", {"name": commitment(own), "pseudonymous": False}, cmd=cmd)
    held = {"role": "department_handler", "area": COUNTY, "since": "2026-01-01", "department": "县城管局"}
    county.admin(stream, "person.role_granted/1", held, cmd=cmd)
    county.register_key(own, "department_handler", cmd=cmd)
    case = Case(county).accepted().clerk("dispatched", department="县城管局", bound=True)
    case.does("claimed", own, "department_handler", handler_id=own)
    assert found(verdict_on, county) == set()
