"""The Chinese words for stored codes: roles, steps, reasons, states, accounts. Pages and sentences read them here.

Stored words are permanent and English; whoever adds one there adds its Chinese here, and a test holds the two together.
"""

import errno
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from api.web import deed_words, money_words, register_words, station_words
from domain.kernel.calendar import CHINA
from domain.kernel.money import yuan

ROLES: Final[Mapping[str, str]] = {
    "member": "移动网格员",
    "grid_worker": "专职网格员",
    "grid_leader": "网格长",
    "department_handler": "部门办理人",
    "station_keeper": "驿站管理员",
    "village_accountant": "村会计",
    "village_supervisor": "村务监督委员会成员",
    "township_reviewer": "乡镇审核人",
    "county_officer": "县网格中心经办",
    "county_approver": "县网格中心审批",
    "auditor": "审计",
    "administrator": "系统管理员",
    "witness": "见证人",
    "agent": "系统代理",
}

PARTS: Final[Mapping[str, str]] = {
    "reporter": "报告人",
    "transcriber": "代录人",
    "verifier": "核查人",
    "handler": "办理人",
    "decider": "认定人",
    "clerk": "经办人",
    "answerer": "反馈人",
    "closer": "核查结案人",
    "caller": "回访人",
    "rater": "评价人",
    "accept": "受理人",
    "decline": "不予受理的经办人",
    "merge": "合并的经办人",
    "deliberate": "商议的召集人",
    "dispatch": "派遣人",
    "reassign": "改派人",
    "suspend": "挂起的经办人",
    "resume": "恢复计时的经办人",
    "extend": "延期的经办人",
    "post": "公示的经办人",
    "archive": "归档人",
    "reopen": "重开的经办人",
    "locate": "定位的经办人",
    "supervisor": "督办人",
    "maker": "制表人",
    "checker": "审批人",
    "payee": "收款人",
    "chain": "前面环节的经手人",
    "applicant": "申请人",
    "vetter": "审核人",
    "appointer": "选聘人",
    "member": "成员本人",
    "trainer": "培训登记人",
    "suspender": "暂停资格的经办人",
    "reinstater": "恢复资格的经办人",
    "dismisser": "办理退出的经办人",
    "account_setter": "登记收款账户的人",
    "acknowledger": "确认收款账户的人",
    "star": "名单里的人",
    "proposer": "提出人",
    "granter": "评定人",
    "revoker": "撤销人",
    "attendee": "参训人",
    "registrar": "登记人",
    "confirmer": "确认人",
    "doer": "完成人",
    "recorder": "登记人",
    "offerer": "任务发布人",
    "volunteer": "志愿者本人",
    "publisher": "活动发布人",
    "praised": "受表扬人",
    "inspected": "被评比户的人",
    "withdrawer": "撤回人",
    "rejecter": "退回人",
    "unit": "单位确认人",
    "community": "社区确认人",
    "holder": "账户的主人或同户的人",
    "account_owner": "账户的主人或同户的人",
    "authoriser": "授权兑换的人",
    "keeper": "驿站管理员",
}

OCCUPATIONS: Final[Mapping[str, str]] = {
    "courier": "快递员",
    "food_rider": "外卖骑手",
    "ride_hailing_driver": "网约车司机",
    "taxi_driver": "出租车司机",
    "other": "其他",
}

MEMBER_STATUSES: Final[Mapping[str, str]] = {
    "applied": "已申请，待审核",
    "vetted": "审核通过，待选聘",
    "rejected": "审核未通过",
    "appointed": "已选聘",
    "suspended": "暂停资格",
    "exited": "已退出",
}

TRAINING_LEVELS: Final[Mapping[str, str]] = {
    "before_duty": "岗前培训",
    "on_duty": "岗上培训",
    "backbone": "骨干轮训",
}

VETTING_REASONS: Final[Mapping[str, str]] = {
    "meets_conditions": "符合选聘条件",
    "recommended_by_employer": "所在单位推荐，情况属实",
    "identity_not_confirmed": "身份没有核实",
    "occupation_not_confirmed": "职业没有核实",
    "works_elsewhere": "不在本辖区从业",
    "conditions_not_met": "不符合选聘条件",
    "withdrawn": "本人撤回申请",
    "registered_by_mistake": "登记有误",
}

