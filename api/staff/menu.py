"""The links of every staff page: which pages there are, what each is for, and which roles may open it.

What must not be broken: whoever may open a page finds a link to it here; a new page is one more line. Each page judges
by itself who may open it; this list never gives a right.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from api.staff.acting import NEIGHBOURS, Acting
from api.staff.queues import WORKERS
from domain import authority

Group = Literal["work", "people", "deeds", "points", "money", "village", "settings", "registers"]

GROUPS: Final[dict[Group, str]] = {
    "work": "线索",
    "people": "成员和户",
    "deeds": "任务和表扬",
    "points": "积分和驿站",
    "money": "账目",
    "village": "村务",
    "settings": "县级设置",
    "registers": "评星和登记",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One page: where it is, its name, what it is for, and who may open it.

    `bar`: roles in whose daily work it is; it stands in the bar itself for them, and under 更多 for others.
    """

    path: str
    title: str
    about: str
    group: Group
    opens: Callable[[Acting], bool]
    bar: frozenset[str] = frozenset()
    key: str | None = None

    def is_shown(self, path: str) -> bool:
        """Whether a path is this page, or one below it."""
        return path == self.path or (self.path != "/staff" and path.startswith(self.path + "/"))


@dataclass(frozen=True, slots=True)
class Menu:
    """What one role is offered: the bar's links, and the others by group, those without any left out."""

    bar: list[Entry]
    more: dict[str, list[Entry]]

    def under(self, group: Group) -> list[Entry]:
        """Every page of a group, in the bar or not."""
        title = GROUPS[group]
        return [one for one in (*self.bar, *self.more.get(title, ())) if one.group == group]


def _reads(what: str) -> Callable[[Acting], bool]:
    return lambda who: who.may(what)


def _may(event_type: str) -> Callable[[Acting], bool]:
    return lambda who: authority.may(who.role, event_type)


def _reads_others(who: Acting) -> bool:
    return who.may("incidents") and not who.only_own


def _writes_down(who: Acting) -> bool:
    reported = "incident.reported/1"
    return authority.may(who.role, reported) and (who.role, reported) not in authority.ONLY_FOR_ONESELF


def _applies_for_oneself(who: Acting) -> bool:
    return (who.role, "member.applied/1") in authority.ONLY_FOR_ONESELF


def _takes_part(who: Acting) -> bool:
    return authority.may(who.role, "task.accepted/1")


def _sees_deeds(who: Acting) -> bool:
    return who.may("deeds") and who.role not in NEIGHBOURS


def _sees_party(who: Acting) -> bool:
    return _sees_deeds(who) or authority.may(who.role, "party_activity.recorded/1")


def _has_account(_who: Acting) -> bool:
    """Anybody may have points of his own, whatever else he does."""
    return True


_ALL: Final = frozenset(authority.ROLES)
_REPORTS: Final = frozenset({"member", "grid_worker"})
_LOCATES: Final = frozenset({"county_officer", "township_reviewer"})
_COUNTY: Final = frozenset({"county_officer", "county_approver", "auditor"})
_SETS: Final = frozenset({"administrator"})
_OWN_POINTS: Final = frozenset({"member"})
_KEEP_STOCK: Final = frozenset({"station_keeper", "village_accountant"})
_MEMBERS: Final = frozenset({"member"})
_VILLAGE: Final = frozenset({"village_accountant", "village_supervisor", "village_committee"})

