"""`mingzhang rebuild`: makes every read model again from the first event."""

import argparse

from api.command_line.console import Progress, say
from api.command_line.opening import begun_settings
from api.context import database, read_roles
from api.examining import head_signed
from domain.streams import event_types
from journal.codec import Codec
from migrations.embedded import install_stop_on_signals
from migrations.runner import check
from projections.rebuild import rebuild

DESCRIPTION = """
从账本第一条记录起，重建页面所用的全部查询表；在旁边建好，再一次换上，网页服务不必停。
换上之前核对每一条记录：与账本头和签过名的检查点不符时不换，原有的查询表不变。
账本本身不动。中途停止，原有的查询表不变。
"""
EXAMPLE = """
mingzhang rebuild
"""


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """`rebuild` takes nothing."""


def run(_arguments: argparse.Namespace) -> int:
    """Rebuild, and say up to which event."""
    install_stop_on_signals()
    settings = begun_settings()
    with database(settings) as access, Progress() as progress:
        check(access.owner)
        position = rebuild(
            access.projector,
            Codec(event_types()),
            roles=read_roles(access),
            signed=head_signed(settings, access),
            progress=lambda done, total: progress.show("重建查询表", done, total),
        )
    say(f"查询表已重建并换上：{position} 条记录。")
    return 0
