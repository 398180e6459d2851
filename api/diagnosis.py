"""Is everything configured, reachable, current and safe? The findings behind `mingzhang doctor`.

It changes nothing and hides nothing: what cannot be looked at is said, and what is unsafe makes the whole answer bad.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psycopg

from api.context import database, keys_of
from api.settings import CATALOGUE, BadSetting, Settings, read_settings
from domain.streams import event_types
from journal.checkpoint import open_checkpoint
from journal.codec import Codec
from journal.errors import IntegrityError
from journal.keys import KeyFileError, read_log_key, read_secret
from journal.signer import LogSigner
from migrations import runner
from migrations.errors import DatabaseError
from migrations.home_lock import owner_of
from migrations.roles import Access
from projections.runner import Runner

State = Literal["ok", "attention", "bad"]

KEY_MEANINGS = {
    "log": "账本签名密钥",
    "actors": "代管的个人签名密钥（主种子）",
    "vault": "保险库密钥",
    "session": "登录会话密钥",
}
DURABILITY = ("fsync", "synchronous_commit", "full_page_writes")
VERSION_MIN = 15


@dataclass(frozen=True, slots=True)
class Item:
    """One thing looked at: in which section, how it is, and what to do if it is not well."""

    section: str
    name: str
    state: State
    text: str


def diagnose(environment: dict[str, str]) -> list[Item]:
    """Look at everything that can be looked at."""
    try:
        settings = read_settings(environment)
    except BadSetting as error:
        return [Item("设置", "MINGZHANG_*", "bad", str(error))]
    items = [*_settings(environment), *_home(settings), *_embedded(settings)]
    if not keys_of(settings)["log"].exists():
        text = "这里还没有账本：请运行 mingzhang init 或 mingzhang demo"
        return [*items, Item("账本", "创世记录", "bad", text)]
    try:
        with database(settings) as access:
            items += _database(access)
            items += _migrations_and_journal(settings, access)
    except (DatabaseError, psycopg.OperationalError) as error:
        items.append(Item("数据库", "连接", "bad", f"连不上：{str(error).strip()}"))
    return items


def _settings(environment: dict[str, str]) -> Iterator[Item]:
    for setting in CATALOGUE:
        value = environment.get(setting.name)
        shown = _without_password(value) if value else f"{setting.default or '空'}（默认）"
        yield Item("设置", setting.name, "ok", f"{shown}　{setting.meaning}")


def _without_password(value: str) -> str:
    """A database address without its password."""
    scheme, separator, rest = value.partition("://")
    who, at, where = rest.rpartition("@")
    if not (separator and at):
        return value if "password" not in value else "（已设置，含密码，不显示）"
    return f"{scheme}://{who.partition(':')[0]}@{where}"


def _home(settings: Settings) -> Iterator[Item]:
    if not settings.home.is_dir():
        yield Item("文件夹", "MINGZHANG_HOME", "attention", f"{settings.home} 还不存在")
        return
    yield Item("文件夹", "MINGZHANG_HOME", "ok", str(settings.home))
    for name, path in keys_of(settings).items():
        yield _key_file(KEY_MEANINGS[name], path)


def _key_file(meaning: str, path: Path) -> Item:
    try:
        read_secret(path)
    except KeyFileError as error:
        return Item("密钥", path.name, "bad", f"{meaning}：{error}")
    return Item("密钥", path.name, "ok", f"{meaning}：在，只有所有者可读")


def _embedded(settings: Settings) -> Iterator[Item]:
    if settings.database_url:
        yield Item("数据库", "内嵌数据库", "ok", "未使用（设置了 MINGZHANG_DATABASE_URL）")
        return
    owner = owner_of(settings.home)
    if owner is None:
        yield Item("数据库", "内嵌数据库", "ok", "没有服务在运行它（本次检查临时启动）")
    else:
        yield Item("数据库", "内嵌数据库", "ok", f"由进程 {owner.pid}（{owner.command}，始于 {owner.since}）运行")


def _database(access: Access) -> Iterator[Item]:
    with psycopg.connect(access.owner, autocommit=True) as connection:
        version = connection.info.server_version
        text = connection.info.parameter_status("server_version") or str(version)
        state: State = "ok" if version // 10_000 >= VERSION_MIN else "bad"
        yield Item("数据库", "版本", state, f"PostgreSQL {text}（需要 {VERSION_MIN} 及以上）")
        for name in DURABILITY:
            value = _shown(connection, name)
            if value == "off":
                yield Item("数据库", name, "bad", f"{value}：断电会丢失已确认的记录，请改为 on")
            else:
                yield Item("数据库", name, "ok", value)
    if access.separate:
        yield Item("数据库", "角色", "ok", "所有者、写入、查询表、只读、审计 各用各的角色")
    else:
        yield Item("数据库", "角色", "bad", f"一个角色身兼数职，不安全：{access.why_not_separate}")


def _shown(connection: psycopg.Connection[Any], name: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
    return str(row[0]) if row is not None else ""


def _migrations_and_journal(settings: Settings, access: Access) -> Iterator[Item]:
    try:
        status = runner.status(access.owner)
        status.refuse_unknown()
    except DatabaseError as error:
        yield Item("数据库", "迁移", "bad", str(error))
        return
    if status.pending:
        yield Item("数据库", "迁移", "bad", f"有 {len(status.pending)} 个未执行，请运行 mingzhang migrate")
        return
    yield Item("数据库", "迁移", "ok", f"{len(status.applied)} 个都已执行")
    yield from _guarded("账本", "签名检查点", lambda: _journal(settings, access))
    yield from _guarded("查询表", "状态", lambda: _read_models(access))


def _guarded(section: str, name: str, look: Callable[[], Iterator[Item]]) -> Iterator[Item]:
    """What cannot be looked at is bad, and the next thing is looked at all the same."""
    try:
        yield from list(look())
    except (IntegrityError, KeyFileError, psycopg.Error) as error:
        yield Item(section, name, "bad", str(error).strip())


def _journal(settings: Settings, access: Access) -> Iterator[Item]:
    with psycopg.connect(access.auditor, autocommit=True) as connection:
        row = connection.execute("SELECT size, root FROM journal.head").fetchone()
        counted = connection.execute(
            "SELECT count(*), coalesce(max(notification_id), 0) FROM journal.events"
        ).fetchone()
    size, root = row or (0, b"")
    count, last = counted or (0, 0)
    if not count == last == size:
        yield Item("账本", "记录", "bad", f"账本头写 {size} 条，实存 {count} 条，最后编号 {last}：请立即联系审计")
    else:
        yield Item("账本", "记录", "ok", f"{size} 条，编号连续")
    key = read_log_key(keys_of(settings)["log"])
    signer = LogSigner(key, settings.signer_state)
    signer.check(size=size, root=bytes(root))
    note = signer.last()
    signed = open_checkpoint(note, log_key=key.verifier_key).size if note is not None else 0
    if signed == size:
        yield Item("账本", "签名检查点", "ok", f"{key.verifier_key.name}，第 {signed} 条")
    else:
        yield Item("账本", "签名检查点", "attention", f"签到第 {signed} 条，还差 {size - signed} 条（启动服务时补签）")


def _read_models(access: Access) -> Iterator[Item]:
    status = Runner(access.projector, Codec(event_types())).status()
    for model in status:
        if not model.installed or not model.current:
            yield Item("查询表", model.model, "bad", "没有安装或是别的版本的：请运行 mingzhang rebuild")
        elif model.stopped_event is not None:
            yield Item("查询表", model.model, "bad", f"停在 {model.stopped_event} 之前：{model.stopped_error}")
        elif model.behind:
            text = f"第 {model.position} 条，还差 {model.behind} 条（服务运行时自动跟上）"
            yield Item("查询表", model.model, "attention", text)
        else:
            yield Item("查询表", model.model, "ok", f"第 {model.position} 条，已跟上")
