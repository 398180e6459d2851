"""`mingzhang export`: the audit package of this journal."""

import argparse
import shlex
from pathlib import Path

from api.command_line.console import Progress, program, say
from api.command_line.opening import begun_settings, opened, person_behind
from api.context import database
from api.exporting import export_package
from api.package_contents import Authority, HandOver
from api.settings import Settings
from domain.kernel.reasons import require_reason
from migrations.embedded import install_stop_on_signals

DESCRIPTION = """
导出审计包：从第一条记录到最近一个签名检查点的全部记录，加上检查点、信任策略、账表（CSV、beancount、hledger）、
月度公示的数字、附件和银行文件的摘要、时间戳、说明。
账表可以用别人的程序核对：bean-check -C；hledger check -s ordereddates payees（1.27 起再加 tags）。
审计人员拿到文件夹，在不联网的电脑上就能全部核对，不需要相信我们的服务器。
检查点之后新记的内容不在包里，留待下一次。DIR 必须不存在或为空。
姓名、账号、文字和银行文件只在经授权时随包（--opened），
照片、凭证附件、会议签到表的原件用 --with-files；两者都要写明由谁、为什么，逐次留痕。
没有随包的文件只有摘要；上面有人的个人信息已依法删除的，原件不随包。
"""
EXAMPLE = """
mingzhang export 审计包-2026-03
mingzhang verify 审计包-2026-03
mingzhang export 专项审计 --opened --with-files --as guanliyuan --reason "县审计局 2026-7 号通知书"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `export` takes."""
    parser.add_argument("directory", type=Path, metavar="DIR", help="写到哪个文件夹（不存在或为空）")
    parser.add_argument("--with-files", action="store_true", help="照片、凭证附件、会议签到表的原件随包")
    parser.add_argument("--opened", action="store_true", help="经授权开启的姓名、账号、文字，以及银行文件原件随包")
    parser.add_argument("--as", dest="login", metavar="LOGIN", help="由谁开启（登录名；默认：首任管理员）")
    parser.add_argument("--reason", metavar="TEXT", help="开启的理由（开启时必填），至少四个字，写入开启记录")


def run(arguments: argparse.Namespace) -> int:
    """Write the package, and say how it is checked."""
    install_stop_on_signals()
    settings = begun_settings()
    directory: Path = arguments.directory
    hand_over = _hand_over(arguments, settings)
    with database(settings) as access, Progress() as progress:
        exported = export_package(
            settings,
            access,
            directory,
            hand_over=hand_over,
            progress=lambda done, total: progress.show("导出记录", done, total),
        )
    say(f"已导出 {exported.size} 条记录，{exported.written.files} 个文件，{exported.written.bytes} 字节：{directory}")
    if exported.beyond:
        say(f"检查点之后新记的 {exported.beyond} 条不在包里，下次导出。")
    if not exported.pages:
        say("包里没有月度公示：还没有奖励。")
    if hand_over is not None:
        say("包里有个人信息，请加密交接，用毕销毁。")
    say("交给审计人员，由他运行：")
    say(f"  {program()} verify {shlex.quote(str(directory))} --log-key {exported.log_key}")
    say("账本密钥请另由公开渠道核对（县政府网站、公告栏），不要只凭这个包。")
    return 0


def _hand_over(arguments: argparse.Namespace, settings: Settings) -> HandOver | None:
    """What was asked for beyond digests, by whom and why. Refuses `reason.insufficient`, `session.login_unknown`."""
    if not arguments.opened and not arguments.with_files:
        return None
    if not (arguments.reason or "").strip():
        raise argparse.ArgumentTypeError("开启个人信息或附件原件要写明理由，请加上 --reason")
    require_reason(arguments.reason)
    with opened(settings) as app:
        authority = Authority(person_behind(app, arguments.login), arguments.reason.strip())
    return HandOver(authority, attachments=arguments.with_files, opened=arguments.opened)
