"""Why something that was entrusted to us may be destroyed, and by which rule; both stand in the journal for everybody.

What must not be broken: nothing is destroyed without a reason of this list and the rule that was applied, which names
nobody. Source: the Personal Information Protection Law (2021).
"""

from typing import Final

from domain.kernel.refusals import Refusal

ERASURE_REASONS: Final = frozenset(
    {"purpose_fulfilled", "consent_withdrawn", "service_ended", "retention_ended", "unlawful", "registered_in_error"}
)
"""The first five are those of the law."""


def require_grounds(*, reason: str, legal_basis: str) -> str:
    """The rule as it is recorded. Refuses, in this order: `person.erasure_reason_unknown`,
    `person.legal_basis_missing`.
    """
    if reason not in ERASURE_REASONS:
        raise Refusal("person.erasure_reason_unknown", reason=reason)
    if not legal_basis.strip():
        raise Refusal("person.legal_basis_missing")
    return legal_basis.strip()
