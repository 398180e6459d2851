"""Settling how an area discloses: how often, for how long, with which names."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date

from api.commands.disclosing.streams import settings_stream
from api.commands.shared import place_known, require
from api.context import App
from domain.disclosures import settings
from domain.disclosures.settings import KindRule, SettingsMade
from domain.kernel.ids import StreamName
from domain.kernel.places import Division, chain
from domain.kernel.refusals import Refusal
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading


@dataclass(frozen=True, slots=True)
class NewSettings:
    """Settings of an area; kinds that are not named are owed each quarter, with masked names."""

    division: Division
    since: date
    document: str
    publish_days: int
    answer_days: int
    due_days: int
    small_count_min: int
    kinds: tuple[KindRule, ...]


def make(app: App, *, actor: Actor, key: str, new: NewSettings, on: date) -> Receipt:
    """Settle it. Refuses who may not, `place.unknown`, and as `settings.make`."""
    stream = settings_stream(new.division)

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "disclosure_settings.made/1", division=new.division, on=on)
        if new.division != app.log.division and not place_known(read, new.division):
            raise Refusal("place.unknown", division=new.division)
        along = [settings_stream(area) for area in chain(new.division)]
        found: dict[StreamName, SettingsMade | None] = read.states(along, settings.evolve)
        event = settings.make(
            found[stream],
            division=new.division,
            since=new.since,
            since_least=settings.since_least(found.values(), on=on),
            document=new.document,
            publish_days=new.publish_days,
            answer_days=new.answer_days,
            due_days=new.due_days,
            small_count_min=new.small_count_min,
            kinds=new.kinds,
        )
        yield Fact(stream, event, on)

    inputs = {"command": "disclosure.settle", **asdict(new), "since": new.since.isoformat()}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)
