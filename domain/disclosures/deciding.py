"""What may happen to a disclosure: a second person reviews, objections are answered, what was wrong is posted again.

What must not be broken: nothing is posted that nobody else has reviewed, and nothing is closed while an objection is
open or one that was right has not been followed by a corrected version.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from domain.disclosures.events import (
    DisclosureArchived,
    DisclosureClosed,
    DisclosureDrafted,
    DisclosurePublished,
    DisclosureReviewed,
    ObjectionAnswered,
    ObjectionRaised,
    ObjectionTextErased,
    Parameter,
)
from domain.disclosures.state import Disclosure, Objection, Version
from domain.kernel.disclosed import KINDS, disclosed_period, is_period, once, span
from domain.kernel.documents import Document
from domain.kernel.erasure import require_grounds
from domain.kernel.events import Commitment
from domain.kernel.reasons import require_reason
from domain.kernel.refusals import Refusal
from domain.kernel.separation import Part, require_distinct

CHANNELS: Final = frozenset({"web", "staff", "slip"})
TEXT_CHARS_MAX: Final = 1_000


def require_period(*, kind: str, period: str, today: date) -> None:
    """Refuse what cannot be disclosed: an unknown kind, a period of no known form or that is not over yet.

    Refused, in this order: `disclosure.kind_unknown`, `disclosure.period_unknown`, `disclosure.period_not_over`.
    """
    if kind not in KINDS:
        raise Refusal("disclosure.kind_unknown", kind=kind)
    if not is_period(period):
        raise Refusal("disclosure.period_unknown", period=period)
    if once(period) is None and span(period)[1] >= today:
        raise Refusal("disclosure.period_not_over", period=period)


def draft(
    disclosure: Disclosure | None,
    *,
    document: Document,
    posted_again: bool = False,
    reason: str | None,
    actor_id: UUID,
    today: date,
) -> DisclosureDrafted:
    """Draft the first version, or the next one after one that was sent back or posted; `reason`: of a correction.

    `posted_again`: it would show what the version posted last shows, names included; that corrects nothing.

    Refused, in this order: `disclosure.kind_unknown`, `disclosure.period_unknown`, `disclosure.period_not_over`,
    `disclosure.is_closed`, `disclosure.awaits_review`, `disclosure.awaits_publishing`, `disclosure.reason_missing`,
    `reason.insufficient`, `disclosure.text_too_long`, `disclosure.same_again`.
    """
    require_period(kind=document.kind, period=document.period, today=today)
    latest = disclosure.latest if disclosure else None
    posted = disclosure.posted if disclosure else None
    digest, content = document.digest(), document.canonical()
    if disclosure is not None:
        _require_open(disclosure)
        _require_turn(disclosure.versions[-1])
    if posted is not None:
        if not reason:
            raise Refusal("disclosure.reason_missing", version=posted.number)
        require_reason(reason)
    _require_short("reason", reason or "")
    same = latest if latest is not None and latest.document == digest else posted if posted_again else None
    if same is not None:
        raise Refusal("disclosure.same_again", version=same.number)
    return DisclosureDrafted(
        division=document.division,
        kind=document.kind,
        period=disclosed_period(document.period),
        version=latest.number + 1 if latest else 1,
        query=document.query,
        parameters=parameters_of(document.parameters),
        position=document.position,
        document=digest,
        length=len(content),
        row_count=document.row_count,
        drafter_id=actor_id,
        corrects=posted.number if posted else None,
        reason=reason if posted else None,
    )


def parameters_of(parameters: Mapping[str, str]) -> tuple[Parameter, ...]:
    """Parameters as they are recorded, by name."""
    return tuple(Parameter(name, value) for name, value in sorted(parameters.items()))


def review(
    disclosure: Disclosure | None, *, version: int, passed: bool, opinion: str, actor_id: UUID
) -> DisclosureReviewed:
    """Let a version pass, or send it back.

    Refused, in this order: `disclosure.unknown`, `disclosure.version_unknown`, `disclosure.already_reviewed`,
    `chain.acted_twice` (whoever drafted it), `disclosure.opinion_missing` (of one that goes back),
    `disclosure.text_too_long`.
    """
    existing = _version(disclosure, version)
    if existing.passed is not None:
        raise Refusal("disclosure.already_reviewed", version=version)
    require_distinct(actor_id, acting_as="disclosure_reviewer", acted=[("disclosure_drafter", existing.drafter_id)])
    if not passed and not opinion:
        raise Refusal("disclosure.opinion_missing")
    _require_short("opinion", opinion)
    return DisclosureReviewed(version=version, passed=passed, opinion=opinion, reviewer_id=actor_id)


def publish(
    disclosure: Disclosure | None, *, version: int, names: str, days: int, actor_id: UUID, today: date
) -> DisclosurePublished:
    """Post a version that has passed, from today for so many days.

    Refused, in this order: `disclosure.unknown`, `disclosure.version_unknown`, `disclosure.is_closed`,
    `disclosure.already_published`, `disclosure.not_passed`, `chain.acted_twice` (whoever reviewed it).
    """
    existing = _version(disclosure, version)
    _require_open(_known(disclosure))
    if existing.published:
        raise Refusal("disclosure.already_published", version=version)
    if existing.passed is not True:
        raise Refusal("disclosure.not_passed", version=version)
    require_distinct(actor_id, acting_as="disclosure_publisher", acted=[("disclosure_reviewer", existing.reviewer_id)])
    until = today + timedelta(days=days - 1)
    return DisclosurePublished(version=version, since=today, until=until, names=names, publisher_id=actor_id)


def object_to(
    disclosure: Disclosure | None,
    *,
    objection_id: UUID,
    version: int,
    row: str | None,
    row_known: bool,
    channel: str,
    text: Commitment,
    objector_id: UUID | None,
    anonymous: bool,
    answer_days: int,
    today: date,
) -> ObjectionRaised:
    """Object to a posted version, or to one of its rows.

    Refused, in this order: `disclosure.unknown`, `disclosure.version_unknown`, `disclosure.not_published`,
    `disclosure.is_closed`, `objection.raised_already`, `objection.channel_unknown`, `objection.row_unknown`,
    `objection.anonymous_named`.
    """
    existing = _version(disclosure, version)
    if not existing.published:
        raise Refusal("disclosure.not_published")
    _require_open(_known(disclosure))
    if _known(disclosure).objection(objection_id) is not None:
        raise Refusal("objection.raised_already")
    if channel not in CHANNELS:
        raise Refusal("objection.channel_unknown", channel=channel)
    if row is not None and not row_known:
        raise Refusal("objection.row_unknown", row=row)
    if anonymous and objector_id is not None:
        raise Refusal("objection.anonymous_named")
    return ObjectionRaised(
        objection_id=objection_id,
        version=version,
        row=row,
        channel=channel,
        text=text,
        anonymous=anonymous,
        answer_by=today + timedelta(days=answer_days),
        objector_id=objector_id,
    )


def answer(
    disclosure: Disclosure | None, *, objection_id: UUID, upheld: bool, text: str, actor_id: UUID
) -> ObjectionAnswered:
    """Answer an objection, in public; once more only to take back that it is right, while no correction is posted.

    Refused, in this order: `disclosure.unknown`, `objection.unknown`, `objection.already_answered`,
    `chain.acted_twice` (whoever objected, or drafted the version objected to), `objection.answer_missing`,
    `reason.insufficient`, `disclosure.text_too_long`.
    """
    objection = _known(disclosure).objection(objection_id)
    if objection is None:
        raise Refusal("objection.unknown")
    if objection.upheld is not None and (upheld or not _owed(_known(disclosure), objection)):
        raise Refusal("objection.already_answered")
    drafter_id = _version(disclosure, objection.version).drafter_id
    acted = parts_before_answer(objector_id=objection.objector_id, drafter_id=drafter_id)
    require_distinct(actor_id, acting_as="objection_answerer", acted=acted)
    if not text:
        raise Refusal("objection.answer_missing")
    require_reason(text)
    _require_short("answer", text)
    return ObjectionAnswered(objection_id=objection_id, upheld=upheld, answer=text, answerer_id=actor_id)


def parts_before_answer(*, objector_id: UUID | None, drafter_id: UUID) -> list[Part]:
    """Who had a part in what is objected to: neither answers the objection, and the drafter does not read its words."""
    return [("objector", objector_id), ("disclosure_drafter", drafter_id)]


def erase_text(
    disclosure: Disclosure | None, *, objection_id: UUID, reason: str, legal_basis: str, actor_id: UUID
) -> ObjectionTextErased:
    """Have the words of an objection destroyed, of an objector whom the journal does not know; at any time.

    Refused, in this order: `disclosure.unknown`, `objection.unknown`, `objection.objector_known` (his words go with
    him), `objection.text_erased`, `person.erasure_reason_unknown`, `person.legal_basis_missing`.
    """
    objection = _known(disclosure).objection(objection_id)
    if objection is None:
        raise Refusal("objection.unknown")
    if objection.objector_id is not None:
        raise Refusal("objection.objector_known")
    if objection.erased:
        raise Refusal("objection.text_erased")
    basis = require_grounds(reason=reason, legal_basis=legal_basis)
    return ObjectionTextErased(objection_id=objection_id, eraser_id=actor_id, reason=reason, legal_basis=basis)


def close(disclosure: Disclosure | None, *, actor_id: UUID, today: date) -> DisclosureClosed:
    """Close it, once everything has been answered and put right.

    Refused, in this order: `disclosure.unknown`, `disclosure.is_closed`, `disclosure.not_published`,
    `disclosure.awaits_review` or `disclosure.awaits_publishing` (a later version waits), `objection.unanswered`,
    `disclosure.correction_due`, `disclosure.posting_runs`.
    """
    existing = _known(disclosure)
    _require_open(existing)
    posted = existing.posted
    if posted is None or posted.until is None:
        raise Refusal("disclosure.not_published")
    _require_turn(existing.versions[-1])
    open_ = sum(one.upheld is None for one in existing.objections)
    if open_:
        raise Refusal("objection.unanswered", count=open_)
    if correction_due(existing) is not None:
        raise Refusal("disclosure.correction_due", version=posted.number)
    if today <= posted.until:
        raise Refusal("disclosure.posting_runs", until=posted.until)
    return DisclosureClosed(closer_id=actor_id)


def archive(disclosure: Disclosure | None, *, actor_id: UUID) -> DisclosureArchived:
    """Put what is closed with the records. Refused, in this order: `disclosure.unknown`, `disclosure.not_closed`."""
    if _known(disclosure).ended != "closed":
        raise Refusal("disclosure.not_closed")
    return DisclosureArchived(archiver_id=actor_id)


def correction_due(disclosure: Disclosure) -> Objection | None:
    """An objection that was found right, whichever version it was raised against, with no version posted since."""
    return next((one for one in disclosure.objections if _owed(disclosure, one)), None)


def _owed(disclosure: Disclosure, objection: Objection) -> bool:
    """Whether an objection was found right and no version has been posted since."""
    posted = disclosure.posted
    return bool(objection.upheld) and objection.answered_over >= (posted.number if posted else 0)


def _known(disclosure: Disclosure | None) -> Disclosure:
    if disclosure is None:
        raise Refusal("disclosure.unknown")
    return disclosure


def _version(disclosure: Disclosure | None, number: int) -> Version:
    found = _known(disclosure).version(number)
    if found is None:
        raise Refusal("disclosure.version_unknown", version=number)
    return found


def _require_open(disclosure: Disclosure) -> None:
    if disclosure.ended is not None:
        raise Refusal("disclosure.is_closed")


def _require_turn(latest: Version) -> None:
    """Refuse to go on while a version waits for somebody."""
    if latest.passed is None:
        raise Refusal("disclosure.awaits_review", version=latest.number)
    if latest.passed and not latest.published:
        raise Refusal("disclosure.awaits_publishing", version=latest.number)


def _require_short(name: str, text: str) -> None:
    if len(text) > TEXT_CHARS_MAX:
        raise Refusal("disclosure.text_too_long", field=name, chars_max=TEXT_CHARS_MAX)
