"""Every report follows the workflow that was in force where and when it was made; nobody plays two parts in it.

What must not be broken: which workflow was in force, what it asks and how far a report had gone are folded here from
the events alone, by tables written for this check, so that a mistake of the program that records is not repeated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from audit.book import Book
from audit.entries import Entry, day_of
from audit.findings import Check, Findings
from domain.kernel.places import Division, chain, contains
from domain.kernel.workflow_steps import EXTENSION_PERCENT_MAX, EXTENSIONS_MAX

_PREFIX: Final = "incident."
_REPORTED: Final = "incident.reported/1"

_PARTS: Final[Mapping[str, str]] = {
    "verified": "verifier",
    "claimed": "handler",
    "arrived": "handler",
    "returned": "handler",
    "handled": "handler",
    "fed_back": "answerer",
    "closed": "closer",
    "called_back": "caller",
    "rated": "rater",
    "validity_decided": "decider",
    "supervised": "supervisor",
    "whistled": "supervisor",
}
"""The part that somebody plays by an act; of every other act the part is the act itself: its clerk."""
_PARTS_BEFORE: Final[Mapping[str, tuple[str, ...]]] = {
    "closed": ("verifier",),
    "fed_back": ("handler", "clerk"),
    "called_back": ("clerk",),
    "rated": ("clerk",),
}
"""The same under versions of a workflow that set no step apart: answering, rating and asking back were a clerk's."""
_CLERK: Final = "clerk"
_ALIKE: Final = frozenset({"clerk", "transcriber"})
"""Whoever keeps the file may also write down what others say."""
_JUDGING: Final = frozenset({"verify", "handle", "feed_back", "close", "call_back", "rate", "decide"})

_ACTOR: Final[Mapping[str, str]] = {
    "verified": "verifier_id",
    "closed": "verifier_id",
    "claimed": "handler_id",
    "arrived": "handler_id",
    "returned": "handler_id",
    "validity_decided": "decider_id",
}
_ACTS: Final[Mapping[str, str]] = {
    "accepted": "accept",
    "verified": "verify",
    "deliberated": "deliberate",
    "dispatched": "dispatch",
    "claimed": "claim",
    "arrived": "arrive",
    "handled": "handle",
    "fed_back": "feed_back",
    "closed": "close",
    "called_back": "call_back",
    "rated": "rate",
    "validity_decided": "decide",
    "posted": "post",
    "archived": "archive",
    "declined": "decline",
    "merged": "merge",
    "returned": "return",
    "reassigned": "reassign",
    "suspended": "suspend",
    "resumed": "resume",
    "extended": "extend",
    "reminded": "remind",
    "supervised": "supervise",
    "whistled": "whistle",
    "reopened": "reopen",
    "located": "locate",
}
_WITHOUT_HANDLING: Final = frozenset({"deliberate", "dispatch", "claim", "arrive", "handle", "close"})
_AFTER_ARCHIVING: Final = frozenset({"reopen", "rate", "post", "supervise", "call_back"})
_WHILE_SUSPENDED: Final = frozenset({"resume", "remind", "supervise"})
_KEPT: Final = frozenset({"accept", "verify", "deliberate", "decide"})
_UNBOUND: Final[Mapping[str, frozenset[str]]] = {
    "verify": frozenset({"grid_worker"}),
    "handle": frozenset({"department_handler", "administrator"}),
    "decide": frozenset({"county_officer"}),
    "merge": frozenset({"county_officer", "grid_worker"}),
}
"""What may be done, and by whom, to a report that follows no workflow."""


@dataclass(slots=True)
class _Report:
    """How far a report has gone."""

    workflow: str | None
    reported_at: str
    sensitive: bool
    division: str
    index: int
    parts: dict[str, set[str]]
    done: list[str] = field(default_factory=list)
    besides: list[str] = field(default_factory=list)
    confirmed: bool | None = None
    suspended: bool = False
    ended: str | None = None
    owner: str | None = None
    apart: frozenset[str] = frozenset()
    extended: list[Mapping[str, Any]] = field(default_factory=list)
    bound: str | None = None


@dataclass(frozen=True, slots=True)
class _Choice:
    """A workflow that a division chose, for an item or for any, from a day on."""

    item: str | None
    workflow: str
    since: str


