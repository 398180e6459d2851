"""The forms of disclosures, committees and settings: numbers come as text; the rest is the API's rule."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator

from api.staff.disclosing_shapes import (
    CommitteeStep,
    Computation,
    DisclosureStep,
    KindSetting,
    NewDisclosure,
    NewDisclosureSettings,
    NewObjectionSent,
    ObjectionAnswer,
)
from api.staff.form_shapes import Whole
from domain.kernel.disclosed import KINDS

FREQUENCY: Final = "frequency."
NAMES: Final = "names."


def _yes_or_no(value: Any) -> Any:
    return {"yes": True, "no": False}.get(value, value) if isinstance(value, str) else value


YesOrNo = Annotated[bool, BeforeValidator(_yes_or_no)]


class ComputationForm(Computation):
    """What is to be computed."""


class DraftForm(NewDisclosure):
    """What was computed and shown."""


class StepForm(DisclosureStep):
    """The next step of a disclosure."""

    version: Whole = 1
    passed: YesOrNo = True


class ObjectionForm(NewObjectionSent):
    """What a visitor objects to."""

    version: Whole


class AnswerForm(ObjectionAnswer):
    """Which objection is answered, and how."""

    upheld: YesOrNo


class CommitteeForm(CommitteeStep):
    """Who sits where, or who is whose relative."""


class SettingsForm(BaseModel):
    """What stands on the form beside the kinds."""

    publish_days: Whole
    answer_days: Whole
    due_days: Whole
    small_count_min: Whole


def settings_fields(fields: Mapping[str, str], numbers: SettingsForm) -> dict[str, Any]:
    """The form of settings as the API takes it: each kind has a field for how often and one for names."""
    kinds = [
        KindSetting(
            kind=kind, frequency=fields[FREQUENCY + kind], names=fields.get(NAMES + kind, "masked")
        ).model_dump()
        for kind in KINDS
        if fields.get(FREQUENCY + kind)
    ]
    return {
        **{name: fields.get(name, "") for name in ("division", "since", "document")},
        **numbers.model_dump(),
        "kinds": kinds,
    }


def settings_shape(fields: Mapping[str, str], numbers: SettingsForm) -> NewDisclosureSettings:
    """The same, judged by the API's rule. Raises ValidationError."""
    return NewDisclosureSettings.model_validate(settings_fields(fields, numbers))
