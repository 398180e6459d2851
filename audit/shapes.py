"""What every type of event must contain, in the auditor's own words.

What must not be broken: this table is written by hand, apart from the program that records, so that a mistake
there is not repeated here. A test compares the two. A type that is not listed was never released.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from domain.kernel.calendar import instant, month
from domain.kernel.periods import period
from domain.kernel.places import division

Form = Callable[[Any], bool]

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{16}", re.ASCII)
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


def places(value: Any) -> bool:
    """A list of division codes."""
    return isinstance(value, list) and all(map(place, value))


def predecessors(value: Any) -> bool:
    """A list of earlier codes, each with its name and last day."""
    fields: Mapping[str, Form] = {"code": place, "name": text, "last_day": day}
    return isinstance(value, list) and all(_fits(one, fields) for one in value)


def attachment(value: Any) -> bool:
    """A file's digest and length."""
    return _fits(value, {"sha256": digest, "length": whole})


def photos(value: Any) -> bool:
    """Photos: digest, length, difference hash, and the commitment to what the camera noted, where it did."""
    return isinstance(value, list) and all(_fits_at_least(one, _PHOTO, optional="exif") for one in value)


def explained(value: Any) -> bool:
    """Differences that did not hold up a close: what, how many, how much, and why."""
    fields: Mapping[str, Form] = {"kind": text, "count": whole, "amount_fen": integer, "reason": text}
    by_two = {**fields, "proposer_id": identity, "confirmer_id": identity}
    return isinstance(value, list) and all(_fits(one, fields) or _fits(one, by_two) for one in value)


def bank_side(value: Any) -> bool:
    """A month by the bank: its debits and credits, and its balance beside the books."""
    fields: Mapping[str, Form] = {
        "funds": text,
        "on": day,
        "debits": bank_lines,
        "credits": bank_lines,
        "books_fen": integer,
        "bank_fen": integer,
        "paid_fen": integer,
        "books_items_fen": integer,
        "bank_items_fen": integer,
        "item_count": whole,
        "items": digest,
        "explained_count": whole,
        "explained": digest,
    }
    return _fits(value, fields)


def bank_lines(value: Any) -> bool:
    """Debits or credits: how many and how much, how much of it matched, explained and open."""
    amounts: Mapping[str, Form] = dict.fromkeys(("total_fen", "matched_fen", "explained_fen", "open_fen"), integer)
    return _fits(value, {"count": whole, **amounts, "open_count": whole})


def difference_hash(value: Any) -> bool:
    """Sixteen hex digits."""
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def position(value: Any) -> bool:
    """A point on the map in units of 1e-5 degrees."""
    return _fits(value, {"latitude_e5": integer, "longitude_e5": integer})


def integer(value: Any) -> bool:
    """A whole number, also below zero."""
    return type(value) is int


def integers(value: Any) -> bool:
    """A list of whole numbers that are not negative."""
    return isinstance(value, list) and all(map(whole, value))


def pairs(value: Any) -> bool:
    """A list of two texts each: a name and what it is."""
    return isinstance(value, list) and all(isinstance(one, list) and len(one) == 2 and texts(one) for one in value)


def days(value: Any) -> bool:
    """A list of days."""
    return isinstance(value, list) and all(map(day, value))


def spans(value: Any) -> bool:
    """Office hours: minutes of the day."""
    return isinstance(value, list) and all(_fits(one, {"from_minute": whole, "to_minute": whole}) for one in value)


def share(value: Any) -> bool:
    """A share of people: so many of so many, reached or exceeded."""
    return _fits(value, {"part": positive, "of": positive, "more": truth})


def limit(value: Any) -> bool:
    """A time limit: an amount of a unit."""
    return _fits(value, {"amount": positive, "unit": text})


def steps(value: Any) -> bool:
    """The steps of a workflow."""
    return _listed(_STEP)(value)


def holder(value: Any) -> bool:
    """Whose account: a person's or a household's."""
    return _fits(value, {"kind": text, "holder_id": identity})


def besides(value: Any) -> bool:
    """What may happen beside the steps of a workflow."""
    return _listed(_BESIDE)(value)


def chain(value: Any) -> bool:
    """Who acted before a reward."""
    return _fits(value, _CHAIN)


def _listed(fields: Mapping[str, Form]) -> Form:
    """A list of objects with these fields; a question mark: the field may be absent."""
    known = {name.rstrip("?"): form for name, form in fields.items()}
    required = {name for name in fields if name[-1] != "?"}

    def listed(value: Any) -> bool:
        return isinstance(value, list) and all(map(fits, value))

    def fits(one: Any) -> bool:
        return (
            isinstance(one, dict)
            and required <= one.keys() <= known.keys()
            and all(known[name](field) for name, field in one.items())
        )

    return listed


def texts(value: Any) -> bool:
    """A list of texts."""
    return isinstance(value, list) and all(map(text, value))


def event_names(value: Any) -> bool:
    """A list of names of events."""
    return isinstance(value, list) and all(map(event_name, value))


def calendar_period(value: Any) -> bool:
    """A month, a quarter or a year: `2026-11`, `2026-Q4`, `2026`."""
    return isinstance(value, str) and _reads(period, value)


def disclosed_period(value: Any) -> bool:
    """A month, a quarter, a year, or what happened once: `once-` and the identity of its stream."""
    if isinstance(value, str) and value.startswith("once-"):
        return identity(value.removeprefix("once-"))
    return calendar_period(value)


award_weights = _listed({"category": text, "item?": text, "points": whole})
award_stars = _listed(
    {"member_id": identity, "rank": positive, "score": positive, "count": positive, "events_digest": digest}
)
bands = _listed({"at_least": whole, "points": whole})
factors = _listed({"code": text, "name": text, "unit": text, "weight": positive, "bands": bands})
staffing = _listed({"at_least": whole, "workers": whole})
chart_accounts = _listed({"account": text, "name": text, "side": text, "parent?": text})
chart_uses = _listed({"role": text, "account": text})
BUDGET_ACCOUNTS = (
    "chart",
    "funds",
    "grant_income",
    "expense",
    "budget_income",
    "budget_spending",
    "budget_funds",
    "budget_carried_over",
)
CLAIM_ACCOUNTS = ("claim_loss", "other_income", "budget_other_income")


