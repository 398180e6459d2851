"""Accounts are called by Chinese names, with whose they are; their stored English words are shown to nobody."""

import inspect
import re
from uuid import UUID, uuid4

from api.web.account_words import account_code, account_name
from audit.wording import ACCOUNT_NAMES
from domain import accounts
from projections.trial_balances import control_of

ONE = UUID("7c9e6679-7425-40de-944b-e07fc1f90ae7")


def used_accounts() -> set[str]:
    """Every control account that events are posted to."""
    fixed = {
        value for value in vars(accounts).values() if isinstance(value, str) and re.match(r"(fin|bud|ind):", value)
    }
    makers = [one for _, one in inspect.getmembers(accounts, inspect.isfunction) if one.__module__ == accounts.__name__]
    made = {
        str(maker(uuid4()))
        for maker in makers
        if inspect.signature(maker).return_annotation is str
        and [one.annotation for one in inspect.signature(maker).parameters.values()] == [UUID]
    }
    return {control_of(account) for account in fixed | made}


def test_every_account_of_the_books_has_a_name() -> None:
    used = used_accounts()
    assert {"fin:1011", "fin:2307:payee", "ind:committed"} <= used
    assert used - set(ACCOUNT_NAMES) == set()


def test_no_name_repeats_an_english_word() -> None:
    names = [account_name(account) for account in ACCOUNT_NAMES]
    assert not [name for name in names if re.search("[a-z]", name, re.IGNORECASE)]
    assert len(set(names)) == len(names)


def test_a_subsidiary_is_told_by_whose_it_is() -> None:
    account = accounts.payable(ONE)
    assert account_name(account, {ONE: "张*国"}) == "其他应付款—应付网格员（张*国）"
    assert account_name(account) == "其他应付款—应付网格员（编号 7c9e6679）"
    assert account_name(accounts.committed(ONE)) == "预算指标—已占用（编号 7c9e6679）"


def test_an_account_without_a_name_is_called_by_its_number() -> None:
    assert account_name("fin:9999") == "科目 9999"
    assert (account_code("fin:2307:payee"), account_code("ind:spent")) == ("2307", "指标")
