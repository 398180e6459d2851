"""Lines of vouchers: an account of the chart, a party where the chart asks for one, and both sides equal."""

from uuid import UUID

import pytest

from domain.kernel.money import Fen
from domain.kernel.postings import Posting
from domain.kernel.refusals import Refusal
from domain.kernel.village_lines import LINES_MAX, VoucherLine, mirrored, postings_of, require_lines
from tests.domain.samples import VILLAGE

PARTY, STRANGER = UUID(int=1), UUID(int=2)
ACCOUNTS = frozenset({"vil:101", "vil:102", "vil:112", "vil:112:party", "vil:514"})


def line(account: str, side: str, amount_fen: int = 100, party: UUID | None = None) -> VoucherLine:
    return VoucherLine(account, side, Fen(amount_fen), party)


PAID = (line("514", "debit"), line("102", "credit"))


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((), "village_lines.too_few"),
        (PAID[:1], "village_lines.too_few"),
        (PAID * LINES_MAX, "village_lines.too_many"),
        ((line("514", "left"), PAID[1]), "village_lines.side_unknown"),
        ((line("514", "debit", 0), PAID[1]), "village_lines.amount_unsuited"),
        ((line("514", "debit", -1), PAID[1]), "village_lines.amount_unsuited"),
        ((line("514", "debit", 10**13 + 1), PAID[1]), "village_lines.amount_unsuited"),
        ((line("999", "debit"), PAID[1]), "village_lines.account_unknown"),
        ((line("112:party", "debit"), PAID[1]), "village_lines.account_unknown"),
        ((line("112", "debit"), PAID[1]), "village_lines.party_needed"),
        ((line("514", "debit", 100, PARTY), PAID[1]), "village_lines.party_unsuited"),
        ((line("112", "debit", 100, STRANGER), PAID[1]), "village_party.unknown"),
        ((PAID[0], PAID[0], line("102", "credit", 200)), "village_lines.twice"),
        ((line("514", "debit", 99), PAID[1]), "village_lines.unbalanced"),
    ],
)
def test_lines_that_cannot_be_booked(lines: tuple[VoucherLine, ...], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        require_lines(lines, accounts=ACCOUNTS, parties={PARTY})
    assert refused.value.code == code


def test_a_line_posts_in_its_own_village_by_whom_it_is_with() -> None:
    lines = (line("112", "debit", 100, PARTY), line("102", "credit"))
    require_lines(lines, accounts=ACCOUNTS, parties={PARTY})
    assert postings_of(VILLAGE, lines) == (
        Posting(f"vil-{VILLAGE}:112:party:{PARTY}", "CNY", 100),
        Posting(f"vil-{VILLAGE}:102", "CNY", -100),
    )


def test_a_red_voucher_is_the_same_on_the_other_side() -> None:
    assert mirrored(mirrored(PAID)) == PAID
    sums = [
        Fen(one.amount + other.amount)
        for one, other in zip(postings_of(VILLAGE, PAID), postings_of(VILLAGE, mirrored(PAID)), strict=True)
    ]
    assert sums == [0, 0]
