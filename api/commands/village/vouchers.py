"""Vouchers of a village: 经手, 民主理财审核, 审批, 记账, four people; and the red voucher that takes one back."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.commands.disclosing.streams import committee_stream
from api.commands.shared import require
from api.commands.village.books import accounts_of, known_book, lines_told, parties_among
from api.commands.village.resolutions import require_resolution
from api.context import App
from domain import committees
from domain.kernel.calendar import month_of
from domain.kernel.events import Attachment
from domain.kernel.ids import EventName, event_name
from domain.kernel.places import Division
from domain.kernel.refusals import Refusal
from domain.village import months, vouchers
from domain.village.months import month_stream
from domain.village.vouchers import Content, ImportedRow, Voucher, voucher_stream
from journal.facts import Actor, Fact, Receipt
from journal.journal import Reading
from projections import village_books


@dataclass(frozen=True, slots=True)
class NewVoucher:
    """A voucher as its handler writes it; `source`: the row of a file that it comes from."""

    voucher_id: UUID
    division: Division
    content: Content
    source: ImportedRow | None = None


def draft(app: App, *, actor: Actor, key: str, new: NewVoucher, on: date) -> Receipt:
    """Write a voucher down."""
    return draft_all(app, actor=actor, key=key, new=[new], on=on)


def draft_all(app: App, *, actor: Actor, key: str, new: list[NewVoucher], on: date) -> Receipt:
    """Write several vouchers down, all or none."""

    def decide(read: Reading) -> Iterator[Fact]:
        for one in new:
            stream = voucher_stream(one.voucher_id)
            book = known_book(read, one.division)
            require(read, actor, "village_voucher.drafted/1", division=one.division, on=on)
            _require_open(read, one.division, one.content.day)
            event = vouchers.draft(
                read.state(stream, vouchers.evolve),
                division=one.division,
                since=book.since,
                content=one.content,
                accounts=accounts_of(read, book),
                parties=parties_among(read, one.division, one.content.lines),
                handler_id=actor.person_id,
                on=on,
                equal=one.source is None and _said_already(app, read, one),
                source=one.source,
            )
            yield Fact(stream, event, on)

    inputs = {"command": "village_voucher.draft", "vouchers": [_told(one) for one in new]}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def draft_reversal(
    app: App,
    *,
    actor: Actor,
    key: str,
    voucher_id: UUID,
    original_id: UUID,
    day: date,
    purpose: str,
    attachments: tuple[Attachment, ...] = (),
    on: date,
) -> Receipt:
    """Write down the red voucher that takes another back."""
    stream, original = voucher_stream(voucher_id), voucher_stream(original_id)

    def decide(read: Reading) -> Iterator[Fact]:
        taken_back = read.state(original, vouchers.evolve)
        event = vouchers.draft_reversal(
            read.state(stream, vouchers.evolve),
            original=taken_back,
            # Nothing has happened to it since it was booked, or it could not be taken back.
            booked=event_name(original, read.versions[original_id]),
            day=day,
            purpose=purpose,
            attachments=attachments,
            handler_id=actor.person_id,
            on=on,
        )
        require(read, actor, "village_voucher.drafted/1", division=event.division, on=on)
        _require_open(read, event.division, day)
        yield Fact(stream, event, on)

    inputs = {
        "command": "village_voucher.draft_reversal",
        "voucher": str(voucher_id),
        "original": str(original_id),
        "day": str(day),
        "purpose": purpose,
        "attachments": [one.sha256 for one in attachments],
    }
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def revise(app: App, *, actor: Actor, key: str, voucher_id: UUID, content: Content, on: date) -> Receipt:
    """Write anew what was sent back."""
    inputs = {"command": "village_voucher.revise", **_content_told(content)}

    def decided(read: Reading, voucher: Voucher) -> object:
        book = known_book(read, voucher.division)
        _require_open(read, voucher.division, content.day)
        return vouchers.revise(
            voucher,
            content=content,
            since=book.since,
            accounts=accounts_of(read, book),
            parties=parties_among(read, voucher.division, content.lines),
            handler_id=actor.person_id,
            on=on,
        )

    return _next(app, actor, key, voucher_id, "village_voucher.revised/1", inputs, on, decided)


def review(app: App, *, actor: Actor, key: str, voucher_id: UUID, on: date) -> Receipt:
    """Agree to it for 民主理财: as a member of the village's supervision committee, near to nobody whom it reviews."""
    inputs = {"command": "village_voucher.review"}

    def decided(read: Reading, voucher: Voucher) -> object:
        reviewed = vouchers.review(voucher, reviewer_id=actor.person_id)
        committee = read.state(committee_stream(voucher.division), committees.evolve)
        committees.require_reviewer(committee, person_id=actor.person_id, on=on)
        return reviewed

    return _next(app, actor, key, voucher_id, "village_voucher.reviewed/1", inputs, on, decided)


def approve(
    app: App, *, actor: Actor, key: str, voucher_id: UUID, resolution: EventName | None = None, on: date
) -> Receipt:
    """Approve it; above the limit by a resolution."""
    inputs = {"command": "village_voucher.approve", "resolution": resolution}

    def decided(read: Reading, voucher: Voucher) -> object:
        book = known_book(read, voucher.division)
        found, left_fen = None, 0
        if resolution is not None:
            found = require_resolution(read, resolution, division=voucher.division)
            left_fen = found.limit_fen - _taken_fen(app, read, resolution)
        return vouchers.approve(
            voucher,
            approver_id=actor.person_id,
            limit_fen=book.limit_fen,
            resolution=resolution,
            teller_id=found.teller_id if found is not None else None,
            witnessed=found is not None and found.witnessed,
            left_fen=left_fen,
        )

    return _next(app, actor, key, voucher_id, "village_voucher.approved/1", inputs, on, decided)


