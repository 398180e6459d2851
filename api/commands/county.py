"""Beginning a journal, and what the county sets up in it: places, people, tariffs, money.

The first command makes the keys, the genesis and the founding administrator; every later one is an ordinary
decision of an administrator. Only members and agents get a key from the server: officers bring their own
(`api.commands.keys`).
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.commands.catalogue import item_in_force
from api.commands.shared import (
    person_stream,
    place_known,
    place_stream,
    places_known,
    require,
    tariff_stream,
    tariffs_along,
    today,
)
from api.context import App, keys_of, open_journal, vault_of
from api.custody import keeping
from api.custody.wrapping import Cost, cost_for
from api.settings import Settings
from domain import keys, log, persons, places, policies, tariffs
from domain.catalogues import require_item
from domain.kernel.calendar import day_in_china
from domain.kernel.events import Commitment
from domain.kernel.ids import derived, stream_name
from domain.kernel.money import Fen
from domain.kernel.places import Division, chain
from domain.kernel.refusals import Refusal
from domain.keys import SERVER_HELD
from domain.persons import PersonEvent
from domain.tariffs import Tariffs
from journal.facts import Actor, Fact, Receipt
from journal.journal import Clock, Journal, Reading, key_stream, now
from journal.keys import create_log_key, create_master, read_log_key
from journal.vault import NAME, Personal, Vault
from migrations.roles import Access
from projections import tariffs as tariffs_set


@dataclass(frozen=True, slots=True)
class Beginning:
    """Who begins which journal. `origin` is a schema-less URL, fixed for ever."""

    origin: str
    division: Division
    county_name: str
    founder_name: str
    rehearsal: bool


def begin(
    settings: Settings,
    access: Access,
    beginning: Beginning,
    *,
    secret: str,
    cost: Cost | None = None,
    before: Callable[[Journal, UUID], None] = lambda _journal, _founder_id: None,
    clock: Clock = now,
) -> Actor:
    """Make the keys and record the genesis. Running it again with keys in place continues where it stopped.

    Returns the founding administrator with his key, which `secret` wraps, at the usual cost of such a journal or the
    given one. `before` is called when everything but the
    genesis is there: what must not be lost afterwards has to be safe then. Refuses `log.already_opened` on a journal
    that has begun.
    """
    files = keys_of(settings)
    if not files["log"].exists():
        for name in ("actors", "vault", "session"):
            given = name == "vault" and settings.vault_key is not None
            if not given and not files[name].exists():
                create_master(files[name])
        create_log_key(files["log"], origin=beginning.origin)
    with open_journal(settings, access, clock=clock) as journal:
        if journal.origin != beginning.origin:
            raise Refusal("log.already_opened", origin=journal.origin)
        stream = stream_name("log", derived("log", journal.origin))
        if journal.state(stream, log.evolve) is not None:
            raise Refusal("log.already_opened", origin=journal.origin)
        founder_id = derived("founder", journal.origin, secrets.token_hex(16))
        with journal.store.pool.connection() as connection:
            signers = keeping.begin_keys(
                connection,
                origin=journal.origin,
                person_id=founder_id,
                roles=["administrator"],
                secret=secret,
                cost=cost or cost_for(rehearsal=beginning.rehearsal),
            )
        founder = Actor(founder_id, "administrator", signers["administrator"])
        before(journal, founder_id)
        _record_genesis(settings, journal, founder, str(signers["administrator"].verifier_key), beginning)
        return founder


def _record_genesis(
    settings: Settings, journal: Journal, founder: Actor, founder_key: str, beginning: Beginning
) -> None:
    files = keys_of(settings)
    log_key = read_log_key(files["log"]).verifier_key
    vault = vault_of(settings, journal.store.pool)
    on = day_in_china(journal.now())

    def decide(read: Reading) -> Iterator[Fact]:
        stream = stream_name("log", derived("log", journal.origin))
        opened = log.open_log(
            read.state(stream, log.evolve),
            origin=journal.origin,
            log_key=str(log_key),
            rehearsal=beginning.rehearsal,
            division=beginning.division,
            county_name=beginning.county_name,
            founder_id=founder.person_id,
            founder_key=founder_key,
            policy=f"log {log_key}\nquorum none\n",
        )
        yield Fact(stream, opened, on)
        yield Fact(
            stream_name("key", key_stream(founder.person_id, founder.role)),
            keys.register_founder_key(
                origin=journal.origin, person_id=founder.person_id, key=founder_key, custody="password"
            ),
            on,
        )
        place = places.register_place(None, code=beginning.division, name=beginning.county_name, since=on)
        yield Fact(place_stream(beginning.division), place, on)
        (name,) = vault.seal([Personal(founder.person_id, NAME, beginning.founder_name)])
        person = persons.register_person(None, name=name, pseudonymous=False)
        yield Fact(person_stream(founder.person_id), person, on)
        role = persons.grant_role(
            persons.evolve(None, person),
            role=founder.role,
            area=beginning.division,
            area_known=True,
            since=on,
        )
        yield Fact(person_stream(founder.person_id), role, on)

    journal.execute(actor=founder, key="genesis", inputs={"command": "log.open"}, decide=decide)


@dataclass(frozen=True, slots=True)
class NewPlace:
    """A division to register."""

    code: Division
    name: str


def register_places(app: App, *, actor: Actor, key: str, new: Sequence[NewPlace], since: date, on: date) -> Receipt:
    """Make divisions known, all or none."""

    def decide(read: Reading) -> Iterator[Fact]:
        found = read.states([place_stream(place.code) for place in new], places.evolve)
        for place in new:
            require(read, actor, "place.registered/1", division=place.code, on=on)
            stream = place_stream(place.code)
            event = places.register_place(found[stream], code=place.code, name=place.name, since=since)
            yield Fact(stream, event, on)

    inputs = {
        "command": "place.register",
        "places": [[place.code, place.name] for place in new],
        "since": since.isoformat(),
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


@dataclass(frozen=True, slots=True)
class Account:
    """A bank account as its holder gave it; personal throughout."""

    holder: str
    number: str
    bank: str


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person with a first role. `signs`: the server keeps a key for him, if it may for that role."""

    person_id: UUID
    name: str
    role: str
    area: Division
    since: date
    pseudonymous: bool = False
    account: Account | None = None
    signs: bool = True
    department: str | None = None


