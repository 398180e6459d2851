"""Public commitments (公开承诺): what the village promised, by when, who answers for it, and whether it was kept.

What must not be broken: whoever promised never says himself that it was kept; and a day that has passed stays passed,
because nobody moves it.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, assert_never
from uuid import UUID

from domain.kernel.affairs import TITLE_CHARS_MAX, require_past, require_public, require_reason
from domain.kernel.events import event
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct
from domain.kernel.states import known

DAYS_MAX: Final = 5 * 366
WITHDRAWAL_REASONS: Final = frozenset({"mistaken", "superseded", "impossible"})


@event("commitment.made/1")
class CommitmentMade:
    """On `made_on` it was promised to do this by `due_on`. `responsible` is an office or a body, never a person."""

    division: Division
    title: str
    responsible: str
    made_on: date
    due_on: date
    maker_id: UUID


@event("commitment.progressed/1")
class CommitmentProgressed:
    """How far it is, in a public sentence."""

    reporter_id: UUID
    note: str


@event("commitment.fulfilled/1")
class CommitmentFulfilled:
    """It was done on that day, as another than those who promised and reported has seen."""

    fulfilled_on: date
    note: str
    confirmer_id: UUID


@event("commitment.withdrawn/1")
class CommitmentWithdrawn:
    """It will not be kept as it was made, for a reason that everybody may read. It stays on the list as withdrawn."""

    withdrawer_id: UUID
    reason: str
    note: str


CommitmentEvent = CommitmentMade | CommitmentProgressed | CommitmentFulfilled | CommitmentWithdrawn


@dataclass(frozen=True, slots=True)
class PublicCommitment:
    """A public commitment. `status`: made, fulfilled or withdrawn; that it is overdue is seen from its day."""

    division: Division
    made_on: date
    due_on: date
    maker_id: UUID
    reporters: tuple[UUID, ...] = ()
    status: str = "made"


# Decide: what may happen, judged by the rules in force.


def make(
    commitment: PublicCommitment | None,
    *,
    division: Division,
    division_known: bool,
    title: str,
    responsible: str,
    made_on: date,
    due_on: date,
    today: date,
    actor_id: UUID,
) -> CommitmentMade:
    """Promise something in public.

    Refused, in this order: `commitment.already_made`, `place.unknown`, `affair.text_missing`, `affair.text_too_long`,
    `affair.day_in_future`, `commitment.due_out_of_range` (before it was made, or years away).
    """
    if commitment is not None:
        raise Refusal("commitment.already_made")
    if not division_known:
        raise Refusal("place.unknown", division=division)
    require_public(title, most=TITLE_CHARS_MAX)
    require_public(responsible, most=TITLE_CHARS_MAX)
    require_past(made_on, today=today)
    if not made_on <= due_on <= made_on + timedelta(days=DAYS_MAX):
        raise Refusal("commitment.due_out_of_range", due_on=due_on, made_on=made_on)
    return CommitmentMade(
        division=division, title=title, responsible=responsible, made_on=made_on, due_on=due_on, maker_id=actor_id
    )


def progress(commitment: PublicCommitment | None, *, note: str, actor_id: UUID) -> CommitmentProgressed:
    """Say how far it is.

    Refused, in this order: `commitment.unknown`, `commitment.is_over`, `affair.text_missing`, `affair.text_too_long`.
    """
    _running(commitment)
    require_public(note)
    return CommitmentProgressed(reporter_id=actor_id, note=note)


def fulfil(
    commitment: PublicCommitment | None, *, fulfilled_on: date, note: str, today: date, actor_id: UUID
) -> CommitmentFulfilled:
    """Say, as another, that it was kept.

    Refused, in this order: `commitment.unknown`, `commitment.is_over`, `affair.day_in_future`,
    `commitment.kept_before_made`, `affair.text_missing`, `affair.text_too_long`, `chain.acted_twice` (who promised it,
    or reported on it).
    """
    existing = _running(commitment)
    require_past(fulfilled_on, today=today)
    if fulfilled_on < existing.made_on:
        raise Refusal("commitment.kept_before_made", fulfilled_on=fulfilled_on, made_on=existing.made_on)
    require_public(note)
    reporters = [("progress_reporter", one) for one in existing.reporters]
    require_distinct(actor_id, acting_as="confirmer", acted=[("promiser", existing.maker_id), *reporters])
    return CommitmentFulfilled(fulfilled_on=fulfilled_on, note=note, confirmer_id=actor_id)


def withdraw(commitment: PublicCommitment | None, *, reason: str, note: str, actor_id: UUID) -> CommitmentWithdrawn:
    """Say, as another, that it will not be kept as it was made.

    Refused, in this order: `commitment.unknown`, `commitment.is_over`, `affair.reason_unknown`, `affair.text_missing`,
    `affair.text_too_long`, `chain.acted_twice` (who promised it).
    """
    existing = _running(commitment)
    require_reason(reason, of=WITHDRAWAL_REASONS)
    require_public(note)
    require_distinct(actor_id, acting_as="withdrawer", acted=[("promiser", existing.maker_id)])
    return CommitmentWithdrawn(withdrawer_id=actor_id, reason=reason, note=note)


def _running(commitment: PublicCommitment | None) -> PublicCommitment:
    if commitment is None:
        raise Refusal("commitment.unknown")
    if commitment.status != "made":
        raise Refusal("commitment.is_over", status=commitment.status)
    return commitment


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(commitment: PublicCommitment | None, event: CommitmentEvent) -> PublicCommitment:
    """The commitment after an event."""
    match event:
        case CommitmentMade():
            return PublicCommitment(event.division, event.made_on, event.due_on, event.maker_id)
        case CommitmentProgressed(reporter_id=reporter):
            existing = known(commitment)
            return replace(existing, reporters=(*existing.reporters, reporter))
        case CommitmentFulfilled():
            return replace(known(commitment), status="fulfilled")
        case CommitmentWithdrawn():
            return replace(known(commitment), status="withdrawn")
        case _:
            assert_never(event)
