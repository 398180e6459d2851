"""The auditor's small records of persons, reports, rewards, payments and batches; persons and streams by UUID text."""

from dataclasses import dataclass
from typing import NamedTuple

from audit.findings import Place


class Held(NamedTuple):
    """A role held in an area from a day to a day (inclusive; None: without end)."""

    role: str
    area: str
    since: str
    until: str | None
    department: str | None = None

    def covers(self, role: str, on: str) -> bool:
        """Whether it is this role, held on that day."""
        return self.role == role and self.since <= on and (self.until is None or on <= self.until)


class Deed(NamedTuple):
    """Where a deed was done that gave or took points, and its category."""

    division: str
    category: str


@dataclass(slots=True)
class Incident:
    """A report and what became of it; persons by UUID text, in `parts` by the part that they played."""

    division: str
    category: str
    day: str
    parts: dict[str, str]
    confirmed: bool = False
    valid: bool = False
    item: str | None = None
    sensitive: bool = False


@dataclass(slots=True)
class Reward:
    """A reward (or, of the other payroll, an allowance): how much, to whom, and the payment that carries it, if any.

    `people` acted in its chain, as the incident's own events say.
    """

    people: frozenset[str]
    payee: str
    division: str
    amount_fen: int
    budget: str
    payment: str | None = None
    reversed: bool = False
    paid: bool = False
    payroll: str = "reward"


@dataclass(slots=True)
class Payment:
    """A line of a batch. `state`: prepared, approved, accepted, unresolved, settled, failed, cancelled, returned,
    reissued, written_back, recovered, claimed, claim_written_off or claim_recovered.

    `outcome`: settled or failed, by the bank's first definite answer; `booked_on`: the bank's day of the payment;
    `contradictions`: status and detail of what the bank said against its own answer, until somebody cleared it up.
    `repeats`: the payment that the bank paid once more by this one.
    """

    batch: str
    payee: str
    line: int
    amount_fen: int
    budget: str
    rewards: tuple[str, ...]
    account: str
    end_to_end_id: str
    prepared: Place
    state: str = "prepared"
    outcome: str | None = None
    booked_on: str = ""
    contradictions: tuple[tuple[str, str], ...] = ()
    repeats: str | None = None


@dataclass(slots=True)
class Batch:
    """A month's payments as frozen at `frozen`."""

    division: str
    payment_count: int
    total_fen: int
    lines_digest: str
    maker: str
    frozen: Place
    checker: str | None = None
    state: str = "frozen"
    payroll: str = "reward"


class Band(NamedTuple):
    """A band of a division from a day on."""

    division: str
    since: str
    min_fen: int
    max_fen: int


class Known(NamedTuple):
    """A place by its code: valid from a day until others followed it (that day not included; None: without end)."""

    since: str
    followed: str | None = None

    def valid_on(self, on: str) -> bool:
        """Whether the code was valid on that day."""
        return self.since <= on and not self.ended_by(on)

    def ended_by(self, on: str) -> bool:
        """Whether the code had ended before that day."""
        return self.followed is not None and self.followed <= on


class Cap(NamedTuple):
    """A cap of a division from a day on; `category` None: of any class. `name` is the event that set it."""

    name: str
    division: str
    kind: str
    category: str | None
    since: str
    reports_max: int


class Item(NamedTuple):
    """An item of a division's catalogue from a day until a day (inclusive; None: without end)."""

    code: str
    category: str
    sensitive: bool
    since: str
    last_day: str | None


class Tariff(NamedTuple):
    """An amount of a division from a day on, for an item, a category or (both None) anything; `name` is its event."""

    name: str
    division: str
    item: str | None
    category: str | None
    since: str
    amount_fen: int
