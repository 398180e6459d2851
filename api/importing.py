"""Bringing a register into the journal: every row an incident with its own times, its author and the reply to it.

What must not be broken: the same register again changes nothing, for every id follows from the journal, the profile and
the row; and whatever stops an import midway, running it again completes it. A row that the journal cannot take, or
that says something else than when it was imported, is a finding at its number, and its neighbours go in.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from api import comparing
from api.commands import incidents as commands
from api.commands.county import NewPerson, register_persons
from api.commands.incidents import Handling, Report
from api.commands.shared import incident_stream, lineage, person_stream, place_stream
from api.context import App
from api.files.findings import Finding, finding
from api.files.register import RegisterReading, RegisterRow
from api.files.register_profiles import RegisterProfile
from domain import persons, places
from domain.kernel.calendar import day_in_china
from domain.kernel.ids import derived
from domain.kernel.refusals import Refusal
from journal.facts import Actor

ROWS_PER_APPEND: Final = 200
# Another import of the same register may be ahead of us by one batch; then we look again at what is there.
_RACED: Final = frozenset({"incident.already_reported", "incident.already_handled", "person.already_registered"})
_ATTEMPTS_MAX: Final = 5

Progress = Callable[[int, int], None]
"""Told how many rows were dealt with, and of how many."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: incidents, replies and persons recorded now, rows that were there before, findings.

    `unchanged`: rows that say what the journal holds; `differing`: rows that do not, and changed nothing.
    """

    rows: int
    reported: int
    handled: int
    persons: int
    unchanged: int
    differing: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Batch:
    """What is still to be recorded of a few rows."""

    reports: tuple[Report, ...]
    handlings: tuple[Handling, ...]
    persons: tuple[NewPerson, ...]
    differing: tuple[Finding, ...]

    @property
    def differing_rows(self) -> int:
        """How many rows say something else than the journal."""
        return len({one.row for one in self.differing})


def incident_id(origin: str, profile: str, source_ref: str) -> UUID:
    """The id of a register's row as an incident of this journal."""
    return derived("incident", origin, profile, source_ref)


def import_messages(app: App, *, actor: Actor, reading: RegisterReading, progress: Progress | None = None) -> Imported:
    """Record every readable row of a register, in appends of at most 200 rows; the actor is the transcriber.

    Raises Refusal where the actor may not import (he needs the role administrator).
    """
    rows, findings = _acceptable(app, reading)
    since = _first_days(rows)
    columns = {reading.titles[field] for field in ("reply", "handled_at") if field in reading.titles}
    unanswered = {one.row for one in findings if one.row is not None and one.column in columns}
    counts = {"reported": 0, "handled": 0, "persons": 0, "unchanged": 0, "differing": 0}
    for start in range(0, len(rows), ROWS_PER_APPEND):
        part = rows[start : start + ROWS_PER_APPEND]
        batch = _import_part(app, actor, reading, part, since, unanswered)
        findings += batch.differing
        counts["reported"] += len(batch.reports)
        counts["handled"] += len(batch.handlings)
        counts["persons"] += len(batch.persons)
        counts["differing"] += batch.differing_rows
        counts["unchanged"] += len(part) - len(batch.reports) - _only_handled(batch) - batch.differing_rows
        if progress is not None:
            progress(start + len(part), len(rows))
    return Imported(rows=reading.row_count, findings=tuple(_in_order(findings)), **counts)


def _import_part(
    app: App,
    actor: Actor,
    reading: RegisterReading,
    part: Sequence[RegisterRow],
    since: Mapping[str, date],
    unanswered: Collection[int],
) -> _Batch:
    """Record what is missing of a few rows, in at most two appends."""
    for attempt in range(_ATTEMPTS_MAX):
        batch = _missing(app, actor, reading, part, since, unanswered)
        try:
            _record(app, actor, batch)
        except Refusal as refusal:
            if refusal.code not in _RACED or attempt == _ATTEMPTS_MAX - 1:
                raise
            continue
        break
    return batch


