"""The first fact of a journal: whose it is, who keeps its key, and whether it is only a rehearsal.

It stands at index 0, signed by the founding administrator whose key it names, and is never repeated.
"""

from dataclasses import dataclass
from typing import assert_never
from uuid import UUID

from domain.kernel.events import event
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal


@event("log.opened/1")
class LogOpened:
    """Genesis. `log_key` and `founder_key` are verifier-key texts; `policy` is a tlog-policy."""

    origin: str
    log_key: str
    rehearsal: bool
    division: Division
    county_name: str
    founder_id: UUID
    founder_key: str
    policy: str


@dataclass(frozen=True, slots=True)
class Log:
    """A journal that has begun."""

    origin: str
    rehearsal: bool
    division: Division
    county_name: str
    founder_id: UUID


# Decide: what may happen, judged by the rules in force.


def open_log(
    log: Log | None,
    *,
    origin: str,
    log_key: str,
    rehearsal: bool,
    division: Division,
    county_name: str,
    founder_id: UUID,
    founder_key: str,
    policy: str,
) -> LogOpened:
    """Begin the journal. Refused: `log.already_opened`."""
    if log is not None:
        raise Refusal("log.already_opened", origin=log.origin)
    return LogOpened(
        origin=origin,
        log_key=log_key,
        rehearsal=rehearsal,
        division=division,
        county_name=county_name,
        founder_id=founder_id,
        founder_key=founder_key,
        policy=policy,
    )


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(_log: Log | None, event: LogOpened) -> Log:
    """The journal after an event."""
    match event:
        case LogOpened():
            return Log(event.origin, event.rehearsal, event.division, event.county_name, event.founder_id)
        case _:
            assert_never(event)
