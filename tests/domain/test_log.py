"""The journal is opened once and closed once."""

from domain import log
from domain.kernel.events import Sha256
from domain.log import CheckpointTimestamped, LogClosed, LogOpened, LogPolicySet
from tests.domain.samples import COUNTY, NOON, OFFICER
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

LOG_FACTS = {
    "origin": "mingzhang.example/hengfeng",
    "log_key": "log key",
    "rehearsal": True,
    "division": COUNTY,
    "county_name": "横峰县",
    "founder_id": OFFICER,
    "founder_key": "founder key",
    "policy": "log log key",
}
POLICY_FACTS = {"policy": "log old key\nlog new key"}
CLOSE_FACTS = {"reason": "merged into another county"}
STAMP_FACTS = {
    "size": 7,
    "root": Sha256("a" * 64),
    "token": Sha256("b" * 64),
    "token_bytes": 5_000,
    "authority": "a time-stamping authority",
    "stamped_at": NOON,
}
OPENED = LogOpened(**LOG_FACTS)
POLICY_SET = LogPolicySet(**POLICY_FACTS)
CLOSED = LogClosed(**CLOSE_FACTS)
STAMPED = CheckpointTimestamped(**STAMP_FACTS)
NOT_OPEN = [row("log.not_opened", given=()), row("log.closed", given=(OPENED, CLOSED))]
TABLES = (
    Table(log.evolve, log.open_log, (), LOG_FACTS, [row("log.already_opened", given=(OPENED,))]),
    Table(
        log.evolve,
        log.set_policy,
        (OPENED,),
        POLICY_FACTS,
        [*NOT_OPEN, row("log.policy_unchanged", given=(OPENED, POLICY_SET))],
    ),
    Table(log.evolve, log.close, (OPENED, POLICY_SET), CLOSE_FACTS, NOT_OPEN),
    Table(log.evolve, log.record_timestamp, (OPENED, STAMPED), STAMP_FACTS, NOT_OPEN),
)


def test_a_journal_says_from_its_first_line_whose_it_is_and_whether_it_is_a_rehearsal():
    scenarios(log.evolve)().when(log.open_log, **LOG_FACTS).then(OPENED)
    opened = log.evolve(None, OPENED)
    assert (opened.origin, opened.rehearsal, opened.founder_id) == (LOG_FACTS["origin"], True, OFFICER)


def test_the_newest_policy_is_in_force_and_a_closed_journal_stays_closed():
    given = scenarios(log.evolve)
    given(OPENED).when(log.set_policy, **POLICY_FACTS).then(POLICY_SET)
    given(OPENED, POLICY_SET).when(log.close, **CLOSE_FACTS).then(CLOSED)
    given(OPENED).when(log.record_timestamp, **STAMP_FACTS).then(STAMPED)
    states = [given(*events).state for events in ((OPENED,), (OPENED, POLICY_SET, STAMPED), (OPENED, CLOSED))]
    assert [(state.policy, state.closed) for state in states] == [
        (LOG_FACTS["policy"], False),
        (POLICY_FACTS["policy"], False),
        (LOG_FACTS["policy"], True),
    ]


@every_row(*TABLES)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()
