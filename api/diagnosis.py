"""Is everything configured, reachable, current and safe? The findings behind `mingzhang doctor`.

It changes nothing and hides nothing: what cannot be looked at is said, and what is unsafe makes the whole answer bad.
"""

import shlex
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import psycopg

from api import beginning
from api.command_line.database_words import DATABASE
from api.context import database, external_database, keys_of
from api.demo.beginning import BEGINNING
from api.examining import auditor_pool, head_signed
from api.files.schema_validity import broken_schemas
from api.invariants import judged_for
from api.key_diagnosis import officer_keys
from api.pooling import CONNECT_TIMEOUT_S
from api.posters.drawing import FONT, font_digest
from api.public.seal import seal_of
from api.publishing import target_of
from api.settings import CATALOGUE, BadSetting, Settings, read_settings
from api.signing import signer_of
from api.timestamps import kept, last_failure, recorded
from api.web.database_errors import known_trouble
from api.web.format_words import said
from api.web.integrity_words import broken, with_detail
from api.web.messages import sentence
from api.web.words import moment
from audit import wording
from domain.kernel.calendar import day_in_china
from domain.kernel.refusals import Refusal
from domain.log import LogOpened
from domain.streams import event_types
from journal.checkpoint import Checkpoint, parse_text
from journal.codec import Codec
from journal.errors import IntegrityError, Unavailable
from journal.keys import KeyFileError, read_secret
from journal.log_keys import LogKeys
from journal.merkle import EMPTY_ROOT
from journal.note import parse
from journal.published import PublishedLog
from journal.rehash import rehash
from journal.store import Store
from journal.stored_entries import StoredEntries, connection_of
from migrations import runner
from migrations.errors import DatabaseError
from migrations.home_lock import owner_of
from migrations.roles import Access
from projections import workflows
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
CALENDAR_AHEAD = timedelta(days=45)
"""So long before a year without a calendar it is asked for; the State Council announces it in November."""
INVARIANTS_S = 15.0
"""So long records are judged by the invariants; a running server has judged them all."""
REHASH_S = 30.0
"""So long entries are hashed again; some hundred thousand are looked at in that time."""


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
    items = [
        *_settings(environment),
        *_bank_schemas(settings),
        *_fonts(settings),
        *_home(settings),
        *_embedded(settings),
    ]
    if not keys_of(settings)["log"].exists():
        if settings.database_url:
            items += _guarded("数据库", "连接", lambda: _server(external_database(settings)))
        text = "这里还没有账本：请运行 mingzhang init 或 mingzhang demo"
        return [*items, Item("账本", "创世记录", "bad", text)]
    items += _guarded("公布", "检查点", lambda: _published(settings))
    try:
        with database(settings) as access:
            items += _database(access)
            items += migrations_and_journal(settings, access)
    except (BadSetting, DatabaseError, psycopg.OperationalError) as error:
        items.append(Item("数据库", "连接", "bad", _why(error)))
    return items


def _settings(environment: dict[str, str]) -> Iterator[Item]:
    for setting in CATALOGUE:
        value = environment.get(setting.name)
        if value and setting.secret:
            value = "（已设置，不显示）"
        shown = _without_password(value) if value else f"{setting.default or '空'}（默认）"
        yield Item("设置", setting.name, "ok", f"{shown}　{setting.meaning}")


def _bank_schemas(settings: Settings) -> Iterator[Item]:
    """The schemas of bank messages: what cannot be used judges nothing, and everything else goes on."""
    if settings.bank_schemas is None:
        return
    broken = broken_schemas(settings.bank_schemas)
    for found in broken:
        yield Item("银行文件", "格式定义", "bad", f"{found}。请更换这个文件，或改正 MINGZHANG_BANK_SCHEMAS")
    if not broken:
        yield Item("银行文件", "格式定义", "ok", f"{settings.bank_schemas} 里的都可用")


def _fonts(settings: Settings) -> Iterator[Item]:
    """The font that sheets for the notice board are set in."""
    try:
        digest = font_digest(settings.fonts)
    except Refusal as refusal:
        yield Item("公示单", "字体", "attention", sentence(refusal.code, refusal.facts))
        return
    yield Item("公示单", "字体", "ok", f"{settings.fonts} 里的 {FONT}，摘要 {digest[:16]}…")


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
        if name == "vault" and settings.vault_key is not None:
            left = "；文件 vault.key 还在，没有使用，请移走" if path.exists() else ""
            state: State = "attention" if left else "ok"
            yield Item("密钥", "MINGZHANG_VAULT_KEY", state, f"{KEY_MEANINGS[name]}：用环境变量里的{left}")
            continue
        yield _key_file(KEY_MEANINGS[name], path)


