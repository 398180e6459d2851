"""The journal: load some streams, decide, append. One call, one transaction, one receipt.

A decision is a pure function of what it read; everything that it read is part of the append's condition, so that
two people deciding at once never both win on stale grounds.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeVar, cast
from uuid import UUID

from domain.kernel.ids import EventName, StreamName, event_name, parse_stream
from domain.kernel.postings import Posting, check_balanced
from domain.kernel.refusals import Refusal
from journal.answers import Committed
from journal.batch import BelowLimit, Closed, KeyReused, Moved, Stored
from journal.codec import Codec, Recorded
from journal.drafts import Command, Drafted, Prepared, SignatureNeeded, Unsigned, check_signer, digest_of
from journal.errors import IntegrityError
from journal.facts import Actor, Append, Fact, Receipt
from journal.live_keys import LiveKeys, key_stream
from journal.note import Signer
from journal.paths import Paths
from journal.remembered import Remembered, RememberedStates
from journal.scribe import Scribe
from journal.store import Store
from journal.writer import Draft, Writer

__all__ = ["Clock", "Custody", "Guard", "Journal", "Prepared", "Reading", "key_stream", "now"]

S = TypeVar("S")
Clock = Callable[[], datetime]

ATTEMPTS_MAX = 20
FACTS_HANDED_OVER_MAX = 8
ANSWER_TIMEOUT_S = 60.0
GENESIS: Final = "log.opened/1"


class Custody(Protocol):
    """Who keeps the keys of persons that the server signs for."""

    def signer(self, person_id: UUID, role: str, *, generation: int = 1) -> Signer:
        """The key of a person in a role."""


def now() -> datetime:
    """The present moment, aware."""
    return datetime.now(UTC)


class Reading:
    """What a decision may look at. It remembers the version of every stream it read, and of the actor's key.

    `remembered`: what was read before, for whoever checks the versions; `believing`: it may be looked at.
    """

    def __init__(
        self, store: Store, codec: Codec, *, remembered: RememberedStates | None = None, believing: bool = False
    ) -> None:
        self._store = store
        self._codec = codec
        self._remembered = remembered
        self._believing = believing
        self.believed = False
        self.versions: dict[UUID, int] = {}
        self._states: dict[tuple[StreamName, object], object] = {}
        self._authors: dict[StreamName, UUID | None] = {}
        self._all_authors: dict[StreamName, tuple[UUID, ...]] = {}

    def state(self, stream: str, evolve: Callable[[S | None, Any], S]) -> S | None:
        """The state of one stream, None if it has no event."""
        name = StreamName(stream)
        if (name, evolve) in self._states:
            return cast("S | None", self._states[name, evolve])
        return self.states([name], evolve)[name]

    def last_by(self, stream: str) -> UUID | None:
        """Who caused the last event of a stream that was read; None if it has no event."""
        return self._authors.get(StreamName(stream))

    def authors(self, stream: str) -> tuple[UUID, ...]:
        """Everybody who caused an event of a stream that was read, each once, whoever began it first."""
        return self._all_authors.get(StreamName(stream), ())

    def states(self, streams: Iterable[str], evolve: Callable[[S | None, Any], S]) -> dict[StreamName, S | None]:
        """The states of several streams of one kind, with one query for those that were not read before."""
        wanted = [StreamName(stream) for stream in streams]
        ids = {
            name: parse_stream(name)[1]
            for name in dict.fromkeys(wanted)
            if (name, evolve) not in self._states and not self._recall(name, evolve)
        }
        found = self._store.streams(list(ids.values())) if ids else {}
        for name, stream_id in ids.items():
            state: S | None = None
            author: UUID | None = None
            authors: dict[UUID, None] = {}
            version = 0
            events = found.get(stream_id, [])
            for seq, index, entry in events:
                recorded = self._codec.decode(index, entry)
                if recorded.stream != name:
                    _require_id(recorded, stream_id, looked_for=name)
                    # Somebody asked for an incident under the id of a place: there is no such incident.
                    state, author, authors, version = None, None, {}, 0
                    break
                state, author, version = evolve(state, recorded.event), recorded.by, seq
                authors[recorded.by] = None
            read = Remembered(state, version, author, tuple(authors))
            self._take(name, evolve, read)
            if self._remembered is not None:
                self._remembered.keep(name, evolve, read)
        return {name: cast("S | None", self._states[name, evolve]) for name in wanted}

    def next_event(self, stream: str) -> EventName:
        """The permanent name of the event that this decision appends first to a stream that it has read."""
        return event_name(stream, self.versions[parse_stream(StreamName(stream))[1]] + 1)

    def _recall(self, name: StreamName, evolve: Callable[[S | None, Any], S]) -> bool:
        """Take a stream as it was when it was last read, if that may be and is known."""
        known = self._remembered.get(name, evolve) if self._remembered is not None and self._believing else None
        if known is None:
            return False
        self.believed = True
        self._take(name, evolve, known)
        return True

    def _take(self, name: StreamName, evolve: Callable[[S | None, Any], S], read: Remembered) -> None:
        self._states[name, evolve] = read.state
        self._authors[name] = read.author
        self._all_authors[name] = read.authors
        stream_id = parse_stream(name)[1]
        # Folded twice, it may have grown between: then the decision stands on the older one, and the append says so.
        self.versions[stream_id] = min(read.version, self.versions.get(stream_id, read.version))


def _require_id(recorded: Recorded, stream_id: UUID, *, looked_for: StreamName) -> None:
    """Raise IntegrityError where the table gives a stream the events of another."""
    if parse_stream(recorded.stream)[1] != stream_id:
        raise IntegrityError(f"{recorded.name} stands where {looked_for} was looked for")


Guard = Callable[[Reading, Sequence[Fact]], None]
"""What is asked of every decision that moves something, before its lines are written; it refuses by raising Refusal.

