"""What every type of event must contain, in the auditor's own words.

What must not be broken: this table is written by hand, apart from the program that records, so that a mistake
there is not repeated here. A test compares the two. A type that is not listed was never released.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from domain.kernel.calendar import instant, month
from domain.kernel.places import division

Form = Callable[[Any], bool]

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_EVENT = re.compile(r"[a-z][a-z_]*/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}@[1-9][0-9]*", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def text(value: Any) -> bool:
    """Any text."""
    return isinstance(value, str)


def truth(value: Any) -> bool:
    """True or false."""
    return isinstance(value, bool)


def whole(value: Any) -> bool:
    """A whole number that is not negative."""
    return type(value) is int and value >= 0


def positive(value: Any) -> bool:
    """A whole number above zero."""
    return type(value) is int and value > 0


def identity(value: Any) -> bool:
    """A UUID in lower case."""
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def identities(value: Any) -> bool:
    """A list of UUIDs."""
    return isinstance(value, list) and all(map(identity, value))


def digest(value: Any) -> bool:
    """A SHA-256 digest or a commitment, in lower-case hex."""
    return isinstance(value, str) and _HEX.fullmatch(value) is not None


def event_name(value: Any) -> bool:
    """The name of an event."""
    return isinstance(value, str) and _EVENT.fullmatch(value) is not None


def day(value: Any) -> bool:
    """A day that exists, `YYYY-MM-DD`."""
    return isinstance(value, str) and _DAY.fullmatch(value) is not None and _reads(date.fromisoformat, value)


def moment(value: Any) -> bool:
    """An instant in UTC with microseconds."""
    return isinstance(value, str) and _reads(instant, value)


def calendar_month(value: Any) -> bool:
    """`YYYY-MM`."""
    return isinstance(value, str) and _reads(month, value)


def place(value: Any) -> bool:
    """A division code of twelve digits."""
    return isinstance(value, str) and _reads(division, value)


def attachment(value: Any) -> bool:
    """A file's digest and length."""
    return _fits(value, {"sha256": digest, "length": whole})


def attachments(value: Any) -> bool:
    """A list of attachments."""
    return isinstance(value, list) and all(map(attachment, value))


def chain(value: Any) -> bool:
    """Who acted before a reward."""
    return _fits(value, _CHAIN)


_CHAIN: Mapping[str, Form] = {
    "reporter_id": identity,
    "verifier_id": identity,
    "handler_id": identity,
    "decider_id": identity,
    "transcriber_ids": identities,
}


def _reads(read: Callable[[str], object], value: str) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True


def _fits(value: Any, fields: Mapping[str, Form]) -> bool:
    return isinstance(value, dict) and value.keys() == fields.keys() and all(fields[n](value[n]) for n in fields)


