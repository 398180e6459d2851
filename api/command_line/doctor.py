"""`mingzhang doctor`: what is configured, reachable, current, and unsafe."""

import argparse
import json
import os
from dataclasses import asdict
from itertools import groupby

from api.command_line.console import say
from api.diagnosis import Item, diagnose
from migrations.embedded import install_stop_on_signals

DESCRIPTION = """
逐项检查并列出：全部设置（名称、当前值或默认值、用途）、密钥文件及权限、数据库是否连得上、版本、角色是否分开、
迁移是否最新、fsync 与 synchronous_commit 是否打开、签名检查点与账本头是否相符、各查询表读到哪里、为何停止。
只看不改。有不安全或不正常的，退出码为 1。
"""
EXAMPLE = """
mingzhang doctor
mingzhang doctor --json
"""
MARKS = {"ok": "正常", "attention": "注意", "bad": "不正常"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `doctor` takes."""
    parser.add_argument("--json", action="store_true", help="输出 JSON，供程序读取")


def run(arguments: argparse.Namespace) -> int:
    """Look, and tell."""
    install_stop_on_signals()
    items = diagnose(dict(os.environ))
    bad, attention = (sum(item.state == state for item in items) for state in ("bad", "attention"))
    if arguments.json:
        told = {"bad": bad, "attention": attention, "items": [asdict(item) for item in items]}
        say(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _tell(items)
        say(f"结论：{conclusion(bad=bad, attention=attention)}")
    return 1 if bad else 0


def conclusion(*, bad: int, attention: int) -> str:
    """What all of it comes to, in one sentence."""
    if bad:
        also = f"另有 {attention} 处需要注意。" if attention else ""
        return f"有 {bad} 处不正常，请逐一处理。{also}"
    return f"没有不正常，有 {attention} 处需要注意（见“注意”各行）。" if attention else "正常。"


def _tell(items: list[Item]) -> None:
    for section, members in groupby(items, key=lambda item: item.section):
        say(f"【{section}】")
        for item in members:
            say(f"  {MARKS[item.state]}　{item.name}：{item.text}")
