"""The canonical line: one event as one line of RFC 8785 JSON, the text of its signed note.

The whole envelope is in the line, so that nothing about an event (who, when, why, which number) is outside its
signature. Reading is strict: one event has one spelling. Standard library only; the offline auditor uses it too.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from domain.kernel.calendar import instant
from domain.kernel.ids import EventName, StreamName, event_name
from domain.kernel.postings import Posting, Postings

VERSION = 1
MAX_ENTRY_BYTES = 60 * 1024
MAX_SAFE_INTEGER = 2**53 - 1

_REQUIRED = frozenset({"at", "by", "cmd", "data", "on", "origin", "role", "seq", "stream", "type", "v"})
_ALLOWED = _REQUIRED | {"cause", "postings"}
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
STREAM = re.compile(r"[a-z][a-z_]*/" + _UUID.pattern, re.ASCII)
_TYPE = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*/[1-9][0-9]*", re.ASCII)
ROLE = re.compile(r"[a-z][a-z_]*", re.ASCII)
KEY = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
CMD = re.compile(r"[!-~]{1,128}", re.ASCII)
CAUSE = re.compile(r"(?P<stream>[^@]+)@(?P<seq>[1-9][0-9]*)", re.ASCII)
ACCOUNT = re.compile(r"[a-z][a-z0-9-]*(:[A-Za-z0-9_.-]+)+", re.ASCII)
COMMODITY = re.compile(r"[A-Z][A-Za-z0-9_.-]*", re.ASCII)
_FORMS = (("by", _UUID), ("cmd", CMD), ("on", _DAY), ("role", ROLE), ("stream", STREAM), ("type", _TYPE))

# Nothing that contains itself comes this far: `encode` has walked through it.
_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
)


class LineError(ValueError):
    """A text that is not a canonical line; the message says which part."""


@dataclass(frozen=True, slots=True)
class Line:
    """One event with its envelope. `data` holds plain JSON values; times and days are text in their one form."""

    origin: str
    stream: StreamName
    seq: int
    type: str
    at: str
    on: str
    by: str
    role: str
    cmd: str
    data: Mapping[str, Any]
    cause: EventName | None = None
    postings: Postings = ()
    v: int = VERSION

    @property
    def name(self) -> EventName:
        """`<stream>@<seq>`."""
        return event_name(self.stream, self.seq)

    @property
    def key_name(self) -> str:
        """The name of the key that must have signed this line."""
        return f"{self.origin}/{self.role}/{self.by}"


def canonical(value: object) -> bytes:
    """RFC 8785 of a JSON value with ASCII keys, no floats and integers below 2^53 (then plain json sorts alike)."""
    return _ENCODER.encode(value).encode()


def encode(line: Line) -> bytes:
    """The line's bytes, with the final newline. Raises LineError if the line would not be read back."""
    fields: dict[str, Any] = {
        "at": line.at,
        "by": line.by,
        "cmd": line.cmd,
        "data": line.data,
        "on": line.on,
        "origin": line.origin,
        "role": line.role,
        "seq": line.seq,
        "stream": line.stream,
        "type": line.type,
        "v": line.v,
    }
    if line.cause is not None:
        fields["cause"] = line.cause
    if line.postings:
        fields["postings"] = [list(posting) for posting in line.postings]
    _check(fields)
    try:
        return canonical(fields) + b"\n"
    except UnicodeEncodeError as error:
        raise LineError(f"data: a lone surrogate at character {error.start}") from None


def parse(text: bytes) -> Line:
    """Read a line back. Raises LineError for anything that `encode` would not have written, byte for byte."""
    if not text.endswith(b"\n") or text.count(b"\n") != 1:
        raise LineError("not one line that ends in a newline")
    if len(text) > MAX_ENTRY_BYTES:
        raise LineError(f"longer than {MAX_ENTRY_BYTES} bytes")
    try:
        fields = _DECODER.decode(text.decode())
        if not isinstance(fields, dict):
            raise LineError("not a JSON object")
        _check(fields)
        if canonical(fields) + b"\n" != text:
            raise LineError("not in canonical form (RFC 8785)")
    except LineError:
        raise
    except RecursionError:
        raise LineError("nested too deeply") from None
    except ValueError as error:
        raise LineError(f"not JSON: {error}") from None
    return _line_of(fields)


def load(text: bytes) -> Line:
    """Read a line that the append has checked before storing it. Raises LineError where parts are missing."""
    try:
        return _line_of(_DECODER.decode(text.decode()))
    except LineError:
        raise
    except (ValueError, KeyError, TypeError) as error:
        raise LineError(f"not a line: {type(error).__name__}: {error}") from None


