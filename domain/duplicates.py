"""Likely duplicates: which earlier reports a new one seems to repeat, and why. A person decides.

What must not be broken: nothing here is a verdict. Four grounds are looked for: the same photo, a near photo, the same
place and class at nearly the same time, and near text; each gives a score from 0 to 100. The first reporter earns, so
only earlier reports are candidates: those that say so of themselves, and those that were recorded before. Where the two
orders differ, whoever decides is told: the time of a report is what its reporter claims, the order of recording is not.

Of two that were made at the same time, the one that was recorded first is the earlier one.

A photo is known by its SHA-256 and by a 64-bit difference hash (N. Krawetz, "Kind of Like That", 2013). A text is known
by its print: one-permutation MinHash (P. Li, A. Owen and C.-H. Zhang, NIPS 2012) of its character triples, with empty
bins filled as in A. Shrivastava, ICML 2017. Chinese needs no word segmentation for that. Two prints agree in about as
many bins as the two texts have triples in common (Jaccard similarity). A short text ("路灯不亮") has too few triples
for that: its pairs of characters are compared one by one, and only with texts of the same place and the same weeks,
because it says too little to be told apart by its words alone. Prints derive from personal text: they are hashed under
a secret key and kept in the vault only.
"""

import re
import struct
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from itertools import count
from typing import Final
from uuid import UUID

from domain.kernel.places import Division, contains

GROUNDS: Final = ("same_photo", "near_photo", "same_place_and_time", "near_text")
"""Why a report may repeat another; `incident.merged/1` carries those that convinced whoever merged."""

BINS: Final = 128
_BIN_BITS: Final = 7
_VALUE_MASK: Final = (1 << 32) - 1
_BAND_BYTES: Final = 4 * 4  # four bins
_ASKED_AT_ONCE: Final = 32
SHINGLE_CHARS: Final = 3
SHINGLES_MIN: Final = 12
"""A text with fewer character triples is a short one: it is compared by its pairs of characters."""

PAIRS_MAX: Final = 2 * (SHINGLES_MIN + 1)
"""A text with more pairs than this has none in its print: half of them are more than any short text can share."""

NEAR_TEXT_PERCENT: Final = 50
"""Texts that share half of their triples, or pairs, are candidates. Other thresholds: `benchmarks/duplicates.py`."""

SHORT_TEXT_SCORE: Final = 60
"""What the same short text counts for: as much as the same place, class and time."""

NEAR_PHOTO_BITS: Final = 7
"""Photos whose hashes differ in so many of 64 bits are candidates: one of the eight bytes is then the same in both."""

SAME_TIME: Final = timedelta(hours=72)
SAME_WEEKS: Final = timedelta(days=30)
"""Within such a time, two short texts from one place may speak of one matter."""

_NOT_LETTERS: Final = re.compile(r"[\W_]+")


def normalised(text: str) -> str:
    """A text without spaces, punctuation and differences of width or case: what is compared."""
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", text)).lower()


def shingles(text: str, chars: int = SHINGLE_CHARS) -> frozenset[str]:
    """Every run of three (or so many) characters in the normalised text."""
    return _runs(normalised(text), chars)


def _runs(plain: str, chars: int) -> frozenset[str]:
    return frozenset([plain[start : start + chars] for start in range(len(plain) - chars + 1)])


