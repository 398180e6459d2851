"""Words of the county's money in Chinese: what stands against closing a month, where an allowance is."""

from collections.abc import Mapping
from typing import Final

from api.web.reconciliation_words import EXCEPTION_KINDS

FIGURES: Final[Mapping[str, str]] = {
    "payable": "应付未付",
    "in_transit": "代发在途",
    "returned": "退票待处理",
    "paid": "累计已付",
    "claimed": "多付待追回",
    "given_up": "多付已核销",
    "left": "累计付出",
}
"""What ledger, batches and bank are compared by at the end of a month."""

FIGURES_ABOUT: Final[Mapping[str, str]] = {
    "payable": "已入账，还没有进入批准的批次",
    "in_transit": "已批准发放，银行还没有确定的答复",
    "returned": "银行退回，还没有重发或核销",
    "paid": "银行已付，减去退回和追回",
    "claimed": "银行多付或重复付，还没有追回",
    "given_up": "追不回来、两人按文件核销的，减去以后又收回的",
    "left": "已付、待追回、已核销三项合计，与银行比较",
}

DIFFERENCES: Final[Mapping[str, str]] = {
    "in_transit": "代发在途（银行还没有确定的答复）",
    "returned": "退票待处理（还没有重发或核销）",
    "ledger_payable": "账本与业务记录不一致：应付未付",
    "ledger_in_transit": "账本与业务记录不一致：代发在途",
    "ledger_returned": "账本与业务记录不一致：退票待处理",
    "ledger_paid": "账本与业务记录不一致：累计已付",
    "ledger_claimed": "账本与业务记录不一致：多付待追回",
    "ledger_given_up": "账本与业务记录不一致：多付已核销",
    "ledger_left": "账本与业务记录不一致：累计付出",
    "contradicted": "银行的答复前后矛盾",
    "bank_paid": "银行与账本的累计已付不一致",
    "bank_left": "银行与账本的累计付出不一致",
    "bank_open": "银行收付既没有勾对，也没有两人说明",
    "balance_differs": "银行余额与账面余额调节后仍不一致",
}
"""What stands against closing a month, or is to be explained before."""

DIFFERENCE_WORDS: Final[Mapping[str, str]] = {**EXCEPTION_KINDS, **DIFFERENCES}
"""The same with what reconciling finds."""

FUNDS: Final[Mapping[str, str]] = {
    "quota": "零余额账户用款额度：对账单余额不含额度，以下达文件的额度加对账单收付，与账面比较",
    "balance": "实有资金账户：以对账单余额与账面比较",
}
"""What the paying account holds, and how its balance is compared."""

ITEMS: Final[Mapping[tuple[str, bool], str]] = {
    ("bank", True): "银行已收，单位未收",
    ("bank", False): "银行已付，单位未付",
    ("books", True): "单位已收，银行未收",
    ("books", False): "单位已付，银行未付",
}
"""Who has it and whether it came in -> the four kinds of items (未达账项)."""

ALLOWANCE_STATES: Final[Mapping[str, str]] = {
    "arrived": "已到账",
    "in_progress": "发放中",
    "not_arrived": "未到账",
    "to_verify": "待核实",
    "reversed": "已冲正",
}

PAYROLLS: Final[Mapping[str, str]] = {"reward": "奖励", "allowance": "津贴"}

BY_SUBJECT: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    ("period", "kind"): DIFFERENCE_WORDS,
}
"""Subject of a refusal's code, and the fact's name -> the words of its codes."""
