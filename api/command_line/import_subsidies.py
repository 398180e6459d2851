"""`mingzhang import-subsidies`: brings a village's subsidy list into the journal, for another person to confirm."""

import argparse
from pathlib import Path

from api.command_line.console import Progress, say
from api.command_line.findings import keep_findings, tell_findings
from api.command_line.opening import acting, opened, person_behind
from api.command_line.values import division_code, period_text, profile_named
from api.commands.shared import today
from api.context import App
from api.custody.opening import roles_held
from api.files.findings import BadFile
from api.files.subsidy_list_profiles import SubsidyListProfile, load_subsidy_list_profile, subsidy_list_profile_names
from api.files.subsidy_lists import SubsidyListReading, read_subsidy_list
from api.files.workbook import read_bytes
from api.subsidy_importing import IMPORTERS, ListJudged, WhichList, judge, record
from domain.kernel.money import yuan
from domain.kernel.refusals import Refusal
from projections import subsidies

DESCRIPTION = """
导入一个村的补贴发放名单（xlsx），一行一户或一人：户号或人员编号、数量。金额由期末那天的标准乘数量算出；文件里写了金额的，
只拿来比对，不符的列为问题。先把整个文件核对完，有一处问题，就一行也不导入。
导入只是提出一版名单，另一个人在网页上确认以后才算数。
代替现行的一版时，要用 --reason 写明为什么改（会公开，不要写姓名）。
同一文件再次导入，什么也不会改变。列的对应关系写在版式（profile）里，换一个县只换版式。
"""
EXAMPLE = """
mingzhang import-subsidies 名单.xlsx --programme gengdi --place 361125001201 --period 2026 --as LOGIN
mingzhang import-subsidies 名单.xlsx --programme gengdi --place 361125001201 --period 2026 --as LOGIN --reason 漏报两户
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `import-subsidies` takes."""
    parser.add_argument("file", type=Path, metavar="FILE.xlsx", help="名单文件")
    parser.add_argument("--programme", required=True, metavar="REFERENCE", help="补贴项目的代号")
    parser.add_argument("--place", required=True, type=division_code, metavar="CODE", help="哪个村，12 位区划代码")
    parser.add_argument(
        "--period", required=True, type=period_text, metavar="PERIOD", help="期间：2026、2026-Q4 或 2026-10"
    )
    parser.add_argument("--reason", metavar="TEXT", help="代替现行的一版时，写明为什么改")
    parser.add_argument("--profile", default="subsidy-list", help="版式名称，或 .toml 文件（默认：subsidy-list）")
    parser.add_argument("--findings", type=Path, metavar="FILE.csv", help="把问题清单另存为 CSV")
    parser.add_argument(
        "--as", dest="login", required=True, metavar="LOGIN", help="以谁的名义：村会计、村委会成员、乡镇审核人或县经办"
    )


def run(arguments: argparse.Namespace) -> int:
    """Read the file whole, then propose it."""
    reading = _read(arguments)
    with opened(asks_secret=True) as app, Progress() as progress:
        app.runner.catch_up()
        judged = judge(app, reading=reading, which=_which(app, arguments))
        receipt = record(app, actor=acting(app, arguments.login, role=_role(app, arguments.login)), judged=judged)
        with progress.step("更新查询表"):
            app.runner.catch_up()
    keep_findings(arguments.findings, judged.findings)
    tell_findings(judged.findings)
    say(_summary(reading, judged, recorded=receipt is not None))
    return 1 if judged.findings else 0


def _which(app: App, arguments: argparse.Namespace) -> WhichList:
    with app.reading.connection() as conn:
        running = subsidies.programmes(conn, arguments.place, on=today(app))
    found = [one for one in running if one.reference == arguments.programme]
    if not found:
        raise Refusal("subsidy_programme.unknown")
    return WhichList(found[0].programme_id, arguments.place, arguments.period, arguments.reason)


def _read(arguments: argparse.Namespace) -> SubsidyListReading:
    try:
        return read_subsidy_list(read_bytes(arguments.file), _profile(arguments.profile), file=arguments.file.name)
    except BadFile as error:
        keep_findings(arguments.findings, error.findings)
        raise


def _profile(named: str) -> SubsidyListProfile:
    return load_subsidy_list_profile(profile_named(named, among=subsidy_list_profile_names()))


def _role(app: App, login: str | None) -> str:
    held = roles_held(app, person_behind(app, login))
    return next((role for role in IMPORTERS if role in held), IMPORTERS[0])


def _summary(reading: SubsidyListReading, judged: ListJudged, *, recorded: bool) -> str:
    if judged.findings:
        return f"读到 {reading.row_count} 行，问题 {len(judged.findings)} 处，没有导入任何一行；请改正后再导入。"
    if not recorded:
        return f"没有变化（与第 {judged.unchanged} 版完全一样）。"
    return f"提出名单：{len(judged.lines)} 人（户），{yuan(judged.total_fen)} 元；等另一个人确认。"
