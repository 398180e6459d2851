"""What every month brought, counted from the business facts: what was granted, sent, paid, failed, came back.

What must not be broken: no posting is looked at here. These figures stand beside the ledger's, so that a month is
closed only where two countings of the same money agree.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from psycopg import Connection

from domain.allowances import AllowanceGranted
from domain.kernel.calendar import Month, last_day, month_of
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.payments import PaymentClaimWrittenOff, PaymentPaidAgain, PaymentPrepared
from domain.periods import Blocking, Disclosed, Reconciled
from domain.rewards import RewardGranted
from domain.streams import event_types
from journal.codec import Recorded
from projections.rows import MissingRow, Row, WriteCursor, identity, to_json

NAME = "month_ends"

DDL = """
-- What each effective month brought, by flow (the type of the event, or `RECOVERED_LATE`) and division (empty for
-- payments).
CREATE TABLE month_ends (
    month      text NOT NULL,
    flow       text NOT NULL,
    division   text NOT NULL,
    count      bigint NOT NULL,
    amount_fen bigint NOT NULL,
    PRIMARY KEY (month, flow, division)
);

-- What every reward, allowance and payment is worth, and where; `given_up`: a claim that was written off.
CREATE TABLE month_end_amounts (
    id         uuid PRIMARY KEY,
    division   text NOT NULL,
    amount_fen bigint NOT NULL,
    given_up   boolean NOT NULL
);
"""

RECOVERED_LATE: Final = "payment.claim_recovered/1 after it was written off"
"""The flow of what came in of a claim that had been given up."""

_FIRST: Final = frozenset({"reward.granted/1", "allowance.granted/1", "payment.prepared/1", "payment.paid_again/1"})
_FLOWS: Final = frozenset(
    {
        "reward.granted/1",
        "reward.reversed/1",
        "allowance.granted/1",
        "allowance.reversed/1",
        "payment.approved/1",
        "payment.settled/1",
        "payment.failed/1",
        "payment.returned/1",
        "payment.reissued/1",
        "payment.written_back/1",
        "payment.recovered/1",
        "payment.confirmed_paid/1",
        "payment.claimed/1",
        "payment.paid_again/1",
        "payment.claim_written_off/1",
        "payment.claim_recovered/1",
    }
)
TYPES = (_FIRST | _FLOWS) & frozenset(event_types())

INSERT_AMOUNTS = """
INSERT INTO month_end_amounts SELECT * FROM json_populate_recordset(NULL::month_end_amounts, %s)
ON CONFLICT (id) DO UPDATE SET division = EXCLUDED.division, amount_fen = EXCLUDED.amount_fen,
    given_up = EXCLUDED.given_up
"""

ADD = """
INSERT INTO month_ends AS stored SELECT * FROM json_populate_recordset(NULL::month_ends, %s)
ON CONFLICT (month, flow, division) DO UPDATE
    SET count = stored.count + EXCLUDED.count, amount_fen = stored.amount_fen + EXCLUDED.amount_fen
