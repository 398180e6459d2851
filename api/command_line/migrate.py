"""`mingzhang migrate`: brings the database to the state that this version needs."""

import argparse

from api.command_line.console import say
from api.command_line.opening import begun_settings
from api.context import database, make_ready
from migrations import runner
from migrations.embedded import install_stop_on_signals

DESCRIPTION = """
把数据库升级到本版本：按编号逐个执行尚未执行的迁移文件，每个文件要么全部成功，要么全部撤回。
已执行的文件如被改动，或数据库比程序新，就拒绝。先停止网页服务，并做好备份。
"""
EXAMPLE = """
mingzhang migrate
mingzhang migrate --dry-run
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `migrate` takes."""
    parser.add_argument("--dry-run", action="store_true", help="只列出要执行的迁移，不执行")


def run(arguments: argparse.Namespace) -> int:
    """Apply what is missing, and name it."""
    install_stop_on_signals()
    with database(begun_settings()) as access:
        before = runner.status(access.owner)
        before.refuse_unknown()
        if arguments.dry_run:
            for file in before.pending:
                say(f"待执行：{file.file_name}")
            say(f"共 {len(before.pending)} 个待执行。")
            return 0
        make_ready(access)
        for file in before.pending:
            say(f"已执行：{file.file_name}")
        say("数据库已是本版本。" if before.pending else "数据库本来就是本版本，没有变化。")
    return 0