ENTRIES: Final = (
    Entry("/staff", "今日工作", "等您办的，最早的在前", "work", lambda _who: True, _ALL, "1"),
    Entry("/staff/queue", "待办", "轮到您办的全部线索，一页一页看", "work", lambda who: who.role in WORKERS),
    Entry("/staff/late", "超期", "哪些过了时限，哪些快到了", "work", _reads_others, _ALL),
    Entry("/staff/incidents", "登记册", "全部线索，按进度、类别、来源、日期查，可下载", "work", _reads_others),
    Entry("/staff/unlocated", "待定位", "只有坐标、没有村的线索", "work", _may("incident.located/1"), _LOCATES),
    Entry("/staff/report", "上报", "拍照上报一条线索", "work", _may("incident.reported/1"), _REPORTS, "2"),
    Entry("/staff/reports", "我上报的", "办到哪一步，奖励到没到账", "work", _may("incident.reported/1"), _REPORTS),
    Entry(
        "/staff/transcribe",
        "代录",
        "替网格员写下他在群里、热线说的事",
        "work",
        _writes_down,
        frozenset({"grid_worker"}),
    ),
    Entry("/staff/timeliness", "按时率", "各地的步骤有多少按时办了", "work", _reads("register")),
    Entry("/staff/members", "成员", "申请、审核、选聘、停用、退出", "people", _reads("members"), _ALL),
    Entry("/staff/members/apply", "申请", "申请做移动网格员", "people", _applies_for_oneself),
    Entry("/staff/households", "户", "各村的户和户主", "people", _reads("households"), frozenset({"grid_worker"})),
    Entry("/staff/payments", "退票和疑点", "退回来的钱、银行说法不一的付款、暂停付款的人", "money", _reads("payouts")),
    Entry("/staff/payouts", "发放", "按月的批次：制表、审批、导出、回盘", "money", _reads("payouts"), _COUNTY, "3"),
    Entry("/staff/reconcile", "对账", "银行对账单、勾对、差异、退票待处理", "money", _reads("payouts"), _COUNTY),
    Entry("/staff/reconcile/exceptions", "对账差异", "哪些对不上，多久了，谁在办", "money", _reads("payouts")),
    Entry("/staff/budget", "预算", "下达的指标，用了多少，还剩多少", "money", _reads("ledgers"), _COUNTY | _SETS, "4"),
    Entry("/staff/ledgers", "账簿", "科目余额表、总账、明细账、日记账、凭证", "money", _reads("ledgers"), _COUNTY, "5"),
    Entry("/staff/invariants", "账本恒等式", "二十五条必须成立的话，逐条核对", "money", _reads("ledgers")),
    Entry("/staff/ledgers/journal", "日记账", "一本账的全部分录，按日期", "money", _reads("ledgers")),
    Entry("/staff/ledgers/vouchers", "凭证", "动账的每一条记录", "money", _reads("ledgers")),
    Entry("/staff/ledgers/charts", "科目表", "科目的编号、名称、方向，各版", "money", _reads("ledgers")),
    Entry("/staff/allowances", "津贴", "专职网格员按月的津贴：登记名单、冲正", "money", _reads("payouts")),
    Entry("/staff/close", "月结", "月末核对：账本、批次、银行，两个人封账", "money", _reads("ledgers")),
    Entry(
        "/staff/village-books",
        "村账",
        "各村的凭证：经手、审核、审批、记账；报表、月结",
        "village",
        _reads("village_books"),
        _VILLAGE,
    ),
    Entry("/staff/persons", "人员", "角色、管辖范围、收款账户", "settings", _reads("register"), _SETS, "6"),
    Entry("/staff/keys", "密钥", "谁的密钥在用，重发和停用", "settings", _reads("register"), _SETS),
    Entry("/staff/places", "区划", "县、乡镇、村的代码和名称", "settings", _reads("register"), _SETS, "7"),
    Entry("/staff/tariffs", "标准", "每条奖励多少元，上级规定的区间", "settings", _reads("register"), _SETS, "8"),
    Entry("/staff/caps", "上限", "每人、每天、每类、每地最多奖励几条", "settings", _reads("register")),
    Entry("/staff/catalogue", "事项清单", "哪些事收，哪些事不收", "settings", _reads("incidents")),
    Entry("/staff/workflows", "流程", "发布了哪些，哪里启用哪一版", "settings", _reads_others),
    Entry("/staff/hearing", "网上意见箱", "村民不用登录，对公示提异议、提意见建议", "settings", _reads("register")),
    Entry("/staff/calendars", "工作日历", "哪些天、哪些钟点算工作时间", "settings", _reads_others),
    Entry("/staff/awards", "评星", "移动网格员之星的办法、名单、评定", "registers", _reads("register")),
    Entry("/staff/difficulty", "难度评分", "各网格的数据、得分、建议人数", "registers", _reads("register")),
    Entry("/staff/trainings", "培训", "岗前、岗上、骨干轮训，谁合格", "registers", _reads("register")),
    Entry("/staff/offers", "任务和活动", "身边的社区任务和志愿活动：领取、报名", "deeds", _takes_part, _MEMBERS),
    Entry("/staff/tasks", "社区任务", "发布任务，确认谁做完了", "deeds", _sees_deeds),
    Entry("/staff/activities", "志愿活动", "发布、签到、确认时长", "deeds", _sees_deeds),
    Entry("/staff/commendations", "表扬", "有文号的表扬，两个人登记", "deeds", _sees_deeds),
    Entry("/staff/inspections", "清洁户评比", "每月评比，两位评比人，清洁户称号", "points", _sees_deeds),
    Entry("/staff/party-activities", "在职党员服务", "单位和社区双方确认", "points", _sees_party),
    Entry(
        "/staff/my-points",
        "我的积分",
        "积分从哪来，能换什么，什么时候到期，出示兑换码",
        "points",
        _has_account,
        _OWN_POINTS,
    ),
    Entry("/staff/counter", "柜台", "给人兑换物资", "points", _may("exchange.made/1"), frozenset({"station_keeper"})),
    Entry("/staff/stations", "驿站", "各村的驿站、物资、入库、盘点、报损", "points", _reads("stations"), _KEEP_STOCK),
    Entry("/staff/points-accounts", "积分账户", "各户、各人的积分，替没有手机的人兑换", "points", _reads("points")),
    Entry("/staff/points-rules", "积分规则", "做什么有多少分，各层、各版，公布前试算", "points", _has_account),
    Entry("/staff/points-liability", "积分负债", "没兑换的积分、物资成本，按驿站和月份", "points", _reads("points")),
    Entry("/staff/notices", "公告", "发布公告，到期或写错了撤下", "village", _reads("affairs")),
    Entry(
        "/staff/suggestions",
        "意见建议",
        "村民说了什么，谁在什么时候答复",
        "village",
        _reads("affairs"),
        frozenset({"village_committee"}),
    ),
    Entry("/staff/commitments", "公开承诺", "承诺了什么，兑现了没有，哪些过了期", "village", _reads("affairs")),
    Entry("/staff/meetings", "会议", "村民会议、村民代表会议：到会、表决、议事规则", "village", _reads("affairs")),
    Entry("/staff/projects", "微项目", "依据决议立项，签合同，两人以上验收", "village", _reads("affairs")),
    Entry("/staff/assets", "集体资产", "资产、资源登记簿：盘点、出租、处置", "village", _reads("property")),
    Entry("/staff/contracts", "资源合同", "租出的土地、鱼塘、房屋，哪些租金到期、逾期", "village", _reads("property")),
    Entry("/staff/subsidies", "补贴", "补贴项目、标准，各村发放名单", "village", _reads("property")),
    Entry(
        "/staff/disclosures",
        "村务公开",
        "应公开的、超期的；拟定、审查、公布、异议和答复、更正",
        "village",
        _reads("disclosures"),
        _VILLAGE,
    ),
    Entry("/staff/committees", "村两委", "谁在村委会、监督委员会任职，谁是近亲属", "village", _reads("disclosures")),
    Entry("/staff/disclosure-settings", "公开办法", "多久公开一次，姓名怎么写", "village", _reads("disclosures")),
    Entry("/staff/facilities", "设施", "移动网格员之家、驿站、议事堂、网格站", "registers", _reads("facilities")),
)
"""Every page without a parameter in its address that staff come to by a link, in the order of the menu."""


def menu_of(who: Acting) -> Menu:
    """What somebody in his acting role is offered."""
    offered = [one for one in ENTRIES if one.opens(who)]
    more: dict[str, list[Entry]] = {}
    for one in offered:
        if who.role not in one.bar:
            more.setdefault(GROUPS[one.group], []).append(one)
    ordered = {title: more[title] for title in GROUPS.values() if title in more}
    return Menu([one for one in offered if who.role in one.bar], ordered)
