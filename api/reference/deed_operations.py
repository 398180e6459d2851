"""What is said of the operations of tasks, activities, praise, inspections, services and shares, and their codes."""

from collections.abc import Mapping
from typing import Final

_LIST: Final = ("access.may_not_read", "access.outside_area", "place.unknown")
_ONE: Final = ("access.may_not_read", "access.not_yours", "access.outside_area")
_OFFERING: Final = ("deed.item_unknown", "deed.seats_out_of_range", "place.unknown")
_POINTS: Final = ("points_account.closed", "points_account.unknown", "balance.below_limit")

OFFERS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "listOffers": (
        "调用人所在范围里还能参加的任务和活动，以及他自己参加过的。别人的参加情况不在其中。",
        ("access.may_not_read",),
    ),
    "listTasks": ("一个范围里的社区任务，新的在前；taken、waiting、confirmed 是已领、待确认、已确认的人数。", _LIST),
    "offerTask": (
        "发布社区任务。事项取自当地现行的积分规则。编号由调用人和 Idempotency-Key 推出。",
        ("task.already_offered", "task.due_in_past", *_OFFERING),
    ),
    "readTask": ("一项任务和领取人；不是经办人的，只看得到自己的一份。", (*_ONE, "task.unknown")),
    "recordTaskStep": (
        "任务办一步：领取、放弃、完成、确认、退回、撤回确认、撤下。发布人、完成人、登记完成的人不能确认；"
        "确认的同时按完成那天的规则记积分，撤回的同时冲回。",
        (
            "authority.only_for_oneself",
            "chain.acted_twice",
            "deed.day_in_future",
            "deed.reason_unknown",
            "person.unknown",
            "task.accepted_already",
            "task.done_before_accepted",
            "task.is_over",
            "task.is_withdrawn",
            "task.no_seat_left",
            "task.not_accepted",
            "task.not_confirmed",
            "task.not_done",
            "task.unknown",
            *_POINTS,
        ),
    ),
    "listActivities": ("一个范围里的志愿活动，新的在前；taken 是已报名和到场的人数。", _LIST),
    "publishActivity": (
        "发布志愿活动。编号由调用人和 Idempotency-Key 推出。",
        ("activity.already_published", "activity.held_in_past", "deed.minutes_out_of_range", *_OFFERING),
    ),
    "readActivity": ("一次活动和参加人；不是经办人的，只看得到自己的一份。", (*_ONE, "activity.unknown")),
    "recordActivityStep": (
        "活动办一步：报名、取消报名、签到、确认时长、撤回时长、取消活动。发布人、签到登记人、到场的人不能确认时长；"
        "确认的同时按活动那天的规则记积分，撤回的同时冲回。",
        (
            "activity.checked_in_already",
            "activity.has_hours",
            "activity.is_cancelled",
            "activity.is_over",
            "activity.no_seat_left",
            "activity.not_begun",
            "activity.not_checked_in",
            "activity.not_confirmed",
            "activity.not_signed_up",
            "activity.signed_up_already",
            "activity.unknown",
            "authority.only_for_oneself",
            "chain.acted_twice",
            "command.nothing_to_record",
            "deed.day_full",
            "deed.minutes_out_of_range",
            "deed.reason_unknown",
            "person.unknown",
            *_POINTS,
        ),
    ),
}

