"""`mingzhang vault`: erase a person or nameless words, see who opened what, back the vault up, bring it back,
replace its key.
"""

import argparse
import base64
import os
import secrets
from pathlib import Path
from typing import Final
from uuid import UUID

from api.command_line.console import say, table, tell
from api.command_line.opening import acting, opened
from api.commands.erasing_words import Grounds, erase_objection, erase_suggestion
from api.commands.erasure import erase_person
from api.context import App, keys_of
from api.likely_duplicates import make_missing_prints
from api.vouchers import open_with_authority
from api.web import words
from api.web.names import shown_names
from domain.kernel.calendar import day_in_china
from domain.kernel.erasure import ERASURE_REASONS
from journal.keys import create_secret, read_secret
from journal.vault import Opening
from journal.vault_backup import BadBackup, Fault, back_up, restore
from journal.vault_keys import KEY_BYTES, read_key, rewrap, rotate_file, wipe
from projections import disclosure_queries

DESCRIPTION = """
保险库：姓名、电话、账户、上报文字都加密存放在这里，账本里只有承诺值。
erase PERSON：删除一个人的个人信息：销毁他的密钥和全部内容，并记入账本；角色、密钥、登录随之结束。
  钱没有付清、付款没有结果、线索没有认定的人不能删除。删除以后，账本、账目照常可以核对，页面上显示“已删除”。
erase-words NUMBER：依法删除一条意见或异议的原话（没有登记过的人提的；登记过的随他本人删除）。公开的摘要、答复保留。
accesses：谁在什么时候、为什么打开过谁的内容（不显示内容）。
backup FILE：备份保险库，按存放的样子加密，不含保险库密钥。备份和密钥请分开存放；账本另行备份。
restore FILE：取回备份中现在缺少的内容；账本写明已删除的人不会回来。
voucher SHA256 --to FILE --basis TEXT：凭依据调取银行的代发、回盘文件，以及封存的凭证附件、签到表；依据写进打开记录。
rotate-key：更换保险库密钥。旧备份只能用旧密钥打开：旧密钥销毁后，其中已删除的人就真的打不开了。
  删除个人信息以后，请更换一次密钥，再做一次新备份，并销毁旧密钥的所有副本和旧备份。
"""
EXAMPLE = """
mingzhang vault erase 7c9e6679-7425-40de-944b-e07fc1f90ae7 --reason consent_withdrawn --basis 本人书面申请
mingzhang vault erase-words 0c9f1f0e-3a0f-4d8e-9f3c-6f2b5a1f7b10 --reason unlawful --basis 涉及他人隐私的书面申请
mingzhang vault accesses --person 7c9e6679-7425-40de-944b-e07fc1f90ae7
mingzhang vault backup /mnt/backup/vault-2026-11-22.mzv
mingzhang vault restore /mnt/backup/vault-2026-11-22.mzv
mingzhang vault rotate-key
"""

ACTIONS = ("erase", "erase-words", "accesses", "backup", "restore", "voucher", "rotate-key")
WITHOUT_SECRET = ("accesses", "rotate-key")
_NEEDED = {"erase": "PERSON", "erase-words": "NUMBER", "backup": "FILE", "restore": "FILE", "voucher": "SHA256"}
_REPLACE_THE_KEY: Final = "以前的备份里还有密钥：请运行 mingzhang vault rotate-key，再做新备份，并销毁旧备份和旧密钥。"

_FAULTS: Final[dict[Fault, str]] = {
    "not_a_backup": "它不是保险库的备份文件，或者不完整",
    "not_whole": "它的内容与末尾的校验码不符，不完整或被改动过",
    "other_journal": "它是另一本账本的保险库",
    "other_key": "它是用另一把保险库密钥保管的，现在的密钥打不开；更换密钥以前的备份不能再用",
}


