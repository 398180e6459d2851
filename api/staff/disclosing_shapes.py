"""What the JSON API takes for disclosures, objections, committees and settings: strict, nothing unknown passes."""

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, StrictInt

from api.commands.said import CONTACT_MAX, NAME_MAX
from api.staff.fields import YEAR_MAX, YEAR_MIN, Code, Day, Digest, Identifier, Line, LongText
from api.staff.shapes import Shape
from domain.kernel.disclosed import DisclosedPeriod, disclosed_period, once

TEXT_CHARS_MAX: Final = 1_000


def _like(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [example]})


def _period(text: str) -> DisclosedPeriod:
    try:
        known = disclosed_period(text)
    except ValueError:
        raise ValueError("时间应写作 2026-10、2026-Q4、2026，或 once- 加编号") from None
    if once(known) is None and not YEAR_MIN <= int(known[:4]) <= YEAR_MAX:
        raise ValueError(f"年份应在 {YEAR_MIN} 至 {YEAR_MAX} 之间")
    return known


Kind = Annotated[str, Field(max_length=32, pattern=r"^[a-z][a-z_]*$", examples=["rewards"])]
Word = Annotated[str, Field(max_length=32, pattern=r"^[a-z][a-z_]*$")]
DisclosedPeriodText = Annotated[DisclosedPeriod, Field(max_length=41, examples=["2026-10"]), AfterValidator(_period)]
RowName = Annotated[str, Field(max_length=60, pattern=r"^[a-z][a-z_]*:[1-9][0-9]{0,6}$", examples=["payees:12"])]
Number = Annotated[StrictInt, Field(ge=1, le=10**6)]
Days = Annotated[StrictInt, Field(ge=0, le=10**4)]
Said = Annotated[LongText, Field(max_length=TEXT_CHARS_MAX)]


class Computation(Shape):
    """What is to be computed."""

    model_config = _like({"division": "361125001201", "kind": "rewards", "period": "2026-10"})
    division: Code = Field(description="哪里的公开内容")
    kind: Kind = Field(description="类别：rewards、points、budget、village_finances、assets、subsidies 等")
    period: DisclosedPeriodText = Field(description="时间：月、季度、年；专项写 once- 加那件事的编号")


class NewDisclosure(Shape):
    """A computed document that is to be drafted."""

    model_config = _like({"document": "5a" * 32})
    document: Digest = Field(description="先行计算得到的摘要；签名的就是那些字节")
    reason: Said | None = Field(default=None, description="更正原因，会公开；更正已公布的版本时必填")


class DisclosureStep(Shape):
    """The next step of a disclosure."""

    model_config = _like({"step": "review", "version": 1, "passed": True})
    step: Literal["review", "publish", "close", "archive"] = Field(
        description="review 审查，publish 公布，close 结束公示，archive 归档"
    )
    version: Number = Field(default=1, description="第几版（审查、公布）")
    passed: StrictBool = Field(default=True, description="审查是否通过")
    opinion: Said | None = Field(default=None, description="审查意见，会公开；退回时必填")


class NewObjectionSent(Shape):
    """What somebody objects to."""

    model_config = _like({"version": 1, "row": "payees:1", "text": "钱数不对", "channel": "staff"})
    version: Number = Field(description="第几版")
    row: RowName | None = Field(default=None, description="哪一行：表名:行号；不给就是对整份公示")
    text: Said = Field(description="异议内容，存入保险库，不公开")
    channel: Word = Field(default="staff", description="途径：web 网上，staff 工作人员代记，slip 纸质意见单")
    objector_id: Identifier | None = Field(default=None, description="提出人的人员编号；没有登记过的、匿名的不给")
    name: Annotated[Line, Field(max_length=NAME_MAX)] | None = Field(
        default=None, description="提出人的姓名（没有登记过的人），与异议一起存入保险库，不公开"
    )
    contact: Annotated[Line, Field(max_length=CONTACT_MAX)] | None = Field(
        default=None, description="联系方式，与异议一起存入保险库，不公开"
    )


class ObjectionAnswer(Shape):
    """The public answer to an objection."""

    model_config = _like({"upheld": True, "answer": "核对后属实，已更正"})
    upheld: StrictBool = Field(description="异议是否成立；成立的要更正重新公布")
    answer: Said = Field(description="答复，会公开，请不要写姓名、电话、证件号")


class CommitteeStep(Shape):
    """Who sits where from when to when, and who is whose near relative."""

    model_config = _like(
        {
            "step": "seat",
            "person_id": "d2c3cc59-c425-4a67-ab46-de6c3cfe646c",
            "body": "supervision",
            "day": "2026-01-05",
        }
    )
    step: Literal["seat", "leave", "declare_kinship", "withdraw_kinship"] = Field(
        description="seat 任职，leave 离任，declare_kinship 登记近亲属，withdraw_kinship 撤销登记"
    )
    person_id: Identifier = Field(description="人员编号")
    body: Word = Field(default="supervision", description="机构：villagers 村民委员会，supervision 村务监督委员会")
    day: Day | None = Field(default=None, description="任职第一天或离任最后一天；不给就是今天")
    other_id: Identifier | None = Field(default=None, description="另一人的人员编号（近亲属）")
    kinship: Word = Field(
        default="spouse", description="前一人是后一人的什么人：spouse 配偶，parent 父母，child 子女等"
    )


class KindSetting(Shape):
    """How one kind is disclosed."""

    kind: Kind = Field(description="类别")
    frequency: Word = Field(description="monthly 每月，quarterly 每季度，at_once 随时，never 不要求")
    names: Word = Field(description="姓名：masked 隐去中间字，full 全写")


class NewDisclosureSettings(Shape):
    """How an area discloses from a day on."""

    model_config = _like(
        {
            "division": "361125001201",
            "since": "2026-01-01",
            "document": "村规民约第 8 条",
            "publish_days": 7,
            "answer_days": 10,
            "due_days": 10,
            "small_count_min": 3,
            "kinds": [{"kind": "village_finances", "frequency": "monthly", "names": "masked"}],
        }
    )
    division: Code = Field(description="哪里；更窄的地方可以另定")
    since: Day = Field(description="从哪天起")
    document: Line = Field(description="依据的文号或村规民约条款")
    publish_days: Days = Field(description="公示几天")
    answer_days: Days = Field(description="异议在几天内答复")
    due_days: Days = Field(description="一期结束后几天内公布")
    small_count_min: Days = Field(description="涉及隐私的少于几个就不显示")
    kinds: Annotated[list[KindSetting], Field(max_length=20)] = Field(
        description="各类别的时限和姓名写法；没有写的每季度一次、姓名隐去中间字"
    )
