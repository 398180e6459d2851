"""The life of a disclosure: drafted, reviewed by the supervision committee, posted, closed, archived."""

from collections.abc import Iterator
from datetime import date
from typing import Final
from uuid import UUID

from api.commands.deeds.shared import Kind
from api.commands.disclosing.naming import same_names, write_names
from api.commands.disclosing.streams import committee_stream, disclosure_stream, settings_on
from api.commands.shared import place_known, require
from api.context import App
from domain import committees
from domain.disclosures import deciding
from domain.disclosures.state import Disclosure, disclosure_id, evolve
from domain.kernel.places import level
from domain.kernel.refusals import Refusal
from domain.kernel.states import known
from journal import disclosed_documents
from journal.facts import Actor, Fact, Receipt
from journal.journal import Journal, Reading

DISCLOSURE: Final[Kind[Disclosure]] = Kind(
    "disclosure_id", disclosure_stream, evolve, unknown=lambda: Refusal("disclosure.unknown")
)


def draft(app: App, *, actor: Actor, key: str, digest: str, reason: str | None, on: date) -> tuple[UUID, Receipt]:
    """Draft what was computed (`computing.compute`); `reason`: why a posted version is corrected. The disclosure's id.

    Refuses `disclosure.document_unknown`, who may not, `place.unknown`, and as `deciding.draft`.
    """
    with app.writing.connection() as conn:
        document = disclosed_documents.document_of(conn, digest)
        if document is None:
            raise Refusal("disclosure.document_unknown")
        disclosed_documents.mark_drafted(conn, digest)
    identity = disclosure_id(document.division, document.kind, document.period)
    stream = disclosure_stream(identity)

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "disclosure.drafted/1", division=document.division, on=on)
        if document.division != app.log.division and not place_known(read, document.division):
            raise Refusal("place.unknown", division=document.division)
        before = read.state(stream, evolve)
        event = deciding.draft(
            before,
            document=document,
            posted_again=before is not None and posted_again(app, actor, read, disclosure=before, digest=digest, on=on),
            reason=reason,
            actor_id=actor.person_id,
            today=on,
        )
        yield Fact(stream, event, on)

    inputs = {"command": "disclosure.draft", "document": digest, "reason": reason}
    return identity, app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def posted_again(
    app: App, actor: Actor, read: Reading | Journal, *, disclosure: Disclosure, digest: str, on: date
) -> bool:
    """Whether a computed document says what the version posted last says, of the same people by the same names."""
    posted = disclosure.posted
    if posted is None:
        return False
    with app.reading.connection() as conn:
        found = disclosed_documents.changes_between(conn, posted.document, digest)
    if not found.nothing:
        return False
    return same_names(
        app,
        actor=actor,
        disclosure_id=disclosure_id(disclosure.division, disclosure.kind, disclosure.period),
        posted=posted.number,
        digest=digest,
        names=settings_on(read, disclosure.division, on).of(disclosure.kind).names,
        on=on,
    )


def review(
    app: App, *, actor: Actor, key: str, disclosure_id: UUID, version: int, passed: bool, opinion: str, on: date
) -> Receipt:
    """Let a version pass, or send it back: in a village, as a member of its supervision committee."""

    def decided(read: Reading, disclosure: Disclosure) -> Iterator[Fact]:
        _require_reviewer(read, disclosure, actor, on)
        event = deciding.review(disclosure, version=version, passed=passed, opinion=opinion, actor_id=actor.person_id)
        yield Fact(disclosure_stream(disclosure_id), event, on)

    return DISCLOSURE.step(
        app,
        disclosure_id,
        actor=actor,
        key=key,
        event_type="disclosure.reviewed/1",
        inputs={"command": "disclosure.review", "version": version, "passed": passed, "opinion": opinion},
        on=on,
        decided=decided,
    )


def _require_reviewer(read: Reading, disclosure: Disclosure, actor: Actor, on: date) -> None:
    """In a village its supervision committee reviews; above it, whoever holds the role there and is no supervisor."""
    if level(disclosure.division) == "village":
        committee = read.state(committee_stream(disclosure.division), committees.evolve)
        committees.require_reviewer(committee, person_id=actor.person_id, on=on)


def publish(app: App, *, actor: Actor, key: str, disclosure_id: UUID, version: int, on: date) -> Receipt:
    """Post a version that has passed, with the names as the village's settings want them."""

    def decided(read: Reading, disclosure: Disclosure) -> Iterator[Fact]:
        rules = settings_on(read, disclosure.division, on)
        names = rules.of(disclosure.kind).names
        event = deciding.publish(
            disclosure, version=version, names=names, days=rules.publish_days, actor_id=actor.person_id, today=on
        )
        # Only now: before, whoever may not post would have had names opened.
        posting = known(disclosure.version(version))
        shown = write_names(
            app,
            actor=actor,
            disclosure=disclosure,
            disclosure_id=disclosure_id,
            version=posting,
            names=names,
            on=on,
        )
        yield Fact(disclosure_stream(disclosure_id), event, on)
        if shown is not None:
            yield Fact(disclosure_stream(disclosure_id), shown, on)

    return DISCLOSURE.step(
        app,
        disclosure_id,
        actor=actor,
        key=key,
        event_type="disclosure.published/1",
        inputs={"command": "disclosure.publish", "version": version},
        on=on,
        decided=decided,
    )


def close(app: App, *, actor: Actor, key: str, disclosure_id: UUID, on: date) -> Receipt:
    """Close it, once everything has been answered and put right."""

    def decided(_read: Reading, disclosure: Disclosure) -> Iterator[Fact]:
        event = deciding.close(disclosure, actor_id=actor.person_id, today=on)
        yield Fact(disclosure_stream(disclosure_id), event, on)

    return DISCLOSURE.step(
        app,
        disclosure_id,
        actor=actor,
        key=key,
        event_type="disclosure.closed/1",
        inputs={"command": "disclosure.close"},
        on=on,
        decided=decided,
    )


def archive(app: App, *, actor: Actor, key: str, disclosure_id: UUID, on: date) -> Receipt:
    """Put what is closed with the records."""

    def decided(_read: Reading, disclosure: Disclosure) -> Iterator[Fact]:
        yield Fact(disclosure_stream(disclosure_id), deciding.archive(disclosure, actor_id=actor.person_id), on)

    return DISCLOSURE.step(
        app,
        disclosure_id,
        actor=actor,
        key=key,
        event_type="disclosure.archived/1",
        inputs={"command": "disclosure.archive"},
        on=on,
        decided=decided,
    )
