"""`mingzhang publish`: puts the newest signed checkpoint and its tiles into the published log, once."""

import argparse

from api.command_line.console import Progress, say
from api.command_line.opening import opened
from api.publishing import publisher_of, signed_last
from api.web.witness_words import lacking
from journal.publisher import Published

DESCRIPTION = """
把已签名的最新检查点和它的哈希块、记录写进公布的账本（文件夹下的 log，或 MINGZHANG_TILES_URL），一次。
次序是：先写哈希块，再向见证人逐个索取签名，够数了才换上新的检查点；不够数就留着等候，并说明还差谁。
网页服务运行时会自己公布，不必用它；导入或演练之后、服务没有运行时用它。中途断电，再运行一次即可。
"""
EXAMPLE = """
mingzhang publish
"""


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """`publish` takes nothing: where to is a setting, who has to witness stands in the journal."""


def run(_arguments: argparse.Namespace) -> int:
    """Publish, and say what is published and what waits."""
    with opened() as app:
        publisher = publisher_of(app, last=signed_last(app))
        with publisher.claimed() as ours:
            if not ours:
                say("另一个进程（网页服务）正在公布，这里不用再做。")
                return 0
            with Progress() as progress, progress.step("公布账本"):
                published = publisher.publish()
    return _tell(published)


def _tell(published: Published | None) -> int:
    if published is None:
        say("还没有签过检查点，没有可公布的。")
        return 0
    if published.pending_size is None:
        say(f"已公布，共 {published.size} 条。")
        return 0
    say(f"账本已签名，共 {published.pending_size} 条；见证签名还不够，公布的仍是共 {published.size} 条。还差：")
    for reason in published.reasons:
        say(f"  {lacking(reason)}")
    return 1
