"""The description of the JSON API for people: one page of ours, made from the same document that programs read."""

import json
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request, Response

from api.public.answers import page
from api.reference.description import DOCS, METHODS, Json
from api.reference.operations import TAGS
from api.staff.acting import Desk
from api.web.routes import Routes

router = Routes(include_in_schema=False, though_broken=True)

_TYPES: Final = {
    "string": "文字",
    "integer": "整数",
    "boolean": "true 或 false",
    "array": "列表",
    "object": "对象",
    "null": "空",
    "number": "数",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a field of a body: its name, where it stands, what it takes, and what for."""

    name: str
    place: str
    kind: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An operation as the page shows it; examples are JSON text, problems are status -> codes."""

    identity: str
    method: str
    path: str
    summary: str
    description: str
    fields: list[Field]
    request: str | None
    successes: dict[str, tuple[str, str]]
    problems: dict[str, list[str]]


@router.get(DOCS)
def docs(request: Request, desk: Desk) -> Response:
    """Every operation by its tag, with its examples and codes. Nothing is fetched from elsewhere."""
    document = request.app.openapi()
    operations = [
        (operation["tags"][-1], _shown(document, method, path, operation))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]
    values = {
        "info": document["info"],
        "tags": {name: (text, [shown for tag, shown in operations if tag == name]) for name, text in TAGS.items()},
        "sentences": {code: made["value"] for code, made in document["components"]["examples"].items()},
    }
    return page(request, desk.templates.render("docs.html", values))


def _shown(document: Json, method: str, path: str, operation: Json) -> Shown:
    body = operation.get("requestBody", {}).get("content", {})
    fields = [
        Field(
            one["name"],
            {"path": "网址", "query": "查询", "header": "请求头"}[one["in"]],
            _kind(document, one["schema"]),
            one.get("required", False),
            one["description"],
        )
        for one in operation.get("parameters", [])
    ]
    request = None
    for content in body.values():
        shape = _resolved(document, content["schema"])
        fields += [
            Field(name, "内容", _kind(document, field), name in shape.get("required", []), field.get("description", ""))
            for name, field in shape["properties"].items()
        ]
        (example, *_) = [content["example"]] if "example" in content else shape.get("examples", [{}])
        request = _text(example.get("file", example))
    successes, problems = {}, {}
    for status, answer in operation["responses"].items():
        ((_, content),) = answer["content"].items()
        if status.startswith("2"):
            successes[status] = (answer["description"], _text(content["example"]))
        else:
            problems[status] = list(content["examples"])
    return Shown(
        operation["operationId"],
        method.upper(),
        path,
        operation["summary"],
        operation["description"],
        fields,
        request,
        successes,
        problems,
    )


def _text(example: Any) -> str:
    return example if isinstance(example, str) else json.dumps(example, ensure_ascii=False, indent=1)


def _resolved(document: Json, schema: Json) -> Json:
    if "$ref" not in schema:
        return schema
    found: Json = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def _kind(document: Json, schema: Json) -> str:
    """What a value may be, in a few words."""
    resolved = _resolved(document, schema)
    if "anyOf" in resolved:
        kinds = [_kind(document, one) for one in resolved["anyOf"] if one.get("type") != "null"]
        return " 或 ".join(dict.fromkeys(kinds))
    if "enum" in resolved:
        return "、".join(resolved["enum"])
    if "const" in resolved:
        return str(resolved["const"])
    formats = {"uuid": "编号（UUID）", "date": "日期 YYYY-MM-DD", "date-time": "带时区的时间"}
    kind = formats.get(resolved.get("format", ""), _TYPES[resolved["type"]])
    if "maxLength" in resolved:
        kind += f"，最多 {resolved['maxLength']} 字符"
    if "properties" in resolved:
        kind += "：" + "、".join(resolved["properties"])
    if resolved["type"] == "array":
        kind += "，每项为" + _kind(document, resolved["items"])
    return kind
