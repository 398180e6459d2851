"""村集体资产: what the village owns, what waits for a second person, and the steps of each asset."""

from typing import Annotated, Any, Final

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands import assets as commands
from api.commands.shared import today
from api.staff.acting import ByCookie, Desk
from api.staff.fields import Code, Identifier
from api.staff.forms import FormSent, show
from api.staff.page_today import place_names
from api.staff.property_done import Asked, asset_of, asset_step
from api.staff.property_forms import AssetForm, AssetStepForm
from api.staff.property_grounds import resolution_choices, voucher_choices
from api.staff.property_read import AfterAsset, after_asset, asset_page
from api.staff.texts import names_of
from api.web import property_words
from api.web.paging import query
from api.web.routes import Routes
from domain import authority
from domain.kernel.places import level
from domain.kernel.sending_back import REASONS
from domain.village.assets import asset_id as id_of
from projections import places, village_assets

router = Routes(prefix="/staff/assets", include_in_schema=False)

SHOWN_MAX: Final = 50


@router.get("")
def listing(
    request: Request,
    desk: Desk,
    who: ByCookie,
    area: Annotated[Code | None, Query()] = None,
    category: Annotated[str | None, Query(max_length=20, pattern=r"^[a-z]*$")] = None,
    left: bool = False,
    after: AfterAsset = None,
) -> HTMLResponse:
    """The register of an area by village and number, its sums, and the form for one more."""
    who.require("property")
    on, within = today(desk.app), who.area(desk, area)
    with desk.current(village_assets, places) as conn:
        found = village_assets.listing(
            conn, within, on=on, category=category or None, left=left, after=after_asset(after), limit=SHOWN_MAX
        )
        waiting = village_assets.listing(conn, within, on=on, only_waiting=True, limit=SHOWN_MAX)
        sums = village_assets.sums(conn, within, on=on)
        known = places.within(conn, who.areas[0], on=on)
    villages = [place for place in known if level(place.code) == "village"]
    may = authority.may(who.role, "asset.acquired/1")
    last = found[-1] if len(found) == SHOWN_MAX else None
    asked = {"area": area, "category": category, "left": "true" if left else None}
    values: dict[str, Any] = {
        "assets": found,
        "waiting": waiting,
        "sums": sums,
        "area": within,
        "category": category,
        "left": left,
        "known": known,
        "villages": villages,
        "vouchers": voucher_choices(desk, villages[0].code) if may and len(villages) == 1 else [],
        "places": place_names(desk, {one.division for one in (*found, *waiting)}),
        "next": query(**asked, after=f"{last.division}/{last.number}") if last else None,
        "today": on,
        "may": may,
        "said": property_words,
    }
    return show(request, desk, who, "assets.html", values)


@router.post("")
def acquire(form: FormSent) -> RedirectResponse:
    """Write down what the village has got."""
    wanted = form.shaped(AssetForm)
    receipt = commands.acquire(form.app, actor=form.actor, key=form.key, new=asset_of(wanted), on=form.on)
    return form.done(receipt, at=f"/staff/assets/{id_of(wanted.division, wanted.number)}")


@router.get("/{asset_id}")
def page(request: Request, asset_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """An asset, its changes, and the steps that the role may take."""
    found = asset_page(desk, who, asset_id)
    asset = found.asset
    people = [asset.recorder_id, asset.counter_id, asset.proposer_id, asset.left_by]
    values: dict[str, Any] = {
        "asset": asset,
        "changes": found.changes,
        "vouchers": voucher_choices(desk, asset.division) if asset.leaving_how is not None else [],
        "resolutions": resolution_choices(desk, asset.division) if asset.left_on is None else [],
        "names": names_of(desk, [one for one in people if one is not None]),
        "places": place_names(desk, {asset.division}),
        "today": today(desk.app),
        "may": lambda event_type: authority.may(who.role, event_type),
        "reasons": sorted(REASONS),
        "said": property_words,
    }
    return show(request, desk, who, "asset.html", values)


@router.post("/{asset_id}/steps")
def record_step(asset_id: Identifier, form: FormSent) -> RedirectResponse:
    """Count it, or let it leave the register; each by two people."""
    wanted = form.shaped(AssetStepForm)
    receipt = asset_step(Asked(form.app, form.actor, form.key, asset_id, form.on), wanted)
    return form.done(receipt, at=f"/staff/assets/{asset_id}")
