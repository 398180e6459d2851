"""The accounts: which postings each money-moving event carries, and which accounts may not pass zero.

Debit is positive. Source: 政府会计制度——行政事业单位会计科目和报表
(财会〔2017〕25号). An account is `<book>:<code>[:<subsidiary>]`. A budget names the accounts that its money moves
through, as a version of a chart gave them when it was appropriated; codes are never read without it. What is owed and
what is controlled (`fin:2307`, `ind`) stands on the same accounts in every chart.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.kernel.money import Fen
from domain.kernel.postings import CNY, Postings, mirror, move

FUNDS = "fin:1011"  # 零余额账户用款额度
EXPENSE = "fin:5001"  # 业务活动费用
GRANT_INCOME = "fin:4001"  # 财政拨款收入
BUDGET_FUNDS = "bud:8001"  # 资金结存
BUDGET_INCOME = "bud:6001"  # 财政拨款预算收入
BUDGET_SPENDING = "bud:7101"  # 行政支出
CLAIM_LOSS = "fin:5301"  # 资产处置费用: a claim that was given up (行政单位核销其他应收款)
OTHER_INCOME = "fin:4609"  # 其他收入: what comes in of a claim that had been given up
BUDGET_OTHER_INCOME = "bud:6609"  # 其他预算收入: the same in budgetary accounting
BUDGET_CARRIED_OVER = "bud:8101"  # 财政拨款结转: takes what comes back of an earlier year (年初余额调整)


@dataclass(frozen=True, slots=True)
class BudgetAccounts:
    """The accounts that a budget's money moves through, from appropriation to late return, by the roles of `chart`.

    They stay the same for the life of the budget: what left one account comes back to it. Where its chart says nothing
    of claims that are given up, the ministry's own accounts take them.
    """

    chart: str
    funds: str
    grant_income: str
    expense: str
    budget_income: str
    budget_spending: str
    budget_funds: str
    budget_carried_over: str
    claim_loss: str | None = None
    other_income: str | None = None
    budget_other_income: str | None = None


SHIPPED: Final = BudgetAccounts(
    chart="gov-2019/1",
    funds=FUNDS,
    grant_income=GRANT_INCOME,
    expense=EXPENSE,
    budget_income=BUDGET_INCOME,
    budget_spending=BUDGET_SPENDING,
    budget_funds=BUDGET_FUNDS,
    budget_carried_over=BUDGET_CARRIED_OVER,
)
"""What a budget that names no accounts moves its money through."""

VILLAGE: Final = "vil-"
"""What the name of a village's book begins with; its code follows."""

_CASH: Final = ("fin:1001", "fin:1002", "fin:1011", "fin:1021")  # 库存现金, 银行存款, 零余额账户用款额度, 其他货币资金


def is_funds(account: str) -> bool:
    """Whether money is paid out of the account: one of the ministry's accounts of money, or one below it."""
    return account.startswith(_CASH) and account[8:9] in ("", ":")


def is_budget_funds(account: str) -> bool:
    """Whether it is the budgetary side of money, 资金结存 or an account below it."""
    return account.startswith(BUDGET_FUNDS) and account[8:9] in ("", ":")


def charted(account: str) -> str:
    """The name under which a chart lists an account: `vil-361125100201:112:party` -> `vil:112:party`, others as it is.

    Villages keep one chart; each has a book of its own.
    """
    book, colon, rest = account.partition(":")
    return f"{VILLAGE[:-1]}{colon}{rest}" if book.startswith(VILLAGE) else account


def payable(payee_id: UUID) -> str:
    """其他应付款, owed to one payee: a credit account that never turns debit."""
    return f"fin:2307:payee:{payee_id}"


def in_transit(batch_id: UUID) -> str:
    """其他应付款 — 代发在途, sent to the bank with one batch and not yet final."""
    return f"fin:2307:transit:{batch_id}"


def returned(payee_id: UUID) -> str:
    """其他应付款 — 退票待处理: paid, come back, and not yet decided on."""
    return f"fin:2307:returned:{payee_id}"


def claim(payee_id: UUID) -> str:
    """其他应收款 — 多付待追回, paid to one payee without being owed: a debit account, never below zero."""
    return f"fin:1218:payee:{payee_id}"


