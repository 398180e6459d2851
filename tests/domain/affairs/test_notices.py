"""A notice hangs out from a day to a day, and is never edited."""

from datetime import date, timedelta

from domain.affairs import notices
from domain.affairs.notices import DAYS_MAX, NoticePosted, NoticeWithdrawn
from domain.kernel.affairs import TEXT_CHARS_MAX, TITLE_CHARS_MAX
from tests.domain.samples import CLERK, OFFICER, TODAY, VILLAGE
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(notices.evolve)

UNTIL = TODAY + timedelta(days=7)
POSTED = NoticePosted(
    division=VILLAGE, title="停水通知", text="周三上午停水。", since=TODAY, until=UNTIL, poster_id=CLERK
)
WITHDRAWN = NoticeWithdrawn(withdrawer_id=OFFICER, reason="mistaken")
POST = {
    "division": VILLAGE,
    "division_known": True,
    "title": "停水通知",
    "text": "周三上午停水。",
    "since": TODAY,
    "until": UNTIL,
    "today": TODAY,
    "actor_id": CLERK,
}
TABLES = (
    Table(
        notices.evolve,
        notices.post,
        (),
        POST,
        [
            row("notice.already_posted", given=(POSTED,)),
            row("place.unknown", division_known=False),
            row("affair.text_missing", title=" "),
            row("affair.text_missing", title="停水通知", text="\n"),
            row("affair.text_too_long", title="字" * (TITLE_CHARS_MAX + 1), text="字"),
            row("affair.text_too_long", title="停水通知", text="字" * (TEXT_CHARS_MAX + 1)),
            row("notice.begins_in_past", since=TODAY - timedelta(days=1)),
            row("notice.span", until=TODAY - timedelta(days=2)),
            row("notice.span", since=TODAY, until=TODAY + timedelta(days=DAYS_MAX + 1)),
        ],
    ),
    Table(
        notices.evolve,
        notices.withdraw,
        (POSTED,),
        {"reason": "mistaken", "actor_id": OFFICER},
        [
            row("notice.unknown", given=()),
            row("notice.not_posted", given=(POSTED, WITHDRAWN)),
            row("affair.reason_unknown", reason="i_like"),
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


def test_a_notice_is_posted_and_withdrawn():
    given().when(notices.post, **POST).then(POSTED)
    given(POSTED).when(notices.withdraw, reason="mistaken", actor_id=OFFICER).then(WITHDRAWN)


def test_an_old_notice_can_still_be_withdrawn():
    """What was posted for longer than today's limit replays, and comes down."""
    long = NoticePosted(
        division=VILLAGE, title="a", text="b", since=date(2020, 1, 1), until=date(2030, 1, 1), poster_id=CLERK
    )
    given(long).when(notices.withdraw, reason="no_longer_applies", actor_id=CLERK).then(
        NoticeWithdrawn(withdrawer_id=CLERK, reason="no_longer_applies")
    )
