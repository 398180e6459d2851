"""Officers whose secret is in the caller's hands: those of a script, which holds it for invented people.

Their keys go the same way as everybody's: wrapped by the secret, registered by an administrator. Only the reading out
of the fingerprint falls away, because the caller is the holder.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from api.commands.keys import NewKey, live_key, register_keys
from api.context import App
from api.custody import keeping
from api.custody.opening import cost_of
from api.custody.wrapping import Cost
from domain.kernel.ids import derived
from domain.kernel.refusals import Refusal
from journal.facts import Actor


def opened_officer(app: App, *, person_id: UUID, role: str, secret: str) -> Actor:
    """The officer with the key that speaks for him now, opened. Refuses `key.not_at_hand`. Raises WrongSecret."""
    live = live_key(app, person_id=person_id, role=role)
    signer = keeping.open_keys(app.writing, person_id=person_id, secret=secret).signers.get(role)
    if live is None or signer is None or str(signer.verifier_key) != live.key:
        raise Refusal("key.not_at_hand", person_id=person_id, role=role)
    return Actor(person_id, role, signer)


def enrol(
    app: App,
    *,
    administrator: Actor,
    officers: Sequence[tuple[UUID, str]],
    secret: str,
    on: date,
    cost: Cost | None = None,
) -> list[Actor]:
    """The officers (person, role) with their keys, in the same order; keys that are missing are made and registered.

    `cost`: what guessing the secret costs, by default as usual in such a journal. Whatever stops it midway, doing it
    again completes it. Raises WrongSecret where another secret wraps a key.
    """
    acting = [_with_key(app, person_id, role, secret, cost or cost_of(app)) for person_id, role in officers]
    new = [
        NewKey(officer.person_id, officer.role, str(officer.signer.verifier_key), "password")
        for officer in acting
        if officer.signer is not None and live_key(app, person_id=officer.person_id, role=officer.role) is None
    ]
    if new:
        key = f"enrol:{derived('enrol', *(one.key for one in new))}"
        register_keys(app, actor=administrator, key=key, new=new, on=on)
    return acting


def _with_key(app: App, person_id: UUID, role: str, secret: str, cost: Cost) -> Actor:
    opened = keeping.open_keys(app.writing, person_id=person_id, secret=secret)
    signer = opened.signers.get(role)
    if signer is None:
        origin = app.journal.origin
        if opened.wrapping_key is None:
            with app.writing.connection() as connection:
                made = keeping.begin_keys(
                    connection, origin=origin, person_id=person_id, roles=[role], secret=secret, cost=cost
                )
        else:
            made = keeping.add_keys(app.writing, opened, origin=origin, person_id=person_id, roles=[role])
        signer = made[role]
    return Actor(person_id, role, signer)