def appropriated(budget_id: UUID) -> str:
    """指标: what was appropriated (the source side, a credit)."""
    return f"ind:appropriated:{budget_id}"


def available(budget_id: UUID) -> str:
    """指标: what may still be committed."""
    return f"ind:available:{budget_id}"


def committed(budget_id: UUID) -> str:
    """指标: what is promised and not yet spent."""
    return f"ind:committed:{budget_id}"


def spent(budget_id: UUID) -> str:
    """指标: what the bank has paid."""
    return f"ind:spent:{budget_id}"


def lapsed(budget_id: UUID) -> str:
    """指标: what was still available when the year was closed."""
    return f"ind:lapsed:{budget_id}"


def limit_of(account: str) -> int:
    """How an account is limited.

    +1, its balance stays >= 0; -1, it stays <= 0 (credit); 0, it is not limited.
    """
    match account.split(":"):
        case ["ind", "available" | "committed" | "spent" | "lapsed", *_]:
            return 1
        case ["fin", "1001" | "1002" | "1011" | "1021", *_]:  # money, as `is_funds` says
            return 1
        case ["fin", "1218", *_]:
            return 1
        case ["fin", "2307", *_]:
            return -1
        case ["pts", "held", *_] | ["stk", "on_hand", *_]:
            return 1
        case [book, "101" | "102", *_] if book.startswith(VILLAGE):  # 库存现金, 银行存款 of a village
            return 1
        case ["pts", "debt", *_]:
            return -1
        case _:
            return 0


def budget_appropriated(budget_id: UUID, amount_fen: Fen, *, of: BudgetAccounts = SHIPPED) -> Postings:
    """Appropriation received: funds against income, in both accountings, and an allowance to commit."""
    return (
        *move(CNY, amount_fen, debit=of.funds, credit=of.grant_income),
        *move(CNY, amount_fen, debit=of.budget_funds, credit=of.budget_income),
        *move(CNY, amount_fen, debit=available(budget_id), credit=appropriated(budget_id)),
    )


def budget_adjusted(budget_id: UUID, amount_fen: Fen, *, of: BudgetAccounts = SHIPPED) -> Postings:
    """More money as it is appropriated; less (a negative amount) as its mirror."""
    postings = budget_appropriated(budget_id, Fen(abs(amount_fen)), of=of)
    return postings if amount_fen > 0 else mirror(postings)


def budget_closed(budget_id: UUID, lapsed_fen: Fen) -> Postings:
    """What is still available lapses; where nothing is, nothing moves."""
    return move(CNY, lapsed_fen, debit=lapsed(budget_id), credit=available(budget_id)) if lapsed_fen else ()


def reward_granted(payee_id: UUID, budget_id: UUID, amount_fen: Fen, *, expense: str = EXPENSE) -> Postings:
    """Expense against payable; the budget is committed."""
    return (
        *move(CNY, amount_fen, debit=expense, credit=payable(payee_id)),
        *move(CNY, amount_fen, debit=committed(budget_id), credit=available(budget_id)),
    )


def reward_reversed(payee_id: UUID, budget_id: UUID, amount_fen: Fen, *, expense: str = EXPENSE) -> Postings:
    """The mirror of `reward_granted`."""
    return (
        *move(CNY, amount_fen, debit=payable(payee_id), credit=expense),
        *move(CNY, amount_fen, debit=available(budget_id), credit=committed(budget_id)),
    )


def expense_of(granted: Postings) -> str:
    """The account that a grant was charged to: what it debited in `fin`."""
    return next((one.account for one in granted if one.amount > 0 and one.account.startswith("fin:")), EXPENSE)


def payment_approved(payee_id: UUID, batch_id: UUID, amount_fen: Fen) -> Postings:
    """From payable to in transit."""
    return move(CNY, amount_fen, debit=payable(payee_id), credit=in_transit(batch_id))


def payment_settled(batch_id: UUID, budget_id: UUID, amount_fen: Fen, *, of: BudgetAccounts = SHIPPED) -> Postings:
    """Cash left: financial accounting, budgetary accounting and the commitment, each once."""
    return (
        *move(CNY, amount_fen, debit=in_transit(batch_id), credit=of.funds),
        *move(CNY, amount_fen, debit=of.budget_spending, credit=of.budget_funds),
        *move(CNY, amount_fen, debit=spent(budget_id), credit=committed(budget_id)),
    )


