"""The Chinese words for stored codes: roles, steps, reasons, states, accounts. Pages and sentences read them here.

Stored words are permanent and English; whoever adds one there adds its Chinese here, and a test holds the two together.
"""

import errno
from collections.abc import Mapping
from datetime import datetime
from typing import Final

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
    "maker": "制表人",
    "checker": "审批人",
    "payee": "收款人",
    "chain": "前面环节的经手人",
}

SOURCES: Final[Mapping[str, str]] = {
    "app": "手机上报",
    "wechat": "微信群（代录）",
    "hotline": "12345 热线",
    "register": "留言登记册",
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

STATUSES: Final[Mapping[str, str]] = {
    "reported": "待核查",
    "verified": "属实，待办理",
    "handled": "已办理，待认定",
    "rejected": "不属实，待认定",
    "valid": "有效",
    "invalid": "无效",
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

STEPS: Final[Mapping[str, str]] = {"verification": "核查", "handling": "办理", "decision": "认定"}

EVENTS: Final[Mapping[str, str]] = {
    "log.opened/1": "账本开启",
    "log.policy_set/1": "设定签名与见证策略",
    "log.closed/1": "封账",
    "log.checkpoint_timestamped/1": "检查点加盖时间戳",
    "place.registered/1": "登记区划",
    "person.registered/1": "登记人员",
    "person.role_granted/1": "授予角色",
    "person.role_ended/1": "结束角色",
    "person.payee_account_set/1": "设置收款账户",
    "person.erased/1": "删除个人信息",
    "key.registered/1": "登记密钥",
    "key.retired/1": "停用密钥",
    "key.revoked/1": "吊销密钥",
    "tariff.band_set/1": "设定奖励区间",
    "tariff.set/1": "设定奖励标准",
    "budget.appropriated/1": "下达预算指标",
    "incident.reported/1": "上报",
    "incident.verified/1": "核查",
    "incident.handled/1": "办理",
    "incident.validity_decided/1": "有效认定",
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
    "payout_batch.frozen/1": "批次冻结",
    "payout_batch.approved/1": "批次审批",
    "payout_batch.rejected/1": "批次驳回",
    "payout_batch.exported/1": "导出代发文件",
    "payout_batch.answer_recorded/1": "登记回盘文件",
    "payout_batch.closed/1": "批次关闭",
}

LEVELS: Final[Mapping[str, str]] = {
    "country": "全国",
    "province": "省",
    "city": "设区市",
    "county": "县",
    "township": "乡镇、街道",
    "village": "村、社区",
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
    "handled_at": "办结时间",
    "holder": "户名",
    "max_fen": "最高金额",
    "min_fen": "最低金额",
    "month": "月份",
    "name": "姓名或名称",
    "number": "账号",
    "profile": "银行版式",
    "reason": "理由",
    "reply": "答复",
    "reported_at": "看到的时间",
    "role": "角色",
    "since": "从哪天起",
    "text": "看到了什么",
    "until": "到哪天止",
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

ACCOUNTS: Final[Mapping[str, str]] = {
    "fin:1011": "零余额账户用款额度",
    "fin:2307:payee": "其他应付款（应付网格员）",
    "fin:2307:transit": "其他应付款（代发在途）",
    "fin:4001": "财政拨款收入",
    "fin:5001": "业务活动费用",
    "bud:6001": "财政拨款预算收入",
    "bud:7101": "行政支出",
    "bud:8001": "资金结存",
    "ind:appropriated": "已下达指标",
    "ind:available": "可用指标",
    "ind:committed": "已占用指标",
    "ind:spent": "已支出指标",
}

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

KEY_STATUSES: Final[Mapping[str, str]] = {"live": "有效", "retired": "已停用", "revoked": "已吊销"}

_REASONS: Final = {**VERIFICATION_REASONS, **VALIDITY_REASONS, **FAILURE_REASONS, **KEY_REASONS}
_BY_FACT: Final[Mapping[str, Mapping[str, str]]] = {
    "role": ROLES,
    "event_type": EVENTS,
    "type": EVENTS,
    "acting_as": PARTS,
    "acted_as": PARTS,
    "status": STATUSES,
    "answered": STATUSES,
    "reason": _REASONS,
    "source": SOURCES,
}
_YES_NO: Final[Mapping[str, tuple[str, str]]] = {
    "confirmed": ("属实", "不属实"),
    "valid": ("有效", "无效"),
    "outcome": ("肯定", "否定"),
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
    words = BATCH_STATUSES if (subject, name) == ("payout_batch", "status") else _BY_FACT.get(name, {})
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
