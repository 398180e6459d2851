"""The whole account in the words of two outside programs, beancount and hledger, which then judge our arithmetic.

What must not be broken: a file is blocks with an empty line between them; the head declares what is used, each event
that moves something is one block, in the order of its effective day and log index, and after each month stands a block
that asserts every control account. A year's file begins with what every account had before, and holds the same blocks
as the whole. The same postings give the same bytes.

Source: beancount 3 language syntax; hledger 1.25 manual, journal format.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple, Protocol

from audit.called import name_of
from audit.events import Event, Moves, Moving
from domain.accounts import charted
from domain.kernel.money import yuan
from domain.kernel.postings import CNY, book_of
from domain.trial_balance import control_of

# By the first digit of a code, as the class of account that it is in the government's charts; 8001 is what there is in
# cash, everything else of its class what is left over.
_CLASSES = {
    "fin": {"1": "Assets", "2": "Liabilities", "3": "Equity", "4": "Income", "5": "Expenses"},
    "bud": {"6": "Income", "7": "Expenses", "8": "Equity"},
    "vil": {"1": "Assets", "2": "Liabilities", "3": "Equity", "4": "Assets", "5": "Income"},  # 5 is 损益, both sides
}
_ROOTS = {
    "bud:8001": "Assets",
    "ind:available": "Assets",
    "ind:committed": "Assets",
    "ind:spent": "Assets",
    "ind:lapsed": "Assets",
    "ind:appropriated": "Equity",
    "pts:held": "Assets",
    "stk:on_hand": "Assets",
}
_BY_WORD = ("ind", "pts", "stk")
"""The books whose accounts have words in place of a chart's numbers."""
_STRANGE = re.compile(r"[^A-Za-z0-9\u4e00-\u9fff-]")

_AS_TEXT = str.maketrans({'"': "”", "\\": "＼", ":": "：", ",": "，", ";": "；"})

Called = Callable[[str], str]
"""What an account is called; empty where nobody says."""

YEARS_MAX = 100
"""A journal that claims more years than that was made up; every year's file repeats what stands open."""

OPENING = "opening"
"""The payee of the block that begins a year."""

_COUNTED_MAX = 1 << 12

Key = tuple[str, int]
"""The order of blocks: effective day, log index."""


class Moved(NamedTuple):
    """What an account has in one commodity, at the end of a month or before a year."""

    account: str
    commodity: str
    balance: int


class Language(Protocol):
    """How one program wants it written. Every text ends with a newline and holds no empty line."""

    path: str

    def head(self, accounts: Iterable[tuple[str, str]], types: Iterable[str], first_day: str, called: Called) -> str:
        """Declarations: accounts with their commodities, the types of the events, the first effective day; beside an
        account that only a published chart names, its name (`called`).
        """

    def event(self, one: Moving) -> bytes:
        """The block of one event."""

    def opening(self, year: str, balances: Iterable[Moved]) -> str:
        """The block that begins a year: what every account had before, payees, batches and budgets one by one."""

    def month(self, last_day: date, moved: Iterable[Moved]) -> str:
        """The block after a month: each control account's balance at the end of `last_day`."""


@lru_cache(maxsize=1 << 14)
def control(account: str) -> str:
    """The account that sums up all of one kind: book and code, without payee, batch or budget."""
    return ":".join(account.split(":")[:2])


@lru_cache(maxsize=1 << 14)
def controls(account: str) -> tuple[str, ...]:
    """The accounts that sum it up, the widest first: `fin:2307`, and within it `fin:2307:payee`."""
    widest, near = control(account), control_of(account)
    return (widest,) if near == widest else (widest, near)


def month_end(month: str) -> date:
    """The last day of `YYYY-MM`."""
    first = date(int(month[:4]), int(month[5:7]), 1)
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


@lru_cache(maxsize=1 << 14)
def path_of(account: str) -> str:
    """The account below one of the five English roots that both programs know: `Assets:Fin:1011-零余额账户用款额度`."""
    book, code, *rest = account.split(":")
    top = control(account)
    chinese = name_of(account) or name_of(f"{top}:payee")
    label = code if book in _BY_WORD or not chinese else f"{code}-{chinese.partition('—')[0]}"
    root = _ROOTS.get(top) or _CLASSES.get(book_of(charted(account)), {}).get(code[:1], "Equity")
    parts = [root, _part(book), _part(label), *map(_part, rest)]
    return ":".join(parts)


def _part(text: str) -> str:
    """A component: it begins with a capital or a digit. A UUID may begin with a small letter, so it gets a sign."""
    clean = _STRANGE.sub("-", text)
    if len(clean) == 36 and clean.count("-") == 4:
        return f"U-{clean}"
    return clean[:1].upper() + clean[1:]


@lru_cache(maxsize=1 << 14)
def _moved(account: str, commodity: str, amount: int) -> str:
    return f"{path_of(account)}  {_amount(amount, commodity)}"


