"""Bringing a village's subsidy list into the journal: the whole file as one version, which another person confirms.

What must not be broken: nothing is recorded of a list in which anything is wrong; amounts are the program's own, the
file's are only compared; the same file again changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from api.commands import subsidies
from api.commands.households import household_stream
from api.commands.shared import person_stream
from api.commands.subsidies import NewList
from api.context import App
from api.files.findings import Finding, finding
from api.files.subsidy_lists import SubsidyListReading, SubsidyRow
from api.member_importing import roster_person_id
from domain import households, persons
from domain.kernel.calendar import day_in_china
from domain.kernel.events import Sha256
from domain.kernel.ids import derived
from domain.kernel.money import yuan
from domain.kernel.periods import Period, last_day
from domain.kernel.places import Division, contains
from domain.kernel.quantities import priced
from domain.kernel.refusals import Refusal
from domain.subsidies import lists, programmes
from domain.subsidies.lists import Line, lines_digest, list_stream
from domain.subsidies.programmes import programme_stream
from journal.blinding import blinding
from journal.facts import Actor, Receipt

IMPORTERS: Final = ("village_accountant", "village_committee", "township_reviewer", "county_officer")
"""The roles in which a list is imported: whoever holds several acts in the first."""


@dataclass(frozen=True, slots=True)
class WhichList:
    """Which list a file is a version of, and why it follows a version that holds."""

    programme_id: UUID
    division: Division
    period: Period
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ListJudged:
    """What a file comes to: `lines` and their sum by the standard in force; `unchanged`: which version says so already.

    `digest` is over the lines as they are recorded, which of a sensitive programme is blinded: nothing public may be
    made of the payees themselves. Nothing of it is to be recorded where there are findings, or where it is unchanged.
    """

    new: NewList
    lines: tuple[Line, ...]
    digest: Sha256
    standard_fen: int
    findings: tuple[Finding, ...]
    unchanged: int | None

    @property
    def total_fen(self) -> int:
        """What all its lines come to."""
        return sum(one.amount_fen for one in self.lines)


@dataclass(slots=True)
class _Judging:
    """One file against the journal; what is wrong with it gathers in `findings`."""

    app: App
    reading: SubsidyListReading
    which: WhichList
    findings: list[Finding] = field(default_factory=list)

    def payees(self) -> Iterator[tuple[SubsidyRow, str, UUID]]:
        """The rows whose household or person the journal knows, each once: row, kind, payee."""
        origin, roster = self.app.journal.origin, self.reading.profile.roster
        found = [(row, *_payee(row, self.which.division, origin=origin, roster=roster)) for row in self.reading.rows]
        houses = self.app.journal.states(
            [household_stream(payee) for _, kind, payee in found if kind == "household"], households.evolve
        )
        people = self.app.journal.states(
            [person_stream(payee) for _, kind, payee in found if kind == "person"], persons.evolve
        )
        first_rows: dict[UUID, int] = {}
        for row, kind, payee in found:
            first = first_rows.setdefault(payee, row.row)
            if first != row.row:
                self._note(row, "holder.duplicate", kind, first_row=first)
            elif kind == "household":
                house = houses[household_stream(payee)]
                if house is None or not contains(self.which.division, house.division):
                    self._note(row, "household.not_known", kind)
                else:
                    yield row, kind, payee
            elif (person := people[person_stream(payee)]) is None:
                self._note(row, "person.not_known", kind)
            elif person.erased:
                self._note(row, "person.erased", kind)
            else:
                yield row, kind, payee

    def lines(self, standard_fen: int) -> Iterator[Line]:
        """What each of them gets by the standard; an amount of the file that says otherwise is a finding."""
        for row, kind, payee in self.payees():
            amount_fen = priced(standard_fen, row.quantity_milli)
            if row.amount_fen is not None and row.amount_fen != amount_fen:
                stated, computed = yuan(row.amount_fen), yuan(amount_fen)
                self._note(row, "subsidy.amount_differs", "amount", stated=stated, computed=computed)
            yield Line(kind, payee, row.quantity_milli, amount_fen)

    def _note(self, row: SubsidyRow, code: str, column: str, **facts: object) -> None:
        title = self.reading.titles.get(column)
        self.findings.append(finding(code, file=self.reading.file, row=row.row, column=title, value="", **facts))


def judge(app: App, *, reading: SubsidyListReading, which: WhichList) -> ListJudged:
    """What a file would record, and all that is wrong with it. Refuses `subsidy_programme.unknown`,
    `subsidy_list.no_standard`.
    """
    stream = programme_stream(which.programme_id)
    programme = app.journal.states([stream], programmes.evolve)[stream]
    if programme is None:
        raise Refusal("subsidy_programme.unknown")
    standard = programme.standard_on(last_day(which.period))
    if standard is None:
        raise Refusal("subsidy_list.no_standard", period=which.period)
    judging = _Judging(app, reading, which)
    lines = tuple(judging.lines(standard.standard_fen))
    new = NewList(
        programme_id=which.programme_id,
        division=which.division,
        period=which.period,
        quantities=[(one.kind, one.payee_id, one.quantity_milli) for one in lines],
        reason=which.reason,
        source=reading.sha256,
    )
    found = sorted((*reading.findings, *judging.findings), key=lambda one: (one.row or 0, one.column or ""))
    digests = {False: lines_digest(lines), True: lines_digest(_blinded(app, lines, which.programme_id))}
    unchanged = _unchanged(app, new, digests, standard.standard_fen)
    return ListJudged(new, lines, digests[programme.sensitive], standard.standard_fen, tuple(found), unchanged)


def record(app: App, *, actor: Actor, judged: ListJudged) -> Receipt | None:
    """Propose what a file says, as one version; None where anything is wrong with it, or where nothing changes."""
    if judged.findings or judged.unchanged is not None:
        return None
    new = judged.new
    key = f"import:subsidies:{derived('import', new.list_id, new.source, new.reason, judged.digest)}"
    return subsidies.propose(app, actor=actor, key=key, new=new, on=day_in_china(app.journal.now()))


def _blinded(app: App, lines: Iterable[Line], programme_id: UUID) -> list[Line]:
    blind = blinding(app.vault).blind
    return [replace(one, payee_id=blind(one.payee_id, scope=programme_id)) for one in lines]


def _unchanged(app: App, new: NewList, digests: Mapping[bool, Sha256], standard_fen: int) -> int | None:
    """The version that waits or holds and says the same, by the digests of plain and blinded lines; None without."""
    stream = list_stream(new.list_id)
    listed = app.journal.states([stream], lists.evolve)[stream]
    versions = [one for one in (listed.waiting, listed.holding) if one is not None] if listed is not None else []
    said = ((one, (digests[one.blinded], standard_fen)) for one in versions)
    return next((one.number for one, same in said if (one.lines_digest, one.standard_fen) == same), None)


def _payee(row: SubsidyRow, division: Division, *, origin: str, roster: str) -> tuple[str, UUID]:
    if row.household is not None:
        return "household", households.household_id(division, row.household)
    number = row.person or ""
    try:
        return "person", UUID(number)
    except ValueError:
        return "person", roster_person_id(origin, roster, number)
