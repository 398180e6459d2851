"""Subsidy lists: who of a village gets how much of a programme for a period, in versions that stay.

What must not be broken: each amount is the standard times the quantity, the sum is the sum of the lines, nobody stands
on a list twice, and a list holds only once another person than its author has confirmed it.

Who gets what of a sensitive programme is nobody else's business, and the log is public: there each payee stands under a
blinded identity, which is one and the same on all lists of the programme, and which the county alone can open. A
household that ceases to be, or a person who is erased, stays under the identity that was recorded: it opens to what the
journal still knows of them, which after an erasure is no name.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, assert_never
from uuid import UUID

from domain.kernel.events import Sha256, event
from domain.kernel.ids import EventName, StreamName, derived, stream_name
from domain.kernel.money import Fen
from domain.kernel.periods import Period
from domain.kernel.places import Division
from domain.kernel.quantities import QUANTITY_MILLI_MAX, priced
from domain.kernel.reasons import require_reason as require_explained
from domain.kernel.refusals import Refusal
from domain.kernel.sending_back import require_reason
from domain.kernel.separation import require_distinct
from domain.kernel.states import known

PAYEE_KINDS: Final = frozenset({"person", "household"})
LINES_PER_EVENT: Final = 300
"""So that an event stays well below the largest entry (60 KiB), whatever its amounts."""
LINES_MAX: Final = 6_000
"""More than the largest village has households."""
LINE_FEN_MAX: Final = 10**11
"""A billion yuan for one payee: more would not fit into the sum of a list either."""


@dataclass(frozen=True, slots=True)
class Line:
    """One person or household (`kind`, `payee_id`): how many thousandths of the unit, and how much that gives."""

    kind: str
    payee_id: UUID
    quantity_milli: int
    amount_fen: Fen


@event("subsidy_list.proposed/1")
class SubsidyListProposed:
    """A version of a list: how many lines and how much they are in all, and the first of the lines.

    `standard` is the event that set it, `lines_digest` is over all the lines (`lines_digest`). `reason`: why a version
    follows a confirmed one; public, it names nobody. `source`: the file that the list was read from. `blinded`: true
    where payees stand under blinded identities (a sensitive programme); lists from before that name them as they are.
    """

    division: Division
    programme_id: UUID
    period: Period
    version: int
    standard: EventName
    standard_fen: Fen
    line_count: int
    total_fen: Fen
    lines_digest: Sha256
    lines: tuple[Line, ...]
    proposer_id: UUID
    reason: str | None = None
    source: Sha256 | None = None
    blinded: bool | None = None


@event("subsidy_list.lines_added/1")
class SubsidyListLinesAdded:
    """More lines of the version, in the same append; blinded where the first are."""

    version: int
    lines: tuple[Line, ...]


@event("subsidy_list.confirmed/1")
class SubsidyListConfirmed:
    """Another person agrees: this version holds, in the place of the one before."""

    version: int
    confirmer_id: UUID


@event("subsidy_list.rejected/1")
class SubsidyListRejected:
    """Another person does not agree, or the author takes it back; the version before holds on."""

    version: int
    rejecter_id: UUID
    reason: str


SubsidyListEvent = SubsidyListProposed | SubsidyListLinesAdded | SubsidyListConfirmed | SubsidyListRejected


@dataclass(frozen=True, slots=True)
class Version:
    """A version as it was proposed; `persons`: who stands on it himself (blinded where `blinded` says so), `count` and
    `sum_fen` of the lines so far.
    """

    number: int
    proposer_id: UUID
    line_count: int
    total_fen: Fen
    lines_digest: Sha256
    standard_fen: Fen
    blinded: bool = False
    persons: frozenset[UUID] = frozenset()
    count: int = 0
    sum_fen: int = 0


@dataclass(frozen=True, slots=True)
class SubsidyList:
    """A list: its latest number, the version that waits, and the one that holds."""

    division: Division
    programme_id: UUID
    period: Period
    latest: int
    waiting: Version | None = None
    holding: Version | None = None


def list_id(programme_id: UUID, division: Division, period: Period) -> UUID:
    """The id of the one list of a programme in a village for a period."""
    return derived("subsidy_list", programme_id, division, period)


def list_stream(list_id: UUID) -> StreamName:
    """The stream of a list."""
    return stream_name("subsidy_list", list_id)


def lines_digest(lines: Iterable[Line]) -> Sha256:
    """SHA-256 over `<kind> <payee id> <thousandths> <fen>` and a line feed for each line, by kind and payee."""
    written = (f"{one.kind} {one.payee_id} {one.quantity_milli} {one.amount_fen}\n" for one in _ordered(lines))
    return Sha256(hashlib.sha256("".join(written).encode()).hexdigest())


# Decide: what may happen, judged by the rules in force.


def propose(
    listed: SubsidyList | None,
    *,
    division: Division,
    division_valid: bool,
    programme_id: UUID,
    programme_known: bool,
    period: Period,
    standard: EventName | None,
    standard_fen: Fen,
    quantities: Sequence[tuple[str, UUID, int]],
    outsiders: int,
    reason: str | None,
    source: Sha256 | None,
    blinded: bool,
    actor_id: UUID,
) -> list[SubsidyListProposed | SubsidyListLinesAdded]:
    """Propose a list, all of it at once: `quantities` are kind, payee (as recorded: `blinded` or not) and thousandths.

    `standard`: the event whose standard holds on the period's last day, None where there is none; `outsiders`: how many
    of the payees are not registered, or do not belong to the place.

    Refused, in this order: `subsidy_programme.unknown`, `subsidy_list.outside_programme` (`division_valid`: the place
    is known and lies where the programme runs), `subsidy_list.waits`, `subsidy_list.no_standard`,
    `subsidy_list.lines_out_of_range`, `subsidy_list.payee_unknown`, `subsidy_list.payee_twice`,
    `subsidy_list.quantity_out_of_range`, `subsidy_list.unchanged`, `reason.insufficient` (where a version holds).
    """
    if not programme_known:
        raise Refusal("subsidy_programme.unknown")
    if not division_valid:
        raise Refusal("subsidy_list.outside_programme", division=division)
    if listed is not None and listed.waiting is not None:
        raise Refusal("subsidy_list.waits", version=listed.waiting.number)
    if standard is None:
        raise Refusal("subsidy_list.no_standard", period=period)
    _require_lines(quantities, standard_fen=standard_fen, outsiders=outsiders)
    lines = _ordered(Line(kind, payee, milli, priced(standard_fen, milli)) for kind, payee, milli in quantities)
    digest = lines_digest(lines)
    holding = listed.holding if listed is not None else None
    if holding is not None:
        if (holding.lines_digest, holding.standard_fen) == (digest, standard_fen):
            raise Refusal("subsidy_list.unchanged", version=holding.number)
        require_explained(reason or "")
    version = listed.latest + 1 if listed is not None else 1
    first = SubsidyListProposed(
        division=division,
        programme_id=programme_id,
        period=period,
        version=version,
        standard=standard,
        standard_fen=standard_fen,
        line_count=len(lines),
        total_fen=Fen(sum(one.amount_fen for one in lines)),
        lines_digest=digest,
        lines=tuple(lines[:LINES_PER_EVENT]),
        reason=reason,
        source=source,
        blinded=blinded or None,
        proposer_id=actor_id,
    )
    more = [
        SubsidyListLinesAdded(version=version, lines=tuple(lines[start : start + LINES_PER_EVENT]))
        for start in range(LINES_PER_EVENT, len(lines), LINES_PER_EVENT)
    ]
    return [first, *more]


def confirm(listed: SubsidyList | None, *, version: int, actor_id: UUID, blinded_id: UUID) -> SubsidyListConfirmed:
    """Confirm the version that waits; `blinded_id`: as whom the actor would stand on it, were its payees blinded.

    Refused, in this order: `subsidy_list.unknown`, `subsidy_list.not_waiting`, `subsidy_list.incomplete`,
    `chain.acted_twice` (its author, or somebody who stands on it himself).
    """
    waiting = _waiting(listed, version)
    if (waiting.count, waiting.sum_fen) != (waiting.line_count, waiting.total_fen):
        raise Refusal("subsidy_list.incomplete", count=waiting.count, line_count=waiting.line_count)
    on_it = (blinded_id if waiting.blinded else actor_id) in waiting.persons
    acted = [("proposer", waiting.proposer_id), ("payee", actor_id if on_it else None)]
    require_distinct(actor_id, acting_as="confirmer", acted=acted)
    return SubsidyListConfirmed(version=version, confirmer_id=actor_id)


def reject(listed: SubsidyList | None, *, version: int, actor_id: UUID, reason: str) -> SubsidyListRejected:
    """Do not agree with the version that waits; its author may take it back himself.

    Refused, in this order: `subsidy_list.unknown`, `subsidy_list.not_waiting`, `sending_back.reason_unknown`.
    """
    _waiting(listed, version)
    require_reason(reason)
    return SubsidyListRejected(version=version, rejecter_id=actor_id, reason=reason)


def _require_lines(quantities: Sequence[tuple[str, UUID, int]], *, standard_fen: int, outsiders: int) -> None:
    if not 1 <= len(quantities) <= LINES_MAX:
        raise Refusal("subsidy_list.lines_out_of_range", count=len(quantities), lines_max=LINES_MAX)
    if outsiders or any(kind not in PAYEE_KINDS for kind, _, _ in quantities):
        raise Refusal("subsidy_list.payee_unknown", count=outsiders)
    if len({payee for _, payee, _ in quantities}) < len(quantities):
        raise Refusal("subsidy_list.payee_twice")
    for _, _, quantity_milli in quantities:
        within = 0 < quantity_milli <= QUANTITY_MILLI_MAX
        if not within or priced(standard_fen, quantity_milli) > LINE_FEN_MAX:
            raise Refusal("subsidy_list.quantity_out_of_range", quantity_milli=quantity_milli)


def _waiting(listed: SubsidyList | None, version: int) -> Version:
    if listed is None:
        raise Refusal("subsidy_list.unknown")
    if listed.waiting is None or listed.waiting.number != version:
        raise Refusal("subsidy_list.not_waiting", version=version)
    return listed.waiting


def _ordered(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda one: (one.kind, str(one.payee_id)))


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(listed: SubsidyList | None, event: SubsidyListEvent) -> SubsidyList:
    """The list after an event."""
    match event:
        case SubsidyListProposed():
            begun = listed or SubsidyList(event.division, event.programme_id, event.period, event.version)
            version = Version(
                event.version,
                event.proposer_id,
                event.line_count,
                event.total_fen,
                event.lines_digest,
                event.standard_fen,
                blinded=event.blinded is True,
            )
            return replace(begun, latest=event.version, waiting=_with(version, event.lines))
        case SubsidyListLinesAdded():
            existing = known(listed)
            return replace(existing, waiting=_with(known(existing.waiting), event.lines))
        case SubsidyListConfirmed():
            existing = known(listed)
            return replace(existing, waiting=None, holding=existing.waiting)
        case SubsidyListRejected():
            return replace(known(listed), waiting=None)
        case _:
            assert_never(event)


def _with(version: Version, lines: Sequence[Line]) -> Version:
    persons = {one.payee_id for one in lines if one.kind == "person"}
    return replace(
        version,
        persons=version.persons | persons,
        count=version.count + len(lines),
        sum_fen=version.sum_fen + sum(one.amount_fen for one in lines),
    )
