"""Nothing is posted that nobody else reviewed, and nothing ends over an objection that is open or not put right."""

from dataclasses import replace
from datetime import date, timedelta

from domain.disclosures import deciding
from domain.disclosures.events import (
    DisclosureArchived,
    DisclosureClosed,
    DisclosureDrafted,
    DisclosurePublished,
    DisclosureReviewed,
    ObjectionAnswered,
    ObjectionRaised,
    ObjectionTextErased,
    Parameter,
)
from domain.disclosures.state import evolve
from domain.kernel.documents import Column, Document
from domain.kernel.documents import Table as DocumentTable
from domain.kernel.events import Sha256
from domain.kernel.ids import derived
from tests.domain.samples import CLERK, GRID_WORKER, OTHER_RIDER, RIDER, TEXT, TODAY, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(evolve)

DOCUMENT = Document(
    kind="rewards",
    division=VILLAGE,
    period="2026-10",
    query="rewards/1",
    parameters={"small_count_min": "3"},
    position=120,
    sentence={"count": 1, "fen": 1_000},
    tables=(DocumentTable("payees", (Column("reference", "ref"), Column("fen", "fen")), (("0f1e2d3c", 1_000),)),),
)
LATER = replace(DOCUMENT, position=130)
DRAFTED = DisclosureDrafted(
    division=VILLAGE,
    kind="rewards",
    period="2026-10",
    version=1,
    query="rewards/1",
    parameters=(Parameter("small_count_min", "3"),),
    position=120,
    document=DOCUMENT.digest(),
    length=len(DOCUMENT.canonical()),
    row_count=1,
    drafter_id=CLERK,
)
PASSED = DisclosureReviewed(version=1, passed=True, opinion="", reviewer_id=GRID_WORKER)
BACK = DisclosureReviewed(version=1, passed=False, opinion="人数不对", reviewer_id=GRID_WORKER)
UNTIL = TODAY + timedelta(days=6)
POSTED = DisclosurePublished(version=1, since=TODAY, until=UNTIL, names="masked", publisher_id=CLERK)
ONLINE = (DRAFTED, PASSED, POSTED)
OBJECTION = derived("test", "objection")
RAISED = ObjectionRaised(
    objection_id=OBJECTION,
    version=1,
    row="payees:1",
    channel="web",
    text=TEXT,
    anonymous=False,
    answer_by=TODAY + timedelta(days=10),
    objector_id=RIDER,
)
UPHELD = ObjectionAnswered(objection_id=OBJECTION, upheld=True, answer="属实，更正", answerer_id=CLERK)
SECOND = replace(DRAFTED, version=2, position=130, document=LATER.digest(), length=len(LATER.canonical()))
SECOND = replace(SECOND, corrects=1, reason="漏了一笔")
CORRECTED = (
    SECOND,
    replace(PASSED, version=2),
    replace(POSTED, version=2),
)
CLOSED = DisclosureClosed(closer_id=CLERK)
ARCHIVED = DisclosureArchived(archiver_id=CLERK)
LONG = "长短" * 501
NAMELESS = replace(RAISED, objector_id=None, anonymous=True)
ERASED = ObjectionTextErased(objection_id=OBJECTION, eraser_id=CLERK, reason="unlawful", legal_basis="书面申请")
TABLES = (
    Table(
        evolve,
        deciding.draft,
        ONLINE,
        {"document": LATER, "reason": "漏了一笔", "actor_id": CLERK, "today": TODAY},
        [
            row("disclosure.kind_unknown", document=replace(LATER, kind="gossip")),
            row("disclosure.period_unknown", document=replace(LATER, period="2026-13")),
            row("disclosure.period_not_over", document=replace(LATER, period="2026-11")),
            row("disclosure.is_closed", given=(*ONLINE, CLOSED)),
            row("disclosure.awaits_review", given=(DRAFTED,)),
            row("disclosure.awaits_publishing", given=(DRAFTED, PASSED)),
            row("disclosure.reason_missing", given=ONLINE, reason=None),
            row("reason.insufficient", given=ONLINE, reason="。。。。"),
            row("disclosure.text_too_long", reason=LONG),
            row("disclosure.same_again", document=DOCUMENT),
        ],
    ),
    Table(
        evolve,
        deciding.review,
        (DRAFTED,),
        {"version": 1, "passed": False, "opinion": "人数不对", "actor_id": GRID_WORKER},
        [
            row("disclosure.unknown", given=()),
            row("disclosure.version_unknown", version=2),
            row("disclosure.already_reviewed", given=(DRAFTED, PASSED)),
            row("chain.acted_twice", actor_id=CLERK),
            row("disclosure.opinion_missing", opinion=""),
            row("disclosure.text_too_long", opinion=LONG),
        ],
    ),
    Table(
        evolve,
        deciding.publish,
        (DRAFTED, PASSED),
        {"version": 1, "names": "masked", "days": 7, "actor_id": CLERK, "today": TODAY},
        [
            row("disclosure.unknown", given=()),
            row("disclosure.version_unknown", version=2),
            row("disclosure.is_closed", given=(*ONLINE, CLOSED)),
            row("disclosure.already_published", given=ONLINE),
            row("disclosure.not_passed", given=(DRAFTED, BACK)),
            row("chain.acted_twice", given=(DRAFTED, PASSED), actor_id=GRID_WORKER),
        ],
    ),
    Table(
        evolve,
        deciding.object_to,
        ONLINE,
        {
            "objection_id": OBJECTION,
            "version": 1,
            "row": "payees:1",
            "row_known": True,
            "channel": "web",
            "text": TEXT,
            "objector_id": RIDER,
            "anonymous": False,
            "answer_days": 10,
            "today": TODAY,
        },
        [
            row("disclosure.unknown", given=()),
            row("disclosure.version_unknown", version=2),
            row("disclosure.not_published", given=(DRAFTED, PASSED)),
            row("disclosure.is_closed", given=(*ONLINE, CLOSED)),
            row("objection.raised_already", given=(*ONLINE, RAISED)),
            row("objection.channel_unknown", channel="shout"),
            row("objection.row_unknown", row_known=False),
            row("objection.anonymous_named", anonymous=True),
        ],
    ),
    Table(
        evolve,
        deciding.answer,
        (*ONLINE, RAISED),
        {"objection_id": OBJECTION, "upheld": True, "text": "属实，更正", "actor_id": GRID_WORKER},
        [
            row("disclosure.unknown", given=()),
            row("objection.unknown", objection_id=RIDER),
            row("objection.already_answered", given=(*ONLINE, RAISED, UPHELD)),
            row("chain.acted_twice", actor_id=RIDER),
            row("chain.acted_twice", actor_id=CLERK),
            row("objection.answer_missing", text=""),
            row("reason.insufficient", text="。。。。。"),
            row("disclosure.text_too_long", text=LONG),
        ],
    ),
    Table(
        evolve,
        deciding.erase_text,
        (*ONLINE, NAMELESS),
        {"objection_id": OBJECTION, "reason": "unlawful", "legal_basis": "书面申请", "actor_id": CLERK},
        [
            row("disclosure.unknown", given=()),
            row("objection.unknown", objection_id=RIDER),
            row("objection.objector_known", given=(*ONLINE, RAISED)),
            row("objection.text_erased", given=(*ONLINE, NAMELESS, ERASED)),
            row("person.erasure_reason_unknown", reason="because"),
            row("person.legal_basis_missing", legal_basis=""),
        ],
    ),
    Table(
        evolve,
        deciding.close,
        (*ONLINE, RAISED, UPHELD, *CORRECTED),
        {"actor_id": CLERK, "today": UNTIL + timedelta(days=1)},
        [
            row("disclosure.unknown", given=()),
            row("disclosure.is_closed", given=(*ONLINE, CLOSED)),
            row("disclosure.not_published", given=(DRAFTED,)),
            row("disclosure.awaits_review", given=(*ONLINE, SECOND)),
            row("disclosure.awaits_publishing", given=(*ONLINE, SECOND, replace(PASSED, version=2))),
            row("objection.unanswered", given=(*ONLINE, RAISED)),
            row("disclosure.correction_due", given=(*ONLINE, RAISED, UPHELD)),
            row("disclosure.posting_runs", today=UNTIL),
        ],
    ),
    Table(
        evolve,
        deciding.archive,
        (*ONLINE, CLOSED),
        {"actor_id": CLERK},
        [row("disclosure.unknown", given=()), row("disclosure.not_closed", given=(*ONLINE, CLOSED, ARCHIVED))],
    ),
)


