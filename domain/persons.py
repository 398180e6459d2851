"""Persons: who they are to the journal, which roles they hold where, and which account they are paid on.

One person may hold several roles; the stream is the person's, so that nobody can act twice under two names.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import assert_never
from uuid import UUID

from domain.kernel.erasure import require_grounds
from domain.kernel.events import Commitment, event
from domain.kernel.ids import EventName, event_name, stream_name
from domain.kernel.places import Division, contains
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct
from domain.kernel.states import known


@event("person.registered/1")
class PersonRegistered:
    """A person is known. `pseudonymous`: the source gave no name, only a pseudonym."""

    name: Commitment
    pseudonymous: bool


@event("person.role_granted/1")
class RoleGranted:
    """The person holds a role within an area from a day on, until a day (inclusive) if one is given.

    `department` is a handler's own: what is sent to it, only its handlers take on.
    """

    role: str
    area: Division
    since: date
    until: date | None = None
    department: str | None = None


@event("person.role_ended/1")
class RoleEnded:
    """The role in that area is held no longer after this day."""

    role: str
    area: Division
    last_day: date


@event("person.role_withdrawn/1")
class RoleWithdrawn:
    """The role that was to begin on this day does not begin."""

    role: str
    area: Division
    since: date


@event("person.payee_account_set/1")
class PayeeAccountSet:
    """The account that the person is paid on from now; each change is a new version.

    `set_by` and `set_on`: who set it and when. A change is not paid on before its cooling period is over.
    """

    version: int
    holder: Commitment
    number: Commitment
    bank: Commitment
    set_by: UUID | None = None
    set_on: date | None = None


@event("person.payee_account_acknowledged/1")
class PayeeAccountAcknowledged:
    """A second person says that the change to this version is right: it may be paid on at once."""

    version: int
    acknowledged_by: UUID


@event("person.erased/1")
class PersonErased:
    """The person's values are destroyed; what was done and paid stays, under a number that nobody can name.

    `reason` is one of `kernel.erasure.ERASURE_REASONS`; `legal_basis` names the rule that was applied, and nobody.
    """

    reason: str
    legal_basis: str


PersonEvent = (
    PersonRegistered
    | RoleGranted
    | RoleEnded
    | RoleWithdrawn
    | PayeeAccountSet
    | PayeeAccountAcknowledged
    | PersonErased
)

HANDLER = "department_handler"
"""The role that is held for a department."""

ROLES = frozenset(
    {
        "member",
        "grid_worker",
        "grid_leader",
        "department_handler",
        "station_keeper",
        "village_accountant",
        "village_supervisor",
        "village_committee",
        "township_reviewer",
        "county_officer",
        "county_approver",
        "auditor",
        "administrator",
        "witness",
        "agent",
    }
)


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A role in an area from `since` to `until`, both days included; None: without an end."""

    role: str
    area: Division
    since: date
    until: date | None
    department: str | None = None

    def covers(self, on: date) -> bool:
        """Whether the role is held on that day."""
        return self.since <= on and (self.until is None or on <= self.until)

    def overlaps(self, since: date, until: date | None) -> bool:
        """Whether the role is held on any day of the span."""
        return (self.until is None or since <= self.until) and (until is None or self.since <= until)


@dataclass(frozen=True, slots=True)
class PayeeAccount:
    """The account in use; `seq` is the number, in the person's stream, of the event that set it."""

    version: int
    seq: int
    holder: Commitment
    number: Commitment
    bank: Commitment
    set_by: UUID | None = None
    set_on: date | None = None
    acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """A person as known after `seq` events; `account` is the last of `accounts`."""

    name: Commitment
    pseudonymous: bool
    roles: tuple[RoleHeld, ...] = ()
    accounts: tuple[PayeeAccount, ...] = ()
    seq: int = 1
    erased: bool = False

    @property
    def account(self) -> PayeeAccount | None:
        """The account in use; an erased person has none and can be paid no more."""
        return self.accounts[-1] if self.accounts and not self.erased else None

    def holds(self, role: str, division: Division, on: date) -> bool:
        """Whether the person holds the role, on that day, in an area that contains the division."""
        return any(held.role == role and contains(held.area, division) and held.covers(on) for held in self.roles)

    def departments(self, division: Division, on: date) -> frozenset[str]:
        """The departments for which the person handles, on that day, in an area that contains the division."""
        there = (held for held in self.roles if contains(held.area, division) and held.covers(on))
        return frozenset(held.department for held in there if held.department is not None)

    def roles_on(self, on: date) -> tuple[RoleHeld, ...]:
        """The roles held on that day."""
        return tuple(held for held in self.roles if held.covers(on))


