"""What a new county begins with: the workflows, calendars and charts of accounts that come with the program, recorded
like any other.

Nothing about workflows is in the program: a county that wants none says so, and then the kernel's own rule holds.
What must not be broken: each kind is published in one append and the charts come last, so that what an interrupted
beginning left out can be seen and recorded later.
"""

from dataclasses import replace
from datetime import date
from typing import Any, Final

import psycopg

from api.commands import charts as chart_commands
from api.commands import workflows as commands
from api.commands.charts import NewChart
from api.context import App
from api.files.chart_profiles import chart_names, load_chart
from api.files.workflow_templates import calendar_names, load_template, load_year, template_names
from domain import charts
from domain.accounts import FUNDS
from domain.kernel.places import Division
from domain.workflows import evolve_adoptions
from journal.facts import Actor

WORKFLOWS: Final = "workflow.published/1"
CALENDARS: Final = "calendar.published/1"
CHARTS: Final = "chart.published/1"

_PUBLISHED = "SELECT DISTINCT topic FROM journal.events WHERE topic = ANY(%s)"


def missing(connection: psycopg.Connection[Any]) -> set[str]:
    """What of the beginning is not recorded, over a connection of the writer's or the auditor's role: none of
    WORKFLOWS, CALENDARS and CHARTS where a county was made to the end.
    """
    kinds = [WORKFLOWS, CALENDARS, CHARTS]
    return set(kinds) - {topic for (topic,) in connection.execute(_PUBLISHED, (kinds,))}


def complete(app: App, *, actor: Actor, key: str, on: date, workflow: str | None, funds: str = FUNDS) -> None:
    """Publish what is missing of everything that comes with the program, and let the county follow a template of it.

    A county that follows one already keeps it.
    """
    with app.writing.connection() as connection:
        left = missing(connection)
    if WORKFLOWS in left:
        _publish_workflows(app, actor=actor, key=key, on=on)
    division = app.log.division
    if workflow is not None and app.journal.state(commands.adoption_stream(division), evolve_adoptions) is None:
        adopt_shipped(app, actor=actor, key=key, code=workflow, division=division, since=on, on=on)
    if CALENDARS in left:
        _publish_calendars(app, actor=actor, key=key, on=on)
    if CHARTS in left:
        _publish_charts(app, actor=actor, key=key, on=on, funds=funds)


def publish_shipped(app: App, *, actor: Actor, key: str, on: date, funds: str = FUNDS) -> None:
    """Publish every template, year and chart that come with the program; running it again changes nothing.

    `funds`: the account, among those that the chart marks as money to pay out of, that the county pays out of.
    """
    _publish_workflows(app, actor=actor, key=key, on=on)
    _publish_calendars(app, actor=actor, key=key, on=on)
    _publish_charts(app, actor=actor, key=key, on=on, funds=funds)


def _publish_workflows(app: App, *, actor: Actor, key: str, on: date) -> None:
    templates = [load_template(name) for name in template_names()]
    commands.publish(app, actor=actor, key=f"{key}:workflows", new=templates, on=on)


def _publish_calendars(app: App, *, actor: Actor, key: str, on: date) -> None:
    years = {year.year: (year, document) for year, document in map(load_year, calendar_names())}
    division = app.log.division
    commands.publish_calendars(app, actor=actor, key=f"{key}:calendars", division=division, years=years, on=on)


def _publish_charts(app: App, *, actor: Actor, key: str, on: date, funds: str) -> None:
    new = [_for_county(load_chart(name), funds=funds) for name in chart_names()]
    chart_commands.publish(app, actor=actor, key=f"{key}:charts", new=new, on=on)


def funds_offered() -> list[str]:
    """The accounts to pay out of that the charts which come with the program mark, the usual one first."""
    return [use.account for name in chart_names() for use in load_chart(name).uses if use.role == charts.FUNDS]


def _for_county(chart: NewChart, *, funds: str) -> NewChart:
    has_funds = any(use.role == charts.FUNDS for use in chart.uses)
    return replace(chart, uses=charts.with_funds_first(chart.uses, funds=funds)) if has_funds else chart


def adopt_shipped(app: App, *, actor: Actor, key: str, code: str, division: Division, since: date, on: date) -> None:
    """Let reports that are made in a division from a day on follow the first version of a template."""
    commands.adopt(
        app,
        actor=actor,
        key=f"{key}:adoption:{division}",
        division=division,
        code=code,
        version=1,
        since=since,
        document=load_template(code).document,
        on=on,
    )
