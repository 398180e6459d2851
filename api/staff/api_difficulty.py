"""Grid difficulty over JSON: rules, what was measured, and the scores that follow."""

from typing import Annotated

from fastapi import Query, Response
from pydantic import BaseModel

from api.commands import difficulty as commands
from api.commands.shared import today
from api.staff.acting import ByToken, Desk
from api.staff.api_answers import RECORDED, recorded
from api.staff.fields import Code, CommandKey, Identifier
from api.staff.register_shapes import NewDifficultyRule, NewFigures
from api.staff.shapes import ReceiptGiven
from api.web.routes import Routes
from domain.kernel.scoring import Factor, FactorBand, Measured, Part, StaffingBand
from projections import difficulty_scores
from projections.difficulty_scores import Rule, Score

router = Routes(prefix="/api/v1", tags=["网格难度"])


class ScoreExplained(BaseModel):
    """A score and what each factor added to it."""

    score: Score
    parts: list[Part]


@router.get("/difficulty-rules", operation_id="listDifficultyRules", summary="难度评分办法")
def list_rules(desk: Desk, who: ByToken, area: Annotated[Code | None, Query()] = None) -> list[Rule]:
    """Every version that was published in an area."""
    who.require("register")
    with desk.app.reading.connection() as conn:
        return difficulty_scores.rules_within(conn, who.area(desk, area))


@router.post("/difficulty-rules", responses=RECORDED, operation_id="publishDifficultyRule", summary="公布难度评分办法")
def publish_rule(
    wanted: NewDifficultyRule, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Publish how grids are scored from a day on."""
    receipt = commands.publish_rule(desk.app, actor=who.actor, key=key, new=rule_of(wanted), on=today(desk.app))
    return recorded(desk, receipt, response)


@router.get("/difficulty-scores", operation_id="listDifficultyScores", summary="网格难度得分")
def list_scores(desk: Desk, who: ByToken, area: Annotated[Code | None, Query()] = None) -> list[Score]:
    """The latest score of each grid of an area, the hardest first."""
    who.require("register")
    with desk.app.reading.connection() as conn:
        return difficulty_scores.latest(conn, who.area(desk, area))


@router.get("/difficulty-scores/{grid_id}", operation_id="readDifficultyScores", summary="一个网格的历次得分")
def read_scores(grid_id: Identifier, desk: Desk, who: ByToken) -> list[ScoreExplained]:
    """Every day on which a grid was measured, with what each factor added."""
    who.require("register")
    with desk.app.reading.connection() as conn, conn.transaction():
        found = difficulty_scores.of_grid(conn, grid_id)
        rules = difficulty_scores.rules_named(conn, [score.rule for score in found])
    for score in found[:1]:
        who.require_area(score.division)
    return [ScoreExplained(score=score, parts=list(score.parts(rules[score.rule]))) for score in found]


@router.post(
    "/difficulty-inputs", responses=RECORDED, operation_id="recordDifficultyInputs", summary="登记网格难度数据"
)
def record_inputs(wanted: NewFigures, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Record what was measured of a grid on a day."""
    receipt = commands.record_inputs(desk.app, actor=who.actor, key=key, figures=figures_of(wanted), on=today(desk.app))
    return recorded(desk, receipt, response)


def rule_of(wanted: NewDifficultyRule) -> commands.NewRule:
    """A rule as the command takes it."""
    factors = tuple(
        Factor(
            code=factor.code,
            name=factor.name,
            unit=factor.unit,
            weight=factor.weight,
            bands=tuple(FactorBand(band.at_least, band.points) for band in factor.bands),
        )
        for factor in wanted.factors
    )
    staffing = tuple(StaffingBand(band.at_least, band.workers) for band in wanted.staffing)
    return commands.NewRule(wanted.division, wanted.since, wanted.document, factors, staffing)


def figures_of(wanted: NewFigures) -> commands.Figures:
    """A grid's figures as the command takes them."""
    inputs = tuple(Measured(figure.factor, figure.value) for figure in wanted.inputs)
    return commands.Figures(wanted.division, wanted.grid, wanted.measured_on, inputs, wanted.document)
