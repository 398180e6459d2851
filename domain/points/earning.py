"""How much room the caps leave for a deed: counted from what the accounts of its doer were credited.

Pure, and read by the program and its simulation alike; the offline verifier counts by itself.
"""

from collections.abc import Iterable
from datetime import date

from domain.points.accounts import Account, Deed
from domain.points.rules import Cap


def cap_room(caps: Iterable[Cap], *, deed: Deed, account: Account | None, around: Iterable[Account]) -> int | None:
    """The points that the narrowest cap still leaves for a deed; None: there is no cap over it.

    `account` is the one to be credited; `around` are all to which points of the doer ever went. What was taken back
    counts no more. A person's cap does not hold for what a household earned as such, nor a household's for a person's
    own account.
    """
    everywhere = {one.id: one for one in around}
    if account is not None:
        everywhere[account.id] = account
    rooms = []
    for cap in caps:
        if cap.scope == "person" and deed.beneficiary_id is not None:
            counted = list(everywhere.values())
        elif cap.scope == "household" and account is not None and account.kind == "household":
            counted = [account]
        else:
            continue
        rooms.append(max(0, cap.points - sum(_earned(one, cap, deed) for one in counted)))
    return min(rooms, default=None)


def _earned(account: Account, cap: Cap, deed: Deed) -> int:
    return sum(
        one.points
        for one in account.settled
        if not one.taken_back
        and not one.deducted
        and not one.opening
        and (cap.scope == "household" or one.beneficiary_id == deed.beneficiary_id)
        and (cap.category is None or one.category == cap.category)
        and same_period(one.deed_on, deed.on, period=cap.period)
    )


def same_period(one: date, other: date, *, period: str) -> bool:
    """Whether two days lie in the same day, month or year."""
    if period == "day":
        return one == other
    return one.year == other.year and (period == "year" or one.month == other.month)
