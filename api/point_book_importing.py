"""Bringing paper points books into the journal: each balance an opening of its household's or person's account.

What must not be broken: nothing is recorded of a book in which anything is wrong, so that no village goes over half;
the same book again changes nothing; whatever stops an import midway, running it again completes it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from api.commands.account_holders import require_another, require_not_registrar
from api.commands.households import household_stream
from api.commands.points import Opening, account_stream, record_openings
from api.commands.shared import person_stream, require
from api.context import App
from api.files.findings import Finding, finding
from api.files.point_books import BookReading, BookRow, BookUnread
from api.member_importing import roster_person_id
from domain import households, persons
from domain.households import Household
from domain.kernel.calendar import day_in_china
from domain.kernel.ids import StreamName, derived
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.points import accounts
from domain.points.accounts import Account, PointsAccountEvent, PointsOpeningRecorded, account_id
from journal.facts import Actor
from journal.journal import Reading
from projections import places

ROWS_PER_APPEND: Final = 200
HOUSE: Final = "户"
"""What pages write behind a household's number; a book that was copied from them has it too."""

IMPORTERS: Final = ("county_officer", "administrator", "village_accountant")
"""The roles in which a book is imported: whoever holds several acts in the first."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class PointsImported:
    """What an import did: balances recorded now with their points, rows recorded before, and rows that say zero."""

    rows: int
    recorded: int
    points: int
    unchanged: int
    empty: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Balance:
    """A row whose account is known: `kind` is person or household, `events` how much happened to it before.

    `known_as`: the household of the number without the 户 that pages write behind it, where the row has it.
    """

    row: BookRow
    kind: str
    holder_id: UUID
    division: Division
    as_of: date
    events: int = 0
    known_as: UUID | None = None

    @property
    def account_id(self) -> UUID:
        """The account that it opens."""
        return account_id(self.kind, self.holder_id)


def import_points(
    app: App,
    *,
    actor: Actor,
    reading: BookReading,
    document: str,
    as_of: date | None = None,
    progress: Progress | None = None,
) -> PointsImported:
    """Record the balances that the journal does not know, in appends of some hundreds; nothing if anything is wrong.

    `document` is what the book is called, `as_of` the day of rows that name none. Refused: what `shared.require`
    refuses in any of the places, and `points_rule.none_in_force`; nothing is recorded then either. A row of a holder
    for whom the actor himself may not record is a finding.
    """
    importing = _Importing(app, reading, as_of, list(reading.findings))
    balances = list(importing.balances())
    stated = [one for one in balances if one.row.points]
    new, unchanged = importing.compared(stated)
    importing.judge(new, actor)
    empty = len(balances) - len(stated)
    if importing.findings:
        found = tuple(sorted(importing.findings, key=lambda one: (one.row or 0, one.column or "")))
        return PointsImported(reading.row_count, 0, 0, unchanged, empty, found)
    on = day_in_china(app.journal.now())
    judged = Reading(app.journal.store, app.journal.codec)
    for division in sorted({one.division for one in new}):
        require(judged, actor, "points.opening_recorded/1", division=division, on=on)
    for start in range(0, len(new), ROWS_PER_APPEND):
        part = new[start : start + ROWS_PER_APPEND]
        openings = [Opening(one.kind, one.holder_id, one.division, one.row.points, one.as_of, document) for one in part]
        key = f"import:points:{derived('import', *(f'{one.account_id}@{one.events}' for one in part))}"
        record_openings(app, actor=actor, key=key, openings=openings, on=on)
        if progress is not None:
            progress(start + len(part), len(new))
    points = sum(one.row.points for one in new)
    return PointsImported(reading.row_count, len(new), points, unchanged, empty, findings=())


@dataclass
class _Importing:
    """One book against the journal; what is wrong with it gathers in `findings`."""

    app: App
    reading: BookReading
    as_of: date | None
    findings: list[Finding]

    def balances(self) -> Iterator[_Balance]:
        """The rows whose household or person the journal knows, each once."""
        found = [one for row, division in self._placed() if (one := self._balance(row, division)) is not None]
        houses = self._houses(found)
        found = [_by_its_number(one, houses) for one in found]
        people = self.app.journal.states(
            [person_stream(one.holder_id) for one in found if one.kind == "person"], persons.evolve
        )
        first_rows: dict[UUID, int] = {}
        for one in found:
            first = first_rows.setdefault(one.account_id, one.row.row)
            if first != one.row.row:
                self._note(one.row, "holder.duplicate", one.kind, first_row=first)
            elif one.kind == "household" and houses[household_stream(one.holder_id)] is None:
                self._note(one.row, "household.not_known", "household")
            elif one.kind == "person" and (person := people[person_stream(one.holder_id)]) is None:
                self._note(one.row, "person.not_known", "person")
            elif one.kind == "person" and person is not None and person.erased:
                self._note(one.row, "person.erased", "person")
            else:
                yield one

    def _houses(self, found: Sequence[_Balance]) -> Mapping[StreamName, Household | None]:
        """The households that the rows mean, by what they write and by what stands before 户 in it."""
        ids = [one.holder_id for one in found if one.kind == "household"]
        ids += [one.known_as for one in found if one.known_as is not None]
        return self.app.journal.states([household_stream(one) for one in ids], households.evolve)

    def compared(self, balances: Sequence[_Balance]) -> tuple[list[_Balance], int]:
        """Those that are new, and how many say what the journal holds; what says otherwise is a finding."""
        streams = [account_stream(one.account_id) for one in balances]
        states = self.app.journal.states(streams, accounts.evolve)
        openings = self.app.journal.states(streams, _opening)
        new: list[_Balance] = []
        unchanged = 0
        for one, stream in zip(balances, streams, strict=True):
            account, opening = states[stream], openings[stream]
            if account is None or _takes_balance(account):
                new.append(replace(one, events=account.seq if account is not None else 0))
            elif not account.opening or not isinstance(opening, PointsOpeningRecorded):
                code = "account.closed_already" if account.closed else "account.moved_already"
                self._note(one.row, code, one.kind)
            elif opening.points != one.row.points:
                self._note(one.row, "recorded.balance", "points", recorded=opening.points, stated=one.row.points)
            elif opening.as_of != one.as_of:
                self._note(one.row, "recorded.value", "as_of", recorded=opening.as_of, stated=one.as_of)
            else:
                unchanged += 1
        return new, unchanged

    def judge(self, balances: Sequence[_Balance], actor: Actor) -> None:
        """Note what is more than a book brings in, and whose balance is for another officer to record."""
        read = Reading(self.app.journal.store, self.app.journal.codec)
        houses = [household_stream(one.holder_id) for one in balances if one.kind == "household"]
        read.states(houses, households.evolve)
        read.states([person_stream(one.holder_id) for one in balances if one.kind == "person"], persons.evolve)
        on = day_in_china(self.app.journal.now())
        for one in balances:
            if one.row.points > accounts.OPENING_MAX:
                self._note(one.row, "points.above_most", "points", most=accounts.OPENING_MAX)
            try:
                require_another(read, actor, kind=one.kind, holder_id=one.holder_id, on=on)
                require_not_registrar(read, actor, kind=one.kind, holder_id=one.holder_id)
            except Refusal:
                self._note(one.row, "holder.one_officer", one.kind)

    def _placed(self) -> Iterator[tuple[BookRow, Division]]:
        """The rows whose place the county knows, by its code or by a name that it has once."""
        with self.app.reading.connection() as connection:
            known = places.within(connection, self.app.log.division, on=day_in_china(self.app.journal.now()))
        by_name: dict[str, list[Division]] = {}
        for place in known:
            by_name.setdefault(place.name, []).append(place.code)
        codes = {place.code for place in known}
        everything: list[BookRow | BookUnread] = [*self.reading.rows, *self.reading.unread]
        for row in everything:
            if row.area is None:
                continue
            found = [Division(row.area)] if row.area in codes else by_name.get(row.area, [])
            if len(found) > 1:
                self._note(row, "place.ambiguous", "area", count=len(found))
            elif not found:
                self._note(row, "place.not_known", "area")
            elif isinstance(row, BookRow):
                yield row, found[0]

    def _balance(self, row: BookRow, division: Division) -> _Balance | None:
        day = row.as_of or self.as_of
        if day is None:
            self._note(row, "cell.missing", "as_of")
            return None
        if day > day_in_china(self.app.journal.now()):
            self._note(row, "time.in_future", "as_of")
            return None
        if row.household is not None:
            shown = row.household.removesuffix(HOUSE)
            known_as = households.household_id(division, shown) if shown not in ("", row.household) else None
            own = households.household_id(division, row.household)
            return _Balance(row, "household", own, division, day, known_as=known_as)
        number = row.person or ""
        person_id = _uuid(number) or roster_person_id(self.app.journal.origin, self.reading.profile.roster, number)
        return _Balance(row, "person", person_id, division, day)

    def _note(self, row: BookRow | BookUnread, code: str, field: str, **facts: object) -> None:
        file, column = self.reading.file, self.reading.titles.get(field)
        self.findings.append(finding(code, file=file, row=row.row, column=column, value="", **facts))


def _opening(
    found: PointsOpeningRecorded | PointsAccountEvent | None, event: PointsAccountEvent
) -> PointsOpeningRecorded | PointsAccountEvent:
    """The latest opening among an account's events, or its last event where there is none."""
    if isinstance(found, PointsOpeningRecorded) and not isinstance(event, PointsOpeningRecorded):
        return found
    return event


def _by_its_number(one: _Balance, houses: Mapping[StreamName, Household | None]) -> _Balance:
    """The row of the household as it is written, or as pages show it: its number and 户 behind it."""
    if one.known_as is None or houses[household_stream(one.holder_id)] is not None:
        return one
    return replace(one, holder_id=one.known_as) if houses[household_stream(one.known_as)] is not None else one


def _takes_balance(account: Account) -> bool:
    """Whether the account was opened and nothing came to it or went yet, or its balance was reversed as a mistake."""
    return account.takes_opening and (account.seq == 1 or any(one.opening for one in account.settled))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
