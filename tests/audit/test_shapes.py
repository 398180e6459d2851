"""The auditor's own table of event fields says what the recording program says, though neither reads the other."""

import dataclasses
import types
from typing import Union, get_args, get_origin, get_type_hints

import pytest

from audit import shapes
from domain import authority
from domain.streams import event_types


def test_both_know_the_same_types():
    assert shapes.SHAPES.keys() == event_types().keys() == authority.MAY.keys()


@pytest.mark.parametrize("type_name", sorted(shapes.SHAPES))
def test_a_type_has_the_fields_of_its_class(type_name):
    cls = event_types()[type_name]
    hints = get_type_hints(cls)
    expected = {
        field.name + ("?" if _may_be_absent(hints[field.name]) else "")
        for field in dataclasses.fields(cls)
        if field.name != "postings"
    }
    assert set(shapes.SHAPES[type_name]) == expected


def test_the_types_that_move_money_are_those_with_postings():
    with_postings = {
        name for name, cls in event_types().items() if "postings" in {f.name for f in dataclasses.fields(cls)}
    }
    assert with_postings == shapes.MONEY_TYPES


def _may_be_absent(hint):
    return get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint)


def test_faults_name_the_fields_that_are_wrong():
    data = {"code": "361125000000", "name": "横峰县", "since": "2026-02-30", "more": 1}
    assert shapes.faults("place.registered/1", data) == ["since", "more"]
    del data["code"]
    assert shapes.faults("place.registered/1", data) == ["code", "more", "since"]


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        (shapes.whole, [0, 7], [-1, True, "7", None, 1.0]),
        (shapes.positive, [1], [0, True, -1]),
        (shapes.identity, ["0f0f0f0f-0000-4000-8000-000000000000"], ["0F0F0F0F-0000-4000-8000-000000000000", 1, ""]),
        (shapes.day, ["2026-12-31"], ["2026-13-01", "20261231", "2026-W01-1", 5]),
        (shapes.calendar_month, ["2026-12"], ["2026-13", "2026-12-01", None]),
        (shapes.place, ["361125100201"], ["36112510020", "36112510020x", 361125100201]),
        (shapes.moment, ["2026-02-03T02:00:00.000000Z"], ["2026-02-03T02:00:00Z", "2026-02-03", {}]),
        (shapes.attachment, [{"sha256": "a" * 64, "length": 0}], [{"sha256": "a" * 64}, [], None]),
        (
            shapes.schema_check,
            [
                {"result": "no_schema", "places": []},
                {"result": "invalid", "xsd": "a" * 64, "places": [{"line": 3, "element": ""}]},
            ],
            [None, {"result": "valid"}, {"result": "x", "places": [{"line": 0, "element": ""}]}, {"places": []}],
        ),
        (shapes.event_name, ["person/0f0f0f0f-0000-4000-8000-000000000000@3"], ["person/x@3", "person@3", 3]),
    ],
)
def test_forms(form, good, bad):
    assert all(map(form, good))
    assert not any(map(form, bad))