def other_roles(person: Person | None, *, role: str, area: Division, since: date, until: date | None) -> list[str]:
    """The roles besides one that the person holds within the span, in any area that touches the given one."""
    held = (one for one in person.roles if one.role != role) if person is not None else ()
    there = (one for one in held if contains(one.area, area) or contains(area, one.area))
    return sorted({one.role for one in there if one.overlaps(since, until)})


def account_event(person: Person | None, *, person_id: UUID) -> EventName | None:
    """The name of the event that set the account in use; None where none is set. Payments are bound to it."""
    if person is None or person.account is None:
        return None
    return event_name(stream_name("person", person_id), person.account.seq)


def account_used(person: Person | None, *, person_id: UUID, account: EventName) -> PayeeAccount:
    """The account that an event set, also when it is not in use any more. Refused: `payment.no_account`."""
    for version in person.accounts if person is not None else ():
        if event_name(stream_name("person", person_id), version.seq) == account:
            return version
    raise Refusal("payment.no_account", payee_id=person_id)


# Decide: what may happen, judged by the rules in force.


def register_person(person: Person | None, *, name: Commitment, pseudonymous: bool) -> PersonRegistered:
    """Make a person known. Refused: `person.already_registered`."""
    if person is not None:
        raise Refusal("person.already_registered")
    return PersonRegistered(name=name, pseudonymous=pseudonymous)


def grant_role(
    person: Person | None,
    *,
    role: str,
    area: Division,
    area_known: bool,
    since: date,
    until: date | None = None,
    department: str | None = None,
) -> RoleGranted:
    """Give a person a role in an area from a day on; `area_known`: the place is registered.

    Refused, in this order: `person.unknown`, `person.erased`, `person.role_unknown`, `place.unknown`,
    `person.role_ends_before_start`, `person.department_unsuited` (only a handler is of a department),
    `person.role_already_held`.
    """
    known_person = _existing(person)
    if role not in ROLES:
        raise Refusal("person.role_unknown", role=role)
    if not area_known:
        raise Refusal("place.unknown", division=area)
    if until is not None and until < since:
        raise Refusal("person.role_ends_before_start", role=role, since=since, until=until)
    named = (department or "").strip() or None
    if named is not None and role != HANDLER:
        raise Refusal("person.department_unsuited", role=role)
    for held in known_person.roles:
        if (held.role, held.area) == (role, area) and held.overlaps(since, until):
            raise Refusal("person.role_already_held", role=role, area=area, since=held.since)
    return RoleGranted(role=role, area=area, since=since, until=until, department=named)


def end_role(person: Person | None, *, role: str, area: Division, last_day: date) -> RoleEnded:
    """End a role in an area: `last_day` is the last on which it is held.

    Refused, in this order: `person.unknown`, `person.erased`, `person.role_not_held` (also where it ends that day
    or earlier by itself).
    """
    if not any(_ends(held, role, area, last_day) for held in _existing(person).roles):
        raise Refusal("person.role_not_held", role=role, area=area, on=last_day)
    return RoleEnded(role=role, area=area, last_day=last_day)


def end_roles(person: Person | None, *, role: str, area: Division, last_day: date) -> "list[RoleEnded | RoleWithdrawn]":
    """Let a role in an area be held no longer after a day, also where it was to begin later; none held: no event.

    Refused, in this order: `person.unknown`, `person.erased`.
    """
    ended: list[RoleEnded | RoleWithdrawn] = []
    for held in _existing(person).roles:
        if _ends(held, role, area, last_day):
            ended.append(RoleEnded(role=role, area=area, last_day=last_day))
        elif (held.role, held.area) == (role, area) and held.since > last_day:
            ended.append(RoleWithdrawn(role=role, area=area, since=held.since))
    return ended


def set_payee_account(
    person: Person | None,
    *,
    version: int,
    holder: Commitment,
    number: Commitment,
    bank: Commitment,
    actor_id: UUID | None = None,
    on: date | None = None,
) -> PayeeAccountSet:
    """Set the account that the person is paid on from now; `version` counts from 1 without a gap.

    Refused, in this order: `person.unknown`, `person.erased`, `person.account_version_differs` (somebody else
    changed it meanwhile).
    """
    account = _existing(person).account
    expected = 1 if account is None else account.version + 1
    if version != expected:
        raise Refusal("person.account_version_differs", version=version, expected=expected)
    return PayeeAccountSet(version=version, holder=holder, number=number, bank=bank, set_by=actor_id, set_on=on)


