"""The papers of donations (捐赠单): at which stations of the county one has brought goods in.

What must not be broken: a paper that brought goods in at one station brings them in at another only with a reason that
stays on record, as where one gift is divided; however its number is written, it is the same paper.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from domain.kernel.document_numbers import compared
from domain.kernel.events import event
from domain.kernel.ids import StreamName, derived, stream_name
from domain.kernel.places import Division
from domain.kernel.reasons import suffices
from domain.kernel.refusals import Refusal


@event("donation_slip.used/1")
class DonationSlipUsed:
    """A paper brings an article in at a station of `division`; `reason`: why, after it has done so elsewhere."""

    document: str
    station_id: UUID
    division: Division
    sku: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class DonationSlip:
    """A paper after `seq` events: the stations where it has brought goods in, and the division of the first."""

    first: Division
    station_ids: frozenset[UUID]
    seq: int = 1


def slip_stream(document: str) -> StreamName:
    """The stream of a paper, by its number as it is compared."""
    return stream_name("donation_slip", derived("donation_slip", compared(document)))


def use(
    slip: DonationSlip | None, *, document: str, station_id: UUID, division: Division, sku: str, reason: str | None
) -> DonationSlipUsed:
    """Let a paper bring an article in. Refused: `stock.slip_used_elsewhere` without a reason of some words."""
    elsewhere = slip is not None and bool(slip.station_ids - {station_id})
    if slip is not None and elsewhere and not suffices(reason or ""):
        raise Refusal("stock.slip_used_elsewhere", document=document.strip(), division=slip.first)
    return DonationSlipUsed(
        document=document.strip(),
        station_id=station_id,
        division=division,
        sku=sku,
        reason=reason if elsewhere else None,
    )


def evolve(slip: DonationSlip | None, event: DonationSlipUsed) -> DonationSlip:
    """What happened to a paper. Never checks."""
    if slip is None:
        return DonationSlip(event.division, frozenset({event.station_id}))
    return replace(slip, station_ids=slip.station_ids | {event.station_id}, seq=slip.seq + 1)
