"""Both people say why a batch may be paid, for tests that are about something else."""

from datetime import date
from uuid import UUID

from api.commands import payouts
from api.context import App
from domain import payout_batches
from domain.kernel.ids import stream_name
from domain.payout_batches.signals import CODES, by_kind
from journal.facts import Actor

REASON = "看过，可以发"


def acknowledged(app: App, batch_id: UUID, *, maker: Actor, checker: Actor, on: date) -> str:
    """Maker and checker acknowledge whatever stands out in a frozen batch; the digest that its page shows."""
    batch = app.journal.state(stream_name("payout_batch", batch_id), payout_batches.evolve)
    assert batch is not None
    for actor in (maker, checker) if batch.signals else ():
        payouts.acknowledge(
            app,
            actor=actor,
            key=f"acknowledge-{batch_id}-{actor.person_id}",
            batch_id=batch_id,
            shown_digest=batch.shown_digest,
            acknowledgements=by_kind(batch.signals, dict.fromkeys(CODES, REASON)),
            on=on,
        )
    return batch.shown_digest
