"""The accounts: which postings each money-moving event carries, and which accounts may not pass zero.

Debit is positive. Source: 政府会计制度——行政事业单位会计科目和报表
(财会〔2017〕25号). An account is `<book>:<code>[:<subsidiary>]`; the codes belong to the chart named below
and are never read without it.
"""

from uuid import UUID

from domain.kernel.money import Fen
from domain.kernel.postings import CNY, Postings, mirror, move

CHART = "gov-2019/1"

FUNDS = "fin:1011"  # 零余额账户用款额度
EXPENSE = "fin:5001"  # 业务活动费用
GRANT_INCOME = "fin:4001"  # 财政拨款收入
BUDGET_FUNDS = "bud:8001"  # 资金结存
BUDGET_INCOME = "bud:6001"  # 财政拨款预算收入
BUDGET_SPENDING = "bud:7101"  # 行政支出
BUDGET_CARRIED_OVER = "bud:8101"  # 财政拨款结转: takes what comes back of an earlier year (年初余额调整)


def payable(payee_id: UUID) -> str:
    """其他应付款, owed to one payee: a credit account that never turns debit."""
    return f"fin:2307:payee:{payee_id}"


def in_transit(batch_id: UUID) -> str:
    """其他应付款 — 代发在途, sent to the bank with one batch and not yet final."""
    return f"fin:2307:transit:{batch_id}"


def returned(payee_id: UUID) -> str:
    """其他应付款 — 退票待处理: paid, come back, and not yet decided on."""
    return f"fin:2307:returned:{payee_id}"


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
        case ["ind", "available" | "committed" | "spent" | "lapsed", *_] | ["fin", "1011"]:
            return 1
        case ["fin", "2307", *_]:
            return -1
        case ["pts", "held", *_] | ["stk", "on_hand", *_]:
            return 1
        case _:
            return 0


def budget_appropriated(budget_id: UUID, amount_fen: Fen) -> Postings:
    """Appropriation received: funds against income, in both accountings, and an allowance to commit."""
    return (
        *move(CNY, amount_fen, debit=FUNDS, credit=GRANT_INCOME),
        *move(CNY, amount_fen, debit=BUDGET_FUNDS, credit=BUDGET_INCOME),
        *move(CNY, amount_fen, debit=available(budget_id), credit=appropriated(budget_id)),
    )


def budget_adjusted(budget_id: UUID, amount_fen: Fen) -> Postings:
    """More money as it is appropriated; less (a negative amount) as its mirror."""
    postings = budget_appropriated(budget_id, Fen(abs(amount_fen)))
    return postings if amount_fen > 0 else mirror(postings)


def budget_closed(budget_id: UUID, lapsed_fen: Fen) -> Postings:
    """What is still available lapses; where nothing is, nothing moves."""
    return move(CNY, lapsed_fen, debit=lapsed(budget_id), credit=available(budget_id)) if lapsed_fen else ()


def reward_granted(payee_id: UUID, budget_id: UUID, amount_fen: Fen) -> Postings:
    """Expense against payable; the budget is committed."""
    return (
        *move(CNY, amount_fen, debit=EXPENSE, credit=payable(payee_id)),
        *move(CNY, amount_fen, debit=committed(budget_id), credit=available(budget_id)),
    )


def reward_reversed(payee_id: UUID, budget_id: UUID, amount_fen: Fen) -> Postings:
    """The mirror of `reward_granted`."""
    return (
        *move(CNY, amount_fen, debit=payable(payee_id), credit=EXPENSE),
        *move(CNY, amount_fen, debit=available(budget_id), credit=committed(budget_id)),
    )


def payment_approved(payee_id: UUID, batch_id: UUID, amount_fen: Fen) -> Postings:
    """From payable to in transit."""
    return move(CNY, amount_fen, debit=payable(payee_id), credit=in_transit(batch_id))


def payment_settled(batch_id: UUID, budget_id: UUID, amount_fen: Fen) -> Postings:
    """Cash left: financial accounting, budgetary accounting and the commitment, each once."""
    return (
        *move(CNY, amount_fen, debit=in_transit(batch_id), credit=FUNDS),
        *move(CNY, amount_fen, debit=BUDGET_SPENDING, credit=BUDGET_FUNDS),
        *move(CNY, amount_fen, debit=spent(budget_id), credit=committed(budget_id)),
    )


def payment_failed(payee_id: UUID, batch_id: UUID, amount_fen: Fen) -> Postings:
    """Nothing was paid: in transit becomes payable again; the commitment stays."""
    return move(CNY, amount_fen, debit=in_transit(batch_id), credit=payable(payee_id))


def payment_returned(payee_id: UUID, budget_id: UUID, amount_fen: Fen, *, same_year: bool) -> Postings:
    """Cash came back: it waits under the payee's name, and the commitment stands again.

    In a later year the spending of the year before is closed: what was carried over takes it instead.
    """
    return (
        *move(CNY, amount_fen, debit=FUNDS, credit=returned(payee_id)),
        *_spending_undone(budget_id, amount_fen, same_year=same_year),
    )


def payment_reissued(payee_id: UUID, amount_fen: Fen) -> Postings:
    """What came back is owed again; whoever gives it up instead takes back the rewards with the same append."""
    return move(CNY, amount_fen, debit=returned(payee_id), credit=payable(payee_id))


def payment_recovered(payee_id: UUID, budget_id: UUID, amount_fen: Fen, *, same_year: bool) -> Postings:
    """Cash was claimed back: as a return, but owed at once, so that taking back the rewards ends it."""
    return (
        *move(CNY, amount_fen, debit=FUNDS, credit=payable(payee_id)),
        *_spending_undone(budget_id, amount_fen, same_year=same_year),
    )


def _spending_undone(budget_id: UUID, amount_fen: Fen, *, same_year: bool) -> Postings:
    spending = BUDGET_SPENDING if same_year else BUDGET_CARRIED_OVER
    return (
        *move(CNY, amount_fen, debit=BUDGET_FUNDS, credit=spending),
        *move(CNY, amount_fen, debit=committed(budget_id), credit=spent(budget_id)),
    )
