"""Meetings decide where enough came, and only what enough agreed to; projects rest on such a decision and keep to it.

What must not be broken: quorum and majority are computed here again from the rule that the meeting was called under, as
two whole numbers, without rounding; money is allowed only by a vote on the agenda, told soon after the meeting; who
accepted a project is taken from who signed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Final

from audit.book import Book
from audit.entries import Entry
from audit.findings import Findings
from domain.kernel.places import Division, chain

_SIGNED: Final[Mapping[str, tuple[str, str]]] = {
    "meeting_rule.set/1": ("registrar", "setter_id"),
    "meeting.called/1": ("proposer", "caller_id"),
    "meeting.held/1": ("attendance_recorder", "recorder_id"),
    "meeting.eligible_explained/1": ("attendance_recorder", "recorder_id"),
    "meeting.sheet_kept/1": ("sheet_keeper", "keeper_id"),
    "meeting.resolved/1": ("teller", "teller_id"),
    "meeting.spending_allowed/1": ("teller", "teller_id"),
    "meeting.cancelled/1": ("withdrawer", "canceller_id"),
    "project.proposed/1": ("proposer", "proposer_id"),
    "project.contracted/1": ("contract_recorder", "recorder_id"),
    "project.progressed/1": ("progress_reporter", "reporter_id"),
    "project.accepted/1": ("accepter", "accepter_id"),
    "project.sent_back/1": ("accepter", "sender_id"),
    "project.closed/1": ("project_closer", "closer_id"),
}
"""Type -> the part that its signer plays, and the field that names him."""

_NEXT: Final[Mapping[str, tuple[frozenset[str], str]]] = {
    "meeting.called/1": (frozenset({""}), "called"),
    "meeting.held/1": (frozenset({"called"}), "held"),
    "meeting.eligible_explained/1": (frozenset({"held"}), "held"),
    "meeting.sheet_kept/1": (frozenset({"held"}), "held"),
    "meeting.resolved/1": (frozenset({"held"}), "held"),
    "meeting.spending_allowed/1": (frozenset({"held"}), "held"),
    "meeting.cancelled/1": (frozenset({"called"}), "cancelled"),
    "project.proposed/1": (frozenset({""}), "proposed"),
    "project.contracted/1": (frozenset({"proposed"}), "contracted"),
    "project.progressed/1": (frozenset({"contracted"}), "contracted"),
    "project.accepted/1": (frozenset({"contracted"}), "contracted"),
    "project.sent_back/1": (frozenset({"contracted"}), "contracted"),
    "project.closed/1": (frozenset({"proposed", "contracted"}), "closed"),
}
"""Type -> the states that it may follow, and the one that it leads to."""

_ACCEPTERS_MIN: Final = 2
_DAYS_LATE_MAX: Final = 15
_DAYS_AHEAD_MAX: Final = 92


@dataclass(slots=True)
class _Rule:
    """A rule of meetings, by the name of the event that set it."""

    name: str
    kind: str
    since: str
    data: Mapping[str, Any]


@dataclass(slots=True)
class _Meeting:
    """A meeting: the rule it was called under, who came, how many votes there were, who kept the sheet."""

    division: str
    kind: str
    agenda: frozenset[str]
    held_on: str
    rule: _Rule | None
    state: str = ""
    eligible: int = 0
    present: int = 0
    recorder: str = ""
    votes: int = 0
    last: str = ""  # the vote that was told last
    matter: str = ""  # what it was on
    matters: set[str] = field(default_factory=set)
    keepers: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Project:
    """A project: its budget, who had a part in the contract, who has accepted the work."""

    budget_fen: int
    resolution: str
    state: str = ""
    contractors: list[str] = field(default_factory=list)
    contracted_by: str = ""
    accepters: list[str] = field(default_factory=list)


class VillageMeetings:
    """Check 29, of meetings, their resolutions, and what is built upon them."""

    types: ClassVar[frozenset[str] | None] = frozenset(_SIGNED)
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._rules: dict[str, list[_Rule]] = {}  # division -> in the order of setting
        self._meetings: dict[str, _Meeting] = {}
        self._votes: dict[str, tuple[str, bool]] = {}  # resolution -> division, whether it passed
        self._tellers: dict[str, str] = {}  # resolution -> who told it
        self._eligible: dict[tuple[str, str], int] = {}  # village and kind -> to the meeting held last
        self._unexplained: dict[str, tuple[Entry, int]] = {}  # meeting -> that it was held, how many before
        self._left: dict[str, int] = {}  # resolution -> what it still leaves to the budgets of projects
        self._projects: dict[str, _Project] = {}

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Judge one step."""
        part, name = _SIGNED[entry.type]
        if entry.data[name] != entry.by:
            self._findings.add("village.signed_by_another", entry.place, part=part, named=entry.data[name], by=entry.by)
        match entry.category:
            case "meeting_rule":
                self._set(entry)
            case "meeting":
                self._met(entry)
            case _:
                self._built(entry)

    def _set(self, entry: Entry) -> None:
        data = entry.data
        rules = self._rules.setdefault(data["division"], [])
        last = max((one.since for one in rules if one.kind == data["kind"]), default="")
        if data["since"] < entry.on or data["since"] <= last:
            self._findings.add("village.affair_day", entry.place, day=data["since"])
        for name in ("quorum", "passing"):
            share = data[name]
            if share["part"] > share["of"] - share["more"]:
                self._findings.add("village.rule_share", entry.place, part=share["part"], of=share["of"])
        rules.append(_Rule(entry.name, data["kind"], data["since"], data))

    def _met(self, entry: Entry) -> None:
        data = entry.data
        if entry.type == "meeting.called/1" and entry.stream not in self._meetings:
            rule = self._in_force(data["division"], data["kind"], entry.on)
            if rule is None or rule.name != data["rule"]:
                self._findings.add("village.meeting_rule", entry.place, rule=data["rule"])
            agenda = frozenset(_matter(one) for one in data["agenda"])
            self._meetings[entry.stream] = _Meeting(data["division"], data["kind"], agenda, data["held_on"], rule)
            written, day = date.fromisoformat(entry.on), date.fromisoformat(data["held_on"])
            if not -_DAYS_LATE_MAX <= (day - written).days <= _DAYS_AHEAD_MAX:
                self._findings.add("village.affair_day", entry.place, day=data["held_on"])
        meeting = self._meetings.get(entry.stream)
        if meeting is None:
            self._order(entry, "")
            return
        before, after = _NEXT[entry.type]
        if meeting.state not in before:
            self._order(entry, meeting.state)
        meeting.state = after
        if entry.type == "meeting.held/1":
            self._held(entry, meeting)
        elif entry.type == "meeting.resolved/1":
            self._resolved(entry, meeting)
        elif entry.type == "meeting.eligible_explained/1":
            self._explained(entry)
        elif entry.type == "meeting.spending_allowed/1":
            self._allowed(entry, meeting)
        elif entry.type == "meeting.sheet_kept/1":
            meeting.keepers.add(entry.by)

    def _in_force(self, division: str, kind: str, on: str) -> _Rule | None:
        """The rule of the narrowest place that has one: the latest that had begun."""
        for area in chain(Division(division)):
            begun = [one for one in self._rules.get(area, ()) if one.kind == kind and one.since <= on]
            if begun:
                return max(begun, key=lambda one: one.since)
        return None

    def _held(self, entry: Entry, meeting: _Meeting) -> None:
        data = entry.data
        came = data["attendance"]
        meeting.eligible, meeting.recorder = data["eligible"], entry.by
        meeting.present = len(came) + data["on_sheet"]
        before = self._eligible.get((meeting.division, meeting.kind), meeting.eligible)
        self._eligible[meeting.division, meeting.kind] = meeting.eligible
        if before != meeting.eligible:
            self._unexplained[entry.stream] = entry, before
        if entry.on < meeting.held_on:
            self._findings.add("village.affair_day", entry.place, day=meeting.held_on)
        enough = meeting.rule is None or _reached(meeting.rule.data["quorum"], meeting.present, meeting.eligible)
        if not enough or not 0 < meeting.present <= meeting.eligible or len(set(came)) < len(came):
            facts = {"present": meeting.present, "eligible": meeting.eligible}
            self._findings.add("village.no_quorum", entry.place, **facts)

    def _explained(self, entry: Entry) -> None:
        _, before = self._unexplained.pop(entry.stream, (entry, 0))
        if entry.data["before"] != before:
            self._findings.add("village.eligible", entry.place, before=before, eligible=entry.data["before"])

    def _resolved(self, entry: Entry, meeting: _Meeting) -> None:
        data = entry.data
        meeting.votes += 1
        if (date.fromisoformat(entry.on) - date.fromisoformat(meeting.held_on)).days > _DAYS_LATE_MAX:
            self._findings.add("village.affair_day", entry.place, day=entry.on)
        meeting.matter = _matter(data["title"])
        if meeting.matter in meeting.matters:
            self._findings.add("village.voted_twice", entry.place, title=data["title"])
        meeting.matters.add(meeting.matter)
        if data["number"] != meeting.votes:
            self._findings.add("village.number", entry.place, found=data["number"], expected=meeting.votes)
        cast = data["agreed"] + data["opposed"] + data["abstained"]
        if not 0 < cast <= meeting.present:
            self._findings.add("village.votes", entry.place, votes=cast, present=meeting.present)
        if meeting.rule is not None:
            of_all = meeting.rule.data["passed_by"] == "eligible"
            among = meeting.eligible if of_all else meeting.present
            if _reached(meeting.rule.data["passing"], data["agreed"], among) != data["passed"]:
                self._findings.add("village.vote_result", entry.place, agreed=data["agreed"], among=among)
        self._apart(entry, "teller", [("attendance_recorder", meeting.recorder)])
        self._votes[entry.name] = meeting.division, data["passed"]
        self._tellers[entry.name] = entry.by
        meeting.last = entry.name

    def _allowed(self, entry: Entry, meeting: _Meeting) -> None:
        """How much may be spent is said with the vote, by whoever told it, once, of what the meeting was called for."""
        data = entry.data
        if meeting.matter not in meeting.agenda:
            self._findings.add("village.not_on_agenda", entry.place, title=meeting.matter)
        if data["number"] != meeting.votes or meeting.last in self._left:
            self._findings.add("village.number", entry.place, found=data["number"], expected=meeting.votes)
        self._apart(entry, "teller", [("attendance_recorder", meeting.recorder)])
        self._left[meeting.last] = data["limit_fen"]

    def _built(self, entry: Entry) -> None:
        data = entry.data
        if entry.type == "project.proposed/1" and entry.stream not in self._projects:
            if self._votes.get(data["resolution"]) != (data["division"], True):
                self._findings.add("village.resolution", entry.place, resolution=data["resolution"])
            self._witnessed(entry, data["resolution"])
            self._projects[entry.stream] = _Project(data["budget_fen"], data["resolution"])
            self._under(entry, data["resolution"], data["budget_fen"])
        project = self._projects.get(entry.stream)
        if project is None:
            self._order(entry, "")
            return
        before, after = _NEXT[entry.type]
        if project.state not in before:
            self._order(entry, project.state)
        project.state = after
        match entry.type:
            case "project.contracted/1":
                project.contractors, project.contracted_by = data["contractor_ids"], entry.by
                self._within(entry, project, data["amount_fen"])
                self._apart(entry, "contract_recorder", _parties(project)[:-1])
            case "project.accepted/1":
                accepted = [("accepter", one) for one in project.accepters]
                self._apart(entry, "accepter", [*_parties(project), *accepted])
                project.accepters.append(entry.by)
            case "project.sent_back/1":
                self._apart(entry, "accepter", _parties(project))
                project.accepters = []
            case "project.closed/1":
                self._closed(entry, project)

    def _witnessed(self, entry: Entry, resolution: str) -> None:
        """Another than who told the vote has kept the sheet that people signed."""
        meeting = self._meetings.get(resolution.partition("@")[0])
        if meeting is not None and not meeting.keepers - {self._tellers.get(resolution, "")}:
            self._findings.add("village.unwitnessed", entry.place, resolution=resolution)

    def _under(self, entry: Entry, resolution: str, budget_fen: int) -> None:
        """The budgets of all projects under a resolution are no more than it allows."""
        left_fen = self._left.get(resolution, 0)
        if budget_fen > left_fen:
            self._findings.add("village.above_resolution", entry.place, amount_fen=budget_fen, left_fen=left_fen)
        self._left[resolution] = left_fen - budget_fen

    def _closed(self, entry: Entry, project: _Project) -> None:
        if entry.data["outcome"] != "completed":
            self._left[project.resolution] = self._left.get(project.resolution, 0) + project.budget_fen
        completed, enough = entry.data["outcome"] == "completed", len(project.accepters) >= _ACCEPTERS_MIN
        if completed != enough:
            self._findings.add("village.not_accepted", entry.place, people=len(project.accepters))
        self._within(entry, project, entry.data["spent_fen"])
        self._apart(entry, "project_closer", _parties(project)[:-1])

    def _within(self, entry: Entry, project: _Project, amount_fen: int) -> None:
        if amount_fen > project.budget_fen:
            facts = {"amount_fen": amount_fen, "budget_fen": project.budget_fen}
            self._findings.add("village.over_budget", entry.place, **facts)

    def _apart(self, entry: Entry, part: str, played: list[tuple[str, str]]) -> None:
        for other, who in played:
            if who == entry.by:
                self._findings.add("village.acted_twice", entry.place, person=who, first=other, second=part)

    def _order(self, entry: Entry, state: str) -> None:
        self._findings.add("village.order", entry.place, type=entry.type, state=state)

    def finish(self, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Name the meetings to which others might have come than to the one before, for no stated reason."""
        for entry, before in self._unexplained.values():
            self._findings.add("village.eligible", entry.place, before=before, eligible=entry.data["eligible"])


def _matter(title: str) -> str:
    """What is voted on, whatever the blanks between its words."""
    return "".join(title.split())


def _reached(share: Mapping[str, Any], count: int, among: int) -> bool:
    """Whether so many among so many are the share."""
    have, need = count * int(share["of"]), among * int(share["part"])
    return have > need if share["more"] else have >= need


def _parties(project: _Project) -> list[tuple[str, str]]:
    """Who had a part in the contract; who wrote it down comes last."""
    return [*(("contractor", one) for one in project.contractors), ("contract_recorder", project.contracted_by)]
