"""Villages' books over JSON: opening one, vouchers with their four signatures, months, statements."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import File, Path, Query, UploadFile
from psycopg import Connection
from pydantic import BaseModel

from api import village_files
from api.books.village_tables import Asked as StatementAsked
from api.books.village_tables import Which, names_of_book, table_of
from api.commands.village import books, vouchers
from api.commands.village.books import NewBook, NewParty, NewPlan
from api.commands.village.vouchers import NewVoucher
from api.staff.acting import Acting, ByToken, Desk
from api.staff.api_answers import RECORDED, Sending, Sent, once
from api.staff.fields import Code, CommandKey, Day, Identifier, Limit, MonthText
from api.staff.office import Office
from api.staff.shapes import ReceiptGiven
from api.staff.village_shapes import (
    ContentGiven,
    Decision,
    MonthStep,
    NewVillageBook,
    NewVillageParty,
    OpeningGiven,
    PlanGiven,
    ReversalGiven,
    VillageChart,
    VillageLimit,
    VoucherStep,
    resolution_of,
)
from api.staff.village_steps import Asked, content_of, month_step, opening_decision, voucher_step
from api.web.routes import Routes
from domain import authority
from domain.kernel.ids import derived
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.village.parties import party_id
from projections import charts, village_books
from projections.village_books import BookKept, MonthKept, Party, Plan, Voucher

router = Routes(prefix="/api/v1", tags=["村账"])


class VillageBookPage(BaseModel):
    """A village's book with its months, plans and parties."""

    book: BookKept
    months: list[MonthKept]
    plans: list[Plan]
    parties: list[Party]


class VoucherAnswer(BaseModel):
    """The voucher's id, and the receipt."""

    voucher_id: UUID
    receipt: ReceiptGiven


class PartyAnswer(BaseModel):
    """The party's id, and the receipt."""

    party_id: UUID
    receipt: ReceiptGiven


class FileKept(BaseModel):
    """A paper that is kept: by this digest a voucher names it."""

    sha256: str
    length: int


class Statement(BaseModel):
    """A statement: its title, the headings of its columns, and its rows; amounts are fen."""

    title: str
    columns: list[str]
    rows: list[list[str | int | None]]


@router.get("/village-books", operation_id="listVillageBooks", summary="村账")
def list_books(desk: Desk, who: ByToken, area: Annotated[Code | None, Query()] = None) -> list[BookKept]:
    """The books of an area's villages."""
    who.require("village_books")
    with desk.current(village_books) as conn:
        return village_books.books_within(conn, who.area(desk, area))


@router.get("/village-books/{division}", operation_id="readVillageBook", summary="一个村的账")
def read_book(division: Code, desk: Desk, who: ByToken) -> VillageBookPage:
    """A village's book, its months, plans and parties."""
    with desk.current(village_books) as conn:
        return VillageBookPage(
            book=_readable(conn, who, division),
            months=village_books.months_of(conn, division),
            plans=village_books.plans_of(conn, division),
            parties=village_books.parties_of(conn, division),
        )


@router.get(
    "/village-books/{division}/statements/{which}", operation_id="readVillageStatement", summary="村账的一张报表"
)
def read_statement(
    division: Code,
    which: Which,
    desk: Desk,
    who: ByToken,
    since: Annotated[Day, Query(description="从哪天起")],
    until: Annotated[Day, Query(description="到哪天止，含这天")],
) -> Statement:
    """One of the statements, for some days."""
    with desk.current(village_books, charts) as conn:
        book = _readable(conn, who, division)
        asked = StatementAsked(division, since, until)
        table = table_of(which, conn, asked, names=names_of_book(conn, book))
    columns = [column.title for column in table.columns]
    return Statement(title=table.title, columns=columns, rows=[list(row) for row in table.rows])


@router.get("/village-books/{division}/vouchers", operation_id="listVillageVouchers", summary="村账的凭证")
def list_vouchers(
    division: Code,
    desk: Desk,
    who: ByToken,
    month: Annotated[MonthText | None, Query()] = None,
    status: Annotated[str | None, Query(max_length=20, pattern=r"^[a-z_]+$")] = None,
    before: Annotated[
        int | None, Query(ge=0, le=2**53, description="上一页最后一张的 log_index；不给就从最近的开始")
    ] = None,
    limit: Limit = 50,
) -> list[Voucher]:
    """The vouchers of a village, the one written last first."""
    with desk.current(village_books) as conn:
        _readable(conn, who, division)
        return village_books.vouchers_of(conn, division, month=month, status=status, before=before, limit=limit)


