"""Whether a register's row still says what the journal recorded of it: an incident, field by field.

What must not be broken: a row that was changed after it was imported is told with its column, never passed over and
never recorded over the old one. Texts are opened to be compared, which is logged; no finding repeats them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from api.context import App
from api.files.findings import Finding, finding
from api.files.register import RegisterReading, RegisterRow
from domain import incidents
from domain.incidents import Incident, IncidentEvent, IncidentHandled, IncidentReported
from domain.kernel.calendar import CHINA
from domain.kernel.events import Commitment
from journal.facts import Actor

REASON: Final = "import.compare"
"""Why the vault was opened."""


@dataclass(frozen=True, slots=True)
class Imported:
    """An incident as it stands, with the commitments to its texts."""

    incident: Incident
    text: Commitment
    reply: Commitment | None


def evolve(before: Imported | None, event: IncidentEvent) -> Imported:
    """The incident after an event."""
    incident = incidents.evolve(before.incident if before else None, event)
    match event:
        case IncidentReported(text=text):
            return Imported(incident, text, None)
        case IncidentHandled(reply=reply):
            assert before is not None  # noqa: S101 - `incidents.evolve` has refused None
            return Imported(incident, before.text, reply)
        case _:
            assert before is not None  # noqa: S101
            return Imported(incident, before.text, before.reply)


def text_of(row: RegisterRow) -> str:
    """The text of the incident that a row becomes: its title, if it has one, above its body."""
    return f"{row.title}\n{row.body}" if row.title else row.body


def differences(
    app: App,
    actor: Actor,
    reading: RegisterReading,
    rows: Sequence[tuple[RegisterRow, Imported]],
    *,
    author_of: Mapping[str, UUID],
    department: UUID,
    unanswered: Collection[int],
) -> list[Finding]:
    """Where rows and the journal differ, one finding a field. Values of erased persons are gone and not compared.

    `unanswered`: rows whose answer could not be read, and was told already.
    """
    wanted = [one for _, known in rows for one in (known.text, known.reply) if one is not None]
    opened = app.vault.open(wanted, by=str(actor.person_id), reason=REASON) if wanted else {}
    findings: list[Finding] = []
    for row, known in rows:
        compared = _Comparison(app, reading, row, known, opened)
        findings += compared.report(author_of[row.author])
        if row.row not in unanswered:
            findings += compared.answer(department)
    return findings


@dataclass(frozen=True, slots=True)
class _Comparison:
    """One row beside what the journal holds of it."""

    app: App
    reading: RegisterReading
    row: RegisterRow
    known: Imported
    opened: Mapping[Commitment, str]

    def report(self, author: UUID) -> Iterator[Finding]:
        """The message itself."""
        row, incident = self.row, self.known.incident
        if incident.reporter_id != author:
            yield self._finding("recorded.author", "author")
        if incident.reported_at != row.reported_at:
            yield self._values("reported_at", _shown(incident.reported_at), _shown(row.reported_at))
        if incident.category != row.category:
            yield self._values("category", incident.category, row.category)
        division = row.division or self.app.log.division
        if incident.division != division:
            yield self._values("division", incident.division, division)
        recorded = self.opened.get(self.known.text)
        if recorded is not None and recorded != text_of(row):
            yield from self._texts(recorded)

    def answer(self, department: UUID) -> Iterator[Finding]:
        """The department's answer to it. One that was recorded here, by our own staff, is no change of the file."""
        row, handling = self.row, self.known.incident.handling
        if handling is None:
            return
        at = _shown(handling.handled_at)
        if row.handled_at is None:
            if handling.handler_id == department:
                yield self._finding("recorded.reply_gone", "handled_at", recorded=at)
            return
        if handling.handler_id != department:
            stated = _shown(row.handled_at)
            yield self._finding("recorded.handled_otherwise", "handled_at", value=stated, recorded=at)
            return
        if handling.handled_at != row.handled_at:
            yield self._values("handled_at", at, _shown(row.handled_at))
        recorded = "" if self.known.reply is None else self.opened.get(self.known.reply)
        if recorded is not None and recorded != (row.reply or ""):
            yield self._text("reply", recorded, row.reply or "")

    def _texts(self, recorded: str) -> Iterator[Finding]:
        """The message's text, which was put together from two columns where there is a title."""
        if self.row.title is None:
            yield self._text("body", recorded, self.row.body)
            return
        title, _, body = recorded.partition("\n")
        if title != self.row.title:
            yield self._text("title", title, self.row.title)
        if body != self.row.body:
            yield self._text("body", body, self.row.body)

    def _text(self, field: str, recorded: str, stated: str) -> Finding:
        """Lengths and the place, never the words: findings are passed around."""
        pairs = enumerate(zip(recorded, stated, strict=False), 1)
        at = next((place for place, (one, other) in pairs if one != other), min(len(recorded), len(stated)) + 1)
        return self._finding("recorded.text", field, recorded=len(recorded), stated=len(stated), at=at)

    def _values(self, field: str, recorded: str, stated: str) -> Finding:
        return self._finding("recorded.value", field, value=stated, recorded=recorded, stated=stated)

    def _finding(self, code: str, field: str, *, value: str = "", **facts: object) -> Finding:
        """At the field's column with what stands there, unless it is words or a name; at the number's where the
        profile, not the file, says what the field is.
        """
        titles = self.reading.titles
        if field not in titles:
            field, value = "source_ref", self.row.source_ref
        return finding(code, file=self.reading.file, row=self.row.row, column=titles[field], value=value, **facts)


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
