"""The payment file of an approved batch: written once in a bank's layout, and kept."""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from api.commands.bank_files import recorded, schema_check_of
from api.commands.payouts.streams import batch_stream, batch_with_lines
from api.commands.payrolls import PAYROLLS
from api.commands.shared import person_stream, require
from api.context import App
from api.files.bank_profiles import BankProfile
from api.files.payment_files import PaymentFile, PaymentLine, write_payment_file
from api.vouchers import require_unrestricted
from domain import payout_batches, persons
from domain.kernel.refusals import Refusal
from domain.payments import Payment
from domain.payout_batches import PayoutBatch
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading

REHEARSAL_PAYER = "REHEARSAL-0000"
"""The payer of a rehearsal's files where none is set: no account number of any bank."""
REHEARSAL_PAYER_ACCOUNT = "0000000000000000"


def export(
    app: App, *, actor: Actor, key: str, batch_id: UUID, profile: BankProfile, on: date
) -> tuple[Receipt | None, bytes]:
    """Write the payment file of an approved batch and record its digest. Exported before: the kept file again.

    Refuses `payout_batch.other_layout` where it was exported in another layout than `profile`.
    """
    before = app.journal.state(batch_stream(batch_id), payout_batches.evolve)
    kept = payout_batches.file_written(before, profile=profile.name)
    if kept is not None:
        require_unrestricted(app, kept.sha256)
        content = app.vault.get_file(kept.sha256, by=str(actor.person_id), reason="payout_batch.export")
        return None, content
    written: list[bytes] = []

    def decide(read: Reading) -> Iterator[Fact]:
        batch, lines = batch_with_lines(app, read, batch_id)
        require(read, actor, "payout_batch.exported/1", division=batch.division, on=on)
        file = _payment_file(app, read, actor, batch, list(lines.values()), on)
        content = write_payment_file(profile, file)
        event = payout_batches.export(
            batch,
            profile=profile.name,
            file=app.vault.put_file(content, kind="payment_file"),
            payment_count=file.count,
            total_fen=file.total_fen,
        )
        written[:] = [content]
        yield Fact(batch_stream(batch_id), event, on)
        schema = schema_check_of(app, content)
        yield from recorded(read, kind="payment", profile=profile.name, file=event.file, on=on, schema=schema)

    inputs = {
        "command": "payout_batch.export",
        "batch": str(batch_id),
        "profile": profile.name,
    }
    receipt = app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)
    return receipt, written[0]


def payer_account(app: App) -> str:
    """The account that pays, by setting; a rehearsal without one writes an account that no bank has."""
    if app.settings.payer_account:
        return app.settings.payer_account
    if app.log.rehearsal:
        return REHEARSAL_PAYER_ACCOUNT
    raise Refusal("payout_batch.no_payer_account")


def _payment_file(
    app: App, read: Reading, actor: Actor, batch: PayoutBatch, lines: Sequence[Payment], on: date
) -> PaymentFile:
    """The file's content: names and accounts are opened for it, and that is recorded."""
    found = read.states([person_stream(payment.payee_id) for payment in lines], persons.evolve)
    for payee in found.values():
        persons.refuse_erased(payee)
    accounts = {
        payment.payee_id: persons.account_used(
            found[person_stream(payment.payee_id)], person_id=payment.payee_id, account=payment.account
        )
        for payment in lines
    }
    opened = app.vault.open(
        [value for account in accounts.values() for value in (account.holder, account.number, account.bank)],
        by=str(actor.person_id),
        reason="payout_batch.export",
    )
    return PaymentFile(
        batch=payout_batches.reference(batch.division, batch.month, batch.number),
        payer_account=payer_account(app),
        on=on,
        rehearsal=app.log.rehearsal,
        lines=tuple(
            PaymentLine(
                seq=payment.line,
                name=opened[accounts[payment.payee_id].holder],
                account=opened[accounts[payment.payee_id].number],
                bank=opened[accounts[payment.payee_id].bank],
                cnaps="",
                amount_fen=payment.amount_fen,
                purpose=PAYROLLS[batch.payroll].purpose,
                end_to_end_id=payment.end_to_end_id,
            )
            for payment in lines
        ),
    )
