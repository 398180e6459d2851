"""A village's assets and contracts: two people for whatever changes them, and nothing let, sold or received twice.

What must not be broken: who acted is taken from who signed, and every figure is folded here from the events
themselves: the quantity that a count met, the cost that it left, the rent that is still due.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, ClassVar, Final

from audit.book import Book
from audit.entries import Entry
from audit.findings import Findings

_SIGNED: Final[Mapping[str, tuple[str, str]]] = {
    "asset.acquired/1": ("recorder", "recorder_id"),
    "asset.counted/1": ("recorder", "counter_id"),
    "asset.count_confirmed/1": ("confirmer", "confirmer_id"),
    "asset.count_rejected/1": ("rejecter", "rejecter_id"),
    "asset.disposal_proposed/1": ("proposer", "proposer_id"),
    "asset.disposal_rejected/1": ("rejecter", "rejecter_id"),
    "asset.disposed/1": ("confirmer", "confirmer_id"),
    "asset.written_off/1": ("confirmer", "confirmer_id"),
    "resource_contract.signed/1": ("recorder", "recorder_id"),
    "resource_contract.confirmed/1": ("confirmer", "confirmer_id"),
    "resource_contract.withdrawn/1": ("withdrawer", "withdrawer_id"),
    "resource_contract.rent_received/1": ("recorder", "recorder_id"),
    "resource_contract.rent_reversed/1": ("reverser", "reverser_id"),
    "resource_contract.ended/1": ("ender", "ender_id"),
}
"""Type -> the part that its signer plays, and the field that names him."""

_LEASES: Final = frozenset({"asset.leased_out/1", "asset.lease_ended/1"})
_GROUNDS: Final = frozenset(
    {
        "village_voucher.drafted/1",
        "village_voucher.revised/1",
        "village_voucher.booked/1",
        "village_voucher.reversed/1",
        "meeting.called/1",
        "meeting.resolved/1",
    }
)
_RENT_ACCOUNTS: Final = ("112", "113", "501")
_DISPOSED: Final = frozenset({"sold", "transferred", "given_away"})


@dataclass(slots=True)
class _Asset:
    """An asset. `count` and `leaving`: what waits for a second person, with who proposed it."""

    division: str
    acquired_on: str
    quantity: int
    unit: str
    cost: int
    leases: dict[str, tuple[str, str]] = field(default_factory=dict)
    count: tuple[str, int] | None = None
    leaving: tuple[str, str, int] | None = None
    ended: bool = False


@dataclass(slots=True)
class _Contract:
    """A contract: its schedule, how far it is, and what came in for each due, by event."""

    data: Mapping[str, Any]
    until: str
    recorder: str
    state: str = "signed"
    rents: dict[str, tuple[int, int, str]] = field(default_factory=dict)

    def received(self, due: int) -> int:
        """What has come in for a due and was not taken back."""
        return sum(amount for number, amount, _ in self.rents.values() if number == due)


@dataclass(slots=True)
class _Receipt:
    """A voucher as rents rest on it: its kind and day, what it credits to accounts of rent by party ("": nobody's own),
    and what rents of each party name it for.
    """

    kind: str
    day: str
    credited: dict[str, int] = field(default_factory=dict)
    named: dict[str, int] = field(default_factory=dict)

    def covers(self) -> bool:
        """Whether what rents name it for came in as rent: of each party his own, the rest on nobody's own account."""
        beyond = sum(max(fen - self.credited.get(party, 0), 0) for party, fen in self.named.items())
        return self.kind == "receipt" and beyond <= self.credited.get("", 0)


class Property:
    """Checks 11 and 29, of what a village owns and lets."""

    types: ClassVar[frozenset[str] | None] = frozenset({*_SIGNED, *_LEASES, *_GROUNDS})
    moving: ClassVar[bool] = False

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._assets: dict[str, _Asset] = {}
        self._contracts: dict[str, _Contract] = {}
        self._booked: dict[str, tuple[str, str]] = {}  # voucher's stream -> (event that booked it, village)
        self._vouchers: dict[str, _Receipt] = {}  # by the voucher's stream
        self._rent_named: dict[str, tuple[str, str, int]] = {}  # rent received -> voucher's stream, party, how much
        self._meetings: dict[str, str] = {}  # meeting's stream -> village
        self._passed: dict[str, str] = {}  # event that passed a resolution -> village

    def see(self, entry: Entry, book: Book) -> None:  # noqa: ARG002 - every rule is handed the book
        """Judge one step."""
        if entry.type in _GROUNDS:
            self._ground(entry)
            return
        self._signed(entry)
        if entry.type == "asset.acquired/1":
            self._acquired(entry)
        elif entry.type == "resource_contract.signed/1":
            self._contract_signed(entry)
        elif entry.category == "asset":
            asset = self._assets.get(entry.identity)
            if asset is None or asset.ended:
                self._order(entry, "ended" if asset else "")
            else:
                _OF_ASSET[entry.type](self, entry, asset)
        else:
            contract = self._contracts.get(entry.identity)
            if contract is None:
                self._order(entry, "")
            else:
                _OF_CONTRACT[entry.type](self, entry, contract)

    def _ground(self, entry: Entry) -> None:
        match entry.type:
            case "village_voucher.drafted/1" | "village_voucher.revised/1":
                kind = "reversal" if "reverses" in entry.data else entry.data["kind"]
                receipt = self._vouchers[entry.stream] = _Receipt(kind, entry.data["day"])
                for one in entry.data["lines"]:
                    if one["side"] == "credit" and one["account"].startswith(_RENT_ACCOUNTS):
                        party = one.get("party_id", "")
                        receipt.credited[party] = receipt.credited.get(party, 0) + one["amount_fen"]
            case "village_voucher.booked/1":
                self._booked[entry.stream] = entry.name, entry.data["division"]
            case "village_voucher.reversed/1":
                self._booked.pop(entry.stream, None)
            case "meeting.called/1":
                self._meetings[entry.stream] = entry.data["division"]
            case _:
                if entry.data["passed"]:
                    self._passed[entry.name] = self._meetings.get(entry.stream, "")

    def _acquired(self, entry: Entry) -> None:
        data = entry.data
        if entry.identity in self._assets:
            self._order(entry, "held")
            return
        self._assets[entry.identity] = _Asset(
            data["division"], data["acquired_on"], data["quantity_milli"], data["unit"], data["cost_fen"]
        )
        self._not_later(entry, data["acquired_on"])
        self._voucher(entry, data["division"])

    def _leased_out(self, entry: Entry, asset: _Asset) -> None:
        contract = self._contracts.get(entry.data["contract_id"])
        since, until = entry.data["since"], entry.data["until"]
        wanted = (contract.data["since"], contract.until, contract.state) if contract is not None else None
        asset_id = contract.data.get("asset_id") if contract is not None else None
        if wanted != (since, until, "confirmed") or asset_id != entry.identity:
            self._add(entry, "village.lease_unfounded")
        if asset.leaving or any(begun <= until and since <= end for begun, end in asset.leases.values()):
            self._add(entry, "village.let_twice", since=since, until=until)
        if contract is not None:
            self._covered(entry, contract.data, asset)
        asset.leases[entry.data["contract_id"]] = since, until

    def _covered(self, entry: Entry, told: Mapping[str, Any], asset: _Asset) -> None:
        """Nothing lets more than the register has at that time, or in another unit."""
        if told["unit"] != asset.unit or told["quantity_milli"] > asset.quantity:
            self._add(entry, "village.let_more", let=told["quantity_milli"], held=asset.quantity)

    def _lease_ended(self, entry: Entry, asset: _Asset) -> None:
        identity, last_day = entry.data["contract_id"], entry.data["last_day"]
        contract = self._contracts.get(identity)
        if identity not in asset.leases or contract is None or (contract.state, contract.until) != ("ended", last_day):
            self._add(entry, "village.lease_unfounded")
        since, _ = asset.leases.get(identity, ("", ""))
        asset.leases[identity] = since, last_day
        if last_day < since:
            del asset.leases[identity]

    def _counted(self, entry: Entry, asset: _Asset) -> None:
        data = entry.data
        if asset.count is not None:
            self._order(entry, "counted")
        if data["book_milli"] != asset.quantity:
            self._add(entry, "village.book_quantity", stated=data["book_milli"], computed=asset.quantity)
        self._day(entry, asset, data["counted_on"])
        asset.count = entry.by, data["quantity_milli"]

    def _count_confirmed(self, entry: Entry, asset: _Asset) -> None:
        if asset.count is None:
            self._order(entry, "held")
            return
        counter, quantity = asset.count
        self._apart(entry, "confirmer", [("recorder", counter)])
        cost = (2 * asset.cost * quantity + asset.quantity) // (2 * asset.quantity) if asset.quantity else asset.cost
        stated = entry.data["quantity_milli"], entry.data["cost_fen"]
        if stated != (quantity, cost):
            self._add(entry, "village.book_quantity", stated=f"{stated[0]}/{stated[1]}", computed=f"{quantity}/{cost}")
        asset.quantity, asset.cost, asset.count = *stated, None

    def _count_rejected(self, entry: Entry, asset: _Asset) -> None:
        if asset.count is None:
            self._order(entry, "held")
        asset.count = None

    def _disposal_proposed(self, entry: Entry, asset: _Asset) -> None:
        data = entry.data
        if asset.leaving or asset.count:
            self._order(entry, "leaving" if asset.leaving else "counted")
        if any(end >= entry.on for _, end in asset.leases.values()):
            self._add(entry, "village.sold_while_let")
        if "resolution" in data and self._passed.get(data["resolution"]) != asset.division:
            self._add(entry, "village.resolution", resolution=data["resolution"])
        asset.leaving = entry.by, data["how"], data["proceeds_fen"]

    def _disposal_rejected(self, entry: Entry, asset: _Asset) -> None:
        if asset.leaving is None:
            self._order(entry, "held")
        asset.leaving = None

    def _left(self, entry: Entry, asset: _Asset) -> None:
        data = entry.data
        if asset.leaving is None:
            self._order(entry, "held")
        else:
            proposer, how, proceeds = asset.leaving
            self._apart(entry, "confirmer", [("proposer", proposer)])
            leaves = "asset.disposed/1" if how in _DISPOSED else "asset.written_off/1"
            if (entry.type, data["how"], data["proceeds_fen"]) != (leaves, how, proceeds):
                self._add(entry, "village.left_otherwise", how=data["how"])
        self._day(entry, asset, data.get("disposed_on") or data["written_off_on"])
        self._voucher(entry, asset.division)
        asset.ended = True

    def _contract_signed(self, entry: Entry) -> None:
        data, before = entry.data, self._contracts.get(entry.identity)
        if before is not None and before.state != "withdrawn":
            self._order(entry, before.state)
        days = [due["on"] for due in data["dues"]]
        rising = all(earlier < later for earlier, later in pairwise(days))
        within = all(data["signed_on"] <= day <= data["until"] for day in days)
        if not days or not rising or not within or data["until"] < data["since"]:
            self._add(entry, "village.schedule")
        self._not_later(entry, data["signed_on"])
        asset = self._assets.get(data.get("asset_id", ""))
        if "asset_id" in data and (asset is None or asset.division != data["division"]):
            self._add(entry, "village.lease_unfounded")
        if asset is not None:
            self._covered(entry, data, asset)
        if "resolution" in data and self._passed.get(data["resolution"]) != data["division"]:
            self._add(entry, "village.resolution", resolution=data["resolution"])
        self._contracts[entry.identity] = _Contract(data, data["until"], entry.by)

    def _contract_confirmed(self, entry: Entry, contract: _Contract) -> None:
        if contract.state != "signed":
            self._order(entry, contract.state)
        self._apart(entry, "confirmer", [("recorder", contract.recorder)])
        contract.state = "confirmed"

    def _withdrawn(self, entry: Entry, contract: _Contract) -> None:
        if contract.state != "signed":
            self._order(entry, contract.state)
        contract.state = "withdrawn"

    def _rent_received(self, entry: Entry, contract: _Contract) -> None:
        data, dues = entry.data, contract.data["dues"]
        number, amount = data["due"], data["amount_fen"]
        if contract.state not in ("confirmed", "ended"):
            self._order(entry, contract.state)
        due_on, fen = _due(dues, number)
        cancelled = contract.state == "ended" and due_on > contract.until
        owed = 0 if cancelled else fen - contract.received(number)
        if amount > owed:
            self._add(entry, "village.rent_above_due", amount_fen=amount, owed_fen=owed)
        self._not_later(entry, data["received_on"])
        if data["received_on"] < contract.data["signed_on"]:
            self._findings.add("duties.deed_day", entry.place, day=data["received_on"])
        self._voucher(entry, contract.data["division"])
        self._receipt(entry, contract)
        contract.rents[entry.name] = number, amount, entry.by

    def _receipt(self, entry: Entry, contract: _Contract) -> None:
        """A voucher that rents name takes in rent, since the contract, and all of them together are no more than it."""
        name, amount = entry.data.get("voucher"), entry.data["amount_fen"]
        if name is None:
            return
        stream, party = name.rpartition("@")[0], contract.data["party_id"]
        receipt = self._vouchers.setdefault(stream, _Receipt("", ""))
        receipt.named[party] = receipt.named.get(party, 0) + amount
        if not receipt.covers():
            taken, credited = sum(receipt.named.values()), sum(receipt.credited.values())
            self._add(entry, "village.rent_above_receipt", voucher=name, amount_fen=taken, receipt_fen=credited)
        if receipt.day < contract.data["signed_on"]:
            self._findings.add("duties.deed_day", entry.place, day=receipt.day)
        self._rent_named[entry.name] = stream, party, amount

    def _rent_reversed(self, entry: Entry, contract: _Contract) -> None:
        data = entry.data
        rent = contract.rents.pop(data["rent"], None)
        if (named := self._rent_named.pop(data["rent"], None)) is not None:
            self._vouchers[named[0]].named[named[1]] -= named[2]
        if rent is None or rent[:2] != (data["due"], data["amount_fen"]):
            self._add(entry, "village.rent_unfounded", rent=data["rent"])
        if rent is not None:
            self._apart(entry, "reverser", [("recorder", rent[2])])

    def _ended(self, entry: Entry, contract: _Contract) -> None:
        last_day = entry.data["last_day"]
        if contract.state != "confirmed":
            self._order(entry, contract.state)
        if not contract.data["signed_on"] <= last_day < contract.until:
            self._findings.add("duties.deed_day", entry.place, day=last_day)
        later = [n for n, due in enumerate(contract.data["dues"], start=1) if due["on"] > last_day]
        if any(contract.received(number) for number in later):
            self._add(entry, "village.paid_ahead")
        self._apart(entry, "ender", [("recorder", contract.recorder)])
        contract.state, contract.until = "ended", last_day

    def _signed(self, entry: Entry) -> None:
        if entry.type in _SIGNED:
            part, name = _SIGNED[entry.type]
            if entry.data[name] != entry.by:
                self._findings.add(
                    "duties.signed_by_another", entry.place, part=part, named=entry.data[name], by=entry.by
                )

    def _apart(self, entry: Entry, part: str, played: list[tuple[str, str]]) -> None:
        for other, who in played:
            if who == entry.by:
                self._findings.add("duties.acted_twice", entry.place, person=who, first=other, second=part)

    def _voucher(self, entry: Entry, division: str) -> None:
        name = entry.data.get("voucher")
        if name is not None and self._booked.get(name.rpartition("@")[0]) != (name, division):
            self._add(entry, "village.no_voucher", voucher=name)

    def _day(self, entry: Entry, asset: _Asset, day: str) -> None:
        self._not_later(entry, day)
        if day < asset.acquired_on:
            self._findings.add("duties.deed_day", entry.place, day=day)

    def _not_later(self, entry: Entry, day: str) -> None:
        if day > entry.on:
            self._findings.add("duties.deed_day", entry.place, day=day)

    def _order(self, entry: Entry, state: str) -> None:
        self._findings.add("duties.order", entry.place, type=entry.type, state=state)

    def _add(self, entry: Entry, code: str, **facts: str | int) -> None:
        self._findings.add(code, entry.place, **facts)

    def finish(self, book: Book) -> None:
        """All of it is judged event by event."""


_OF_ASSET: Final[Mapping[str, Callable[[Property, Entry, _Asset], None]]] = {
    "asset.leased_out/1": Property._leased_out,
    "asset.lease_ended/1": Property._lease_ended,
    "asset.counted/1": Property._counted,
    "asset.count_confirmed/1": Property._count_confirmed,
    "asset.count_rejected/1": Property._count_rejected,
    "asset.disposal_proposed/1": Property._disposal_proposed,
    "asset.disposal_rejected/1": Property._disposal_rejected,
    "asset.disposed/1": Property._left,
    "asset.written_off/1": Property._left,
}
_OF_CONTRACT: Final[Mapping[str, Callable[[Property, Entry, _Contract], None]]] = {
    "resource_contract.confirmed/1": Property._contract_confirmed,
    "resource_contract.withdrawn/1": Property._withdrawn,
    "resource_contract.rent_received/1": Property._rent_received,
    "resource_contract.rent_reversed/1": Property._rent_reversed,
    "resource_contract.ended/1": Property._ended,
}


def _due(dues: Sequence[Mapping[str, Any]], number: int) -> tuple[str, int]:
    """The day and the amount of a due; no amount for one that is not in the schedule."""
    return (dues[number - 1]["on"], dues[number - 1]["amount_fen"]) if number <= len(dues) else ("", 0)
