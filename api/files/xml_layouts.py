"""A bank's XML messages as data: which element holds what when we write, and where an answer says what when we read.

A template's entry is `[path, text]` or `[path, text, condition]`. A path is element names from the message's root or
from the line's element, perhaps ending in `@attribute`; a text may hold `{field}` or, filled up with zeros,
`{field:8}`. An entry whose text comes out empty is left out, and so is one whose condition does not hold: `field` (says
anything), `field has text`, `field lacks text`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Final, Literal

from pydantic import ConfigDict, Field

from api.files import toml_profiles

_NAME: Final = r"[^\W\d][\w.-]*"
_PATH: Final = re.compile(rf"(\.\./)*{_NAME}(/{_NAME})*(@{_NAME})?|(\.\./)+{_NAME}")
_GAP: Final = re.compile(r"\{([a-z_]+)(?::([0-9]{1,2}))?\}")
_CONDITION: Final = re.compile(r"([a-z_]+)(?: (has|lacks) (.+))?")

Entry = Annotated[list[str], Field(min_length=2, max_length=3)]
AnswerPath = Literal[
    "batch",
    "payer_account",
    "date",
    "seq",
    "end_to_end_id",
    "amount",
    "status",
    "code",
    "reason",
    "bank_ref",
    "booked_on",
    "settled_count",
]
_LINE_FIELDS: Final = frozenset({"seq", "name", "account", "bank", "cnaps", "amount", "purpose", "end_to_end_id"})
_HEAD_FIELDS: Final = frozenset(
    {"batch", "payer_account", "count", "total", "date", "part", "parts", "part_count", "part_total", "first", "last"}
)
_REPLY_FIELDS: Final = frozenset({"status", "code", "reason", "bank_ref", "booked_on"})


@dataclass(frozen=True)
class XmlTemplate:
    """A message that we write: entries of its head, and of each line under the element `line_at`."""

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    root: Annotated[str, Field(pattern=f"^{_NAME}$")]
    head: list[Entry]
    line_at: str
    line: list[Entry]
    namespace: str = ""

    def __post_init__(self) -> None:
        check_path(self.line_at)
        for entries, known in ((self.head, _HEAD_FIELDS), (self.line, _LINE_FIELDS | _HEAD_FIELDS | _REPLY_FIELDS)):
            for path, text, *condition in entries:
                check_path(path)
                named = {match[1] for match in _GAP.finditer(text)} | {_condition(one)[0] for one in condition}
                if unknown := named - known:
                    raise ValueError(f"{path}: no such field: {', '.join(sorted(unknown))}")

    def head_paths(self) -> dict[str, str]:
        """Field -> the path that holds it and nothing else, in the order of the message."""
        return _plain(self.head)

    def line_paths(self) -> dict[str, str]:
        """The same for a line's fields, from the line's element."""
        return _plain(self.line)


@dataclass(frozen=True)
class XmlAnswer:
    """One kind of message in which the bank answers.

    Each `mark` is a path, or a path and its text (`path = text`); the kind is known by all of them. `lines` is the path
    of the elements that each answer one payment; without it, or where there are none, `group` says what holds for the
    whole batch. Paths of `fields` start at a line's element, those of `group` at the root; several are tried in turn.
    `status` is said by the kind itself, where it is.
    """

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    title: str
    mark: Annotated[list[str], Field(min_length=1)]
    lines: str | None = None
    status: str | None = None
    fields: dict[AnswerPath, list[str]] = field(default_factory=dict)
    group: dict[AnswerPath, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path in (*(path for path, _ in self.marks()), *filter(None, [self.lines])):
            check_path(path)
        for paths in (*self.fields.values(), *self.group.values()):
            for path in paths:
                check_path(path)
        if not (self.lines and self.fields) and not self.group:
            raise ValueError("neither lines with fields nor a group")

    def marks(self) -> list[tuple[str, str]]:
        """Each mark's path, and the text that must stand there (empty: any)."""
        parts = [mark.partition("=") for mark in self.mark]
        return [(path.strip(), text.strip()) for path, _, text in parts]


@dataclass(frozen=True)
class XmlLayout:
    """A bank's messages: `payment` goes out, `answers` come in; `reply` is what a rehearsal's bank writes.

    A payment file holds at most `lines_max` lines; a larger batch goes out in parts. `composed`: a field that no
    element holds, put together from others.
    """

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    payment: XmlTemplate
    answers: Annotated[list[XmlAnswer], Field(min_length=1)]
    encoding: Literal["UTF-8", "GBK"] = "UTF-8"
    lines_max: Annotated[int, Field(ge=1)] = 100_000
    composed: dict[Literal["end_to_end_id", "seq"], str] = field(default_factory=dict)
    reply: XmlTemplate | None = None

    def __post_init__(self) -> None:
        head = self.payment.head_paths()
        line = self.payment.line_paths().keys() | set(self.composed)
        missing = [name for name in ("batch", "payer_account", "count", "total", "date") if name not in head]
        missing += [name for name in ("seq", "name", "account", "amount", "end_to_end_id") if name not in line]
        if missing:
            raise ValueError("missing: " + ", ".join(missing))


def check_path(path: str) -> None:
    """Raises ValueError for what is no path of element names."""
    if not _PATH.fullmatch(path):
        raise ValueError(f"not a path of elements: {path}")


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its gaps filled; a field that is not there is empty, and then the whole text is."""
    gaps = _GAP.findall(text)
    if gaps and not any(values.get(name) for name, _ in gaps):
        return ""
    return _GAP.sub(lambda gap: values.get(gap[1], "").rjust(int(gap[2] or 0), "0"), text)


def holds(condition: Sequence[str], values: Mapping[str, str]) -> bool:
    """Whether an entry's condition, if it has one, holds."""
    if not condition:
        return True
    name, word, text = _condition(condition[0])
    value = values.get(name, "")
    if not word:
        return bool(value)
    return (text in value) is (word == "has")


def _condition(text: str) -> tuple[str, str, str]:
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise ValueError(f"not a condition: {text}")
    return match[1], match[2] or "", match[3] or ""


def _plain(entries: Sequence[Sequence[str]]) -> dict[str, str]:
    """Field -> path, where the text is that field alone."""
    found: dict[str, str] = {}
    for path, text, *_ in entries:
        if (match := _GAP.fullmatch(text)) is not None:
            found.setdefault(match[1], path)
    return found