SUSPENSION_REASONS: Final[Mapping[str, str]] = {
    "untrue_reports": "上报不实",
    "training_missed": "没有按期参加培训",
    "conduct": "违反管理规定",
    "under_inquiry": "情况待查",
    "own_request": "本人申请",
}

EXIT_REASONS: Final[Mapping[str, str]] = {
    "own_request": "本人申请退出",
    "moved_away": "离开本辖区",
    "occupation_ended": "不再从事原来的职业",
    "term_ended": "聘期届满",
    "dismissed": "解聘",
    "registered_by_mistake": "登记有误",
}

JOINING_REASONS: Final[Mapping[str, str]] = {
    "registered": "首次登记",
    "moved_in": "迁入",
    "split": "分户",
    "merged": "并户",
    "correction": "更正登记",
}

LEAVING_REASONS: Final[Mapping[str, str]] = {
    "moved_out": "迁出",
    "split": "分户",
    "merged": "并户",
    "died": "去世",
    "correction": "更正登记",
    "other": "其他",
}

SOURCES: Final[Mapping[str, str]] = {
    "app": "手机上报",
    "wechat": "微信群（代录）",
    "hotline": "12345 热线",
    "register": "留言登记册",
    "open311": "开放接口",
    "staff": "来访登记",
}

VERIFICATION_REASONS: Final[Mapping[str, str]] = {
    "seen_on_site": "现场看过，情况属实",
    "photo_matches": "照片与现场一致",
    "confirmed_by_telephone": "电话核实属实",
    "confirmed_by_reply": "部门答复已证实",
    "not_found": "现场没有发现",
    "wrong_place": "地点不对",
    "photo_does_not_match": "照片与现场不符",
    "unclear": "说不清楚，无法核实",
}

VALIDITY_REASONS: Final[Mapping[str, str]] = {
    "meets_catalogue": "符合事项清单",
    "not_in_catalogue": "不在事项清单内",
    "not_confirmed": "核查不属实",
    "duplicate": "重复上报",
    "own_duty": "属于本人职责",
    "untrue": "内容不实",
}

ERASURE_REASONS: Final[Mapping[str, str]] = {
    "purpose_fulfilled": "处理目的已经实现或不再需要",
    "consent_withdrawn": "本人撤回同意",
    "service_ended": "不再提供服务",
    "retention_ended": "保存期限已满",
    "unlawful": "处理违反规定或约定",
    "registered_in_error": "登记有误",
}

FAILURE_REASONS: Final[Mapping[str, str]] = {
    "name_mismatch": "户名不符",
    "account_not_found": "账号不存在",
    "account_closed": "销户",
    "account_frozen": "冻结或久悬",
    "over_limit": "超限额",
    "payer_short_of_funds": "付款方余额不足",
    "malformed": "格式",
    "risk_control": "风控",
    "other": "其他",
}

SIGNALS: Final[Mapping[str, str]] = {
    "first_payment": "首次收款",
    "account_changed": "上次付款后换过账户",
    "account_shared": "与另一收款人同一账号",
    "holder_differs": "户名与姓名不同",
    "amount_unusual": "金额异常",
    "attachment_twice": "照片在另一条线索里用过",
    "pair_rate": "报告人与核查人总是同一对",
    "approved_too_fast": "认定快得来不及看",
}
"""What stands out in a line of a batch."""

STATUSES: Final[Mapping[str, str]] = {
    "reported": "待核查",
    "verified": "属实，待办理",
    "handled": "已办理，待认定",
    "rejected": "不属实，待认定",
    "valid": "有效",
    "invalid": "无效",
    "declined": "不予受理",
    "merged": "已合并",
    "archived": "已归档",
    "frozen": "已冻结，待审批",
    "approved": "已审批",
    "exported": "已导出，待回盘",
    "answered": "已回盘，待关闭",
    "closed": "已关闭",
    "prepared": "已列入批次",
    "cancelled": "已取消",
    "settled": "已到账",
    "failed": "银行退回",
    "unresolved": "待核实",
    "accepted": "银行已受理",
    "returned": "退票，待处理",
    "reissued": "退票，已重新列入",
    "written_back": "退票，不再发放",
    "recovered": "已追回",
    "claimed": "多付，待追回",
    "claim_written_off": "多付，无法追回已核销",
    "claim_recovered": "多付，已追回",
    "live": "有效",
    "retired": "已停用",
    "revoked": "已吊销",
}

