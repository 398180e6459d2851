"""Asking the witnesses: each is shown the new checkpoint with a proof, and gives its signature or says no.

What must not be broken: no answer is believed before its signature is verified, and none can hold up the others or
the log. A witness that refuses is asked what it saw instead: only a checkpoint that the log's own key signed can prove
a fork, so that a witness which merely says so stops nothing.

Source: C2SP tlog-witness v1.0.0, as a client.
"""

import http.client
import logging
import queue
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from typing import IO, Final

from journal import note
from journal.checkpoint import Checkpoint, origin_hash, parse_decimal
from journal.errors import Unavailable
from journal.note import NoteError, Signature
from journal.trust import Policy, Witness

ANSWER_BYTES_MAX: Final = 64 * 1024
LIMIT_S: Final = 5.0
GRACE_S: Final = 0.5  # for the others, once there are enough

Prove = Callable[[int], list[bytes]]
"""(old size) -> the consistency proof from there to the checkpoint that is shown."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What a witness said: its cosignature, or the problem, and the checkpoint that it showed as its reason.

    `status`: the HTTP status with which it refused, where it did.
    """

    witness: Witness
    line: Signature | None = None
    problem: str = ""
    shown: bytes | None = None
    status: int | None = None


class Cosigners:
    """Asks witnesses at their URLs, all at once. Remembers what size each has seen, to prove from there."""

    def __init__(self, *, limit_s: float = LIMIT_S, grace_s: float = GRACE_S) -> None:
        self._limit_s = limit_s
        self._grace_s = grace_s
        self._seen: dict[str, int] = {}
        self._asking: dict[str, threading.Thread] = {}
        self._opener = urllib.request.build_opener(_NoRedirect)

    def collect(
        self,
        witnesses: Sequence[Witness],
        *,
        signed: bytes,
        head: Checkpoint,
        prove: Prove,
        enough: Callable[[Sequence[Signature]], bool],
    ) -> list[Answer]:
        """The answers, in the order of `witnesses`. Waits for all of them up to the limit, and only for the grace
        once the cosignatures are `enough`.
        """

        def ask(witness: Witness) -> Answer:
            return self._converse(witness, signed, head, prove)

        return self._gathered(witnesses, ask, enough)

    def shown(self, witnesses: Sequence[Witness], origin: str) -> list[Answer]:
        """What each gives to monitors of a log as its newest checkpoint, if it has one; nothing is signed."""

        def ask(witness: Witness) -> Answer:
            return Answer(witness, shown=self._shown(witness, origin))

        return self._gathered(witnesses, ask, lambda _: False)

    def _gathered(
        self,
        witnesses: Sequence[Witness],
        ask: Callable[[Witness], Answer],
        enough: Callable[[Sequence[Signature]], bool],
    ) -> list[Answer]:
        """The answers in order, from those that give one in time."""
        answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        found: dict[str, Answer] = {one.name: Answer(one, problem="it did not answer in time") for one in witnesses}
        waiting = {one.name for one in witnesses if self._ask(one, ask, answers)}
        until = time.monotonic() + self._limit_s
        while waiting and (left_s := until - time.monotonic()) > 0:
            try:
                answer = answers.get(timeout=left_s)
            except queue.Empty:
                break
            found[answer.witness.name] = answer
            waiting.discard(answer.witness.name)
            if answer.line and enough([one.line for one in found.values() if one.line]):
                until = min(until, time.monotonic() + self._grace_s)
        return [found[one.name] for one in witnesses]

    def _ask(self, witness: Witness, ask: Callable[[Witness], Answer], answers: queue.SimpleQueue[Answer]) -> bool:
        """Begin to ask, in a thread; False while the witness still chews on an earlier question."""
        asking = self._asking.get(witness.name)
        if asking is not None and asking.is_alive():
            return False

        # A daemon: a witness that trickles its answer must not keep the program from ending.
        self._asking[witness.name] = threading.Thread(
            target=lambda: answers.put(_answer(witness, ask)), name=f"witness-{witness.name}", daemon=True
        )
        self._asking[witness.name].start()
        return True

    def _converse(self, witness: Witness, signed: bytes, head: Checkpoint, prove: Prove) -> Answer:
        """Show the checkpoint; if the witness remembers another size than we thought, once more from there."""
        key, problem = str(witness.key), "its answers about the size that it has seen disagree"
        for _ in range(2):
            old = min(self._seen.get(key, 0), head.size)
            lines = b"".join(note.encode_base64(node) + b"\n" for node in prove(old))
            status, body = self._request(witness, "/add-checkpoint", b"old %d\n%b\n%b" % (old, lines, signed))
            if status == HTTPStatus.OK:
                line = _verified_line(witness, signed, body)
                self._seen[key] = head.size
                return Answer(witness, line)
            if status != HTTPStatus.CONFLICT:
                problem = f"it refused with {status}: {body[:200].decode(errors='replace').strip()}"
                break
            self._seen[key] = parse_decimal(body.removesuffix(b"\n"))
            if self._seen[key] > head.size:
                problem = f"it has seen {self._seen[key]} entries, this checkpoint has {head.size}"
                break
        return Answer(witness, problem=problem, shown=self._shown(witness, head.origin), status=status)

    def _shown(self, witness: Witness, origin: str) -> bytes | None:
        """The checkpoint that the witness gives to monitors, if it does so below the same prefix."""
        status, body = self._request(witness, f"/{origin_hash(origin)}/checkpoint")
        return body if status == HTTPStatus.OK else None

    def _request(self, witness: Witness, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        url = (witness.url or "").rstrip("/") + path
        if not url.startswith(("http://", "https://")):
            raise ValueError(f"{url} is no address of a witness")
        request = urllib.request.Request(url, data=body, headers={"Content-Type": "text/plain; charset=utf-8"})  # noqa: S310 - http or https, checked above
        try:
            with self._opener.open(request, timeout=self._limit_s) as response:
                return response.status, response.read(ANSWER_BYTES_MAX)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read(ANSWER_BYTES_MAX)


def _answer(witness: Witness, ask: Callable[[Witness], Answer]) -> Answer:
    try:
        return ask(witness)
    except urllib.error.URLError as error:
        return Answer(witness, problem=f"it cannot be reached: {error.reason}")
    except (OSError, http.client.HTTPException, ValueError, Unavailable) as error:
        return Answer(witness, problem=f"it could not be asked: {error}")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A witness has one address, that of the policy; another has to be written there."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        """None: the redirect stays an answer like any other."""


def _verified_line(witness: Witness, signed: bytes, body: bytes) -> Signature:
    """The witness's cosignature among the lines of its answer. Raises NoteError if there is none that verifies."""
    try:
        parsed = note.parse(signed + body)
        verified = note.verify(parsed, [witness.key])
    except NoteError as error:
        raise NoteError(f"its answer is no cosignature of it: {error}") from error
    if verified.cosigned_at_s[witness.key] == 0:
        raise NoteError("its cosignature names no time")
    return next(
        line for line in parsed.signatures if (line.name, line.key_id) == (witness.key.name, witness.key.key_hash)
    )


def listed(policy: Policy) -> list[Witness]:
    """The witnesses of a policy that can be asked: those with an address."""
    return [witness for witness in policy.witnesses if witness.url]
