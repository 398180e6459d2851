"""The other ways in: from an event loop, and signed by the actor's own device; and which of his keys speaks for him."""

import asyncio
import pickle
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from domain.kernel.ids import derived, stream_name
from domain.kernel.refusals import Refusal
from domain.keys import KeyRegistered, KeyRevoked
from domain.places import PlaceRegistered
from journal import note
from journal.drafts import Prepared
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading, key_stream
from journal.note import Ed25519Signer
from journal.proof import verify_proof
from migrations.roles import Access
from tests.journal.opened import COUNTY, DAY, FOUNDER, LOG_KEY, ORIGIN, Opened, granted, running

STREAM = stream_name("place", UUID(int=77))
PLACE = PlaceRegistered(code=COUNTY, name="横峰县", since=DAY)


def count(state: int | None, _event: object) -> int:
    return (state or 0) + 1


def place() -> Fact:
    return Fact(stream_name("place", uuid4()), PLACE, DAY)


def reward() -> Fact:
    incident_id = uuid4()
    return Fact(stream_name("reward", derived("reward", incident_id)), granted(incident_id), DAY)


def all_recorded(opened: Opened, *facts: Fact, actor: Actor = FOUNDER) -> list[Receipt | BaseException]:
    async def record() -> list[Receipt | BaseException]:
        asked = [
            opened.journal.record(actor=actor, key=f"k:{fact.stream}", inputs={"asked": fact.stream}, facts=[fact])
            for fact in facts
        ]
        return await asyncio.gather(*asked, return_exceptions=True)

    answers = asyncio.run(record())
    opened.receipts += [answer for answer in answers if isinstance(answer, Receipt)]
    return answers


# From an event loop.


def test_hundreds_are_in_flight_and_each_has_its_receipt(opened: Opened) -> None:
    answers = all_recorded(opened, *(place() for _ in range(300)))
    firsts = [answer.first_index for answer in answers if isinstance(answer, Receipt)]
    assert sorted(firsts) == list(range(2, 302))


def test_each_has_its_own_outcome(opened: Opened) -> None:
    """Two of three rewards find money; the third is told, and so is whoever writes into a stream that is not new."""
    opened.appropriate(2500)
    taken = place()
    opened.record(taken, key="before")
    answers = all_recorded(opened, reward(), reward(), reward(), taken, place())
    codes = [answer.code for answer in answers if isinstance(answer, Refusal)]
    assert codes == ["balance.below_limit", "stream.moved"]
    assert opened.journal.position() == 4 + 3


def test_the_same_command_returns_its_first_receipt(opened: Opened) -> None:
    fact = place()
    first, again = all_recorded(opened, fact)[0], all_recorded(opened, fact)[0]
    assert isinstance(first, Receipt)
    assert isinstance(again, Receipt)
    assert (again.events, again.first_index, again.replayed) == (first.events, first.first_index, True)


def test_who_has_no_key_is_refused(opened: Opened) -> None:
    (answer,) = all_recorded(opened, place(), actor=Actor(uuid4(), "agent"))
    assert isinstance(answer, Refusal)
    assert answer.code == "key.not_registered"


# Which key speaks for somebody.


def own_key(person_id: UUID, role: str = "county_officer") -> Ed25519Signer:
    return Ed25519Signer.generate(f"{ORIGIN}/{role}/{person_id}")


def register(
    opened: Opened, signer: Ed25519Signer, person_id: UUID, *, generation: int = 1, custody: str = "device"
) -> None:
    stream = stream_name("key", key_stream(person_id, "county_officer", generation=generation))
    event = KeyRegistered(person_id=person_id, role="county_officer", key=str(signer.verifier_key), custody=custody)
    opened.record(Fact(stream, event, DAY), key=f"register:{stream}")


def revoke(opened: Opened, person_id: UUID, *, generation: int = 1) -> None:
    stream = stream_name("key", key_stream(person_id, "county_officer", generation=generation))

    def decide(read: Reading) -> list[Fact]:
        read.state(stream, count)
        return [Fact(stream, KeyRevoked(from_index=0, reason="stolen"), DAY)]

    opened.receipts.append(opened.journal.execute(actor=FOUNDER, key=f"revoke:{stream}", inputs={}, decide=decide))


def test_the_live_generation_signs_and_no_other(database: Access, state: Path, opened: Opened) -> None:
    """Also in a process that had seen the first generation live."""
    person_id = uuid4()
    first, second = own_key(person_id), own_key(person_id)
    actor = Actor(person_id, "county_officer")
    register(opened, first, person_id)
    with running(database.writer, state) as other:
        other.record(place(), key="one", actor=replace(actor, signer=first))
        revoke(opened, person_id)
        with pytest.raises(Refusal, match=r"key\.not_registered"):
            other.record(place(), key="two", actor=replace(actor, signer=first))
        register(opened, second, person_id, generation=2)
        with pytest.raises(Refusal, match=r"key\.not_at_hand"):
            other.record(place(), key="three", actor=replace(actor, signer=first))
        other.record(place(), key="four", actor=replace(actor, signer=second))
        opened.receipts += other.receipts


