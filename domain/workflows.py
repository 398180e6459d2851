"""Workflows: which steps a report goes through, who may take each, in which order and how soon. Data, never code.

A version is never changed: a report keeps the one that was in force when it was made, whatever is published later.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from domain.kernel.events import event
from domain.kernel.ids import EventName, derived, event_name, stream_name
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.workflow_steps import (
    ACTS,
    BESIDES,
    EXTENSION_PERCENT_MAX,
    EXTENSIONS_MAX,
    JUDGING,
    STEPS,
    UNITS,
    Beside,
    Limit,
    Step,
    Workflow,
)


@event("workflow.published/1")
class WorkflowPublished:
    """A version of a template. `document` is the order or article that it follows."""

    code: str
    title: str
    version: int
    steps: tuple[Step, ...]
    besides: tuple[Beside, ...]
    document: str


@event("workflow.adopted/1")
class WorkflowAdopted:
    """Reports of an item (None: of any) made in this division from `since` on follow a published version."""

    division: Division
    item: str | None = None
    workflow: EventName
    since: date
    document: str


@dataclass(frozen=True, slots=True)
class Template:
    """Every version of one template, the first one first: version n was published by event n of its stream."""

    versions: tuple[Workflow, ...] = ()

    def named(self, name: EventName) -> Workflow | None:
        """The version that an event published; None where it is another template's."""
        for workflow in self.versions:
            if version_name(workflow.code, workflow.version) == name:
                return workflow
        return None


@dataclass(frozen=True, slots=True)
class Adoption:
    """A version in force from a day on, for an item or for any."""

    item: str | None
    workflow: EventName
    since: date


@dataclass(frozen=True, slots=True)
class Adoptions:
    """Every adoption of one division."""

    division: Division
    adoptions: tuple[Adoption, ...] = ()

    def in_force(self, item: str | None, on: date) -> EventName | None:
        """The latest that had begun for the item, else the latest for any; the last recorded of one day counts."""
        for wanted in dict.fromkeys((item, None)):
            begun = [entry for entry in self.adoptions if entry.item == wanted and entry.since <= on]
            if begun:
                return max(reversed(begun), key=lambda entry: entry.since).workflow
        return None


def version_name(code: str, version: int) -> EventName:
    """The event that published a version: what a report and an adoption refer to."""
    return event_name(stream_name("workflow", derived("workflow", code)), version)


def in_force(along: Sequence[Adoptions | None], *, item: str | None, on: date) -> EventName | None:
    """What a report made on a day follows: the narrowest division's choice. `along` is in the order of `places.chain`.

    None where nobody has adopted anything: then the kernel's own rule holds.
    """
    found = (entry.in_force(item, on) for entry in along if entry is not None)
    return next((name for name in found if name is not None), None)


# Decide: what may happen, judged by the rules in force.


def publish(
    template: Template | None,
    *,
    code: str,
    title: str,
    version: int,
    steps: Sequence[Step],
    besides: Sequence[Beside],
    document: str,
    may: Mapping[str, Collection[str]],
) -> WorkflowPublished:
    """Publish a version of a template. `may`: stored type -> the roles that the kernel lets cause it.

    Refused, in this order: `workflow.version_differs`, `workflow.no_steps`, `workflow.act_unknown`,
    `workflow.act_twice`, `workflow.role_unsuited`, `workflow.limit_wrong`, `workflow.not_apart` (an act that the kernel
    sets apart must say so), `workflow.extension_unbounded` (no bound, or beyond the kernel's),
    `workflow.decides_too_early` (validity needs verification and handling before it), `workflow.decision_optional`
    (where validity can be decided it must be, after a verification, and before the file is closed),
    `workflow.nothing_changed`.
    """
    expected = len(template.versions) + 1 if template is not None else 1
    if version != expected:
        raise Refusal("workflow.version_differs", version=version, expected=expected)
    if not any(step.mandatory for step in steps):
        raise Refusal("workflow.no_steps")
    _refuse_unknown_acts(steps, besides)
    entries: list[Step | Beside] = [*steps, *besides]
    for entry in entries:
        for role in entry.roles or ("",):
            if role not in may.get(ACTS[entry.act], ()):
                raise Refusal("workflow.role_unsuited", role=role, act=entry.act)
    for step in steps:
        if step.limit is not None and not _counts(step.limit):
            raise Refusal("workflow.limit_wrong", act=step.act)
    for step in steps:
        if step.act in JUDGING and not step.apart:
            raise Refusal("workflow.not_apart", act=step.act)
    _refuse_unbounded(besides)
    _refuse_undecided(steps)
    new = Workflow(code, title, version, tuple(steps), tuple(besides))
    if template is not None and replace(template.versions[-1], version=version) == new:
        raise Refusal("workflow.nothing_changed")
    return WorkflowPublished(
        code=code, title=title, version=version, steps=new.steps, besides=new.besides, document=document
    )


