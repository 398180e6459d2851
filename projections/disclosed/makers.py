"""Every kind that can be computed, and how; each has its twin in `audit.rules.disclosed.folds`."""

from collections.abc import Mapping
from typing import Final

from projections.disclosed import assets, budget, commitments, meetings, points, rewards, subsidies, village_finances
from projections.disclosed.frame import Maker

MAKERS: Final[Mapping[str, Maker]] = {
    "commitments": commitments,
    "meetings": meetings,
    "rewards": rewards,
    "points": points,
    "budget": budget,
    "village_finances": village_finances,
    "assets": assets,
    "subsidies": subsidies,
}
