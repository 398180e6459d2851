"""Keys on pages: an administrator's register of officers' keys, and the holder's own page.

What must not be broken: the fingerprint of a key that waits is shown to its holder alone. An administrator types what
the holder reads to him, so that nobody registers a key only because it stands on the page.
"""

from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.commands import keys as commands
from api.commands.keys import fingerprint
from api.custody import keeping, opening
from api.custody.invitations import invite, invited
from api.key_diagnosis import ADMINISTRATORS_MIN
from api.staff.acting import Acting, ByCookie, Desk
from api.staff.forms import FormSent, show
from api.staff.key_shapes import Invited, KeyHeard, KeyRetirement, KeyRevocation
from api.staff.office import Office
from api.staff.texts import names_of
from api.web import accounts
from api.web.accounts import BadAccount
from api.web.messages import sentence
from api.web.problems import status_of
from api.web.routes import Routes
from api.web.sessions import COOKIE
from domain.kernel.refusals import Refusal
from domain.keys import REASONS, SERVER_HELD
from domain.persons import ROLES
from projections import persons

router = Routes(prefix="/staff", include_in_schema=False)

PAGE = "/staff/keys"
Secret = Annotated[str, Form(max_length=256)]


@router.get("/keys")
def listing(request: Request, desk: Desk, who: ByCookie) -> HTMLResponse:
    """Every officer's keys, what waits to be registered, and the forms to register, retire, revoke and invite."""
    who.require("register")
    return _register(request, desk, who)


@router.post("/keys/register")
def register(form: FormSent) -> RedirectResponse:
    """Register the key whose fingerprint its holder read out."""
    wanted = form.shaped(KeyHeard)
    receipt = commands.register_requested(
        form.app,
        actor=form.actor,
        key=form.key,
        person_id=wanted.person_id,
        role=wanted.role,
        heard=wanted.fingerprint,
        on=form.on,
    )
    return form.done(receipt, at=PAGE)


@router.post("/keys/retire")
def retire(form: FormSent) -> RedirectResponse:
    """Let a key sign nothing more; what it signed stays good."""
    wanted = form.shaped(KeyRetirement)
    receipt = commands.retire_key(
        form.app,
        actor=form.actor,
        key=form.key,
        person_id=wanted.person_id,
        role=wanted.role,
        reason=wanted.reason,
        on=form.on,
    )
    return form.done(receipt, at=PAGE)


@router.post("/keys/revoke")
def revoke(form: FormSent) -> RedirectResponse:
    """Disbelieve a key from a record on."""
    wanted = form.shaped(KeyRevocation)
    receipt = commands.revoke_key(
        form.app,
        actor=form.actor,
        key=form.key,
        person_id=wanted.person_id,
        role=wanted.role,
        from_index=wanted.from_index,
        confirmed=wanted.confirmed,
        reason=wanted.reason,
        on=form.on,
    )
    return form.done(receipt, at=PAGE)


@router.post("/keys/invite")
def give_code(request: Request, form: FormSent) -> HTMLResponse:
    """A one-time code for a login, shown once. Refuses `session.login_taken`, `person.unknown`."""
    if form.who.role != "administrator":
        raise Refusal("access.may_not_read", role=form.who.role)
    wanted = form.shaped(Invited)
    with form.desk.current(persons) as conn:
        if persons.one(conn, wanted.person_id) is None:
            raise Refusal("person.unknown")
    account = accounts.find(form.app.writing, wanted.login)
    holder = account.person_id if account is not None else invited(form.app.writing, wanted.login)
    if holder not in (None, wanted.person_id):
        raise Refusal("session.login_taken", login=wanted.login)
    code = invite(form.app, login=wanted.login, person_id=wanted.person_id)
    return _register(request, form.desk, form.who, login=wanted.login, code=code)


@router.get("/my-key")
def mine(request: Request, desk: Desk, who: ByCookie) -> HTMLResponse:
    """One's own keys with their fingerprints, and the form for another secret."""
    return _own(request, desk, who)


@router.post("/my-key/secret")
def change(request: Request, form: FormSent, secret: Secret = "", new: Secret = "", again: Secret = "") -> Response:
    """Another secret for the same keys; every session ends, this one too."""
    desk, who = form.desk, form.who
    try:
        if new != again:
            raise BadAccount("两次输入的新口令不一样")
        opening.change_secret(desk.app, login=who.session.login, secret=secret, new_secret=new)
    except BadAccount as error:
        return _own(request, desk, who, problem=str(error))
    except Refusal as refusal:
        problem = sentence(refusal.code, refusal.facts)
        return _own(request, desk, who, problem=problem, status=status_of(refusal.code))
    answer = RedirectResponse("/staff/sign-in", status_code=303)
    answer.delete_cookie(COOKIE, path="/staff")
    return answer


def _register(request: Request, desk: Office, who: Acting, *, login: str = "", code: str = "") -> HTMLResponse:
    with desk.current(persons) as conn:
        known = persons.keys_in_roles(conn, sorted(ROLES - SERVER_HELD))
        waiting = keeping.requests(desk.app.writing, conn)
    live_administrators = {one.person_id for one in known if one.role == "administrator" and one.status == "live"}
    values = {
        "keys": known,
        "waiting": waiting,
        "names": names_of(desk, {one.person_id for one in known} | {one.person_id for one in waiting}),
        "fingerprint": fingerprint,
        "reasons": sorted(REASONS),
        "position": desk.app.journal.position(),
        "too_few": len(live_administrators) < ADMINISTRATORS_MIN,
        "login": login,
        "code": code,
    }
    return show(request, desk, who, "keys.html", values)


def _own(request: Request, desk: Office, who: Acting, *, problem: str = "", status: int = 400) -> HTMLResponse:
    with desk.current(persons) as conn:
        known = persons.keys_of(conn, who.person_id)
    registered = {one.key for one in known}
    values = {
        "keys": known,
        "waiting": [one for one in keeping.kept(desk.app.writing, who.person_id) if one.key not in registered],
        "open": {str(signer.verifier_key) for signer in who.keys.values()},
        "fingerprint": fingerprint,
        "chars_min": accounts.SECRET_CHARS_MIN,
        "problem": problem,
    }
    page = show(request, desk, who, "my_key.html", values)
    if problem:
        page.status_code = status
    return page
