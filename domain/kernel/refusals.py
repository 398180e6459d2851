"""A refusal: a rule said no, and says which rule and by which facts.

A refusal is not an error of the program. The code is permanent and stands in one message table in `api`; the facts
fill that sentence. Nothing was recorded when a refusal is raised.
"""

from collections.abc import Mapping
from types import MappingProxyType

Fact = str | int | bool | None


class Refusal(Exception):
    """A rule said no.

    `code` is `<subject>.<reason>` in lower-case ASCII; `facts` are plain values that explain it.
    """

    code: str
    facts: Mapping[str, Fact]

    def __init__(self, code: str, **facts: object) -> None:
        self.code = code
        self.facts = MappingProxyType({name: _plain(value) for name, value in facts.items()})
        super().__init__(code, dict(self.facts))

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code} ({shown})" if shown else self.code


def _plain(value: object) -> Fact:
    return value if value is None or isinstance(value, str | int | bool) else str(value)
