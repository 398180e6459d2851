"""Photos on their way into a report: kept in the vault at once, and taken out again if no report ever names them.

What must not be broken: a photo belongs to the reporter, is opened only on the record, and goes when he is erased.
Sending the same photo again changes nothing; a report lays its claim to a photo before it is recorded.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from api.commands.shared import person_stream
from api.context import App
from api.photos import PHOTOS_MAX, KeptPhoto, kept_photo
from domain import persons
from domain.incidents import DifferenceHash, Photo
from domain.kernel.events import Commitment, Sha256
from domain.kernel.refusals import Refusal
from journal.vault import Personal

KIND: Final = "photo"
EXIF_KIND: Final = "photo_exif"
WAITING_MAX: Final = 30
"""So many photos of one person may wait for a report."""
KEPT_FOR: Final = timedelta(days=7)
"""So long a photo waits for its report: a telephone may be without a network for days."""

_COUNT_WAITING = "SELECT count(*) FROM vault.uploads WHERE person_id = %s AND incident_ids = '{}' AND sha256 <> %s"
_ADD = (
    "INSERT INTO vault.uploads (person_id, sha256, length, difference_hash) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (person_id, sha256) DO UPDATE SET touched = now() RETURNING exif, incident_ids = '{}'"
)
# Two that send the same photo at once: the first metadata stay, as the first report has named them.
_SET_EXIF = (
    "UPDATE vault.uploads SET exif = %s WHERE person_id = %s AND sha256 = %s AND exif IS NULL AND incident_ids = '{}'"
)
_CLAIM = """
UPDATE vault.uploads u SET touched = now(), incident_ids =
    CASE WHEN %(incident)s = ANY (incident_ids) THEN incident_ids ELSE incident_ids || %(incident)s END
WHERE person_id = %(person)s AND sha256 = ANY (%(digests)s) AND EXISTS (
    SELECT FROM vault.files f WHERE f.sha256 = u.sha256 AND f.person_id = u.person_id)
RETURNING sha256, length, difference_hash, exif
"""
_DISCARD = "SELECT vault.discard_uploads(%s)"


def upload(app: App, *, person_id: UUID, content: bytes) -> KeptPhoto:
    """Keep a photo for a report that its reporter (`person_id`) will make, or has tried to make.

    Refuses `person.unknown`, `photo.*` as `kept_photo` does, `photo.too_many_waiting`, `person.erased`.
    """
    if app.journal.state(person_stream(person_id), persons.evolve) is None:
        raise Refusal("person.unknown")
    photo = kept_photo(content)
    digest = bytes.fromhex(photo.sha256)
    wants_metadata = _registered(app, person_id, digest, photo)
    app.vault.put_file(photo.jpeg, kind=KIND, person_id=person_id)
    if wants_metadata and photo.metadata is not None:
        (commitment,) = app.vault.seal([Personal(person_id, EXIF_KIND, photo.metadata)])
        with app.vault.pool.connection() as connection:
            connection.execute(_SET_EXIF, (bytes.fromhex(commitment), person_id, digest))
    discard_forgotten(app, now=app.journal.now())
    return photo


def claimed(app: App, *, person_id: UUID, digests: Sequence[str], incident_id: UUID) -> tuple[Photo, ...]:
    """The photos that a report will name, in the order given, each once; from now on they wait for that report.

    `digests` are SHA-256 in hex. Refuses `photo.too_many`, and `photo.unknown` for one that is not there (any more)
    or was sent by another.
    """
    wanted = list(dict.fromkeys(digests))
    if len(wanted) > PHOTOS_MAX:
        raise Refusal("photo.too_many", limit=f"{PHOTOS_MAX} 张")
    if not wanted:
        return ()
    values = {"incident": incident_id, "person": person_id, "digests": [bytes.fromhex(one) for one in wanted]}
    with app.vault.pool.connection() as connection:
        rows = connection.execute(_CLAIM, values, binary=True).fetchall()
    found = {bytes(row[0]).hex(): _photo(*row) for row in rows}
    if len(found) < len(wanted):
        raise Refusal("photo.unknown")
    return tuple(found[digest] for digest in wanted)


def discard_forgotten(app: App, *, now: datetime) -> int:
    """Take out some of the photos that have waited too long and that no report names; how many that were."""
    with app.vault.pool.connection() as connection:
        (discarded,) = _one(connection.execute(_DISCARD, (now - KEPT_FOR,)).fetchone())
    return int(discarded)


def _registered(app: App, person_id: UUID, digest: bytes, photo: KeptPhoto) -> bool:
    """Note the upload before its file is there, so that none lies in the vault unnoted; whether it has no metadata yet.

    Refuses `photo.too_many_waiting`, `person.erased`.
    """
    values = (person_id, digest, len(photo.jpeg), photo.difference_hash)
    with app.vault.pool.connection() as connection, connection.transaction():
        app.vault.person_keys(connection, [person_id])
        (waiting,) = _one(connection.execute(_COUNT_WAITING, (person_id, digest)).fetchone())
        if waiting >= WAITING_MAX:
            raise Refusal("photo.too_many_waiting", count=waiting)
        exif, unclaimed = _one(connection.execute(_ADD, values).fetchone())
    return exif is None and bool(unclaimed)


def _photo(sha256: bytes, length: int, difference_hash: str, exif: bytes | None) -> Photo:
    return Photo(
        sha256=Sha256(bytes(sha256).hex()),
        length=length,
        difference_hash=DifferenceHash(difference_hash),
        exif=Commitment(bytes(exif).hex()) if exif is not None else None,
    )


def _one(row: tuple[Any, ...] | None) -> tuple[Any, ...]:
    assert row is not None  # noqa: S101 - these statements always give one row
    return row
