"""What villagers suggest is taken on by a day, answered in public, and closed; nobody answers himself."""

from datetime import timedelta

from domain.affairs import suggestion_box
from domain.affairs.suggestion_box import (
    ANSWER_DAYS_MAX,
    SuggestionAccepted,
    SuggestionAnswered,
    SuggestionClosed,
    SuggestionOpened,
    SuggestionTextErased,
)
from domain.kernel.affairs import TEXT_CHARS_MAX, TITLE_CHARS_MAX
from domain.kernel.events import Commitment
from tests.domain.samples import CLERK, OFFICER, RIDER, TODAY, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(suggestion_box.evolve)

TEXT = Commitment("ab" * 32)
DUE = TODAY + timedelta(days=10)
OPENED = SuggestionOpened(division=VILLAGE, channel="web", text=TEXT)
SIGNED = SuggestionOpened(division=VILLAGE, channel="slip", text=TEXT, author_id=RIDER, slip="017")
ACCEPTED = SuggestionAccepted(accepter_id=CLERK, gist="路灯不亮", due_on=DUE)
ANSWERED = SuggestionAnswered(answerer_id=CLERK, outcome="adopted", answer="本周修好。")
CLOSED = SuggestionClosed(closer_id=OFFICER, reason="answered")
ERASED = SuggestionTextErased(eraser_id=OFFICER, reason="unlawful", legal_basis="本人书面申请")
OPEN = {
    "division": VILLAGE,
    "division_known": True,
    "channel": "slip",
    "text": TEXT,
    "author_id": RIDER,
    "author_known": True,
    "slip": "017",
}
TABLES = (
    Table(
        suggestion_box.evolve,
        suggestion_box.open_one,
        (),
        OPEN,
        [
            row("suggestion.already_opened", given=(OPENED,)),
            row("place.unknown", division_known=False),
            row("suggestion.channel_unknown", channel="telephone"),
            row("person.unknown", author_known=False),
            row("suggestion.slip_missing", channel="slip", slip=None),
        ],
    ),
    Table(
        suggestion_box.evolve,
        suggestion_box.accept,
        (SIGNED,),
        {"gist": "路灯不亮", "due_on": DUE, "today": TODAY, "actor_id": CLERK},
        [
            row("suggestion.unknown", given=()),
            row("suggestion.not_opened", given=(SIGNED, ACCEPTED)),
            row("suggestion.text_erased", given=(OPENED, ERASED)),
            row("affair.text_missing", gist=""),
            row("affair.text_too_long", gist="字" * (TITLE_CHARS_MAX + 1)),
            row("suggestion.due_out_of_range", due_on=TODAY - timedelta(days=1)),
            row("suggestion.due_out_of_range", due_on=TODAY + timedelta(days=ANSWER_DAYS_MAX + 1)),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
    Table(
        suggestion_box.evolve,
        suggestion_box.answer,
        (SIGNED, ACCEPTED),
        {"outcome": "adopted", "answer": "本周修好。", "actor_id": CLERK},
        [
            row("suggestion.unknown", given=()),
            row("suggestion.not_accepted", given=(SIGNED,)),
            row("suggestion.not_accepted", given=(SIGNED, ACCEPTED, ANSWERED, CLOSED)),
            row("suggestion.outcome_unknown", outcome="perhaps"),
            row("affair.text_missing", answer=""),
            row("affair.text_too_long", answer="字" * (TEXT_CHARS_MAX + 1)),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
    Table(
        suggestion_box.evolve,
        suggestion_box.close,
        (SIGNED, ACCEPTED, ANSWERED),
        {"reason": "answered", "actor_id": OFFICER},
        [
            row("suggestion.unknown", given=()),
            row("suggestion.is_closed", given=(SIGNED, ACCEPTED, ANSWERED, CLOSED)),
            row("affair.reason_unknown", reason="because"),
            row("suggestion.not_answered", given=(SIGNED, ACCEPTED), reason="answered"),
            row("suggestion.was_answered", given=(SIGNED, ACCEPTED, ANSWERED), reason="repeated"),
            row("suggestion.not_erased", given=(SIGNED,), reason="erased"),
            row("chain.acted_twice", actor_id=RIDER),
        ],
    ),
    Table(
        suggestion_box.evolve,
        suggestion_box.erase_text,
        (OPENED, ACCEPTED),
        {"reason": "unlawful", "legal_basis": "本人书面申请", "actor_id": OFFICER},
        [
            row("suggestion.unknown", given=()),
            row("suggestion.author_known", given=(SIGNED,)),
            row("suggestion.text_erased", given=(OPENED, ERASED, CLOSED)),
            row("person.erasure_reason_unknown", reason="because"),
            row("person.legal_basis_missing", legal_basis=" "),
        ],
    ),
)


@every_row(*TABLES)
def test_refusals_in_order(table, position):
    table.check_row(position)


@every_table(*TABLES)
def test_what_is_accepted_and_said(table):
    table.check_accepted()
    table.check_documented()


def test_the_whole_life():
    given().when(suggestion_box.open_one, **{**OPEN, "channel": "web", "author_id": None, "slip": None}).then(OPENED)
    accept = {"gist": "路灯不亮", "due_on": DUE, "today": TODAY, "actor_id": CLERK}
    given(OPENED).when(suggestion_box.accept, **accept).then(ACCEPTED)
    answer = {"outcome": "adopted", "answer": "本周修好。", "actor_id": CLERK}
    given(OPENED, ACCEPTED).when(suggestion_box.answer, **answer).then(ANSWERED)
    given(OPENED, ACCEPTED, ANSWERED).when(suggestion_box.close, reason="answered", actor_id=OFFICER).then(CLOSED)


def test_what_came_without_a_name_needs_no_person():
    nobody = {**OPEN, "channel": "web", "author_id": None, "author_known": False, "slip": None}
    given().when(suggestion_box.open_one, **nobody).then(OPENED)


def test_an_answer_can_be_put_right_and_nonsense_is_closed_unanswered():
    again = {"outcome": "explained", "answer": "下周修。", "actor_id": CLERK}
    given(OPENED, ACCEPTED, ANSWERED).when(suggestion_box.answer, **again).then(
        SuggestionAnswered(answerer_id=CLERK, outcome="explained", answer="下周修。")
    )
    given(OPENED).when(suggestion_box.close, reason="abusive", actor_id=CLERK).then(
        SuggestionClosed(closer_id=CLERK, reason="abusive")
    )


def test_words_are_erased_at_any_time_and_what_was_answered_stays():
    erase = {"reason": "unlawful", "legal_basis": " 本人书面申请 ", "actor_id": OFFICER}
    given(OPENED).when(suggestion_box.erase_text, **erase).then(ERASED)
    given(OPENED, ACCEPTED, ANSWERED, CLOSED).when(suggestion_box.erase_text, **erase).then(ERASED)
    again = {"outcome": "explained", "answer": "下周修。", "actor_id": CLERK}
    given(OPENED, ACCEPTED, ERASED).when(suggestion_box.answer, **again).then(
        SuggestionAnswered(answerer_id=CLERK, outcome="explained", answer="下周修。")
    )
    given(OPENED, ERASED).when(suggestion_box.close, reason="erased", actor_id=CLERK).then(
        SuggestionClosed(closer_id=CLERK, reason="erased")
    )
