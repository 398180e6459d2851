"""What takes two people: one proposes it, another agrees.

What must not be broken: whoever proposed never agrees with himself, whichever role he does it in.
"""

from typing import Protocol, TypeVar
from uuid import UUID

from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct


class Proposed(Protocol):
    """Something that one person proposed."""

    @property
    def proposer_id(self) -> UUID:
        """Who it was."""
        ...


P = TypeVar("P", bound=Proposed)


def seconded(proposed: P | None, *, by: UUID, otherwise: Refusal) -> P:
    """What was proposed, with which another person agrees.

    Refused, in this order: `otherwise` (nothing is proposed), `chain.acted_twice`.
    """
    if proposed is None:
        raise otherwise
    require_distinct(by, acting_as="confirmer", acted=[("proposer", proposed.proposer_id)])
    return proposed
