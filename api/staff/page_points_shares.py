"""户: moving persons to another household, and what becomes of the points: one clerk proposes, another confirms."""

from uuid import UUID

from fastapi.responses import RedirectResponse

from api.commands import household_moves, points_shares
from api.staff.api_points_shares import new_share_id
from api.staff.deed_forms import MoveForm, ShareForm, ticked
from api.staff.deed_shapes import PointsShareStep
from api.staff.fields import Identifier
from api.staff.forms import FormSent
from api.staff.people_named import named
from api.web.routes import Routes
from domain.households import household_id as id_of
from domain.points_shares import Holder

router = Routes(prefix="/staff/households/{household_id}", include_in_schema=False)


@router.post("/moves")
def move(household_id: Identifier, form: FormSent) -> RedirectResponse:
    """Let those who are ticked belong to another household."""
    wanted = form.shaped(MoveForm)
    receipt = household_moves.move(
        form.app,
        actor=form.actor,
        key=form.key,
        person_ids=ticked(form.fields),
        from_id=household_id,
        to_id=id_of(wanted.division, wanted.reference),
        since=wanted.since,
        reason=wanted.reason,
        on=form.on,
    )
    return form.done(receipt, at=_at(household_id))


@router.post("/points-shares")
def propose(household_id: Identifier, form: FormSent) -> RedirectResponse:
    """Write down where points of this household, or of somebody who died in it, are to go."""
    wanted = named(form, "agreed_by").shaped(ShareForm)
    giver = Holder("household", household_id) if wanted.giver is None else Holder("person", wanted.giver)
    new = points_shares.NewPointsShare(
        points_share_id=new_share_id(form.desk, form.who, form.key),
        reason=wanted.reason,
        giver=giver,
        taker=Holder("household", id_of(wanted.division, wanted.reference)),
        points=wanted.points,
        agreed_by=wanted.agreed_by,
        document=wanted.document,
    )
    receipt = points_shares.propose(form.app, actor=form.actor, key=form.key, new=new, on=form.on)
    return form.done(receipt, at=_at(household_id))


@router.post("/points-shares/{points_share_id}")
def record_step(household_id: Identifier, points_share_id: Identifier, form: FormSent) -> RedirectResponse:
    """Confirm it, so that the points move, or reject it."""
    wanted = form.shaped(PointsShareStep)
    if wanted.step == "confirm":
        receipt = points_shares.confirm(
            form.app, actor=form.actor, key=form.key, points_share_id=points_share_id, on=form.on
        )
    else:
        receipt = points_shares.reject(
            form.app,
            actor=form.actor,
            key=form.key,
            points_share_id=points_share_id,
            reason=wanted.reason or "",
            on=form.on,
        )
    return form.done(receipt, at=_at(household_id))


def _at(household_id: UUID) -> str:
    return f"/staff/households/{household_id}"