BATCH_STATUSES: Final[Mapping[str, str]] = {**STATUSES, "approved": "已审批，待导出", "rejected": "已驳回"}

REWARD_STATES: Final[Mapping[str, str]] = {
    "arrived": "已到账",
    "in_progress": "发放中",
    "not_arrived": "未到账",
    "to_verify": "待核实",
    "reversed": "已冲正",
}

EVENTS: Final[Mapping[str, str]] = {
    "log.opened/1": "账本开启",
    "log.policy_set/1": "设定签名与见证策略",
    "log.closed/1": "封账",
    "log.checkpoint_timestamped/1": "检查点加盖时间戳",
    "place.registered/1": "登记区划",
    "place.renamed/1": "区划改名",
    "place.succeeded/1": "区划代码终止",
    "place.traced_back/1": "登记区划沿革",
    "person.registered/1": "登记人员",
    "person.role_granted/1": "授予角色",
    "person.role_ended/1": "结束角色",
    "person.role_withdrawn/1": "取消将要开始的角色",
    "person.payee_account_set/1": "设置收款账户",
    "person.payee_account_acknowledged/1": "确认更换收款账户",
    "person.erased/1": "删除个人信息",
    "member.applied/1": "申请当移动网格员",
    "member.vetted/1": "审核申请",
    "member.appointed/1": "选聘",
    "member.trained/1": "参加培训",
    "member.suspended/1": "暂停资格",
    "member.reinstated/1": "恢复资格",
    "member.exited/1": "退出",
    "household.registered/1": "登记户",
    "household.person_joined/1": "加入户",
    "household.person_left/1": "离开户",
    "household.head_named/1": "确定户主",
    "residence.taken/1": "归入一户",
    "residence.given_up/1": "不再归入一户",
    "cooling.set/1": "设定换账户的等候期",
    "key.registered/1": "登记密钥",
    "key.retired/1": "停用密钥",
    "key.revoked/1": "吊销密钥",
    "tariff.band_set/1": "设定奖励区间",
    "tariff.set/1": "设定奖励标准",
    "catalogue.item_admitted/1": "事项准入",
    "catalogue.item_withdrawn/1": "事项退出",
    "cap.set/1": "设定奖励条数上限",
    "quota.used/1": "计入奖励条数",
    "withholding.recorded/1": "超过上限，不予奖励",
    "budget.appropriated/1": "下达预算指标",
    "budget.adjusted/1": "调整预算指标",
    "budget.closed/1": "预算年度结账",
    "incident.reported/1": "上报",
    "incident.verified/1": "核查",
    "incident.handled/1": "办理",
    "incident.validity_decided/1": "有效认定",
    "incident.accepted/1": "受理",
    "incident.declined/1": "不予受理",
    "incident.merged/1": "合并",
    "incident.deliberated/1": "商议",
    "incident.dispatched/1": "派遣",
    "incident.claimed/1": "签收、认领",
    "incident.whistled/1": "吹哨",
    "incident.arrived/1": "报到",
    "incident.returned/1": "退回",
    "incident.reassigned/1": "改派",
    "incident.suspended/1": "挂起",
    "incident.resumed/1": "恢复",
    "incident.extended/1": "延期",
    "incident.fed_back/1": "反馈",
    "incident.closed/1": "核查结案",
    "incident.called_back/1": "回访",
    "incident.rated/1": "评价",
    "incident.posted/1": "公示",
    "incident.archived/1": "归档",
    "incident.reopened/1": "重开",
    "incident.reminded/1": "催办",
    "incident.supervised/1": "督办",
    "incident.located/1": "定位到村",
    "workflow.published/1": "发布流程",
    "workflow.adopted/1": "启用流程",
    "calendar.published/1": "发布工作日历",
    "chart.published/1": "发布科目表",
    "reward.granted/1": "奖励入账",
    "reward.scheduled/1": "奖励列入发放",
    "reward.unscheduled/1": "奖励退出发放",
    "reward.reversed/1": "奖励冲正",
    "payment.prepared/1": "列入付款",
    "payment.approved/1": "付款审批",
    "payment.cancelled/1": "付款取消",
    "payment.settled/1": "付款到账",
    "payment.failed/1": "付款失败",
    "payment.unresolved/1": "付款待核实",
    "payment.accepted/1": "银行受理付款",
    "payment.returned/1": "付款退票",
    "payment.reissued/1": "退票重新列入",
    "payment.written_back/1": "退票不再发放",
    "payment.recovered/1": "付款追回",
    "payment.contradicted/1": "银行说法前后不一",
    "payment.upheld/1": "银行说法查清",
    "payment.confirmed_paid/1": "查实已付",
    "payment.claimed/1": "查实多付",
    "payment.paid_again/1": "查实重复付款",
    "payment.write_off_proposed/1": "提出核销多付款",
    "payment.write_off_rejected/1": "核销多付款未获同意",
    "payment.claim_written_off/1": "核销多付款",
    "payment.claim_recovered/1": "多付追回",
    "payee_hold.placed/1": "暂停付款",
    "payee_hold.lifted/1": "解除暂停付款",
    "allowance.granted/1": "津贴入账",
    "allowance.scheduled/1": "津贴列入批次",
    "allowance.unscheduled/1": "津贴退出批次",
    "allowance.reversed/1": "津贴冲正",
    "period.close_proposed/1": "提出月结",
    "period.close_withdrawn/1": "撤回月结",
    "period.sealed/1": "封账",
    "payout_batch.frozen/1": "批次冻结",
    "payout_batch.approved/1": "批次审批",
    "payout_batch.signals_noted/1": "批次提示",
    "payout_batch.signals_acknowledged/1": "提示说明",
    "payout_batch.rejected/1": "批次驳回",
    "payout_batch.exported/1": "导出代发文件",
    "payout_batch.answer_recorded/1": "登记回盘文件",
    "payout_batch.closed/1": "批次关闭",
    "bank_file.recorded/1": "登记银行文件",
    "statement.recorded/1": "登记银行对账单",
    "statement.entries_recorded/1": "登记对账单各笔",
    "reconciliation.statement_joined/1": "对账单并入账户",
    "reconciliation.matched/1": "勾对",
    "reconciliation.unmatch_proposed/1": "提出撤销勾对",
    "reconciliation.superseding_proposed/1": "提出更正对账单",
    "reconciliation.statement_superseded/1": "更正对账单",
    "reconciliation.unmatched/1": "撤销勾对",
    "reconciliation.proposed/1": "提出人工勾对",
    "reconciliation.proposal_rejected/1": "退回人工勾对",
    "exception.opened/1": "登记对账差异",
    "exception.assigned/1": "差异指定经办人",
    "exception.explanation_proposed/1": "说明差异",
    "exception.explanation_rejected/1": "退回差异说明",
    "exception.resolved/1": "差异了结",
    "award_rule.published/1": "公布评星办法",
    "award.proposed/1": "提出评星名单",
    "award.counted_listed/1": "列出评星所计线索",
    "award.granted/1": "评定移动网格员之星",
    "award.rejected/1": "退回评星名单",
    "award.revoked/1": "撤销移动网格员之星",
    "difficulty_rule.published/1": "公布网格难度评分办法",
    "difficulty.inputs_recorded/1": "登记网格难度数据",
    "training.held/1": "登记培训",
    "training.attendance_recorded/1": "登记参训结果",
    "training.attendance_withdrawn/1": "撤回参训结果",
    "facility_kind.admitted/1": "设施种类列入清单",
    "facility_kind.withdrawn/1": "设施种类退出清单",
    "facility.registered/1": "登记设施",
    "facility.opened/1": "设施启用",
    "facility.closed/1": "设施停用",
    "facility.inspected/1": "设施巡查",
    "station.opened/1": "开办驿站",
    "station.keeper_named/1": "指定驿站管理员",
    "station.keeper_released/1": "不再担任驿站管理员",
    "station.item_listed/1": "物资上架定价",
    "station.item_withdrawn/1": "物资下架",
    "station.closed/1": "停办驿站",
    "stock.received/1": "物资入库",
    "stock.issued/1": "物资兑换出库",
    "stock.taken_back/1": "物资退回入库",
    "stock.counted/1": "盘点",
    "stock.adjusted/1": "盘点差异入账",
    "stock.write_off_proposed/1": "提出报损",
    "stock.written_off/1": "报损",
    "stock.proposal_rejected/1": "退回差异或报损",
    "exchange.authorised/1": "同意兑换（出示兑换码）",
    "exchange.made/1": "兑换",
    "exchange.cancelled/1": "撤销兑换",
    "exchange.returned/1": "退回兑换的物资",
    "taking.recorded/1": "记入限兑数量",
    "taking.given_back/1": "退回限兑数量",
    "points_rule.published/1": "公布积分规则",
    "points_account.opened/1": "开立积分账户",
    "points_account.closed/1": "关闭积分账户",
    "points.granted/1": "积分入账",
    "points.withheld/1": "超过上限，不计积分",
    "points.opening_recorded/1": "纸质积分结转",
    "points.deducted/1": "扣减积分",
    "points.reversed/1": "积分冲回",
    "points.given_back/1": "撤销扣减",
    "points.expired/1": "积分到期",
    "points.redeemed/1": "积分兑换",
    "points.restored/1": "兑换退回积分",
    "points.moved_out/1": "积分转出",
    "points.moved_in/1": "积分转入",
    "task.offered/1": "发布社区任务",
    "task.accepted/1": "领取任务",
    "task.given_up/1": "放弃任务",
    "task.done/1": "任务完成",
    "task.sent_back/1": "任务未获确认",
    "task.confirmed/1": "确认任务完成",
    "task.confirmation_withdrawn/1": "撤回任务确认",
    "task.withdrawn/1": "撤下任务",
    "activity.published/1": "发布志愿活动",
    "activity.signed_up/1": "报名活动",
    "activity.sign_up_withdrawn/1": "取消报名",
    "activity.checked_in/1": "活动签到",
    "activity.hours_confirmed/1": "确认志愿时长",
    "activity.hours_withdrawn/1": "撤回志愿时长",
    "activity.cancelled/1": "取消活动",
    "commendation.recorded/1": "登记表扬",
    "commendation.confirmed/1": "确认表扬",
    "commendation.withdrawn/1": "撤回表扬",
    "inspection.recorded/1": "登记清洁户评比",
    "inspection.confirmed/1": "确认评比结果",
    "inspection.disputed/1": "评比结果不一致",
    "inspection.withdrawn/1": "撤回评比结果",
    "title.granted/1": "授予称号",
    "title.revoked/1": "取消称号",
    "party_activity.recorded/1": "登记在职党员服务",
    "party_activity.unit_confirmed/1": "单位确认服务",
    "party_activity.community_confirmed/1": "社区确认服务",
    "party_activity.rejected/1": "服务未获确认",
    "party_activity.withdrawn/1": "撤回服务确认",
    "points_share.proposed/1": "提出积分分割",
    "points_share.confirmed/1": "确认积分分割",
    "points_share.rejected/1": "退回积分分割",
}

