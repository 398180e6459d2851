"""Every report follows the workflow that was in force where and when it was made; nobody plays two parts in it.

What must not be broken: which workflow was in force, what it asks and how far a report had gone are folded here from
the events alone, by tables written for this check, so that a mistake of the program that records is not repeated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from audit.book import Book
from audit.entries import Entry, day_of
from audit.findings import Check, Findings
from audit.rules.report_courses import (
    ACTOR,
    ACTS,
    AFTER_ARCHIVING,
    ALIKE,
    JUDGING,
    UNBOUND,
    WHILE_SUSPENDED,
    Report,
    advance,
    needed,
    part_of,
)
from domain.kernel.places import Division, chain, contains
from domain.kernel.workflow_steps import EXTENSION_PERCENT_MAX, EXTENSIONS_MAX

_PREFIX: Final = "incident."
_REPORTED: Final = "incident.reported/1"


@dataclass(frozen=True, slots=True)
class _Choice:
    """A workflow that a division chose, for an item or for any, from a day on."""

    item: str | None
    workflow: str
    since: str


class Workflows:
    """Check 23."""

    types: ClassVar[frozenset[str] | None] = frozenset(
        {"workflow.published/1", "workflow.adopted/1", _REPORTED, *(f"{_PREFIX}{word}/1" for word in ACTS)}
    )
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._workflows: dict[str, Mapping[str, Any]] = {}
        self._choices: dict[str, list[_Choice]] = {}
        self._reports: dict[str, Report] = {}
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
        for act in JUDGING & steps.keys():
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
        self._reports[entry.identity] = Report(
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

    def _acted(self, entry: Entry, report: Report, word: str, book: Book) -> None:
        self._acts += 1
        act = ACTS[word]
        self._by(entry, report, word)
        if act == "locate":  # no template names it
            self._located(entry, report)
        else:
            self._turn(entry, report, act)
        self._facts(entry, report, word)
        if word in ("claimed", "handled", "returned") and report.bound is not None:
            self._of_department(entry, report.bound, book)
        advance(report, entry, act)

    def _by(self, entry: Entry, report: Report, word: str) -> None:
        """Who signed is whom the event names, and has played no other part."""
        named = entry.data.get(ACTOR.get(word, "actor_id"))
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
        part = "reporter" if word == "rated" and by_reporter else part_of(report, word, actor)
        self._plays(entry, report, actor, part)
        if word == "handled" and "transcribed_by" in entry.data:
            self._plays(entry, report, entry.data["transcribed_by"], "transcriber")

    def _plays(self, entry: Entry, report: Report, person: str, part: str) -> None:
        for other, people in report.parts.items():
            if person in people and other != part and not {other, part} <= ALIKE:
                self._add(entry, "two_parts", person=person, first=other, second=part)
        report.parts.setdefault(part, set()).add(person)

    def _turn(self, entry: Entry, report: Report, act: str) -> None:
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
            for missing in (step for step in before if step["mandatory"] and needed(report, step["act"])):
                self._add(entry, "out_of_turn", act=act, missing=missing["act"])
        elif report.besides.count(act) >= listed[0].get("times_max", len(report.besides) + 1):
            self._add(entry, "too_often", act=act)
        if (
            act == "reopen"
            and report.ended is None
            and any(step["mandatory"] and needed(report, step["act"]) for step in workflow["steps"])
        ):
            self._add(entry, "not_ended")

    def _unbound(self, entry: Entry, report: Report, act: str) -> None:
        if act not in UNBOUND:
            self._add(entry, "act_not_in", act=act, workflow="")
        elif entry.role not in UNBOUND[act]:
            self._add(entry, "role", act=act, role=entry.role)
        self._open(entry, report, act)
        if act in report.done:
            self._add(entry, "done_again", act=act)

    def _open(self, entry: Entry, report: Report, act: str) -> None:
        """A file that is closed or suspended takes few acts."""
        after = {"archived": AFTER_ARCHIVING, "declined": frozenset({"reopen"}), "merged": frozenset()}
        if report.ended is not None and act not in after[report.ended]:
            self._add(entry, "ended", ended=report.ended, act=act)
        if report.suspended and act not in WHILE_SUSPENDED:
            self._add(entry, "suspended", act=act)

    def _located(self, entry: Entry, report: Report) -> None:
        """A report only moves inwards, while it is open and nobody has verified it."""
        division = entry.data["division"]
        if report.ended is not None:
            self._add(entry, "ended", ended=report.ended, act="locate")
        if report.confirmed is not None:
            self._add(entry, "located_late")
        if division == report.division or not contains(Division(report.division), Division(division)):
            self._add(entry, "located_elsewhere", division=division, within=report.division)
        report.division = division

    def _facts(self, entry: Entry, report: Report, word: str) -> None:
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

    def _extended(self, entry: Entry, report: Report) -> None:
        """A step is given longer in its own unit, and by no more in all than its version says."""
        workflow = self._workflows.get(report.workflow or "")
        if workflow is None:
            return
        percents = [
            one["percent_max"] for one in workflow["besides"] if one["act"] == "extend" and "percent_max" in one
        ]
        due = [step for step in workflow["steps"] if step["mandatory"] and needed(report, step["act"])]
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
