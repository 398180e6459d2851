"""Reconciliation over JSON: statements and their lines, what each is matched to, differences, and every step of both.

What must not be broken: names and accounts of the bank's file are opened for suggestions alone, for whoever may see the
bank's files, and that is recorded; a page of lines or differences is as long as was asked.
"""

from typing import Annotated
from uuid import UUID

from fastapi import File, Form, Path, Query, UploadFile
from pydantic import BaseModel

from api.commands import reconciling, reconciling_by_hand, superseding
from api.commands.suggesting import suggestions_of
from api.staff.acting import ByToken, Desk
from api.staff.api_answers import RECORDED, Sent, once
from api.staff.batch_files import upload_name
from api.staff.fields import Identifier, Limit
from api.staff.page_reconcile import statement_profile, statement_profiles
from api.staff.reconcile_shapes import AcceptedMatch, NewMatch
from api.staff.shapes import ReceiptGiven, WithReason
from api.web.routes import Routes
from domain.kernel.matches import EntryKey
from domain.kernel.refusals import Refusal
from projections import bank_documents, reconciliation
from projections import reconciliation_queries as queries
from projections.bank_documents import OnDocument
from projections.reconciliation import BankPayment, BankStatement
from projections.reconciliation_queries import (
    Allocated,
    Difference,
    EntryRow,
    ProposalRow,
    Release,
    Share,
    Shown,
    Superseding,
    Totals,
)

router = Routes(prefix="/api/v1", tags=["对账"])

Number = Annotated[int, Path(ge=1, le=10_000_000, description="对账单里的第几笔")]


class ReconciliationRead(BaseModel):
    """The headline, what came back and waits, and what waits for a second person."""

    share: Share
    returned: list[BankPayment]
    proposals: list[ProposalRow]


class StatementRead(BaseModel):
    """A statement, and how much of it is matched."""

    statement: BankStatement
    totals: Totals


class StatementLines(StatementRead):
    """A statement's lines; `next` is the `after` of the following page."""

    lines: list[EntryRow]
    next: int | None
    superseding: Superseding | None


class LineRead(BaseModel):
    """One line: what it is matched to, its differences, and what waits for a second person."""

    line: EntryRow
    allocations: list[Allocated]
    documents: list[OnDocument]
    differences: list[Difference]
    proposal: ProposalRow | None
    release: Release | None


class Suggested(BaseModel):
    """A payment that a line may be: what agrees, and how many days lie between."""

    entry: int
    payment_id: UUID
    amount_fen: int
    agrees: list[str]
    days: int


class StatementLayout(BaseModel):
    """A layout in which statements are read."""

    name: str
    title: str


class StatementsKept(BaseModel):
    """The statements of a file; a file that was read before gives the same ones."""

    statement_ids: list[UUID]
    receipt: ReceiptGiven | None


class MatchedAgain(BaseModel):
    """Whether anything changed, and the receipt of what did."""

    recorded: bool
    receipt: ReceiptGiven | None


@router.get("/reconciliation", operation_id="readReconciliation", summary="对账情况")
def overview(desk: Desk, who: ByToken) -> ReconciliationRead:
    """How much is matched three ways, and what waits."""
    who.require("payouts")
    with desk.current(reconciliation) as conn:
        return ReconciliationRead(
            share=queries.share(conn), returned=queries.returned(conn), proposals=queries.proposals(conn)
        )


@router.post(
    "/reconciliation/match",
    status_code=201,
    responses=once(MatchedAgain),
    operation_id="matchAgain",
    summary="再勾对一次",
)
def match_again(sent: Sent) -> MatchedAgain:
    """Match what waits with what the books know by now; nothing is recorded where nothing changes."""
    sent.who.require("files")
    receipt = reconciling.match_again(sent.app, actor=sent.actor, key=sent.key, on=sent.on)
    if receipt is None:
        sent.response.status_code = 200
        return MatchedAgain(recorded=False, receipt=None)
    return MatchedAgain(recorded=True, receipt=sent.recorded(receipt))


@router.get("/statement-layouts", operation_id="listStatementLayouts", summary="对账单版式")
def layouts(who: ByToken) -> list[StatementLayout]:
    """The layouts of statements that come with the program."""
    who.require("payouts")
    return [StatementLayout(name=one.name, title=one.title) for one in statement_profiles()]


