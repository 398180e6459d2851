"""What the village's meetings decided, from the events of meetings and micro-projects alone.

What must not be broken: the figures rest on nothing but these events. Twin: `projections.disclosed.meetings`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final, NamedTuple

from audit.entries import Entry
from audit.rules.disclosed.fold import Parameters
from domain.kernel.disclosed import months, once, span
from domain.kernel.documents import Column, Document, Row, Table
from domain.kernel.places import Division, chain, contains

_MEETINGS: Final = (
    Column("place", "place"),
    Column("held_on", "date"),
    Column("kind", "code"),
    Column("title", "text"),
    Column("state", "code"),
    Column("eligible", "int"),
    Column("present", "int"),
    Column("eligible_reason", "text"),
)
_RESOLUTIONS: Final = (
    Column("place", "place"),
    Column("held_on", "date"),
    Column("title", "text"),
    Column("text", "text"),
    Column("agreed", "int"),
    Column("opposed", "int"),
    Column("abstained", "int"),
    Column("result", "code"),
)
_PROJECTS: Final = (
    Column("place", "place"),
    Column("title", "text"),
    Column("state", "code"),
    Column("budget_fen", "fen"),
    Column("contractor", "text"),
    Column("amount_fen", "fen"),
    Column("accepters", "int"),
    Column("spent_fen", "fen"),
)
_ACCEPTERS_MIN: Final = 2


@dataclass(slots=True)
class _Project:
    """A micro-project as its events tell it."""

    order: int
    division: str
    title: str
    budget_fen: int
    state: str = "proposed"
    contractor: str | None = None
    amount_fen: int | None = None
    accepters: int = 0
    spent_fen: int | None = None


class _Standing(NamedTuple):
    """How a micro-project stood after an event of its day."""

    day: str
    state: str
    contractor: str | None
    amount_fen: int | None
    accepters: int
    spent_fen: int | None


@dataclass(slots=True)
class _Built:
    """A micro-project, and how it stood after each of its events."""

    now: _Project
    standings: list[_Standing] = field(default_factory=list)

    def note(self, day: str) -> None:
        """Keep how it stands after an event of a day."""
        one = self.now
        figures = (one.contractor, one.amount_fen, one.accepters, one.spent_fen)
        self.standings.append(_Standing(day, one.state, *figures))

    def on(self, last: str | None) -> _Standing | None:
        """How it stood on a day; None as a day: how it stands now."""
        return next((one for one in reversed(self.standings) if last is None or one.day <= last), None)


@dataclass(slots=True)
class _Vote:
    """A vote of a meeting, and what rests on it."""

    order: int
    name: str
    data: Mapping[str, object]
    projects: list[_Built] = field(default_factory=list)


@dataclass(slots=True)
class _Meeting:
    """A meeting as its events tell it."""

    order: int
    data: Mapping[str, str]
    state: str = "called"
    eligible: int | None = None
    present: int | None = None
    eligible_reason: str | None = None
    votes: list[_Vote] = field(default_factory=list)


class Meetings:
    """The meetings, their votes and the micro-projects, as the events so far tell them."""

    query: ClassVar[str] = "meetings/1"
    types: ClassVar[frozenset[str]] = frozenset(
        {
            "meeting.called/1",
            "meeting.held/1",
            "meeting.eligible_explained/1",
            "meeting.resolved/1",
            "meeting.cancelled/1",
            "project.proposed/1",
            "project.contracted/1",
            "project.accepted/1",
            "project.sent_back/1",
            "project.closed/1",
        }
    )

    def __init__(self) -> None:
        self._meetings: dict[str, _Meeting] = {}
        self._of: dict[tuple[str, str], list[_Meeting]] = {}  # (month, area) -> in the order of the log
        self._votes: dict[str, _Vote] = {}  # by the name of the event
        self._projects: dict[str, _Built] = {}

    def apply(self, entry: Entry) -> None:
        """Take one event in."""
        if entry.category == "project":
            self._project(entry)
        elif entry.type == "meeting.called/1":
            if entry.identity not in self._meetings:
                self._called(entry)
        elif meeting := self._meetings.get(entry.identity):
            self._met(entry, meeting)

    def _called(self, entry: Entry) -> None:
        meeting = self._meetings[entry.identity] = _Meeting(entry.index, entry.data)
        for area in chain(Division(entry.data["division"])):
            self._of.setdefault((entry.data["held_on"][:7], area), []).append(meeting)

    def _met(self, entry: Entry, meeting: _Meeting) -> None:
        data = entry.data
        match entry.type:
            case "meeting.held/1":
                present = len(data["attendance"]) + data["on_sheet"]
                meeting.state, meeting.eligible, meeting.present = "held", data["eligible"], present
            case "meeting.eligible_explained/1":
                meeting.eligible_reason = data["reason"]
            case "meeting.resolved/1":
                vote = self._votes[entry.name] = _Vote(entry.index, entry.name, data)
                meeting.votes.append(vote)
            case _:
                meeting.state = "cancelled"

    def _project(self, entry: Entry) -> None:
        data, project = entry.data, self._projects.get(entry.identity)
        if entry.type == "project.proposed/1":
            if project is None:
                head = (entry.index, data["division"], data["title"], data["budget_fen"])
                project = self._projects[entry.identity] = _Built(_Project(*head))
                project.note(entry.on)
                if vote := self._votes.get(data["resolution"]):
                    vote.projects.append(project)
        elif project is not None:
            _changed(project.now, entry)
            project.note(entry.on)

    def document(self, *, division: Division, period: str, parameters: Parameters, position: int) -> Document:
        """The meetings of a division, or below it, in a period; or one meeting, by its id (`once-<uuid>`)."""
        found = sorted(self._asked(division, period), key=lambda one: one.order)
        votes = sorted(((vote, one) for one in found for vote in one.votes), key=lambda pair: pair[0].order)
        last = None if once(period) is not None else span(period)[1].isoformat()
        resting = sorted((one for vote, _ in votes for one in vote.projects), key=lambda one: one.now.order)
        built = [(one.now, standing) for one in resting if (standing := one.on(last)) is not None]
        return Document(
            kind="meetings",
            division=division,
            period=period,
            query=self.query,
            parameters=parameters,
            position=position,
            sentence=_sentence(found, [vote for vote, _ in votes], built),
            tables=(
                Table("meetings", _MEETINGS, tuple(map(_meeting_row, found))),
                Table("resolutions", _RESOLUTIONS, tuple(_vote_row(vote, one) for vote, one in votes)),
                Table("projects", _PROJECTS, tuple(map(_project_row, built)), _sums(built)),
            ),
        )

    def _asked(self, division: Division, period: str) -> Iterable[_Meeting]:
        happened = once(period)
        if happened is not None:
            one = self._meetings.get(happened)
            return [one] if one is not None and contains(division, Division(one.data["division"])) else []
        return [one for month in months(period) for one in self._of.get((month, division), ())]


def _changed(project: _Project, entry: Entry) -> None:
    data = entry.data
    match entry.type:
        case "project.contracted/1":
            project.state = "contracted"
            project.contractor, project.amount_fen = data["contractor"], data["amount_fen"]
        case "project.accepted/1":
            project.accepters += 1
            if project.accepters >= _ACCEPTERS_MIN:
                project.state = "accepted"
        case "project.sent_back/1":
            project.state, project.accepters = "contracted", 0
        case _:
            project.state, project.spent_fen = data["outcome"], data["spent_fen"]


def _meeting_row(one: _Meeting) -> Row:
    data = one.data
    came = (one.eligible, one.present, one.eligible_reason)
    return data["division"], data["held_on"], data["kind"], data["title"], one.state, *came


def _vote_row(vote: _Vote, meeting: _Meeting) -> Row:
    data = vote.data
    votes = (_whole(data["agreed"]), _whole(data["opposed"]), _whole(data["abstained"]))
    result = "passed" if data["passed"] else "not_passed"
    head = (meeting.data["division"], meeting.data["held_on"])
    return *head, str(data["title"]), str(data["text"]), *votes, result


def _project_row(of: tuple[_Project, _Standing]) -> Row:
    one, then = of
    contract = (then.contractor, then.amount_fen)
    return one.division, one.title, then.state, one.budget_fen, *contract, then.accepters, then.spent_fen


def _sums(built: Sequence[tuple[_Project, _Standing]]) -> dict[str, int]:
    return {
        "budget_fen": sum(one.budget_fen for one, _ in built),
        "amount_fen": sum(then.amount_fen or 0 for _, then in built),
        "spent_fen": sum(then.spent_fen or 0 for _, then in built),
    }


def _sentence(
    found: Sequence[_Meeting], votes: Sequence[_Vote], built: Sequence[tuple[_Project, _Standing]]
) -> dict[str, int]:
    return {
        "count": len(found),
        "held": sum(one.state == "held" for one in found),
        "resolutions": len(votes),
        "passed": sum(bool(vote.data["passed"]) for vote in votes),
        "projects": len(built),
        "budget_fen": sum(one.budget_fen for one, _ in built),
    }


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
