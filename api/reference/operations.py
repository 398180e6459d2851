"""Every operation of the JSON API: what it does, in Chinese, and the codes by which it may say no.

What must not be broken: an answer never carries a code that is not listed here; the tests' clients look at every one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


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
)
"""What every command may hear."""

_READING: Final = ("access.may_not_read",)
_AREA: Final = ("access.may_not_read", "access.outside_area", "place.unknown")
_ONE_INCIDENT: Final = ("access.may_not_read", "access.not_yours", "access.outside_area", "incident.unknown")
_ONE_BATCH: Final = ("access.may_not_read", "access.outside_area", "payout_batch.unknown")
_REASON: Final = ("incident.reason_contradicts", "incident.reason_unknown")
_GRANTING: Final = (
    "budget.exceeded",
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
        "核查（verification）、认定（decision）和付款失败（payment）的理由。outcome 是这个理由对应的结论："
        "核查为是否属实，认定为是否有效；付款失败的理由由银行给出，没有结论。"
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
            "chain.acted_twice",
            "incident.already_reported",
            "incident.reported_in_future",
            "person.erased",
            "person.unknown",
            "place.unknown",
        ),
    ),
    "listIncidents": Operation(
        "最近上报的在前，一页一页地给：next 不为空时，把它作为 after 再取下一页。移动网格员只看到自己上报的。", _AREA
    ),
    "listQueue": Operation("等待某一步的线索，最早的在前；自己经手过的不在其中。", _AREA),
    "readIncident": Operation("一条线索、它的全部经过和奖励。不含原文：原文另外打开，每次都留痕。", _ONE_INCIDENT),
    "openIncidentTexts": Operation("从保险库打开上报的原文和答复。谁在何时以什么角色打开的，都留痕。", _ONE_INCIDENT),
    "verifyIncident": Operation(
        "专职网格员核查是否属实，理由取自清单。报告人、代录人不能核查。",
        ("chain.acted_twice", "incident.already_verified", "incident.unknown", *_REASON),
    ),
    "handleIncident": Operation(
        "部门登记办理结果，调用人就是办理人。",
        (
            "authority.only_for_oneself",
            "chain.acted_twice",
            "chain.not_oneself",
            "incident.already_handled",
            "incident.handled_before_reported",
            "incident.handled_in_future",
            "incident.unknown",
        ),
    ),
    "decideValidity": Operation(
        "认定是否有效。有效且 reward 为 true 时，同时按上报那天的标准记入应付奖励，占用本年度预算指标。",
        (
            *_GRANTING,
            *_REASON,
            "incident.already_decided",
            "incident.not_confirmed",
            "incident.not_handled",
            "incident.not_verified",
        ),
    ),
    "grantRewards": Operation(
        "为已认定有效、当时没有记奖励的线索补记奖励，全部成功或全部不记。",
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
        ("reward.already_reversed", "reward.already_scheduled", "reward.unknown"),
    ),
}

_PAYOUTS: Final = {
    "proposeBatch": Operation("一个月里现在可以发的奖励，每位收款人一行；没有收款账户的人另列。只看，不记账。", _AREA),
    "freezeBatch": Operation(
        "冻结名单并提交审批，调用人就是制表人。经手过其中任何一条线索的人不能制表。",
        (
            "chain.acted_twice",
            "payment.amount_not_positive",
            "payment.line_out_of_range",
            "payment.mixed_budgets",
            "payment.no_account",
            "payment.reward_outside_division",
            "payout_batch.already_frozen",
            "payout_batch.empty",
            "payout_batch.number_out_of_range",
            "person.erased",
            "place.unknown",
        ),
    ),
    "listBatches": Operation("最近的批次在前。用 before 取更早的。", _AREA),
    "readBatch": Operation("批次、每一行付款、银行的回盘，和账本、批次、银行的三方核对。", _ONE_BATCH),
    "approveBatch": Operation(
        "审批人同意付款。shown_digest 必须是审批人看到的那份名单的指纹（批次的 lines_digest）。制表人不能审批。",
        (
            "chain.acted_twice",
            "payout_batch.digest_differs",
            "payout_batch.maker_is_checker",
            "payout_batch.not_frozen",
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
        ),
    ),
    "exportBatch": Operation(
        "按银行版式生成代发文件，只生成一次：以前生成过就回答 200，receipt 为空。",
        (
            *_ONE_BATCH,
            "batch.no_file",
            "file.bad",
            "payout_batch.no_payer_account",
            "payout_batch.not_approved",
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
            "payment.already_final",
            "payment.not_sent",
            "payout_batch.answer_too_long",
            "payout_batch.not_exported",
            "rehearsal.only",
        ),
    ),
    "closeBatch": Operation(
        "每一笔都有了确定的结果之后，关闭批次。",
        ("payout_batch.line_not_final", "payout_batch.not_exported", "payout_batch.unknown"),
    ),
}

_COUNTY: Final = {
    "listPlaces": Operation("一个范围里的区划，按代码排列，名称是今天的名称。", ("place.unknown",)),
    "registerPlaces": Operation("登记区划，全部成功或全部不记。", ("place.already_registered",)),
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
            "person.erased",
            "person.role_unknown",
            "place.unknown",
        ),
    ),
    "grantRole": Operation(
        "再给一个人一个角色。",
        (
            "key.already_registered",
            "key.by_holder",
            "key.server_may_not_hold",
            "key.still_live",
            "person.erased",
            "person.role_already_held",
            "person.role_ends_before_start",
            "person.role_unknown",
            "person.unknown",
            "place.unknown",
        ),
    ),
    "setPayeeAccount": Operation(
        "登记或更换收款账户。version 比现用的大一，第一次为 1；已冻结的批次仍付到冻结时的账户。",
        ("person.account_version_differs", "person.erased", "person.unknown"),
    ),
    "listTariffs": Operation("某一天在一个地方和它的上级生效的标准与区间，最小的地方在前。", ("place.unknown",)),
    "setBand": Operation(
        "设定一个地方每条奖励的最低和最高金额。",
        ("place.unknown", "tariff.amount_not_positive", "tariff.band_empty", "tariff.since_reused"),
    ),
    "setTariff": Operation(
        "设定一个地方每条有效线索的奖励；不给 category 就是所有类别。金额要在上级的区间以内。",
        ("place.unknown", "tariff.amount_not_positive", "tariff.outside_band", "tariff.since_reused"),
    ),
    "appropriate": Operation(
        "登记一个年度的奖励预算指标和文号，同一文号只能登记一次。",
        ("budget.amount_not_positive", "budget.document_reused", "place.unknown"),
    ),
}

_KEYS: Final = {
    "listKeys": Operation(
        "工作人员的密钥：谁、什么角色、谁保管、从哪一条记录起登记、停用或吊销。", ("access.may_not_read",)
    ),
    "myKeys": Operation("本人的密钥和指纹。waiting 里的还没有登记，请把指纹念给一位管理员。"),
    "listKeyRequests": Operation("等待登记的密钥。指纹只有本人看得到，由本人念给管理员。", ("access.may_not_read",)),
    "registerKey": Operation(
        "登记本人已经生成的密钥，凭本人念出的指纹。登记人不能是本人，也不能是停用或吊销上一把的人。",
        (
            "key.by_holder",
            "key.no_request",
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
        "吊销一把密钥：从 from_index 这一条记录起，它的签名都不认。",
        ("key.by_holder", "key.index_outside", "key.not_live", "key.reason_unknown", "key.unknown"),
    ),
    "submitSignatures": Operation(
        "交回设备签过的原文，换得回执。读过的内容若已变动，什么也不记录，请用同一编号重新请求。",
        ("signature.not_of_key", "signature.ticket"),
    ),
}

_LEDGERS: Final = {
    "readBudgets": Operation("一个年度的预算逐月用了多少；balanced 说下达的是否等于可用、占用、支出之和。", _READING),
    "readTrialBalance": Operation("各总账科目到某一天（含）的借方、贷方和余额。借方为正。", _READING),
    "readCheckpoint": Operation("最新的签名检查点（C2SP tlog-checkpoint）。请保存：以后有人改动旧账，一比就知道。"),
    "readProof": Operation(
        "一条记录的原文（签名的 note，一字不差）和它在账本里的凭证（.tlog-proof），任何人都能离线核对。",
        (*_ONE_INCIDENT, "event.unknown"),
    ),
}

OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType(
    {**_SESSION, **_LISTS, **_INCIDENTS, **_PAYOUTS, **_COUNTY, **_KEYS, **_LEDGERS}
)
"""Operation id -> what is said about it."""

TAGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "登录": "令牌：从这里开始。",
        "清单": "程序要先知道的固定词语；词语永久不变，以后只会增加。",
        "线索": "上报、核查、办理、认定。每一步由不同的人办。",
        "奖励": "按标准入账、冲正。",
        "发放": "每月一批：拟发、冻结、审批、代发文件、回盘、关闭。制表和审批是两个人。",
        "县级设置": "区划、人员、角色、收款账户、奖励标准、预算指标。由系统管理员登记。",
        "密钥": "谁用哪把密钥签名：登记、停用、吊销，都由本人以外的管理员办；本人设备的签名。",
        "账本": "预算执行、科目余额、检查点和凭证。",
    }
)

PARAMETERS: Final[Mapping[str, tuple[str, str | int]]] = MappingProxyType(
    {
        "after": ("上一页给出的接续处；不给就从头开始", -1),
        "area": ("范围的区划代码，含它以下的地方；不给就用本角色的第一个管辖范围", "361125001000"),
        "as_of": ("截至哪一天（含）；不给就是今天", "2026-11-22"),
        "awaits": ("等待哪一步：verification 核查，handling 办理，decision 认定", "verification"),
        "batch_id": ("批次编号", "ccc25a73-5c5f-5675-8068-5cb3eb2f7271"),
        "before": ("上一页最后一批的 log_index；不给就从最近的开始", 90),
        "category": ("类别，见“线索类别”；不给就是全部", "市容环境"),
        "division": ("区划代码", "361125000000"),
        "incident_id": ("线索编号", "bdf9f41a-79ad-5191-b837-923c5e4bd746"),
        "limit": ("一页最多几条", 50),
        "month": ("月份，写作 YYYY-MM", "2026-11"),
        "on": ("哪一天；不给就是今天", "2026-11-22"),
        "person_id": ("人员编号", "d2c3cc59-c425-4a67-ab46-de6c3cfe646c"),
        "role": ("角色，见“角色”清单；不给就是全部", "member"),
        "since": ("从哪天上报的起（含）", "2026-11-01"),
        "status": ("状态；不给就是全部", ""),
        "until": ("到哪天上报的止（含）", "2026-11-30"),
        "year": ("预算年度；不给就是今年", 2026),
    }
)
"""Parameter -> its description and an example; what an endpoint says itself comes first."""

FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "account": "收款账户；不领奖励的人不给",
        "amount_fen": "金额，单位为分",
        "area": "管辖范围的区划代码",
        "bank": "开户行",
        "category": "类别，见“线索类别”",
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
        "reported_at": "看到的时间，带时区，不能晚于现在",
        "reporter_id": "替谁代录；本人上报不给",
        "reward": "有效时是否同时记入奖励；不给就是记入",
        "role": "角色，见“角色”",
        "shown_digest": "审批人看到的名单的指纹",
        "signs": "是否由服务器代管签名密钥（只有移动网格员和系统代理可以）；不给就是代管",
        "since": "从哪天起（含），写作 YYYY-MM-DD",
        "source": "来源，见“线索来源”",
        "source_ref": "来源那里的编号，如热线工单号",
        "text": "上报的原文，存入保险库",
        "until": "到哪天止（含）；不给就没有期限",
        "valid": "是否有效，要与理由一致",
        "version": "账户的版本：比现用的大一，第一次为 1",
        "year": "预算年度",
    }
)
"""Field of a request body -> its description."""
