"""How a disclosure was made, reviewed, posted, answered for and closed; its figures are compared elsewhere.

What must not be broken: nobody reviews what he drafted, what was posted had passed, names stand as the village's own
setting said, and nothing is closed over an open objection or one that was right and never put right.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import ClassVar

from audit.area_settings import AreaSettings
from audit.book import Book
from audit.entries import Entry
from audit.findings import Findings
from audit.rules.affairs import ERASER
from audit.rules.committees import Committees
from domain.kernel.places import Division, level

FIRST_BACK = timedelta(days=400)

_SIGNED: Mapping[str, tuple[str, str]] = {
    "disclosure.drafted/1": ("disclosure_drafter", "drafter_id"),
    "disclosure.reviewed/1": ("disclosure_reviewer", "reviewer_id"),
    "disclosure.published/1": ("disclosure_publisher", "publisher_id"),
    "disclosure.closed/1": ("disclosure_closer", "closer_id"),
    "disclosure.archived/1": ("disclosure_archiver", "archiver_id"),
    "objection.answered/1": ("objection_answerer", "answerer_id"),
    "objection.text_erased/1": (ERASER, "eraser_id"),
}
"""Type -> the part that its signer plays, and the field that names him."""


@dataclass(slots=True)
class _Version:
    """A version: who drafted and reviewed it, whether it passed, until when it was posted."""

    drafter: str
    reviewer: str = ""
    passed: bool | None = None
    until: str = ""
    rows: bool = False


@dataclass(slots=True)
class _Objection:
    version: int
    objector: str
    upheld: bool | None = None
    answered_over: int = 0  # the version that was posted last when it was answered
    erased: bool = False


@dataclass(slots=True)
class _Disclosure:
    """What is known of one."""

    division: str
    kind: str
    versions: dict[int, _Version] = field(default_factory=dict)
    objections: dict[str, _Objection] = field(default_factory=dict)
    ended: str = ""

    @property
    def posted(self) -> int:
        """The version posted last; 0 for none."""
        return max((number for number, one in self.versions.items() if one.until), default=0)


class Disclosing:
    """Check 11, of everything that is disclosed. `committees` stands before it among the rules."""

    types: ClassVar[frozenset[str] | None] = frozenset(
        {
            *_SIGNED,
            "disclosure.rows_shown/1",
            "objection.raised/1",
            "disclosure_settings.made/1",
            "poster.rendered/1",
        }
    )
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings, committees: Committees) -> None:
        self._findings, self._committees = findings, committees
        self._disclosures: dict[str, _Disclosure] = {}
        self._settings = AreaSettings()
        self._posters: dict[str, tuple[tuple[str, ...], str]] = {}  # what it was drawn with, and the digest

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Judge one step."""
        if entry.type in _SIGNED:
            part, name = _SIGNED[entry.type]
            if entry.data[name] != entry.by:
                named = entry.data[name]
                self._findings.add("duties.signed_by_another", entry.place, part=part, named=named, by=entry.by)
        if entry.type == "disclosure_settings.made/1":
            self._settled_from(entry)
        elif entry.type == "poster.rendered/1":
            self._poster(entry)
        elif entry.type == "disclosure.drafted/1":
            self._drafted(entry)
        else:
            one = self._disclosures.get(entry.identity)
            if one is None:
                self._order(entry, "")
            else:
                _JUDGES[entry.type](self, entry, one)

    def _drafted(self, entry: Entry) -> None:
        data = entry.data
        one = self._disclosures.setdefault(entry.identity, _Disclosure(data["division"], data["kind"]))
        latest = one.versions.get(len(one.versions))
        waits = latest is not None and (latest.passed is None or (latest.passed and not latest.until))
        if one.ended or waits or data["version"] != len(one.versions) + 1:
            self._order(entry, one.ended or str(len(one.versions)))
        if (data.get("corrects") or 0) != one.posted or (one.posted and not data.get("reason")):
            self._findings.add("duties.correction", entry.place, version=data["version"], posted=one.posted)
        one.versions[data["version"]] = _Version(entry.by)

    def _reviewed(self, entry: Entry, one: _Disclosure) -> None:
        version = one.versions.get(entry.data["version"])
        if version is None or version.passed is not None:
            self._order(entry, "reviewed")
            return
        if version.drafter == entry.by:
            self._twice(entry, "disclosure_drafter", "disclosure_reviewer")
        if level(Division(one.division)) == "village":
            self._committees.judge_reviewer(entry, one.division)
        version.passed, version.reviewer = entry.data["passed"], entry.by

    def _published(self, entry: Entry, one: _Disclosure) -> None:
        data, version = entry.data, one.versions.get(entry.data["version"])
        if version is None or not version.passed or version.until or one.ended:
            self._order(entry, one.ended or "not_passed")
        if version is None:
            return
        if version.reviewer == entry.by:
            self._twice(entry, "disclosure_reviewer", "disclosure_publisher")
        days, names = self._settled(one, entry.on)
        last = (date.fromisoformat(data["since"]) + timedelta(days=days - 1)).isoformat()
        if (data["since"], data["until"]) != (entry.on, last):
            self._findings.add("duties.posting_days", entry.place, until=data["until"], expected=last)
        if data["names"] != names:
            self._findings.add("duties.posting_names", entry.place, names=data["names"], expected=names)
        version.until = data["until"]

    def _rows_shown(self, entry: Entry, one: _Disclosure) -> None:
        """What stands beside the rows of a posted version is fixed once."""
        version = one.versions.get(entry.data["version"])
        if version is None or not version.until or version.rows:
            self._order(entry, one.ended or "not_published")
        if version is not None:
            version.rows = True

    def _settled_from(self, entry: Entry) -> None:
        """Settings do not reach back where something held already; the first reach back so many days."""
        data = entry.data
        least = entry.on
        if self._settings.on(data["division"], entry.on) is None:
            least = (date.fromisoformat(entry.on) - FIRST_BACK).isoformat()
        if data["since"] < least:
            self._findings.add("duties.settings_backdated", entry.place, since=data["since"], least=least)
        self._settings.make(data)

    def _settled(self, one: _Disclosure, day: str) -> tuple[int, str]:
        """For how many days a kind is posted on a day, and with which names; the narrowest area decides."""
        rules = self._settings.on(one.division, day)
        if rules is None:
            return 7, "masked"
        named = [rule["names"] for rule in rules["kinds"] if rule["kind"] == one.kind]
        return rules["publish_days"], named[0] if named else "masked"

    def _raised(self, entry: Entry, one: _Disclosure) -> None:
        data, version = entry.data, one.versions.get(entry.data["version"])
        if version is None or not version.until or one.ended or data["objection_id"] in one.objections:
            self._order(entry, one.ended or "not_published")
        one.objections[data["objection_id"]] = _Objection(data["version"], data.get("objector_id", ""))

    def _answered(self, entry: Entry, one: _Disclosure) -> None:
        objection = one.objections.get(entry.data["objection_id"])
        if objection is None:
            self._order(entry, "answered")
            return
        owed = objection.upheld and objection.answered_over >= one.posted
        if objection.upheld is not None and (entry.data["upheld"] or not owed):
            # Only that it is right may be taken back, and only while nothing was posted since.
            self._order(entry, "answered")
            return
        if objection.objector == entry.by:
            self._twice(entry, "objector", "objection_answerer")
        version = one.versions.get(objection.version)
        if version is not None and version.drafter == entry.by:
            self._twice(entry, "disclosure_drafter", "objection_answerer")
        objection.upheld, objection.answered_over = entry.data["upheld"], one.posted

    def _erased(self, entry: Entry, one: _Disclosure) -> None:
        """The words of an objector who is not known, once; those of a person go with the person."""
        objection = one.objections.get(entry.data["objection_id"])
        if objection is None or objection.objector or objection.erased:
            self._order(entry, "erased" if objection is not None and objection.erased else "raised")
        if objection is not None:
            objection.erased = True

    def _closed(self, entry: Entry, one: _Disclosure) -> None:
        posted = one.versions.get(one.posted)
        latest = one.versions.get(len(one.versions))
        if posted is None or one.ended or (latest is not posted and latest is not None and latest.passed is not False):
            self._order(entry, one.ended or "not_published")
        if posted is not None and entry.on <= posted.until:
            self._findings.add("duties.posting_days", entry.place, until=posted.until, expected=entry.on)
        for name, objection in one.objections.items():
            if objection.upheld is None:
                self._findings.add("duties.objection_open", entry.place, objection=name)
            elif objection.upheld and objection.answered_over >= one.posted:
                self._findings.add("duties.objection_not_put_right", entry.place, objection=name)
        one.ended = "closed"

    def _archived(self, entry: Entry, one: _Disclosure) -> None:
        if one.ended != "closed":
            self._order(entry, one.ended)
        one.ended = "archived"

    def _poster(self, entry: Entry) -> None:
        data = entry.data
        one = self._disclosures.get(data["disclosure_id"])
        version = one.versions.get(data["version"]) if one is not None else None
        if version is None or not version.until:
            self._order(entry, "not_published")
        made_with = (data["tool"], data["font_sha256"], data["template_sha256"], data["url"], str(data["nameless"]))
        before = self._posters.get(entry.identity)
        if before is not None and before[0] == made_with and before[1] != data["sha256"]:
            self._findings.add("duties.poster_differs", entry.place, before=before[1])
        self._posters[entry.identity] = made_with, data["sha256"]

    def _twice(self, entry: Entry, first: str, second: str) -> None:
        self._findings.add("duties.acted_twice", entry.place, person=entry.by, first=first, second=second)

    def _order(self, entry: Entry, state: str) -> None:
        self._findings.add("duties.order", entry.place, type=entry.type, state=state)

    def finish(self, book: Book) -> None:
        """All of it is judged event by event."""


_JUDGES: Mapping[str, Callable[[Disclosing, Entry, _Disclosure], None]] = {
    "disclosure.reviewed/1": Disclosing._reviewed,
    "disclosure.published/1": Disclosing._published,
    "disclosure.rows_shown/1": Disclosing._rows_shown,
    "disclosure.closed/1": Disclosing._closed,
    "disclosure.archived/1": Disclosing._archived,
    "objection.raised/1": Disclosing._raised,
    "objection.answered/1": Disclosing._answered,
    "objection.text_erased/1": Disclosing._erased,
}
