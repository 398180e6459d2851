"""The scripted officers of a rehearsal: distinct people, so that nobody acts twice in a chain.

Each signs with a key of his own, wrapped by the secret that all scripted officers share: it is published, for they are
nobody, and their journal is none for real payments.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from api.commands.county import NewPerson, register_persons
from api.commands.shared import person_stream
from api.context import App
from api.custody.enrolling import enrol
from domain import persons
from domain.kernel.ids import derived
from domain.kernel.refusals import Refusal
from journal.facts import Actor

VERIFIERS: Final = (("verifier-1", "演练核查员甲"), ("verifier-2", "演练核查员乙"))
HANDLER: Final = ("handler", "演练办理员")
DECIDER: Final = ("decider", "演练认定员")
MAKER: Final = ("maker", "演练制表员")
CHECKER: Final = ("checker", "演练审批员")
SECRET: Final = "yanlian-jiaoben-renyuan"  # noqa: S105 - of invented people


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays which part. `founder` sets up what the county needs: accounts, tariffs, money."""

    founder: Actor
    verifiers: tuple[Actor, ...]
    handler: Actor
    decider: Actor
    maker: Actor
    checker: Actor


def require_rehearsal(app: App) -> None:
    """Refuse (`rehearsal.only`) a journal whose genesis does not say that it is one."""
    if not app.log.rehearsal:
        raise Refusal("rehearsal.only")


def engage(app: App, *, founder: Actor, on: date) -> Cast:
    """Register those of the cast that the journal does not know yet, from the day `on`; `founder` signs for it."""
    require_rehearsal(app)
    wanted = {person.person_id: person for person in _everybody(app, on)}
    found = app.journal.states([person_stream(person_id) for person_id in wanted], persons.evolve)
    new = [person for person_id, person in wanted.items() if found[person_stream(person_id)] is None]
    if new:
        key = f"rehearsal:cast:{derived('cast', *(person.person_id for person in new))}"
        register_persons(app, actor=founder, key=key, new=new, on=on)
    roles = [(person.person_id, person.role) for person in wanted.values()]
    officers = enrol(app, administrator=founder, officers=roles, secret=SECRET, on=on)
    acting = {officer.person_id: officer for officer in officers}
    return Cast(
        founder=founder,
        verifiers=tuple(acting[_id(app, part)] for part, _ in VERIFIERS),
        handler=acting[_id(app, HANDLER[0])],
        decider=acting[_id(app, DECIDER[0])],
        maker=acting[_id(app, MAKER[0])],
        checker=acting[_id(app, CHECKER[0])],
    )


def _everybody(app: App, on: date) -> Iterator[NewPerson]:
    roles = {HANDLER: "department_handler", DECIDER: "county_officer", MAKER: "county_officer"}
    parts = {**dict.fromkeys(VERIFIERS, "grid_worker"), **roles, CHECKER: "county_approver"}
    for (part, name), role in parts.items():
        yield NewPerson(person_id=_id(app, part), name=name, role=role, area=app.log.division, since=on)


def _id(app: App, part: str) -> UUID:
    return derived("rehearsal", app.journal.origin, part)
