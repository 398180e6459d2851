"""A list of names and amounts matched with the grid workers of a month: who is meant, and which rows fit nobody.

Names are opened for comparing only, and the opening is recorded.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from api.context import App
from api.files.allowance_lists import ListReading
from api.files.findings import Finding, finding
from domain.kernel.calendar import Month, first_day, last_day
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.policies import SERVING
from projections import persons

REASON: Final = "allowance.list"


@dataclass(frozen=True, slots=True)
class Serving:
    """Somebody who served as a grid worker in a month, and where."""

    person_id: UUID
    area: Division
    role: str


def serving(app: App, *, month: Month, area: Division) -> list[Serving]:
    """Who served on some day of the month in an area or within it: each person once, by area."""
    since, until = first_day(month), last_day(month)
    with app.reading.connection() as conn:
        found = persons.held_within(conn, area, on=since)
    chosen: dict[UUID, Serving] = {}
    for held in found:
        if held.role in SERVING and held.since <= until:
            chosen.setdefault(held.person_id, Serving(held.person_id, held.area, held.role))
    return sorted(chosen.values(), key=lambda one: (one.area, str(one.person_id)))


def matched(
    app: App, reading: ListReading, *, people: list[Serving], by: UUID
) -> tuple[dict[UUID, Fen], tuple[Finding, ...]]:
    """Person -> amount, and what is wrong: a name that nobody or several have, or that stands there twice."""
    with app.reading.connection() as conn:
        known = {one.person_id: persons.one(conn, one.person_id) for one in people}
    names = {person_id: one.name for person_id, one in known.items() if one is not None and one.erased_on is None}
    opened = app.vault.open(list(names.values()), by=str(by), reason=REASON)
    called: dict[str, list[UUID]] = {}
    for person_id, name in names.items():
        if name in opened:
            called.setdefault("".join(opened[name].split()), []).append(person_id)
    amounts: dict[UUID, Fen] = {}
    findings = list(reading.findings)
    for row in reading.rows:
        found = called.get("".join(row.name.split()), [])
        code = "allowance.nobody" if not found else "allowance.namesakes" if len(found) > 1 else None
        if code is None and found[0] in amounts:
            code = "allowance.twice"
        if code is None:
            amounts[found[0]] = row.amount_fen
        else:
            column = reading.titles["name"]
            findings.append(finding(code, file=reading.file, row=row.row, column=column, value=f"{len(row.name)} 字"))
    return amounts, tuple(findings)
