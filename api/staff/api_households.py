"""Households over JSON: registering one, who joins and leaves, who speaks for it."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel

from api.commands import households as commands
from api.commands.shared import today
from api.staff.acting import Acting, ByToken, Desk
from api.staff.api_answers import RECORDED, once, recorded
from api.staff.api_county import new_person_id
from api.staff.fields import Code, CommandKey, Identifier, Limit
from api.staff.member_shapes import Departure, HeadNamed, JoiningGiven, NewHousehold, NewPersonsOfHousehold
from api.staff.office import Office
from api.staff.shapes import ReceiptGiven
from api.web.routes import Routes
from domain.households import household_id as id_of
from domain.kernel.refusals import Refusal
from projections import households
from projections.households import Belonging, Head, Household

router = Routes(prefix="/api/v1", tags=["户"])


class HouseholdPage(BaseModel):
    """A household, everybody who ever belonged to it, and its heads, in order."""

    household: Household
    persons: list[Belonging]
    heads: list[Head]


class HouseholdAnswer(BaseModel):
    """The household's id, the ids of those who joined in the order of the request, and the receipt."""

    household_id: UUID
    person_ids: list[UUID]
    receipt: ReceiptGiven


@router.get("/households", operation_id="listHouseholds", summary="户")
def list_households(
    desk: Desk,
    who: ByToken,
    area: Annotated[Code | None, Query()] = None,
    after: Annotated[int, Query(ge=-1, le=2**53, description="上一页最后一户的 log_index")] = -1,
    limit: Limit = 50,
) -> list[Household]:
    """The households of an area in the order of registration, as they stand today."""
    who.require("households")
    within = who.area(desk, area)
    with desk.app.reading.connection() as conn:
        return households.within(conn, within, on=today(desk.app), after=after, limit=limit)


@router.post(
    "/households", status_code=201, responses=once(HouseholdAnswer), operation_id="registerHousehold", summary="登记户"
)
def register(wanted: NewHousehold, key: CommandKey, desk: Desk, who: ByToken, response: Response) -> HouseholdAnswer:
    """Register a household of a village, with those who belong to it. New persons' ids follow from caller and key."""
    joinings = joinings_of(desk, who, wanted.persons, key)
    receipt = commands.register(
        desk.app,
        actor=who.actor,
        key=key,
        division=wanted.division,
        reference=wanted.reference,
        joinings=joinings,
        on=today(desk.app),
    )
    return HouseholdAnswer(
        household_id=id_of(wanted.division, wanted.reference),
        person_ids=[one.person_id for one in joinings],
        receipt=recorded(desk, receipt, response),
    )


@router.get("/households/{household_id}", operation_id="readHousehold", summary="一户")
def read_household(household_id: Identifier, desk: Desk, who: ByToken) -> HouseholdPage:
    """A household and its history."""
    return page_of(desk, who, household_id)


@router.post(
    "/households/{household_id}/persons",
    status_code=201,
    responses=once(HouseholdAnswer),
    operation_id="joinHousehold",
    summary="加入户",
)
def join(
    household_id: Identifier,
    wanted: NewPersonsOfHousehold,
    key: CommandKey,
    desk: Desk,
    who: ByToken,
    response: Response,
) -> HouseholdAnswer:
    """Let persons belong to a household from a day on."""
    joinings = joinings_of(desk, who, wanted.persons, key)
    receipt = commands.join(
        desk.app, actor=who.actor, key=key, household_id=household_id, joinings=joinings, on=today(desk.app)
    )
    return HouseholdAnswer(
        household_id=household_id,
        person_ids=[one.person_id for one in joinings],
        receipt=recorded(desk, receipt, response),
    )


@router.post(
    "/households/{household_id}/departures", responses=RECORDED, operation_id="leaveHousehold", summary="离开户"
)
def leave(
    household_id: Identifier, wanted: Departure, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Let a person belong to a household no longer after a day."""
    receipt = commands.leave(
        desk.app,
        actor=who.actor,
        key=key,
        household_id=household_id,
        person_id=wanted.person_id,
        last_day=wanted.last_day,
        reason=wanted.reason,
        other_household=wanted.other_household,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


@router.post("/households/{household_id}/head", responses=RECORDED, operation_id="nameHead", summary="确定户主")
def name_head(
    household_id: Identifier, wanted: HeadNamed, key: CommandKey, desk: Desk, who: ByToken, response: Response
) -> ReceiptGiven:
    """Name who speaks for a household from a day on."""
    receipt = commands.name_head(
        desk.app,
        actor=who.actor,
        key=key,
        household_id=household_id,
        head_id=wanted.person_id,
        since=wanted.since,
        on=today(desk.app),
    )
    return recorded(desk, receipt, response)


def page_of(desk: Office, who: Acting, household_id: UUID) -> HouseholdPage:
    """A household of the caller's area. Refuses `access.*`, `household.unknown`."""
    who.require("households")
    with desk.current(households) as conn:
        household = households.one(conn, household_id, on=today(desk.app))
        if household is None:
            raise Refusal("household.unknown")
        who.require_area(household.division)
        people, heads = households.persons_of(conn, household_id), households.heads_of(conn, household_id)
    return HouseholdPage(household=household, persons=people, heads=heads)


def joinings_of(desk: Office, who: Acting, wanted: Sequence[JoiningGiven], key: str) -> list[commands.Joining]:
    """Who joins, as the command takes it; whoever is new gets an id that a second attempt gives again."""
    return [
        commands.Joining(
            person_id=one.person_id or new_person_id(desk.app.journal.origin, who.person_id, key, number),
            since=one.since,
            reason=one.reason,
            name=one.name,
            head=one.head,
            other_household=one.other_household,
        )
        for number, one in enumerate(wanted)
    ]
