"""The witness's window: two doors over HTTP, one to hand in a checkpoint and one to read the last that was cosigned.

What must not be broken: an answer 200 leaves only after `Witness.add_checkpoint` has returned; and once the witness's
memory is found damaged, the server stops and cosigns nothing more.

It speaks plain HTTP with a bound on everything that a stranger can make it hold: connections, bytes, time. TLS, and
limits per caller, belong to the reverse proxy before it, which may put both doors under a prefix of its own.

Source: C2SP tlog-witness v1.0.0, HTTP Interface; RFC 9112 section 6 for the length of a body.
"""

import io
import logging
import re
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from journal.errors import IntegrityError, Unavailable
from journal.note import Signer, VerifierKey
from journal.witness import Refused, Witness
from journal.witness_state import State

CONNECTIONS_MAX: Final = 64
# 63 hashes take 3 KiB; the rest is room for a hundred signature lines, some of them post-quantum.
BODY_BYTES_MAX: Final = 128 * 1024
REQUEST_S_MAX: Final = 30.0  # for waiting, head and body together, however slowly they trickle
ANSWER_S_MAX: Final = 10.0
RETRY_AFTER_S: Final = 5

_TEXT: Final = "text/plain; charset=utf-8"
_ADD: Final = "/add-checkpoint"
_CHECKPOINT: Final = re.compile(r"/([0-9a-f]{64})/checkpoint")
_LENGTH: Final = re.compile(r"[0-9]{1,18}")

log = logging.getLogger(__name__)


class _Deadline(io.RawIOBase):
    """Reads from a connection until a moment. A time limit for each read alone could be stretched for ever."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._until = 0.0
        self.restart()

    def restart(self) -> None:
        """Begin the time of the next request."""
        self._until = time.monotonic() + REQUEST_S_MAX

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Bytes read; 0 at the end. Raises TimeoutError when the time is up."""
        left_s = self._until - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("the request took too long")
        self._connection.settimeout(left_s)
        return self._connection.recv_into(buffer)


class _Handler(BaseHTTPRequestHandler):
    """One connection, with one request after another."""

    server: "WitnessServer"
    protocol_version = "HTTP/1.1"
    error_content_type = _TEXT
    error_message_format = "%(code)d %(message)s\n"

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self._deadline = _Deadline(self.connection)
        self.rfile = io.BufferedReader(self._deadline)

    def handle_one_request(self) -> None:
        self._deadline.restart()
        super().handle_one_request()

    def do_POST(self) -> None:
        if self.path != _ADD:
            self._answer(HTTPStatus.NOT_FOUND, close=True)
            return
        body = self._body()
        if body is not None:
            self._add_checkpoint(body)

    def do_GET(self) -> None:
        match = _CHECKPOINT.fullmatch(self.path)
        # A body is not expected and stays unread: the next request cannot be told from it.
        close = bool(self.headers.get("Content-Length") or self.headers.get("Transfer-Encoding"))
        if self.path == _ADD:
            self._answer(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "POST"}, close=close)
            return
        try:
            latest = self.server.witness.latest(match[1]) if match else None
        except (Unavailable, IntegrityError) as error:
            self._answer_failure(error)
            return
        if latest is None:
            self._answer(HTTPStatus.NOT_FOUND, close=close)
        else:
            self._answer(HTTPStatus.OK, latest, headers={"Cache-Control": "no-cache"}, close=close)

    def _body(self) -> bytes | None:
        """The request's body; None if it was refused, or cut off. Two statements of its length are one too many."""
        lengths = self.headers.get_all("Content-Length") or []
        if self.headers.get_all("Transfer-Encoding") or not lengths:
            self._answer(HTTPStatus.LENGTH_REQUIRED, close=True)
        elif len(lengths) > 1 or not _LENGTH.fullmatch(lengths[0]):
            self._answer(HTTPStatus.BAD_REQUEST, close=True)
        elif int(lengths[0]) > BODY_BYTES_MAX:
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, close=True)
        else:
            body = self.rfile.read(int(lengths[0]))
            if len(body) == int(lengths[0]):
                return body
            self.close_connection = True
        return None

    def _add_checkpoint(self, body: bytes) -> None:
        try:
            self.server.check()
            cosignature = self.server.witness.add_checkpoint(body)
        except Refused as refused:
            self._answer(HTTPStatus(refused.status), refused.body, content_type=refused.content_type)
        except (Unavailable, IntegrityError) as error:
            self._answer_failure(error)
        else:
            self._answer(HTTPStatus.OK, cosignature)

    def _answer_failure(self, error: Exception) -> None:
        """Say that it is the witness's own fault. What exactly is for its operator, not for strangers."""
        log.error("%s", error)
        if isinstance(error, IntegrityError):
            self.server.failure = error
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, close=True)
            self.server.shutdown()
        else:
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": str(RETRY_AFTER_S)})

    def _answer(
        self,
        status: HTTPStatus,
        body: bytes | None = None,
        *,
        content_type: str = _TEXT,
        headers: dict[str, str] | None = None,
        close: bool = False,
    ) -> None:
        """Send a whole answer; without a body, its status in words."""
        body = f"{status} {status.phrase}\n".encode() if body is None else body
        self.connection.settimeout(ANSWER_S_MAX)
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if close:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        """The Server header, without the versions that http.server would tell."""
        return "mingzhang-witness"

    def log_message(self, format: str, *args: Any) -> None:
        log.info("%s %s", self.address_string(), (format % args).translate(self._control_char_table))

    _control_char_table = str.maketrans({code: f"\\x{code:02x}" for code in [*range(0x20), *range(0x7F, 0xA0)]})


