"""Whether a payee's account may be paid on: where a person, his account and the county's cooling period meet."""

from datetime import date
from uuid import UUID

from domain.cooling import payable_from
from domain.kernel.ids import EventName
from domain.kernel.refusals import Refusal
from domain.kernel.separation import require_distinct
from domain.persons import Person, account_event, account_used


def waits_until(person: Person | None, *, days: int, on: date) -> date | None:
    """The first day on which the account in use may be paid on, if that has not come; None: it may, or there is none.

    `days` is the cooling period in force on that day.
    """
    account = person.account if person is not None else None
    if account is None:
        return None
    first_day = payable_from(
        version=account.version, set_on=account.set_on, acknowledged=account.acknowledged, days=days
    )
    return first_day if first_day is not None and on < first_day else None


def account_to_pay(person: Person | None, *, person_id: UUID, days: int, on: date) -> EventName | None:
    """The event that set the account that a payee is paid on; None where there is no account.

    Refused: `payment.account_cooling` (`until`: the first day on which it may be paid on).
    """
    first_day = waits_until(person, days=days, on=on)
    if first_day is not None:
        raise Refusal("payment.account_cooling", payee_id=person_id, until=first_day)
    return account_event(person, person_id=person_id)


def refuse_account_setter(person: Person | None, *, checker_id: UUID, account: EventName, payee_id: UUID) -> None:
    """Refuse (`chain.acted_twice`) a checker who himself set the account that a line is paid on."""
    setter = account_used(person, person_id=payee_id, account=account).set_by
    require_distinct(checker_id, acting_as="checker", acted=(("account_setter", setter),))
