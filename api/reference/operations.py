"""Every operation of the JSON API: what it does, in Chinese, and the codes by which it may say no.

What must not be broken: an answer never carries a code that is not listed here; the tests' clients look at every one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from api.reference.affair_operations import AFFAIR_OPERATIONS, AFFAIR_PARAMETERS, AFFAIR_TAGS
from api.reference.deed_operations import DEED_OPERATIONS, DEED_PARAMETERS, DEED_TAGS
from api.reference.disclosing_operations import DISCLOSING, DISCLOSING_PARAMETERS, DISCLOSING_TAGS
from api.reference.member_operations import MEMBERS
from api.reference.member_operations import TAGS as MEMBER_TAGS
from api.reference.money_operations import MONEY, MONEY_FIELDS, MONEY_PARAMETERS
from api.reference.points_operations import POINTS, POINTS_PARAMETERS, POINTS_TAGS
from api.reference.property_operations import PROPERTY_OPERATIONS, PROPERTY_PARAMETERS, PROPERTY_TAGS
from api.reference.reconciling_operations import RECONCILING, RECONCILING_PARAMETERS, RECONCILING_TAGS
from api.reference.register_operations import REGISTER_PARAMETERS, REGISTER_TAGS, REGISTERS
from api.reference.station_operations import STATION_PARAMETERS, STATION_TAGS, STATIONS
from api.reference.village_operations import VILLAGE_OPERATIONS, VILLAGE_PARAMETERS, VILLAGE_TAGS


@dataclass(frozen=True, slots=True)
class Operation:
    """`description` for people who write programs; `refusals` are its own codes, beside those of every operation."""

    description: str
    refusals: tuple[str, ...] = ()


SIGNED_IN: Final = ("session.required", "session.role_not_held")
"""What whoever has no valid token hears."""

ALWAYS: Final = ("integrity.broken", "journal.unavailable", "program.failed")
"""What may come at any time."""

RECORDING: Final = (
    "authority.outside_area",
    "authority.role_may_not",
    "authority.role_not_held",
    "command.key_reused",
    "event.too_large",
    "journal.busy",
    "key.not_at_hand",
    "key.not_registered",
    "log.closed",
    "stream.moved",
    "text.personal",
)
"""What every command may hear."""

_READING: Final = ("access.may_not_read",)
_AREA: Final = ("access.may_not_read", "access.outside_area", "place.unknown")
_ONE_INCIDENT: Final = ("access.may_not_read", "access.not_yours", "access.outside_area", "incident.unknown")
_ONE_BATCH: Final = ("access.may_not_read", "access.outside_area", "payout_batch.unknown")
_ONE_PAYMENT: Final = ("access.may_not_read", "access.outside_area", "payment.unknown")
_TURN: Final = (
    "workflow.act_done",
    "workflow.act_not_in",
    "workflow.out_of_turn",
    "workflow.role_may_not",
    "workflow.too_often",
    "workflow.unknown",
)
_REASON: Final = ("incident.reason_contradicts", "incident.reason_unknown")
_GRANTING: Final = (
    "budget.closed",
    "budget.exceeded",
    "budget.other_year",
    "budget.unknown",
    "chain.acted_twice",
    "incident.unknown",
    "person.erased",
    "reward.already_granted",
    "reward.no_budget",
    "reward.no_tariff",
    "reward.outside_band",
)

_SESSION: Final = {
    "signIn": Operation(
        "用账号和密码换一个令牌，十二小时内有效。有几个角色的人要用 role 指明用哪一个。"
        "连续输错会暂停登录，Retry-After 说要等多少秒。",
        (
            "session.locked",
            "session.no_role",
            "session.role_needed",
            "session.role_not_held",
            "session.wrong_password",
        ),
    ),
    "whoAmI": Operation("令牌是谁的，以什么角色、在哪些地方办事，到几时为止。"),
}

_LISTS: Final = {
    "listCategories": Operation("上报时 category 只能用这里的类别。sensitive 的类别在公开页上只列合计，不列姓名。"),
    "listReasons": Operation(
        "核查（verification）、认定（decision）、流程中其他步骤（step 就是步骤的代码，如 close、return）"
        "和付款失败（payment）的理由。回访（call_back）的是 outcome 的可选值。"
        "这里的 outcome 是理由对应的结论：核查为是否属实，认定为是否有效，核查结案为是否解决；其余没有结论。"
    ),
    "listRoles": Operation("人员可以担任的角色。"),
    "listSources": Operation("线索可以从哪里来。"),
    "listBankLayouts": Operation("导出代发文件时 profile 可以用的银行版式。"),
}

_INCIDENTS: Final = {
    "reportIncident": Operation(
        "上报一条线索。不给 reporter_id 就是本人上报；给了就是替别人代录，代录人不能再核查、办理或认定这一条。"
        "线索编号由本人和 Idempotency-Key 推出，重发不会多出一条。",
        (
            "authority.only_for_oneself",
            "catalogue.class_unknown",
            "catalogue.item_not_admitted",
            "chain.acted_twice",
            "incident.already_reported",
            "incident.position_of_sensitive",
            "incident.reported_in_future",
            "incident.reported_too_late",
            "incident.source_not_own",
            "incident.ticket_missing",
            "member.not_trained",
            "member.suspended",
            "photo.too_many",
            "photo.unknown",
            "person.erased",
            "person.unknown",
            "place.not_valid_on",
            "place.unknown",
        ),
    ),
    "listIncidents": Operation(
        "最近上报的在前，一页一页地给：next 不为空时，把它作为 after 再取下一页。移动网格员只看到自己上报的。", _AREA
    ),
    "readRates": Operation(
        "一个范围里、某一时期上报的线索的核查率、办结率、有效率，和奖励的到账率。"
        "每个比率都带分子、分母和账本位置，请一起看；分母为零的 percent 是“—”。"
        "这里涉及隐私的也计在内；公开页（/v/代码/rates）上的不计，公布请用公开页的数。",
        _AREA,
    ),
    "listQueue": Operation("等待某一步的线索，最早的在前；自己经手过的不在其中。", _AREA),
    "readIncident": Operation("一条线索、它的全部经过和奖励。不含原文：原文另外打开，每次都留痕。", _ONE_INCIDENT),
    "openIncidentTexts": Operation("从保险库打开上报的原文和答复。谁在何时以什么角色打开的，都留痕。", _ONE_INCIDENT),
    "uploadPhoto": Operation(
        "上传一张照片：重新编码、缩小，去掉拍摄地点、时间等信息（另存保险库）。回答里的 sha256 写进上报的 photos。"
        "同一张照片再传一次，得到同样的回答；七天内没有上报的照片会清除。",
        (
            "authority.only_for_oneself",
            "authority.role_may_not",
            "person.erased",
            "person.unknown",
            "photo.animated",
            "photo.damaged",
            "photo.not_a_photo",
            "photo.of_iphone",
            "photo.too_large",
            "photo.too_many_pixels",
            "photo.too_many_waiting",
        ),
    ),
    "openPhoto": Operation(
        "从保险库打开线索的一张照片（JPEG）。谁在何时以什么角色打开的，都留痕。", (*_ONE_INCIDENT, "photo.gone")
    ),
    "takeAct": Operation(
        "按线索所走的流程办一步：受理、派遣、认领、退回、改派、挂起、延期、反馈、核查结案、回访、评价、公示、归档、重开、催办、督办等；"
        "locate 不在流程里：只写到县、乡镇的线索，定位到村、社区。"
        "每一步要填什么随 act 而定，多填少填都不收。核查、处置、有效认定另有接口。",
        (
            "chain.acted_twice",
            "chain.not_oneself",
            "incident.already_accepted",
            "incident.already_handled",
            "incident.already_located",
            "incident.already_verified",
            "incident.channel_unknown",
            "incident.claimed_by_another",
            "incident.claimed_by_oneself",
            "incident.department_missing",
            "incident.ended",
            "incident.extension_beyond",
            "incident.merge_target",
            "incident.no_limit",
            "incident.not_dispatched",
            "incident.not_called",
            "incident.not_ended",
            "incident.not_handled",
            "incident.not_suspended",
            "incident.number_wrong",
            "incident.other_department",
            "incident.place_not_within",
            "incident.sensitive",
            "incident.suspended",
            "incident.unknown",
            "incident.until_past",
            "incident.validity_missing",
            "place.not_valid_on",
            "place.unknown",
            "workflow.limit_wrong",
            *_TURN,
            *_REASON,
        ),
    ),
    "readCourse": Operation(
        "一条线索所走的流程、走到了哪一步、限期是什么时候、调用人现在可以办哪几步。", _ONE_INCIDENT
    ),
    "listWaiting": Operation(
        "轮到调用人的角色来办的线索，等得最久的在前；别人认领的、自己在别的环节经手过的不在其中。", _AREA
    ),
    "listLate": Operation("按此刻的时钟已经超期的线索，最急的在前；soon 为 true 时也给一天内到期的。", _AREA),
    "countWaiting": Operation("每一步有多少件在等、多少件超期、多少件一天内到期，最早的从何时等起。", _AREA),
    "listWorkflows": Operation("发布过的每个流程版本、各地启用哪个版本，以及随程序提供的流程。", _AREA),
    "publishWorkflows": Operation(
        "发布随程序提供的流程；与已发布的完全一样的不重复发布。"
        "自己的流程文件用命令行 mingzhang workflow publish 发布。",
        ("workflow.not_shipped", "workflow.nothing_changed", "workflow.role_unsuited", "workflow.version_differs"),
    ),
    "adoptWorkflow": Operation(
        "从某天起，某地（的某个事项）的上报走哪个版本的流程；已上报的仍走上报时的版本。",
        ("catalogue.item_not_admitted", "place.unknown", "workflow.nothing_changed", "workflow.unknown"),
    ),
    "listCalendars": Operation("各地各年现行的工作日历，以及随程序提供的年份。", _READING),
    "publishCalendars": Operation(
        "发布随程序提供的工作日历（含调休）；与已发布的完全一样的不重复发布。",
        ("calendar.nothing_changed", "place.unknown", "workflow.not_shipped"),
    ),
    "verifyIncident": Operation(
        "专职网格员核查是否属实，理由取自清单。报告人、代录人不能核查。",
        (
            "chain.acted_twice",
            "incident.already_verified",
            "incident.ended",
            "incident.suspended",
            "incident.unknown",
            *_TURN,
            *_REASON,
        ),
    ),
    "handleIncident": Operation(
        "部门登记办理结果，调用人就是办理人。",
        (
            "authority.only_for_oneself",
            "chain.acted_twice",
            "chain.not_oneself",
            *_TURN,
            "incident.already_handled",
            "incident.claimed_by_another",
            "incident.ended",
            "incident.suspended",
            "incident.handled_before_reported",
            "incident.handled_in_future",
            "incident.other_department",
            "incident.unknown",
        ),
    ),
    "decideValidity": Operation(
        "认定是否有效。有效且 reward 为 true 时，同时按上报那天的标准记入应付奖励，占用本年度预算指标；"
        "有几项奖励预算时，用 budget_id 指明哪一项。",
        (
            *_GRANTING,
            *_REASON,
            *_TURN,
            "incident.ended",
            "incident.suspended",
            "incident.already_decided",
            "incident.not_confirmed",
            "incident.not_handled",
            "incident.not_verified",
        ),
    ),
    "grantRewards": Operation(
        "为已认定有效、当时没有记奖励的线索补记奖励，全部成功或全部不记；有几项奖励预算时，用 budget_id 指明哪一项。",
        (
            *_GRANTING,
            "incident.not_decided",
            "incident.not_handled",
            "incident.not_verified",
            "reward.incident_not_valid",
        ),
    ),
    "reverseReward": Operation(
        "在列入发放之前收回一笔奖励：另记一条相反的，原记录保留。",
        ("reason.insufficient", "reward.already_reversed", "reward.already_scheduled", "reward.unknown"),
    ),
}

_PAYOUTS: Final = {
    "proposeBatch": Operation(
        "一个月里现在可以发的奖励，每位收款人一行；没有收款账户的人另列。只看，不记账。shown_digest 是这份名单的指纹。",
        _AREA,
    ),
    "freezeBatch": Operation(
        "冻结名单并提交审批，调用人就是制表人。经手过其中任何一条线索的人不能制表。给出看到的拟发名单的 shown_digest，"
        "名单在此期间变了就不冻结；不给就按现在的名单冻结。",
        (
            "chain.acted_twice",
            "payment.account_cooling",
            "payment.amount_not_positive",
            "payment.line_out_of_range",
            "payment.mixed_budgets",
            "payment.no_account",
            "payment.payee_held",
            "payment.replaced_may_arrive",
            "payment.reward_outside_division",
            "payout_batch.already_frozen",
            "payout_batch.empty",
            "payout_batch.number_out_of_range",
            "payout_batch.proposal_changed",
            "person.erased",
            "place.unknown",
        ),
    ),
    "listBatches": Operation("最近的批次在前。用 before 取更早的。", _AREA),
    "readBatch": Operation("批次、每一行付款、银行的回盘，和账本、批次、银行的三方核对。", _ONE_BATCH),
    "acknowledgeSignals": Operation(
        "对批次的提示逐条说明为什么可以发。制表人和审批人各一次，都说明了才能审批；没有提示的批次不用。",
        (
            "chain.not_oneself",
            "payout_batch.digest_differs",
            "payout_batch.maker_is_checker",
            "payout_batch.no_signals",
            "payout_batch.not_frozen",
            "payout_batch.signal_open",
            "payout_batch.signal_unknown",
            "payout_batch.signals_acknowledged",
            "payout_batch.unknown",
        ),
    ),
    "approveBatch": Operation(
        "审批人同意付款。shown_digest 必须是审批人看到的那份名单和提示的指纹（批次的 shown_digest）。制表人不能审批。",
        (
            "chain.acted_twice",
            "payment.payee_held",
            "payout_batch.digest_differs",
            "payout_batch.maker_is_checker",
            "payout_batch.not_frozen",
            "payout_batch.signals_open",
            "payout_batch.unknown",
        ),
    ),
    "rejectBatch": Operation(
        "审批人驳回。付款全部取消，奖励可以重新列入。",
        (
            "chain.acted_twice",
            "payout_batch.maker_is_checker",
            "payout_batch.not_frozen",
            "payout_batch.unknown",
            "reason.insufficient",
        ),
    ),
    "exportBatch": Operation(
        "按银行版式生成代发文件，只生成一次：以前按同一版式生成过就回答 200，receipt 为空；按别的版式生成过就拒绝。",
        (
            *_ONE_BATCH,
            "batch.no_file",
            "file.bad",
            "payout_batch.no_payer_account",
            "payout_batch.not_approved",
            "payout_batch.other_layout",
            "payout_batch.totals_differ",
        ),
    ),
    "downloadPaymentFile": Operation(
        "下载代发文件，含姓名和账号；谁下载的都留痕。", (*_ONE_BATCH, "batch.no_file", "file.bad")
    ),
    "recordAnswer": Operation(
        "登记银行的回盘文件。有任何一处不对就什么也不记，findings 逐条列出；同一份文件再传一次回答 200，不重复记。",
        (
            *_ONE_BATCH,
            "batch.no_file",
            "file.bad",
            "payment.not_sent",
            "payout_batch.answer_too_long",
            "payout_batch.not_exported",
            "rehearsal.only",
        ),
    ),
    "closeBatch": Operation(
        "每一笔都有了确定的结果之后，关闭批次。",
        (
            "payout_batch.line_contradicted",
            "payout_batch.line_not_final",
            "payout_batch.not_exported",
            "payout_batch.unknown",
        ),
    ),
    "listPaymentsToDecide": Operation("付出后退回来、还没有决定的付款，和银行说法前后不一的付款。", _AREA),
    "readPayment": Operation("一笔付款：金额、奖励、银行的流水，到账、退回到哪一步。", _ONE_PAYMENT),
    "recordReturn": Operation(
        "登记退票：银行付出以后又把钱退了回来。连同银行的退票通知；钱记入退票待处理，再决定重新发还是不再发。",
        (*_ONE_PAYMENT, "payment.failure_reason_unknown", "payment.not_sent", "payment.not_settled"),
    ),
    "reissuePayment": Operation(
        "退回来的钱重新发：下一批名单会列入，并注明补发的是哪一笔。",
        ("chain.acted_twice", "payment.contradicted", "payment.not_returned", "payment.unknown", "person.erased"),
    ),
    "writeBackPayment": Operation(
        "退回来的钱不再发：对应的奖励冲正，指标退回。由审批人办，不能是制表人。",
        (
            "chain.acted_twice",
            "payment.contradicted",
            "payment.not_returned",
            "payment.unknown",
            "reason.insufficient",
        ),
    ),
    "recoverPayment": Operation(
        "登记追回：发错的钱已经收回，对应的奖励冲正，指标退回；多付的一笔只冲销应收。",
        ("chain.acted_twice", "payment.not_sent", "payment.not_settled", "payment.unknown", "reason.insufficient"),
    ),
    "upholdPayment": Operation(
        "银行前后说法不一，向银行问清后，以原来的为准。由审批人办，不能是制表人。",
        ("chain.acted_twice", "payment.not_contradicted", "payment.unknown", "reason.insufficient"),
    ),
    "recordPaidAgain": Operation(
        "银行把同一笔又付了一次：以回盘所说的记账日和流水号，或以对账单里没有勾对的那一笔为据，登记为应向收款人追回的多付款。"
        "多付款自成一笔付款，不在批次名单里。由审批人办，不能是制表人。",
        (
            "chain.acted_twice",
            "payment.again_recorded",
            "payment.not_said_again",
            "payment.not_settled",
            "payment.own_booking",
            "payment.unknown",
            "reason.insufficient",
            "reconciliation.entry_unknown",
            "statement.unknown",
        ),
    ),
    "proposeWriteOff": Operation(
        "多付的钱确实追不回来，按批准文号提出核销；由另一位同事同意后才记账。再提一次，以后一次为准。",
        (
            "chain.acted_twice",
            "payment.not_claimed",
            "payment.unknown",
            "payment.write_off_without_document",
            "reason.insufficient",
        ),
    ),
    "confirmWriteOff": Operation(
        "同意核销：多付款转为费用，不再挂应收。由审批人办，不能是提出人、制表人。核销后又收回的，照样登记追回，记作收入。",
        ("chain.acted_twice", "payment.not_claimed", "payment.unknown", "payment.write_off_not_proposed"),
    ),
    "rejectWriteOff": Operation(
        "不同意核销，多付款继续追。",
        ("payment.not_claimed", "payment.unknown", "payment.write_off_not_proposed", "reason.insufficient"),
    ),
    "confirmPaymentPaid": Operation(
        "银行先说失败、后又说已付，向银行问清确已付款：所付的奖励还等着的，算由这一笔付清；已由别的付款付清或已冲正的，"
        "记作应向收款人追回。由审批人办，不能是制表人。",
        (
            "chain.acted_twice",
            "payment.listed_again",
            "payment.not_said_paid",
            "payment.unknown",
            "reason.insufficient",
        ),
    ),
    "listPayeeHolds": Operation("正在核查、暂停付款的人，从哪天起，为什么。", _READING),
    "placePayeeHold": Operation(
        "暂停对一位收款人的付款：以后的名单不列他，名单里有他的批次不能审批。",
        ("payee_hold.already_placed", "person.unknown", "reason.insufficient"),
    ),
    "liftPayeeHold": Operation(
        "核查结束，解除暂停；等着的奖励列入下一批。由审批人办。",
        ("chain.acted_twice", "payee_hold.not_placed", "reason.insufficient"),
    ),
}

_COUNTY: Final = {
    "listPlaces": Operation("一个范围里的区划，按代码排列，名称是今天的名称。", ("place.unknown",)),
    "registerPlaces": Operation("登记区划，全部成功或全部不记。", ("place.already_registered",)),
    "readPlace": Operation(
        "一个代码从哪天起、到哪天止有效，有过哪些名称，由谁接替，接替了谁。已终止的代码照样可查。", ("place.unknown",)
    ),
    "renamePlace": Operation(
        "从某一天起改名，代码不变，以前的名称保留。",
        ("place.ended", "place.name_unchanged", "place.since_too_early", "place.unknown"),
    ),
    "endPlace": Operation(
        "代码在 since 的前一天终止，由 successors 接替。从那天起不能再在旧代码下上报；没有换代码的下级区划随它终止。"
        "角色、奖励标准、已有的线索仍属旧代码，不会自动转过去。",
        (
            "place.already_registered",
            "place.ended",
            "place.is_the_county",
            "place.level_differs",
            "place.since_too_early",
            "place.succeeds_itself",
            "place.successor_count",
            "place.successor_not_valid",
            "place.unknown",
        ),
    ),
    "listPersons": Operation(
        "按登记的先后列出人员。姓名在保险库里，这里只有它的指纹。用最后一人的 log_index 作 after 取下一页。", _READING
    ),
    "registerPersons": Operation(
        "登记人员，各给一个角色，全部成功或全部不记。signs 为 true 时由服务器代管一把签名密钥。"
        "编号由调用人和 Idempotency-Key 推出，按请求里的次序返回。",
        (
            "key.already_registered",
            "key.by_holder",
            "key.server_may_not_hold",
            "key.still_live",
            "person.already_registered",
            "person.department_unsuited",
            "person.erased",
            "person.role_unknown",
            "place.unknown",
        ),
    ),
    "grantRole": Operation(
        "再给一个人一个角色。部门办理人（department_handler）可写部门：派给这个部门的线索，只有它的办理人能签收、办理。",
        (
            "key.already_registered",
            "key.by_holder",
            "key.server_may_not_hold",
            "key.still_live",
            "person.department_unsuited",
            "person.erased",
            "person.role_already_held",
            "person.role_ends_before_start",
            "person.role_unknown",
            "person.unknown",
            "place.unknown",
        ),
    ),
    "erasePerson": Operation(
        "删除一个人的个人信息：销毁保险库里他的全部内容，结束他的角色、签名密钥和登录，不能撤回；账本和账目不变。"
        "reason 取自：purpose_fulfilled 处理目的已经实现或不再需要，consent_withdrawn 本人撤回同意，"
        "service_ended 不再提供服务，retention_ended 保存期限已满，unlawful 处理违反规定或约定，"
        "registered_in_error 登记有误。vouchers 是仍须作为会计凭证保存、其中有他的银行文件的 SHA-256。",
        (
            "person.erased",
            "person.erases_oneself",
            "person.erasure_reason_unknown",
            "person.payments_open",
            "person.reports_open",
            "person.role_begins_later",
            "person.still_owed",
            "person.unknown",
        ),
    ),
    "setPayeeAccount": Operation(
        "登记或更换收款账户。version 比现用的大一，第一次为 1；已冻结的批次仍付到冻结时的账户。",
        ("person.account_version_differs", "person.erased", "person.unknown"),
    ),
    "listTariffs": Operation("某一天在一个地方和它的上级生效的标准与区间，最小的地方在前。", ("place.unknown",)),
    "setBand": Operation(
        "设定一个地方每条奖励的最低和最高金额。",
        (
            "place.unknown",
            "tariff.amount_not_positive",
            "tariff.band_empty",
            "tariff.excludes_past",
            "tariff.replaces_past",
            "tariff.since_reused",
        ),
    ),
    "setTariff": Operation(
        "设定一个地方每条有效线索的奖励：按事项（item）、按类别（category），都不给就是所有线索；两者不能都给。"
        "事项的标准先于类别的，类别的先于所有线索的；金额要在上级的区间以内。",
        (
            "catalogue.item_not_admitted",
            "place.unknown",
            "tariff.amount_not_positive",
            "tariff.item_and_category",
            "tariff.outside_band",
            "tariff.replaces_past",
            "tariff.since_reused",
        ),
    ),
    "appropriate": Operation(
        "登记一个年度的奖励预算指标和文号，同一文号只能登记一次。一项预算开始时定下记账的科目，以后不变。",
        (
            "budget.amount_not_positive",
            "budget.closed",
            "budget.document_reused",
            "budget.other_funds",
            "chart.funds_unmarked",
            "chart.not_published",
            "chart.role_missing",
            "period.closing",
            "place.unknown",
        ),
    ),
}

_CATALOGUE: Final = {
    "readCatalogue": Operation(
        "某一天在一个地方可以上报的事项，含上级的；同一事项以最小的地方为准。"
        "published 为 false 时没有公布清单，只能按大类上报。",
        ("place.unknown",),
    ),
    "listOfferedCatalogues": Operation("随程序提供、可以公布的清单。"),
    "publishCatalogue": Operation(
        "把一份随程序提供的清单里还没有准入的事项全部准入，一项一条记录；已经准入的不变。",
        ("catalogue.all_admitted", "catalogue.profile_unknown", "catalogue.since_too_early", "place.unknown"),
    ),
    "admitItem": Operation(
        "准入一个事项。名称、大类、是否公开以后不能改：要改，先退出，再准入。",
        ("catalogue.already_admitted", "catalogue.since_too_early", "place.unknown"),
    ),
    "withdrawItem": Operation(
        "登记一个事项退出。到 last_day 为止上报的照样算数；last_day 最早填昨天。",
        (
            "catalogue.already_withdrawn",
            "catalogue.item_unknown",
            "catalogue.withdrawn_before_admitted",
            "catalogue.withdrawn_too_late",
            "place.unknown",
        ),
    ),
    "listCaps": Operation("一个地方和它以下设定过的奖励条数上限，每种最新的在前。", ("place.unknown",)),
    "setCap": Operation(
        "设定每人每天、每人每月、每类每天或每个地方每天最多奖励几条，从明天或以后起；按月的从某月 1 日起。"
        "超过的线索仍可认定有效，但不予奖励，并记明依据哪一份上限。",
        (
            "cap.number_not_positive",
            "cap.since_not_future",
            "cap.since_not_month_start",
            "cap.since_reused",
            "catalogue.class_unknown",
            "place.unknown",
        ),
    ),
    "listLikelyDuplicates": Operation(
        "一条线索疑似重复的较早线索，最像的在前：照片相同或相近、同一地方同一类别时间相近、文字相近，各给 0 至 100 分。"
        "只是线索，由人判断；合并时写明依据。同时给出上报人近 30 天的条数，和多少条起算异常。",
        _ONE_INCIDENT,
    ),
}

_KEYS: Final = {
    "listKeys": Operation(
        "工作人员的密钥：谁、什么角色、谁保管、从哪个索引起登记、停用或吊销。", ("access.may_not_read",)
    ),
    "myKeys": Operation("本人的密钥和指纹。waiting 里的还没有登记，请把指纹念给一位管理员。"),
    "listKeyRequests": Operation("等待登记的密钥。指纹只有本人看得到，由本人念给管理员。", ("access.may_not_read",)),
    "registerKey": Operation(
        "登记本人已经生成的密钥，凭本人念出的指纹。登记人不能是本人，也不能是停用或吊销上一把的人；已是工作人员的人新增角色，登记人不能是授予这一角色的人。",
        (
            "key.by_holder",
            "key.no_request",
            "key.role_granted_alone",
            "key.same_administrator",
            "key.server_may_not_hold",
            "key.still_live",
            "key.used_before",
            "person.unknown",
        ),
    ),
    "registerDeviceKey": Operation(
        "登记本人设备里的密钥。以后这个人的每个记账请求答 202：lines 是要签名的原文（每行含末尾换行），ticket 是票据；"
        "设备逐行显示、签名（C2SP signed-note），再用 POST /api/v1/signatures 交回。",
        (
            "key.by_holder",
            "key.name_differs",
            "key.role_granted_alone",
            "key.same_administrator",
            "key.still_live",
            "key.used_before",
            "person.unknown",
        ),
    ),
    "retireKey": Operation(
        "停用一把密钥：以后不能签名，以前的签名有效。",
        ("key.by_holder", "key.not_live", "key.reason_unknown", "key.unknown"),
    ),
    "revokeKey": Operation(
        "吊销一把密钥：从 from_index 这一条记录起，它的签名都不认，不能撤回。从那里起它已签过记录的，"
        "先答 key.signed_since，说明有几条；确要吊销，把条数写在 confirmed 里再请求。",
        (
            "key.by_holder",
            "key.index_outside",
            "key.not_live",
            "key.reason_unknown",
            "key.registered_later",
            "key.signed_since",
            "key.unknown",
        ),
    ),
    "submitSignatures": Operation(
        "交回设备签过的原文，换得回执。读过的内容若已变动，什么也不记录，请用同一编号重新请求。",
        ("signature.not_of_key", "signature.ticket"),
    ),
}

_LEDGERS: Final = {
    "readBudgets": Operation("一个年度的预算逐月用了多少；balanced 说下达的是否等于可用、占用、支出之和。", _READING),
    "readTrialBalance": Operation(
        "各总账科目到 on 这一天（含）的借方、贷方和余额，借方为正；period 是从 since 起的期初、发生、期末。known_at "
        "只按账本前多少条记录算：同一个位置，什么时候查都是同样的数。digest 是月结封存时记下的摘要。",
        (*_READING, "ledger.position_outside"),
    ),
    "listLedgerEntries": Operation(
        "一个科目的明细账：从 since 起按生效日排列的每一笔分录，记入后的余额，对方科目。给出总账科目（fin:2307:payee）"
        "就是它以下的全部；也可以用科目编号（fin:230701）；after 接上一页的 next。",
        (*_READING, "ledger.account_unknown", "ledger.position_outside"),
    ),
    "readVoucher": Operation(
        "一张凭证：账本里的一条记录在各本账里的分录。凭证号就是记录的索引。用 readProof 得到它的原文和凭证。",
        (*_READING, "event.unknown", "ledger.position_outside"),
    ),
    "listCharts": Operation("发布过的科目表，各版都在；accounts 是现在适用的科目。", _READING),
    "publishChart": Operation(
        "发布一份科目表的下一版：科目的编号、名称、方向、上级，各种用途记入哪个科目。已发布的版本不会改动。",
        (
            "chart.account_malformed",
            "chart.account_twice",
            "chart.code_malformed",
            "chart.no_accounts",
            "chart.nothing_changed",
            "chart.parent_missing",
            "chart.role_missing",
            "chart.role_twice",
            "chart.role_unfit",
            "chart.role_unknown",
            "chart.role_without_account",
            "chart.side_unknown",
        ),
    ),
    "readCheckpoint": Operation("最新的签名检查点（C2SP tlog-checkpoint）。请保存：以后有人改动旧账，一比就知道。"),
    "readProof": Operation(
        "一条记录的原文（签名的 note，一字不差）和它在账本里的凭证（.tlog-proof），任何人都能离线核对。",
        (*_ONE_INCIDENT, "event.unknown"),
    ),
}

_MEMBERS: Final = {identity: Operation(*said) for identity, said in MEMBERS.items()}
_RECONCILING: Final = {identity: Operation(*said) for identity, said in RECONCILING.items()}
_MONEY: Final = {identity: Operation(*said) for identity, said in MONEY.items()}
_STATIONS: Final = {identity: Operation(*said) for identity, said in {**STATIONS, **POINTS}.items()}
_VILLAGE: Final = {identity: Operation(*said) for identity, said in VILLAGE_OPERATIONS.items()}
_PROPERTY: Final = {identity: Operation(*said) for identity, said in PROPERTY_OPERATIONS.items()}
_REGISTERS: Final = {identity: Operation(*said) for identity, said in {**REGISTERS, **DEED_OPERATIONS}.items()}
_DISCLOSING: Final = {identity: Operation(*said) for identity, said in DISCLOSING.items()}
_AFFAIRS: Final = {identity: Operation(*said) for identity, said in AFFAIR_OPERATIONS.items()}

OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {
        **_SESSION,
        **_LISTS,
        **_INCIDENTS,
        **_PAYOUTS,
        **_COUNTY,
        **_CATALOGUE,
        **_KEYS,
        **_LEDGERS,
        **_REGISTERS,
        **_MONEY,
        **_RECONCILING,
        **_MEMBERS,
        **_STATIONS,
        **_PROPERTY,
        **_VILLAGE,
        **_AFFAIRS,
        **_DISCLOSING,
    }
)
"""Operation id -> what is said about it."""

TAGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "登录": "令牌：从这里开始。",
        "清单": "程序要先知道的固定词语；词语永久不变，以后只会增加。",
        "线索": "上报、核查、办理、认定。每一步由不同的人办。",
        "流程": "一件线索走哪几步、轮到谁、限期多久；流程和工作日历都是发布的记录。",
        "事项清单": "哪些事可以上报，从哪天起，到哪天止；奖励几条为限。线索按上报那天的清单和上限判断。",
        "奖励": "按标准入账、冲正。",
        "发放": "每月一批：拟发、冻结、审批、代发文件、回盘、关闭。制表和审批是两个人。",
        "县级设置": "区划、人员、角色、收款账户、奖励标准、预算指标。由系统管理员登记。",
        "密钥": "谁用哪把密钥签名：登记、停用、吊销，都由本人以外的管理员办；本人设备的签名。",
        "账本": "预算执行、科目余额、检查点和凭证。",
        **RECONCILING_TAGS,
        **REGISTER_TAGS,
        **DEED_TAGS,
        **AFFAIR_TAGS,
        **DISCLOSING_TAGS,
        **MEMBER_TAGS,
        **POINTS_TAGS,
        **STATION_TAGS,
        **PROPERTY_TAGS,
        **VILLAGE_TAGS,
    }
)

PARAMETERS: Final[Mapping[str, tuple[str, str | int]]] = MappingProxyType(
    {
        "act": ("哪一步，如 accept 受理、dispatch 派遣、claim 认领；不给就是全部", "accept"),
        "soon": ("是否也给一天内到期的", False),
        "after": ("上一页给出的接续处；不给就从头开始", -1),
        "area": ("范围的区划代码，含它以下的地方；不给就用本角色的第一个管辖范围", "361125001000"),
        "code": ("事项代码", "sr-02"),
        "account": ("科目，形如 fin:1011；带明细的形如 fin:2307:payee:编号", "fin:1011"),
        "book": ("账簿：fin 财务会计，bud 预算会计，ind 预算指标；不给就是全部", "fin"),
        "commodity": ("币种或品种", "CNY"),
        "known_at": ("只按账本前多少条记录；不给就是全部", 98),
        "awaits": ("等待哪一步：verification 核查，handling 办理，decision 认定", "verification"),
        "batch_id": ("批次编号", "ccc25a73-5c5f-5675-8068-5cb3eb2f7271"),
        "before": ("上一页最后一批的 log_index；不给就从最近的开始", 90),
        "category": ("类别，见“线索类别”；不给就是全部", "市容环境"),
        "division": ("区划代码", "361125000000"),
        "household_id": ("户的编号", "5b7c58ef-4cf0-57a5-a2a0-3dbe0f0b9a34"),
        "incident_id": ("线索编号", "bdf9f41a-79ad-5191-b837-923c5e4bd746"),
        "limit": ("一页最多几条", 50),
        "payee_id": ("收款人的人员编号", "399c552f-6e1b-4ead-8db0-b431901fdcb5"),
        "payment_id": ("付款编号", "842919a8-9eb9-597d-a0c9-7c0432af20ee"),
        "month": ("月份，写作 YYYY-MM", "2026-11"),
        "on": ("哪一天；不给就是今天", "2026-11-22"),
        "person_id": ("人员编号", "d2c3cc59-c425-4a67-ab46-de6c3cfe646c"),
        "role": ("角色，见“角色”清单；不给就是全部", "member"),
        "since": ("从哪天上报的起（含）", "2026-11-01"),
        "status": ("状态；不给就是全部", ""),
        "until": ("到哪天上报的止（含）", "2026-11-30"),
        "year": ("预算年度；不给就是今年", 2026),
        **REGISTER_PARAMETERS,
        **DEED_PARAMETERS,
        **AFFAIR_PARAMETERS,
        **DISCLOSING_PARAMETERS,
        **STATION_PARAMETERS,
        **PROPERTY_PARAMETERS,
        **VILLAGE_PARAMETERS,
        **POINTS_PARAMETERS,
        **MONEY_PARAMETERS,
        **RECONCILING_PARAMETERS,
    }
)
"""Parameter -> its description and an example; what an endpoint says itself comes first."""

FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "act": "哪一步，如 accept 受理、dispatch 派遣、claim 认领",
        "department": "部门名称",
        "departments": "被吹哨的各部门，至少两个",
        "handler_id": "指定的承办人",
        "into_id": "并入哪一条更早的线索",
        "grounds": "合并的依据：same_photo、near_photo、same_place_and_time、near_text，或 same_matter（人工判断）",
        "present": "到场议事的人数",
        "longer": "延长多久",
        "channel": "方式：telephone、message、wechat、visit、letter、page",
        "solved": "是否真的解决了",
        "outcome": "回访结果：satisfied、fairly_satisfied、dissatisfied、not_reached",
        "stars": "几星，1 至 5",
        "days": "公示几天",
        "amount": "数目",
        "unit": "单位：working_hours、working_days、hours、days",
        "templates": "随程序提供的流程的名称",
        "years": "随程序提供的年份",
        "account": "收款账户；不领奖励的人不给",
        "amount_fen": "金额，单位为分",
        "area": "管辖范围的区划代码",
        "bank": "开户行",
        "category": "类别，见“线索类别”；给了 item 就不用给",
        "item": "事项清单里的事项代码；类别由它决定",
        "latitude_e5": "纬度（WGS 84），单位为十万分之一度",
        "longitude_e5": "经度（WGS 84），单位为十万分之一度",
        "photos": "先上传的照片的 sha256，最多 5 张",
        "position": "定位；涉及隐私的事项不能给",
        "code": "12 位区划代码",
        "confirmed": "是否属实，要与理由一致",
        "division": "区划代码",
        "document": "文号",
        "file": "银行的回盘文件，按导出时的版式",
        "grid": "网格名称，随便怎么写",
        "handled_at": "办结的时间，带时区",
        "holder": "户名",
        "incident_ids": "线索编号",
        "login": "登录账号",
        "max_fen": "最高金额，单位为分",
        "min_fen": "最低金额，单位为分",
        "month": "月份，写作 YYYY-MM",
        "name": "姓名或名称",
        "number": "账号",
        "password": "密码",
        "persons": "要登记的人",
        "places": "要登记的区划",
        "profile": "银行版式，见“银行版式”",
        "reason": "理由，写几个字，不要写姓名",
        "reply": "答复的原文，存入保险库",
        "reported_at": "看到的时间，带时区，不能晚于现在；本人上报的，不能早于 72 小时前",
        "reporter_id": "替谁代录；本人上报不给",
        "reward": "有效时是否同时记入奖励；不给就是记入",
        "role": "角色，见“角色”",
        "shown_digest": "看到的名单和提示的指纹",
        "signs": "是否由服务器代管签名密钥（只有移动网格员和系统代理可以）；不给就是代管",
        "since": "从哪天起（含），写作 YYYY-MM-DD",
        "source": "来源，见“线索来源”",
        "source_ref": "来源那里的编号，如热线工单号",
        "text": "上报的原文，存入保险库",
        "until": "到哪天止（含）；不给就没有期限",
        "valid": "是否有效，要与理由一致",
        "version": "账户的版本：比现用的大一，第一次为 1",
        "year": "预算年度",
        **MONEY_FIELDS,
    }
)
"""Field of a request body -> its description."""