class NotRestored(Exception):
    """The file is no backup of this vault; the message says why, for the user."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `vault` takes."""
    parser.add_argument("action", choices=list(ACTIONS), metavar="ACTION", help="、".join(ACTIONS))
    parser.add_argument(
        "target",
        nargs="?",
        metavar="TARGET",
        help="编号（erase、erase-words）、文件（backup、restore）、摘要（voucher）",
    )
    parser.add_argument(
        "--reason",
        choices=sorted(ERASURE_REASONS),
        metavar="REASON",
        help="erase、erase-words：理由：" + "；".join(f"{code} {text}" for code, text in words.ERASURE_REASONS.items()),
    )
    parser.add_argument(
        "--basis", metavar="TEXT", help="erase、erase-words、voucher：法律依据；前两种公开记入账本，勿写个人信息"
    )
    parser.add_argument("--person", metavar="PERSON", type=_person, help="accesses：只列这个人的")
    parser.add_argument("--limit", metavar="N", type=int, default=100, help="accesses：最多列多少条（默认 100）")
    parser.add_argument(
        "--to",
        metavar="FILE",
        type=Path,
        help="voucher：写到这个文件；rotate-key：把新密钥写到这个文件（base64），改由 MINGZHANG_VAULT_KEY 给出",
    )
    parser.add_argument("--as", dest="acting_login", metavar="LOGIN", help="以哪个管理员的名义（默认：首任管理员）")


def run(arguments: argparse.Namespace) -> int:
    """Do one of the seven."""
    action = arguments.action
    if action in _NEEDED and not arguments.target:
        raise argparse.ArgumentTypeError(f"缺少参数：{_NEEDED[action]}")
    with opened(asks_secret=action not in WITHOUT_SECRET) as app:
        match action:
            case "erase":
                _erase(app, arguments)
            case "erase-words":
                erase_words(app, arguments)
            case "accesses":
                _accesses(app, arguments)
            case "backup":
                _backup(app, arguments)
            case "restore":
                _restore(app, arguments)
            case "voucher":
                _voucher(app, arguments)
            case _:
                _rotate(app, arguments)
    return 0


def _erase(app: App, arguments: argparse.Namespace) -> None:
    if arguments.reason is None or arguments.basis is None:
        raise argparse.ArgumentTypeError("erase 需要 --reason 和 --basis")
    person_id = _person(arguments.target)
    done = erase_person(
        app,
        actor=acting(app, arguments.acting_login, role="administrator"),
        key=f"vault:erase:{person_id}",
        person_id=person_id,
        reason=arguments.reason,
        legal_basis=arguments.basis,
        on=day_in_china(app.journal.now()),
    )
    app.runner.catch_up()
    say(f"已删除 {person_id} 的个人信息，记入账本：{done.receipt.events[-1]}")
    if done.vouchers:
        say("银行的代发、回盘文件是会计凭证，依法保存，仍加密存放，其中有他的户名和账号：")
        for sha256 in done.vouchers:
            say(f"  {sha256}")
    tell(_REPLACE_THE_KEY)


def erase_words(app: App, arguments: argparse.Namespace) -> None:
    """Erase the words of a suggestion or an objection, whichever has the number. Refuses `suggestion.unknown`."""
    if arguments.reason is None or arguments.basis is None:
        raise argparse.ArgumentTypeError("erase-words 需要 --reason 和 --basis")
    number, on = _number(arguments.target), day_in_china(app.journal.now())
    actor = acting(app, arguments.acting_login, role="administrator")
    key, grounds = f"vault:erase-words:{number}", Grounds(arguments.reason, arguments.basis)
    app.runner.catch_up()
    with app.reading.connection() as connection:
        objection = disclosure_queries.objection(connection, number)
    if objection is None:
        done = erase_suggestion(app, actor=actor, key=key, suggestion_id=number, grounds=grounds, on=on)
    else:
        disclosure_id = objection.disclosure_id
        done = erase_objection(
            app, actor=actor, key=key, disclosure_id=disclosure_id, objection_id=number, grounds=grounds, on=on
        )
    app.runner.catch_up()
    say(f"已删除 {number} 的原话，记入账本：{done.events[-1]}")
    tell(_REPLACE_THE_KEY)


def _accesses(app: App, arguments: argparse.Namespace) -> None:
    """The record of openings; what was opened is not shown."""
    found = app.vault.openings(person_id=arguments.person, limit=arguments.limit)
    actors = {UUID(one.actor) for one in found if _is_id(one.actor)}
    with app.reading.connection() as connection:
        names = shown_names(connection, [*actors, *{person for one in found for person in one.persons}])
    rows = [
        (
            words.moment(one.opened),
            names.get(UUID(one.actor), one.actor) if _is_id(one.actor) else one.actor,
            one.reason,
            one.subjects,
            _whose(one, names),
        )
        for one in found
    ]
    say(table(("时间", "谁", "为什么", "项数", "谁的"), rows))