class Workflows:
    """Check 23."""

    types: ClassVar[frozenset[str] | None] = frozenset(
        {"workflow.published/1", "workflow.adopted/1", _REPORTED, *(f"{_PREFIX}{word}/1" for word in _ACTS)}
    )
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._workflows: dict[str, Mapping[str, Any]] = {}
        self._choices: dict[str, list[_Choice]] = {}
        self._reports: dict[str, _Report] = {}
        self._followed = self._acts = 0
        self._guarded = False

    def see(self, entry: Entry, book: Book) -> None:
        """Note workflows and choices; judge a report and each act on it."""
        data = entry.data
        if entry.type == "workflow.published/1":
            self._published(entry)
        elif entry.type == "workflow.adopted/1":
            if data["workflow"] not in self._workflows:
                self._add(entry, "unknown", workflow=data["workflow"])
            choice = _Choice(data.get("item"), data["workflow"], data["since"])
            self._choices.setdefault(data["division"], []).append(choice)
        elif entry.type == _REPORTED:
            self._reported(entry)
        elif (report := self._reports.get(entry.identity)) is not None:  # else `duties` says that there is none
            self._acted(entry, report, entry.type.removeprefix(_PREFIX).partition("/")[0], book)

    def _published(self, entry: Entry) -> None:
        """Once a version says who acts alone, every later one says at least what the kernel asks."""
        data = entry.data
        self._workflows[entry.name] = data
        steps = {step["act"]: step for step in data["steps"]}
        self._guarded |= any(step.get("apart") for step in steps.values())
        if not self._guarded:
            return
        for act in _JUDGING & steps.keys():
            if not steps[act].get("apart"):
                self._add(entry, "not_apart", act=act)
        for beside in data["besides"]:
            bounds = beside.get("times_max", 99), beside.get("percent_max", 999)
            if beside["act"] == "extend" and (bounds[0] > EXTENSIONS_MAX or bounds[1] > EXTENSION_PERCENT_MAX):
                self._add(entry, "extension_unbounded")
        if "decide" in steps and not all(steps[act]["mandatory"] for act in ("verify", "decide") if act in steps):
            self._add(entry, "decision_optional")

    def _reported(self, entry: Entry) -> None:
        data = entry.data
        parts = {"reporter": {data["reporter_id"]}}
        if "transcribed_by" in data:
            parts["transcriber"] = {data["transcribed_by"]}
        workflow, expected = data.get("workflow"), self._in_force(entry)
        if workflow != expected:
            self._add(entry, "not_in_force", found=str(workflow), expected=str(expected))
        self._followed += workflow is not None
        self._reports[entry.identity] = _Report(
            workflow,
            data["reported_at"],
            data["sensitive"],
            data["division"],
            entry.index,
            parts,
            apart=self._apart(workflow),
        )

    def _apart(self, workflow: str | None) -> frozenset[str]:
        """The steps that a version sets apart; none in one from before versions said so."""
        steps = self._workflows.get(workflow, {"steps": ()})["steps"] if workflow is not None else ()
        return frozenset(step["act"] for step in steps if step.get("apart"))

    def _in_force(self, entry: Entry) -> str | None:
        """The narrowest division's choice on the day of the report; a register's rows follow none."""
        data = entry.data
        if data["source"] == "register":
            return None
        day = day_of(data["reported_at"])
        for area in chain(Division(data["division"])):
            for item in dict.fromkeys((data.get("item"), None)):
                begun = [one for one in self._choices.get(area, ()) if one.item == item and one.since <= day]
                if begun:
                    return max(reversed(begun), key=lambda one: one.since).workflow
        return None

    def _acted(self, entry: Entry, report: _Report, word: str, book: Book) -> None:
        self._acts += 1
        act = _ACTS[word]
        self._by(entry, report, word)
        if act == "locate":  # no template names it
            self._located(entry, report)
        else:
            self._turn(entry, report, act)
        self._facts(entry, report, word)
        if word in ("claimed", "handled", "returned") and report.bound is not None:
            self._of_department(entry, report.bound, book)
        _advance(report, entry, act)

    def _by(self, entry: Entry, report: _Report, word: str) -> None:
        """Who signed is whom the event names, and has played no other part."""
        named = entry.data.get(_ACTOR.get(word, "actor_id"))
        if named is not None and named != entry.by:
            self._add(entry, "signed_by_another", named=named, by=entry.by)
        if word == "reminded":
            if entry.role == "member" and entry.by not in report.parts["reporter"]:
                self._add(entry, "signed_by_another", named="reporter", by=entry.by)
            return
        actor = entry.data["handler_id"] if word == "handled" else entry.by
        by_reporter = actor in report.parts["reporter"]
        if word == "rated" and (
            entry.data["by_reporter"] is not by_reporter or (entry.role == "member" and not by_reporter)
        ):
            self._add(entry, "signed_by_another", named="reporter", by=entry.by)
        part = "reporter" if word == "rated" and by_reporter else _part(report, word, actor)
        self._plays(entry, report, actor, part)
        if word == "handled" and "transcribed_by" in entry.data:
            self._plays(entry, report, entry.data["transcribed_by"], "transcriber")

    def _plays(self, entry: Entry, report: _Report, person: str, part: str) -> None:
        for other, people in report.parts.items():
            if person in people and other != part and not {other, part} <= _ALIKE:
                self._add(entry, "two_parts", person=person, first=other, second=part)
        report.parts.setdefault(part, set()).add(person)

    def _turn(self, entry: Entry, report: _Report, act: str) -> None:
        """Whether the workflow allows the act to this role, now."""
        if report.workflow is None:
            self._unbound(entry, report, act)
            return
        workflow = self._workflows.get(report.workflow)
        if workflow is None:
            self._add(entry, "unknown", workflow=report.workflow)
            return
        acts = [step["act"] for step in workflow["steps"]]
        listed = [one for one in (*workflow["steps"], *workflow["besides"]) if one["act"] == act]
        if not listed:
            self._add(entry, "act_not_in", act=act, workflow=workflow["title"])
            return
        if entry.role not in listed[0]["roles"]:
            self._add(entry, "role", act=act, role=entry.role)
        self._open(entry, report, act)
        if act in acts:
            if act in report.done:
                self._add(entry, "done_again", act=act)
            before = workflow["steps"][: acts.index(act)]
            for missing in (step for step in before if step["mandatory"] and _needed(report, step["act"])):
                self._add(entry, "out_of_turn", act=act, missing=missing["act"])
        elif report.besides.count(act) >= listed[0].get("times_max", len(report.besides) + 1):
            self._add(entry, "too_often", act=act)
        if (
            act == "reopen"
            and report.ended is None
            and any(step["mandatory"] and _needed(report, step["act"]) for step in workflow["steps"])
        ):
            self._add(entry, "not_ended")

    def _unbound(self, entry: Entry, report: _Report, act: str) -> None:
        if act not in _UNBOUND:
            self._add(entry, "act_not_in", act=act, workflow="")
        elif entry.role not in _UNBOUND[act]:
            self._add(entry, "role", act=act, role=entry.role)
        self._open(entry, report, act)
        if act in report.done:
            self._add(entry, "done_again", act=act)

    def _open(self, entry: Entry, report: _Report, act: str) -> None:
        """A file that is closed or suspended takes few acts."""
        after = {"archived": _AFTER_ARCHIVING, "declined": frozenset({"reopen"}), "merged": frozenset()}
        if report.ended is not None and act not in after[report.ended]:
            self._add(entry, "ended", ended=report.ended, act=act)
        if report.suspended and act not in _WHILE_SUSPENDED:
            self._add(entry, "suspended", act=act)

    def _located(self, entry: Entry, report: _Report) -> None:
        """A report only moves inwards, while it is open and nobody has verified it."""
        division = entry.data["division"]
        if report.ended is not None:
            self._add(entry, "ended", ended=report.ended, act="locate")
        if report.confirmed is not None:
            self._add(entry, "located_late")
        if division == report.division or not contains(Division(report.division), Division(division)):
            self._add(entry, "located_elsewhere", division=division, within=report.division)
        report.division = division

    def _facts(self, entry: Entry, report: _Report, word: str) -> None:
        """What an act says agrees with what was there."""
        data = entry.data
        if word == "merged":
            into = self._reports.get(data["into"])
            earlier = into is not None and (into.reported_at, into.index) < (report.reported_at, report.index)
            if into is None or not earlier or into.ended == "merged":
                self._add(entry, "merged_into", into=data["into"])
        if word in ("claimed", "handled", "returned") and report.owner not in (None, data["handler_id"]):
            self._add(entry, "another_s", owner=str(report.owner), by=data["handler_id"])
        if word == "extended":
            self._extended(entry, report)
        if word == "posted" and report.sensitive:
            self._add(entry, "posted_sensitive")

    def _of_department(self, entry: Entry, department: str, book: Book) -> None:
        """What was sent to a department that has handlers is taken on by one of them."""
        held = [one for one in book.roles.get(entry.by, ()) if one.covers("department_handler", entry.on)]
        if entry.role != "department_handler" or department not in {one.department for one in held}:
            self._add(entry, "other_department", department=department, by=entry.by)

    def _extended(self, entry: Entry, report: _Report) -> None:
        """A step is given longer in its own unit, and by no more in all than its version says."""
        workflow = self._workflows.get(report.workflow or "")
        if workflow is None:
            return
        percents = [
            one["percent_max"] for one in workflow["besides"] if one["act"] == "extend" and "percent_max" in one
        ]
        due = [step for step in workflow["steps"] if step["mandatory"] and _needed(report, step["act"])]
        if not percents or not due:
            return
        limit, longer = due[0].get("limit"), entry.data["longer"]
        given = sum(one["amount"] for one in (*report.extended, longer) if limit and one["unit"] == limit["unit"])
        if limit is None or longer["unit"] != limit["unit"] or given > limit["amount"] * percents[0] // 100:
            self._add(entry, "extension_beyond", act=due[0]["act"])

    def _add(self, entry: Entry, reason: str, **facts: str) -> None:
        self._findings.add(f"workflows.{reason}", entry.place, **facts)

    def finish(self, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Count what was seen."""
        self._findings.summarise(Check.WORKFLOWS, reports=len(self._reports), followed=self._followed, acts=self._acts)


def _part(report: _Report, word: str, actor: str) -> str:
    """The part that an act is taken in; under older versions several acts are one part, or one of two."""
    act = _ACTS[word]
    if not report.apart and word in _PARTS_BEFORE:
        parts = _PARTS_BEFORE[word]
        held = [part for part in parts if actor in report.parts.get(part, ())]
        return held[0] if held else parts[-1]
    return _PARTS.get(word, act if act in report.apart else _CLERK)


def _needed(report: _Report, act: str) -> bool:
    """Whether a mandatory step is still to be done."""
    if act in report.done or (act == "post" and report.sensitive):
        return False
    return not (report.confirmed is False and act in _WITHOUT_HANDLING)


def _advance(report: _Report, entry: Entry, act: str) -> None:
    """How far the report has gone after an act."""
    data, steps = entry.data, act not in _BESIDE
    (report.done if steps else report.besides).append(act)
    if steps:
        report.extended = []
    match act:
        case "extend":
            report.extended.append(data["longer"])
        case "verify":
            report.confirmed = data["confirmed"]
        case "dispatch":
            report.owner = data.get("handler_id")
            report.bound = data["department"] if data.get("bound") else None
        case "reassign":
            report.done = [one for one in report.done if one not in ("claim", "arrive")]
            report.owner = data.get("handler_id")
            report.bound = data["department"] if data.get("bound") else None
        case "claim":
            report.owner = data["handler_id"]
        case "return":
            report.done = [one for one in report.done if one not in ("dispatch", "claim", "arrive")]
            report.owner = report.bound = None
        case "close" if not data["solved"]:
            report.done = [one for one in report.done if one not in ("handle", "feed_back", "close")]
        case "suspend" | "resume":
            report.suspended = act == "suspend"
        case "decline" | "merge" | "archive":
            report.ended = {"decline": "declined", "merge": "merged", "archive": "archived"}[act]
        case "reopen":
            report.done = [one for one in report.done if one in _KEPT]
            report.ended, report.owner, report.bound, report.suspended = None, None, None, False


_BESIDE: Final = frozenset(
    {
        "decline",
        "merge",
        "return",
        "reassign",
        "suspend",
        "resume",
        "extend",
        "remind",
        "supervise",
        "whistle",
        "reopen",
        "locate",
    }
)
