"""`mingzhang export`: the audit package of this journal."""

import argparse
import shlex
from pathlib import Path

from api.command_line.console import Progress, say
from api.command_line.opening import begun_settings
from api.context import database
from api.exporting import export_package
from migrations.embedded import install_stop_on_signals

DESCRIPTION = """
导出审计包：从第一条记录到最近一个签名检查点的全部记录，加上检查点、信任策略、试算表和说明。
审计人员拿到文件夹，在不联网的电脑上就能全部核对，不需要相信我们的服务器。
检查点之后新记的内容不在包里，留待下一次。DIR 必须不存在或为空。
"""
EXAMPLE = """
mingzhang export 审计包-2026-03
mingzhang verify 审计包-2026-03
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `export` takes."""
    parser.add_argument("directory", type=Path, metavar="DIR", help="写到哪个文件夹（不存在或为空）")


def run(arguments: argparse.Namespace) -> int:
    """Write the package, and say how it is checked."""
    install_stop_on_signals()
    settings = begun_settings()
    directory: Path = arguments.directory
    with database(settings) as access, Progress() as progress:
        exported = export_package(
            settings, access, directory, progress=lambda done, total: progress.show("导出记录", done, total)
        )
    say(f"已导出 {exported.size} 条记录，{exported.written.files} 个文件，{exported.written.bytes} 字节：{directory}")
    if exported.beyond:
        say(f"检查点之后新记的 {exported.beyond} 条不在包里，下次导出。")
    say("交给审计人员，由他运行：")
    say(f"  mingzhang verify {shlex.quote(str(directory))} --log-key {exported.log_key}")
    say("账本密钥请另由公开渠道核对（县政府网站、公告栏），不要只凭这个包。")
    return 0
