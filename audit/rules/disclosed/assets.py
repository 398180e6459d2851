"""What villages own and let, from the events alone. Twin: `projections.disclosed.assets`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final

from audit.entries import Entry
from audit.rules.disclosed.fold import Parameters
from domain.kernel import disclosed_assets
from domain.kernel.disclosed_assets import AssetRecord, ChangeRecord, ContractRecord
from domain.kernel.documents import Document, Row
from domain.kernel.places import Division, chain


@dataclass(slots=True)
class _Contract:
    """A contract: what its paper says, how far it is, what came in by event."""

    data: Mapping[str, Any]
    state: str = "signed"
    until: str = ""
    rents: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    taken_back: dict[str, tuple[int, int, str]] = field(default_factory=dict)

    def record(self, division: Division) -> ContractRecord:
        """As it is disclosed: rents of days after an early end are none."""
        data, dues = self.data, self.data["dues"]
        standing = [one for one in dues if self.state != "ended" or one["on"] <= self.until]
        rents = [
            (dues[n - 1]["on"], fen, day)
            for n, fen, day in (*self.rents.values(), *self.taken_back.values())
            if n <= len(dues)
        ]
        return ContractRecord(
            division,
            data["number"],
            data["title"],
            data["resource"],
            data["unit"],
            data["quantity_milli"],
            data["party_id"],
            data["since"],
            self.until,
            tuple((one["on"], one["amount_fen"]) for one in standing),
            tuple(rents),
        )


class Assets:
    """The register, its changes and the contracts, as the events so far tell them; by village."""

    query: ClassVar[str] = disclosed_assets.QUERY

    def __init__(self) -> None:
        self._assets: dict[str, AssetRecord] = {}
        self._leases: dict[str, dict[str, tuple[str, str]]] = {}
        self._counts: dict[str, str] = {}  # asset -> the day of the count that waits
        self._changes: dict[Division, list[ChangeRecord]] = {}
        self._contracts: dict[str, _Contract] = {}
        self._of: dict[Division, tuple[list[str], list[str]]] = {}  # area -> its assets and contracts

    @property
    def types(self) -> frozenset[str]:
        """The types of events that it is shown."""
        return frozenset(_TAKEN)

    def apply(self, entry: Entry) -> None:
        """Take one event in."""
        _TAKEN[entry.type](self, entry)

    def _acquired(self, entry: Entry) -> None:
        data = entry.data
        if entry.identity in self._assets:
            return
        asset = AssetRecord(
            Division(data["division"]),
            data["number"],
            data["title"],
            data["category"],
            data["unit"],
            data["quantity_milli"],
            data["cost_fen"],
            data["acquired_on"],
            None,
            (),
        )
        self._assets[entry.identity] = asset
        for area in chain(asset.division):
            self._of.setdefault(area, ([], []))[0].append(entry.identity)
        self._changed(entry, asset, data["acquired_on"], data["how"], asset.quantity_milli, asset.cost_fen)

    def _changed(self, entry: Entry, asset: AssetRecord, day: str, change: str, quantity: int, fen: int) -> None:
        made = ChangeRecord(
            asset.division, asset.number, asset.title, asset.unit, day, change, quantity, fen, entry.index
        )
        for area in chain(asset.division):
            self._changes.setdefault(area, []).append(made)

    def _leased(self, entry: Entry) -> None:
        data, leases = entry.data, self._leases.setdefault(entry.identity, {})
        since = data.get("since") or leases.get(data["contract_id"], ("",))[0]
        leases[data["contract_id"]] = since, data.get("until") or data["last_day"]

    def _counted(self, entry: Entry) -> None:
        self._counts[entry.identity] = entry.data["counted_on"]

    def _count_confirmed(self, entry: Entry) -> None:
        asset, data = self._assets.get(entry.identity), entry.data
        day = self._counts.pop(entry.identity, None)
        if asset is None or day is None:
            return
        difference = data["quantity_milli"] - asset.quantity_milli
        self._changed(entry, asset, day, disclosed_assets.COUNTED, difference, data["cost_fen"] - asset.cost_fen)
        counted = replace(asset, quantity_milli=data["quantity_milli"], cost_fen=data["cost_fen"])
        self._assets[entry.identity] = counted

    def _left(self, entry: Entry) -> None:
        asset, data = self._assets.get(entry.identity), entry.data
        if asset is None:
            return
        day = data.get("disposed_on") or data["written_off_on"]
        self._changed(entry, asset, day, data["how"], -asset.quantity_milli, data["proceeds_fen"])
        self._assets[entry.identity] = replace(asset, left_on=day)

    def _signed(self, entry: Entry) -> None:
        data = entry.data
        if entry.identity not in self._contracts:
            for area in chain(Division(data["division"])):
                self._of.setdefault(area, ([], []))[1].append(entry.identity)
        self._contracts[entry.identity] = _Contract(data, until=data["until"])

    def _turned(self, entry: Entry) -> None:
        if contract := self._contracts.get(entry.identity):
            contract.state = entry.type.partition(".")[2].partition("/")[0]
            contract.until = entry.data.get("last_day", contract.until)

    def _rent(self, entry: Entry) -> None:
        data = entry.data
        if contract := self._contracts.get(entry.identity):
            if entry.type == "resource_contract.rent_received/1":
                contract.rents[entry.name] = data["due"], data["amount_fen"], data["received_on"]
            else:
                self._rent_reversed(entry, contract)

    def _rent_reversed(self, entry: Entry, contract: _Contract) -> None:
        """It stays where it was received, and is taken off on the day on which another person said so."""
        rent = contract.rents.get(entry.data["rent"])
        if rent is not None:
            due, amount_fen, _ = rent
            contract.taken_back[entry.data["rent"]] = due, -amount_fen, entry.on

    def resources(self, division: Division, last: str) -> list[Row]:
        """The resources in a village's register on a day."""
        return disclosed_assets.resources_on(
            self._register(division), self._changes.get(division, ()), division=division, last=last
        )

    def _register(self, division: Division) -> list[AssetRecord]:
        names, _ = self._of.get(division, ([], []))
        return [replace(self._assets[one], leases=tuple(self._leases.get(one, {}).values())) for one in names]

    def document(self, *, division: Division, period: str, parameters: Parameters, position: int) -> Document:
        """The register on the period's last day, its changes in it, and the contracts with their rents."""
        _, contracts = self._of.get(division, ([], []))
        binding = [one for name in contracts if (one := self._contracts[name]).state in ("confirmed", "ended")]
        return disclosed_assets.document(
            assets=self._register(division),
            changes=self._changes.get(division, ()),
            contracts=[one.record(Division(one.data["division"])) for one in binding],
            division=division,
            period=period,
            parameters=parameters,
            position=position,
        )


_TAKEN: Final[Mapping[str, Callable[[Assets, Entry], None]]] = {
    "asset.acquired/1": Assets._acquired,
    "asset.leased_out/1": Assets._leased,
    "asset.lease_ended/1": Assets._leased,
    "asset.counted/1": Assets._counted,
    "asset.count_confirmed/1": Assets._count_confirmed,
    "asset.disposed/1": Assets._left,
    "asset.written_off/1": Assets._left,
    "resource_contract.signed/1": Assets._signed,
    "resource_contract.confirmed/1": Assets._turned,
    "resource_contract.withdrawn/1": Assets._turned,
    "resource_contract.ended/1": Assets._turned,
    "resource_contract.rent_received/1": Assets._rent,
    "resource_contract.rent_reversed/1": Assets._rent,
}
