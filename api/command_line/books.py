"""`mingzhang books`: the books of the county on the terminal and as files, and its charts of accounts."""

import argparse
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final, get_args

from psycopg import Connection

from api.books import interface_tables, tables
from api.books.asked import BOOKS, Asked, month_of_day
from api.books.names import Names, names
from api.command_line.catalogue import version
from api.command_line.console import say, table
from api.command_line.opening import acting, opened
from api.command_line.values import day_text
from api.commands import charts as commands
from api.commands.shared import today
from api.context import App
from api.files.chart_profiles import chart_names, load_chart
from api.files.table_files import Table, Value, csv_parts, xlsx_parts
from domain.kernel.money import yuan
from projections import charts, trial_balances

DESCRIPTION = """
账簿。每一张表都按两个时间来看：生效日（--since、--on）和账本位置（--known-at，只按前多少条记录）；同一位置什么时候查都一样。
balances：科目余额表。subsidiaries：一个总账科目下的明细余额。general：总账。account：明细账。days：一个科目按日汇总。
journal：日记账。vouchers：凭证目录。不给 --to 就显示在屏幕上；给了就写成文件，后缀是 .csv 或 .xlsx。
interface：一本账全年的“24589 式”账表（GB/T 24589 的元素名称，不声明符合），写成 .xlsx。
charts：发布过的科目表。publish：发布科目表的下一版（随程序提供的名称，或自己的 .toml 文件）。
"""
EXAMPLE = """
mingzhang books balances --on 2026-03-31
mingzhang books account --account fin:2307:payee --since 2026-03-01 --on 2026-03-31 --to 应付明细.xlsx
mingzhang books balances --on 2026-03-31 --known-at 1200
mingzhang books interface --book fin --on 2026-12-31 --to 24589式账表.xlsx
mingzhang books publish 本县科目表.toml
"""

TABLES: Final[tuple[tables.Which, ...]] = get_args(tables.Which)
ACTIONS: Final = (*TABLES, "interface", "charts", "publish")
_OF_ACCOUNT: Final = ("subsidiaries", "account", "days")
_SUFFIXES: Final = (".csv", ".xlsx")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `books` takes."""
    parser.add_argument("action", choices=list(ACTIONS), metavar="ACTION", help="、".join(ACTIONS))
    parser.add_argument("name", nargs="?", metavar="NAME", help="科目表的名称或 .toml 文件（publish）")
    parser.add_argument("--book", choices=list(BOOKS), metavar="BOOK", help="账簿：" + "、".join(BOOKS))
    parser.add_argument("--account", metavar="ACCOUNT", help="科目，形如 fin:2307:payee（subsidiaries、account、days）")
    parser.add_argument("--since", type=day_text, metavar="DAY", help="从哪天起（默认：--on 所在月的第一天）")
    parser.add_argument("--on", type=day_text, metavar="DAY", help="到哪天为止，含当天（默认：今天）")
    parser.add_argument("--known-at", type=int, metavar="N", help="只按账本前多少条记录（默认：全部）")
    parser.add_argument("--to", type=Path, metavar="FILE", help="写成文件：.csv 或 .xlsx")
    parser.add_argument("--as", dest="acting_login", metavar="LOGIN", help="以哪个管理员的名义发布（默认：首任管理员）")


def run(arguments: argparse.Namespace) -> int:
    """Show or write one of the books, or publish a chart."""
    _check(arguments)
    with opened(asks_secret=arguments.action == "publish") as app:
        app.runner.catch_up()
        if arguments.action == "publish":
            _publish(app, arguments)
        elif arguments.action == "charts":
            _list_charts(app)
        else:
            with _reading(app, arguments) as (conn, asked, known):
                _give(app, arguments, conn, asked, known)
    return 0


def _check(arguments: argparse.Namespace) -> None:
    """Nothing is opened for arguments that do not go together."""
    action, to = arguments.action, arguments.to
    if (arguments.name is not None) != (action == "publish"):
        raise argparse.ArgumentTypeError("publish 要一个科目表的名称或文件，别的都不要")
    if action in _OF_ACCOUNT and not arguments.account:
        raise argparse.ArgumentTypeError(f"{action} 需要 --account：哪个科目")
    if to is not None and to.suffix not in _SUFFIXES:
        raise argparse.ArgumentTypeError(f"--to 的后缀应为 .csv 或 .xlsx：{to.name}")
    if action == "interface" and (to is None or to.suffix != ".xlsx"):
        raise argparse.ArgumentTypeError("interface 需要 --to，后缀是 .xlsx")


@contextmanager
def _reading(app: App, arguments: argparse.Namespace) -> Iterator[tuple[Connection[Any], Asked, Names]]:
    """All of a table in one transaction. Refuses `ledger.position_outside`."""
    on: date = arguments.on or today(app)
    since: date = min(arguments.since or month_of_day(on), on)
    with app.reading.connection() as conn, conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        position = trial_balances.end_of(conn, arguments.known_at)
        yield conn, Asked(since, on, position, position), names(conn, known_at=position)


def _give(app: App, arguments: argparse.Namespace, conn: Connection[Any], asked: Asked, known: Names) -> None:
    to: Path | None = arguments.to
    if arguments.action == "interface":
        year = Asked(asked.on.replace(month=1, day=1), asked.on, asked.known_at, asked.position)
        found = interface_tables.interface_tables(
            conn, year, known, book=arguments.book or BOOKS[0], unit=app.log.county_name, version=version()
        )
        _write(arguments.to, xlsx_parts(found, about=(interface_tables.CLAIM, year.span)))
        return
    made = tables.table_of(
        arguments.action, conn, asked, known, book=arguments.book, account_asked=arguments.account or ""
    )
    if to is None:
        _show(made)
    else:
        _write(to, csv_parts(made) if to.suffix == ".csv" else xlsx_parts([made]))


def _show(made: Table) -> None:
    say(f"{made.title}（{made.note}）")
    kinds = [column.kind for column in made.columns]
    rows = [[_cell(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in made.rows]
    say(table([column.title for column in made.columns], rows))


def _cell(value: Value, kind: str) -> str:
    if value is None:
        return ""
    return yuan(value) if kind == "fen" and isinstance(value, int) else str(value)


def _write(to: Path, parts: Iterator[bytes]) -> None:
    with to.open("wb") as file:
        for part in parts:
            file.write(part)
    say(f"已写入 {to}")


def _list_charts(app: App) -> None:
    with app.reading.connection() as conn:
        published = charts.published(conn)
        accounts = charts.accounts(conn)
    say("随程序提供的科目表：" + "、".join(chart_names()))
    say(
        table(
            ("科目表", "制度", "发布日", "依据"),
            [(one.name, one.system, one.published_on, one.document) for one in published],
        )
    )
    say()
    say(
        table(
            ("科目", "名称", "方向", "科目表"),
            [(one.account, one.name, {"debit": "借", "credit": "贷"}[one.side], one.chart) for one in accounts],
        )
    )


def _publish(app: App, arguments: argparse.Namespace) -> None:
    new = load_chart(arguments.name)
    actor = acting(app, arguments.acting_login, role="administrator")
    key = f"books:publish:{secrets.token_hex(8)}"
    receipt = commands.publish(app, actor=actor, key=key, new=[new], on=today(app))
    app.runner.catch_up()
    say(f"已记录：{receipt.events[-1]}（索引 {receipt.last_index}）")
