"""Whether a resolution that somebody names is one: passed by a meeting of this village."""

from api.commands.grounds import resolution_passed
from domain.kernel.ids import EventName
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from journal.journal import Reading


def require_resolution(read: Reading, name: EventName, *, division: Division) -> None:
    """Refuse `village_voucher.resolution_unsuited` unless a meeting of the village passed it; the meeting becomes part
    of the decision.
    """
    if not resolution_passed(read, name, division=division):
        raise Refusal("village_voucher.resolution_unsuited", resolution=name)
