"""The demonstration county's star members of its last three paid months: computed by the rule, proposed, granted."""

from datetime import timedelta
from typing import Final

from api.commands import awards
from api.commands.awards import NewRule, award_id_of, award_stream
from api.context import App
from api.demo.people import People
from api.demo.places import COUNTY
from domain import awards as domain_awards
from domain.awards import stars_digest
from domain.kernel.periods import last_day, period
from domain.kernel.ranking import Scale, Weight
from journal.facts import Actor

MONTHS: Final = 3
SCALE: Final = Scale(10, (Weight("公共安全", 15), Weight("矛盾纠纷", 20)), reports_min=5, stars=5, ties="more_reports")


def load(app: App, *, founder: Actor, people: People) -> None:
    """Publish the rule, and let one officer propose what another grants; running it again changes nothing.

    The proposals are computed from the read models, which are brought up to date first.
    """
    since = people.period.since
    rule = NewRule(COUNTY, "month", since, f"演示县网格办〔{since.year}〕12号", SCALE)
    awards.publish_rule(app, actor=founder, key="demo:award_rule", new=rule, on=since)
    app.runner.catch_up()
    for of in people.period.paid_months[-MONTHS:]:
        month = period(of)
        # Whatever a month's reports are worth is decided by the 14th of the next.
        on = last_day(month) + timedelta(days=20)
        award_id = award_id_of(COUNTY, month)
        awards.propose(app, actor=people.maker, key=f"demo:award:{of}", division=COUNTY, period=month, on=on)
        proposed = app.journal.state(award_stream(award_id), domain_awards.evolve)
        assert proposed is not None  # noqa: S101 - it was just proposed
        awards.grant(
            app,
            actor=people.checker,
            key=f"demo:award:{of}:grant",
            award_id=award_id,
            shown_digest=stars_digest(proposed.stars),
            on=on + timedelta(days=3),
        )