def _record(app: App, actor: Actor, batch: _Batch) -> None:
    today = day_in_china(app.journal.now())
    if batch.persons:
        key = f"import:persons:{derived('import', *(one.person_id for one in batch.persons))}"
        register_persons(app, actor=actor, key=key, new=batch.persons, on=today)
    if batch.reports:
        named = [report.incident_id for report in batch.reports]
        named += [handling.incident_id for handling in batch.handlings]
        key = f"import:rows:{derived('import', *named)}"
        commands.report(app, actor=actor, key=key, reports=batch.reports, handlings=batch.handlings)
    elif batch.handlings:
        key = f"import:replies:{derived('import', *(one.incident_id for one in batch.handlings))}"
        commands.handle(app, actor=actor, key=key, handlings=batch.handlings)


def _missing(
    app: App,
    actor: Actor,
    reading: RegisterReading,
    part: Sequence[RegisterRow],
    since: Mapping[str, date],
    unanswered: Collection[int],
) -> _Batch:
    """Compare a few rows with the journal: which reports, replies and persons are not in it yet."""
    profile, origin = reading.profile, app.journal.origin
    ids = {row.row: incident_id(origin, profile.name, row.source_ref) for row in part}
    found = app.journal.states([incident_stream(one) for one in ids.values()], comparing.evolve)
    states = {row.row: found[incident_stream(ids[row.row])] for row in part}
    department = derived("department", origin, profile.name)
    differing = comparing.differences(
        app,
        actor,
        reading,
        [(row, known) for row in part if (known := states[row.row]) is not None],
        author_of={row.author: author_id(origin, profile.name, row.author) for row in part},
        department=department,
        unanswered=unanswered,
    )
    changed = {one.row for one in differing}
    reports, handlings = [], []
    for row in part:
        known = states[row.row]
        if known is None:
            reports.append(_report(app, profile, row, ids[row.row]))
        if row.handled_at is None or row.row in changed:
            continue
        if known is None or known.incident.handling is None:
            handlings.append(Handling(ids[row.row], department, row.reply, row.handled_at))
    return _Batch(
        tuple(reports),
        tuple(handlings),
        tuple(_new_persons(app, profile, reports, handlings, part, since)),
        tuple(differing),
    )


def _report(app: App, profile: RegisterProfile, row: RegisterRow, identity: UUID) -> Report:
    return Report(
        incident_id=identity,
        reporter_id=author_id(app.journal.origin, profile.name, row.author),
        category=row.category,
        division=row.division or app.log.division,
        text=comparing.text_of(row),
        reported_at=row.reported_at,
        source=profile.source,
        source_ref=row.source_ref,
    )


def author_id(origin: str, profile: str, author: str) -> UUID:
    """The person that a register's author is in this journal."""
    return derived("person", origin, profile, author)


def _new_persons(
    app: App,
    profile: RegisterProfile,
    reports: Sequence[Report],
    handlings: Sequence[Handling],
    part: Sequence[RegisterRow],
    since: Mapping[str, date],
) -> Iterator[NewPerson]:
    """Authors of new reports, and the department that answers, as far as the journal does not know them."""
    wanted: dict[UUID, NewPerson] = {}
    reporters = {report.reporter_id for report in reports}
    for row in part:
        person_id = author_id(app.journal.origin, profile.name, row.author)
        if person_id in reporters:
            wanted[person_id] = _person(app, person_id, row.author, "member", since[row.author], profile)
    if handlings:
        person_id = handlings[0].handler_id
        first = min(since.values())
        named = f"答复部门（{profile.title}）"
        wanted[person_id] = _person(app, person_id, named, "department_handler", first, profile)
    known = app.journal.states([person_stream(person_id) for person_id in wanted], persons.evolve)
    return (person for person_id, person in wanted.items() if known[person_stream(person_id)] is None)


