"""Every kind that can be computed from the events alone; each has its twin in `projections.disclosed.makers`."""

from collections.abc import Mapping

from audit.rules.disclosed.assets import Assets
from audit.rules.disclosed.budget import Budget
from audit.rules.disclosed.commitments import Commitments
from audit.rules.disclosed.fold import Fold
from audit.rules.disclosed.meetings import Meetings
from audit.rules.disclosed.points import Points
from audit.rules.disclosed.rewards import Rewards
from audit.rules.disclosed.subsidies import Subsidies
from audit.rules.disclosed.village_finances import VillageFinances


def folds() -> Mapping[str, Fold]:
    """A new fold for each kind, before the first event."""
    return {
        "commitments": Commitments(),
        "meetings": Meetings(),
        "rewards": Rewards(),
        "village_finances": VillageFinances(),
        "assets": Assets(),
        "subsidies": Subsidies(),
        "points": Points(),
        "budget": Budget(),
    }
