"""Asking the signer: the journal's side of the socket. A signer that is not there is started, if that is agreed.

What must not be broken: broken integrity over there is broken integrity here; everything else is an outage, after
which the same head may be asked for again and nothing is lost.
"""

import os
import socket
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self

from journal.errors import Unavailable
from journal.note import VerifierKey
from journal.sealing import ConsistencyProver
from journal.signer_launch import Launch
from journal.signer_protocol import (
    BUSY_ELSEWHERE,
    ProtocolError,
    address_of,
    encode,
    peer_uid,
    raise_error,
    receive,
)

PATIENCE_S: Final = 10.0
"""So long it is tried to reach a signer, or to start one."""
ANSWER_TIMEOUT_S: Final = 60.0
RETRY_S: Final = 0.02
SETTLED_S: Final = 1.0
TRIES_MAX: Final = 100


class SignerClient:
    """Signs by asking. Safe to use from several threads; they wait for one another.

    `launch`: how to start a signer where none listens; without it, somebody else runs one. Raises, everywhere:
    IntegrityError, after which the signer signs nothing more; Unavailable, after which the same may be asked again.
    """

    def __init__(self, path: Path, *, launch: Launch | None = None) -> None:
        self._path = path
        self._launch = launch
        self._asking = threading.Lock()
        self._connection: socket.socket | None = None
        self._origin = ""
        self._signed_size = 0  # what it is believed to have signed; it says so where that is wrong

    @property
    def origin(self) -> str:
        """The log's name."""
        if not self._origin:
            self._ask({"ask": "keys"})
        return self._origin

    def last(self) -> bytes | None:
        """The signed checkpoint that was signed last; None before the first."""
        text = self._ask({"ask": "last"})["checkpoint"]
        return str(text).encode() if text is not None else None

    def keys(self) -> list[VerifierKey]:
        """The log keys that the signer holds, the oldest first."""
        return [VerifierKey.parse(text) for text in self._ask({"ask": "keys"})["keys"]]

    def stopped(self) -> str | None:
        """Why it signs nothing more, None while it does."""
        reason = self._ask({"ask": "hello"})["stopped"]
        return str(reason) if reason is not None else None

    def check(self, *, size: int, root: bytes) -> None:
        """Refuse a tree that has gone back or differs from what was signed."""
        self._ask({"ask": "check", "size": size, "root": root.hex()})

    def seal(self, *, size: int, root: bytes, prove: ConsistencyProver) -> bytes:
        """The signed checkpoint over the head, or a newer one that covers it."""
        for _ in range(TRIES_MAX):
            old = min(self._signed_size, size)
            proof = [node.hex() for node in prove(old, size)] if 0 < old < size else []
            answer = self._ask({"ask": "seal", "size": size, "root": root.hex(), "old": old, "proof": proof})
            if "checkpoint" in answer:
                signed = str(answer["checkpoint"]).encode()
                self._signed_size = int(signed.split(b"\n", 2)[1])
                return signed
            self._signed_size = int(answer["size"])
        raise Unavailable("other processes keep signing in between")

    def close(self) -> None:
        """Let the signer go; one that was started ends soon after its last client."""
        with self._asking:
            self._hang_up()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, question: Mapping[str, object]) -> dict[str, Any]:
        """The answer. A question may be put twice: to a signer that has signed, the same head is nothing new."""
        with self._asking:
            until = time.monotonic() + PATIENCE_S
            while True:
                try:
                    answer = self._put(question)
                except (OSError, ProtocolError) as error:
                    self._hang_up()
                    if time.monotonic() > until or isinstance(error, ProtocolError | TimeoutError):
                        raise Unavailable(f"the signer at {self._path} does not answer: {error}") from error
                    time.sleep(RETRY_S)
                    continue
                raise_error(answer)
                return answer

    def _put(self, question: Mapping[str, object]) -> dict[str, Any]:
        """Raises OSError where there is no signer or it goes away."""
        connection = self._connection or self._connect()
        connection.sendall(encode(question))
        return receive(connection)

    def _connect(self) -> socket.socket:
        """Say hello to the signer, to one that was just started if there was none."""
        connection = self._reached_or_started()
        try:
            database = self._launch.database if self._launch is not None else ""
            connection.sendall(encode({"ask": "hello", "database": database}))
            answer = receive(connection)
            if answer.get("error") == BUSY_ELSEWHERE:  # of the same home: it ends soon, and another is started
                raise ConnectionRefusedError(answer.get("text"))
            raise_error(answer)
        except BaseException:
            connection.close()
            raise
        self._origin = str(answer["origin"])
        self._connection = connection
        return connection

    def _reached_or_started(self) -> socket.socket:
        try:
            return self._reach()
        except (FileNotFoundError, ConnectionRefusedError):
            if self._launch is None:
                raise
        until = time.monotonic() + SETTLED_S
        self._launch.start(listening=self._path)
        while True:  # another may have been faster and be about to listen
            try:
                return self._reach()
            except (FileNotFoundError, ConnectionRefusedError):
                if time.monotonic() > until:
                    raise
                time.sleep(RETRY_S)

    def _reach(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(ANSWER_TIMEOUT_S)
            with address_of(self._path) as address:
                connection.connect(address)
            # Whoever could put a socket there could sign with nothing but words: it must be ours, root's, or we are.
            if peer_uid(connection) not in {os.geteuid(), 0} and os.geteuid() != 0:
                raise PermissionError(f"{self._path} belongs to another account")
        except BaseException:
            connection.close()
            raise
        return connection

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
