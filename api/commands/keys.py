"""Who speaks for whom: registering, retiring and revoking keys, each by an administrator who is not the holder.

An officer makes his key himself, from a secret that only he knows; that is a request and no fact yet. He reads its
fingerprint to an administrator, who enters what he heard: only the key that has this fingerprint is registered. So
neither somebody at the keyboard of the server nor one administrator alone can slip in another key: whoever ended the
last key may not register the next, and both are in the journal under their names.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Final
from uuid import UUID

from api.commands.shared import person_stream, require
from api.context import App
from api.custody import keeping
from domain import keys, persons
from domain.kernel.ids import StreamName, parse_stream, stream_name
from domain.kernel.refusals import Refusal
from domain.keys import Generation, Key
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading, key_stream
from journal.note import ED25519, NoteError, VerifierKey

FINGERPRINT_CHARS: Final = 24
GROUP_CHARS: Final = 4


def fingerprint(key: str) -> str:
    """96 bits of the SHA-256 of a verifier-key text, in groups: what people read to one another."""
    digits = sha256(key.encode()).hexdigest()[:FINGERPRINT_CHARS]
    return "-".join(digits[start : start + GROUP_CHARS] for start in range(0, FINGERPRINT_CHARS, GROUP_CHARS))


def same_fingerprint(heard: str, key: str) -> bool:
    """Whether what somebody wrote down is the fingerprint of a key; case, spaces and strokes do not matter."""
    return "".join(heard.lower().replace("-", " ").split()) == fingerprint(key).replace("-", "")


def key_stream_name(person_id: UUID, role: str, generation: int) -> StreamName:
    """The stream of a generation of a key, counted from 1."""
    return stream_name("key", key_stream(person_id, role, generation=generation))


def generations(read: Reading, *, person_id: UUID, role: str) -> list[Generation]:
    """Every key that a person has had in a role, the oldest first; the next one's absence is part of the decision."""
    found: list[Generation] = []
    while True:
        stream = key_stream_name(person_id, role, len(found) + 1)
        key = read.state(stream, keys.evolve)
        if key is None:
            return found
        found.append(Generation(key, None if key.status == "live" else read.last_by(stream)))


def live_key(app: App, *, person_id: UUID, role: str) -> Key | None:
    """The key that speaks for a person in a role now."""
    found = generations(Reading(app.journal.store, app.journal.codec), person_id=person_id, role=role)
    return found[-1].key if found and found[-1].key.status == "live" else None


def register_requested(
    app: App, *, actor: Actor, key: str, person_id: UUID, role: str, heard: str, on: date
) -> Receipt:
    """Register the key that a person asked for, if it has the fingerprint that was heard. Refuses `key.no_request`."""
    wanted = [row for row in keeping.kept(app.writing, person_id) if row.role == role]
    found = next((row.key for row in wanted if same_fingerprint(heard, row.key)), None)
    if found is None:
        raise Refusal("key.no_request", person_id=person_id, role=role)
    return register_keys(app, actor=actor, key=key, new=[NewKey(person_id, role, found, "password")], on=on)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A verifier-key text that is to speak for a person in a role, and in whose custody the private half is."""

    person_id: UUID
    role: str
    key: str
    custody: str


def register_keys(app: App, *, actor: Actor, key: str, new: Sequence[NewKey], on: date) -> Receipt:
    """Register keys, each as the next generation of its person and role, all or none.

    Refuses `key.name_differs` for what is no key, `person.unknown`, and what `domain.keys.register_key` refuses.
    """
    for one in new:
        _require_key(one.key, expected=f"{app.journal.origin}/{one.role}/{one.person_id}")

    def decide(read: Reading) -> Iterator[Fact]:
        for one in new:
            yield _registration(read, app, actor, one, on)

    inputs = {
        "command": "key.register",
        "keys": [[str(one.person_id), one.role, one.key, one.custody] for one in new],
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _registration(read: Reading, app: App, actor: Actor, new: NewKey, on: date) -> Fact:
    require(read, actor, "key.registered/1", division=app.log.division, on=on)
    if read.state(person_stream(new.person_id), persons.evolve) is None:
        raise Refusal("person.unknown")
    earlier = generations(read, person_id=new.person_id, role=new.role)
    first = not earlier and new.role not in keys.SERVER_HELD
    event = keys.register_key(
        None,
        origin=app.journal.origin,
        person_id=new.person_id,
        role=new.role,
        key=new.key,
        custody=new.custody,
        registered_by=actor.person_id,
        earlier=earlier,
        officer_already=first and _officer_already(read, new),
        granted_by=_granted_by(app, new) if first else None,
    )
    return Fact(key_stream_name(new.person_id, new.role, len(earlier) + 1), event, on)


def _officer_already(read: Reading, new: NewKey) -> bool:
    """Whether the person has or had an officer's key in another role; there being none is part of the decision."""
    others = sorted(persons.ROLES - keys.SERVER_HELD - {new.role})
    streams = [key_stream_name(new.person_id, role, 1) for role in others]
    return any(state is not None for state in read.states(streams, keys.evolve).values())


