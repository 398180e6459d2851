"""Time stamps of this journal's checkpoints: asked for daily and after each seal of a month, kept, and recorded.

What must not be broken: it is off unless it is configured; whatever goes wrong with an authority is said and stops
nothing; and an answer is kept and recorded only after it was judged against the trusted certificate.
"""

import hashlib
import http.client
import os
import socket
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import psycopg
from cryptography.x509 import Certificate

from api.commands.county import NewPerson, register_persons
from api.commands.shared import person_stream, require
from api.context import App
from api.settings import Settings
from api.web.messages import sentence
from api.web.words import system_error
from domain import log, persons
from domain.kernel.calendar import day_in_china
from domain.kernel.events import Sha256
from domain.kernel.ids import derived, stream_name
from domain.kernel.refusals import Refusal
from domain.log import CheckpointTimestamped
from journal.checkpoint import open_checkpoint
from journal.codec import Codec
from journal.durable import sync_folder
from journal.errors import Busy, Unavailable
from journal.facts import Actor, Fact
from journal.journal import Reading
from journal.timestamp import BadToken, Fault, Stamp, check_token, checkpoint_text, read_roots, request_for

AGENT_NAME: Final = "时间戳代理"
ROLE: Final = "agent"
SUFFIX: Final = ".tsr"
FAILURE: Final = "last-failure.txt"
ANSWER_BYTES_MAX: Final = 256 * 1024
TIMEOUT_S: Final = 20.0
LOOK_S: Final = 60.0
AGAIN_S: Final = 3600.0

NOT_REGISTERED: Final = frozenset({"authority.role_not_held", "key.not_registered"})
UNKNOWN_AGENT: Final = "还没有登记时间戳代理，请先运行一次 mingzhang timestamp"

FAULTS: Final[dict[Fault, str]] = {
    "unreadable": "对方的回答不是时间戳",
    "not_granted": "时间戳机构拒绝了请求",
    "other_text": "回答里的摘要不是这个检查点的",
    "other_request": "回答不是对这次请求的",
    "untrusted": "回答没有由可信的证书签名，请核对 MINGZHANG_TSA_CERTIFICATE",
}

_RECORDED = (
    "SELECT notification_id - 1, state FROM journal.events WHERE topic = 'log.checkpoint_timestamped/1'"
    " ORDER BY notification_id"
)


_SEALED_ABOVE = "SELECT EXISTS (SELECT FROM journal.events WHERE topic = 'period.sealed/1' AND notification_id > %s)"


class NoTimestamp(Exception):
    """No time stamp was obtained, and nothing recorded; the message says why, for the administrator."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A time stamp as the journal names it, at its log index."""

    index: int
    event: CheckpointTimestamped


def agent_of(origin: str) -> UUID:
    """The agent who records time stamps by himself, once an administrator has registered him."""
    return derived("agent", origin, "timestamps")


def agent(app: App, *, administrator: Callable[[], Actor]) -> Actor:
    """The agent; if he is not registered yet, the administrator who is asked for does it. The server keeps his key."""
    person_id = agent_of(app.journal.origin)
    if app.journal.state(person_stream(person_id), persons.evolve) is None:
        on = day_in_china(app.journal.now())
        new = NewPerson(person_id=person_id, name=AGENT_NAME, role=ROLE, area=app.log.division, since=on)
        register_persons(app, actor=administrator(), key=f"timestamp:agent:{person_id}", new=[new], on=on)
    return Actor(person_id, ROLE)


def stamp(app: App, *, actor: Actor) -> CheckpointTimestamped | None:
    """Have the newest checkpoint stamped, keep the answer and record it; None if nothing but a stamp came since.

    Raises NoTimestamp where it is not configured or the authority fails, and what recording raises.
    """
    signed = open_checkpoint(app.journal.last_checkpoint(), log_key=app.log_key)
    before = stamps_of(app)
    if before and before[-1].event.size <= before[-1].index == signed.size - 1:
        return None
    answer, found = _asked(app.settings, checkpoint_text(signed))
    token = keep(app.settings.timestamps, answer)
    on = day_in_china(app.journal.now())

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "log.checkpoint_timestamped/1", division=app.log.division, on=on)
        stream = stream_name("log", derived("log", app.journal.origin))
        event = log.record_timestamp(
            read.state(stream, log.evolve),
            size=signed.size,
            root=Sha256(signed.root.hex()),
            token=token,
            token_bytes=len(answer),
            authority=found.authority,
            stamped_at=found.stamped_at,
        )
        yield Fact(stream, event, on)

    inputs = {"command": "log.record_timestamp", "size": signed.size, "token": token}
    app.journal.execute(actor=actor, key=f"timestamp:{token}", inputs=inputs, decide=decide)
    return stamps_of(app)[-1].event


def stamps_of(app: App) -> list[Recorded]:
    """Every time stamp that the journal names, the oldest first."""
    with app.writing.connection() as connection:
        return recorded(connection, app.journal.codec)


def recorded(connection: psycopg.Connection[Any], codec: Codec) -> list[Recorded]:
    """The same, over a connection of the writer's or the auditor's role."""
    rows = connection.execute(_RECORDED, binary=True).fetchall()
    found = ((index, codec.decode(index, bytes(entry)).event) for index, entry in rows)
    return [Recorded(index, event) for index, event in found if isinstance(event, CheckpointTimestamped)]


# The files.


