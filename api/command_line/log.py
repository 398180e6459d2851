"""`mingzhang log`: the journal itself: who has to sign for it, a new key for it, its end."""

import argparse
import secrets
from pathlib import Path

from api.command_line.asking import NotGiven, given
from api.command_line.console import say, tell
from api.command_line.opening import acting, opened
from api.commands import log as commands
from api.context import App
from api.web.witness_words import problem
from api.witness_inquiry import not_known_to_know
from journal.facts import Actor, Receipt
from journal.log_keys import keys_in

DESCRIPTION = """
管理账本本身。每一步都是管理员签名的记录，人人可查。
policy：不给文件时，显示现行策略（账本密钥、见证人、需要几个见证）；给出文件（C2SP tlog-policy）就从下一条记录起改用它。
rotate：更换账本密钥。第一步生成新密钥，此后新旧两把同时签名；等看账人都换成新公钥，再用 --finish 让新密钥单独签名。
  --finish 先逐个问见证人：有不认新密钥的、问不到的，先列出来；要照样完成，再写一遍账本名称（--confirm）。
close：封账。写下最后一条记录，此后任何人都不能再记录，不能撤回；已有的记录照常可查、可核对。
"""
EXAMPLE = """
mingzhang log policy
mingzhang log policy witnesses.policy
mingzhang log rotate
mingzhang log rotate --finish
mingzhang log close --reason 并入邻县账本 --confirm log.hengfeng.example/mingzhang
"""

ACTIONS = ("policy", "rotate", "close")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `log` takes."""
    parser.add_argument("action", choices=list(ACTIONS), metavar="ACTION", help="、".join(ACTIONS))
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="策略文件（policy）")
    parser.add_argument("--finish", action="store_true", help="完成更换：此后只有新密钥签名（rotate）")
    parser.add_argument("--reason", help="封账的理由，写进账本（close）")
    parser.add_argument(
        "--confirm",
        metavar="NAME",
        help="再写一遍账本名称，确认封账（close），或确认见证人不全认新密钥也完成更换（rotate --finish）",
    )
    parser.add_argument("--as", dest="acting_login", metavar="LOGIN", help="以哪个管理员的名义（默认：首任管理员）")


def run(arguments: argparse.Namespace) -> int:
    """Do one of the three."""
    _check(arguments)
    shows_only = arguments.action == "policy" and arguments.file is None
    with opened(asks_secret=not shows_only) as app:
        if shows_only:
            say(app.log_now().policy.rstrip("\n"))
            return 0
        if arguments.action == "close":
            _confirm(app, arguments)
        actor = acting(app, arguments.acting_login, role="administrator")
        key = f"log:{arguments.action}:{secrets.token_hex(8)}"
        match arguments.action:
            case "policy":
                _tell(commands.set_policy(app, actor=actor, key=key, text=arguments.file.read_bytes()))
            case "rotate":
                _rotate(app, actor, key, arguments)
            case _:
                _tell(commands.close_log(app, actor=actor, key=key, reason=arguments.reason))
                say(f"账本 {app.journal.origin} 已封账，不能再记录。请导出审计包：mingzhang export")
        app.runner.catch_up()
    return 0


def _check(arguments: argparse.Namespace) -> None:
    """Nothing is opened for arguments that do not go together."""
    if arguments.file is not None and arguments.action != "policy":
        raise argparse.ArgumentTypeError(f"{arguments.action} 不用文件")
    if arguments.finish and arguments.action != "rotate":
        raise argparse.ArgumentTypeError("--finish 只用于 rotate")
    if arguments.action == "close" and not arguments.reason:
        raise argparse.ArgumentTypeError("close 需要 --reason")


def _confirm(app: App, arguments: argparse.Namespace) -> None:
    _confirmed(app, arguments, question="封账不能撤回。请再输入一遍账本名称", otherwise="没有封账")


def _confirmed(app: App, arguments: argparse.Namespace, *, question: str, otherwise: str) -> None:
    name = given(arguments.confirm, flag="--confirm", question=question)
    if name != app.journal.origin:
        raise NotGiven(f"账本名称是 {app.journal.origin}，不是 {name}：{otherwise}")


def _rotate(app: App, actor: Actor, key: str, arguments: argparse.Namespace) -> None:
    if arguments.finish:
        old, *newer = keys_in(app.log_now().policy, origin=app.journal.origin)
        if newer:
            _warn_of_strangers(app, arguments)
        _tell(commands.finish_rotation(app, actor=actor, key=key))
        say(f"现在只用新密钥签名：{app.log_key}")
        tell(f"旧密钥不再签名：{old}。它的文件可以从 keys 文件夹移走、封存。")
        return
    _tell(commands.begin_rotation(app, actor=actor, key=key))
    say(f"新密钥已开始与旧密钥同时签名：{app.log_key}")
    tell("请把新密钥文件立即另存一份，把新公钥发给见证人和看账人；都换好以后运行：mingzhang log rotate --finish")


def _warn_of_strangers(app: App, arguments: argparse.Namespace) -> None:
    """Say which witnesses will refuse what the new key alone has signed, or may; go on only if that is wanted."""
    strangers = not_known_to_know(app)
    if not strangers:
        return
    tell("完成更换以后，检查点只有新密钥的签名。下列见证人可能不再签名，够不上见证数就不能公布：")
    for one in strangers:
        why = f"问不到：{problem(one.problem)}" if one.knows is None else "还不认新密钥，请先请它运行 trust 记下新公钥"
        tell(f"  {one.witness.name}　{why}")
    _confirmed(app, arguments, question="要照样完成，请再输入一遍账本名称", otherwise="没有完成更换")


def _tell(receipt: Receipt) -> None:
    say(f"已记录：{receipt.events[-1]}（索引 {receipt.last_index}）")
