"""Meetings: the rule of how many must come and agree, calling one, who came, the votes; and finding a resolution.

What must not be broken: a meeting is judged by the rule under which it was called, whatever was set since.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Final
from uuid import UUID

from api.commands.affairs.shared import take_step
from api.commands.deeds.shared import Kind, unknown_of
from api.commands.shared import place_known, require
from api.context import App
from domain.affairs import meeting_rules, meetings
from domain.affairs.meeting_rules import MeetingRules, rule_in_force, rules_stream
from domain.affairs.meetings import Meeting
from domain.kernel.events import Attachment
from domain.kernel.ids import EventName, StreamName, parse_stream, stream_name
from domain.kernel.places import Division, chain
from domain.kernel.quorums import MeetingRule, Share
from domain.kernel.refusals import Refusal
from journal.errors import IntegrityError
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading
from projections import meetings as held_meetings


def meeting_stream(meeting_id: UUID) -> StreamName:
    """The stream of a meeting."""
    return stream_name("meeting", meeting_id)


MEETING: Final[Kind[Meeting]] = Kind(
    "meeting_id", meeting_stream, meetings.evolve, unknown=lambda: Refusal("meeting.unknown")
)


@dataclass(frozen=True, slots=True)
class NewRule:
    """How many must come to a kind of meeting in a division, and how many of them (or of all) must agree."""

    division: Division
    kind: str
    quorum: Share
    passing: Share
    passed_by: str
    since: date
    document: str


@dataclass(frozen=True, slots=True)
class NewMeeting:
    """A meeting to call; title, place and agenda are public and name nobody."""

    meeting_id: UUID
    division: Division
    kind: str
    title: str
    agenda: tuple[str, ...]
    held_on: date
    place: str


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who came: those registered by id, and how many others signed the numbered sheet. `files`: the sheet itself;
    `eligible_reason`: why others might have come than to the last meeting of the kind (public).
    """

    eligible: int
    person_ids: tuple[UUID, ...]
    on_sheet: int = 0
    sheet: str | None = None
    files: tuple[Attachment, ...] = ()
    eligible_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Vote:
    """What was put to the vote, and the votes. `limit_fen`: how much may be spent under it, None for nothing."""

    title: str
    text: str
    agreed: int
    opposed: int
    abstained: int
    limit_fen: int | None = None


