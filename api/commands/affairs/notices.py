"""Notices: posting one, and taking it down before its last day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from api.commands.affairs.shared import take_step
from api.commands.deeds.shared import Kind
from api.commands.shared import place_known, require
from api.context import App
from domain.affairs import notices
from domain.affairs.notices import Notice
from domain.kernel.ids import StreamName, stream_name
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


def notice_stream(notice_id: UUID) -> StreamName:
    """The stream of a notice."""
    return stream_name("notice", notice_id)


NOTICE: Final[Kind[Notice]] = Kind(
    "notice_id", notice_stream, notices.evolve, unknown=lambda: Refusal("notice.unknown")
)


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A notice to post; title and text are public and name nobody."""

    notice_id: UUID
    division: Division
    title: str
    text: str
    since: date
    until: date


def post(app: App, *, actor: Actor, key: str, new: NewNotice, on: date) -> Receipt:
    """Post a notice."""
    stream = notice_stream(new.notice_id)

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "notice.posted/1", division=new.division, on=on)
        event = notices.post(
            read.state(stream, notices.evolve),
            division=new.division,
            division_known=place_known(read, new.division),
            title=new.title,
            text=new.text,
            since=new.since,
            until=new.until,
            today=on,
            actor_id=actor.person_id,
        )
        yield Fact(stream, event, on)

    inputs = {
        "command": "notice.post",
        "notice_id": str(new.notice_id),
        "division": new.division,
        "title": new.title,
        "text": new.text,
        "since": new.since.isoformat(),
        "until": new.until.isoformat(),
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def withdraw(app: App, *, actor: Actor, key: str, notice_id: UUID, reason: str, on: date) -> Receipt:
    """Take a notice down."""

    def decided(_read: Reading, notice: Notice) -> object:
        return notices.withdraw(notice, reason=reason, actor_id=actor.person_id)

    return take_step(
        NOTICE,
        app,
        notice_id,
        actor=actor,
        key=key,
        event_type="notice.withdrawn/1",
        inputs={"command": "notice.withdraw", "reason": reason},
        on=on,
        decided=decided,
    )
