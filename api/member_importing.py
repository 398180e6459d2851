"""Bringing a roster of members into the journal: every row an application that the importer wrote down (代录).

What must not be broken: the same roster again changes nothing, for every id follows from the journal, the profile and
the roster's number; a changed row is told with its column and never recorded over the old one. Nobody becomes a member
by it: others vet and appoint, as for every application.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from api.commands.county import Account
from api.commands.duty import member_stream
from api.commands.members import Application, apply
from api.commands.shared import person_stream
from api.context import App
from api.files.findings import Finding, finding
from api.files.member_lists import RosterReading, RosterRow, RosterUnread
from domain import members, persons
from domain.kernel.calendar import day_in_china
from domain.kernel.events import Commitment
from domain.kernel.ids import derived
from domain.kernel.names import mask_name
from domain.kernel.places import Division
from domain.members import Member
from domain.persons import Person
from journal.facts import Actor
from projections import places

ROWS_PER_APPEND: Final = 100
REASON: Final = "import.compare"
"""Why the vault was opened."""

IMPORTERS: Final = ("county_officer", "administrator")
"""The roles in which a roster is imported: whoever holds several acts in the first."""

Progress = Callable[[int, int], None]

RowStanding = Literal["new", "applied", "unchanged", "differing", "problem"]
"""Will be recorded; was recorded now; was there before; says something else than the journal; cannot be taken."""


@dataclass(frozen=True, slots=True)
class RowStatus:
    """What became of one row. `name` is masked; `person_id` is None for a row without a usable number."""

    row: int
    ref: str | None
    name: str | None
    person_id: UUID | None
    standing: RowStanding


@dataclass(frozen=True, slots=True)
class MembersImported:
    """What an import did: applications recorded now, rows that were there before, and rows that differ from them.

    `statuses` has every row that holds anything, in the order of the file.
    """

    rows: int
    applied: int
    unchanged: int
    differing: int
    findings: tuple[Finding, ...]
    statuses: tuple[RowStatus, ...]


@dataclass(frozen=True, slots=True)
class MembersPreview:
    """What an import would do: the rows that are new, with their places, and counts as those of `MembersImported`."""

    rows: int
    new: tuple[tuple[RosterRow, Division], ...]
    unchanged: int
    differing: int
    findings: tuple[Finding, ...]


def roster_person_id(origin: str, profile: str, ref: str) -> UUID:
    """The person that a number of a roster is in this journal."""
    return derived("person", origin, profile, ref)


def import_members(
    app: App, *, actor: Actor, reading: RosterReading, progress: Progress | None = None
) -> MembersImported:
    """Record an application for every row that the journal does not know, in appends of at most a hundred.

    Raises Refusal where the actor may not write down applications there.
    """
    findings = list(reading.findings)
    rows = list(_placed(app, reading, findings))
    applied = unchanged = differing = 0
    fresh: set[int] = set()
    for start in range(0, len(rows), ROWS_PER_APPEND):
        part = rows[start : start + ROWS_PER_APPEND]
        new, told = _compared(app, actor, reading, part)
        findings += told
        fresh |= {row.row for row, _ in new}
        if new:
            ids = [roster_person_id(app.journal.origin, reading.profile.name, row.ref) for row, _ in new]
            applications = [_application(row, area, one) for (row, area), one in zip(new, ids, strict=True)]
            key = f"import:members:{derived('import', *ids)}"
            apply(app, actor=actor, key=key, applications=applications, on=day_in_china(app.journal.now()))
        changed = len({one.row for one in told})
        applied, differing = applied + len(new), differing + changed
        unchanged += len(part) - len(new) - changed
        if progress is not None:
            progress(start + len(part), len(rows))
    statuses = _statuses(app, reading, findings, fresh, "applied")
    return MembersImported(reading.row_count, applied, unchanged, differing, _in_order(findings), statuses)


def preview_members(app: App, *, actor: Actor, reading: RosterReading) -> MembersPreview:
    """What `import_members` would do now. Nothing is recorded but the opening of what rows are compared with."""
    findings = list(reading.findings)
    rows = list(_placed(app, reading, findings))
    new: list[tuple[RosterRow, Division]] = []
    differing = 0
    for start in range(0, len(rows), ROWS_PER_APPEND):
        part, told = _compared(app, actor, reading, rows[start : start + ROWS_PER_APPEND])
        new += part
        findings += told
        differing += len({one.row for one in told})
    unchanged = len(rows) - len(new) - differing
    return MembersPreview(reading.row_count, tuple(new), unchanged, differing, _in_order(findings))


def _statuses(
    app: App, reading: RosterReading, findings: Sequence[Finding], fresh: Collection[int], standing: RowStanding
) -> tuple[RowStatus, ...]:
    """Every row with what became of it; `standing` is that of the rows that are `fresh`."""
    found: dict[int, RowStanding] = {}
    for one in findings:
        if one.row is not None:
            differs = one.code.startswith("recorded.") and found.get(one.row) != "problem"
            found[one.row] = "differing" if differs else "problem"
    origin, profile = app.journal.origin, reading.profile.name
    taken = [
        RowStatus(
            row.row,
            row.ref,
            mask_name(row.name),
            roster_person_id(origin, profile, row.ref),
            standing if row.row in fresh else found.get(row.row, "unchanged"),
        )
        for row in reading.rows
    ]
    left = [RowStatus(one.row, one.ref, None, None, "problem") for one in reading.unread]
    return tuple(sorted([*taken, *left], key=lambda one: one.row))


def _in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda one: (one.row or 0, one.column or "")))


def _placed(app: App, reading: RosterReading, findings: list[Finding]) -> Iterator[tuple[RosterRow, Division]]:
    """The rows whose place the county knows, by its code or by a name that it has once.

    The place of a row that cannot be taken for another reason is judged too, so that all findings come at once.
    """
    with app.reading.connection() as connection:
        known = places.within(connection, app.log.division, on=day_in_china(app.journal.now()))
    by_name: dict[str, list[Division]] = {}
    for place in known:
        by_name.setdefault(place.name, []).append(place.code)
    codes = {place.code for place in known}
    everything: list[RosterRow | RosterUnread] = [*reading.rows, *reading.unread]
    for row in everything:
        if row.area is None:
            continue
        found = [Division(row.area)] if row.area in codes else by_name.get(row.area, [])
        if len(found) > 1:
            findings.append(_at(reading, row, "place.ambiguous", "area", count=len(found)))
        elif not found:
            findings.append(_at(reading, row, "place.not_known", "area"))
        elif isinstance(row, RosterRow):
            yield row, found[0]


def _compared(
    app: App, actor: Actor, reading: RosterReading, part: Sequence[tuple[RosterRow, Division]]
) -> tuple[list[tuple[RosterRow, Division]], list[Finding]]:
    """What is new of a few rows, and where the others say something else than the journal."""
    origin, profile = app.journal.origin, reading.profile.name
    ids = {row.row: roster_person_id(origin, profile, row.ref) for row, _ in part}
    people = app.journal.states([person_stream(one) for one in ids.values()], persons.evolve)
    states = app.journal.states([member_stream(one) for one in ids.values()], members.evolve)
    new: list[tuple[RosterRow, Division]] = []
    there: list[tuple[RosterRow, Division, Person, Member]] = []
    findings: list[Finding] = []
    for row, area in part:
        person, member = people[person_stream(ids[row.row])], states[member_stream(ids[row.row])]
        if person is not None and person.erased:
            findings.append(_at(reading, row, "person.erased", "name"))
        elif person is None or member is None:
            new.append((row, area))
        else:
            there.append((row, area, person, member))
    opened = _opened(app, actor, there)
    for row, area, person, member in there:
        findings += _differences(reading, row, area, person, member, opened)
    return new, findings


def _application(row: RosterRow, area: Division, person_id: UUID) -> Application:
    given = row.account
    return Application(
        person_id=person_id,
        area=area,
        occupation=row.occupation,
        phone=row.phone,
        name=row.name,
        account=Account(given.holder, given.number, given.bank) if given else None,
    )


def _opened(
    app: App, actor: Actor, there: Sequence[tuple[RosterRow, Division, Person, Member]]
) -> Mapping[Commitment, str]:
    """The values that rows are compared with; the opening is recorded."""
    wanted = [value for _, _, person, member in there for value in (person.name, member.phone)]
    for row, _, person, _ in there:
        if person.account is not None and row.account is not None:
            wanted += [person.account.holder, person.account.number, person.account.bank]
    return app.vault.open(wanted, by=str(actor.person_id), reason=REASON) if wanted else {}


def _differences(
    reading: RosterReading,
    row: RosterRow,
    area: Division,
    person: Person,
    member: Member,
    opened: Mapping[Commitment, str],
) -> Iterator[Finding]:
    """One finding a field; what is personal is never repeated, and an account only compared where both have one."""
    if opened.get(person.name) != row.name:
        yield _at(reading, row, "recorded.personal", "name")
    if opened.get(member.phone) != row.phone:
        yield _at(reading, row, "recorded.personal", "phone")
    if member.occupation != row.occupation:
        yield _at(reading, row, "recorded.value", "occupation", recorded=member.occupation, stated=row.occupation)
    if member.area != area:
        yield _at(reading, row, "recorded.value", "area", recorded=member.area, stated=area)
    if row.account is None:
        return
    if person.account is None:
        yield _at(reading, row, "recorded.no_account", "number")
        return
    kept = (person.account.holder, person.account.number, person.account.bank)
    stated = (row.account.holder, row.account.number, row.account.bank)
    for field, commitment, value in zip(("holder", "number", "bank"), kept, stated, strict=True):
        if opened.get(commitment) != value:
            yield _at(reading, row, "recorded.personal", field)


def _at(reading: RosterReading, row: RosterRow | RosterUnread, code: str, field: str, **facts: object) -> Finding:
    column, value = reading.titles.get(field), row.ref or ""
    return finding(code, file=reading.file, row=row.row, column=column, value=value, **facts)
