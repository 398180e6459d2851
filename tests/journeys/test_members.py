"""A courier becomes a member, reports, is suspended, leaves and is paid; a household changes; all of it is verified."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.commands import incidents
from api.commands.incidents import Handling, Report, Verdict
from api.commands.shared import today
from api.exporting import export_package
from audit.verify import verify_package
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from journal.facts import Actor
from projections import persons
from tests.api.web.county import COUNTY, TOWNSHIP, VILLAGE, County, copied_county

if TYPE_CHECKING:
    from tests.conftest import Cluster

DAY = timedelta(days=1)
ACCOUNT = {"holder": "马超", "number": "6222020200112299999", "bank": "横峰农商银行"}
Step = Callable[..., Any]


@pytest.fixture(scope="module")
def county(cluster: "Cluster") -> Iterator[County]:
    """One county for all: every test has people and households of its own in it."""
    with copied_county(cluster, rehearsal=True) as made:
        yield made


@pytest.fixture
def step(county: County) -> Step:
    """One command over the API as somebody: its answer, or the code by which it was refused."""
    programs: dict[str, httpx.Client] = {}

    def take(
        login: str, path: str, body: dict[str, Any], *, refused: str | None = None, role: str | None = None
    ) -> Any:
        if login not in programs:
            programs[login] = county.program(login, role)
        answer = programs[login].post(f"/api/v1{path}", json=body, headers={"idempotency-key": county.key()})
        if refused is not None:
            assert answer.json().get("code") == refused, answer.text
            return answer.json()
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    return take


def read(county: County, path: str, login: str = "admin") -> Any:
    answer = county.program(login).get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def applied(step: Step, name: str = "马超", **more: Any) -> UUID:
    """An application that a grid worker wrote down; the applicant's id."""
    one = {"name": name, "phone": "13800001234", "occupation": "courier", "area": TOWNSHIP, **more}
    answer = step("lihe", "/members", {"applications": [one]})
    return UUID(answer["person_ids"][0])


def appointed(county: County, step: Step, **more: Any) -> Actor:
    """A member who was vetted, appointed and trained, acting."""
    person_id = applied(step, **more)
    yesterday, who = (today(county.app) - DAY).isoformat(), {"person_ids": [str(person_id)]}
    step("chenjing", "/members/vettings", {**who, "passed": True, "reason": "meets_conditions"})
    step("admin", "/members/appointments", {"appointments": [{"person_id": str(person_id), "since": yesterday}]})
    step("chenjing", "/members/trainings", {**who, "level": "before_duty", "trained_on": yesterday})
    assert read(county, f"/members/{person_id}")["member"]["status"] == "appointed"
    return Actor(person_id, "member")


def report(county: County, member: Actor, *, by: Actor | None = None, days_ago: int = 1) -> UUID:
    """A report of some days ago, in the app or written down by another."""
    incident_id, moment = uuid4(), county.app.journal.now() - days_ago * DAY
    source = "app" if by is None else "wechat"
    new = Report(incident_id, member.person_id, "市容环境", VILLAGE, "路灯不亮", moment, source)
    receipt = incidents.report(county.app, actor=by or member, key=county.key(), reports=[new])
    assert county.app.caught_up(receipt.position)
    return incident_id


def rewarded(county: County, member: Actor) -> UUID:
    """A report whose reward is granted."""
    incident_id, app, on = report(county, member), county.app, today(county.app)
    worker, handler, officer = (county.people[who] for who in ("lihe", "wangqiang", "chenjing"))
    seen = Verdict(incident_id, True, "seen_on_site")
    incidents.verify(app, actor=worker, key=county.key(), verdicts=[seen], on=on)
    done = Handling(incident_id, handler.person_id, "已修好", app.journal.now())
    incidents.handle(app, actor=handler, key=county.key(), handlings=[done])
    valid = Verdict(incident_id, True, "meets_catalogue")
    receipt = incidents.decide_validity(app, actor=officer, key=county.key(), verdicts=[valid], on=on)
    assert county.app.caught_up(receipt.position)
    return incident_id


def refused(county: County, member: Actor, code: str, *, by: Actor | None = None) -> None:
    with pytest.raises(Refusal) as said:
        report(county, member, by=by, days_ago=0)
    assert said.value.code == code


def whole(county: County, folder: Path) -> None:
    """The package of everything so far: no finding but what a first look always says."""
    export_package(county.app.settings, county.app.access, folder)
    found = verify_package(folder, processes=1)
    assert [one for one in found.findings if not one.attention] == []
    assert {one.code for one in found.findings} <= {
        "tree.key_from_package",
        "genesis.rehearsal",
        "witnesses.none_asked",
    }


