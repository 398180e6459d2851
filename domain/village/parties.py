"""Whom a village owes, and who owes it (往来户): persons, households, organisations, each by a number of the village.

What must not be broken: a party's name is kept in the vault and never in an event; pages show the number.
"""

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.kernel.events import Commitment, event
from domain.kernel.ids import StreamName, derived, stream_name
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal

KINDS: Final = frozenset({"person", "household", "organisation"})

_REFERENCE: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}", re.ASCII)


@event("village_party.registered/1")
class VillagePartyRegistered:
    """Somebody with whom a village has an account, by the number that the village gives him.

    `person_id`: who it is, where he is known; then his name goes when he is erased.
    """

    division: Division
    reference: str
    kind: str
    name: Commitment
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """A party of a village."""

    division: Division
    reference: str
    kind: str
    name: Commitment
    person_id: UUID | None


def party_id(division: Division, reference: str) -> UUID:
    """The id of the party that has this number in a village: a second one meets the first."""
    return derived("village_party", division, reference)


def party_stream(identity: UUID) -> StreamName:
    """The stream of a party."""
    return stream_name("village_party", identity)


# Decide: what may happen, judged by the rules in force.


def register(
    party: Party | None,
    *,
    division: Division,
    reference: str,
    kind: str,
    name: Commitment,
    person_id: UUID | None = None,
) -> VillagePartyRegistered:
    """Give somebody a number.

    Refused, in this order: `village_party.already_registered`, `village_party.reference_malformed`,
    `village_party.kind_unknown`.
    """
    if party is not None:
        raise Refusal("village_party.already_registered", reference=reference)
    require_reference(reference)
    if kind not in KINDS:
        raise Refusal("village_party.kind_unknown", kind=kind)
    return VillagePartyRegistered(division=division, reference=reference, kind=kind, name=name, person_id=person_id)


def require_reference(reference: str) -> None:
    """Refuse a number that is none (`village_party.reference_malformed`): capital letters, digits and hyphens."""
    if not _REFERENCE.fullmatch(reference):
        raise Refusal("village_party.reference_malformed", reference=reference[:40])


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(party: Party | None, event: VillagePartyRegistered) -> Party:  # noqa: ARG001 - registered once
    """The party after it was registered."""
    return Party(event.division, event.reference, event.kind, event.name, event.person_id)
