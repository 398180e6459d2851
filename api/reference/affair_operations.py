"""What is said of the operations of the village's affairs, and their codes."""

from collections.abc import Mapping
from typing import Final

_LIST: Final = ("access.may_not_read", "access.outside_area", "place.unknown")
_ONE: Final = ("access.may_not_read", "access.outside_area")
_PUBLIC: Final = ("affair.text_missing", "affair.text_too_long")

AFFAIRS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "listNotices": ("一个范围里的公告，新的在前，包括已过期和已撤下的。", _LIST),
    "postNotice": (
        "发布公告。标题和正文公开，不要写姓名、电话、证件号。发布后不能改；写错了撤下重发。",
        ("notice.already_posted", "notice.begins_in_past", "notice.span", "place.unknown", *_PUBLIC),
    ),
    "readNotice": ("一份公告和经过。", (*_ONE, "notice.unknown")),
    "recordNoticeStep": (
        "到期以前撤下公告。",
        ("affair.reason_unknown", "notice.not_posted", "notice.unknown"),
    ),
    "listSuggestions": ("一个范围里的意见建议，新的在前；原话不在其中。", _LIST),
    "openSuggestion": (
        "工作人员代录当面说的意见，或录入意见单。原话存入保险库，账本里只有它的指纹；可以匿名。",
        (
            "person.erased",
            "person.unknown",
            "place.unknown",
            "suggestion.already_opened",
            "suggestion.slip_missing",
        ),
    ),
    "readSuggestion": ("一条意见建议和经过；原话另行打开。", (*_ONE, "suggestion.unknown")),
    "openSuggestionText": ("打开意见的原话；谁打开的，留有记录。", (*_ONE, "suggestion.unknown")),
    "eraseSuggestionText": (
        "依法删除一条意见的原话：销毁保险库里的原话和联系方式，不能撤回；公开的摘要、答复和账本不变。"
        "登记过的人提的，随他本人的个人信息一起删除（erasePerson）。reason 与 erasePerson 相同。",
        (
            "person.erasure_reason_unknown",
            "person.legal_basis_missing",
            "suggestion.author_known",
            "suggestion.text_erased",
            "suggestion.unknown",
        ),
    ),
    "recordSuggestionStep": (
        "办一步：受理（用一句公开的话说明是什么事、何时答复）、公开答复、办结。提意见的人不能答复自己的意见。",
        (
            "affair.reason_unknown",
            "chain.acted_twice",
            "suggestion.due_out_of_range",
            "suggestion.is_closed",
            "suggestion.not_accepted",
            "suggestion.not_answered",
            "suggestion.not_erased",
            "suggestion.not_opened",
            "suggestion.outcome_unknown",
            "suggestion.text_erased",
            "suggestion.unknown",
            "suggestion.was_answered",
            *_PUBLIC,
        ),
    ),
    "listCommitments": ("一个范围里的公开承诺，新的在前。过了期限没有兑现的，看 due_on。", _LIST),
    "makeCommitment": (
        "登记一项公开承诺。事项、负责单位、期限公开，登记后不能改。",
        (
            "affair.day_in_future",
            "commitment.already_made",
            "commitment.due_out_of_range",
            "place.unknown",
            *_PUBLIC,
        ),
    ),
    "readCommitment": ("一项公开承诺和经过。", (*_ONE, "commitment.unknown")),
    "recordCommitmentStep": (
        "办一步：报告进展、确认兑现、撤回。作出承诺和报告进展的人不能确认兑现，作出承诺的人不能撤回。",
        (
            "affair.day_in_future",
            "affair.reason_unknown",
            "chain.acted_twice",
            "commitment.is_over",
            "commitment.kept_before_made",
            "commitment.unknown",
            *_PUBLIC,
        ),
    ),
}

