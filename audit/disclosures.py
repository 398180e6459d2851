"""The month pages that villagers read, as data: what each said, and whether it follows from the journal.

What must not be broken: the figures are recomputed from the events alone, at the log position that the page states; a
name is compared only where it was opened with authority, and else the line's own digest is all that binds it.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any, ClassVar, NamedTuple

from audit.area_settings import AreaSettings
from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings, Place
from audit.folder import PackageFolder, UnreadableFile
from audit.records import Reward
from domain.kernel.places import Division, chain, contains
from journal.line import canonical

FOLDER = "disclosures/"
STATES = ("arrived", "in_progress", "not_arrived", "to_verify")
_FILE_BYTES_MAX = 1 << 28
_SMALL_COUNT_MIN = 3
"""Where no area has settled otherwise, as `domain.disclosures.settings.DEFAULT` has it."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sum:
    """A number of rewards and their amount in fen."""

    count: int = 0
    fen: int = 0

    def plus(self, other: "Sum") -> "Sum":
        """Both together."""
        return Sum(self.count + other.count, self.fen + other.fen)

    def plain(self) -> dict[str, int]:
        """As JSON."""
        return {"count": self.count, "fen": self.fen}


def sum_of(sums: Iterable[Sum]) -> Sum:
    """All of them together."""
    total = Sum()
    for one in sums:
        total = total.plus(one)
    return total


class Row(NamedTuple):
    """The rewards of one payee in one state; `name` is masked."""

    name: str
    state: str
    rewards: Sum
    booked_on: str | None


@dataclass(frozen=True)
class Disclosure:
    """One division's page of one month, as of a log position and under the settings in force on a day.

    `withheld` are rewards of reports that name nobody; those of a place that are fewer than it may show are in no
    figure at all, not of the areas above it either, and are fewer than `withheld_below` (0: none was left out).
    `payee_count`: who has a row.
    """

    month: str
    division: str
    position: int
    on: str
    withheld_below: int
    payee_count: int
    by_state: Mapping[str, Sum]
    withheld: Sum
    reversed: Sum
    rows: tuple[Row, ...]

    def line(self) -> bytes:
        """The disclosure as a line of canonical JSON, with the digest of everything else in it."""
        total = sum_of(self.by_state.values())
        fields: dict[str, Any] = {
            "month": self.month,
            "division": self.division,
            "position": self.position,
            "on": self.on,
            "withheld_below": self.withheld_below,
            "payee_count": self.payee_count,
            "valid_reports": total.count,
            "total_fen": total.fen,
            "paid_fen": self.by_state["arrived"].fen,
            "by_state": {state: self.by_state[state].plain() for state in STATES},
            "withheld": self.withheld.plain(),
            "reversed": self.reversed.plain(),
            "row_count": len(self.rows),
            "rows": [{**row._asdict(), "rewards": row.rewards.plain()} for row in self.rows],
        }
        return canonical({**fields, "digest": hashlib.sha256(canonical(fields)).hexdigest()}) + b"\n"


def path_of(month: str) -> str:
    """Where the disclosures of a month lie, one a line, by division."""
    return f"{FOLDER}{month}.jsonl"


def files_of(disclosures: Sequence[Disclosure]) -> dict[str, bytes]:
    """The files of a package: path -> lines, by division."""
    files: dict[str, bytes] = {}
    for one in sorted(disclosures, key=lambda one: (one.month, one.division)):
        files[path_of(one.month)] = files.get(path_of(one.month), b"") + one.line()
    return files


@dataclass(slots=True)
class _Earned:
    """What a page needs of a reward beside the book's record."""

    reward: Reward
    month: str
    sensitive: bool
    order: int


@dataclass
class _Part:
    """The rewards of a page that name people, or those that do not."""

    by_state: dict[str, Sum] = field(default_factory=lambda: dict.fromkeys(STATES, Sum()))
    reversed: Sum = field(default_factory=Sum)

    @property
    def live(self) -> Sum:
        """Everything that was not taken back."""
        return sum_of(self.by_state.values())

    def add(self, reward: Reward, state: str) -> None:
        one = Sum(1, reward.amount_fen)
        if state == "reversed":
            self.reversed = self.reversed.plus(one)
            return
        self.by_state[state] = self.by_state[state].plus(one)


@dataclass
class _Page:
    """A page in the making."""

    named: _Part = field(default_factory=_Part)
    hidden: _Part = field(default_factory=_Part)
    rows: dict[tuple[str, str], tuple[Sum, str | None]] = field(default_factory=dict)
    below: int = 0

    def add(self, earned: _Earned, state: str, booked_on: str | None) -> None:
        (self.hidden if earned.sensitive else self.named).add(earned.reward, state)
        if earned.sensitive or state == "reversed":
            return
        before, day = self.rows.get((earned.reward.payee, state), (Sum(), None))
        total = before.plus(Sum(1, earned.reward.amount_fen))
        self.rows[earned.reward.payee, state] = total, max(filter(None, (day, booked_on)), default=None)

    def leave_out(self, least: int) -> None:
        """Some that name nobody are so few in their place that even their sum would tell of whom they are."""
        self.below = max(self.below, least)