def test_from_application_to_exit(county: County, step: Step, tmp_path: Path) -> None:
    on = today(county.app)
    person_id = applied(step)
    one = {"person_ids": [str(person_id)]}
    passed = {**one, "passed": True, "reason": "meets_conditions"}
    step("lihe", "/members/vettings", passed, refused="authority.role_may_not")
    step("chenjing", "/members/vettings", {**passed, "reason": "withdrawn"}, refused="member.reason_contradicts")
    appointment = {"appointments": [{"person_id": str(person_id), "since": on.isoformat()}]}
    step("admin", "/members/appointments", appointment, refused="member.not_vetted")
    step("chenjing", "/members/vettings", passed)
    step("zhouyu", "/members/vettings", passed, refused="member.already_vetted")
    step("chenjing", "/members/appointments", appointment, refused="authority.role_may_not")
    step("admin", "/members/appointments", appointment)
    member = Actor(person_id, "member")
    with county.app.reading.connection() as conn:
        (role,) = persons.roles_of(conn, person_id)
        (key,) = persons.keys_of(conn, person_id)
    assert (role.role, role.area, role.since, role.until) == ("member", TOWNSHIP, on, None)
    assert (key.role, key.custody, key.status) == ("member", "server", "live")

    refused(county, member, "member.not_trained")
    refused(county, member, "member.not_trained", by=county.people["lihe"])
    step(
        "chenjing",
        "/members/trainings",
        {**one, "level": "on_duty", "trained_on": on.isoformat()},
        refused="member.not_trained",
    )
    step("chenjing", "/members/trainings", {**one, "level": "before_duty", "trained_on": on.isoformat()})
    report(county, member, days_ago=0)

    step("admin", f"/members/{person_id}/suspension", {"reason": "conduct", "since": on.isoformat()})
    refused(county, member, "member.suspended")
    refused(county, member, "member.suspended", by=county.people["lihe"])
    step("admin", f"/members/{person_id}/reinstatement", {"since": on.isoformat()})
    report(county, member, by=county.people["lihe"], days_ago=0)

    exit_ = {"reason": "moved_away", "last_day": on.isoformat()}
    step("admin", f"/members/{person_id}/exit", exit_)
    step("admin", f"/members/{person_id}/exit", exit_, refused="member.not_appointed")
    file = read(county, f"/members/{person_id}")
    kinds = ["applied", "vetted", "appointed", "trained", "suspended", "reinstated", "exited"]
    assert [one["type"] for one in file["steps"]] == [f"member.{kind}/1" for kind in kinds]
    assert [one["until"] for one in file["roles"]] == [on.isoformat()]
    assert read(county, f"/members?area={TOWNSHIP}&status=exited")[0]["person_id"] == str(person_id)
    whole(county, tmp_path / "package")


def test_a_suspension_with_an_end_ends_by_itself(county: County, step: Step) -> None:
    on = today(county.app)
    member = appointed(county, step)
    until = on + 3 * DAY
    body = {"reason": "training_missed", "since": on.isoformat(), "until": until.isoformat()}
    step("admin", f"/members/{member.person_id}/suspension", body)
    with county.app.reading.connection() as conn:
        spans = [(one.since, one.until) for one in persons.roles_of(conn, member.person_id)]
    assert spans == [(on - DAY, on - DAY), (until + DAY, None)]
    step("admin", f"/members/{member.person_id}/exit", {"reason": "own_request", "last_day": on.isoformat()})
    with county.app.reading.connection() as conn:
        spans = [(one.since, one.until) for one in persons.roles_of(conn, member.person_id)]
    assert spans == [(on - DAY, on - DAY)], "the role that was to begin again does not"


def test_the_other_roles_are_shown_and_acknowledged(county: County, step: Step) -> None:
    handler, on = county.people["wangqiang"].person_id, today(county.app)
    application = {"person_id": str(handler), "phone": "13900001111", "occupation": "other", "area": TOWNSHIP}
    others = {**application, "person_id": str(county.people["lihe"].person_id)}
    step("wangqiang", "/members", {"applications": [others]}, refused="authority.only_for_oneself")
    step("wangqiang", "/members", {"applications": [application]})
    passed = {"person_ids": [str(handler)], "passed": True, "reason": "recommended_by_employer"}
    step("chenjing", "/members/vettings", passed)
    one = {"person_id": str(handler), "since": on.isoformat()}
    said = step("admin", "/members/appointments", {"appointments": [one]}, refused="member.dual_roles")
    assert "部门办理人 department_handler" in said["detail"]
    acknowledged = {**one, "acknowledged_roles": ["department_handler"]}
    step("admin", "/members/appointments", {"appointments": [acknowledged]})
    dual = read(county, "/members/dual-roles")
    assert {"person_id": str(handler), "roles": ["department_handler"]} in dual
    assert read(county, f"/members/{handler}")["member"]["other_roles"] == ["department_handler"]


