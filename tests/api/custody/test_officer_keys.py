"""Only who knows an officer's secret signs as that officer: not the database, not its backups, not the disk."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from psycopg import sql

from api.commands.county import NewPerson, grant_role, register_persons
from api.commands.incidents import Verdict, verify
from api.commands.keys import fingerprint, live_key, register_requested, revoke_key
from api.commands.shared import today
from api.custody import invitations, keeping
from api.custody.enrolling import opened_officer
from api.custody.opening import change_secret, keys_at_sign_in
from api.custody.unlocked import session_keys
from api.custody.wrapping import REHEARSAL, WrongSecret, unwrap
from api.exporting import export_package
from api.server import create_app
from api.web import accounts
from api.web.sessions import Sessions
from audit.verify import verify_package
from domain.kernel.refusals import Refusal
from journal.facts import Actor
from journal.keys import ServerCustody, read_secret
from journal.note import Ed25519Signer, VerifierKey
from tests.api.web.county import COUNTY, PASSWORD, SINCE, County, served

NEW_SECRET = "horse staple battery correct"
HEX, SEED = re.compile(rb"[0-9a-fA-F]{64}"), 32


def sign_in(county: County, login: str, password: str = PASSWORD) -> httpx.Response:
    return county.browser().post("/api/v1/session", json={"login": login, "password": password})


def verified(county: County, token: str, url: str | None = None) -> httpx.Response:
    """Verify a new report with a bearer token, at any server of the county."""
    incident = county.reported()
    headers = {"authorization": f"Bearer {token}", "idempotency-key": county.key()}
    address = f"{url or county.url}/api/v1/incidents/{incident}/verification"
    return httpx.post(address, json={"confirmed": True, "reason": "seen_on_site"}, headers=headers, timeout=30)


def public_key(county: County, login: str) -> VerifierKey:
    actor = county.people[login]
    live = live_key(county.app, person_id=actor.person_id, role=actor.role)
    assert live is not None
    return VerifierKey.parse(live.key)


# Everything at rest.


def values_of(dsn: str) -> Iterator[bytes]:
    """Every value of every row of every table, as bytes: what a stolen database or its backup holds."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, table in tables:
            for row in connection.execute(sql.SQL("SELECT * FROM {}.{}").format(*map(sql.Identifier, (schema, table)))):
                for value in row:
                    yield bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def files_of(home: Path) -> Iterator[bytes]:
    for path in sorted(home.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path.read_bytes()


def seeds_in(value: bytes) -> Iterator[bytes]:
    """Every 32 bytes that stand in a value, plain or as hex."""
    for start in range(max(0, min(len(value), 2_000) - SEED + 1)):
        yield value[start : start + SEED]
    for found in HEX.findall(value):
        yield bytes.fromhex(found.decode())


def test_who_holds_database_backups_and_disk_cannot_sign_as_an_officer(county: County) -> None:
    """Every 32 bytes at rest are tried as a seed, as the master seed, and as a key that unwraps."""
    county.program("lihe")  # while a session is open, too
    person_id = county.people["lihe"].person_id
    wanted = public_key(county, "lihe")
    wrapped = [row.sealed for row in keeping.kept(county.app.writing, person_id)]
    assert len(wrapped) == 1
    small = [value for value in values_of(county.app.access.owner) if len(value) <= 4_096]
    kept = list(files_of(county.app.settings.home))
    assert any(wrapped[0] in value for value in small), "the scan does not see the wrapped keys"
    assert any(read_secret(county.app.settings.keys / "actors.key") in value for value in kept), "nor the key files"
    candidates = {seed for value in itertools.chain(small, kept) for seed in seeds_in(value)}
    assert len(candidates) > 1_000
    for candidate in candidates:
        assert Ed25519Signer.from_seed(wanted.name, candidate).verifier_key != wanted
        with pytest.raises(WrongSecret):
            unwrap(wrapped[0], candidate, key=str(wanted))
    for master in {seed for value in files_of(county.app.settings.keys) for seed in seeds_in(value)}:
        custody = ServerCustody(master, origin=county.app.journal.origin)
        assert custody.signer(person_id, "grid_worker").verifier_key != wanted


def test_the_scan_would_find_a_seed_that_is_at_rest(county: County) -> None:
    """A member's key is in the server's custody, and follows from what is on the disk."""
    person_id = county.people["zhangjianguo"].person_id
    wanted = public_key(county, "zhangjianguo")
    found = [
        master
        for value in files_of(county.app.settings.keys)
        for master in seeds_in(value)
        if ServerCustody(master, origin=county.app.journal.origin).signer(person_id, "member").verifier_key == wanted
    ]
    assert len(found) == 1


def test_the_program_itself_signs_for_no_officer(county: County) -> None:
    """Whoever runs the program without the secret is refused before anything is recorded."""
    incident = county.reported()
    before = county.app.journal.position()
    officer = county.people["lihe"]
    impostor = Ed25519Signer.generate(f"{county.app.journal.origin}/grid_worker/{officer.person_id}")
    for signer in (None, impostor):
        with pytest.raises(Refusal, match=r"key\.not_at_hand"):
            verify(
                county.app,
                actor=Actor(officer.person_id, officer.role, signer),
                key=county.key(),
                verdicts=[Verdict(incident, True, "seen_on_site")],
                on=today(county.app),
            )
    assert county.app.journal.position() == before


# Sessions.


def test_any_process_of_the_server_serves_the_session_and_signs_with_its_key(county: County) -> None:
    token = sign_in(county, "lihe").json()["token"]
    assert verified(county, token).status_code == 201
    with served(create_app(county.app)) as other:
        assert verified(county, token, other).status_code == 201


def test_signing_out_ends_the_session_everywhere_and_its_copy_too(county: County) -> None:
    browser = county.browser()
    page = browser.get("/staff/sign-in").text
    form = {"login": "lihe", "password": PASSWORD, "form_token": token_in(page)}
    assert browser.post("/staff/sign-in", data=form).status_code == 303
    stolen = dict(browser.cookies)
    assert browser.get("/staff").status_code == 200
    browser.post("/staff/sign-out", data={"form_token": token_in(browser.get("/staff").text)})
    thief = county.browser()
    thief.cookies.update(stolen)
    assert thief.get("/staff").headers["location"].startswith("/staff/sign-in")


def test_the_row_of_a_session_opens_with_its_token_only(county: County) -> None:
    app = county.app
    sessions = Sessions(read_secret(app.settings.keys / "session.key"))
    session = sessions.read(sign_in(county, "lihe").json()["token"], "bearer")
    assert session is not None
    opened = session_keys(app.writing, token=session.token, login="lihe")
    assert opened is not None
    assert opened["grid_worker"].verifier_key == public_key(county, "lihe")
    assert session_keys(app.writing, token=session.token, login="qianduo") is None
    assert session_keys(app.writing, token="00" * 32, login="lihe") is None
    assert session_keys(app.writing, token="no token", login="lihe") is None
    assert session.token not in repr(session)


def test_a_session_that_was_tampered_with_in_the_database_is_no_session(county: County) -> None:
    token = sign_in(county, "qianduo").json()["token"]
    with psycopg.connect(county.app.access.owner, autocommit=True) as connection:
        connection.execute("UPDATE access.sessions SET sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)")
    assert verified(county, token).status_code == 401


def test_a_session_that_has_run_out_opens_nothing(county: County) -> None:
    token = sign_in(county, "qianduo").json()["token"]
    with psycopg.connect(county.app.access.owner, autocommit=True) as connection:
        connection.execute("UPDATE access.sessions SET expires = now() - interval '1 second'")
    assert verified(county, token).status_code == 401
    sign_in(county, "qianduo")  # sweeps
    with psycopg.connect(county.app.access.owner, autocommit=True) as connection:
        row = connection.execute("SELECT count(*) FROM access.sessions WHERE expires < now()").fetchone()
    assert row == (0,)


# Secrets.


def test_another_secret_keeps_the_key_and_ends_the_sessions(county: County) -> None:
    app, officer, before = county.app, county.people["chenjing"], public_key(county, "chenjing")
    token = sign_in(county, "chenjing").json()["token"]
    with pytest.raises(Refusal, match=r"session\.wrong_password"):
        change_secret(app, login="chenjing", secret="not it", new_secret=NEW_SECRET)
    with pytest.raises(accounts.BadAccount):
        change_secret(app, login="chenjing", secret=PASSWORD, new_secret="too short")
    change_secret(app, login="chenjing", secret=PASSWORD, new_secret=NEW_SECRET)
    assert httpx.get(f"{county.url}/api/v1/session", headers={"authorization": f"Bearer {token}"}).status_code == 401
    assert sign_in(county, "chenjing").status_code == 401
    assert sign_in(county, "chenjing", NEW_SECRET).status_code == 201
    with pytest.raises(WrongSecret):
        keeping.open_keys(app.writing, person_id=officer.person_id, secret=PASSWORD)
    opened = keeping.open_keys(app.writing, person_id=officer.person_id, secret=NEW_SECRET)
    assert opened.signers["county_officer"].verifier_key == before == public_key(county, "chenjing")


def test_a_password_that_somebody_else_set_opens_no_key(county: County) -> None:
    """An administrator of the database gives an officer's login a password of his own: he may read, and not sign."""
    app, officer = county.app, county.people["sunli"]
    accounts.set_account(
        app.writing, login="sunli", person_id=officer.person_id, password="of the thief", cost=REHEARSAL
    )
    assert sign_in(county, "sunli", "of the thief").status_code == 201
    held = {"county_approver"}
    assert keys_at_sign_in(app, person_id=officer.person_id, secret="of the thief", roles=held) == {}
    assert len(keeping.kept(app.writing, officer.person_id)) == 1  # and the officer's own key is still there
    opened = keeping.open_keys(app.writing, person_id=officer.person_id, secret=PASSWORD)
    assert opened.signers["county_approver"].verifier_key == public_key(county, "sunli")


# From the invitation to the key, and its end.


def newcomer(county: County, login: str, role: str, *, secret: str = NEW_SECRET) -> tuple[UUID, str]:
    """Somebody who was registered, invited, and has chosen his secret; and the fingerprint that he reads out."""
    app, person_id = county.app, uuid4()
    new = NewPerson(person_id, "郑新", role, COUNTY, SINCE)
    register_persons(app, actor=county.admin, key=county.key(), new=[new], on=today(app))
    assert app.caught_up(app.journal.position())
    return person_id, accepted(county, login, person_id, secret=secret)


def accepted(county: County, login: str, person_id: UUID, *, secret: str = NEW_SECRET) -> str:
    code = invitations.invite(county.app, login=login, person_id=person_id)
    invitations.accept(county.app, login=login, code=code, secret=secret)
    (made,) = keeping.kept(county.app.writing, person_id)
    return fingerprint(made.key)


def registered(county: County, actor: Actor, person_id: UUID, role: str, heard: str) -> None:
    receipt = register_requested(
        county.app,
        actor=actor,
        key=county.key(),
        person_id=person_id,
        role=role,
        heard=heard,
        on=today(county.app),
    )
    assert county.app.caught_up(receipt.position)


def administrator(county: County, login: str) -> Actor:
    """One more administrator, with a key."""
    person_id, heard = newcomer(county, login, "administrator")
    registered(county, county.admin, person_id, "administrator", heard)
    return opened_officer(county.app, person_id=person_id, role="administrator", secret=NEW_SECRET)


def test_a_code_is_good_once_and_for_its_login_only(county: County) -> None:
    app, person_id = county.app, county.people["xuwei"].person_id
    code = invitations.invite(app, login="xu.new", person_id=person_id)
    for login, wrong in (("xu.new", "aaaa-bbbb-cccc-dddd"), ("lihe", code)):
        with pytest.raises(Refusal, match=r"session\.invitation_wrong"):
            invitations.accept(app, login=login, code=wrong, secret=NEW_SECRET)
    with pytest.raises(accounts.BadAccount):
        invitations.accept(app, login="xu.new", code=code, secret="short")
    invitations.accept(app, login="xu.new", code=code.upper(), secret=NEW_SECRET)
    with pytest.raises(Refusal, match=r"session\.invitation_wrong"):
        invitations.accept(app, login="xu.new", code=code, secret=NEW_SECRET)


def test_a_key_counts_once_an_administrator_has_heard_its_fingerprint(county: County) -> None:
    person_id, heard = newcomer(county, "zheng.xin", "grid_worker")
    token = sign_in(county, "zheng.xin", NEW_SECRET).json()["token"]
    answer = verified(county, token)
    assert (answer.status_code, answer.json()["code"]) == (403, "key.not_registered")
    with pytest.raises(Refusal, match=r"key\.no_request"):
        registered(county, county.admin, person_id, "grid_worker", heard[::-1])
    registered(county, county.admin, person_id, "grid_worker", heard.replace("-", " ").upper())
    assert verified(county, token).status_code == 201  # also in the session that was open


def test_one_administrator_cannot_make_an_officer_sign_in_a_further_role(county: County) -> None:
    """Nor by registering the key before the role is granted."""
    app, first, second = county.app, county.admin, administrator(county, "san.hao")
    person_id, heard = newcomer(county, "cheng.er", "grid_worker")
    registered(county, first, person_id, "grid_worker", heard)
    role, held = "county_approver", keeping.open_keys(app.writing, person_id=person_id, secret=NEW_SECRET)
    made = keeping.add_keys(app.writing, held, origin=app.journal.origin, person_id=person_id, roles=[role])[role]
    further = fingerprint(str(made.verifier_key))
    with pytest.raises(Refusal, match=r"key\.role_granted_alone"):
        registered(county, first, person_id, role, further)
    grant_role(
        app,
        actor=first,
        key=county.key(),
        person_id=person_id,
        role=role,
        area=COUNTY,
        since=today(app),
        on=today(app),
    )
    with pytest.raises(Refusal, match=r"key\.role_granted_alone"):
        registered(county, first, person_id, role, further)
    registered(county, second, person_id, role, further)


def test_a_lost_secret_takes_two_administrators_and_neither_may_be_the_holder(county: County) -> None:
    app, first, second = county.app, county.admin, administrator(county, "er.hao")
    person_id, heard = newcomer(county, "wang.ji", "county_approver")
    registered(county, first, person_id, "county_approver", heard)
    again = accepted(county, "wang.ji", person_id, secret="another secret of his")
    with pytest.raises(Refusal, match=r"key\.still_live"):
        registered(county, second, person_id, "county_approver", again)

    def revoke(actor: Actor, of: UUID, role: str) -> None:
        ending = {"person_id": of, "role": role, "reason": "secret_lost", "on": today(app)}
        revoke_key(app, actor=actor, key=county.key(), from_index=app.journal.position(), **ending)

    revoke(first, person_id, "county_approver")
    with pytest.raises(Refusal, match=r"key\.same_administrator"):
        registered(county, first, person_id, "county_approver", again)
    registered(county, second, person_id, "county_approver", again)
    live = live_key(app, person_id=person_id, role="county_approver")
    assert live is not None
    assert fingerprint(live.key) == again
    with pytest.raises(Refusal, match=r"key\.by_holder"):
        revoke(second, second.person_id, "administrator")


def test_a_revoked_key_signs_nothing_more_and_what_it_signed_since_is_not_believed(
    county: County, tmp_path: Path
) -> None:
    app, second = county.app, administrator(county, "san.hao")
    person_id, heard = newcomer(county, "qian.shi", "grid_worker")
    registered(county, county.admin, person_id, "grid_worker", heard)
    token = sign_in(county, "qian.shi", NEW_SECRET).json()["token"]
    assert verified(county, token).status_code == 201
    stolen_at = app.journal.position()
    theft = verified(county, token).json()["index"]
    assert theft >= stolen_at

    def revoke(from_index: int, confirmed: int | None = None) -> None:
        whose = {"person_id": person_id, "role": "grid_worker", "reason": "stolen", "on": today(app)}
        revoke_key(app, actor=second, key=county.key(), from_index=from_index, confirmed=confirmed, **whose)

    with pytest.raises(Refusal, match=r"key\.registered_later"):
        revoke(0)
    for said in (None, 2):
        with pytest.raises(Refusal, match=r"key\.signed_since") as refused:
            revoke(stolen_at, said)
        assert (refused.value.facts["count"], refused.value.facts["first"]) == (1, theft)
    revoke(stolen_at, 1)
    assert verified(county, token).json()["code"] == "key.not_registered"
    assert app.caught_up(app.journal.position())
    export_package(app.settings, app.access, tmp_path / "package")
    report = verify_package(tmp_path / "package", processes=1)
    seen = [one for check in report.checks for one in check.findings]
    found = {(one.code, one.place.index) for one in seen if one.code.startswith("signatures.")}
    assert found == {("signatures.revoked", theft)}


def token_in(page: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]
