"""Every refusal of the API is compared with its description: a code that is not listed there fails the test."""

import re
from functools import cache
from typing import Any

import httpx

from api.web.problems import MEDIA_TYPE


@cache
def _pattern_of(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(path)))


class Described:
    """Looks at answers, as a hook of the tests' clients. `document` is the OpenAPI document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._operations = [
            (method.upper(), _pattern_of(path), operation)
            for path, methods in sorted(document["paths"].items(), key=lambda item: item[0].count("{"))
            for method, operation in methods.items()
        ]

    def __call__(self, answer: httpx.Response) -> None:
        """Fail for a problem that its operation does not name; what is no operation is no problem of it."""
        if answer.headers.get("content-type") != MEDIA_TYPE:
            return
        for method, path, operation in self._operations:
            if method == answer.request.method and path.fullmatch(answer.request.url.path):
                answer.read()
                code, status = answer.json()["code"], str(answer.status_code)
                named = operation["responses"].get(status, {"content": {MEDIA_TYPE: {"examples": {}}}})
                assert code in named["content"][MEDIA_TYPE]["examples"], f"{operation['operationId']}: {status} {code}"
                return