@router.get("/bank-statements", operation_id="listBankStatements", summary="对账单")
def statements(desk: Desk, who: ByToken, limit: Limit = 50) -> list[StatementRead]:
    """The statements, the latest first."""
    who.require("payouts")
    with desk.current(reconciliation) as conn:
        found = queries.statements(conn, limit=limit)
        return [StatementRead(statement=one, totals=queries.totals(conn, one.statement_id)) for one in found]


@router.post(
    "/bank-statements",
    status_code=201,
    responses=once(StatementsKept),
    operation_id="recordBankStatement",
    summary="登记对账单",
)
def record(
    file: Annotated[UploadFile, File(description="银行给的对账单文件")],
    profile: Annotated[str, Form(max_length=80, description="对账单版式")],
    sent: Sent,
) -> StatementsKept:
    """Record the bank's file and match it. With any finding nothing is recorded, and all of them are given."""
    sent.who.require("files")
    taken = reconciling.record_statements(
        sent.app,
        actor=sent.actor,
        key=sent.key,
        profile=statement_profile(profile),
        content=file.file.read(),
        file=upload_name(file.filename),
        on=sent.on,
    )
    ids, last = [one.statement_id for one in taken], taken[-1].receipt
    if last is None:
        sent.response.status_code = 200
        return StatementsKept(statement_ids=ids, receipt=None)
    return StatementsKept(statement_ids=ids, receipt=sent.recorded(last))


@router.get("/bank-statements/{statement_id}", operation_id="readBankStatement", summary="一份对账单")
def read(
    statement_id: Identifier,
    desk: Desk,
    who: ByToken,
    shown: Annotated[
        Shown, Query(description="all 全部，waiting 没有勾对的，matched 已勾对的，differing 有差异的")
    ] = "all",
    after: Annotated[int, Query(ge=0, le=10_000_000, description="上一页的 next；不给就从第一笔起")] = 0,
    limit: Limit = 50,
) -> StatementLines:
    """A statement's totals, and its lines in order, so many at a time."""
    who.require("payouts")
    with desk.current(reconciliation) as conn:
        found = _statement(queries.statement(conn, statement_id))
        lines = queries.entries(conn, statement_id, shown=shown, after=after, limit=limit + 1)
        return StatementLines(
            statement=found,
            totals=queries.totals(conn, statement_id),
            lines=lines[:limit],
            next=lines[limit - 1].number if len(lines) > limit else None,
            superseding=queries.superseding(conn, statement_id),
        )


@router.get("/bank-statements/{statement_id}/suggestions", operation_id="suggestMatches", summary="可能相符的付款")
def suggest(statement_id: Identifier, desk: Desk, who: ByToken) -> list[Suggested]:
    """Which payments the lines without a reference may be; opening the bank's file for it is recorded."""
    who.require("files")
    found = suggestions_of(desk.app, by=who.actor, statement_id=statement_id)
    return [
        Suggested(
            entry=one.key.number,
            payment_id=one.part.payment_id,
            amount_fen=one.part.amount_fen,
            agrees=list(one.agrees),
            days=one.days,
        )
        for one in found.proposals
    ]


@router.get("/bank-statements/{statement_id}/lines/{number}", operation_id="readStatementLine", summary="一笔银行记录")
def line(statement_id: Identifier, number: Number, desk: Desk, who: ByToken) -> LineRead:
    """A line with what it is matched to and why, what does not agree, and what waits for a second person."""
    who.require("payouts")
    key = EntryKey(statement_id, number)
    with desk.current(reconciliation) as conn:
        _statement(queries.statement(conn, statement_id))
        row = queries.entry(conn, key)
        if row is None:
            raise Refusal("reconciliation.entry_unknown", entry=number)
        proposed = [one for one in queries.proposals(conn, statement_id) if one.entry == number]
        return LineRead(
            line=row,
            allocations=queries.allocations(conn, key),
            documents=bank_documents.of_entry(conn, key),
            differences=queries.exceptions(conn, is_open=None, statement_id=statement_id, entry_number=number),
            proposal=proposed[0] if proposed else None,
            release=queries.release(conn, key),
        )


_LINE = "/bank-statements/{statement_id}/lines/{number}"


