"""What the commands of affairs share: one more event of something that is there already."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TypeVar
from uuid import UUID

from api.commands.deeds.shared import Kind
from api.commands.shared import Placed
from api.context import App
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading

A = TypeVar("A", bound=Placed)


def take_step(
    kind: Kind[A],
    app: App,
    identity: UUID,
    *,
    actor: Actor,
    key: str,
    event_type: str,
    inputs: Mapping[str, object],
    on: date,
    decided: Callable[[Reading, A], object],
) -> Receipt:
    """One more event of an affair, by whoever may cause it there; `decided` gives the event."""

    def facts(read: Reading, state: A) -> Iterator[Fact]:
        yield Fact(kind.stream_of(identity), decided(read, state), on)

    return kind.step(app, identity, actor=actor, key=key, event_type=event_type, inputs=inputs, on=on, decided=facts)
