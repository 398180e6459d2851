"""Objections to what is posted: by the public form, by staff for a visitor, by the printed slip; and their answers.

What must not be broken: the words go to the vault. What comes without a name lies there under the objection's own id;
the journal never learns who wrote it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final
from uuid import UUID

from api.commands.deeds.shared import serves
from api.commands.disclosing.disclosures import DISCLOSURE
from api.commands.disclosing.streams import disclosure_stream, settings_on
from api.commands.said import signed
from api.context import App
from domain.disclosures import deciding
from domain.disclosures.state import Disclosure
from domain.kernel.documents import Document, row_name
from domain.kernel.ids import derived
from domain.kernel.refusals import Refusal
from journal import disclosed_documents
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading
from journal.vault import Personal

TEXT_KIND: Final = "objection_text"
"""The kind under which the vault keeps what was said."""


@dataclass(frozen=True, slots=True)
class NewObjection:
    """What somebody objects to. `row`: one row of it (`payees:12`); `objector_id` None: nobody who is registered.

    `name` and `contact`: what he told of himself; they lie in the vault with his words.
    """

    disclosure_id: UUID
    version: int
    text: str
    channel: str
    row: str | None = None
    objector_id: UUID | None = None
    name: str = ""
    contact: str = ""

    @property
    def anonymous(self) -> bool:
        """Whether nobody can tell who it was."""
        return self.objector_id is None and not (self.name.strip() or self.contact.strip())


def objection_id_of(app: App, actor: Actor, key: str) -> UUID:
    """The id of what is objected with this key: a second attempt meets the first."""
    return derived("objection", app.journal.origin, actor.person_id, key)


def raise_one(app: App, *, actor: Actor, key: str, new: NewObjection, on: date) -> tuple[UUID, Receipt]:
    """Take an objection in; its id. Refuses `objection.text_missing`, who may not, and as `deciding.object_to`."""
    text = new.text.strip()
    if not 1 <= len(text) <= deciding.TEXT_CHARS_MAX:
        raise Refusal("objection.text_missing", chars_max=deciding.TEXT_CHARS_MAX)
    identity = objection_id_of(app, actor, key)
    personal = Personal(new.objector_id or identity, TEXT_KIND, signed(text, name=new.name, contact=new.contact))
    sealed = cache(lambda: app.vault.seal([personal])[0])

    def decided(read: Reading, disclosure: Disclosure) -> Iterator[Fact]:
        if new.objector_id is not None and not serves(read, new.objector_id):
            raise Refusal("person.unknown")
        version = disclosure.version(new.version)
        event = deciding.object_to(
            disclosure,
            objection_id=identity,
            version=new.version,
            row=new.row,
            row_known=version is not None and new.row in _rows(app, version.document),
            channel=new.channel,
            text=sealed(),
            objector_id=new.objector_id,
            anonymous=new.anonymous,
            answer_days=settings_on(read, disclosure.division, on).answer_days,
            today=on,
        )
        yield Fact(disclosure_stream(new.disclosure_id), event, on)

    inputs = {
        "command": "objection.raise",
        "version": new.version,
        "row": new.row,
        "text": app.vault.fingerprints([personal])[0],
        "channel": new.channel,
        "objector_id": str(new.objector_id) if new.objector_id is not None else None,
        "anonymous": new.anonymous,
    }
    receipt = DISCLOSURE.step(
        app,
        new.disclosure_id,
        actor=actor,
        key=key,
        event_type="objection.raised/1",
        inputs=inputs,
        on=on,
        decided=decided,
    )
    return identity, receipt


def _rows(app: App, digest: str) -> frozenset[str]:
    """The rows that a document has, by the names that an objection calls them."""
    with app.writing.connection() as conn:
        document: Document | None = disclosed_documents.document_of(conn, digest)
    tables = document.tables if document is not None else ()
    return frozenset(row_name(table.name, n) for table in tables for n in range(1, len(table.rows) + 1))


def answer(
    app: App, *, actor: Actor, key: str, disclosure_id: UUID, objection_id: UUID, upheld: bool, text: str, on: date
) -> Receipt:
    """Answer an objection, in public."""

    def decided(_read: Reading, disclosure: Disclosure) -> Iterator[Fact]:
        event = deciding.answer(
            disclosure, objection_id=objection_id, upheld=upheld, text=text.strip(), actor_id=actor.person_id
        )
        yield Fact(disclosure_stream(disclosure_id), event, on)

    inputs = {
        "command": "objection.answer",
        "objection_id": str(objection_id),
        "upheld": upheld,
        "answer": text.strip(),
    }
    return DISCLOSURE.step(
        app,
        disclosure_id,
        actor=actor,
        key=key,
        event_type="objection.answered/1",
        inputs=inputs,
        on=on,
        decided=decided,
    )
