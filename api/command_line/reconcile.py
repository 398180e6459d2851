"""`mingzhang reconcile`: bank statements from the command line: record, match, look at what waits, clear it up."""

import argparse
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from api.command_line.console import say, table
from api.command_line.opening import acting, opened
from api.command_line.values import month_text, statement_line
from api.commands import closing_checks, reconciling, reconciling_by_hand, superseding
from api.commands.shared import today
from api.context import App
from api.files.statement_profiles import load_statement_profile, statement_profile_names
from api.web import reconciliation_words as said
from domain.kernel.ids import derived
from domain.kernel.matches import EntryKey, Part
from domain.kernel.money import fen, yuan
from domain.kernel.refusals import Refusal
from projections import reconciliation_queries as queries

DESCRIPTION = """
银行对账：record 登记银行对账单并自动勾对；match 登记新的回盘以后再勾对一次；list 看对账单，list STATEMENT 看各笔；
exceptions 看没有了结的差异；position 看某月银行与账面；propose 提出人工勾对，confirm 由另一人确认，reject 退回；
propose-unmatch 提出撤销勾对，unmatch 由另一人确认；explain 说明差异，resolve 由另一人确认；
propose-superseding 提出改用另一份对账单，supersede 由另一人确认。
同一份文件再登记一次什么也不变；有任何一处不对就什么也不记，并全部列出。
STATEMENT 是对账单编号，LINE 写作“对账单编号:序号”，都由 list 给出；EXCEPTION 由 exceptions 给出。
"""
EXAMPLE = """
mingzhang reconcile record --from 对账单.csv --profile neutral-statement --as jingban
mingzhang reconcile list
mingzhang reconcile exceptions
mingzhang reconcile position --month 2026-11
mingzhang reconcile explain 5b1f0c1e-3c4c-5a53-8f0e-2f6f3b2f9f10 --outcome explained --reason 银行手续费 --as jingban
mingzhang reconcile resolve 5b1f0c1e-3c4c-5a53-8f0e-2f6f3b2f9f10 --as shenpi
"""
LINES_SHOWN = 200
WITHOUT_SECRET = ("list", "exceptions", "position")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `reconcile` takes."""
    parser.add_argument("step", choices=list(_STEPS), metavar="STEP", help="、".join(_STEPS))
    parser.add_argument("subject", nargs="?", metavar="SUBJECT", help="STATEMENT、LINE 或 EXCEPTION")
    parser.add_argument("--from", dest="source", type=Path, metavar="FILE", help="银行的对账单（record）")
    parser.add_argument(
        "--profile",
        default="neutral-statement",
        help=f"版式：{'、'.join(statement_profile_names())}，或 .toml 文件（默认：neutral-statement）",
    )
    parser.add_argument("--month", type=month_text, metavar="YYYY-MM", help="月份（position）")
    parser.add_argument("--payment", metavar="ID", help="29 位付款编号（propose）")
    parser.add_argument("--amount", metavar="YUAN", help="金额（propose；默认：这一笔剩下的全部）")
    parser.add_argument("--outcome", choices=["explained", "corrected", "bank_corrected"], help="结果（explain）")
    parser.add_argument("--reason", help="理由或依据")
    parser.add_argument("--role", choices=["county_officer", "county_approver"], help="以哪个角色（默认按步骤）")
    parser.add_argument("--as", dest="login", metavar="LOGIN", help="以谁的名义：登录账号")


def run(arguments: argparse.Namespace) -> int:
    """Do one step."""
    with opened(asks_secret=arguments.step not in WITHOUT_SECRET) as app:
        app.runner.catch_up()
        _STEPS[arguments.step](app, arguments)
        app.runner.catch_up()
    return 0


# The steps.


def _record(app: App, arguments: argparse.Namespace) -> None:
    source = Path(_needed(arguments, "source", flag="--from"))
    content = source.read_bytes()
    taken = reconciling.record_statements(
        app,
        profile=load_statement_profile(arguments.profile),
        content=content,
        file=source.name,
        **_by(app, arguments, "record", hashlib.sha256(content).hexdigest()),
    )
    app.runner.catch_up()
    for one in taken:
        with app.reading.connection() as conn:
            totals = queries.totals(conn, one.statement_id)
        known = "" if one.receipt is not None else "（以前登记过，没有变化）"
        say(f"对账单 {one.statement_id}{known}：{totals.entries} 笔，已勾对 {totals.matched} 笔")


def _match(app: App, arguments: argparse.Namespace) -> None:
    receipt = reconciling.match_again(app, **_by(app, arguments, "match", app.journal.position()))
    say("没有变化。" if receipt is None else f"已记入 {len(receipt.events)} 条。")


def _list(app: App, arguments: argparse.Namespace) -> None:
    with app.reading.connection() as conn:
        if arguments.subject is not None:
            identity = _identity(arguments.subject)
            lines = queries.entries(conn, identity, limit=LINES_SHOWN)
            rows = [
                (f"{identity}:{one.number}", one.booked_on, yuan(one.amount_fen), f"T{one.tier}" if one.tier else "",
                 "、".join(said.EXCEPTION_KINDS[kind] for kind in one.differences or ()))
                for one in lines
            ]  # fmt: skip
            say(table(("LINE", "记账日", "金额（元）", "勾对", "差异"), rows))
            return
        listed = [(one, queries.totals(conn, one.statement_id)) for one in queries.statements(conn)]
    summaries = [
        (one.statement_id, one.since, one.until, totals.entries, totals.matched, yuan(totals.matched_fen))
        for one, totals in listed
    ]
    say(table(("STATEMENT", "起", "止", "笔", "已勾对", "已勾对（元）"), summaries))


def _exceptions(app: App, arguments: argparse.Namespace) -> None:  # noqa: ARG001 - every step is handed both
    on = today(app)
    with app.reading.connection() as conn:
        found = queries.exceptions(conn, limit=LINES_SHOWN)
    rows = [
        (one.exception_id, said.EXCEPTION_KINDS[one.kind], said.BLOCKING[one.blocking], yuan(one.amount_fen),
         max((on - one.day).days, 0))
        for one in found
    ]  # fmt: skip
    say(table(("EXCEPTION", "种类", "影响", "金额（元）", "天数"), rows) if rows else "没有未了结的差异。")


def _position(app: App, arguments: argparse.Namespace) -> None:
    month = _needed(arguments, "month")
    found = closing_checks.position_of(app, month)
    with app.reading.connection() as conn:
        share = queries.share(conn)
    say(f"{month}：银行收付 {yuan(found.bank_fen)} 元，账面 {yuan(found.books_fen)} 元；")
    say(f"  没有勾对：银行 {yuan(found.lines_waiting_fen)} 元，账面 {yuan(found.books_waiting_fen)} 元；")
    say(f"  对账单到 {found.covered_until or '（还没有）'}")
    say(f"三方勾对 {yuan(share.matched_fen)} 元，已付 {yuan(share.paid_fen)} 元（按账本前 {share.position} 条记录）；")
    say(
        f"  其中 3 天以内 {yuan(share.within_3_days_fen)}，7 天以内 {yuan(share.within_7_days_fen)}，"
        f"30 天以内 {yuan(share.within_30_days_fen)}"
    )


def _propose(app: App, arguments: argparse.Namespace) -> None:
    key = _line(arguments)
    with app.reading.connection() as conn:
        row = queries.entry(conn, key)
        known = queries.payments_named(conn, _needed(arguments, "payment"))
    if row is None:
        raise Refusal("reconciliation.entry_unknown", entry=key.number)
    if not known:
        raise Refusal("payment.unknown")
    left = row.amount_fen - row.matched_fen
    amount = fen(arguments.amount) * (-1 if left < 0 else 1) if arguments.amount else left
    parts = [Part(known[0].payment_id, amount)]
    reason = _needed(arguments, "reason")
    by = _by(app, arguments, "propose", *key, amount, reason)
    reconciling_by_hand.propose(app, entry=key, parts=parts, reason=reason, **by)
    say("已提出，等另一位同事确认：mingzhang reconcile confirm …")


def _confirm(app: App, arguments: argparse.Namespace) -> None:
    key = _line(arguments)
    by = _by(app, arguments, "confirm", *key, app.journal.position(), role="county_approver")
    reconciling_by_hand.confirm(app, entry=key, **by)
    say("已确认勾对。")


def _reject(app: App, arguments: argparse.Namespace) -> None:
    key, reason = _line(arguments), _needed(arguments, "reason")
    by = _by(app, arguments, "reject", *key, app.journal.position(), role="county_approver")
    reconciling_by_hand.reject(app, entry=key, reason=reason, **by)
    say("已退回。")


def _propose_unmatch(app: App, arguments: argparse.Namespace) -> None:
    key, reason = _line(arguments), _needed(arguments, "reason")
    by = _by(app, arguments, "propose-unmatch", *key, app.journal.position())
    reconciling_by_hand.propose_unmatch(app, entry=key, reason=reason, **by)
    say("已提出，等另一位同事确认：mingzhang reconcile unmatch …")


def _unmatch(app: App, arguments: argparse.Namespace) -> None:
    key = _line(arguments)
    by = _by(app, arguments, "unmatch", *key, app.journal.position(), role="county_approver")
    reconciling_by_hand.unmatch(app, entry=key, **by)
    say("已撤销勾对；这一笔以后只能由人勾对。")


def _explain(app: App, arguments: argparse.Namespace) -> None:
    identity = _identity(_needed(arguments, "subject", flag="EXCEPTION"))
    outcome, reason = _needed(arguments, "outcome"), _needed(arguments, "reason")
    by = _by(app, arguments, "explain", identity, outcome, reason, app.journal.position())
    reconciling_by_hand.explain(app, exception_id=identity, outcome=outcome, reason=reason, **by)
    say("已说明，等另一位同事确认：mingzhang reconcile resolve …")


def _resolve(app: App, arguments: argparse.Namespace) -> None:
    identity = _identity(_needed(arguments, "subject", flag="EXCEPTION"))
    by = _by(app, arguments, "resolve", identity, app.journal.position(), role="county_approver")
    reconciling_by_hand.resolve(app, exception_id=identity, **by)
    say("差异已了结。")


def _propose_superseding(app: App, arguments: argparse.Namespace) -> None:
    identity = _identity(_needed(arguments, "subject", flag="STATEMENT"))
    reason = _needed(arguments, "reason")
    by = _by(app, arguments, "propose-superseding", identity, reason, app.journal.position())
    superseding.propose(app, statement_id=identity, reason=reason, **by)
    say("已提出，等另一位同事确认：mingzhang reconcile supersede …")


def _supersede(app: App, arguments: argparse.Namespace) -> None:
    identity = _identity(_needed(arguments, "subject", flag="STATEMENT"))
    by = _by(app, arguments, "supersede", identity, app.journal.position(), role="county_approver")
    superseding.confirm(app, statement_id=identity, **by)
    say("已改用这份对账单。请再勾对一次：mingzhang reconcile match")


_STEPS: Mapping[str, Callable[[App, argparse.Namespace], None]] = {
    "record": _record,
    "match": _match,
    "list": _list,
    "exceptions": _exceptions,
    "position": _position,
    "propose": _propose,
    "confirm": _confirm,
    "reject": _reject,
    "propose-unmatch": _propose_unmatch,
    "unmatch": _unmatch,
    "explain": _explain,
    "resolve": _resolve,
    "propose-superseding": _propose_superseding,
    "supersede": _supersede,
}


def _by(
    app: App, arguments: argparse.Namespace, step: str, *parts: object, role: str = "county_officer"
) -> dict[str, Any]:
    """Who acts, under which key (the same step on the same thing is the same command), on which day."""
    on = today(app)
    return {
        "actor": acting(app, _needed(arguments, "login", flag="--as"), role=arguments.role or role),
        "key": f"reconcile:{step}:{derived('reconcile', step, on, *parts)}",
        "on": on,
    }


def _needed(arguments: argparse.Namespace, name: str, *, flag: str | None = None) -> Any:
    value = getattr(arguments, name)
    if value is None:
        raise argparse.ArgumentTypeError(f"{arguments.step} 缺少参数：{flag or f'--{name}'}")
    return value


def _identity(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}”不是编号") from None


def _line(arguments: argparse.Namespace) -> EntryKey:
    return statement_line(str(_needed(arguments, "subject", flag="LINE")))
