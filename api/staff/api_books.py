"""The books over JSON: trial balance, an account's entries, a voucher, each as of a day and as known at a position; and
the charts of accounts.
"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.books.accounts_asked import account_meant
from api.commands import charts as commands
from api.commands.charts import NewChart
from api.commands.shared import today
from api.staff.acting import ByToken, Desk
from api.staff.api_answers import RECORDED, recorded
from api.staff.books_asked import AccountAsked, After, Books, CommodityAsked, next_of, place_of
from api.staff.evidence import EVENT_NAME, entry_of
from api.staff.fields import CommandKey, Line
from api.staff.shapes import ReceiptGiven
from api.web.routes import Routes
from domain.charts import ChartAccount, Use
from domain.kernel.postings import CNY
from projections import charts, ledger_queries, trial_balances
from projections.charts import AccountNamed, PublishedChart
from projections.ledger_queries import AccountEntry, Entry
from projections.trial_balances import AccountLine, BookTotal, PeriodLine

router = Routes(prefix="/api/v1", tags=["账本"])


class TrialBalance(BaseModel):
    """The trial balance by control account, of effective days until `on`, by the first `position` events of the log.

    Debit is positive; fen. `accounts` and `books` are sums from the beginning; `period` is from `since` on. `digest` is
    what a month's seal carries of `accounts` of all books.
    """

    since: date
    on: date
    position: int
    digest: str
    books: list[BookTotal]
    accounts: list[AccountLine]
    period: list[PeriodLine]


class LedgerPage(BaseModel):
    """Postings to an account in the order of days, its balance before the first, and where the next page begins."""

    account: str
    commodity: str
    position: int
    opening: int
    entries: list[AccountEntry]
    next: str | None


class VoucherRead(BaseModel):
    """One event and its postings in every book. `by` recorded it at `at`; empty `entries`: it moved nothing."""

    event: str
    type: str
    index: int
    on: date
    at: datetime
    by: UUID
    entries: list[Entry]


class ChartsRead(BaseModel):
    """Every version of every chart, and the accounts of those in force."""

    published: list[PublishedChart]
    accounts: list[AccountNamed]


class AccountGiven(BaseModel):
    """An account of a chart that is to be published."""

    account: Annotated[Line, Field(description="科目：账簿:编号[:明细]，如 fin:2307:payee")]
    name: Annotated[Line, Field(description="科目名称")]
    side: Annotated[Line, Field(description="余额通常所在的方向：debit 借，credit 贷")]
    parent: Annotated[Line | None, Field(description="上级科目；一级科目不写")] = None


class UseGiven(BaseModel):
    """Which account postings use for a role."""

    role: Annotated[Line, Field(description="用途，如 funds 用款账户、expense 费用；见随程序提供的科目表")]
    account: Annotated[Line, Field(description="记入哪个科目")]


class NewChartGiven(BaseModel):
    """The next version of a chart."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "code": "village-2023",
                    "system": "财会〔2023〕14号",
                    "document": "本县农村集体经济组织科目表",
                    "accounts": [{"account": "vil-361125001201:101", "name": "库存现金", "side": "debit"}],
                    "uses": [],
                }
            ]
        },
    )

    code: Annotated[Line, Field(description="科目表代码：小写字母、数字、连字符")]
    system: Annotated[Line, Field(description="科目编号取自哪个制度，文号")]
    document: Annotated[Line, Field(description="依据的文件")]
    accounts: Annotated[list[AccountGiven], Field(max_length=300, description="科目，按编号排列")]
    uses: Annotated[list[UseGiven], Field(max_length=40, description="每一种用途记入哪个科目")]


@router.get("/trial-balance", operation_id="readTrialBalance", summary="科目余额表")
def trial_balance(who: ByToken, books: Books) -> TrialBalance:
    """What every control account was debited and credited until a day, as known at a position."""
    who.require("ledgers")
    with books.reading() as (conn, asked, _names):
        accounts = trial_balances.controls(conn, as_of=asked.on, known_at=asked.known_at)
        totals = trial_balances.books(conn, as_of=asked.on, known_at=asked.known_at)
        return TrialBalance(
            since=asked.since,
            on=asked.on,
            position=asked.position,
            digest=trial_balances.digest_of(accounts),
            books=[one for one in totals if books.book in (None, one.book)],
            accounts=[one for one in accounts if books.book is None or one.account.startswith(f"{books.book}:")],
            period=trial_balances.period(
                conn, since=asked.since, as_of=asked.on, book=books.book, known_at=asked.known_at
            ),
        )


@router.get("/ledger-entries", operation_id="listLedgerEntries", summary="明细账")
def entries(
    who: ByToken, books: Books, account: AccountAsked, commodity: CommodityAsked = CNY, after: After = None
) -> LedgerPage:
    """The postings to an account, or to all below a control account, with the balance after each."""
    who.require("ledgers")
    place = place_of(after, books.since)
    with books.reading() as (conn, asked, names):
        account = account_meant(conn, names, account)
        found = ledger_queries.entries_of(
            conn, account, commodity=commodity, as_of=asked.on, after=place, known_at=asked.known_at
        )
        opening = ledger_queries.balance_after(conn, account, commodity=commodity, place=place, known_at=asked.known_at)
        return LedgerPage(
            account=account,
            commodity=commodity,
            position=asked.position,
            opening=opening,
            entries=found,
            next=next_of(found),
        )


@router.get("/voucher", operation_id="readVoucher", summary="记账凭证")
def voucher(
    desk: Desk,
    who: ByToken,
    books: Books,
    event: Annotated[
        str,
        Query(
            pattern=EVENT_NAME,
            max_length=120,
            description="记录名称，形如 payment/0d4f…@2",
            examples=["payment/0d4f3a52-5d0f-4b8e-9f6c-0a4a6b2d7c11@2"],
        ),
    ],
) -> VoucherRead:
    """One event's postings, as they stand in the books."""
    who.require("ledgers")
    found, _ = entry_of(desk, event)
    with books.reading() as (conn, _asked, _names):
        return VoucherRead(
            event=found.name,
            type=found.type,
            index=found.index,
            on=found.on,
            at=found.at,
            by=found.by,
            entries=ledger_queries.voucher(conn, event, log_index=found.index),
        )


@router.get("/charts", operation_id="listCharts", summary="科目表")
def listing(desk: Desk, who: ByToken) -> ChartsRead:
    """The charts of accounts."""
    who.require("ledgers")
    with desk.app.reading.connection() as conn, conn.transaction():
        return ChartsRead(published=charts.published(conn), accounts=charts.accounts(conn))


@router.post("/charts", operation_id="publishChart", summary="发布科目表", status_code=201, responses=RECORDED)
def publish(desk: Desk, who: ByToken, key: CommandKey, new: NewChartGiven, response: Response) -> ReceiptGiven:
    """Publish the next version of a chart of accounts."""
    chart = NewChart(
        code=new.code,
        system=new.system,
        accounts=tuple(ChartAccount(one.account, one.name, one.side, one.parent) for one in new.accounts),
        uses=tuple(Use(one.role, one.account) for one in new.uses),
        document=new.document,
    )
    return recorded(
        desk,
        commands.publish(desk.app, actor=who.actor, key=key, new=[chart], on=today(desk.app)),
        response,
    )
