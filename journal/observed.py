"""What the log has seen of itself: its checkpoints as the witnesses signed them, and why one may be waiting.

What must not be broken: nothing in it has to be believed. Every checkpoint in it bears the signatures by which a
reader verifies it; the rest says how things stand, for monitors and for people.

The document is JSON (UTF-8) with the members `format` ("mingzhang.observed/1"), `origin`, `at` (UTC), `published` and
`pending` (a `Mark` or null), `failure` (why publishing has stopped, or null), `witnesses` (a `Sighting` each, in the
order of the policy) and `history` (the sizes of the checkpoints that are kept below `checkpoints/`, one a day).
`closed` is the `End` of a journal that takes no more entries, once that is published (null or missing before).
`words` says all of that again, in sentences for the people of the place.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, Final

FORMAT: Final = "mingzhang.observed/1"


@dataclass(frozen=True, slots=True)
class Mark:
    """A checkpoint: its size, its root (base64), since when it stands so (UTC), and what its quorum lacks."""

    size: int
    root: str
    at: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """A witness: its name in the policy, its verifier key, and the newest checkpoint with its cosignature.

    `cosigned_at_s` is the POSIX time that the cosignature names. `problem` is empty when the last question was
    answered with a cosignature; `shown` is a checkpoint that the witness gave as its ground for refusing.
    """

    name: str
    key: str
    size: int | None = None
    cosigned_at_s: int | None = None
    checkpoint: str | None = None
    problem: str = ""
    shown: str | None = None


@dataclass(frozen=True, slots=True)
class End:
    """The entry that ended the journal: its log index, and the day in China on which it was recorded."""

    index: int
    on: str


@dataclass(frozen=True, slots=True)
class Observed:
    """The whole document."""

    origin: str
    at: str
    words: tuple[str, ...] = ()
    published: Mark | None = None
    pending: Mark | None = None
    failure: str | None = None
    witnesses: tuple[Sighting, ...] = ()
    history: tuple[int, ...] = ()
    closed: End | None = None

    def __bytes__(self) -> bytes:
        """The JSON text, indented for people."""
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1).encode() + b"\n"

    @classmethod
    def parse(cls, content: bytes) -> "Observed":
        """Read it. Raises ValueError for what `bytes` would not write."""
        try:
            members: dict[str, Any] = json.loads(content)
            if members.pop("format") != FORMAT:
                raise ValueError(f"not of the format {FORMAT}")
            return cls(
                words=tuple(members.pop("words", ())),
                published=_mark(members.pop("published")),
                pending=_mark(members.pop("pending")),
                witnesses=tuple(Sighting(**one) for one in members.pop("witnesses")),
                history=tuple(members.pop("history")),
                closed=_end(members.pop("closed", None)),
                **members,
            )
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"not what a log has observed: {error}") from error


def _end(members: dict[str, Any] | None) -> End | None:
    return None if members is None else End(**members)


def _mark(members: dict[str, Any] | None) -> Mark | None:
    if members is None:
        return None
    return Mark(**{**members, "reasons": tuple(members["reasons"])})
