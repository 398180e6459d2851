"""A villager sees how many rows a correction changed, added and took away, whatever moved in between."""

from dataclasses import replace
from uuid import UUID

from domain.kernel.document_changes import Changes, changes
from domain.kernel.documents import Column, Document, Table
from tests.domain.samples import CLERK, OTHER_RIDER, RIDER, VILLAGE

COLUMNS = (Column("reference", "ref"), Column("state", "code"), Column("fen", "fen"))
ACCOUNTS = (Column("account", "text"), Column("fen", "fen"))


def paid(*rows: tuple[UUID, str, int], position: int = 9) -> tuple[Document, dict[str, list[tuple[str, UUID] | None]]]:
    """What was paid to whom; whom it is about is counted, as in every disclosed document."""
    numbers = {who: str(number) for number, who in enumerate(dict.fromkeys(who for who, *_ in rows), 1)}
    told = tuple((numbers[who], state, fen) for who, state, fen in rows)
    total = sum(fen for *_, fen in rows)
    table = Table("payees", COLUMNS, told, {"fen": total})
    document = Document("rewards", VILLAGE, "2026-10", "rewards/1", {}, position, {"fen": total}, (table,))
    return document, {"payees": [("person", who) for who, *_ in rows]}


def between(before: tuple, after: tuple) -> Changes:
    return changes(before[0], after[0], about_before=before[1], about_after=after[1])


FIRST = paid((RIDER, "arrived", 1_000), (CLERK, "arrived", 500))


def test_the_same_at_another_place_of_the_log_or_in_another_order_is_nothing():
    assert between(FIRST, paid((RIDER, "arrived", 1_000), (CLERK, "arrived", 500), position=99)).nothing
    assert between(FIRST, paid((CLERK, "arrived", 500), (RIDER, "arrived", 1_000))).nothing


def test_one_more_row_at_the_top_leaves_the_others_as_they_were():
    after = paid((OTHER_RIDER, "arrived", 700), (RIDER, "arrived", 1_000), (CLERK, "arrived", 500))
    assert between(FIRST, after) == Changes(added=1, elsewhere=True)
    assert between(after, FIRST) == Changes(removed=1, elsewhere=True)


def test_an_amount_or_a_state_changed_is_one_row_changed():
    assert between(FIRST, paid((RIDER, "arrived", 900), (CLERK, "to_verify", 500))) == Changes(2, elsewhere=True)


def test_the_same_amount_to_somebody_else_is_another_row():
    assert between(FIRST, paid((RIDER, "arrived", 1_000), (OTHER_RIDER, "arrived", 500))) == Changes(added=1, removed=1)


def test_rows_about_nobody_are_known_by_what_they_are_of():
    table = Table("accounts", ACCOUNTS, (("办公费", 100), ("水费", 200)))
    before = replace(FIRST[0], tables=(table,))
    after = replace(before, tables=(replace(table, rows=(("水费", 250), ("办公费", 100), ("电费", 5))),))
    assert between((before, {}), (after, {})) == Changes(changed=1, added=1)


def test_what_stands_beside_the_rows_counts_too():
    assert between(FIRST, (replace(FIRST[0], withheld={"sensitive": 2}), FIRST[1])) == Changes(elsewhere=True)
