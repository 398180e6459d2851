"""The closed list of everything that can be recorded: importing this module registers every event type."""

from domain import (
    budgets,
    incidents,
    keys,
    log,
    payments,
    payout_batches,
    persons,
    places,
    rewards,
    tariffs,
)
from domain.kernel.events import registered

MODULES = (log, places, persons, keys, incidents, tariffs, budgets, rewards, payments, payout_batches)


def event_types() -> dict[str, type]:
    """Every stored type and the class that decodes it."""
    return registered()
