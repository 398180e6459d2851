"""`mingzhang signer`: the process that alone signs for the journal; or a new beginning for one without a memory."""

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final, TypeVar

from api.command_line.asking import NotGiven
from api.command_line.console import say, tell
from api.settings import Settings, read_settings
from api.web.format_words import said
from journal import note
from journal.checkpoint import parse_text
from journal.errors import Unavailable
from journal.log_keys import LogKeys
from journal.note import NoteError
from journal.published import PublishedLog
from journal.signer_adoption import adopt
from journal.signer_launch import IDLE_S
from journal.signer_process import Place, SignerRuns, running
from migrations.embedded import attach, passwords_file
from migrations.errors import DatabaseError
from migrations.passwords import kept_passwords
from migrations.roles import KINDS, ensure_roles

DATABASE = "mingzhang"
ATTACH_S = 5.0
FREE_S: Final = IDLE_S + 2.0
"""So long a signer that a command before us started may take to end by itself."""
LOOK_S: Final = 0.1

Done = TypeVar("Done")

DESCRIPTION = """
运行签名进程：它单独保管账本密钥和“上次签到哪里”的记忆，每次签名前核对一致性证明，并把数据库里新存的记录读回来重算。
没有单独运行它时，其他命令需要签名就自己启动一个，用完几秒后结束。单独运行可以让它一直在，由系统服务管理。
同一份记忆只能有一个签名进程。数据库比记忆旧（恢复了旧备份）时拒绝签名；发现不符就停下，不再签任何东西，直到重新启动。
--adopt：签名进程的文件夹丢失后，用最新公布的检查点重新开始（公布文件夹里的 checkpoint；有 pending 时用 pending）。
先核对它的签名、已公布的检查点和见证人见证过的检查点，再从数据库重算全部记录，一致才采用；比已公布的、见证过的旧，
或数据库比它们短，一律拒绝。既没有公布过、也没有见证过，就没有东西可以比对：要用 --newest 由您断言没有更新的。
"""
NOTHING_TO_COMPARE = (
    "没有公布过的检查点，见证人那里也没有，无从知道签名进程最后签到哪里。采用这个文件，就是由您断言：它是签过的最新的一个，"
    "没有任何人的回执、审计包或检查点比它更新。如果有，以后会对同样的位置签出两份不同的账，而且无法撤回。"
    "请先收集全部回执和审计包，取其中条数最多的检查点；确认以后，再加 --newest 运行"
)
EXAMPLE = """
mingzhang signer
MINGZHANG_SIGNER=/run/mingzhang/socket mingzhang signer
mingzhang signer --adopt newest-checkpoint.txt
mingzhang signer --adopt from-the-last-receipt.txt --newest
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `signer` takes."""
    parser.add_argument("--adopt", type=Path, metavar="CHECKPOINT_FILE", help="以最新公布的检查点重新开始")
    parser.add_argument("--newest", action="store_true", help="断言签过的检查点没有比它更新的（从未公布、见证时）")


def run(arguments: argparse.Namespace) -> int:
    """Sign until told to stop; or adopt a checkpoint and end."""
    settings = read_settings()
    if arguments.adopt is not None:
        _adopt(settings, _checkpoint(settings, arguments.adopt), asserted=arguments.newest)
        return 0
    place = _place(settings, lambda: _auditor_dsn(settings))
    with ExitStack() as stack:
        signer = _once_free(lambda: stack.enter_context(running(place)))
        try:
            signer.check_database()
        except Unavailable:
            tell("数据库现在连不上；等它启动，第一次签名前再核对。")
        say(f"签名进程已启动：{signer.signer.origin}，套接字 {place.socket}")
        sys.stdout.flush()
        signer.serve(idle_s=None)
    return 0


def _checkpoint(settings: Settings, path: Path) -> bytes:
    """The file to adopt. What is no checkpoint of this log is a wrong file, and says nothing about the journal."""
    signed, keys = path.read_bytes(), LogKeys(settings.keys)
    try:
        origin = parse_text(note.parse(signed).text).origin
        if origin != keys.origin:
            text = f"没有采用：{path} 是另一个账本（{origin}）的检查点，不是本账本（{keys.origin}）的"
            raise argparse.ArgumentTypeError(text)
        note.verify(signed, keys.known())
    except NoteError as error:
        text = f"没有采用：{path} 不是完好的 {keys.origin} 的检查点：{said(error)}。请核对是否拿错或改动过"
        raise argparse.ArgumentTypeError(text) from error
    return signed


def _once_free(act: Callable[[], Done]) -> Done:
    """Act when no other signer is there: one that was started as needed is about to end. Raises SignerRuns."""
    until, told = time.monotonic() + FREE_S, False
    while True:
        try:
            return act()
        except SignerRuns:
            if time.monotonic() > until:
                raise
        if not told:
            tell("另有签名进程在用这份记忆；随命令自动启动的几秒内会结束，正在等它…")
            told = True
        time.sleep(LOOK_S)


def _adopt(settings: Settings, signed: bytes, *, asserted: bool) -> None:
    from api.context import database  # much that a signer does not need; here it is worth a database of our own
    from api.publishing import target_of
    from api.witness_inquiry import seen_of

    published = PublishedLog(target_of(settings))
    with database(settings) as access:
        seen = seen_of(access, origin=LogKeys(settings.keys).origin)
        standing = published.standing()
        if not asserted and standing.checkpoint is None and standing.pending is None and not seen:
            raise NotGiven(NOTHING_TO_COMPARE)
        place = _place(settings, lambda: access.auditor)
        head = _once_free(lambda: adopt(place, signed, published=published, seen=seen))
    say(f"已采用检查点：{head.origin}，共 {head.size} 条。签名进程从这里继续。")


def _place(settings: Settings, dsn: Callable[[], str]) -> Place:
    return Place(keys=settings.keys, state=settings.signer_state, socket=settings.signer_socket, dsn=dsn)


def _auditor_dsn(settings: Settings) -> str:
    """How the database is reached now, in a role that only reads. Raises Unavailable, psycopg.OperationalError."""
    try:
        passwords = kept_passwords(passwords_file(settings.home), KINDS)
        if settings.database_url:
            return ensure_roles(settings.database_url, database=None, passwords=passwords).auditor
        endpoint = attach(settings.home, wait_s=ATTACH_S)
        if endpoint is not None:
            return ensure_roles(endpoint.superuser_dsn, database=DATABASE, passwords=passwords).auditor
    except DatabaseError as error:
        raise Unavailable(str(error)) from error
    raise Unavailable("nobody runs the embedded database of this home")
