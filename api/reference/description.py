"""The OpenAPI document made complete: Chinese descriptions, an example for every answer, and every code as an example.

FastAPI gives paths, parameters and shapes; what only people know is in `operations`, what was once answered by a real
rehearsal county in `examples.json`.
"""

import json
import re
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI

from api.reference.operations import ALWAYS, FIELDS, OPERATIONS, PARAMETERS, RECORDING, SIGNED_IN, TAGS
from api.reference.problems import example
from api.web.problems import MEDIA_TYPE, TITLES, FileFinding, Misfit, Problem, status_of

Json = dict[str, Any]

METHODS: Final = ("get", "post", "put", "patch", "delete")
COMMANDS: Final = frozenset(METHODS[1:])
DOCS: Final = "/api/v1/docs"
_UNSAID: Final = "Successful Response"


@cache
def captured() -> Json:
    """Operation id -> `responses` by status, and the uploaded `file` where there is one."""
    read: Json = json.loads((Path(__file__).parent / "examples.json").read_text("utf-8"))
    return read


_kept: list[Json] = []


def install(web: FastAPI, *, base_url: str) -> None:
    """Let `web.openapi()` give the complete document, made once: every program has the same operations."""
    described = web.openapi
    docs = {"description": "给人看的说明，不需要联网的其他网站", "url": f"{base_url}{DOCS}"}

    def openapi() -> Json:
        if not _kept:
            _kept.append(complete(deepcopy(described())))
        return {**_kept[0], "externalDocs": docs}

    web.openapi = openapi  # type: ignore[method-assign]


def complete(document: Json) -> Json:
    """The document with everything that `operations` and the examples know, changed in place."""
    document["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    components = document.setdefault("components", {})
    _add_problem_shapes(components.setdefault("schemas", {}))
    codes: set[str] = set()
    for methods in document["paths"].values():
        for method, operation in methods.items():
            if method in METHODS:
                codes |= _complete_operation(method, operation)
                _describe_fields(components["schemas"], operation.get("requestBody", {}))
    components["examples"] = {
        code: {"summary": str(made["detail"]), "value": made} for code in sorted(codes) for made in (example(code),)
    }
    return document


def codes_of(method: str, operation: Json) -> list[str]:
    """Every code by which an operation may say no, its own first."""
    known = OPERATIONS[operation["operationId"]]
    signed = operation.get("security") is not None
    codes = list(known.refusals)
    codes += SIGNED_IN if signed else ()
    codes += RECORDING if signed and method in COMMANDS else ()
    if "parameters" in operation or "requestBody" in operation:
        codes.append("request.malformed")
    if "requestBody" in operation:
        codes.append("request.too_large")
    return list(dict.fromkeys([*codes, *ALWAYS]))


def _complete_operation(method: str, operation: Json) -> set[str]:
    identity = operation["operationId"]
    operation["description"] = OPERATIONS[identity].description
    operation.setdefault("security", [])
    for parameter in operation.get("parameters", []):
        _describe_parameter(parameter)
    codes = codes_of(method, {**operation, "security": operation["security"] or None})
    operation["responses"] = _successes(operation) | _problems(codes)
    form = operation.get("requestBody", {}).get("content", {}).get("multipart/form-data")
    if form is not None:
        fields = captured()[identity].get("fields", {})
        form["example"] = {"file": captured()[identity]["file"], **fields}
    return set(codes)


def _describe_parameter(parameter: Json) -> None:
    """A description and, unless only a closed list or nothing fits, an example."""
    description, value = PARAMETERS.get(parameter["name"], ("", ""))
    parameter.setdefault("description", parameter["schema"].pop("description", description))
    if "example" in parameter or "examples" in parameter or parameter["schema"].get("examples"):
        return
    if value != "" and parameter["name"] != "after":
        parameter["example"] = value


def _describe_fields(schemas: Json, used: Any) -> None:
    """Describe the fields of every shape that a request uses, and of those within it."""
    for name in re.findall(r"#/components/schemas/(\w+)", json.dumps(used)):
        for field, schema in schemas[name].get("properties", {}).items():
            schema.setdefault("description", FIELDS.get(field, ""))
        _describe_fields(schemas, schemas[name].get("properties", {}))


def _successes(operation: Json) -> Json:
    """The answers that record or show something, each with its example; a repeated command answers 200."""
    responses = {status: answer for status, answer in operation["responses"].items() if status.startswith("2")}
    given = captured().get(operation["operationId"], {}).get("responses", {})
    for status, answer in responses.items():
        if answer["description"] == _UNSAID:
            answer["description"] = "已记录" if status == "201" else "查到的内容"
        for content in answer.get("content", {}).values():
            if example := given.get(status) or ("201" in given and _again(given["201"])):
                content["example"] = example
    return responses


def _again(first: Any) -> Any:
    """The answer to a command that was recorded before: the same, but for saying so."""
    again = deepcopy(first)
    (again.get("receipt") or again)["replayed"] = True
    return again


def _problems(codes: list[str]) -> Json:
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(status_of(code), []).append(code)
    return {
        str(status): {
            "description": TITLES[status],
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in by_status[status]},
                }
            },
        }
        for status in sorted(by_status)
    }


def _add_problem_shapes(schemas: Json) -> None:
    """The shape of problems instead of the framework's own, which no answer of ours has."""
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for model in (Misfit, FileFinding, Problem):
        made = model.model_json_schema(ref_template="#/components/schemas/{model}")
        made.pop("$defs", None)
        schemas[model.__name__] = made