def test_whoever_left_is_still_paid_and_a_changed_account_waits(county: County, step: Step, tmp_path: Path) -> None:
    on = today(county.app)
    member = appointed(county, step)
    account = f"/persons/{member.person_id}/payee-account"
    step("zhouyu", account, {"version": 1, "account": ACCOUNT})
    rewarded(county, member)
    step("admin", f"/members/{member.person_id}/exit", {"reason": "own_request", "last_day": on.isoformat()})
    month = {"division": COUNTY, "month": county.month}
    proposal = read(county, f"/payout-batches/proposal?division={COUNTY}&month={county.month}", "zhouyu")
    assert [one["payee_id"] for one in proposal["payees"]] == [str(member.person_id)]

    document = {"days": 7, "since": on.isoformat(), "document": "横综治〔2026〕9号"}
    step("zhouyu", "/cooling", document, refused="authority.role_may_not")
    step("admin", "/cooling", document)
    step("admin", "/cooling", document, refused="cooling.since_reused")
    assert read(county, "/cooling")["days"] == 7
    step("chenjing", account, {"version": 2, "account": {**ACCOUNT, "number": "6222020200112288888"}})
    proposal = read(county, f"/payout-batches/proposal?division={COUNTY}&month={county.month}", "zhouyu")
    assert proposal["payees"] == []
    waiting = {"payee_id": str(member.person_id), "payable_from": (on + 7 * DAY).isoformat()}
    assert proposal["cooling"] == [waiting]
    step("zhouyu", "/payout-batches", month, refused="payout_batch.empty")

    right = f"{account}/acknowledgement"
    step("chenjing", right, {"version": 2}, refused="chain.acted_twice")
    step("sunli", right, {"version": 1}, refused="person.account_version_differs")
    step("sunli", right, {"version": 2})
    batch = step("zhouyu", "/payout-batches", month)["batch_id"]
    digest = county.acknowledged(batch)
    step("sunli", f"/payout-batches/{batch}/approval", {"shown_digest": digest})
    whole(county, tmp_path / "package")


def test_a_household_changes_and_nobody_belongs_to_two(county: County, step: Step, tmp_path: Path) -> None:
    on = today(county.app)
    since = (on - 30 * DAY).isoformat()
    household = {
        "division": VILLAGE,
        "reference": "017",
        "persons": [
            {"name": "张大山", "since": since, "reason": "registered", "head": True},
            {"name": "李秀英", "since": since, "reason": "registered"},
        ],
    }
    answer = step("lihe", "/households", household)
    house, (head, wife) = answer["household_id"], answer["person_ids"]
    step("lihe", "/households", household, refused="household.already_registered")
    step(
        "lihe", "/households", {**household, "division": TOWNSHIP, "persons": []}, refused="household.not_in_a_village"
    )
    other = step("lihe", "/households", {"division": VILLAGE, "reference": "018"})["household_id"]
    joining = {"persons": [{"person_id": wife, "since": on.isoformat(), "reason": "moved_in"}]}
    step("lihe", f"/households/{other}/persons", joining, refused="residence.already_taken")
    leaving = {"person_id": wife, "last_day": (on - DAY).isoformat(), "reason": "moved_out", "other_household": other}
    step("lihe", f"/households/{house}/departures", leaving)
    step("lihe", f"/households/{house}/departures", leaving, refused="household.not_in_it")
    step("lihe", f"/households/{other}/persons", joining)
    step(
        "lihe", f"/households/{other}/head", {"person_id": head, "since": on.isoformat()}, refused="household.not_in_it"
    )
    step("lihe", f"/households/{other}/head", {"person_id": wife, "since": on.isoformat()})
    found = {one["reference"]: one for one in read(county, f"/households?area={VILLAGE}", "lihe")}
    assert {ref: (one["persons"], one["head_id"]) for ref, one in found.items()} == {"017": (1, head), "018": (1, wife)}
    page = read(county, f"/households/{house}", "lihe")
    assert [one["until"] for one in page["persons"]] == [None, (on - DAY).isoformat()]
    whole(county, tmp_path / "package")


def test_a_role_of_the_staff_is_ended(county: County, step: Step) -> None:
    on, person_id = today(county.app), county.people["qianduo"].person_id
    area = Division("361125100000")
    ending = {"role": "grid_worker", "area": area, "last_day": on.isoformat()}
    step("chenjing", f"/persons/{person_id}/roles/end", ending, refused="authority.role_may_not")
    yesterday = {**ending, "last_day": (on - DAY).isoformat()}
    step("admin", f"/persons/{person_id}/roles/end", yesterday, refused="person.day_in_past")
    step("admin", f"/persons/{person_id}/roles/end", ending)
    step("admin", f"/persons/{person_id}/roles/end", ending, refused="person.role_not_held")
    own = {**ending, "role": "administrator", "area": COUNTY}
    step("admin", f"/persons/{county.admin.person_id}/roles/end", own, refused="person.ends_own_role")


def test_a_name_and_a_phone_are_opened_on_record(county: County, step: Step) -> None:
    person_id = applied(step)
    assert read(county, f"/members/{person_id}/contact", "lihe") == {"name": "马超", "phone": "13800001234"}
    assert county.program("xuwei").get(f"/api/v1/members/{person_id}/contact").json()["code"] == "access.may_not_read"
    (opening, *_) = county.app.vault.openings(person_id=person_id)
    assert opening.reason == "member.contact as grid_worker"
    assert county.program("qianduo").get(f"/api/v1/members/{person_id}").json()["code"] == "access.outside_area"