class Pages:
    """Remembers what month pages need, and makes them; a rule that judges nothing."""

    types: ClassVar[frozenset[str] | None] = frozenset(
        {
            "log.opened/1",
            "reward.granted/1",
            "payment.settled/1",
            "payment.confirmed_paid/1",
            "disclosure_settings.made/1",
        }
    )
    moving: ClassVar[bool] = False

    def __init__(self) -> None:
        self._earned: dict[str, _Earned] = {}
        self._booked: dict[str, str] = {}  # payment -> day
        self._county = ""
        self._settings = AreaSettings()

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Note rewards and the days on which payments were booked."""
        data = entry.data
        match entry.type:
            case "log.opened/1" if entry.index == 0:
                self._county = data["division"]
            case "reward.granted/1":
                blank = Reward(frozenset(), "", "", 0, "")
                self._earned[entry.identity] = _Earned(blank, data["accrual_month"], data["sensitive"], entry.index)
            case "payment.settled/1" | "payment.confirmed_paid/1":
                self._booked[entry.identity] = data["booked_on"]
            case "disclosure_settings.made/1":
                self._settings.make(data)

    def finish(self, book: Book) -> None:
        """Nothing is judged here."""

    def at(self, book: Book, position: int, *, on: str, names: Mapping[str, str]) -> list[Disclosure]:
        """Every page as the book stands, under the settings of a day; `names` are masked names by payee."""
        pages: dict[tuple[str, str], _Page] = {}
        hidden = Counter[tuple[str, str]]()  # (month, place) -> how many name nobody, those taken back too
        for identity, earned in self._earned.items():
            if reward := book.rewards.get(identity):
                earned.reward = reward
                hidden[earned.month, reward.division] += earned.sensitive
        for identity, earned in self._earned.items():
            reward = book.rewards.get(identity)
            if reward is None:
                continue
            least = self._least(reward.division, on) if earned.sensitive else 0
            few = earned.sensitive and hidden[earned.month, reward.division] < least
            state, day = self._state(reward, book)
            for area in chain(Division(reward.division)):
                if contains(Division(self._county), area):
                    page = pages.setdefault((earned.month, area), _Page())
                    if few:
                        page.leave_out(least)
                    else:
                        page.add(earned, state, day)
        return [_disclosed(key, (position, on), page, names) for key, page in sorted(pages.items())]

    def _least(self, division: str, on: str) -> int:
        """The smallest count that is shown in a place on a day."""
        rules = self._settings.on(division, on)
        return _SMALL_COUNT_MIN if rules is None else int(rules["small_count_min"])

    def _state(self, reward: Reward, book: Book) -> tuple[str, str | None]:
        """Where a reward's money is, and the day on which the bank booked it."""
        if reward.reversed:
            return "reversed", None
        payment = book.payments.get(reward.payment or "")
        if reward.payment is None or (payment and payment.state in ("failed", "cancelled", "returned")):
            return "not_arrived", None
        if payment is not None and payment.state == "settled":
            return "arrived", self._booked.get(reward.payment or "")
        if payment is not None and payment.state == "unresolved":
            return "to_verify", None
        return "in_progress", None


def _disclosed(key: tuple[str, str], head: tuple[int, str], page: _Page, names: Mapping[str, str]) -> Disclosure:
    """A page as it is shown, once everything is in it."""
    parts = [page.named, page.hidden]
    return Disclosure(
        month=key[0],
        division=key[1],
        position=head[0],
        on=head[1],
        withheld_below=page.below,
        payee_count=len({payee for payee, _ in page.rows}),
        by_state={state: sum_of(part.by_state[state] for part in parts) for state in STATES},
        withheld=page.hidden.live,
        reversed=sum_of(part.reversed for part in parts),
        rows=tuple(
            Row(names.get(payee, ""), state, rewards, day) for (payee, state), (rewards, day) in page.rows.items()
        ),
    )


