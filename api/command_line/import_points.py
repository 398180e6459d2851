"""`mingzhang import-points`: brings paper points books into the journal as opening balances."""

import argparse
from pathlib import Path

from api.command_line.console import Progress, say
from api.command_line.findings import keep_findings, tell_findings
from api.command_line.opening import acting, opened, person_behind
from api.command_line.values import day_text, profile_named
from api.context import App
from api.custody.opening import roles_held
from api.files.findings import BadFile
from api.files.point_book_profiles import PointBookProfile, load_point_book_profile, point_book_profile_names
from api.files.point_books import BookReading, read_point_book
from api.point_book_importing import IMPORTERS, PointsImported, import_points
from domain.points.accounts import OPENING_MAX

DESCRIPTION = f"""
导入纸质积分台账（xlsx），一行一户或一人：没有账户的开立账户，余额记为期初余额，写明截至日期和台账名称。
先把整个文件核对完：读不了的数、不认识的村和户、重复的户、公式、合并单元格等，逐一列出行、列和原因。
有一处问题，就一行也不导入；改正后再导入。余额为零的行不登记。户、人、积分规则要先登记好。
谁都不能导入自己家的，也不能导入由自己登记、登记过成员的户（人）的：请另一位经办人导入。一本存折最多 {OPENING_MAX} 分。
同一文件再次导入，什么也不会改变；中途停电或被中断，再次运行同一命令即可接着做完。
导入后在文件里改过的余额会列出来，账本不改。列的对应关系写在版式（profile）里，换一个县只换版式。
"""
EXAMPLE = """
mingzhang import-points 积分台账.xlsx --document 2025年纸质积分台账 --as-of 2025-12-31
mingzhang import-points 积分台账.xlsx --document 一村台账 --profile 本县版式.toml --findings 问题清单.csv
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `import-points` takes."""
    parser.add_argument("file", type=Path, metavar="FILE.xlsx", help="台账文件")
    parser.add_argument("--document", required=True, metavar="NAME", help="台账的名称，记入每一笔期初余额")
    parser.add_argument("--as-of", type=day_text, metavar="DATE", help="截至日期；行里写了的，以行里的为准")
    parser.add_argument("--profile", default="point-book", help="版式名称，或 .toml 文件（默认：point-book）")
    parser.add_argument("--findings", type=Path, metavar="FILE.csv", help="把问题清单另存为 CSV")
    parser.add_argument(
        "--as", dest="login", metavar="LOGIN", help="以谁的名义：县经办、村会计或管理员（默认：首任管理员）"
    )


def run(arguments: argparse.Namespace) -> int:
    """Read the file whole, then record it."""
    reading = _read(arguments)
    with opened(asks_secret=True) as app, Progress() as progress:
        app.runner.catch_up()
        imported = import_points(
            app,
            actor=acting(app, arguments.login, role=_role(app, arguments.login)),
            reading=reading,
            document=arguments.document,
            as_of=arguments.as_of,
            progress=lambda done, total: progress.show("导入", done, total),
        )
        with progress.step("更新查询表"):
            app.runner.catch_up()
    keep_findings(arguments.findings, imported.findings)
    tell_findings(imported.findings)
    say(_summary(imported))
    return 1 if imported.findings else 0


def _read(arguments: argparse.Namespace) -> BookReading:
    try:
        return read_point_book(arguments.file, _profile(arguments.profile))
    except BadFile as error:
        keep_findings(arguments.findings, error.findings)
        raise


def _profile(named: str) -> PointBookProfile:
    return load_point_book_profile(profile_named(named, among=point_book_profile_names()))


def _role(app: App, login: str | None) -> str:
    held = roles_held(app, person_behind(app, login))
    return next((role for role in IMPORTERS if role in held), IMPORTERS[1])


def _summary(imported: PointsImported) -> str:
    if imported.findings:
        return f"读到 {imported.rows} 行，问题 {len(imported.findings)} 处，没有导入任何一行；请改正后再导入。"
    there = f"{imported.unchanged} 行此前已导入，{imported.empty} 行余额为零"
    if not imported.recorded:
        return f"没有变化（{there}）。"
    return f"读到 {imported.rows} 行：登记期初余额 {imported.recorded} 户（人）、{imported.points} 分；{there}。"