def _whose(one: Opening, names: dict[UUID, str]) -> str:
    """Whose values: by name for one person, by number for many."""
    if not one.persons:
        return "银行文件" if one.subjects else "整个保险库"
    if len(one.persons) > 1:
        return f"{len(one.persons)} 人"
    return f"{names.get(one.persons[0], '')} {one.persons[0]}".strip()


def _backup(app: App, arguments: argparse.Namespace) -> None:
    target = Path(arguments.target)
    made = back_up(app.vault, target, origin=app.journal.origin, by=str(_administrator(app, arguments)))
    say(f"已备份 {made.persons} 人的 {made.values} 项内容、{made.files} 个文件：{target}")
    tell("它不含保险库密钥，没有密钥打不开。请与密钥分开存放。")


def _restore(app: App, arguments: argparse.Namespace) -> None:
    source = Path(arguments.target)
    by = str(_administrator(app, arguments))
    try:
        done = restore(app.vault, source, origin=app.journal.origin, by=by)
    except BadBackup as bad:
        raise NotRestored(f"{source}：{_FAULTS[bad.fault]}。") from bad
    say(f"已取回 {done.values} 项内容、{done.files} 个文件（备份于 {words.moment(done.made)}）；本来就在的没有改动。")
    for person in done.skipped:
        say(f"  {person} 已依法删除，没有取回")
    if done.values:  # a backup holds no prints of texts: they follow from them
        make_missing_prints(app.vault, by=by)


def _voucher(app: App, arguments: argparse.Namespace) -> None:
    """One of the bank's files, for whoever has the authority to see it."""
    if arguments.to is None or not (arguments.basis or "").strip():
        raise argparse.ArgumentTypeError("voucher 需要 --to 和 --basis")
    by = str(_administrator(app, arguments))
    try:
        content = open_with_authority(app, arguments.target, by=by, authority=arguments.basis.strip())
    except (KeyError, ValueError):
        raise argparse.ArgumentTypeError(f"保险库里没有这个文件：{arguments.target}") from None
    create_secret(arguments.to, content)
    say(f"已调取：{arguments.to}（依据已写进打开记录）")


def _rotate(app: App, arguments: argparse.Namespace) -> None:
    """Replace the key where it is kept: in its file, or by a new file from which the environment is filled."""
    settings, path = app.settings, keys_of(app.settings)["vault"]
    if arguments.to is None:
        if settings.vault_key is not None:
            raise argparse.ArgumentTypeError("密钥由 MINGZHANG_VAULT_KEY 给出：请用 --to FILE 指定新密钥写到哪里")
        count = rotate_file(app.writing, path)
        say(f"已更换保险库密钥，{count} 把个人密钥已重新加密：{path}")
    else:
        count = _rotate_to(app, arguments.to)
        say(f"已更换保险库密钥，{count} 把个人密钥已重新加密。新密钥在 {arguments.to}：")
        say("请把它设为 MINGZHANG_VAULT_KEY，重启所有服务，然后销毁这个文件和旧密钥。")
    tell("以前的备份只能用旧密钥打开。请立即做一次新备份，再销毁旧密钥的所有副本和旧备份。")


def _rotate_to(app: App, target: Path) -> int:
    """The new key is on disk before anything is wrapped under it; a file that is there already is taken as it is.

    Killed after the re-wrapping, the next start refuses the old key and says so: the new one is in the file.
    """
    path = keys_of(app.settings)["vault"]
    old = app.settings.vault_key if app.settings.vault_key is not None else read_key(path)
    if not target.exists():
        create_secret(target, base64.b64encode(secrets.token_bytes(KEY_BYTES)) + os.linesep.encode())
    new = base64.b64decode(read_secret(target))
    count = rewrap(app.writing, old=old, new=new)
    if path.exists():
        wipe(path)
    return count


def _administrator(app: App, arguments: argparse.Namespace) -> UUID:
    return acting(app, arguments.acting_login, role="administrator").person_id


def _person(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"人员编号是一串 UUID：{text}") from error


def _number(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"意见、异议的编号是一串 UUID，在它的页面上：{text}") from error


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
