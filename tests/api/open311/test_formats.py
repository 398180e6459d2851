"""One document, two formats: what stands in the one stands in the other."""

import json

import xmltodict
from hypothesis import given
from hypothesis import strategies as st

from api.open311.errors import errors_answer, format_asked, status_of_open311
from api.open311.formats import ITEMS, Document, as_json, as_xml

DEFINITION = Document(
    "service_definition",
    {
        "service_code": "033",
        "attributes": [
            {
                "variable": True,
                "code": "grid",
                "order": 1,
                "datatype_description": None,
                "values": [{"key": "1", "name": "甲 & <乙>"}],
            }
        ],
    },
)


def test_a_document_is_one_element_a_line_with_the_declaration_before_it() -> None:
    assert as_xml(DEFINITION).decode() == (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        "<service_definition>\n"
        "  <service_code>033</service_code>\n"
        "  <attributes>\n"
        "    <attribute>\n"
        "      <variable>true</variable>\n"
        "      <code>grid</code>\n"
        "      <order>1</order>\n"
        "      <datatype_description></datatype_description>\n"
        "      <values>\n"
        "        <value>\n"
        "          <key>1</key>\n"
        "          <name>甲 &amp; &lt;乙&gt;</name>\n"
        "        </value>\n"
        "      </values>\n"
        "    </attribute>\n"
        "  </attributes>\n"
        "</service_definition>\n"
    )


def test_json_has_no_name_for_the_root_nor_for_items() -> None:
    assert json.loads(as_json(DEFINITION)) == DEFINITION.body
    assert json.loads(as_json(Document("services", []))) == []


def test_a_list_without_items_is_an_empty_element() -> None:
    assert b"\n<service_requests></service_requests>\n" in as_xml(Document("service_requests", []))
    assert xmltodict.parse(as_xml(Document("service_requests", []))) == {"service_requests": None}


@given(text=st.text())
def test_any_text_leaves_the_document_whole(text: str) -> None:
    """Also characters that XML cannot carry, and halves of characters."""
    document = Document("services", [{"service_name": text}, {"service_name": "b"}])
    first, second = xmltodict.parse(as_xml(document), strip_whitespace=False)["services"]["service"]
    assert second["service_name"] == "b"
    if text and text.isprintable() and not {"\ufffe", "\uffff"} & set(text):
        assert first["service_name"] == text


def test_every_list_of_the_specification_has_a_name_for_its_items() -> None:
    assert ITEMS["service_requests"] == "request"
    assert all(name.removesuffix("s").endswith(item) for name, item in ITEMS.items())


def test_errors_have_the_statuses_of_the_specification() -> None:
    assert status_of_open311("open311.service_unknown", elsewhere=409) == 404
    assert status_of_open311("open311.key_missing", elsewhere=409) == 403
    assert status_of_open311("key.not_at_hand", elsewhere=403) == 403
    assert status_of_open311("authority.outside_area", elsewhere=403) == 400
    assert status_of_open311("request.malformed", elsewhere=422) == 400
    assert status_of_open311("journal.unavailable", elsewhere=503) == 503
    assert status_of_open311("open311.too_often", elsewhere=429) == 429


def test_an_error_is_a_list_of_one_in_the_format_that_was_asked_for() -> None:
    number, content = errors_answer("page.unknown", "没有。", elsewhere=404, form=format_asked("/open311/v2/x.json"))
    assert (number, json.loads(content)) == (404, [{"code": 404, "description": "没有。"}])
    _, content = errors_answer("page.unknown", "没有。", elsewhere=404, form=format_asked("/open311/v2/x"))
    assert xmltodict.parse(content) == {"errors": {"error": {"code": "404", "description": "没有。"}}}
