"""Bringing a county's place register into the journal: its codes, what became of them, and what they were before.

What must not be broken: the same files again change nothing; what the journal says otherwise is a finding and stays as
it is; whatever stops an import midway, running it again completes it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from api.commands.county import NewPlace, register_places
from api.commands.places import Renaming, Succession, Tracing, rename_places, succeed_places, trace_places
from api.commands.shared import place_stream
from api.context import App
from api.files.findings import Finding, finding
from api.files.place_lists import Changed, Listed, PlaceReading
from api.web.messages import sentence
from domain import places
from domain.kernel.calendar import day_in_china
from domain.kernel.ids import derived
from domain.kernel.places import Division, contains
from domain.kernel.refusals import Refusal
from domain.places import Place
from journal.facts import Actor

PLACES_PER_APPEND: Final = 200


@dataclass
class PlacesImported:
    """What an import did: how many of each were recorded now, how many rows say what the journal holds, findings."""

    rows: int
    others: int
    registered: int = 0
    renamed: int = 0
    succeeded: int = 0
    traced: int = 0
    unchanged: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether anything was recorded."""
        return bool(self.registered or self.renamed or self.succeeded or self.traced)


def import_places(app: App, *, actor: Actor, reading: PlaceReading, since: date | None = None) -> PlacesImported:
    """Record what the files say and the journal does not know. `since`: the day from which the listed codes are valid.

    Refuses `authority.*` where the actor may not: he must be an administrator, and the county the journal's.
    """
    if not contains(app.log.division, reading.county):
        on = day_in_china(app.journal.now())
        raise Refusal("authority.outside_area", role=actor.role, division=reading.county, on=on)
    done = PlacesImported(reading.rows, reading.others, findings=list(reading.findings))
    importing = _Importing(app, actor, reading, since or reading.profile.edition, done)
    importing.register()
    importing.trace()
    importing.change()
    done.findings.sort(key=lambda one: (one.file, one.row or 0))
    return done


@dataclass
class _Importing:
    """One import under way."""

    app: App
    actor: Actor
    reading: PlaceReading
    since: date
    done: PlacesImported

    def register(self) -> None:
        """Every listed code, the wider first, and every code that a change names as new."""
        new: list[tuple[date, NewPlace]] = []
        known = self._states([*self.reading.listed, *(one.above for one in self.reading.listed.values())])
        began = self._began()
        for code, listed in sorted(self.reading.listed.items()):
            place = known[code]
            if place is not None:
                self._compare(listed, place)
            elif code != self.reading.county and listed.above not in self.reading.listed and not known[listed.above]:
                self._note("code.orphan", listed, "above", above=listed.above)
            else:
                new.append((began.get(code, self.since), NewPlace(code, listed.name)))
        new += self._named_by_changes(began)
        for day, group in groupby(sorted(new, key=lambda one: (one[0], one[1].code)), key=lambda one: one[0]):
            found = [place for _, place in group]
            for start in range(0, len(found), PLACES_PER_APPEND):
                part = found[start : start + PLACES_PER_APPEND]
                key = f"import:places:{derived('import', day, *(one.code for one in part))}"
                register_places(self.app, actor=self.actor, key=key, new=part, since=day, on=self._today)
                self.done.registered += len(part)

    def trace(self) -> None:
        """What the county was before, if the files say so and the journal does not."""
        traced = self.reading.traced
        if traced is None:
            return
        place = self._states([self.reading.county])[self.reading.county]
        if place is not None and place.predecessors:
            if (place.since, place.predecessors) == (traced.since, traced.predecessors):
                self.done.unchanged += len(traced.predecessors)
            else:
                self.done.findings.append(finding("recorded.history", file=traced.file))
            return
        tracing = Tracing(self.reading.county, traced.since, traced.predecessors, traced.document)
        key = f"import:history:{derived('import', tracing.code, tracing.since)}"
        trace_places(self.app, actor=self.actor, key=key, tracings=[tracing], on=self._today)
        self.done.traced += 1

    def change(self) -> None:
        """What became of codes, day by day; a change that the rules refuse is a finding at its first row."""
        by_change = sorted(self.reading.changed, key=_which)
        for _, group in groupby(by_change, key=_which):
            rows = list(group)
            place = self._states([rows[0].old])[rows[0].old]
            if place is not None and _is_recorded(rows, place):
                self.done.unchanged += len(rows)
                continue
            try:
                self._record(rows)
            except Refusal as refusal:
                if not refusal.code.startswith("place."):
                    raise
                why, first = sentence(refusal.code, refusal.facts), rows[0]
                column = first.titles.get("old_code")
                self.done.findings.append(
                    finding("change.refused", file=first.file, row=first.row, column=column, value=first.old, why=why)
                )

    def _record(self, rows: Sequence[Changed]) -> None:
        first = rows[0]
        key = f"import:change:{derived('import', first.kind, first.old, first.on, *(one.new for one in rows))}"
        if first.kind == "renamed":
            renaming = Renaming(first.old, first.new_name or "", first.on, first.document)
            rename_places(self.app, actor=self.actor, key=key, renamings=[renaming], on=self._today)
            self.done.renamed += 1
            return
        successors = tuple(one.new for one in rows if one.new is not None)
        succession = Succession(first.old, first.kind, successors, first.on, first.document)
        succeed_places(self.app, actor=self.actor, key=key, successions=[succession], on=self._today)
        self.done.succeeded += 1

    def _began(self) -> dict[Division, date]:
        """The day on which a change says that a new code began, unless the lists know it from an earlier day."""
        began: dict[Division, date] = {}
        for one in self.reading.changed:
            if one.new is not None and one.kind in ("recoded", "raised", "split"):
                earlier = began.get(one.new, one.on)
                began[one.new] = min(earlier, one.on)
        return began

    def _named_by_changes(self, began: Mapping[Division, date]) -> Iterator[tuple[date, NewPlace]]:
        """New codes of changes that no list has and the journal does not know."""
        named = {one.new: one.new_name for one in self.reading.changed if one.new in began and one.new_name}
        missing = [code for code in named if code is not None and code not in self.reading.listed]
        known = self._states(missing)
        for code in missing:
            if known[code] is None:
                yield began[code], NewPlace(code, named[code] or "")

    def _compare(self, listed: Listed, place: Place) -> None:
        """A place that is there already: under the name of the list, or renamed since."""
        if place.name == listed.name or place.named_since > self.since:
            self.done.unchanged += 1
        else:
            self._note("recorded.name", listed, "name", recorded=place.name, stated=listed.name)

    def _note(self, code: str, listed: Listed, field: str, **facts: str) -> None:
        column = listed.titles.get(field)
        found = finding(code, file=listed.file, row=listed.row, value=listed.code, column=column, **facts)
        self.done.findings.append(found)

    def _states(self, codes: Sequence[Division]) -> dict[Division, Place | None]:
        streams = {code: place_stream(code) for code in codes}
        found = self.app.journal.states(streams.values(), places.evolve)
        return {code: found[stream] for code, stream in streams.items()}

    @property
    def _today(self) -> date:
        return day_in_china(self.app.journal.now())


def _which(one: Changed) -> tuple[date, Division, str]:
    """Rows of one change stand together, the earliest day first."""
    return one.on, one.old, one.kind


def _is_recorded(rows: Sequence[Changed], place: Place) -> bool:
    """Whether the journal holds the change already."""
    first = rows[0]
    if first.kind == "renamed":
        return (place.name, place.named_since) == (first.new_name, first.on)
    successors = {one.new for one in rows if one.new is not None}
    return place.last_day == first.on - timedelta(days=1) and set(place.successors) == successors