def acknowledge_account(
    person: Person | None, *, person_id: UUID, actor_id: UUID, version: int
) -> PayeeAccountAcknowledged:
    """Say that a change of the account is right; the actor has not set it, and is not paid on it.

    Refused, in this order: `person.unknown`, `person.erased`, `person.account_version_differs` (another one is in
    use, or none), `person.account_acknowledged`, `chain.acted_twice`.
    """
    account = _existing(person).account
    in_use = 0 if account is None else account.version
    if account is None or version != in_use:
        raise Refusal("person.account_version_differs", version=version, expected=in_use)
    if account.acknowledged:
        raise Refusal("person.account_acknowledged", version=version)
    acted = (("account_setter", account.set_by), ("payee", person_id))
    require_distinct(actor_id, acting_as="acknowledger", acted=acted)
    return PayeeAccountAcknowledged(version=version, acknowledged_by=actor_id)


def erase_person(
    person: Person | None,
    *,
    person_id: UUID,
    actor_id: UUID,
    reason: str,
    legal_basis: str,
    owed_fen: int,
    payments_open: int,
    reports_open: int,
    on: date,
) -> list[RoleEnded | PersonErased]:
    """Erase a person: the roles held end that day, and the values behind every commitment are to be destroyed.

    `owed_fen`: earned and not yet sent to the bank; `payments_open`: payments without a final answer; `reports_open`:
    reports of the person that nobody has decided. Refused, in this order: `person.unknown`, `person.erased`,
    `person.erases_oneself`, `person.erasure_reason_unknown`, `person.legal_basis_missing`, `person.still_owed`,
    `person.payments_open`, `person.reports_open`, `person.role_begins_later`.
    """
    known_person = _existing(person)
    if person_id == actor_id:
        raise Refusal("person.erases_oneself")
    basis = require_grounds(reason=reason, legal_basis=legal_basis)
    if owed_fen:
        raise Refusal("person.still_owed", amount_fen=owed_fen)
    if payments_open:
        raise Refusal("person.payments_open", count=payments_open)
    if reports_open:
        raise Refusal("person.reports_open", count=reports_open)
    for held in known_person.roles:
        if held.since > on:
            raise Refusal("person.role_begins_later", role=held.role, area=held.area, since=held.since)
    ended = dict.fromkeys((held.role, held.area) for held in known_person.roles_on(on) if held.until != on)
    return [
        *(RoleEnded(role=role, area=area, last_day=on) for role, area in ended),
        PersonErased(reason=reason, legal_basis=basis),
    ]


def refuse_erased(person: Person | None) -> None:
    """Refuse `person.erased` where something would be owed to, or kept of, a person who was erased."""
    if person is not None and person.erased:
        raise Refusal("person.erased")


def _existing(person: Person | None) -> Person:
    if person is None:
        raise Refusal("person.unknown")
    refuse_erased(person)
    return person


def _ends(held: RoleHeld, role: str, area: Division, last_day: date) -> bool:
    """Whether ending the role after `last_day` shortens what is held."""
    return (held.role, held.area) == (role, area) and held.covers(last_day) and held.until != last_day


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(person: Person | None, event: PersonEvent) -> Person:
    """The person after an event."""
    match event:
        case PersonRegistered():
            return Person(event.name, event.pseudonymous)
        case RoleGranted():
            before = known(person)
            held = RoleHeld(event.role, event.area, event.since, event.until, event.department)
            return replace(before, roles=(*before.roles, held), seq=before.seq + 1)
        case RoleEnded():
            before = known(person)
            roles = tuple(
                replace(held, until=event.last_day) if _ends(held, event.role, event.area, event.last_day) else held
                for held in before.roles
            )
            return replace(before, roles=roles, seq=before.seq + 1)
        case RoleWithdrawn():
            before = known(person)
            begins = (event.role, event.area, event.since)
            roles = tuple(held for held in before.roles if (held.role, held.area, held.since) != begins)
            return replace(before, roles=roles, seq=before.seq + 1)
        case PayeeAccountSet():
            before = known(person)
            seq = before.seq + 1
            account = PayeeAccount(
                event.version, seq, event.holder, event.number, event.bank, event.set_by, event.set_on
            )
            return replace(before, accounts=(*before.accounts, account), seq=seq)
        case PayeeAccountAcknowledged():
            before = known(person)
            accounts = tuple(
                replace(account, acknowledged=account.acknowledged or account.version == event.version)
                for account in before.accounts
            )
            return replace(before, accounts=accounts, seq=before.seq + 1)
        case PersonErased():
            before = known(person)
            return replace(before, erased=True, seq=before.seq + 1)
        case _:
            assert_never(event)