def budget_accounts(value: Any) -> bool:
    """The accounts of a budget by role, and the version of a chart that gave them; those of claims where it says so."""
    known = {*BUDGET_ACCOUNTS, *CLAIM_ACCOUNTS}
    return isinstance(value, dict) and {*BUDGET_ACCOUNTS} <= value.keys() <= known and all(map(text, value.values()))


points_categories = _listed({"code": text, "title": text})
points_items = _listed({"code": text, "category": text, "title": text, "points": integer, "unit": text})
points_windows = _listed({"since": day, "until": day, "factor_percent": positive, "categories": texts})
points_caps = _listed({"scope": text, "period": text, "points": positive, "category?": text})
exchange_limits = _listed({"period": text, "quantity": positive, "sku?": text})
served = _listed({"person_id": identity, "minutes": positive})
contract_dues = _listed({"on": day, "amount_fen": positive})
subsidy_lines = _listed({"kind": text, "payee_id": identity, "quantity_milli": positive, "amount_fen": whole})
points_lots = _listed({"points": positive, "expires_on?": day})
signals = _listed({"line": positive, "code": text, "facts": pairs})
acknowledgements = _listed({"code": text, "reason": text, "lines": integers})
measurements = _listed({"factor": text, "value": whole})
attendances = _listed({"person_id": identity, "result": text})
exchanged = _listed(
    {"sku": text, "quantity": positive, "points_each": positive, "listing": event_name, "cost_fen": whole}
)
brought_back = _listed({"sku": text, "quantity": positive, "cost_fen": whole})
goods = _listed({"sku": text, "quantity": positive})
parameters = _listed({"name": text, "value": text})
kind_rules = _listed({"kind": text, "frequency": text, "names": text})
voucher_lines = _listed({"account": text, "side": text, "amount_fen": positive, "party_id?": identity})
voucher_files = _listed({"sha256": digest, "length": whole})
village_plan = _listed({"side": text, "title": text, "amount_fen": positive})


def imported_row(value: Any) -> bool:
    """A row of a file that was imported."""
    return _fits(value, {"file": digest, "row": positive})


statement_lines = _listed(
    {
        "number": positive,
        "booked_on": day,
        "amount_fen": integer,
        "end_to_end_id?": text,
        "bank_ref?": text,
        "batch_ref?": text,
        "return_of?": text,
        "kind?": text,
        "reason?": text,
    }
)
schema_places = _listed({"line": positive, "element": text, "part?": positive})


def schema_check(value: Any) -> bool:
    """What a schema says of a file: the result, the schema's digest where there was one, and places that differ."""
    return _fits_at_least(value, {"result": text, "xsd": digest, "places": schema_places}, optional="xsd")


allocations = _listed(
    {
        "statement_id": identity,
        "entry": positive,
        "tier": positive,
        "payment_id": identity,
        "amount_fen": integer,
        "document?": event_name,
    }
)


_DEED: Mapping[str, Form] = {
    "category": text,
    "item": text,
    "quantity": positive,
    "division": place,
    "deed_on": day,
    "beneficiary_id?": identity,
    "rule": event_name,
    "cause": text,
}
_CHAIN: Mapping[str, Form] = {
    "reporter_id": identity,
    "verifier_id": identity,
    "handler_id": identity,
    "decider_id": identity,
    "transcriber_ids": identities,
}


_PHOTO: Mapping[str, Form] = {
    "sha256": digest,
    "length": whole,
    "difference_hash": difference_hash,
    "exif": digest,
}
_STEP: Mapping[str, Form] = {
    "act": text,
    "stage": text,
    "roles": texts,
    "mandatory": truth,
    "limit?": limit,
    "apart?": truth,
}
_BESIDE: Mapping[str, Form] = {
    "act": text,
    "stage": text,
    "roles": texts,
    "times_max?": positive,
    "percent_max?": positive,
}


def _reads(read: Callable[[str], object], value: str) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True


def _fits(value: Any, fields: Mapping[str, Form]) -> bool:
    return isinstance(value, dict) and value.keys() == fields.keys() and all(fields[n](value[n]) for n in fields)


def _fits_at_least(value: Any, fields: Mapping[str, Form], *, optional: str) -> bool:
    """Whether all fields are there and right; one of them may be absent."""
    if not isinstance(value, dict):
        return False
    expected = fields if optional in value else {name: form for name, form in fields.items() if name != optional}
    return _fits(value, expected)


