"""What a bank's codes and words say of one booking: what it was, why money came back, whether a state is known at all.

The lists are data: a layout's own (`[codes]` in its profile) hold first, then those of every bank
(`profiles/bank_words/common.toml`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final

from pydantic import ConfigDict

from api.files import toml_profiles
from api.files.bank_words import EntryKind, FailureReason, common_words, failure_reason, listed_word, status_word

_PHRASE_CHARS_MIN: Final = 2


@dataclass(frozen=True)
class EntryCodes:
    """A layout's lists. `kinds`: what a booking is -> the codes and words for it; `reasons`: why a payment came back ->
    likewise; `booked`: every word in the column of states that means that money moved (with the table's `void` words
    they are all that there are; a word in neither is unknown).
    """

    __pydantic_config__: ClassVar[ConfigDict] = toml_profiles.STRICT

    kinds: dict[EntryKind, list[str]] = field(default_factory=dict)
    reasons: dict[FailureReason, list[str]] = field(default_factory=dict)
    booked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        seen: dict[str, EntryKind] = {}
        for kind, words in self.kinds.items():
            for word in map(listed_word, words):
                if seen.setdefault(word, kind) != kind:
                    raise ValueError(f"a code is both {seen[word]} and {kind}")

    def kind(self, code: str, texts: Iterable[str]) -> EntryKind | None:
        """What a booking is, by its code or, failing that, by a Chinese phrase in its texts, the longest first; None
        where no list has any of it.
        """
        said = status_word(" ".join(texts))
        for kinds in (self.kinds, common_words().entries):
            exact = _whole(kinds, status_word(code)) if code else None
            found = exact or _phrase(kinds, said)
            if found is not None:
                return found
        return None

    def reason(self, code: str, text: str) -> FailureReason | None:
        """Why a payment came back, as far as the bank says so; None where it says nothing that a list has."""
        found = failure_reason(code, text, lists=(self.reasons, common_words().reasons))
        return None if found == "其他" else found

    def knows(self, state: str, *, void: Sequence[str]) -> bool:
        """Whether a word of the column of states is in one of the layout's lists, or the layout has none."""
        return not self.booked or status_word(state) in {listed_word(word) for word in (*self.booked, *void)}


def _whole(kinds: Mapping[EntryKind, Sequence[str]], code: str) -> EntryKind | None:
    return next((kind for kind, words in kinds.items() if code in map(listed_word, words)), None)


def _phrase(kinds: Mapping[EntryKind, Sequence[str]], text: str) -> EntryKind | None:
    phrases = [
        (word, kind)
        for kind, words in kinds.items()
        for word in map(listed_word, words)
        if len(word) >= _PHRASE_CHARS_MIN and not word.isascii()
    ]
    return next((kind for word, kind in sorted(phrases, key=lambda one: -len(one[0])) if word in text), None)
