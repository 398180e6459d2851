"""Every movement of money balances, follows from its event, and stands only where money moves.

What must not be broken: postings sum to zero per book and commodity, and are exactly those that the chart of
accounts gives for the event, on the accounts that its budget began with; a reward of 10 yuan cannot post 100.
"""

from functools import lru_cache
from itertools import starmap
from typing import Any, ClassVar
from uuid import UUID

from audit.book import Book
from audit.entries import Entry
from audit.events import Moves
from audit.findings import Check, Findings
from audit.rules.points.posted import expected_postings as expected_of_points
from audit.rules.points.posted import moves_nothing
from audit.shapes import MONEY_TYPES
from domain import accounts
from domain.accounts import SHIPPED, BudgetAccounts
from domain.kernel.money import Fen
from domain.kernel.postings import CNY, Posting, Postings, UnbalancedPostings, check_balanced
from domain.stations.stocks import postings as of_goods


class PostingsBalance:
    """Check 9."""

    types: ClassVar[frozenset[str] | None] = None
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._events = 0
        self._postings = 0

    def see(self, entry: Entry, book: Book) -> None:
        """Judge the event's postings."""
        if bool(entry.postings) != _moves(entry):
            code = "postings.unexpected" if entry.postings else "postings.missing"
            self._findings.add(code, entry.place, type=entry.type)
        if not entry.postings:
            return
        self._events += 1
        self._postings += len(entry.postings)
        expected = expected_postings(entry, book)
        if expected == entry.postings:
            return  # the chart gives nothing that does not balance
        try:
            check_balanced(starmap(Posting, entry.postings))
        except UnbalancedPostings as error:
            self._findings.add("postings.unbalanced", entry.place, detail=str(error))
        if expected is not None and sorted(expected) != sorted(entry.postings):
            self._findings.add("postings.differ", entry.place, found=_shown(entry.postings), expected=_shown(expected))

    def finish(self, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Count what was seen."""
        self._findings.summarise(Check.POSTINGS, events=self._events, postings=self._postings)


def _moves(entry: Entry) -> bool:
    """Whether the event must move something; a budget without anything left is closed without."""
    return entry.type in MONEY_TYPES and entry.data.get("lapsed_fen") != 0 and not moves_nothing(entry)


def expected_postings(entry: Entry, book: Book) -> Postings | None:
    """The postings that the chart of accounts gives for an event; None where it moves nothing that is known."""
    data, identity = entry.data, entry.identity
    if entry.category == "points_account":
        return expected_of_points(entry, book)
    if entry.category in ("village_book", "village_voucher"):
        return _of_village(*book.village_lines.get(identity, ("", [])))
    if entry.category == "stock":
        return _of_goods(entry, book.stocks.get(identity))
    if entry.type in ("budget.appropriated/1", "budget.adjusted/1"):
        begins = entry.type == "budget.appropriated/1" and identity not in book.budget_years and "accounts" in data
        own = BudgetAccounts(**data["accounts"]) if begins else book.budget_accounts.get(identity)
        return _of_chart(entry.type, data["amount_fen"], own, identity)
    if entry.type == "budget.closed/1":
        return _of_chart(entry.type, data["lapsed_fen"], None, identity)
    if entry.type in ("reward.granted/1", "allowance.granted/1"):
        own = book.budget_accounts.get(data["budget_id"])
        return _of_chart(entry.type, data["amount_fen"], own, data["payee_id"], data["budget_id"])
    if entry.type in ("reward.reversed/1", "allowance.reversed/1"):
        reward = book.rewards.get(identity)
        if reward is None:
            return None
        own = book.budget_accounts.get(reward.budget)
        return _of_chart(entry.type, reward.amount_fen, own, reward.payee, reward.budget)
    if entry.type == "payment.paid_again/1":
        own = book.budget_accounts.get(data["budget_id"])
        return _of_chart(entry.type, data["amount_fen"], own, data["payee_id"])
    payment = book.payments.get(identity)
    if payment is None:
        return None
    own = book.budget_accounts.get(payment.budget)
    if "same_year" in data:
        payee, budget = UUID(payment.payee), UUID(payment.budget)
        amount_fen, same_year = Fen(payment.amount_fen), data["same_year"]
        if entry.type == "payment.claim_recovered/1" and payment.state == "claim_written_off":
            return accounts.written_off_recovered(amount_fen, of=own or SHIPPED)
        if entry.type == "payment.claim_recovered/1":
            return accounts.claim_recovered(payee, amount_fen, same_year=same_year, of=own or SHIPPED)
        came_back = _CAME_BACK[entry.type]
        return came_back(payee, budget, amount_fen, same_year=same_year, of=own or SHIPPED)
    return _of_chart(entry.type, payment.amount_fen, own, payment.payee, payment.batch, payment.budget)


def _of_village(division: str, lines: list[dict[str, Any]]) -> Postings | None:
    """The postings of a village's lines, in the village's own book."""
    moved = [(one, f":party:{one['party_id']}" if "party_id" in one else "") for one in lines]
    return tuple(
        Posting(
            f"vil-{division}:{one['account']}{party}",
            CNY,
            one["amount_fen"] if one["side"] == "debit" else -one["amount_fen"],
        )
        for one, party in moved
    )


def _of_goods(entry: Entry, shelf: tuple[str, str] | None) -> Postings | None:
    """The postings of goods; `shelf`: the station and the article that a stock was begun for."""
    data = entry.data
    station, sku = (data["station_id"], data["sku"]) if "sku" in data else shelf or ("", "")
    moved = _GOODS.get(entry.type)
    if not station or moved is None:
        return None
    quantity: int = data["difference"] if entry.type == "stock.adjusted/1" else data["quantity"]
    return moved(UUID(station), sku, quantity)


_GOODS = {
    "stock.received/1": of_goods.received,
    "stock.issued/1": of_goods.issued,
    "stock.taken_back/1": of_goods.taken_back,
    "stock.adjusted/1": of_goods.adjusted,
    "stock.written_off/1": of_goods.written_off,
}
_CAME_BACK = {"payment.returned/1": accounts.payment_returned, "payment.recovered/1": accounts.payment_recovered}


@lru_cache(maxsize=1 << 14)  # the same payees are thanked for the same amounts
def _of_chart(type_name: str, amount: int, own: BudgetAccounts | None, *identities: str) -> Postings | None:
    """The postings of a type; the identities are those that its accounts name, payments' in one order for all.

    `own`: the accounts of the budget, where it names any.
    """
    amount_fen, ids, of = Fen(amount), [UUID(one) for one in identities], own or SHIPPED
    match type_name, ids:
        case "budget.appropriated/1", [budget]:
            return accounts.budget_appropriated(budget, amount_fen, of=of)
        case "budget.adjusted/1", [budget]:
            return accounts.budget_adjusted(budget, amount_fen, of=of)
        case "budget.closed/1", [budget]:
            return accounts.budget_closed(budget, amount_fen)
        case "reward.granted/1" | "allowance.granted/1", [payee, budget]:
            return accounts.reward_granted(payee, budget, amount_fen, expense=of.expense)
        case "reward.reversed/1" | "allowance.reversed/1", [payee, budget]:
            return accounts.reward_reversed(payee, budget, amount_fen, expense=of.expense)
        case "payment.approved/1", [payee, batch, _]:
            return accounts.payment_approved(payee, batch, amount_fen)
        case "payment.settled/1", [_, batch, budget]:
            return accounts.payment_settled(batch, budget, amount_fen, of=of)
        case "payment.confirmed_paid/1", [payee, _, budget]:
            return accounts.payment_confirmed_paid(payee, budget, amount_fen, of=of)
        case ("payment.claimed/1", [payee, _, _]) | ("payment.paid_again/1", [payee]):
            return accounts.payment_claimed(payee, amount_fen, of=of)
        case "payment.claim_written_off/1", [payee, _, _]:
            return accounts.claim_written_off(payee, amount_fen, of=of)
        case "payment.failed/1", [payee, batch, _]:
            return accounts.payment_failed(payee, batch, amount_fen)
        case "payment.reissued/1" | "payment.written_back/1", [payee, _, _]:
            return accounts.payment_reissued(payee, amount_fen)
    return None


def _shown(postings: Moves) -> str:
    return "; ".join(f"{account} {commodity} {amount:+d}" for account, commodity, amount in postings)
