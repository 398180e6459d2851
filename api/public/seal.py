"""The seal under a public page: the published checkpoint, who has signed it, and plainly what is still missing."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from journal.checkpoint import Checkpoint
from journal.errors import IntegrityError
from journal.note import NoteError, encode_base64
from journal.published import PublishedLog, Standing, head_of
from journal.trust import Policy, PolicyError


@dataclass(frozen=True, slots=True)
class Sealed:
    """The published checkpoint. `root` is base64; `cosigned` of `listed` outside witnesses have signed it."""

    origin: str
    size: int
    root: str
    cosigned: int
    listed: int


@dataclass(frozen=True, slots=True)
class Seal:
    """How the log stands in public: what is published, and up to which size more is signed and waits for whom.

    `closed_at`, `closed_on`: the log index and the day of the entry that ended the journal, if it has ended.
    `stopped`: publishing has stopped because the log did not pass its check. `reachable` is False where the published
    files could not be read just now.
    """

    published: Sealed | None = None
    pending_size: int | None = None
    waiting_for: tuple[str, ...] = ()
    stopped: bool = False
    reachable: bool = True
    closed_at: int | None = None
    closed_on: date | None = None


def seal_of(log: PublishedLog) -> Seal:
    """The seal as it stands. Raises IntegrityError for a published checkpoint that its policy does not accept."""
    try:
        standing = log.standing()
    except OSError:
        return Seal(reachable=False)
    published = None if standing.checkpoint is None else _sealed(standing.checkpoint, standing.policy)
    pending = None if standing.pending is None else head_of(standing.pending)
    if pending is not None and published is not None and pending.size <= published.size:
        pending = None  # what a publisher that was cut off has not yet cleared away
    observed = standing.observed
    closed = None if observed is None else observed.closed
    return Seal(
        published=published,
        pending_size=None if pending is None else pending.size,
        waiting_for=() if pending is None else _waiting_for(standing, pending),
        stopped=observed is not None and observed.failure is not None,
        closed_at=None if closed is None else closed.index,
        closed_on=None if closed is None else date.fromisoformat(closed.on),
    )


@lru_cache(8)
def _sealed(signed: bytes, policy: bytes | None) -> Sealed:
    """Judged once: the same bytes are judged the same, and every page has them."""
    try:
        judge = Policy.parse(policy or b"")
        checked = judge.check(signed)
    except (PolicyError, NoteError) as error:
        raise IntegrityError(f"the published checkpoint does not follow its policy: {error}") from error
    head = checked.checkpoint
    root = encode_base64(head.root).decode()
    return Sealed(head.origin, head.size, root, len(checked.witnesses), len(judge.witnesses))


def _waiting_for(standing: Standing, pending: Checkpoint) -> tuple[str, ...]:
    """The names of the witnesses that have not signed what is pending."""
    witnesses = standing.observed.witnesses if standing.observed is not None else ()
    return tuple(one.name for one in witnesses if one.size != pending.size)
