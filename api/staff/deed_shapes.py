"""What the JSON API takes for tasks, activities, commendations, inspections, party members' service and shares."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from api.staff.fields import Code, Day, Identifier, Line, Reason
from api.staff.register_shapes import Number
from api.staff.shapes import Shape

ItemCode = Annotated[str, Field(max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]

_PERSON = "d2c3cc59-c425-4a67-ab46-de6c3cfe646c"
_OTHER = "0c9f1f0e-3a0f-4d8e-9f3c-6f2b5a1f7b10"


def _like(*examples: dict[str, Any]) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": list(examples)})


class NewTask(Shape):
    """A task that the village offers."""

    model_config = _like(
        {
            "division": "361125001201",
            "title": "清扫文化广场",
            "place": "文化广场",
            "item": "task",
            "due_on": "2026-12-31",
            "seats": 3,
        }
    )
    division: Code = Field(description="哪个区划的任务")
    title: Line = Field(description="任务名称，公开，不要写姓名")
    place: Line = Field(description="地点，公开")
    item: ItemCode = Field(description="现行积分规则里的事项代码")
    due_on: Day = Field(description="最晚哪天完成")
    seats: Number = Field(description="要几个人")


class TaskStep(Shape):
    """One step of one person's part in a task."""

    model_config = _like({"step": "finish", "done_on": "2026-11-22"})
    step: Literal["accept", "give_up", "finish", "confirm", "send_back", "withdraw_confirmation", "withdraw"] = Field(
        description="accept 领取，give_up 放弃，finish 完成，confirm 确认，send_back 退回，"
        "withdraw_confirmation 撤回确认，withdraw 撤下整个任务"
    )
    person_id: Identifier | None = Field(default=None, description="谁的；不给就是本人")
    done_on: Day | None = Field(default=None, description="哪天完成的（finish）；不给就是今天")
    reason: Reason | None = Field(default=None, description="理由的代码，放弃、退回、撤回、撤下时要给")


class NewActivity(Shape):
    """An activity for volunteers."""

    model_config = _like(
        {
            "division": "361125001201",
            "title": "河道清洁",
            "place": "村口",
            "item": "volunteer_hour",
            "held_on": "2026-12-05",
            "minutes": 120,
            "seats": 20,
            "organiser": "城东村村委会",
        }
    )
    division: Code = Field(description="哪个区划的活动")
    title: Line = Field(description="活动名称，公开，不要写姓名")
    place: Line = Field(description="地点，公开")
    item: ItemCode = Field(description="现行积分规则里的事项代码")
    held_on: Day = Field(description="哪天举行")
    minutes: Number = Field(description="多长时间，分钟")
    seats: Number = Field(description="名额")
    organiser: Line = Field(description="组织单位，不要写姓名")


class ServedGiven(Shape):
    """How long one person served."""

    person_id: Identifier = Field(description="人员编号")
    minutes: Number = Field(description="服务时长，分钟，不超过公布的时长")


class ActivityStep(Shape):
    """One step of an activity."""

    model_config = _like({"step": "sign_up"})
    step: Literal["sign_up", "withdraw_sign_up", "check_in", "confirm_hours", "withdraw_hours", "cancel"] = Field(
        description="sign_up 报名，withdraw_sign_up 取消报名，check_in 签到，confirm_hours 确认时长，"
        "withdraw_hours 撤回时长，cancel 取消活动"
    )
    person_id: Identifier | None = Field(default=None, description="谁的；不给就是本人")
    person_ids: Annotated[list[Identifier], Field(max_length=400)] = Field(
        default=[], description="到场的人员编号（check_in）"
    )
    served: Annotated[list[ServedGiven], Field(max_length=400)] = Field(
        default=[], description="每个人的时长（confirm_hours）"
    )
    reason: Reason | None = Field(default=None, description="理由的代码，撤回、取消时要给")


class NewCommendation(Shape):
    """Praise of a person or a household by a document."""

    model_config = _like(
        {
            "division": "361125001201",
            "holder_kind": "person",
            "holder_id": _PERSON,
            "title": "见义勇为",
            "item": "commendation_county",
            "document": "横文明委〔2026〕8号",
            "issuer": "横峰县文明委",
            "issued_on": "2026-11-20",
        }
    )
    division: Code = Field(description="哪个区划的人或户")
    holder_kind: Literal["person", "household"] = Field(description="person 个人，household 户")
    holder_id: Identifier = Field(description="人员编号或户的编号")
    title: Line = Field(description="表扬什么，不要写姓名")
    item: ItemCode = Field(description="积分规则里的事项代码")
    document: Line = Field(description="文号")
    issuer: Line = Field(description="表扬的单位，不要写姓名")
    issued_on: Day = Field(description="文件日期")


