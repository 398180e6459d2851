"""A key is registered once, speaks for the one whose name it bears, and stops by being retired or revoked.

For an officer's key it takes two: nobody ends or registers his own, and who ended the last does not register the next.
"""

import pytest

from domain import keys
from domain.kernel.refusals import Refusal
from domain.keys import Generation, Key, KeyRegistered, KeyRetired, KeyRevoked
from tests.domain.samples import APPROVER, CLERK, OFFICER, PAYMASTER, RIDER
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(keys.evolve)

ORIGIN = "mingzhang.example/hengfeng"
NAME = f"{ORIGIN}/county_officer/{OFFICER}"
TEXT = f"{NAME}+deadbeef+AQID"
FIRST, SECOND = CLERK, PAYMASTER  # two administrators
FACTS = {
    "origin": ORIGIN,
    "person_id": OFFICER,
    "role": "county_officer",
    "key": TEXT,
    "custody": "password",
    "registered_by": SECOND,
}
REGISTERED = KeyRegistered(person_id=OFFICER, role="county_officer", key=TEXT, custody="password")
RETIRED = KeyRetired(reason="left_office")
REVOKED = KeyRevoked(from_index=41, reason="stolen")


def before(key: str = f"{NAME}+0badf00d+AQID", *, status: str = "revoked", by=FIRST) -> Generation:
    """A key of the same officer that came first."""
    return Generation(Key(OFFICER, "county_officer", key, "password", status), by)


TABLES = (
    Table(
        keys.evolve,
        keys.register_key,
        (),
        {**FACTS, "earlier": (before(),)},
        [
            row("key.already_registered", given=(REGISTERED,)),
            row("key.custody_unknown", custody="pocket"),
            row("key.server_may_not_hold", custody="server"),
            row("key.name_differs", key=TEXT.replace(str(OFFICER), str(RIDER))),
            row("key.name_differs", key=TEXT.replace("county_officer", "county_approver")),
            row("key.name_differs", key=TEXT.replace("hengfeng", "elsewhere")),
            row("key.by_holder", registered_by=OFFICER),
            row("key.still_live", earlier=(before(status="live", by=None),)),
            row("key.used_before", earlier=(before(TEXT), before())),
            row("key.same_administrator", earlier=(before(by=SECOND),)),
            row("key.role_granted_alone", earlier=(), officer_already=True, granted_by=SECOND),
            row("key.role_granted_alone", earlier=(), officer_already=True, granted_by=None),
        ],
    ),
    *(
        Table(
            keys.evolve,
            decision,
            (REGISTERED,),
            {"reason": "stolen", by: FIRST, **facts},
            [
                row("key.unknown", given=()),
                row("key.not_live", given=(REGISTERED, RETIRED)),
                row("key.not_live", given=(REGISTERED, REVOKED)),
                row("key.by_holder", **{by: OFFICER}),
                row("key.reason_unknown", reason="张三说他忘了"),
                *more,
            ],
        )
        for decision, by, facts, more in (
            (keys.retire_key, "retired_by", {}, ()),
            (
                keys.revoke_key,
                "revoked_by",
                {"from_index": 41, "position": 41, "registered_at": 40, "signed": (), "confirmed": None},
                (
                    row("key.index_outside", from_index=42),
                    row("key.index_outside", from_index=-1),
                    row("key.registered_later", from_index=39),
                    row("key.signed_since", signed=(44, 46)),
                    row("key.signed_since", signed=(44, 46), confirmed=1),
                ),
            ),
        )
    ),
)


def test_a_key_is_registered_retired_and_revoked():
    given().when(keys.register_key, **FACTS).then(REGISTERED)
    given(REGISTERED).when(keys.retire_key, reason="left_office", retired_by=FIRST).then(RETIRED)
    revoked = {"reason": "stolen", "from_index": 41, "position": 50, "revoked_by": FIRST}
    signed = {"registered_at": 40, "signed": (44, 46), "confirmed": 2}
    given(REGISTERED).when(keys.revoke_key, **revoked, **signed).then(REVOKED)


def test_a_lost_secret_takes_two_administrators():
    lost = (before(by=FIRST),)
    given().when(keys.register_key, **{**FACTS, "registered_by": FIRST, "earlier": lost}).refused(
        "key.same_administrator"
    )
    given().when(keys.register_key, **{**FACTS, "registered_by": SECOND, "earlier": lost}).then(REGISTERED)
    # The one who ended the last key counts, not one who ended an earlier one.
    given().when(
        keys.register_key,
        **{**FACTS, "registered_by": FIRST, "earlier": (before(by=FIRST), before(f"{NAME}+1+AQID", by=APPROVER))},
    ).then(REGISTERED)


def test_a_further_role_of_an_officer_takes_two_administrators():
    first = {**FACTS, "registered_by": FIRST, "officer_already": True}
    given().when(keys.register_key, **first, granted_by=FIRST).refused("key.role_granted_alone")
    given().when(keys.register_key, **first, granted_by=SECOND).then(REGISTERED)
    given().when(keys.register_key, **{**first, "officer_already": False}, granted_by=FIRST).then(REGISTERED)
    # A key that replaces another is judged by who ended that one.
    given().when(keys.register_key, **first, granted_by=FIRST, earlier=(before(by=SECOND),)).then(REGISTERED)


@pytest.mark.parametrize("role", sorted(keys.SERVER_HELD))
def test_a_member_may_leave_his_key_to_the_server_and_an_administrator_may_be_a_member(role):
    facts = {
        **FACTS,
        "role": role,
        "key": TEXT.replace("county_officer", role),
        "custody": "server",
        "registered_by": OFFICER,
    }
    given().when(keys.register_key, **facts).then(
        KeyRegistered(person_id=OFFICER, role=role, key=facts["key"], custody="server")
    )


def test_the_founder_alone_registers_himself():
    key = f"{ORIGIN}/administrator/{OFFICER}+deadbeef+AQID"
    founder = {"origin": ORIGIN, "person_id": OFFICER, "key": key}
    assert keys.register_founder_key(**founder, custody="password").role == "administrator"
    with pytest.raises(Refusal, match=r"key\.server_may_not_hold"):
        keys.register_founder_key(**founder, custody="server")
    with pytest.raises(Refusal, match=r"key\.name_differs"):
        keys.register_founder_key(**{**founder, "key": TEXT}, custody="password")


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