def _line_of(fields: Mapping[str, Any]) -> Line:
    return Line(
        origin=fields["origin"],
        stream=StreamName(fields["stream"]),
        seq=fields["seq"],
        type=fields["type"],
        at=fields["at"],
        on=fields["on"],
        by=fields["by"],
        role=fields["role"],
        cmd=fields["cmd"],
        data=fields["data"],
        cause=EventName(fields["cause"]) if "cause" in fields else None,
        postings=tuple(Posting(*posting) for posting in fields.get("postings", ())),
        v=fields["v"],
    )


def _no_float(text: str) -> object:
    raise LineError(f"a number that is not an integer: {text[:40]}")


# Made once: `json.loads` with arguments would make one for every line.
_DECODER = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float)


def _check(fields: Mapping[str, Any]) -> None:
    """The form of every part of the envelope."""
    names = fields.keys()
    if not _REQUIRED <= names <= _ALLOWED:
        raise LineError(f"envelope: missing {sorted(_REQUIRED - names)}, unknown {sorted(names - _ALLOWED)}")
    if type(fields["v"]) is not int or fields["v"] != VERSION:
        raise LineError(f"v: {fields['v']!r} is not {VERSION}")
    _check_instant(fields["at"])
    for name, form in _FORMS:
        value = fields[name]
        if not isinstance(value, str) or not form.fullmatch(value):
            raise LineError(f"{name}: {str(value)[:80]!r} is not of its form")
    _check_day(fields["on"])
    if not isinstance(fields["origin"], str) or not fields["origin"]:
        raise LineError("origin: empty")
    _check_integer(fields["seq"], "seq")
    if fields["seq"] < 1:
        raise LineError("seq: below 1")
    if "cause" in fields:
        _check_cause(fields["cause"])
    if not isinstance(fields["data"], dict):
        raise LineError("data: not an object")
    if not _is_plain(fields["data"]):
        _check_value(fields["data"], "data")
    if "postings" in fields:
        _check_postings(fields["postings"])


def _check_instant(value: object) -> None:
    try:
        instant(value if isinstance(value, str) else "")
    except ValueError:
        raise LineError(f"at: {str(value)[:60]!r} is not an instant in UTC with microseconds") from None


def _check_day(value: str) -> None:
    try:
        date.fromisoformat(value)
    except ValueError:
        raise LineError(f"on: {value!r} is not a day") from None


def _check_cause(value: object) -> None:
    match = CAUSE.fullmatch(value) if isinstance(value, str) else None
    if match is None or not STREAM.fullmatch(match["stream"]):
        raise LineError(f"cause: {str(value)[:80]!r} is not an event name")


def _check_integer(value: object, where: str) -> None:
    if type(value) is not int or abs(value) > MAX_SAFE_INTEGER:
        raise LineError(f"{where}: {str(value)[:40]!r} is not an integer below 2^53")


def _is_plain(value: Any) -> bool:
    """The quick form of `_check_value`, which then finds the place."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        return bool(-MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER)
    if kind is dict:
        return all(map(_is_key, value)) and all(map(_is_plain, value.values()))
    return (kind is list or kind is tuple) and all(map(_is_plain, value))


@lru_cache(maxsize=1024)  # the same few names come again in every event
def _is_key(key: object) -> bool:
    return isinstance(key, str) and KEY.fullmatch(key) is not None


def _check_value(value: object, where: str) -> None:
    """ASCII keys, no floats, integers below 2^53, at any depth."""
    match value:
        case None | bool() | str():
            return
        case int():
            _check_integer(value, where)
        case list() | tuple():
            for number, item in enumerate(value):
                _check_value(item, f"{where}[{number}]")
        case dict():
            for key, item in value.items():
                if not isinstance(key, str) or not KEY.fullmatch(key):
                    raise LineError(f"{where}: key {str(key)[:40]!r} is not of its form")
                _check_value(item, f"{where}.{key}")
        case _:
            raise LineError(f"{where}: a value of type {type(value).__name__}")


def _check_postings(value: object) -> None:
    if not isinstance(value, list) or not value:
        raise LineError("postings: not a list with members")
    for number, posting in enumerate(value):
        where = f"postings[{number}]"
        if not isinstance(posting, list) or len(posting) != 3:
            raise LineError(f"{where}: not [account, commodity, amount]")
        account, commodity, amount = posting
        if not isinstance(account, str) or not ACCOUNT.fullmatch(account):
            raise LineError(f"{where}: {str(account)[:80]!r} is not an account")
        if not isinstance(commodity, str) or not COMMODITY.fullmatch(commodity):
            raise LineError(f"{where}: {str(commodity)[:40]!r} is not a commodity")
        _check_integer(amount, where)