def _key_file(meaning: str, path: Path) -> Item:
    try:
        read_secret(path)
    except KeyFileError as error:
        return Item("密钥", path.name, "bad", f"{meaning}：{said(error)}")
    return Item("密钥", path.name, "ok", f"{meaning}：在，只有所有者可读")


def _embedded(settings: Settings) -> Iterator[Item]:
    if settings.database_url:
        yield Item("数据库", "内嵌数据库", "ok", "未使用（设置了 MINGZHANG_DATABASE_URL）")
        return
    owner = owner_of(settings.home)
    if owner is None and not keys_of(settings)["log"].exists():
        yield Item("数据库", "内嵌数据库", "attention", "还没有建立（建立账本时一并建立）")
    elif owner is None:
        yield Item("数据库", "内嵌数据库", "ok", "没有服务在运行它（本次检查临时启动）")
    else:
        yield Item("数据库", "内嵌数据库", "ok", f"由进程 {owner.pid}（{owner.command}，始于 {owner.since}）运行")


def _database(access: Access) -> Iterator[Item]:
    yield from _server(access.owner)
    if access.separate:
        yield Item("数据库", "角色", "ok", "所有者、写入、查询表、只读、审计 各用各的角色")
    else:
        yield Item("数据库", "角色", "bad", f"一个角色身兼数职，不安全：{access.why_not_separate}")


def _server(dsn: str) -> Iterator[Item]:
    """Its version, and whether it keeps what it has confirmed."""
    with psycopg.connect(dsn, autocommit=True, connect_timeout=CONNECT_TIMEOUT_S) as connection:
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


