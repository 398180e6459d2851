"""The service catalogue and caps over JSON: what may be reported on a day, and how many reports are rewarded."""

from datetime import date
from typing import Annotated

from fastapi import Depends, Path, Query, Response
from pydantic import BaseModel

from api.commands import caps as cap_commands
from api.commands import catalogue as commands
from api.commands.shared import today
from api.files.catalogue_profiles import ITEM_CODE, catalogue_profile_names, load_catalogue_profile
from api.staff.acting import ByToken, Desk, by_token, require_known
from api.staff.api_answers import RECORDED, recorded
from api.staff.catalogue_shapes import CataloguePublication, ItemWithdrawal, NewCap, NewCatalogueItem
from api.staff.classes import classes_of
from api.staff.fields import Code, CommandKey, Day
from api.staff.shapes import ReceiptGiven
from api.web.routes import Routes
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from projections import caps, catalogues
from projections.caps import Cap
from projections.catalogues import CatalogueItem

router = Routes(prefix="/api/v1", tags=["事项清单"])

ItemPath = Annotated[str, Path(max_length=16, pattern=ITEM_CODE, description="事项代码", examples=["sr-02"])]


class CatalogueRead(BaseModel):
    """What may be reported in a division on a day, by class and code.

    Without `published` nothing was admitted there: then the classes in `classes` may be reported, and no item.
    """

    division: Division
    on: date
    published: bool
    classes: list[str]
    items: list[CatalogueItem]


class CatalogueOffered(BaseModel):
    """A catalogue that comes with the program: `name` is what a publication asks for."""

    name: str
    title: str
    source: str
    classes: list[str]
    items: int


@router.get("/catalogue", operation_id="readCatalogue", summary="事项清单", dependencies=[Depends(by_token)])
def read(
    desk: Desk,
    division: Annotated[Code | None, Query()] = None,
    on: Annotated[Day | None, Query()] = None,
) -> CatalogueRead:
    """The items in force in a division on a day: of each, the narrowest division's version."""
    if division is not None:
        require_known(desk, division)
    where, when = division or desk.app.log.division, on or today(desk.app)
    with desk.current(catalogues) as conn:
        items = catalogues.in_force(conn, where, on=when)
    return CatalogueRead(division=where, on=when, published=bool(items), classes=list(classes_of(items)), items=items)


@router.get(
    "/catalogue/offered",
    operation_id="listOfferedCatalogues",
    summary="随程序提供的清单",
    dependencies=[Depends(by_token)],
)
def offered() -> list[CatalogueOffered]:
    """The catalogues that may be published."""
    profiles = [load_catalogue_profile(name) for name in catalogue_profile_names()]
    return [
        CatalogueOffered(
            name=one.name,
            title=one.title,
            source=one.source,
            classes=[known.name for known in one.classes],
            items=sum(1 for _ in one.items()),
        )
        for one in profiles
    ]


@router.post("/catalogue/publications", responses=RECORDED, operation_id="publishCatalogue", summary="公布清单")
def publish(
    wanted: CataloguePublication, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Admit every item of a catalogue that comes with the program and is not admitted yet."""
    if wanted.profile not in catalogue_profile_names():
        raise Refusal("catalogue.profile_unknown", profile=wanted.profile)
    receipt = commands.publish(
        desk.app,
        actor=who.actor,
        key=key,
        division=wanted.division,
        profile=load_catalogue_profile(wanted.profile),
        since=wanted.since,
        document=wanted.document,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.post("/catalogue/items", responses=RECORDED, operation_id="admitItem", summary="事项准入")
def admit(wanted: NewCatalogueItem, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Let an item be reported from a day on."""
    receipt = commands.admit(
        desk.app,
        actor=who.actor,
        key=key,
        division=wanted.division,
        items=[commands.NewItem(wanted.code, wanted.title, wanted.category, wanted.sensitive)],
        since=wanted.since,
        document=wanted.document,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.post("/catalogue/items/{code}/withdrawal", responses=RECORDED, operation_id="withdrawItem", summary="事项退出")
def withdraw(
    code: ItemPath, wanted: ItemWithdrawal, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Let an item be reported no more after a day."""
    receipt = commands.withdraw(
        desk.app,
        actor=who.actor,
        key=key,
        division=wanted.division,
        code=code,
        last_day=wanted.last_day,
        reason=wanted.reason,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.get("/caps", operation_id="listCaps", summary="奖励条数上限", dependencies=[Depends(by_token)])
def list_caps(desk: Desk, division: Annotated[Code | None, Query()] = None) -> list[Cap]:
    """Every cap that was set in a division or below it, the latest version of each first."""
    if division is not None:
        require_known(desk, division)
    with desk.current(caps) as conn:
        return caps.within(conn, division or desk.app.log.division)


@router.post("/caps", responses=RECORDED, operation_id="setCap", summary="设定奖励条数上限")
def set_cap(wanted: NewCap, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Set how many reports of a person, class or place are rewarded."""
    receipt = cap_commands.set_cap(
        desk.app,
        actor=who.actor,
        key=key,
        division=wanted.division,
        kind=wanted.kind,
        category=wanted.category,
        reports_max=wanted.reports_max,
        since=wanted.since,
        document=wanted.document,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)
