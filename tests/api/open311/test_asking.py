"""What a query may ask for, and what is said of one that may not."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from api.open311.asking import IDS_MAX, PAGE_SIZE_MAX, SPAN_MAX, asked, request_id, require_jurisdiction
from domain.kernel.refusals import Refusal

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ONE = UUID("0d4f3a52-5d0f-4b8e-9f6c-0a4a6b2d7c11")


def test_nothing_asked_is_the_last_ninety_days() -> None:
    found = asked({}, now=NOW)
    assert (found.since, found.until) == (NOW - timedelta(days=90), NOW)
    assert (found.ids, found.service_codes, found.status) == (None, None, None)
    assert (found.page, found.page_size) == (1, 1000)


def test_an_empty_argument_is_as_good_as_none() -> None:
    names = ("service_request_id", "service_code", "status", "start_date", "end_date", "page", "page_size")
    assert asked(dict.fromkeys(names, ""), now=NOW) == asked({}, now=NOW)
    assert asked(dict.fromkeys(names, " "), now=NOW) == asked({}, now=NOW)


def test_one_end_gives_the_other() -> None:
    found = asked({"start_date": "2026-01-01T00:00:00+08:00"}, now=NOW)
    assert found.since == datetime(2025, 12, 31, 16, tzinfo=UTC)
    assert found.until == found.since + SPAN_MAX
    assert asked({"start_date": "2026-11-01T00:00:00Z"}, now=NOW).until == NOW
    found = asked({"end_date": "2026-01-01T00:00:00Z"}, now=NOW)
    assert found.since == datetime(2026, 1, 1, tzinfo=UTC) - SPAN_MAX


def test_ninety_days_are_the_longest_span() -> None:
    given = {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-04-01T00:00:00Z"}
    assert asked(given, now=NOW).until == datetime(2026, 4, 1, tzinfo=UTC)
    with pytest.raises(Refusal) as refused:
        asked({**given, "end_date": "2026-04-01T00:00:01Z"}, now=NOW)
    assert refused.value.code == "open311.span_too_long"


def test_a_plus_that_became_a_space_is_still_a_plus() -> None:
    wanted = datetime(2026, 10, 31, 22, 0, tzinfo=UTC)
    assert asked({"start_date": "2026-11-01T06:00:00 08:00"}, now=NOW).since == wanted
    assert asked({"start_date": "2026-11-01T06:00+08:00"}, now=NOW).since == wanted
    assert asked({"start_date": "2026-11-01T06:00:00.000+08:00"}, now=NOW).since == wanted


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-01",
        "2026-11-01T06:00:00",
        "2026-13-01T06:00:00Z",
        "2026-11-01 06:00:00Z",
        "0001-01-01T00:00:00+08:00",
        "9999-12-31T23:59:59Z",
        "2026-11-01T06:00:00+99:00",
        "20261101T060000Z",
        "yesterday",
        "\x00",
    ],
)
def test_a_date_without_its_zone_or_not_of_this_world_is_none(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        asked({"end_date": text}, now=NOW)
    assert (refused.value.code, refused.value.facts["field"]) == ("open311.date_malformed", "end_date")


def test_ids_override_everything_else() -> None:
    found = asked({"service_request_id": f"{ONE}, x,{ONE.hex},", "status": "closed", "start_date": "no"}, now=NOW)
    assert (found.ids, found.status, found.since) == ((ONE, ONE), None, None)
    assert asked({"service_request_id": "x"}, now=NOW).ids == ()
    with pytest.raises(Refusal) as refused:
        asked({"service_request_id": ",".join(str(n) for n in range(IDS_MAX + 1))}, now=NOW)
    assert refused.value.code == "open311.too_many_ids"


def test_statuses_and_codes_stand_between_commas() -> None:
    assert asked({"status": "open"}, now=NOW).status == "open"
    assert asked({"status": "closed, "}, now=NOW).status == "closed"
    assert asked({"status": "open,closed"}, now=NOW).status is None
    assert asked({"service_code": "a, b,a"}, now=NOW).service_codes == ("a", "b")
    with pytest.raises(Refusal) as refused:
        asked({"status": "open,done"}, now=NOW)
    assert refused.value.facts["status"] == "done"


@pytest.mark.parametrize(
    ("name", "text"), [("page", "0"), ("page", "-1"), ("page", "x"), ("page_size", "1001"), ("page", "1234567")]
)
def test_a_page_is_a_number_from_one(name: str, text: str) -> None:
    with pytest.raises(Refusal) as refused:
        asked({name: text}, now=NOW)
    assert (refused.value.code, refused.value.facts["field"]) == ("open311.page_malformed", name)


def test_pages_are_as_large_as_asked() -> None:
    found = asked({"page": "3", "page_size": str(PAGE_SIZE_MAX)}, now=NOW)
    assert (found.page, found.page_size) == (3, PAGE_SIZE_MAX)


def test_another_jurisdiction_is_not_here() -> None:
    require_jurisdiction(None, origin="log.example/a")
    require_jurisdiction("", origin="log.example/a")
    require_jurisdiction("log.example/a", origin="log.example/a")
    with pytest.raises(Refusal) as refused:
        require_jurisdiction("city.gov", origin="log.example/a")
    assert refused.value.code == "open311.jurisdiction_unknown"


def test_an_id_is_a_uuid_with_hyphens_or_without() -> None:
    assert request_id(str(ONE)) == request_id(ONE.hex) == ONE
    assert request_id("{" + str(ONE) + "}") is None
    assert request_id("１" * 32) is None
    assert request_id("x" * 32) is None
