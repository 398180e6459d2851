"""`mingzhang exchange`: points for goods at a counter: a code, the keeper's confirmation, and what comes back."""

import argparse
import secrets
from typing import Final
from uuid import UUID

from api.command_line.console import say, table
from api.command_line.opening import acting, opened
from api.command_line.values import division_code
from api.commands import exchanges as commands
from api.commands.exchange_codes import exchange_of
from api.commands.exchanges import Wanted
from api.commands.shared import today
from api.context import App
from api.web.station_words import EXCHANGE_CHANNELS, EXCHANGE_STATUSES, STAFF_REASONS
from domain.kernel.money import Fen, yuan
from domain.kernel.refusals import Refusal
from domain.kernel.short_codes import shown_code
from domain.stations import exchanges
from domain.stations.stations import station_id
from journal.facts import Actor

DESCRIPTION = """
积分换物资：code ACCOUNT 同意动用一个积分账户一次，得到十分钟内有效的兑换码；withdraw EXCHANGE 撤回没有用的兑换码；
make CODE 由驿站管理员在柜台确认；cancel EXCHANGE 当天撤销；return EXCHANGE 退回物资；show EXCHANGE 查看。
物资写作 SKU:件数，可以写几个。
"""
EXAMPLE = """
mingzhang exchange code 0f54a8cf-7d27-5b59-a4e1-7f3a29a1c0de --as zhangjianguo
mingzhang exchange code 0f54a8cf-7d27-5b59-a4e1-7f3a29a1c0de --reason no_phone --role village_accountant --as fang
mingzhang exchange make K7QM-4T2P --station 361125001201 --goods YUSAN-01:1 XIYIYE:2 --as hu
mingzhang exchange return 5d2b6a0f-0f6e-4b0c-9a55-8a4b7d0a6f21 --goods YUSAN-01:1 --reason 伞骨断了 --as hu
"""
ACTIONS: Final = ("code", "withdraw", "make", "cancel", "return", "show")


def _goods(text: str) -> Wanted:
    """`YUSAN-01:2`."""
    sku, _, number = text.rpartition(":")
    if not sku or not number.isascii() or not number.isdigit():
        raise argparse.ArgumentTypeError(f"物资写作 SKU:件数，如 YUSAN-01:2；给出的是 {text}")
    return Wanted(sku, int(number))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `exchange` takes."""
    parser.add_argument("action", choices=ACTIONS, metavar="ACTION", help="、".join(ACTIONS))
    parser.add_argument("what", metavar="WHAT", help="积分账户编号（code）、兑换码（make）或兑换编号")
    parser.add_argument("--station", type=division_code, metavar="CODE", help="驿站所在村、社区的区划代码（make）")
    parser.add_argument("--goods", type=_goods, nargs="+", default=[], metavar="SKU:N", help="物资（make、return）")
    parser.add_argument("--cash", action="store_true", help="积分不足的部分已收现金（make，规则允许时）")
    parser.add_argument("--points-max", type=int, metavar="N", help="最多用多少积分（code，默认：不限）")
    reasons = "，".join(f"{code} {word}" for code, word in STAFF_REASONS.items())
    parser.add_argument("--reason", metavar="TEXT", help=f"撤销、退回的原因；工作人员代办 code 的原因：{reasons}")
    parser.add_argument("--role", metavar="ROLE", help="以什么角色（默认：code、withdraw 用 member，其余用驿站管理员）")
    parser.add_argument("--as", dest="login", metavar="LOGIN", help="以谁的名义（默认：首任管理员）")


def run(arguments: argparse.Namespace) -> int:
    """Show an exchange, or take one step. Raises ArgumentTypeError, Refusal."""
    if arguments.action == "show":
        identity = _identity(arguments.what)
        with opened() as app:
            show(app, identity)
        return 0
    if arguments.action == "make" and arguments.station is None:
        raise argparse.ArgumentTypeError("make 缺少参数：--station")
    if arguments.action in ("cancel", "return") and arguments.reason is None:
        raise argparse.ArgumentTypeError(f"{arguments.action} 缺少参数：--reason")
    if arguments.action != "make":
        _identity(arguments.what)
    role = arguments.role or ("member" if arguments.action in ("code", "withdraw") else "station_keeper")
    with opened(asks_secret=True) as app:
        take(app, arguments, actor=acting(app, arguments.login, role=role))
    return 0


def _identity(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}”不是编号") from None


def take(app: App, arguments: argparse.Namespace, *, actor: Actor) -> None:
    """Take one step as somebody, and say how the exchange stands. Raises Refusal."""
    key, on = f"exchange:{arguments.action}:{secrets.token_hex(8)}", today(app)
    if arguments.action == "make":
        commands.make(
            app,
            actor=actor,
            key=key,
            station_id=station_id(arguments.station),
            code=arguments.what,
            wanted=arguments.goods,
            cash_accepted=arguments.cash,
            on=on,
        )
        show(app, exchange_of(app, code=arguments.what))
        return
    identity = _identity(arguments.what)
    if arguments.action == "code":
        said = commands.authorise(
            app,
            actor=actor,
            key=key,
            account_id=identity,
            points_max=arguments.points_max,
            reason=arguments.reason,
            on=on,
        )
        minutes = int(exchanges.CODE_VALID.total_seconds()) // 60
        say(f"兑换码 {shown_code(said.code)}，{minutes} 分钟内有效，只能用一次。兑换编号 {said.exchange_id}")
    elif arguments.action == "withdraw":
        commands.withdraw(app, actor=actor, key=key, exchange_id=identity, on=on)
        show(app, identity)
    elif arguments.action == "cancel":
        commands.cancel(app, actor=actor, key=key, exchange_id=identity, reason=arguments.reason, on=on)
        show(app, identity)
    else:
        commands.give_back(
            app, actor=actor, key=key, exchange_id=identity, goods=arguments.goods, reason=arguments.reason, on=on
        )
        show(app, identity)


def show(app: App, identity: UUID) -> None:
    """Say how an exchange stands. Refused: `exchange.unknown`."""
    exchange = app.journal.state(exchanges.exchange_stream(identity), exchanges.evolve)
    if exchange is None:
        raise Refusal("exchange.unknown")
    say(f"{identity}：{EXCHANGE_STATUSES[exchange.status]}，{EXCHANGE_CHANNELS[exchange.channel]}")
    cash = f"，现金 {yuan(Fen(exchange.cash_fen))} 元" if exchange.cash_fen else ""
    say(f"{exchange.points} 分{cash}")
    if exchange.lines:
        say(table(("物资", "件数", "每件积分"), [(one.sku, one.quantity, one.points_each) for one in exchange.lines]))
