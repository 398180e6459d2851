"""What the JSON API takes for stars, grid difficulty, trainings and facilities: strict, nothing unknown passes."""

from typing import Annotated, Final

from pydantic import ConfigDict, Field, StrictInt

from api.staff.fields import Code, Day, Identifier, Line, PeriodText, Reason
from api.staff.shapes import Shape

WHOLE_MAX: Final = 10**9
Number = Annotated[StrictInt, Field(ge=-WHOLE_MAX, le=WHOLE_MAX)]
ShortCode = Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$")]
"""A code that somebody chooses: letters first, then letters, digits and `_ . -`."""


class WeightGiven(Shape):
    """What one report of a category, or of an item of it, is worth."""

    category: Line = Field(description="类别")
    item: Line | None = Field(default=None, description="事项清单里的事项代码；不给就是整个类别")
    points: Number = Field(description="一条计几分；0 为不计")


class NewAwardRule(Shape):
    """How the stars of an area are found for periods that begin on `since` or later."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "division": "361125001000",
                    "period_kind": "month",
                    "since": "2020-01-01",
                    "document": "兴街办〔2020〕6号",
                    "counts": "valid_reports",
                    "points_each": 1,
                    "weights": [{"category": "公共安全", "points": 3}],
                    "reports_min": 1,
                    "stars": 2,
                    "ties": "share",
                }
            ]
        },
    )
    division: Code = Field(description="评选范围的区划代码，含它以下的地方")
    period_kind: Reason = Field(description="评选周期：month 月度，quarter 季度，year 年度")
    since: Day = Field(description="从哪天起的周期照此办理（周期的第一天不早于这天）")
    document: Line = Field(description="文号")
    counts: Reason = Field(default="valid_reports", description="计什么：valid_reports 认定有效的线索")
    points_each: Number = Field(description="一条线索的普通分值")
    weights: list[WeightGiven] = Field(default=[], max_length=200, description="另定分值的类别和事项")
    reports_min: Number = Field(description="最少要有几条")
    stars: Number = Field(description="名额")
    ties: Reason = Field(description="同分怎么办：share 都评上，more_reports 比条数，nobody 名额不够的都不评")


class NewAward(Shape):
    """The stars of a period to propose; without `position`, from everything that is recorded now."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"division": "361125001000", "period": "2026-10"}]}
    )
    division: Code = Field(description="评选范围的区划代码，要有自己的评星办法")
    period: PeriodText = Field(description="时期：2026-10、2026-Q4 或 2026")
    position: Annotated[StrictInt, Field(ge=1, le=2**53)] | None = Field(
        default=None, description="按账本前多少条记录计算；不给就是现有的全部"
    )


class AwardGranting(Shape):
    """The digest of exactly the stars that were shown."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"shown_digest": "ab" * 32}]})
    shown_digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="评定人看到的名单的指纹（stars_digest）"
    )


class AwardRejection(Shape):
    """Why, in a few words that name nobody."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "有一条线索正在复核"}]})
    reason: Line = Field(description="退回的理由，写几个字，不要写姓名")


class AwardRevocation(Shape):
    """Whose title is taken back, and why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"member_id": "d2c3cc59-c425-4a67-ab46-de6c3cfe646c", "reason": "report_untrue"}]
        },
    )
    member_id: Identifier = Field(description="人员编号")
    reason: Reason = Field(description="撤销理由的代码，如 report_untrue")


class BandGiven(Shape):
    """From this value on, so many points."""

    at_least: Number = Field(description="从这个数起（含）")
    points: Number = Field(description="分值，0 至 100")


class FactorGiven(Shape):
    """One thing that is measured."""

    code: ShortCode = Field(description="指标代码，永久不变")
    name: Line = Field(description="指标名称")
    unit: Line = Field(description="单位")
    weight: Number = Field(description="权重；各指标合计 100")
    bands: list[BandGiven] = Field(max_length=50, description="分档，从小到大")


class StaffingGiven(Shape):
    """From this score on, so many people."""

    at_least: Number = Field(description="从这个得分起（含），单位为百分之一分，0 至 10000")
    workers: Number = Field(description="建议配备的专职网格员人数")


class NewDifficultyRule(Shape):
    """How grids are scored that are measured on `since` or later."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "division": "361125000000",
                    "since": "2020-01-01",
                    "document": "横综治〔2020〕4号",
                    "factors": [
                        {
                            "code": "households",
                            "name": "常住户数",
                            "unit": "户",
                            "weight": 60,
                            "bands": [{"at_least": 0, "points": 20}, {"at_least": 300, "points": 100}],
                        },
                        {
                            "code": "shops",
                            "name": "沿街商铺",
                            "unit": "家",
                            "weight": 40,
                            "bands": [{"at_least": 0, "points": 0}, {"at_least": 50, "points": 80}],
                        },
                    ],
                    "staffing": [{"at_least": 0, "workers": 1}, {"at_least": 6000, "workers": 2}],
                }
            ]
        },
    )
    division: Code = Field(description="适用范围的区划代码，含它以下没有自己办法的地方")
    since: Day = Field(description="从哪天测量的数据起照此评分")
    document: Line = Field(description="文号")
    factors: list[FactorGiven] = Field(max_length=50, description="指标，权重合计 100")
    staffing: list[StaffingGiven] = Field(max_length=50, description="多少分配几个人，从小到大")


