"""The key subcommands of `mingzhang account`: choosing and changing one's secret; listing, registering, ending keys."""

import argparse
import secrets
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from api.command_line import asking
from api.command_line.console import say, table, tell
from api.command_line.opening import acting, person_behind
from api.commands import keys as commands
from api.commands.keys import fingerprint
from api.context import App
from api.custody import invitations, keeping, opening
from api.web import accounts, words
from api.web.accounts import BadAccount
from domain.kernel.calendar import day_in_china
from domain.keys import SERVER_HELD
from domain.persons import ROLES
from projections import persons


def accept(app: App, arguments: argparse.Namespace) -> None:
    """Choose a secret with a code, and read out the fingerprints of the keys that it wraps."""
    login = arguments.login
    code = asking.given(arguments.code, flag="--code", question="邀请码")
    secret = _chosen(app.settings.secret_file, question="请自定口令")
    invitations.accept(app, login=login, code=code, secret=secret)
    account = accounts.find(app.writing, login)
    say(f"口令已设定，账号 {login} 可以登录。")
    for row in keeping.kept(app.writing, account.person_id) if account else []:
        say(f"{words.ROLES[row.role]}的密钥指纹：{fingerprint(row.key)}")
    tell("请把指纹当面或用电话念给一位管理员，由他登记；登记以前不能签名。口令请牢记，遗失无法找回。")


def change(app: App, arguments: argparse.Namespace) -> None:
    """Another secret for a login; its keys stay the same."""
    secret = asking.secret(app.settings.secret_file, question=f"{arguments.login} 现在的口令")
    new = _chosen(arguments.new_file, question="新口令")
    opening.change_secret(app, login=arguments.login, secret=secret, new_secret=new)
    say(f"{arguments.login} 的口令已更换，密钥不变；各处的登录都已退出。")


def show(app: App, arguments: argparse.Namespace) -> None:
    """Every officer's keys, or those of one login; then what waits to be registered, without its fingerprint."""
    only = person_behind(app, arguments.login) if arguments.login else None
    logins = {one.person_id: one.login for one in accounts.all_accounts(app.writing)}
    with app.reading.connection() as connection:
        known = persons.keys_in_roles(connection, sorted(ROLES - SERVER_HELD))
        waiting = keeping.requests(app.writing, connection)
    rows = [
        (
            logins.get(one.person_id, str(one.person_id)),
            words.ROLES[one.role],
            words.KEY_STATUSES[one.status],
            words.CUSTODIES.get(one.custody or "", ""),
            fingerprint(one.key),
            str(one.registered_at),
        )
        for one in known
        if only in (None, one.person_id)
    ]
    # An administrator types what he hears; he could not if it stood before his eyes.
    rows += [
        (logins.get(one.person_id, str(one.person_id)), words.ROLES[one.role], "待登记", "本人口令", "（听本人念）", "")
        for one in waiting
        if only in (None, one.person_id)
    ]
    say(table(("账号", "角色", "状态", "保管", "指纹", "登记的索引"), rows))


def register(app: App, arguments: argparse.Namespace) -> None:
    """Register the key whose fingerprint was heard."""
    role, heard = _needed(arguments, "role"), _needed(arguments, "fingerprint")
    commands.register_requested(
        app,
        actor=acting(app, arguments.acting_login, role="administrator"),
        key=f"account:register:{secrets.token_hex(8)}",
        person_id=person_behind(app, arguments.login),
        role=role,
        heard=heard,
        on=_today(app),
    )
    say(f"已登记 {arguments.login} 在“{words.ROLES[role]}”角色下的密钥：{heard}")


def retire(app: App, arguments: argparse.Namespace) -> None:
    """Let a key sign nothing more."""
    role, reason = _needed(arguments, "role"), _needed(arguments, "reason")
    commands.retire_key(
        app,
        actor=acting(app, arguments.acting_login, role="administrator"),
        key=f"account:retire:{secrets.token_hex(8)}",
        person_id=person_behind(app, arguments.login),
        role=role,
        reason=reason,
        on=_today(app),
    )
    say(f"已停用 {arguments.login} 在“{words.ROLES[role]}”角色下的密钥。新密钥须由另一位管理员登记。")


def revoke(app: App, arguments: argparse.Namespace) -> None:
    """Disbelieve a key from a log index on."""
    role, reason = _needed(arguments, "role"), _needed(arguments, "reason")
    position = app.journal.position()
    from_index = position if arguments.from_index is None else arguments.from_index
    commands.revoke_key(
        app,
        actor=acting(app, arguments.acting_login, role="administrator"),
        key=f"account:revoke:{secrets.token_hex(8)}",
        person_id=person_behind(app, arguments.login),
        role=role,
        from_index=from_index,
        confirmed=arguments.confirm,
        reason=reason,
        on=_today(app),
    )
    say(f"已吊销 {arguments.login} 在“{words.ROLES[role]}”角色下的密钥：从索引 {from_index} 的记录起不认。")
    say("新密钥须由另一位管理员登记。")


def _chosen(file: Path | None, *, question: str) -> str:
    """A new secret: from a file, or typed twice. Raises BadAccount where the two differ."""
    secret = asking.secret(file, question=question)
    if file is None and asking.secret(None, question="再输入一次") != secret:
        raise BadAccount("两次输入的口令不一样")
    return secret


def _needed(arguments: argparse.Namespace, name: str) -> str:
    value: str | None = getattr(arguments, name)
    if value is None:
        raise argparse.ArgumentTypeError(f"{arguments.action} 缺少参数：--{name}")
    return value


def _today(app: App) -> date:
    return day_in_china(app.journal.now())


STEPS: Final[Mapping[str, Callable[[App, argparse.Namespace], None]]] = {
    "accept": accept,
    "secret": change,
    "keys": show,
    "register": register,
    "retire": retire,
    "revoke": revoke,
}