def adopt(
    adoptions: Adoptions | None,
    *,
    division: Division,
    division_known: bool,
    item: str | None,
    workflow: EventName,
    workflow_known: bool,
    since: date,
    document: str,
) -> WorkflowAdopted:
    """Let reports made from a day on follow a version; what was recorded before keeps its own.

    Refused, in this order: `place.unknown`, `workflow.unknown`, `workflow.nothing_changed`.
    """
    if not division_known:
        raise Refusal("place.unknown", division=division)
    if not workflow_known:
        raise Refusal("workflow.unknown", workflow=workflow)
    if adoptions is not None and Adoption(item, workflow, since) in adoptions.adoptions:
        raise Refusal("workflow.nothing_changed")
    return WorkflowAdopted(division=division, item=item, workflow=workflow, since=since, document=document)


def _refuse_unbounded(besides: Sequence[Beside]) -> None:
    """An extension has to end: so many, and so much in all."""
    for beside in besides:
        if beside.act != "extend":
            continue
        times, percent = beside.times_max or 0, beside.percent_max or 0
        if not (1 <= times <= EXTENSIONS_MAX and 1 <= percent <= EXTENSION_PERCENT_MAX):
            raise Refusal("workflow.extension_unbounded", times_max=EXTENSIONS_MAX, percent_max=EXTENSION_PERCENT_MAX)


def _refuse_undecided(steps: Sequence[Step]) -> None:
    """Where a report can earn something, nobody may forget to decide whether it does."""
    acts = [step.act for step in steps]
    if "decide" not in acts:
        return
    before = acts[: acts.index("decide")]
    if not {"verify", "handle"} <= set(before):
        raise Refusal("workflow.decides_too_early")
    if "archive" in before or not all(step.mandatory for step in steps if step.act in ("verify", "decide")):
        raise Refusal("workflow.decision_optional")


def _refuse_unknown_acts(steps: Sequence[Step], besides: Sequence[Beside]) -> None:
    named = [(step.act, STEPS) for step in steps] + [(beside.act, BESIDES) for beside in besides]
    for act, known in named:
        if act not in known:
            raise Refusal("workflow.act_unknown", act=act)
    acts = [act for act, _ in named]
    for act in acts:
        if acts.count(act) > 1:
            raise Refusal("workflow.act_twice", act=act)


def _counts(limit: Limit) -> bool:
    return limit.unit in UNITS and limit.amount > 0


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(template: Template | None, event: WorkflowPublished) -> Template:
    """The template after another version."""
    new = Workflow(event.code, event.title, event.version, event.steps, event.besides)
    return Template((*(template.versions if template is not None else ()), new))


def evolve_adoptions(adoptions: Adoptions | None, event: WorkflowAdopted) -> Adoptions:
    """The division's choices after another."""
    before = adoptions if adoptions is not None else Adoptions(event.division)
    return replace(before, adoptions=(*before.adoptions, Adoption(event.item, event.workflow, event.since)))
