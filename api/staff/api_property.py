"""Assets and resource contracts of villages over JSON."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from api.commands import assets, resource_contracts
from api.commands.shared import today
from api.staff.acting import ByToken, Desk
from api.staff.api_answers import RECORDED, Sending, Sent, once
from api.staff.fields import Code, Day, Identifier, Limit
from api.staff.property_done import Asked, asset_of, asset_step, contract_of, contract_step
from api.staff.property_read import AfterAsset, AssetPage, ContractPage, after_asset, asset_page, contract_page, dues_of
from api.staff.property_shapes import AssetStep, ContractStep, NewAsset, NewContract
from api.staff.shapes import ReceiptGiven
from api.web.routes import Routes
from domain.village.assets import asset_id
from domain.village.contracts import contract_id
from projections import resource_contracts as contracts_read
from projections import village_assets
from projections.resource_contracts import ContractDue, ResourceContract
from projections.village_assets import VillageAsset

router = Routes(prefix="/api/v1", tags=["村集体资产和资源合同"])

Before = Annotated[int | None, Query(ge=0, le=2**53, description="上一页最后一条的 log_index")]
Status = Annotated[str | None, Query(max_length=20, pattern=r"^[a-z_]+$")]


class AssetRecorded(BaseModel):
    """The asset's id, and the receipt."""

    asset_id: UUID
    receipt: ReceiptGiven


class ContractRecorded(BaseModel):
    """The contract's id, and the receipt."""

    contract_id: UUID
    receipt: ReceiptGiven


@router.get("/assets", operation_id="listAssets", summary="村集体资产")
def list_assets(
    desk: Desk,
    who: ByToken,
    area: Annotated[Code | None, Query()] = None,
    category: Annotated[
        str | None,
        Query(
            max_length=20,
            pattern=r"^[a-z]+$",
            description="类别：operating、public、resource；不给就是全部",
            examples=["operating"],
        ),
    ] = None,
    left: Annotated[bool, Query(description="也列出已处置、核销的")] = False,
    waiting: Annotated[bool, Query(description="只列等另一个人确认的")] = False,
    after: AfterAsset = None,
    limit: Limit = 50,
) -> list[VillageAsset]:
    """The assets of an area, by village and number."""
    who.require("property")
    within = who.area(desk, area)
    with desk.current(village_assets) as conn:
        return village_assets.listing(
            conn,
            within,
            on=today(desk.app),
            category=category,
            left=left,
            only_waiting=waiting,
            after=after_asset(after),
            limit=limit,
        )


@router.post("/assets", status_code=201, responses=once(AssetRecorded), operation_id="acquireAsset", summary="登记资产")
def acquire_asset(wanted: NewAsset, sent: Sent) -> AssetRecorded:
    """Write down what the village has got; its id follows from village and number."""
    receipt = assets.acquire(sent.app, actor=sent.actor, key=sent.key, new=asset_of(wanted), on=sent.on)
    return AssetRecorded(asset_id=asset_id(wanted.division, wanted.number), receipt=sent.recorded(receipt))


@router.get("/assets/{asset_id}", operation_id="readAsset", summary="一项资产")
def read_asset(asset_id: Identifier, desk: Desk, who: ByToken) -> AssetPage:
    """An asset and every change of it."""
    return asset_page(desk, who, asset_id)


@router.post("/assets/{asset_id}/steps", responses=RECORDED, operation_id="recordAssetStep", summary="资产办一步")
def record_asset_step(asset_id: Identifier, wanted: AssetStep, sent: Sent) -> ReceiptGiven:
    """Count it, or let it leave the register; each by two people."""
    return sent.recorded(asset_step(_asked(sent, asset_id), wanted))


@router.get("/resource-contracts", operation_id="listResourceContracts", summary="资源合同")
def list_contracts(
    desk: Desk,
    who: ByToken,
    area: Annotated[Code | None, Query()] = None,
    status: Status = None,
    overdue: Annotated[bool, Query(description="只列有逾期租金的")] = False,
    before: Before = None,
    limit: Limit = 50,
) -> list[ResourceContract]:
    """The contracts of an area, the latest first."""
    who.require("property")
    within = who.area(desk, area)
    with desk.current(contracts_read) as conn:
        return contracts_read.listing(
            conn, within, on=today(desk.app), status=status, only_overdue=overdue, before=before, limit=limit
        )


@router.post(
    "/resource-contracts",
    status_code=201,
    responses=once(ContractRecorded),
    operation_id="signResourceContract",
    summary="登记资源合同",
)
def sign_contract(wanted: NewContract, sent: Sent) -> ContractRecorded:
    """Write a contract down; its id follows from village and number."""
    new = contract_of(wanted)
    receipt = resource_contracts.sign(sent.app, actor=sent.actor, key=sent.key, new=new, on=sent.on)
    identity = contract_id(wanted.division, wanted.number)
    return ContractRecorded(contract_id=identity, receipt=sent.recorded(receipt))


@router.get("/resource-contracts/{contract_id}", operation_id="readResourceContract", summary="一份资源合同")
def read_contract(contract_id: Identifier, desk: Desk, who: ByToken) -> ContractPage:
    """A contract, its rents and what came in."""
    return contract_page(desk, who, contract_id)


@router.post(
    "/resource-contracts/{contract_id}/steps",
    responses=RECORDED,
    operation_id="recordResourceContractStep",
    summary="资源合同办一步",
)
def record_contract_step(contract_id: Identifier, wanted: ContractStep, sent: Sent) -> ReceiptGiven:
    """Confirm it, write down rent, take it back, or end it."""
    return sent.recorded(contract_step(_asked(sent, contract_id), wanted))


@router.get("/contract-dues", operation_id="listContractDues", summary="到期和逾期的租金")
def list_dues(
    desk: Desk,
    who: ByToken,
    area: Annotated[Code | None, Query()] = None,
    until: Annotated[Day | None, Query(description="到哪天为止到期的；不给就是今天")] = None,
    limit: Limit = 50,
) -> list[ContractDue]:
    """What is late, and what falls due until a day; the earliest first."""
    return dues_of(desk, who, area, until=until, limit=limit)


def _asked(sent: Sending, identity: UUID) -> Asked:
    return Asked(sent.app, sent.actor, sent.key, identity, sent.on)
