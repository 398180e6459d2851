"""What a program may send, where it is then, and what of it goes on."""

from datetime import date
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.open311.form import Sent, division_of, named_place, pairs_of, sent
from api.open311.reporting import command_key
from api.open311.services import Service
from domain.kernel.places import Division, Position
from domain.kernel.refusals import Refusal
from projections.places import Place

COUNTY = Division("361125000000")
TOWN, OTHER = Division("361125001000"), Division("361125100000")
VILLAGE, ALIKE, EAST = Division("361125001201"), Division("361125100203"), Division("361125100204")
SINCE = date(2020, 1, 1)
KNOWN = [
    Place(code, name, SINCE)
    for code, name in (
        (COUNTY, "横峰县"),
        (TOWN, "兴安街道"),
        (VILLAGE, "城东村"),
        (OTHER, "岑阳镇"),
        (ALIKE, "城东村"),
        (EAST, "东村"),
    )
]
TYPE = "application/x-www-form-urlencoded; charset=utf-8"
SERVICE = Service("sr-01", "市容环境", "市容环境", "sr-01")


def read(**fields: str) -> Sent:
    return sent(list(fields.items()))


def refusal_of(**fields: str) -> tuple[str, object]:
    with pytest.raises(Refusal) as refused:
        read(**fields)
    return refused.value.code, refused.value.facts.get("field") or refused.value.facts.get("attribute")


def test_the_example_of_the_specification_is_read() -> None:
    body = (
        b"api_key=xyz&jurisdiction_id=city.gov&service_code=001&lat=37.76524078&long=-122.4212043&address_string="
        b"1234+5th+street&email=smit333%40sfgov.edu&device_id=tt222111&account_id=123456&first_name=john&last_name="
        b"smith&phone=111111111&description=A+large+sinkhole+is+destroying+the+street&media_url=http%3A%2F%2Ffarm3"
        b".static.flickr.com%2F2002%2F2212426634_5ed477a060.jpg"
    )
    found = sent(pairs_of(body, content_type=TYPE))
    assert (found.api_key, found.jurisdiction_id, found.service_code) == ("xyz", "city.gov", "001")
    assert found.position == Position(3776524, -12242120)
    assert found.text(SERVICE) == (
        "A large sinkhole is destroying the street\n地点：1234 5th street\n"
        "附件网址（没有下载）：http://farm3.static.flickr.com/2002/2212426634_5ed477a060.jpg"
    )
    assert not any(word in str(found) for word in ("john", "smith", "111111111", "tt222111", "123456", "smit333"))


def test_an_empty_field_is_as_good_as_none() -> None:
    assert sent([("api_key", "a"), ("api_key", " "), ("lat", ""), ("attribute[grid]", "")]) == read(api_key="a")


def test_without_a_description_the_service_speaks() -> None:
    assert read().text(SERVICE) == "市容环境"


@pytest.mark.parametrize("content_type", ["", "application/json", "multipart/form-data; boundary=x"])
def test_another_kind_of_body_is_no_form(content_type: str) -> None:
    with pytest.raises(Refusal, match="form_malformed"):
        pairs_of(b"a=b", content_type=content_type)


@pytest.mark.parametrize("body", [b"\xff=1", b"a=%ff", b"&".join(b"a=1" for _ in range(500))])
def test_a_form_is_utf_8_and_not_endless(body: bytes) -> None:
    with pytest.raises(Refusal, match="form_malformed"):
        pairs_of(body, content_type=TYPE)


@pytest.mark.parametrize(
    ("lat", "long"),
    [("28.4", ""), ("", "117.6"), ("91", "0"), ("0", "180.1"), ("nan", "0"), ("1e1", "0"), ("２８", "0")],
)
def test_a_position_is_two_numbers_on_earth(lat: str, long: str) -> None:
    assert refusal_of(lat=lat, long=long)[0] == "open311.position_malformed"


