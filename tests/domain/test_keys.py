"""A key is registered once, speaks for the one whose name it bears, and stops by being retired or revoked."""

from domain import keys
from domain.keys import KeyRegistered, KeyRetired, KeyRevoked
from tests.domain.samples import OFFICER, RIDER
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(keys.evolve)

ORIGIN = "mingzhang.example/hengfeng"
TEXT = f"{ORIGIN}/county_officer/{OFFICER}+deadbeef+AQID"
FACTS = {
    "origin": ORIGIN,
    "person_id": OFFICER,
    "role": "county_officer",
    "key": TEXT,
    "custody": "server",
}
REGISTERED = KeyRegistered(person_id=OFFICER, role="county_officer", key=TEXT, custody="server")
RETIRED = KeyRetired(reason="left the office")
REVOKED = KeyRevoked(from_index=41, reason="stolen")

TABLES = (
    Table(
        keys.evolve,
        keys.register_key,
        (),
        FACTS,
        [
            row("key.already_registered", given=(REGISTERED,)),
            row("key.custody_unknown", custody="pocket"),
            row("key.name_differs", person_id=RIDER),
            row("key.name_differs", role="county_approver"),
            row("key.name_differs", origin="mingzhang.example"),
        ],
    ),
    *(
        Table(
            keys.evolve,
            decision,
            (REGISTERED,),
            facts,
            [
                row("key.unknown", given=()),
                row("key.not_live", given=(REGISTERED, RETIRED)),
                row("key.not_live", given=(REGISTERED, REVOKED)),
            ],
        )
        for decision, facts in (
            (keys.retire_key, {"reason": "left"}),
            (keys.revoke_key, {"from_index": 41, "reason": "stolen"}),
        )
    ),
)


def test_a_key_is_registered_retired_and_revoked():
    given().when(keys.register_key, **FACTS).then(REGISTERED)
    given(REGISTERED).when(keys.retire_key, reason="left the office").then(RETIRED)
    given(REGISTERED).when(keys.revoke_key, from_index=41, reason="stolen").then(REVOKED)


def test_a_revoked_key_remembers_from_where_it_is_not_believed():
    revoked = given(REGISTERED, REVOKED).state
    assert (revoked.status, revoked.revoked_from) == ("revoked", 41)
    assert given(REGISTERED, RETIRED).state.status == "retired"


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()
