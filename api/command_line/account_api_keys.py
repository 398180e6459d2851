"""The API key subcommands of `mingzhang account`: giving a program of others a key, listing keys, taking one back."""

import argparse
from collections.abc import Callable, Mapping
from typing import Final

from api.command_line.console import say, table, tell
from api.command_line.opening import acting
from api.context import App
from api.open311 import api_keys
from api.web import accounts, words
from api.web.accounts import BadAccount
from domain.kernel.calendar import day_in_china
from journal.note import Ed25519Signer


def issue(app: App, arguments: argparse.Namespace) -> None:
    """A key for a login's person in one role; an officer's signing key goes with it, so he gives his secret."""
    login, role = arguments.login, arguments.role or "member"
    program = (arguments.program or "").strip()
    if not program or len(program) > api_keys.PROGRAM_CHARS_MAX or not program.isprintable():
        raise argparse.ArgumentTypeError(
            f"api-key 需要 --program：程序或单位的名称，最多 {api_keys.PROGRAM_CHARS_MAX} 个字"
        )
    if role not in api_keys.ROLES:
        able = "、".join(f"{one}（{words.ROLES[one]}）" for one in sorted(api_keys.ROLES))
        raise argparse.ArgumentTypeError(f"只有能上报的角色才有接口密钥：{able}")
    account = accounts.find(app.writing, login)
    if account is None:
        raise BadAccount(f"没有账号 {login}")
    actor = acting(app, login, role=role)
    signer = actor.signer if isinstance(actor.signer, Ed25519Signer) else None
    key = api_keys.issue(
        app.writing, login=login, person_id=account.person_id, role=role, program=program, signer=signer
    )
    say(f"接口密钥（{program}，以 {login} 的{words.ROLES[role]}角色上报）：{key}")
    tell("密钥只显示这一次，请当面交给对方，不要写进网址。用它上报的每一条都记在这个账号名下。")


def show(app: App, arguments: argparse.Namespace) -> None:
    """Every key, or those of one login."""
    rows = [
        (
            one.number,
            one.login,
            words.ROLES[one.role],
            one.program,
            str(day_in_china(one.made)),
            f"{day_in_china(one.ended)} 收回" if one.ended else "有效",
        )
        for one in api_keys.listing(app.writing, arguments.login)
    ]
    say(table(("编号", "账号", "角色", "程序", "发放", "状态"), rows))


def end(app: App, arguments: argparse.Namespace) -> None:
    """Take a key back."""
    if not arguments.number:
        raise argparse.ArgumentTypeError("api-key-end 需要 --number，见 api-keys")
    if not api_keys.end(app.writing, login=arguments.login, number=arguments.number):
        raise BadAccount(f"{arguments.login} 没有编号为 {arguments.number} 的有效接口密钥，请用 api-keys 核对")
    say(f"接口密钥 {arguments.number} 已收回，立即失效；用它上报过的记录都在。")


STEPS: Final[Mapping[str, Callable[[App, argparse.Namespace], None]]] = {
    "api-key": issue,
    "api-keys": show,
    "api-key-end": end,
}
