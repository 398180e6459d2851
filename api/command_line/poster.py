"""`mingzhang poster`: a sheet for the notice board, recorded by its digest; and a package's sheets drawn again."""

import argparse
import secrets
from pathlib import Path
from typing import Final

from api.command_line.console import say, tell
from api.command_line.opening import acting, begun_settings, opened
from api.command_line.values import division_code
from api.commands.shared import today
from api.posters import checking, recording
from api.posters.checking import Checked
from api.settings import read_settings
from api.web.disclosed.kinds import WORDS, told_apart_text
from api.web.poster_words import OUTCOMES, REASONS
from domain.disclosures.posters import PAPERS
from domain.disclosures.state import disclosure_id
from domain.kernel.disclosed import KINDS, is_period

DESCRIPTION = """
公示单：render DIVISION KIND PERIOD 把已公布的一版画成 A4 或 A3 的 PDF（PDF/A-2a、PDF/UA-1，带二维码），
登记它的摘要，写到 --to 指定的文件；同一版再画一次，一个字节也不差。check PACKAGE 只凭审计包把登记过的公示单逐张重画，
与登记的摘要比较，不连数据库；有一张不同或画不出，退出码为 1。
"""
EXAMPLE = """
mingzhang poster render 361125001201 rewards 2026-03 --to 公示单.pdf --as fang
mingzhang poster render 361125001201 village_finances 2026-Q1 --paper A3 --to 公示单.pdf --as fang
mingzhang poster check 审计包-2026-03
"""
ACTIONS: Final = ("render", "check")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `poster` takes."""
    parser.add_argument("action", choices=ACTIONS, metavar="ACTION", help="、".join(ACTIONS))
    parser.add_argument("what", metavar="WHAT", help="区划代码（render）或审计包的文件夹（check）")
    kinds = "，".join(f"{kind} {WORDS[kind].title}" for kind in KINDS if kind in WORDS)
    parser.add_argument("kind", nargs="?", metavar="KIND", help=f"公开的类别：{kinds}")
    parser.add_argument("period", nargs="?", metavar="PERIOD", help="2026-03、2026-Q1、2026，或 once- 加编号")
    parser.add_argument("--version", type=int, metavar="N", help="第几版（默认：最近公布的）")
    parser.add_argument("--paper", choices=sorted(PAPERS), default="A4", metavar="PAPER", help="A4（默认）或 A3")
    parser.add_argument("--to", type=Path, metavar="FILE", help="写到哪个文件（render）；不覆盖已有的文件")
    parser.add_argument("--role", metavar="ROLE", default="village_accountant", help="以什么角色（默认：村会计）")
    parser.add_argument("--as", dest="login", metavar="LOGIN", help="以谁的名义（默认：首任管理员）")


def run(arguments: argparse.Namespace) -> int:
    """Draw one sheet, or all of a package again. Raises ArgumentTypeError, Refusal."""
    return _check(Path(arguments.what)) if arguments.action == "check" else _render(arguments)


def _render(arguments: argparse.Namespace) -> int:
    division = division_code(arguments.what)
    if arguments.kind not in KINDS:
        raise argparse.ArgumentTypeError(f"KIND 应为 {'、'.join(KINDS)} 之一；给出的是 {arguments.kind}")
    if arguments.period is None or not is_period(arguments.period):
        raise argparse.ArgumentTypeError(f"PERIOD 写作 2026-03、2026-Q1 或 2026；给出的是 {arguments.period}")
    if arguments.to is None:
        raise argparse.ArgumentTypeError("render 缺少参数：--to")
    if arguments.to.exists():
        raise argparse.ArgumentTypeError(f"{arguments.to} 已经存在，不覆盖；请换一个文件名")
    with opened(begun_settings(), asks_secret=True) as app:
        done = recording.render(
            app,
            actor=acting(app, arguments.login, role=arguments.role),
            key=f"cli:{secrets.token_hex(16)}",
            disclosure_id=disclosure_id(division, arguments.kind, arguments.period),
            version=arguments.version,
            paper=arguments.paper,
            on=today(app),
        )
    with arguments.to.open("xb") as file:
        file.write(done.drawn.pdf)
    said = "已登记" if done.receipt is not None else "与登记过的一样"
    say(f"{arguments.to}：{len(done.drawn.pdf):,} 字节，SHA-256 {done.drawn.sha256}，{said}。")
    return 0


def _check(package: Path) -> int:
    found: list[Checked] = []
    for one in checking.check(package, fonts=read_settings().fonts):
        found.append(one)
        kind = WORDS[one.kind].title if one.kind in WORDS else one.kind
        reason = f"：{REASONS[one.reason]}" if one.reason else ""
        what = f"{one.division} {told_apart_text(one.period)}{kind} 第 {one.version} 版 {one.paper}"
        say(f"{OUTCOMES[one.outcome]}  {what}（{one.event}）{reason}")
    equal = sum(one.outcome == "equal" for one in found)
    tell(f"登记过的公示单 {len(found)} 张，重画后相同 {equal} 张。")
    return 0 if equal == len(found) else 1
