"""What the words in banks' answers mean: paid, refused, at work, sent back - or nothing that anyone may rely on.

The lists are data (`profiles/bank_words`); a word that stands in none of them is unknown, and unknown is never paid
again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, ClassVar, Final, Literal, get_args

from pydantic import ConfigDict, Field

from api.files import toml_profiles
from api.files.cells import half_width

FailureReason = Literal[
    "户名不符", "账号不存在", "销户", "冻结/久悬", "超限额", "付款方余额不足", "格式", "风控", "其他"
]
FAILURE_REASONS: Final[tuple[FailureReason, ...]] = get_args(FailureReason)
DefiniteStatus = Literal["accepted", "settled", "failed", "cancelled", "returned"]
EntryKind = Literal["payment", "returned", "fee", "interest", "funding"]
"""What a booking on a statement is, as far as the bank says it."""

_PHRASE_CHARS_MIN: Final = 2


@dataclass(frozen=True)
class BankWords:
    """`statuses`: what became of a payment -> the banks' words. `reasons`: our closed list -> codes and texts.
    `entries`: what a booking on a statement is -> codes and texts.
    """

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    name: str
    statuses: dict[DefiniteStatus, Annotated[list[str], Field(min_length=1)]]
    reasons: dict[FailureReason, list[str]]
    entries: dict[EntryKind, list[str]]

    def __post_init__(self) -> None:
        meanings(self.statuses)


@cache
def common_words() -> BankWords:
    """The lists that hold for every bank that says nothing else."""
    return toml_profiles.load("common", kind="bank_words", into=BankWords)


def status_word(text: str) -> str:
    """A status or code as it is compared: half-width, upper case, without white space."""
    return "".join(half_width(text).split()).upper()


@cache
def listed_word(word: str) -> str:
    """The same for a word of a list, worked out once. What a bank wrote may name somebody, and is never kept."""
    return status_word(word)


def meanings(statuses: Mapping[DefiniteStatus, Sequence[str]]) -> dict[str, DefiniteStatus]:
    """Word, as `status_word` spells it -> what it means. Raises ValueError for a word with two meanings."""
    found: dict[str, DefiniteStatus] = {}
    for status, words in statuses.items():
        for word in map(listed_word, words):
            if found.setdefault(word, status) != status:
                raise ValueError(f"a status word is both {found[word]} and {status}")
    return found


def failure_reason(code: str, text: str, *, lists: Sequence[Mapping[FailureReason, Sequence[str]]]) -> FailureReason:
    """Our reason for a bank's code or, failing that, its text; `其他` for anything not listed.

    Earlier lists win. A whole code or text counts first; then a Chinese phrase inside a text, the longest first.
    """
    for spelling in filter(None, (status_word(code), status_word(text))):
        for reasons in lists:
            for reason, spellings in reasons.items():
                if spelling in {listed_word(word) for word in (reason, *spellings)}:
                    return reason
    phrases = [
        (word, reason)
        for reasons in lists
        for reason, spellings in reasons.items()
        for word in (reason, *spellings)
        if len(word) >= _PHRASE_CHARS_MIN and not word.isascii() and reason != "其他"
    ]
    said = status_word(text)
    for word, reason in sorted(phrases, key=lambda phrase: -len(phrase[0])):
        if listed_word(word) in said:
            return reason
    return "其他"
