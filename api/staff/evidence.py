"""The proof of any one event: its entry and the path from it to the root of the latest checkpoint."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from api.staff.acting import Acting
from api.staff.office import Office
from api.staff.texts import may_read
from domain.kernel.ids import parse_stream
from domain.kernel.refusals import Refusal
from journal.codec import Recorded
from journal.errors import Unavailable
from journal.merkle import inclusion_proof
from journal.proof import Proof
from projections import incidents

EVENT_NAME: Final = r"^[a-z][a-z_]{0,30}/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}@[1-9][0-9]{0,8}$"


@dataclass(frozen=True, slots=True)
class Evidence:
    """`entry` is the signed note, byte for byte; `proof` the `.tlog-proof` file."""

    index: int
    entry: bytes
    proof: bytes


def require_evidence(desk: Office, who: Acting, event: str) -> None:
    """Refuse `access.*`: a member sees the events of his own reports and of those that wait for him, and what he
    recorded himself; other roles those of the whole county.
    """
    category, identity = _stream(event)
    if not who.only_own:
        who.require("log")
        return
    if category != "incident":
        raise Refusal("access.not_yours")
    with desk.app.reading.connection() as conn:
        incident = incidents.one(conn, identity)
    if incident is None:
        raise Refusal("event.unknown", event=event)
    if not may_read(desk, who, incident) and entry_of(desk, event)[0].line.by != str(who.person_id):
        raise Refusal("access.not_yours")


def evidence(desk: Office, event: str) -> Evidence:
    """The evidence of an event by its name. Refuses `event.unknown`; raises Unavailable before its head is signed."""
    recorded, entry = entry_of(desk, event)
    return Evidence(recorded.index, entry, _proof(desk, recorded.index))


def entry_of(desk: Office, event: str) -> tuple[Recorded, bytes]:
    """An event by its name, as it reads and byte for byte. Refuses `event.unknown`."""
    category, identity = _stream(event)
    seq = int(event.rpartition("@")[2])
    for number, index, entry in desk.app.journal.store.streams([identity]).get(identity, []):
        if number == seq:
            recorded = desk.app.journal.codec.decode(index, entry)
            if recorded.stream == f"{category}/{identity}":
                return recorded, entry
    raise Refusal("event.unknown", event=event)


def _proof(desk: Office, index: int) -> bytes:
    signed = desk.checkpoint()
    size = int(signed.split(b"\n", 2)[1]) if signed is not None else 0
    if signed is None or size <= index:
        raise Unavailable("the head over this event is not signed yet; ask again")
    path = inclusion_proof(desk.app.journal.store.nodes(size), index=index, size=size)
    return bytes(Proof(index=index, path=tuple(path), checkpoint=signed))


def _stream(event: str) -> tuple[str, UUID]:
    try:
        return parse_stream(event.rpartition("@")[0])
    except ValueError:
        raise Refusal("event.unknown", event=event) from None
