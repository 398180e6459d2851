"""The account of a rehearsal: how many reports, how much was earned, and whether ledger, batches and bank say the same.

The three sides come from three places: the postings, the batches' lines, and the bank's files read again byte by byte.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from api.context import App
from api.files.bank_profiles import BankProfile, load_bank_profile
from api.files.return_files import read_return_file
from api.rehearsal.payday import all_batches
from domain.kernel.calendar import Month
from domain.kernel.postings import CNY
from projections import payout_batches, reward_payments, trial_balances
from projections.payout_batches import Batch

SPENT = "ind:spent"
"""What the budgets have paid, whatever account a chart gives for the spending itself."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts and amounts in fen, all as of now.

    `open_lines` and `open_fen`: sent, and without a definite answer; `open_batches`: the batches that they are in.
    """

    reported: int
    valid: int
    rewarded_fen: int
    batch_count: int
    closed_count: int
    open_lines: int
    open_fen: int
    open_batches: tuple[str, ...]
    ledger_fen: int
    batches_fen: int
    bank_fen: int
    disagreeing: tuple[str, ...]
    months: tuple[Month, ...]

    @property
    def agrees(self) -> bool:
        """Whether ledger, batches and bank say the same, in total and batch by batch."""
        return self.ledger_fen == self.batches_fen == self.bank_fen and not self.disagreeing

    @property
    def within_band(self) -> bool:
        """Whether the rewards lie inside 5 to 20 yuan for each valid report."""
        return 500 * self.valid <= self.rewarded_fen <= 2_000 * self.valid


def totals_of(app: App) -> Totals:
    """Count everything in the county. The read models are brought up to date first."""
    app.runner.catch_up()
    batches = all_batches(app)
    code = app.log.division
    with app.reading.connection() as connection:
        register = connection.execute(
            "SELECT count(*), count(*) FILTER (WHERE valid) FROM read.incidents"
        ).fetchone() or (0, 0)
        months = reward_payments.months(connection, code)
        spent = trial_balances.months(connection, SPENT, commodity=CNY)
        checks = {batch.batch_id: payout_batches.three_way(connection, batch.batch_id) for batch in batches}
    profiles = {name: load_bank_profile(name) for name in {batch.profile for batch in batches} if name is not None}
    unanswered = {
        batch.batch_id: (count, check.lines_fen - check.lines_settled_fen - check.lines_failed_fen)
        for batch in batches
        if batch.status in ("exported", "answered")
        and (check := checks[batch.batch_id]) is not None
        and (count := check.lines_count - check.lines_settled_count - check.lines_failed_count)
    }
    settled = [check for check in checks.values() if check is not None]
    return Totals(
        reported=register[0],
        valid=register[1],
        rewarded_fen=sum(month.amount_fen for month in months),
        batch_count=len(batches),
        closed_count=sum(batch.status == "closed" for batch in batches),
        open_lines=sum(count for count, _ in unanswered.values()),
        open_fen=sum(amount_fen for _, amount_fen in unanswered.values()),
        open_batches=tuple(_named(batch) for batch in batches if batch.batch_id in unanswered),
        ledger_fen=spent[-1].closing if spent else 0,
        batches_fen=sum(check.lines_settled_fen for check in settled),
        bank_fen=sum(_bank_settled_fen(app, batch, profiles) for batch in batches),
        disagreeing=tuple(
            _named(batch) for batch in batches if (check := checks[batch.batch_id]) is None or not check.agrees
        ),
        months=tuple(sorted(month.month for month in months)),
    )


def _named(batch: Batch) -> str:
    return f"{batch.month} 第 {batch.number} 批"


def _bank_settled_fen(app: App, batch: Batch, profiles: Mapping[str, BankProfile]) -> int:
    """What the bank says it paid of a batch: its files read again, the last word about each line counted."""
    if batch.profile is None:
        return 0
    profile = profiles[batch.profile]
    with app.reading.connection() as connection:
        answers = payout_batches.answers_of_batch(connection, batch.batch_id)
    last: dict[str, int] = {}
    for answer in answers:
        content = app.vault.get_file(answer.file_sha256, by=str(app.log.founder_id), reason="rehearsal.totals")
        for line in read_return_file(profile, content).lines:
            last[line.end_to_end_id] = (line.amount_fen or 0) if line.status == "settled" else 0
    return sum(last.values())
