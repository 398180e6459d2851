"""`mingzhang import-members`: brings a roster of members into the journal as applications."""

import argparse
from pathlib import Path

from api.command_line.console import Progress, say
from api.command_line.findings import keep_findings, tell_findings
from api.command_line.opening import acting, opened, person_behind
from api.command_line.values import profile_named
from api.context import App
from api.custody.opening import roles_held
from api.files.findings import BadFile
from api.files.member_lists import RosterReading, read_roster
from api.files.member_profiles import MemberProfile, load_member_profile, member_profile_names
from api.member_importing import IMPORTERS, MembersImported, import_members

DESCRIPTION = """
导入移动网格员花名册（xlsx），一行一人：登记为代录的申请，姓名、电话、账号存入保险库。
导入不等于选聘：再由另一人审核，由第三人选聘。导入的人不能审核、选聘这些申请。
读不了的行不导入，逐一列出行、列和原因，其余照常导入；表头有合并单元格、公式等结构问题的，整个文件不导入。
同一文件再次导入，什么也不会改变；导入后改过的行逐一列出是哪一列，账本不改（为比对而打开原文会留下记录）。
中途停电或被中断，再次运行同一命令即可接着做完。列的对应关系写在版式（profile）里，换一个县只换版式。
"""
EXAMPLE = """
mingzhang import-members 花名册.xlsx --as jingban
mingzhang import-members 花名册.xlsx --profile 本县版式.toml --findings 问题清单.csv
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `import-members` takes."""
    parser.add_argument("file", type=Path, metavar="FILE.xlsx", help="花名册文件")
    parser.add_argument("--profile", default="member-roster", help="版式名称，或 .toml 文件（默认：member-roster）")
    parser.add_argument("--findings", type=Path, metavar="FILE.csv", help="把问题清单另存为 CSV")
    parser.add_argument("--as", dest="login", metavar="LOGIN", help="以谁的名义：县经办或管理员（默认：首任管理员）")


def run(arguments: argparse.Namespace) -> int:
    """Read the file whole, then record it."""
    reading = _read(arguments)
    with opened(asks_secret=True) as app, Progress() as progress:
        app.runner.catch_up()
        actor = acting(app, arguments.login, role=_role(app, arguments.login))
        imported = import_members(
            app, actor=actor, reading=reading, progress=lambda done, total: progress.show("导入", done, total)
        )
        with progress.step("更新查询表"):
            app.runner.catch_up()
    keep_findings(arguments.findings, imported.findings)
    tell_findings(imported.findings)
    say(_summary(imported))
    return 1 if imported.findings else 0


def _read(arguments: argparse.Namespace) -> RosterReading:
    try:
        return read_roster(arguments.file, _profile(arguments.profile))
    except BadFile as error:
        keep_findings(arguments.findings, error.findings)
        raise


def _profile(named: str) -> MemberProfile:
    return load_member_profile(profile_named(named, among=member_profile_names()))


def _role(app: App, login: str | None) -> str:
    held = roles_held(app, person_behind(app, login))
    return next((role for role in IMPORTERS if role in held), IMPORTERS[-1])


def _summary(imported: MembersImported) -> str:
    findings = f"问题 {len(imported.findings)} 处。"
    there = f"{imported.unchanged} 行此前已导入"
    if imported.differing:
        there += f"，{imported.differing} 行与账本所记不同，账本没有改动"
    if not imported.applied:
        return f"没有变化（{there}）。{findings if imported.findings else ''}"
    return f"读到 {imported.rows} 行：新登记申请 {imported.applied} 份；{there}。{findings}"
