"""What is said of the operations of reconciliation, and the codes that they may answer."""

from collections.abc import Mapping
from typing import Final

_READ: Final = ("access.may_not_read",)
_STATEMENT: Final = (*_READ, "statement.unknown")
_LINE: Final = ("reconciliation.entry_unknown", "statement.unknown")
_COUNTING: Final = (*_LINE, "statement.not_counting")
_BY_TWO: Final = ("chain.acted_twice",)
_BY_FILE: Final = ("file.bad", "statement.already_recorded", "statement.differs", "statement.does_not_add_up")
_DIFFERENCE: Final = ("exception.not_open", "exception.unknown")

RECONCILING: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "readReconciliation": (
        "三方勾对了多少（占已付金额，和 3、7、30 天以内的），退回来还没有处理的款项，等第二人确认的各笔。",
        _READ,
    ),
    "matchAgain": (
        "登记了新的回盘或退票以后，把等着的各笔再自动勾对一次。没有变化就什么也不记，recorded 为 false。",
        (*_READ, "statement.other_account"),
    ),
    "listStatementLayouts": ("能读的对账单版式。", _READ),
    "listBankStatements": ("登记过的对账单，最近的在前，各有笔数、金额和已勾对多少。", _READ),
    "recordBankStatement": (
        "上传银行的对账单，登记每一笔并自动勾对（编号、银行流水号、批次合计，分毫不差才算）。有任何一处不对就什么也不记，"
        "全部列出；同一份文件再传一次不会重复记。",
        (
            *_READ,
            *_BY_FILE,
            "statement.amount_zero",
            "statement.lines_not_in_order",
            "statement.other_account",
            "statement.overlaps",
            "statement.period_backwards",
        ),
    ),
    "readBankStatement": (
        "一份对账单的合计和各笔，after 接上一页的 next。superseding 是等第二人确认的“以这份为准”。",
        _STATEMENT,
    ),
    "suggestMatches": (
        "没有编号的各笔可能是哪些付款：按银行文件里的账号、户名、金额和日期比对。要打开银行文件，留痕。",
        _STATEMENT,
    ),
    "readStatementLine": (
        "一笔银行记录：勾对到哪些付款、按什么勾对，有什么差异，什么等第二人确认。",
        (*_STATEMENT, "reconciliation.entry_unknown"),
    ),
    "acceptMatch": (
        "认定一笔与建议的付款相符；系统按银行文件重新比对一次，不是建议的不收。",
        (
            *_READ,
            *_COUNTING,
            "reason.insufficient",
            "reconciliation.amount_differs",
            "reconciliation.beyond_payment",
            "reconciliation.entry_taken",
            "reconciliation.not_suggested",
        ),
    ),
    "proposeMatch": (
        "提出把一笔（或其中一部分）勾对到哪些付款，或勾对到下达、调整指标的记录（额度到账），写明依据；由另一位同事确认。"
        "金额都写大于零的。",
        (
            *_COUNTING,
            "reason.insufficient",
            "reconciliation.already_proposed",
            "reconciliation.beyond_entry",
            "reconciliation.beyond_payment",
            "reconciliation.no_parts",
            "reconciliation.part_of_other_sign",
            "reconciliation.too_many_parts",
        ),
    ),
    "confirmMatch": (
        "确认别人提出的勾对；提出人不能确认。",
        (
            *_COUNTING,
            *_BY_TWO,
            "reconciliation.beyond_entry",
            "reconciliation.beyond_payment",
            "reconciliation.not_proposed",
        ),
    ),
    "rejectMatch": (
        "撤下提出的勾对，或提出的取消勾对，写明理由。",
        (*_LINE, "reason.insufficient", "reconciliation.not_proposed"),
    ),
    "proposeUnmatch": (
        "提出取消一笔的勾对，写明理由；由另一位同事确认。",
        (*_LINE, "reason.insufficient", "reconciliation.already_proposed", "reconciliation.not_matched"),
    ),
    "unmatch": (
        "确认取消勾对；提出人不能确认。这一笔重新等着，并记一项差异。",
        (*_LINE, *_BY_TWO, "reconciliation.not_proposed"),
    ),
    "proposeSuperseding": (
        "几份对账单说同几天而说法不同时，提出以这一份为准；由另一位同事确认。",
        ("reason.insufficient", "statement.matched_by_hand", "statement.not_in_conflict", "statement.unknown"),
    ),
    "confirmSuperseding": (
        "确认以这一份为准；提出人不能确认。被取代的不再计入，等着的各笔随后自动勾对。",
        (*_BY_TWO, "statement.matched_by_hand", "statement.not_proposed", "statement.unknown"),
    ),
    "listDifferences": (
        "对账的差异，最近的在前：没有了结的，或已了结的；before 接上一页的 next。blocking 说它是否拦住月结。",
        _READ,
    ),
    "readDifference": ("一项差异：是什么、多少、谁经办、说了什么、怎样了结。", (*_READ, "exception.unknown")),
    "assignDifference": ("把一项差异交给一位同事经办。", (*_DIFFERENCE, "person.unknown")),
    "explainDifference": (
        "说明一项差异是什么、为什么；由另一位同事确认。cause 是了结它的那条记录，如有。",
        (
            *_DIFFERENCE,
            "exception.cause_unknown",
            "exception.outcome_unknown",
            "exception.to_be_claimed",
            "reason.insufficient",
        ),
    ),
    "resolveDifference": (
        "确认别人的说明，差异了结；说明人不能确认。",
        (*_DIFFERENCE, *_BY_TWO, "exception.not_proposed"),
    ),
    "rejectExplanation": (
        "撤下一项差异的说明，写明理由。",
        (*_DIFFERENCE, "exception.not_proposed", "reason.insufficient"),
    ),
}

RECONCILING_TAGS: Final[Mapping[str, str]] = {
    "对账": "银行对账单的每一笔与付款勾对，差异由两个人了结；自动勾对以外的每一步都要第二人确认。",
}

RECONCILING_PARAMETERS: Final[Mapping[str, tuple[str, str | int]]] = {
    "statement_id": ("对账单编号", "32f4b48d-8aaa-552b-9738-243294b2db7e"),
    "exception_id": ("差异编号", "7c9e6679-7425-50de-944b-e07fc1f90ae7"),
}
