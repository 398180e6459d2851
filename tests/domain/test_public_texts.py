"""A public text with somebody's number is refused before it is recorded, and every public field is there."""

from dataclasses import fields
from typing import Any, get_type_hints

import pytest

from domain.affairs.meetings import MeetingCalled, MeetingHeld
from domain.households import HouseholdRegistered
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.public_texts import PUBLIC_TEXTS, require_impersonal
from domain.streams import event_types
from domain.village.assets import AssetAcquired
from domain.village.books import PlanLine, VillagePlanPublished
from domain.village.contracts import ResourceContractEnded, ResourceContractSigned
from domain.village.parties import VillagePartyRegistered
from domain.village.vouchers import VillageVoucherDrafted
from tests.golden.make import sample

VILLAGE = Division("361125001201")
_NUMBERS = {"document", "number", "reference", "sheet", "slip"}
_GIVEN = {"statement.recorded/1": {"number"}}
"""What a bank has given out."""


def made(cls: type, **changed: Any) -> object:
    """An event of a class, whatever it says otherwise."""
    event = sample(cls, full=True)
    return type(event)(**{**{one.name: getattr(event, one.name) for one in fields(event)}, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cls", "changed", "field"),
    [
        (VillageVoucherDrafted, {"purpose": "付张某 13812345678"}, "purpose"),
        (MeetingCalled, {"agenda": ("修路", "联系 zhang@example.com")}, "agenda"),
        (VillagePartyRegistered, {"reference": "13912345678"}, "reference"),
        (VillagePartyRegistered, {"reference": "110101199003078515"}, "reference"),
        (AssetAcquired, {"number": "139-1234-5678"}, "number"),
        (HouseholdRegistered, {"reference": "110101199003078515"}, "reference"),
        (ResourceContractSigned, {"number": "6222021234567890128"}, "number"),
        (ResourceContractEnded, {"document": "见 13912345678"}, "document"),
        (MeetingHeld, {"sheet": "13912345678"}, "sheet"),
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


def test_numbers_of_organisations_contracts_and_papers_are_no_ones_own() -> None:
    for number in ("91361125158263740X", "913611251582630020", "HT20261102123456789", "361125100201010001J", "D-0001"):
        require_impersonal(
            [made(VillagePartyRegistered, reference=number), made(ResourceContractSigned, number=number)]
        )


def test_no_number_of_a_paper_is_left_out() -> None:
    """Whoever adds an event with one of these fields adds it here, too."""
    for type_name, cls in event_types().items():
        written = {name for name, kind in get_type_hints(cls).items() if name in _NUMBERS and kind in (str, str | None)}
        assert written <= set(PUBLIC_TEXTS.get(type_name, ())) | _GIVEN.get(type_name, set()), type_name


def test_every_field_is_one_that_the_event_has() -> None:
    types = event_types()
    for type_name, names in PUBLIC_TEXTS.items():
        hints = get_type_hints(types[type_name])
        assert set(names) <= hints.keys(), type_name
