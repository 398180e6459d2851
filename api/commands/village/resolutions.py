"""Whether a resolution that somebody names is one: passed by a meeting of this village."""

from api.commands.affairs.meetings import Found, resolution_found
from domain.kernel.ids import EventName
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from journal.journal import Reading


def require_resolution(read: Reading, name: EventName, *, division: Division) -> Found:
    """The resolution; refuses `village_voucher.resolution_unsuited` unless a meeting of the village passed it. The
    meeting becomes part of the decision.
    """
    found = resolution_found(read, name)
    if found is None or not found.passed or found.division != division:
        raise Refusal("village_voucher.resolution_unsuited", resolution=name)
    return found
