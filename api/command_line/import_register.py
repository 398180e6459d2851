"""`mingzhang import`: brings a register of messages into the journal."""

import argparse
from pathlib import Path

from api.command_line.console import Progress, say
from api.command_line.findings import keep_findings, tell_findings
from api.command_line.opening import acting, opened
from api.command_line.values import profile_named
from api.files.findings import BadFile
from api.files.register import read_register
from api.files.register_profiles import RegisterProfile, load_register_profile, register_profile_names
from api.importing import Imported, import_messages

DESCRIPTION = """
导入登记簿。messages：网民留言与答复，一行一件事。
每一行成为一条事件，日期用登记簿里的日期；作者登记为化名成员，正文存入保险库，答复记为办理。
读不了的行不导入，逐一列出行、列和原因，其余照常导入；表头有合并单元格、公式等结构问题的，整个文件不导入。
同一文件再次导入，什么也不会改变；导入后改过的行逐一列出不同之处，账本不改（为比对而打开原文会留下记录）。
中途停电或被中断，再次运行同一命令即可接着做完。列的对应关系写在版式（profile）里，换一个县只换版式。
"""
EXAMPLE = """
mingzhang import messages 留言登记簿.xlsx
mingzhang import messages 留言登记簿.xlsx --profile 本县版式.toml --findings 问题清单.csv
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `import` takes."""
    parser.add_argument("kind", choices=["messages"], metavar="messages", help="登记簿的种类")
    parser.add_argument("file", type=Path, metavar="FILE.xlsx", help="登记簿文件")
    parser.add_argument(
        "--profile", default="messages-with-replies", help="版式名称，或 .toml 文件（默认：messages-with-replies）"
    )
    parser.add_argument("--findings", type=Path, metavar="FILE.csv", help="把问题清单另存为 CSV")
    parser.add_argument("--as", dest="login", metavar="LOGIN", help="以哪个管理员的名义导入（默认：首任管理员）")


def run(arguments: argparse.Namespace) -> int:
    """Read the file whole, then record it."""
    try:
        reading = read_register(arguments.file, _profile(arguments.profile))
    except BadFile as error:
        keep_findings(arguments.findings, error.findings)
        raise
    with opened(asks_secret=True) as app, Progress() as progress:
        actor = acting(app, arguments.login, role="administrator")
        imported = import_messages(
            app, actor=actor, reading=reading, progress=lambda done, total: progress.show("导入", done, total)
        )
        with progress.step("更新查询表"):
            app.runner.catch_up()
    keep_findings(arguments.findings, imported.findings)
    tell_findings(imported.findings)
    say(_summary(imported))
    return 1 if imported.findings else 0


def _profile(named: str) -> RegisterProfile:
    return load_register_profile(profile_named(named, among=register_profile_names()))


def _summary(imported: Imported) -> str:
    findings = f"问题 {len(imported.findings)} 处。"
    if not (imported.reported or imported.handled or imported.unchanged or imported.differing):
        return f"没有读到可以导入的行，什么也没有记录。{findings}"
    if not imported.reported and not imported.handled:
        there = f"{imported.unchanged} 行都已在账本里" if not imported.differing else _differing(imported)
        return f"已导入过，没有变化（{there}）。{findings if imported.findings else ''}"
    return (
        f"读到 {imported.rows} 行：新登记事件 {imported.reported} 条、办理 {imported.handled} 条、"
        f"人员 {imported.persons} 名；{_differing(imported)}。{findings}"
    )


def _differing(imported: Imported) -> str:
    there = f"{imported.unchanged} 行此前已导入"
    return f"{there}，{imported.differing} 行与账本所记不同，账本没有改动" if imported.differing else there
