"""`mingzhang fsck`: makes root and every tile again from the entries, and compares them with all that was kept."""

import argparse
import json
from dataclasses import asdict

from api.command_line.console import Progress, say
from api.command_line.opening import begun_settings
from api.context import database
from api.examining import examine, examine_files
from api.settings import read_settings
from api.web.examination_words import words_of
from journal.fsck import Examination
from migrations.embedded import install_stop_on_signals

DESCRIPTION = """
从每一条记录重新算出哈希树、全部哈希块和各账户余额，与数据库里的账本头和余额表、签名进程的记忆、已公布的文件和检查点
逐一比较。
所有问题都列出，指出是哪个文件、前多少字节相同。只看不改，不修复；有问题请立即联系审计，不要自行处理。
--files：不用数据库，只看公布的文件夹本身是否完整、自洽、签名成立。任何人把 log 文件夹拷走都能这样检查。
进度写在标准错误上。记录的内容是否合规，由 mingzhang verify 检查。
"""
EXAMPLE = """
mingzhang fsck
mingzhang fsck --files --json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `fsck` takes."""
    parser.add_argument("--files", action="store_true", help="只检查公布的文件，不用数据库")
    parser.add_argument("--json", action="store_true", help="输出 JSON，供程序读取")


def run(arguments: argparse.Namespace) -> int:
    """Examine, and tell everything that was found."""
    install_stop_on_signals()
    with Progress() as bar:

        def progress(done: int, total: int) -> None:
            bar.show("重算哈希", done, total)

        if arguments.files:
            examination = examine_files(read_settings(), progress=progress)
        else:
            settings = begun_settings()
            with database(settings) as access:
                examination = examine(settings, access, progress=progress)
    if arguments.json:
        _tell_json(examination)
    else:
        _tell(examination)
    return 1 if examination.findings else 0


def _tell(examination: Examination) -> None:
    for finding in examination.findings:
        say(f"  {words_of(finding)}")
    published = examination.published
    shown = f"已公布，共 {published.size} 条" if published is not None else "还没有公布检查点"
    say(f"记录共 {examination.rebuilt.size} 条，{shown}。")
    count = len(examination.findings)
    say(f"结论：有 {count} 处不符，请立即联系审计。" if count else "结论：全部相符。")


def _tell_json(examination: Examination) -> None:
    published = examination.published
    told = {
        "entries": examination.rebuilt.size,
        "published": None if published is None else published.size,
        "findings": [asdict(finding) | {"words": words_of(finding)} for finding in examination.findings],
    }
    say(json.dumps(told, ensure_ascii=False, indent=2))
