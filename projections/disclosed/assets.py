"""What a village owns and lets, as it is disclosed, from the read models. Twin: `audit.rules.disclosed.assets`."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from domain.kernel import disclosed_assets
from domain.kernel.disclosed_assets import AssetRecord, ChangeRecord, ContractRecord
from domain.kernel.places import Division, prefix
from projections import resource_contracts, village_assets
from projections.disclosed.frame import Made, Parameters

QUERY: Final = disclosed_assets.QUERY
MODELS: Final = (village_assets, resource_contracts)

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
SELECT contract_id, due_on, rent.amount_fen, received_on FROM read.contract_rents rent
JOIN read.contract_dues USING (contract_id, due) JOIN read.resource_contracts USING (contract_id)
WHERE division LIKE %s AND reversed IS NULL ORDER BY rent.log_index
"""


def document(conn: Connection[Any], *, division: Division, period: str, parameters: Parameters, position: int) -> Made:
    """The register on the period's last day, its changes in it, and the contracts with their rents."""
    below = (prefix(division) + "%",)
    made = disclosed_assets.document(
        assets=[_asset(row) for row in conn.execute(ASSETS, below)],
        changes=[_change(row) for row in conn.execute(CHANGES, below)],
        contracts=list(_contracts(conn, below)),
        division=division,
        period=period,
        parameters=parameters,
        position=position,
    )
    return Made(made)


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
