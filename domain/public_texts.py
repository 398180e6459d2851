"""Which texts of the village's affairs everybody may read, and that none of them tells anybody's numbers.

What must not be broken: what is recorded can never be taken out again, neither of the journal nor of what was published
of it. So such a text is refused before it is recorded, wherever it came from: a form, an import, a command.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from domain.kernel.events import type_of
from domain.kernel.personal_data import personal_in
from domain.kernel.refusals import Refusal

PUBLIC_TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    "asset.acquired/1": ("title", "place"),
    "asset.count_rejected/1": ("reason",),
    "asset.counted/1": ("reason",),
    "asset.disposal_proposed/1": ("reason",),
    "asset.disposal_rejected/1": ("reason",),
    "commitment.fulfilled/1": ("note",),
    "commitment.made/1": ("title", "responsible"),
    "commitment.progressed/1": ("note",),
    "commitment.withdrawn/1": ("note",),
    "disclosure.drafted/1": ("reason",),
    "disclosure.reviewed/1": ("opinion",),
    "meeting.called/1": ("title", "agenda", "place"),
    "meeting.eligible_explained/1": ("reason",),
    "meeting.resolved/1": ("title", "text"),
    "notice.posted/1": ("title", "text"),
    "objection.answered/1": ("answer",),
    "project.accepted/1": ("opinion",),
    "project.contracted/1": ("contractor",),
    "project.progressed/1": ("note",),
    "project.proposed/1": ("title",),
    "project.sent_back/1": ("note",),
    "resource_contract.rent_reversed/1": ("reason",),
    "resource_contract.signed/1": ("title", "resource"),
    "resource_contract.withdrawn/1": ("reason",),
    "subsidy_list.proposed/1": ("reason",),
    "subsidy_list.rejected/1": ("reason",),
    "subsidy_programme.published/1": ("title", "issuer"),
    "suggestion.accepted/1": ("gist",),
    "suggestion.answered/1": ("answer",),
    "village_book.opening_rejected/1": ("reason",),
    "village_book.plan_published/1": ("lines",),
    "village_month.close_withdrawn/1": ("reason",),
    "village_voucher.drafted/1": ("purpose",),
    "village_voucher.revised/1": ("purpose",),
    "village_voucher.sent_back/1": ("reason",),
    "village_voucher.withdrawn/1": ("reason",),
}
"""Type of event -> its fields of free text; numbers and names of documents are not among them."""


def require_impersonal(events: Iterable[object]) -> None:
    """Refuse events whose public texts hold what is somebody's alone. Refused: `text.personal`."""
    for event in events:
        for field in PUBLIC_TEXTS.get(type_of(event), ()):
            for text in _texts(getattr(event, field)):
                found = personal_in(text)
                if found is not None:
                    raise Refusal("text.personal", field=field, kind=found.kind, found=found.masked)


def _texts(value: object) -> Iterable[str]:
    """A text, several, or the titles of several lines."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, tuple):
        return tuple(one if isinstance(one, str) else str(one.title) for one in value)
    return ()
