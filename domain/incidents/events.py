"""What can be recorded of an incident: the fixed kernel that every workflow template orders and narrows."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NewType
from uuid import UUID

from domain.kernel.events import Commitment, Sha256, event
from domain.kernel.ids import EventName
from domain.kernel.places import Division, Position
from domain.kernel.workflow_steps import Limit

DifferenceHash = NewType("DifferenceHash", str)
"""16 lower-case hex digits: a 64-bit difference hash."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo kept beside the journal: its digest and length, a 64-bit difference hash, and what the camera noted.

    `difference_hash` is 16 hex digits, by which near-identical pictures are found; `exif` stands for the camera's
    notes (place, time, device), which are personal and lie in the vault.
    """

    sha256: Sha256
    length: int
    difference_hash: DifferenceHash
    exif: Commitment | None = None


@event("incident.reported/1")
class IncidentReported:
    """A report. `source` is one of SOURCES; `source_ref` is the ticket or row it came from.

    `item` is the item of the service catalogue and `category` its class; a `sensitive` one never appears on a public
    page. `workflow` is the version that was in force
    (None: the kernel's own rule). `transcribed_by` is whoever wrote it down for the reporter (代录), if somebody did:
    he has acted in the chain.
    """

    reporter_id: UUID
    category: str
    item: str | None = None
    sensitive: bool = False
    division: Division
    grid: str | None = None
    position: Position | None = None
    text: Commitment
    source: str
    source_ref: str | None = None
    reported_at: datetime
    photos: tuple[Photo, ...] = ()
    workflow: EventName | None = None
    transcribed_by: UUID | None = None


@event("incident.accepted/1")
class IncidentAccepted:
    """The matter is taken on (受理)."""

    actor_id: UUID


@event("incident.declined/1")
class IncidentDeclined:
    """The matter is not taken on (不予受理), for a reason from a closed list."""

    actor_id: UUID
    reason: str


@event("incident.verified/1")
class IncidentVerified:
    """A grid worker looked: it is so, or it is not, for a reason from a closed list."""

    verifier_id: UUID
    confirmed: bool
    reason: str


@event("incident.merged/1")
class IncidentMerged:
    """It repeats an earlier report (合并): linked to it, and unpaid. `grounds` say what the two share."""

    actor_id: UUID
    into: UUID
    grounds: tuple[str, ...]


@event("incident.deliberated/1")
class IncidentDeliberated:
    """It was talked over (商议); `opinion` is what was agreed."""

    actor_id: UUID
    present: int
    opinion: Commitment | None = None


@event("incident.dispatched/1")
class IncidentDispatched:
    """It was sent to a department, or to one person of it (派遣).

    `bound`: it has handlers of its own, and only they may take it on (True, or left out).
    """

    actor_id: UUID
    department: str
    handler_id: UUID | None = None
    bound: bool | None = None


@event("incident.claimed/1")
class IncidentClaimed:
    """Somebody took it on himself (签收、认领); the first claim wins."""

    handler_id: UUID


@event("incident.whistled/1")
class IncidentWhistled:
    """Several departments were called to the place (吹哨)."""

    actor_id: UUID
    departments: tuple[str, ...]


@event("incident.arrived/1")
class IncidentArrived:
    """A department is there (报到)."""

    handler_id: UUID
    department: str


@event("incident.returned/1")
class IncidentReturned:
    """Whoever it was sent to gives it back (退回): it has to be dispatched anew."""

    handler_id: UUID
    reason: str


@event("incident.reassigned/1")
class IncidentReassigned:
    """It was sent to another department or person (改派). `bound`: as in the dispatch."""

    actor_id: UUID
    department: str
    handler_id: UUID | None = None
    reason: str
    bound: bool | None = None


@event("incident.suspended/1")
class IncidentSuspended:
    """The clock stands still (挂起); `until` is when it is looked at again."""

    actor_id: UUID
    reason: str
    until: date | None = None


@event("incident.resumed/1")
class IncidentResumed:
    """The clock goes on."""

    actor_id: UUID


@event("incident.extended/1")
class IncidentExtended:
    """The step that is due has so much longer (延期)."""

    actor_id: UUID
    longer: Limit
    reason: str


@event("incident.handled/1")
class IncidentHandled:
    """A department did what was to be done and answered. `transcribed_by`: as in the report."""

    handler_id: UUID
    reply: Commitment | None = None
    handled_at: datetime
    transcribed_by: UUID | None = None


@event("incident.fed_back/1")
class IncidentFedBack:
    """The reporter was told (反馈)."""

    actor_id: UUID
    channel: str
    message: Commitment | None = None


@event("incident.closed/1")
class IncidentClosed:
    """Somebody looked whether it is really solved (核查结案); if not, it is to be handled again."""

    verifier_id: UUID
    solved: bool
    reason: str


@event("incident.called_back/1")
class IncidentCalledBack:
    """The reporter was asked afterwards (回访)."""

    actor_id: UUID
    outcome: str


@event("incident.rated/1")
class IncidentRated:
    """The work was given one to five stars (评价): by the reporter, or by the centre, which wrote it down."""

    actor_id: UUID
    stars: int
    by_reporter: bool


@event("incident.validity_decided/1")
class ValidityDecided:
    """The county grid centre decided whether the report counts."""

    decider_id: UUID
    valid: bool
    reason: str


@event("incident.posted/1")
class IncidentPosted:
    """The outcome was made public (公示)."""

    actor_id: UUID
    days: int


@event("incident.archived/1")
class IncidentArchived:
    """The file is closed (归档、销号)."""

    actor_id: UUID


@event("incident.reopened/1")
class IncidentReopened:
    """It is taken up again (重开): everything from the dispatch on is to be done anew."""

    actor_id: UUID
    reason: str


@event("incident.reminded/1")
class IncidentReminded:
    """A reminder was really sent (催办)."""

    actor_id: UUID
    channel: str


@event("incident.supervised/1")
class IncidentSupervised:
    """A superior looks after it (督办)."""

    actor_id: UUID
    document: str
    instruction: Commitment | None = None


@event("incident.located/1")
class IncidentLocated:
    """It was found out in which village it is (定位), where the report named only a township or the county.

    From here on the report belongs there: to the people, the tariff and the caps of that place.
    """

    actor_id: UUID
    division: Division


ClerkEvent = (
    IncidentAccepted
    | IncidentDeclined
    | IncidentMerged
    | IncidentDeliberated
    | IncidentDispatched
    | IncidentWhistled
    | IncidentReassigned
    | IncidentSuspended
    | IncidentResumed
    | IncidentExtended
    | IncidentFedBack
    | IncidentCalledBack
    | IncidentRated
    | IncidentPosted
    | IncidentArchived
    | IncidentReopened
    | IncidentReminded
    | IncidentSupervised
    | IncidentLocated
)
"""What whoever keeps the file records; each names its actor as `actor_id`."""

IncidentEvent = (
    IncidentReported
    | IncidentVerified
    | IncidentClaimed
    | IncidentArrived
    | IncidentReturned
    | IncidentHandled
    | IncidentClosed
    | ValidityDecided
    | ClerkEvent
)