def keep(folder: Path, answer: bytes) -> Sha256:
    """Keep an authority's answer under its digest, durably; before the event that names it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    token = Sha256(hashlib.sha256(answer).hexdigest())
    partial = folder / f".{token}.{os.getpid()}"
    with partial.open("wb") as file:
        file.write(answer)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(folder / f"{token}{SUFFIX}")
    sync_folder(folder)
    return token


def kept(folder: Path, token: str) -> bytes | None:
    """A kept answer, as an audit package holds it too; None where its file is not there or holds other bytes."""
    try:
        answer = (folder / f"{token}{SUFFIX}").read_bytes()
    except FileNotFoundError:
        return None
    return answer if hashlib.sha256(answer).hexdigest() == token else None


# The authority.


def _asked(settings: Settings, text: bytes) -> tuple[bytes, Stamp]:
    """A good answer over a text, and what it says. Raises NoTimestamp."""
    roots = trusted_roots(settings)
    request = request_for(text)
    answer = _post(settings.tsa_url, request.der)
    try:
        return answer, check_token(answer, text=text, roots=roots, nonce=request.nonce)
    except BadToken as bad:
        raise NoTimestamp(f"{FAULTS[bad.fault]}（{bad.detail[:200]}）") from bad


def trusted_roots(settings: Settings) -> list[Certificate]:
    """The certificates that were trusted beforehand. Raises NoTimestamp where stamping is not configured."""
    if not settings.tsa_url:
        raise NoTimestamp("没有设置时间戳机构，请设置 MINGZHANG_TSA_URL")
    if settings.tsa_certificate is None:
        raise NoTimestamp("没有设置时间戳机构的根证书，请设置 MINGZHANG_TSA_CERTIFICATE")
    try:
        return read_roots(settings.tsa_certificate.read_bytes())
    except (OSError, ValueError) as error:
        raise NoTimestamp(f"根证书文件 {settings.tsa_certificate} 读不出证书") from error


def _post(url: str, query: bytes) -> bytes:
    """RFC 3161, section 3.4: the request as the body of a POST. Raises NoTimestamp."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise NoTimestamp("MINGZHANG_TSA_URL 应以 http:// 或 https:// 开头")
    headers = {"Content-Type": "application/timestamp-query"}
    asked = urllib.request.Request(url, data=query, headers=headers, method="POST")  # noqa: S310 - looked at above
    try:
        with urllib.request.urlopen(asked, timeout=TIMEOUT_S) as answered:  # noqa: S310 - likewise
            answer: bytes = answered.read(ANSWER_BYTES_MAX + 1)
    except urllib.error.HTTPError as error:
        error.close()
        raise NoTimestamp(f"时间戳机构答复 HTTP {error.code}") from error
    except (OSError, http.client.HTTPException) as error:
        why = f"{_why(error)}。请核对 MINGZHANG_TSA_URL 和网络"
        raise NoTimestamp(f"连不上时间戳机构 {_address(url)}：{why}") from error
    if len(answer) > ANSWER_BYTES_MAX:
        raise NoTimestamp("时间戳机构的回答太长")
    return answer


def _address(url: str) -> str:
    """Where an authority is asked, without who asks: an address may hold a password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _why(error: Exception) -> str:
    """What kept an answer from coming: behind an error of `urllib` stands the one that it met."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    match reason:
        case socket.gaierror():  # its numbers, and those of TLS, are none of the operating system's
            return "找不到这个主机名"
        case ssl.SSLError():
            return f"加密连接（TLS）建立不了（{reason}）"
        case OSError():
            return system_error(reason)
        case http.client.InvalidURL():
            return "网址写得不对"
        case http.client.HTTPException():
            return "它的回答不是 HTTP"
        case _:
            return str(reason)


# Every day.


class Daily:
    """While the server runs: a stamp on each day in China and after each seal; after a failure, an hour later."""

    def __init__(self, app: App, *, look_s: float = LOOK_S, again_s: float = AGAIN_S) -> None:
        self._app = app
        self._look_s, self._again_s = look_s, again_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="timestamps", daemon=True)

    def start(self) -> None:
        """Begin, where an authority is configured."""
        if self._app.settings.tsa_url:
            self._thread.start()

    def stop(self) -> None:
        """End after the request under way."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(TIMEOUT_S)

    def _run(self) -> None:
        wait_s = self._look_s
        while not self._stop.wait(wait_s):
            wait_s = self._look_s if self._once() else self._again_s

    def _once(self) -> bool:
        """Stamp if today or the last seal has none yet; False if that failed. The reason is kept for `doctor`."""
        app, path = self._app, self._app.settings.timestamps / FAILURE
        try:
            last = stamps_of(app)
            today = day_in_china(app.journal.now())
            if not last or day_in_china(last[-1].event.stamped_at) < today or _sealed_since(app, last[-1]):
                stamp(app, actor=Actor(agent_of(app.journal.origin), ROLE))
        except (NoTimestamp, Refusal, Busy, Unavailable, OSError, psycopg.Error) as error:
            _note_failure(path, app.journal.now(), error)
            return False
        path.unlink(missing_ok=True)
        return True


def _sealed_since(app: App, last: Recorded) -> bool:
    """Whether a month was sealed above what the last stamp covers."""
    with app.writing.connection() as connection:
        found = connection.execute(_SEALED_ABOVE, (last.event.size,)).fetchone()
    return found is not None and bool(found[0])


def _note_failure(path: Path, at: datetime, error: Exception) -> None:
    why = str(error)
    if isinstance(error, Refusal):
        why = UNKNOWN_AGENT if error.code in NOT_REGISTERED else sentence(error.code, error.facts)
    with suppress(OSError):  # a full disk must not end the thread; `doctor` sees that there is no stamp of today
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{at.isoformat(timespec='seconds')} {why}\n", encoding="utf-8")


def last_failure(settings: Settings) -> str | None:
    """When and why the last daily attempt failed, if it did."""
    try:
        return (settings.timestamps / FAILURE).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