def _person(app: App, person_id: UUID, name: str, role: str, since: date, profile: RegisterProfile) -> NewPerson:
    """A person of the register. He signs nothing himself: what he said was written down by the importer."""
    return NewPerson(
        person_id=person_id,
        name=name,
        role=role,
        area=app.log.division,
        since=since,
        pseudonymous=profile.pseudonymous,
        signs=False,
    )


def _only_handled(batch: _Batch) -> int:
    """How many rows were known and only got their reply now."""
    new = {report.incident_id for report in batch.reports}
    return sum(handling.incident_id not in new for handling in batch.handlings)


def _acceptable(app: App, reading: RegisterReading) -> tuple[list[RegisterRow], list[Finding]]:
    """The rows that the journal can take, and the reader's findings with those about the others."""
    now = app.journal.now()
    refused = _refused_divisions(app, reading.rows)
    erased = _erased_authors(app, reading)
    rows: list[RegisterRow] = []
    findings: list[Finding] = []
    future: set[int] = set()
    for row in reading.rows:
        if row.row in refused:
            findings.append(_at(reading, row, refused[row.row], "division", row.division or ""))
        elif row.author in erased:
            findings.append(_at(reading, row, "author.erased", "author", ""))
        elif row.reported_at > now:
            future.add(row.row)
            findings.append(_in_future(reading, row, "reported_at", row.reported_at))
        elif row.handled_at is not None and row.handled_at > now:
            findings.append(_in_future(reading, row, "handled_at", row.handled_at))
            rows.append(replace(row, reply=None, handled_at=None))
        else:
            rows.append(row)
    # A reply is before a report in the future because of the report's own wrong year, which is what the clerk must see.
    told = [one for one in reading.findings if one.row not in future or one.code != "handling.before_report"]
    return rows, told + findings


def _in_future(reading: RegisterReading, row: RegisterRow, field: str, moment: datetime) -> Finding:
    return _at(reading, row, "time.in_future", field, f"{moment:%Y-%m-%d %H:%M}")


def _at(reading: RegisterReading, row: RegisterRow, code: str, field: str, value: str) -> Finding:
    return finding(code, file=reading.file, row=row.row, column=reading.titles.get(field), value=value)


def _erased_authors(app: App, reading: RegisterReading) -> set[str]:
    """Authors whose personal values were erased: nothing of theirs is kept again, nor compared."""
    people = {row.author: author_id(app.journal.origin, reading.profile.name, row.author) for row in reading.rows}
    found = app.journal.states([person_stream(person_id) for person_id in people.values()], persons.evolve)
    states = {author: found[person_stream(person_id)] for author, person_id in people.items()}
    return {author for author, person in states.items() if person is not None and person.erased}


def _refused_divisions(app: App, rows: Sequence[RegisterRow]) -> dict[int, str]:
    """The rows whose division nobody registered, or whose code was not valid on their day, with the finding's code."""
    county = app.log.division
    lineages = {row.division: lineage(row.division, county=county) for row in rows if row.division is not None}
    codes = {code for above in lineages.values() for code in above}
    found = app.journal.states([place_stream(code) for code in codes], places.evolve)
    refused: dict[int, str] = {}
    for row in rows:
        if row.division is not None:
            above = [found[place_stream(code)] for code in lineages[row.division]]
            try:
                places.require_valid(above, code=row.division, county=county, on=day_in_china(row.reported_at))
            except Refusal as refusal:
                refused[row.row] = "division.unknown" if refusal.code == "place.unknown" else "division.not_valid"
    return refused


def _first_days(rows: Sequence[RegisterRow]) -> dict[str, date]:
    """The day of each author's first message: from then on he is a member."""
    first: dict[str, date] = {}
    for row in rows:
        day = day_in_china(row.reported_at)
        first[row.author] = min(day, first.get(row.author, day))
    return first


def _in_order(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda one: (one.row or 0, one.column or ""))
