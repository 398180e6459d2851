"""`mingzhang rehearse`: scripted officers take every open report through to the bank's answer."""

import argparse

from api.command_line.console import Progress, program, say
from api.command_line.opening import acting, opened
from api.context import App
from api.rehearsal.cast import require_rehearsal
from api.rehearsal.script import rehearse
from api.rehearsal.totals import Totals
from api.remembering import RememberingCodec
from domain.kernel.calendar import Month
from domain.kernel.money import yuan
from domain.streams import event_types

DESCRIPTION = """
演练：由脚本人员核查、认定账本里还没有办完的事件，按标准奖励，逐月成批、审批、写代发文件，
由演练银行回盘（有成功、失败、不明），关闭批次，公示到月度页面。用于培训和试运行。
银行退回的并入下一批；到最后仍不明的不重发、不关闭，列为未决，正式发放时要等银行答复或人工查清。
只能在创世记录写明“演练”的账本里运行；收款账户都是虚构的，标有“演练”字样。
核查、认定、发放都记在演练当天；奖励标准按上报当日的标准。再次运行接着办，不会重复发放。
三方不一致或奖励不在区间内，也算有问题。
"""
EXAMPLE = """
mingzhang rehearse
mingzhang rehearse --seed 培训第二期
"""
PAGES_SHOWN = 3
NAMES_SHOWN = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `rehearse` takes."""
    parser.add_argument("--seed", default="1", help="随机种子：同一种子，结果相同（默认：1）")


def run(arguments: argparse.Namespace) -> int:
    """Rehearse, and give the account of it."""
    with opened(codec=RememberingCodec(event_types()), asks_secret=True) as app, Progress() as progress:
        require_rehearsal(app)
        founder = acting(app, None, role="administrator")
        totals = rehearse(app, founder=founder, seed=arguments.seed, progress=progress.show)
        tell_totals(app, totals)
    return 0 if totals.agrees and totals.within_band else 1


def tell_totals(app: App, totals: Totals) -> None:
    """The account of a rehearsal, in figures that anyone can compare."""
    low, high = yuan(500 * totals.valid), yuan(2_000 * totals.valid)
    say(f"事件 {totals.reported} 条，有效 {totals.valid} 条")
    say(
        f"奖励合计 {yuan(totals.rewarded_fen)} 元"
        f"（{'在' if totals.within_band else '不在'}每条 5 至 20 元的区间 {low} 至 {high} 元内）"
    )
    say(f"发放批次 {totals.batch_count} 个，已关闭 {totals.closed_count} 个")
    if totals.open_lines:
        say(
            f"银行未决 {totals.open_lines} 笔、{yuan(totals.open_fen)} 元，不重发，等银行答复；"
            f"在 {len(totals.open_batches)} 个未关闭的批次里：{_some(totals.open_batches)}"
        )
    say(
        f"三方核对：账本 {yuan(totals.ledger_fen)} 元，批次 {yuan(totals.batches_fen)} 元，"
        f"银行 {yuan(totals.bank_fen)} 元：{'一致' if totals.agrees else '不一致'}"
    )
    for batch in totals.disagreeing:
        say(f"  不一致：{batch}")
    _tell_pages(app, totals.months)
    say("导出并核对：")
    say(f"  {program()} export 审计包 && {program()} verify 审计包")


def _tell_pages(app: App, months: tuple[Month, ...]) -> None:
    if not months:
        return
    say(f"月度公示页面 {len(months)} 个（mingzhang serve 启动后可看）：")
    shown = months if len(months) <= 2 * PAGES_SHOWN else (*months[:PAGES_SHOWN], *months[-PAGES_SHOWN:])
    for month in shown:
        say(f"  {app.settings.base_url}/v/{app.log.division}/rewards/{month}")
    if len(shown) < len(months):
        say(f"  ……（{months[0]} 至 {months[-1]} 之间，有奖励的 {len(months)} 个月各一页）")


def _some(names: tuple[str, ...]) -> str:
    shown = "、".join(names[:NAMES_SHOWN])
    return shown if len(names) <= NAMES_SHOWN else f"{shown} 等（{program()} payout list 列出全部）"
