"""Suggestions (意见建议): what villagers say, with or without their name, and what the village answers in public.

What must not be broken: nobody's words are printed as they came. They lie in the vault; what everybody reads is the
gist that was written down without names, and the answer. Nobody answers himself.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, assert_never
from uuid import UUID

from domain.kernel.affairs import TITLE_CHARS_MAX, require_public, require_reason
from domain.kernel.erasure import require_grounds
from domain.kernel.events import Commitment, event
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct
from domain.kernel.states import known

CHANNELS: Final = frozenset({"web", "staff", "slip"})
"""By the public form, by staff for somebody who came, by a printed slip."""
OUTCOMES: Final = frozenset({"adopted", "partly_adopted", "not_adopted", "explained"})
ANSWERED: Final = "answered"
ERASED: Final = "erased"
CLOSING_REASONS: Final = frozenset({ANSWERED, "repeated", "elsewhere", "empty", "abusive", "withdrawn", ERASED})
ANSWER_DAYS_MAX: Final = 60


@event("suggestion.opened/1")
class SuggestionOpened:
    """Somebody said something about a village. `text` stands for his words; `author_id` None: without his name.

    `slip` is the number on the printed slip that it came by.
    """

    division: Division
    channel: str
    text: Commitment
    author_id: UUID | None = None
    slip: str | None = None


@event("suggestion.accepted/1")
class SuggestionAccepted:
    """It will be answered by `due_on`. `gist` is what it says in one public line that names nobody."""

    accepter_id: UUID
    gist: str
    due_on: date


@event("suggestion.answered/1")
class SuggestionAnswered:
    """The public answer. A later one stands in the place of this one, and both can be read."""

    answerer_id: UUID
    outcome: str
    answer: str


@event("suggestion.closed/1")
class SuggestionClosed:
    """Nothing more will be said: it was answered, or there was nothing to answer, for a reason."""

    closer_id: UUID
    reason: str


@event("suggestion.text_erased/1")
class SuggestionTextErased:
    """The words of somebody whom the journal does not know were destroyed; what was answered in public stays.

    `reason` is one of `kernel.erasure.ERASURE_REASONS`; `legal_basis` names the rule that was applied, and nobody.
    """

    eraser_id: UUID
    reason: str
    legal_basis: str


SuggestionEvent = SuggestionOpened | SuggestionAccepted | SuggestionAnswered | SuggestionClosed | SuggestionTextErased


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggestion. `status`: opened, accepted, answered or closed. `erased`: its words were destroyed."""

    division: Division
    channel: str
    text: Commitment
    author_id: UUID | None
    status: str = "opened"
    due_on: date | None = None
    erased: bool = False


# Decide: what may happen, judged by the rules in force.


def open_one(
    suggestion: Suggestion | None,
    *,
    division: Division,
    division_known: bool,
    channel: str,
    text: Commitment,
    author_id: UUID | None,
    author_known: bool,
    slip: str | None,
) -> SuggestionOpened:
    """Take a suggestion in. `author_known`: there is such a person; what came without a name needs none.

    Refused, in this order: `suggestion.already_opened`, `place.unknown`, `suggestion.channel_unknown`,
    `person.unknown`, `suggestion.slip_missing` (a printed slip has a number).
    """
    if suggestion is not None:
        raise Refusal("suggestion.already_opened")
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if channel not in CHANNELS:
        raise Refusal("suggestion.channel_unknown", channel=channel)
    if author_id is not None and not author_known:
        raise Refusal("person.unknown")
    if channel == "slip" and not slip:
        raise Refusal("suggestion.slip_missing")
    return SuggestionOpened(division=division, channel=channel, text=text, author_id=author_id, slip=slip)


def accept(
    suggestion: Suggestion | None, *, gist: str, due_on: date, today: date, actor_id: UUID
) -> SuggestionAccepted:
    """Say that it will be answered, and by when.

    Refused, in this order: `suggestion.unknown`, `suggestion.not_opened`, `suggestion.text_erased` (nobody can say any
    more what it says), `affair.text_missing`, `affair.text_too_long`, `suggestion.due_out_of_range`,
    `chain.acted_twice` (who made it).
    """
    existing = _existing(suggestion)
    if existing.status != "opened":
        raise Refusal("suggestion.not_opened", status=existing.status)
    if existing.erased:
        raise Refusal("suggestion.text_erased")
    require_public(gist, most=TITLE_CHARS_MAX)
    if not today <= due_on <= today + timedelta(days=ANSWER_DAYS_MAX):
        raise Refusal("suggestion.due_out_of_range", due_on=due_on, most=ANSWER_DAYS_MAX)
    _require_other(existing, actor_id)
    return SuggestionAccepted(accepter_id=actor_id, gist=gist, due_on=due_on)


