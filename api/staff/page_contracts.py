"""资源合同: what is let to whom, which rents are late or fall due soon, and the steps of each contract."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from api.commands import resource_contracts as commands
from api.commands.shared import today
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.fields import Code, Identifier
from api.staff.forms import FormSent, show
from api.staff.office import Office
from api.staff.page_today import place_names
from api.staff.property_done import Asked, contract_of, contract_step
from api.staff.property_forms import ContractForm, ContractStepForm
from api.staff.property_grounds import rent_choices, resolution_choices
from api.staff.property_read import contract_page, schedule_of
from api.staff.texts import names_of
from api.web import property_words
from api.web.paging import query
from api.web.routes import Routes
from domain import authority
from domain.kernel.places import Division, level
from domain.kernel.sending_back import REASONS
from domain.village.contracts import contract_id as id_of
from projections import places, resource_contracts, village_assets, village_books

router = Routes(prefix="/staff/contracts", include_in_schema=False)

SHOWN_MAX: Final = 50
SOON: Final = timedelta(days=30)


@router.get("")
def listing(
    request: Request,
    desk: Desk,
    who: ByCookie,
    area: Annotated[Code | None, Query()] = None,
    before: Annotated[int | None, Query(ge=0, le=2**53)] = None,
) -> HTMLResponse:
    """The contracts of an area, the latest first; what is late or falls due within a month; the form for one more."""
    who.require("property")
    on, within = today(desk.app), who.area(desk, area)
    with desk.current(resource_contracts, places) as conn:
        found = resource_contracts.listing(conn, within, on=on, before=before, limit=SHOWN_MAX)
        dues = resource_contracts.falling_due(conn, within, on=on, until=on + SOON)
        known = places.within(conn, who.areas[0], on=on)
    may = authority.may(who.role, "resource_contract.signed/1")
    villages = [place for place in known if level(place.code) == "village"]
    own = villages[0].code if may and len(villages) == 1 else None
    values: dict[str, Any] = {
        "contracts": found,
        "dues": dues,
        "area": within,
        "known": known,
        "villages": villages,
        "parties": party_references(desk, {one.party_id for one in found} | {one.party_id for one in dues}),
        "known_parties": _parties_of(desk, own) if own else [],
        "resolutions": resolution_choices(desk, own) if own else [],
        "free_assets": _free_assets(desk, who, own) if own else [],
        "places": place_names(desk, {one.division for one in found} | {one.division for one in dues}),
        "next": query(area=area, before=found[-1].log_index) if len(found) == SHOWN_MAX else None,
        "today": on,
        "may": may,
        "said": property_words,
    }
    return show(request, desk, who, "contracts.html", values)


@router.post("")
def sign(form: FormSent) -> RedirectResponse:
    """Write a contract down."""
    wanted = form.shaped(ContractForm).as_given()
    receipt = commands.sign(form.app, actor=form.actor, key=form.key, new=contract_of(wanted), on=form.on)
    return form.done(receipt, at=f"/staff/contracts/{id_of(wanted.division, wanted.number)}")


@router.get("/{contract_id}")
def page(request: Request, contract_id: Identifier, desk: Desk, who: ByCookie) -> HTMLResponse:
    """A contract, its rents, what came in, and the steps that the role may take."""
    found = contract_page(desk, who, contract_id)
    contract = found.contract
    people = [contract.recorder_id, contract.confirmer_id, *(one.recorder_id for one in found.rents)]
    values: dict[str, Any] = {
        "contract": contract,
        "dues": found.dues,
        "rents": found.rents,
        "schedule": schedule_of(desk, contract_id) if contract.status == "signed" else [],
        "open": [one for one in found.dues if one.state not in ("paid", "cancelled")],
        "vouchers": rent_choices(desk, contract),
        "parties": party_references(desk, {contract.party_id}),
        "names": names_of(desk, [one for one in people if one is not None]),
        "places": place_names(desk, {contract.division}),
        "today": today(desk.app),
        "may": lambda event_type: authority.may(who.role, event_type),
        "reasons": sorted(REASONS),
        "said": property_words,
    }
    return show(request, desk, who, "contract.html", values)


@router.post("/{contract_id}/steps")
def record_step(contract_id: Identifier, form: FormSent) -> RedirectResponse:
    """Confirm it, write down rent, take it back, or end it."""
    wanted = form.shaped(ContractStepForm)
    receipt = contract_step(Asked(form.app, form.actor, form.key, contract_id, form.on), wanted)
    return form.done(receipt, at=f"/staff/contracts/{contract_id}")


def party_references(desk: Office, party_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The villages' own numbers of parties."""
    with desk.current(village_books) as conn:
        found = [(party_id, village_books.party(conn, party_id)) for party_id in party_ids]
    return {party_id: party.reference if party is not None else str(party_id)[:8] for party_id, party in found}


def _parties_of(desk: Office, village: Division) -> list[str]:
    with desk.current(village_books) as conn:
        return [one.reference for one in village_books.parties_of(conn, village)]


def _free_assets(desk: Office, who: Acting, village: Division) -> list[tuple[str, str]]:
    """Number and title of what of the village's register is not let today."""
    who.require_area(village)
    with desk.current(village_assets) as conn:
        found = village_assets.listing(conn, village, on=today(desk.app), limit=SHOWN_MAX)
    return [(one.number, one.title) for one in found if one.leased_until is None and one.leaving_how is None]