"""

AMOUNTS = "SELECT id::text, division, amount_fen, given_up FROM month_end_amounts WHERE id = ANY (%s::uuid[])"


class _Worth(NamedTuple):
    division: str
    amount_fen: int
    given_up: bool = False


def apply(cursor: WriteCursor, events: Sequence[Recorded], /) -> None:
    """Add what the events brought to their months; what an event is about is worth what its first event said."""
    worth = _worths(cursor, events)
    sums: defaultdict[tuple[Month, str, str], list[int]] = defaultdict(lambda: [0, 0])
    first: dict[str, Row] = {}
    for recorded in events:
        own = identity(recorded)
        begun = _begun(recorded)
        if begun is not None:
            worth[own] = begun
            first[own] = {"id": own, **begun._asdict()}
        if recorded.type in _FLOWS and recorded.postings:
            if own not in worth:
                raise MissingRow(f"month_ends: {recorded.name} is about something that never began")
            one = worth[own]
            late = one.given_up and recorded.type == "payment.claim_recovered/1"
            brought = sums[month_of(recorded.on), RECOVERED_LATE if late else recorded.type, one.division]
            if isinstance(recorded.event, PaymentClaimWrittenOff):
                worth[own] = one._replace(given_up=True)
                first[own] = {"id": own, **worth[own]._asdict()}
            brought[0] += 1
            brought[1] += one.amount_fen
    if first:
        cursor.execute(INSERT_AMOUNTS, (to_json(first.values()),))
    if sums:
        rows = [
            {"month": month, "flow": flow, "division": division, "count": count, "amount_fen": amount_fen}
            for (month, flow, division), (count, amount_fen) in sorted(sums.items())
        ]
        cursor.execute(ADD, (to_json(rows),))


def _begun(recorded: Recorded) -> _Worth | None:
    match recorded.event:
        case RewardGranted() | AllowanceGranted() as event:
            return _Worth(event.division, event.amount_fen)
        case PaymentPrepared() | PaymentPaidAgain() as event:
            return _Worth("", event.amount_fen)
        case _:
            return None


def _worths(cursor: WriteCursor, events: Sequence[Recorded]) -> dict[str, _Worth]:
    wanted = list({identity(recorded) for recorded in events if recorded.type not in _FIRST})
    found = cursor.execute(AMOUNTS, (wanted,)).fetchall() if wanted else []
    return {own: _Worth(*of) for own, *of in found}


# Queries.

DISCLOSED = """
SELECT flow, division, count, amount_fen FROM read.month_ends
WHERE month = %s AND flow IN ('reward.granted/1', 'reward.reversed/1') ORDER BY flow, division
"""

FLOWS_UNTIL = """
SELECT flow, sum(count)::bigint, sum(amount_fen)::bigint FROM read.month_ends WHERE month <= %s GROUP BY flow
"""

CONTRADICTED = """
SELECT count(*), coalesce(sum(payment.amount_fen), 0)::bigint
FROM read.payout_payments AS payment JOIN read.payout_batches AS batch USING (batch_id)
WHERE payment.contradicted AND batch.checked_on <= %s
"""

# What each figure of the books is made of, by flow. A payment that came back is neither paid nor in transit. A claim is
# what the bank paid and nobody was owed; it left the account as well, and no budget has it.
_MADE_OF: Final[dict[str, dict[str, int]]] = {
    "payable": {
        "reward.granted/1": 1,
        "allowance.granted/1": 1,
        "reward.reversed/1": -1,
        "allowance.reversed/1": -1,
        "payment.approved/1": -1,
        "payment.failed/1": 1,
        "payment.reissued/1": 1,
        "payment.written_back/1": 1,
        "payment.recovered/1": 1,
        "payment.confirmed_paid/1": -1,
    },
    "in_transit": {"payment.approved/1": 1, "payment.settled/1": -1, "payment.failed/1": -1},
    "returned": {"payment.returned/1": 1, "payment.reissued/1": -1, "payment.written_back/1": -1},
    "paid": {
        "payment.settled/1": 1,
        "payment.confirmed_paid/1": 1,
        "payment.returned/1": -1,
        "payment.recovered/1": -1,
    },
    "claimed": {
        "payment.claimed/1": 1,
        "payment.paid_again/1": 1,
        "payment.claim_written_off/1": -1,
        "payment.claim_recovered/1": -1,
    },
    "given_up": {"payment.claim_written_off/1": 1, RECOVERED_LATE: -1},
}
CLAIMS: Final = "fin:1218:payee"
_CONTROLS: Final = {
    "payable": ("fin:2307:payee", -1),
    "in_transit": ("fin:2307:transit", -1),
    "returned": ("fin:2307:returned", -1),
    "paid": ("ind:spent", 1),
}


@dataclass(frozen=True, slots=True)
class Flow:
    """How many events of a type took effect, and what they were worth."""

    count: int
    amount_fen: int


def disclosed(conn: Connection[Any], month: Month) -> tuple[Disclosed, ...]:
    """Rewards granted and taken back with effect in a month, by division."""
    rows = conn.execute(DISCLOSED, (month,)).fetchall()
    return tuple(Disclosed(flow, Division(division), count, Fen(amount)) for flow, division, count, amount in rows)


def counted(conn: Connection[Any], month: Month) -> dict[str, Flow]:
    """What the facts say of each figure at the end of a month: how many, and how much."""
    rows = conn.execute(FLOWS_UNTIL, (month,)).fetchall()
    flows = {flow: Flow(int(count), int(amount_fen)) for flow, count, amount_fen in rows}
    none = Flow(0, 0)
    return {
        kind: Flow(
            sum(sign * flows.get(flow, none).count for flow, sign in made_of.items()),
            sum(sign * flows.get(flow, none).amount_fen for flow, sign in made_of.items()),
        )
        for kind, made_of in _MADE_OF.items()
    }


def reconciled(facts: dict[str, Flow], balances: dict[str, int], *, left_fen: int) -> tuple[Reconciled, ...]:
    """Each figure as the ledger has it beside what the facts say; `balances`: control account -> balance in fen.

    `left_fen`: what payments took from the accounts of money, less what they brought back. Where the county ever had a
    claim, claims and what was given up of them stand beside what was paid, and with it they make up what left.
    """
    rows = [
        Reconciled(kind, Fen(sign * balances.get(control, 0)), Fen(facts[kind].amount_fen))
        for kind, (control, sign) in _CONTROLS.items()
    ]
    if CLAIMS in balances:
        paid_fen, claimed_fen = rows[-1].ledger_fen, balances[CLAIMS]
        rows += [
            Reconciled("claimed", Fen(claimed_fen), Fen(facts["claimed"].amount_fen)),
            Reconciled("given_up", Fen(left_fen - paid_fen - claimed_fen), Fen(facts["given_up"].amount_fen)),
            Reconciled(
                "left", Fen(left_fen), Fen(sum(facts[kind].amount_fen for kind in ("paid", "claimed", "given_up")))
            ),
        ]
    return tuple(rows)


def contradicted(conn: Connection[Any], month: Month) -> tuple[Blocking, ...]:
    """Payments approved by the end of a month of which the bank says two things; which is true comes first."""
    found = conn.execute(CONTRADICTED, (last_day(month),)).fetchone()
    return (Blocking("contradicted", int(found[0]), Fen(int(found[1]))),) if found and found[0] else ()


def position(conn: Connection[Any]) -> int:
    """How many events these figures cover."""
    found = conn.execute("SELECT position FROM read.positions WHERE model = %s", (NAME,)).fetchone()
    return int(found[0]) if found else 0
