"""How the signer is spoken to: over a Unix socket in a folder of its owner's, one question and one answer at a time.

A message is a 4-byte big-endian length and so many bytes of JSON. Questions have `ask`: `hello`, `last`, `keys`,
`check` or `seal`. An answer with `error` says what went wrong: `integrity` (nothing more is signed), `unavailable` (ask
again), `keys` (a key file is missing or unsafe), `busy_elsewhere` (this signer works on another database), `malformed`.
"""

import json
import os
import socket
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from journal.errors import IntegrityError, Unavailable

MESSAGE_BYTES_MAX: Final = 64 * 1024
INTEGRITY: Final = "integrity"
UNAVAILABLE: Final = "unavailable"
KEYS: Final = "keys"
BUSY_ELSEWHERE: Final = "busy_elsewhere"
MALFORMED: Final = "malformed"

_LENGTH: Final = struct.Struct(">I")
_PEER: Final = struct.Struct("3i")  # pid, uid, gid


class ProtocolError(ValueError):
    """What came over the socket is no message."""


def encode(message: Mapping[str, object]) -> bytes:
    """A message with its length."""
    body = json.dumps(message, separators=(",", ":")).encode()
    return _LENGTH.pack(len(body)) + body


class Inbox:
    """Bytes as they arrive, and the messages that they make up."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def take(self, received: bytes) -> Iterator[dict[str, Any]]:
        """The messages that are now complete. Raises ProtocolError for what can be none."""
        self._bytes += received
        while len(self._bytes) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._bytes)
            if length > MESSAGE_BYTES_MAX:
                raise ProtocolError(f"a message has at most {MESSAGE_BYTES_MAX} bytes, not {length}")
            end = _LENGTH.size + length
            if len(self._bytes) < end:
                return
            body = bytes(self._bytes[_LENGTH.size : end])
            del self._bytes[:end]
            yield _decoded(body)


def receive(connection: socket.socket) -> dict[str, Any]:
    """Wait for one message. Raises ConnectionError where the other side has gone, OSError, ProtocolError."""
    inbox = Inbox()
    while True:
        received = connection.recv(MESSAGE_BYTES_MAX)
        if not received:
            raise ConnectionResetError("the signer has gone")
        for message in inbox.take(received):
            return message


def raise_error(answer: Mapping[str, Any]) -> None:
    """Broken integrity over there is broken integrity here; everything else is an outage."""
    kind = answer.get("error")
    if kind == INTEGRITY:
        raise IntegrityError(str(answer.get("text", "")))
    if kind is not None:
        raise Unavailable(f"the signer: {answer.get('text', '')}")


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"not JSON: {error}") from error
    if not isinstance(message, dict):
        raise ProtocolError("a message is a JSON object")
    return message


@contextmanager
def address_of(path: Path) -> Iterator[str]:
    """An address of a socket file that is short enough however deep its folder lies (the limit is 107 bytes)."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def peer_uid(connection: socket.socket) -> int:
    """The account of the process at the other end, as the kernel says."""
    return int(_PEER.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))[1])
