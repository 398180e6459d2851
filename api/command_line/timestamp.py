"""`mingzhang timestamp`: have the newest checkpoint confirmed by a time-stamping authority, now."""

import argparse

from api.command_line.console import say, table, tell
from api.command_line.opening import acting, opened
from api.timestamps import SUFFIX, agent, kept, stamp, stamps_of, trusted_roots
from api.web import words

DESCRIPTION = """
请时间戳机构（RFC 3161）为账本最新的检查点加盖时间戳：证明这些记录在那个时刻已经存在。
盖的是检查点的三行文字（账本名称、条数、哈希根，每行以换行结尾）的 SHA-256，不含签名；不含任何个人信息。
需要设置 MINGZHANG_TSA_URL 和 MINGZHANG_TSA_CERTIFICATE（机构的根证书）。回答核对无误才保存并记入账本。
第一次运行由管理员登记“时间戳代理”；以后服务运行时每天自动盖一次，失败不影响任何业务，doctor 会说明。
"""
EXAMPLE = """
MINGZHANG_TSA_URL=http://tsa.example.cn/tsr MINGZHANG_TSA_CERTIFICATE=tsa-root.pem mingzhang timestamp
mingzhang timestamp --list
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `timestamp` takes."""
    parser.add_argument("--list", action="store_true", help="只列出已有的时间戳")
    parser.add_argument(
        "--as", dest="acting_login", metavar="LOGIN", help="以哪个管理员的名义登记代理（默认：首任管理员）"
    )


def run(arguments: argparse.Namespace) -> int:
    """Ask, judge, keep and record; or list."""
    with opened() as app:
        if arguments.list:
            rows = [
                (
                    words.moment(one.event.stamped_at),
                    one.event.size,
                    one.event.authority,
                    one.event.token[:16],
                    "在" if kept(app.settings.timestamps, one.event.token) else "缺失或被改动",
                )
                for one in stamps_of(app)
            ]
            say(table(("时间", "条数", "机构", "摘要", "文件"), rows))
            return 0
        trusted_roots(app.settings)  # nobody is registered for what is not configured
        actor = agent(app, administrator=lambda: acting(app, arguments.acting_login, role="administrator"))
        made = stamp(app, actor=actor)
        app.runner.catch_up()
        if made is None:
            tell("最新的检查点已经盖过时间戳，没有新的记录。")
            return 0
        say(f"已盖时间戳：检查点共 {made.size} 条，{words.moment(made.stamped_at)}，{made.authority}")
        say(f"时间戳文件：{app.settings.timestamps / (made.token + SUFFIX)}")
    return 0
