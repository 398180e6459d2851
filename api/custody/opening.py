"""What a secret opens: the officer's keys in the roles that he holds, and new ones for roles that have none yet.

A new key is only a request: it waits, wrapped, until an administrator has heard its fingerprint from its holder and
registered it (`api.commands.keys`). Until then nothing can be signed with it.
"""

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from api.context import App
from api.custody import keeping
from api.custody.unlocked import end_sessions
from api.custody.wrapping import Cost, WrongSecret, cost_for
from api.web import accounts
from domain.kernel.calendar import day_in_china
from domain.kernel.refusals import Refusal
from domain.keys import SERVER_HELD
from journal.note import Ed25519Signer
from projections import persons


def cost_of(app: App) -> Cost:
    """What secrets cost in this journal."""
    return cost_for(rehearsal=app.log.rehearsal)


def roles_held(app: App, person_id: UUID) -> set[str]:
    """The roles that a person holds today."""
    on = day_in_china(app.journal.now())
    with app.reading.connection() as connection:
        held = persons.roles_of(connection, person_id)
    return {one.role for one in held if one.since <= on and (one.until is None or on <= one.until)}


def keys_at_sign_in(app: App, *, person_id: UUID, secret: str, roles: Iterable[str]) -> dict[str, Ed25519Signer]:
    """The keys by role of somebody whose password was just found right; keys that the journal ended are forgotten.

    Nothing where the secret was replaced without opening the keys: then he needs an invitation and new keys.
    """
    wanted = sorted(set(roles) - SERVER_HELD)
    if not wanted:
        return {}
    try:
        opened = keeping.open_keys(app.writing, person_id=person_id, secret=secret)
    except WrongSecret:
        return {}
    with app.reading.connection() as connection:
        known = persons.keys_of(connection, person_id)
    ended = {one.key for one in known if one.status != "live"}
    held_elsewhere = {one.role for one in known if one.status == "live" and one.custody in ("server", "device")}
    signers = {role: signer for role, signer in opened.signers.items() if str(signer.verifier_key) not in ended}
    missing = [role for role in wanted if role not in signers and role not in held_elsewhere]
    origin = app.journal.origin
    if opened.wrapping_key is None:
        if not missing:
            return {}
        with app.writing.connection() as connection:
            return keeping.begin_keys(
                connection, origin=origin, person_id=person_id, roles=missing, secret=secret, cost=cost_of(app)
            )
    if gone := [str(signer.verifier_key) for signer in opened.signers.values() if str(signer.verifier_key) in ended]:
        with app.writing.connection() as connection:
            keeping.drop_ended(connection, gone)
    return signers | keeping.add_keys(app.writing, opened, origin=origin, person_id=person_id, roles=missing)


def change_secret(app: App, *, login: str, secret: str, new_secret: str) -> None:
    """Give a login another secret and wrap its keys again; every session of the login ends.

    Keys that this secret does not open stay as they are: nobody but who knows theirs can open them.
    Refuses `session.wrong_password`. Raises BadAccount for a new secret that cannot be used.
    """
    account = accounts.authenticate(app.writing, login, secret)
    if account is None:
        raise Refusal("session.wrong_password")
    accounts.require_secret(new_secret)
    hashed = accounts.hash_of(login=login, password=new_secret, cost=cost_of(app))
    with app.writing.connection() as connection, connection.transaction():
        with suppress(WrongSecret):
            keeping.seal_again(
                connection, person_id=account.person_id, secret=secret, new_secret=new_secret, cost=cost_of(app)
            )
        accounts.write(connection, login=login, person_id=account.person_id, hashed=hashed)
        end_sessions(connection, login=login)
