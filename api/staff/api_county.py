"""What the county sets up, over JSON: places, persons, roles, payee accounts, bands, tariffs, appropriations."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response
from pydantic import BaseModel

from api.commands import budgets
from api.commands import county as commands
from api.commands.shared import today
from api.staff.acting import ByToken, Desk, by_token, require_known
from api.staff.api_answers import RECORDED, once, recorded
from api.staff.fields import Code, CommandKey, Day, Identifier, Limit, RoleName
from api.staff.shapes import (
    BankAccount,
    NewAppropriation,
    NewBand,
    NewPayeeAccount,
    NewPersons,
    NewPlaces,
    NewRole,
    NewTariff,
    ReceiptGiven,
)
from api.web.routes import Routes
from domain.kernel.ids import derived
from domain.kernel.money import Fen
from projections import persons, places, tariffs
from projections.persons import Person
from projections.places import Place
from projections.tariffs import Band, Tariff

router = Routes(prefix="/api/v1", tags=["县级设置"])


class Registered(BaseModel):
    """The new persons' ids in the order of the request, and the receipt."""

    person_ids: list[UUID]
    receipt: ReceiptGiven


class InForce(BaseModel):
    """What is in force on a day, the narrowest division first."""

    tariffs: list[Tariff]
    bands: list[Band]


@router.get("/places", operation_id="listPlaces", summary="区划", dependencies=[Depends(by_token)])
def list_places(desk: Desk, area: Annotated[Code | None, Query()] = None) -> list[Place]:
    """The divisions of an area as they are called today, by code."""
    if area is not None:
        require_known(desk, area)
    with desk.app.reading.connection() as conn:
        return places.within(conn, area or desk.app.log.division, on=today(desk.app))


@router.post("/places", responses=RECORDED, operation_id="registerPlaces", summary="登记区划")
def register_places(wanted: NewPlaces, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Make divisions known, all or none."""
    new = [commands.NewPlace(place.code, place.name) for place in wanted.places]
    receipt = commands.register_places(
        desk.app, actor=who.actor, key=key, new=new, since=wanted.since, on=today(desk.app)
    )
    return recorded(desk, receipt, response)


@router.get("/persons", operation_id="listPersons", summary="人员")
def list_persons(
    desk: Desk,
    who: ByToken,
    role: Annotated[RoleName | None, Query()] = None,
    after: Annotated[int, Query(ge=-1, le=2**53, description="上一页最后一人的 log_index")] = -1,
    limit: Limit = 50,
) -> list[Person]:
    """Persons in the order of registration; names stay in the vault."""
    who.require("register")
    with desk.app.reading.connection() as conn:
        return persons.register(conn, on=today(desk.app), role=role, after=after, limit=limit)


@router.post(
    "/persons", status_code=201, responses=once(Registered), operation_id="registerPersons", summary="登记人员"
)
def register_persons(wanted: NewPersons, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> Registered:
    """Make persons known with one role each. Their ids follow from the caller and the Idempotency-Key."""
    ids = [new_person_id(desk.app.journal.origin, who.person_id, key, n) for n in range(len(wanted.persons))]
    new = [
        commands.NewPerson(
            person_id=person_id,
            name=person.name,
            role=person.role,
            area=person.area,
            since=person.since,
            account=_account(person.account) if person.account is not None else None,
            signs=person.signs,
            department=person.department,
        )
        for person_id, person in zip(ids, wanted.persons, strict=True)
    ]
    receipt = commands.register_persons(desk.app, actor=who.actor, key=key, new=new, on=today(desk.app))
    return Registered(person_ids=ids, receipt=recorded(desk, receipt, response))


@router.post("/persons/{person_id}/roles", responses=RECORDED, operation_id="grantRole", summary="授予角色")
def grant_role(
    person_id: Identifier, wanted: NewRole, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Give a known person one more role."""
    receipt = commands.grant_role(
        desk.app,
        actor=who.actor,
        key=key,
        person_id=person_id,
        role=wanted.role,
        area=wanted.area,
        since=wanted.since,
        until=wanted.until,
        department=wanted.department,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.post(
    "/persons/{person_id}/payee-account",
    responses=RECORDED,
    operation_id="setPayeeAccount",
    summary="设置收款账户",
)
def set_payee_account(
    person_id: Identifier, wanted: NewPayeeAccount, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Set the account that a person is paid on from now."""
    receipt = commands.set_payee_account(
        desk.app,
        actor=who.actor,
        key=key,
        person_id=person_id,
        version=wanted.version,
        account=_account(wanted.account),
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.get("/tariffs", operation_id="listTariffs", summary="奖励标准", dependencies=[Depends(by_token)])
def in_force(
    desk: Desk,
    division: Annotated[Code | None, Query()] = None,
    on: Annotated[Day | None, Query()] = None,
) -> InForce:
    """Tariffs and bands in force on a day in a division and above it."""
    if division is not None:
        require_known(desk, division)
    where, when = division or desk.app.log.division, on or today(desk.app)
    with desk.app.reading.connection() as conn, conn.transaction():
        return InForce(
            tariffs=tariffs.tariffs_in_force(conn, where, on=when),
            bands=tariffs.bands_in_force(conn, where, on=when),
        )


@router.post("/tariffs/bands", responses=RECORDED, operation_id="setBand", summary="设定奖励区间")
def set_band(wanted: NewBand, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Set the band that every tariff in a division must lie in."""
    receipt = commands.set_band(
        desk.app,
        actor=who.actor,
        key=key,
        division=wanted.division,
        min_fen=Fen(wanted.min_fen),
        max_fen=Fen(wanted.max_fen),
        since=wanted.since,
        document=wanted.document,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.post("/tariffs", responses=RECORDED, operation_id="setTariff", summary="设定奖励标准")
def set_tariff(wanted: NewTariff, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> ReceiptGiven:
    """Set what a valid report in a division earns."""
    receipt = commands.set_tariff(
        desk.app,
        actor=who.actor,
        key=key,
        division=wanted.division,
        item=wanted.item,
        category=wanted.category,
        amount_fen=Fen(wanted.amount_fen),
        since=wanted.since,
        document=wanted.document,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.post("/appropriations", responses=RECORDED, operation_id="appropriate", summary="下达预算指标")
def appropriate(
    wanted: NewAppropriation, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Record money for a year's rewards, with its document."""
    receipt = budgets.appropriate(
        desk.app,
        actor=who.actor,
        key=key,
        year=wanted.year,
        document=wanted.document,
        amount_fen=Fen(wanted.amount_fen),
        purpose=budgets.named(desk.app, wanted.project, wanted.spending_class),
        funds=wanted.funds,
        chart=wanted.chart,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


def new_person_id(origin: str, by: UUID, key: str, number: int = 0) -> UUID:
    """The id of the so manyth person registered with this key: a second attempt meets the first."""
    return derived("person", origin, by, key, number)


def _account(given: BankAccount) -> commands.Account:
    return commands.Account(given.holder, given.number, given.bank)
