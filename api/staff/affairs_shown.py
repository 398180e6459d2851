"""What the pages of the village's affairs share: the names of places and people, the choices of their forms."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, Protocol

from api.commands.shared import today
from api.staff.acting import Acting
from api.staff.office import Office
from api.staff.page_today import place_names
from api.staff.texts import names_of
from api.web import affair_words
from api.web.paging import query
from domain import authority
from domain.affairs.meetings import DAYS_LATE_MAX
from domain.kernel.affairs import TEXT_CHARS_MAX
from domain.kernel.places import Division, level
from projections import places
from projections.affair_steps import Step

SHOWN_MAX: Final = 50
ANSWER_DAYS: Final = 10
"""What the form for taking a suggestion on proposes; whoever takes it on may change it."""


class Listed(Protocol):
    """An affair in a list."""

    @property
    def division(self) -> Division: ...

    @property
    def log_index(self) -> int: ...


def listing_values(desk: Office, who: Acting, found: Sequence[Listed], **more: object) -> dict[str, Any]:
    """What a page that lists affairs shows."""
    on = today(desk.app)
    with desk.current(places) as conn:
        known = places.within(conn, who.areas[0], on=on)
    return {
        "affairs": found,
        "next": query(before=found[-1].log_index, **_kept(more)) if len(found) == SHOWN_MAX else None,
        "known": known,
        "villages": [place for place in known if level(place.code) == "village"],
        "places": place_names(desk, {one.division for one in found} | {place.code for place in known}),
        **common(desk, who),
        **more,
    }


def page_values(desk: Office, who: Acting, division: Division, steps: Iterable[Step], **more: object) -> dict[str, Any]:
    """What the page of one affair shows."""
    passed = list(steps)
    people = [step.by_id for step in passed]
    # The agent signs for whoever sent the public form: his is no name of anybody.
    online = {step.by_id: affair_words.SENT_ONLINE for step in passed if step.role == "agent"}
    return {
        "steps": passed,
        "names": {**names_of(desk, people), **online},
        "places": place_names(desk, {division}),
        **common(desk, who),
        **more,
    }


def common(desk: Office, who: Acting) -> dict[str, Any]:
    """Words, the day, and what the role may cause."""
    on = today(desk.app)
    return {
        "said": affair_words,
        "today": on,
        "answer_by": on + timedelta(days=ANSWER_DAYS),
        "text_max": TEXT_CHARS_MAX,
        "late_max": DAYS_LATE_MAX,
        "may": lambda event_type: authority.may(who.role, event_type),
    }


def acted(steps: Iterable[Step], types: Collection[str]) -> set[str]:
    """Who has taken steps of these types."""
    return {str(step.by_id) for step in steps if step.type in types}


def _kept(more: Mapping[str, object]) -> dict[str, Any]:
    """What a link to the next page keeps: the choice of which affairs are shown."""
    return {name: value for name, value in more.items() if isinstance(value, bool) and value}
