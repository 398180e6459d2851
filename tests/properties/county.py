"""A county in memory in which anything happens in any order, drawn from a seed, and judged after every step.

Every step asks the domain's own decisions, as a command would; what is recorded becomes an entry as the auditor reads
it, is decoded again, and is shown to the twenty-five invariants. What is refused must have changed nothing.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from audit import shapes
from audit.entries import Entry
from audit.identities import expected_identity
from audit.invariants import Judging
from domain import (
    accounts,
    allowances,
    budgets,
    incidents,
    payee_holds,
    payments,
    payout_batches,
    periods,
    recon_exceptions,
    reconciliations,
    rewards,
    statements,
    tariffs,
)
from domain.kernel.calendar import instant_text
from domain.kernel.ids import event_name, stream_name
from domain.kernel.refusals import Refusal
from domain.periods import Periods
from domain.points import accounts as points_accounts
from domain.points import rules
from domain.stations import exchanges, stations, stocks, takings
from domain.streams import event_types
from journal.codec import Codec
from journal.line import Line

CODEC = Codec(event_types())
ORIGIN = "log.example.org/walk"
MODULES = {
    "tariff": tariffs,
    "budget": budgets,
    "incident": incidents,
    "reward": rewards,
    "allowance": allowances,
    "payment": payments,
    "payout_batch": payout_batches,
    "payee_hold": payee_holds,
    "period": periods,
    "statement": statements,
    "reconciliation": reconciliations,
    "exception": recon_exceptions,
    "points_rule": rules,
    "points_account": points_accounts,
    "station": stations,
    "stock": stocks,
    "exchange": exchanges,
    "taking": takings,
}
Name = tuple[str, UUID]
Fact = tuple[Name, object]


@dataclass
class Recorder:
    """Streams and their live states, balances as the journal keeps them, and the invariants over every entry."""

    today: date = date(2026, 1, 5)
    states: dict[Name, object] = field(default_factory=dict)
    versions: Counter[Name] = field(default_factory=Counter)
    balances: Counter[tuple[str, str]] = field(default_factory=Counter)
    entries: list[Entry] = field(default_factory=list)
    judging: Judging = field(default_factory=Judging)
    taken: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)

    def attempt(self, name: str, facts: Iterable[Fact], *, by: UUID, on: date | None = None) -> bool:
        """Let somebody do it; a refusal leaves everything as it was (20). Whether something was recorded."""
        before = dict(self.states), Counter(self.versions), Counter(self.balances), len(self.entries)
        try:
            drafted = list(facts)
            self.guard(drafted, on or self.today)
            recorded = self.record(drafted, by=by, on=on or self.today)
        except Refusal as refusal:
            self.refused[refusal.code] += 1
            assert before == (self.states, self.versions, self.balances, len(self.entries))
            return False
        self.taken[name] += recorded
        self.judging.settle()
        assert self.judging.broken == [], self.judging.broken[0]
        return recorded

    def guard(self, facts: Iterable[Fact], on: date) -> None:
        """What the journal asks before anything that moves something."""
        months = self.states.get(("period", self.period))
        if any(getattr(event, "postings", ()) for _, event in facts):
            periods.require_open(months if isinstance(months, Periods) else None, on=on)

    @property
    def period(self) -> UUID:
        """The one stream of the county's months."""
        return UUID(periods.period_stream(self.division).partition("/")[2])

    def record(self, facts: list[Fact], *, by: UUID, on: date) -> bool:
        """Append all of it or nothing, as one command: balances within their limits at its end."""
        self.balances = self.balances_after(facts)
        cmd = f"walk-{len(self.entries)}"
        for name, event in facts:
            self.states[name] = MODULES[name[0]].evolve(self.states.get(name), event)
            self._append(name, event, by=by, cmd=cmd, on=on)
        return bool(facts)

    def balances_after(self, facts: Iterable[Fact]) -> Counter[tuple[str, str]]:
        """The balances with the facts' postings. Refuses `balance.below_limit`, as the journal does."""
        balances = Counter(self.balances)
        for _, event in facts:
            for account, commodity, amount in getattr(event, "postings", ()):
                balances[account, commodity] += amount
        for (account, _), balance in balances.items():
            if balance * accounts.limit_of(account) < 0:
                raise Refusal("balance.below_limit", account=account, balance=balance, change=None)
        return balances

    def role_of(self, by: UUID) -> str:  # noqa: ARG002 - a walk with several roles says who has which
        """The role in which somebody acts."""
        return "administrator"

    def _append(self, name: Name, event: object, *, by: UUID, cmd: str, on: date) -> None:
        self.versions[name] += 1
        index, type_name = len(self.entries), CODEC.type_of(event)
        postings = getattr(event, "postings", ())
        at = datetime(on.year, on.month, on.day, 4, tzinfo=UTC) + timedelta(microseconds=index)
        line = Line(
            origin=ORIGIN,
            stream=stream_name(*name),
            seq=self.versions[name],
            type=type_name,
            at=instant_text(at),
            on=on.isoformat(),
            by=str(by),
            role=self.role_of(by),
            cmd=cmd,
            data=CODEC.data_of(event),
            postings=postings,
        )
        assert CODEC.event_of(line) == event
        assert shapes.faults(type_name, line.data) == []
        assert expected_identity(type_name, line.data) in (None, str(name[1]))
        moves = tuple(map(tuple, postings))
        parts = (ORIGIN, name[0], str(name[1]), line.seq, type_name, line.at, line.on, line.by, line.role, cmd)
        entry = Entry(index, "", 0, "", b"", b"", *parts, None, line.data, moves)
        self.entries.append(entry)
        self.judging.take(entry)
        self.types[type_name] += 1

    def name_of(self, name: Name) -> str:
        """The last event of a stream."""
        return event_name(stream_name(*name), self.versions[name])

    def of(self, category: str) -> Iterator[tuple[UUID, object]]:
        """Every stream of a category with its state, the oldest first."""
        return ((identity, state) for (kind, identity), state in self.states.items() if kind == category)


def seeded(seed: int) -> random.Random:
    """The draw of a walk; the seed is printed, so that a walk that fails can be walked again."""
    print(f"again: MINGZHANG_TEST_SEED={seed}")  # noqa: T201 - shown when it fails
    return random.Random(seed)