class CommendationStep(Shape):
    """What another person says of a commendation."""

    model_config = _like({"step": "confirm"})
    step: Literal["confirm", "withdraw"] = Field(description="confirm 确认，withdraw 撤回")
    reason: Reason | None = Field(default=None, description="理由的代码，撤回时要给")


class NewHomeInspection(Shape):
    """What two or more saw at a household's home."""

    model_config = _like(
        {
            "household_id": _PERSON,
            "inspected_on": "2026-11-20",
            "inspectors": [_PERSON, _OTHER],
            "result": "clean",
            "item": "clean_household",
        }
    )
    household_id: Identifier = Field(description="户的编号")
    inspected_on: Day = Field(description="评比日期")
    inspectors: Annotated[list[Identifier], Field(max_length=20)] = Field(
        description="评比人的人员编号，至少两位，登记人是其中之一"
    )
    result: Literal["clean", "fair", "to_improve"] = Field(description="clean 清洁，fair 较清洁，to_improve 需要改进")
    item: ItemCode = Field(description="积分规则里的事项代码")


class InspectionStep(Shape):
    """What another inspector, or a superior, says of an inspection."""

    model_config = _like({"step": "confirm"})
    step: Literal["confirm", "dispute", "withdraw"] = Field(description="confirm 确认，dispute 退回，withdraw 撤回")
    reason: Reason | None = Field(default=None, description="理由的代码，退回、撤回时要给")


class TitleRevocation(Shape):
    """Why a household loses its title, and until when it held it."""

    model_config = _like({"last_day": "2026-11-22", "reason": "rules_broken"})
    last_day: Day = Field(description="称号保留到哪天（含）")
    reason: Reason = Field(description="理由的代码，如 rules_broken")


class NewPartyActivity(Shape):
    """A party member's service in a community."""

    model_config = _like(
        {
            "division": "361125001201",
            "unit": "县水利局",
            "title": "防汛值守",
            "item": "party_activity",
            "held_on": "2026-11-20",
            "minutes": 120,
        }
    )
    division: Code = Field(description="哪个社区、村")
    person_id: Identifier | None = Field(default=None, description="在职党员的人员编号；不给就是本人")
    unit: Line = Field(description="所在单位，与部门名称一致")
    title: Line = Field(description="做了什么，不要写姓名")
    item: ItemCode = Field(description="积分规则里的事项代码")
    held_on: Day = Field(description="哪天")
    minutes: Number = Field(description="时长，分钟")


class PartyActivityStep(Shape):
    """What one of the two sides, or a superior, says of a service."""

    model_config = _like({"step": "confirm_community"})
    step: Literal["confirm_unit", "confirm_community", "reject", "withdraw"] = Field(
        description="confirm_unit 单位确认，confirm_community 社区确认，reject 不予确认，withdraw 撤回"
    )
    reason: Reason | None = Field(default=None, description="理由的代码，不予确认、撤回时要给")


class HolderGiven(Shape):
    """Whose account."""

    kind: Literal["person", "household"] = Field(description="person 个人，household 户")
    holder_id: Identifier = Field(description="人员编号或户的编号")


class NewPointsShare(Shape):
    """Where points are to go because people moved, married, split up or died."""

    model_config = _like(
        {
            "reason": "split",
            "giver": {"kind": "household", "holder_id": _PERSON},
            "taker": {"kind": "household", "holder_id": _OTHER},
            "points": 40,
            "agreed_by": _PERSON,
            "document": "分户协议 2026-3",
        }
    )
    reason: Literal["moved", "merged", "split", "died"] = Field(
        description="moved 迁出，merged 并户，split 分户，died 去世"
    )
    giver: HolderGiven = Field(description="转出的账户")
    taker: HolderGiven = Field(description="接收的账户，应是户")
    points: Number | None = Field(default=None, description="转多少分；不给就是全部（连同欠分），转出户应已没有人")
    agreed_by: Identifier = Field(description="同意的户主：转出户的，转出户已没有人的由接收户的")
    document: Line = Field(description="书面材料的名称或编号，不要写姓名")


class PointsShareStep(Shape):
    """What another clerk says of a share."""

    model_config = _like({"step": "confirm"})
    step: Literal["confirm", "reject"] = Field(description="confirm 确认，reject 退回")
    reason: Reason | None = Field(default=None, description="理由的代码，退回时要给")


class HouseholdMove(Shape):
    """Who moves from this household to another, since when and why."""

    model_config = _like(
        {"person_ids": [_PERSON], "to_id": _OTHER, "since": "2026-11-22", "reason": "merged"},
    )
    person_ids: Annotated[list[Identifier], Field(min_length=1, max_length=50)] = Field(description="谁，人员编号")
    to_id: Identifier = Field(description="到哪一户，户的编号")
    since: Day = Field(description="从哪天起属于那一户")
    reason: Literal["moved", "merged", "split"] = Field(description="moved 迁移，merged 并户，split 分户")