DEEDS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "listCommendations": ("一个范围里登记过的表扬，新的在前。", _LIST),
    "recordCommendation": (
        "登记一份有文号的表扬，受表扬的是个人或户。同一人（户）、同一文号只登记一次。",
        (
            "chain.acted_twice",
            "commendation.already_recorded",
            "commendation.holder_unknown",
            "deed.day_in_future",
            "deed.item_unknown",
            "place.unknown",
        ),
    ),
    "readCommendation": ("一份表扬和受表扬的人或户。", (*_ONE, "commendation.unknown")),
    "recordCommendationStep": (
        "另一个人看过文件后确认，积分同时记入；或者撤回，积分同时冲回。受表扬人和登记人不能确认。",
        (
            "chain.acted_twice",
            "commendation.is_withdrawn",
            "commendation.not_recorded",
            "commendation.unknown",
            "deed.reason_unknown",
            *_POINTS,
        ),
    ),
    "listInspections": ("一个范围里的清洁户评比，新的在前。", _LIST),
    "recordInspection": (
        "登记一户的评比：至少两位评比人，登记人是其中之一，都不是这一户的人。一户一月一次。",
        (
            "chain.acted_twice",
            "deed.day_in_future",
            "deed.item_unknown",
            "household.unknown",
            "inspection.already_recorded",
            "inspection.inspector_lives_there",
            "inspection.nobody_may_confirm",
            "inspection.recorder_no_inspector",
            "inspection.result_unknown",
            "inspection.too_few_inspectors",
            "person.unknown",
        ),
    ),
    "readInspection": ("一次评比和所评的户。", (*_ONE, "inspection.unknown")),
    "recordInspectionStep": (
        "另一位评比人确认或退回；上级撤回。确认为清洁的，同时授予清洁户称号、记积分；不是清洁的，同时取消称号。",
        (
            "chain.acted_twice",
            "deed.reason_unknown",
            "inspection.confirmer_no_inspector",
            "inspection.not_confirmed",
            "inspection.not_recorded",
            "inspection.unknown",
            *_POINTS,
        ),
    ),
    "listTitles": ("一个范围里现有的清洁户，先授予的在前。", _LIST),
    "revokeTitle": (
        "因评比以外的原因取消一户的称号，历次记录保留。",
        ("deed.reason_unknown", "title.ends_before_it_began", "title.not_held"),
    ),
    "listPartyActivities": ("一个范围里的在职党员服务，新的在前；部门办理人只看得到本单位的。", _LIST),
    "recordPartyActivity": (
        "登记在职党员在社区的服务。编号由服务的人、单位、内容和日期推出；不予确认或撤回的可以重新登记。",
        (
            "authority.only_for_oneself",
            "chain.acted_twice",
            "deed.day_in_future",
            "deed.item_unknown",
            "deed.minutes_out_of_range",
            "party_activity.already_recorded",
            "party_activity.nobody_may_confirm",
            "person.unknown",
            "place.unknown",
        ),
    ),
    "readPartyActivity": ("一次在职党员服务，双方各由谁确认。", (*_ONE, "party_activity.unknown")),
    "recordPartyActivityStep": (
        "所在单位和社区分别确认，先后不限；都确认了，积分同时记入。任一方可以不予确认；上级可以撤回，积分同时冲回。",
        (
            "chain.acted_twice",
            "deed.day_full",
            "deed.reason_unknown",
            "party_activity.not_confirmed",
            "party_activity.not_recorded",
            "party_activity.other_unit",
            "party_activity.side_confirmed",
            "party_activity.unknown",
            *_POINTS,
        ),
    ),
}

SHARES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "moveBetweenHouseholds": (
        "几个人从这一户迁到另一户：迁移、并户、分户。离开和加入一次记下；积分不随之变动，要转的另提积分分割。"
        "迁移的本人和这两户的人不能登记。",
        (
            "chain.acted_twice",
            "household.day_in_future",
            "household.not_in_it",
            "household.reason_unknown",
            "household.unknown",
            "person.unknown",
            "residence.already_taken",
            "residence.not_taken",
        ),
    ),
    "listPointsShares": ("一个范围里已提出、等另一位经办人确认的积分分割，先提的在前。", _LIST),
    "proposePointsShare": (
        "按户主同意的书面材料提出积分分割：迁出、分户转一份，并户、去世转全部（连同欠分，原账户关闭）。",
        (
            "chain.acted_twice",
            "deed.reason_unknown",
            "household.unknown",
            "points_account.unknown",
            "points_share.already_proposed",
            "points_share.nobody_went_over",
            "points_share.not_the_head",
            "points_share.same_holder",
            "points_share.share_out_of_range",
            "points_share.somebody_left",
        ),
    ),
    "readPointsShare": (
        "一份积分分割和它的结果。",
        ("access.may_not_read", "access.outside_area", "points_share.unknown"),
    ),
    "recordPointsShareStep": (
        "另一位经办人看过材料后确认，积分同时转走；或者退回。提出人和两户的人不能确认。",
        (
            "chain.acted_twice",
            "deed.reason_unknown",
            "household.unknown",
            "points.too_few",
            "points_share.not_proposed",
            "points_share.somebody_left",
            "points_share.unknown",
            *_POINTS,
        ),
    ),
}

DEED_OPERATIONS: Final = {**OFFERS, **DEEDS, **SHARES}
"""Operation id -> its description and its own codes."""

DEED_TAGS: Final[Mapping[str, str]] = {
    "任务和志愿活动": "社区任务和志愿活动：发布、参加、完成，由另一个人确认后记积分。",
    "表扬、清洁户和在职党员": "有文号的表扬、每月的清洁户评比和称号、单位和社区双方确认的在职党员服务。",
}

DEED_PARAMETERS: Final[Mapping[str, tuple[str, str | int | bool]]] = {
    "deed_id": ("任务、活动、表扬、评比或服务的编号", "4da1ee0f-f3e9-5a23-9448-6a7ff365b370"),
    "points_share_id": ("积分分割的编号", "bdf9f41a-79ad-5191-b837-923c5e4bd746"),
    "waiting": ("true：只要有待确认的", False),
}