def set_rule(app: App, *, actor: Actor, key: str, new: NewRule, on: date) -> Receipt:
    """Set the rule of a kind of meeting."""
    stream = rules_stream(new.division)

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "meeting_rule.set/1", division=new.division, on=on)
        event = meeting_rules.set_rule(
            read.state(stream, meeting_rules.evolve),
            division=new.division,
            division_known=place_known(read, new.division),
            kind=new.kind,
            quorum=new.quorum,
            passing=new.passing,
            passed_by=new.passed_by,
            since=new.since,
            today=on,
            document=new.document,
            actor_id=actor.person_id,
        )
        yield Fact(stream, event, on)

    inputs = {
        "command": "meeting_rule.set",
        "division": new.division,
        "kind": new.kind,
        "quorum": asdict(new.quorum),
        "passing": asdict(new.passing),
        "passed_by": new.passed_by,
        "since": new.since.isoformat(),
        "document": new.document,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def call(app: App, *, actor: Actor, key: str, new: NewMeeting, on: date) -> Receipt:
    """Call a meeting, under the rule that is in force there today."""
    stream = meeting_stream(new.meeting_id)

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "meeting.called/1", division=new.division, on=on)
        event = meetings.call(
            read.state(stream, meetings.evolve),
            division=new.division,
            division_known=place_known(read, new.division),
            kind=new.kind,
            title=new.title,
            agenda=new.agenda,
            held_on=new.held_on,
            place=new.place,
            rule=rule_in_force(_layers(read, new.division), kind=new.kind, on=on),
            today=on,
            actor_id=actor.person_id,
        )
        yield Fact(stream, event, on)

    inputs = {
        "command": "meeting.call",
        "meeting_id": str(new.meeting_id),
        "division": new.division,
        "kind": new.kind,
        "title": new.title,
        "agenda": list(new.agenda),
        "held_on": new.held_on.isoformat(),
        "place": new.place,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def hold(app: App, *, actor: Actor, key: str, meeting_id: UUID, came: Attendance, on: date) -> Receipt:
    """Write down who came, and keep the sheet that they signed."""
    stream = meeting_stream(meeting_id)

    def decided(read: Reading, meeting: Meeting) -> Iterator[Fact]:
        held = meetings.hold(
            meeting,
            rule=_rule(read, meeting.rule),
            eligible=came.eligible,
            attendance=came.person_ids,
            unknown=unknown_of(read, came.person_ids),
            on_sheet=came.on_sheet,
            sheet=came.sheet,
            today=on,
            actor_id=actor.person_id,
        )
        yield Fact(stream, held, on)
        explained = meetings.explain_eligible(
            held, before=_eligible_before(app, read, meeting), reason=came.eligible_reason
        )
        if explained is not None:
            require(read, actor, "meeting.eligible_explained/1", division=meeting.division, on=on)
            yield Fact(stream, explained, on)
        if came.files:
            require(read, actor, "meeting.sheet_kept/1", division=meeting.division, on=on)
            after = meetings.evolve(meeting, held)
            yield Fact(stream, meetings.keep_sheet(after, files=came.files, actor_id=actor.person_id), on)

    inputs = {
        "command": "meeting.hold",
        "eligible": came.eligible,
        "person_ids": [str(one) for one in came.person_ids],
        "on_sheet": came.on_sheet,
        "sheet": came.sheet,
        **({"eligible_reason": came.eligible_reason} if came.eligible_reason else {}),
        **({"files": [one.sha256 for one in came.files]} if came.files else {}),
    }
    return MEETING.step(
        app,
        meeting_id,
        actor=actor,
        key=key,
        event_type="meeting.held/1",
        inputs=inputs,
        on=on,
        decided=decided,
    )


def _eligible_before(app: App, read: Reading, meeting: Meeting) -> int | None:
    """How many might have come to the last meeting of the kind there: the read model finds it, its stream decides."""
    app.caught_up(app.journal.position())
    with app.reading.connection() as conn:
        last = held_meetings.last_held(conn, meeting.division, meeting.kind)
    before = read.state(meeting_stream(last), meetings.evolve) if last is not None else None
    return before.eligible if before is not None else None


def keep_sheet(app: App, *, actor: Actor, key: str, meeting_id: UUID, files: Sequence[Attachment], on: date) -> Receipt:
    """Keep the signed attendance sheet, or more of it."""

    def decided(_read: Reading, meeting: Meeting) -> object:
        return meetings.keep_sheet(meeting, files=files, actor_id=actor.person_id)

    return take_step(
        MEETING,
        app,
        meeting_id,
        actor=actor,
        key=key,
        event_type="meeting.sheet_kept/1",
        inputs={"command": "meeting.keep_sheet", "files": [one.sha256 for one in files]},
        on=on,
        decided=decided,
    )


def resolve(app: App, *, actor: Actor, key: str, meeting_id: UUID, vote: Vote, on: date) -> Receipt:
    """Write down a vote, as another than who wrote down who came; and in the same append what may be spent under it."""
    stream = meeting_stream(meeting_id)

    def decided(read: Reading, meeting: Meeting) -> Iterator[Fact]:
        resolved = meetings.resolve(
            meeting,
            rule=_rule(read, meeting.rule),
            title=vote.title,
            text=vote.text,
            agreed=vote.agreed,
            opposed=vote.opposed,
            abstained=vote.abstained,
            today=on,
            actor_id=actor.person_id,
        )
        yield Fact(stream, resolved, on)
        if vote.limit_fen is not None:
            require(read, actor, "meeting.spending_allowed/1", division=meeting.division, on=on)
            after = meetings.evolve(meeting, resolved)
            allowed = meetings.allow_spending(after, limit_fen=vote.limit_fen, actor_id=actor.person_id)
            if allowed is not None:
                yield Fact(stream, allowed, on)

    inputs = {"command": "meeting.resolve", **asdict(vote)}
    if vote.limit_fen is None:
        del inputs["limit_fen"]
    return MEETING.step(
        app,
        meeting_id,
        actor=actor,
        key=key,
        event_type="meeting.resolved/1",
        inputs=inputs,
        on=on,
        decided=decided,
    )


def cancel(app: App, *, actor: Actor, key: str, meeting_id: UUID, reason: str, on: date) -> Receipt:
    """Say that it was not held."""

    def decided(_read: Reading, meeting: Meeting) -> object:
        return meetings.cancel(meeting, reason=reason, actor_id=actor.person_id)

    return take_step(
        MEETING,
        app,
        meeting_id,
        actor=actor,
        key=key,
        event_type="meeting.cancelled/1",
        inputs={"command": "meeting.cancel", "reason": reason},
        on=on,
        decided=decided,
    )


@dataclass(frozen=True, slots=True)
class Found:
    """A resolution that somebody names: of which division, whether it passed, who wrote it down, what may be spent
    under it, and whether another has kept the sheet that people signed.
    """

    division: Division
    passed: bool
    teller_id: UUID
    limit_fen: int
    witnessed: bool


def resolution_found(read: Reading, named: EventName) -> Found | None:
    """The resolution of an event's name (`meeting/<id>@<seq>`); None where there is none of that name.

    For whatever a meeting has to authorise: a micro-project, a payment above a limit.
    """
    stream, _, seq = named.partition("@")
    try:
        category, meeting_id = parse_stream(stream)
        number = int(seq)
    except ValueError:
        return None
    meeting = read.state(meeting_stream(meeting_id), meetings.evolve) if category == "meeting" else None
    if meeting is None:
        return None
    found = next((one for one in meeting.resolutions if one.seq == number), None)
    if found is None:
        return None
    return Found(meeting.division, found.passed, found.teller_id, found.limit_fen, meeting.witnessed(found))


def _layers(read: Reading, division: Division) -> Sequence[MeetingRules | None]:
    """The rules of a division and those above it, narrowest first."""
    streams = [rules_stream(code) for code in chain(division)]
    found = read.states(streams, meeting_rules.evolve)
    return [found[stream] for stream in streams]


def _rule(read: Reading, named: EventName) -> MeetingRule:
    """The rule that an event set. A meeting names one that there is, or the journal is not whole."""
    stream, _, seq = named.partition("@")
    rules = read.state(StreamName(stream), meeting_rules.evolve)
    if rules is None or not 1 <= int(seq) <= len(rules.rules):
        raise IntegrityError(f"a meeting names a rule that is not there: {named}")
    return rules.rules[int(seq) - 1].rule
