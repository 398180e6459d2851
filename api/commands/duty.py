"""Whether those in whose name something is reported may report: a suspended or untrained member may not.

His own role says so too where he reports himself; this also holds where somebody writes it down for him (代录).
"""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from domain import members
from domain.kernel.ids import StreamName, stream_name
from journal.journal import Reading


def member_stream(person_id: UUID) -> StreamName:
    """The stream of a person's membership."""
    return stream_name("member", members.member_id(person_id))


def require_on_duty(read: Reading, reporters: Collection[tuple[UUID, date]]) -> None:
    """Refuse a report by a member who may not report on its day; with one query for all.

    Refused, in this order: `member.suspended`, `member.not_trained`.
    """
    found = read.states({member_stream(person_id) for person_id, _ in reporters}, members.evolve)
    for person_id, on in reporters:
        members.refuse_off_duty(found[member_stream(person_id)], on=on)
