"""The history of a report, told event by event from the journal itself: who, when, what, and where its proof is.

What must not be broken: names are shown to the staff only; a member reads roles, and himself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from api.staff.act_offers import Case
from api.staff.acting import Acting
from api.staff.office import Office
from api.staff.page_today import place_names
from api.staff.texts import names_of
from api.web import words
from api.web.act_words import Told, facts_told
from api.web.names import ERASED
from domain.incidents import IncidentHandled, IncidentReported
from domain.incidents.events import (
    IncidentDeliberated,
    IncidentFedBack,
    IncidentLocated,
    IncidentMerged,
    IncidentSupervised,
)
from domain.incidents.state import ACT_OF
from domain.kernel.places import Division
from journal.codec import Recorded


@dataclass(frozen=True, slots=True)
class Happened:
    """One event. `author` is a name, or None for a reader who sees the role alone; `words` were kept in the vault."""

    event: str
    type: str
    index: int
    title: str
    told: list[Told]
    words: str | None
    into: UUID | None
    author: str | None
    role: str
    at: datetime


def happened(desk: Office, who: Acting, case: Case) -> list[Happened]:
    """Everything that is recorded of a report, in log order; what was said in it is opened, on the record."""
    identity = case.incident.incident_id
    store, codec = desk.app.journal.store, desk.app.journal.codec
    found = [codec.decode(index, entry) for _, index, entry in store.streams([identity]).get(identity, [])]
    names: dict[Any, str] = {**names_seen(desk, who, _people(found))}
    names.update(place_names(desk, _places(found)))
    opened = _opened(desk, who, found)
    return [_one(recorded, case, names, opened) for recorded in found]


def names_seen(desk: Office, who: Acting, people: Iterable[UUID]) -> Mapping[UUID, str]:
    """Masked names, as far as the acting role sees any: a member sees his own."""
    wanted = set(people)
    return names_of(desk, wanted & {who.person_id} if who.only_own else wanted)


def _one(recorded: Recorded, case: Case, names: Mapping[Any, str], opened: Mapping[str, str] | None) -> Happened:
    event = recorded.event
    commitment = _commitment(event)
    return Happened(
        event=recorded.name,
        type=recorded.type,
        index=recorded.index,
        title=_title(recorded, case),
        told=_told(recorded, names),
        words=opened.get(commitment, ERASED) if commitment is not None and opened is not None else None,
        into=event.into if isinstance(event, IncidentMerged) else None,
        author=names.get(recorded.by),
        role=recorded.role,
        at=recorded.at,
    )


def _title(recorded: Recorded, case: Case) -> str:
    """As the county calls it, and as the kernel does where that is another word."""
    word = words.EVENTS.get(recorded.type, recorded.type)
    act = ACT_OF.get(recorded.type)
    entry = (case.workflow.step(act) or case.workflow.beside(act)) if act is not None else None
    return f"{entry.stage}（{word}）" if entry is not None and entry.stage and entry.stage != word else word


def _told(recorded: Recorded, names: Mapping[Any, str]) -> list[Told]:
    event = recorded.event
    if isinstance(event, IncidentReported):
        return [Told("", _reported(event, names))]
    facts = {one.name: getattr(event, one.name) for one in fields(event)} if is_dataclass(event) else {}
    told = facts_told(ACT_OF.get(recorded.type, ""), facts, names)
    if isinstance(event, IncidentHandled) and event.transcribed_by is not None:
        handler, clerk = names.get(event.handler_id, "部门办理人"), names.get(event.transcribed_by, "工作人员")
        told.append(Told("", f"办理人 {handler}，由 {clerk} 代录"))
    return told


def _reported(event: IncidentReported, names: Mapping[UUID, str]) -> str:
    parts = [words.SOURCES.get(event.source, event.source)]
    if event.source_ref:
        parts.append(f"编号 {event.source_ref}")
    if event.transcribed_by is not None:
        parts.append(f"报告人 {names.get(event.reporter_id, words.ROLES['member'])}")
        parts.append(f"由 {names.get(event.transcribed_by, '工作人员')} 代录")
    if event.photos:
        parts.append(f"照片 {len(event.photos)} 张")
    return "，".join(parts)


def _people(found: Iterable[Recorded]) -> set[UUID]:
    """Everybody who acted, or is named in what was recorded."""
    people: set[UUID] = set()
    for recorded in found:
        people.add(recorded.by)
        for name in ("reporter_id", "transcribed_by", "handler_id"):
            if isinstance(value := getattr(recorded.event, name, None), UUID):
                people.add(value)
    return people


def _places(found: Iterable[Recorded]) -> set[Division]:
    """Every place that something was moved to."""
    return {recorded.event.division for recorded in found if isinstance(recorded.event, IncidentLocated)}


def _commitment(event: Any) -> str | None:
    match event:
        case IncidentDeliberated():
            return event.opinion
        case IncidentFedBack():
            return event.message
        case IncidentSupervised():
            return event.instruction
    return None


def _opened(desk: Office, who: Acting, found: Iterable[Recorded]) -> Mapping[str, str] | None:
    """What was said in the events, for whoever may read the report's text; None for everybody else."""
    wanted = [commitment for recorded in found if (commitment := _commitment(recorded.event)) is not None]
    if not who.may("texts"):
        return None
    if not wanted:
        return {}
    opened = desk.app.vault.open(wanted, by=str(who.person_id), reason=f"incident.read as {who.role}")
    return {str(commitment): text for commitment, text in opened.items()}