def test_a_position_is_kept_to_a_metre() -> None:
    assert read(lat="28.415234999", long="-0.000005").position == Position(2841523, 0)
    assert read(lat="-90", long="+180.0").position == Position(-9000000, 18000000)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"description": "x" * 4001}, "description"),
        ({"description": "a\x00b"}, "description"),
        ({"description": "a\ud800"}, "description"),
        ({"address_string": "a\nb"}, "address_string"),
        ({"media_url": "javascript:alert(1)"}, "media_url"),
        ({"media_url": "http://[::1"}, "media_url"),
        ({"media_url": "https://"}, "media_url"),
        ({"attribute[grid]": "x" * 201}, "grid"),
    ],
)
def test_what_cannot_be_kept_is_named(fields: dict[str, str], field: str) -> None:
    assert refusal_of(**fields) == ("open311.field_malformed", field)


def test_the_one_attribute_is_the_grid() -> None:
    assert read(**{"attribute[grid]": " 第三网格 "}).grid == "第三网格"
    assert read(**{"attribute[grid][]": "第三网格"}).grid == "第三网格"
    assert refusal_of(**{"attribute[colour]": "red"}) == ("open311.attribute_unknown", "attribute[colour]")
    assert refusal_of(attribute="x") == ("open311.attribute_unknown", "attribute")


def test_a_place_is_a_code_a_name_or_else_the_whole_area() -> None:
    assert division_of(read(address_id=VILLAGE), known=KNOWN, area=COUNTY) == VILLAGE
    assert division_of(read(address_string="兴安街道城东村 12 号"), known=KNOWN, area=COUNTY) == VILLAGE
    assert division_of(read(address_string="城东村口"), known=KNOWN, area=TOWN) == VILLAGE
    assert division_of(read(address_string="河边"), known=KNOWN, area=TOWN) == TOWN
    assert division_of(read(lat="28.4", long="117.6"), known=KNOWN, area=TOWN) == TOWN
    for fields, code in (({}, "open311.place_missing"), ({"address_id": "1"}, "open311.address_unknown")):
        with pytest.raises(Refusal, match=code):
            division_of(read(**fields), known=KNOWN, area=COUNTY)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("兴安街道城东村", VILLAGE),
        ("岑阳镇城东村", ALIKE),
        ("岑阳镇东村", EAST),
        ("城东村", None),
        ("横峰县城东村", None),
        ("岑阳镇", OTHER),
        ("横峰县", COUNTY),
        ("上饶", None),
        ("", None),
    ],
)
def test_the_narrowest_place_that_is_named_without_doubt(text: str, code: Division | None) -> None:
    assert named_place(text, KNOWN) == code


def test_the_same_body_on_the_same_day_is_the_same_command() -> None:
    pairs = [("service_code", "a"), ("phone", "13800000000")]
    key = command_key("k", [*pairs, ("api_key", "k")], given=None, day="2026-11-22")
    assert key == command_key("k", pairs[::-1], given=None, day="2026-11-22")
    others = {
        command_key("k", pairs, given=None, day="2026-11-23"),
        command_key("other", pairs, given=None, day="2026-11-22"),
        command_key("k", pairs[:1], given=None, day="2026-11-22"),
        command_key("k", pairs, given="mine", day="2026-11-22"),
    }
    assert len(others | {key}) == 5
    assert command_key("k", [], given="mine", day="x") == command_key("k", pairs, given="mine", day="y")


NAMES = ("description", "lat", "long", "media_url", "attribute[grid]", "address_string", "x")


@given(pairs=st.lists(st.tuples(st.sampled_from(NAMES), st.text())))
def test_no_form_is_too_strange(pairs: list[tuple[str, str]]) -> None:
    """Whatever is sent is read, or refused by a code of ours."""
    body = urlencode(pairs, errors="surrogatepass").encode()
    try:
        found = sent(pairs_of(body, content_type=TYPE)).text(SERVICE)
    except Refusal as refusal:
        found = refusal.code
    assert found.encode()
