"""`mingzhang station`: a village's station, who keeps it, its prices, and its goods."""

import argparse
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from api.command_line.console import say, table
from api.command_line.opening import acting, opened, person_behind
from api.command_line.values import day_text, division_code
from api.commands import stations as commands
from api.commands import stocks
from api.commands.shared import today
from api.context import App
from api.web.station_words import ORIGINS, PROPOSAL_KINDS, STATION_CLOSING_REASONS, STATION_STATUSES
from domain.kernel.money import Fen, yuan
from domain.kernel.refusals import Refusal
from domain.stations import stations as of_stations
from domain.stations import stocks as of_stocks
from journal.facts import Actor, Receipt

DESCRIPTION = """
一村一站，CODE 是村、社区的区划代码。open 开办，keeper 指定管理员，release 不再担任，price 物资上架定价，
withdraw 下架，close 停办；receive 入库，count 盘点，write-off 报损：差异和报损等另一个人 confirm（确认入账）
或 reject（退回）。show 查看目录和库存。
"""
EXAMPLE = """
mingzhang station open 361125001201 --name 城东驿站
mingzhang station keeper 361125001201 --person hu
mingzhang station price 361125001201 --sku YUSAN-01 --title 雨伞 --unit 把 --points 60 --return-days 7
mingzhang station receive 361125001201 --sku YUSAN-01 --quantity 20 --unit-cost-fen 1250 --document 发票42117 --as hu
mingzhang station count 361125001201 --sku YUSAN-01 --quantity 18 --reason 雨天借出两把未还 --as hu
mingzhang station confirm 361125001201 --sku YUSAN-01 --quantity=-2 --as yu
mingzhang station show 361125001201
"""

Step = Callable[[dict[str, Any], argparse.Namespace], Receipt]


def _open(asked: dict[str, Any], given: argparse.Namespace) -> Receipt:
    return commands.open_station(
        **asked, division=given.division, name=given.name, opened_on=given.since or asked["on"]
    )


def _keeper(asked: dict[str, Any], given: argparse.Namespace) -> Receipt:
    keeper = person_behind(asked["app"], given.person)
    return commands.name_keeper(**asked, station_id=_id(given), keeper_id=keeper, since=given.since or asked["on"])


def _release(asked: dict[str, Any], given: argparse.Namespace) -> Receipt:
    keeper = person_behind(asked["app"], given.person)
    return commands.release_keeper(
        **asked, station_id=_id(given), keeper_id=keeper, last_day=given.last_day or asked["on"]
    )


def _price(asked: dict[str, Any], given: argparse.Namespace) -> Receipt:
    new = commands.NewListing(
        sku=given.sku,
        title=given.title,
        unit=given.unit,
        points_price=given.points,
        return_days=given.return_days,
        since=given.since or asked["on"],
        cash_price_fen=None if given.cash_fen is None else Fen(given.cash_fen),
    )
    return commands.list_item(**asked, station_id=_id(given), new=new)


def _withdraw(asked: dict[str, Any], given: argparse.Namespace) -> Receipt:
    return commands.withdraw_item(**asked, station_id=_id(given), sku=given.sku, last_day=given.last_day or asked["on"])


def _close(asked: dict[str, Any], given: argparse.Namespace) -> Receipt:
    return commands.close_station(
        **asked, station_id=_id(given), last_day=given.last_day or asked["on"], reason=given.reason
    )


def _receive(asked: dict[str, Any], given: argparse.Namespace) -> Receipt:
    new = stocks.NewGoods(
        given.sku, given.quantity, Fen(given.unit_cost_fen), given.origin, given.document, given.reason
    )
    return stocks.receive(**asked, station_id=_id(given), new=new)


def _count(asked: dict[str, Any], given: argparse.Namespace) -> Receipt:
    return stocks.count(**asked, station_id=_id(given), sku=given.sku, counted=given.quantity, reason=given.reason)


def _write_off(asked: dict[str, Any], given: argparse.Namespace) -> Receipt:
    return stocks.propose_write_off(
        **asked, station_id=_id(given), sku=given.sku, quantity=given.quantity, reason=given.reason
    )


def _confirm(asked: dict[str, Any], given: argparse.Namespace) -> Receipt:
    return stocks.confirm(**asked, station_id=_id(given), sku=given.sku, quantity=given.quantity)


def _reject(asked: dict[str, Any], given: argparse.Namespace) -> Receipt:
    return stocks.reject(**asked, station_id=_id(given), sku=given.sku, reason=given.reason)


