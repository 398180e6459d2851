"""The closed list of everything that can be recorded: importing this module registers every event type."""

from domain import (
    award_rules,
    awards,
    budgets,
    caps,
    catalogues,
    cooling,
    difficulty,
    difficulty_rules,
    facilities,
    facility_kinds,
    households,
    incidents,
    keys,
    log,
    members,
    payments,
    payout_batches,
    persons,
    places,
    quotas,
    residences,
    rewards,
    tariffs,
    trainings,
    withholdings,
    workflows,
    working_calendars,
)
from domain.kernel.events import registered

MODULES = (
    log,
    places,
    persons,
    keys,
    incidents,
    tariffs,
    catalogues,
    caps,
    quotas,
    withholdings,
    workflows,
    working_calendars,
    budgets,
    rewards,
    payments,
    payout_batches,
    members,
    households,
    residences,
    cooling,
    award_rules,
    awards,
    difficulty_rules,
    difficulty,
    trainings,
    facility_kinds,
    facilities,
)


def event_types() -> dict[str, type]:
    """Every stored type and the class that decodes it."""
    return registered()