MEETINGS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "listMeetingRules": ("一个范围和它上级的议事规则：到会几分之几、同意几分之几。", _LIST),
    "setMeetingRule": (
        "登记一种会议的议事规则。没有自己规则的地方照上级的；会议按召集那天的规则判断。",
        (
            "meeting.kind_unknown",
            "meeting_rule.begins_before_last",
            "meeting_rule.begins_in_past",
            "meeting_rule.passed_by_unknown",
            "meeting_rule.share_invalid",
            "place.unknown",
            *_PUBLIC,
        ),
    ),
    "listMeetings": ("一个范围里的会议，新的在前。", _LIST),
    "callMeeting": (
        "召集会议。名称、地点、议题公开。这种会议在当地要先有议事规则。",
        (
            "meeting.agenda_size",
            "meeting.already_called",
            "meeting.day_unsuited",
            "meeting.kind_unknown",
            "meeting_rule.not_set",
            "place.unknown",
            *_PUBLIC,
        ),
    ),
    "readMeeting": ("一次会议：议题、到会、每项表决、据此立的微项目。", (*_ONE, "meeting.unknown")),
    "recordMeetingStep": (
        "办一步：登记到会（人数不够的不能登记）、存入签到表、登记一项表决（由另一人；是否通过由规则算出）、登记没有开成。",
        (
            *_ONE,
            "affair.day_in_future",
            "affair.reason_unknown",
            "chain.acted_twice",
            "meeting.attendance_invalid",
            "meeting.eligible_unexplained",
            "meeting.more_present_than_eligible",
            "meeting.no_quorum",
            "meeting.not_called",
            "meeting.not_held",
            "meeting.not_on_agenda",
            "meeting.sheet_files_unsuited",
            "meeting.sheet_missing",
            "meeting.unknown",
            "meeting.vote_late",
            "meeting.voted_already",
            "meeting.votes_invalid",
            "person.unknown",
            "project.amount_out_of_range",
            "village_file.unknown",
            *_PUBLIC,
        ),
    ),
    "keepMeetingSheet": (
        "上传会议签到表的一个文件，存入保险库，得到它的摘要；登记到会、存入签到表时用摘要引用。",
        (
            *_ONE,
            "authority.role_may_not",
            "meeting.unknown",
            "village_file.too_large",
            "village_file.type_unknown",
        ),
    ),
    "listResolutions": ("一个范围里通过的决议，新的在前；event 是立项、付款时引用的名称。", _LIST),
    "listProjects": ("一个范围里的微项目，新的在前。", _LIST),
    "proposeProject": (
        "依据本村通过的决议立一个微项目。",
        (
            "meeting.resolution_elsewhere",
            "meeting.resolution_not_passed",
            "meeting.resolution_unknown",
            "meeting.resolution_unwitnessed",
            "place.unknown",
            "project.above_resolution",
            "project.already_proposed",
            "project.amount_out_of_range",
            *_PUBLIC,
        ),
    ),
    "readProject": ("一个微项目、所依据的决议和经过。", (*_ONE, "project.unknown")),
    "recordProjectStep": (
        "办一步：签合同（不超过预算）、报告进展、验收（承包人和登记合同的人以外的两人，各办一次）、退回整改、结项。",
        (
            "affair.reason_unknown",
            "chain.acted_twice",
            "person.unknown",
            "project.amount_out_of_range",
            "project.contractors_invalid",
            "project.is_closed",
            "project.not_accepted",
            "project.not_proposed",
            "project.not_under_way",
            "project.outcome_unknown",
            "project.over_budget",
            "project.unknown",
            "project.was_accepted",
            *_PUBLIC,
        ),
    ),
}

AFFAIR_OPERATIONS: Final = {**AFFAIRS, **MEETINGS}
"""Operation -> its description, and the codes of the refusals that it can meet beside those of every command."""

AFFAIR_TAGS: Final[Mapping[str, str]] = {
    "公告、意见和承诺": "村里的公告，村民的意见建议和公开答复，公开承诺和兑现情况。",
    "会议和微项目": "议事规则，村民会议、村民代表会议的到会和表决，依据决议立项、两人以上验收的微项目。",
}

AFFAIR_PARAMETERS: Final[Mapping[str, tuple[str, str | int | bool]]] = {
    "affair_id": ("编号", "bdf9f41a-79ad-5191-b837-923c5e4bd746"),
    "running": ("true：只要没有兑现、没有撤回的", True),
}
