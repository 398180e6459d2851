"""What staff read of a village's assets, resource contracts and subsidies; pages and programs ask alike."""

from dataclasses import replace
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from api.commands.shared import today
from api.staff.acting import Acting
from api.staff.office import Office
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from journal.blinding import blinding
from projections import resource_contracts, subsidies, village_assets
from projections.resource_contracts import ContractDue, ContractRent, ResourceContract
from projections.subsidies import SubsidyLine, SubsidyListVersion, SubsidyProgramme, SubsidyStandard
from projections.village_assets import AssetChange, VillageAsset

AfterAsset = Annotated[
    str | None,
    Query(max_length=60, pattern=r"^[0-9]{12}/[^\x00-\x1f]{1,40}$", description="上一页最后一项的“区划代码/编号”"),
]


class AssetPage(BaseModel):
    """An asset, and every change of it in the order of recording."""

    asset: VillageAsset
    changes: list[AssetChange]


class ContractPage(BaseModel):
    """A contract, the rents that fall due, and what came in. Nothing falls due before it is confirmed."""

    contract: ResourceContract
    dues: list[ContractDue]
    rents: list[ContractRent]


class ProgrammePage(BaseModel):
    """A programme and every standard that it ever had."""

    programme: SubsidyProgramme
    standards: list[SubsidyStandard]


class ListPage(BaseModel):
    """A version of a list, some of its lines, and every version of the list, the latest first.

    In the lines stand the payees themselves, blinded in the journal or not; their order is that of the journal.
    """

    version: SubsidyListVersion
    lines: list[SubsidyLine]
    versions: list[SubsidyListVersion]


def after_asset(given: str | None) -> tuple[Division, str] | None:
    """`361125001201/2026-01` -> place and number."""
    if given is None:
        return None
    division, _, number = given.partition("/")
    return Division(division), number


def asset_page(desk: Office, who: Acting, asset_id: UUID) -> AssetPage:
    """An asset. Refuses `access.*`, `asset.unknown`."""
    who.require("property")
    with desk.current(village_assets) as conn:
        asset = village_assets.one(conn, asset_id, on=today(desk.app))
        changes = village_assets.changes(conn, asset_id)
    if asset is None:
        raise Refusal("asset.unknown")
    who.require_area(asset.division)
    return AssetPage(asset=asset, changes=changes)


def contract_page(desk: Office, who: Acting, contract_id: UUID) -> ContractPage:
    """A contract. Refuses `access.*`, `resource_contract.unknown`."""
    who.require("property")
    on = today(desk.app)
    with desk.current(resource_contracts) as conn:
        contract = resource_contracts.one(conn, contract_id, on=on)
        dues = resource_contracts.dues(conn, contract_id, on=on)
        rents = resource_contracts.rents(conn, contract_id)
    if contract is None:
        raise Refusal("resource_contract.unknown")
    who.require_area(contract.division)
    return ContractPage(contract=contract, dues=dues, rents=rents)


def schedule_of(desk: Office, contract_id: UUID) -> list[tuple[date, int]]:
    """The rents that a contract writes down, for whoever is asked to confirm it: day and amount."""
    with desk.current(resource_contracts) as conn:
        return resource_contracts.schedule(conn, contract_id)


def dues_of(desk: Office, who: Acting, area: Division | None, *, until: date | None, limit: int) -> list[ContractDue]:
    """The rents of an area that are late, or fall due until a day (today, where none is given)."""
    who.require("property")
    on, within = today(desk.app), who.area(desk, area)
    with desk.current(resource_contracts) as conn:
        return resource_contracts.falling_due(conn, within, on=on, until=until or on, limit=limit)


def programme_page(desk: Office, who: Acting, programme_id: UUID) -> ProgrammePage:
    """A programme. Refuses `access.may_not_read`, `subsidy_programme.unknown`: what holds for a county, all may see."""
    who.require("property")
    with desk.current(subsidies) as conn:
        programme = subsidies.programme(conn, programme_id, on=today(desk.app))
        standards = subsidies.standards(conn, programme_id)
    if programme is None:
        raise Refusal("subsidy_programme.unknown")
    return ProgrammePage(programme=programme, standards=standards)


def list_page(
    desk: Office, who: Acting, list_id: UUID, *, version: int | None, after: UUID | None, limit: int
) -> ListPage:
    """A version of a list: the one asked for, else the latest; `after`: the payee on whom the page before ended.

    Refuses `access.*`, `subsidy_list.unknown`.
    """
    who.require("property")
    with desk.current(subsidies) as conn:
        versions = subsidies.versions(conn, list_id)
        wanted = next((one for one in versions if version in (None, one.version)), None)
        if wanted is None:
            raise Refusal("subsidy_list.unknown")
        who.require_area(wanted.division)
        known, scope = (blinding(desk.app.vault) if wanted.blinded else None), wanted.programme_id
        begin = known.blind(after, scope=scope) if known is not None and after is not None else after
        lines = subsidies.lines(conn, list_id, wanted.version, after=begin, limit=limit)
    if known is not None:
        lines = [replace(one, payee_id=known.open(one.payee_id, scope=scope)) for one in lines]
    return ListPage(version=wanted, lines=lines, versions=versions)