class FigureGiven(Shape):
    """One figure of a grid."""

    factor: ShortCode = Field(description="指标代码")
    value: Number = Field(description="数据，整数")


class NewFigures(Shape):
    """What was measured of a grid on a day."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "division": "361125001201",
                    "grid": "第三网格",
                    "measured_on": "2026-01-05",
                    "inputs": [{"factor": "households", "value": 312}, {"factor": "shops", "value": 18}],
                    "document": "城东村网格台账（2026年1月）",
                }
            ]
        },
    )
    division: Code = Field(description="区划代码")
    grid: Line = Field(description="网格名称，前后写法要一致")
    measured_on: Day = Field(description="测量日期")
    inputs: list[FigureGiven] = Field(max_length=50, description="现行办法的每个指标各一个数")
    document: Line = Field(description="数据来源：文号或台账名称")


class NewTraining(Shape):
    """A training that took place."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "title": "移动网格员岗前培训第一期",
                    "level": "before_duty",
                    "division": "361125001000",
                    "held_on": "2026-01-10",
                    "place": "兴安街道会议室",
                    "minutes": 180,
                    "organiser": "横峰县委党校",
                }
            ]
        },
    )
    title: Line = Field(description="培训名称")
    level: Reason = Field(description="层级：before_duty 岗前，on_duty 岗上，backbone 骨干轮训")
    division: Code = Field(description="哪个区划办的")
    held_on: Day = Field(description="举行日期")
    place: Line = Field(description="地点")
    minutes: Number = Field(description="时长，分钟")
    organiser: Line = Field(description="授课单位")
    trainer_id: Identifier | None = Field(default=None, description="授课人的人员编号；单位授课的不给")


class AttendanceGiven(Shape):
    """One person's result."""

    person_id: Identifier = Field(description="人员编号")
    result: Reason = Field(description="结果：passed 合格，failed 不合格，absent 缺席")


class NewAttendances(Shape):
    """Results to record, all or none."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"attendances": [{"person_id": "d2c3cc59-c425-4a67-ab46-de6c3cfe646c", "result": "passed"}]}]
        },
    )
    attendances: Annotated[list[AttendanceGiven], Field(min_length=1, max_length=400)] = Field(
        description="参训人和结果，全部成功或全部不记"
    )


class AttendanceWithdrawal(Shape):
    """Whose result was recorded by mistake, and how."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"person_id": "d2c3cc59-c425-4a67-ab46-de6c3cfe646c", "reason": "wrong_result"}]
        },
    )
    person_id: Identifier = Field(description="人员编号")
    reason: Reason = Field(description="撤回理由：wrong_person、wrong_result 或 not_held")


class NewFacilityKind(Shape):
    """A kind to put on the county's list."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"code": "home", "name": "移动网格员之家", "document": "横综治〔2020〕5号"}]},
    )
    code: ShortCode = Field(description="种类代码，永久不变，不再改作他用")
    name: Line = Field(description="种类名称")
    document: Line = Field(description="文号")


class KindWithdrawal(Shape):
    """The last day on which one can be registered."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"last_day": "2026-12-31"}]})
    last_day: Day = Field(description="到哪天止（含）还可以登记")


class NewFacility(Shape):
    """A facility; everything of it is public."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "kind": "home",
                    "name": "城东移动网格员之家",
                    "division": "361125001201",
                    "address": "兴安大道18号",
                    "services": ["饮水", "充电", "避雨"],
                }
            ]
        },
    )
    kind: ShortCode = Field(description="种类代码，取自清单")
    name: Line = Field(description="设施名称")
    division: Code = Field(description="所在村、社区的区划代码")
    address: Line = Field(description="公开的地址")
    services: Annotated[list[Line], Field(max_length=50)] = Field(default=[], description="提供的服务")


class FacilityOpening(Shape):
    """Since when it serves the public."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"opened_on": "2026-01-15"}]})
    opened_on: Day = Field(description="从哪天起开放")


class FacilityClosing(Shape):
    """Until when, and why."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"last_day": "2026-11-20", "reason": "rebuilding"}]}
    )
    last_day: Day = Field(description="开放到哪天止（含）")
    reason: Reason = Field(description="停用理由的代码，如 rebuilding")


class NewInspection(Shape):
    """What was found."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"inspected_on": "2026-02-01", "result": "to_improve", "note": "饮水机滤芯到期"}]
        },
    )
    inspected_on: Day = Field(description="巡查日期")
    result: Reason = Field(description="结果：in_order 正常，to_improve 需要改进，unfit 不能使用")
    note: Line | None = Field(default=None, description="哪里有问题；正常的可以不写。不要写姓名")
