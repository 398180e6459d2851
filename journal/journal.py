"""The journal: load some streams, decide, append. One call, one transaction, one receipt.

A decision is a pure function of what it read; everything that it read is part of the append's condition, so that
two people deciding at once never both win on stale grounds.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from domain.kernel.calendar import instant_text
from domain.kernel.ids import EventName, StreamName, derived, parse_stream
from domain.kernel.postings import Posting, check_balanced
from domain.kernel.refusals import Refusal
from journal import line as lines
from journal import note
from journal.batch import BelowLimit, KeyReused, Moved, Stored
from journal.codec import Codec
from journal.errors import IntegrityError, Unavailable
from journal.facts import Actor, Append, Entry, Fact, Receipt
from journal.keys import ServerCustody
from journal.line import MAX_ENTRY_BYTES, Line
from journal.note import Signer
from journal.store import Store
from journal.writer import Answer, Committed, Draft, Writer

S = TypeVar("S")
Clock = Callable[[], datetime]

ATTEMPTS_MAX = 20
FACTS_HANDED_OVER_MAX = 8
ANSWER_TIMEOUT_S = 60.0


def now() -> datetime:
    """The present moment, aware."""
    return datetime.now(UTC)


def key_stream(person_id: UUID, role: str, *, generation: int = 1) -> UUID:
    """The stream of a person's key in a role."""
    return derived("key", person_id, role, generation)


class Reading:
    """What a decision may look at. It remembers the version of every stream it read, and of the actor's key."""

    def __init__(self, store: Store, codec: Codec) -> None:
        self._store = store
        self._codec = codec
        self.versions: dict[UUID, int] = {}
        self._states: dict[tuple[StreamName, object], object] = {}

    def state(self, stream: str, evolve: Callable[[S | None, Any], S]) -> S | None:
        """The state of one stream, None if it has no event."""
        return self.states([stream], evolve)[StreamName(stream)]

    def states(self, streams: Iterable[str], evolve: Callable[[S | None, Any], S]) -> dict[StreamName, S | None]:
        """The states of several streams of one kind, with one query for those that were not read before."""
        wanted = [StreamName(stream) for stream in streams]
        ids = {name: parse_stream(name)[1] for name in wanted if (name, evolve) not in self._states}
        found = self._store.streams(list(ids.values())) if ids else {}
        for name, stream_id in ids.items():
            state: S | None = None
            events = found.get(stream_id, [])
            for _, index, entry in events:
                recorded = self._codec.decode(index, entry)
                if recorded.stream != name:
                    raise IntegrityError(f"{recorded.name} stands where {name} was looked for")
                state = evolve(state, recorded.event)
            self._states[name, evolve] = state
            self.versions[stream_id] = events[-1][0] if events else 0
        return {name: cast("S | None", self._states[name, evolve]) for name in wanted}