@every_row(*TABLES)
def test_refusals(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_the_tables_own_facts_are_accepted_and_documented(table):
    table.check_accepted()
    table.check_documented()


def test_the_first_draft_names_the_bytes():
    given().when(deciding.draft, document=DOCUMENT, reason=None, actor_id=CLERK, today=TODAY).then(DRAFTED)


def test_a_version_that_was_sent_back_is_drafted_anew_without_a_reason():
    second = replace(SECOND, corrects=None, reason=None)
    given(DRAFTED, BACK).when(deciding.draft, document=LATER, reason=None, actor_id=CLERK, today=TODAY).then(second)


def test_a_correction_says_what_it_takes_the_place_of():
    given(*ONLINE).when(deciding.draft, document=LATER, reason="漏了一笔", actor_id=CLERK, today=TODAY).then(SECOND)


def test_a_correction_that_corrects_nothing_is_refused_at_whichever_place_of_the_log():
    drafting = {"document": LATER, "posted_again": True, "reason": "漏了一笔", "actor_id": CLERK, "today": TODAY}
    sent_back = (replace(SECOND, document=Sha256("b" * 64)), replace(BACK, version=2))
    for state in (ONLINE, (*ONLINE, RAISED, UPHELD), (*ONLINE, *sent_back)):
        given(*state).when(deciding.draft, **drafting).refused("disclosure.same_again", version=1)


def test_it_is_posted_for_so_many_days_the_first_included():
    facts = {"version": 1, "names": "masked", "days": 7, "actor_id": CLERK, "today": TODAY}
    given(DRAFTED, PASSED).when(deciding.publish, **facts).then(POSTED)


def test_an_objection_after_the_correction_is_one_to_the_corrected_version():
    again = replace(RAISED, objection_id=OTHER_RIDER, version=2)
    answered = replace(UPHELD, objection_id=OTHER_RIDER)
    state = (*ONLINE, RAISED, UPHELD, *CORRECTED, again, answered)
    given(*state).when(deciding.close, actor_id=CLERK, today=date(2026, 12, 31)).refused("disclosure.correction_due")


def test_an_objection_to_what_was_corrected_since_asks_for_another_correction_where_it_is_right():
    """Both are to the first version; the second of them is found right only after the correction of the first."""
    again = replace(RAISED, objection_id=OTHER_RIDER)
    state = (*ONLINE, RAISED, again, UPHELD, *CORRECTED, replace(UPHELD, objection_id=OTHER_RIDER))
    close = {"actor_id": CLERK, "today": date(2026, 12, 31)}
    given(*state).when(deciding.close, **close).refused("disclosure.correction_due")
    third = (replace(one, version=3) for one in CORRECTED)
    given(*state, *third).when(deciding.close, **close).then(CLOSED)


def test_that_an_objection_is_right_is_taken_back_where_there_is_nothing_to_correct():
    answer = {"objection_id": OBJECTION, "upheld": False, "text": "已在下月账上更正", "actor_id": GRID_WORKER}
    back = ObjectionAnswered(objection_id=OBJECTION, upheld=False, answer="已在下月账上更正", answerer_id=GRID_WORKER)
    given(*ONLINE, RAISED, UPHELD).when(deciding.answer, **answer).then(back)
    for state in ((*ONLINE, RAISED, back), (*ONLINE, RAISED, UPHELD, *CORRECTED)):
        given(*state).when(deciding.answer, **answer).refused("objection.already_answered")
    close = {"actor_id": CLERK, "today": UNTIL + timedelta(days=1)}
    given(*ONLINE, RAISED, UPHELD, back).when(deciding.close, **close).then(CLOSED)


def test_what_happened_once_is_never_unfinished():
    once = replace(DOCUMENT, period=f"once-{RIDER}")
    outcome = given().when(deciding.draft, document=once, reason=None, actor_id=CLERK, today=TODAY)
    assert outcome.refusal is None


def test_words_are_erased_before_and_after_the_answer_and_the_answer_stays():
    erase = {"objection_id": OBJECTION, "reason": "unlawful", "legal_basis": " 书面申请", "actor_id": CLERK}
    given(*ONLINE, NAMELESS).when(deciding.erase_text, **erase).then(ERASED)
    given(*ONLINE, NAMELESS, UPHELD, CLOSED).when(deciding.erase_text, **erase).then(ERASED)
    state = None
    for event in (*ONLINE, NAMELESS, UPHELD, ERASED):
        state = evolve(state, event)
    assert state is not None
    assert [(one.upheld, one.erased) for one in state.objections] == [(True, True)]
