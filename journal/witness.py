"""The witness: somebody elsewhere who has seen how long the book was, and will not sign a shorter or another one.

What must not be broken: of one log, the witness never cosigns two trees of which one is not the beginning of the
other. It compares with what it cosigned last and writes the new head down, durably, in one transaction, before
the cosignature leaves.

Source: C2SP tlog-witness v1.0.0, without the optional sign-subtree; tlog-cosignature v1.0.1 for what is signed. A log
is named as its key is, and its checkpoints have three lines (see `journal.checkpoint`).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Self

from journal import checkpoint, merkle, note
from journal.checkpoint import Checkpoint, origin_hash, parse_decimal, parse_text
from journal.errors import Unavailable
from journal.merkle import ProofError
from journal.note import KeyRing, Note, NoteError, Signature, Signer, VerifierKey
from journal.witness_state import Cosigned, Fork, State

SIZE_TYPE: Final = "text/x.tlog.size"
CLOCK_STEP_S_MAX: Final = 60  # a clock that was set right may have jumped back so far

Clock = Callable[[], int]
"""The present moment in POSIX seconds."""


class Refused(Exception):
    """The request is answered with this status (400, 403, 404, 409 or 422), body and content type."""

    def __init__(self, status: int, why: str, *, content_type: str = "text/plain; charset=utf-8") -> None:
        super().__init__(status, why)
        self.status = status
        self.body = f"{why}\n".encode()
        self.content_type = content_type


def system_clock() -> int:
    """The clock of the machine."""
    return int(time.time())


@dataclass(frozen=True)
class Request:
    """The body of an add-checkpoint request, well formed and nothing more."""

    old_size: int
    proof: tuple[bytes, ...]  # at most 63 hashes of 32 bytes
    signed: bytes
    head: Checkpoint  # read from `signed`, whose signatures are not verified yet

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Read the body. Raises Refused(400). What is wrong among the signature lines shows when they are verified."""
        before, _, signed = body.partition(b"\n\n")
        old, *lines = before.split(b"\n")
        if not old.startswith(b"old "):
            raise Refused(400, "the first line is `old <size>`")
        if len(lines) > merkle.PATH_MAX:
            raise Refused(400, f"a proof holds at most {merkle.PATH_MAX} hashes")
        try:
            proof = tuple(map(note.decode_base64, lines))
            if any(len(node) != merkle.HASH_BYTES for node in proof):
                raise Refused(400, "a proof hash has 32 bytes")
            # The text ends at the last blank line, as `note.parse` will cut it.
            return cls(parse_decimal(old[4:]), proof, signed, parse_text(signed[: signed.rfind(b"\n\n") + 1]))
        except ValueError as error:
            raise Refused(400, f"malformed request: {error}") from error


class Witness:
    """Cosigns checkpoints of the logs it is told of, each by one or several keys whose name is the log's origin."""

    def __init__(self, *, key: Signer, logs: Sequence[VerifierKey], state: State, clock: Clock = system_clock) -> None:
        """Raises NoteError if a key is of the wrong type or listed ambiguously."""
        if key.verifier_key.algorithm != note.COSIGNATURE_V1:
            raise NoteError(f"{key.verifier_key.name} is not a witness key")
        for log in logs:
            if log.algorithm != note.ED25519:
                raise NoteError(f"{log.name} has a witness key: a log signs with type 0x01")
        self._key = key
        self._logs = {log.name: KeyRing(key for key in logs if key.name == log.name) for log in logs}
        self._state = state
        self._clock = clock

    def add_checkpoint(self, body: bytes) -> bytes:
        """Answer the body of an add-checkpoint request with the cosignature line.

        Raises Refused as the specification says, Unavailable if the state cannot be written or the clock has gone back,
        IntegrityError if the state is damaged: then nothing may be cosigned any more.
        """
        request = Request.parse(body)
        lines = self._log_lines(request)
        head, name = request.head, origin_hash(request.head.origin)
        if request.old_size > head.size:
            raise Refused(400, f"the old size {request.old_size} is above that of the checkpoint, {head.size}")
        with self._state.writing():
            last = self._state.last(name) or Cosigned(Checkpoint(head.origin, 0, merkle.EMPTY_ROOT), 0, b"")
            if request.old_size != last.head.size:
                raise Refused(409, str(last.head.size), content_type=SIZE_TYPE)
            if last.note and head.size == last.head.size and head.root != last.head.root:
                self._state.keep_fork(name, Fork(last.note, bytes(Note(head.text(), lines))))
                cosignature = None
            else:
                _require_extends(last.head, request)
                cosignature = checkpoint.cosign(head, self._key, time_s=self._time_s(last))
                self._state.keep(name, bytes(Note(head.text(), (*lines, cosignature))))
        if cosignature is None:
            raise Refused(422, f"another root than the one cosigned for size {head.size}")
        return bytes(cosignature)

    def latest(self, name: str) -> bytes | None:
        """The checkpoint that was cosigned last, with both signatures, of the log with this origin hash; or None."""
        last = self._state.latest(name)
        return None if last is None else last.note

    def _log_lines(self, request: Request) -> tuple[Signature, ...]:
        """The verified lines of the log, one a key. Strangers' lines are left out: nobody has verified them."""
        ring = self._logs.get(request.head.origin)
        if ring is None:
            raise Refused(404, f"unknown log {request.head.origin}")
        try:
            note.verify(request.signed, ring)
        except NoteError as error:
            raise Refused(403, f"no valid signature of {request.head.origin}: {error}") from error
        known = {ring.find(line): line for line in reversed(note.parse(request.signed).signatures)}
        return tuple(line for key in ring if (line := known.get(key)))

    def _time_s(self, last: Cosigned) -> int:
        """The time to sign. A smaller tree was the largest then: an earlier time for a larger one would be a lie."""
        now_s = self._clock()
        if now_s < max(1, last.time_s - CLOCK_STEP_S_MAX):
            raise Unavailable(
                f"the clock stands at {now_s}, the last cosignature is of {last.time_s}: set the clock right"
            )
        return max(now_s, last.time_s)


def _require_extends(last: Checkpoint, request: Request) -> None:
    """Raises Refused(422) unless the request's tree begins with the last one."""
    head = request.head
    try:
        merkle.verify_consistency(
            first=last.size, second=head.size, first_root=last.root, second_root=head.root, path=request.proof
        )
    except ProofError as error:
        raise Refused(422, f"the checkpoint does not extend that of size {last.size}: {error}") from error
