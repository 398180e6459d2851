"""The API is what its description says: complete, with true examples, and no 500 for whatever a machine thinks up."""

import json
import re
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks

from api.files.bank_profiles import bank_profile_names, load_bank_profile
from api.files.catalogue_profiles import shipped_classes
from api.files.return_files import read_return_file
from api.reference.operations import OPERATIONS, PARAMETERS, TAGS
from api.reference.problems import FACTS, facts_of
from api.web import words
from api.web.messages import MESSAGES
from api.web.problems import MEDIA_TYPE, status_of
from domain.incidents import VALIDITY_REASONS, VERIFICATION_REASONS
from domain.incidents.reasons import (
    CALL_BACK_OUTCOMES,
    CLOSURE_REASONS,
    DECLINE_REASONS,
    EXTENSION_REASONS,
    REASSIGNMENT_REASONS,
    REOPENING_REASONS,
    RETURN_REASONS,
    SUSPENSION_REASONS,
)
from journal.checkpoint import parse_text
from journal.note import parse
from journal.proof import Proof
from tests.api.web.county import County

PATH = "/api/v1/openapi.json"
METHODS = ("get", "post", "put", "patch", "delete")
WRITES = ("post", "put", "patch", "delete")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
OPERATIONS_MIN = 38

Json = dict[str, Any]


@pytest.fixture(scope="module")
def described(county: County) -> Json:
    answer: Json = county.browser().get(PATH).json()
    return answer


