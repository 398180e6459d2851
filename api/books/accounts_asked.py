"""Which account somebody means: by the name that postings use, or by the number that the tables print.

What must not be broken: an account that nothing knows is refused, and never shown as one whose balance is zero.
"""

from typing import Any, Final

from psycopg import Connection

from api.books.names import Names
from audit.wording import ACCOUNT_NAMES
from domain.accounts import charted
from domain.kernel.refusals import Refusal
from domain.trial_balance import control_of
from projections import ledger_queries

CHOICES_MAX: Final = 12
"""So many accounts are offered instead of one that there is not."""

_EVERY_VILLAGE: Final = "vil:"
"""How the chart of the villages names their accounts; each village posts to a book of its own."""

_CODE_DIGITS: Final = 4
"""A chart's accounts of the first level have so many digits."""


def account_meant(conn: Connection[Any], names: Names, asked: str) -> str:
    """The account as postings name it: `fin:230701` and `fin:2307:payee` are one, with its subsidiary if it has one.

    Known is what has postings, what a chart in force lists, and what the program itself keeps; a heading that has only
    accounts below it holds nothing. Refuses `ledger.account_unknown` with `choices`: those that are meant, perhaps.
    """
    control = control_of(asked)
    subsidiary = asked[len(control) :]
    if ledger_queries.has_postings(conn, control):
        return asked
    known = _known(conn, names)
    if below := _below(known, charted(control)):
        raise _unknown(asked, below)
    if charted(control) in known and not control.startswith(_EVERY_VILLAGE):
        return asked
    called = [one for one in sorted(known) if not _below(known, one) and _number(names, one) == control]
    if len(called) == 1:
        return called[0] + subsidiary
    raise _unknown(asked, called or _near(known, names, control))


def _known(conn: Connection[Any], names: Names) -> set[str]:
    return {*names.accounts, *ACCOUNT_NAMES, *ledger_queries.controls(conn)}


def _below(known: set[str], account: str) -> list[str]:
    return sorted(one for one in known if one.startswith(f"{account}:"))


def _number(names: Names, account: str) -> str:
    """Book and number as the tables print them: `fin:2307:payee` -> `fin:230701`."""
    return f"{account.partition(':')[0]}:{names.code(account)}"


def _near(known: set[str], names: Names, asked: str) -> list[str]:
    """Accounts of the same number, else of the same book, else all."""
    kept = sorted(one for one in known if not _below(known, one))
    book, _, rest = asked.partition(":")
    code = rest[:_CODE_DIGITS]
    same = [one for one in kept if code and _number(names, one).startswith(f"{book}:{code}")]
    return same or [one for one in kept if one.startswith(f"{book}:")] or kept


def _unknown(asked: str, choices: list[str]) -> Refusal:
    more = "……" if len(choices) > CHOICES_MAX else ""
    return Refusal("ledger.account_unknown", account=asked, choices="、".join(choices[:CHOICES_MAX]) + more)
