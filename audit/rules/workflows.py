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
from domain.kernel.places import Division, chain

_PREFIX: Final = "incident."
_REPORTED: Final = "incident.reported/1"

_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "verified": ("verifier",),
    "closed": ("verifier",),
    "claimed": ("handler",),
    "arrived": ("handler",),
    "returned": ("handler",),
    "handled": ("handler",),
    "validity_decided": ("decider",),
    "fed_back": ("handler", "clerk"),
    "rated": ("reporter", "clerk"),
    "supervised": ("supervisor",),
    "whistled": ("supervisor",),
    "reminded": (),
}
_CLERK: Final = ("clerk",)
_ALIKE: Final = frozenset({"clerk", "transcriber"})
"""Whoever keeps the file may also write down what others say."""

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
    parts: dict[str, set[str]]
    done: list[str] = field(default_factory=list)
    besides: list[str] = field(default_factory=list)
    confirmed: bool | None = None
    suspended: bool = False
    ended: str | None = None
    owner: str | None = None


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

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Note workflows and choices; judge a report and each act on it."""
        data = entry.data
        if entry.type == "workflow.published/1":
            self._workflows[entry.name] = data
        elif entry.type == "workflow.adopted/1":
            if data["workflow"] not in self._workflows:
                self._add(entry, "unknown", workflow=data["workflow"])
            choice = _Choice(data.get("item"), data["workflow"], data["since"])
            self._choices.setdefault(data["division"], []).append(choice)
        elif entry.type == _REPORTED:
            self._reported(entry)
        elif (report := self._reports.get(entry.identity)) is not None:  # else `duties` says that there is none
            self._acted(entry, report, entry.type.removeprefix(_PREFIX).partition("/")[0])

    def _reported(self, entry: Entry) -> None:
        data = entry.data
        parts = {"reporter": {data["reporter_id"]}}
        if "transcribed_by" in data:
            parts["transcriber"] = {data["transcribed_by"]}
        workflow, expected = data.get("workflow"), self._in_force(entry)
        if workflow != expected:
            self._add(entry, "not_in_force", found=str(workflow), expected=str(expected))
        self._followed += workflow is not None
        self._reports[entry.identity] = _Report(workflow, data["reported_at"], data["sensitive"], parts)

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

    def _acted(self, entry: Entry, report: _Report, word: str) -> None:
        self._acts += 1
        act = _ACTS[word]
        self._by(entry, report, word)
        self._turn(entry, report, act)
        self._facts(entry, report, word)
        _advance(report, entry, act)

    def _by(self, entry: Entry, report: _Report, word: str) -> None:
        """Who signed is whom the event names, and has played no other part."""
        named = entry.data.get(_ACTOR.get(word, "actor_id"))
        if named is not None and named != entry.by:
            self._add(entry, "signed_by_another", named=named, by=entry.by)
        parts = _PARTS.get(word, _CLERK)
        if not parts:
            if entry.role == "member" and entry.by not in report.parts["reporter"]:
                self._add(entry, "signed_by_another", named="reporter", by=entry.by)
            return
        actor = entry.data["handler_id"] if word == "handled" else entry.by
        held = [part for part in parts if actor in report.parts.get(part, ())]
        by_reporter = actor in report.parts["reporter"]
        if word == "rated" and (
            entry.data["by_reporter"] is not by_reporter or (entry.role == "member" and not by_reporter)
        ):
            self._add(entry, "signed_by_another", named="reporter", by=entry.by)
        played = held[0] if held else parts[-1]
        self._plays(entry, report, actor, played)
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

    def _facts(self, entry: Entry, report: _Report, word: str) -> None:
        """What an act says agrees with what was there."""
        data = entry.data
        if word == "merged":
            into = self._reports.get(data["into"])
            earlier = into is not None and (into.reported_at, data["into"]) < (report.reported_at, entry.identity)
            if into is None or not earlier or into.ended == "merged":
                self._add(entry, "merged_into", into=data["into"])
        if word in ("claimed", "handled", "returned") and report.owner not in (None, data["handler_id"]):
            self._add(entry, "another_s", owner=str(report.owner), by=data["handler_id"])
        if word == "posted" and report.sensitive:
            self._add(entry, "posted_sensitive")

    def _add(self, entry: Entry, reason: str, **facts: str) -> None:
        self._findings.add(f"workflows.{reason}", entry.place, **facts)

    def finish(self, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Count what was seen."""
        self._findings.summarise(Check.WORKFLOWS, reports=len(self._reports), followed=self._followed, acts=self._acts)


def _needed(report: _Report, act: str) -> bool:
    """Whether a mandatory step is still to be done."""
    if act in report.done or (act == "post" and report.sensitive):
        return False
    return not (report.confirmed is False and act in _WITHOUT_HANDLING)


def _advance(report: _Report, entry: Entry, act: str) -> None:
    """How far the report has gone after an act."""
    data, steps = entry.data, act not in _BESIDE
    (report.done if steps else report.besides).append(act)
    match act:
        case "verify":
            report.confirmed = data["confirmed"]
        case "dispatch":
            report.owner = data.get("handler_id")
        case "reassign":
            report.done = [one for one in report.done if one not in ("claim", "arrive")]
            report.owner = data.get("handler_id")
        case "claim":
            report.owner = data["handler_id"]
        case "return":
            report.done = [one for one in report.done if one not in ("dispatch", "claim", "arrive")]
            report.owner = None
        case "close" if not data["solved"]:
            report.done = [one for one in report.done if one not in ("handle", "feed_back", "close")]
        case "suspend" | "resume":
            report.suspended = act == "suspend"
        case "decline" | "merge" | "archive":
            report.ended = {"decline": "declined", "merge": "merged", "archive": "archived"}[act]
        case "reopen":
            report.done = [one for one in report.done if one in _KEPT]
            report.ended, report.owner, report.suspended = None, None, False


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
    }
)
