"""`mingzhang close`: what a month would be closed with, proposing it, sealing it by another person."""

import argparse
import secrets
from typing import Final

from api.command_line.console import say, table
from api.command_line.opening import acting, opened
from api.command_line.values import month_text
from api.commands import periods as commands
from api.commands.periods import MonthEnd
from api.commands.shared import today
from api.context import App
from api.web.money_words import DIFFERENCE_WORDS, FIGURES
from domain.kernel.money import yuan
from domain.kernel.refusals import Refusal

DESCRIPTION = """
月结：show 月末核对（账本、批次、银行各是多少，什么要先处理、要说明）；propose 提出月结；seal 由另一个人封账；
withdraw 撤回。提出以后这个月及以前不能再入账；封账以后不能撤销。每种差异用 --reason 种类=原因 说明，可以写几次。
"""
EXAMPLE = """
mingzhang close show 2026-03
mingzhang close propose 2026-03 --as chenjing --reason in_transit=银行次月答复
mingzhang close seal 2026-03 --as sunli
"""
ACTIONS: Final = ("show", "propose", "seal", "withdraw")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `close` takes."""
    parser.add_argument("action", choices=ACTIONS, metavar="ACTION", help="、".join(ACTIONS))
    parser.add_argument("month", type=month_text, metavar="YYYY-MM", help="月份")
    parser.add_argument(
        "--reason", action="append", default=[], metavar="TEXT", help="种类=原因（propose）；原因（withdraw）"
    )
    parser.add_argument("--as", dest="login", metavar="LOGIN", help="以哪个工作人员的名义")


def run(arguments: argparse.Namespace) -> int:
    """Show, propose, seal or withdraw. Raises ArgumentTypeError, Refusal."""
    if arguments.action == "show":
        with opened() as app:
            _show(app, arguments)
        return 0
    with opened(asks_secret=True) as app:
        {"propose": _propose, "seal": _seal, "withdraw": _withdraw}[arguments.action](app, arguments)
    return 0


def _show(app: App, arguments: argparse.Namespace) -> MonthEnd:
    app.runner.catch_up()
    found, state = commands.month_end(app, arguments.month), commands.periods_of(app)
    rows = [
        (
            FIGURES[one.kind],
            yuan(one.ledger_fen),
            yuan(one.batches_fen),
            yuan(one.bank_fen) if one.bank_fen is not None else "—",
        )
        for one in found.reconciled
    ]
    say(table(("截至月末", "账本", "批次和名单", "银行"), rows))
    if found.bank is not None:
        bank = found.bank
        for word, side in (("支出", bank.debits), ("收入", bank.credits)):
            say(
                f"银行{word} {side.count} 笔 {yuan(side.total_fen)} 元：已勾对 {yuan(side.matched_fen)}，"
                f"两人说明 {yuan(side.explained_fen)}，没有了结 {yuan(side.open_fen)}"
            )
        say(f"{bank.on}：账面余额 {yuan(bank.books_fen)}，银行 {yuan(bank.bank_fen)}，未达账项 {bank.item_count} 项；")
        adjusted = yuan(bank.adjusted_books_fen), yuan(bank.adjusted_bank_fen)
        say(f"  调节后 {adjusted[0]} 与 {adjusted[1]}，差 {yuan(bank.difference_fen)}")
    if found.since is not None and found.since.differs(found.figures):
        say("以上是封账时的数字；封账后：")
        for one in found.since.open:
            say(f"  {DIFFERENCE_WORDS.get(one.kind, one.kind)}（{one.kind}）{one.count} 件，{yuan(one.amount_fen)} 元")
    for title, several in (("要先处理", found.blocking), ("要说明", found.differences)):
        for one in several:
            words = DIFFERENCE_WORDS.get(one.kind, one.kind)
            say(f"{title}：{words}（{one.kind}）{one.count} 件，{yuan(one.amount_fen)} 元")
    if state is not None and state.proposal is not None and state.proposal.figures.month == arguments.month:
        say(f"待封账，数字摘要 {state.proposal.figures.digest}")
    if state is not None and state.sealed is not None:
        say(f"已封账到 {state.sealed}。")
    return found


def _propose(app: App, arguments: argparse.Namespace) -> None:
    """The figures are shown first, so that they are proposed as they were read."""
    reasons = dict(_reason(text) for text in arguments.reason)
    shown = _show(app, arguments)
    receipt = commands.propose(
        app,
        actor=acting(app, arguments.login, role="county_officer"),
        key=_key("propose", arguments),
        month=arguments.month,
        reasons=reasons,
        on=today(app),
        shown_digest=shown.shown_digest,
    )
    say(f"已提出 {arguments.month} 月结，记录 {receipt.last_index}。请另一位同事看过数字后封账。")


def _seal(app: App, arguments: argparse.Namespace) -> None:
    """The figures are shown first, so that they are sealed as they were read."""
    state = commands.periods_of(app)
    if state is None or state.proposal is None:
        raise Refusal("period.not_proposed")
    shown = state.proposal.figures.digest
    _show(app, arguments)
    receipt = commands.seal(
        app,
        actor=acting(app, arguments.login, role="county_approver"),
        key=_key("seal", arguments),
        month=arguments.month,
        shown_digest=shown,
        on=today(app),
    )
    say(f"已封账：{arguments.month}，记录 {receipt.last_index}。")


def _withdraw(app: App, arguments: argparse.Namespace) -> None:
    if len(arguments.reason) != 1:
        raise argparse.ArgumentTypeError("withdraw 要有一个 --reason")
    receipt = commands.withdraw(
        app,
        actor=acting(app, arguments.login, role="county_officer"),
        key=_key("withdraw", arguments),
        month=arguments.month,
        reason=arguments.reason[0],
        on=today(app),
    )
    say(f"已撤回 {arguments.month} 月结，记录 {receipt.last_index}。")


def _reason(text: str) -> tuple[str, str]:
    kind, equals, reason = text.partition("=")
    if not equals or not reason.strip():
        raise argparse.ArgumentTypeError(f"--reason 应写作 种类=原因，现为 {text}")
    return kind.strip(), reason.strip()


def _key(action: str, arguments: argparse.Namespace) -> str:
    return f"close:{action}:{arguments.month}:{secrets.token_hex(8)}"
