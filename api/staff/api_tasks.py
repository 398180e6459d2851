"""Community tasks and volunteer activities over JSON."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from api.commands.deeds import activities, tasks
from api.staff.acting import Acting, ByToken, Desk
from api.staff.api_answers import RECORDED, Sent, once
from api.staff.deed_shapes import ActivityStep, NewActivity, NewTask, TaskStep
from api.staff.deeds_done import Asked, activity_step, task_step
from api.staff.deeds_read import DeedPage, deed_page, deeds_of, mine, open_near
from api.staff.fields import Code, Identifier, Limit
from api.staff.office import Office
from api.staff.shapes import ReceiptGiven
from api.web.routes import Routes
from domain.kernel.ids import derived
from projections.deed_queries import Deed, Mine

router = Routes(prefix="/api/v1", tags=["任务和志愿活动"])

Before = Annotated[int | None, Query(ge=0, le=2**53, description="上一页最后一条的 log_index；不给就从最近的开始")]
OnlyWaiting = Annotated[bool, Query(description="true：只要有待确认的")]


class Recorded(BaseModel):
    """The new deed's id, and the receipt."""

    deed_id: UUID
    receipt: ReceiptGiven


class Offers(BaseModel):
    """What is open in one's areas, and what one has taken part in."""

    offered: list[Deed]
    mine: list[Mine]


@router.get("/offers", operation_id="listOffers", summary="身边的任务和活动")
def list_offers(desk: Desk, who: ByToken) -> Offers:
    """What can be taken part in near the caller, and his own parts."""
    return Offers(offered=open_near(desk, who), mine=mine(desk, who))


@router.get("/tasks", operation_id="listTasks", summary="社区任务")
def list_tasks(
    desk: Desk,
    who: ByToken,
    area: Annotated[Code | None, Query()] = None,
    waiting: OnlyWaiting = False,
    before: Before = None,
    limit: Limit = 50,
) -> list[Deed]:
    """The tasks of an area, the latest first."""
    return deeds_of(desk, who, "task", area=area, before=before, only_waiting=waiting, limit=limit)


@router.post("/tasks", status_code=201, responses=once(Recorded), operation_id="offerTask", summary="发布任务")
def offer(wanted: NewTask, sent: Sent) -> Recorded:
    """Offer a task. Its id follows from the caller and the Idempotency-Key."""
    task_id = new_deed_id(sent.desk, sent.who, "task", sent.key)
    new = tasks.NewTask(
        task_id=task_id,
        division=wanted.division,
        title=wanted.title,
        place=wanted.place,
        item=wanted.item,
        due_on=wanted.due_on,
        seats=wanted.seats,
    )
    receipt = tasks.offer(sent.app, actor=sent.actor, key=sent.key, new=new, on=sent.on)
    return Recorded(deed_id=task_id, receipt=sent.recorded(receipt))


@router.get("/tasks/{deed_id}", operation_id="readTask", summary="一项任务")
def read_task(deed_id: Identifier, desk: Desk, who: ByToken) -> DeedPage:
    """A task and who has taken it on."""
    return deed_page(desk, who, "task", deed_id)


@router.post("/tasks/{deed_id}/steps", responses=RECORDED, operation_id="recordTaskStep", summary="任务办一步")
def record_task_step(deed_id: Identifier, wanted: TaskStep, sent: Sent) -> ReceiptGiven:
    """A step of somebody's part in a task."""
    return sent.recorded(task_step(Asked(sent.app, sent.actor, sent.key, deed_id, sent.on), wanted))


@router.get("/activities", operation_id="listActivities", summary="志愿活动")
def list_activities(
    desk: Desk,
    who: ByToken,
    area: Annotated[Code | None, Query()] = None,
    waiting: OnlyWaiting = False,
    before: Before = None,
    limit: Limit = 50,
) -> list[Deed]:
    """The activities of an area, the latest first."""
    return deeds_of(desk, who, "activity", area=area, before=before, only_waiting=waiting, limit=limit)


@router.post(
    "/activities", status_code=201, responses=once(Recorded), operation_id="publishActivity", summary="发布志愿活动"
)
def publish(wanted: NewActivity, sent: Sent) -> Recorded:
    """Publish an activity. Its id follows from the caller and the Idempotency-Key."""
    activity_id = new_deed_id(sent.desk, sent.who, "activity", sent.key)
    new = activity_of(wanted, activity_id)
    receipt = activities.publish(sent.app, actor=sent.actor, key=sent.key, new=new, on=sent.on)
    return Recorded(deed_id=activity_id, receipt=sent.recorded(receipt))


@router.get("/activities/{deed_id}", operation_id="readActivity", summary="一次志愿活动")
def read_activity(deed_id: Identifier, desk: Desk, who: ByToken) -> DeedPage:
    """An activity and who takes part."""
    return deed_page(desk, who, "activity", deed_id)


@router.post(
    "/activities/{deed_id}/steps", responses=RECORDED, operation_id="recordActivityStep", summary="志愿活动办一步"
)
def record_activity_step(deed_id: Identifier, wanted: ActivityStep, sent: Sent) -> ReceiptGiven:
    """A step of an activity."""
    return sent.recorded(activity_step(Asked(sent.app, sent.actor, sent.key, deed_id, sent.on), wanted))


def new_deed_id(desk: Office, who: Acting, kind: str, key: str) -> UUID:
    """The id of what is recorded with this key: a second attempt meets the first."""
    return derived(kind, desk.app.journal.origin, who.person_id, key)


def activity_of(wanted: NewActivity, activity_id: UUID) -> activities.NewActivity:
    """An activity as the command takes it."""
    return activities.NewActivity(
        activity_id=activity_id,
        division=wanted.division,
        title=wanted.title,
        place=wanted.place,
        item=wanted.item,
        held_on=wanted.held_on,
        minutes=wanted.minutes,
        seats=wanted.seats,
        organiser=wanted.organiser,
    )
