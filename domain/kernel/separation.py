"""Nobody acts twice in one chain: reporter, transcriber, verifier, handler, decider, maker and checker differ.

The rule is about persons, never about roles or accounts: whoever holds two roles still acts once.
"""

from collections.abc import Iterable
from uuid import UUID

from domain.kernel.refusals import Refusal

Part = tuple[str, UUID | None]
"""A part that somebody has played in a chain: `("reporter", UUID)`; None where nobody has."""


def require_distinct(person_id: UUID, *, acting_as: str, acted: Iterable[Part]) -> None:
    """Refuse (`chain.acted_twice`) a person who already played another part; `acted` is searched in its order."""
    for part, acted_id in acted:
        if acted_id == person_id:
            raise Refusal("chain.acted_twice", person_id=person_id, acted_as=part, acting_as=acting_as)


def require_oneself(actor_id: UUID, *, named_id: UUID, acting_as: str) -> None:
    """Refuse (`chain.not_oneself`) to record for somebody else a step that only he may take."""
    if actor_id != named_id:
        raise Refusal("chain.not_oneself", actor_id=actor_id, named_id=named_id, acting_as=acting_as)
