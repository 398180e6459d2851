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

ACTS: Final[Mapping[str, str]] = MappingProxyType({**STEPS, **BESIDES})

NOTHING_TO_HANDLE: Final = frozenset({"deliberate", "dispatch", "claim", "arrive", "handle", "close"})
"""Steps that fall away where the report was not confirmed: there is nothing to handle."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a step may take: `amount` of `unit` (one of UNITS) after the step before it."""

    amount: int
    unit: str


@dataclass(frozen=True, slots=True)
class Step:
    """An act at its place in the order. `stage` is what the county calls it; `roles` narrows who may."""

    act: str
    stage: str
    roles: tuple[str, ...]
    mandatory: bool
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """An act beside the order, what the county calls it, and how often it may happen to one report (None: always)."""

    act: str
    stage: str
    roles: tuple[str, ...]
    times_max: int | None = None


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