@lru_cache(maxsize=1 << 13)  # the same payees are thanked for the same amounts
def _moves(postings: Moves, indent: int) -> bytes:
    """The rows of an event's postings."""
    return "".join(f"{' ' * indent}{_moved(account, unit, amount)}\n" for account, unit, amount in postings).encode()


def _amount(amount: int, commodity: str) -> str:
    return f"{yuan(amount) if commodity == CNY else amount} {_unit(commodity)}"


def _exactly(amount: int, commodity: str) -> str:
    """An amount to be asserted: without a tolerance of its own beancount lets a balance be one fen off."""
    shown = yuan(amount) if commodity == CNY else str(amount)
    return f"{shown} ~ {'0.00' if commodity == CNY else '0'} {_unit(commodity)}"


@lru_cache(maxsize=64)
def _unit(commodity: str) -> str:
    """Both programs take capitals as they are; goods may be named otherwise."""
    return re.sub(r"[^A-Z0-9]", "-", commodity.upper())


def _balances(balances: Iterable[Moved], *, indent: int = 2) -> Iterator[str]:
    for one in balances:
        yield f"{' ' * indent}{_moved(one.account, one.commodity, one.balance)}"


def _opened(pairs: Iterable[tuple[str, str]], called: Called) -> list[tuple[str, str]]:
    """Every account with those that sum it up, by path, each with its name where the path does not say it."""
    opened = {path_of(one): one for account, _ in pairs for one in (account, *controls(account))}
    return [(path, "" if name_of(one) else _plain(called(one))) for path, one in sorted(opened.items())]


def _plain(name: str) -> str:
    """A chart's name as both languages take it: one line, without what ends a text or makes a tag of it."""
    return " ".join(name.split()).translate(_AS_TEXT)


def _named(name: str) -> str:
    return f'\n  name: "{name}"' if name else ""


class Beancount:
    """`bean-check` reads it. A balance is of the beginning of its day, so a month's is dated the day after."""

    path = "ledgers/journal.beancount"

    def head(
        self,
        accounts: Iterable[tuple[str, str]],
        types: Iterable[str],  # noqa: ARG002 - beancount declares none
        first_day: str,
        called: Called,
    ) -> str:
        """Options, and every account with the accounts that sum it up, opened on the first day."""
        pairs = sorted(accounts)
        rows = [f"{first_day} open {path}{_named(name)}" for path, name in _opened(pairs, called)]
        rows += [f"{first_day} commodity {unit}" for unit in sorted({_unit(commodity) for _, commodity in pairs})]
        title = 'option "title" "明账"\noption "operating_currency" "CNY"\n'
        return title + "".join(f"{row}\n" for row in rows)

    def event(self, one: Moving) -> bytes:
        """One transaction with the event's name and the hash of its leaf."""
        head = (
            f'{one.on} * "{one.type}" "{one.category}"\n'
            f'  event-id: "{one.name}"\n  entry-hash: "{one.leaf}"\n  log-index: {one.log_index}\n'
        )
        return head.encode() + _moves(one.postings, 2)

    def opening(self, year: str, balances: Iterable[Moved]) -> str:
        """One transaction; it balances because every book does."""
        rows = [f'{year}-01-01 * "{OPENING}" "before {year}"', *_balances(balances)]
        return "".join(f"{row}\n" for row in rows)

    def month(self, last_day: date, moved: Iterable[Moved]) -> str:
        """A balance of each control account, its subaccounts included."""
        day = last_day + timedelta(days=1)
        return "".join(
            f"{day} balance {path_of(one.account)}  {_exactly(one.balance, one.commodity)}\n" for one in moved
        )


class Hledger:
    """`hledger check` reads it. An assertion with `=*` takes the subaccounts in."""

    path = "ledgers/journal.hledger"

    def head(
        self,
        accounts: Iterable[tuple[str, str]],
        types: Iterable[str],
        first_day: str,  # noqa: ARG002 - hledger opens nothing
        called: Called,
    ) -> str:
        """Commodities, accounts, payees and tags: hledger's strict checks ask that each be declared."""
        pairs = sorted(accounts)
        units = sorted({(_unit(commodity), commodity == CNY) for _, commodity in pairs})
        rows = [f"commodity {'1000.00' if money else '1000.'} {unit}" for unit, money in units]
        rows += [f"account {path}{f'  ; {name}' if name else ''}" for path, name in _opened(pairs, called)]
        rows += [f"payee {name}" for name in sorted({*types, "control"})]
        rows += [f"tag {name}" for name in ("event-id", "entry-hash", "log-index")]
        return "".join(f"{row}\n" for row in rows)

    def event(self, one: Moving) -> bytes:
        """One transaction with the event's name and the hash of its leaf as tags."""
        head = (
            f"{one.on} * {one.type} | {one.category}  ; log-index: {one.log_index}\n"
            f"    ; event-id: {one.name}\n    ; entry-hash: {one.leaf}\n"
        )
        return head.encode() + _moves(one.postings, 4)

    def opening(self, year: str, balances: Iterable[Moved]) -> str:
        """One transaction; it balances because every book does."""
        rows = [f"{year}-01-01 * {OPENING} | before {year}", *_balances(balances, indent=4)]
        return "".join(f"{row}\n" for row in rows)

    def month(self, last_day: date, moved: Iterable[Moved]) -> str:
        """A transaction that moves nothing and asserts every control account."""
        rows = [f"{last_day} * control | month end"]
        rows += [
            f"    {path_of(one.account)}  {_amount(0, one.commodity)} =* {_amount(one.balance, one.commodity)}"
            for one in moved
        ]
        return "".join(f"{row}\n" for row in rows)


