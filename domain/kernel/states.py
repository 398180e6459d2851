"""A stream's state is the fold of its events; it exists from the first event on."""

from typing import TypeVar

State = TypeVar("State")


def known(state: State | None) -> State:
    """The state that `evolve` builds on. Raises ValueError when a stream does not begin with its first event.

    That is no rule of the business but a broken stream, so it is no Refusal.
    """
    if state is None:
        raise ValueError("a stream does not begin with its first event")
    return state
