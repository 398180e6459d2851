"""What accounts are called (科目名称): by the program's own words, else by the chart in force where an event stands.

What must not be broken: an account that only a published chart names has that name in every table, from the event on
that published it; so the names follow from the log alone, whoever writes the table, and in whatever order.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from audit.wording import ACCOUNT_NAMES, ENTITLEMENT_NAMES
from domain.accounts import charted
from domain.trial_balance import control_of

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


def name_of(account: str) -> str:
    """The Chinese name of an account's code; empty for a code that this program does not know."""
    parts = account.split(":")
    control, names = ":".join(parts[:2]), ENTITLEMENT_NAMES if parts[0] in ("pts", "stk") else ACCOUNT_NAMES
    return names.get(":".join(parts[:3]), names.get(control, ""))


class Names:
    """The names once some charts were published. Two of them are told apart as objects."""

    __slots__ = ("_called",)

    def __init__(self, called: Mapping[str, str] = _NONE) -> None:
        self._called = dict(called)

    def after(self, accounts: Iterable[Mapping[str, Any]]) -> "Names":
        """With those of one more chart; a later version's take the place of those before."""
        return Names({**self._called, **{one["account"]: one["name"] for one in accounts}})

    def of(self, account: str) -> str:
        """What an account is called; empty where neither the program nor a chart says so."""
        listed = charted(account)
        return name_of(listed) or self._called.get(control_of(listed)) or self._called.get(listed, "")


class Called:
    """The names at every place in the log; charts are told in its order."""

    def __init__(self) -> None:
        self._published: list[int] = []
        self._names = [Names()]

    def publish(self, log_index: int, accounts: Iterable[Mapping[str, Any]]) -> None:
        """Take the names of a chart that was published there."""
        self._names.append(self._names[-1].after(accounts))
        self._published.append(log_index)

    def at(self, log_index: int) -> Names:
        """The names in force for the event at that place."""
        return self._names[bisect_left(self._published, log_index)]
