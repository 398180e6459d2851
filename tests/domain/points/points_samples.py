"""A county's points rule and a household's account, for tests to read."""

from datetime import date, timedelta
from uuid import UUID

from domain.kernel.ids import EventName, derived
from domain.points import accounts, rules
from domain.points.accounts import Deed, PointsAccountOpened
from domain.points.rules import Category, Content, Item, PointsRulePublished
from tests.domain.samples import COUNTY, RIDER, TODAY, VILLAGE, person

TOMORROW = TODAY + timedelta(days=1)
HOUSE, OTHER_HOUSE, STATION, EXCHANGE = (person(name) for name in ("house", "other house", "station", "exchange"))
RULE = EventName(f"points_rule/{derived('points_rule', COUNTY)}@1")

CATEGORIES = (Category("task", "接受社区任务"), Category("order", "环境与秩序"))
ITEMS = (
    Item("task", "task", "完成任务", 5, "each"),
    Item("volunteer_hour", "task", "志愿服务", 2, "hour"),
    Item("litter", "order", "乱倒垃圾", -10, "each"),
)


def content(**changes: object) -> Content:
    """A rule that is in order, with what is changed of it."""
    facts = {"holder": "household", "categories": CATEGORIES, "items": ITEMS}
    return Content(**{**facts, **changes})  # type: ignore[arg-type]


def published(division=COUNTY, *, version=1, since=date(2026, 1, 1), **changes: object) -> PointsRulePublished:
    """A rule as it was published."""
    said = content(**changes)
    return PointsRulePublished(
        division=division,
        version=version,
        since=since,
        document="横文明〔2026〕1号",
        holder=said.holder,
        categories=said.categories,
        items=said.items,
        windows=said.windows,
        caps=said.caps,
        exchange_limits=said.exchange_limits,
        expires_after_months=said.expires_after_months,
        cash_top_up=said.cash_top_up,
        exchange_within=said.exchange_within,
        debt_from_deductions=said.debt_from_deductions,
    )


def layers(*events: PointsRulePublished, on: date = TODAY) -> rules.Layers:
    """The layers that these published rules make, the narrowest first."""
    return rules.layers([rules.evolve(None, event) for event in events], on=on)


def deed(number: int = 1, *, points: int = 5, item="task", category="task", on=TODAY, who: UUID | None = RIDER) -> Deed:
    """The n-th deed of somebody, worth so many points."""
    return Deed(category, item, 1, 100, points, VILLAGE, on, f"task/{person(f'task {number}')}", RULE, who)


OPENED = PointsAccountOpened(kind="household", holder_id=HOUSE, division=VILLAGE)
ACCOUNT = accounts.account_id("household", HOUSE)
OTHER_ACCOUNT = accounts.account_id("household", OTHER_HOUSE)
OTHER_OPENED = PointsAccountOpened(kind="household", holder_id=OTHER_HOUSE, division=VILLAGE)

END_OF_NOVEMBER, END_OF_DECEMBER = date(2026, 11, 30), date(2026, 12, 31)


def granted(number: int = 1, *, points: int = 5, expires_on: date | None = None):
    """A grant as it stands in the account."""
    event = accounts.grant(
        accounts.evolve(None, OPENED), deed=deed(number, points=points), room=None, expires_on=expires_on
    )
    assert isinstance(event, accounts.PointsGranted)
    return event


def debt_of(points: int):
    """Granted, spent and taken back: what is left is a debt."""
    first = accounts.evolve(None, OPENED)
    got = accounts.grant(first, deed=deed(99, points=points), room=None, expires_on=None)
    second = accounts.evolve(first, got)
    spent = accounts.redeem(second, exchange_id=EXCHANGE, station_id=STATION, points=points, on=TODAY)
    third = accounts.evolve(second, spent)
    return (got, spent, accounts.reverse(third, granted=2, reason="误报"))


def folded(*events: object) -> accounts.Account:
    """The account after these events."""
    account = None
    for event in events:
        account = accounts.evolve(account, event)  # type: ignore[arg-type]
    assert account is not None
    return account
