"""The demonstration county's caps: how many reports of a person or place are rewarded, from the last paid month on.

A cap holds for coming days only, by the clock. So these are the first thing that is recorded, by a clock that still
stands on the county's first day, as at its founding.
"""

from datetime import datetime, time
from typing import Final

from api.commands import caps
from api.context import App, open_app
from api.demo.period import Period
from api.demo.places import COUNTY
from domain.kernel.calendar import CHINA, Month, first_day
from journal.facts import Actor

CAPS: Final = (
    ("person_month", "市容环境", 5),
    ("place_day", "施工管理", 2),
    ("person_day", "民生服务", 3),
)
"""Kind, class, and how many reports are rewarded."""


def load(app: App, *, founder: Actor, period: Period) -> None:
    """Set the caps; running it again changes nothing."""
    if app.journal.store.command(founder.person_id, _key(len(CAPS) - 1)) is not None:
        return
    opening = datetime.combine(period.since, time(), CHINA)
    since = first_day(period.paid_months[-1])
    with open_app(app.settings, access=app.access, clock=lambda: opening) as then:
        for number, (kind, category, reports_max) in enumerate(CAPS):
            caps.set_cap(
                then,
                actor=founder,
                key=_key(number),
                division=COUNTY,
                kind=kind,
                category=category,
                reports_max=reports_max,
                since=since,
                document=f"演示县综治〔{period.since.year}〕{10 + number}号",
                on=period.since,
            )


def hold_in(period: Period, of: Month) -> bool:
    """Whether reports of a month are counted; who comes first then matters, so they are decided one after another."""
    return of >= period.paid_months[-1]


def _key(number: int) -> str:
    return f"demo:cap:{number}"
