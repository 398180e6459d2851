"""What is said of the operations of stars, grid difficulty, trainings and facilities, and the codes they may answer."""

from collections.abc import Mapping
from typing import Final

_READ: Final = ("access.may_not_read", "access.outside_area", "place.unknown")

AWARDS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "listAwardRules": ("一个范围里公布过的评星办法，新的在前。每一期按第一天已经施行的那一版办理。", _READ),
    "publishAwardRule": (
        "公布移动网格员之星怎样评：计什么、各类别和事项几分、最少几条、几个名额、同分怎么办、从哪天起的周期照办。",
        (
            "award_rule.counts_nothing",
            "award_rule.counts_unknown",
            "award_rule.minimum_not_positive",
            "award_rule.period_kind_unknown",
            "award_rule.points_out_of_range",
            "award_rule.since_reused",
            "award_rule.stars_out_of_range",
            "award_rule.ties_unknown",
            "award_rule.weight_twice",
            "place.unknown",
        ),
    ),
    "listAwards": ("一个范围里提出过的评星名单，新的在前。", _READ),
    "readStandings": (
        "按现行办法和现有记录，这一期的名次和会评上的人。只看，不记账；以后提出时以当时的记录为准。",
        (*_READ, "award.no_rule"),
    ),
    "proposeAward": (
        "提出一期的评星名单。名单不由人填，由办法、时期和账本位置算出；所计的每一条线索都按名称列入记录。",
        (
            "award.already_proposed",
            "award.no_rule",
            "award.nobody_qualifies",
            "award.period_not_over",
            "award.position_outside",
            "chain.acted_twice",
            "place.unknown",
        ),
    ),
    "readAward": (
        "一份名单、每个人的得分和所计的每一条线索。excluded_by 不为空的，是后来不再有效的。",
        ("access.may_not_read", "access.outside_area", "award.unknown"),
    ),
    "grantAward": (
        "评定。shown_digest 必须是评定人看到的那份名单的 stars_digest；提出人和名单里的人不能评定。",
        (
            "award.digest_differs",
            "award.not_proposed",
            "award.reports_excluded",
            "award.unknown",
            "chain.acted_twice",
        ),
    ),
    "rejectAward": ("退回名单，可以重新提出。", ("award.not_proposed", "award.unknown")),
    "revokeStar": (
        "撤销一个人的称号，理由取自清单。记录保留，公开页注明已撤销。",
        (
            "award.already_revoked",
            "award.not_a_star",
            "award.not_granted",
            "award.reason_unknown",
            "award.unknown",
            "chain.acted_twice",
        ),
    ),
}

DIFFICULTY: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "listDifficultyRules": ("一个范围里公布过的网格难度评分办法，新的在前。", _READ),
    "publishDifficultyRule": (
        "公布网格难度怎样评分：指标、权重（合计 100）、分档（0 至 100 分），以及多少分建议配几个人。",
        (
            "difficulty_rule.bands_missing",
            "difficulty_rule.bands_not_rising",
            "difficulty_rule.factor_twice",
            "difficulty_rule.points_out_of_range",
            "difficulty_rule.since_reused",
            "difficulty_rule.staffing_missing",
            "difficulty_rule.staffing_not_rising",
            "difficulty_rule.staffing_out_of_range",
            "difficulty_rule.weight_not_positive",
            "difficulty_rule.weights_sum",
            "place.unknown",
        ),
    ),
    "listDifficultyScores": ("各网格最近一次的得分，最难的在前。score 以百分之一分为单位，0 至 10000。", _READ),
    "readDifficultyScores": (
        "一个网格历次的数据、得分和每个指标加了多少。",
        ("access.may_not_read", "access.outside_area"),
    ),
    "recordDifficultyInputs": (
        "登记一个网格某一天的数据，现行办法的每个指标各一个整数。得分由办法算出，不能填写。",
        (
            "difficulty.day_reused",
            "difficulty.factor_missing",
            "difficulty.factor_twice",
            "difficulty.factor_unknown",
            "difficulty.measured_in_future",
            "difficulty.no_rule",
            "difficulty.value_out_of_range",
            "place.unknown",
        ),
    ),
}

