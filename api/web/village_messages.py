"""Why something is refused in a village's book, of its vouchers or months; in Chinese, with what to do next."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

VILLAGE_MESSAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        # the book
        "village_book.already_opened": "这个村的账已经开立。请刷新页面查看。",
        "village_book.chart_unknown": "科目表“{chart}”还没有发布。请先在“科目表”页发布，再选用它的版本。",
        "village_book.limit_unsuited": "限额 {limit_fen} 元不合适。请填零或更大的金额。",
        "village_book.no_opening": "没有等待确认的期初余额。请刷新页面查看。",
        "village_book.not_a_village": "{division} 不是村、社区。村账按村、社区开立，请选择村、社区。",
        "village_book.nothing_changed": "与现行的相同，没有改变。请核对。",
        "village_book.opening_recorded_already": "期初余额已经入账，不能再提。有错的请填凭证更正。",
        "village_book.since_unsuited": "起始日 {since} 不是某月一日。请改为一个月的第一天。",
        "village_book.unknown": "这个村还没有开立村账。请乡镇或县里先开立。",
        # the plan
        "village_plan.line_unsuited": "计划的一项“{title}”不合适：要有收入或支出、名称和大于零的金额。请改正。",
        "village_plan.no_lines": "财务计划有 {count} 项，应有 1 至 {limit} 项。请增减后再公布。",
        "village_plan.nothing_changed": "{year} 年的财务计划与已公布的相同。请核对。",
        "village_plan.year_unsuited": "年份 {year} 早于村账开立的年份，或太远。请改正。",
        # parties
        "village_party.already_registered": "编号 {reference} 的往来户已经登记。请另编一个号，或直接选用它。",
        "village_party.kind_unknown": "没有“{kind}”这种往来户。请选择个人、户或单位。",
        "village_party.reference_malformed": "往来户编号“{reference}”不合要求：只用大写字母、数字、连字符，"
        "最多 20 个字。请改正。",
        "village_party.unknown": "没有这个往来户，或它不是本村的。请先登记。",
        # lines
        "village_lines.account_unknown": "科目 {account} 不在村账所用的科目表里。请从列表中选择。",
        "village_lines.amount_unsuited": "金额 {amount_fen} 元不合适，应大于零。请改正。",
        "village_lines.party_needed": "科目 {account} 按往来户核算。请选择往来户。",
        "village_lines.party_unsuited": "科目 {account} 不按往来户核算。请去掉往来户。",
        "village_lines.side_unknown": "没有“{side}”这个方向。请选择借或贷。",
        "village_lines.too_few": "一张凭证至少要有两行：一借一贷。请补齐。",
        "village_lines.too_many": "有 {count} 行，最多 {limit} 行。请分成几张。",
        "village_lines.twice": "科目 {account} 在同一方向写了两行。请合成一行。",
        "village_lines.unbalanced": "借方合计 {debit_fen} 元，贷方合计 {credit_fen} 元，不相等。请核对金额。",
        # vouchers
        "village_voucher.same_again": "{day} 已有一张金额 {amount_fen} 元、摘要和科目都相同的凭证，可能是重复保存。"
        "确是另一笔的，请在摘要里写明区别，例如“第二笔”。",
        "village_voucher.above_resolution": "金额 {amount_fen} 元超过了决议授权的数：还剩 {left_fen} 元。请另行决议。",
        "village_voucher.already_drafted": "这张凭证已经填写过。请刷新页面查看。",
        "village_voucher.attachments_unsuited": "附件有 {count} 个，或同一个附了两次；最多 {limit} 个。请去掉多余的。",
        "village_voucher.day_unsuited": "日期 {day} 不合适，应在 {since} 至 {until} 之间。请改正。",
        "village_voucher.ended": "这张凭证现在是“{status}”，不能撤回。已记账的请红字冲销。",
        "village_voucher.kind_unsuited": "“{kind}”与分录不符：收款借记现金或存款，付款贷记现金或存款，"
        "转账两边都有或都没有，结转不动现金和存款。请改正。",
        "village_voucher.not_at_step": "这张凭证现在是“{status}”，不到这一步，或不由您办。请刷新页面查看。",
        "village_voucher.not_booked": "这张凭证现在是“{status}”，或本身就是红字凭证，不能冲销。请核对。",
        "village_voucher.not_sent_back": "这张凭证现在是“{status}”，不能重填；红字凭证请撤回再填。请刷新页面查看。",
        "village_voucher.not_yours": "这张凭证不是您经手的。请由经手人本人办理。",
        "village_voucher.purpose_unsuited": "摘要要写 2 至 {limit} 个字，会公开，不写姓名、电话、证件号。请改正。",
        "village_voucher.resolution_needed": "金额 {amount_fen} 元超过限额 {limit_fen} 元，"
        "须有村民会议或村民代表会议的决议。请填写决议的记录号，或退回。",
        "village_voucher.resolution_unsuited": "{resolution} 不是本村已通过的会议决议。请核对决议的记录号。",
        "village_voucher.unknown": "没有这张凭证。请核对编号。",
        # papers
        "village_file.too_large": "附件太大，最大 {limit}。请压缩或拆开后再传。",
        "village_file.type_unknown": "附件只收 PDF、JPEG、PNG 和 xlsx。请换一种格式。",
        "village_file.unknown": "没有这个附件，或它不是凭证附件。请重新上传。",
        # months
        "village_month.closed": "{month} 的村账已经月结，不能再记。请记在还没有月结的月份。",
        "village_month.closing": "{month} 的村账正在月结，不能再记。请等第二人办完，或先撤回月结。",
        "village_month.moved": "{month} 的余额与提出时不同。请撤回月结，核对后重新提出。",
        "village_month.not_closing": "这个月没有等待第二人的月结。请刷新页面查看。",
        "village_month.not_next": "{month} 的上一个月还没有月结。请按月份先后办理。",
        "village_month.not_over": "{month} 还没有过完。请下个月再办月结。",
        "village_month.opening_waits": "期初余额还在等第二人确认。请先确认或退回。",
        "village_month.vouchers_wait": "这个月还有 {count} 张凭证没有记账。请先记账、退回或撤回。",
    }
)