ACTS: Final[Mapping[str, str]] = {
    "accept": "受理",
    "verify": "核查",
    "deliberate": "商议",
    "dispatch": "派遣",
    "claim": "签收、认领",
    "arrive": "报到",
    "handle": "处置",
    "feed_back": "反馈",
    "close": "核查结案",
    "call_back": "回访",
    "rate": "评价",
    "decide": "有效认定",
    "post": "公示",
    "archive": "归档",
    "decline": "不予受理",
    "merge": "合并",
    "resume": "恢复",
    "reassign": "改派",
    "suspend": "挂起",
    "extend": "延期",
    "remind": "催办",
    "supervise": "督办",
    "whistle": "吹哨",
    "reopen": "重开",
    "return": "退回",
    "locate": "定位到村",
}
"""Acts of a workflow; a template's own names for its stages stand beside them."""

ENDINGS: Final[Mapping[str, str]] = {"declined": "不予受理", "merged": "已合并", "archived": "已归档"}

UNITS: Final[Mapping[str, str]] = {
    "working_hours": "个工作时",
    "working_days": "个工作日",
    "hours": "小时",
    "days": "天",
}

FILING_REASONS: Final[Mapping[str, str]] = {
    "not_in_catalogue": "不在事项清单内",
    "outside_area": "不在本辖区",
    "place_unclear": "地点不清",
    "in_court_or_petition": "已进入诉讼或信访",
    "already_answered": "已有答复",
    "no_content": "没有实际内容",
    "not_our_duty": "不属本部门职责",
    "wrong_area": "不属本部门辖区",
    "facts_missing": "情况不清，需补充",
    "needs_several_departments": "需几个部门会办",
    "waits_for_weather": "等待天气条件",
    "waits_for_budget": "等待经费",
    "waits_for_procedure": "等待法定程序",
    "in_court": "诉讼期间",
    "complex": "情况复杂",
    "several_departments": "涉及几个部门",
    "materials_awaited": "等待材料",
    "weather": "天气原因",
    "came_back": "问题重现",
    "reporter_dissatisfied": "上报人不满意",
    "handled_wrongly": "处置不当",
    "supervision": "督办要求",
    "not_their_duty": "不属原部门职责",
    "overdue": "超期未办",
    "person_absent": "承办人不在",
    "needs_expertise": "需专业力量",
    "solved_on_site": "现场已解决",
    "solved_by_photo": "照片显示已解决",
    "reporter_agrees": "上报人认可",
    "not_solved": "没有解决",
    "partly_solved": "部分解决",
    "satisfied": "满意",
    "fairly_satisfied": "基本满意",
    "dissatisfied": "不满意",
    "not_reached": "没有联系上",
}