def payment_failed(payee_id: UUID, batch_id: UUID, amount_fen: Fen) -> Postings:
    """Nothing was paid: in transit becomes payable again; the commitment stays."""
    return move(CNY, amount_fen, debit=in_transit(batch_id), credit=payable(payee_id))


def payment_confirmed_paid(
    payee_id: UUID, budget_id: UUID, amount_fen: Fen, *, of: BudgetAccounts = SHIPPED
) -> Postings:
    """Cash had left although the bank had said no: what is payable again is paid, and the commitment is spent."""
    return (
        *move(CNY, amount_fen, debit=payable(payee_id), credit=of.funds),
        *move(CNY, amount_fen, debit=of.budget_spending, credit=of.budget_funds),
        *move(CNY, amount_fen, debit=spent(budget_id), credit=committed(budget_id)),
    )


def payment_claimed(payee_id: UUID, amount_fen: Fen, *, of: BudgetAccounts = SHIPPED) -> Postings:
    """Cash had left for what is not owed any more: a claim on the payee.

    Nothing was committed for it, and nothing of the budget control moves: a fact of the bank may not be refused because
    nothing is available.
    """
    return (
        *move(CNY, amount_fen, debit=claim(payee_id), credit=of.funds),
        *move(CNY, amount_fen, debit=of.budget_spending, credit=of.budget_funds),
    )


def claim_recovered(payee_id: UUID, amount_fen: Fen, *, same_year: bool, of: BudgetAccounts = SHIPPED) -> Postings:
    """The claim came in; in a later year, what was carried over takes it instead of the spending."""
    spending = of.budget_spending if same_year else of.budget_carried_over
    return (
        *move(CNY, amount_fen, debit=of.funds, credit=claim(payee_id)),
        *move(CNY, amount_fen, debit=of.budget_funds, credit=spending),
    )


def claim_written_off(payee_id: UUID, amount_fen: Fen, *, of: BudgetAccounts = SHIPPED) -> Postings:
    """The claim is given up: an expense of the year in which that was decided. No cash moves, so `bud` has nothing."""
    return move(CNY, amount_fen, debit=of.claim_loss or CLAIM_LOSS, credit=claim(payee_id))


def written_off_recovered(amount_fen: Fen, *, of: BudgetAccounts = SHIPPED) -> Postings:
    """Money came in of a claim that had been given up: income of both accountings."""
    return (
        *move(CNY, amount_fen, debit=of.funds, credit=of.other_income or OTHER_INCOME),
        *move(CNY, amount_fen, debit=of.budget_funds, credit=of.budget_other_income or BUDGET_OTHER_INCOME),
    )


def payment_returned(
    payee_id: UUID, budget_id: UUID, amount_fen: Fen, *, same_year: bool, of: BudgetAccounts = SHIPPED
) -> Postings:
    """Cash came back: it waits under the payee's name, and the commitment stands again.

    In a later year the spending of the year before is closed: what was carried over takes it instead.
    """
    return (
        *move(CNY, amount_fen, debit=of.funds, credit=returned(payee_id)),
        *_spending_undone(budget_id, amount_fen, same_year=same_year, of=of),
    )


def payment_reissued(payee_id: UUID, amount_fen: Fen) -> Postings:
    """What came back is owed again; whoever gives it up instead takes back the rewards with the same append."""
    return move(CNY, amount_fen, debit=returned(payee_id), credit=payable(payee_id))


def payment_recovered(
    payee_id: UUID, budget_id: UUID, amount_fen: Fen, *, same_year: bool, of: BudgetAccounts = SHIPPED
) -> Postings:
    """Cash was claimed back: as a return, but owed at once, so that taking back the rewards ends it."""
    return (
        *move(CNY, amount_fen, debit=of.funds, credit=payable(payee_id)),
        *_spending_undone(budget_id, amount_fen, same_year=same_year, of=of),
    )


def _spending_undone(budget_id: UUID, amount_fen: Fen, *, same_year: bool, of: BudgetAccounts) -> Postings:
    spending = of.budget_spending if same_year else of.budget_carried_over
    return (
        *move(CNY, amount_fen, debit=of.budget_funds, credit=spending),
        *move(CNY, amount_fen, debit=committed(budget_id), credit=spent(budget_id)),
    )
