"""What of disclosing waits for somebody in his role: review, posting, answers, corrections; and what is late."""

from dataclasses import dataclass
from typing import Final

from api.commands.shared import today
from api.staff.acting import Acting
from api.staff.disclosing_read import owed
from api.staff.office import Office
from domain import authority
from projections import disclosure_queries, disclosures
from projections.disclosure_queries import Disclosure

ROLES: Final = frozenset({"village_accountant", "village_supervisor", "village_committee", "township_reviewer"})
"""In whose daily work it is; others find it on its own page."""

SHOWN_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Waiting:
    """A disclosure, and what is to be done: review, redraft, publish, answer, correct, close or archive."""

    disclosure: Disclosure
    step: str


@dataclass(frozen=True, slots=True)
class Work:
    """What waits (the first of it, and how much in all), and how much is owed and late."""

    waiting: list[Waiting]
    total: int
    owed: int
    late: int


def waiting_for(desk: Office, who: Acting) -> Work | None:
    """What waits for him in his areas, the oldest first; None where it is not his daily work."""
    if who.role not in ROLES:
        return None
    on = today(desk.app)
    with desk.current(disclosures) as conn:
        found = [one for area in who.areas for one in disclosure_queries.open_in(conn, area, on=on)]
    waiting = [Waiting(one, step) for one in found for step in _steps(one) if _may(who.role, step)]
    due = [one for area in who.areas for one in owed(desk, area) if one.open and not one.begun]
    may_draft = authority.may(who.role, "disclosure.drafted/1")
    late = sum(one.late(on) for one in due)
    return Work(waiting[:SHOWN_MAX], len(waiting), len(due) if may_draft else 0, late if may_draft else 0)


_EVENTS: Final = {
    "review": "disclosure.reviewed/1",
    "redraft": "disclosure.drafted/1",
    "publish": "disclosure.published/1",
    "answer": "objection.answered/1",
    "correct": "disclosure.drafted/1",
    "close": "disclosure.closed/1",
    "archive": "disclosure.archived/1",
}


def _may(role: str, step: str) -> bool:
    return authority.may(role, _EVENTS[step])


def _steps(one: Disclosure) -> list[str]:
    """What is to be done with it."""
    steps = {"drafted": ["review"], "sent_back": ["redraft"], "passed": ["publish"], "closed": ["archive"]}
    found = list(steps.get(one.state, ()))
    if one.unanswered:
        found.append("answer")
    if one.correction_due and one.state in ("published", "over"):
        found.append("correct")
    if one.state == "over" and not (one.unanswered or one.correction_due):
        found.append("close")
    return found
