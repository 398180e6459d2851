"""What the check found: every fault with the place where it stands, and what was not checked and why.

What must not be broken: a check that could not run says so. It is never counted as passed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

KEPT_PER_CHECK = 10_000
"""Findings kept with their place for one check; beyond it they are still counted, and the report says how
many."""

_SHOWN_CHARS = 200

Fact = str | int

Progress = Callable[[str, int, int], None]
"""(stage, done, total), called now and then; stage is `files` or `events`."""


class Check(StrEnum):
    """The checks, in the order of their numbers, which begin at 1."""

    FILES = "files"
    STRUCTURE = "structure"
    LINES = "lines"
    TREE = "tree"
    GENESIS = "genesis"
    SIGNATURES = "signatures"
    ROLES = "roles"
    CONTINUITY = "continuity"
    POSTINGS = "postings"
    LIMITS = "limits"
    DUTIES = "duties"
    TARIFFS = "tariffs"
    LEDGERS = "ledgers"
    SINCE = "since"
    WITNESSES = "witnesses"
    ATTACHMENTS = "attachments"
    DISCLOSURES = "disclosures"
    BANK = "bank"
    OPENED = "opened"
    TIMESTAMPS = "timestamps"
    AWARDS = "awards"
    DIFFICULTY = "difficulty"
    WORKFLOWS = "workflows"
    INVARIANTS = "invariants"
    RECONCILIATION = "reconciliation"
    PERIODS = "periods"
    POINTS = "points"
    STATIONS = "stations"
    VILLAGE = "village"


class Status(StrEnum):
    """How a check ended. Only `failed` makes the verdict bad; `attention` is for a person to weigh."""

    PASSED = "passed"
    FAILED = "failed"
    ATTENTION = "attention"
    NOT_RUN = "not_run"


@dataclass(frozen=True, slots=True)
class Place:
    """Where: a file of the package, a byte offset in it, a row (from 1), a log index, an event's name."""

    file: str | None = None
    offset: int | None = None
    row: int | None = None
    index: int | None = None
    event: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. `code` is `<check>.<reason>`; the sentence for it stands in `audit.wording`."""

    code: str
    place: Place
    attention: bool = False
    facts: Mapping[str, Fact] = field(default_factory=dict)


def printable(text: str) -> str:
    """Text from a package, made safe to show: no control or direction characters, no lone surrogates, not too
    long."""
    cut = text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "…"
    if cut.isprintable():
        return cut
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)


@dataclass(slots=True)
class _Tally:
    """What is known of one check while it runs."""

    kept: list[Finding] = field(default_factory=list)
    failed: int = 0
    attention: int = 0
    not_run: tuple[str, Mapping[str, Fact]] | None = None
    summary: Mapping[str, Fact] | None = None


@dataclass(frozen=True)
class CheckResult:
    """How one check ended. `not_run` is a reason code with facts; `summary` are facts about what was looked
    at."""

    number: int
    check: Check
    status: Status
    findings: tuple[Finding, ...]
    count: int
    summary: Mapping[str, Fact] | None
    not_run: tuple[str, Mapping[str, Fact]] | None

    @property
    def omitted(self) -> int:
        """How many findings were counted but not kept."""
        return self.count - len(self.findings)


class Findings:
    """Collects what every check finds. A code begins with the name of its check: `files.changed`.

    `told` is called with each finding as it is made, for who does not wait for the report.
    """

    def __init__(self, *, told: Callable[[Finding], None] | None = None) -> None:
        self._tallies = {check: _Tally() for check in Check}
        self._told = told

    def add(self, code: str, place: Place, **facts: Fact) -> None:
        """A fault: the check fails."""
        self._keep(code, place, facts, attention=False)

    def attend(self, code: str, place: Place, **facts: Fact) -> None:
        """Not a fault, but a person should know it."""
        self._keep(code, place, facts, attention=True)

    def _keep(self, code: str, place: Place, facts: Mapping[str, Fact], *, attention: bool) -> None:
        tally = self._tallies[Check(code.partition(".")[0])]
        if attention:
            tally.attention += 1
        else:
            tally.failed += 1
        if len(tally.kept) < KEPT_PER_CHECK:
            safe = {name: printable(v) if isinstance(v, str) else v for name, v in facts.items()}
            file = None if place.file is None else printable(place.file)
            tally.kept.append(Finding(code, replace(place, file=file), attention, safe))
            if self._told is not None:
                self._told(tally.kept[-1])

    def skip(self, check: Check, reason: str, **facts: Fact) -> None:
        """The check cannot run, for this reason. Faults found before still count."""
        self._tallies[check].not_run = (reason, facts)

    def summarise(self, check: Check, **facts: Fact) -> None:
        """What the check looked at, for the line that says it passed."""
        self._tallies[check].summary = {n: printable(v) if isinstance(v, str) else v for n, v in facts.items()}

    def failed(self, check: Check) -> int:
        """How many faults a check has so far."""
        return self._tallies[check].failed

    def results(self) -> tuple[CheckResult, ...]:
        """Every check with its number and status."""
        return tuple(self._result(number, check) for number, check in enumerate(Check, start=1))

    def _result(self, number: int, check: Check) -> CheckResult:
        tally = self._tallies[check]
        if tally.failed:
            status = Status.FAILED
        elif tally.not_run is not None:
            status = Status.NOT_RUN
        elif tally.attention:
            status = Status.ATTENTION
        else:
            status = Status.PASSED
        count = tally.failed + tally.attention
        return CheckResult(number, check, status, tuple(tally.kept), count, tally.summary, tally.not_run)


@dataclass(frozen=True)
class Report:
    """The whole answer. `unreadable` is set, and `checks` is empty, when there was no package to check."""

    directory: str
    checks: tuple[CheckResult, ...] = ()
    unreadable: Finding | None = None
    origin: str | None = None
    size: int | None = None
    root: str | None = None
    log_key: str | None = None
    rehearsal: bool | None = None

    @property
    def exit_code(self) -> int:
        """0: whole. 1: there are findings. 2: nothing that can be read as a package."""
        if self.unreadable is not None:
            return 2
        return int(any(result.status is Status.FAILED for result in self.checks))

    @property
    def verdict(self) -> str:
        """`whole`, `findings` or `unreadable`."""
        return ("whole", "findings", "unreadable")[self.exit_code]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All faults and points of attention that were kept, in the order of the checks."""
        return tuple(finding for result in self.checks for finding in result.findings)
