"""The monthly payout: freeze a list, approve exactly it, send it, read the bank's answer, close; and what comes back.

Lists come from the read models, but every line is judged on the streams themselves: what moved meanwhile refuses the
step, and the digest binds all of them to what was frozen and shown.
"""

from api.commands.payouts.answering import FAILURE_CODES, close, record_answer
from api.commands.payouts.checking import acknowledge, approve, reject
from api.commands.payouts.claims import pay_again, propose_write_off, reject_write_off, write_off
from api.commands.payouts.freezing import freeze
from api.commands.payouts.holding import lift_hold, place_hold
from api.commands.payouts.paid_after_all import confirm_paid
from api.commands.payouts.proposing import Proposal, propose
from api.commands.payouts.returning import (
    record_return,
    recover,
    recover_facts,
    reissue,
    return_facts,
    uphold,
    write_back,
)
from api.commands.payouts.sending import REHEARSAL_PAYER, REHEARSAL_PAYER_ACCOUNT, export, payer_account

__all__ = [
    "FAILURE_CODES",
    "REHEARSAL_PAYER",
    "REHEARSAL_PAYER_ACCOUNT",
    "Proposal",
    "acknowledge",
    "approve",
    "close",
    "confirm_paid",
    "export",
    "freeze",
    "lift_hold",
    "pay_again",
    "payer_account",
    "place_hold",
    "propose",
    "propose_write_off",
    "record_answer",
    "record_return",
    "recover",
    "recover_facts",
    "reissue",
    "reject",
    "reject_write_off",
    "return_facts",
    "uphold",
    "write_back",
    "write_off",
]