@router.post(f"{_LINE}/accept", responses=RECORDED, operation_id="acceptMatch", summary="认定相符")
def accept(statement_id: Identifier, number: Number, wanted: AcceptedMatch, sent: Sent) -> ReceiptGiven:
    """Accept a suggestion; it is computed once more from the bank's file."""
    sent.who.require("files")
    receipt = reconciling_by_hand.accept(
        sent.app,
        actor=sent.actor,
        key=sent.key,
        entry=EntryKey(statement_id, number),
        payment_id=wanted.payment_id,
        reason=wanted.reason,
        on=sent.on,
    )
    return sent.recorded(receipt)


@router.post(f"{_LINE}/propose", responses=RECORDED, operation_id="proposeMatch", summary="提出人工勾对")
def propose(statement_id: Identifier, number: Number, wanted: NewMatch, sent: Sent) -> ReceiptGiven:
    """Propose by hand what a line is matched to; another person confirms. Amounts are given above zero."""
    entry = EntryKey(statement_id, number)
    with sent.desk.current(reconciliation) as conn:
        row = queries.entry(conn, entry)
    sign = -1 if row is not None and row.amount_fen < 0 else 1
    parts = [one.part(sign) for one in wanted.parts]
    receipt = reconciling_by_hand.propose(
        sent.app, actor=sent.actor, key=sent.key, entry=entry, parts=parts, reason=wanted.reason, on=sent.on
    )
    return sent.recorded(receipt)


@router.post(f"{_LINE}/confirm", responses=RECORDED, operation_id="confirmMatch", summary="确认人工勾对")
def confirm(statement_id: Identifier, number: Number, sent: Sent) -> ReceiptGiven:
    """Confirm as another person what was proposed."""
    entry = EntryKey(statement_id, number)
    return sent.recorded(reconciling_by_hand.confirm(sent.app, actor=sent.actor, key=sent.key, entry=entry, on=sent.on))


@router.post(f"{_LINE}/reject", responses=RECORDED, operation_id="rejectMatch", summary="撤下提出的勾对")
def reject(statement_id: Identifier, number: Number, wanted: WithReason, sent: Sent) -> ReceiptGiven:
    """Drop what was proposed: a match, or taking one back."""
    entry = EntryKey(statement_id, number)
    return sent.recorded(
        reconciling_by_hand.reject(
            sent.app, actor=sent.actor, key=sent.key, entry=entry, reason=wanted.reason, on=sent.on
        )
    )


@router.post(f"{_LINE}/propose-unmatch", responses=RECORDED, operation_id="proposeUnmatch", summary="提出取消勾对")
def propose_unmatch(statement_id: Identifier, number: Number, wanted: WithReason, sent: Sent) -> ReceiptGiven:
    """Propose to take a match back; another person confirms."""
    entry = EntryKey(statement_id, number)
    return sent.recorded(
        reconciling_by_hand.propose_unmatch(
            sent.app, actor=sent.actor, key=sent.key, entry=entry, reason=wanted.reason, on=sent.on
        )
    )


@router.post(f"{_LINE}/unmatch", responses=RECORDED, operation_id="unmatch", summary="确认取消勾对")
def unmatch(statement_id: Identifier, number: Number, sent: Sent) -> ReceiptGiven:
    """Confirm as another person that a match is taken back."""
    entry = EntryKey(statement_id, number)
    return sent.recorded(reconciling_by_hand.unmatch(sent.app, actor=sent.actor, key=sent.key, entry=entry, on=sent.on))


@router.post(
    "/bank-statements/{statement_id}/supersede",
    responses=RECORDED,
    operation_id="proposeSuperseding",
    summary="提出以这份对账单为准",
)
def propose_superseding(statement_id: Identifier, wanted: WithReason, sent: Sent) -> ReceiptGiven:
    """Propose that this statement counts, instead of all that tell of its days."""
    receipt = superseding.propose(
        sent.app, actor=sent.actor, key=sent.key, statement_id=statement_id, reason=wanted.reason, on=sent.on
    )
    return sent.recorded(receipt)


@router.post(
    "/bank-statements/{statement_id}/supersede/confirm",
    responses=RECORDED,
    operation_id="confirmSuperseding",
    summary="确认以这份对账单为准",
)
def confirm_superseding(statement_id: Identifier, sent: Sent) -> ReceiptGiven:
    """Confirm it as another person; what waits is then matched."""
    receipt = superseding.confirm(sent.app, actor=sent.actor, key=sent.key, statement_id=statement_id, on=sent.on)
    return sent.recorded(receipt)


def _statement(found: BankStatement | None) -> BankStatement:
    if found is None:
        raise Refusal("statement.unknown")
    return found
