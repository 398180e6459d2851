"""Points accounts of persons and households: what came and why, what it buys and until when, and what is owed.

What must not be broken: an account never holds less than nothing. Points that were spent and are then taken back become
a debt of their own, which whatever comes later repays first.
"""

from domain.points.accounts.crediting import (
    OPENING_MAX,
    TIMES_MAX,
    deduct,
    give_back,
    grant,
    record_opening,
    require_few,
    reverse,
)
from domain.points.accounts.events import (
    KINDS,
    MOVING_REASONS,
    SENT_ON,
    Lot,
    PointsAccountClosed,
    PointsAccountEvent,
    PointsAccountOpened,
    PointsDeducted,
    PointsExpired,
    PointsGivenBack,
    PointsGranted,
    PointsMovedIn,
    PointsMovedOut,
    PointsOpeningRecorded,
    PointsRedeemed,
    PointsRestored,
    PointsReversed,
    PointsWithheld,
)
from domain.points.accounts.keeping import close, move_in, move_out, open_account
from domain.points.accounts.lots import last_day_of_points
from domain.points.accounts.spending import expire, redeem, restore
from domain.points.accounts.state import Account, Deed, Redemption, Settled, account_id, evolve

__all__ = [
    "KINDS",
    "MOVING_REASONS",
    "OPENING_MAX",
    "SENT_ON",
    "TIMES_MAX",
    "Account",
    "Deed",
    "Lot",
    "PointsAccountClosed",
    "PointsAccountEvent",
    "PointsAccountOpened",
    "PointsDeducted",
    "PointsExpired",
    "PointsGivenBack",
    "PointsGranted",
    "PointsMovedIn",
    "PointsMovedOut",
    "PointsOpeningRecorded",
    "PointsRedeemed",
    "PointsRestored",
    "PointsReversed",
    "PointsWithheld",
    "Redemption",
    "Settled",
    "account_id",
    "close",
    "deduct",
    "evolve",
    "expire",
    "give_back",
    "grant",
    "last_day_of_points",
    "move_in",
    "move_out",
    "open_account",
    "record_opening",
    "redeem",
    "require_few",
    "restore",
    "reverse",
]
