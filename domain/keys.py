"""Keys: which public key speaks for which person in which role, from which moment, and in whose custody."""

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


@dataclass(frozen=True, slots=True)
class Key:
    """A key and whether it may sign; what a revoked key signed from `revoked_from` on is not believed."""

    person_id: UUID
    role: str
    key: str
    custody: str
    status: Status = "live"
    revoked_from: int | None = None


# Decide: what may happen, judged by the rules in force.


def register_key(
    registered: Key | None, *, origin: str, person_id: UUID, role: str, key: str, custody: str
) -> KeyRegistered:
    """Let a key speak for a person in a role; `key` is a verifier-key text (`name+hash+base64`).

    Refused, in this order: `key.already_registered`, `key.custody_unknown`, `key.name_differs`.
    """
    if registered is not None:
        raise Refusal("key.already_registered", person_id=registered.person_id, role=registered.role)
    if custody not in CUSTODIES:
        raise Refusal("key.custody_unknown", custody=custody)
    name, expected = key.partition("+")[0], f"{origin}/{role}/{person_id}"
    if name != expected:
        raise Refusal("key.name_differs", name=name, expected=expected)
    return KeyRegistered(person_id=person_id, role=role, key=key, custody=custody)


def retire_key(registered: Key | None, *, reason: str) -> KeyRetired:
    """Let a key sign nothing more. Refused, in this order: `key.unknown`, `key.not_live`."""
    _live(registered)
    return KeyRetired(reason=reason)


def revoke_key(registered: Key | None, *, from_index: int, reason: str) -> KeyRevoked:
    """Disbelieve what a key signed at or after a log index.

    Refused, in this order: `key.unknown`, `key.not_live`.
    """
    _live(registered)
    return KeyRevoked(from_index=from_index, reason=reason)


def _live(registered: Key | None) -> Key:
    if registered is None:
        raise Refusal("key.unknown")
    if registered.status != "live":
        raise Refusal("key.not_live", status=registered.status)
    return registered


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