@router.get("/village-vouchers/{voucher_id}", operation_id="readVillageVoucher", summary="一张凭证")
def read_voucher(voucher_id: Identifier, desk: Desk, who: ByToken) -> Voucher:
    """A voucher with whoever signed it."""
    with desk.current(village_books) as conn:
        found = village_books.voucher(conn, voucher_id)
        if found is None:
            raise Refusal("village_voucher.unknown")
        _readable(conn, who, found.division)
    return found


@router.post("/village-books", status_code=201, responses=RECORDED, operation_id="openVillageBook", summary="开立村账")
def open_book(wanted: NewVillageBook, sent: Sent) -> ReceiptGiven:
    """Begin a village's book."""
    new = NewBook(wanted.division, wanted.chart, wanted.since, wanted.limit_fen, wanted.document)
    return sent.recorded(books.open_book(sent.app, actor=sent.actor, key=sent.key, new=new, on=sent.on))


@router.post(
    "/village-books/{division}/limit", responses=RECORDED, operation_id="setVillageLimit", summary="设定须决议的限额"
)
def set_limit(division: Code, wanted: VillageLimit, sent: Sent) -> ReceiptGiven:
    """Set above which amount spending needs a resolution."""
    receipt = books.set_limit(
        sent.app,
        actor=sent.actor,
        key=sent.key,
        division=division,
        limit_fen=wanted.limit_fen,
        document=wanted.document,
        on=sent.on,
    )
    return sent.recorded(receipt)


@router.post(
    "/village-books/{division}/chart", responses=RECORDED, operation_id="adoptVillageChart", summary="改用科目表版本"
)
def adopt_chart(division: Code, wanted: VillageChart, sent: Sent) -> ReceiptGiven:
    """Go over to another version of a chart."""
    receipt = books.adopt_chart(
        sent.app, actor=sent.actor, key=sent.key, division=division, chart=wanted.chart, on=sent.on
    )
    return sent.recorded(receipt)


@router.post(
    "/village-books/{division}/opening",
    responses=RECORDED,
    operation_id="proposeVillageOpening",
    summary="提出期初余额",
)
def propose_opening(division: Code, wanted: OpeningGiven, sent: Sent) -> ReceiptGiven:
    """Say what the book begins with; it waits for a second person."""
    receipt = books.propose_opening(
        sent.app,
        actor=sent.actor,
        key=sent.key,
        division=division,
        lines=[one.line() for one in wanted.lines],
        document=wanted.document,
        on=sent.on,
    )
    return sent.recorded(receipt)


@router.post(
    "/village-books/{division}/opening/decision",
    responses=RECORDED,
    operation_id="decideVillageOpening",
    summary="确认或退回期初余额",
)
def decide_opening(division: Code, wanted: Decision, sent: Sent) -> ReceiptGiven:
    """Agree to it as the second person, or say why not."""
    return sent.recorded(opening_decision(_asked(sent), division, wanted))


@router.post(
    "/village-books/{division}/plans", responses=RECORDED, operation_id="publishVillagePlan", summary="公布财务计划"
)
def publish_plan(division: Code, wanted: PlanGiven, sent: Sent) -> ReceiptGiven:
    """Publish a year's plan; a later one of the year replaces it."""
    new = NewPlan(
        wanted.year, tuple(one.line() for one in wanted.lines), wanted.document, resolution_of(wanted.resolution)
    )
    receipt = books.publish_plan(sent.app, actor=sent.actor, key=sent.key, division=division, new=new, on=sent.on)
    return sent.recorded(receipt)


@router.post(
    "/village-books/{division}/parties",
    status_code=201,
    responses=once(PartyAnswer),
    operation_id="registerVillageParty",
    summary="登记往来户",
)
def register_party(division: Code, wanted: NewVillageParty, sent: Sent) -> PartyAnswer:
    """Give somebody with whom the village has an account a number."""
    new = NewParty(division, wanted.reference, wanted.kind, wanted.name, wanted.person_id)
    receipt = books.register_party(sent.app, actor=sent.actor, key=sent.key, new=new, on=sent.on)
    return PartyAnswer(party_id=party_id(division, wanted.reference), receipt=sent.recorded(receipt))


@router.post(
    "/village-books/{division}/voucher-files",
    status_code=201,
    operation_id="keepVoucherFile",
    summary="上传凭证附件",
)
def keep_file(
    division: Code,
    file: Annotated[UploadFile, File(description="附件：PDF、JPEG、PNG 或 xlsx，最大 10 MB")],
    _key: CommandKey,
    desk: Desk,
    who: ByToken,
) -> FileKept:
    """Keep a paper, so that a voucher can name it by its digest. What is sent decides, not the key."""
    require_writer(who, division)
    kept = village_files.keep(desk.app, file.file.read(), kind=village_files.OF_VOUCHER)
    return FileKept(sha256=kept.sha256, length=kept.length)


