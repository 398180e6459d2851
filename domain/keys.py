"""Keys: which public key speaks for which person in which role, from which moment, and in whose custody.

What must not be broken: an officer's key is never in the server's hands, and no administrator alone can put another
key in its place. Every generation of a key is a stream of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, assert_never
from uuid import UUID

from domain.kernel.events import event
from domain.kernel.refusals import Refusal
from domain.kernel.states import known


@event("key.registered/1")
class KeyRegistered:
    """`key` is a verifier-key text whose name is `<origin>/<role>/<person>`.

    Custody: server, password or device.
    """

    person_id: UUID
    role: str
    key: str
    custody: str


@event("key.retired/1")
class KeyRetired:
    """The key signs nothing after this event."""

    reason: str


@event("key.revoked/1")
class KeyRevoked:
    """What the key signed at or after `from_index` is not believed."""

    from_index: int
    reason: str


KeyEvent = KeyRegistered | KeyRetired | KeyRevoked
Status = Literal["live", "retired", "revoked"]

CUSTODIES = frozenset({"server", "password", "device"})

SERVER_HELD = frozenset({"member", "agent"})
"""The roles whose keys the server may keep: couriers without a secret of their own, and its own agents."""

REASONS = frozenset({"secret_lost", "stolen", "left_office", "replaced", "registered_by_mistake"})
"""Why a key ends. A closed list, because what people write freely may name somebody."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key and whether it may sign; what a revoked key signed from `revoked_from` on is not believed."""

    person_id: UUID
    role: str
    key: str
    custody: str
    status: Status = "live"
    revoked_from: int | None = None


@dataclass(frozen=True, slots=True)
class Generation:
    """An earlier key of the same person and role; `ended_by` retired or revoked it (None while it is live)."""

    key: Key
    ended_by: UUID | None


# Decide: what may happen, judged by the rules in force.


def register_key(
    registered: Key | None,
    *,
    origin: str,
    person_id: UUID,
    role: str,
    key: str,
    custody: str,
    registered_by: UUID,
    earlier: Sequence[Generation] = (),
    officer_already: bool = False,
    granted_by: UUID | None = None,
) -> KeyRegistered:
    """Let a key speak for a person in a role; `key` is a verifier-key text (`name+hash+base64`).

    It takes two to speak for an officer: nobody registers his own key, and whoever ended the key before does not
    register the next, so that no administrator alone can take over an identity. Nor by way of another role: the first
    key in a role of somebody who is an officer already is registered by another than whoever granted the role.
    `earlier` holds all generations before, the oldest first; `officer_already`: the person has or had an officer's key
    in another role; `granted_by`: who granted this role last (None where nobody did).

    Refused, in this order: `key.already_registered`, `key.custody_unknown`, `key.server_may_not_hold`,
    `key.name_differs`, `key.by_holder`, `key.still_live`, `key.used_before`, `key.same_administrator`,
    `key.role_granted_alone`.
    """
    if registered is not None:
        raise Refusal("key.already_registered", person_id=registered.person_id, role=registered.role)
    event = _named(origin=origin, person_id=person_id, role=role, key=key, custody=custody)
    _not_by_holder(person_id=person_id, role=role, administrator_id=registered_by)
    if any(one.key.status == "live" for one in earlier):
        raise Refusal("key.still_live", person_id=person_id, role=role)
    if any(one.key.key == key for one in earlier):
        raise Refusal("key.used_before", person_id=person_id, role=role)
    if earlier and earlier[-1].ended_by == registered_by:
        raise Refusal("key.same_administrator", person_id=person_id, role=role)
    new_role = role not in SERVER_HELD and not earlier
    if new_role and officer_already and granted_by in (None, registered_by):
        raise Refusal("key.role_granted_alone", person_id=person_id, role=role)
    return event


def register_founder_key(*, origin: str, person_id: UUID, key: str, custody: str) -> KeyRegistered:
    """Register the key that signs the genesis: the one that its holder registers, for nobody else is there yet.

    Refused, in this order: `key.custody_unknown`, `key.server_may_not_hold`, `key.name_differs`.
    """
    return _named(origin=origin, person_id=person_id, role="administrator", key=key, custody=custody)


def retire_key(registered: Key | None, *, reason: str, retired_by: UUID) -> KeyRetired:
    """Let a key sign nothing more.

    Refused, in this order: `key.unknown`, `key.not_live`, `key.by_holder`, `key.reason_unknown`.
    """
    _may_end(registered, reason=reason, administrator_id=retired_by)
    return KeyRetired(reason=reason)


def revoke_key(
    registered: Key | None,
    *,
    from_index: int,
    registered_at: int,
    position: int,
    signed: Sequence[int],
    confirmed: int | None,
    reason: str,
    revoked_by: UUID,
) -> KeyRevoked:
    """Disbelieve what a key signed at or after a log index; `position` is the number of events so far.

    What is disbelieved stays so, and every audit finds it, so that whoever revokes says how many records that are:
    `signed` holds the indexes of those that the key signed from there on, `confirmed` their number in his words.
    `registered_at`: where the key was registered, before which it cannot have signed.
    Refused, in this order: `key.unknown`, `key.not_live`, `key.by_holder`, `key.reason_unknown`,
    `key.index_outside`, `key.registered_later`, `key.signed_since`.
    """
    _may_end(registered, reason=reason, administrator_id=revoked_by)
    if not 0 <= from_index <= position:
        raise Refusal("key.index_outside", from_index=from_index, position=position)
    if from_index < registered_at:
        raise Refusal("key.registered_later", from_index=from_index, registered_at=registered_at)
    if signed and confirmed != len(signed):
        raise Refusal("key.signed_since", from_index=from_index, count=len(signed), first=signed[0])
    return KeyRevoked(from_index=from_index, reason=reason)


def _named(*, origin: str, person_id: UUID, role: str, key: str, custody: str) -> KeyRegistered:
    if custody not in CUSTODIES:
        raise Refusal("key.custody_unknown", custody=custody)
    if custody == "server" and role not in SERVER_HELD:
        raise Refusal("key.server_may_not_hold", role=role)
    name, expected = key.partition("+")[0], f"{origin}/{role}/{person_id}"
    if name != expected:
        raise Refusal("key.name_differs", name=name, expected=expected)
    return KeyRegistered(person_id=person_id, role=role, key=key, custody=custody)


def _may_end(registered: Key | None, *, reason: str, administrator_id: UUID) -> None:
    if registered is None:
        raise Refusal("key.unknown")
    if registered.status != "live":
        raise Refusal("key.not_live", status=registered.status)
    _not_by_holder(person_id=registered.person_id, role=registered.role, administrator_id=administrator_id)
    if reason not in REASONS:
        raise Refusal("key.reason_unknown", reason=reason)


def _not_by_holder(*, person_id: UUID, role: str, administrator_id: UUID) -> None:
    """A key in the server's custody proves nothing about its holder, so it may be his own."""
    if person_id == administrator_id and role not in SERVER_HELD:
        raise Refusal("key.by_holder", role=role)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(registered: Key | None, event: KeyEvent) -> Key:
    """The key after an event."""
    match event:
        case KeyRegistered():
            return Key(event.person_id, event.role, event.key, event.custody)
        case KeyRetired():
            return replace(known(registered), status="retired")
        case KeyRevoked():
            return replace(known(registered), status="revoked", revoked_from=event.from_index)
        case _:
            assert_never(event)
