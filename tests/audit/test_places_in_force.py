"""Reports stand at codes that were valid on their day, and roles stay with the codes that they were given for."""

import pytest

from domain.kernel.ids import derived, stream_name
from tests.audit.story import COUNTY, TOWNSHIP, VILLAGE, County, codes

OTHER_TOWNSHIP, OTHER_VILLAGE = "361125108000", "361125108201"
REPORTED = "2026-02-03"


def said(county: County, type_name: str, code: str, **data: object):
    """An event of a place, recorded before the first report."""
    draft = county.admin(stream_name("place", derived("place", code)), type_name, {"code": code, **data})
    county.story.drafts.remove(draft)
    first = county.story.index(county.story.find("incident.reported/1"))
    county.story.drafts.insert(first, draft)
    return draft


def succeeded(county: County, *, since: str, successors: tuple[str, ...] = (OTHER_TOWNSHIP,)) -> None:
    said(county, "place.registered/1", OTHER_TOWNSHIP, name="兴安镇", since="2021-01-01")
    data = {"kind": "raised", "successors": list(successors), "since": since, "document": "文"}
    said(county, "place.succeeded/1", TOWNSHIP, **data)


@pytest.mark.parametrize(("since", "expected"), [("2026-02-04", set()), (REPORTED, {"roles.place_not_valid"})])
def test_a_report_in_a_township_that_had_ended(verdict_on, county, since, expected):
    succeeded(county, since=since)
    assert codes(verdict_on(county.story)) == expected


def test_a_succession_that_is_recorded_later_makes_no_earlier_report_wrong(verdict_on, county):
    county.admin(
        stream_name("place", derived("place", TOWNSHIP)),
        "place.succeeded/1",
        {"code": TOWNSHIP, "kind": "abolished", "successors": [], "since": "2026-01-15", "document": "文"},
    )
    assert codes(verdict_on(county.story)) == set()


def test_a_report_before_the_code_began_unless_it_was_traced_back(verdict_on, county):
    county.story.find("place.registered/1", 2).data["since"] = "2026-02-04"
    assert codes(verdict_on(county.story)) == {"roles.place_not_valid"}
    traced = County()
    traced.story.find("place.registered/1", 2).data["since"] = "2026-02-04"
    said(traced, "place.traced_back/1", VILLAGE, since="2026-01-01", predecessors=[], document="文")
    assert codes(verdict_on(traced.story)) == set()


def test_a_report_at_a_code_that_nobody_registered(verdict_on, county):
    county.story.drafts.remove(county.story.find("place.registered/1", 2))
    assert codes(verdict_on(county.story)) == {"roles.place_unknown"}


def test_the_county_is_as_old_as_need_be(verdict_on, county):
    county.story.find("place.registered/1", 0).data["since"] = "2026-06-01"
    report = county.story.find("incident.reported/1", 3)
    report.data["division"] = COUNTY
    assert codes(verdict_on(county.story)) <= {"roles.outside"}


def test_a_role_over_the_old_code_does_not_cover_its_successor(verdict_on, county):
    """The worker's area is the township that ended: in the new one he needs a role of his own."""
    said(county, "place.registered/1", OTHER_TOWNSHIP, name="兴安镇", since="2021-01-01")
    said(county, "place.registered/1", OTHER_VILLAGE, name="解放社区", since="2021-01-01")
    county.story.find("incident.reported/1", 3).data["division"] = OTHER_VILLAGE
    assert codes(verdict_on(county.story)) == {"roles.outside"}
    for_new = County()
    said(for_new, "place.registered/1", OTHER_TOWNSHIP, name="兴安镇", since="2021-01-01")
    said(for_new, "place.registered/1", OTHER_VILLAGE, name="解放社区", since="2021-01-01")
    granted = for_new.story.find("person.role_granted/1", 3)
    assert granted.data["role"] == "grid_worker"
    data = {**granted.data, "area": OTHER_TOWNSHIP}
    draft = for_new.admin(granted.stream, "person.role_granted/1", data)
    for_new.story.drafts.remove(draft)
    for_new.story.drafts.insert(for_new.story.index(for_new.story.find("incident.reported/1")), draft)
    for_new.story.find("incident.reported/1", 3).data["division"] = OTHER_VILLAGE
    assert codes(verdict_on(for_new.story)) == set()


def test_a_successor_must_be_there_and_a_code_ends_once(verdict_on, county):
    succeeded(county, since="2026-03-01", successors=("361125999000",))
    assert codes(verdict_on(county.story)) == {"roles.place_not_valid"}
    twice = County()
    succeeded(twice, since="2026-03-01")
    said(twice, "place.renamed/1", TOWNSHIP, name="兴安新街道", since="2026-04-01", document="文")
    assert codes(verdict_on(twice.story)) == {"roles.place_ended"}
    unknown = County()
    said(unknown, "place.renamed/1", OTHER_TOWNSHIP, name="兴安镇", since="2026-04-01", document="文")
    assert codes(verdict_on(unknown.story)) == {"roles.place_unknown"}


def test_a_place_of_another_county_is_not_for_this_one_to_change(verdict_on, county):
    said(county, "place.registered/1", "361126001000", name="弋阳镇", since="2021-01-01")
    assert codes(verdict_on(county.story)) == {"roles.outside"}
