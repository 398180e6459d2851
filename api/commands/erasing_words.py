"""Erasing what somebody said whom the journal does not know: a suggestion, an objection; by an administrator.

What must not be broken: as with a person, the event comes first and the vault destroys after it; what a crash left
undone is done at the next start, and a restored backup brings nothing back (`Vault.destroy_erased`). Of somebody who is
known the words lie under his own key, and go with him.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.commands.affairs.shared import take_step
from api.commands.affairs.suggestions import SUGGESTION
from api.commands.disclosing.disclosures import DISCLOSURE
from api.commands.disclosing.streams import disclosure_stream
from api.context import App
from domain.affairs import suggestion_box
from domain.affairs.suggestion_box import Suggestion
from domain.disclosures import deciding
from domain.disclosures.state import Disclosure
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why, and by which rule; both are public, and name nobody."""

    reason: str
    legal_basis: str


def erase_suggestion(app: App, *, actor: Actor, key: str, suggestion_id: UUID, grounds: Grounds, on: date) -> Receipt:
    """Record that the words of a suggestion are destroyed, and destroy them. Refuses as `suggestion_box.erase_text`."""

    def decided(_read: Reading, suggestion: Suggestion) -> object:
        return suggestion_box.erase_text(
            suggestion, reason=grounds.reason, legal_basis=grounds.legal_basis, actor_id=actor.person_id
        )

    receipt = take_step(
        SUGGESTION,
        app,
        suggestion_id,
        actor=actor,
        key=key,
        event_type="suggestion.text_erased/1",
        inputs={"command": "suggestion.erase_text", "reason": grounds.reason, "legal_basis": grounds.legal_basis},
        on=on,
        decided=decided,
    )
    app.vault.destroy_erased()
    return receipt


def erase_objection(
    app: App, *, actor: Actor, key: str, disclosure_id: UUID, objection_id: UUID, grounds: Grounds, on: date
) -> Receipt:
    """Record that the words of an objection are destroyed, and destroy them. Refuses as `deciding.erase_text`."""

    def decided(_read: Reading, disclosure: Disclosure) -> Iterator[Fact]:
        event = deciding.erase_text(
            disclosure,
            objection_id=objection_id,
            reason=grounds.reason,
            legal_basis=grounds.legal_basis,
            actor_id=actor.person_id,
        )
        yield Fact(disclosure_stream(disclosure_id), event, on)

    inputs = {
        "command": "objection.erase_text",
        "objection_id": str(objection_id),
        "reason": grounds.reason,
        "legal_basis": grounds.legal_basis,
    }
    receipt = DISCLOSURE.step(
        app,
        disclosure_id,
        actor=actor,
        key=key,
        event_type="objection.text_erased/1",
        inputs=inputs,
        on=on,
        decided=decided,
    )
    app.vault.destroy_erased()
    return receipt
