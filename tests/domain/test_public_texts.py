"""A public text with somebody's number is refused before it is recorded, and every public field is there."""

from dataclasses import fields
from typing import Any, get_type_hints

import pytest

from domain.affairs.meetings import MeetingCalled
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.public_texts import PUBLIC_TEXTS, require_impersonal
from domain.streams import event_types
from domain.village.books import PlanLine, VillagePlanPublished
from domain.village.vouchers import VillageVoucherDrafted
from tests.golden.make import sample

VILLAGE = Division("361125001201")


def made(cls: type, **changed: Any) -> object:
    """An event of a class, whatever it says otherwise."""
    event = sample(cls, full=True)
    return type(event)(**{**{one.name: getattr(event, one.name) for one in fields(event)}, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cls", "changed", "field"),
    [
        (VillageVoucherDrafted, {"purpose": "付张某 13812345678"}, "purpose"),
        (MeetingCalled, {"agenda": ("修路", "联系 zhang@example.com")}, "agenda"),
        (VillagePlanPublished, {"lines": (PlanLine("income", "证件 11010519491231002X", 1),)}, "lines"),
    ],
)
def test_it_is_refused_with_its_field_and_nothing_of_it_in_full(cls: type, changed: dict[str, Any], field: str) -> None:
    require_impersonal([made(cls)])
    with pytest.raises(Refusal) as said:
        require_impersonal([made(cls), made(cls, **changed)])
    assert said.value.code == "text.personal"
    assert said.value.facts["field"] == field
    assert "***" in str(said.value.facts["found"])


def test_every_field_is_one_that_the_event_has() -> None:
    types = event_types()
    for type_name, names in PUBLIC_TEXTS.items():
        hints = get_type_hints(types[type_name])
        assert set(names) <= hints.keys(), type_name
