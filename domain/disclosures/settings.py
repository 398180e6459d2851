"""How an area discloses: how often, for how long, whether names are masked, and how soon objections are answered.

What must not be broken: what was posted stays as it was posted; a setting holds for what begins on its day or later.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from domain.kernel.calendar import Month, first_day
from domain.kernel.disclosed import FREQUENCIES, KINDS, NAMES
from domain.kernel.events import event
from domain.kernel.ids import EventName, derived, event_name, stream_name
from domain.kernel.periods import last_day, period_of
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal

PUBLISH_DAYS_MAX: Final = 366
ANSWER_DAYS_MAX: Final = 60
DUE_DAYS_MAX: Final = 92
SMALL_COUNT_MAX: Final = 100
FIRST_BACK: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class KindRule:
    """Of one kind: how often it is owed (`never`: not at all), and whether names are shown masked or in full."""

    kind: str
    frequency: str
    names: str


@event("disclosure_settings.made/1")
class DisclosureSettingsMade:
    """From `since` on, an area discloses so.

    `publish_days`: how long a version stays posted; `answer_days`: by when an objection is answered; `due_days`: by
    when a period that is over (or what is owed at once) must be posted; counts of sensitive matters that are below
    `small_count_min` are not shown. `document` is the order that says so.
    """

    division: Division
    since: date
    document: str
    publish_days: int
    answer_days: int
    due_days: int
    small_count_min: int
    kinds: tuple[KindRule, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """One version of an area's settings, and the event that made it."""

    name: EventName | None
    since: date
    publish_days: int
    answer_days: int
    due_days: int
    small_count_min: int
    kinds: tuple[KindRule, ...]

    def of(self, kind: str) -> KindRule:
        """What holds for a kind; one that is not named is owed each quarter, with masked names."""
        return next((rule for rule in self.kinds if rule.kind == kind), KindRule(kind, "quarterly", "masked"))


DEFAULT: Final = Settings(None, date.min, 7, 10, 10, 3, ())
"""Where no area above has decided otherwise: each quarter at least, seven days, an answer within ten, names masked."""


@dataclass(frozen=True, slots=True)
class SettingsMade:
    """Every version that one area has made, after `seq` events."""

    division: Division
    versions: tuple[Settings, ...] = ()
    seq: int = 0

    def in_force(self, on: date) -> Settings | None:
        """The version in force on a day: the one that began last."""
        begun = [one for one in self.versions if one.since <= on]
        return max(begun, key=lambda one: one.since) if begun else None


def settings_id(division: Division) -> UUID:
    """The one stream of an area's settings."""
    return derived("disclosure_settings", division)


def since_least(along: Iterable[SettingsMade | None], *, on: date) -> date:
    """The first day from which settings made on a day may hold. `along` as for `in_force`.

    Where something holds already, that is the day itself, for nobody decides afterwards what had been owed. The first
    settings may reach `FIRST_BACK` back, so that a county that begins owes what is not yet disclosed.
    """
    held = any(made is not None and made.in_force(on) for made in along)
    return on if held else on - FIRST_BACK


def in_force(along: Iterable[SettingsMade | None], *, on: date) -> Settings:
    """What holds on a day: of the narrowest area that has settings; `along` are in the order of `places.chain`."""
    found = (made.in_force(on) for made in along if made is not None)
    return next((one for one in found if one is not None), DEFAULT)


def stands_until(rules: Settings, kind: str, month: Month) -> date:
    """Until when a month's rows stand in public where nothing was posted of it: as long as a posting in time would.

    `rules`: what held on the last day of the month. Of a kind that is owed each quarter, its quarter counts.
    """
    quarterly = rules.of(kind).frequency == "quarterly"
    last = last_day(period_of(first_day(month), "quarter" if quarterly else "month"))
    return last + timedelta(days=rules.due_days + rules.publish_days)


# Decide: what may happen, judged by the rules in force.


def make(
    made: SettingsMade | None,
    *,
    division: Division,
    since: date,
    since_least: date,
    document: str,
    publish_days: int,
    answer_days: int,
    due_days: int,
    small_count_min: int,
    kinds: Sequence[KindRule],
) -> DisclosureSettingsMade:
    """Settle how an area discloses.

    Refused, in this order: `disclosure.setting_out_of_range`, `disclosure.kind_unknown`, `disclosure.kind_twice`,
    `disclosure.frequency_unknown`, `disclosure.names_unknown`, `disclosure.settings_since_reused`,
    `disclosure.settings_backdated` (before `since_least`).
    """
    _in_range("publish_days", publish_days, least=1, most=PUBLISH_DAYS_MAX)
    _in_range("answer_days", answer_days, least=1, most=ANSWER_DAYS_MAX)
    _in_range("due_days", due_days, least=0, most=DUE_DAYS_MAX)
    _in_range("small_count_min", small_count_min, least=1, most=SMALL_COUNT_MAX)
    for rule in kinds:
        if rule.kind not in KINDS:
            raise Refusal("disclosure.kind_unknown", kind=rule.kind)
        if [one.kind for one in kinds].count(rule.kind) > 1:
            raise Refusal("disclosure.kind_twice", kind=rule.kind)
        if rule.frequency not in FREQUENCIES:
            raise Refusal("disclosure.frequency_unknown", frequency=rule.frequency)
        if rule.names not in NAMES:
            raise Refusal("disclosure.names_unknown", names=rule.names)
    if made is not None and any(one.since == since for one in made.versions):
        raise Refusal("disclosure.settings_since_reused", since=since)
    if since < since_least:
        raise Refusal("disclosure.settings_backdated", since_least=since_least)
    return DisclosureSettingsMade(
        division=division,
        since=since,
        document=document,
        publish_days=publish_days,
        answer_days=answer_days,
        due_days=due_days,
        small_count_min=small_count_min,
        kinds=tuple(kinds),
    )


def _in_range(name: str, value: int, *, least: int, most: int) -> None:
    if not least <= value <= most:
        raise Refusal("disclosure.setting_out_of_range", setting=name, least=least, most=most)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(made: SettingsMade | None, event: DisclosureSettingsMade) -> SettingsMade:
    """The settings after an event."""
    before = made or SettingsMade(event.division)
    seq = before.seq + 1
    name = event_name(stream_name("disclosure_settings", settings_id(event.division)), seq)
    one = Settings(
        name,
        event.since,
        event.publish_days,
        event.answer_days,
        event.due_days,
        event.small_count_min,
        event.kinds,
    )
    return SettingsMade(event.division, (*before.versions, one), seq)
