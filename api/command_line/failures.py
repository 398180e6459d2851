"""Whatever went wrong, as one of four kinds: a refusal, findings in a file, broken integrity, or an outage or bug.

What must not be broken: the kinds are never mixed, nobody sees a traceback, and a bug leaves its whole story in a log
file under an id that the user can name. Only the base installation is imported here.
"""

import argparse
import errno
import os
import secrets
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from api.command_line.console import table, tell
from api.command_line.database_words import DATABASE
from api.files.findings import BadFile, Finding
from api.settings import BadSetting, read_settings
from api.web.database_errors import DISK_FULL, known_trouble
from api.web.format_words import said
from api.web.integrity_words import broken
from api.web.messages import sentence
from api.web.words import system_error
from audit.package import PackageError
from audit.wording import package_sentence
from domain.kernel.refusals import Refusal
from journal.errors import Busy, IntegrityError, Unavailable
from journal.keys import KeyFileError
from migrations.errors import DatabaseError, EmbeddedBusy

FINDINGS: Final = 1
CANNOT_RUN: Final = 2

FINDING_HEADINGS: Final = ("文件", "行", "列", "值", "原因")

# Errors of packages that only the server has, by name: whoever raised one has imported it already.
_BY_NAME: Final[Mapping[str, str]] = {
    "api.context.NotInitialised": "这里还没有账本：{error}。请先运行 mingzhang init（建立）或 mingzhang demo（试用）。",
    "api.command_line.asking.NotGiven": "{error}",
    "api.web.accounts.BadAccount": "{error}",
    "api.command_line.vault.NotRestored": "没有取回任何内容：{error}",
    "api.timestamps.NoTimestamp": "没有盖上时间戳：{error}",
    "journal.signer_process.SignerRuns": (
        "这份记忆已有签名进程在用（进程 {error}），等了几秒还在。请先停止它，或不必再启动；"
        "随别的命令自动启动的，那个命令（或服务）结束几秒后自己结束。"
    ),
    "api.demo.beginning.NotTheDemo": "{error}",
    "api.demo.second_program.SecondProgramFailed": "{error}",
    "api.server.AddressInUse": "{error}",
    "projections.schema.NeedsRebuild": "查询表是别的版本的，请运行：mingzhang rebuild。技术细节：{error}",
    "projections.rebuild.RebuildRunning": "另一个进程正在重建查询表，请等它完成。",
    "projections.rebuild.RebuildStopped": "重建停在一条无法读入的记录上，原有的查询表没有改动。技术细节：{error}",
    "journal.witness_state.StateError": "见证人的记忆不能使用：{error}",
    "psycopg.OperationalError": "数据库连不上。技术细节：{error}",
    "psycopg_pool.PoolTimeout": "数据库太忙或连不上，请稍后再试。技术细节：{error}",
}
_OF_DATABASES: Final = frozenset({"psycopg", "psycopg_pool"})


def report(error: Exception) -> int:
    """Print what the user should know of an error, and return the exit code."""
    match error:
        case Refusal():
            tell(sentence(error.code, error.facts))
            return FINDINGS
        case BadFile():
            tell(f"文件有 {len(error.findings)} 处问题，什么也没有记录：")
            tell(findings_table(error.findings))
            return FINDINGS
        case IntegrityError():
            tell(f"账本校验未通过，已停止。请不要再操作，立即致电审计：{_auditor_phone()}")
            tell(broken(error))
            return CANNOT_RUN
        case EmbeddedBusy():
            tell(_busy(error))
        case DatabaseError():
            tell(f"{known_trouble(error) or DATABASE.get(error.code, '数据库出了问题')}（{error.code}）")
            tell(f"技术细节：{error}")
        case argparse.ArgumentTypeError():
            tell(str(error))
        case BadSetting() | KeyFileError():
            tell(f"设置或密钥有问题：{said(error)}")
        case PackageError():
            tell(f"没有写出审计包：{package_sentence(error)}")
        case Busy():
            tell("现在同时办理的太多。什么也没有记录，请过一会儿再运行同一命令。")
        case Unavailable():
            trouble = known_trouble(error) or "数据库或磁盘暂时不可用"
            again = "" if trouble == DISK_FULL else "。没有丢失，之后再次运行同一命令即可"
            tell(f"{trouble}{again}。技术细节：{error}")
        case _:
            known = _known_by_name(error)
            tell(known if known is not None else _apology(error))
    return CANNOT_RUN


def findings_table(findings: tuple[Finding, ...]) -> str:
    """The findings as a table: file, row, column, value, reason."""
    rows = [(one.file, "" if one.row is None else one.row, one.column or "", one.value, one.reason) for one in findings]
    return table(FINDING_HEADINGS, rows)


def _busy(error: EmbeddedBusy) -> str:
    facts = error.facts
    since = f"，始于 {facts['since']}" if facts.get("since") else ""
    return (
        f"这个文件夹的数据库正由进程 {facts.get('pid')}（{facts.get('command') or '正在启动'}{since}）运行："
        f"{facts.get('home')}\n"
        "请先停止那个进程，或把 MINGZHANG_HOME 设为另一个文件夹。"
    )


def _known_by_name(error: Exception) -> str | None:
    for cls in type(error).__mro__:
        sentence_ = _BY_NAME.get(f"{cls.__module__}.{cls.__qualname__}")
        if sentence_ is not None:
            trouble = known_trouble(error) if cls.__module__ in _OF_DATABASES else None
            detail = said(error).strip()
            return f"{trouble}。技术细节：{detail}" if trouble else sentence_.format(error=detail)
    if isinstance(error, OSError):
        if error.errno == errno.ENOSPC:
            return f"{DISK_FULL}。"
        return f"文件或磁盘出了问题：{error.filename or ''} {system_error(error)}。请核对路径和权限后再运行。"
    return None


def _apology(error: Exception) -> str:
    """Say sorry, and keep the whole story where the administrator finds it."""
    identity = secrets.token_hex(6)
    story = "".join(traceback.format_exception(error))
    try:
        place = str(_kept(identity, story))
    except (OSError, BadSetting):
        sys.stderr.write(story)
        place = "（未能写入文件，见上）"
    return f"很抱歉，程序出错了。没有丢失，可以重试；如果还不行，请把编号 {identity} 告诉管理员。\n记录在：{place}"


def _kept(identity: str, story: str) -> Path:
    folder = read_settings().home / "logs"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "errors.log"
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.write(f"== {moment} {identity} {' '.join(sys.argv[:2])}\n{story}\n")
    return path


def _auditor_phone() -> str:
    try:
        return read_settings().auditor_phone or "（未设置，见 MINGZHANG_AUDITOR_PHONE）"
    except BadSetting:
        return "（未设置）"
