"""What requests about keys look like, for pages and programs alike."""

from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from api.staff.fields import Identifier, Line, Reason, RoleName
from api.staff.shapes import Shape

Fingerprint = Annotated[
    str, Field(min_length=20, max_length=64, pattern=r"^[0-9A-Fa-f -]+$", examples=["1f2e-3d4c-5b6a-7988-9706-1524"])
]
LogIndex = Annotated[int, Field(ge=0, le=2**53, examples=[1200])]


_PERSON: Final = "d2c3cc59-c425-4a67-ab46-de6c3cfe646c"


def _example(**fields: str | int) -> ConfigDict:
    """A whole request about the key of a grid worker."""
    whole: dict[str, Any] = {"person_id": _PERSON, "role": "grid_worker", **fields}
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [whole]})


class KeyOf(Shape):
    """The key of a person in a role."""

    person_id: Annotated[Identifier, Field(description="持有人的人员编号")]
    role: Annotated[RoleName, Field(description="密钥所属的角色")]


class KeyHeard(KeyOf):
    """The key that a person asked for, by the fingerprint that he read out."""

    model_config = _example(fingerprint="1f2e-3d4c-5b6a-7988-9706-1524")

    fingerprint: Annotated[Fingerprint, Field(description="本人念出的指纹；大小写、空格和短横线不计")]


class KeyRetirement(KeyOf):
    """Why a key is to sign nothing more."""

    model_config = _example(reason="left_office")

    reason: Annotated[Reason, Field(description="理由，如 left_office、stolen、secret_lost、replaced")]


class KeyRevocation(KeyRetirement):
    """From which record on a key is not believed."""

    model_config = _example(reason="stolen", from_index=1200)

    from_index: Annotated[LogIndex, Field(description="从哪个索引的记录起不认它的签名（索引从 0 起）")]
    confirmed: Annotated[
        LogIndex | None, Field(description="从那里起它已签过的、将不认的记录有几条；没有签过的不用写")
    ] = None


class NewDeviceKey(KeyOf):
    """A verifier-key text (`name+hash+base64`) whose private half is in the holder's device."""

    model_config = _example(key=f"mingzhang.example/361125/grid_worker/{_PERSON}+2f0a61c3+AXEv…", custody="device")

    key: Annotated[Line, Field(description="公钥文本：名称+编号+base64（C2SP signed-note）")]
    custody: Annotated[Literal["device"], Field(description="由本人设备保管")] = "device"


class Invited(Shape):
    """For whom a login is, and its one-time code is printed."""

    person_id: Identifier
    login: Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9][a-z0-9._-]{1,63}$")]
