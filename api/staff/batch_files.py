"""A batch's files: the payment file that goes to the bank and the return file that comes back.

Layouts are chosen by name among those that come with the program; a name never becomes a path.
"""

from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from api.commands import payouts
from api.commands.shared import today
from api.files.bank_profiles import BankProfile, bank_profile_names, load_bank_profile
from api.files.findings import BadFile, finding
from api.files.payment_files import payment_suffix
from api.staff.acting import Acting
from api.staff.office import Office
from api.vouchers import require_unrestricted
from domain.kernel.refusals import Refusal
from domain.payout_batches import reference
from journal.facts import Receipt
from projections import payout_batches
from projections.payout_batches import Batch


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A payment file as it was written."""

    sha256: str
    length: int
    name: str

    @property
    def headers(self) -> dict[str, str]:
        """For a download that no cache keeps."""
        return {
            "content-disposition": f"attachment; filename*=UTF-8''{quote(self.name)}",
            "cache-control": "no-store",
        }


def profile_named(name: str) -> BankProfile:
    """One of the layouts that come with the program. Raises BadFile (`profile.unknown`)."""
    known = bank_profile_names()
    if name not in known:
        raise BadFile([finding("profile.unknown", file="版式", name=name, known="、".join(known))])
    return load_bank_profile(name)


def exported_batch(desk: Office, who: Acting, batch_id: UUID) -> tuple[Batch, BankProfile]:
    """A batch whose payment file exists, and its layout.

    Refuses `access.*`, `payout_batch.unknown`, `batch.no_file`.
    """
    who.require("files")
    with desk.app.reading.connection() as conn:
        batch = payout_batches.one(conn, batch_id)
    if batch is None:
        raise Refusal("payout_batch.unknown")
    who.require_area(batch.division)
    if batch.file_sha256 is None or batch.profile is None:
        raise Refusal("batch.no_file")
    return batch, profile_named(batch.profile)


def payment_file(desk: Office, who: Acting, batch_id: UUID) -> tuple[bytes, KeptFile]:
    """The payment file of an exported batch; the download is recorded."""
    batch, profile = exported_batch(desk, who, batch_id)
    sha256 = str(batch.file_sha256)
    require_unrestricted(desk.app, sha256)
    content = desk.app.vault.get_file(sha256, by=str(who.person_id), reason=f"payout_batch.download as {who.role}")
    name = f"代发-{reference(batch.division, batch.month, batch.number)}{payment_suffix(profile, content)}"
    return content, KeptFile(sha256, len(content), name)


def record_answer(
    desk: Office, who: Acting, batch_id: UUID, *, key: str, content: bytes, file: str | None
) -> Receipt | None:
    """Record a return file in the layout of the batch; None if this very file was recorded before. Raises BadFile."""
    _, profile = exported_batch(desk, who, batch_id)
    return payouts.record_answer(
        desk.app,
        actor=who.actor,
        key=key,
        batch_id=batch_id,
        profile=profile,
        content=content,
        file=upload_name(file),
        on=today(desk.app),
    )


def upload_name(name: str | None) -> str:
    """What findings call an uploaded file: its last part, printable and short."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    clean = "".join(character for character in last if character.isprintable())[:80]
    return clean or "回盘文件"