def answer(suggestion: Suggestion | None, *, outcome: str, answer: str, actor_id: UUID) -> SuggestionAnswered:
    """Answer in public; a second answer puts right what the first said.

    Refused, in this order: `suggestion.unknown`, `suggestion.not_accepted`, `suggestion.outcome_unknown`,
    `affair.text_missing`, `affair.text_too_long`, `chain.acted_twice` (who made it).
    """
    existing = _existing(suggestion)
    if existing.status not in ("accepted", "answered"):
        raise Refusal("suggestion.not_accepted", status=existing.status)
    if outcome not in OUTCOMES:
        raise Refusal("suggestion.outcome_unknown", outcome=outcome)
    require_public(answer)
    _require_other(existing, actor_id)
    return SuggestionAnswered(answerer_id=actor_id, outcome=outcome, answer=answer)


def close(suggestion: Suggestion | None, *, reason: str, actor_id: UUID) -> SuggestionClosed:
    """Close it: what was accepted only after its answer, unless there turned out to be nothing to answer.

    Refused, in this order: `suggestion.unknown`, `suggestion.is_closed`, `affair.reason_unknown`,
    `suggestion.not_answered` (closed as answered without an answer), `suggestion.was_answered` (for another reason,
    though it was), `suggestion.not_erased` (for that reason, though its words are there), `chain.acted_twice` (who made
    it).
    """
    existing = _existing(suggestion)
    if existing.status == "closed":
        raise Refusal("suggestion.is_closed")
    require_reason(reason, of=CLOSING_REASONS)
    if reason == ANSWERED and existing.status != "answered":
        raise Refusal("suggestion.not_answered", status=existing.status)
    if reason != ANSWERED and existing.status == "answered":
        raise Refusal("suggestion.was_answered")
    if reason == ERASED and not existing.erased:
        raise Refusal("suggestion.not_erased")
    _require_other(existing, actor_id)
    return SuggestionClosed(closer_id=actor_id, reason=reason)


def erase_text(suggestion: Suggestion | None, *, reason: str, legal_basis: str, actor_id: UUID) -> SuggestionTextErased:
    """Have the words destroyed of somebody whom the journal does not know; those of a person go with the person.

    Refused, in this order: `suggestion.unknown`, `suggestion.author_known`, `suggestion.text_erased`,
    `person.erasure_reason_unknown`, `person.legal_basis_missing`.
    """
    existing = _existing(suggestion)
    if existing.author_id is not None:
        raise Refusal("suggestion.author_known")
    if existing.erased:
        raise Refusal("suggestion.text_erased")
    basis = require_grounds(reason=reason, legal_basis=legal_basis)
    return SuggestionTextErased(eraser_id=actor_id, reason=reason, legal_basis=basis)


def _require_other(suggestion: Suggestion, actor_id: UUID) -> None:
    require_distinct(actor_id, acting_as="replier", acted=[("author", suggestion.author_id)])


def _existing(suggestion: Suggestion | None) -> Suggestion:
    if suggestion is None:
        raise Refusal("suggestion.unknown")
    return suggestion


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(suggestion: Suggestion | None, event: SuggestionEvent) -> Suggestion:
    """The suggestion after an event."""
    match event:
        case SuggestionOpened():
            return Suggestion(event.division, event.channel, event.text, event.author_id)
        case SuggestionAccepted(due_on=due_on):
            return replace(known(suggestion), status="accepted", due_on=due_on)
        case SuggestionAnswered():
            return replace(known(suggestion), status="answered")
        case SuggestionClosed():
            return replace(known(suggestion), status="closed")
        case SuggestionTextErased():
            return replace(known(suggestion), erased=True)
        case _:
            assert_never(event)
