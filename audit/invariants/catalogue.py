"""The twenty-five sentences that hold at every moment of the account, by number, and who judges each of them.

What must not be broken: numbers and names are permanent; a sentence that nobody judges is never shown as kept. Three
callers share one implementation of each rule: `walk` (the tests' random stories), `verify` (offline, over a package)
and `live` (the server, on a schedule).

What events alone decide is judged by `audit.invariants.judging` for all three. What needs tables, files or programs is
compared by the caller that has them:

* 19 replay = read models: `live` (balances of control accounts at one position) and `walk` (every row, rebuilt).
* 20 a refusal changes nothing: `walk` (every byte of journal and read models, before and after).
* 21 same key: `walk` (answers of a real journal); offline `continuity` sees that no command acted twice.
* 22 heads are prefixes: `live` (each signed head against the tree that has only grown), offline `tree` and `since`.
* 23 public totals: `live` (the page's sums against the rewards replayed), offline `disclosures`.
* 24 exports: the tests run beancount and hledger; offline `ledgers` compares each block with its event.
* 25 decoders: `live` decodes what was appended, offline `lines` knows every type.
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from audit.findings import Finding

Caller = Literal["walk", "verify", "live"]


class Invariant(NamedTuple):
    """One of the twenty-five. `about`: categories of streams, or commodities, without which it has no object."""

    number: int
    name: str
    callers: tuple[Caller, ...]
    about: tuple[str, ...] = ()


_EVENTS: Final[tuple[Caller, ...]] = ("walk", "verify", "live")

INVARIANTS: Final = (
    Invariant(1, "entry_balances", _EVENTS, ("CNY", "PTS")),
    Invariant(2, "book_sums_to_zero", _EVENTS, ("CNY", "PTS")),
    Invariant(3, "holds_count_in_limits", _EVENTS, ("CNY", "PTS")),
    Invariant(4, "hold_resolves_once", _EVENTS, ("payment",)),
    Invariant(5, "budget_not_exceeded", _EVENTS, ("budget",)),
    Invariant(6, "payable_explained", _EVENTS, ("reward", "allowance")),
    Invariant(7, "transit_explained", _EVENTS, ("payout_batch",)),
    Invariant(8, "one_report_one_payment", _EVENTS, ("reward",)),
    Invariant(9, "totals_of_lines", _EVENTS, ("payout_batch",)),
    Invariant(10, "statements_continue", _EVENTS, ("statement",)),
    Invariant(11, "matched_at_most_once", _EVENTS, ("reconciliation",)),
    Invariant(12, "duties_apart", _EVENTS, ("incident", "payout_batch")),
    Invariant(13, "closed_stays_closed", _EVENTS, ("period",)),
    Invariant(14, "points_held", _EVENTS, ("PTS",)),
    Invariant(15, "stock_on_hand", _EVENTS, ("stk",)),
    Invariant(16, "commodities_apart", _EVENTS, ("CNY", "PTS")),
    Invariant(17, "cash_in_both_books", _EVENTS, ("CNY",)),
    Invariant(18, "posting_and_event", _EVENTS),
    Invariant(19, "replay_is_live", ("walk", "live")),
    Invariant(20, "refusal_changes_nothing", ("walk",)),
    Invariant(21, "same_key_same_answer", ("walk", "verify")),
    Invariant(22, "heads_are_prefixes", ("verify", "live")),
    Invariant(23, "public_totals", _EVENTS, ("reward",)),
    Invariant(24, "exports_agree", ("walk", "verify")),
    Invariant(25, "every_type_decodes", _EVENTS),
)

BY_NUMBER: Final[Mapping[int, Invariant]] = {one.number: one for one in INVARIANTS}

# What a finding of an older rule says about the twenty-five. A code that stands for several is told apart below.
_OF_CODE: Final[Mapping[str, int]] = {
    "postings.unbalanced": 1,
    "postings.differ": 1,
    "postings.unexpected": 18,
    "postings.missing": 18,
    "limits.passed": 3,
    "duties.order": 4,
    "duties.payment_again": 4,
    "duties.granted_twice": 8,
    "duties.paid_twice": 8,
    "duties.reversed": 8,
    "duties.no_report": 8,
    "duties.no_reward": 8,
    "duties.not_valid": 8,
    "duties.not_scheduled": 8,
    "duties.released": 8,
    "duties.payment_total": 9,
    "duties.line_numbers": 9,
    "duties.differs": 9,
    "duties.open_line": 7,
    "duties.acted_twice": 12,
    "duties.acted_in_chain": 12,
    "duties.signed_by_another": 12,
    "duties.unapproved": 12,
    "duties.own_household": 12,
    "duties.deed_of_own_household": 12,
    "points.opening_by_registrar": 12,
    "continuity.command": 21,
    "continuity.identity": 8,
    "lines.unknown_type": 25,
    "lines.fields": 25,
    "periods.below_seal": 13,
    "periods.order": 13,
    "periods.chain": 13,
    "periods.one_person": 12,
    "reconciliation.lines": 10,
    "reconciliation.lines_differ": 10,
    "reconciliation.not_by_two": 12,
    "reconciliation.unmatched_by_one": 12,
    "duties.write_off": 12,
    "reconciliation.explained_by_one": 12,
    "reconciliation.superseded_by_one": 12,
    "reconciliation.overlaps": 10,
    "stations.below_zero": 15,
    "stations.difference": 15,
    "stations.one_person": 12,
    "stations.not_as_proposed": 12,
    "stations.served_oneself": 12,
    "stations.signed_by_another": 12,
}
_OF_CHECK: Final[Mapping[str, int]] = {"bank": 9, "since": 22, "tree": 22, "disclosures": 23, "ledgers": 24}
_CHAIN_FIELDS: Final = frozenset({"payee_id", "division", "category", "item", "sensitive", "chain"})

OF_PART: Final[Mapping[str, int]] = {
    "invariants.book_not_zero": 2,
    "invariants.over_appropriated": 5,
    "invariants.appropriated_differs": 5,
    "invariants.payable_differs": 6,
    "invariants.returned_differs": 6,
    "invariants.transit_differs": 7,
    "invariants.closed_in_transit": 7,
    "invariants.statement_sum": 10,
    "invariants.statement_gap": 10,
    "invariants.over_matched": 11,
    "invariants.points_differ": 14,
    "invariants.stock_differs": 15,
    "invariants.cash_differs": 17,
    "invariants.read_models": 19,
    "invariants.heads": 22,
    "invariants.public_totals": 23,
    "invariants.undecodable": 25,
}
"""The codes of the parts that stand in this package, and of what the server compares."""


def number_of(finding: Finding) -> int | None:
    """Which of the twenty-five a finding breaks; None for one that is about something else, or for attention alone."""
    code, facts = finding.code, finding.facts
    if finding.attention:
        return None
    if code in OF_PART:
        return OF_PART[code]
    if code == "postings.unbalanced" and "CNY and PTS" in str(facts.get("detail")):
        return 16
    if code == "duties.order" and not str(facts.get("type")).startswith("payment."):
        return 9
    if code == "duties.differs" and facts.get("field") in _CHAIN_FIELDS:
        return 12 if facts["field"] == "chain" else 8
    return _OF_CODE.get(code) or _OF_CHECK.get(code.partition(".")[0])