What it reads is part of the append's condition, as everything that the decision read.
"""


class Journal:
    """The one way to record something. Safe to use from many threads, and from event loops.

    `guard` stands before everything that moves something; `judge` may refuse events for what they say.
    """

    def __init__(
        self,
        *,
        origin: str,
        store: Store,
        writer: Writer,
        codec: Codec,
        custody: Custody,
        clock: Clock = now,
        guard: Guard | None = None,
        judge: Callable[[Iterable[object]], None] | None = None,
    ) -> None:
        self.guard = guard
        self.judge = judge
        self.origin = origin
        self.store = store
        self.codec = codec
        self._writer = writer
        self.custody = custody
        self._clock = clock
        self._keys = LiveKeys(store, codec)
        self._remembered = RememberedStates()

    def now(self) -> datetime:
        """The clock that `at` is taken from."""
        return self._clock()

    def last_checkpoint(self) -> bytes:
        """The newest signed checkpoint. Raises Unavailable before the first."""
        return self._writer.last_checkpoint()

    def position(self) -> int:
        """The number of events in the journal."""
        return self.store.head()[0]

    def state(self, stream: str, evolve: Callable[[S | None, Any], S]) -> S | None:
        """A stream's state, outside a command."""
        return Reading(self.store, self.codec).state(stream, evolve)

    def states(self, streams: Iterable[str], evolve: Callable[[S | None, Any], S]) -> dict[StreamName, S | None]:
        """Several streams' states, outside a command."""
        return Reading(self.store, self.codec).states(streams, evolve)

    def stop(self, error: IntegrityError) -> None:
        """Record nothing more here: integrity is broken, and every append is answered with `error`."""
        self._writer.stop(error)

    # Recording.

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

        `signer`: the actor's own key where the server does not keep it. Raises SignatureNeeded where that is in a
        device (it carries what `append_signed` takes), Refusal where a rule says no
        (`command.key_reused`, `command.nothing_to_record`, `stream.moved`, `log.closed`, `balance.below_limit`,
        `key.not_registered`, `key.not_at_hand`, and whatever `decide` refuses), IntegrityError, Busy, Unavailable.
        """
        command = Command(actor, key, digest_of(inputs))
        for attempt in range(ATTEMPTS_MAX):
            try:
                facts, versions = self._decided(decide, afresh=attempt > 0)
                drafted = self._drafted(command, facts, versions)
                signed = self._signing(command, drafted, signer)
                try:
                    committed = self._writer.append(signed).result(ANSWER_TIMEOUT_S)
                finally:
                    self._remembered.forget(StreamName(fact.stream) for fact in facts)
            except Refusal:
                # A retried command meets its own effect; then its first outcome is the answer.
                earlier = self._earlier(command)
                if earlier is None:
                    raise
                return earlier
            receipt = self._receipt(command, drafted, committed)
            if receipt is not None:
                return receipt
        raise Refusal("stream.moved")

    async def record(
        self,
        *,
        actor: Actor,
        key: str,
        inputs: Mapping[str, object],
        facts: Sequence[Fact],
        versions: Mapping[UUID, int] = MappingProxyType({}),
        signer: Signer | None = None,
    ) -> Receipt:
        """As `execute` for facts that are decided, from an event loop: hundreds may be in flight without a thread each.

        `versions`: where every stream stood that the decision read; a stream that is not named must be new.
        """
        command = Command(actor, key, digest_of(inputs))
        if actor not in self._keys:
            await asyncio.to_thread(self._keys.look_up, actor)
        try:
            if self.guard is not None and _moves(facts):
                reading = Reading(self.store, self.codec)
                await asyncio.to_thread(self.guard, reading, facts)
                versions = {**reading.versions, **versions}
            drafted = self._drafted(command, facts, versions)
            # Signed here, so that one group is signed while another is committed; signing lends out the interpreter.
            append = drafted.signed(command, self._signer_of(command, drafted, signer))
            try:
                committed = await self._writer.append_soon(append).result(ANSWER_TIMEOUT_S)
            finally:
                self._remembered.forget(StreamName(fact.stream) for fact in facts)
        except Refusal:
            earlier = await asyncio.to_thread(self._earlier, command)
            if earlier is None:
                raise
            return earlier
        replayed = isinstance(committed.outcome, Stored) and committed.outcome.replayed
        receipt = (
            await asyncio.to_thread(self._receipt, command, drafted, committed)
            if replayed
            else self._receipt(command, drafted, committed)
        )
        if receipt is None:
            raise Refusal("stream.moved")
        return receipt

    def prepare(
        self,
        *,
        actor: Actor,
        key: str,
        inputs: Mapping[str, object],
        decide: Callable[[Reading], Iterable[Fact]],
    ) -> Prepared | Receipt:
        """Decide, and write the lines that the actor's own device is to sign; nothing is recorded yet.

        A command that was recorded before gives its first receipt. Raises as `execute`.
        """
        command = Command(actor, key, digest_of(inputs))
        reading = Reading(self.store, self.codec)
        try:
            drafted = self._drafted(command, self._guarded(decide, reading), reading.versions)
        except Refusal:
            earlier = self._earlier(command)
            if earlier is None:
                raise
            return earlier
        if drafted.key is None:
            raise Refusal("key.not_registered", person_id=actor.person_id, role=actor.role)
        return Prepared(command, drafted, drafted.key.verifier_key)

    def append_signed(self, prepared: Prepared, notes: Sequence[bytes]) -> Receipt:
        """Append what `prepare` wrote, signed: one note for each of its texts, in their order.

        Raises Refusal as `execute` (`stream.moved`: what it was decided on has changed, so decide and sign again;
        `signature.not_of_key`: a note is not its text with one signature by the registered key), IntegrityError, Busy,
        Unavailable.
        """
        append = prepared.append_of(notes)
        committed = self._writer.append(append).result(ANSWER_TIMEOUT_S)
        receipt = self._receipt(prepared.command, prepared.drafted, committed)
        if receipt is None:
            raise Refusal("stream.moved")
        return receipt

    # Building what is appended.

    def _decided(
        self, decide: Callable[[Reading], Iterable[Fact]], *, afresh: bool
    ) -> tuple[list[Fact], Mapping[UUID, int]]:
        """The decision, and where every stream stood that it read; `afresh`: nothing that is remembered is looked at.

        Whatever a decision stumbles over is its answer only once it has read the streams themselves.
        """
        if not afresh:
            reading = Reading(self.store, self.codec, remembered=self._remembered, believing=True)
            try:
                return self._guarded(decide, reading), reading.versions
            except Exception:
                if not reading.believed:
                    raise
        reading = Reading(self.store, self.codec, remembered=self._remembered)
        return self._guarded(decide, reading), reading.versions

    def _guarded(self, decide: Callable[[Reading], Iterable[Fact]], reading: Reading) -> list[Fact]:
        facts = list(decide(reading))
        if self.judge is not None:
            self.judge(fact.event for fact in facts)
        if self.guard is not None and _moves(facts):
            self.guard(reading, facts)
        return facts

    def _drafted(self, command: Command, facts: Sequence[Fact], read: Mapping[UUID, int]) -> Drafted:
        """The lines of the facts, and on which condition they may be appended."""
        if not facts:
            raise Refusal("command.nothing_to_record")
        actor = command.actor
        scribe = Scribe(origin=self.origin, at=self._clock(), by=actor.person_id, role=actor.role, cmd=command.key)
        expected = {**read}
        versions = expected.copy()
        unsigned: list[Unsigned] = []
        postings: list[Posting] = []
        for fact in facts:
            _, stream_id = parse_stream(fact.stream)
            seq = versions.get(stream_id, 0) + 1
            expected.setdefault(stream_id, 0)
            versions[stream_id] = seq
            moved = tuple(getattr(fact.event, "postings", ()))
            check_balanced(moved)
            postings.extend(moved)
            type_ = self.codec.type_of(fact.event)
            text = scribe.line(
                fact.event,
                type_=type_,
                stream=fact.stream,
                seq=seq,
                on=fact.on,
                cause=fact.cause,
                postings=moved,
            )
            unsigned.append(Unsigned(event_name(fact.stream, seq), stream_id, seq, type_, text))
        key = None
        if unsigned[0].type != GENESIS:
            key = self._keys.look_up(actor)
            expected.setdefault(key.stream_id, key.version)
        return Drafted(tuple(unsigned), expected, tuple(postings), key)

    def _signing(self, command: Command, drafted: Drafted, own: Signer | None) -> Append | Draft:
        """The append, to be signed where the writer makes ready; at once if that may take long."""
        signer = self._signer_of(command, drafted, own)
        # A long command, or a signer of its own that may be slow, must not hold up the others.
        if own is not None or len(drafted.unsigned) > FACTS_HANDED_OVER_MAX:
            return drafted.signed(command, signer)
        return partial(drafted.signed, command, signer)

    def _signer_of(self, command: Command, drafted: Drafted, own: Signer | None) -> Signer:
        """Whoever signs for the actor, and is the one that is registered."""
        actor, key = command.actor, drafted.key
        signer = own or actor.signer
        if signer is None:
            if key is not None and key.custody == "device":
                raise SignatureNeeded(Prepared(command, drafted, key.verifier_key))
            if key is not None and key.custody != "server":
                raise Refusal("key.not_at_hand", person_id=actor.person_id, role=actor.role)
            signer = self.custody.signer(actor.person_id, actor.role, generation=key.generation if key else 1)
        check_signer(signer, name=f"{self.origin}/{actor.role}/{actor.person_id}", key=key)
        return signer

    # Answers.

    def _receipt(self, command: Command, drafted: Drafted, committed: Committed) -> Receipt | None:
        """What became of it; None if it is to be decided again. Raises Refusal where it was refused."""
        match committed.outcome:
            case Stored(first_index=first, replayed=False):
                return Receipt(drafted.names, first, committed.checkpoint, committed.paths)
            case Stored(first_index=first, last_index=last):
                names = self._names_at(first, last)
                return Receipt(names, first, committed.checkpoint, committed.paths, replayed=True)
            case Closed():
                raise Refusal("log.closed")
            case KeyReused():
                raise Refusal("command.key_reused", key=command.key)
            case BelowLimit(account=account, commodity=commodity, balance=balance, change=change):
                raise Refusal(
                    "balance.below_limit", account=account, commodity=commodity, balance=balance, change=change
                )
            case Moved():
                self._keys.forget(command.actor)
                return None

    def _earlier(self, command: Command) -> Receipt | None:
        """The first receipt of a key that was used before with this input. Refuses a key used with another."""
        known = self.store.command(command.actor.person_id, command.key)
        if known is None:
            return None
        digest, first, last = known
        if digest != command.digest:
            raise Refusal("command.key_reused", key=command.key)
        checkpoint = self._writer.last_checkpoint()
        size = int(checkpoint.split(b"\n", 2)[1])
        paths = Paths(self.store.nodes(size), size=size)
        if size <= last:
            # Recorded when the seal over it failed. Nobody else may come for a long time: he has it sealed himself.
            asked = Append((), {}, actor_id=command.actor.person_id, key=command.key, input_digest=digest)
            sealed = self._writer.append(asked).result(ANSWER_TIMEOUT_S)
            checkpoint, paths = sealed.checkpoint, sealed.paths
        return Receipt(self._names_at(first, last), first, checkpoint, paths, replayed=True)

    def _names_at(self, first: int, last: int) -> tuple[EventName, ...]:
        return tuple(self.codec.decode(index, entry).name for index, entry in self.store.entries(first, stop=last + 1))


def _moves(facts: Iterable[Fact]) -> bool:
    """Whether anything is posted."""
    return any(getattr(fact.event, "postings", ()) for fact in facts)
