"""What was earned in a period, by whom, and whether it arrived, from the events of rewards and payments.

What must not be broken: the figures rest on nothing but these events; what is few is few of a place in a month, in a
document that says PLACE_BY_PLACE, else of the whole. Twin: `projections.disclosed.rewards`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from audit.entries import Entry
from audit.rules.disclosed.fold import Parameters
from domain.kernel.disclosed import months
from domain.kernel.documents import PLACE_BY_PLACE, Column, Document, Row, Table
from domain.kernel.places import Division, chain

_STATES: Final = ("arrived", "in_progress", "not_arrived", "to_verify")
_COLUMNS: Final = (
    Column("reference", "ref"),
    Column("state", "code"),
    Column("count", "int"),
    Column("fen", "fen"),
    Column("booked_on", "date"),
)
_PAYMENT_STATES: Final[Mapping[str, str]] = {
    "payment.settled/1": "settled",
    "payment.confirmed_paid/1": "settled",
    "payment.failed/1": "failed",
    "payment.cancelled/1": "cancelled",
    "payment.returned/1": "returned",
    "payment.unresolved/1": "unresolved",
    "payment.prepared/1": "prepared",
    "payment.approved/1": "approved",
    "payment.accepted/1": "accepted",
    "payment.reissued/1": "reissued",
    "payment.written_back/1": "written_back",
    "payment.recovered/1": "recovered",
}
_BACK: Final = frozenset({"failed", "cancelled", "returned"})


@dataclass(slots=True)
class _Earned:
    """A reward, and the payment that carries it; `order` is its place in the log."""

    order: int
    payee: str
    sensitive: bool
    fen: int
    cell: tuple[str, str]  # month and place
    payment: str | None = None
    reversed: bool = False


@dataclass(slots=True)
class _Group:
    """The rewards of one payee in one state; sensitive ones by month and place."""

    payee: str
    state: str
    sensitive: bool
    cell: tuple[str, str] | None
    count: int = 0
    fen: int = 0
    booked_on: str | None = None


class Rewards:
    """The rewards and their payments, as the events so far tell them."""

    query: ClassVar[str] = "rewards/1"
    types: ClassVar[frozenset[str]] = frozenset(
        {
            "reward.granted/1",
            "reward.scheduled/1",
            "reward.unscheduled/1",
            "reward.reversed/1",
            *_PAYMENT_STATES,
        }
    )

    def __init__(self) -> None:
        self._rewards: dict[str, _Earned] = {}
        self._of: dict[tuple[str, str], list[_Earned]] = {}  # (month, area) -> in the order of granting
        self._payments: dict[str, tuple[str, str | None]] = {}  # state, and the bank's day

    def apply(self, entry: Entry) -> None:
        """Take one event in."""
        data = entry.data
        match entry.type:
            case "reward.granted/1":
                self._granted(entry)
            case "reward.scheduled/1" | "reward.unscheduled/1" | "reward.reversed/1":
                if reward := self._rewards.get(entry.identity):
                    self._changed(reward, entry)
            case _:
                day = self._payments.get(entry.identity, ("", None))[1]
                self._payments[entry.identity] = _PAYMENT_STATES[entry.type], data.get("booked_on", day)

    def _granted(self, entry: Entry) -> None:
        data = entry.data
        if entry.identity in self._rewards:
            return
        reward = self._rewards[entry.identity] = _Earned(
            entry.index,
            data["payee_id"],
            data["sensitive"],
            data["amount_fen"],
            (data["accrual_month"], data["division"]),
        )
        for area in chain(Division(data["division"])):
            self._of.setdefault((data["accrual_month"], area), []).append(reward)

    def _changed(self, reward: _Earned, entry: Entry) -> None:
        match entry.type:
            case "reward.scheduled/1":
                reward.payment = entry.data["payment_id"]
            case "reward.unscheduled/1":
                reward.payment = None
            case _:
                reward.reversed = True

    def document(self, *, division: Division, period: str, parameters: Parameters, position: int) -> Document:
        """The rewards accrued in the period's months, in the division or below it, by payee and state."""
        groups = self._groups(division, period)
        least, by_place = int(parameters["small_count_min"]), PLACE_BY_PLACE.items() <= parameters.items()
        hidden = Counter[tuple[str, str] | None]()
        for one in groups:
            if one.sensitive:
                hidden[one.cell if by_place else None] += one.count
        few = any(count < least for count in hidden.values())
        counted = [one for one in groups if not one.sensitive or hidden[one.cell if by_place else None] >= least]
        unnamed = [one for one in counted if one.sensitive]
        shown = [one for one in counted if not one.sensitive and one.state != "reversed"]
        withheld: dict[str, int] = {"sensitive_below": least} if few else {}
        if unnamed:
            withheld |= {"sensitive_count": sum(one.count for one in unnamed)}
            withheld |= {"sensitive_fen": sum(one.fen for one in unnamed)}
        totals = {"count": sum(one.count for one in shown), "fen": sum(one.fen for one in shown)}
        return Document(
            kind="rewards",
            division=division,
            period=period,
            query=self.query,
            parameters=parameters,
            position=position,
            sentence=_sentence(counted) if not by_place else _sentence(counted) | _named(shown, unnamed),
            tables=(Table("payees", _COLUMNS, tuple(map(_row, shown)), totals),),
            withheld=withheld,
        )

    def _groups(self, division: Division, period: str) -> list[_Group]:
        """In the order in which the first reward of each was granted."""
        found = (one for month in months(period) for one in self._of.get((month, division), ()))
        rewards = sorted(found, key=lambda one: one.order)
        groups: dict[tuple[str, str, bool, tuple[str, str] | None], _Group] = {}
        for reward in rewards:
            state, day = self._state(reward)
            key = reward.payee, state, reward.sensitive, reward.cell if reward.sensitive else None
            group = groups.setdefault(key, _Group(*key))
            group.count += 1
            group.fen += reward.fen
            group.booked_on = max(filter(None, (group.booked_on, day)), default=None)
        return list(groups.values())

    def _state(self, reward: _Earned) -> tuple[str, str | None]:
        """Where a reward's money is, and the day on which the bank booked it."""
        state, day = self._payments.get(reward.payment or "", ("", None))
        if reward.reversed:
            return "reversed", None
        if reward.payment is None or state in _BACK:
            return "not_arrived", None
        if state == "settled":
            return "arrived", day
        return ("to_verify" if state == "unresolved" else "in_progress"), None


def _row(one: _Group) -> Row:
    return one.payee, one.state, one.count, one.fen, one.booked_on


def _sentence(groups: Sequence[_Group]) -> dict[str, int]:
    live = [one for one in groups if one.state != "reversed"]
    figures = {"payees": len({one.payee for one in live}), **_sums("", live)}
    for state in _STATES:
        figures |= _sums(f"{state}_", [one for one in live if one.state == state])
    return figures | _sums("reversed_", [one for one in groups if one.state == "reversed"])


def _named(shown: Sequence[_Group], unnamed: Sequence[_Group]) -> dict[str, int]:
    """How many have a row; and how many live rewards have none, where there are any."""
    count = sum(one.count for one in unnamed if one.state != "reversed")
    return {"payees": len({one.payee for one in shown}), **({"unnamed_count": count} if count else {})}


def _sums(name: str, groups: Sequence[_Group]) -> dict[str, int]:
    return {f"{name}count": sum(one.count for one in groups), f"{name}fen": sum(one.fen for one in groups)}