CHANNELS: Final[Mapping[str, str]] = {
    "telephone": "电话",
    "message": "短信",
    "wechat": "微信",
    "visit": "上门",
    "letter": "书面",
    "page": "查询页面",
}

LEVELS: Final[Mapping[str, str]] = {
    "country": "全国",
    "province": "省",
    "city": "设区市",
    "county": "县",
    "township": "乡镇、街道",
    "village": "村、社区",
}

SUCCESSIONS: Final[Mapping[str, str]] = {
    "recoded": "只改代码",
    "raised": "改制升格（撤乡设镇、撤镇设街道等）",
    "merged": "并入另一区划",
    "split": "拆分为几个区划",
    "abolished": "撤销，没有后继",
}

FIELDS: Final[Mapping[str, str]] = {
    "amount_fen": "金额",
    "area": "管辖范围",
    "bank": "开户行",
    "category": "类别",
    "code": "区划代码",
    "division": "地方",
    "document": "文号",
    "file": "文件",
    "form_token": "页面",
    "grid": "网格",
    "channel": "方式",
    "department": "部门",
    "departments": "部门",
    "grounds": "依据",
    "handled_at": "办结时间",
    "handler_id": "办理人",
    "into_id": "并入的线索",
    "longer": "延长多少",
    "outcome": "回访结果",
    "present": "参加人数",
    "stars": "几颗星",
    "template": "流程",
    "workflow": "流程",
    "holder": "户名",
    "item": "事项类别",
    "latitude_e5": "纬度",
    "longitude_e5": "经度",
    "max_fen": "最高金额",
    "min_fen": "最低金额",
    "month": "月份",
    "name": "姓名或名称",
    "number": "账号",
    "photo": "照片",
    "photos": "照片",
    "profile": "银行版式",
    "reason": "理由",
    "reporter_id": "报告人",
    "reply": "答复",
    "reported_at": "看到的时间",
    "role": "角色",
    "days": "天数",
    "last_day": "最后一天",
    "level": "培训级别",
    "occupation": "职业",
    "person_id": "人员编号",
    "person_ids": "人员",
    "phone": "电话",
    "reference": "户号",
    "since": "从哪天起",
    "trained_on": "培训日期",
    "source": "来源",
    "source_ref": "来源编号",
    "text": "看到了什么",
    "until": "到哪天止",
    "kind": "种类",
    "new_name": "后继区划的名称",
    "successors": "后继区划的代码",
    "year": "预算年度",
}
"""The fields of forms, as the page that says what is wrong with them calls them."""

