"""What the JSON API takes for notices, suggestions, public commitments, meetings and micro-projects."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StrictInt

from api.commands.said import CONTACT_MAX
from api.staff.evidence import EVENT_NAME
from api.staff.fields import AMOUNT_FEN_MAX, Code, Day, Digest, Identifier, Line, LongText, Reason
from api.staff.shapes import Shape
from domain.affairs.meetings import AGENDA_MAX, ATTENDANCE_MAX, PEOPLE_MAX, SHEETS_MAX
from domain.affairs.projects import CONTRACTORS_MAX
from domain.kernel.affairs import TEXT_CHARS_MAX
from domain.kernel.quorums import PARTS_MAX

PublicText = Annotated[LongText, Field(max_length=TEXT_CHARS_MAX)]
Count = Annotated[StrictInt, Field(ge=0, le=PEOPLE_MAX, examples=[20])]
Money = Annotated[StrictInt, Field(ge=0, le=AMOUNT_FEN_MAX, examples=[4_800_000])]
Named = Annotated[str, Field(max_length=120, pattern=EVENT_NAME)]

_VILLAGE = "361125001201"
_PERSON = "d2c3cc59-c425-4a67-ab46-de6c3cfe646c"
_MEETING = "0c9f1f0e-3a0f-4d8e-9f3c-6f2b5a1f7b10"
_PUBLIC = "公开，不要写姓名、电话、证件号"


def _like(*examples: dict[str, Any]) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": list(examples)})


class NewNotice(Shape):
    """A notice to post."""

    model_config = _like(
        {
            "division": _VILLAGE,
            "title": "停水通知",
            "text": "11 月 25 日上午 8 点至 12 点检修管道，全村停水。",
            "since": "2026-11-22",
            "until": "2026-11-25",
        }
    )
    division: Code = Field(description="在哪个区划公布，下级也看得到")
    title: Line = Field(description=f"标题，{_PUBLIC}")
    text: PublicText = Field(description=f"正文，{_PUBLIC}")
    since: Day = Field(description="从哪天起公布，今天或以后")
    until: Day = Field(description="公布到哪天（含）")


class NoticeStep(Shape):
    """Taking a notice down."""

    model_config = _like({"step": "withdraw", "reason": "mistaken"})
    step: Literal["withdraw"] = Field(description="withdraw 撤下")
    reason: Reason = Field(description="理由：mistaken、superseded、no_longer_applies、names_somebody")


class NewSuggestion(Shape):
    """What a villager said."""

    model_config = _like(
        {"division": _VILLAGE, "channel": "staff", "text": "三组路口的路灯已经半个月不亮了。"},
        {"division": _VILLAGE, "channel": "slip", "slip": "017", "text": "希望垃圾桶离井远一点。"},
    )
    division: Code = Field(description="对哪个村（社区）说的")
    channel: Literal["staff", "slip"] = Field(description="staff 当面说的，由工作人员代录；slip 意见单")
    text: PublicText = Field(description="原话。存入保险库，不公开")
    author_id: Identifier | None = Field(default=None, description="谁说的（登记过的人）；不给就是匿名")
    contact: Annotated[Line, Field(max_length=CONTACT_MAX)] | None = Field(
        default=None, description="姓名、联系方式，与原话一起存入保险库，不公开"
    )
    slip: Annotated[Line, Field(max_length=40)] | None = Field(default=None, description="意见单的单号（slip 时要给）")


class SuggestionStep(Shape):
    """One step towards the answer."""

    model_config = _like(
        {"step": "accept", "gist": "三组路口路灯不亮", "due_on": "2026-12-02"},
        {"step": "answer", "outcome": "adopted", "answer": "已报供电所，本周内修好。"},
        {"step": "close", "reason": "answered"},
    )
    step: Literal["accept", "answer", "close"] = Field(description="accept 受理，answer 公开答复，close 办结")
    gist: Line | None = Field(default=None, description=f"说的是什么，一句话（accept）；{_PUBLIC}")
    due_on: Day | None = Field(default=None, description="最晚哪天答复（accept）")
    outcome: Reason | None = Field(
        default=None, description="答复的结果（answer）：adopted、partly_adopted、not_adopted、explained"
    )
    answer: PublicText | None = Field(default=None, description=f"答复（answer）；{_PUBLIC}")
    reason: Reason | None = Field(
        default=None,
        description="办结的理由（close）：answered、repeated、elsewhere、empty、abusive、withdrawn、erased",
    )


class NewCommitment(Shape):
    """A promise in public."""

    model_config = _like(
        {
            "division": _VILLAGE,
            "title": "年底前硬化三组道路",
            "responsible": "村民委员会",
            "made_on": "2026-11-20",
            "due_on": "2026-12-31",
        }
    )
    division: Code = Field(description="哪个区划的承诺")
    title: Line = Field(description=f"承诺做什么，{_PUBLIC}")
    responsible: Line = Field(description="负责的单位，不写人名")
    made_on: Day = Field(description="哪天作出的，不晚于今天")
    due_on: Day = Field(description="最晚哪天兑现；登记后不能改")


class CommitmentStep(Shape):
    """One step of a commitment."""

    model_config = _like(
        {"step": "progress", "note": "路基已完成。"},
        {"step": "fulfil", "note": "已通车。", "fulfilled_on": "2026-11-22"},
        {"step": "withdraw", "reason": "superseded", "note": "并入县里的项目。"},
    )
    step: Literal["progress", "fulfil", "withdraw"] = Field(
        description="progress 报告进展，fulfil 确认兑现（另一人），withdraw 撤回（另一人）"
    )
    note: PublicText = Field(description=f"说明，{_PUBLIC}")
    fulfilled_on: Day | None = Field(default=None, description="哪天兑现的（fulfil）；不给就是今天")
    reason: Reason | None = Field(default=None, description="理由（withdraw）：mistaken、superseded、impossible")


class ShareGiven(Shape):
    """A share of people."""

    model_config = _like({"part": 2, "of": 3, "more": False})
    part: Annotated[StrictInt, Field(ge=1, le=PARTS_MAX)] = Field(description="几")
    of: Annotated[StrictInt, Field(ge=1, le=PARTS_MAX)] = Field(description="分之")
    more: bool = Field(description="true：要超过（过半数）；false：达到即可（三分之二以上）")


class NewMeetingRule(Shape):
    """How many must come and agree."""

    model_config = _like(
        {
            "division": "361125000000",
            "kind": "representatives",
            "quorum": {"part": 2, "of": 3, "more": False},
            "passing": {"part": 1, "of": 2, "more": True},
            "passed_by": "present",
            "since": "2026-11-22",
            "document": "横民〔2026〕1号",
        }
    )
    division: Code = Field(description="在哪里施行；下级没有自己的规则时也照此")
    kind: Reason = Field(description="哪种会议：villagers、households、representatives、group")
    quorum: ShareGiven = Field(description="到会的人占应到的几分之几")
    passing: ShareGiven = Field(description="同意的人占几分之几")
    passed_by: Reason = Field(description="占谁的：present 到会的人，eligible 应到的人")
    since: Day = Field(description="从哪天起施行，今天或以后")
    document: Line = Field(description="依据的文件")


class NewMeeting(Shape):
    """A meeting to call."""

    model_config = _like(
        {
            "division": _VILLAGE,
            "kind": "representatives",
            "title": "2026 年第四次村民代表会议",
            "agenda": ["三组道路硬化立项"],
            "held_on": "2026-11-22",
            "place": "村委会二楼",
        }
    )
    division: Code = Field(description="哪个村（社区）的会议")
    kind: Reason = Field(description="哪种会议：villagers、households、representatives、group")
    title: Line = Field(description=f"名称，{_PUBLIC}")
    agenda: Annotated[list[Line], Field(min_length=1, max_length=AGENDA_MAX)] = Field(description=f"议题，{_PUBLIC}")
    held_on: Day = Field(description="哪天开")
    place: Line = Field(description="在哪里开")


class MeetingStep(Shape):
    """One step of a meeting."""

    model_config = _like(
        {"step": "hold", "eligible": 30, "on_sheet": 22, "sheet": "签到册 4", "files": ["5a" * 32]},
        {"step": "keep_sheet", "files": ["5b" * 32]},
        {
            "step": "resolve",
            "title": "三组道路硬化立项",
            "text": "同意立项，预算 5 万元。",
            "limit_fen": 5_000_000,
            "agreed": 18,
            "opposed": 3,
            "abstained": 1,
        },
        {"step": "cancel", "reason": "no_quorum"},
    )
    step: Literal["hold", "keep_sheet", "resolve", "cancel"] = Field(
        description="hold 登记到会，keep_sheet 存入签到表，resolve 登记一项表决（另一人），cancel 登记没有开成"
    )
    eligible: Count = Field(default=0, description="应到多少人（hold）")
    eligible_reason: Line | None = Field(
        default=None, description=f"应到人数与上次同种会议不同的原因（hold）；{_PUBLIC}"
    )
    person_ids: Annotated[list[Identifier], Field(max_length=ATTENDANCE_MAX)] = Field(
        default=[], description="到会的、在本系统登记过的人（hold）"
    )
    on_sheet: Count = Field(default=0, description="另有多少人在签到册上签到（hold）")
    sheet: Annotated[Line, Field(max_length=40)] | None = Field(default=None, description="签到册的编号（hold）")
    files: Annotated[list[Digest], Field(max_length=SHEETS_MAX)] = Field(
        default=[], description="签到表的 SHA-256，先上传（hold 可以一并存入，keep_sheet 必给）"
    )
    title: Line | None = Field(default=None, description=f"表决什么（resolve）；{_PUBLIC}")
    text: PublicText | None = Field(default=None, description=f"决议的内容（resolve）；{_PUBLIC}")
    agreed: Count = Field(default=0, description="同意几票（resolve）")
    opposed: Count = Field(default=0, description="反对几票（resolve）")
    abstained: Count = Field(default=0, description="弃权几票（resolve）")
    limit_fen: Money | None = Field(
        default=None,
        description="这项决议授权花多少钱，以分计（resolve）；不给就是不授权花钱。"
        "事项（title）要是通知里的一项议题；没有通过的不授权支出",
    )
    reason: Reason | None = Field(
        default=None, description="理由（cancel）：no_quorum、postponed、no_longer_needed、called_wrongly"
    )


class NewProject(Shape):
    """A micro-project that a resolution allows."""

    model_config = _like(
        {
            "division": _VILLAGE,
            "title": "三组道路硬化",
            "resolution": f"meeting/{_MEETING}@3",
            "budget_fen": 5_000_000,
        }
    )
    division: Code = Field(description="哪个村（社区）的项目")
    title: Line = Field(description=f"项目名称，{_PUBLIC}")
    resolution: Named = Field(description="依据的决议，即登记表决那一步的凭证编号")
    budget_fen: Money = Field(description="决议批准的预算，以分计")


class ProjectStep(Shape):
    """One step of a micro-project."""

    model_config = _like(
        {
            "step": "contract",
            "contractor": "横峰县某某建筑公司",
            "contractor_ids": [_PERSON],
            "amount_fen": 4_800_000,
            "document": "村建〔2026〕2号",
        },
        {"step": "progress", "note": "路基已完成。"},
        {"step": "accept", "note": "平整，厚度够，同意验收。"},
        {"step": "send_back", "reason": "defects", "note": "有两处裂缝。"},
        {"step": "close", "outcome": "completed", "spent_fen": 4_800_000},
    )
    step: Literal["contract", "progress", "accept", "send_back", "close"] = Field(
        description="contract 签合同，progress 报告进展，accept 验收（两人各办一次），send_back 退回整改，close 结项"
    )
    contractor: Line | None = Field(default=None, description="承包单位（contract），公开；个人承包的写“村民承包”")
    contractor_ids: Annotated[list[Identifier], Field(max_length=CONTRACTORS_MAX)] = Field(
        default=[], description="承包单位的负责人、承包的村民在本系统的编号（contract）；他们不能验收"
    )
    amount_fen: Money = Field(default=0, description="合同金额，以分计（contract）")
    document: Line | None = Field(default=None, description="合同编号（contract）")
    note: PublicText | None = Field(default=None, description=f"说明（progress、accept、send_back）；{_PUBLIC}")
    reason: Reason | None = Field(
        default=None, description="理由（send_back）：defects、incomplete、not_as_agreed、papers_missing"
    )
    outcome: Reason | None = Field(default=None, description="结果（close）：completed 完成，abandoned 中止")
    spent_fen: Money = Field(default=0, description="实际花了多少，以分计（close）")