class PublishedPages(Pages):
    """Compares the disclosures in the package with the journal (check 17).

    `masks`: masked names by person, where the names were opened; filled by another rule, before each event comes here.
    """

    types: ClassVar[frozenset[str] | None] = None
    moving: ClassVar[bool] = False

    def __init__(self, folder: PackageFolder, findings: Findings, masks: Mapping[str, str]) -> None:
        super().__init__()
        self._folder = folder
        self._findings = findings
        self._lines: dict[str, list[bytes]] = {}
        self._masks = masks
        for path in sorted(filter(_is_month, folder.files)):
            try:
                self._lines[path] = folder.read(path, limit=_FILE_BYTES_MAX).splitlines(keepends=True)
            except UnreadableFile as error:
                findings.add(f"disclosures.{error.reason}", Place(path), detail=error.detail)
        first = next((line for lines in self._lines.values() for line in lines), b"")
        self._position, self._on = _stated(first)
        self._made: list[Disclosure] | None = None

    def see(self, entry: Entry, book: Book) -> None:
        """Take the pages when the log has come to the position that they state."""
        if entry.index == self._position:
            self._make(book)
        super().see(entry, book)

    def _make(self, book: Book) -> None:
        if self._made is None and self._position is not None:
            self._made = self.at(book, self._position, on=self._on, names=self._masks)

    def compare(self, book: Book, *, size: int, documents: int = 0) -> None:
        """Compare, once the whole journal was read; `size` is its length, `documents` were compared beside."""
        if not self._lines and not any(map(_is_month, self._folder.files)):
            if self._earned:
                # Left out as a whole, nothing else would miss them: manifest and page can be written again.
                self._findings.add("disclosures.absent", Place(FOLDER), rewards=len(self._earned))
            elif documents:
                self._findings.summarise(Check.DISCLOSURES, pages=0, position=size, opened=0, documents=documents)
            else:
                self._findings.skip(Check.DISCLOSURES, "no_disclosures")
            return
        if self._position is None or self._position > size:
            for path in self._lines:
                self._findings.add("disclosures.position", Place(path, row=1), size=size)
            return
        self._make(book)
        expected: dict[str, list[Disclosure]] = {}
        for one in self._made or ():
            expected.setdefault(path_of(one.month), []).append(one)
        for path in sorted(expected.keys() | self._lines.keys()):
            self._compare_file(path, self._lines.get(path, []), expected.get(path, []))
        self._findings.summarise(
            Check.DISCLOSURES,
            pages=sum(map(len, expected.values())),
            position=self._position,
            opened=len(self._masks),
            documents=documents,
        )

    def _compare_file(self, path: str, lines: list[bytes], expected: list[Disclosure]) -> None:
        wanted = {(one.month, one.division): one for one in expected}
        order: list[str] = []
        for row, line in enumerate(lines, start=1):
            place, found = Place(path, row=row), _parsed(line)
            one = wanted.pop((str(found.get("month")), str(found.get("division"))), None)
            if one is None:
                self._findings.add("disclosures.extra_row", place)
                continue
            order.append(one.division)
            expected_line = self._named(one, found).line()
            if expected_line != line:
                told = _first_difference(_parsed(expected_line), found)
                self._findings.add("disclosures.differs", place, division=one.division, month=one.month, where=told)
        for one in wanted.values():
            self._findings.add("disclosures.missing_row", Place(path), division=one.division, month=one.month)
        if order != sorted(order):
            self._findings.add("disclosures.order", Place(path))

    def _named(self, one: Disclosure, found: Mapping[str, Any]) -> Disclosure:
        """What must stand there: with the names opened, or with those found where none was."""
        stated = found.get("rows")
        rows: list[Any] = stated if isinstance(stated, list) else []
        names = [row.get("name") if isinstance(row, dict) else None for row in rows]
        filled = [
            row if row.name or not _is_text(name) else row._replace(name=str(name))
            for row, name in zip_longest(one.rows, names[: len(one.rows)])
        ]
        return replace(one, rows=tuple(filled))


def _is_month(path: str) -> bool:
    """Whether a file holds the pages of a month."""
    return path.startswith(FOLDER) and "/" not in path.removeprefix(FOLDER)


def _first_difference(expected: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """The first figure, or the first row, that is another: `total_fen`, `rows:3`."""
    for name in expected:
        mine, theirs = expected[name], found.get(name)
        if name == "rows" and isinstance(theirs, list) and mine != theirs:
            pairs = enumerate(zip_longest(mine, theirs), start=1)
            return next(f"rows:{number}" for number, (one, other) in pairs if one != other)
        if name != "digest" and mine != theirs:
            return name
    return "digest"


def _parsed(line: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _stated(line: bytes) -> tuple[int | None, str]:
    """The log position and the day that a line states; no position where it states not both."""
    found = _parsed(line)
    position, on = found.get("position"), found.get("on")
    whole = type(position) is int and position >= 0 and isinstance(on, str) and _DAY.fullmatch(on)
    return (position, str(on)) if whole else (None, "")


def _is_text(value: object) -> bool:
    """Whether it is text that can be written again: a lone surrogate cannot."""
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)
