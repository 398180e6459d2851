"""Why something is refused in disclosing, in objections and in the village's committees; in Chinese."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

DISCLOSING_MESSAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        # committees
        "committee.body_unknown": "没有“{body}”这个机构。请选择村民委员会或村务监督委员会。",
        "committee.kin_of_oneself": "两处填的是同一个人。请核对。",
        "committee.kinship_declared_already": "这两个人的近亲属关系已经登记过。请刷新页面查看。",
        "committee.kinship_not_declared": "没有登记过这两个人的近亲属关系。请核对。",
        "committee.kinship_unknown": "没有“{kinship}”这种关系。请从列表中选择。",
        "committee.left_before_seated": "离任日期 {last_day} 早于任职日期 {since}。请核对日期。",
        "committee.near_relative": "这个人与村民委员会或监督委员会的成员是近亲属（{kinship}），应当回避。请换一个人。",
        "committee.not_a_village": "{division} 不是村、社区。请选择村、社区。",
        "committee.not_in_supervision": "您这一天不是本村村务监督委员会成员。请由监督委员会成员审查，或先登记任职。",
        "committee.not_seated": "这个人现在没有在{body}任职。请核对。",
        "committee.seated_already": "这个人已经在{body}任职。请刷新页面查看。",
        "committee.sits_in_both": "同一个人不能既在村民委员会又在监督委员会任职。请先办理离任，或换一个人。",
        # disclosing
        "disclosure.already_published": "第 {version} 版已经公布。请刷新页面查看。",
        "disclosure.already_reviewed": "第 {version} 版已经审查过。请刷新页面查看。",
        "disclosure.awaits_publishing": "第 {version} 版已通过审查，还没有公布。请先公布。",
        "disclosure.awaits_review": "第 {version} 版还在等审查。请先由监督委员会审查。",
        "disclosure.correction_due": "有异议成立，第 {version} 版还没有更正重新公布。请先拟定更正版，审查后公布。",
        "disclosure.document_unknown": "没有这份计算结果，或已过期。请重新计算后再拟定。",
        "disclosure.figures_behind": "各项数据还没有更新到同一处。什么也没有记录；请过一会儿再算。",
        "disclosure.frequency_unknown": "没有“{frequency}”这种公开时限。请从列表中选择。",
        "disclosure.is_closed": "这一期公示已经结束。请查看以后各期，或另行办理。",
        "disclosure.kind_twice": "“{kind}”写了两次。请合并成一项。",
        "disclosure.kind_unknown": "没有“{kind}”这类公开内容。请从列表中选择。",
        "disclosure.names_unknown": "没有“{names}”这种姓名写法。请选择隐去中间字或全写。",
        "disclosure.not_closed": "这一期公示还没有结束，不能归档。请先结束公示。",
        "disclosure.no_book": "{division}在 {period} 没有村账，不能公开财务。请先在“村账”建账；建账前的不能补公开。",
        "disclosure.not_computable": "“{kind}”不能按 {period}、{division} 计算。请核对时间和地方。",
        "disclosure.not_passed": "第 {version} 版没有通过审查，不能公布。请先由监督委员会审查。",
        "disclosure.not_published": "这一期还没有公布过。请先公布。",
        "disclosure.opinion_missing": "退回时要写明意见。请补充。",
        "disclosure.period_not_over": "{period} 还没有过完。请等这一期结束后再拟定。",
        "disclosure.period_unknown": "“{period}”不是公开的时间。请写成 2026-03、2026-Q1 或 2026。",
        "disclosure.posting_runs": "公示期到 {until} 为止。请等期满后再结束。",
        "disclosure.reason_missing": "第 {version} 版已经公布，再拟定就是更正。请写明更正原因。",
        "disclosure.same_again": "算出来的内容与第 {version} 版一样，没有更正什么。"
        "请先在账上改正，再重新计算；异议其实不成立的，请由答复的人改答“不成立”。",
        "disclosure.setting_out_of_range": "{setting}应在 {least} 至 {most} 之间。请改正。",
        "disclosure.settings_backdated": "公开办法不倒签，最早从 {since_least} 起（首次制定可往前 400 天）。请改日期。",
        "disclosure.settings_since_reused": "从 {since} 起已有一份公开办法。请换一个日期。",
        "disclosure.text_too_long": "{field}最多 {chars_max} 个字。请缩短。",
        "disclosure.unknown": "没有这一期公开内容。请核对编号。",
        "disclosure.version_unknown": "没有第 {version} 版。请刷新页面查看。",
        # objections
        "objection.already_answered": "这条异议已经答复过。请刷新页面查看。",
        "objection.anonymous_named": "既写了匿名，又写了是谁提的。请只选一种。",
        "objection.answer_missing": "没有写答复。请写明查实的情况。",
        "objection.channel_unknown": "没有“{channel}”这种途径。请选择网上、代记或纸质意见单。",
        "objection.objector_known": "这条异议是登记过的人提的，原话随他的个人信息一起删除。请到人员页面办理。",
        "objection.raised_already": "这条异议已经登记过。请刷新页面查看。",
        "objection.row_unknown": "这一版里没有“{row}”这一行。请核对行号，或对整份公示提出。",
        "objection.text_erased": "这条异议的原话已经依法删除。请刷新页面查看。",
        "objection.text_missing": "没有写异议内容，或超过 {chars_max} 个字。请改正。",
        "objection.unanswered": "还有 {count} 条异议没有答复。请先答复。",
        "objection.unknown": "没有这条异议。请核对编号。",
        # posters
        "poster.drawn_otherwise": "第 {version} 版的 {paper} 公示单这次画出来与记录的不同。请不要张贴，交管理员查明。",
        "poster.font_missing": "文件夹 {folder} 里没有 {font} 的字体 {file}，画不了公示单。"
        "请管理员安装（Debian：fonts-noto-cjk）或设置 MINGZHANG_FONTS。",
        "poster.glyph_missing": "字体里没有“{glyph}”（{number}）这个字：{where}“{text}”。请换用有这个字的字体再画。",
        "poster.not_kept": "这张公示单已经不在（公示期已过，或上面有人的信息已删除）。仍在公示的，请再制作一次。",
        "poster.paper_unknown": "没有“{paper}”这种纸张。请选择 A4 或 A3。",
        "poster.posting_over": "公示期到 {until} 为止，已经过了，不再制作公示单。",
    }
)
