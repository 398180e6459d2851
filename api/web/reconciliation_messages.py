"""The part of the message table that speaks of bank statements, matches and differences."""

from collections.abc import Mapping
from typing import Final

RECONCILIATION_MESSAGES: Final[Mapping[str, str]] = {
    "reason.insufficient": "理由至少写 {least} 个字，不能只是标点或同一个字。请写明依据，让以后查账的人看得懂。",
    "statement.already_recorded": "{since} 至 {until} 的这份对账单已经登记。无需再做。",
    "statement.amount_zero": "第 {line} 笔金额为零。请核对文件。",
    "statement.differs": "{since} 至 {until} 已登记过一份对账单，各笔与这份不同。请向银行核实哪份为准。",
    "statement.does_not_add_up": "期初加各笔应为 {computed_fen} 元，期末却是 {closing_fen} 元。请重新下载。",
    "statement.in_future": "对账单写到 {until}，在今天（{today}）之后，银行不可能已经记账。"
    "请重新下载到今天为止的对账单。",
    "statement.lines_not_in_order": "序号应为 {expected}，现为 {line}。请重新下载对账单后再传。",
    "statement.matched_by_hand": "原对账单第 {entry} 笔是人工勾对的。请先由两人撤销它的勾对，再更正对账单。",
    "statement.not_counting": "第 {entry} 笔所在的对账单现在不作数，不能勾对。请先由两人决定以哪份对账单为准。",
    "statement.not_in_conflict": "{since} 至 {until} 没有别的对账单与这份冲突，或这份已经在用。无需更正。",
    "statement.not_proposed": "这份对账单没有待确认的更正，或冲突的对账单已有变化。请重新提出更正。",
    "statement.overlaps": "{since} 至 {until} 与已登记的对账单日期重叠。请由两人决定以哪份为准。",
    "statement.other_account": "这份对账单的账号 {account} 不是本单位的付款账户。请核对文件。",
    "statement.period_backwards": "起始日 {since} 晚于截止日 {until}。请核对文件。",
    "statement.unknown": "没有这份对账单。请核对编号。",
    "reconciliation.already_proposed": "第 {entry} 笔已有人提出勾对，等另一位同事确认。请先确认或退回。",
    "reconciliation.amount_differs": "各部分合计与这一笔的 {entry_fen} 元不一致。请核对金额。",
    "reconciliation.beyond_entry": "合计 {given_fen} 元超过这一笔的 {entry_fen} 元。请减少后再提。",
    "reconciliation.beyond_payment": "付款 {payment_id} 没有这么多未勾对的金额，可能已与别的一笔勾对。请刷新页面查看。",
    "reconciliation.document_unknown": "账本里没有 {document} 这笔动了钱的记录，或它是一笔付款。请从凭证上抄编号。",
    "reconciliation.entry_taken": "第 {entry} 笔已经勾对。请刷新页面查看。",
    "reconciliation.entry_unknown": "这份对账单没有第 {entry} 笔。请核对序号。",
    "reconciliation.no_parts": "没有选择与哪一笔付款勾对。请至少选一笔。",
    "reconciliation.not_matched": "第 {entry} 笔没有勾对，无可撤销。请刷新页面查看。",
    "reconciliation.not_proposed": "第 {entry} 笔没有待确认的勾对。请刷新页面查看。",
    "reconciliation.not_suggested": "按账号、户名、金额，第 {entry} 笔与所选的付款不符。确有依据的请用人工勾对。",
    "reconciliation.part_of_other_sign": "这一笔是 {entry_fen} 元，所选金额的收付方向与它相反，或为零。请核对。",
    "reconciliation.tier_not_automatic": "第 {tier} 级不能自动勾对。请由人办理。",
    "reconciliation.too_many_parts": "一次最多勾对 {parts_max} 笔，现有 {parts} 笔。请分几次办理。",
    "exception.kind_unknown": "没有“{kind}”这种差异。请从列表中选择。",
    "exception.not_open": "这项差异已经了结。请刷新页面查看。",
    "exception.outcome_unknown": "没有“{outcome}”这种处理结果。请从列表中选择。",
    "exception.cause_unknown": "账本里没有 {cause} 这条记录。请从凭证上抄编号，或留空。",
    "exception.not_proposed": "这项差异还没有人说明，或说明已被退回。请先写明原因，再由另一位同事确认。",
    "exception.to_be_claimed": "银行重复付款不能只作说明。请由审批人登记为多付款，再追回或核销。",
    "exception.unknown": "没有这项差异。请核对编号。",
}
