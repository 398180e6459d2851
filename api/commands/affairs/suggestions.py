"""Suggestions: taking one in (by the public form, by staff, by a printed slip), and answering it in public.

What must not be broken: the words go to the vault. What comes without a name lies there under the suggestion's own id,
so that it can be erased by itself; the journal never learns who wrote it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final
from uuid import UUID

from api.commands.affairs.shared import take_step
from api.commands.deeds.shared import Kind, serves
from api.commands.shared import place_known, require
from api.context import App
from domain.affairs import suggestion_box
from domain.affairs.suggestion_box import Suggestion
from domain.kernel.ids import StreamName, stream_name
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading
from journal.vault import Personal

TEXT_KIND: Final = "suggestion_text"
"""The kind under which the vault keeps what was said."""


def suggestion_stream(suggestion_id: UUID) -> StreamName:
    """The stream of a suggestion."""
    return stream_name("suggestion", suggestion_id)


SUGGESTION: Final[Kind[Suggestion]] = Kind(
    "suggestion_id", suggestion_stream, suggestion_box.evolve, unknown=lambda: Refusal("suggestion.unknown")
)


@dataclass(frozen=True, slots=True)
class NewSuggestion:
    """What somebody said; `author_id` None: without his name. `slip`: the number on the printed slip."""

    suggestion_id: UUID
    division: Division
    channel: str
    text: str
    author_id: UUID | None = None
    slip: str | None = None


def open_one(app: App, *, actor: Actor, key: str, new: NewSuggestion, on: date) -> Receipt:
    """Take a suggestion in. Refuses as `suggestion_box.open_one`, and who may not."""
    stream = suggestion_stream(new.suggestion_id)
    personal = Personal(new.author_id or new.suggestion_id, TEXT_KIND, new.text)
    sealed = cache(lambda: app.vault.seal([personal])[0])

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "suggestion.opened/1", division=new.division, on=on)
        event = suggestion_box.open_one(
            read.state(stream, suggestion_box.evolve),
            division=new.division,
            division_known=place_known(read, new.division),
            channel=new.channel,
            text=sealed(),
            author_id=new.author_id,
            author_known=new.author_id is not None and serves(read, new.author_id),
            slip=new.slip,
        )
        yield Fact(stream, event, on)

    inputs = {
        "command": "suggestion.open",
        "suggestion_id": str(new.suggestion_id),
        "division": new.division,
        "channel": new.channel,
        "text": app.vault.fingerprints([personal])[0],
        "author_id": str(new.author_id) if new.author_id is not None else None,
        "slip": new.slip,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def accept(app: App, *, actor: Actor, key: str, suggestion_id: UUID, gist: str, due_on: date, on: date) -> Receipt:
    """Say in one public line what it is about, and by when it will be answered."""

    def decided(_read: Reading, suggestion: Suggestion) -> object:
        return suggestion_box.accept(suggestion, gist=gist, due_on=due_on, today=on, actor_id=actor.person_id)

    return take_step(
        SUGGESTION,
        app,
        suggestion_id,
        actor=actor,
        key=key,
        event_type="suggestion.accepted/1",
        inputs={"command": "suggestion.accept", "gist": gist, "due_on": due_on.isoformat()},
        on=on,
        decided=decided,
    )


def answer(app: App, *, actor: Actor, key: str, suggestion_id: UUID, outcome: str, answer: str, on: date) -> Receipt:
    """Answer in public."""

    def decided(_read: Reading, suggestion: Suggestion) -> object:
        return suggestion_box.answer(suggestion, outcome=outcome, answer=answer, actor_id=actor.person_id)

    return take_step(
        SUGGESTION,
        app,
        suggestion_id,
        actor=actor,
        key=key,
        event_type="suggestion.answered/1",
        inputs={"command": "suggestion.answer", "outcome": outcome, "answer": answer},
        on=on,
        decided=decided,
    )


def close(app: App, *, actor: Actor, key: str, suggestion_id: UUID, reason: str, on: date) -> Receipt:
    """Close it: it was answered, or there was nothing to answer."""

    def decided(_read: Reading, suggestion: Suggestion) -> object:
        return suggestion_box.close(suggestion, reason=reason, actor_id=actor.person_id)

    return take_step(
        SUGGESTION,
        app,
        suggestion_id,
        actor=actor,
        key=key,
        event_type="suggestion.closed/1",
        inputs={"command": "suggestion.close", "reason": reason},
        on=on,
        decided=decided,
    )