class Journal:
    """The one way to record something. Safe to use from many threads."""

    def __init__(
        self,
        *,
        origin: str,
        store: Store,
        writer: Writer,
        codec: Codec,
        custody: ServerCustody,
        clock: Clock = now,
    ) -> None:
        self.origin = origin
        self.store = store
        self.codec = codec
        self._writer = writer
        self.custody = custody
        self._clock = clock
        self._registered: dict[Actor, tuple[UUID, int]] = {}

    def now(self) -> datetime:
        """The clock that `at` is taken from."""
        return self._clock()

    def position(self) -> int:
        """The number of events in the journal."""
        return self.store.head()[0]

    def state(self, stream: str, evolve: Callable[[S | None, Any], S]) -> S | None:
        """A stream's state, outside a command."""
        return Reading(self.store, self.codec).state(stream, evolve)

    def states(self, streams: Iterable[str], evolve: Callable[[S | None, Any], S]) -> dict[StreamName, S | None]:
        """Several streams' states, outside a command."""
        return Reading(self.store, self.codec).states(streams, evolve)

    def execute(
        self,
        *,
        actor: Actor,
        key: str,
        inputs: Mapping[str, object],
        decide: Callable[[Reading], Iterable[Fact]],
        signer: Signer | None = None,
    ) -> Receipt:
        """Decide and append, atomically; the same `key` with the same `inputs` returns the first receipt.

        `signer`: the actor's own key where the server does not keep it. Raises Refusal where a rule says no
        (`command.key_reused`, `command.nothing_to_record`, `stream.moved`, `balance.below_limit`,
        `key.not_registered`, and whatever `decide` refuses), IntegrityError, Busy, Unavailable.
        """
        digest = hashlib.sha256(lines.canonical(inputs)).digest()
        for _ in range(ATTEMPTS_MAX):
            reading = Reading(self.store, self.codec)
            try:
                facts = list(decide(reading))
                if not facts:
                    raise Refusal("command.nothing_to_record")
                draft, names = self._draft(reading, facts, actor, key, digest, signer)
                # A long command, or a signer of its own that may be slow, must not hold up the others.
                alone = signer is not None or len(facts) > FACTS_HANDED_OVER_MAX
                committed = self._wait(self._writer.append(draft() if alone else draft))
            except Refusal:
                # A retried command meets its own effect; then its first outcome is the answer.
                earlier = self._earlier(actor, key, digest)
                if earlier is None:
                    raise
                return earlier
            match committed.outcome:
                case Stored(first_index=first, replayed=False):
                    return self._receipt(names, first, committed)
                case Stored(first_index=first, last_index=last):
                    return self._receipt(self._names_at(first, last), first, committed, replayed=True)
                case KeyReused():
                    raise Refusal("command.key_reused", key=key)
                case BelowLimit(account=account, commodity=commodity, balance=balance, change=change):
                    raise Refusal(
                        "balance.below_limit", account=account, commodity=commodity, balance=balance, change=change
                    )
                case Moved():
                    self._registered.pop(actor, None)
        raise Refusal("stream.moved")

    # Building what is appended.

    def _draft(
        self, reading: Reading, facts: list[Fact], actor: Actor, key: str, digest: bytes, signer: Signer | None
    ) -> tuple[Draft, tuple[EventName, ...]]:
        """What is to be encoded, signed and appended, and the names of its events."""
        expected = dict(reading.versions)
        versions = dict(expected)
        at = instant_text(self._clock())
        by = str(actor.person_id)
        lines_of: list[tuple[UUID, Line]] = []
        postings: list[Posting] = []
        for fact in facts:
            _, stream_id = parse_stream(fact.stream)
            seq = versions.setdefault(stream_id, 0) + 1
            expected.setdefault(stream_id, 0)
            versions[stream_id] = seq
            moved = tuple(getattr(fact.event, "postings", ()))
            check_balanced(moved)
            postings.extend(moved)
            line = Line(
                origin=self.origin,
                stream=fact.stream,
                seq=seq,
                type=self.codec.type_of(fact.event),
                at=at,
                on=fact.on.isoformat(),
                by=by,
                role=actor.role,
                cmd=key,
                data=self.codec.data_of(fact.event),
                cause=fact.cause,
                postings=moved,
            )
            lines_of.append((stream_id, line))
        if lines_of[0][1].type != "log.opened/1":
            expected.setdefault(*self._key_version(actor))
        signing = signer or self.custody.signer(actor.person_id, actor.role)

        def draft() -> Append:
            entries = tuple(
                Entry(stream_id, line.seq, line.type, _signed(line, signing)) for stream_id, line in lines_of
            )
            return Append(entries, expected, tuple(postings), actor.person_id, key, digest)

        return draft, tuple(line.name for _, line in lines_of)

    def _key_version(self, actor: Actor) -> tuple[UUID, int]:
        """The actor's key stream and its version, in which the key is registered and live."""
        known = self._registered.get(actor)
        if known is None:
            stream_id = key_stream(actor.person_id, actor.role)
            events = self.store.streams([stream_id]).get(stream_id, [])
            types = [self.codec.decode(index, entry).type for _, index, entry in events]
            if types != ["key.registered/1"]:
                raise Refusal("key.not_registered", person_id=actor.person_id, role=actor.role)
            known = self._registered[actor] = (stream_id, 1)
        return known

    # Answers.

    def _wait(self, answer: Answer) -> Committed:
        try:
            return answer.result(ANSWER_TIMEOUT_S)
        except TimeoutError:
            raise Unavailable(
                f"no answer within {ANSWER_TIMEOUT_S:.0f} s; the same key tells what became of it"
            ) from None

    def _receipt(
        self, names: tuple[EventName, ...], first: int, committed: Committed, *, replayed: bool = False
    ) -> Receipt:
        return Receipt(names, first, committed.size, committed.checkpoint, committed.nodes, replayed)

    def _earlier(self, actor: Actor, key: str, digest: bytes) -> Receipt | None:
        """The first receipt of a key that was used before with this input. Refuses a key used with another."""
        command = self.store.command(actor.person_id, key)
        if command is None:
            return None
        known, first, last = command
        if known != digest:
            raise Refusal("command.key_reused", key=key)
        checkpoint = self._writer.last_checkpoint()
        size = int(checkpoint.split(b"\n", 2)[1])
        if size <= last:
            raise Unavailable("the command is recorded, but its head is not signed yet; ask again")
        return Receipt(self._names_at(first, last), first, size, checkpoint, self.store.nodes(size), replayed=True)

    def _names_at(self, first: int, last: int) -> tuple[EventName, ...]:
        return tuple(self.codec.decode(index, entry).name for index, entry in self.store.entries(first, stop=last + 1))


def _signed(line: Line, signer: Signer) -> bytes:
    if signer.verifier_key.name != line.key_name:
        raise IntegrityError(f"{line.name} would be signed by {signer.verifier_key.name}")
    entry = note.sign(lines.encode(line), signer)
    if len(entry) > MAX_ENTRY_BYTES:
        raise Refusal("event.too_large", type=line.type, bytes=len(entry), bytes_max=MAX_ENTRY_BYTES)
    return entry