TRAININGS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "listTrainings": ("一个范围里的培训，最近的在前，各有多少人合格、不合格、缺席。", _READ),
    "holdTraining": (
        "登记一次已经举行的培训。编号由调用人和 Idempotency-Key 推出。",
        (
            "person.unknown",
            "place.unknown",
            "training.already_recorded",
            "training.held_in_future",
            "training.level_unknown",
            "training.minutes_out_of_range",
        ),
    ),
    "readTraining": (
        "一次培训和每个人的结果；withdrawn_on 不为空的已经撤回。",
        ("access.may_not_read", "access.outside_area", "training.unknown"),
    ),
    "recordAttendance": (
        "登记参训人和结果，全部成功或全部不记。合格的移动网格员同时记为已受这一层级的培训。不能登记本人的结果。",
        (
            "chain.acted_twice",
            "person.unknown",
            "training.attendee_is_trainer",
            "training.result_recorded",
            "training.result_unknown",
            "training.unknown",
        ),
    ),
    "withdrawAttendance": (
        "撤回一个人登记错的结果，之后可以重新登记。他名下已经记的受训经历不随之改变。",
        ("chain.acted_twice", "training.no_result", "training.reason_unknown", "training.unknown"),
    ),
}

FACILITIES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "listFacilityKinds": ("本县的设施种类清单。", ("access.may_not_read",)),
    "admitFacilityKind": ("把一个种类列入清单。代码永久不变。", ("facility_kind.code_reused", "place.unknown")),
    "withdrawFacilityKind": (
        "一个种类从某天以后不再登记新的设施，已有的不变。",
        ("facility_kind.unknown", "facility_kind.withdrawn"),
    ),
    "listFacilities": ("一个范围里的设施，按区划排列。", _READ),
    "countFacilities": ("一个范围里各种类有几个，其中几个开放。", _READ),
    "registerFacility": (
        "登记一个设施。名称、地址和服务都是公开的。编号由调用人和 Idempotency-Key 推出。",
        (
            "facility.already_registered",
            "facility.kind_unknown",
            "facility.service_twice",
            "place.unknown",
        ),
    ),
    "readFacility": (
        "一个设施和它的全部经过。",
        ("access.may_not_read", "access.outside_area", "facility.unknown"),
    ),
    "openFacility": (
        "设施启用，或停用后再启用。",
        ("facility.already_open", "facility.before_last_change", "facility.unknown"),
    ),
    "closeFacility": (
        "设施停用，理由取自清单。",
        ("facility.before_last_change", "facility.not_open", "facility.reason_unknown", "facility.unknown"),
    ),
    "inspectFacility": (
        "登记一次巡查，调用人就是巡查人。不正常的要写明哪里有问题，不要写姓名。",
        (
            "facility.inspected_in_future",
            "facility.note_missing",
            "facility.result_unknown",
            "facility.unknown",
        ),
    ),
}

REGISTERS: Final = {**AWARDS, **DIFFICULTY, **TRAININGS, **FACILITIES}
"""Operation id -> its description and its own codes."""

REGISTER_TAGS: Final[Mapping[str, str]] = {
    "评星": "移动网格员之星：办法、名单、评定、撤销。提出和评定是两个人。",
    "网格难度": "难度评分办法、各网格的数据和算出的得分。",
    "培训": "三级培训和参训结果。",
    "设施": "移动网格员之家、驿站、议事堂、网格站：种类清单、登记、启用、停用、巡查。",
}

REGISTER_PARAMETERS: Final[Mapping[str, tuple[str, str | int]]] = {
    "award_id": ("评星名单编号", "4da1ee0f-f3e9-5a23-9448-6a7ff365b370"),
    "facility_id": ("设施编号", "7a1b2c3d-4e5f-5061-8273-94a5b6c7d8e9"),
    "grid_id": ("网格编号，见“网格难度得分”", "0d4f3a52-5d0f-5b8e-9f6c-0a4a6b2d7c11"),
    "period": ("时期：2026-10、2026-Q4 或 2026", "2026-10"),
    "training_id": ("培训编号", "bdf9f41a-79ad-5191-b837-923c5e4bd746"),
}
