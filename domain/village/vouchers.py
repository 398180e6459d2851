"""Vouchers of a village (凭证): 经手 writes it, 民主理财 reviews it, 审批 approves it, 记账 books it — four people.

What must not be broken: the four are four persons, whatever roles they hold; nothing moves before the last of them; and
a voucher that was booked is never changed, only taken back by another one that goes the same way (红字冲销).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal, assert_never
from uuid import UUID

from domain.kernel.calendar import Month, month_of
from domain.kernel.events import Attachment, Sha256, event
from domain.kernel.ids import EventName, StreamName, stream_name
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.kernel.postings import Postings
from domain.kernel.reasons import require_reason
from domain.kernel.refusals import Refusal
from domain.kernel.separation import Part, require_distinct
from domain.kernel.states import known
from domain.kernel.village_lines import CASH, VoucherLine, debited, mirrored, postings_of, require_lines

KINDS: Final = ("receipt", "payment", "transfer", "carry_over")
"""收款, 付款, 转账 and 结转: the last moves no money and closes income and expense at the end of a year."""

SPENDING: Final = frozenset({"payment", "transfer"})
"""What needs a resolution above the limit."""

PURPOSE_CHARS_MAX: Final = 100
ATTACHMENTS_MAX: Final = 20

STEPS: Final = {"drafted": "village_supervisor", "reviewed": "village_committee", "approved": "village_accountant"}
"""How far a voucher is -> the role whose turn it is."""


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """The row of a file that a voucher was drafted from."""

    file: Sha256
    row: int


@event("village_voucher.drafted/1")
class VillageVoucherDrafted:
    """Somebody writes down what was received or spent: when, what for (a public text), on which accounts.

    `reverses`: the booking that it takes back; `source`: the row that it was imported from.
    """

    division: Division
    day: date
    kind: str
    purpose: str
    lines: tuple[VoucherLine, ...]
    attachments: tuple[Attachment, ...]
    handler_id: UUID
    reverses: EventName | None = None
    source: ImportedRow | None = None


@event("village_voucher.revised/1")
class VillageVoucherRevised:
    """It was sent back, and is written down anew; the signatures begin again."""

    day: date
    kind: str
    purpose: str
    lines: tuple[VoucherLine, ...]
    attachments: tuple[Attachment, ...]
    handler_id: UUID


@event("village_voucher.reviewed/1")
class VillageVoucherReviewed:
    """民主理财 has seen the papers and agrees."""

    reviewer_id: UUID


@event("village_voucher.approved/1")
class VillageVoucherApproved:
    """审批 agrees; above the limit by the resolution of a meeting."""

    approver_id: UUID
    resolution: EventName | None = None


@event("village_voucher.sent_back/1")
class VillageVoucherSentBack:
    """Whoever's turn it was does not agree, and says why; it can be written anew."""

    sender_id: UUID
    reason: str


@event("village_voucher.withdrawn/1")
class VillageVoucherWithdrawn:
    """Whoever wrote it takes it back before it was booked, for a reason; it has no number and moves nothing."""

    handler_id: UUID
    reason: str


@event("village_voucher.booked/1")
class VillageVoucherBooked:
    """It is booked, with the number that it has in its month, on the day that it names."""

    division: Division
    month: Month
    number: int
    booker_id: UUID
    postings: Postings


@event("village_voucher.reversed/1")
class VillageVoucherReversed:
    """Another voucher took it back, booked in the same append."""

    reversal_id: UUID


VillageVoucherEvent = (
    VillageVoucherDrafted
    | VillageVoucherRevised
    | VillageVoucherReviewed
    | VillageVoucherApproved
    | VillageVoucherSentBack
    | VillageVoucherWithdrawn
    | VillageVoucherBooked
    | VillageVoucherReversed
)

