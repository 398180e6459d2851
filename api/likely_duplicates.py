"""Which earlier reports one seems to repeat: brought together from register and vault, for a person to judge.

What must not be broken: texts are compared by their prints; none is opened, and no print is told.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Lock
from typing import Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

from psycopg import Connection

from domain import duplicates
from domain.duplicates import SAME_TIME, SAME_WEEKS, Candidate, Picture, Seen, TextPrint
from domain.kernel.events import Commitment
from domain.kernel.places import Division
from domain.velocity import flagged_from
from journal import text_prints
from journal.text_prints import Kept
from journal.vault import Vault
from projections import sightings
from projections.sightings import Sighting

SHOWN_MAX: Final = 20
PERIOD: Final = timedelta(days=30)
"""Over so many days up to a report its reporter's number of reports is compared with the others'."""

MEDIA_LINE: Final = "附件网址（没有下载）："
"""How a line of a report's text begins that names a photo elsewhere: it says nothing of the matter."""

_secrets: WeakKeyDictionary[Vault, bytes] = WeakKeyDictionary()
_guard = Lock()


@dataclass(frozen=True, slots=True)
class Likely:
    """An earlier report that a report seems to repeat, and why."""

    candidate: Candidate
    sighting: Sighting


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often somebody reported in the 30 days up to a report, and from which number a reporter stands out."""

    reports: int
    flagged_from: int

    @property
    def unusual(self) -> bool:
        """Whether a person should look at it. Nothing follows from it alone."""
        return self.reports >= self.flagged_from


def keep_prints(vault: Vault, texts: Mapping[Commitment, str]) -> None:
    """Keep the prints of new reports' texts, which the vault holds under these commitments."""
    if not texts:
        return
    key = _secret(vault)
    made = {commitment: duplicates.text_print(_compared(text), key=key) for commitment, text in texts.items()}
    kept = {commitment: Kept(bytes(one), one.bands()) for commitment, one in made.items() if one is not None}
    text_prints.keep(vault, kept)


def _compared(text: str) -> str:
    """What somebody said, without the lines that are the same in every report of a program."""
    return "\n".join(line for line in text.splitlines() if not line.startswith(MEDIA_LINE))


def make_missing_prints(vault: Vault, *, by: str) -> int:
    """Make the prints that a restored vault lacks; each opening is recorded. Returns how many texts were read."""
    looked, after = 0, ""
    while missing := text_prints.missing(vault, kind="report_text", after=after):
        keep_prints(vault, vault.open(missing, by=by, reason="vault.text_prints"))
        looked, after = looked + len(missing), missing[-1]
    return looked


def likely_duplicates(
    conn: Connection[Any], vault: Vault, incident_id: UUID, *, limit: int = SHOWN_MAX
) -> list[Likely]:
    """The earlier reports that a report seems to repeat, the likeliest first; empty for an unknown one.

    `conn` is a reader's. What is compared in full was found by an index: photos, place, keys of the text's print.
    """
    of = sightings.some(conn, [incident_id]).get(incident_id)
    if of is None:
        return []
    photos = sightings.photos_of(conn, [incident_id])
    own = text_prints.of(vault, [of.text_commitment])
    text = next((TextPrint.from_bytes(minima) for minima in own.values()), None)
    near = _near(vault, text)
    alike = sightings.photos_like(conn, photos, bits=duplicates.NEAR_PHOTO_BITS)
    ids = {other.incident_id for other in alike} | sightings.by_text(conn, list(near))
    ids |= sightings.by_place(conn, of, since=of.reported_at - SAME_TIME, until=of.reported_at + SAME_TIME)
    if text is not None and text.pairs:
        ids |= sightings.by_ground(conn, of, since=of.reported_at - SAME_WEEKS, until=of.reported_at + SAME_WEEKS)
    found = sightings.some(conn, ids - {incident_id})
    prints = {**text_prints.of(vault, [one.text_commitment for one in found.values()]), **own}
    seen = _seen(conn, {**found, incident_id: of}, prints)
    mine = seen.pop(incident_id)
    judged = duplicates.likely_duplicates(mine, seen.values())
    return [Likely(one, found[one.incident_id]) for one in judged[:limit]]


def frequency(conn: Connection[Any], reporter_id: UUID, *, area: Division, until: date) -> Frequency:
    """How often somebody reported in an area in the 30 days up to a day, beside all others."""
    counts = sightings.reports_by(conn, area=area, since=until - PERIOD + timedelta(days=1), until=until)
    return Frequency(counts.get(reporter_id, 0), flagged_from(counts))


def _near(vault: Vault, mine: TextPrint | None) -> Collection[Commitment]:
    """The texts whose prints share a key with a report's own and are near to it."""
    if mine is None or mine.short:
        return []
    shared = text_prints.near(vault, mine.bands())
    return [
        commitment
        for commitment, other in shared.items()
        if mine.similarity_percent(TextPrint.from_bytes(other)) >= duplicates.NEAR_TEXT_PERCENT
    ]


def _seen(
    conn: Connection[Any], found: Mapping[UUID, Sighting], prints: Mapping[Commitment, bytes]
) -> dict[UUID, Seen]:
    pictures: dict[UUID, list[Picture]] = {}
    for photo in sightings.photos_of(conn, list(found)):
        pictures.setdefault(photo.incident_id, []).append(Picture(photo.sha256, photo.difference_hash))
    return {
        incident_id: Seen(
            incident_id=incident_id,
            reported_at=one.reported_at,
            category=one.category,
            division=one.division,
            grid=one.grid,
            pictures=pictures.get(incident_id, ()),
            text=TextPrint.from_bytes(minima) if (minima := prints.get(Commitment(one.text_commitment))) else None,
            recorded=one.log_index,
        )
        for incident_id, one in found.items()
    }


def _secret(vault: Vault) -> bytes:
    """The secret of this vault's prints, asked for once."""
    with _guard:
        if vault not in _secrets:
            _secrets[vault] = text_prints.secret(vault)
        return _secrets[vault]