def _shown(connection: psycopg.Connection[Any], name: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
    return str(row[0]) if row is not None else ""


def migrations_and_journal(settings: Settings, access: Access) -> Iterator[Item]:
    """Whether the database fits the program, and what it holds is whole."""
    try:
        status = runner.status(access.owner)
        status.refuse_unknown()
    except DatabaseError as error:
        yield Item("数据库", "迁移", "bad", _why(error))
        return
    if status.pending:
        yield Item("数据库", "迁移", "bad", f"有 {len(status.pending)} 个未执行，请运行 mingzhang migrate")
        return
    yield Item("数据库", "迁移", "ok", f"{len(status.applied)} 个都已执行")
    yield from _guarded("账本", "建立", lambda: _begun(settings, access))
    yield from _guarded("账本", "签名检查点", lambda: _journal(settings, access))
    yield from _guarded("账本", "记录内容", lambda: _rehashed(settings, access))
    yield from _guarded("账本", "恒等式", lambda: _invariants(settings, access))
    yield from _guarded("密钥", "工作人员密钥", lambda: _officer_keys(access))
    yield from _guarded("时间戳", "时间戳", lambda: _timestamps(settings, access))
    yield from _guarded("查询表", "状态", lambda: _read_models(access))
    yield from _guarded("流程", "工作日历", lambda: _calendars(access))


def _guarded(section: str, name: str, look: Callable[[], Iterator[Item]]) -> Iterator[Item]:
    """What cannot be looked at is bad, and the next thing is looked at all the same."""
    try:
        yield from list(look())
    except (BadSetting, DatabaseError, IntegrityError, KeyFileError, Unavailable, psycopg.Error) as error:
        yield Item(section, name, "bad", _why(error))


def _why(error: Exception) -> str:
    """What is wrong, in Chinese; the program's own words behind it."""
    match error:
        case IntegrityError():
            return broken(error)
        case DatabaseError():
            return with_detail(known_trouble(error) or DATABASE.get(error.code, "数据库出了问题"), error)
        case Unavailable() | psycopg.Error():
            return with_detail(known_trouble(error) or "数据库或签名进程没有应答", error)
        case _:
            return said(error).strip()


def _begun(settings: Settings, access: Access) -> Iterator[Item]:
    """Whether `init` came to its end: what it records last is there."""
    with psycopg.connect(access.auditor, autocommit=True) as connection:
        left = beginning.missing(connection)
        row = connection.execute("SELECT state FROM journal.events WHERE notification_id = 1", binary=True).fetchone()
    if row is None:
        again = f"mingzhang init --origin {shlex.quote(LogKeys(settings.keys).origin)} …（区划代码、县名也和上次一样）"
        yield Item("账本", "建立", "bad", f"建立到一半：还没有第一条记录。请再运行 {again}")
    elif left:
        yield Item("账本", "建立", "bad", f"建立到一半：没有{_unpublished(left)}。请再运行 {_again(bytes(row[0]))}")
    else:
        yield Item("账本", "建立", "ok", "流程、工作日历、科目表都公布了")


def _unpublished(left: set[str]) -> str:
    names = {beginning.WORKFLOWS: "流程", beginning.CALENDARS: "工作日历", beginning.CHARTS: "科目表"}
    return "、".join(name for kind, name in names.items() if kind in left)


def _again(genesis: bytes) -> str:
    """The command that goes on with a half-made county, as its genesis knows it."""
    opened = Codec(event_types()).decode(0, genesis).event
    if not isinstance(opened, LogOpened):
        raise IntegrityError("the journal does not begin with its genesis")
    if opened.origin == BEGINNING.origin:
        return "mingzhang demo"
    given = {"--origin": opened.origin, "--division": opened.division, "--name": opened.county_name}
    flags = [word for pair in given.items() for word in pair]
    again = shlex.join(["mingzhang", "init", *flags, *(["--rehearsal"] if opened.rehearsal else [])])
    return f"{again}（上次给过 --workflow、--funds 的，也照样给）"


def _journal(settings: Settings, access: Access) -> Iterator[Item]:
    with signer_of(settings, access) as signer:  # asked first: what it has signed, the database must hold by now
        note, keys, stopped, origin = signer.last(), len(signer.keys()), signer.stopped(), signer.origin
    place = settings.signer_socket if settings.signer else f"{settings.signer_socket}（随用随开）"
    if stopped is not None:
        yield Item("账本", "签名进程", "bad", f"已停止签名，请立即联系审计：{broken(stopped)}")
    else:
        yield Item("账本", "签名进程", "ok", f"{place}，有 {keys} 把账本密钥")
    with psycopg.connect(access.auditor, autocommit=True) as connection:
        row = connection.execute("SELECT size, root FROM journal.head").fetchone()
        counted = connection.execute(
            "SELECT count(*), coalesce(max(notification_id), 0) FROM journal.events WHERE notification_id <= %s",
            (row[0] if row is not None else 0,),
        ).fetchone()
    size, root = row or (0, b"")
    count, last = counted or (0, 0)
    if not count == last == size:
        yield Item("账本", "记录", "bad", f"账本头写 {size} 条，实存 {count} 条，最后编号 {last}：请立即联系审计")
    else:
        yield Item("账本", "记录", "ok", f"{size} 条，编号连续")
    if note is None and size:
        yield _unsigned(access, Checkpoint(origin, size, bytes(root)))
    else:
        yield _signed(note, size=size, root=bytes(root))


def _unsigned(access: Access, head: Checkpoint) -> Item:
    """Nothing was signed, as far as the signer remembers: judged as it would judge it before it signs the next head."""
    stored = StoredEntries(lambda: connection_of(access.auditor), origin=head.origin)
    try:
        stored.examine(Checkpoint(head.origin, 0, EMPTY_ROOT), head)
    except IntegrityError as error:
        return Item("账本", "签名检查点", "bad", f"什么都不能再记：{broken(error)}")
    finally:
        stored.close()
    return Item("账本", "签名检查点", "attention", f"还没有签过，账本已有 {head.size} 条（启动服务时补签）")


def _signed(note: bytes | None, *, size: int, root: bytes) -> Item:
    """What the signer has signed, beside what the database holds."""
    if note is None:
        return Item("账本", "签名检查点", "attention", "还没有签过，账本里还没有记录")
    head = parse_text(parse(note).text)
    if head.size > size:
        text = f"签过名的共 {head.size} 条，账本只有 {size} 条：恢复了旧备份。请恢复更新的备份，已签的收不回来"
        return Item("账本", "签名检查点", "bad", text)
    if head.size < size:
        text = f"签过名的共 {head.size} 条，还差 {size - head.size} 条（启动服务时补签）"
        return Item("账本", "签名检查点", "attention", text)
    if head.root != root:
        return Item("账本", "签名检查点", "bad", f"前 {size} 条的根与签过的不同：请立即联系审计")
    return Item("账本", "签名检查点", "ok", f"{head.origin}，共 {head.size} 条")


def _rehashed(settings: Settings, access: Access) -> Iterator[Item]:
    """Every entry hashed again, as far as there is time, beside what was signed. Raises IntegrityError."""
    head = head_signed(settings, access)
    if head is None:
        return
    until = time.monotonic() + REHASH_S
    with auditor_pool(access) as pool:
        hashed = rehash(Store(pool), head, go_on=lambda _hashed: time.monotonic() < until)
    if hashed < head.size:
        text = f"{REHASH_S:.0f} 秒内只重算了前 {hashed} 条（共 {head.size} 条），还不能比较：请运行 mingzhang fsck"
        yield Item("账本", "记录内容", "attention", text)
    else:
        yield Item("账本", "记录内容", "ok", f"{hashed} 条逐条重算，与签过名的一致")


def _invariants(settings: Settings, access: Access) -> Iterator[Item]:
    """The twenty-five sentences, as far as events decide them and there is time."""
    head = head_signed(settings, access)
    if head is None:
        return
    with auditor_pool(access) as pool:
        watched = judged_for(Store(pool), head, seconds=INVARIANTS_S)
    broken = watched.judging.broken
    if broken:
        first = broken[0]
        text = f"第 {first.number} 条不成立（{first.event}）：{wording.sentence(first.finding)}。共 {len(broken)} 处"
        yield Item("账本", "恒等式", "bad", f"{text}，请暂停发放和结账，联系审计")
    elif watched.size < head.size:
        text = f"{INVARIANTS_S:.0f} 秒内只核对了前 {watched.size} 条（共 {head.size} 条），其余由服务运行时核对"
        yield Item("账本", "恒等式", "attention", text)
    else:
        yield Item("账本", "恒等式", "ok", f"{watched.size} 条逐条核对，都成立")


def _officer_keys(access: Access) -> Iterator[Item]:
    for name, state, text in officer_keys(access):
        yield Item("密钥", name, state, text)


def _calendars(access: Access) -> Iterator[Item]:
    """Until when the time limits of workflows are counted on published days off."""
    on = day_in_china(datetime.now(UTC))
    with psycopg.connect(access.reader, autocommit=True) as connection:
        missing = workflows.uncounted_from(connection, on=on)
    if missing is None:
        yield Item("流程", "工作日历", "ok", "没有发布过流程，不用工作日历")
    elif missing - on > CALENDAR_AHEAD:
        yield Item("流程", "工作日历", "ok", f"{missing - timedelta(days=1)} 以前都已公布")
    else:
        todo = f"请发布 {missing.year} 年的（mingzhang workflow calendar）"
        text = f"从 {missing} 起没有工作日历，时限暂按周一至周五计算：{todo}"
        yield Item("流程", "工作日历", "attention", text)


def _timestamps(settings: Settings, access: Access) -> Iterator[Item]:
    with psycopg.connect(access.auditor, autocommit=True) as connection:
        stamps = recorded(connection, Codec(event_types()))
    lost = [one for one in stamps if kept(settings.timestamps, one.event.token) is None]
    if lost:
        yield Item("时间戳", "文件", "attention", f"{len(lost)} 个时间戳文件不在 {settings.timestamps} 里，或被改动过")
    failure = last_failure(settings)
    if not settings.tsa_url:
        yield Item("时间戳", "每日", "ok", f"未启用（没有设置 MINGZHANG_TSA_URL）；已有 {len(stamps)} 个")
    elif settings.tsa_certificate is None or not settings.tsa_certificate.is_file():
        yield Item("时间戳", "每日", "bad", "没有时间戳机构的根证书，盖不了：请设置 MINGZHANG_TSA_CERTIFICATE")
    elif failure is not None:
        yield Item("时间戳", "每日", "attention", f"上次没有盖上：{failure}")
    elif not stamps:
        yield Item("时间戳", "每日", "attention", "还没有盖过：请运行一次 mingzhang timestamp，以后服务每天自动盖")
    else:
        last = stamps[-1].event
        yield Item(
            "时间戳", "每日", "ok", f"最近一次 {moment(last.stamped_at)}，检查点共 {last.size} 条，{last.authority}"
        )


def _published(settings: Settings) -> Iterator[Item]:
    """What stands in public, as its readers see it."""
    seal = seal_of(PublishedLog(target_of(settings)))
    if not seal.reachable:
        yield Item("公布", "检查点", "bad", "读不到公布的地方，请核对 MINGZHANG_TILES_URL")
    elif seal.stopped:
        yield Item("公布", "检查点", "bad", "账本校验未通过，已停止公布：请立即联系审计")
    elif seal.published is None:
        yield Item("公布", "检查点", "attention", "还没有公布检查点（启动服务时公布）")
    else:
        head = seal.published
        text = f"共 {head.size} 条，见证 {head.cosigned + 1}/{head.listed + 1}"
        yield Item("公布", "检查点", "ok", text)
    if seal.pending_size is not None:
        names = "、".join(seal.waiting_for)
        yield Item("公布", "待见证", "attention", f"已签名的共 {seal.pending_size} 条，还在等见证人签名：{names}")


def _read_models(access: Access) -> Iterator[Item]:
    status = Runner(access.projector, Codec(event_types())).status()
    for model in status:
        if not model.installed or not model.current:
            yield Item("查询表", model.model, "bad", "没有安装或是别的版本的：请运行 mingzhang rebuild")
        elif model.stopped_event is not None:
            yield Item(
                "查询表", model.model, "bad", with_detail(f"停在 {model.stopped_event} 之前", model.stopped_error or "")
            )
        elif model.behind:
            text = f"读了 {model.position} 条，还差 {model.behind} 条（服务运行时自动跟上）"
            yield Item("查询表", model.model, "attention", text)
        else:
            yield Item("查询表", model.model, "ok", f"读了 {model.position} 条，已跟上")
