"""The journal itself: whose it is, whose signatures stand for it from which entry on, and when it ended.

Its first fact stands at index 0, signed by the founding administrator whose key it names, and is never repeated. Its
last one closes it: nothing may follow, and every writer refuses what would.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from domain.kernel.events import Sha256, event
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.kernel.states import known


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


@event("log.policy_set/1")
class LogPolicySet:
    """Checkpoints of every size above this event's index are judged by this tlog-policy: its log keys, its quorum."""

    policy: str


@event("log.closed/1")
class LogClosed:
    """The last event of the journal."""

    reason: str


@event("log.checkpoint_timestamped/1")
class CheckpointTimestamped:
    """A time-stamping authority confirmed that the checkpoint existed at `stamped_at` (RFC 3161).

    `token`: the digest of its answer, of `token_bytes` bytes, which is kept beside the journal.
    """

    size: int
    root: Sha256
    token: Sha256
    token_bytes: int
    authority: str
    stamped_at: datetime


LogEvent = LogOpened | LogPolicySet | LogClosed | CheckpointTimestamped


@dataclass(frozen=True, slots=True)
class Log:
    """A journal that has begun; `policy` is the newest one."""

    origin: str
    rehearsal: bool
    division: Division
    county_name: str
    founder_id: UUID
    policy: str
    closed: bool = False


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


def set_policy(log: Log | None, *, policy: str) -> LogPolicySet:
    """Let another policy judge the checkpoints from here on.

    Refused, in this order: `log.not_opened`, `log.closed`, `log.policy_unchanged`.
    """
    if require_open(log).policy == policy:
        raise Refusal("log.policy_unchanged")
    return LogPolicySet(policy=policy)


def close(log: Log | None, *, reason: str) -> LogClosed:
    """End the journal for ever. Refused, in this order: `log.not_opened`, `log.closed`."""
    require_open(log)
    return LogClosed(reason=reason)


def record_timestamp(
    log: Log | None,
    *,
    size: int,
    root: Sha256,
    token: Sha256,
    token_bytes: int,
    authority: str,
    stamped_at: datetime,
) -> CheckpointTimestamped:
    """Note that a time-stamping authority has confirmed a checkpoint.

    Refused, in this order: `log.not_opened`, `log.closed`.
    """
    require_open(log)
    return CheckpointTimestamped(
        size=size, root=root, token=token, token_bytes=token_bytes, authority=authority, stamped_at=stamped_at
    )


def require_open(log: Log | None) -> Log:
    """The journal, if it still takes events. Refused, in this order: `log.not_opened`, `log.closed`."""
    if log is None:
        raise Refusal("log.not_opened")
    if log.closed:
        raise Refusal("log.closed")
    return log


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(log: Log | None, event: LogEvent) -> Log:
    """The journal after an event."""
    match event:
        case LogOpened():
            return Log(event.origin, event.rehearsal, event.division, event.county_name, event.founder_id, event.policy)
        case LogPolicySet():
            return replace(known(log), policy=event.policy)
        case LogClosed():
            return replace(known(log), closed=True)
        case CheckpointTimestamped():
            return known(log)
        case _:
            assert_never(event)
