"""Why something is refused where the village's affairs are concerned: notices, suggestions, commitments, meetings,
micro-projects; in Chinese.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

AFFAIR_MESSAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        # all affairs
        "affair.day_in_future": "日期 {day} 还没有到。请在那天以后登记。",
        "affair.reason_unknown": "这一步没有“{reason}”这种理由。请写这些代码之一：{choices}。",
        "affair.text_missing": "有一处文字没有填写。请写明再提交。",
        "affair.text_too_long": "有一处文字超过 {most} 个字。请缩短再提交。",
        # texts that everybody may read
        "text.personal": (
            "“{field}”里有{kind}（{found}）。这些文字会公开，记入账本后再也取不出来。"
            "请删去再提交；要留底的，写在附件里，或写单位、文号。"
        ),
        # notices
        "notice.already_posted": "这份公告已经发布过。请刷新页面查看。",
        "notice.begins_in_past": "公告从 {since} 起公布，这一天已经过去。请改用今天或以后的日期。",
        "notice.not_posted": "这份公告现在是“{status}”，不能再撤下。请刷新页面查看。",
        "notice.span": "公布时间从 {since} 到 {until}：结束不能早于开始，也不能超过 {most} 天。请核对日期。",
        "notice.unknown": "没有这份公告。请核对编号。",
        # suggestions
        "suggestion.already_opened": "这条意见已经登记过。请刷新页面查看。",
        "suggestion.author_known": "这条意见是登记过的人提的，原话随他的个人信息一起删除。请到人员页面办理。",
        "suggestion.channel_unknown": "没有“{channel}”这种来源。请写 web（网页）、staff（代录）或 slip（意见单）。",
        "suggestion.due_out_of_range": "答复期限 {due_on} 应在今天到 {most} 天以内。请改一个日期。",
        "suggestion.is_closed": "这条意见已经办结。如有新的情况，请另提一条。",
        "suggestion.not_accepted": "这条意见现在是“{status}”，不能答复。请先受理，或刷新页面查看。",
        "suggestion.not_answered": "这条意见现在是“{status}”，还没有答复，不能按“已答复”办结。请先答复，或另选理由。",
        "suggestion.not_erased": "这条意见的原话没有删除，不能按“原话已依法删除”办结。请另选理由。",
        "suggestion.not_opened": "这条意见现在是“{status}”，不能再受理。请刷新页面查看。",
        "suggestion.outcome_unknown": "没有“{outcome}”这种答复结果。请从列表中选择。",
        "suggestion.slip_missing": "意见单没有写单号。请填写单上印的编号。",
        "suggestion.text_erased": "这条意见的原话已经依法删除，不能再受理。还没有办结的，请按“原话已依法删除”办结。",
        "suggestion.unknown": "没有这条意见。请核对编号。",
        "suggestion.was_answered": "这条意见已经公开答复。请按“已答复”办结。",
        # commitments
        "commitment.already_made": "这项承诺已经登记过。请刷新页面查看。",
        "commitment.due_out_of_range": "完成期限 {due_on} 应在作出承诺的 {made_on} 以后五年以内。请核对日期。",
        "commitment.is_over": "这项承诺现在是“{status}”，不能再办。请刷新页面查看。",
        "commitment.kept_before_made": "完成日期 {fulfilled_on} 早于作出承诺的 {made_on}。请核对日期。",
        "commitment.unknown": "没有这项承诺。请核对编号。",
        # meetings and their rules
        "meeting.eligible_unexplained": "上次这种会议应到 {before} 人，这次写了 {eligible} 人。"
        "请核对；确有变化的，写明原因（会公开）。",
        "meeting.day_unsuited": "开会日期 {day} 不对：应在 {since} 至 {until} 之间；更早的会议不能补登。请核对日期。",
        "meeting.voted_already": "“{title}”在这次会议上已经表决过。同一件事一次会议只表决一次；要再议请另开会议。",
        "project.above_resolution": "预算 {amount_fen} 元超过了决议授权的数：还剩 {left_fen} 元。请改预算或另行决议。",
        "meeting.agenda_size": "议题应有 1 到 {most} 项。请核对。",
        "meeting.already_called": "这次会议已经召集过。请刷新页面查看。",
        "meeting.attendance_invalid": "到会名单里有人写了两次，或超过 {most} 人。请核对名单；其余的人计入签到册。",
        "meeting.kind_unknown": "没有“{kind}”这种会议。请从列表中选择。",
        "meeting.more_present_than_eligible": "到会 {present} 人，应到 {eligible} 人。请核对两个人数。",
        "meeting.no_quorum": "应到 {eligible} 人，到会 {present} 人，没有达到议事规则要求的人数，会议不能作决定。"
        "请另行召集，并把这次会议登记为没有开成。",
        "meeting.not_called": "这次会议现在是“{status}”，不能再登记到会或取消。请刷新页面查看。",
        "meeting.not_held": "这次会议现在是“{status}”，还不能登记表决。请先登记到会人数。",
        "meeting.not_on_agenda": "“{title}”不在这次会议的议题里，不能授权花钱。"
        "事项要与通知里的一项议题相同；没有通知过的事，请另开会议。",
        "meeting.resolution_elsewhere": "这项决议是 {division} 的，不是本村的。请换本村的决议。",
        "meeting.resolution_not_passed": "决议 {resolution} 没有通过，不能据以办理。请换一项已通过的决议。",
        "meeting.resolution_unknown": "没有名为 {resolution} 的决议。请从列表中选择。",
        "meeting.resolution_unwitnessed": "决议 {resolution} 的会议还没有存签到表，或只由登记表决的人存过，"
        "不能据以花钱。请由另一个人在“会议”里存入签到表。",
        "meeting.sheet_files_unsuited": "签到表至少存一个文件，同一个只存一次，一次会议最多 {most} 个。请核对文件。",
        "meeting.sheet_missing": "按签到册计人数，要写签到册的编号。请填写。",
        "meeting.unknown": "没有这次会议。请核对编号。",
        "meeting.vote_late": "会议是 {day} 开的，表决最晚在 {until} 登记，现在不能再补登。请另开会议表决。",
        "meeting.votes_invalid": "票数共 {votes}，到会 {present} 人：至少应有一票，票数不能多于到会人数。请核对。",
        "meeting_rule.begins_before_last": "这种会议已有从 {last} 起的规则，不能再从 {since} 起。请改用以后的日期。",
        "meeting_rule.begins_in_past": "规则从 {since} 起施行，这一天已经过去。请改用今天或以后的日期。",
        "meeting_rule.not_set": "{division} 和它的上级都还没有这种会议（{kind}）的议事规则。"
        "请先由县级经办人或乡镇审核员登记到会和通过的人数要求。",
        "meeting_rule.passed_by_unknown": "没有“{passed_by}”这种基数。请写 present（到会）或 eligible（应到）。",
        "meeting_rule.share_invalid": "人数要求应写成“几分之几”，如三分之二、二分之一以上，分母不超过 100。请核对。",
        # micro-projects
        "project.already_proposed": "这个微项目已经登记过。请刷新页面查看。",
        "project.amount_out_of_range": "金额 {amount_fen} 不合适。请填写大于零的金额（没有花钱的填 0）。",
        "project.contractors_invalid": "承包人里有人写了两次，或超过 {most} 人。请核对名单。",
        "project.is_closed": "这个微项目已经结项。请刷新页面查看。",
        "project.not_accepted": "已有 {count} 人验收，至少要 {least} 人。请等另一位验收人验收后再结项。",
        "project.not_proposed": "这个微项目现在是“{status}”，不能再登记合同。请刷新页面查看。",
        "project.not_under_way": "这个微项目现在是“{status}”，不能办这一步。请先登记合同，或刷新页面查看。",
        "project.outcome_unknown": "没有“{outcome}”这种结果。请写 completed（完成）或 abandoned（中止）。",
        "project.over_budget": "金额 {amount_fen} 超过决议批准的预算 {budget_fen}。请核对，或另行召集会议议决。",
        "project.unknown": "没有这个微项目。请核对编号。",
        "project.was_accepted": "这个微项目已通过验收，不能中止。请按“完成”结项，或先退回整改。",
    }
)
"""Code -> sentence, as in `api.web.messages`, whose table it is a part of."""