class WitnessServer(ThreadingHTTPServer):
    """Serves a witness at `host` and `port` (0: any that is free; see `server_port`), a thread for each connection."""

    request_queue_size = 128
    daemon_threads = False  # so that closing waits for the answers that are under way

    def __init__(self, witness: Witness, *, host: str, port: int) -> None:
        self.witness = witness
        self.failure: IntegrityError | None = None  # for which it is stopping
        self._slots = threading.BoundedSemaphore(CONNECTIONS_MAX)
        self._connections: set[socket.socket] = set()
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)

    def run(self) -> None:
        """Serve until `shutdown`, or until the memory is found damaged: then raises that IntegrityError."""
        self.serve_forever()
        self.check()

    def check(self) -> None:
        """Raises the IntegrityError for which the server is stopping, if there is one."""
        if self.failure is not None:
            raise self.failure

    def server_bind(self) -> None:
        """Bind without asking the name service for our own name, which may take minutes and is not needed."""
        socketserver.TCPServer.server_bind(self)
        self.server_name = str(self.server_address[0])
        self.server_port = int(self.server_address[1])

    def server_close(self) -> None:
        """Stop listening, let answers that are under way leave, and wait for them."""
        for connection in tuple(self._connections):
            try:
                connection.shutdown(socket.SHUT_RD)
            except OSError:
                log.debug("a connection was gone before it was closed")
        super().server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give the connection a thread, or turn it away if too many are open."""
        if not self._slots.acquire(blocking=False):
            log.warning("more than %d connections: %s is turned away", CONNECTIONS_MAX, client_address[0])
            self.shutdown_request(request)
            return
        self._connections.add(request)
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # no more threads
            self._release(request)
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """The life of one connection."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._release(request)

    def _release(self, request: Any) -> None:
        self._connections.discard(request)
        self._slots.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 (what socketserver calls)
        """A connection broke off, or a handler failed: say so in the log and go on with the others."""
        if isinstance(sys.exc_info()[1], OSError):
            log.info("%s went away", client_address[0])
        else:
            log.exception("the request of %s failed", client_address[0])


def serve_witness(
    *,
    key: Signer,
    logs: Sequence[VerifierKey],
    state: Path,
    host: str,
    port: int,
    ready: Callable[[int], None] = lambda _port: None,
) -> None:
    """Be a witness of these logs until the program is interrupted. `state` is the file of `create_state`.

    `ready` is told the port once requests can come.

    Raises StateError if it cannot be used, NoteError if a key is of the wrong type, OSError if the address is taken,
    IntegrityError once the state is found damaged.
    """
    with (
        closing(State(state, key=key.verifier_key)) as memory,
        WitnessServer(Witness(key=key, logs=logs, state=memory), host=host, port=port) as server,
    ):
        log.info("%s witnesses %d keys at %s port %d", key.verifier_key.name, len(logs), host, server.server_port)
        ready(server.server_port)
        server.run()
