"""What is said of the operations of disclosures, objections, settings and committees, and the codes they may answer."""

from collections.abc import Mapping
from typing import Final

_READ: Final = ("access.may_not_read", "access.outside_area", "disclosure.unknown")
_AREA: Final = ("access.may_not_read", "access.outside_area", "place.unknown")

DISCLOSING: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "listDisclosures": ("一个范围里的各期公开内容，新的在前，每页 50 期；before 填上一页最后一期的 log_index。", _AREA),
    "listDisclosuresDue": (
        "一个范围里近一年应公开的：最迟哪天，公布了没有，哪天公布的。没有制定公开办法的地方不计期限。",
        _AREA,
    ),
    "computeDisclosure": (
        "按账本计算要公开的内容，返回每一行和摘要；什么也不记录。人以编号表示。三天内没有拟定的结果会被清除。",
        (
            "access.outside_area",
            "authority.role_may_not",
            "disclosure.figures_behind",
            "disclosure.kind_unknown",
            "disclosure.no_book",
            "disclosure.not_computable",
            "disclosure.period_not_over",
            "disclosure.period_unknown",
            "place.unknown",
        ),
    ),
    "draftDisclosure": (
        "把计算结果拟定为一版，账本记下摘要、算法、参数和账本位置。已公布过的，再拟定就是更正，要写原因。",
        (
            "disclosure.awaits_publishing",
            "disclosure.awaits_review",
            "disclosure.document_unknown",
            "disclosure.is_closed",
            "disclosure.kind_unknown",
            "disclosure.period_not_over",
            "disclosure.period_unknown",
            "disclosure.reason_missing",
            "reason.insufficient",
            "disclosure.same_again",
            "disclosure.text_too_long",
            "place.unknown",
        ),
    ),
    "readDisclosure": ("一期公开内容：各版、异议和答复、公示单。", _READ),
    "readDisclosedDocument": (
        "一版的内容，与账本所载摘要的字节相同：一句话的数字、每一行、没有列出的。",
        (*_READ, "disclosure.document_unknown", "disclosure.version_unknown"),
    ),
    "recordDisclosureStep": (
        "审查、公布、结束或归档。村里的由村务监督委员会成员审查：拟定人、村民委员会成员及其近亲属不能审查；"
        "审查人不能公布；有异议没有答复，或成立了没有更正重新公布的，不能结束。",
        (
            *_READ,
            "chain.acted_twice",
            "committee.near_relative",
            "committee.not_in_supervision",
            "committee.sits_in_both",
            "disclosure.already_published",
            "disclosure.already_reviewed",
            "disclosure.awaits_publishing",
            "disclosure.awaits_review",
            "disclosure.correction_due",
            "disclosure.is_closed",
            "disclosure.not_closed",
            "disclosure.not_passed",
            "disclosure.not_published",
            "disclosure.opinion_missing",
            "disclosure.posting_runs",
            "disclosure.text_too_long",
            "disclosure.version_unknown",
            "objection.unanswered",
        ),
    ),
    "raiseObjection": (
        "登记一条异议，针对一版或其中一行。内容存入保险库，不公开；答复期限按公开办法。",
        (
            *_READ,
            "disclosure.is_closed",
            "disclosure.not_published",
            "disclosure.version_unknown",
            "objection.anonymous_named",
            "objection.channel_unknown",
            "objection.raised_already",
            "objection.row_unknown",
            "objection.text_missing",
            "person.erased",
            "person.unknown",
        ),
    ),
    "openObjectionText": (
        "打开一条异议的原话：负责答复的人和本村村务监督委员会成员可以打开，谁打开的，留有记录；"
        "拟定那一版的人和提出人不能打开。",
        (*_READ, "objection.text_erased", "objection.unknown"),
    ),
    "answerObjection": (
        "答复一条异议，答复会公开。提出人和拟定那一版的人不能答复。已答复成立、还没有公布更正的，可以改答不成立。",
        (
            *_READ,
            "chain.acted_twice",
            "disclosure.text_too_long",
            "objection.already_answered",
            "objection.answer_missing",
            "reason.insufficient",
            "objection.unknown",
        ),
    ),
    "eraseObjectionText": (
        "依法删除一条异议的原话：销毁保险库里的原话、姓名、联系方式，不能撤回；公开的答复和账本不变。"
        "登记过的人提的，随他本人的个人信息一起删除（erasePerson）。reason 与 erasePerson 相同。",
        (
            "disclosure.unknown",
            "objection.objector_known",
            "objection.text_erased",
            "objection.unknown",
            "person.erasure_reason_unknown",
            "person.legal_basis_missing",
        ),
    ),
    "readDisclosureSettings": ("一个地方今天的公开办法：自己的，没有就是上级的，都没有就是默认。", _AREA),
    "makeDisclosureSettings": (
        "制定一个地方的公开办法，从某天起：公示几天、几天内答复、几天内公布，各类内容多久一次、姓名怎么写。已公布的不变。",
        (
            "disclosure.frequency_unknown",
            "disclosure.kind_twice",
            "disclosure.kind_unknown",
            "disclosure.names_unknown",
            "disclosure.setting_out_of_range",
            "disclosure.settings_backdated",
            "disclosure.settings_since_reused",
            "place.unknown",
        ),
    ),
    "readCommittees": ("一个地方的村民委员会、村务监督委员会：现任、曾任，和登记的近亲属。", _AREA),
    "recordCommitteeStep": (
        "登记任职、离任、近亲属，或撤销登记有误的近亲属。同一人不能在两处任职；一方成员的近亲属不能到另一方任职。",
        (
            "committee.body_unknown",
            "committee.kin_of_oneself",
            "committee.kinship_declared_already",
            "committee.kinship_not_declared",
            "committee.kinship_unknown",
            "committee.left_before_seated",
            "committee.near_relative",
            "committee.not_a_village",
            "committee.not_seated",
            "committee.seated_already",
            "committee.sits_in_both",
            "person.unknown",
            "place.unknown",
        ),
    ),
}
"""Operation id -> its description and its own codes."""

DISCLOSING_TAGS: Final[Mapping[str, str]] = {
    "村务公开": "计算、拟定、审查、公布、异议和答复、更正、归档；公开办法；村两委任职和近亲属。",
}

DISCLOSING_PARAMETERS: Final[Mapping[str, tuple[str, str | int]]] = {
    "disclosure_id": ("一期公开内容的编号", "5d2b6a0f-0f6e-4b0c-9a55-8a4b7d0a6f21"),
    "objection_id": ("异议编号", "1b7c2a4e-6a2f-5a0e-8d3c-4f5e6a7b8c9d"),
    "version": ("第几版", 1),
}
