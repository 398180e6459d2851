"""Likely duplicates: which earlier reports a new one seems to repeat, and why. A person decides.

What must not be broken: nothing here is a verdict. Four grounds are looked for: the same photo, a near photo, the same
place and class at nearly the same time, and near text; each gives a score from 0 to 100. The first reporter earns, so
only earlier reports are candidates: those that say so of themselves, and those that were recorded before. Where the two
orders differ, whoever decides is told: the time of a report is what its reporter claims, the order of recording is not.

A photo is known by its SHA-256 and by a 64-bit difference hash (N. Krawetz, "Kind of Like That", 2013). A text is known
by its print: one-permutation MinHash (P. Li, A. Owen and C.-H. Zhang, NIPS 2012) of its character triples, with empty
bins filled as in A. Shrivastava, ICML 2017. Chinese needs no word segmentation for that. Two prints agree in about as
many bins as the two texts have triples in common (Jaccard similarity). Prints derive from personal text: they are
hashed under a secret key and kept in the vault only.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from itertools import count
from typing import Final
from uuid import UUID

from domain.kernel.places import Division

GROUNDS: Final = ("same_photo", "near_photo", "same_place_and_time", "near_text")
"""Why a report may repeat another; `incident.merged/1` carries those that convinced whoever merged."""

BINS: Final = 128
_BIN_BITS: Final = 7
_VALUE_BITS: Final = 32
_BAND_BYTES: Final = 4 * 4  # four bins
SHINGLE_CHARS: Final = 3
SHINGLES_MIN: Final = 12
"""A text with fewer character triples ("路灯不亮") says too little to be told apart by its words."""

NEAR_TEXT_PERCENT: Final = 50
"""Texts that share half of their triples are candidates. What other thresholds find: `benchmarks/duplicates.py`."""

NEAR_PHOTO_BITS: Final = 7
"""Photos whose hashes differ in so many of 64 bits are candidates: one of the eight bytes is then the same in both."""

SAME_TIME: Final = timedelta(hours=72)

_NOT_LETTERS: Final = re.compile(r"[\W_]+")


def normalised(text: str) -> str:
    """A text without spaces, punctuation and differences of width or case: what is compared."""
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", text)).lower()


def shingles(text: str) -> frozenset[str]:
    """Every run of three characters in the normalised text."""
    plain = normalised(text)
    return frozenset(plain[start : start + SHINGLE_CHARS] for start in range(len(plain) - SHINGLE_CHARS + 1))


@dataclass(frozen=True, slots=True)
class TextPrint:
    """The least hash in each of 128 bins: 32-bit numbers."""

    minima: tuple[int, ...]

    def __bytes__(self) -> bytes:
        return b"".join(value.to_bytes(4, "big") for value in self.minima)

    @classmethod
    def from_bytes(cls, stored: bytes) -> "TextPrint":
        """The inverse of `bytes(print)`. Raises ValueError for another length."""
        if len(stored) != 4 * BINS:
            raise ValueError(f"a text print has {4 * BINS} bytes, not {len(stored)}")
        return cls(tuple(int.from_bytes(stored[at : at + 4], "big") for at in range(0, len(stored), 4)))

    def similarity_percent(self, other: "TextPrint") -> int:
        """About how many of a hundred triples of the two texts are in both; the error is about 4."""
        alike = sum(mine == theirs for mine, theirs in zip(self.minima, other.minima, strict=True))
        return round(100 * alike / BINS)

    def bands(self) -> tuple[int, ...]:
        """32 signed 64-bit keys for an index: texts that share half of their triples share one with 87 in 100."""
        stored = bytes(self)
        return tuple(
            int.from_bytes(
                blake2b(start.to_bytes(2, "big") + stored[start : start + _BAND_BYTES], digest_size=8).digest(),
                "big",
                signed=True,
            )
            for start in range(0, len(stored), _BAND_BYTES)
        )


def text_print(text: str, *, key: bytes) -> TextPrint | None:
    """The print of a text under a secret key of at most 64 bytes; None for a text that says too little."""
    triples = shingles(text)
    if len(triples) < SHINGLES_MIN:
        return None
    least: dict[int, int] = {}
    for triple in triples:
        spelt = triple.encode("utf-8", "surrogatepass")
        hashed = int.from_bytes(blake2b(spelt, digest_size=8, key=key).digest(), "big")
        index, value = hashed >> (64 - _BIN_BITS), hashed & ((1 << _VALUE_BITS) - 1)
        least[index] = min(value, least.get(index, value))
    return TextPrint(tuple(least[index] if index in least else least[_lender(index, least)] for index in range(BINS)))


def _lender(empty: int, filled: Mapping[int, int]) -> int:
    """The bin whose value an empty one takes: the same for any two texts as long as both have it."""
    return next(index for attempt in count() if (index := _asked(empty, attempt)) in filled)


@lru_cache(1 << 16)
def _asked(empty: int, attempt: int) -> int:
    """The bin that an empty one asks at its nth attempt."""
    return int.from_bytes(blake2b(b"%d:%d" % (empty, attempt), digest_size=2).digest(), "big") % BINS


def bits_apart(one: str, other: str) -> int:
    """In how many of 64 bits two difference hashes (16 hex digits each) differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo as it is compared: the SHA-256 of its bytes and its difference hash, both in hex."""

    sha256: str
    difference_hash: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A report as it is compared. `text` is None where it has no print, or its reporter was erased.

    `recorded` is its place in the journal; `reported_at` is what was claimed.
    """

    incident_id: UUID
    reported_at: datetime
    category: str
    division: Division
    grid: str | None = None
    pictures: Sequence[Picture] = ()
    text: TextPrint | None = None
    recorded: int = 0