_STEPS: Final[Mapping[str, tuple[Step, str, tuple[str, ...]]]] = {
    "open": (_open, "administrator", ("name",)),
    "keeper": (_keeper, "administrator", ("person",)),
    "release": (_release, "administrator", ("person",)),
    "price": (_price, "administrator", ("sku", "title", "unit", "points")),
    "withdraw": (_withdraw, "administrator", ("sku",)),
    "close": (_close, "administrator", ("reason",)),
    "receive": (_receive, "station_keeper", ("sku", "quantity", "unit_cost_fen", "document")),
    "count": (_count, "station_keeper", ("sku", "quantity")),
    "write-off": (_write_off, "station_keeper", ("sku", "quantity", "reason")),
    "confirm": (_confirm, "village_supervisor", ("sku", "quantity")),
    "reject": (_reject, "village_supervisor", ("sku", "reason")),
}
"""Action -> what it does, the role that usually does it, and what it cannot do without."""
ACTIONS: Final = (*_STEPS, "show")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `station` takes."""
    parser.add_argument("action", choices=ACTIONS, metavar="ACTION", help="、".join(ACTIONS))
    parser.add_argument("division", type=division_code, metavar="CODE", help="村、社区的区划代码")
    parser.add_argument("--name", metavar="TEXT", help="驿站的名称（open）")
    parser.add_argument("--person", metavar="LOGIN", help="管理员的登录账号（keeper、release）")
    parser.add_argument("--since", type=day_text, metavar="YYYY-MM-DD", help="从哪天起（默认：今天）")
    parser.add_argument("--last-day", type=day_text, metavar="YYYY-MM-DD", help="最后一天（默认：今天）")
    parser.add_argument("--sku", metavar="SKU", help="物资编号")
    parser.add_argument("--title", metavar="TEXT", help="物资名称（price）")
    parser.add_argument("--unit", metavar="TEXT", help="单位（price）")
    parser.add_argument("--points", type=int, metavar="N", help="一件多少积分（price）")
    parser.add_argument("--cash-fen", type=int, metavar="N", help="一件折现金多少分钱（price，默认：不能用现金）")
    parser.add_argument("--return-days", type=int, default=0, metavar="N", help="几天内可退（price，默认：不能退）")
    parser.add_argument("--quantity", type=int, metavar="N", help="件数；confirm 写看到的件数，盘亏为负")
    parser.add_argument("--unit-cost-fen", type=int, metavar="N", help="单价，分（receive）")
    parser.add_argument(
        "--origin", choices=sorted(ORIGINS), default="purchase", metavar="ORIGIN", help="purchase 购入，donation 捐赠"
    )
    parser.add_argument("--document", metavar="TEXT", help="单据编号（receive）")
    reasons = "，".join(f"{code} {word}" for code, word in STATION_CLOSING_REASONS.items())
    parser.add_argument(
        "--reason", metavar="TEXT", help=f"原因（receive 的：捐赠单为什么再用）；close 的理由：{reasons}"
    )
    parser.add_argument("--role", metavar="ROLE", help="以什么角色（默认：通常办这一步的角色）")
    parser.add_argument("--as", dest="login", metavar="LOGIN", help="以谁的名义（默认：首任管理员）")


def run(arguments: argparse.Namespace) -> int:
    """Show a station, or take one step. Raises ArgumentTypeError, Refusal."""
    if arguments.action == "show":
        with opened() as app:
            show(app, arguments)
        return 0
    _, role, needed = _STEPS[arguments.action]
    missing = [f"--{name.replace('_', '-')}" for name in needed if getattr(arguments, name) is None]
    if missing:
        raise argparse.ArgumentTypeError(f"{arguments.action} 缺少参数：{'、'.join(missing)}")
    with opened(asks_secret=True) as app:
        take(app, arguments, actor=acting(app, arguments.login, role=arguments.role or role))
    return 0


def take(app: App, arguments: argparse.Namespace, *, actor: Actor) -> None:
    """Take one step as somebody, and say what was recorded. Raises Refusal."""
    key = f"station:{arguments.action}:{secrets.token_hex(8)}"
    step, _, _ = _STEPS[arguments.action]
    receipt = step({"app": app, "actor": actor, "key": key, "on": today(app)}, arguments)
    say(f"已记录：{'、'.join(receipt.events)}")


def _id(given: argparse.Namespace) -> UUID:
    return of_stations.station_id(given.division)


def show(app: App, arguments: argparse.Namespace) -> None:
    """Say what a station offers and what lies there. Refused: `station.unknown`."""
    on, station_id = today(app), _id(arguments)
    station = app.journal.state(of_stations.station_stream(station_id), of_stations.evolve)
    if station is None:
        raise Refusal("station.unknown")
    keepers = sum(one.covers(on) for one in station.keepings)
    say(f"{station.name}（{station.division}），{STATION_STATUSES[station.status]}，管理员 {keepers} 人")
    shelves = {sku: of_stocks.stock_stream(station_id, sku) for sku in station.skus}
    found = app.journal.states(shelves.values(), of_stocks.evolve)
    rows = []
    for sku, shelf in shelves.items():
        listing, stock = station.listing(sku, on), found[shelf]
        waits = stock.proposed if stock is not None else None
        rows.append(
            (
                sku,
                listing.points_price if listing is not None else "未上架",
                stock.on_hand if stock is not None else 0,
                yuan(Fen(stock.value_fen)) if stock is not None else yuan(Fen(0)),
                f"{PROPOSAL_KINDS[waits.kind]} {waits.quantity}" if waits is not None else "",
            )
        )
    say(table(("物资", "积分价", "库存", "成本（元）", "待确认"), rows))
