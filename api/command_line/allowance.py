"""`mingzhang allowance`: a month's allowances of grid workers, granted from an xlsx list, listed."""

import argparse
import secrets
from pathlib import Path
from typing import Final

from api.allowance_listing import matched, serving
from api.command_line.console import say, table
from api.command_line.opening import acting, opened
from api.command_line.values import month_text
from api.commands import allowances as commands
from api.commands.allowances import NewAllowance
from api.commands.shared import today
from api.context import App
from api.files.allowance_lists import read_list
from api.files.findings import BadFile
from api.files.workbook import read_bytes
from api.web.money_words import ALLOWANCE_STATES
from domain.kernel.money import yuan
from projections import allowances

DESCRIPTION = """
专职网格员按月的津贴：list 一个月的津贴；grant FILE 按名单登记。FILE 是 xlsx，第一行写“姓名”和“金额（元）”。
有任何一行对不上，什么也不记录，全部列出。登记人不能再制表或审批这些津贴的发放；发放用 mingzhang payout 或网页。
"""
EXAMPLE = """
mingzhang allowance list 2026-03
mingzhang allowance grant 2026-03 津贴.xlsx --basis 岗位津贴 --document "横委政法〔2026〕6号" --as chenjing
"""
ACTIONS: Final = ("list", "grant")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `allowance` takes."""
    parser.add_argument("action", choices=ACTIONS, metavar="ACTION", help="、".join(ACTIONS))
    parser.add_argument("month", type=month_text, metavar="YYYY-MM", help="归属月份")
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="xlsx 名单（grant）")
    parser.add_argument("--basis", default="岗位津贴", metavar="TEXT", help="发放依据（默认：岗位津贴）")
    parser.add_argument("--document", metavar="TEXT", help="文号")
    parser.add_argument("--as", dest="login", metavar="LOGIN", help="以哪个县级经办人的名义（grant）")


def run(arguments: argparse.Namespace) -> int:
    """List, or grant a list as a whole. Raises ArgumentTypeError, BadFile, Refusal."""
    if arguments.action == "list":
        with opened() as app:
            _list(app, arguments)
        return 0
    if arguments.file is None:
        raise argparse.ArgumentTypeError("grant 缺少名单文件")
    with opened(asks_secret=True) as app:
        _grant(app, arguments)
    return 0


def _list(app: App, arguments: argparse.Namespace) -> None:
    app.runner.catch_up()
    with app.reading.connection() as conn:
        found = allowances.of_month(conn, app.log.division, arguments.month)
    rows = [
        (str(one.payee_id)[:8], one.division, one.basis, yuan(one.amount_fen), ALLOWANCE_STATES[one.state])
        for one in found
    ]
    say(table(("收款人", "区划", "依据", "元", "状态"), rows))


def _grant(app: App, arguments: argparse.Namespace) -> None:
    app.runner.catch_up()
    actor = acting(app, arguments.login, role="county_officer")
    people = serving(app, month=arguments.month, area=app.log.division)
    reading = read_list(read_bytes(arguments.file), file=arguments.file.name)
    amounts, findings = matched(app, reading, people=people, by=actor.person_id)
    if findings:
        raise BadFile(findings)
    new = [
        NewAllowance(
            one.person_id, one.area, arguments.month, amounts[one.person_id], arguments.basis, arguments.document
        )
        for one in people
        if one.person_id in amounts
    ]
    key = f"allowance:{arguments.month}:{secrets.token_hex(8)}"
    receipt = commands.grant(app, actor=actor, key=key, new=new, on=today(app))
    total = yuan(sum(one.amount_fen for one in new))
    say(f"已登记 {len(new)} 笔，合计 {total} 元，记录 {receipt.first_index} 至 {receipt.last_index}。")