def register_persons(app: App, *, actor: Actor, key: str, new: Sequence[NewPerson], on: date) -> Receipt:
    """Make persons known with one role each, their account where given, and a member's key in the server's custody."""

    def decide(read: Reading) -> Iterator[Fact]:
        found = read.states([person_stream(person.person_id) for person in new], persons.evolve)
        known = places_known(read, {person.area for person in new})
        for person in new:
            for event_type in ("person.registered/1", "person.role_granted/1"):
                require(read, actor, event_type, division=person.area, on=on)
            if found[person_stream(person.person_id)] is not None:
                raise Refusal("person.already_registered")
        sealed = _seal_persons(app.vault, new)
        for person in new:
            known_area = known[person.area]
            for event in _person_events(person, sealed[person.person_id], area_known=known_area, by=actor, on=on):
                yield Fact(person_stream(person.person_id), event, on)
            if person.signs and person.role in SERVER_HELD:
                yield key_fact(read, app, actor, person.person_id, person.role, on)

    names = app.vault.fingerprints([Personal(person.person_id, NAME, person.name) for person in new])
    inputs = {
        "command": "person.register",
        "persons": [
            [
                str(person.person_id),
                name,
                person.role,
                person.area,
                person.since.isoformat(),
                *([person.department] if person.department else []),
            ]
            for person, name in zip(new, names, strict=True)
        ],
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _seal_persons(vault: Vault, new: Iterable[NewPerson]) -> dict[UUID, list[Commitment]]:
    """Name, then holder, number and bank where an account is given, for each person."""
    values: list[Personal] = []
    for person in new:
        values.append(Personal(person.person_id, NAME, person.name))
        if person.account is not None:
            values += account_values(person.person_id, person.account)
    sealed: dict[UUID, list[Commitment]] = {}
    for value, commitment in zip(values, vault.seal(values), strict=True):
        sealed.setdefault(value.person_id, []).append(commitment)
    return sealed


def _person_events(
    new: NewPerson, sealed: Sequence[Commitment], *, area_known: bool, by: Actor, on: date
) -> Iterator[PersonEvent]:
    registered = persons.register_person(None, name=sealed[0], pseudonymous=new.pseudonymous)
    yield registered
    person = persons.evolve(None, registered)
    yield persons.grant_role(
        person, role=new.role, area=new.area, area_known=area_known, since=new.since, department=new.department
    )
    if new.account is not None:
        _, holder, number, bank = sealed
        yield persons.set_payee_account(
            person, version=1, holder=holder, number=number, bank=bank, actor_id=by.person_id, on=on
        )


def key_fact(read: Reading, app: App, actor: Actor, person_id: UUID, role: str, on: date) -> Fact:
    """The registration of the key that the server keeps for a person in a role."""
    stream = stream_name("key", key_stream(person_id, role))
    event = keys.register_key(
        read.state(stream, keys.evolve),
        origin=app.journal.origin,
        person_id=person_id,
        role=role,
        key=str(app.journal.custody.signer(person_id, role).verifier_key),
        custody="server",
        registered_by=actor.person_id,
    )
    return Fact(stream, event, on)


def grant_role(
    app: App,
    *,
    actor: Actor,
    key: str,
    person_id: UUID,
    role: str,
    area: Division,
    since: date,
    until: date | None = None,
    department: str | None = None,
    on: date,
) -> Receipt:
    """Give a known person one more role; a member gets a key in the server's custody if he never had one."""

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "person.role_granted/1", division=area, on=on)
        person = read.state(person_stream(person_id), persons.evolve)
        event = persons.grant_role(
            person,
            role=role,
            area=area,
            area_known=place_known(read, area),
            since=since,
            until=until,
            department=department,
        )
        yield Fact(person_stream(person_id), event, on)
        if role in SERVER_HELD and read.state(stream_name("key", key_stream(person_id, role)), keys.evolve) is None:
            yield key_fact(read, app, actor, person_id, role, on)

    inputs = {
        "command": "person.grant_role",
        "person": str(person_id),
        "role": role,
        "area": area,
        "since": since.isoformat(),
        "until": until.isoformat() if until else None,
        **({"department": department} if department else {}),
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """The account that a person is paid on from now; `version` is one more than the one in use."""

    person_id: UUID
    version: int
    account: Account


def set_payee_account(
    app: App, *, actor: Actor, key: str, person_id: UUID, version: int, account: Account, on: date
) -> Receipt:
    """Set the account that a person is paid on from now; `version` is one more than the one in use."""
    return set_payee_accounts(app, actor=actor, key=key, new=[NewAccount(person_id, version, account)], on=on)


def set_payee_accounts(app: App, *, actor: Actor, key: str, new: Sequence[NewAccount], on: date) -> Receipt:
    """Set the accounts of several persons, all or none."""

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "person.payee_account_set/1", division=app.log.division, on=on)
        found = read.states([person_stream(one.person_id) for one in new], persons.evolve)
        if None in found.values():
            raise Refusal("person.unknown")
        sealed = iter(app.vault.seal([value for one in new for value in account_values(one.person_id, one.account)]))
        for one in new:
            stream = person_stream(one.person_id)
            holder, number, bank = next(sealed), next(sealed), next(sealed)
            event = persons.set_payee_account(
                found[stream],
                version=one.version,
                holder=holder,
                number=number,
                bank=bank,
                actor_id=actor.person_id,
                on=on,
            )
            yield Fact(stream, event, on)

    texts = ["\n".join((one.account.holder, one.account.number, one.account.bank)) for one in new]
    accounts = app.vault.fingerprints(
        [Personal(one.person_id, "account", text) for one, text in zip(new, texts, strict=True)]
    )
    inputs = {
        "command": "person.set_payee_account",
        "accounts": [
            [
                str(one.person_id),
                one.version,
                account,
            ]
            for one, account in zip(new, accounts, strict=True)
        ],
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def account_values(person_id: UUID, account: Account) -> tuple[Personal, Personal, Personal]:
    """Holder, number and bank, as the vault keeps them."""
    return (
        Personal(person_id, "account_holder", account.holder),
        Personal(person_id, "account_number", account.number),
        Personal(person_id, "account_bank", account.bank),
    )


def set_band(
    app: App,
    *,
    actor: Actor,
    key: str,
    division: Division,
    min_fen: Fen,
    max_fen: Fen,
    since: date,
    document: str,
    on: date,
) -> Receipt:
    """Set the band that every tariff in a division must lie in."""
    has_come = since <= today(app)
    if has_come:
        app.runner.catch_up()

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "tariff.band_set/1", division=division, on=on)
        event = tariffs.set_band(
            read.state(tariff_stream(division), tariffs.evolve),
            division=division,
            division_known=place_known(read, division),
            min_fen=min_fen,
            max_fen=max_fen,
            since=since,
            document=document,
            today=today(app),
            around=_tariffs_around(app, read, division) if has_come else (),
        )
        yield Fact(tariff_stream(division), event, on)

    inputs = {
        "command": "tariff.set_band",
        "division": division,
        "min_fen": min_fen,
        "max_fen": max_fen,
        "since": since.isoformat(),
        "document": document,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _tariffs_around(app: App, read: Reading, division: Division) -> list[Tariffs | None]:
    """The tariffs of a division, of all above it, and of all within it that have set any, as the read model knows."""
    with app.reading.connection() as conn:
        within = {one.division for one in tariffs_set.tariffs_within(conn, division)}
    along = tariffs_along(read, division)
    found = read.states({tariff_stream(code) for code in within - set(chain(division))}, tariffs.evolve)
    return [*along, *found.values()]


def set_tariff(
    app: App,
    *,
    actor: Actor,
    key: str,
    division: Division,
    category: str | None,
    amount_fen: Fen,
    since: date,
    document: str,
    on: date,
    item: str | None = None,
) -> Receipt:
    """Set what a valid report in a division earns, inside every band above it.

    An `item` is one that the catalogue admits there on the day from which the tariff holds.
    """

    def decide(read: Reading) -> Iterator[Fact]:
        require(read, actor, "tariff.set/1", division=division, on=on)
        along = tariffs_along(read, division)
        if item is not None:
            require_item(item_in_force(read, division, item, since), division=division, code=item, on=since)
        event = tariffs.set_tariff(
            along[0],
            division=division,
            division_known=place_known(read, division),
            item=item,
            category=category,
            amount_fen=amount_fen,
            since=since,
            document=document,
            bands=policies.bands_in_force(along, on=since),
            today=today(app),
            above=along[1:],
        )
        yield Fact(tariff_stream(division), event, on)

    inputs = {
        "command": "tariff.set",
        "division": division,
        "item": item,
        "category": category,
        "amount_fen": amount_fen,
        "since": since.isoformat(),
        "document": document,
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)
