"""The one message table: every code by which we say no, and the Chinese sentence that says what to do next.

A sentence's gaps are filled by the refusal's facts. Codes are permanent, sentences may be improved at any time.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from api.web.format_words import said
from api.web.words import shown

WEB_CODES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "access.may_not_read": ("role",),
        "access.not_yours": (),
        "access.outside_area": ("division",),
        "batch.no_file": (),
        "event.unknown": ("event",),
        "file.bad": ("count",),
        "file.restricted": (),
        "form.expired": (),
        "integrity.broken": ("phone",),
        "journal.busy": (),
        "journal.unavailable": (),
        "signer.unavailable": (),
        "page.method": (),
        "page.unknown": (),
        "program.failed": ("request_id",),
        "request.malformed": ("count",),
        "request.too_large": ("limit",),
        "session.invitation_wrong": (),
        "session.locked": ("minutes",),
        "session.no_role": (),
        "session.login_taken": ("login",),
        "session.required": (),
        "session.role_needed": ("roles",),
        "session.role_not_held": ("role",),
        "session.wrong_password": (),
    }
)
"""Codes that only the way in knows -> the names of their facts. (`domain.refusal_codes` lists the rules' own.)"""

MESSAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        # who may do what
        "authority.only_for_oneself": "“{role}”只能以本人名义做“{event_type}”。请由当事人本人登录办理。",
        "authority.outside_area": "您的“{role}”角色不管辖 {division}。请转给管辖那里的同事，或请管理员核对范围。",
        "authority.role_may_not": "“{role}”不能做“{event_type}”。请换用有权的角色，或转给有权的同事。",
        "authority.role_not_held": "您在 {on} 没有“{role}”这一角色。请重新选择角色，或请管理员授权。",
        "chain.acted_twice": "同一件事里，{acted_as}不能再当{acting_as}。请转给没有经手过此事的同事。",
        "chain.not_oneself": "{acting_as}只能由本人登记，不能替别人登记。请由当事人本人登录办理。",
        "key.not_registered": "您在“{role}”角色下还没有签名密钥。请管理员为您授予角色并登记密钥。",
        # what was reported
        "incident.already_decided": "这条线索已认定为{valid}。认定不能重做；如果错了，请对奖励做冲正。",
        "incident.already_handled": "这条线索已在 {handled_at} 登记办理。请刷新页面查看。",
        "incident.already_reported": "这条线索已经登记过。请刷新页面查看。",
        "incident.already_verified": "这条线索已核查为{confirmed}。请刷新页面查看。",
        "incident.handled_before_reported": "办理时间 {handled_at} 早于上报时间 {reported_at}。请核对后重填。",
        "incident.handled_in_future": "办理时间 {handled_at} 还没有到。请核对日期和时间。",
        "incident.not_confirmed": "核查结果是“{reason}”，不能认定为有效。请选择无效的理由。",
        "incident.not_decided": "这条线索还没有认定。请先做有效认定。",
        "incident.not_handled": "这条线索还没有办理。请等部门办理后再认定。",
        "incident.not_verified": "这条线索还没有核查。请先由专职网格员核查。",
        "incident.reason_contradicts": "理由“{reason}”与所选的结论（{outcome}）不一致。请改选理由或结论。",
        "incident.reason_unknown": "没有“{reason}”这个理由。请从列表中选择。",
        "incident.reported_in_future": "上报时间 {reported_at} 还没有到。请核对日期和时间。",
        "incident.source_unknown": "没有“{source}”这种来源。请从列表中选择。",
        "incident.unknown": "没有这条线索。请核对编号。",
        # rewards and tariffs
        "reward.already_granted": "这条线索的奖励已经入账，不会重复发。无需再做。",
        "reward.already_reversed": "这笔奖励已经冲正。无需再做。",
        "reward.already_scheduled": "这笔奖励已列入发放批次，现在不能更动。请等批次完成或驳回后再办。",
        "reward.incident_not_valid": "这条线索认定为无效（{reason}），没有奖励。无需再做。",
        "reward.no_budget": "{division} 本年度还没有下达奖励预算指标。请管理员先登记指标文号和金额。",
        "reward.no_tariff": "{division} 在 {on} 没有生效的奖励标准。请管理员先设定标准。",
        "reward.not_scheduled": "这笔奖励不在所说的发放批次里。请刷新页面查看。",
        "reward.outside_band": "奖励 {amount_fen} 元不在 {min_fen} 至 {max_fen} 元的区间内。请管理员核对奖励标准。",
        "reward.payment_may_arrive": "这笔付款{status}，钱可能会到账，现在不能退出。请等银行给出确定的结果。",
        "reward.unknown": "这条线索没有奖励记录。请先认定有效，或核对编号。",
        "tariff.amount_not_positive": "金额应大于零，现为 {amount_fen} 元。请改正。",
        "tariff.band_empty": "下限 {min_fen} 元高于上限 {max_fen} 元。请改正。",
        "tariff.outside_band": "标准 {amount_fen} 元不在上级规定的 {min_fen} 至 {max_fen} 元之间。请改在区间以内。",
        "tariff.since_reused": "{since} 起已有一份标准。请改用以后的日期。",
        # budget
        "budget.amount_not_positive": "指标金额应大于零，现为 {amount_fen} 元。请改正。",
        "budget.document_reused": "文号“{document}”已经登记过。请核对是否重复。",
        "budget.exceeded": "可用指标只剩 {available_fen} 元，不够 {amount_fen} 元。什么也没有记录；请先申请追加。",
        "balance.below_limit": "账户 {account} 现有 {balance}，变动 {change} 会越过零。什么也没有记录；请核对后再办。",
        # payouts
        "payment.already_final": "这笔付款已是“{status}”，银行又答复“{answered}”。什么也没有记录；请先与银行核对。",
        "payment.already_prepared": "付款 {end_to_end_id} 已经列入。请刷新页面查看。",
        "payment.amount_not_positive": "付款金额应大于零，现为 {amount_fen} 元。请刷新名单后重新冻结。",
        "payment.failure_reason_unknown": "没有“{reason}”这个失败原因。请核对银行版式。",
        "payment.line_out_of_range": "第 {line} 行超出范围。请分成几个批次。",
        "payment.mixed_budgets": "同一收款人的奖励属于不同的预算。请分批发放。",
        "payment.no_account": "有收款人还没有登记收款账户。请先登记账户。",
        "payment.no_rewards": "有收款人没有可发的奖励。请刷新名单。",
        "payment.not_prepared": "这笔付款现在是“{status}”，不能做这一步。请刷新页面查看。",
        "payment.not_sent": "这笔付款现在是“{status}”，还没有送银行。请刷新页面查看。",
        "payment.reward_of_another": "名单里有一笔奖励不属于这位收款人。请刷新名单后重新冻结。",
        "payment.reward_outside_division": "名单里有一笔奖励不在 {division}。请刷新名单后重新冻结。",
        "payment.reward_twice": "名单里有一笔奖励出现了两次。请刷新名单后重新冻结。",
        "payment.unknown": "没有这笔付款。请核对编号。",
        "payout_batch.already_frozen": "{month} 第 {number} 批已经冻结。请刷新页面查看。",
        "payout_batch.answer_too_long": "回盘 {answered} 笔，多于批次的 {payment_count} 笔。请核对文件是否属于这一批。",
        "payout_batch.digest_differs": "页面上的名单与已冻结的名单不一致。请重新打开批次页面，逐笔看过再办。",
        "payout_batch.empty": "{month} 没有可以发放的奖励。请核对月份，或先登记收款账户。",
        "payout_batch.line_not_final": "第 {line} 行还是“{status}”，不能关闭。请等银行给出确定的结果并登记回盘。",
        "payout_batch.lines_not_in_order": "行号应为 {expected}，现为 {line}。请刷新名单后重新冻结。",
        "payout_batch.maker_is_checker": "制表和审批不能是同一个人。请由另一位同事审批。",
        "payout_batch.no_payer_account": "没有设置付款账户，不能导出。请管理员设置 MINGZHANG_PAYER_ACCOUNT 并重启。",
        "payout_batch.not_approved": "批次现在是“{status}”，不能导出。请等另一位同事审批通过；已导出的请直接下载。",
        "payout_batch.not_exported": "批次现在是“{status}”，不能登记回盘或关闭。请刷新页面，按现在的状态办理。",
        "payout_batch.not_frozen": "批次现在是“{status}”，不能再审批或驳回。请刷新页面查看。",
        "payout_batch.number_out_of_range": "这个月已经有太多批次，第 {number} 批写不下了。请把奖励并入下个月的批次。",
        "payout_batch.payee_twice": "{month} 的名单里有收款人出现了两次。请刷新名单后重新冻结。",
        "payout_batch.totals_differ": "文件合计 {total_fen} 元，批次是 {expected_fen} 元。不能导出；请联系审计。",
        "payout_batch.unknown": "没有这个批次。请核对编号。",
        # people, places, keys, the journal itself
        "person.account_version_differs": "收款账户已被别人改过（现应为第 {expected} 版）。请刷新后核对再改。",
        "person.already_registered": "这个人已经登记。请刷新页面查看。",
        "person.erased": "这个人的个人信息已经删除，不能再为他登记、记账或付款。请核对编号。",
        "person.erases_oneself": "不能删除自己的个人信息。请由另一位管理员办理。",
        "person.erasure_reason_unknown": "没有“{reason}”这种删除理由。请从列表中选择。",
        "person.legal_basis_missing": "没有写明删除的法律依据。请写明依据的法规或本人的申请。",
        "person.payments_open": "他还有 {count} 笔付款没有最终结果，现在不能删除。请等银行答复并登记回盘后再办。",
        "person.reports_open": "他还有 {count} 条线索没有认定，现在不能删除。请先认定完毕。",
        "person.role_begins_later": "他在 {area} 的“{role}”角色从 {since} 才开始，现在不能删除。请到那天以后再办。",
        "person.still_owed": "还欠他 {amount_fen} 元奖励没有付，现在不能删除。请先发放，或做冲正。",
        "person.role_already_held": "他从 {since} 起已有这一角色。请核对日期。",
        "person.role_ends_before_start": "结束日期 {until} 早于开始日期 {since}。请改正。",
        "person.role_not_held": "他在 {on} 没有“{role}”这一角色，或本来就到那天为止。请核对日期。",
        "person.role_unknown": "没有“{role}”这种角色。请从列表中选择。",
        "person.unknown": "没有这个人。请核对编号，或先登记人员。",
        "place.already_registered": "区划 {division} 已登记为“{name}”。无需再做。",
        "place.unknown": "本县没有登记区划 {division}。请核对代码，或请管理员先登记。",
        "key.already_registered": "这个人在“{role}”角色下的密钥已经登记。无需再做。",
        "key.by_holder": "不能登记、停用或吊销本人在“{role}”角色下的密钥。请由另一位管理员办理。",
        "key.custody_unknown": "没有“{custody}”这种保管方式。请从列表中选择。",
        "key.index_outside": "序号从 0 到 {position}（下一条记录），{from_index} 不在其中，没有吊销。请核对序号。",
        "key.name_differs": "密钥名称应为 {expected}，现为 {name}。请本人按正确的名称重新生成。",
        "key.no_request": "没有与这个指纹相符的待登记密钥。请让本人在“我的密钥”页面重新读出指纹，逐字核对。",
        "key.not_at_hand": "“{role}”的签名密钥没有用本人的口令打开。请退出后重新登录；口令已换过的，请找管理员。",
        "key.not_live": "这把密钥{status}，不能再更动。请刷新页面查看。",
        "key.reason_unknown": "没有“{reason}”这个理由。请从列表中选择。",
        "key.same_administrator": "上一把密钥是您停用或吊销的，新密钥须由另一位管理员登记。",
        "key.server_may_not_hold": "“{role}”的密钥不能由服务器代管。请本人设置口令，由口令保管。",
        "key.still_live": "他在“{role}”角色下的上一把密钥仍然有效。请先由另一位管理员停用或吊销。",
        "key.unknown": "没有这把密钥。请核对编号。",
        "key.used_before": "这把密钥以前登记过，不能再用。请本人重新生成。",
        "log.already_opened": "这里已有账本 {origin}，不能再开一本。请换一个文件夹。",
        "log.closed": "这本账本已经封账，不能再记录。已有的记录照常可查、可核对；新的事请记入接续的账本。",
        "log.key_missing": "这份策略所列的账本密钥 {key} 不在本机的密钥文件夹里，签名进程签不了。请先放入密钥文件。",
        "log.keys_differ": "策略里的账本密钥应为现用的 {expected}，却是 {found}。更换密钥请用 mingzhang log rotate。",
        "log.not_opened": "这里还没有账本。请先运行 mingzhang init。",
        "log.policy_malformed": "这份策略读不懂：{problem}。请按 C2SP tlog-policy 的格式改正。",
        "log.policy_unchanged": "这份策略与现行的一样，不必再记。",
        "log.rotation_state": "现行策略里有 {keys} 把账本密钥，这一步不适用。请用 mingzhang log policy 查看现行策略。",
        "rehearsal.only": "这一步只能在演练账本里做，不能用于真实的付款。请换用演练账本，或上传银行给的文件。",
        # recording
        "command.key_reused": "这个操作编号已用于另一次操作。请先查看上次的结果；要做新的操作，请换新的编号。",
        "command.nothing_to_record": "没有可记录的内容。请至少选择一项。",
        "event.too_large": "内容太长（{bytes} 字节，最多 {bytes_max} 字节）。请分成几次办理。",
        "signature.ticket": "签名票据不对、不是这些内容的，或已过期。什么也没有记录；请用同一编号重新请求，再签名。",
        "signature.not_of_key": "收到的签名不是用登记的密钥“{key}”对这些内容签的。没有记录；请在本人的设备上重新签名。",
        "stream.moved": "刚才有人同时在办同一件事。什么也没有记录；请刷新页面，看过最新情况再办。",
        # the way in
        "access.may_not_read": "“{role}”不能查看这一页。请换用有权的角色。",
        "access.not_yours": "您只能查看自己上报的线索。",
        "access.outside_area": "您的角色不管辖 {division}，不能查看。请管理员核对您的管辖范围。",
        "batch.no_file": "这个批次还没有导出代发文件。请先导出。",
        "event.unknown": "账本里没有 {event} 这一条记录。请核对名称。",
        "file.bad": "文件有 {count} 处问题，什么也没有记录。请逐条改正后重新上传。",
        "file.restricted": "这个文件里有个人信息已依法删除的人，只作会计凭证封存。确有依据要调取的，请管理员办理。",
        "form.expired": "页面打开太久，或不是从本站打开的。什么也没有记录；请刷新页面后重做。",
        "integrity.broken": "账本校验未通过，已停止。请不要再操作，立即致电审计：{phone}。",
        "journal.busy": "现在同时办理的人太多。什么也没有记录；请过一会儿用同一编号重试。",
        "journal.unavailable": "数据库暂时连不上。没有丢失，可用同一编号重试。",
        "signer.unavailable": "签名进程没有应答。没有丢失：请管理员运行 mingzhang signer 启动它，再用同一编号重试。",
        "page.method": "这个地址不接受这种请求。请从页面上的按钮进入。",
        "page.unknown": "没有这一页。请核对网址，或从首页进入。",
        "program.failed": "很抱歉，程序出错了。没有丢失，可以重试；如果还不行，请把编号 {request_id} 告诉管理员。",
        "request.malformed": "请求有 {count} 处填写不对，什么也没有记录。请按提示改正。",
        "request.too_large": "内容太大，最多 {limit}。什么也没有记录；请缩短或拆分后再试。",
        "session.invitation_wrong": "账号与邀请码不符，或邀请码已用过、已过期。请核对后重试，或请管理员重新发给。",
        "session.locked": "登录失败次数太多。请过 {minutes} 分钟再试；忘记密码请找管理员。",
        "session.login_taken": "账号“{login}”已属于另一个人。请换一个账号。",
        "session.no_role": "您今天没有任何角色。请管理员授权。",
        "session.required": "还没有登录，或登录已过期。请先登录。",
        "session.role_needed": "您有几个角色（{roles}）。请指明用哪一个。",
        "session.role_not_held": "您今天没有“{role}”这一角色。请重新选择角色。",
        "session.wrong_password": "账号或密码不对。请核对后重试；忘记密码请找管理员。",
    }
)

UNKNOWN_CODE: Final = "规则不允许这样做（{code}）。什么也没有记录；请把这个代码告诉管理员。"


def sentence(code: str, facts: Mapping[str, object]) -> str:
    """The sentence of a code, its gaps filled with the facts in words."""
    template = MESSAGES.get(code)
    if template is None:
        return UNKNOWN_CODE.format(code=code)
    subject = code.partition(".")[0]
    words = {name: shown(name, value, subject=subject) for name, value in facts.items()}
    if "problem" in words:
        words["problem"] = said(words["problem"])
    return template.format_map(words)
