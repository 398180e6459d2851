"""Which services there are on a day, by the catalogues of the county and its townships."""

from datetime import date

import pytest

from api.files.catalogue_profiles import shipped_classes
from api.open311.services import DEFINED_ON, Services, definition_document, services_document, services_of
from domain.kernel.ids import EventName
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from projections.catalogues import CatalogueItem

COUNTY, TOWNSHIP = Division("361125000000"), Division("361125001000")
TODAY = date(2027, 3, 1)


def item(
    code: str,
    title: str,
    *,
    division: Division = COUNTY,
    sensitive: bool = False,
    since: date = date(2027, 1, 1),
    last_day: date | None = None,
) -> CatalogueItem:
    name = EventName(f"catalogue/{code}#1")
    return CatalogueItem(name, division, code, title, "市容环境", sensitive, since, "文", last_day, None)


def on_today(whole_county: list[CatalogueItem], history: list[CatalogueItem]) -> Services:
    return services_of(whole_county, history, on=TODAY)


def test_without_a_catalogue_the_classes_are_the_services() -> None:
    found = on_today([], [])
    classes = shipped_classes()
    assert [one.code for one in found.listed] == [name for name in classes if not classes[name]]
    assert all(one.item is None and one.name == one.code for one in found.listed)
    assert found.hidden == {name for name in classes if classes[name]} != set()
    assert found.changed_on == DEFINED_ON


def test_items_are_services_by_their_codes_and_a_class_is_one_for_what_is_none_of_its_items() -> None:
    lamp, bin_ = item("sr-02", "路灯"), item("sr-01", "垃圾")
    found = on_today([lamp, bin_], [lamp, bin_])
    assert [(one.code, one.name, one.item) for one in found.listed] == [
        ("sr-01", "垃圾", "sr-01"),
        ("sr-02", "路灯", "sr-02"),
        ("市容环境", "市容环境", None),
    ]
    assert found.changeset == "2027-01-01 00:00"
    (first, *_) = services_document(found).body
    assert (first["service_code"], first["service_name"], first["group"]) == ("sr-01", "垃圾", "市容环境")
    assert definition_document(found.named("sr-02")).body["service_code"] == "sr-02"  # type: ignore[call-overload]


def test_a_township_adds_items_and_renames_none_of_the_countys() -> None:
    county = item("sr-01", "垃圾")
    own, other = item("sr-01", "生活垃圾", division=TOWNSHIP), item("sr-09", "渡口", division=TOWNSHIP)
    found = on_today([county], [county, own, other])
    assert {one.code: one.name for one in found.listed} == {"sr-01": "垃圾", "sr-09": "渡口", "市容环境": "市容环境"}


def test_what_is_withdrawn_is_known_and_not_offered() -> None:
    old = item("sr-07", "废弃车辆", last_day=date(2027, 2, 1))
    coming = item("sr-08", "家具", since=date(2027, 4, 1))
    now = item("sr-01", "垃圾")
    found = on_today([now], [old, coming, now])
    assert [one.code for one in found.listed] == ["sr-01", "市容环境"]
    assert found.titles["sr-07"] == "废弃车辆"
    found.require_known(["sr-07", "市容环境"])
    assert found.changed_on == date(2027, 2, 2)
    with pytest.raises(Refusal, match="service_unknown"):
        found.named("sr-07")
    with pytest.raises(Refusal, match="service_filter_unknown"):
        found.require_known(["sr-01", "sr-99"])


def test_what_was_ever_sensitive_stays_hidden() -> None:
    quarrel = item("md-01", "家庭纠纷", sensitive=True)
    before = item("sr-01", "垃圾", sensitive=True, last_day=date(2027, 2, 1))
    again, plain = item("sr-01", "垃圾", since=date(2027, 2, 2)), item("sr-02", "路灯")
    found = on_today([quarrel, again, plain], [quarrel, before, again, plain])
    assert [one.code for one in found.listed] == ["sr-02", "市容环境"]
    assert found.hidden == {"md-01", "sr-01"}
    assert not found.hidden & set(found.titles)


def test_a_class_is_hidden_with_all_of_its_items() -> None:
    found = on_today([item("md-01", "家庭纠纷", sensitive=True)], [])
    assert (found.listed, found.hidden) == ((), {"md-01", "市容环境"})
