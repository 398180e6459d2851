"""积分规则: the layers in force, every version, and what a proposed rule would have given before it is adopted.

What must not be broken: nothing is published that the page has not shown, with its simulation; between the two steps
the rule is kept by nobody but the browser, and judged anew when it is confirmed.
"""

import base64
import binascii
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import File, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field

from api.commands.points import layers_in_force, publish, why_not
from api.commands.shared import today
from api.files.findings import BadFile, finding
from api.files.points_rules import PointsRuleFile, load_points_rule, points_rule_names, read_points_rule
from api.points_simulating import simulate_rule
from api.staff.acting import ByCookie, Desk
from api.staff.fields import Code, Day, Line
from api.staff.forms import FormSent, show
from api.staff.page_today import place_names
from api.web import points_words
from api.web.messages import sentence
from api.web.routes import Routes
from domain import authority
from domain.kernel.refusals import Refusal
from domain.points.rules import Layers
from projections import places, points, points_rules, stations

router = Routes(prefix="/staff/points-rules", include_in_schema=False)

PATH: Final = "/staff/points-rules"
RULE_BYTES_MAX: Final = 64_000
SIMULATED_DAYS: Final = 365
OWN_FILE: Final = "own"


class RuleForm(BaseModel):
    """Which rule (one that comes with the program, or `own`), where and from which day on, and by which order."""

    rule: Line
    division: Code
    since: Day
    document: Line


class RuleTried(RuleForm):
    """The days whose deeds it is tried on."""

    tried_from: Day
    tried_until: Day


class RuleConfirmed(RuleForm):
    """A rule of one's own once more, as the page that showed it has kept it."""

    content: Annotated[str, Field(max_length=RULE_BYTES_MAX * 2, pattern=r"^[A-Za-z0-9_=-]*$")] = ""


@router.get("")
def page(request: Request, desk: Desk, who: ByCookie, division: Annotated[Code | None, Query()] = None) -> HTMLResponse:
    """The rules in force for a place, all versions of the county, and the form for a proposal."""
    on, where = today(desk.app), division or who.areas[0]
    with desk.current(points_rules, places, stations) as conn:
        known = places.within(conn, desk.app.log.division, on=on)
        versions = points_rules.versions(conn, desk.app.log.division)
        goods_titles = stations.titles(conn, desk.app.log.division)
    if where not in {place.code for place in known}:
        raise Refusal("place.unknown", division=where)
    layers = layers_in_force(desk.app, where, on=on)
    values: dict[str, Any] = {
        "where": where,
        "known": known,
        "offered": [place for place in known if who.covers(place.code)],
        "layers": layers,
        "factors": _factors_of(layers),
        "goods_titles": goods_titles,
        "versions": versions,
        "places": place_names(desk, {where, *(one.division for one in versions)}),
        "today": on,
        "tomorrow": on + timedelta(days=1),
        "tried_from": on - timedelta(days=SIMULATED_DAYS),
        "may_publish": authority.may(who.role, "points_rule.published/1"),
        "shipped": {name: load_points_rule(name).title for name in points_rule_names()},
        "own": OWN_FILE,
        "said": points_words,
    }
    return show(request, desk, who, "points_rules.html", values)


@router.post("/check")
def check(request: Request, form: FormSent, file: Annotated[UploadFile | None, File()] = None) -> HTMLResponse:
    """What a rule says, and what it would have given; nothing is recorded."""
    asked = form.shaped(RuleTried)
    form.who.area(form.desk, asked.division)
    content = file.file.read(RULE_BYTES_MAX + 1) if file is not None else b""
    values: dict[str, Any] = {
        "asked": asked,
        "findings": (),
        "content": base64.urlsafe_b64encode(content).decode(),
        "places": place_names(form.desk, {asked.division}),
        "said": points_words,
    }
    try:
        proposed = _rule(asked.rule, content)
    except BadFile as bad:
        page = show(request, form.desk, form.who, "points_rule_check.html", values | {"findings": bad.findings})
        page.status_code = 400
        return page
    tried = simulate_rule(
        form.app,
        division=asked.division,
        content=proposed.content,
        since=asked.tried_from,
        until=asked.tried_until,
    )
    with form.desk.current(points_rules, points) as conn:
        titles = points_rules.titles(conn)
    own = {one.code: one.title for one in proposed.content.categories}
    refusal = why_not(form.app, division=asked.division, since=asked.since)
    values |= {
        "proposed": proposed,
        "why_not": sentence(refusal.code, refusal.facts) if refusal is not None else None,
        "tried": tried,
        "titles": {one.category: titles.category(None, one.category) for one in tried.categories} | own,
    }
    return show(request, form.desk, form.who, "points_rule_check.html", values)


@router.post("")
def record(form: FormSent) -> RedirectResponse:
    """Publish the rule that was shown."""
    wanted = form.shaped(RuleConfirmed)
    try:
        proposed = _rule(wanted.rule, base64.urlsafe_b64decode(wanted.content))
    except (binascii.Error, BadFile):
        raise Refusal("form.expired") from None
    receipt = publish(
        form.app,
        actor=form.actor,
        key=form.key,
        division=wanted.division,
        content=proposed.content,
        since=wanted.since,
        document=wanted.document,
        on=form.on,
    )
    return form.done(receipt, at=PATH)


def _rule(rule: str, content: bytes) -> PointsRuleFile:
    """The rule that is meant. Raises BadFile for a file of one's own that is none; refuses `page.unknown`."""
    if rule == OWN_FILE:
        if len(content) > RULE_BYTES_MAX:
            raise BadFile([finding("file.too_large", file="rule.toml", limit=f"{RULE_BYTES_MAX // 1000} KB")])
        return read_points_rule(content, file="rule.toml")
    if rule not in points_rule_names():
        raise Refusal("page.unknown")
    return load_points_rule(rule)


def _factors_of(layers: Layers) -> dict[str, str]:
    """The categories that count more or less than once today, and how often."""
    found = {item.category: layers.factor_percent(item.category) for item in layers.items()}
    return {category: points_words.times(factor) for category, factor in found.items() if factor != 100}