SYSTEM_ERRORS: Final[Mapping[int, str]] = {
    errno.EACCES: "没有权限",
    errno.EADDRINUSE: "已被占用",
    errno.EADDRNOTAVAIL: "本机没有这个地址",
    errno.EEXIST: "已经存在",
    errno.EIO: "磁盘读写出错",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.EMFILE: "打开的文件太多",
    errno.ENAMETOOLONG: "名称太长",
    errno.ENOENT: "没有这个文件或文件夹",
    errno.ENOSPC: "磁盘已满",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.ENOTEMPTY: "文件夹不是空的",
    errno.EPERM: "没有权限",
    errno.EROFS: "磁盘只能读，不能写",
}

BOOKS: Final[Mapping[str, str]] = {"fin": "财务会计", "bud": "预算会计", "ind": "预算指标"}

KEY_REASONS: Final[Mapping[str, str]] = {
    "secret_lost": "忘记口令或遗失设备",
    "stolen": "口令或设备可能被他人掌握",
    "left_office": "不再担任这一职务",
    "replaced": "更换新密钥",
    "registered_by_mistake": "登记有误",
}

CUSTODIES: Final[Mapping[str, str]] = {
    "server": "服务器代管",
    "password": "本人口令",
    "device": "本人设备",
}

INVARIANT_STATES: Final[Mapping[str, str]] = {
    "holds": "成立",
    "broken": "不成立",
    "no_object": "还没有这类记录",
    "elsewhere": "由离线检查和测试判定",
}
KEY_STATUSES: Final[Mapping[str, str]] = {"live": "有效", "retired": "已停用", "revoked": "已吊销"}

