"""Opening what the vault keeps for a page: a report's text, the reply, the accounts of a batch. Each is recorded."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from api.commands.shared import incident_stream, person_stream
from api.staff.acting import Acting
from api.staff.office import Office
from api.web.names import ERASED, shown_names
from domain import incidents, persons
from domain.incidents.turns import Turn, waits_for
from domain.kernel.refusals import Refusal
from projections import incident_courses
from projections.incidents import Incident
from projections.payout_batches import Payment


@dataclass(frozen=True, slots=True)
class Texts:
    """What was said: the report, and the department's reply if there is one."""

    report: str
    reply: str | None


@dataclass(frozen=True, slots=True)
class PayeeShown:
    """A payee as the approver sees him. `tail` is the end of the account number; `number` never reaches a page."""

    name: str
    holder: str
    number: str
    bank: str

    @property
    def tail(self) -> str:
        """The last four characters."""
        return ERASED if self.number == ERASED else self.number[-4:]


def open_texts(desk: Office, who: Acting, incident: Incident) -> Texts:
    """Open an incident's texts; who opened them, in which role, is recorded. Refuses `access.*`."""
    who.require("texts")
    require_readable(desk, who, incident)
    wanted = [text for text in (incident.text_commitment, incident.reply_commitment) if text is not None]
    opened = desk.app.vault.open(wanted, by=str(who.person_id), reason=f"incident.read as {who.role}")
    by_commitment = {str(commitment): text for commitment, text in opened.items()}
    reply = incident.reply_commitment
    return Texts(
        report=by_commitment.get(incident.text_commitment, ERASED),
        reply=by_commitment.get(reply, ERASED) if reply is not None else None,
    )


def require_visible(who: Acting, incident: Incident) -> None:
    """Refuse `access.*` unless the role may see the incident."""
    who.require("incidents")
    if who.only_own:
        if incident.reporter_id != who.person_id:
            raise Refusal("access.not_yours")
        return
    who.require_area(incident.division)


def require_readable(desk: Office, who: Acting, incident: Incident) -> None:
    """Refuse `access.*` unless the role may see the incident, or it waits for this member though another reported it.

    Whoever is to claim a matter, or has claimed it, has to know what it is and where.
    """
    if not _waits_for(desk, who, incident):
        require_visible(who, incident)


def may_read(desk: Office, who: Acting, incident: Incident) -> bool:
    """Whether he may read it now: what a member has handled is his no more."""
    try:
        require_readable(desk, who, incident)
    except Refusal:
        return False
    return True


def _waits_for(desk: Office, who: Acting, incident: Incident) -> bool:
    if not who.only_own or incident.reporter_id == who.person_id or not who.covers(incident.division):
        return False
    state = desk.app.journal.state(incident_stream(incident.incident_id), incidents.evolve)
    with desk.app.reading.connection() as conn:
        row = incident_courses.one(conn, incident.incident_id)
        workflow = incident_courses.workflow_of(conn, row) if row is not None else None
    if state is None or workflow is None:
        return False
    return waits_for(state, Turn(workflow, who.role), who.person_id)


def open_payees(desk: Office, who: Acting, payments: Iterable[Payment]) -> dict[UUID, PayeeShown]:
    """Names and accounts of a batch's payees by payment, as they were when it was frozen; recorded as an opening."""
    lines = list(payments)
    states = desk.app.journal.states([person_stream(line.payee_id) for line in lines], persons.evolve)
    people = {line.payment_id: states[person_stream(line.payee_id)] for line in lines}
    accounts = {
        line.payment_id: persons.account_used(people[line.payment_id], person_id=line.payee_id, account=line.account)
        for line in lines
    }
    names = {payment_id: person.name for payment_id, person in people.items() if person is not None}
    wanted = [value for one in accounts.values() for value in (one.holder, one.number, one.bank)]
    opened = desk.app.vault.open(
        [*wanted, *names.values()], by=str(who.person_id), reason=f"payout_batch.check as {who.role}"
    )
    return {
        payment_id: PayeeShown(
            name=opened.get(names[payment_id], ERASED),
            holder=opened.get(account.holder, ERASED),
            number=opened.get(account.number, ERASED),
            bank=opened.get(account.bank, ERASED),
        )
        for payment_id, account in accounts.items()
    }


def names_of(desk: Office, people: Iterable[UUID | None]) -> dict[UUID, str]:
    """Masked names; whoever has none is shown by the head of his id."""
    wanted = sorted({person for person in people if person is not None})
    with desk.app.reading.connection() as conn:
        known = shown_names(conn, wanted)
    return {person: known.get(person, f"编号 {str(person)[:8]}") for person in wanted}
