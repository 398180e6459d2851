"""What is said of the operations of villages' assets, resource contracts and subsidies, and their codes."""

from collections.abc import Mapping
from typing import Final

_LIST: Final = ("access.may_not_read", "access.outside_area", "place.unknown")
_ONE: Final = ("access.may_not_read", "access.outside_area")

PROPERTY: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "listAssets": ("一个范围里的集体资产，按村和编号。数量以单位的千分之一计。", _LIST),
    "acquireAsset": (
        "登记村里取得的一项资产或资源。一村一个编号一项；编号由村和编号推出。",
        (
            "asset.already_recorded",
            "asset.category_unknown",
            "asset.cost_out_of_range",
            "asset.day_in_future",
            "asset.how_unknown",
            "asset.quantity_out_of_range",
            "asset.voucher_unknown",
            "place.unknown",
        ),
    ),
    "readAsset": ("一项资产和它的历次变动。", (*_ONE, "asset.unknown")),
    "recordAssetStep": (
        "资产办一步。盘点和处置都由一个人提出、另一个人确认；确认盘点后登记簿上的数量和原值才改，确认处置后才注销。"
        "出租由资源合同登记，出租中的不能处置。",
        (
            "asset.before_acquired",
            "asset.count_waits",
            "asset.day_in_future",
            "asset.disposal_waits",
            "asset.ended",
            "asset.how_unknown",
            "asset.let_already",
            "asset.no_count",
            "asset.no_disposal",
            "asset.proceeds_out_of_range",
            "asset.quantity_out_of_range",
            "asset.resolution_unknown",
            "asset.unknown",
            "asset.voucher_unknown",
            "chain.acted_twice",
            "reason.insufficient",
            "sending_back.reason_unknown",
        ),
    ),
    "listResourceContracts": ("一个范围里的资源合同，新的在前，各有已到期、已收、逾期的租金。", _LIST),
    "signResourceContract": (
        "登记一份已签的资源合同和各期租金。另一个人确认以后才算数。编号由村和合同编号推出。",
        (
            "asset.unknown",
            "place.unknown",
            "resource_contract.already_recorded",
            "resource_contract.days_reversed",
            "resource_contract.dues_wrong",
            "resource_contract.party_unknown",
            "resource_contract.quantity_out_of_range",
            "resource_contract.resolution_unknown",
            "resource_contract.signed_in_future",
        ),
    ),
    "readResourceContract": (
        "一份合同、各期租金和收到的每一笔。确认以前没有应收。",
        (*_ONE, "resource_contract.unknown"),
    ),
    "recordResourceContractStep": (
        "合同办一步：另一个人确认（在册资产同时登记为出租）、撤回登记、登记收到的租金、冲回一笔、提前终止。"
        "登记的人不能确认、终止；收款的人不能冲回自己登记的一笔。这里不动账，钱由村账的凭证入账。",
        (
            "asset.disposal_waits",
            "asset.ended",
            "asset.less_than_let",
            "asset.let_already",
            "asset.not_let",
            "asset.unknown",
            "chain.acted_twice",
            "resource_contract.day_in_future",
            "resource_contract.due_cancelled",
            "resource_contract.due_unknown",
            "resource_contract.ending_unknown",
            "resource_contract.ends_outside",
            "resource_contract.more_than_due",
            "resource_contract.more_than_voucher",
            "resource_contract.not_confirmed",
            "resource_contract.not_signed",
            "resource_contract.paid_ahead",
            "resource_contract.rent_reversed",
            "resource_contract.rent_unknown",
            "resource_contract.unknown",
            "resource_contract.voucher_before",
            "resource_contract.voucher_unknown",
            "resource_contract.voucher_unsuited",
            "sending_back.reason_unknown",
        ),
    ),
    "listContractDues": ("一个范围里逾期的和到某天为止到期的租金，早的在前。", _LIST),
}

SUBSIDIES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "listSubsidyProgrammes": ("在一个范围里实行的补贴项目（连同上级的），各有今天的标准。", _LIST),
    "publishSubsidyProgramme": (
        "公布一个补贴项目和它的第一个标准。编号由地方和代号推出。",
        ("place.unknown", "subsidy_programme.already_published", "subsidy_programme.standard_out_of_range"),
    ),
    "readSubsidyProgramme": (
        "一个补贴项目和历次标准。",
        ("access.may_not_read", "subsidy_programme.unknown"),
    ),
    "recordSubsidyProgrammeStep": (
        "调整标准（从以后的一天起，已确认的名单不变），或结束项目。",
        (
            "subsidy_programme.ended",
            "subsidy_programme.ends_before_it_began",
            "subsidy_programme.since_too_early",
            "subsidy_programme.standard_out_of_range",
            "subsidy_programme.unknown",
        ),
    ),
    "listSubsidyLists": ("一个范围里补贴名单的各版，新的在前。", _LIST),
    "proposeSubsidyList": (
        "提出一版名单。金额由期末那天的标准乘数量算出，四舍五入到分；一人（户）一行。代替现行的一版时要写明原因。"
        "编号由项目、村、期间推出。",
        (
            "reason.insufficient",
            "subsidy_list.lines_out_of_range",
            "subsidy_list.no_standard",
            "subsidy_list.outside_programme",
            "subsidy_list.payee_twice",
            "subsidy_list.payee_unknown",
            "subsidy_list.quantity_out_of_range",
            "subsidy_list.unchanged",
            "subsidy_list.waits",
            "subsidy_programme.unknown",
            "place.unknown",
        ),
    ),
    "readSubsidyList": (
        "一版名单的逐行（按账本里的次序）和这份名单的各版。payee_id 总是领取人本身；blinded 为真时，公开的账本里只有"
        "隐去身份的编号。",
        (*_ONE, "subsidy_list.unknown"),
    ),
    "recordSubsidyListStep": (
        "另一个人确认待确认的一版，它代替前一版；或者退回。提出人和名单里的个人不能确认。",
        (
            "chain.acted_twice",
            "sending_back.reason_unknown",
            "subsidy_list.incomplete",
            "subsidy_list.not_waiting",
            "subsidy_list.unknown",
        ),
    ),
}

PROPERTY_OPERATIONS: Final = {**PROPERTY, **SUBSIDIES}
"""Operation id -> its description and its own codes."""

PROPERTY_TAGS: Final[Mapping[str, str]] = {
    "村集体资产和资源合同": "村集体的资产、资源登记簿，租出的资源和各期租金；盘点、处置、合同都要两个人。",
    "补贴": "补贴项目和标准，各村各期间的发放名单；名单由一个人提出，另一个人确认。",
}

PROPERTY_PARAMETERS: Final[Mapping[str, tuple[str, str | int | bool]]] = {
    "asset_id": ("资产的编号", "d2c3cc59-c425-4a67-ab46-de6c3cfe646c"),
    "contract_id": ("合同的编号", "5b7c58ef-4cf0-57a5-a2a0-3dbe0f0b9a34"),
    "programme_id": ("补贴项目的编号", "bdf9f41a-79ad-5191-b837-923c5e4bd746"),
    "list_id": ("补贴名单的编号", "4da1ee0f-f3e9-5a23-9448-6a7ff365b370"),
}
