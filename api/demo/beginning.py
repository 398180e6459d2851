"""Opening the demonstration county's journal: a new one, or the one that is there."""

from datetime import date, datetime, time

from api.commands.county import Beginning, begin
from api.context import App
from api.demo.people import PASSWORD
from api.demo.period import Period
from api.demo.places import COUNTY, COUNTY_NAME
from api.settings import Settings
from domain.kernel.calendar import CHINA, month_of
from domain.kernel.refusals import Refusal
from migrations.roles import Access

BEGINNING = Beginning(
    origin="demo.mingzhang.example/yanshi",
    division=COUNTY,
    county_name=COUNTY_NAME,
    founder_name="演示管理员",
    rehearsal=True,
)


class NotTheDemo(Exception):
    """The home holds another journal; the message is the sentence for the user."""


def begin_or_go_on(settings: Settings, access: Access, *, today: date) -> None:
    """Record the genesis, dated to the first day of the period that ends before today, unless it is there.

    Raises NotTheDemo.
    """
    opening = datetime.combine(Period.ended_before(today).since, time(), CHINA)
    try:
        begin(settings, access, BEGINNING, secret=PASSWORD, clock=lambda: opening)
    except Refusal as refusal:
        if refusal.code != "log.already_opened":
            raise
        if refusal.facts["origin"] != BEGINNING.origin:
            raise _other(settings, str(refusal.facts["origin"])) from refusal


def require_demo(app: App) -> None:
    """Refuse to touch any other journal. Raises NotTheDemo."""
    if app.log.origin != BEGINNING.origin or not app.log.rehearsal:
        raise _other(app.settings, app.log.origin)


def period_of(app: App) -> Period:
    """The period that was chosen when the county was founded: the genesis is dated to its first day."""
    ((index, genesis),) = app.journal.store.entries(0, stop=1)
    return Period(month_of(app.journal.codec.decode(index, genesis).on))


def _other(settings: Settings, origin: str) -> NotTheDemo:
    return NotTheDemo(
        f"{settings.home} 里已有账本 {origin}，不是演示县。请用 mingzhang serve 启动它，"
        "或把 MINGZHANG_HOME 设为另一个文件夹再装演示县。"
    )
