"""Payments as tables for files: what the pages of payouts, payments and allowances show, under masked names."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal, assert_never
from uuid import UUID

from api.commands.payouts.proposing import Proposal
from api.files.table_files import Column, Row, Table
from api.web import money_words, words
from domain.payout_batches import reference
from projections.allowances import Allowance
from projections.payee_holds import PayeeHold
from projections.payout_batches import Batch, BatchPage, Payment

Which = Literal["lines", "signals", "acknowledgements", "answers", "check"]
WHICH: Final[tuple[Which, ...]] = ("lines", "signals", "acknowledgements", "answers", "check")

Names = Mapping[UUID, str]

_FEN: Final = Column("金额（元）", "fen")
_LINE: Final = (
    Column("行", "number"),
    Column("收款人"),
    Column("付款编号"),
    Column("条数", "number"),
    _FEN,
    Column("状态"),
    Column("原因或银行答复"),
    Column("到账日"),
    Column("银行流水号"),
    Column("退回日"),
    Column("银行说法不一"),
    Column("补发"),
)
_BATCHES: Final = (
    Column("月份"),
    Column("区划"),
    Column("批次", "number"),
    Column("批次号"),
    Column("笔数", "number"),
    _FEN,
    Column("状态"),
    Column("制表人"),
    Column("冻结日"),
    Column("审批人"),
    Column("审批日"),
    Column("驳回理由"),
    Column("导出日"),
    Column("关闭日"),
    Column("名单指纹"),
)
_ALLOWANCES: Final = (
    Column("月份"),
    Column("收款人"),
    Column("区划"),
    Column("依据"),
    Column("文号"),
    _FEN,
    Column("入账日"),
    Column("审批日"),
    Column("到账日"),
    Column("状态"),
)


def batches(found: Sequence[Batch], *, names: Names) -> Table:
    """A row a batch."""
    rows = (
        (
            one.month,
            one.division,
            one.number,
            reference(one.division, one.month, one.number),
            one.payment_count,
            one.total_fen,
            words.BATCH_STATUSES[one.status],
            names[one.maker_id],
            str(one.frozen_on),
            names[one.checker_id] if one.checker_id else "",
            str(one.checked_on or ""),
            one.reject_reason or "",
            str(one.exported_on or ""),
            str(one.closed_on or ""),
            one.lines_digest,
        )
        for one in found
    )
    return Table("发放批次", _BATCHES, rows)


def of_batch(which: Which, page: BatchPage, *, names: Names, signal_text: Mapping[int, list[str]]) -> Table:
    """One table of a batch's page; `signal_text`: line -> what stands out in it, in words."""
    note = f"批次号 {reference(page.batch.division, page.batch.month, page.batch.number)}，"
    note += f"按账本前 {page.three_way.position} 条记录。"
    match which:
        case "lines":
            return Table("名单", _LINE, (_line(one, names) for one in page.payments), note)
        case "signals":
            columns = (Column("行", "number"), Column("收款人"), _FEN, Column("提示"))
            return Table("提示", columns, _signals(page, names, signal_text), note)
        case "acknowledgements":
            columns = (Column("提示"), Column("行"), Column("说明人"), Column("理由"))
            return Table("对提示的说明", columns, _acknowledgements(page, names), note)
        case "answers":
            return Table("回盘", _ANSWERS, _answers(page), note)
        case "check":
            columns = (
                Column("项目"),
                Column("账本（元）", "fen"),
                Column("批次（元）", "fen"),
                Column("笔数", "number"),
            )
            return Table("三方核对", columns, _check(page), note)
        case _:
            assert_never(which)


_ANSWERS: Final = (
    Column("登记日"),
    Column("版式"),
    Column("到账", "number"),
    Column("退回", "number"),
    Column("待核实", "number"),
    Column("字节", "number"),
    Column("文件指纹"),
)


def _line(one: Payment, names: Names) -> Row:
    reason = words.FAILURE_REASONS.get(one.reason, one.reason) if one.state == "failed" and one.reason else one.reason
    return (
        one.line,
        names[one.payee_id],
        one.end_to_end_id,
        len(one.rewards),
        one.amount_fen,
        words.STATUSES[one.state],
        reason or "",
        str(one.booked_on or ""),
        one.bank_ref or "",
        str(one.back_on or ""),
        "是" if one.contradicted else "",
        "是" if one.replaces else "",
    )


def _signals(page: BatchPage, names: Names, signal_text: Mapping[int, list[str]]) -> Iterator[Row]:
    for one in page.payments:
        for text in signal_text.get(one.line, ()):
            yield one.line, names[one.payee_id], one.amount_fen, text


def _acknowledgements(page: BatchPage, names: Names) -> Iterator[Row]:
    for one in page.acknowledgements:
        lines = "、".join(map(str, one.lines))
        yield words.SIGNALS[one.code], lines, names[one.person_id], one.reason


def _answers(page: BatchPage) -> Iterator[Row]:
    for one in page.answers:
        counts = one.settled_count, one.failed_count, one.unknown_count
        yield str(one.recorded_on), one.profile, *counts, one.file_length, one.file_sha256


def _check(page: BatchPage) -> Iterator[Row]:
    check = page.three_way
    yield "名单", check.frozen_fen, check.lines_fen, check.lines_count
    yield "在途", check.ledger_in_transit_fen, check.lines_in_transit_fen, None
    yield "到账", check.ledger_settled_fen, check.lines_settled_fen, check.lines_settled_count
    yield "到账后又退回", check.ledger_returned_fen, check.lines_returned_fen, check.lines_returned_count
    yield "退回", None, check.lines_failed_fen, check.lines_failed_count


def proposal(found: Proposal, *, left_out: Sequence[tuple[UUID, int, int, str]], names: Names) -> Table:
    """Who would be paid, then who is left out: payee, how many, how much, why."""
    columns = (Column("收款人"), Column("条数", "number"), _FEN, Column("本次"), Column("说明"))
    listed: list[Row] = [
        (names[payee], len(held), sum(one.amount_fen for one in held), "发", _again(held))
        for payee, held in found.by_payee.items()
    ]
    out: list[Row] = [(names[payee], count, amount_fen, "不发", why) for payee, count, amount_fen, why in left_out]
    return Table("拟发名单", columns, [*listed, *out], "只是查看，没有记账。")


def _again(held: Sequence[object]) -> str:
    return "补发：上次付款未成" if any(getattr(one, "payment_id", None) for one in held) else ""


def payments(found: Sequence[Payment], *, names: Names) -> Table:
    """The payments that came back, or that the bank contradicts."""
    return Table("退票和疑点", _LINE, (_line(one, names) for one in found))


def holds(found: Sequence[PayeeHold], *, names: Names) -> Table:
    """Whose payments are on hold."""
    columns = (Column("收款人"), Column("原因"), Column("文号"), Column("暂停日"), Column("经办"))
    rows = (
        (names[one.payee_id], one.reason, one.document or "", str(one.placed_on), names[one.placed_by]) for one in found
    )
    return Table("暂停付款", columns, rows)


def allowances(found: Sequence[Allowance], *, names: Names) -> Table:
    """The allowances of a month, also those taken back."""
    rows = (
        (
            one.month,
            names[one.payee_id],
            one.division,
            one.basis,
            one.document or "",
            one.amount_fen,
            str(one.granted_on),
            str(one.approved_on or ""),
            str(one.booked_on or "") if one.state == "arrived" else "",
            money_words.ALLOWANCE_STATES[one.state],
        )
        for one in found
    )
    return Table("津贴", _ALLOWANCES, rows)
