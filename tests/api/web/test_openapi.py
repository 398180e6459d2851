"""The API is what its description says: complete, with examples, and without a 500 for whatever a machine thinks up."""

import re
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks

from api.web.problems import MEDIA_TYPE
from tests.api.web.county import County

PATH = "/api/v1/openapi.json"
METHODS = ("get", "post", "put", "patch", "delete")
WRITES = ("post", "put", "patch", "delete")


@pytest.fixture
def described(county: County) -> dict[str, Any]:
    answer: dict[str, Any] = county.browser().get(PATH).json()
    return answer


def operations(described: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


def test_every_operation_is_described(described: dict[str, Any]) -> None:
    found = operations(described)
    assert len(found) >= 30
    ids = [operation["operationId"] for _, _, operation in found]
    assert len(set(ids)) == len(ids)
    for path, method, operation in found:
        where = f"{method} {path}"
        assert path.startswith("/api/v1/"), where
        assert operation["summary"], where
        assert operation["description"], where
        assert operation["tags"], where
        for status in ("401", "403", "404", "409", "413", "422", "500", "503"):
            content = operation["responses"][status]["content"]
            assert content == {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}, where
        if path != "/api/v1/session" or method != "post":
            assert operation["security"], where


def test_every_command_takes_a_key(described: dict[str, Any]) -> None:
    for path, method, operation in operations(described):
        if method in WRITES and path != "/api/v1/session":
            header = next(one for one in operation["parameters"] if one["name"] == "Idempotency-Key")
            assert header["required"], path


def test_every_body_has_an_example_that_it_accepts(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    seen = 0
    for path, _, operation in operations(described):
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            shape = schemas[content["application/json"]["schema"]["$ref"].rpartition("/")[2]]
            assert shape["examples"], path
            assert shape["additionalProperties"] is False, path
            assert set(shape.get("required", [])) <= set(shape["examples"][0]) <= set(shape["properties"]), path
            seen += 1
    assert seen >= 15


def test_every_reference_leads_somewhere(county: County, described: dict[str, Any]) -> None:
    names = set(re.findall(r"#/components/schemas/([A-Za-z0-9_-]+)", county.browser().get(PATH).text))
    assert names <= set(described["components"]["schemas"])


CHECKS = [
    checks.response_schema_conformance,
    checks.content_type_conformance,
    checks.status_code_conformance,
]


def try_strange_input(operation: APIOperation[Any, Any, Any, Any], headers: dict[str, str]) -> None:
    """A few generated requests, the same in every run: each answer is described, and none is a 500."""

    @settings(max_examples=15, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def strange(case: Case) -> None:
        answer = case.call(headers=headers)
        assert answer.status_code < 500, answer.text
        case.validate_response(answer, checks=CHECKS)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == [MEDIA_TYPE]

    strange()


def test_no_input_is_too_strange(county: County) -> None:
    api = schemathesis.openapi.from_url(county.url + PATH)
    tokens = {login: county.program(login).headers["authorization"] for login in ("admin", "chenjing")}
    tried = set()
    for found in api.get_all_operations():
        operation = found.ok()
        set_up = operation.path.startswith(("/api/v1/persons", "/api/v1/places", "/api/v1/tariffs"))
        try_strange_input(operation, {"authorization": tokens["admin" if set_up else "chenjing"]})
        tried.add(operation.label)
    assert len(tried) >= 30