_REASONS: Final = {**FILING_REASONS, **VERIFICATION_REASONS, **VALIDITY_REASONS, **FAILURE_REASONS, **KEY_REASONS}
_MEMBER_REASONS: Final = {**VETTING_REASONS, **SUSPENSION_REASONS, **EXIT_REASONS}
_BY_FACT: Final[Mapping[str, Mapping[str, str]]] = {
    "level": TRAINING_LEVELS,
    "role": ROLES,
    "event_type": EVENTS,
    "type": EVENTS,
    "acting_as": PARTS,
    "acted_as": PARTS,
    "status": STATUSES,
    "answered": STATUSES,
    "signal": SIGNALS,
    "reason": _REASONS,
    "source": SOURCES,
    "succession": SUCCESSIONS,
    "act": ACTS,
    "missing": ACTS,
    "ended": ENDINGS,
    "channel": CHANNELS,
    "unit": UNITS,
}
_BY_SUBJECT: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    **register_words.BY_SUBJECT,
    **money_words.BY_SUBJECT,
    **deed_words.BY_SUBJECT,
    **station_words.BY_SUBJECT,
    ("payout_batch", "status"): BATCH_STATUSES,
    ("member", "status"): MEMBER_STATUSES,
    ("member", "reason"): _MEMBER_REASONS,
}
_YES_NO: Final[Mapping[str, tuple[str, str]]] = {
    "confirmed": ("属实", "不属实"),
    "valid": ("有效", "无效"),
    "outcome": ("肯定", "否定"),
}


CAP_KINDS: Final[Mapping[str, str]] = {
    "person_day": "每人每天",
    "person_month": "每人每月",
    "class_day": "每类每天",
    "place_day": "每个地方每天",
}

DUPLICATE_GROUNDS: Final[Mapping[str, str]] = {
    "same_photo": "照片完全相同",
    "near_photo": "照片相近",
    "same_place_and_time": "同一地方、同一类别、时间相近",
    "near_text": "文字相近",
}


def shown(name: str, value: object, *, subject: str = "") -> str:
    """A fact of a refusal as a sentence shows it: amounts in yuan, codes in Chinese, moments in China's time.

    `subject` is the code's first word: a batch and an incident may share a status word that means two things.
    """
    if value is None:
        return "（无）"
    if isinstance(value, bool):
        return _YES_NO.get(name, ("是", "否"))[0 if value else 1]
    if isinstance(value, int):
        return yuan(value) if name.endswith("_fen") or name in ("balance", "change") else str(value)
    text = str(value)
    if name == "roles":
        return "、".join(f"{ROLES.get(code, code)} {code}" for code in text.split("、"))
    if name.endswith("_at"):
        return moment(datetime.fromisoformat(text))
    words = _BY_SUBJECT.get((subject, name)) or _BY_FACT.get(name, {})
    return words.get(text, text)


def system_error(error: OSError) -> str:
    """What the operating system says no with, in Chinese; what is not listed keeps its number to look up."""
    return SYSTEM_ERRORS.get(error.errno or 0, f"系统错误 {error.errno}")


def moment(at: datetime) -> str:
    """`2026-11-22 12:51`, in China."""
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def month_words(month: str) -> str:
    """`2026-03` -> `2026年3月`."""
    return f"{month[:4]}年{int(month[5:])}月"
