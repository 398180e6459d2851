"""The demonstration county's caps: how many reports of a person or place are rewarded, from the last paid month on.

A cap holds for coming days only, by the clock. So they are recorded while it still stands on the county's first day.
"""

from typing import Final

from api.commands import caps
from api.context import App
from api.demo.period import Period
from api.demo.places import COUNTY
from domain.kernel.calendar import Month, first_day
from journal.facts import Actor

CAPS: Final = (
    ("person_month", "市容环境", 5),
    ("place_day", "施工管理", 2),
    ("person_day", "民生服务", 3),
)
"""Kind, class, and how many reports are rewarded."""


def load(app: App, *, founder: Actor, period: Period) -> None:
    """Set the caps; running it again changes nothing."""
    for number, (kind, category, reports_max) in enumerate(CAPS):
        caps.set_cap(
            app,
            actor=founder,
            key=f"demo:cap:{number}",
            division=COUNTY,
            kind=kind,
            category=category,
            reports_max=reports_max,
            since=first_day(period.paid_months[-1]),
            document=f"演示县综治〔{period.since.year}〕{10 + number}号",
            on=period.since,
        )


def hold_in(period: Period, of: Month) -> bool:
    """Whether reports of a month are counted; who comes first then matters, so they are decided one after another."""
    return of >= period.paid_months[-1]
