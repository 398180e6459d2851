"""What is recorded of one disclosure (one kind of one place and period): its versions, its objections, its end."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.kernel.disclosed import DisclosedPeriod
from domain.kernel.events import Commitment, Sha256, event
from domain.kernel.places import Division


@dataclass(frozen=True, slots=True)
class Parameter:
    """What the query needs beside place and period."""

    name: str
    value: str


@event("disclosure.drafted/1")
class DisclosureDrafted:
    """Version `version` was computed by `query` from the first `position` entries of the log.

    `document` is the digest of its bytes (`kernel.documents`), `length` how many they are, `row_count` how many rows.
    `corrects` is the posted version that it takes the place of, for `reason` (public text).
    """

    division: Division
    kind: str
    period: DisclosedPeriod
    version: int
    query: str
    parameters: tuple[Parameter, ...]
    position: int
    document: Sha256
    length: int
    row_count: int
    drafter_id: UUID
    corrects: int | None = None
    reason: str | None = None


@event("disclosure.reviewed/1")
class DisclosureReviewed:
    """The supervision committee has looked at a version: it may be posted, or goes back; `opinion` is public text."""

    version: int
    passed: bool
    opinion: str
    reviewer_id: UUID


@event("disclosure.published/1")
class DisclosurePublished:
    """A version is posted from a day until a day, both included, with names masked or in full."""

    version: int
    since: date
    until: date
    names: str
    publisher_id: UUID


@event("disclosure.rows_shown/1")
class DisclosureRowsShown:
    """What a posted version shows beside its rows, name and reference, so that neither can be changed unseen.

    `rows` is the digest of a list: row (`payees:12`) -> the commitment to what stands there, which opens only with a
    salt that goes with its person; `row_count`: how many there are.
    """

    version: int
    rows: Sha256
    row_count: int


@event("objection.raised/1")
class ObjectionRaised:
    """Somebody objects to a posted version, or to one row of it (`payees:12`).

    The text lies in the vault under the objection's own id. `objector_id` None: anonymous, or somebody whom the system
    does not know. `answer_by`: the day by which an answer is owed.
    """

    objection_id: UUID
    version: int
    row: str | None = None
    channel: str
    text: Commitment
    anonymous: bool
    answer_by: date
    objector_id: UUID | None = None


@event("objection.answered/1")
class ObjectionAnswered:
    """It was looked into. `upheld`: it is right, and a corrected version follows; `answer` is public text."""

    objection_id: UUID
    upheld: bool
    answer: str
    answerer_id: UUID


@event("objection.text_erased/1")
class ObjectionTextErased:
    """The words of an objector whom the journal does not know were destroyed; the answer to them stays.

    `reason` is one of `kernel.erasure.ERASURE_REASONS`; `legal_basis` names the rule that was applied, and nobody.
    """

    objection_id: UUID
    eraser_id: UUID
    reason: str
    legal_basis: str


@event("disclosure.closed/1")
class DisclosureClosed:
    """The posting is over, every objection is answered, and what was wrong has been posted again."""

    closer_id: UUID


@event("disclosure.archived/1")
class DisclosureArchived:
    """It lies with the village's records; on the public page only the proof of it stays."""

    archiver_id: UUID


DisclosureEvent = (
    DisclosureDrafted
    | DisclosureReviewed
    | DisclosurePublished
    | DisclosureRowsShown
    | ObjectionRaised
    | ObjectionAnswered
    | ObjectionTextErased
    | DisclosureClosed
    | DisclosureArchived
)
