"""`mingzhang village`: imports a village's cash or bank journal as vouchers, and writes its statements as files."""

import argparse
from pathlib import Path
from typing import Final

from api.books.village_tables import WHICH, Asked, names_of_book, table_of
from api.command_line.console import Progress, say
from api.command_line.findings import keep_findings, tell_findings
from api.command_line.opening import acting, opened, person_behind
from api.command_line.values import day_text, division_code, profile_named
from api.context import App
from api.custody.opening import roles_held
from api.files.cash_journal_profiles import (
    CashJournalProfile,
    cash_journal_profile_names,
    load_cash_journal_profile,
)
from api.files.cash_journals import read_cash_journal
from api.files.findings import BadFile
from api.files.table_files import csv_parts, xlsx_parts
from api.files.workbook import read_bytes
from api.village_importing import BANK, IMPORTERS, JournalImported, import_journal
from domain.kernel.money import yuan
from domain.kernel.refusals import Refusal
from projections import village_books

ACTIONS: Final = ("import", "statement")

DESCRIPTION = """
村账。import 导入现金或银行存款日记账（xlsx），一行一笔收支：每笔填成一张凭证，等民主理财审核、审批、记账。
先把整个文件核对完：余额接不上、对方科目不认识、往来户没有登记、日期倒退、月份已月结等，逐一列出行、列和原因；
期初、期末余额与村账（含未记账的凭证）不一致的也列出。有一处问题，就一张凭证也不填。
同一文件再次导入，什么也不会改变。现金和存款互转的行取自存款日记账，现金日记账里的同一笔不再填。
statement 把一个村的报表写成文件：科目余额表、收支明细表、资产负债表、收益及收益分配表、债权债务、序时账、凭证清单。
"""
EXAMPLE = """
mingzhang village import 存款日记账.xlsx --division 361125001201 --account 102 --as fang
mingzhang village import 现金日记账.xlsx --division 361125001201 --account 101 --findings 问题清单.csv --as fang
mingzhang village statement 村账.xlsx --division 361125001201 --since 2026-10-01 --until 2026-10-31
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `village` takes."""
    parser.add_argument("action", choices=ACTIONS, metavar="ACTION", help="、".join(ACTIONS))
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="日记账 .xlsx；或报表写到哪个文件（.xlsx 全部，.csv 一张）"
    )
    parser.add_argument("--division", required=True, type=division_code, metavar="CODE", help="哪个村、社区的账")
    parser.add_argument(
        "--account", default=BANK, choices=("101", "102"), help="import：101 库存现金，102 银行存款（默认：102）"
    )
    parser.add_argument(
        "--profile", default="cash-journal", help="import：版式名称，或 .toml 文件（默认：cash-journal）"
    )
    parser.add_argument("--findings", type=Path, metavar="FILE.csv", help="import：把问题清单另存为 CSV")
    parser.add_argument("--as", dest="login", metavar="LOGIN", help="import：以谁的名义（村会计或村民委员会成员）")
    parser.add_argument("--which", choices=tuple(WHICH), default="balances", help="statement：写成 .csv 时是哪一张")
    parser.add_argument("--since", type=day_text, metavar="DATE", help="statement：从哪天起")
    parser.add_argument("--until", type=day_text, metavar="DATE", help="statement：到哪天止，含这天")


def run(arguments: argparse.Namespace) -> int:
    """Import a journal, or write statements."""
    return _import(arguments) if arguments.action == "import" else _statement(arguments)


def _import(arguments: argparse.Namespace) -> int:
    try:
        content = read_bytes(arguments.file)
        reading = read_cash_journal(content, _profile(arguments.profile), file=arguments.file.name)
    except BadFile as error:
        keep_findings(arguments.findings, error.findings)
        raise
    with opened(asks_secret=True) as app, Progress() as progress:
        app.runner.catch_up()
        imported = import_journal(
            app,
            actor=acting(app, arguments.login, role=_role(app, arguments.login)),
            reading=reading,
            content=content,
            division=arguments.division,
            account=arguments.account,
            progress=lambda done, total: progress.show("导入", done, total),
        )
        with progress.step("更新查询表"):
            app.runner.catch_up()
    keep_findings(arguments.findings, imported.findings)
    tell_findings(imported.findings)
    say(summary(imported))
    return 1 if imported.findings else 0


def _statement(arguments: argparse.Namespace) -> int:
    missing = [f"--{name}" for name in ("since", "until") if getattr(arguments, name) is None]
    if missing:
        raise argparse.ArgumentTypeError(f"statement 缺少参数：{'、'.join(missing)}")
    with opened() as app:
        app.runner.catch_up()
        with app.reading.connection() as conn:
            book = village_books.book_of(conn, arguments.division)
            if book is None:
                raise Refusal("village_book.unknown")
            asked = Asked(arguments.division, arguments.since, arguments.until)
            whole = arguments.file.suffix == ".xlsx"
            names = names_of_book(conn, book)
            tables = [table_of(one, conn, asked, names=names) for one in (WHICH if whole else (arguments.which,))]
    with arguments.file.open("wb") as file:
        for part in xlsx_parts(tables) if whole else csv_parts(tables[0]):
            file.write(part)
    say(f"已写入 {arguments.file}。")
    return 0


def summary(imported: JournalImported) -> str:
    """What an import did, in a sentence."""
    if imported.findings:
        return f"读到 {imported.rows} 行，问题 {len(imported.findings)} 处，没有填写任何凭证；请改正后再导入。"
    there = f"{imported.unchanged} 行此前已导入，{imported.transfers} 行互转取自存款日记账"
    span = f"期初 {yuan(imported.opening_fen)} 元、期末 {yuan(imported.closing_fen)} 元与村账相符"
    if not imported.drafted:
        return f"没有变化（{there}；{span}）。"
    return f"读到 {imported.rows} 行：填写凭证 {imported.drafted} 张，等审核；{there}；{span}。"


def _profile(named: str) -> CashJournalProfile:
    return load_cash_journal_profile(profile_named(named, among=cash_journal_profile_names()))


def _role(app: App, login: str | None) -> str:
    held = roles_held(app, person_behind(app, login))
    return next((role for role in IMPORTERS if role in held), IMPORTERS[0])