@router.post(
    "/village-books/{division}/vouchers",
    status_code=201,
    responses=once(VoucherAnswer),
    operation_id="draftVillageVoucher",
    summary="经手填写凭证",
)
def draft(division: Code, wanted: ContentGiven, sent: Sent) -> VoucherAnswer:
    """Write a voucher down; it waits for its review."""
    voucher_id = derived("village_voucher", sent.who.person_id, sent.key)
    new = NewVoucher(voucher_id, division, content_of(sent.app, wanted, division=division))
    receipt = vouchers.draft(sent.app, actor=sent.actor, key=sent.key, new=new, on=sent.on)
    return VoucherAnswer(voucher_id=voucher_id, receipt=sent.recorded(receipt))


@router.post(
    "/village-vouchers/{voucher_id}/reversal",
    status_code=201,
    responses=once(VoucherAnswer),
    operation_id="reverseVillageVoucher",
    summary="填写红字凭证",
)
def draft_reversal(voucher_id: Identifier, wanted: ReversalGiven, sent: Sent) -> VoucherAnswer:
    """Write down the red voucher that takes a booked one back; it goes the same way."""
    own = derived("village_voucher", sent.who.person_id, sent.key)
    receipt = vouchers.draft_reversal(
        sent.app,
        actor=sent.actor,
        key=sent.key,
        voucher_id=own,
        original_id=voucher_id,
        day=wanted.day,
        purpose=wanted.purpose,
        attachments=village_files.kept(sent.app, wanted.attachments, division=_village_of(sent.desk, voucher_id)),
        on=sent.on,
    )
    return VoucherAnswer(voucher_id=own, receipt=sent.recorded(receipt))


@router.post(
    "/village-vouchers/{voucher_id}/revision",
    responses=RECORDED,
    operation_id="reviseVillageVoucher",
    summary="重填退回的凭证",
)
def revise(voucher_id: Identifier, wanted: ContentGiven, sent: Sent) -> ReceiptGiven:
    """Write anew what was sent back."""
    content = content_of(sent.app, wanted, division=_village_of(sent.desk, voucher_id))
    receipt = vouchers.revise(
        sent.app, actor=sent.actor, key=sent.key, voucher_id=voucher_id, content=content, on=sent.on
    )
    return sent.recorded(receipt)


@router.post(
    "/village-vouchers/{voucher_id}/steps",
    responses=RECORDED,
    operation_id="stepVillageVoucher",
    summary="审核、审批、记账、退回、撤回",
)
def step(voucher_id: Identifier, wanted: VoucherStep, sent: Sent) -> ReceiptGiven:
    """Take the next step with a voucher."""
    return sent.recorded(voucher_step(_asked(sent), voucher_id, wanted))


@router.post(
    "/village-books/{division}/months/{month}/steps",
    responses=RECORDED,
    operation_id="stepVillageMonth",
    summary="村账月结",
)
def close(
    division: Code, month: Annotated[MonthText, Path(description="月份")], wanted: MonthStep, sent: Sent
) -> ReceiptGiven:
    """Propose to close a month, close it as the second person, or take the proposal back."""
    return sent.recorded(month_step(_asked(sent), division, month, wanted))


def require_writer(who: Acting, division: Division) -> None:
    """Refuse `authority.role_may_not`, `access.outside_area` unless he writes vouchers of the village."""
    if not authority.may(who.role, "village_voucher.drafted/1"):
        raise Refusal("authority.role_may_not", role=who.role, event_type="village_voucher.drafted/1")
    who.require_area(division)


def _readable(conn: Connection[Any], who: Acting, division: Division) -> BookKept:
    """The village's book, if it is in the reader's area. Refuses `access.*`, `village_book.unknown`."""
    who.require("village_books")
    who.require_area(division)
    book = village_books.book_of(conn, division)
    if book is None:
        raise Refusal("village_book.unknown")
    return book


def _village_of(desk: Office, voucher_id: UUID) -> Division:
    """Whose voucher it is. Refuses `village_voucher.unknown`."""
    with desk.current(village_books) as conn:
        found = village_books.voucher(conn, voucher_id)
    if found is None:
        raise Refusal("village_voucher.unknown")
    return found.division


def _asked(sent: Sending) -> Asked:
    return Asked(sent.app, sent.actor, sent.key, sent.on)
