"""What a workflow is made of: its steps in order, and what may happen beside them.

A template names acts of one fixed kernel; it can order, demand, forbid and time them, and never invents one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

UNITS: Final = frozenset({"working_hours", "working_days", "hours", "days"})
"""What a time limit is counted in; the first two on the county's working calendar."""

STEPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accept": "incident.accepted/1",
        "verify": "incident.verified/1",
        "deliberate": "incident.deliberated/1",
        "dispatch": "incident.dispatched/1",
        "claim": "incident.claimed/1",
        "arrive": "incident.arrived/1",
        "handle": "incident.handled/1",
        "feed_back": "incident.fed_back/1",
        "close": "incident.closed/1",
        "call_back": "incident.called_back/1",
        "rate": "incident.rated/1",
        "decide": "incident.validity_decided/1",
        "post": "incident.posted/1",
        "archive": "incident.archived/1",
    }
)
"""Acts that can be steps, each once a round, and the event that records each."""

BESIDES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "decline": "incident.declined/1",
        "merge": "incident.merged/1",
        "return": "incident.returned/1",
        "reassign": "incident.reassigned/1",
        "suspend": "incident.suspended/1",
        "resume": "incident.resumed/1",
        "extend": "incident.extended/1",
        "remind": "incident.reminded/1",
        "supervise": "incident.supervised/1",
        "whistle": "incident.whistled/1",
        "reopen": "incident.reopened/1",
    }
)
"""Acts that have no place in the order."""

APART: Final[Mapping[str, str]] = MappingProxyType({"locate": "incident.located/1"})
"""Acts that no template names: they mend what a report says of itself, whatever course it follows."""

ACTS: Final[Mapping[str, str]] = MappingProxyType({**STEPS, **BESIDES, **APART})

JUDGING: Final = frozenset({"verify", "handle", "feed_back", "close", "call_back", "rate", "decide"})
"""Steps that judge, or are judged: whoever takes one takes no other step of the same report, and keeps not its file.

This is the least that every template says (`Step.apart`), and none can say less: a report that one person verified,
answered, rated and found valid was looked at by one pair of eyes. Accepting, dispatching, posting and archiving move
the file and judge nobody, so that one clerk may take them all: a township has one. A template may set them apart too.
The reporter may rate: he says what he thinks of other people's work.
"""

EXTENSIONS_MAX: Final = 2
EXTENSION_PERCENT_MAX: Final = 100
"""A step is extended at most twice, and in all by at most its own limit again: later it is late, and is seen to be."""

NOTHING_TO_HANDLE: Final = frozenset({"deliberate", "dispatch", "claim", "arrive", "handle", "close"})
"""Steps that fall away where the report was not confirmed: there is nothing to handle."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a step may take: `amount` of `unit` (one of UNITS) after the step before it."""

    amount: int
    unit: str


@dataclass(frozen=True, slots=True)
class Step:
    """An act at its place in the order. `stage` is what the county calls it; `roles` narrows who may.

    `apart`: whoever takes it has no other hand in the report (True, or left out).
    """

    act: str
    stage: str
    roles: tuple[str, ...]
    mandatory: bool
    limit: Limit | None = None
    apart: bool | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """An act beside the order, what the county calls it, and how often it may happen to one report (None: always).

    `percent_max` is an extension's: by how much of the limit of the step that is due, in all.
    """

    act: str
    stage: str
    roles: tuple[str, ...]
    times_max: int | None = None
    percent_max: int | None = None


@dataclass(frozen=True, slots=True)
class Workflow:
    """One published version of a template."""

    code: str
    title: str
    version: int
    steps: tuple[Step, ...]
    besides: tuple[Beside, ...] = ()

    def step(self, act: str) -> Step | None:
        """The step of an act, None where the template has none."""
        return next((step for step in self.steps if step.act == act), None)

    def beside(self, act: str) -> Beside | None:
        """What may happen beside the order, by its act."""
        return next((beside for beside in self.besides if beside.act == act), None)

    def before(self, act: str) -> tuple[Step, ...]:
        """The steps that come before an act's."""
        acts = [step.act for step in self.steps]
        return self.steps[: acts.index(act)]

    def apart(self, act: str) -> bool:
        """Whether whoever takes an act may take no other: by the template, and never less than the kernel says."""
        step = self.step(act)
        return act in JUDGING or (step is not None and bool(step.apart))


KERNEL: Final = Workflow(
    code="",
    title="",
    version=0,
    steps=(
        Step("verify", "", ("grid_worker",), mandatory=False),
        Step("handle", "", ("department_handler", "administrator"), mandatory=False),
        Step("decide", "", ("county_officer",), mandatory=False),
    ),
    besides=(Beside("merge", "", ("county_officer", "grid_worker")),),
)
"""What holds where no template was adopted, and for the rows of a register, whose course was taken elsewhere."""
