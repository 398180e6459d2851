"""Micro-projects (微项目): what a meeting's resolution lets the village build, until several people accept the work.

What must not be broken: there is a passed resolution of the same village before any money is spoken of; no contract
and no bill goes above the budget; and two people who had no part in the contract accept the work, each by himself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never
from uuid import UUID

from domain.kernel.affairs import TITLE_CHARS_MAX, require_public, require_reason
from domain.kernel.events import event
from domain.kernel.ids import EventName
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.separation import Part, require_distinct
from domain.kernel.states import known

ACCEPTERS_MIN: Final = 2
CONTRACTORS_MAX: Final = 20
AMOUNT_FEN_MAX: Final = 10**12
COMPLETED: Final = "completed"
OUTCOMES: Final = frozenset({COMPLETED, "abandoned"})
SENDING_BACK_REASONS: Final = frozenset({"defects", "incomplete", "not_as_agreed", "papers_missing"})


@event("project.proposed/1")
class ProjectProposed:
    """The village wants to build this, for at most `budget_fen`, as `resolution` (a passed vote) allows."""

    division: Division
    title: str
    resolution: EventName
    budget_fen: Fen
    proposer_id: UUID


@event("project.contracted/1")
class ProjectContracted:
    """Who does the work and for how much. `contractor` is a firm's public name, or says that it is a villager.

    `contractor_ids` are the persons behind it who are registered here: none of them may accept the work.
    """

    contractor: str
    contractor_ids: tuple[UUID, ...]
    amount_fen: Fen
    document: str
    recorder_id: UUID


@event("project.progressed/1")
class ProjectProgressed:
    """How far the work is, in a public sentence."""

    reporter_id: UUID
    note: str


@event("project.accepted/1")
class ProjectAccepted:
    """One person has looked at the finished work and accepts it; it is accepted when two have."""

    accepter_id: UUID
    opinion: str


@event("project.sent_back/1")
class ProjectSentBack:
    """The work is not accepted as it is, for a reason: everybody looks at it anew."""

    sender_id: UUID
    reason: str
    note: str


@event("project.closed/1")
class ProjectClosed:
    """The end: completed for `spent_fen`, or abandoned."""

    closer_id: UUID
    outcome: str
    spent_fen: Fen


ProjectEvent = (
    ProjectProposed | ProjectContracted | ProjectProgressed | ProjectAccepted | ProjectSentBack | ProjectClosed
)


@dataclass(frozen=True, slots=True)
class Project:
    """A micro-project. `status`: proposed, contracted, accepted (by two) or closed."""

    division: Division
    budget_fen: Fen
    status: str = "proposed"
    contractor_ids: tuple[UUID, ...] = ()
    contracted_by: UUID | None = None
    abandoned: bool = False
    accepters: tuple[UUID, ...] = ()

    def parties(self) -> list[Part]:
        """Who had a part in the contract."""
        return [*(("contractor", one) for one in self.contractor_ids), ("contract_recorder", self.contracted_by)]


@dataclass(frozen=True, slots=True)
class Authorisation:
    """A resolution as a project needs it: of which division, whether it passed, whether the meeting's sheet is kept by
    another than who wrote it down, and what it still leaves to spend.
    """

    division: Division
    passed: bool
    witnessed: bool
    left_fen: int


# Decide: what may happen, judged by the rules in force.


def propose(
    project: Project | None,
    *,
    division: Division,
    title: str,
    resolution: EventName,
    found: Authorisation | None,
    budget_fen: int,
    actor_id: UUID,
) -> ProjectProposed:
    """Propose a project; `found` is the resolution of that name, None where there is none.

    Refused, in this order: `project.already_proposed`, `affair.text_missing`, `affair.text_too_long`,
    `meeting.resolution_unknown`, `meeting.resolution_elsewhere`, `meeting.resolution_not_passed`,
    `meeting.resolution_unwitnessed`, `project.amount_out_of_range`, `project.above_resolution` (with the budgets of
    other projects under it).
    """
    if project is not None:
        raise Refusal("project.already_proposed")
    require_public(title, most=TITLE_CHARS_MAX)
    if found is None:
        raise Refusal("meeting.resolution_unknown", resolution=resolution)
    if found.division != division:
        raise Refusal("meeting.resolution_elsewhere", division=found.division)
    if not found.passed:
        raise Refusal("meeting.resolution_not_passed", resolution=resolution)
    if not found.witnessed:
        raise Refusal("meeting.resolution_unwitnessed", resolution=resolution)
    if not 1 <= budget_fen <= AMOUNT_FEN_MAX:
        raise Refusal("project.amount_out_of_range", amount_fen=budget_fen)
    if budget_fen > found.left_fen:
        raise Refusal("project.above_resolution", amount_fen=budget_fen, left_fen=found.left_fen)
    return ProjectProposed(
        division=division, title=title, resolution=resolution, budget_fen=Fen(budget_fen), proposer_id=actor_id
    )


def contract(
    project: Project | None,
    *,
    contractor: str,
    contractor_ids: Sequence[UUID],
    unknown: int,
    amount_fen: int,
    document: str,
    actor_id: UUID,
) -> ProjectContracted:
    """Write down the contract; `unknown` of the persons behind the contractor are not registered.

    Refused, in this order: `project.unknown`, `project.not_proposed`, `affair.text_missing`, `affair.text_too_long`,
    `project.contractors_invalid`, `person.unknown`, `project.amount_out_of_range`, `project.over_budget`,
    `chain.acted_twice` (the contractor himself).
    """
    existing = _existing(project)
    if existing.status != "proposed":
        raise Refusal("project.not_proposed", status=existing.status)
    require_public(contractor, most=TITLE_CHARS_MAX)
    require_public(document, most=TITLE_CHARS_MAX)
    if len(set(contractor_ids)) < len(contractor_ids) or len(contractor_ids) > CONTRACTORS_MAX:
        raise Refusal("project.contractors_invalid", most=CONTRACTORS_MAX)
    if unknown:
        raise Refusal("person.unknown")
    if not 1 <= amount_fen <= AMOUNT_FEN_MAX:
        raise Refusal("project.amount_out_of_range", amount_fen=amount_fen)
    _require_within(existing, amount_fen)
    require_distinct(actor_id, acting_as="contract_recorder", acted=[("contractor", one) for one in contractor_ids])
    return ProjectContracted(
        contractor=contractor,
        contractor_ids=tuple(contractor_ids),
        amount_fen=Fen(amount_fen),
        document=document,
        recorder_id=actor_id,
    )


def progress(project: Project | None, *, note: str, actor_id: UUID) -> ProjectProgressed:
    """Say how far the work is.

    Refused, in this order: `project.unknown`, `project.not_under_way`, `affair.text_missing`, `affair.text_too_long`.
    """
    _under_way(project)
    require_public(note)
    return ProjectProgressed(reporter_id=actor_id, note=note)


def accept(project: Project | None, *, opinion: str, actor_id: UUID) -> ProjectAccepted:
    """Accept the finished work, for oneself.

    Refused, in this order: `project.unknown`, `project.not_under_way`, `affair.text_missing`, `affair.text_too_long`,
    `chain.acted_twice` (a party to the contract, or somebody who has accepted it already).
    """
    existing = _under_way(project)
    require_public(opinion)
    accepted = [("accepter", one) for one in existing.accepters]
    require_distinct(actor_id, acting_as="accepter", acted=[*existing.parties(), *accepted])
    return ProjectAccepted(accepter_id=actor_id, opinion=opinion)


def send_back(project: Project | None, *, reason: str, note: str, actor_id: UUID) -> ProjectSentBack:
    """Not accept the work as it is; what others have accepted no longer counts.

    Refused, in this order: `project.unknown`, `project.not_under_way`, `affair.reason_unknown`,
    `affair.text_missing`, `affair.text_too_long`, `chain.acted_twice` (a party to the contract).
    """
    existing = _under_way(project)
    require_reason(reason, of=SENDING_BACK_REASONS)
    require_public(note)
    require_distinct(actor_id, acting_as="accepter", acted=existing.parties())
    return ProjectSentBack(sender_id=actor_id, reason=reason, note=note)


def close(project: Project | None, *, outcome: str, spent_fen: int, actor_id: UUID) -> ProjectClosed:
    """End it: completed after two have accepted the work, or abandoned before.

    Refused, in this order: `project.unknown`, `project.is_closed`, `project.outcome_unknown`, `project.not_accepted`
    (completed without two who accept), `project.was_accepted` (abandoned though they did),
    `project.amount_out_of_range`, `project.over_budget`, `chain.acted_twice` (the contractor himself).
    """
    existing = _existing(project)
    if existing.status == "closed":
        raise Refusal("project.is_closed")
    if outcome not in OUTCOMES:
        raise Refusal("project.outcome_unknown", outcome=outcome)
    if outcome == COMPLETED and existing.status != "accepted":
        raise Refusal("project.not_accepted", count=len(existing.accepters), least=ACCEPTERS_MIN)
    if outcome != COMPLETED and existing.status == "accepted":
        raise Refusal("project.was_accepted")
    if not 0 <= spent_fen <= AMOUNT_FEN_MAX:
        raise Refusal("project.amount_out_of_range", amount_fen=spent_fen)
    _require_within(existing, spent_fen)
    contractors = [("contractor", one) for one in existing.contractor_ids]
    require_distinct(actor_id, acting_as="project_closer", acted=contractors)
    return ProjectClosed(closer_id=actor_id, outcome=outcome, spent_fen=Fen(spent_fen))


def _require_within(project: Project, amount_fen: int) -> None:
    if amount_fen > project.budget_fen:
        raise Refusal("project.over_budget", amount_fen=amount_fen, budget_fen=project.budget_fen)


def _existing(project: Project | None) -> Project:
    if project is None:
        raise Refusal("project.unknown")
    return project


def _under_way(project: Project | None) -> Project:
    existing = _existing(project)
    if existing.status not in ("contracted", "accepted"):
        raise Refusal("project.not_under_way", status=existing.status)
    return existing


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(project: Project | None, event: ProjectEvent) -> Project:
    """The project after an event."""
    match event:
        case ProjectProposed():
            return Project(event.division, event.budget_fen)
        case ProjectContracted(contractor_ids=contractor_ids, recorder_id=recorder):
            return replace(known(project), status="contracted", contractor_ids=contractor_ids, contracted_by=recorder)
        case ProjectProgressed():
            return known(project)
        case ProjectAccepted(accepter_id=accepter):
            existing = known(project)
            accepters = (*existing.accepters, accepter)
            status = "accepted" if len(accepters) >= ACCEPTERS_MIN else existing.status
            return replace(existing, accepters=accepters, status=status)
        case ProjectSentBack():
            return replace(known(project), accepters=(), status="contracted")
        case ProjectClosed(outcome=outcome):
            return replace(known(project), status="closed", abandoned=outcome != COMPLETED)
        case _:
            assert_never(event)
