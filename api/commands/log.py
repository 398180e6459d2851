"""What the administrator decides about the journal itself: whose signatures stand for it, and when it ends.

What must not be broken: a policy that nobody here could sign under is never recorded, and a key changes only by way of
a time in which the old and the new one both sign.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from api.commands.shared import require, today
from api.context import App
from api.web.format_words import said
from domain import log
from domain.kernel.ids import derived, stream_name
from domain.kernel.refusals import Refusal
from journal.errors import IntegrityError
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading
from journal.log_keys import LOG_KEYS_MAX, create_next_log_key
from journal.note import VerifierKey
from journal.trust import Log, Policy, PolicyError


def set_policy(app: App, *, actor: Actor, key: str, text: bytes) -> Receipt:
    """Let another policy judge the checkpoints: other witnesses, another quorum, the same log keys.

    Refused: `log.policy_malformed`, `log.keys_differ`, `log.key_missing`, and as `domain.log.set_policy`.
    """
    wanted = _parsed(text)

    def change(current: Policy) -> str:
        found, expected = _keys(wanted), _keys(current)
        if set(found) != set(expected):
            raise Refusal("log.keys_differ", found=_listed(found), expected=_listed(expected))
        _require_held(app, found)
        return text.decode()

    return _change(app, change, actor=actor, key=key, inputs={"command": "log.policy", "policy": text.decode()})


def begin_rotation(app: App, *, actor: Actor, key: str) -> Receipt:
    """Make the next log key and let it sign beside the one in use. Run again after a crash it takes the key it made.

    Refused: `log.rotation_state` while two sign, `log.key_missing`, and as `domain.log.set_policy`.
    """

    def change(current: Policy) -> str:
        if len(current.logs) >= LOG_KEYS_MAX:
            raise Refusal("log.rotation_state", keys=len(current.logs))
        (old,) = current.logs
        added = Log(_next_key(app, after=old.key), old.url)
        return bytes(replace(current, logs=(old, added))).decode()

    return _change(app, change, actor=actor, key=key, inputs={"command": "log.rotate", "step": "begin"})


def finish_rotation(app: App, *, actor: Actor, key: str) -> Receipt:
    """Let the new log key sign alone.

    Refused: `log.rotation_state` unless two sign, `log.key_missing`, and as `domain.log.set_policy`.
    """

    def change(current: Policy) -> str:
        if len(current.logs) != LOG_KEYS_MAX:
            raise Refusal("log.rotation_state", keys=len(current.logs))
        _require_held(app, _keys(current)[-1:])
        return bytes(replace(current, logs=current.logs[-1:])).decode()

    return _change(app, change, actor=actor, key=key, inputs={"command": "log.rotate", "step": "finish"})


def close_log(app: App, *, actor: Actor, key: str, reason: str) -> Receipt:
    """End the journal for ever. Refused as `domain.log.close`."""
    stream, on = stream_name("log", derived("log", app.journal.origin)), today(app)

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "log.closed/1", division=app.log.division, on=on)
        yield Fact(stream, log.close(read.state(stream, log.evolve), reason=reason), on)

    return app.journal.execute(actor=actor, key=key, inputs={"command": "log.close", "reason": reason}, decide=decide)


def _change(app: App, change: Callable[[Policy], str], *, actor: Actor, key: str, inputs: dict[str, object]) -> Receipt:
    """Record the policy that `change` makes of the one in force."""
    stream, on = stream_name("log", derived("log", app.journal.origin)), today(app)

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "log.policy_set/1", division=app.log.division, on=on)
        state = read.state(stream, log.evolve)
        current = _in_force(log.require_open(state))
        yield Fact(stream, log.set_policy(state, policy=change(current)), on)

    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _in_force(state: log.Log) -> Policy:
    try:
        return Policy.parse(state.policy.encode())
    except PolicyError as error:
        raise IntegrityError(f"the policy in force cannot be read: {error}") from error


def _parsed(text: bytes) -> Policy:
    try:
        text.decode()
        return Policy.parse(text)
    except UnicodeDecodeError:
        raise Refusal("log.policy_malformed", problem=said("not UTF-8")) from None
    except PolicyError as error:
        raise Refusal("log.policy_malformed", problem=said(error)) from error


def _next_key(app: App, *, after: VerifierKey) -> VerifierKey:
    """The log key that comes after one: made now, unless an attempt that was cut off had made it."""
    for attempt in (1, 2):
        held = app.signer.keys()
        newer = held[held.index(after) + 1 :] if after in held else []
        if newer:
            return newer[0]
        if attempt == 1:
            create_next_log_key(app.settings.keys, origin=app.journal.origin)
    raise Refusal("log.key_missing", key=str(after))


def _require_held(app: App, keys: list[VerifierKey]) -> None:
    held = app.signer.keys()
    for key in keys:
        if key not in held:
            raise Refusal("log.key_missing", key=str(key))


def _keys(policy: Policy) -> list[VerifierKey]:
    return [log.key for log in policy.logs]


def _listed(keys: list[VerifierKey]) -> str:
    return "、".join(map(str, keys)) or "（没有）"