# A question mark after a name: the field may be absent.
SHAPES: Mapping[str, Mapping[str, Form]] = {
    "log.opened/1": {
        "origin": text,
        "log_key": text,
        "rehearsal": truth,
        "division": place,
        "county_name": text,
        "founder_id": identity,
        "founder_key": text,
        "policy": text,
    },
    "log.policy_set/1": {"policy": text},
    "log.closed/1": {"reason": text},
    "log.checkpoint_timestamped/1": {
        "size": positive,
        "root": digest,
        "token": digest,
        "token_bytes": positive,
        "authority": text,
        "stamped_at": moment,
    },
    "place.registered/1": {"code": place, "name": text, "since": day},
    "person.registered/1": {"name": digest, "pseudonymous": truth},
    "person.role_granted/1": {"role": text, "area": place, "since": day, "until?": day},
    "person.role_ended/1": {"role": text, "area": place, "last_day": day},
    "person.payee_account_set/1": {"version": positive, "holder": digest, "number": digest, "bank": digest},
    "person.erased/1": {"reason": text, "legal_basis": text},
    "key.registered/1": {"person_id": identity, "role": text, "key": text, "custody": text},
    "key.retired/1": {"reason": text},
    "key.revoked/1": {"from_index": whole, "reason": text},
    "incident.reported/1": {
        "reporter_id": identity,
        "category": text,
        "division": place,
        "grid?": text,
        "text": digest,
        "source": text,
        "source_ref?": text,
        "reported_at": moment,
        "photos": attachments,
        "transcribed_by?": identity,
    },
    "incident.verified/1": {"verifier_id": identity, "confirmed": truth, "reason": text},
    "incident.handled/1": {
        "handler_id": identity,
        "reply?": digest,
        "handled_at": moment,
        "transcribed_by?": identity,
    },
    "incident.validity_decided/1": {"decider_id": identity, "valid": truth, "reason": text},
    "tariff.band_set/1": {
        "division": place,
        "min_fen": positive,
        "max_fen": positive,
        "since": day,
        "document": text,
    },
    "tariff.set/1": {
        "division": place,
        "category?": text,
        "amount_fen": positive,
        "since": day,
        "document": text,
    },
    "budget.appropriated/1": {
        "unit": place,
        "project": text,
        "spending_class": text,
        "year": positive,
        "document": text,
        "amount_fen": positive,
    },
    "reward.granted/1": {
        "incident_id": identity,
        "payee_id": identity,
        "division": place,
        "category": text,
        "amount_fen": positive,
        "tariff": event_name,
        "accrual_month": calendar_month,
        "budget_id": identity,
        "budget_year": positive,
        "chain": chain,
    },
    "reward.scheduled/1": {"payment_id": identity},
    "reward.unscheduled/1": {"payment_id": identity, "reason": text},
    "reward.reversed/1": {"reason": text},
    "payment.prepared/1": {
        "batch_id": identity,
        "payee_id": identity,
        "line": positive,
        "amount_fen": positive,
        "rewards": identities,
        "account": event_name,
        "end_to_end_id": text,
        "budget_id": identity,
        "replaces": identities,
    },
    "payment.approved/1": {},
    "payment.cancelled/1": {"reason": text},
    "payment.settled/1": {"answer": digest, "booked_on": day, "bank_ref": text},
    "payment.failed/1": {"answer": digest, "reason": text},
    "payment.unresolved/1": {"answer": digest, "status": text},
    "payout_batch.frozen/1": {
        "division": place,
        "month": calendar_month,
        "number": positive,
        "maker_id": identity,
        "payment_count": whole,
        "total_fen": whole,
        "lines_digest": digest,
    },
    "payout_batch.approved/1": {"lines_digest": digest, "payment_count": whole, "total_fen": whole},
    "payout_batch.rejected/1": {"reason": text},
    "payout_batch.exported/1": {
        "profile": text,
        "file": attachment,
        "payment_count": whole,
        "total_fen": whole,
    },
    "payout_batch.answer_recorded/1": {
        "profile": text,
        "file": attachment,
        "settled_count": whole,
        "failed_count": whole,
        "unknown_count": whole,
    },
    "payout_batch.closed/1": {
        "settled_count": whole,
        "settled_fen": whole,
        "failed_count": whole,
        "failed_fen": whole,
    },
}

MONEY_TYPES = frozenset(
    {
        "budget.appropriated/1",
        "reward.granted/1",
        "reward.reversed/1",
        "payment.approved/1",
        "payment.settled/1",
        "payment.failed/1",
    }
)
"""The types whose events carry postings; no other may."""


_REQUIRED = {kind: frozenset(name for name in shape if name[-1] != "?") for kind, shape in SHAPES.items()}
_KNOWN = {kind: {name.rstrip("?"): form for name, form in shape.items()} for kind, shape in SHAPES.items()}


def faults(type_name: str, data: Mapping[str, Any]) -> list[str]:
    """The fields of an event that are missing, unknown or of the wrong form; empty when it is as it should
    be."""
    required, known = _REQUIRED[type_name], _KNOWN[type_name]
    wrong = [name for name, value in data.items() if name not in known or not known[name](value)]
    return wrong if data.keys() >= required else sorted([*wrong, *(required - data.keys())])
