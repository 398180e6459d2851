"""Why a second person does not agree with what another wrote down: one closed list for all papers of a village."""

from typing import Final

from domain.kernel.refusals import Refusal

REASONS: Final = frozenset({"wrong_figures", "paper_missing", "not_agreed", "wrong_entry", "recorded_twice"})


def require_reason(reason: str) -> None:
    """Refuse a reason that is not on the list. Refused: `sending_back.reason_unknown`."""
    if reason not in REASONS:
        raise Refusal("sending_back.reason_unknown", reason=reason)
