"""A county with a points rule, and households for what is done in it."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx

from api.commands import points as point_commands
from api.commands.county import NewPerson, register_persons
from api.commands.shared import today
from api.files.points_rules import load_points_rule
from domain.households import household_id
from domain.kernel.ids import derived
from domain.points.accounts import Account, account_id
from domain.points.accounts import evolve as evolve_account
from domain.points.rules import evolve as evolve_rules
from tests.api.web.county import COUNTY, SINCE, VILLAGE, County
from tests.api.web.registers import signed_in


def publish_rule(county: County) -> None:
    """The rule that ships with the program, in force since the year before; nothing where there is one already."""
    on = today(county.app)
    if county.app.journal.state(point_commands.rule_stream(COUNTY), evolve_rules) is not None:
        return
    receipt = point_commands.publish(
        county.app,
        actor=county.admin,
        key=county.key(),
        division=COUNTY,
        content=load_points_rule("red-riders").content,
        since=date(on.year - 1, 1, 1),
        document="横文明委〔2026〕1号",
        on=on,
    )
    assert county.app.caught_up(receipt.position)


def done(answer: Any) -> Any:
    """What a command answered, which it did."""
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


ROLES = {"zhaomin": "grid_worker", "zhouyu": "county_officer"}
"""In which role those act here who have several."""


def post(county: County, login: str, path: str, body: dict[str, Any]) -> Any:
    """A command over the API, in the role that is meant here."""
    return county.post(login, path, body, role=ROLES.get(login))


def step(county: County, login: str, path: str, **body: Any) -> Any:
    """A step of a deed."""
    return post(county, login, f"{path}/steps", body)


def account(county: County, kind: str, holder: UUID) -> Account | None:
    """A points account as the journal says."""
    stream = f"points_account/{account_id(kind, holder)}"  # type: ignore[arg-type]
    return county.app.journal.state(stream, evolve_account)


def held(county: County, kind: str, holder: UUID) -> int:
    """The points that an account holds; 0 where there is none."""
    found = account(county, kind, holder)
    return found.held if found is not None else 0


def household(county: County, reference: str, *names: str, since: date | None = None) -> tuple[UUID, list[UUID]]:
    """A household of the village, the first of its people its head."""
    day = (since or today(county.app) - timedelta(days=60)).isoformat()
    people = [{"name": name, "since": day, "reason": "registered", "head": not n} for n, name in enumerate(names)]
    answer = done(county.post("lihe", "/households", {"division": VILLAGE, "reference": reference, "persons": people}))
    return household_id(VILLAGE, reference), [UUID(one) for one in answer["person_ids"]]


def unit(county: County, department: str) -> str:
    """A unit that somebody speaks for in the county."""
    who = NewPerson(derived("handles", department), "秦理", "department_handler", COUNTY, SINCE, department=department)
    key = str(derived("handling", department))
    receipt = register_persons(county.app, actor=county.admin, key=key, new=[who], on=today(county.app))
    assert county.app.caught_up(receipt.position)
    return department


def at_work(county: County, login: str) -> httpx.Client:
    """A browser in which somebody has signed in, in the role that is meant here."""
    browser = signed_in(county, login)
    if login in ROLES:
        token = re.search(r'name="form_token" value="([^"]+)"', browser.get("/staff/role").text)
        assert token is not None
        browser.post("/staff/role", data={"role": ROLES[login], "form_token": token[1]})
    return browser


def one_of_each(county: County) -> None:
    """A task, an activity, praise, an inspection and a service, each of which waits for a second person."""
    publish_rule(county)
    on, day = today(county.app), today(county.app).isoformat()
    house, (head,) = household(county, "209", "杨柳")
    task = {
        "division": VILLAGE,
        "title": "清扫文化广场",
        "place": "文化广场",
        "item": "task",
        "due_on": day,
        "seats": 3,
    }
    path = f"/tasks/{done(post(county, 'lihe', '/tasks', task))['deed_id']}"
    done(step(county, "zhangjianguo", path, step="accept"))
    done(step(county, "zhangjianguo", path, step="finish"))
    done(post(county, "lihe", "/tasks", {**task, "title": "给独居老人送菜", "place": "城东"}))
    activity = {"division": VILLAGE, "title": "河道清洁", "place": "村口", "item": "volunteer_hour", "held_on": day}
    activity |= {"minutes": 120, "seats": 20, "organiser": "城东村村委会"}
    path = f"/activities/{done(post(county, 'lihe', '/activities', activity))['deed_id']}"
    came = [str(county.people["ouyang"].person_id)]
    done(step(county, "zhaomin", path, step="check_in", person_ids=came))
    done(step(county, "zhangjianguo", path, step="sign_up"))
    praise = {"division": VILLAGE, "holder_kind": "household", "holder_id": str(house), "title": "最美庭院"}
    praise |= {
        "item": "commendation_village",
        "document": "城东村〔2026〕9号",
        "issuer": "城东村村委会",
        "issued_on": day,
    }
    done(post(county, "lihe", "/commendations", praise))
    inspectors = [str(county.people[who].person_id) for who in ("lihe", "zhaomin")]
    seen = {"household_id": str(house), "inspectors": inspectors, "result": "clean", "item": "clean_household"}
    earlier = {**seen, "inspected_on": (on - timedelta(days=40)).isoformat()}
    deed = done(post(county, "lihe", "/inspections", earlier))["deed_id"]
    done(step(county, "zhaomin", f"/inspections/{deed}", step="confirm"))
    done(post(county, "lihe", "/inspections", {**seen, "inspected_on": day}))
    body = unit(county, "县水利局")
    service = {"division": VILLAGE, "unit": body, "title": "防汛值守", "item": "party_activity", "held_on": day}
    done(post(county, "zhangjianguo", "/party-activities", {**service, "minutes": 120}))
    other, (son,) = household(county, "210", "杨树")
    move = {"person_ids": [str(son)], "to_id": str(house), "since": day, "reason": "merged"}
    done(post(county, "lihe", f"/households/{other}/moves", move))
    assert head
