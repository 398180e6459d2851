"""The read models that this version keeps."""

from projections import (
    budget_executions,
    incidents,
    payout_batches,
    persons,
    places,
    reward_payments,
    tariffs,
    trial_balances,
)
from projections.read_model import ReadModel

MODELS: tuple[ReadModel, ...] = (
    incidents,
    reward_payments,
    payout_batches,
    budget_executions,
    trial_balances,
    persons,
    places,
    tariffs,
)
