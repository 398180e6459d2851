"""A statement is recorded whole and only if it adds up; the same one again is nothing."""

from datetime import date

from domain import statements
from domain.kernel.events import Attachment, Sha256
from domain.kernel.ids import derived
from domain.statements import LINES_MAX, Line, account_digest, entries_digest, statement_id
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(statements.evolve)

ACCOUNT = account_digest("6222 0000 0000 0001")
SINCE, UNTIL = date(2026, 11, 1), date(2026, 11, 30)
FILE = Attachment(Sha256("b" * 64), 7)


def line(number, amount_fen=-1000, **said):
    return Line(number, date(2026, 11, 3), amount_fen, **said)


LINES = (line(1, end_to_end_id="36112500000020261100100000001"), line(2, 500, bank_ref="B2"))
FACTS = {
    "account_digest": ACCOUNT,
    "number": "11",
    "since": SINCE,
    "until": UNTIL,
    "opening_fen": 10_000,
    "closing_fen": 9_500,
    "lines": LINES,
    "file": FILE,
    "profile": "neutral-csv",
    "today": UNTIL,
}


def recorded(**changes):
    outcome = given().when(statements.record, **{**FACTS, **changes})
    assert outcome.refusal is None
    return outcome.events


TABLE = Table(
    statements.evolve,
    statements.record,
    given=(),
    facts=FACTS,
    rows=[
        row("statement.differs", given=recorded(), lines=LINES[:1]),
        row("statement.period_backwards", until=date(2026, 10, 31)),
        row("statement.in_future", today=date(2026, 11, 29)),
        row("statement.lines_not_in_order", lines=(line(2, 0),)),
        row("statement.amount_zero", lines=(line(1, 0),)),
        row("statement.does_not_add_up", closing_fen=9_499),
    ],
)


@every_row(TABLE)
def test_refusals_in_the_order_of_the_checks(table, position):
    table.check_row(position)


@every_table(TABLE)
def test_the_docstring_states_the_checks_and_their_order(table):
    table.check_accepted()
    table.check_documented()


def test_the_same_statement_again_is_no_event():
    given(*recorded()).when(statements.record, **FACTS).then()


def test_a_long_statement_comes_in_parts_that_are_all_of_it():
    lines = tuple(line(number) for number in range(1, LINES_MAX * 2 + 2))
    head, *parts = recorded(lines=lines, opening_fen=None, closing_fen=None)
    assert (head.entry_count, head.entries_digest) == (len(lines), entries_digest(lines))
    assert [part.first for part in parts] == [1, LINES_MAX + 1, LINES_MAX * 2 + 1]
    assert given(head, *parts).state.lines == lines


def test_balances_may_be_absent():
    (head, _) = recorded(opening_fen=None, closing_fen=None)
    assert (head.opening_fen, head.closing_fen) == (None, None)


def test_a_statement_is_known_by_its_number_or_its_days():
    by_days = statement_id(ACCOUNT, number=None, since=SINCE, until=UNTIL)
    assert by_days == derived("statement", ACCOUNT, "2026-11-01..2026-11-30")
    assert statement_id(ACCOUNT, number="11", since=SINCE, until=UNTIL) == derived("statement", ACCOUNT, "11")


def test_an_account_is_known_by_its_digits():
    assert account_digest("6222-0000-0000-0001") == ACCOUNT != account_digest("6222000000000002")