@dataclass(frozen=True, slots=True)
class Ground:
    """One reason, and how strong it is: 0 to 100."""

    code: str
    score: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """An earlier report that a report seems to repeat; the strongest ground comes first.

    Earlier by its own word, by when it was recorded, or by both.
    """

    incident_id: UUID
    reported_at: datetime
    grounds: tuple[Ground, ...]
    claims_earlier: bool = True
    recorded_earlier: bool = True

    @property
    def score(self) -> int:
        """The strongest ground, and ten more for each further one; at most 100."""
        return min(100, self.grounds[0].score + 10 * (len(self.grounds) - 1))


def likely_duplicates(report: Seen, others: Iterable[Seen]) -> list[Candidate]:
    """The earlier reports that it seems to repeat, the likeliest first."""
    mine = (report.reported_at, report.incident_id)
    found = [
        Candidate(other.incident_id, other.reported_at, grounds, claims, recorded)
        for other in others
        for claims in ((other.reported_at, other.incident_id) < mine,)
        for recorded in (other.recorded < report.recorded,)
        if (claims or recorded) and (grounds := grounds_of(report, other))
    ]
    return sorted(found, key=lambda one: (-one.score, one.reported_at, one.incident_id))


def grounds_of(one: Seen, other: Seen) -> tuple[Ground, ...]:
    """Everything that two reports share, the strongest first."""
    found = [*_by_photo(one, other), *_by_place(one, other), *_by_text(one, other)]
    return tuple(sorted(found, key=lambda ground: -ground.score))


def _by_photo(one: Seen, other: Seen) -> Iterable[Ground]:
    if {picture.sha256 for picture in one.pictures} & {picture.sha256 for picture in other.pictures}:
        yield Ground("same_photo", 100)
        return
    apart = [
        bits_apart(mine.difference_hash, theirs.difference_hash) for mine in one.pictures for theirs in other.pictures
    ]
    if apart and min(apart) <= NEAR_PHOTO_BITS:
        yield Ground("near_photo", 95 - 5 * min(apart))


def _by_place(one: Seen, other: Seen) -> Iterable[Ground]:
    """The same division and class within three days; two grids that are named and differ are two places."""
    same_grid = one.grid is None or other.grid is None or one.grid == other.grid
    between = abs(one.reported_at - other.reported_at)
    if (one.division, one.category) == (other.division, other.category) and same_grid and between <= SAME_TIME:
        yield Ground("same_place_and_time", 60 - round(30 * (between / SAME_TIME)))


def _by_text(one: Seen, other: Seen) -> Iterable[Ground]:
    if one.text is not None and other.text is not None:
        percent = one.text.similarity_percent(other.text)
        if percent >= NEAR_TEXT_PERCENT:
            yield Ground("near_text", percent)
