"""Why something is refused where deeds are concerned: tasks, activities, praise, inspections, shares; in Chinese."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

DEED_MESSAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        # all deeds
        "deed.day_full": "一个人一天最多记 {minutes_max} 分钟服务：他 {day} 已确认 {used} 分钟，"
        "不能再确认 {minutes} 分钟。"
        "请核对时长和日期。",
        "deed.day_in_future": "日期 {day} 还没有到。请在做完以后登记。",
        "deed.item_unknown": "当地现行的积分规则里没有可用的事项“{item}”，或它的计分单位不合适。请从列表中选择。",
        "deed.minutes_out_of_range": "时长 {minutes} 分钟不在 1 到 {minutes_max} 分钟之间。请核对。",
        "deed.reason_unknown": "这一步没有“{reason}”这种理由。请写这些代码之一：{choices}。",
        "deed.seats_out_of_range": "人数 {seats} 不在 1 到 {seats_max} 之间。请核对。",
        # tasks
        "task.accepted_already": "这个人已经领过这项任务，现在是“{status}”。请刷新页面查看。",
        "task.already_offered": "这项任务已经发布过。请刷新页面查看。",
        "task.done_before_accepted": "完成日期 {done_on} 早于领取的 {accepted_on}。请核对日期。",
        "task.due_in_past": "截止日期 {due_on} 已经过去。请改用今天或以后的日期。",
        "task.is_over": "这项任务已于 {due_on} 截止，不能再领。请看看别的任务。",
        "task.is_withdrawn": "这项任务已经撤下。请看看别的任务。",
        "task.no_seat_left": "这项任务的 {seats} 个名额已经领完。请看看别的任务。",
        "task.not_accepted": "这个人的任务现在是“{status}”，不在办理中。请刷新页面查看。",
        "task.not_confirmed": "这个人的任务现在是“{status}”，没有可撤回的确认。请刷新页面查看。",
        "task.not_done": "这个人的任务现在是“{status}”，没有待确认的完成。请刷新页面查看。",
        "task.unknown": "没有这项任务。请核对编号。",
        # activities
        "activity.already_published": "这次活动已经发布过。请刷新页面查看。",
        "activity.checked_in_already": "名单里有人已经签到，或写了两次。请刷新页面核对。",
        "activity.has_hours": "这次活动已经确认过时长，不能取消。请刷新页面查看。",
        "activity.held_in_past": "活动日期 {held_on} 已经过去。请改用今天或以后的日期。",
        "activity.is_cancelled": "这次活动已经取消。请看看别的活动。",
        "activity.is_over": "这次活动已于 {held_on} 举行，不能再报名。请看看别的活动。",
        "activity.no_seat_left": "这次活动的 {seats} 个名额已满。请看看别的活动。",
        "activity.not_begun": "活动在 {held_on} 举行，现在还不能签到。请到那天再办。",
        "activity.not_checked_in": "名单里有人没有签到，或时长已经确认。请刷新页面核对。",
        "activity.not_confirmed": "这个人在这次活动里没有确认过的时长。请刷新页面查看。",
        "activity.not_signed_up": "这个人没有报名，或已经签到。请刷新页面查看。",
        "activity.signed_up_already": "这个人已经报过名，现在是“{status}”。请刷新页面查看。",
        "activity.unknown": "没有这次活动。请核对编号。",
        # commendations
        "commendation.already_recorded": "文号“{document}”的这份表扬已经登记过。请刷新页面查看。",
        "commendation.holder_unknown": "没有找到受表扬的人或户。请核对编号，种类填 person（个人）或 household（户）。",
        "commendation.is_withdrawn": "这份表扬已经撤回。无需再做。",
        "commendation.not_recorded": "这份表扬现在是“{status}”，没有待确认的登记。请刷新页面查看。",
        "commendation.unknown": "没有这份表扬。请核对编号。",
        # inspections and titles
        "inspection.already_recorded": "这一户 {month} 的评比现在是“{status}”。请打开那次评比办理；"
        "登记错的，由另一位评比人退回。",
        "inspection.confirmer_no_inspector": "只有同去评比的人才能确认。请由名单里的另一位评比人办理。",
        "inspection.inspector_lives_there": "评比人里有这一户的家人。请换人评比。",
        "inspection.nobody_may_confirm": "其他评比人今天在这里都没有可以确认评比的职责，登记后会一直没有人确认。"
        "请换一位网格员、网格长、村会计、村务监督员或乡镇审核员同去，或请管理员先授予职责。",
        "inspection.not_confirmed": "这次评比现在是“{status}”，没有可撤回的结果。请刷新页面查看。",
        "inspection.not_recorded": "这次评比现在是“{status}”，没有待确认的登记。请刷新页面查看。",
        "inspection.recorder_no_inspector": "登记人应当是评比人之一。请由去评比的人登记。",
        "inspection.result_unknown": "没有“{result}”这种评比结果。请从列表中选择。",
        "inspection.too_few_inspectors": "评比人应有 {least} 到 {most} 位，各不相同。请核对名单。",
        "inspection.unknown": "没有这次评比。请核对编号。",
        "title.ends_before_it_began": "最后一天 {last_day} 早于称号开始的 {since}。请核对日期。",
        "title.not_held": "这一户现在没有这个称号。请刷新页面查看。",
        # party members' service
        "party_activity.already_recorded": "这位党员这一天的这项服务（单位、内容相同）已经登记过。"
        "确是另一次的，请写明内容有什么不同。",
        "party_activity.nobody_may_confirm": "“{unit}”现在没有别的办理人可以确认，登记后会一直没有人确认。"
        "请按部门名单核对单位的名称。",
        "party_activity.not_confirmed": "这次服务现在是“{status}”，没有可撤回的确认。请刷新页面查看。",
        "party_activity.not_recorded": "这次服务现在是“{status}”，没有待确认的登记。请刷新页面查看。",
        "party_activity.other_unit": "您不是“{unit}”登记的办理人。请由他所在单位的办理人确认。",
        "party_activity.side_confirmed": "{side}已经确认过。请等另一方确认。",
        "party_activity.unknown": "没有这次服务。请核对编号。",
        # what becomes of points when people move
        "points_share.already_proposed": "这份分割已经提出过。请刷新页面查看。",
        "points_share.nobody_went_over": "户的登记里没有人因“{reason}”到了接收的这一户。请先登记人员的变动。",
        "points_share.not_proposed": "这份分割现在是“{status}”，不能再办。请刷新页面查看。",
        "points_share.not_the_head": "同意的人应当是转出户的户主；转出户已没有人的，由接收户的户主同意。请先确定户主。",
        "points_share.same_holder": "转出和接收是同一个账户。请核对。",
        "points_share.share_out_of_range": "转出 {points} 分，应在 1 到现有的 {held} 分之间。请核对。",
        "points_share.somebody_left": "转出户还有 {count} 人，不能全部转走。请写明转多少分。",
        "points_share.unknown": "没有这份分割。请核对编号。",
    }
)
"""Code -> sentence, as in `api.web.messages`, whose table it is a part of."""
