"""Why something is refused where a village's assets, resource contracts and subsidy lists are concerned; in Chinese."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

PROPERTY_MESSAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        # what a second person says of a paper
        "sending_back.reason_unknown": "没有“{reason}”这种退回理由。请从列表中选择。",
        # assets
        "asset.already_recorded": "编号“{number}”的资产已经登记过。请打开那一项查看，或换一个编号。",
        "asset.before_acquired": "日期 {day} 早于取得日期 {acquired_on}。请核对日期。",
        "asset.category_unknown": "没有“{category}”这类资产。请选择经营性、非经营性或资源性。",
        "asset.cost_out_of_range": "原值 {cost_fen} 元不对：不能小于零，也不能大得不合理。请核对。",
        "asset.count_waits": "这项资产有一次盘点等待另一个人确认。请先办完那一次。",
        "asset.day_in_future": "日期 {day} 还没有到。请填写今天或以前的日期。",
        "asset.disposal_waits": "这项资产有一次处置等待另一个人确认。请先办完那一次。",
        "asset.ended": "这项资产已经处置或核销，不能再办。请核对编号。",
        "asset.how_unknown": "没有“{how}”这种方式。请从列表中选择。",
        "asset.less_than_let": "登记簿上只有 {register_quantity} {register_unit}，不能租出更多，单位也要相同。"
        "请核对数量，或先盘点更正登记簿。",
        "asset.let_already": "这项资产从 {since} 到 {until} 已经出租。请先终止合同，或改用别的日期。",
        "asset.no_count": "没有等待确认的盘点。请刷新页面查看。",
        "asset.no_disposal": "没有等待确认的处置。请刷新页面查看。",
        "asset.not_let": "这项资产没有按这份合同出租。请核对合同。",
        "asset.proceeds_out_of_range": "“{how}”的收入 {proceeds_fen} 元不对：只有出售、划转、报废可以有收入，"
        "也不能小于零。请核对。",
        "asset.quantity_out_of_range": "数量不对。请填写大于零、最多三位小数、大小合理的数；盘点时可以是零。",
        "asset.resolution_unknown": "没有 {resolution} 这个决议，或决议没有通过。请核对后再填，或先不填。",
        "asset.unknown": "没有这项资产，或它不是这个村的。请核对编号。",
        "asset.voucher_unknown": "没有 {voucher} 这张已记账的凭证，或它不是这个村的。请核对后再填，或先不填。",
        # resource contracts
        "resource_contract.already_recorded": "编号“{number}”的合同已经登记过。请打开那一份查看，或换一个编号。",
        "resource_contract.day_in_future": "收款日期 {day} 不对：不能早于签订日期，也不能晚于今天。请核对日期。",
        "resource_contract.days_reversed": "合同从 {since} 到 {until}，起止日期颠倒，或早于签订日期。请核对日期。",
        "resource_contract.due_cancelled": "第 {due} 期在合同终止日 {last_day} 以后，不再收取。请核对期次。",
        "resource_contract.due_unknown": "合同没有第 {due} 期租金。请核对期次。",
        "resource_contract.dues_wrong": "租金安排不对：应有 1 到 {dues_max} 期，日期一期比一期晚、"
        "都在签订日和到期日之间，金额大于零；现有 {count} 期。请核对。",
        "resource_contract.ending_unknown": "没有“{reason}”这种终止理由。请从列表中选择。",
        "resource_contract.ends_outside": "终止日期 {last_day} 应在签订日期以后、到期日 {until} 以前。请核对日期。",
        "resource_contract.more_than_voucher": "这张收款凭证还能挂 {left_fen} 元租金，不够 {amount_fen} 元。"
        "请核对金额，或另选凭证。",
        "resource_contract.more_than_due": "金额 {amount_fen} 元不对：这一期还应收 {outstanding_fen} 元。请核对。",
        "resource_contract.not_confirmed": "这份合同现在是“{status}”，不能办这一步。请先由另一个人确认合同。",
        "resource_contract.not_signed": "这份合同现在是“{status}”，没有待确认的登记。请刷新页面查看。",
        "resource_contract.paid_ahead": "{last_day} 以后的租金已经收了一部分。请先冲回那几笔，再终止合同。",
        "resource_contract.party_unknown": "往来户名册里没有对方。请先在往来户里登记，再登记合同。",
        "resource_contract.quantity_out_of_range": "数量不对。请填写大于零、最多三位小数的数。",
        "resource_contract.rent_reversed": "这一笔租金已经冲回。无需再做。",
        "resource_contract.rent_unknown": "合同里没有这一笔租金。请刷新页面查看。",
        "resource_contract.resolution_unknown": "没有 {resolution} 这个决议，或决议没有通过。请核对后再填，或先不填。",
        "resource_contract.signed_in_future": "签订日期 {signed_on} 还没有到。请在签订以后登记。",
        "resource_contract.unknown": "没有这份合同。请核对编号。",
        "resource_contract.voucher_before": "凭证是 {day} 的，早于合同签订的 {signed_on}，"
        "不是这份合同的租金。请另选凭证。",
        "resource_contract.voucher_unsuited": "凭证 {voucher} 没有把钱记入经营收入、应收款或内部往来，"
        "或记在别的往来户名下，不是这份合同的租金。请另选凭证。",
        "resource_contract.voucher_unknown": "没有 {voucher} 这张已记账的凭证，或它不是这个村的。"
        "请核对后再填，或先不填。",
        # subsidy programmes
        "subsidy_programme.already_published": "代号“{reference}”的补贴项目已经公布过。请打开那一项，或换一个代号。",
        "subsidy_programme.ended": "这个补贴项目已于 {last_day} 结束。请核对项目。",
        "subsidy_programme.ends_before_it_began": "最后一天 {last_day} 早于现行标准开始的 {since}。请核对日期。",
        "subsidy_programme.since_too_early": "新标准从 {since} 起，不晚于上一个标准的 {latest}。请改用以后的日期。",
        "subsidy_programme.standard_out_of_range": "标准 {standard_fen} 元应大于零，并且不超过一百万元。请核对。",
        "subsidy_programme.unknown": "没有这个补贴项目。请核对代号。",
        # subsidy lists
        "subsidy_list.incomplete": "名单应有 {line_count} 行，账本里是 {count} 行，或合计不符。请退回后重新提出。",
        "subsidy_list.lines_out_of_range": "名单有 {count} 行，应在 1 到 {lines_max} 行之间。请核对。",
        "subsidy_list.no_standard": "{period} 没有可用的补贴标准。请先公布标准，或核对期间。",
        "subsidy_list.not_waiting": "第 {version} 版不在待确认之列。请刷新页面查看。",
        "subsidy_list.outside_programme": "这个补贴项目不在 {division} 实行，或没有这个地方。请核对项目和村。",
        "subsidy_list.payee_twice": "名单里有人（户）写了两次。请合并为一行。",
        "subsidy_list.payee_unknown": "名单里有 {count} 个人（户）没有登记，或不是这个村的。请先登记，再提出名单。",
        "subsidy_list.quantity_out_of_range": "名单里有一行的数量不对。请填写大于零、最多三位小数、大小合理的数。",
        "subsidy_list.unchanged": "名单与现行的第 {version} 版完全一样。无需再做。",
        "subsidy_list.unknown": "没有这份名单。请核对编号。",
        "subsidy_list.waits": "第 {version} 版正在等待确认。请先确认或退回那一版。",
    }
)
