"""What a village owns and lets, as it is disclosed, from the read models. Twin: `audit.rules.disclosed.assets`."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from domain.kernel import disclosed_assets
from domain.kernel.disclosed_assets import AssetRecord, ChangeRecord, ContractRecord
from domain.kernel.documents import Row
from domain.kernel.places import Division, prefix
from projections import resource_contracts, village_assets, village_books
from projections.disclosed.frame import Made, Parameters, Subject

QUERY: Final = disclosed_assets.QUERY
MODELS: Final = (village_assets, resource_contracts, village_books)
_PARTY: Final = 4
"""In which column of a contract's row its lessee stands."""

ASSETS = """
SELECT division, number, title, category, unit, quantity_milli, cost_fen, acquired_on, left_on,
    coalesce((SELECT array_agg(ARRAY[since, until] ORDER BY since)
        FROM read.asset_leases lease WHERE lease.asset_id = asset.asset_id), '{}')
FROM read.village_assets asset WHERE division LIKE %s
"""
CHANGES = """
SELECT change.division, number, title, unit, day, change, change.quantity_milli, amount_fen, change.log_index
FROM read.asset_changes change JOIN read.village_assets USING (asset_id) WHERE change.division LIKE %s
"""
CONTRACTS = """
SELECT contract_id, division, number, title, resource, unit, quantity_milli, party_id, since, until
FROM read.resource_contracts WHERE division LIKE %s AND status IN ('confirmed', 'ended')
"""
DUES = """
SELECT contract_id, due, due_on, due.amount_fen FROM read.contract_dues due
JOIN read.resource_contracts USING (contract_id) WHERE division LIKE %s AND NOT cancelled ORDER BY contract_id, due
"""
RENTS = """
SELECT contract_id, due_on, told.amount_fen, told.day FROM read.contract_rents rent
JOIN read.contract_dues USING (contract_id, due) JOIN read.resource_contracts USING (contract_id)
CROSS JOIN LATERAL (VALUES (rent.amount_fen, received_on), (-rent.amount_fen, reversed_on)) told (amount_fen, day)
WHERE division LIKE %s AND told.day IS NOT NULL ORDER BY rent.log_index
"""
# Whose name a lessee has: that of a registered person, or the one that the village's register of parties keeps.
LESSEES = "SELECT party_id, coalesce(person_id, party_id) FROM read.village_parties WHERE division LIKE %s"


def document(conn: Connection[Any], *, division: Division, period: str, parameters: Parameters, position: int) -> Made:
    """The register on the period's last day, its changes in it, and the contracts with their rents."""
    below = (prefix(division) + "%",)
    lessees = dict(conn.execute(LESSEES, below).fetchall())
    made = disclosed_assets.document(
        assets=[_asset(row) for row in conn.execute(ASSETS, below)],
        changes=[_change(row) for row in conn.execute(CHANGES, below)],
        contracts=list(_contracts(conn, below)),
        division=division,
        period=period,
        parameters=parameters,
        position=position,
    )
    subjects = {
        table.name: tuple(
            Subject("person", lessees.get(UUID(str(row[_PARTY])), UUID(str(row[_PARTY])))) for row in table.rows
        )
        for table in made.tables
        if table.name == "contracts"
    }
    return Made(made, subjects)


def resources(conn: Connection[Any], division: Division, *, last: date) -> list[Row]:
    """The resources in a village's register on a day, as `disclosed_assets.resources_on` lists them."""
    below = (prefix(division) + "%",)
    return disclosed_assets.resources_on(
        [_asset(row) for row in conn.execute(ASSETS, below)],
        [_change(row) for row in conn.execute(CHANGES, below)],
        division=division,
        last=last.isoformat(),
    )


def _asset(row: tuple[Any, ...]) -> AssetRecord:
    division, number, title, category, unit, quantity_milli, cost_fen, acquired_on, left_on, leases = row
    left = left_on.isoformat() if left_on is not None else None
    spans = tuple((since.isoformat(), until.isoformat()) for since, until in leases)
    what = (division, number, title, category, unit, quantity_milli, cost_fen)
    return AssetRecord(*what, acquired_on.isoformat(), left, spans)


def _change(row: tuple[Any, ...]) -> ChangeRecord:
    division, number, title, unit, day, *rest = row
    return ChangeRecord(division, number, title, unit, day.isoformat(), *rest)


def _contracts(conn: Connection[Any], below: tuple[str]) -> Iterator[ContractRecord]:
    dues = defaultdict[UUID, list[tuple[str, int]]](list)
    for contract_id, _, due_on, amount_fen in conn.execute(DUES, below):
        dues[contract_id].append((due_on.isoformat(), amount_fen))
    rents = defaultdict[UUID, list[tuple[str, int, str]]](list)
    for contract_id, due_on, amount_fen, received_on in conn.execute(RENTS, below):
        rents[contract_id].append((due_on.isoformat(), amount_fen, received_on.isoformat()))
    for row in conn.execute(CONTRACTS, below).fetchall():
        contract_id, division, number, title, resource, unit, quantity_milli, party, since, until = row
        head = (division, number, title, resource, unit, quantity_milli, str(party))
        days = since.isoformat(), until.isoformat()
        yield ContractRecord(*head, *days, tuple(dues[contract_id]), tuple(rents[contract_id]))
