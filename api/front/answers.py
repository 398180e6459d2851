"""Public pages as the program made them a moment ago, for everybody who asks within the next seconds.

What must not be broken: only what is the same for everybody, and says so, is kept; nothing is handed out later than
BOUND_S after it was begun to be made, and each answer says how old it is, so that no cache outside adds to that.

Who asks for a page that few ask for gets one from after the last change here, and waits for it. Where many ask, nobody
waits: they get the one from before until the new one is made, and changes are looked at every PACE_S.
"""

from collections import OrderedDict
from dataclasses import dataclass
from math import inf
from typing import Final

from api.front.requests import Asked, Key
from api.web.negotiating import has_tag

FRESH_S: Final = 15.0
"""So long nobody looks whether a page would be another now."""
BOUND_S: Final = 30.0
"""So long a page is handed out at most: from FRESH_S on to many, while a new one is being made."""
PACE_S: Final = 5.0
HALF_S: Final = 5.0
MANY: Final = 5.0
"""Questions for one page, each counting half as much after HALF_S: about one in one and a half seconds."""
BYTES_MAX: Final = 64 * 2**20
ANSWER_BYTES_MAX: Final = 2**20
_BESIDE_BYTES: Final = 1024
"""What an entry costs besides its body."""

_OF_THE_WAY: Final = frozenset({b"connection", b"keep-alive"})
_OF_ONE: Final = frozenset({b"x-request-id"})
_OF_THE_BODY: Final = frozenset({b"content-encoding", b"content-length", b"content-type"})

Header = tuple[bytes, bytes]


class Answer:
    """An answer of the program, and the heads that it is sent with: they are asked for hundreds of times a second.

    `status`: `200 OK`. Names of headers are small. `made_at`: monotonic seconds when it was asked for. `whole`: its
    length was announced, and it has it. `for_everybody`: it is the same for everybody who asks, says so, and is of a
    size to be kept.
    """

    __slots__ = ("_full", "_tag", "_unchanged", "body", "for_everybody", "made_at", "status")

    def __init__(self, status: bytes, headers: list[Header], body: bytes, *, made_at: float, whole: bool) -> None:
        told = dict(headers)
        self.status, self.body, self.made_at = status, body, made_at
        self._tag = told.get(b"etag", b"").decode("latin-1") if status.startswith(b"200 ") else ""
        self.for_everybody = (
            whole
            and bool(self._tag)
            and told.get(b"cache-control", b"").startswith(b"public")
            and b"set-cookie" not in told
            and len(body) <= ANSWER_BYTES_MAX
        )
        left_out = _OF_THE_WAY | _OF_ONE if self.for_everybody else _OF_THE_WAY
        kept = [one for one in headers if one[0] not in left_out]
        self._full = _head(status, kept)
        self._unchanged = _head(b"304 Not Modified", [one for one in kept if one[0] not in _OF_THE_BODY])

    def written(self, asked: Asked, now: float) -> bytes:
        """What goes to a reader: without its body to whoever asks for none, 304 to whoever has exactly it already.

        The age of what is kept is told as RFC 9111 section 5.1 says.
        """
        beside = b"age: %d\r\n" % max(0, int(now - self.made_at)) if self.for_everybody else b""
        way = b"connection: close\r\n" if asked.last else b""
        if self._tag and asked.known and has_tag(asked.known, self._tag):
            return b"%s%s%s\r\n" % (self._unchanged, beside, way)
        return b"%s%s%s\r\n%s" % (self._full, beside, way, b"" if asked.head else self.body)


def parsed(raw: bytes, *, made_at: float) -> Answer:
    """An answer as the program sent it to its end (RFC 9112 section 4). Raises ValueError for a piece of one."""
    head, ended, body = raw.partition(b"\r\n\r\n")
    line, *fields = head.split(b"\r\n")
    version, _, status = line.partition(b" ")
    if not ended or not version.startswith(b"HTTP/1."):
        raise ValueError("no answer")
    split = [one.partition(b":") for one in fields]
    headers = [(name.lower(), value.strip()) for name, _, value in split]
    length = next((value for name, value in headers if name == b"content-length"), None)
    if length is None:
        headers.append((b"content-length", b"%d" % len(body)))
    elif int(length) != len(body):
        raise ValueError("a piece of an answer")
    return Answer(status, headers, body, made_at=made_at, whole=length is not None)


@dataclass(slots=True)
class _Kept:
    """An answer, how much it is asked for, and when that was reckoned."""

    answer: Answer
    demand: float
    asked_at: float


class Answers:
    """What is kept, up to BYTES_MAX; what was kept first goes first. `now` is in monotonic seconds."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._bytes = 0
        self._changed_at = self._looked_at = -inf  # by few, by many

    def found(self, key: Key, now: float) -> tuple[Answer | None, bool]:
        """What may be handed out to whoever asks now, and whether a new one should be made."""
        kept = self._kept.get(key)
        if kept is None:
            return None, True
        kept.demand = kept.demand * 0.5 ** ((now - kept.asked_at) / HALF_S) + 1
        kept.asked_at = now
        many, made_at = kept.demand >= MANY, kept.answer.made_at
        due = made_at <= max(self._looked(now) if many else self._changed_at, now - FRESH_S)
        permitted = now - made_at < BOUND_S and (many or not due)
        return (kept.answer if permitted else None), due

    def changed(self, now: float) -> None:
        """Pages may be other ones from now on."""
        self._changed_at = now

    def _looked(self, now: float) -> float:
        if now - self._looked_at >= PACE_S:
            self._looked_at = self._changed_at
        return self._looked_at

    def keep(self, key: Key, answer: Answer) -> None:
        """From now on this one, and no longer what was there before."""
        before = self._kept.get(key)
        self.drop(key)
        self._kept[key] = _Kept(answer, before.demand, before.asked_at) if before else _Kept(answer, 1, answer.made_at)
        self._bytes += _size(answer)
        while self._bytes > BYTES_MAX:
            self.drop(next(iter(self._kept)))

    def drop(self, key: Key) -> None:
        """Hand this out no more."""
        before = self._kept.pop(key, None)
        if before is not None:
            self._bytes -= _size(before.answer)

    def forget(self, below: bytes) -> None:
        """Hand nothing out any more whose address begins so."""
        for key in [key for key in self._kept if key[0].startswith(below)]:
            self.drop(key)


def _size(answer: Answer) -> int:
    return len(answer.body) + _BESIDE_BYTES


def _head(status: bytes, headers: list[tuple[bytes, bytes]]) -> bytes:
    return b"HTTP/1.1 %s\r\n" % status + b"".join(b"%s: %s\r\n" % one for one in headers)