def test_a_key_that_the_server_does_not_keep_must_be_brought(opened: Opened) -> None:
    person_id = uuid4()
    register(opened, own_key(person_id), person_id, custody="password")
    with pytest.raises(Refusal, match=r"key\.not_at_hand"):
        opened.record(place(), key="k", actor=Actor(person_id, "county_officer"))


# Signed on a device.


@pytest.fixture
def device(opened: Opened) -> Ed25519Signer:
    """An officer whose key is on a device of his own."""
    person_id = UUID(int=501)
    signer = own_key(person_id)
    register(opened, signer, person_id)
    return signer


OFFICER = Actor(UUID(int=501), "county_officer")


def prepared(opened: Opened, *, key: str = "k", name: str = "甲") -> Prepared:
    def decide(read: Reading) -> list[Fact]:
        read.state(STREAM, count)
        return [Fact(STREAM, replace(PLACE, name=name), DAY), place()]

    answer = opened.journal.prepare(actor=OFFICER, key=key, inputs={"name": name}, decide=decide)
    assert isinstance(answer, Prepared)
    return answer


def test_what_a_device_signed_is_recorded(opened: Opened, device: Ed25519Signer) -> None:
    asked = pickle.loads(pickle.dumps(prepared(opened)))  # noqa: S301 - our own; it may wait elsewhere meanwhile
    before = opened.journal.position()
    receipt = opened.journal.append_signed(asked, [note.sign(text, device) for text in asked.texts])
    assert (receipt.first_index, len(receipt.events)) == (before, 2)
    entry = next(opened.store.entries(receipt.last_index))[1]
    assert note.verify(entry, [device.verifier_key]).text == asked.texts[1]
    assert verify_proof(receipt.proof, entry=entry, log_key=LOG_KEY)


def test_a_command_that_was_recorded_is_not_prepared_again(opened: Opened, device: Ed25519Signer) -> None:
    asked, later = prepared(opened), prepared(opened)
    notes = [note.sign(text, device) for text in asked.texts]
    first = opened.journal.append_signed(asked, notes)
    assert opened.journal.append_signed(asked, notes).replayed
    assert opened.journal.append_signed(later, [note.sign(text, device) for text in later.texts]).replayed

    def refuse(_read: Reading) -> list[Fact]:
        raise Refusal("place.already_registered", division=COUNTY)

    again = opened.journal.prepare(actor=OFFICER, key="k", inputs={"name": "甲"}, decide=refuse)
    assert isinstance(again, Receipt)
    assert (again.events, again.replayed) == (first.events, True)


def test_what_was_decided_on_other_grounds_must_be_signed_again(opened: Opened, device: Ed25519Signer) -> None:
    asked = prepared(opened)
    opened.record(Fact(STREAM, PLACE, DAY), key="between")
    before = opened.journal.position()
    with pytest.raises(Refusal, match=r"stream\.moved"):
        opened.journal.append_signed(asked, [note.sign(text, device) for text in asked.texts])
    assert opened.journal.position() == before


def test_a_key_that_was_revoked_meanwhile_signs_nothing(opened: Opened, device: Ed25519Signer) -> None:
    asked = prepared(opened)
    revoke(opened, OFFICER.person_id)
    with pytest.raises(Refusal, match=r"stream\.moved"):
        opened.journal.append_signed(asked, [note.sign(text, device) for text in asked.texts])


def test_only_the_text_that_was_prepared_under_one_signature_of_the_key_is_recorded(
    opened: Opened, device: Ed25519Signer
) -> None:
    asked = prepared(opened)
    good = [note.sign(text, device) for text in asked.texts]
    stranger = own_key(OFFICER.person_id)
    bad = [
        [],
        good[:1],
        good[::-1],
        [good[0], good[0]],
        [good[0], note.sign(asked.texts[1], stranger)],
        [good[0], note.sign(asked.texts[1].replace(b"agent", b"agens").replace(b'"seq":1', b'"seq":2'), device)],
        [good[0], note.sign(asked.texts[1], device, stranger)],
        [good[0], good[1][:-4] + b"AA=\n"],
        [good[0], b"nothing"],
    ]
    before = opened.journal.position()
    for notes in bad:
        with pytest.raises(Refusal, match=r"signature\.not_of_key"):
            opened.journal.append_signed(asked, notes)
    assert opened.journal.position() == before
    opened.receipts.append(opened.journal.append_signed(asked, good))
