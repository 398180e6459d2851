"""What the JSON API takes for members, households and payee accounts: strict, nothing unknown passes."""

from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field, StrictBool, StrictInt, model_validator
from pydantic.config import JsonDict

from api.staff.fields import Code, Day, Identifier, Line, Reason, RoleName
from api.staff.shapes import BankAccount, Shape

PEOPLE_MAX: Final = 100
Phone = Annotated[Line, Field(max_length=40, pattern=r"^[0-9+ ()-]{5,40}$", examples=["13800001234"])]
Reference = Annotated[Line, Field(max_length=40)]
_ID: Final = "d2c3cc59-c425-4a67-ab46-de6c3cfe646c"


def _like(example: JsonDict) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [example]})


class KnownOrNew(Shape):
    """Somebody who is known already, by his id, or somebody new, by his name: one of the two."""

    person_id: Identifier | None = Field(default=None, description="人员编号；已登记的人给它，不给姓名")
    name: Line | None = Field(default=None, description="姓名；还没有登记的人给它，存入保险库")

    @model_validator(mode="after")
    def one_of_the_two(self) -> Self:
        """Refuse both and neither."""
        if (self.person_id is None) == (self.name is None):
            raise ValueError("人员编号和姓名要给一个，只给一个")
        return self


class ApplicationGiven(KnownOrNew):
    """An application: who, where, with which occupation and phone, and an account if there is one yet."""

    phone: Phone = Field(description="电话，存入保险库")
    occupation: Reason = Field(description="职业：courier、food_rider、ride_hailing_driver、taxi_driver、other")
    area: Code = Field(description="申请在哪里当移动网格员，区划代码")
    account: BankAccount | None = Field(default=None, description="收款账户；可以以后再登记")


class NewApplications(Shape):
    """Applications, all or none."""

    model_config = _like(
        {"applications": [{"name": "张建国", "phone": "13800001234", "occupation": "courier", "area": "361125001000"}]}
    )
    applications: Annotated[list[ApplicationGiven], Field(min_length=1, max_length=PEOPLE_MAX)] = Field(
        description="申请，全部成功或全部不记"
    )


class Members(Shape):
    """Members, by their persons' ids."""

    person_ids: Annotated[list[Identifier], Field(min_length=1, max_length=PEOPLE_MAX)] = Field(description="人员编号")


class VettingDone(Members):
    """Whether applications pass, with a reason from the list."""

    model_config = _like({"person_ids": [_ID], "passed": True, "reason": "meets_conditions"})
    passed: StrictBool = Field(description="是否通过，要与理由一致")
    reason: Reason = Field(description="理由的代码，见“成员用语”")


class AppointmentGiven(Shape):
    """Who is appointed from when on."""

    person_id: Identifier = Field(description="人员编号")
    since: Day
    until: Day | None = None
    area: Code | None = Field(default=None, description="在哪里当移动网格员；不给就按申请")
    acknowledged_roles: Annotated[list[RoleName], Field(max_length=20)] = Field(
        default=[], description="已看到并确认的其他角色（双重角色），要与当时实有的一致；没有就不给"
    )
    document: Line | None = Field(default=None, description="聘书或文件的编号")


class NewAppointments(Shape):
    """Appointments, all or none."""

    model_config = _like({"appointments": [{"person_id": _ID, "since": "2026-01-01", "document": "兴街聘〔2026〕7号"}]})
    appointments: Annotated[list[AppointmentGiven], Field(min_length=1, max_length=PEOPLE_MAX)] = Field(
        description="选聘，全部成功或全部不记"
    )


class TrainingDone(Members):
    """Which training they took part in, and when."""

    model_config = _like({"person_ids": [_ID], "level": "before_duty", "trained_on": "2026-01-05"})
    level: Reason = Field(description="哪一级：before_duty 岗前，on_duty 岗上，backbone 骨干轮训")
    trained_on: Day = Field(description="培训的日期，不能晚于今天")
    document: Line | None = Field(default=None, description="培训记录的编号")


class SuspensionGiven(Shape):
    """From when to when a member does not act, and why."""

    model_config = _like({"reason": "under_inquiry", "since": "2026-11-23", "until": "2026-12-31"})
    reason: Reason = Field(description="理由的代码，见“成员用语”")
    since: Day
    until: Day | None = None


class ReinstatementGiven(Shape):
    """From when on a member acts again."""

    model_config = _like({"since": "2026-12-01"})
    since: Day


class ExitGiven(Shape):
    """A member's last day, and why."""

    model_config = _like({"reason": "moved_away", "last_day": "2026-11-30"})
    reason: Reason = Field(description="理由的代码，见“成员用语”")
    last_day: Day = Field(description="最后一天（含），不能早于今天")


class JoiningGiven(KnownOrNew):
    """Who joins a household, since when and why."""

    since: Day
    reason: Reason = Field(description="理由的代码，见“成员用语”")
    head: StrictBool = Field(default=False, description="是否户主；不给就不是")
    other_household: Identifier | None = Field(default=None, description="从哪一户来，户的编号；不知道就不给")


class NewHousehold(Shape):
    """A household of a village, with those who belong to it."""

    model_config = _like(
        {
            "division": "361125001201",
            "reference": "017",
            "persons": [{"name": "张建国", "since": "2026-01-01", "reason": "registered", "head": True}],
        }
    )
    division: Code = Field(description="村、社区的区划代码")
    reference: Reference = Field(description="村里给这一户的编号，不写姓名和住址")
    persons: Annotated[list[JoiningGiven], Field(max_length=PEOPLE_MAX)] = Field(default=[], description="这一户的人")


class NewPersonsOfHousehold(Shape):
    """Who joins a household, all or none."""

    model_config = _like({"persons": [{"person_id": _ID, "since": "2026-01-01", "reason": "moved_in"}]})
    persons: Annotated[list[JoiningGiven], Field(min_length=1, max_length=PEOPLE_MAX)] = Field(
        description="加入的人，全部成功或全部不记"
    )


class Departure(Shape):
    """Who leaves a household after which day, and why."""

    model_config = _like({"person_id": _ID, "last_day": "2026-10-31", "reason": "moved_out"})
    person_id: Identifier = Field(description="人员编号")
    last_day: Day = Field(description="最后一天（含），不能晚于今天")
    reason: Reason = Field(description="理由的代码，见“成员用语”")
    other_household: Identifier | None = Field(default=None, description="到哪一户去，户的编号；不知道就不给")


class HeadNamed(Shape):
    """Who speaks for a household from a day on."""

    model_config = _like({"person_id": _ID, "since": "2026-01-01"})
    person_id: Identifier = Field(description="户主的人员编号")
    since: Day


class RoleEnding(Shape):
    """Which role ends after which day."""

    model_config = _like({"role": "grid_worker", "area": "361125001000", "last_day": "2026-12-31"})
    role: RoleName
    area: Code
    last_day: Day = Field(description="最后一天（含），不能早于今天")


class AccountAcknowledged(Shape):
    """The version of the account that a second person says is right."""

    model_config = _like({"version": 2})
    version: Annotated[StrictInt, Field(ge=1, le=1_000_000)] = Field(description="所确认的是第几版，要是现用的")


class NewCooling(Shape):
    """For how many days a changed account waits, from a day on."""

    model_config = _like({"days": 7, "since": "2026-01-01", "document": "横综治〔2026〕9号"})
    days: Annotated[StrictInt, Field(ge=-1_000_000, le=1_000_000)] = Field(
        description="换账户后等几天才能付款，0 至 365"
    )
    since: Day
    document: Line