@dataclass(frozen=True, slots=True)
class TextPrint:
    """A text as 32-bit numbers.

    `minima`: the least hash in each of 128 bins, none of a short text. `pairs`: its hashed pairs, none of a long one.
    """

    minima: tuple[int, ...]
    pairs: frozenset[int] = frozenset()

    @property
    def short(self) -> bool:
        """Whether the text is known by its pairs alone."""
        return not self.minima

    def __bytes__(self) -> bytes:
        return _stored((*self.minima, *sorted(self.pairs)))

    @classmethod
    def from_bytes(cls, stored: bytes) -> "TextPrint":
        """The inverse of `bytes(print)`. Raises ValueError for another length."""
        values = struct.unpack(f">{len(stored) // 4}I", stored[: len(stored) // 4 * 4])
        minima = values[:BINS] if len(values) >= BINS else ()
        pairs = values[len(minima) :]
        if len(stored) % 4 or not stored or len(pairs) > PAIRS_MAX:
            raise ValueError(f"a text print has {BINS} numbers and at most {PAIRS_MAX} more, not {len(stored)} bytes")
        return cls(minima, frozenset(pairs))

    def similarity_percent(self, other: "TextPrint") -> int:
        """About how many of a hundred triples are in both texts, give or take 4; of a short one: pairs, exactly."""
        if self.minima and other.minima:
            alike = sum(mine == theirs for mine, theirs in zip(self.minima, other.minima, strict=True))
            return round(100 * alike / BINS)
        if not self.pairs or not other.pairs:
            return 0
        return round(100 * len(self.pairs & other.pairs) / len(self.pairs | other.pairs))

    def bands(self) -> tuple[int, ...]:
        """32 signed 64-bit keys for an index: texts that share half of their triples share one with 87 in 100.

        A short text has none: it is looked for by its place.
        """
        stored = _stored(self.minima)
        keys = [
            blake2b(start.to_bytes(2, "big") + stored[start : start + _BAND_BYTES], digest_size=8).digest()
            for start in range(0, len(stored), _BAND_BYTES)
        ]
        return struct.unpack(f">{len(keys)}q", b"".join(keys))


def text_print(text: str, *, key: bytes) -> TextPrint | None:
    """The print of a text under a secret key of at most 64 bytes; None for a text of less than two characters."""
    plain = normalised(text)
    triples, pairs = _runs(plain, SHINGLE_CHARS), _runs(plain, 2)
    kept = frozenset(_hashed(pair, key) & _VALUE_MASK for pair in pairs) if len(pairs) <= PAIRS_MAX else frozenset()
    if len(triples) < SHINGLES_MIN:
        return TextPrint((), kept) if kept else None
    least: dict[int, int] = {}
    for triple in triples:
        hashed = _hashed(triple, key)
        index, value = hashed >> (64 - _BIN_BITS), hashed & _VALUE_MASK
        if value <= least.get(index, value):
            least[index] = value
    minima = tuple(least[index if index in least else _lender(index, least)] for index in range(BINS))
    return TextPrint(minima, kept)


def _stored(values: Sequence[int]) -> bytes:
    """Numbers of 32 bits as they are kept: big-endian, one after the other."""
    return struct.pack(f">{len(values)}I", *values)


def _hashed(shingle: str, key: bytes) -> int:
    """A run of characters as 64 bits that nobody can guess without the key."""
    return int.from_bytes(blake2b(shingle.encode("utf-8", "surrogatepass"), digest_size=8, key=key).digest(), "big")


def _lender(empty: int, filled: Mapping[int, int]) -> int:
    """The bin whose value an empty one takes: the same for any two texts as long as both have it."""
    for block in count():
        for index in _asked(empty, block):
            if index in filled:
                return index
    raise AssertionError("the attempts never end")


@lru_cache(1 << 12)
def _asked(empty: int, block: int) -> tuple[int, ...]:
    """The bins that an empty one asks at its attempts of a block, in their order."""
    attempts = range(block * _ASKED_AT_ONCE, (block + 1) * _ASKED_AT_ONCE)
    asked = [blake2b(b"%d:%d" % (empty, attempt), digest_size=2).digest() for attempt in attempts]
    return tuple([int.from_bytes(one, "big") % BINS for one in asked])


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
    """The earlier reports that it seems to repeat, the likeliest first; of equals, the earliest."""
    mine, earlier = (report.reported_at, report.recorded), list(others)
    found = [
        Candidate(other.incident_id, other.reported_at, grounds, claims, recorded)
        for other in earlier
        for claims in ((other.reported_at, other.recorded) < mine,)
        for recorded in (other.recorded < report.recorded,)
        if (claims or recorded) and (grounds := grounds_of(report, other))
    ]
    recorded_at = {other.incident_id: other.recorded for other in earlier}
    return sorted(found, key=lambda one: (-one.score, one.reported_at, recorded_at[one.incident_id]))


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
    """A short text counts for less, and only where both are of one place (or one of a wider place) and of one month."""
    if one.text is None or other.text is None:
        return
    percent = one.text.similarity_percent(other.text)
    if percent < NEAR_TEXT_PERCENT:
        return
    if not (one.text.short or other.text.short):
        yield Ground("near_text", percent)
    elif _one_ground(one, other) and abs(one.reported_at - other.reported_at) <= SAME_WEEKS:
        yield Ground("near_text", percent * SHORT_TEXT_SCORE // 100)


def _one_ground(one: Seen, other: Seen) -> bool:
    """Whether two reports may be from one place: of one that only names a township, any of its villages may be it."""
    return contains(one.division, other.division) or contains(other.division, one.division)
