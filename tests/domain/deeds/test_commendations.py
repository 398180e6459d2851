"""One holder is praised by one document once; another person has seen it before it counts."""

from datetime import date

from domain.deeds import commendations
from domain.deeds.commendations import (
    CommendationConfirmed,
    CommendationRecorded,
    CommendationWithdrawn,
    commendation_id,
)
from tests.domain.samples import CLERK, OFFICER, OTHER_RIDER, RIDER, TODAY, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(commendations.evolve)

DOCUMENT = "横文明委〔2026〕8号"
RECORDED = CommendationRecorded(
    division=VILLAGE,
    holder_kind="person",
    holder_id=RIDER,
    title="见义勇为",
    item="commendation_county",
    document=DOCUMENT,
    issuer="横峰县文明委",
    issued_on=TODAY,
    recorder_id=CLERK,
)
CONFIRMED = CommendationConfirmed(confirmer_id=OFFICER)
WITHDRAWN = CommendationWithdrawn(withdrawer_id=OFFICER, reason="untrue")
RECORD = {
    "division": VILLAGE,
    "division_known": True,
    "holder_kind": "person",
    "holder_id": RIDER,
    "holder_known": True,
    "persons": frozenset({RIDER}),
    "title": RECORDED.title,
    "item": RECORDED.item,
    "item_in_force": True,
    "document": DOCUMENT,
    "issuer": RECORDED.issuer,
    "issued_on": TODAY,
    "today": TODAY,
    "actor_id": CLERK,
}
PRAISED = frozenset({RIDER})
TABLES = (
    Table(
        commendations.evolve,
        commendations.record,
        (),
        RECORD,
        [
            row("commendation.already_recorded", given=(RECORDED,)),
            row("place.unknown", division_known=False),
            row("commendation.holder_unknown", holder_known=False),
            row("commendation.holder_unknown", holder_kind="village"),
            row("deed.day_in_future", issued_on=date(2026, 11, 23)),
            row("deed.item_unknown", item_in_force=False),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
    Table(
        commendations.evolve,
        commendations.confirm,
        (RECORDED,),
        {"persons": PRAISED, "actor_id": OFFICER},
        [
            row("commendation.unknown", given=()),
            row("commendation.not_recorded", given=(RECORDED, CONFIRMED)),
            row("chain.acted_twice", actor_id=CLERK),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
    Table(
        commendations.evolve,
        commendations.withdraw,
        (RECORDED, CONFIRMED),
        {"persons": PRAISED, "actor_id": OFFICER, "reason": "untrue"},
        [
            row("commendation.unknown", given=()),
            row("commendation.is_withdrawn", given=(RECORDED, WITHDRAWN)),
            row("deed.reason_unknown", reason="mood"),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
)


def test_what_was_withdrawn_can_be_recorded_anew():
    given(RECORDED, WITHDRAWN).when(commendations.record, **RECORD).then(RECORDED)


def test_a_document_praises_each_holder_apart():
    assert commendation_id(RIDER, DOCUMENT) != commendation_id(OTHER_RIDER, DOCUMENT)
    for written in ("横文明［２０２６］8号", " 横文明(2026) 8 号", "横文明【2026】8号", "横文明[2026]8\u3000号"):
        assert commendation_id(RIDER, written) == commendation_id(RIDER, "横文明〔2026〕8号")
    assert commendation_id(RIDER, "横文明〔2026〕18号") != commendation_id(RIDER, "横文明〔2026〕8号")


@every_row(*TABLES)
def test_refusals(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_tables_own_facts_are_accepted_and_documented(table):
    table.check_accepted()
    table.check_documented()
