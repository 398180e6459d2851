"""Four people sign a voucher; what was booked is only ever taken back by another one that goes the same way."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from domain.kernel.calendar import Month
from domain.kernel.events import Attachment, Sha256
from domain.kernel.ids import EventName, event_name
from domain.kernel.money import Fen
from domain.kernel.village_lines import VoucherLine, mirrored, postings_of
from domain.village import vouchers
from domain.village.vouchers import (
    Content,
    VillageVoucherApproved,
    VillageVoucherBooked,
    VillageVoucherDrafted,
    VillageVoucherReversed,
    VillageVoucherReviewed,
    VillageVoucherRevised,
    VillageVoucherSentBack,
    VillageVoucherWithdrawn,
    kind_of,
    needs_resolution,
    voucher_stream,
)
from tests.domain.samples import CLERK, GRID_WORKER, RIDER, TODAY, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(vouchers.evolve)
BOOKER, OTHER = UUID(int=11), UUID(int=12)
SINCE, TOMORROW = date(2026, 1, 1), TODAY + timedelta(days=1)
PAID = (VoucherLine("514", "debit", Fen(12_000)), VoucherLine("102", "credit", Fen(12_000)))
CONTENT = Content(TODAY, "payment", "村道路灯电费", PAID)
PAPER = Attachment(Sha256("5a" * 32), 7)
RESOLUTION = EventName(f"meeting/{UUID(int=5)}@3")
DRAFTED = VillageVoucherDrafted(
    division=VILLAGE,
    day=TODAY,
    kind="payment",
    purpose="村道路灯电费",
    lines=PAID,
    attachments=(),
    handler_id=RIDER,
)
REVIEWED = VillageVoucherReviewed(reviewer_id=CLERK)
APPROVED = VillageVoucherApproved(approver_id=GRID_WORKER)
APPROVE = {
    "approver_id": GRID_WORKER,
    "limit_fen": 12_000,
    "resolution": None,
    "teller_id": None,
    "witnessed": False,
    "left_fen": 0,
}
SENT_BACK = VillageVoucherSentBack(sender_id=CLERK, reason="发票不清楚")
WITHDRAWN = VillageVoucherWithdrawn(handler_id=RIDER, reason="改用公开招标")
BOOKED = VillageVoucherBooked(
    division=VILLAGE,
    month=Month(f"{TODAY:%Y-%m}"),
    number=4,
    booker_id=BOOKER,
    postings=postings_of(VILLAGE, PAID),
)
REVERSED = VillageVoucherReversed(reversal_id=UUID(int=8))
DONE = (DRAFTED, REVIEWED, APPROVED, BOOKED)
BOOKING = event_name(voucher_stream(UUID(int=9)), 4)
RED = replace(DRAFTED, lines=mirrored(PAID), reverses=BOOKING, purpose="冲销记错的电费")
WRITING = {
    "content": CONTENT,
    "since": SINCE,
    "accounts": {"vil:101", "vil:102", "vil:514"},
    "parties": set(),
    "handler_id": RIDER,
    "on": TODAY,
}
ORIGINAL = given(*DONE).state
REVERSING = {
    "original": ORIGINAL,
    "booked": BOOKING,
    "day": TODAY,
    "purpose": "冲销记错的电费",
    "attachments": (),
    "handler_id": RIDER,
    "on": TODAY,
}
TABLES = (
    Table(
        vouchers.evolve,
        vouchers.draft,
        (),
        {**WRITING, "division": VILLAGE},
        [
            row("village_voucher.already_drafted", given=(DRAFTED,)),
            row("village_voucher.day_unsuited", content=replace(CONTENT, day=TOMORROW)),
            row("village_voucher.purpose_unsuited", content=replace(CONTENT, purpose=" 费 ")),
            row("village_voucher.attachments_unsuited", content=replace(CONTENT, attachments=(PAPER, PAPER))),
            row("village_voucher.kind_unsuited", content=replace(CONTENT, kind="receipt")),
            row("village_voucher.same_again", equal=True),
        ],
    ),
    Table(
        vouchers.evolve,
        vouchers.draft_reversal,
        (),
        REVERSING,
        [
            row("village_voucher.already_drafted", given=(DRAFTED,)),
            row("village_voucher.unknown", original=None),
            row("village_voucher.not_booked", original=given(*DONE, REVERSED).state),
            row("village_voucher.day_unsuited", day=TODAY - timedelta(days=1)),
            row("village_voucher.purpose_unsuited", purpose=""),
            row("village_voucher.attachments_unsuited", attachments=(PAPER,) * 2),
        ],
    ),
    Table(
        vouchers.evolve,
        vouchers.revise,
        (DRAFTED, SENT_BACK),
        WRITING,
        [
            row("village_voucher.unknown", given=()),
            row("village_voucher.not_sent_back", given=(DRAFTED,)),
            row("village_voucher.not_yours", handler_id=OTHER),
        ],
    ),
    Table(
        vouchers.evolve,
        vouchers.review,
        (DRAFTED,),
        {"reviewer_id": CLERK},
        [
            row("village_voucher.unknown", given=()),
            row("village_voucher.not_at_step", given=(DRAFTED, REVIEWED)),
            row("chain.acted_twice", reviewer_id=RIDER),
        ],
    ),
    Table(
        vouchers.evolve,
        vouchers.approve,
        (DRAFTED, REVIEWED),
        APPROVE,
        [
            row("village_voucher.unknown", given=()),
            row("village_voucher.not_at_step", given=(DRAFTED,)),
            row("chain.acted_twice", approver_id=CLERK),
            row("village_voucher.resolution_needed", limit_fen=11_999, resolution=None),
            row("chain.acted_twice", resolution=RESOLUTION, teller_id=RIDER, witnessed=False),
            row("meeting.resolution_unwitnessed", resolution=RESOLUTION, teller_id=BOOKER, witnessed=False),
            row("village_voucher.above_resolution", resolution=RESOLUTION, witnessed=True, left_fen=11_999),
        ],
    ),
    Table(
        vouchers.evolve,
        vouchers.book,
        (DRAFTED, REVIEWED, APPROVED),
        {"booker_id": BOOKER, "number": 4},
        [
            row("village_voucher.unknown", given=()),
            row("village_voucher.not_at_step", given=(DRAFTED, REVIEWED)),
            row("chain.acted_twice", booker_id=GRID_WORKER),
        ],
    ),
    Table(
        vouchers.evolve,
        vouchers.reverse,
        DONE,
        {"reversal_id": UUID(int=8)},
        [
            row("village_voucher.unknown", given=()),
            row("village_voucher.not_booked", given=(*DONE, REVERSED)),
        ],
    ),
    Table(
        vouchers.evolve,
        vouchers.send_back,
        (DRAFTED, REVIEWED),
        {"role": "village_committee", "sender_id": GRID_WORKER, "reason": "金额不对"},
        [
            row("village_voucher.unknown", given=()),
            row("village_voucher.not_at_step", role="village_supervisor"),
            row("chain.acted_twice", sender_id=CLERK),
            row("reason.insufficient", reason="…"),
        ],
    ),
    Table(
        vouchers.evolve,
        vouchers.withdraw,
        (DRAFTED,),
        {"handler_id": RIDER, "reason": "改用公开招标"},
        [
            row("village_voucher.unknown", given=()),
            row("village_voucher.ended", given=DONE),
            row("village_voucher.not_yours", handler_id=OTHER),
            row("reason.insufficient", reason="…"),
        ],
    ),
)


@every_table(*TABLES)
def test_a_table_is_right(table: Table) -> None:
    table.check_accepted()
    table.check_documented()


@every_row(*TABLES)
def test_a_refusal(table: Table, position: int) -> None:
    table.check_row(position)


def test_four_people_book_a_voucher() -> None:
    given().when(vouchers.draft, **WRITING, division=VILLAGE).then(DRAFTED)
    given(*DONE[:3]).when(vouchers.book, booker_id=BOOKER, number=4).then(BOOKED)
    for signed in (RIDER, CLERK, GRID_WORKER):
        given(*DONE[:3]).when(vouchers.book, booker_id=signed, number=4).refused("chain.acted_twice")


def test_who_sent_it_back_may_review_it_when_it_comes_again() -> None:
    revised = VillageVoucherRevised(
        day=TODAY, kind="payment", purpose="电费", lines=PAID, attachments=(PAPER,), handler_id=RIDER
    )
    again = given(DRAFTED, REVIEWED, APPROVED, SENT_BACK, revised)
    again.when(vouchers.review, reviewer_id=CLERK).then(REVIEWED)
    assert (again.state.reviewer_id, again.state.approver_id) == (None, None)


def test_a_reversal_says_the_same_on_the_other_side_and_needs_no_resolution() -> None:
    given().when(vouchers.draft_reversal, **REVERSING).then(RED)
    asked = {**APPROVE, "limit_fen": 0}
    given(RED, REVIEWED).when(vouchers.approve, **asked).then(APPROVED)
    given(RED, SENT_BACK).when(vouchers.revise, **WRITING).refused("village_voucher.not_sent_back", status="sent_back")
    red = given(RED, REVIEWED, APPROVED, BOOKED).state
    given().when(vouchers.draft_reversal, **{**REVERSING, "original": red}).refused("village_voucher.not_booked")


def test_what_was_withdrawn_is_over() -> None:
    given(DRAFTED, WITHDRAWN).when(vouchers.review, reviewer_id=CLERK).refused("village_voucher.not_at_step")


@pytest.mark.parametrize(
    ("lines", "kind", "needs"),
    [
        (PAID, "payment", True),
        (mirrored(PAID), "receipt", False),
        ((VoucherLine("101", "debit", Fen(12_000)), PAID[1]), "transfer", False),
        ((PAID[0], VoucherLine("211", "credit", Fen(12_000))), "transfer", True),
    ],
)
def test_what_a_voucher_is_and_whether_it_has_a_limit(lines: tuple[VoucherLine, ...], kind: str, needs: bool) -> None:
    """Money from one purse to the other is no spending; what is bought on credit is."""
    assert kind_of(lines) == kind
    assert needs_resolution(kind, lines, limit_fen=11_999, reverses=False) is needs
    assert not needs_resolution(kind, lines, limit_fen=12_000, reverses=False)


def test_a_resolution_is_kept_with_the_approval() -> None:
    by_another = {"resolution": RESOLUTION, "teller_id": CLERK, "witnessed": True, "left_fen": 12_000}
    asked = {**APPROVE, "limit_fen": 0, **by_another}
    expected = VillageVoucherApproved(approver_id=GRID_WORKER, resolution=RESOLUTION)
    given(DRAFTED, REVIEWED).when(vouchers.approve, **asked).then(expected)
