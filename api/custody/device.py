"""Keys that never leave a device: the server writes the exact lines, the device signs them, and the append follows.

What must not be broken: nothing is believed of what comes back but the signature. The ticket, which we sign, fixes the
lines, what they were decided on and who asked; if anything that the decision read has moved since, nothing is recorded.
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from domain.kernel.ids import parse_stream
from domain.kernel.postings import Posting
from domain.kernel.refusals import Refusal
from journal import line as lines
from journal import note
from journal.drafts import Command, Drafted, Prepared, Unsigned
from journal.facts import Actor
from journal.line import LineError
from journal.note import NoteError, VerifierKey

LIFETIME_S: Final = 15 * 60


@dataclass(frozen=True, slots=True)
class ToSign:
    """What a device is asked for: each line with its final newline, the key that must sign, and the ticket."""

    lines: tuple[str, ...]
    key: str
    ticket: str


class Tickets:
    """Writes and reads tickets. `secret` is the content of the session key file; `clock` gives POSIX seconds."""

    def __init__(self, secret: bytes, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        signing = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        self._serializer = URLSafeSerializer(secret, salt="mingzhang ticket 1", signer_kwargs=signing)

    def issue(self, prepared: Prepared) -> ToSign:
        """What to sign, and the ticket to bring back with it within a quarter of an hour."""
        command = prepared.command
        fields = [
            str(command.actor.person_id),
            command.actor.role,
            command.key,
            command.digest.hex(),
            _digest(prepared.texts),
            {str(stream_id): version for stream_id, version in prepared.drafted.expected.items()},
            str(prepared.key),
            int(self._clock()) + LIFETIME_S,
        ]
        texts = tuple(text.decode() for text in prepared.texts)
        return ToSign(texts, str(prepared.key), str(self._serializer.dumps(fields)))

    def redeem(self, ticket: str, notes: Sequence[bytes], *, actor: Actor, key: str) -> Prepared:
        """What was prepared, from its ticket and the signed notes. Whether they are signed the append finds out.

        Refuses `signature.ticket` for a ticket that is not ours, has run out, or belongs to another person, role,
        idempotency key or text.
        """
        try:
            fields: Any = self._serializer.loads(ticket)
        except BadData:
            raise Refusal("signature.ticket") from None
        person_id, role, asked_key, digest, texts_digest, expected, verifier_key, expires_s = fields
        texts = [_text(one) for one in notes]
        asked_by = (str(actor.person_id), actor.role, key)
        ours = expires_s > self._clock() and asked_by == (person_id, role, asked_key)
        if not ours or _digest(texts) != texts_digest:
            raise Refusal("signature.ticket")
        unsigned, postings = _unsigned(texts)
        versions = {UUID(stream_id): version for stream_id, version in expected.items()}
        command = Command(Actor(actor.person_id, role), key, bytes.fromhex(digest))
        return Prepared(command, Drafted(unsigned, versions, postings, None), VerifierKey.parse(verifier_key))


def _digest(texts: Sequence[bytes]) -> str:
    """Lengths go in, so that no border between two lines can be moved."""
    return hashlib.sha256(b"".join(b"%d\n%b" % (len(text), text) for text in texts)).hexdigest()


def _text(entry: bytes) -> bytes:
    try:
        return note.parse(entry).text
    except NoteError:
        raise Refusal("signature.ticket") from None


def _unsigned(texts: Sequence[bytes]) -> tuple[tuple[Unsigned, ...], tuple[Posting, ...]]:
    """The lines as they were drafted: we wrote them, and the ticket says that they are the same."""
    try:
        parsed = [lines.parse(text) for text in texts]
    except LineError:
        raise Refusal("signature.ticket") from None
    unsigned = tuple(
        Unsigned(line.name, parse_stream(line.stream)[1], line.seq, line.type, text)
        for line, text in zip(parsed, texts, strict=True)
    )
    return unsigned, tuple(posting for line in parsed for posting in line.postings)