def _granted_by(app: App, new: NewKey) -> UUID | None:
    """Who granted the person the role last. The decision holds only while that stream, which it has read, stands."""
    by = None
    for _, index, entry in app.journal.store.streams([new.person_id]).get(new.person_id, []):
        recorded = app.journal.codec.decode(index, entry)
        if isinstance(recorded.event, persons.RoleGranted) and recorded.event.role == new.role:
            by = recorded.by
    return by


def retire_key(app: App, *, actor: Actor, key: str, person_id: UUID, role: str, reason: str, on: date) -> Receipt:
    """Let the key of a person in a role sign nothing more; what it signed stays good."""

    def decide(read: Reading) -> Iterator[Fact]:
        stream, live = _to_end(read, app, actor, person_id, role, "key.retired/1", on)
        yield Fact(stream, keys.retire_key(live, reason=reason, retired_by=actor.person_id), on)

    inputs = {"command": "key.retire", "person": str(person_id), "role": role, "reason": reason}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def revoke_key(
    app: App,
    *,
    actor: Actor,
    key: str,
    person_id: UUID,
    role: str,
    from_index: int,
    confirmed: int | None = None,
    reason: str,
    on: date,
) -> Receipt:
    """Disbelieve the key of a person in a role from a log index on; it signs nothing more.

    `confirmed`: how many records that it signed from there on are to be disbelieved, where there are any.
    """

    def decide(read: Reading) -> Iterator[Fact]:
        stream, live = _to_end(read, app, actor, person_id, role, "key.revoked/1", on)
        position, registered_at = app.journal.position(), _registered_at(app, stream)
        event = keys.revoke_key(
            live,
            from_index=from_index,
            registered_at=registered_at,
            position=position,
            signed=_signed(app, live, max(from_index, registered_at), position) if live is not None else (),
            confirmed=confirmed,
            reason=reason,
            revoked_by=actor.person_id,
        )
        yield Fact(stream, event, on)

    inputs = {
        "command": "key.revoke",
        "person": str(person_id),
        "role": role,
        "from_index": from_index,
        "reason": reason,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _to_end(
    read: Reading, app: App, actor: Actor, person_id: UUID, role: str, event_type: str, on: date
) -> tuple[StreamName, Key | None]:
    """The stream and state of the last generation."""
    require(read, actor, event_type, division=app.log.division, on=on)
    found = generations(read, person_id=person_id, role=role)
    return key_stream_name(person_id, role, max(len(found), 1)), found[-1].key if found else None


def _registered_at(app: App, stream: StreamName) -> int:
    """The log index of a key's first event; 0 for want of one."""
    _, stream_id = parse_stream(stream)
    return next((index for _, index, _ in app.journal.store.streams([stream_id]).get(stream_id, [])), 0)


def _signed(app: App, key: Key, start: int, stop: int) -> list[int]:
    """The indexes of the entries from `start` on that a key has signed: no other of its name signs after it begins."""
    line = f"\n— {key.key.partition('+')[0]} ".encode()
    return [index for index, entry in app.journal.store.entries(start, stop=stop) if line in entry]


def _require_key(text: str, *, expected: str) -> None:
    """Refuse what is no Ed25519 verifier key under the expected name."""
    try:
        key = VerifierKey.parse(text)
    except NoteError:
        raise Refusal("key.name_differs", name=text[:80], expected=expected) from None
    if key.algorithm != ED25519:
        raise Refusal("key.name_differs", name=text[:80], expected=expected)
