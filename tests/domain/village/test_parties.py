"""Whom a village has accounts with: by a number that nobody gets twice."""

from domain.kernel.events import Commitment
from domain.village import parties
from domain.village.parties import VillagePartyRegistered, party_id
from tests.domain.samples import VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(parties.evolve)
FACTS = {"division": VILLAGE, "reference": "D001", "kind": "person", "name": Commitment("c0" * 32)}
REGISTERED = VillagePartyRegistered(**FACTS, person_id=None)
TABLES = (
    Table(
        parties.evolve,
        parties.register,
        (),
        FACTS,
        [
            row("village_party.already_registered", given=(REGISTERED,)),
            row("village_party.reference_malformed", reference="d 1"),
            row("village_party.kind_unknown", kind="friend"),
        ],
    ),
)


@every_table(*TABLES)
def test_a_table_is_right(table: Table) -> None:
    table.check_accepted()
    table.check_documented()


@every_row(*TABLES)
def test_a_refusal(table: Table, position: int) -> None:
    table.check_row(position)


def test_a_party_has_its_number_in_its_village() -> None:
    given().when(parties.register, **FACTS).then(REGISTERED)
    assert party_id(VILLAGE, "D001") != party_id(VILLAGE, "D002")
    assert parties.evolve(None, REGISTERED).reference == "D001"
