"""难度评分: how hard each grid is, by which figures and which rule, and how many people the rule recommends."""

from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands import difficulty as commands
from api.commands.shared import today
from api.staff.acting import ByCookie, Desk
from api.staff.api_difficulty import figures_of, rule_of
from api.staff.fields import After, Identifier
from api.staff.forms import FormSent, shaped, show
from api.staff.page_today import place_names
from api.staff.register_forms import DifficultyRuleForm, DivisionChosen, FiguresForm, figures
from api.web import register_words
from api.web.paging import cut, query
from api.web.routes import Routes
from domain.kernel.refusals import Refusal
from projections import difficulty_scores, places

router = Routes(prefix="/staff/difficulty", include_in_schema=False)

SHOWN_MAX = 100


@router.get("")
def listing(
    request: Request,
    desk: Desk,
    who: ByCookie,
    division: Annotated[str, Query(max_length=20)] = "",
    after: After = None,
) -> HTMLResponse:
    """Every grid, the hardest first; with `division`, the form for figures of a grid there."""
    who.require("register")
    area, on = who.areas[0], today(desk.app)
    chosen = who.area(desk, shaped(DivisionChosen, {"division": division}).division) if division else None
    with desk.current(difficulty_scores, places) as conn:
        rules = difficulty_scores.rules_within(conn, area)
        everything = difficulty_scores.latest(conn, area)
        rule = difficulty_scores.rule_in_force(conn, chosen, on=on) if chosen else None
        known = places.within(conn, area, on=on)
    scores, shown = cut(everything, name=lambda score: score.grid_id, after=after, size=SHOWN_MAX)
    divisions = {rule.division for rule in rules} | {score.division for score in scores}
    values: dict[str, Any] = {
        "rules": rules,
        "scores": scores,
        "shown": shown,
        "next": query(division=division, after=scores[-1].grid_id) if shown.more else None,
        "workers": sum(score.workers for score in everything),
        "chosen": chosen,
        "rule": rule,
        "known": known,
        "places": place_names(desk, divisions | ({chosen} if chosen else set())),
        "today": on,
        "said": register_words,
    }
    return show(request, desk, who, "difficulty.html", values)


@router.post("/rules")
def publish(form: FormSent) -> RedirectResponse:
    """Publish a rule."""
    wanted = form.shaped(DifficultyRuleForm)
    receipt = commands.publish_rule(form.app, actor=form.actor, key=form.key, new=rule_of(wanted), on=form.on)
    return form.done(receipt, at="/staff/difficulty")


@router.post("")
def record(form: FormSent) -> RedirectResponse:
    """Record a grid's figures; the score follows."""
    wanted = shaped(FiguresForm, {**form.fields, "inputs": figures(form.fields)})
    receipt = commands.record_inputs(form.app, actor=form.actor, key=form.key, figures=figures_of(wanted), on=form.on)
    return form.done(receipt, at=f"/staff/difficulty/{commands.grid_id_of(wanted.division, wanted.grid)}")


@router.get("/{grid_id}")
def page(request: Request, grid_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """One grid: every day on which it was measured, and what each figure added to the score."""
    who.require("register")
    with desk.current(difficulty_scores) as conn:
        scores = difficulty_scores.of_grid(conn, grid_id)
        rules = difficulty_scores.rules_named(conn, [score.rule for score in scores])
    if not scores:
        raise Refusal("page.unknown")
    who.require_area(scores[0].division)
    values = {
        "scores": [(score, rules[score.rule], score.parts(rules[score.rule])) for score in scores],
        "grid": scores[0].grid,
        "division": scores[0].division,
        "places": place_names(desk, {scores[0].division, *(rule.division for rule in rules.values())}),
        "said": register_words,
    }
    return show(request, desk, who, "grid.html", values)
