"""Charts of accounts: what each code of the books is called, on which side it stands, and what it is used for.

Codes are read with the version of their chart and never without: other systems give the same digits other meanings. A
version that was published stays as it is; a correction is the next version.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Final

from domain.accounts import BudgetAccounts, is_budget_funds, is_funds, limit_of
from domain.kernel.events import event
from domain.kernel.postings import book_of
from domain.kernel.refusals import Refusal

SIDES: Final = ("debit", "credit")
"""The side on which an account's balance usually stands."""

ROLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "funds": "fin",
        "payable": "fin",
        "in_transit": "fin",
        "returned": "fin",
        "grant_income": "fin",
        "expense": "fin",
        "budget_income": "bud",
        "budget_spending": "bud",
        "budget_funds": "bud",
        "budget_carried_over": "bud",
        "claim_loss": "fin",
        "other_income": "fin",
        "budget_other_income": "bud",
        "appropriated": "ind",
        "available": "ind",
        "committed": "ind",
        "spent": "ind",
        "lapsed": "ind",
    }
)
"""What postings need an account for -> the book in which it stands."""

MAY_BE_LEFT_OUT: Final = frozenset({"claim_loss", "other_income", "budget_other_income"})
"""Roles that the ministry's own accounts have where a chart does not say."""

FUNDS: Final = "funds"
"""The role that several accounts may have: the first is the county's own, a budget may name another of them."""

_SAME_IN_EVERY_CHART: Final[Mapping[str, str]] = MappingProxyType(
    {
        "payable": "fin:2307:payee",
        "in_transit": "fin:2307:transit",
        "returned": "fin:2307:returned",
        **{role: f"ind:{role}" for role, book in ROLES.items() if book == "ind"},
    }
)
"""Balances of payees, batches and budgets stand here, whatever the chart: closing, matching and limits read them."""

_CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII)
_ACCOUNT: Final = re.compile(r"[a-z][a-z0-9-]{1,30}(:[a-z0-9_.-]{1,40}){1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ChartAccount:
    """An account of a chart, as postings name it: book and code, without payee, batch or budget (`fin:2307:payee`)."""

    account: str
    name: str
    side: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """The account that postings use for a role, such as the funds out of which is paid (`FUNDS`: may be several)."""

    role: str
    account: str


@event("chart.published/1")
class ChartPublished:
    """A version of a chart of accounts: `gov-2019/1`. `system` is the standard that its codes come from."""

    name: str
    system: str
    accounts: tuple[ChartAccount, ...]
    uses: tuple[Use, ...]
    document: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart's versions, the first one first."""

    versions: tuple[ChartPublished, ...]

    @property
    def latest(self) -> ChartPublished:
        """What holds now."""
        return self.versions[-1]


def code_of(name: str) -> str:
    """`gov-2019/1` -> `gov-2019`."""
    return name.rpartition("/")[0]


# Decide: what may happen, judged by the rules in force.


def publish(
    chart: Chart | None,
    *,
    code: str,
    system: str,
    accounts: Iterable[ChartAccount],
    uses: Iterable[Use],
    document: str,
) -> ChartPublished:
    """Publish the next version of a chart.

    Refused, in this order: `chart.code_malformed`, `chart.no_accounts`, `chart.account_malformed`,
    `chart.account_twice`, `chart.side_unknown`, `chart.parent_missing`, `chart.role_unknown`, `chart.role_twice`,
    `chart.role_without_account`, `chart.role_unfit`, `chart.role_missing` (of a book that the chart has),
    `chart.nothing_changed`.
    """
    listed, used = tuple(accounts), tuple(uses)
    if not _CODE.fullmatch(code):
        raise Refusal("chart.code_malformed", chart=code)
    _refuse_accounts(listed)
    _refuse_uses(used, known={one.account for one in listed})
    number = len(chart.versions) + 1 if chart is not None else 1
    new = ChartPublished(name=f"{code}/{number}", system=system, accounts=listed, uses=used, document=document)
    if chart is not None and (chart.latest.system, chart.latest.accounts, chart.latest.uses) == (system, listed, used):
        raise Refusal("chart.nothing_changed", chart=chart.latest.name)
    return new


def budget_accounts(chart: Chart | None, *, code: str, funds: str | None) -> BudgetAccounts | None:
    """The accounts of a budget that is appropriated now, by the chart's version in force; `funds` as somebody chose it.

    None where the chart was never published and nothing was chosen: then `accounts.SHIPPED` stand.
    Refused, in this order: `chart.not_published`, `chart.role_missing`, `chart.funds_unmarked`.
    """
    if chart is None:
        if funds is not None:
            raise Refusal("chart.not_published", chart=code)
        return None
    uses = chart.latest.uses
    found = {one.role: one.account for one in reversed(uses)}
    for role in _OF_BUDGETS:
        if role not in found and role not in MAY_BE_LEFT_OUT:
            raise Refusal("chart.role_missing", role=role, book=ROLES[role])
    if funds is not None and Use(FUNDS, funds) not in uses:
        raise Refusal("chart.funds_unmarked", account=funds, chart=chart.latest.name)
    roles = {role: found[role] for role in _OF_BUDGETS if role in found}
    return BudgetAccounts(**{**roles, "chart": chart.latest.name, FUNDS: funds or found[FUNDS]})


def with_funds_first(uses: Iterable[Use], *, funds: str) -> tuple[Use, ...]:
    """The same uses, with this account as the county's own funds. Raises LookupError where it is not among them."""
    listed, own = tuple(uses), Use(FUNDS, funds)
    if own not in listed:
        raise LookupError(funds)
    return (own, *(one for one in listed if one != own))


_OF_BUDGETS: Final = tuple(one.name for one in fields(BudgetAccounts) if one.name != "chart")


def _refuse_accounts(accounts: tuple[ChartAccount, ...]) -> None:
    if not accounts:
        raise Refusal("chart.no_accounts")
    for one in accounts:
        if not _ACCOUNT.fullmatch(one.account):
            raise Refusal("chart.account_malformed", account=one.account)
    known: set[str] = set()
    for one in accounts:
        if one.account in known:
            raise Refusal("chart.account_twice", account=one.account)
        known.add(one.account)
    for one in accounts:
        if one.side not in SIDES:
            raise Refusal("chart.side_unknown", account=one.account, side=one.side)
    for one in accounts:
        # A name is below its parent's: then no account is its own ancestor.
        if one.parent is not None and (one.parent not in known or not _is_below(one.account, one.parent)):
            raise Refusal("chart.parent_missing", account=one.account, parent=one.parent)


def _is_below(account: str, parent: str) -> bool:
    """`810101` is below `8101` by its digits, `2307:payee` below `2307` by its colon."""
    return account != parent and account.startswith(parent)


def _refuse_uses(uses: tuple[Use, ...], *, known: set[str]) -> None:
    roles = [one.role for one in uses]
    for role in roles:
        if role not in ROLES:
            raise Refusal("chart.role_unknown", role=role)
    for one in uses:
        if (uses.count(one) if one.role == FUNDS else roles.count(one.role)) > 1:
            raise Refusal("chart.role_twice", role=one.role)
    for one in uses:
        if one.account not in known or book_of(one.account) != ROLES[one.role]:
            raise Refusal("chart.role_without_account", role=one.role, account=one.account)
    for one in uses:
        if not fits(one.role, one.account):
            raise Refusal("chart.role_unfit", role=one.role, account=one.account)
    books = {book_of(account) for account in known}
    for role, book in ROLES.items():
        if book in books and role not in roles and role not in MAY_BE_LEFT_OUT:
            raise Refusal("chart.role_missing", role=role, book=book)


def fits(role: str, account: str) -> bool:
    """Whether an account may have a role: money stands on accounts of money, what is owed where it always stands, and
    nothing else on an account that has a limit.
    """
    if role == FUNDS:
        return is_funds(account)
    if role == "budget_funds":
        return is_budget_funds(account)
    if role in _SAME_IN_EVERY_CHART:
        return account == _SAME_IN_EVERY_CHART[role]
    return limit_of(account) == 0 and not is_budget_funds(account)


# Evolve: what did happen. Never checks: rules change, history does not.


def evolve(chart: Chart | None, event: ChartPublished) -> Chart:
    """The chart after another version."""
    return Chart((*(chart.versions if chart is not None else ()), event))
