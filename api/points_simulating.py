"""What a proposed points rule would have given for the deeds of some past months, read from the registers.

Nothing is recorded. Deeds are those that points were settled for, and valid reports also where no rule was in force.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection

from api.commands.points import rule_stream
from api.commands.shared import incident_stream
from api.context import App
from domain.kernel.places import Division, chain
from domain.points import rules
from domain.points.accounts import account_id
from domain.points.rules import REPORT_ITEM, Content, PointsRulePublished, Rules
from domain.points.simulation import PastDeed, Simulation, simulate
from projections import points_queries, report_deeds
from projections.points_queries import SettledDeed
from projections.report_deeds import ReportDeed


def simulate_rule(app: App, *, division: Division, content: Content, since: date, until: date) -> Simulation:
    """Reckon the deeds of these days, both included, in a division as if `content` had been its rule.

    Refused as `rules.check`.
    """
    rules.check(content)
    app.runner.catch_up()
    with app.reading.connection() as conn:
        deeds = list(_deeds(conn, content, division=division, since=since, until=until))
    return simulate(
        deeds,
        rules=_published(app, {deed.division for deed in deeds}),
        proposed=_proposed(content, division=division, since=since),
        county=app.log.division,
    )


def _published(app: App, divisions: set[Division]) -> dict[Division, Rules]:
    streams = {code: rule_stream(code) for one in divisions for code in chain(one)}
    found = app.journal.states(streams.values(), rules.evolve)
    return {code: known for code, stream in streams.items() if (known := found[stream]) is not None}


def _proposed(content: Content, *, division: Division, since: date) -> PointsRulePublished:
    return PointsRulePublished(
        division=division,
        version=1,
        since=since,
        document="",
        holder=content.holder,
        categories=content.categories,
        items=content.items,
        windows=content.windows,
        caps=content.caps,
        exchange_limits=content.exchange_limits,
        expires_after_months=content.expires_after_months,
        cash_top_up=content.cash_top_up,
        debt_from_deductions=content.debt_from_deductions,
        exchange_within=content.exchange_within,
    )


def _deeds(
    conn: Connection[Any], content: Content, *, division: Division, since: date, until: date
) -> Iterator[PastDeed]:
    """Valid reports, with what they were given; then every other deed that was settled and still stands."""
    settled = points_queries.settled_deeds(conn, division=division, since=since, until=until)
    standing = [one for one in settled if not one.taken_back]
    kinds = points_queries.by_ids(conn, {one.account_id for one in standing}, on=until)
    given = {one.cause: one for one in standing}
    reports = report_deeds.valid_reports(conn, division=division, since=since, until=until)
    causes = {str(incident_stream(one.incident_id)) for one in reports}
    for report in reports:
        yield _of_report(report, content, given.get(incident_stream(report.incident_id)))
    for one in standing:
        if one.cause not in causes:
            household = kinds[one.account_id].kind == "household"
            yield PastDeed(
                items=(one.item,),
                quantity=one.quantity,
                division=one.division,
                on=one.deed_on,
                person_id=one.beneficiary_id,
                account_id=one.account_id,
                of_household=household,
                gave=one.points,
                counted_as=one.category,
            )


def _of_report(report: ReportDeed, content: Content, gave: SettledDeed | None) -> PastDeed:
    words = [f"{REPORT_ITEM}:{word}" for word in (report.item, report.category) if word is not None]
    in_house = content.holder == "household" and report.household_id is not None
    holder: UUID = report.household_id if in_house and report.household_id is not None else report.reporter_id
    return PastDeed(
        items=(*words, REPORT_ITEM),
        quantity=1,
        division=report.division,
        on=report.reported_on,
        person_id=report.reporter_id,
        account_id=account_id("household" if in_house else "person", holder),
        of_household=in_house,
        gave=gave.points if gave is not None else 0,
        counted_as=gave.category if gave is not None else None,
    )
