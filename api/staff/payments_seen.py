"""One payment for somebody who may see it: pages and programs ask alike."""

from uuid import UUID

from api.staff.acting import Acting
from api.staff.office import Office
from domain.kernel.refusals import Refusal
from projections import payout_batches
from projections.payout_batches import Batch, Payment


def payment_seen(desk: Office, who: Acting, payment_id: UUID) -> tuple[Payment, Batch]:
    """A payment and its batch. Refuses `access.*`, `payment.unknown`."""
    who.require("payouts")
    with desk.app.reading.connection() as conn:
        payment = payout_batches.one_payment(conn, payment_id)
        batch = payout_batches.one(conn, payment.batch_id) if payment is not None else None
    if payment is None or batch is None:
        raise Refusal("payment.unknown")
    who.require_area(batch.division)
    return payment, batch
