"""Who may sign: the key of a person in a role that is registered and live, and where its stream stands.

Every generation of a key is a stream of its own. What is remembered here is never believed alone: the stream's version
is part of each append's condition, so a key that was retired meanwhile signs nothing more.
"""

from dataclasses import dataclass
from itertools import count
from typing import Final
from uuid import UUID

from domain.kernel.ids import derived
from domain.kernel.refusals import Refusal
from journal.codec import Codec
from journal.facts import Actor
from journal.note import VerifierKey
from journal.store import Store

REGISTERED: Final = "key.registered/1"


@dataclass(frozen=True, slots=True)
class LiveKey:
    """A registered key that may sign, its generation, and the version of its stream in which it is live."""

    person_id: UUID
    role: str
    generation: int
    verifier_key: VerifierKey
    custody: str
    stream_id: UUID
    version: int


def key_stream(person_id: UUID, role: str, *, generation: int = 1) -> UUID:
    """The stream of a person's key in a role."""
    return derived("key", person_id, role, generation)


class LiveKeys:
    """The live keys, looked up once each. Safe to use from many threads. No actor, and so no private key, is kept."""

    def __init__(self, store: Store, codec: Codec) -> None:
        self._store = store
        self._codec = codec
        self._known: dict[tuple[UUID, str], LiveKey] = {}

    def __contains__(self, actor: Actor) -> bool:
        return (actor.person_id, actor.role) in self._known

    def look_up(self, actor: Actor) -> LiveKey:
        """The actor's newest live key. Raises Refusal (`key.not_registered`) if he has none."""
        at = (actor.person_id, actor.role)
        known = self._known.get(at)
        if known is None:
            known = self._known[at] = self._read(actor)
        return known

    def forget(self, actor: Actor) -> None:
        """Look again next time: something that his last append expected has moved."""
        self._known.pop((actor.person_id, actor.role), None)

    def _read(self, actor: Actor) -> LiveKey:
        live: LiveKey | None = None
        for generation in count(1):
            stream_id = key_stream(actor.person_id, actor.role, generation=generation)
            events = self._store.streams([stream_id]).get(stream_id, [])
            if not events:
                break
            lines = [self._codec.decode(index, entry).line for _, index, entry in events]
            if [line.type for line in lines] == [REGISTERED]:  # whatever may follow ends it
                data = lines[0].data
                live = LiveKey(
                    actor.person_id,
                    actor.role,
                    generation,
                    VerifierKey.parse(data["key"]),
                    data["custody"],
                    stream_id,
                    events[-1][0],
                )
        if live is None:
            raise Refusal("key.not_registered", person_id=actor.person_id, role=actor.role)
        return live
