"""The trust policy: whose seals a reader demands before believing a checkpoint.

What must not be broken: one key is one voice. No key is listed twice and no name stands in two groups, so
that no witness counts more than once towards the quorum.

Source: C2SP tlog-policy.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from journal import note
from journal.checkpoint import Checkpoint, CheckpointError, parse_text
from journal.note import KeyRing, NoteError, VerifierKey

NONE: Final = "none"  # the quorum that asks for no witness
_BLANKS: Final = re.compile(r"[ \t]+")  # str.split() would also split at spaces that the format calls opaque
_FORBIDDEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_WORD: Final = re.compile(r"[^\s\x00-\x1f\x7f]+", re.ASCII)
_COUNT: Final = re.compile(r"[1-9][0-9]{0,8}")


class PolicyError(ValueError):
    """The policy is malformed or contradicts itself; the message names the line or the item."""


class QuorumError(CheckpointError):
    """The log signed the checkpoint, but the quorum of witnesses did not."""


def threshold_against_lying(witnesses: int) -> int:
    """How many of so many witnesses must cosign if up to a third of them may lie: 1 + floor(2n/3)."""
    return 1 + 2 * witnesses // 3


def _check_word(what: str, word: str) -> None:
    if not _WORD.fullmatch(word):
        raise PolicyError(f"{what} is one word: {word!r}")


@dataclass(frozen=True)
class Log:
    """A log that is believed, by the key whose name is its origin."""

    key: VerifierKey
    url: str | None = None

    def __post_init__(self) -> None:
        if self.key.algorithm != note.ED25519:
            raise PolicyError(f"{self.key.name} has a witness key: a log signs with type 0x01")
        if self.url is not None:
            _check_word("a URL", self.url)

    def __str__(self) -> str:
        return " ".join(["log", str(self.key), *([self.url] if self.url else [])])


@dataclass(frozen=True)
class Witness:
    """Somebody who cosigns; `name` is used in this policy only."""

    name: str
    key: VerifierKey
    url: str | None = None

    def __post_init__(self) -> None:
        _check_word("a witness name", self.name)
        if self.key.algorithm != note.COSIGNATURE_V1:
            raise PolicyError(f"witness {self.name} has a log's key: a witness cosigns with type 0x04")
        if self.url is not None:
            _check_word("a URL", self.url)

    def __str__(self) -> str:
        return " ".join(["witness", self.name, str(self.key), *([self.url] if self.url else [])])


@dataclass(frozen=True)
class Group:
    """Witnesses or groups of which at least `threshold` must have witnessed for the group to have."""

    name: str
    threshold: int
    members: tuple[str, ...]

    def __post_init__(self) -> None:
        _check_word("a group name", self.name)
        if not 1 <= self.threshold <= len(self.members):
            raise PolicyError(f"group {self.name}: {self.threshold} of {len(self.members)} members cannot be asked for")

    def __str__(self) -> str:
        return " ".join(["group", self.name, str(self.threshold), *self.members])


@dataclass(frozen=True)
class Checked:
    """What a policy says of a checkpoint that a listed log signed."""

    checkpoint: Checkpoint
    log: Log
    cosigned_at_s: Mapping[str, int]  # witness name -> POSIX seconds of its valid cosignature
    satisfied: bool
    reasons: tuple[str, ...]  # what the quorum lacks; empty when satisfied

    @property
    def witnesses(self) -> tuple[str, ...]:
        """The names of the witnesses that cosigned, in the order of the note."""
        return tuple(self.cosigned_at_s)


@dataclass(frozen=True)
class Policy:
    """Known logs, known witnesses, and the quorum: the name of a witness or group, or `none`.

    Groups refer to witnesses and to groups before them. Raises PolicyError when it does not hold together.
    """

    logs: tuple[Log, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    groups: tuple[Group, ...] = ()
    quorum: str = field(default=NONE, kw_only=True)

    def __post_init__(self) -> None:
        _refuse_twice("log key", [log.key.public_key.hex() for log in self.logs])
        _refuse_twice("witness key", [witness.key.public_key.hex() for witness in self.witnesses])
        _refuse_twice("name", [NONE, *(w.name for w in self.witnesses), *(g.name for g in self.groups)])
        _refuse_twice("group member", [member for group in self.groups for member in group.members])
        known = {witness.name for witness in self.witnesses}
        for group in self.groups:
            if unknown := [member for member in group.members if member not in known]:
                raise PolicyError(f"group {group.name} names {unknown[0]}, which is not defined before it")
            known.add(group.name)
        if self.quorum not in known | {NONE}:
            raise PolicyError(f"the quorum names {self.quorum}, which is not defined before it")

    @classmethod
    def parse(cls, data: bytes) -> "Policy":
        """Read a policy text. Raises PolicyError with the number of the line that cannot be accepted."""
        # Octets above ASCII are opaque; surrogateescape keeps each of them distinct and gives it back.
        text = data.decode(errors="surrogateescape")
        policy, quorums = Policy(), 0
        for number, line in enumerate(text.split("\n"), start=1):
            words = _BLANKS.split(line.strip(" \t"))
            try:
                if _FORBIDDEN.search(line):
                    raise PolicyError("a control character other than tab")
                if words != [""] and not words[0].startswith("#"):
                    quorums += words[0] == "quorum"
                    if quorums > 1:
                        raise PolicyError("a second quorum")
                    policy = _with_line(policy, words)
            except (PolicyError, NoteError) as error:
                raise PolicyError(f"line {number}: {error}") from error
        if not text.endswith("\n"):
            raise PolicyError("the last line has no newline")
        if quorums == 0:
            raise PolicyError("a policy needs a quorum line, even if it is `quorum none`")
        return policy

    def __bytes__(self) -> bytes:
        """The policy text: logs, witnesses, groups, quorum; thresholds as numbers, no comments."""
        lines = [*map(str, (*self.logs, *self.witnesses, *self.groups)), f"quorum {self.quorum}"]
        return "".join(f"{line}\n" for line in lines).encode(errors="surrogateescape")

    @cached_property
    def _keys(self) -> KeyRing:
        return KeyRing([*(log.key for log in self.logs), *(witness.key for witness in self.witnesses)])

    def check(self, signed: bytes) -> Checked:
        """Which witnesses cosigned this signed checkpoint, and whether they are the quorum.

        Raises NoteError if the note is malformed, if a signature of a known key fails, or if no listed log
        signed it.
        """
        verified = note.verify(signed, self._keys)
        checkpoint = parse_text(verified.text)
        own = [log for log in self.logs if log.key in verified.verified and log.key.name == checkpoint.origin]
        if not own:
            raise CheckpointError(f"no listed key of {checkpoint.origin} signed this checkpoint")
        names = {witness.key: witness.name for witness in self.witnesses}
        cosigned = {names[key]: time_s for key, time_s in verified.cosigned_at_s.items()}
        reasons = tuple(self._missing(self.quorum, self._witnessed(cosigned)))
        return Checked(checkpoint, own[0], cosigned, not reasons, reasons)

    def require(self, signed: bytes) -> Checkpoint:
        """The checkpoint, if the policy believes it. Raises as `check` does, or QuorumError for want of witnesses."""
        checked = self.check(signed)
        if not checked.satisfied:
            raise QuorumError("; ".join(checked.reasons))
        return checked.checkpoint

    def _witnessed(self, cosigned: Mapping[str, int]) -> frozenset[str]:
        """The names that have witnessed: the witnesses given, and every group whose threshold they reach."""
        names = {NONE, *cosigned}
        for group in self.groups:
            if len(names.intersection(group.members)) >= group.threshold:
                names.add(group.name)
        return frozenset(names)

    def _missing(self, name: str, witnessed: frozenset[str]) -> Iterator[str]:
        """Why `name` has not witnessed: a sentence for it, then those for members that lack something."""
        if name in witnessed:
            return
        group = next((group for group in self.groups if group.name == name), None)
        if group is None:
            yield f"witness {name} has not cosigned"
            return
        present = len(witnessed.intersection(group.members))
        yield f"group {name} needs {group.threshold} of {len(group.members)} members and has {present}"
        for member in group.members:
            yield from self._missing(member, witnessed)


def _refuse_twice(what: str, values: list[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise PolicyError(f"{what} {value} is listed twice")
        seen.add(value)


def _with_line(policy: Policy, words: list[str]) -> Policy:
    """The policy with one more line. Later lines are not in it yet: its own checks demand earlier names."""
    match words:
        case ["log", key, *url] if len(url) <= 1:
            return replace(policy, logs=(*policy.logs, Log(VerifierKey.parse(key), *url)))
        case ["witness", name, key, *url] if len(url) <= 1:
            return replace(policy, witnesses=(*policy.witnesses, Witness(name, VerifierKey.parse(key), *url)))
        case ["group", name, count, *members]:
            group = Group(name, _threshold(count, len(members)), tuple(members))
            return replace(policy, groups=(*policy.groups, group))
        case ["quorum", name]:
            return replace(policy, quorum=name)
        case _:
            raise PolicyError(f"not a line of a policy: {' '.join(words)[:80]!r}")


def _threshold(count: str, members: int) -> int:
    if count == "all":
        return members
    if count == "any":
        return 1
    if not _COUNT.fullmatch(count):
        raise PolicyError(f"a threshold is all, any or a number without leading zeroes, not {count!r}")
    return int(count)