# A question mark after a name: the field may be absent.
_CLOSED_MONTH: Mapping[str, Form] = {
    "division": place,
    "month": calendar_month,
    "position": positive,
    "root": digest,
    "trial_balance": digest,
    "reconciliation": digest,
    "disclosures": digest,
    "explained": explained,
    "previous?": event_name,
    "bank?": bank_side,
}
"""What a month is closed with, as it is proposed and as it is sealed."""

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
    "place.renamed/1": {"code": place, "name": text, "since": day, "document": text},
    "place.succeeded/1": {"code": place, "kind": text, "successors": places, "since": day, "document": text},
    "place.traced_back/1": {"code": place, "since": day, "predecessors": predecessors, "document": text},
    "person.registered/1": {"name": digest, "pseudonymous": truth},
    "person.role_granted/1": {"role": text, "area": place, "since": day, "until?": day, "department?": text},
    "person.role_ended/1": {"role": text, "area": place, "last_day": day},
    "person.role_withdrawn/1": {"role": text, "area": place, "since": day},
    "person.payee_account_set/1": {
        "version": positive,
        "holder": digest,
        "number": digest,
        "bank": digest,
        "set_by?": identity,
        "set_on?": day,
    },
    "person.payee_account_acknowledged/1": {"version": positive, "acknowledged_by": identity},
    "person.erased/1": {"reason": text, "legal_basis": text},
    "member.applied/1": {
        "person_id": identity,
        "area": place,
        "occupation": text,
        "phone": digest,
        "transcribed_by?": identity,
    },
    "member.vetted/1": {"vetter_id": identity, "passed": truth, "reason": text},
    "member.appointed/1": {
        "appointer_id": identity,
        "area": place,
        "since": day,
        "until?": day,
        "other_roles": texts,
        "document?": text,
    },
    "member.trained/1": {"level": text, "trained_on": day, "trainer_id": identity, "document?": text},
    "member.suspended/1": {"reason": text, "since": day, "until?": day},
    "member.reinstated/1": {"since": day},
    "member.exited/1": {"reason": text, "last_day": day},
    "household.registered/1": {"division": place, "reference": text},
    "household.person_joined/1": {"person_id": identity, "since": day, "reason": text, "other_household?": identity},
    "household.person_left/1": {"person_id": identity, "last_day": day, "reason": text, "other_household?": identity},
    "household.head_named/1": {"head_id": identity, "since": day},
    "residence.taken/1": {"person_id": identity, "household_id": identity, "since": day},
    "residence.given_up/1": {"household_id": identity, "last_day": day},
    "cooling.set/1": {"division": place, "days": whole, "since": day, "document": text},
    "key.registered/1": {"person_id": identity, "role": text, "key": text, "custody": text},
    "key.retired/1": {"reason": text},
    "key.revoked/1": {"from_index": whole, "reason": text},
    "incident.reported/1": {
        "reporter_id": identity,
        "category": text,
        "item?": text,
        "sensitive": truth,
        "division": place,
        "grid?": text,
        "position?": position,
        "text": digest,
        "source": text,
        "source_ref?": text,
        "reported_at": moment,
        "photos": photos,
        "workflow?": event_name,
        "transcribed_by?": identity,
    },
    "incident.accepted/1": {"actor_id": identity},
    "incident.declined/1": {"actor_id": identity, "reason": text},
    "incident.verified/1": {"verifier_id": identity, "confirmed": truth, "reason": text},
    "incident.merged/1": {"actor_id": identity, "into": identity, "grounds": texts},
    "incident.located/1": {"actor_id": identity, "division": place},
    "incident.deliberated/1": {"actor_id": identity, "present": positive, "opinion?": digest},
    "incident.dispatched/1": {"actor_id": identity, "department": text, "handler_id?": identity, "bound?": truth},
    "incident.claimed/1": {"handler_id": identity},
    "incident.whistled/1": {"actor_id": identity, "departments": texts},
    "incident.arrived/1": {"handler_id": identity, "department": text},
    "incident.returned/1": {"handler_id": identity, "reason": text},
    "incident.reassigned/1": {
        "actor_id": identity,
        "department": text,
        "handler_id?": identity,
        "reason": text,
        "bound?": truth,
    },
    "incident.suspended/1": {"actor_id": identity, "reason": text, "until?": day},
    "incident.resumed/1": {"actor_id": identity},
    "incident.extended/1": {"actor_id": identity, "longer": limit, "reason": text},
    "incident.handled/1": {
        "handler_id": identity,
        "reply?": digest,
        "handled_at": moment,
        "transcribed_by?": identity,
    },
    "incident.validity_decided/1": {"decider_id": identity, "valid": truth, "reason": text},
    "incident.fed_back/1": {"actor_id": identity, "channel": text, "message?": digest},
    "incident.closed/1": {"verifier_id": identity, "solved": truth, "reason": text},
    "incident.called_back/1": {"actor_id": identity, "outcome": text},
    "incident.rated/1": {"actor_id": identity, "stars": positive, "by_reporter": truth},
    "incident.posted/1": {"actor_id": identity, "days": positive},
    "incident.archived/1": {"actor_id": identity},
    "incident.reopened/1": {"actor_id": identity, "reason": text},
    "incident.reminded/1": {"actor_id": identity, "channel": text},
    "incident.supervised/1": {"actor_id": identity, "document": text, "instruction?": digest},
    "workflow.published/1": {
        "code": text,
        "title": text,
        "version": positive,
        "steps": steps,
        "besides": besides,
        "document": text,
    },
    "workflow.adopted/1": {
        "division": place,
        "item?": text,
        "workflow": event_name,
        "since": day,
        "document": text,
    },
    "calendar.published/1": {
        "division": place,
        "year": positive,
        "hours": spans,
        "weekend": integers,
        "holidays": days,
        "workdays": days,
        "document": text,
    },
    "chart.published/1": {
        "name": text,
        "system": text,
        "accounts": chart_accounts,
        "uses": chart_uses,
        "document": text,
    },
    "tariff.band_set/1": {
        "division": place,
        "min_fen": positive,
        "max_fen": positive,
        "since": day,
        "document": text,
    },
    "tariff.set/1": {
        "division": place,
        "item?": text,
        "category?": text,
        "amount_fen": positive,
        "since": day,
        "document": text,
    },
    "catalogue.item_admitted/1": {
        "division": place,
        "code": text,
        "title": text,
        "category": text,
        "sensitive": truth,
        "since": day,
        "document": text,
    },
    "catalogue.item_withdrawn/1": {"division": place, "code": text, "last_day": day, "reason": text},
    "cap.set/1": {
        "division": place,
        "kind": text,
        "category?": text,
        "reports_max": positive,
        "since": day,
        "document": text,
    },
    "quota.used/1": {
        "division": place,
        "kind": text,
        "category?": text,
        "subject": text,
        "cap": event_name,
        "incident_id": identity,
    },
    "withholding.recorded/1": {
        "incident_id": identity,
        "payee_id": identity,
        "division": place,
        "category": text,
        "cap": event_name,
        "subject": text,
        "used": whole,
    },
    "budget.appropriated/1": {
        "unit": place,
        "project": text,
        "spending_class": text,
        "year": positive,
        "document": text,
        "amount_fen": positive,
        "accounts?": budget_accounts,
    },
    "budget.adjusted/1": {"document": text, "amount_fen": integer, "reason": text},
    "budget.closed/1": {"lapsed_fen": whole},
    "allowance.granted/1": {
        "payee_id": identity,
        "division": place,
        "month": calendar_month,
        "amount_fen": positive,
        "basis": text,
        "document?": text,
        "granter_id": identity,
        "budget_id": identity,
        "budget_year": positive,
    },
    "allowance.scheduled/1": {"payment_id": identity},
    "allowance.unscheduled/1": {"payment_id": identity, "reason": text},
    "allowance.reversed/1": {"reason": text},
    "period.close_proposed/1": {**_CLOSED_MONTH, "proposer_id": identity},
    "period.close_withdrawn/1": {"division": place, "reason": text},
    "period.sealed/1": _CLOSED_MONTH,
    "reward.granted/1": {
        "incident_id": identity,
        "payee_id": identity,
        "division": place,
        "category": text,
        "item?": text,
        "sensitive": truth,
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
    "payment.accepted/1": {"answer": digest, "status": text},
    "payment.settled/1": {"answer": digest, "booked_on": day, "bank_ref": text},
    "payment.failed/1": {"answer": digest, "reason": text},
    "payment.unresolved/1": {"answer": digest, "status": text},
    "payment.returned/1": {"answer": digest, "booked_on": day, "bank_ref": text, "reason": text, "same_year": truth},
    "payment.reissued/1": {},
    "payment.written_back/1": {"reason": text},
    "payment.recovered/1": {"booked_on": day, "bank_ref": text, "reason": text, "same_year": truth},
    "payment.contradicted/1": {"answer": digest, "status": text, "detail": text},
    "payment.upheld/1": {"reason": text},
    "payment.confirmed_paid/1": {"booked_on": day, "bank_ref": text, "reason": text},
    "payment.claimed/1": {"booked_on": day, "bank_ref": text, "reason": text},
    "payment.paid_again/1": {
        "repeats": identity,
        "batch_id": identity,
        "payee_id": identity,
        "line": positive,
        "amount_fen": positive,
        "account": event_name,
        "end_to_end_id": text,
        "budget_id": identity,
        "booked_on": day,
        "bank_ref": text,
        "statement_id?": identity,
        "entry?": positive,
        "reason": text,
    },
    "payment.write_off_proposed/1": {"document": text, "reason": text, "proposer_id": identity},
    "payment.write_off_rejected/1": {"reason": text},
    "payment.claim_written_off/1": {"document": text, "reason": text, "proposer_id": identity},
    "payment.claim_recovered/1": {"booked_on": day, "bank_ref": text, "reason": text, "same_year": truth},
    "payee_hold.placed/1": {"payee_id": identity, "reason": text, "document?": text},
    "payee_hold.lifted/1": {"reason": text},
    "payout_batch.frozen/1": {
        "division": place,
        "month": calendar_month,
        "number": positive,
        "maker_id": identity,
        "payment_count": whole,
        "total_fen": whole,
        "lines_digest": digest,
        "payroll?": text,
    },
    "payout_batch.signals_noted/1": {
        "signals": signals,
        "digest": digest,
    },
    "payout_batch.signals_acknowledged/1": {
        "acknowledged_by": identity,
        "digest": digest,
        "acknowledgements": acknowledgements,
    },
    "payout_batch.approved/1": {
        "lines_digest": digest,
        "payment_count": whole,
        "total_fen": whole,
        "signals_digest?": digest,
    },
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
        "accepted_count?": whole,
        "returned_count?": whole,
    },
    "payout_batch.closed/1": {
        "settled_count": whole,
        "settled_fen": whole,
        "failed_count": whole,
        "failed_fen": whole,
    },
    "bank_file.recorded/1": {
        "kind": text,
        "profile": text,
        "parser": text,
        "file": attachment,
        "verdict": text,
        "findings_count": whole,
        "schema?": schema_check,
    },
    "statement.recorded/1": {
        "account_digest": digest,
        "number?": text,
        "since": day,
        "until": day,
        "opening_fen?": integer,
        "closing_fen?": integer,
        "entry_count": whole,
        "entries_digest": digest,
        "file": attachment,
        "profile": text,
    },
    "statement.entries_recorded/1": {"first": positive, "entries": statement_lines},
    "reconciliation.statement_joined/1": {
        "statement_id": identity,
        "file": digest,
        "since": day,
        "until": day,
        "opening_fen?": integer,
        "closing_fen?": integer,
        "entry_count": whole,
    },
    "reconciliation.matched/1": {"allocations": allocations, "reason?": text, "proposer_id?": identity},
    "reconciliation.unmatch_proposed/1": {
        "statement_id": identity,
        "entry": positive,
        "reason": text,
        "proposer_id": identity,
    },
    "reconciliation.unmatched/1": {
        "statement_id": identity,
        "entry": positive,
        "reason": text,
        "proposer_id?": identity,
    },
    "reconciliation.superseding_proposed/1": {
        "statement_id": identity,
        "superseded": identities,
        "reason": text,
        "proposer_id": identity,
    },
    "reconciliation.statement_superseded/1": {
        "statement_id": identity,
        "superseded": identities,
        "reason": text,
        "proposer_id": identity,
    },
    "reconciliation.proposed/1": {
        "statement_id": identity,
        "entry": positive,
        "allocations": allocations,
        "reason": text,
        "proposer_id": identity,
    },
    "reconciliation.proposal_rejected/1": {"statement_id": identity, "entry": positive, "reason": text},
    "exception.opened/1": {
        "kind": text,
        "statement_id?": identity,
        "entry?": positive,
        "payment_id?": identity,
        "batch_id?": identity,
        "amount_fen": integer,
        "blocking": text,
    },
    "exception.assigned/1": {"owner_id": identity},
    "exception.explanation_proposed/1": {
        "outcome": text,
        "reason": text,
        "cause?": event_name,
        "proposer_id": identity,
    },
    "exception.explanation_rejected/1": {"reason": text},
    "exception.resolved/1": {"outcome": text, "reason": text, "cause?": event_name, "proposer_id?": identity},
    "award_rule.published/1": {
        "division": place,
        "period_kind": text,
        "since": day,
        "document": text,
        "counts": text,
        "points_each": whole,
        "weights": award_weights,
        "reports_min": positive,
        "stars": positive,
        "ties": text,
    },
    "award.proposed/1": {
        "division": place,
        "period": calendar_period,
        "rule": event_name,
        "position": positive,
        "proposer_id": identity,
        "candidates": positive,
        "count_total": positive,
        "counted_digest": digest,
        "stars": award_stars,
    },
    "award.counted_listed/1": {"member_id": identity, "events": event_names},
    "award.granted/1": {"granter_id": identity, "stars_digest": digest},
    "award.rejected/1": {"reason": text},
    "award.revoked/1": {"member_id": identity, "reason": text},
    "difficulty_rule.published/1": {
        "division": place,
        "since": day,
        "document": text,
        "factors": factors,
        "staffing": staffing,
    },
    "difficulty.inputs_recorded/1": {
        "division": place,
        "grid": text,
        "measured_on": day,
        "rule": event_name,
        "inputs": measurements,
        "document": text,
    },
    "training.held/1": {
        "title": text,
        "level": text,
        "division": place,
        "held_on": day,
        "place": text,
        "minutes": positive,
        "organiser": text,
        "trainer_id?": identity,
    },
    "training.attendance_recorded/1": {"attendances": attendances},
    "training.attendance_withdrawn/1": {"person_id": identity, "reason": text},
    "facility_kind.admitted/1": {"division": place, "code": text, "name": text, "document": text},
    "facility_kind.withdrawn/1": {"code": text, "last_day": day},
    "facility.registered/1": {
        "kind": text,
        "name": text,
        "division": place,
        "address": text,
        "services": texts,
    },
    "facility.opened/1": {"opened_on": day},
    "facility.closed/1": {"last_day": day, "reason": text},
    "facility.inspected/1": {"inspected_on": day, "inspector_id": identity, "result": text, "note?": text},
    "station.opened/1": {"division": place, "name": text, "opened_on": day},
    "station.keeper_named/1": {"keeper_id": identity, "since": day},
    "station.keeper_released/1": {"keeper_id": identity, "last_day": day},
    "station.item_listed/1": {
        "sku": text,
        "title": text,
        "unit": text,
        "points_price": positive,
        "cash_price_fen?": positive,
        "return_days": whole,
        "since": day,
    },
    "station.item_withdrawn/1": {"sku": text, "last_day": day},
    "station.closed/1": {"last_day": day, "reason": text},
    "stock.received/1": {
        "station_id": identity,
        "sku": text,
        "quantity": positive,
        "unit_cost_fen": whole,
        "origin": text,
        "document": text,
    },
    "donation_slip.used/1": {
        "document": text,
        "station_id": identity,
        "division": place,
        "sku": text,
        "reason?": text,
    },
    "stock.issued/1": {"exchange_id": identity, "quantity": positive, "cost_fen": whole},
    "stock.taken_back/1": {"exchange_id": identity, "quantity": positive, "cost_fen": whole},
    "stock.counted/1": {
        "counted_on": day,
        "counted": whole,
        "difference": integer,
        "reason?": text,
        "counter_id": identity,
    },
    "stock.adjusted/1": {
        "difference": integer,
        "reason": text,
        "proposer_id": identity,
        "second_id": identity,
        "cost_fen": integer,
    },
    "stock.write_off_proposed/1": {"quantity": positive, "reason": text, "proposer_id": identity},
    "stock.written_off/1": {
        "quantity": positive,
        "reason": text,
        "proposer_id": identity,
        "second_id": identity,
        "cost_fen": whole,
    },
    "stock.proposal_rejected/1": {"reason": text, "second_id": identity},
    "exchange.authorised/1": {
        "account_id": identity,
        "authoriser_id": identity,
        "channel": text,
        "valid_until": moment,
        "points_max?": positive,
        "reason?": text,
    },
    "exchange.withdrawn/1": {"withdrawer_id": identity},
    "exchange.made/1": {
        "station_id": identity,
        "account_id": identity,
        "keeper_id": identity,
        "collector_id?": identity,
        "channel": text,
        "lines": exchanged,
        "points": positive,
        "cash_fen?": positive,
        "made_on": day,
    },
    "exchange.cancelled/1": {"keeper_id": identity, "reason": text, "points": whole, "cash_fen?": positive},
    "exchange.returned/1": {
        "keeper_id": identity,
        "reason": text,
        "lines": brought_back,
        "points": whole,
        "cash_fen?": positive,
    },
    "taking.recorded/1": {"account_id": identity, "exchange_id": identity, "taken_on": day, "goods": goods},
    "taking.given_back/1": {"exchange_id": identity, "taken_on": day, "goods": goods},
    "points_rule.published/1": {
        "division": place,
        "version": positive,
        "since": day,
        "document": text,
        "holder": text,
        "categories": points_categories,
        "items": points_items,
        "windows": points_windows,
        "caps": points_caps,
        "exchange_limits": exchange_limits,
        "exchange_within?": text,
        "expires_after_months?": positive,
        "cash_top_up": truth,
        "debt_from_deductions": truth,
    },
    "points_account.opened/1": {"kind": text, "holder_id": identity, "division": place},
    "points_account.closed/1": {"reason": text, "document": text, "successor_id?": identity},
    "points.granted/1": {
        **_DEED,
        "factor_percent": positive,
        "by_rule": positive,
        "points": positive,
        "expires_on?": day,
        "repaid": whole,
    },
    "points.withheld/1": {**_DEED, "factor_percent": positive, "by_rule": positive},
    "points.opening_recorded/1": {
        "points": positive,
        "as_of": day,
        "document": text,
        "expires_on?": day,
        "repaid?": positive,
        "recorder_id?": identity,
    },
    "points.deducted/1": {**_DEED, "points": positive, "lots": points_lots, "to_debt": whole},
    "points.reversed/1": {
        "granted": positive,
        "points": positive,
        "lots": points_lots,
        "from_expired": whole,
        "to_debt": whole,
        "reason": text,
    },
    "points.given_back/1": {
        "deducted": positive,
        "points": positive,
        "repaid": whole,
        "lots": points_lots,
        "reason": text,
    },
    "points.expired/1": {"points": positive, "lots": points_lots},
    "points.redeemed/1": {
        "exchange_id": identity,
        "station_id": identity,
        "points": positive,
        "lots": points_lots,
    },
    "points.restored/1": {
        "exchange_id": identity,
        "station_id": identity,
        "points": positive,
        "repaid": whole,
        "lots": points_lots,
    },
    "points.moved_out/1": {
        "other_account_id": identity,
        "points": whole,
        "lots": points_lots,
        "debt": whole,
        "reason": text,
        "document": text,
    },
    "points.moved_in/1": {
        "other_account_id": identity,
        "points": whole,
        "repaid": whole,
        "lots": points_lots,
        "debt": whole,
        "settled": points_lots,
        "reason": text,
        "document": text,
    },
    "task.offered/1": {
        "division": place,
        "title": text,
        "place": text,
        "item": text,
        "due_on": day,
        "seats": positive,
        "offerer_id": identity,
    },
    "task.accepted/1": {"person_id": identity, "accepted_on": day},
    "task.given_up/1": {"person_id": identity, "reason": text},
    "task.done/1": {"person_id": identity, "done_on": day, "recorder_id": identity},
    "task.sent_back/1": {"person_id": identity, "sender_id": identity, "reason": text},
    "task.confirmed/1": {"person_id": identity, "confirmer_id": identity},
    "task.confirmation_withdrawn/1": {"person_id": identity, "withdrawer_id": identity, "reason": text},
    "task.withdrawn/1": {"reason": text},
    "activity.published/1": {
        "division": place,
        "title": text,
        "place": text,
        "item": text,
        "held_on": day,
        "minutes": positive,
        "seats": positive,
        "organiser": text,
        "publisher_id": identity,
    },
    "activity.signed_up/1": {"person_id": identity},
    "activity.sign_up_withdrawn/1": {"person_id": identity},
    "activity.checked_in/1": {"person_ids": identities, "recorder_id": identity},
    "activity.hours_confirmed/1": {"served": served, "confirmer_id": identity},
    "activity.hours_withdrawn/1": {"person_id": identity, "withdrawer_id": identity, "reason": text},
    "activity.cancelled/1": {"reason": text},
    "commendation.recorded/1": {
        "division": place,
        "holder_kind": text,
        "holder_id": identity,
        "title": text,
        "item": text,
        "document": text,
        "issuer": text,
        "issued_on": day,
        "recorder_id": identity,
    },
    "commendation.confirmed/1": {"confirmer_id": identity},
    "commendation.withdrawn/1": {"withdrawer_id": identity, "reason": text},
    "inspection.recorded/1": {
        "division": place,
        "household_id": identity,
        "month": calendar_month,
        "inspected_on": day,
        "inspectors": identities,
        "result": text,
        "item": text,
        "recorder_id": identity,
    },
    "inspection.confirmed/1": {"confirmer_id": identity},
    "inspection.disputed/1": {"disputer_id": identity, "reason": text},
    "inspection.withdrawn/1": {"withdrawer_id": identity, "reason": text},
    "title.granted/1": {
        "division": place,
        "household_id": identity,
        "kind": text,
        "since": day,
        "inspection": event_name,
    },
    "title.revoked/1": {"last_day": day, "reason": text, "inspection?": event_name},
    "party_activity.recorded/1": {
        "division": place,
        "person_id": identity,
        "unit": text,
        "title": text,
        "item": text,
        "held_on": day,
        "minutes": positive,
        "recorder_id": identity,
    },
    "party_activity.unit_confirmed/1": {"confirmer_id": identity},
    "party_activity.community_confirmed/1": {"confirmer_id": identity},
    "party_activity.rejected/1": {"rejecter_id": identity, "reason": text},
    "party_activity.withdrawn/1": {"withdrawer_id": identity, "reason": text},
    "notice.posted/1": {
        "division": place,
        "title": text,
        "text": text,
        "since": day,
        "until": day,
        "poster_id": identity,
    },
    "notice.withdrawn/1": {"withdrawer_id": identity, "reason": text},
    "suggestion.opened/1": {
        "division": place,
        "channel": text,
        "text": digest,
        "author_id?": identity,
        "slip?": text,
    },
    "suggestion.accepted/1": {"accepter_id": identity, "gist": text, "due_on": day},
    "suggestion.answered/1": {"answerer_id": identity, "outcome": text, "answer": text},
    "suggestion.closed/1": {"closer_id": identity, "reason": text},
    "suggestion.text_erased/1": {"eraser_id": identity, "reason": text, "legal_basis": text},
    "commitment.made/1": {
        "division": place,
        "title": text,
        "responsible": text,
        "made_on": day,
        "due_on": day,
        "maker_id": identity,
    },
    "commitment.progressed/1": {"reporter_id": identity, "note": text},
    "commitment.fulfilled/1": {"fulfilled_on": day, "note": text, "confirmer_id": identity},
    "commitment.withdrawn/1": {"withdrawer_id": identity, "reason": text, "note": text},
    "meeting_rule.set/1": {
        "division": place,
        "kind": text,
        "quorum": share,
        "passing": share,
        "passed_by": text,
        "since": day,
        "document": text,
        "setter_id": identity,
    },
    "meeting.called/1": {
        "division": place,
        "kind": text,
        "title": text,
        "agenda": texts,
        "held_on": day,
        "place": text,
        "rule": event_name,
        "caller_id": identity,
    },
    "meeting.held/1": {
        "eligible": positive,
        "attendance": identities,
        "on_sheet": whole,
        "sheet?": text,
        "recorder_id": identity,
    },
    "meeting.sheet_kept/1": {"files": voucher_files, "keeper_id": identity},
    "meeting.resolved/1": {
        "number": positive,
        "title": text,
        "text": text,
        "agreed": whole,
        "opposed": whole,
        "abstained": whole,
        "passed": truth,
        "teller_id": identity,
    },
    "meeting.eligible_explained/1": {"before": positive, "reason": text, "recorder_id": identity},
    "meeting.spending_allowed/1": {"number": positive, "limit_fen": positive, "teller_id": identity},
    "meeting.cancelled/1": {"canceller_id": identity, "reason": text},
    "project.proposed/1": {
        "division": place,
        "title": text,
        "resolution": event_name,
        "budget_fen": positive,
        "proposer_id": identity,
    },
    "project.contracted/1": {
        "contractor": text,
        "contractor_ids": identities,
        "amount_fen": positive,
        "document": text,
        "recorder_id": identity,
    },
    "project.progressed/1": {"reporter_id": identity, "note": text},
    "project.accepted/1": {"accepter_id": identity, "opinion": text},
    "project.sent_back/1": {"sender_id": identity, "reason": text, "note": text},
    "project.closed/1": {"closer_id": identity, "outcome": text, "spent_fen": whole},
    "points_share.proposed/1": {
        "division": place,
        "reason": text,
        "giver": holder,
        "taker": holder,
        "points?": positive,
        "agreed_by": identity,
        "document": text,
        "proposer_id": identity,
    },
    "points_share.confirmed/1": {"confirmer_id": identity},
    "points_share.rejected/1": {"rejecter_id": identity, "reason": text},
    "committee.seated/1": {"division": place, "person_id": identity, "body": text, "since": day},
    "committee.left/1": {"person_id": identity, "body": text, "last_day": day},
    "committee.kinship_declared/1": {
        "division": place,
        "person_id": identity,
        "other_id": identity,
        "kinship": text,
    },
    "committee.kinship_withdrawn/1": {"person_id": identity, "other_id": identity},
    "disclosure_settings.made/1": {
        "division": place,
        "since": day,
        "document": text,
        "publish_days": positive,
        "answer_days": positive,
        "due_days": whole,
        "small_count_min": positive,
        "kinds": kind_rules,
    },
    "disclosure.drafted/1": {
        "division": place,
        "kind": text,
        "period": disclosed_period,
        "version": positive,
        "query": text,
        "parameters": parameters,
        "position": whole,
        "document": digest,
        "length": whole,
        "row_count": whole,
        "drafter_id": identity,
        "corrects?": positive,
        "reason?": text,
    },
    "disclosure.reviewed/1": {"version": positive, "passed": truth, "opinion": text, "reviewer_id": identity},
    "disclosure.published/1": {
        "version": positive,
        "since": day,
        "until": day,
        "names": text,
        "publisher_id": identity,
    },
    "disclosure.rows_shown/1": {"version": positive, "rows": digest, "row_count": positive},
    "objection.raised/1": {
        "objection_id": identity,
        "version": positive,
        "row?": text,
        "channel": text,
        "text": digest,
        "anonymous": truth,
        "answer_by": day,
        "objector_id?": identity,
    },
    "objection.answered/1": {"objection_id": identity, "upheld": truth, "answer": text, "answerer_id": identity},
    "objection.text_erased/1": {"objection_id": identity, "eraser_id": identity, "reason": text, "legal_basis": text},
    "disclosure.closed/1": {"closer_id": identity},
    "disclosure.archived/1": {"archiver_id": identity},
    "poster.rendered/1": {
        "division": place,
        "disclosure_id": identity,
        "version": positive,
        "paper": text,
        "sha256": digest,
        "length": whole,
        "tool": text,
        "font_sha256": digest,
        "template_sha256": digest,
        "url": text,
        "nameless": whole,
    },
    "asset.acquired/1": {
        "division": place,
        "number": text,
        "title": text,
        "category": text,
        "how": text,
        "unit": text,
        "quantity_milli": positive,
        "cost_fen": whole,
        "acquired_on": day,
        "place": text,
        "recorder_id": identity,
        "document?": text,
        "voucher?": event_name,
    },
    "asset.leased_out/1": {"contract_id": identity, "since": day, "until": day},
    "asset.lease_ended/1": {"contract_id": identity, "last_day": day},
    "asset.counted/1": {
        "counted_on": day,
        "book_milli": whole,
        "quantity_milli": whole,
        "counter_id": identity,
        "reason?": text,
    },
    "asset.count_confirmed/1": {"quantity_milli": whole, "cost_fen": whole, "confirmer_id": identity},
    "asset.count_rejected/1": {"rejecter_id": identity, "reason": text},
    "asset.disposal_proposed/1": {
        "how": text,
        "proceeds_fen": whole,
        "reason": text,
        "proposer_id": identity,
        "resolution?": event_name,
    },
    "asset.disposal_rejected/1": {"rejecter_id": identity, "reason": text},
    "asset.disposed/1": {
        "disposed_on": day,
        "how": text,
        "proceeds_fen": whole,
        "confirmer_id": identity,
        "voucher?": event_name,
    },
    "asset.written_off/1": {
        "written_off_on": day,
        "how": text,
        "proceeds_fen": whole,
        "confirmer_id": identity,
        "voucher?": event_name,
    },
    "resource_contract.signed/1": {
        "division": place,
        "number": text,
        "title": text,
        "resource": text,
        "quantity_milli": positive,
        "unit": text,
        "party_id": identity,
        "signed_on": day,
        "since": day,
        "until": day,
        "dues": contract_dues,
        "recorder_id": identity,
        "asset_id?": identity,
        "document?": text,
        "resolution?": event_name,
    },
    "resource_contract.confirmed/1": {"confirmer_id": identity},
    "resource_contract.withdrawn/1": {"withdrawer_id": identity, "reason": text},
    "resource_contract.rent_received/1": {
        "due": positive,
        "amount_fen": positive,
        "received_on": day,
        "recorder_id": identity,
        "voucher?": event_name,
    },
    "resource_contract.rent_reversed/1": {
        "rent": event_name,
        "due": positive,
        "amount_fen": positive,
        "reason": text,
        "reverser_id": identity,
    },
    "resource_contract.ended/1": {"last_day": day, "reason": text, "ender_id": identity, "document?": text},
    "subsidy_programme.published/1": {
        "division": place,
        "reference": text,
        "title": text,
        "document": text,
        "issuer": text,
        "unit": text,
        "standard_fen": positive,
        "since": day,
        "sensitive": truth,
        "publisher_id": identity,
    },
    "subsidy_programme.standard_set/1": {
        "standard_fen": positive,
        "document": text,
        "since": day,
        "setter_id": identity,
    },
    "subsidy_programme.ended/1": {"last_day": day, "ender_id": identity},
    "subsidy_list.proposed/1": {
        "division": place,
        "programme_id": identity,
        "period": calendar_period,
        "version": positive,
        "standard": event_name,
        "standard_fen": positive,
        "line_count": positive,
        "total_fen": whole,
        "lines_digest": digest,
        "lines": subsidy_lines,
        "proposer_id": identity,
        "reason?": text,
        "source?": digest,
        "blinded?": truth,
    },
    "subsidy_list.lines_added/1": {"version": positive, "lines": subsidy_lines},
    "subsidy_list.confirmed/1": {"version": positive, "confirmer_id": identity},
    "subsidy_list.rejected/1": {"version": positive, "rejecter_id": identity, "reason": text},
    "village_book.opened/1": {
        "division": place,
        "chart": text,
        "since": day,
        "limit_fen": whole,
        "document": text,
    },
    "village_book.limit_set/1": {"limit_fen": whole, "document": text},
    "village_book.chart_adopted/1": {"chart": text},
    "village_book.opening_proposed/1": {"lines": voucher_lines, "document": text, "proposer_id": identity},
    "village_book.opening_rejected/1": {"rejecter_id": identity, "reason": text},
    "village_book.opening_recorded/1": {"division": place, "confirmer_id": identity},
    "village_book.plan_published/1": {
        "division": place,
        "year": positive,
        "lines": village_plan,
        "document": text,
        "resolution?": event_name,
    },
    "village_party.registered/1": {
        "division": place,
        "reference": text,
        "kind": text,
        "name": digest,
        "person_id?": identity,
    },
    "village_voucher.drafted/1": {
        "division": place,
        "day": day,
        "kind": text,
        "purpose": text,
        "lines": voucher_lines,
        "attachments": voucher_files,
        "handler_id": identity,
        "reverses?": event_name,
        "source?": imported_row,
    },
    "village_voucher.revised/1": {
        "day": day,
        "kind": text,
        "purpose": text,
        "lines": voucher_lines,
        "attachments": voucher_files,
        "handler_id": identity,
    },
    "village_voucher.reviewed/1": {"reviewer_id": identity},
    "village_voucher.approved/1": {"approver_id": identity, "resolution?": event_name},
    "village_voucher.sent_back/1": {"sender_id": identity, "reason": text},
    "village_voucher.withdrawn/1": {"handler_id": identity, "reason": text},
    "village_voucher.booked/1": {
        "division": place,
        "month": calendar_month,
        "number": positive,
        "booker_id": identity,
    },
    "village_voucher.reversed/1": {"reversal_id": identity},
    "village_month.voucher_numbered/1": {
        "division": place,
        "month": calendar_month,
        "number": positive,
        "voucher_id": identity,
    },
    "village_month.close_proposed/1": {
        "division": place,
        "month": calendar_month,
        "vouchers": whole,
        "trial_balance": digest,
        "proposer_id": identity,
    },
    "village_month.close_withdrawn/1": {"withdrawer_id": identity, "reason": text},
    "village_month.closed/1": {
        "division": place,
        "month": calendar_month,
        "vouchers": whole,
        "trial_balance": digest,
        "closer_id": identity,
    },
}

MONEY_TYPES = frozenset(
    {
        "budget.appropriated/1",
        "budget.adjusted/1",
        "budget.closed/1",
        "allowance.granted/1",
        "allowance.reversed/1",
        "reward.granted/1",
        "reward.reversed/1",
        "payment.approved/1",
        "payment.settled/1",
        "payment.failed/1",
        "payment.returned/1",
        "payment.reissued/1",
        "payment.written_back/1",
        "payment.recovered/1",
        "payment.confirmed_paid/1",
        "payment.claimed/1",
        "payment.claim_recovered/1",
        "payment.paid_again/1",
        "payment.claim_written_off/1",
        "points.granted/1",
        "points.opening_recorded/1",
        "points.deducted/1",
        "points.reversed/1",
        "points.given_back/1",
        "points.expired/1",
        "points.redeemed/1",
        "points.restored/1",
        "points.moved_out/1",
        "points.moved_in/1",
        "stock.received/1",
        "stock.issued/1",
        "stock.taken_back/1",
        "stock.adjusted/1",
        "stock.written_off/1",
        "village_book.opening_recorded/1",
        "village_voucher.booked/1",
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