def _taken_fen(app: App, read: Reading, resolution: EventName) -> int:
    """What vouchers take of a resolution: the read model finds them, their streams are part of the decision."""
    app.caught_up(app.journal.position())
    with app.reading.connection() as conn:
        streams = [voucher_stream(one) for one in village_books.under(conn, resolution)]
    states = read.states(streams, vouchers.evolve).values()
    return sum(one.spent_under(resolution) for one in states if one is not None)


def send_back(app: App, *, actor: Actor, key: str, voucher_id: UUID, reason: str, on: date) -> Receipt:
    """Do not agree, whoever's turn it is."""
    inputs = {"command": "village_voucher.send_back", "reason": reason}

    def decided(_read: Reading, voucher: Voucher) -> object:
        return vouchers.send_back(voucher, role=actor.role, sender_id=actor.person_id, reason=reason)

    return _next(app, actor, key, voucher_id, "village_voucher.sent_back/1", inputs, on, decided)


def withdraw(app: App, *, actor: Actor, key: str, voucher_id: UUID, reason: str, on: date) -> Receipt:
    """Take back what one has written, before it is booked."""
    inputs = {"command": "village_voucher.withdraw", "reason": reason}

    def decided(_read: Reading, voucher: Voucher) -> object:
        return vouchers.withdraw(voucher, handler_id=actor.person_id, reason=reason)

    return _next(app, actor, key, voucher_id, "village_voucher.withdrawn/1", inputs, on, decided)


def book(app: App, *, actor: Actor, key: str, voucher_id: UUID, on: date) -> Receipt:
    """Book it on its day, under the next number of its month; what it takes back is marked in the same append."""
    stream = voucher_stream(voucher_id)

    def decide(read: Reading) -> Iterator[Fact]:
        voucher = _known(read, voucher_id)
        require(read, actor, "village_voucher.booked/1", division=voucher.division, on=on)
        vouchers.require_bookable(voucher, booker_id=actor.person_id)
        month = month_of(voucher.day)
        numbering = month_stream(voucher.division, month)
        numbered = months.number(
            read.state(numbering, months.evolve), division=voucher.division, of=month, voucher_id=voucher_id
        )
        booked = read.next_event(stream)
        yield Fact(stream, vouchers.book(voucher, booker_id=actor.person_id, number=numbered.number), voucher.day)
        yield Fact(numbering, numbered, voucher.day, cause=booked)
        if voucher.reverses is not None:
            original = voucher.reverses.rpartition("@")[0]
            event = vouchers.reverse(read.state(original, vouchers.evolve), reversal_id=voucher_id)
            yield Fact(voucher_stream(UUID(original.rpartition("/")[2])), event, voucher.day, cause=booked)

    inputs = {"command": "village_voucher.book", "voucher": str(voucher_id)}
    return app.journal.execute(actor=actor, key=key, inputs=inputs, decide=decide)


def _next(
    app: App,
    actor: Actor,
    key: str,
    voucher_id: UUID,
    event_type: str,
    inputs: Mapping[str, object],
    on: date,
    decided: Callable[[Reading, Voucher], object],
) -> Receipt:
    def decide(read: Reading) -> Iterator[Fact]:
        voucher = _known(read, voucher_id)
        require(read, actor, event_type, division=voucher.division, on=on)
        yield Fact(voucher_stream(voucher_id), decided(read, voucher), on)

    asked = {**inputs, "voucher": str(voucher_id)}
    return app.journal.execute(actor=actor, key=key, inputs=asked, decide=decide)


def _said_already(app: App, read: Reading, new: NewVoucher) -> bool:
    """Whether a voucher of the village that stands says the same: somebody may have pressed twice."""
    content = new.content
    with app.reading.connection() as conn:
        found = village_books.alike(conn, new.division, day=content.day, purpose=content.purpose.strip())
    states = read.states([voucher_stream(one) for one in found if one != new.voucher_id], vouchers.evolve).values()
    return any(one is not None and one.status != "withdrawn" and one.lines == content.lines for one in states)


def _require_open(read: Reading, division: Division, day: date) -> None:
    """Refuse `village_month.closed` before anybody signs what could not be booked."""
    month = month_of(day)
    months.require_open(read.state(month_stream(division, month), months.evolve), of=month)


def _known(read: Reading, voucher_id: UUID) -> Voucher:
    voucher = read.state(voucher_stream(voucher_id), vouchers.evolve)
    if voucher is None:
        raise Refusal("village_voucher.unknown")
    return voucher


def _told(new: NewVoucher) -> dict[str, object]:
    source = new.source
    return {
        "voucher": str(new.voucher_id),
        "division": new.division,
        **_content_told(new.content),
        "source": [source.file, source.row] if source is not None else None,
    }


def _content_told(content: Content) -> dict[str, object]:
    return {
        "day": str(content.day),
        "kind": content.kind,
        "purpose": content.purpose,
        "lines": lines_told(content.lines),
        "attachments": [one.sha256 for one in content.attachments],
    }
