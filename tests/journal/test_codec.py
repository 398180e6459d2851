"""The register of types is closed both ways, and history that breaks today's rules still reads."""

import dataclasses
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from domain.kernel.events import Attachment, Sha256
from domain.kernel.money import Fen
from domain.kernel.postings import Posting
from domain.places import PlaceRegistered
from domain.rewards import RewardGranted
from domain.streams import event_types
from journal import line as lines
from journal import note
from journal.codec import Codec
from journal.errors import IntegrityError, UndecodableEvent
from journal.line import Line
from journal.note import Ed25519Signer
from tests.journal.opened import granted
from tests.journal.test_line import LINE

CODEC = Codec(event_types())
INCIDENT = UUID(int=7)
EVENT = granted(INCIDENT)


def line_of(event: Any, **changed: Any) -> Line:
    recorded = dataclasses.replace(
        LINE, type=CODEC.type_of(event), data=CODEC.data_of(event), postings=getattr(event, "postings", ())
    )
    return dataclasses.replace(recorded, **changed)


def test_an_event_comes_back_as_it_was() -> None:
    assert CODEC.event_of(lines.parse(lines.encode(line_of(EVENT)))) == EVENT


def test_postings_stand_beside_the_data() -> None:
    line = line_of(EVENT)
    assert "postings" not in line.data
    assert line.postings == EVENT.postings


def test_data_holds_plain_values_only() -> None:
    data = CODEC.data_of(EVENT)
    assert data["incident_id"] == str(INCIDENT)
    assert data["chain"] == {
        "reporter_id": str(EVENT.payee_id),
        "verifier_id": str(EVENT.chain.verifier_id),
        "handler_id": str(EVENT.chain.handler_id),
        "decider_id": str(EVENT.chain.decider_id),
        "transcriber_ids": [],
    }


def test_a_whole_note_is_decoded_with_its_envelope() -> None:
    signer = Ed25519Signer.from_seed(LINE.key_name, bytes(32))
    recorded = CODEC.decode(41, note.sign(lines.encode(line_of(EVENT)), signer))
    assert (recorded.index, recorded.event, recorded.name) == (41, EVENT, LINE.name)
    assert (recorded.on, recorded.at) == (date(2026, 11, 22), datetime(2026, 11, 22, 4, 51, 38, 1, UTC))
    assert (recorded.by, recorded.role, recorded.cmd) == (UUID(LINE.by), LINE.role, LINE.cmd)
    assert (recorded.cause, recorded.postings, recorded.stream) == (LINE.cause, EVENT.postings, LINE.stream)


# What stops the reader.


def test_an_unknown_type_stops_the_reader() -> None:
    with pytest.raises(UndecodableEvent, match=r"no decoder for the type reward\.invented/1"):
        CODEC.event_of(line_of(EVENT, type="reward.invented/1"))


def test_an_undecodable_event_is_an_integrity_error() -> None:
    assert issubclass(UndecodableEvent, IntegrityError)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"invented": 1}, "invented"),
        ({"amount_fen": "1000"}, "amount_fen"),
        ({"amount_fen": True}, "amount_fen"),
        ({"incident_id": "7"}, "incident_id"),
        ({"chain": {"reporter_id": str(INCIDENT)}}, "chain"),
        ({"chain": {**CODEC.data_of(EVENT)["chain"], "invented": 1}}, "chain"),
    ],
)
def test_an_unknown_field_or_another_form_stops_the_reader(changed: dict[str, Any], said: str) -> None:
    line = line_of(EVENT)
    with pytest.raises(UndecodableEvent, match=said):
        CODEC.event_of(dataclasses.replace(line, data={**line.data, **changed}))


def test_a_missing_field_stops_the_reader() -> None:
    data = CODEC.data_of(EVENT)
    del data["amount_fen"]
    with pytest.raises(UndecodableEvent, match="amount_fen"):
        CODEC.event_of(line_of(EVENT, data=data))


def test_postings_where_the_type_has_none_stop_the_reader() -> None:
    event = PlaceRegistered(code=EVENT.division, name="横峰县", since=date(2026, 1, 1))
    with pytest.raises(UndecodableEvent, match="carries no postings"):
        CODEC.event_of(line_of(event, postings=(Posting("fin:1011", "CNY", 1),)))


@pytest.mark.parametrize("entry", [b"", b"no note", b"{}\n\n", b'{"v":1.5}\n\n', b"\xff\n\n"])
def test_bytes_that_are_no_entry_stop_the_reader(entry: bytes) -> None:
    with pytest.raises(UndecodableEvent, match="log index 3"):
        CODEC.decode(3, entry)


# What does not.


def test_history_that_breaks_todays_rules_still_reads() -> None:
    """One fen, a division that is gone, postings that do not balance: the type judges form, not sense."""
    past = dataclasses.replace(
        EVENT, amount_fen=Fen(1), division="999999999999", postings=(Posting("fin:1011", "CNY", 5),)
    )
    assert CODEC.event_of(line_of(past)) == past


# What is never written.


def test_a_class_that_is_not_registered_is_never_written() -> None:
    with pytest.raises(LookupError, match="Attachment"):
        CODEC.type_of(Attachment(Sha256("00"), 1))


@pytest.mark.parametrize("value", [1.5, b"bytes", {"a": 1}, [1]], ids=lambda value: type(value).__name__)
def test_a_value_of_another_type_is_never_written(value: object) -> None:
    with pytest.raises(TypeError, match="cannot be recorded"):
        CODEC.data_of(dataclasses.replace(EVENT, category=value))


def test_every_field_of_every_type_can_be_written() -> None:
    """A union, a set or a float in an event class would be found only when the first such event is recorded."""
    assert CODEC.type_of(EVENT) == "reward.granted/1"
    for name, cls in event_types().items():
        assert dataclasses.is_dataclass(cls), name
        assert not any(field.type in {float, set, dict, bytes} for field in dataclasses.fields(cls)), name
    assert RewardGranted in event_types().values()
