"""A key in a device signs exactly the lines that the server wrote and the device showed, or nothing is recorded."""

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.commands.county import NewPerson, register_persons
from api.commands.keys import NewKey, register_keys
from api.commands.shared import today
from api.custody.device import LIFETIME_S, Tickets
from api.custody.wrapping import REHEARSAL
from api.web import accounts
from domain.kernel.ids import stream_name
from domain.kernel.refusals import Refusal
from domain.places import PlaceRegistered
from journal import note
from journal.drafts import Prepared
from journal.facts import Fact
from journal.note import Ed25519Signer
from tests.api.web.county import PASSWORD, SINCE, TOWNSHIP, VILLAGE, County


@pytest.fixture(scope="module")
def device(county: County) -> Ed25519Signer:
    """The key in the telephone of a grid worker, registered from its public half."""
    app, person_id = county.app, uuid4()
    new = NewPerson(person_id, "沈器", "grid_worker", TOWNSHIP, SINCE)
    register_persons(app, actor=county.admin, key=county.key(), new=[new], on=today(app))
    signer = Ed25519Signer.generate(f"{app.journal.origin}/grid_worker/{person_id}")
    registered = [NewKey(person_id, "grid_worker", str(signer.verifier_key), "device")]
    receipt = register_keys(app, actor=county.admin, key=county.key(), new=registered, on=today(app))
    accounts.set_account(app.writing, login="shen.qi", person_id=person_id, password=PASSWORD, cost=REHEARSAL)
    assert app.caught_up(receipt.position)
    return signer


def asked(county: County, client: httpx.Client) -> tuple[dict[str, Any], str]:
    """A verification that waits for its signature: the answer with the command's key, and its incident."""
    incident = str(county.reported())
    body = {"confirmed": True, "reason": "seen_on_site"}
    key = county.key()
    headers = {"idempotency-key": key}
    answer = client.post(f"/api/v1/incidents/{incident}/verification", json=body, headers=headers)
    assert answer.status_code == 202, answer.text
    return {**answer.json(), "asked": key}, incident


def submit(client: httpx.Client, asking: dict[str, Any], notes: list[bytes], **other: str) -> httpx.Response:
    body = {"ticket": other.get("ticket", asking["ticket"]), "notes": [one.decode() for one in notes]}
    headers = {"idempotency-key": other.get("key", asking["asked"])}
    return client.post("/api/v1/signatures", json=body, headers=headers)


def signed(asking: dict[str, Any], signer: Ed25519Signer) -> list[bytes]:
    return [note.sign(line.encode(), signer) for line in asking["lines"]]


def test_the_server_writes_the_device_signs_and_the_journal_holds_those_very_bytes(
    county: County, device: Ed25519Signer
) -> None:
    client, before = county.program("shen.qi"), county.app.journal.position()
    asking, incident = asked(county, client)
    assert county.app.journal.position() == before + 1  # the report alone
    assert asking["key"] == str(device.verifier_key)
    assert incident in asking["lines"][0]
    notes = signed(asking, device)
    answer = submit(client, asking, notes)
    assert answer.status_code == 201, answer.text
    index = answer.json()["index"]
    assert list(county.app.journal.store.entries(index, stop=index + 1)) == [(index, notes[0])]
    again = submit(client, asking, notes)
    assert (again.status_code, again.json()["replayed"]) == (200, True)


def test_nothing_but_the_lines_and_the_registered_key_is_taken(county: County, device: Ed25519Signer) -> None:
    client = county.program("shen.qi")
    asking, _ = asked(county, client)
    before = county.app.journal.position()
    (line,) = asking["lines"]
    other = Ed25519Signer.generate(device.verifier_key.name)
    changed = note.sign(line.replace("seen_on_site", "photo_matches").encode(), device)
    right = signed(asking, device)
    for notes, other_field, code in (
        (signed(asking, other), {}, "signature.not_of_key"),
        ([changed], {}, "signature.ticket"),
        ([*right, changed], {}, "signature.ticket"),
        ([b"no note"], {}, "signature.ticket"),
        (right, {"ticket": asking["ticket"] + "x"}, "signature.ticket"),
        (right, {"ticket": ""}, "signature.ticket"),
        (right, {"key": county.key()}, "signature.ticket"),
    ):
        answer = submit(client, asking, notes, **other_field)
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    stranger = submit(county.program("lihe"), asking, signed(asking, device))
    assert stranger.json()["code"] == "signature.ticket"
    assert county.app.journal.position() == before


def test_what_was_decided_on_stale_grounds_is_not_recorded(county: County, device: Ed25519Signer) -> None:
    client = county.program("shen.qi")
    asking, incident = asked(county, client)
    done = county.post("lihe", f"/incidents/{incident}/verification", {"confirmed": False, "reason": "not_found"})
    assert done.status_code == 201
    answer = submit(client, asking, signed(asking, device))
    assert (answer.status_code, answer.json()["code"]) == (409, "stream.moved")


def test_a_page_cannot_sign_with_a_device_and_says_so(county: County, device: Ed25519Signer) -> None:
    incident, browser = county.reported(), county.browser()
    token = token_in(browser.get("/staff/sign-in").text)
    browser.post("/staff/sign-in", data={"login": "shen.qi", "password": PASSWORD, "form_token": token})
    page = browser.get(f"/staff/incidents/{incident}").text
    data = {"form_token": token_in(page), "key": county.key(), "reason": "seen_on_site"}
    answer = browser.post(f"/staff/incidents/{incident}/acts/verify", data=data)
    assert answer.status_code == 403
    assert "签名密钥" in answer.text


def test_a_ticket_runs_out(county: County) -> None:
    now_s = [1_000_000.0]
    tickets = Tickets(b"s" * 32, clock=lambda: now_s[0])
    actor = county.people["lihe"]
    assert actor.signer is not None
    event = PlaceRegistered(code=VILLAGE, name="某村", since=SINCE)
    facts = [Fact(stream_name("place", uuid4()), event, SINCE)]
    key = county.key()
    prepared = county.app.journal.prepare(actor=actor, key=key, inputs={}, decide=lambda _read: facts)
    assert isinstance(prepared, Prepared)
    asking = tickets.issue(prepared)
    notes = [note.sign(line.encode(), actor.signer) for line in asking.lines]
    now_s[0] += LIFETIME_S - 1
    assert tickets.redeem(asking.ticket, notes, actor=actor, key=key).texts == prepared.texts
    now_s[0] += 2
    with pytest.raises(Refusal, match=r"signature\.ticket"):
        tickets.redeem(asking.ticket, notes, actor=actor, key=key)


def token_in(page: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]
