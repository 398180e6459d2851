"""A reason that somebody gives for money: short, but a reason.

What must not be broken: one rule for all of them. Four letters, digits or Chinese characters at least, and not one of
them four times over: who reads it years later has to learn something.
"""

from typing import Final

from domain.kernel.refusals import Refusal

LEAST: Final = 4
"""So many letters, digits or characters; signs and spaces do not count."""


def suffices(reason: str) -> bool:
    """Whether a text can be a reason."""
    said = [character for character in reason if character.isalnum()]
    return len(said) >= LEAST and len(set(said)) > 1


def require_reason(reason: str) -> None:
    """Refuse what is no reason. Refused: `reason.insufficient`."""
    if not suffices(reason):
        raise Refusal("reason.insufficient", least=LEAST)
