"""What is said of the operations of villages' books, and the codes they may answer."""

from collections.abc import Mapping
from typing import Final

_READ: Final = ("access.may_not_read", "access.outside_area", "village_book.unknown")
_LINES: Final = (
    "village_lines.account_unknown",
    "village_lines.amount_unsuited",
    "village_lines.party_needed",
    "village_lines.party_unsuited",
    "village_lines.side_unknown",
    "village_lines.too_few",
    "village_lines.too_many",
    "village_lines.twice",
    "village_lines.unbalanced",
    "village_party.unknown",
)
_CONTENT: Final = (
    *_LINES,
    "village_book.unknown",
    "village_file.unknown",
    "village_month.closed",
    "village_month.closing",
    "village_voucher.attachments_unsuited",
    "village_voucher.day_unsuited",
    "village_voucher.kind_unsuited",
    "village_voucher.purpose_unsuited",
)
_BOOKED: Final = ("balance.below_limit", "period.closing", "period.sealed")

VILLAGE_OPERATIONS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "listVillageBooks": (
        "一个范围里各村的账：科目表、起始日、须决议的限额、期初余额。",
        ("access.may_not_read", "access.outside_area", "place.unknown"),
    ),
    "readVillageBook": ("一个村的账：各月凭证张数和月结、各年财务计划、往来户（只有编号）。", _READ),
    "readVillageStatement": (
        "一张报表：科目余额表、收支明细表、资产负债表、收益及收益分配表、债权债务、序时账、凭证清单；金额单位是分。",
        _READ,
    ),
    "listVillageVouchers": ("一个村的凭证，后写的在前；可按月份、状态查。", _READ),
    "readVillageVoucher": ("一张凭证：分录、附件的摘要、谁签过字、决议、冲销。", (*_READ, "village_voucher.unknown")),
    "openVillageBook": (
        "开立一个村的账，按一版科目表，从某月一日起；超过限额的支出须有会议决议。由乡镇、县里或管理员办。",
        (
            "place.unknown",
            "village_book.already_opened",
            "village_book.chart_unknown",
            "village_book.limit_unsuited",
            "village_book.not_a_village",
            "village_book.since_unsuited",
        ),
    ),
    "setVillageLimit": (
        "设定新的限额，从现在起审批的凭证适用。",
        ("village_book.limit_unsuited", "village_book.nothing_changed", "village_book.unknown"),
    ),
    "adoptVillageChart": (
        "改用科目表的另一版，以后填写的凭证适用。",
        ("village_book.chart_unknown", "village_book.nothing_changed", "village_book.unknown"),
    ),
    "proposeVillageOpening": (
        "提出期初余额，由第二人确认后在起始日前一天入账。",
        (*_LINES, "village_book.opening_recorded_already", "village_book.unknown"),
    ),
    "decideVillageOpening": (
        "第二人确认期初余额，或写明原因退回。",
        (*_BOOKED, "chain.acted_twice", "reason.insufficient", "village_book.no_opening", "village_book.unknown"),
    ),
    "publishVillagePlan": (
        "公布一年的财务计划；再公布就以新的为准。",
        (
            "village_book.unknown",
            "village_plan.line_unsuited",
            "village_plan.no_lines",
            "village_plan.nothing_changed",
            "village_plan.year_unsuited",
            "village_voucher.resolution_unsuited",
        ),
    ),
    "registerVillageParty": (
        "登记往来户：编号公开，姓名或名称存入保险库。",
        (
            "person.erased",
            "person.unknown",
            "village_book.unknown",
            "village_party.already_registered",
            "village_party.kind_unknown",
            "village_party.reference_malformed",
        ),
    ),
    "keepVoucherFile": (
        "上传一个凭证附件，存入保险库，得到它的摘要；填写凭证时用摘要引用。",
        ("access.outside_area", "authority.role_may_not", "village_file.too_large", "village_file.type_unknown"),
    ),
    "draftVillageVoucher": (
        "经手人填写凭证，等民主理财审核。四步由四个不同的人办。",
        (*_CONTENT, "village_voucher.already_drafted", "village_voucher.same_again"),
    ),
    "reverseVillageVoucher": (
        "填写红字凭证，整张冲销一张已记账的凭证；同样经审核、审批、记账。",
        (
            "village_file.unknown",
            "village_month.closed",
            "village_month.closing",
            "village_voucher.already_drafted",
            "village_voucher.attachments_unsuited",
            "village_voucher.day_unsuited",
            "village_voucher.not_booked",
            "village_voucher.purpose_unsuited",
            "village_voucher.unknown",
        ),
    ),
    "reviseVillageVoucher": (
        "经手人重填被退回的凭证，重新从审核开始。",
        (
            *_CONTENT,
            "village_voucher.not_sent_back",
            "village_voucher.not_yours",
            "village_voucher.unknown",
        ),
    ),
    "stepVillageVoucher": (
        "民主理财审核、审批、记账、退回，或经手人撤回。记账时按月编号，不断号、不重号。",
        (
            *_BOOKED,
            "chain.acted_twice",
            "committee.near_relative",
            "committee.not_in_supervision",
            "committee.sits_in_both",
            "meeting.resolution_unwitnessed",
            "reason.insufficient",
            "village_book.unknown",
            "village_month.closed",
            "village_month.closing",
            "village_voucher.above_resolution",
            "village_voucher.ended",
            "village_voucher.not_at_step",
            "village_voucher.not_booked",
            "village_voucher.not_yours",
            "village_voucher.resolution_needed",
            "village_voucher.resolution_unsuited",
            "village_voucher.unknown",
        ),
    ),
    "stepVillageMonth": (
        "村账月结：村会计按当时的余额提出，民主理财的另一人月结；月结以后这个月不再改动。",
        (
            "chain.acted_twice",
            "reason.insufficient",
            "village_book.unknown",
            "village_month.closed",
            "village_month.closing",
            "village_month.moved",
            "village_month.not_closing",
            "village_month.not_next",
            "village_month.not_over",
            "village_month.opening_waits",
            "village_month.vouchers_wait",
        ),
    ),
}
"""Operation id -> its description and its own codes."""

VILLAGE_TAGS: Final[Mapping[str, str]] = {
    "村账": "各村集体的账：凭证由经手、民主理财审核、审批、记账四个人办；报表、月结、财务计划。",
}

VILLAGE_PARAMETERS: Final[Mapping[str, tuple[str, str | int]]] = {
    "voucher_id": ("凭证编号", "9b55afe7-8fc0-4ffc-a662-bc69968d237c"),
    "which": (
        "哪张表：balances 科目余额表，income 收支明细表，sheet 资产负债表，result 收益及收益分配表，"
        "parties 债权债务明细表，journal 序时账，vouchers 凭证清单",
        "balances",
    ),
}
