"""What is said of the operations of members, households and payee accounts, and the codes they may answer."""

from collections.abc import Mapping
from typing import Final

_READ: Final = ("access.may_not_read", "access.outside_area", "place.unknown")
_ONE_MEMBER: Final = ("access.may_not_read", "access.outside_area", "member.unknown")
_ONE_HOUSEHOLD: Final = ("access.may_not_read", "access.outside_area", "household.unknown")
_SERVING: Final = ("chain.acted_twice", "member.day_in_past", "member.not_appointed", "member.unknown", "person.erased")
_JOINING: Final = (
    "chain.acted_twice",
    "household.day_in_future",
    "household.head_already",
    "household.not_in_it",
    "household.reason_unknown",
    "person.erased",
    "person.unknown",
    "place.unknown",
    "residence.already_taken",
)

MEMBERS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "listMembers": (
        "一个范围里的申请人和成员，按申请的先后。姓名、电话在保险库里。用最后一人的 log_index 作 after 取下一页。",
        _READ,
    ),
    "listDualRoles": ("今天在同一地方既是移动网格员、又担任其他角色的人。", _READ),
    "readMember": (
        "一位成员的档案：申请、审核、选聘、培训、暂停、恢复、退出的每一步，担任的角色和所属的户。",
        _ONE_MEMBER,
    ),
    "openMemberContact": (
        "从保险库打开成员的姓名和电话。谁在何时以什么角色打开的，都留痕。",
        (*_ONE_MEMBER, "person.unknown"),
    ),
    "listMemberWords": (
        "成员和户的固定词语：职业、状态、培训、审核、暂停、退出、加入和离开户的理由。词语永久不变。",
        (),
    ),
    "applyForMember": (
        "申请当移动网格员，全部成功或全部不记。给本人的 person_id 就是本人申请；其他都是代录，代录人不能再审核、选聘。"
        "没有登记过的人给姓名，编号由调用人和 Idempotency-Key 推出。",
        (
            "authority.only_for_oneself",
            "member.already_applied",
            "member.occupation_unknown",
            "person.erased",
            "person.unknown",
            "place.unknown",
        ),
    ),
    "vetMembers": (
        "审核申请，理由取自清单。申请人和代录人不能审核。",
        (
            "chain.acted_twice",
            "member.already_vetted",
            "member.reason_contradicts",
            "member.reason_unknown",
            "member.unknown",
            "place.unknown",
        ),
    ),
    "appointMembers": (
        "选聘审核通过的人，由另外一人办理：同时授予移动网格员的角色，登记由服务器代管的密钥。"
        "当地还担任其他角色的，要在 acknowledged_roles 里确认。岗前培训以前不能上报。",
        (
            "chain.acted_twice",
            "key.already_registered",
            "key.still_live",
            "member.dual_roles",
            "member.ends_before_start",
            "member.not_vetted",
            "member.unknown",
            "person.erased",
            "person.role_already_held",
            "place.unknown",
        ),
    ),
    "trainMembers": (
        "登记参加培训的成员：岗前、岗上、骨干轮训。岗前培训一次，是上报的条件；后两级可以多次。",
        (
            "chain.acted_twice",
            "member.already_trained",
            "member.day_in_future",
            "member.level_unknown",
            "member.not_trained",
            "member.not_vetted",
            "member.unknown",
            "place.unknown",
        ),
    ),
    "suspendMember": (
        "暂停资格：从 since 到 until 不担任移动网格员，别人代录的也不收。有 until 的，期满自动恢复；没有的要另行恢复。",
        (
            *_SERVING,
            "member.ends_before_start",
            "member.reason_unknown",
            "member.suspended",
            "person.role_already_held",
        ),
    ),
    "reinstateMember": (
        "恢复资格：从 since 起又担任移动网格员。",
        (*_SERVING, "member.not_suspended", "person.role_already_held"),
    ),
    "endMembership": (
        "退出：last_day 以后不再担任移动网格员。已入账的奖励照常发放。",
        (*_SERVING, "member.reason_unknown"),
    ),
    "listHouseholds": ("一个范围里的户，按登记的先后，今天有几人、谁是户主。", _READ),
    "readHousehold": ("一户和它的全部经过：谁从哪天到哪天属于它，谁当过户主。", _ONE_HOUSEHOLD),
    "registerHousehold": (
        "在村、社区登记一户和这一户的人。一人同时只能属于一户。同一村同一编号只能登记一次。谁都不能登记自己的户。",
        (*_JOINING, "household.already_registered", "household.not_in_a_village"),
    ),
    "joinHousehold": (
        "登记加入这一户的人，全部成功或全部不记。加入的本人和同户的人不能登记。",
        (*_JOINING, "household.unknown"),
    ),
    "leaveHousehold": (
        "登记离开这一户的人。经过都保留。离开的本人和同户的人不能登记。",
        (
            "chain.acted_twice",
            "household.day_in_future",
            "household.not_in_it",
            "household.reason_unknown",
            "household.unknown",
            "residence.not_taken",
        ),
    ),
    "nameHead": (
        "确定户主，他要属于这一户；离开了就不再是。他本人和同户的人不能登记。",
        (
            "chain.acted_twice",
            "household.day_in_future",
            "household.head_already",
            "household.not_in_it",
            "household.unknown",
        ),
    ),
    "endRole": (
        "结束一个人在一个地方的角色。移动网格员请用“退出”或“暂停资格”。不能结束自己的角色。",
        (
            "person.day_in_past",
            "person.ends_own_role",
            "person.erased",
            "person.role_not_held",
            "person.unknown",
            "place.unknown",
        ),
    ),
    "acknowledgeAccount": (
        "另一位同事核实更换的收款账户，确认后不必等到期。登记账户的人和收款人不能确认。",
        (
            "chain.acted_twice",
            "person.account_acknowledged",
            "person.account_version_differs",
            "person.erased",
            "person.unknown",
        ),
    ),
    "readCooling": ("换收款账户以后等几天才能付款：今天是几天，设定过哪些。", ("access.may_not_read",)),
    "setCooling": (
        "设定换收款账户以后等几天才能付款。没有设定就不等。",
        ("cooling.days_out_of_range", "cooling.since_reused"),
    ),
}
"""Operation id -> its description and its own codes."""

TAGS: Final[Mapping[str, str]] = {
    "成员": "移动网格员：申请、审核、选聘、培训、暂停、退出。申请、审核、选聘是不同的人。",
    "户": "村、社区里的户：登记、加入、离开、户主。一人同时只属于一户。",
}
