"""The streams of disclosing, and what holds in a place on a day."""

from datetime import date
from uuid import UUID

from domain.disclosures import settings
from domain.disclosures.settings import Settings, SettingsMade
from domain.disclosures.state import disclosure_id
from domain.kernel.ids import StreamName, derived, stream_name
from domain.kernel.places import Division, chain
from journal.journal import Journal, Reading


def disclosure_stream(identity: UUID) -> StreamName:
    """The stream of a disclosure."""
    return stream_name("disclosure", identity)


def stream_of(division: Division, kind: str, period: str) -> StreamName:
    """The stream of what is disclosed of a kind, a place and a period."""
    return disclosure_stream(disclosure_id(division, kind, period))


def committee_stream(division: Division) -> StreamName:
    """The stream of a village's committees."""
    return stream_name("committee", derived("committee", division))


def settings_stream(division: Division) -> StreamName:
    """The stream of an area's settings."""
    return stream_name("disclosure_settings", settings.settings_id(division))


def settings_on(read: Reading | Journal, division: Division, on: date) -> Settings:
    """What holds in a place on a day: of the narrowest area around it that has settings."""
    along = [settings_stream(area) for area in chain(division)]
    found: dict[StreamName, SettingsMade | None] = read.states(along, settings.evolve)
    return settings.in_force([found[stream] for stream in along], on=on)
