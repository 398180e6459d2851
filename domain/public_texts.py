"""Which texts and numbers of papers everybody may read, and that none of them tells anybody's own numbers.

What must not be broken: what is recorded can never be taken out again, neither of the journal nor of what was published
of it. So such a text is refused before it is recorded, wherever it came from: a form, an import, a command.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from domain.kernel.events import type_of
from domain.kernel.personal_data import personal_in
from domain.kernel.refusals import Refusal

PUBLIC_TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    "allowance.granted/1": ("document",),
    "asset.acquired/1": ("title", "place", "document", "number"),
    "asset.count_rejected/1": ("reason",),
    "asset.counted/1": ("reason",),
    "asset.disposal_proposed/1": ("reason",),
    "asset.disposal_rejected/1": ("reason",),
    "award_rule.published/1": ("document",),
    "budget.adjusted/1": ("document",),
    "budget.appropriated/1": ("document",),
    "calendar.published/1": ("document",),
    "cap.set/1": ("document",),
    "catalogue.item_admitted/1": ("document",),
    "chart.published/1": ("document",),
    "commendation.recorded/1": ("document",),
    "commitment.fulfilled/1": ("note",),
    "commitment.made/1": ("title", "responsible"),
    "commitment.progressed/1": ("note",),
    "commitment.withdrawn/1": ("note",),
    "cooling.set/1": ("document",),
    "difficulty.inputs_recorded/1": ("document",),
    "difficulty_rule.published/1": ("document",),
    "disclosure.drafted/1": ("reason",),
    "disclosure.reviewed/1": ("opinion",),
    "disclosure_settings.made/1": ("document",),
    "donation_slip.used/1": ("document",),
    "facility_kind.admitted/1": ("document",),
    "household.registered/1": ("reference",),
    "incident.supervised/1": ("document",),
    "meeting.called/1": ("title", "agenda", "place"),
    "meeting.eligible_explained/1": ("reason",),
    "meeting.held/1": ("sheet",),
    "meeting.resolved/1": ("title", "text"),
    "meeting_rule.set/1": ("document",),
    "member.appointed/1": ("document",),
    "member.trained/1": ("document",),
    "notice.posted/1": ("title", "text"),
    "objection.answered/1": ("answer",),
    "payee_hold.placed/1": ("document",),
    "payment.claim_written_off/1": ("document",),
    "payment.write_off_proposed/1": ("document",),
    "place.renamed/1": ("document",),
    "place.succeeded/1": ("document",),
    "place.traced_back/1": ("document",),
    "points.moved_in/1": ("document",),
    "points.moved_out/1": ("document",),
    "points.opening_recorded/1": ("document",),
    "points_account.closed/1": ("document",),
    "points_rule.published/1": ("document",),
    "points_share.proposed/1": ("document",),
    "project.accepted/1": ("opinion",),
    "project.contracted/1": ("contractor", "document"),
    "project.progressed/1": ("note",),
    "project.proposed/1": ("title",),
    "project.sent_back/1": ("note",),
    "resource_contract.ended/1": ("document",),
    "resource_contract.rent_reversed/1": ("reason",),
    "resource_contract.signed/1": ("title", "resource", "document", "number"),
    "resource_contract.withdrawn/1": ("reason",),
    "stock.received/1": ("document",),
    "subsidy_list.proposed/1": ("reason",),
    "subsidy_list.rejected/1": ("reason",),
    "subsidy_programme.published/1": ("title", "issuer", "document", "reference"),
    "subsidy_programme.standard_set/1": ("document",),
    "suggestion.accepted/1": ("gist",),
    "suggestion.answered/1": ("answer",),
    "suggestion.opened/1": ("slip",),
    "tariff.band_set/1": ("document",),
    "tariff.set/1": ("document",),
    "village_book.limit_set/1": ("document",),
    "village_book.opened/1": ("document",),
    "village_book.opening_proposed/1": ("document",),
    "village_book.opening_rejected/1": ("reason",),
    "village_book.plan_published/1": ("lines", "document"),
    "village_month.close_withdrawn/1": ("reason",),
    "village_party.registered/1": ("reference",),
    "village_voucher.drafted/1": ("purpose",),
    "village_voucher.revised/1": ("purpose",),
    "village_voucher.sent_back/1": ("reason",),
    "village_voucher.withdrawn/1": ("reason",),
    "workflow.adopted/1": ("document",),
    "workflow.published/1": ("document",),
}
"""Type of event -> its fields of free text, and those in which somebody writes a number that nobody gave out (户号,
往来户的编号, 合同编号, 文号): whoever has none at hand writes a telephone number.
"""


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
