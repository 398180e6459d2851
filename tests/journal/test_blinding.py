"""A blinded identity opens under the county's secret and in its own scope, and nowhere else."""

from uuid import UUID

from journal.blinding import Blinding

ONE, OTHER = UUID(int=1 << 64), UUID(int=2 << 64)
PEOPLE = [UUID(int=n << 64) for n in range(1, 200)]
MADE = Blinding(b"k" * 32)


def test_each_has_one_of_his_own_that_opens_again() -> None:
    blinded = [MADE.blind(who, scope=ONE) for who in PEOPLE]
    assert len(set(blinded)) == len(PEOPLE)
    assert [MADE.open(one, scope=ONE) for one in blinded] == PEOPLE


def test_neither_another_scope_nor_another_secret_leads_to_it() -> None:
    blinded = MADE.blind(PEOPLE[0], scope=ONE)
    for made, scope in ((MADE, OTHER), (Blinding(b"o" * 32), ONE)):
        assert made.blind(PEOPLE[0], scope=scope) != blinded
        assert made.open(blinded, scope=scope) != PEOPLE[0]