Status = Literal["drafted", "reviewed", "approved", "sent_back", "withdrawn", "booked", "reversed"]


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher as it stands, and who has signed it so far."""

    division: Division
    day: date
    kind: str
    purpose: str
    lines: tuple[VoucherLine, ...]
    attachments: tuple[Attachment, ...]
    handler_id: UUID
    reverses: EventName | None
    status: Status = "drafted"
    reviewer_id: UUID | None = None
    approver_id: UUID | None = None
    resolution: EventName | None = None

    def spent_under(self, resolution: EventName) -> int:
        """How much of what a resolution allows it takes, in fen: as long as it stands approved or booked."""
        stands = self.resolution == resolution and self.status in ("approved", "booked")
        return self.amount_fen if stands and self.spends else 0

    @property
    def spends(self) -> bool:
        """Whether money leaves the village by it, or is owed for it."""
        return self.kind in SPENDING and self.reverses is None and not moves_cash_only(self.lines)

    @property
    def amount_fen(self) -> Fen:
        """What it debits in all."""
        return debited(self.lines)

    @property
    def signed(self) -> list[Part]:
        """Who has signed it, as which part, in the order of the chain."""
        return [("drafter", self.handler_id), ("reviewer", self.reviewer_id), ("approver", self.approver_id)]


@dataclass(frozen=True, slots=True)
class Content:
    """What a voucher says."""

    day: date
    kind: str
    purpose: str
    lines: tuple[VoucherLine, ...]
    attachments: tuple[Attachment, ...] = ()


def voucher_stream(voucher_id: UUID) -> StreamName:
    """The stream of a voucher."""
    return stream_name("village_voucher", voucher_id)


def moves_cash_only(lines: Iterable[VoucherLine]) -> bool:
    """Whether money only goes from one purse of the village to the other (提现、存现)."""
    return all(one.account in CASH for one in lines)


def kind_of(lines: Iterable[VoucherLine]) -> str:
    """What lines are that close no year: money that comes in, money that goes out, or neither."""
    sides = {one.side for one in lines if one.account in CASH}
    return {frozenset({"debit"}): "receipt", frozenset({"credit"}): "payment"}.get(frozenset(sides), "transfer")


def needs_resolution(kind: str, lines: Sequence[VoucherLine], *, limit_fen: int, reverses: bool) -> bool:
    """Whether a voucher spends more than the limit."""
    return kind in SPENDING and not reverses and not moves_cash_only(lines) and debited(lines) > limit_fen


# Decide: what may happen, judged by the rules in force.


def draft(
    voucher: Voucher | None,
    *,
    division: Division,
    since: date,
    content: Content,
    accounts: Collection[str],
    parties: Collection[UUID],
    handler_id: UUID,
    on: date,
    equal: bool = False,
    source: ImportedRow | None = None,
) -> VillageVoucherDrafted:
    """Write a voucher down. `since`: the first day of the book; `accounts`, `parties`: as in `require_lines`; `equal`:
    another of that day says the same, word for word and fen for fen.

    Refused, in this order: `village_voucher.already_drafted`, `village_voucher.day_unsuited` (before the book, or in
    the future), `village_voucher.purpose_unsuited`, `village_voucher.attachments_unsuited`, what `require_lines`
    refuses, `village_voucher.kind_unsuited`, `village_voucher.same_again` (not of rows of a file, which has what it
    has).
    """
    if voucher is not None:
        raise Refusal("village_voucher.already_drafted")
    _require_content(content, since=since, accounts=accounts, parties=parties, on=on)
    if equal and source is None:
        raise Refusal("village_voucher.same_again", day=content.day, amount_fen=debited(content.lines))
    return VillageVoucherDrafted(
        division=division,
        day=content.day,
        kind=content.kind,
        purpose=content.purpose.strip(),
        lines=content.lines,
        attachments=content.attachments,
        handler_id=handler_id,
        source=source,
    )


def draft_reversal(
    voucher: Voucher | None,
    *,
    original: Voucher | None,
    booked: EventName,
    day: date,
    purpose: str,
    attachments: tuple[Attachment, ...],
    handler_id: UUID,
    on: date,
) -> VillageVoucherDrafted:
    """Write down the red voucher that takes back a booked one whole.

    Refused, in this order: `village_voucher.already_drafted`, `village_voucher.unknown`,
    `village_voucher.not_booked` (also what is itself a reversal), `village_voucher.day_unsuited`,
    `village_voucher.purpose_unsuited`, `village_voucher.attachments_unsuited`.
    """
    if voucher is not None:
        raise Refusal("village_voucher.already_drafted")
    found = _known(original)
    if found.status != "booked" or found.reverses is not None:
        raise Refusal("village_voucher.not_booked", status=found.status)
    _require_day(day, since=found.day, on=on)
    _require_told(purpose, attachments)
    return VillageVoucherDrafted(
        division=found.division,
        day=day,
        kind=found.kind,
        purpose=purpose.strip(),
        lines=mirrored(found.lines),
        attachments=attachments,
        handler_id=handler_id,
        reverses=booked,
    )


def revise(
    voucher: Voucher | None,
    *,
    content: Content,
    since: date,
    accounts: Collection[str],
    parties: Collection[UUID],
    handler_id: UUID,
    on: date,
) -> VillageVoucherRevised:
    """Write down anew what was sent back; only whoever wrote it first does.

    Refused, in this order: `village_voucher.unknown`, `village_voucher.not_sent_back` (or it is a reversal, which is
    withdrawn instead), `village_voucher.not_yours`, and then as `draft` what the content is refused for.
    """
    found = _known(voucher)
    if found.status != "sent_back" or found.reverses is not None:
        raise Refusal("village_voucher.not_sent_back", status=found.status)
    _require_own(found, handler_id)
    _require_content(content, since=since, accounts=accounts, parties=parties, on=on)
    return VillageVoucherRevised(
        day=content.day,
        kind=content.kind,
        purpose=content.purpose.strip(),
        lines=content.lines,
        attachments=content.attachments,
        handler_id=handler_id,
    )


def review(voucher: Voucher | None, *, reviewer_id: UUID) -> VillageVoucherReviewed:
    """Agree to what was written down. Refused, in this order: `village_voucher.unknown`,
    `village_voucher.not_at_step`, `chain.acted_twice`.
    """
    _at("drafted", voucher, by=reviewer_id, acting_as="reviewer")
    return VillageVoucherReviewed(reviewer_id=reviewer_id)


def approve(
    voucher: Voucher | None,
    *,
    approver_id: UUID,
    limit_fen: int,
    resolution: EventName | None,
    teller_id: UUID | None,
    witnessed: bool,
    left_fen: int,
) -> VillageVoucherApproved:
    """Approve what was reviewed; `limit_fen`: the book's. That the resolution exists is the caller's to see to;
    `teller_id`: who wrote it down; `witnessed`: whether another has kept the meeting's sheet; `left_fen`: what it
    allows, less what other vouchers under it have taken.

    Refused, in this order: `village_voucher.unknown`, `village_voucher.not_at_step`, `chain.acted_twice` (and after the
    next, where who wrote the resolution down spends under it), `village_voucher.resolution_needed`,
    `meeting.resolution_unwitnessed`, `village_voucher.above_resolution`.
    """
    found = _at("reviewed", voucher, by=approver_id, acting_as="approver")
    spends = needs_resolution(found.kind, found.lines, limit_fen=limit_fen, reverses=found.reverses is not None)
    if spends and resolution is None:
        raise Refusal("village_voucher.resolution_needed", amount_fen=found.amount_fen, limit_fen=limit_fen)
    if resolution is not None and found.spends:
        require_distinct(found.handler_id, acting_as="drafter", acted=[("teller", teller_id)])
        if not witnessed:
            raise Refusal("meeting.resolution_unwitnessed", resolution=resolution)
        if found.amount_fen > left_fen:
            raise Refusal("village_voucher.above_resolution", amount_fen=found.amount_fen, left_fen=left_fen)
    return VillageVoucherApproved(approver_id=approver_id, resolution=resolution)


def book(voucher: Voucher | None, *, booker_id: UUID, number: int) -> VillageVoucherBooked:
    """Book what was approved, under its number. Refused, in this order: `village_voucher.unknown`,
    `village_voucher.not_at_step`, `chain.acted_twice`.
    """
    found = require_bookable(voucher, booker_id=booker_id)
    return VillageVoucherBooked(
        division=found.division,
        month=month_of(found.day),
        number=number,
        booker_id=booker_id,
        postings=postings_of(found.division, found.lines),
    )


def require_bookable(voucher: Voucher | None, *, booker_id: UUID) -> Voucher:
    """The voucher, if this person may book it now; refuses as `book`."""
    return _at("approved", voucher, by=booker_id, acting_as="booker")


def reverse(original: Voucher | None, *, reversal_id: UUID) -> VillageVoucherReversed:
    """Note that a reversal was booked. Refused, in this order: `village_voucher.unknown`,
    `village_voucher.not_booked` (another reversal came first).
    """
    found = _known(original)
    if found.status != "booked":
        raise Refusal("village_voucher.not_booked", status=found.status)
    return VillageVoucherReversed(reversal_id=reversal_id)


def send_back(voucher: Voucher | None, *, role: str, sender_id: UUID, reason: str) -> VillageVoucherSentBack:
    """Do not agree. Refused, in this order: `village_voucher.unknown`, `village_voucher.not_at_step` (it is no role's
    turn, or another role's), `chain.acted_twice`, `reason.insufficient`.
    """
    found = _known(voucher)
    if STEPS.get(found.status) != role:
        raise Refusal("village_voucher.not_at_step", status=found.status)
    require_distinct(sender_id, acting_as="sender", acted=found.signed)
    require_reason(reason)
    return VillageVoucherSentBack(sender_id=sender_id, reason=reason)


def withdraw(voucher: Voucher | None, *, handler_id: UUID, reason: str) -> VillageVoucherWithdrawn:
    """Take back what is not booked. Refused, in this order: `village_voucher.unknown`, `village_voucher.ended`,
    `village_voucher.not_yours`, `reason.insufficient`.
    """
    found = _known(voucher)
    if found.status in ("booked", "reversed", "withdrawn"):
        raise Refusal("village_voucher.ended", status=found.status)
    _require_own(found, handler_id)
    require_reason(reason)
    return VillageVoucherWithdrawn(handler_id=handler_id, reason=reason)


def _require_content(
    content: Content, *, since: date, accounts: Collection[str], parties: Collection[UUID], on: date
) -> None:
    """Refuse a content that cannot be booked, as `draft` says."""
    _require_day(content.day, since=since, on=on)
    _require_told(content.purpose, content.attachments)
    require_lines(content.lines, accounts=accounts, parties=parties)
    moves_cash = any(one.account in CASH for one in content.lines)
    fits = not moves_cash if content.kind == "carry_over" else content.kind == kind_of(content.lines)
    if not fits:
        raise Refusal("village_voucher.kind_unsuited", kind=content.kind)


def _require_day(day: date, *, since: date, on: date) -> None:
    if not since <= day <= on:
        raise Refusal("village_voucher.day_unsuited", day=day, since=since, until=on)


def _require_told(purpose: str, attachments: Sequence[Attachment]) -> None:
    if not 2 <= len(purpose.strip()) <= PURPOSE_CHARS_MAX:
        raise Refusal("village_voucher.purpose_unsuited", limit=PURPOSE_CHARS_MAX)
    digests = {one.sha256 for one in attachments}
    if len(attachments) > ATTACHMENTS_MAX or len(digests) < len(attachments):
        raise Refusal("village_voucher.attachments_unsuited", count=len(attachments), limit=ATTACHMENTS_MAX)


def _at(status: Status, voucher: Voucher | None, *, by: UUID, acting_as: str) -> Voucher:
    """The voucher, if it is that far and the person has not signed it yet."""
    found = _known(voucher)
    if found.status != status:
        raise Refusal("village_voucher.not_at_step", status=found.status)
    require_distinct(by, acting_as=acting_as, acted=found.signed)
    return found


def _require_own(voucher: Voucher, handler_id: UUID) -> None:
    if voucher.handler_id != handler_id:
        raise Refusal("village_voucher.not_yours")


def _known(voucher: Voucher | None) -> Voucher:
    if voucher is None:
        raise Refusal("village_voucher.unknown")
    return voucher


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(voucher: Voucher | None, event: VillageVoucherEvent) -> Voucher:
    """The voucher after an event."""
    match event:
        case VillageVoucherDrafted():
            return Voucher(
                event.division,
                event.day,
                event.kind,
                event.purpose,
                event.lines,
                event.attachments,
                event.handler_id,
                event.reverses,
            )
        case VillageVoucherRevised():
            return replace(
                known(voucher),
                day=event.day,
                kind=event.kind,
                purpose=event.purpose,
                lines=event.lines,
                attachments=event.attachments,
                status="drafted",
                reviewer_id=None,
                approver_id=None,
                resolution=None,
            )
        case VillageVoucherReviewed(reviewer_id=reviewer_id):
            return replace(known(voucher), status="reviewed", reviewer_id=reviewer_id)
        case VillageVoucherApproved(approver_id=approver_id, resolution=resolution):
            return replace(known(voucher), status="approved", approver_id=approver_id, resolution=resolution)
        case VillageVoucherSentBack():
            return replace(known(voucher), status="sent_back")
        case VillageVoucherWithdrawn():
            return replace(known(voucher), status="withdrawn")
        case VillageVoucherBooked():
            return replace(known(voucher), status="booked")
        case VillageVoucherReversed():
            return replace(known(voucher), status="reversed")
        case _:
            assert_never(event)
