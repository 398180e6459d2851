"""Subsidies as they are disclosed: each list that holds for a period, and who of the village gets how much.

What must not be broken: of a programme whose payees are nobody's business no payee is shown, and where they are few, no
sum either; the document follows from the records alone that are handed in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from domain.kernel.disclosed import once, span
from domain.kernel.documents import Column, Document, Row, Table
from domain.kernel.periods import Period, first_day, last_day
from domain.kernel.places import Division, contains, level
from domain.kernel.quantities import quantity

QUERY: Final = "subsidies/1"

Payee = tuple[str, str, int, int]
"""Kind (person or household), identity, thousandths of the unit, fen."""


@dataclass(frozen=True, slots=True)
class ListRecord:
    """The version of a list that holds; `index` is where it was proposed in the log, `document` sets its standard."""

    list_id: str
    division: Division
    title: str
    document: str
    unit: str
    sensitive: bool
    period: Period
    version: int
    standard_fen: int
    payees: tuple[Payee, ...]
    index: int

    @property
    def fen(self) -> int:
        """What its payees get together."""
        return sum(fen for _, _, _, fen in self.payees)


@dataclass(frozen=True, slots=True)
class Subsidised:
    """A document, and for the rows of its table `payees`: kind and identity of each."""

    document: Document
    payees: tuple[tuple[str, str], ...]


_LISTS: Final = (
    Column("place", "place"),
    Column("title", "text"),
    Column("document", "text"),
    Column("period", "text"),
    Column("version", "int"),
    Column("standard_fen", "fen"),
    Column("unit", "text"),
    Column("count", "int"),
    Column("fen", "fen"),
)
_PAYEES: Final = (
    Column("title", "text"),
    Column("period", "text"),
    Column("reference", "ref"),
    Column("quantity", "text"),
    Column("fen", "fen"),
)


def document(
    lists: Iterable[ListRecord], *, division: Division, period: str, parameters: Mapping[str, str], position: int
) -> Subsidised:
    """The lists of a place (or below it) whose own period lies within the one asked for, in the order of the log; of a
    village, and of what is disclosed at once, payee by payee (by kind and identity).

    Raises ValueError for what is no period, KeyError without `small_count_min`.
    """
    wanted = sorted((one for one in _within(lists, division, period)), key=lambda one: one.index)
    least = int(parameters["small_count_min"])
    few = [one for one in wanted if one.sensitive and len(one.payees) < least]
    counted = [one for one in wanted if one not in few]
    hidden = [one for one in counted if one.sensitive]
    withheld: dict[str, int] = {"sensitive_below": least} if few else {}
    if hidden:
        withheld |= {"sensitive_count": sum(len(one.payees) for one in hidden), "sensitive_fen": _sum(hidden)}
    itemised = level(division) == "village"
    shown = [(one, payee) for one in counted if itemised and not one.sensitive for payee in sorted(one.payees)]
    count = sum(len(one.payees) for one in counted)
    tables = [Table("lists", _LISTS, tuple(map(_list_row, counted)), {"count": count, "fen": _sum(counted)})]
    if itemised:
        rows = tuple(_payee_row(one, payee) for one, payee in shown)
        tables.append(Table("payees", _PAYEES, rows, {"fen": sum(payee[3] for _, payee in shown)}))
    made = Document(
        kind="subsidies",
        division=division,
        period=period,
        query=QUERY,
        parameters=parameters,
        position=position,
        sentence={"lists": len(counted), "count": count, "fen": _sum(counted)},
        tables=tuple(tables),
        withheld=withheld,
    )
    return Subsidised(made, tuple((kind, identity) for _, (kind, identity, _, _) in shown))


def _within(lists: Iterable[ListRecord], division: Division, period: str) -> Iterable[ListRecord]:
    alone = once(period)
    first, last = span(period) if alone is None else (None, None)
    for one in lists:
        if not contains(division, one.division):
            continue
        if alone is not None:
            if one.list_id == alone:
                yield one
        elif first is not None and last is not None and first <= first_day(one.period) and last_day(one.period) <= last:
            yield one


def _list_row(one: ListRecord) -> Row:
    head = (one.division, one.title, one.document, one.period, one.version)
    return (*head, one.standard_fen, one.unit, len(one.payees), one.fen)


def _payee_row(one: ListRecord, payee: Payee) -> Row:
    _, identity, quantity_milli, fen = payee
    return one.title, one.period, identity, f"{quantity(quantity_milli)} {one.unit}", fen


def _sum(lists: Sequence[ListRecord]) -> int:
    return sum(one.fen for one in lists)
