"""A band: the least and the most that something may cost, both included."""

from typing import NamedTuple

from domain.kernel.money import Fen


class Band(NamedTuple):
    """Amounts in fen from `min_fen` to `max_fen`, both included."""

    min_fen: Fen
    max_fen: Fen

    def holds(self, amount_fen: int) -> bool:
        """Whether the amount lies within the band."""
        return self.min_fen <= amount_fen <= self.max_fen