LANGUAGES: tuple[Language, ...] = (Beancount(), Hledger())


def blocks_of(one: Moving) -> tuple[bytes, ...]:
    """An event's blocks, one a language."""
    return tuple([language.event(one) for language in LANGUAGES])


def digest_of(block: bytes) -> bytes:
    """The digest of a block."""
    return blake2b(block, digest_size=16).digest()


class Months:
    """The balances of control accounts, month by month: fed with postings in any order, read at the end.

    `called`: what accounts are called by then, the charts that were published among it.
    """

    def __init__(self, called: Called = name_of) -> None:
        self._called = called
        self._moved: dict[str, dict[tuple[str, str], int]] = {}  # month -> control account and commodity
        self._years: dict[str, _Year] = {}
        self._controls: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}  # of each account
        self._first_day = ""
        self._counted: Counter[tuple[str, str, Moves]] = Counter()  # month, type and postings, not yet added up

    def add(self, event: Event) -> None:
        """Note the postings of one event."""
        self._counted[event.on[:7], event.type, event.postings] += 1
        if not self._first_day or event.on < self._first_day:
            self._first_day = event.on
        if len(self._counted) > _COUNTED_MAX:
            self._add_up()

    def _add_up(self) -> None:
        """Add what was only counted to the sums of its month and year."""
        for (name, type_name, postings), times in self._counted.items():
            month = self._moved.setdefault(name, {})
            year = self._years.setdefault(name[:4], _Year({}, set()))
            for account, commodity, amount in postings:
                at = account, commodity
                tops = self._controls.get(at)
                if tops is None:
                    tops = self._controls[at] = tuple((top, commodity) for top in controls(account))
                for top in tops:
                    month[top] = month.get(top, 0) + times * amount
                year.moved[at] = year.moved.get(at, 0) + times * amount
            year.types.add(type_name)
        self._counted.clear()

    @property
    def years(self) -> tuple[str, ...]:
        """The years that have a file of their own: none where the whole journal is one year's, or no real one's."""
        self._add_up()
        return tuple(sorted(self._years)) if 1 < len(self._years) <= YEARS_MAX else ()

    def head(self, language: Language) -> str:
        """The head of the whole file; an empty journal has a comment alone."""
        self._add_up()
        if not self._controls:
            return "; 没有动账记录\n"
        types = set().union(*(year.types for year in self._years.values()))
        return language.head(self._controls, types, self._first_day, self._called)

    def beginnings(self, language: Language) -> Mapping[str, tuple[str, ...]]:
        """The first blocks of each year's file: its head, and what every account had before, if anything did."""
        before: dict[tuple[str, str], int] = {}
        found: dict[str, tuple[str, ...]] = {}
        for name in self.years:
            year = self._years[name]
            opening = [Moved(*at, balance) for at, balance in sorted(before.items()) if balance]
            used = {*year.moved, *((one.account, one.commodity) for one in opening)}
            # Whatever month ends assert is declared, also a control account that has been empty for years.
            used |= {top for at in before for top in self._controls[at]}
            types = {*year.types, OPENING} if opening else year.types
            head = language.head(used, types, f"{name}-01-01", self._called)
            found[name] = (head, language.opening(name, opening)) if opening else (head,)
            for at, amount in year.moved.items():
                before[at] = before.get(at, 0) + amount
        return found

    def ends(self, language: Language) -> Mapping[str, str]:
        """The block after each month in which something moved."""
        self._add_up()
        balances: dict[tuple[str, str], int] = {}
        blocks: dict[str, str] = {}
        for month in sorted(self._moved):
            for top, amount in self._moved[month].items():
                balances[top] = balances.get(top, 0) + amount
            moved = [Moved(account, commodity, balance) for (account, commodity), balance in sorted(balances.items())]
            blocks[month] = language.month(month_end(month), moved)
        return blocks


class _Year(NamedTuple):
    """What moved in a year, account by account, and the types that moved it."""

    moved: dict[tuple[str, str], int]
    types: set[str]
