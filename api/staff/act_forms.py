"""The form of an act: which fields it has, and what a filled-in form means; one for all acts, none of its own for any.

What must not be broken: a form is judged by the same shapes as the API, so that a page records nothing that it refuses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from api.commands import filing as filing_commands
from api.commands import incidents as commands
from api.commands.filing import Filing
from api.staff.act_shapes import ASKED, ActTaken
from api.staff.form_shapes import BudgetChosen, HandlingForm, ReasonChosen
from api.staff.forms import Sent, shaped
from api.staff.office import Office
from api.web import act_words
from api.web.act_words import Told, facts_told
from domain.incidents import VALIDITY_REASONS, VERIFICATION_REASONS
from domain.incidents.reasons import CLOSURE_REASONS
from domain.kernel.refusals import Refusal
from domain.kernel.short_codes import read_code
from journal.facts import Receipt
from projections import tracking_codes

GROUND_PREFIX: Final = "ground_"
"""A ground is a box of its own to tick: `ground_near_text`."""

FORM_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "verify": ("reason",),
    "handle": ("text", "handled_at"),
    "decide": ("reason", "budget_id"),
    **{
        act: tuple(name for name in (*needed, *possible) if name != "solved")
        for act, (needed, possible) in ASKED.items()
    },
}
"""Act -> the fields of its form, in order. What the reason of a closure says is not asked again."""

NEEDED: Final[Mapping[str, frozenset[str]]] = {
    "verify": frozenset({"reason"}),
    "handle": frozenset({"handled_at"}),
    "decide": frozenset({"reason"}),
    **{act: frozenset(needed) for act, (needed, _) in ASKED.items()},
}

_SENT: Final = (
    "reason",
    "department",
    "departments",
    "handler_id",
    "into_id",
    "present",
    "text",
    "until",
    "amount",
    "unit",
    "channel",
    "outcome",
    "stars",
    "days",
    "document",
    "division",
    "handled_at",
    "budget_id",
)


@dataclass(frozen=True, slots=True)
class Filled:
    """What a form says: the act's facts, and for a handling when it was done. `kept` are the fields to send again.

    `budget`: which one a decision's reward is charged to; None: the setting's own.
    """

    given: Filing
    handled_at: datetime | None
    kept: Mapping[str, str]
    budget: UUID | None = None

    @property
    def yes(self) -> bool | None:
        """The conclusion that the reason stands for, for acts that have one."""
        lists = {"verify": VERIFICATION_REASONS, "decide": VALIDITY_REASONS, "close": CLOSURE_REASONS}
        return lists.get(self.given.act, {}).get(self.given.reason or "")

    def told(self, names: Mapping[Any, str]) -> list[Told]:
        """Its facts in words, the conclusion first. `names`: of persons by id, of places by code."""
        facts: dict[str, object] = {}
        conclusion = {"verify": "confirmed", "decide": "valid", "close": "solved"}.get(self.given.act)
        if conclusion is not None:
            facts[conclusion] = self.yes
        facts |= {one.name: getattr(self.given, one.name) for one in fields(self.given) if one.name != "solved"}
        facts["handled_at"] = self.handled_at
        return facts_told(self.given.act, facts, names)


def filled(desk: Office, act: str, sent: Mapping[str, str]) -> Filled:
    """What a form says. Raises RequestValidationError where it does not fit; refuses `incident.reason_unknown`.

    A report to merge into is named by its short code or its id.
    """
    kept = {name: value for name, value in sent.items() if name in _SENT or name.startswith(GROUND_PREFIX)}
    if act in ("verify", "decide"):
        known = VERIFICATION_REASONS if act == "verify" else VALIDITY_REASONS
        given = Filing(act, reason=_listed(shaped(ReasonChosen, kept).reason, known))
        return Filled(given, None, kept, shaped(BudgetChosen, kept).budget_id if act == "decide" else None)
    if act == "handle":
        done = shaped(HandlingForm, {"reply": kept.get("text", ""), "handled_at": kept.get("handled_at", "")})
        return Filled(Filing(act, text=done.reply), done.handled_at, kept)
    return Filled(_shaped(desk, act, kept).filing(), None, kept)


def record(form: Sent, incident_id: UUID, wanted: Filled) -> Receipt:
    """Record the act. Refuses as its command."""
    given, app, actor, key = wanted.given, form.app, form.actor, form.key
    if given.act == "handle":
        assert wanted.handled_at is not None  # noqa: S101 - its form asks for it
        handling = commands.Handling(incident_id, form.who.person_id, given.text, wanted.handled_at)
        return commands.handle(app, actor=actor, key=key, handlings=[handling])
    if given.act in ("verify", "decide"):
        verdict = commands.Verdict(incident_id, bool(wanted.yes), given.reason or "")
        if given.act == "verify":
            return commands.verify(app, actor=actor, key=key, verdicts=[verdict], on=form.on)
        return commands.decide_validity(app, actor=actor, key=key, verdicts=[verdict], on=form.on, budget=wanted.budget)
    return filing_commands.take(app, actor=actor, key=key, incident_id=incident_id, given=given, on=form.on)


def _shaped(desk: Office, act: str, kept: Mapping[str, str]) -> ActTaken:
    """The fields as the API takes them, which judges the rest."""
    wanted: dict[str, object] = {"act": act}
    for name in FORM_FIELDS[act]:
        if (value := _value(desk, name, kept)) is not None:
            wanted[name] = value
    if missing := [name for name in FORM_FIELDS[act] if name in NEEDED[act] and name not in wanted]:
        raise RequestValidationError([{"type": "missing", "loc": (name,), "msg": ""} for name in missing])
    if act == "close":
        wanted["solved"] = CLOSURE_REASONS[_listed(str(wanted["reason"]), CLOSURE_REASONS)]
    try:
        return ActTaken.model_validate(wanted)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None


def _value(desk: Office, name: str, kept: Mapping[str, str]) -> object:
    """One fact from the fields that stand for it; None where nothing was filled in."""
    match name:
        case "grounds":
            return [code for code in act_words.GROUNDS if kept.get(GROUND_PREFIX + code)] or None
        case "longer":
            amount = _number(kept.get("amount", ""))
            return {"amount": amount, "unit": kept.get("unit", "")} if amount is not None else None
        case "departments":
            return [line.strip() for line in kept.get(name, "").splitlines() if line.strip()] or None
        case "present" | "stars" | "days":
            return _number(kept.get(name, ""))
        case "into_id":
            return _report(desk, kept.get(name, "").strip())
        case _:
            return kept.get(name) or None


def _number(text: str) -> object:
    """A whole number; what is none stays text, for the shape to refuse."""
    stripped = text.strip()
    return int(stripped) if stripped.isascii() and stripped.isdigit() and len(stripped) < 10 else stripped or None


def _report(desk: Office, text: str) -> object:
    """The id of a report that is named by its short code; anything else as it is. Refuses `tracking.unknown`."""
    code = read_code(text)
    if code is None:
        return text or None
    with desk.app.reading.connection() as conn:
        found = tracking_codes.incident_of(conn, code)
    if found is None:
        raise Refusal("tracking.unknown")
    return str(found)


def _listed(reason: str, known: Mapping[str, bool]) -> str:
    if reason not in known:
        raise Refusal("incident.reason_unknown", reason=reason)
    return reason
