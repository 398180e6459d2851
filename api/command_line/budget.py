"""`mingzhang budget`: what was appropriated, adjusted and used; recording money, a change of it, the end of a year."""

import argparse
import secrets
from typing import Final
from uuid import UUID

from api.command_line.console import say, table
from api.command_line.opening import acting, opened
from api.commands import budgets as commands
from api.commands.shared import today
from api.context import App
from domain.budgets import budget_id
from domain.kernel.money import Fen, fen, yuan
from projections import budget_executions

DESCRIPTION = """
预算：show 一个年度的各项预算执行；appropriate 登记下达的指标；adjust 按新文号追加或追减（金额写负数）；
close 年度结账，还可用的指标注销，已占用的照付。项目和支出分类不写时，是设置里奖励的那一项。
"""
EXAMPLE = """
mingzhang budget show --year 2026
mingzhang budget appropriate --year 2026 --document "横财行〔2026〕12号" --amount 50000
mingzhang budget adjust --year 2026 --document "横财行〔2026〕30号" --amount=-2000 --reason 年中压减
mingzhang budget close --year 2026
"""
ACTIONS: Final = ("show", "appropriate", "adjust", "close")
_NEEDED: Final = {"appropriate": ("document", "amount"), "adjust": ("document", "amount", "reason")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `budget` takes."""
    parser.add_argument("action", choices=ACTIONS, metavar="ACTION", help="、".join(ACTIONS))
    parser.add_argument("--year", type=int, metavar="YYYY", help="预算年度（默认：今年）")
    parser.add_argument("--project", metavar="TEXT", help="项目")
    parser.add_argument("--class", dest="spending_class", metavar="TEXT", help="支出分类")
    parser.add_argument("--document", metavar="TEXT", help="文号（appropriate、adjust）")
    parser.add_argument("--amount", type=_amount, metavar="YUAN", help="金额，单位元（appropriate、adjust）")
    parser.add_argument("--reason", metavar="TEXT", help="为什么（adjust）")
    parser.add_argument(
        "--funds", metavar="ACCOUNT", help="从哪个科目用款，如 fin:1002（appropriate；默认：科目表的第一个用款账户）"
    )
    parser.add_argument(
        "--chart", metavar="CODE", help=f"按哪个科目表记账（appropriate；默认：{commands.SHIPPED_CHART}）"
    )
    parser.add_argument("--as", dest="login", metavar="LOGIN", help="以哪个管理员的名义（默认：首任管理员）")


def run(arguments: argparse.Namespace) -> int:
    """Show or record. Raises ArgumentTypeError, Refusal."""
    if arguments.action == "show":
        with opened() as app:
            _show(app, arguments.year or today(app).year)
        return 0
    missing = [name for name in _NEEDED.get(arguments.action, ()) if getattr(arguments, name) is None]
    if missing:
        raise argparse.ArgumentTypeError(f"{arguments.action} 缺少参数：" + "、".join(f"--{name}" for name in missing))
    with opened(asks_secret=True) as app:
        _record(app, arguments, arguments.year or today(app).year)
    return 0


def _show(app: App, year: int) -> None:
    app.runner.catch_up()
    with app.reading.connection() as conn:
        found = budget_executions.of_year(conn, year, area=app.log.division)
    rows = [
        (
            one.project,
            one.spending_class,
            yuan(one.appropriated_fen),
            yuan(one.adjusted_fen),
            yuan(one.available_fen),
            yuan(one.committed_fen),
            yuan(one.spent_fen),
            yuan(one.lapsed_fen),
            one.closed_on or "",
        )
        for one in found
    ]
    say(table(("项目", "分类", "下达", "其中调整", "可用", "占用", "支出", "注销", "结账"), rows))


def _record(app: App, arguments: argparse.Namespace, year: int) -> None:
    purpose = commands.named(app, arguments.project, arguments.spending_class)
    identity: UUID = budget_id(app.log.division, purpose.project, purpose.spending_class, year)
    actor, on = acting(app, arguments.login, role="administrator"), today(app)
    key = f"budget:{arguments.action}:{year}:{secrets.token_hex(8)}"
    if arguments.action == "appropriate":
        receipt = commands.appropriate(
            app,
            actor=actor,
            key=key,
            year=year,
            document=arguments.document,
            amount_fen=arguments.amount,
            purpose=purpose,
            funds=arguments.funds,
            chart=arguments.chart,
            on=on,
        )
    elif arguments.action == "adjust":
        receipt = commands.adjust(
            app,
            actor=actor,
            key=key,
            budget=identity,
            document=arguments.document,
            amount_fen=arguments.amount,
            reason=arguments.reason,
            on=on,
        )
    else:
        receipt = commands.close(app, actor=actor, key=key, budget=identity, on=on)
    say(f"已记入账本：{year} 年 {purpose.project}·{purpose.spending_class}，记录 {receipt.last_index}。")
    _show(app, year)


def _amount(text: str) -> Fen:
    try:
        return fen(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"金额应写作 1234.56，现为 {text}") from None