def operations(described: Json) -> list[tuple[str, str, Json]]:
    return [
        (path, method, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


class Shapes:
    """Judges examples by the shapes of one document. A judge takes in all of it, so each is made once a shape."""

    def __init__(self, described: Json) -> None:
        self._components = described["components"]
        self._judges: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def fits(self, schema: Json, example: Any) -> None:
        """Raises ValidationError unless the example has the shape, formats included."""
        shape = json.dumps(schema, sort_keys=True)
        if shape not in self._judges:
            whole = {**schema, "components": self._components}
            self._judges[shape] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        self._judges[shape].validate(example)


@pytest.fixture(scope="module")
def shapes(described: Json) -> Shapes:
    return Shapes(described)


def test_every_operation_is_described_in_chinese(described: Json) -> None:
    found = operations(described)
    assert len(found) >= OPERATIONS_MIN
    ids = [operation["operationId"] for _, _, operation in found]
    assert len(set(ids)) == len(ids)
    assert set(ids) == set(OPERATIONS)
    for path, method, operation in found:
        where = f"{method} {path}"
        assert path.startswith("/api/v1/"), where
        assert CHINESE.search(operation["summary"]), where
        assert CHINESE.search(operation["description"]), where
        assert set(operation["tags"]) <= set(TAGS), where
        signing_in = operation["operationId"] == "signIn"
        assert operation["security"] == ([] if signing_in else [{"HTTPBearer": []}]), where
    (scheme,) = described["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert CHINESE.search(scheme["description"])


def test_every_parameter_is_described(described: Json, shapes: Shapes) -> None:
    used = set()
    for path, method, operation in operations(described):
        for parameter in operation.get("parameters", []):
            used.add(parameter["name"])
            assert CHINESE.search(parameter["description"]), f"{method} {path} {parameter['name']}"
            if "example" in parameter:
                shapes.fits(parameter["schema"], parameter["example"])
    assert set(PARAMETERS) <= used, "nothing is described that is not there"


def test_every_command_takes_a_key(described: Json) -> None:
    for path, method, operation in operations(described):
        if method in WRITES and path != "/api/v1/session":
            header = next(one for one in operation["parameters"] if one["name"] == "Idempotency-Key")
            assert header["required"], path


def test_every_body_has_an_example_that_it_accepts(described: Json, shapes: Shapes) -> None:
    seen = set()
    for path, _, operation in operations(described):
        for media, content in operation.get("requestBody", {}).get("content", {}).items():
            shape = described["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
            examples = [content["example"]] if "example" in content else shape["examples"]
            assert examples, path
            for example in examples:
                shapes.fits(content["schema"], example)
            for field, schema in shape["properties"].items():
                assert CHINESE.search(schema["description"]), f"{path} {field}"
            if media == "application/json":
                assert shape["additionalProperties"] is False, path
            seen.add((media, path))
    assert len(seen) >= 16
    assert ("multipart/form-data", "/api/v1/payout-batches/{batch_id}/answers") in seen


def test_every_answer_has_an_example_of_its_shape(described: Json, shapes: Shapes) -> None:
    for path, method, operation in operations(described):
        successes = {status: one for status, one in operation["responses"].items() if status.startswith("2")}
        assert successes, path
        for status, answer in successes.items():
            assert CHINESE.search(answer["description"]), f"{method} {path} {status}"
            for content in answer["content"].values():
                shapes.fits(content["schema"], content["example"])


def test_every_refusal_has_an_example_of_its_own(described: Json, shapes: Shapes) -> None:
    problem = {"$ref": "#/components/schemas/Problem"}
    for code, example in described["components"]["examples"].items():
        shapes.fits(problem, example["value"])
        assert example["value"]["code"] == code
        assert set(facts_of(code)) == set(example["value"]["facts"]) <= set(FACTS)
        assert "{" not in example["value"]["detail"]
    for path, method, operation in operations(described):
        where = f"{method} {path}"
        problems = {status: one for status, one in operation["responses"].items() if not status.startswith("2")}
        assert {"500", "503"} <= set(problems), where
        assert {"401", "403"} <= set(problems), where
        for status, answer in problems.items():
            (content,) = answer["content"].values()
            assert list(answer["content"]) == [MEDIA_TYPE], where
            assert content["schema"] == problem
            assert content["examples"], where
            for code, example in content["examples"].items():
                assert example == {"$ref": f"#/components/examples/{code}"}
                assert (status_of(code), code in MESSAGES) == (int(status), True), where


def test_receipts_in_examples_are_real(described: Json) -> None:
    """Their checkpoint and proof have the form of the specifications and speak of the record that they name."""
    seen = 0
    for path, _, operation in operations(described):
        for answer in operation["responses"].values():
            for content in answer["content"].values():
                example = content.get("example")
                receipt = example.get("receipt") or example if isinstance(example, dict) else None
                if receipt and "proof" in receipt and "size" in receipt:
                    proof = Proof.parse(receipt["proof"].encode())
                    head = parse_text(parse(receipt["checkpoint"].encode()).text)
                    assert (proof.index, head.size) == (receipt["index"], receipt["size"]), path
                    seen += 1
    assert seen >= 30


def test_the_return_file_in_the_example_can_be_read(described: Json) -> None:
    body = described["paths"]["/api/v1/payout-batches/{batch_id}/answers"]["post"]["requestBody"]
    example = body["content"]["multipart/form-data"]["example"]["file"]
    read = read_return_file(load_bank_profile("neutral-csv"), example.encode())
    assert len(read.lines) == 2


def test_every_reference_leads_somewhere(county: County, described: Json) -> None:
    references = set(re.findall(r"#/components/(schemas|examples)/([A-Za-z0-9_.-]+)", county.browser().get(PATH).text))
    for kind, name in references:
        assert name in described["components"][kind]
    assert "HTTPValidationError" not in described["components"]["schemas"]


def test_the_closed_lists_are_those_of_the_rules(county: County) -> None:
    client = county.program("lihe")

    def listed(path: str) -> list[Json]:
        answer: list[Json] = client.get(f"/api/v1/{path}").json()
        return answer

    assert [one["name"] for one in listed("categories")] == list(shipped_classes())
    reasons = listed("reasons")
    for step, known in (("verification", VERIFICATION_REASONS), ("decision", VALIDITY_REASONS)):
        assert {one["code"]: one["outcome"] for one in reasons if one["step"] == step} == dict(known)
    plain = {
        "decline": DECLINE_REASONS,
        "return": RETURN_REASONS,
        "suspend": SUSPENSION_REASONS,
        "extend": EXTENSION_REASONS,
        "reopen": REOPENING_REASONS,
        "reassign": REASSIGNMENT_REASONS,
        "call_back": CALL_BACK_OUTCOMES,
    }
    outcomes = {act: dict.fromkeys(known) for act, known in plain.items()} | {"close": dict(CLOSURE_REASONS)}
    for act, expected in outcomes.items():
        assert {one["code"]: one["outcome"] for one in reasons if one["step"] == act} == expected
    assert all(CHINESE.search(one["meaning"]) for one in reasons)
    for path, meanings in (("roles", words.ROLES), ("sources", words.SOURCES)):
        assert {one["code"]: one["meaning"] for one in listed(path)} == dict(meanings)
    assert {one["code"] for one in listed("bank-layouts")} == set(bank_profile_names())


def test_people_read_the_same_on_a_page_of_ours(county: County, described: Json) -> None:
    """Every operation with its path, every code with its sentence; nothing comes from elsewhere and nothing runs."""
    answer = county.browser().get("/api/v1/docs")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    for path, _, operation in operations(described):
        assert f'id="{operation["operationId"]}"' in answer.text
        assert path in answer.text
        assert operation["description"] in answer.text
    for code in described["components"]["examples"]:
        assert f'<tr id="{code}">' in answer.text
    anchors = set(re.findall(r'href="#([^"]+)"', answer.text))
    assert anchors <= set(re.findall(r'id="([^"]+)"', answer.text))
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', answer.text)
    assert "<script" not in answer.text
    assert described["externalDocs"]["url"].endswith("/api/v1/docs")


CHECKS = [
    checks.response_schema_conformance,
    checks.content_type_conformance,
    checks.status_code_conformance,
]


def try_strange_input(operation: APIOperation[Any, Any, Any, Any], headers: dict[str, str], codes: set[str]) -> None:
    """A few generated requests, the same in every run: each answer is described, and none is a 500."""

    @settings(max_examples=10, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def strange(case: Case) -> None:
        answer = case.call(headers=headers)
        assert answer.status_code < 500, answer.text
        case.validate_response(answer, checks=CHECKS)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == [MEDIA_TYPE]
            assert answer.json()["code"] in codes, answer.text

    strange()


def test_no_input_is_too_strange(county: County, described: Json) -> None:
    api = schemathesis.openapi.from_url(county.url + PATH)
    tokens = {login: county.program(login).headers["authorization"] for login in ("admin", "chenjing")}
    tried = set()
    for found in api.get_all_operations():
        operation = found.ok()
        set_up = operation.path.startswith(("/api/v1/persons", "/api/v1/places", "/api/v1/tariffs"))
        responses = described["paths"][operation.path][operation.method]["responses"]
        codes = {
            code
            for one in responses.values()
            for content in one["content"].values()
            for code in content.get("examples", ())
        }
        try_strange_input(operation, {"authorization": tokens["admin" if set_up else "chenjing"]}, codes)
        tried.add(operation.label)
    assert len(tried) >= OPERATIONS_MIN
