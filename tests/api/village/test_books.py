"""A village's money from opening balance to closed month, on a real journal; and what an auditor finds in it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from api import village_files
from api.books.village_tables import Asked, names_of_book, table_of
from api.commands.affairs import meetings
from api.commands.affairs.meetings import Attendance, NewMeeting, NewRule, Vote
from api.commands.disclosing import committees
from api.commands.village import books, vouchers
from api.exporting import export_package
from audit.findings import Check
from audit.verify import verify_package
from domain.kernel.calendar import next_month
from domain.kernel.ids import EventName
from domain.kernel.quorums import Share
from domain.kernel.refusals import Refusal
from domain.village.parties import party_id
from projections import trial_balances, village_books, village_statements
from tests.api.web.county import VILLAGE, small_county
from tests.conftest import temporary_home
from tests.village import SINCE, Village, credit, debit, village_with_book

if TYPE_CHECKING:
    from tests.conftest import Cluster


@pytest.fixture(scope="module")
def village(cluster: "Cluster") -> Iterator[Village]:
    """A village with a book that begins with 8,000 yuan in the bank, 200 in cash and 300 that somebody owes."""
    access = cluster.new_database()
    with temporary_home() as home, small_county(access, home) as county:
        made = village_with_book(county.app, admin=county.admin, division=VILLAGE)
        owes = made.party("D001")
        made.opening(debit("101", 20_000), debit("102", 800_000), debit("112", 30_000, owes), credit("311", 850_000))
        yield made
    cluster.drop(access)


def code_of(decide: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        decide()
    return refused.value.code


def test_from_the_opening_to_a_closed_month(village: Village, tmp_path: Path) -> None:
    bill = village.booked("村道路灯电费", debit("514", 12_000), credit("102", 12_000))
    village.booked("鱼塘发包收入", debit("102", 60_000), credit("501", 60_000), day=village.since + timedelta(days=3))
    village.reversed(bill, day=village.since + timedelta(days=4))
    village.settled()
    with village.app.reading.connection() as conn:
        found = {one.number: one for one in village_books.vouchers_of(conn, VILLAGE)}
        sums = {one.account: one.closing_fen for one in village_statements.sums(conn, VILLAGE, **_days(village))}
        ledger = trial_balances.controls(conn, as_of=village.today, book=f"vil-{VILLAGE}")
        book = village_books.book_of(conn, VILLAGE)
        assert book is not None
        asked = Asked(VILLAGE, **_days(village))
        sheet = table_of("sheet", conn, asked, names=names_of_book(conn, book)).rows
    assert [found[number].status for number in (1, 2, 3)] == ["reversed", "booked", "booked"]
    assert found[1].reversal_id == found[3].voucher_id
    assert sums == {"101": 20_000, "102": 860_000, "112": 30_000, "311": -850_000, "501": -60_000, "514": 0}
    assert {one.account.split(":")[1]: one.balance for one in ledger} == sums, "the village's own table and the ledger"
    totals = {row[1]: row[2] for row in sheet}
    assert totals["资产合计"] == totals["负债和所有者权益合计"] == 910_000
    assert totals["本年收益（未结转）"] == 60_000

    assert code_of(lambda: village.closed(next_month(village.month))) == "village_month.not_over"
    waiting = village.drafted("打字复印费", debit("513", 4_500), credit("101", 4_500))
    village.settled()
    assert code_of(village.closed) == "village_month.vouchers_wait"
    village.signed(waiting)
    village.book(waiting)
    village.closed()
    late = ("漏记的一笔", debit("513", 100), credit("101", 100))
    assert code_of(lambda: village.drafted(*late)) == "village_month.closed", "before anybody signs it"
    assert code_of(village.opening) == "village_book.opening_recorded_already"

    village.settled()
    export_package(village.app.settings, village.app.access, tmp_path / "package")
    report = verify_package(tmp_path / "package", processes=1)
    assert [(one.code, dict(one.facts)) for one in report.findings if not one.attention] == []
    (summary,) = [one.summary for one in report.checks if one.check is Check.VILLAGE]
    assert summary == {"books": 1, "vouchers": 4, "months": 1}


def test_no_resolution_lets_money_go_on_the_word_of_one(village: Village) -> None:
    """Whoever wrote it down spends nothing under it, and nobody does before another has kept the meeting's sheet."""
    on, app, teller, other = village.today, village.app, village.staff["handler"], village.staff["booker"]
    shares = (Share(1, 2, more=True), Share(1, 2, more=True), "present")
    rule = NewRule(VILLAGE, "group", *shares, on, "议事规则")
    meetings.set_rule(app, actor=village.admin, key=village.key(), new=rule, on=on)
    meeting = uuid4()
    new = NewMeeting(meeting, VILLAGE, "group", "小组会", ("购置设备",), on, "村委会")
    meetings.call(app, actor=village.staff["approver"], key=village.key(), new=new, on=on)
    asked = {"app": app, "meeting_id": meeting, "on": on}
    meetings.hold(**asked, actor=other, key=village.key(), came=Attendance(24, (), 24, "签到册 1"))
    vote = Vote("购置设备", "同意购置。", 24, 0, 0, 5_000_000)
    meetings.resolve(**asked, actor=teller, key=village.key(), vote=vote)
    resolution = EventName(f"{meetings.meeting_stream(meeting)}@3")
    lines = (debit("513", 600_000), credit("211", 600_000, party_id(VILLAGE, "D001")))
    own, others = (village.drafted(f"购置设备 {by}", *lines, by=by, day=on) for by in ("handler", "approver"))
    for one in (own, others):
        vouchers.review(app, actor=village.staff["reviewer"], key=village.key(), voucher_id=one, on=on)

    def approved(voucher_id: UUID, by: str) -> None:
        actor = village.staff[by]
        vouchers.approve(app, actor=actor, key=village.key(), voucher_id=voucher_id, resolution=resolution, on=on)

    assert code_of(lambda: approved(own, "approver")) == "chain.acted_twice"
    assert code_of(lambda: approved(others, "handler")) == "meeting.resolution_unwitnessed"
    sheets = [[village_files.keep(app, b"%PDF-1.4 " + one, kind=village_files.OF_MEETING)] for one in (b"1", b"2")]
    meetings.keep_sheet(**asked, actor=teller, key=village.key(), files=sheets[0])
    assert code_of(lambda: approved(others, "handler")) == "meeting.resolution_unwitnessed"
    meetings.keep_sheet(**asked, actor=other, key=village.key(), files=sheets[1])
    assert code_of(lambda: approved(own, "approver")) == "chain.acted_twice"
    approved(others, "handler")


def test_cash_never_falls_below_zero(village: Village) -> None:
    month = village.today.replace(day=1)
    spent = village.drafted("没有那么多现金", debit("513", 2_000_000), credit("101", 2_000_000), day=month)
    village.app.journal.position()
    asked = {"app": village.app, "voucher_id": spent, "on": village.today}
    second = village.staff["second"]
    gone = {"division": VILLAGE, "person_id": second.person_id, "body": "supervision", "last_day": SINCE}
    committees.leave(village.app, actor=village.admin, key=village.key(), **gone, on=village.today)
    by_second = {**asked, "actor": second}
    assert code_of(lambda: vouchers.review(**by_second, key=village.key())) == "committee.not_in_supervision"
    vouchers.review(**asked, actor=village.staff["reviewer"], key=village.key())
    approve = {**asked, "actor": village.staff["approver"]}
    assert code_of(lambda: vouchers.approve(**approve, key=village.key())) == "village_voucher.resolution_needed"
    books.set_limit(
        village.app,
        actor=village.admin,
        key=village.key(),
        division=VILLAGE,
        limit_fen=3_000_000,
        document="新的制度",
        on=village.today,
    )
    vouchers.approve(**approve, key=village.key())
    assert code_of(lambda: village.book(spent)) == "balance.below_limit"
    assert village.app.journal.state(vouchers.voucher_stream(spent), vouchers.vouchers.evolve).status == "approved"


def test_two_accountants_at_once_leave_no_gap_and_no_double(village: Village) -> None:
    """Six vouchers are booked by three at a time; the month's numbers are one to six."""
    day = village.today.replace(day=1)
    approved = [
        village.signed(
            village.drafted(f"第{number}笔", debit("513", 100 + number), credit("101", 100 + number), day=day)
        )
        for number in range(6)
    ]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(village.book, approved))
    village.settled()
    with village.app.reading.connection() as conn:
        numbers = [one.number for one in village_books.vouchers_of(conn, VILLAGE, month=next_month(village.month))]
    assert sorted(one for one in numbers if one is not None) == [1, 2, 3, 4, 5, 6]


def test_the_same_command_again_is_the_same_voucher(village: Village) -> None:
    approved = village.signed(village.drafted("再来一次", debit("513", 900), credit("101", 900), day=village.today))
    asked = {"app": village.app, "actor": village.staff["booker"], "voucher_id": approved, "on": village.today}
    first, again = (vouchers.book(**asked, key="booked-twice") for _ in range(2))
    assert (first.events, again.replayed) == (again.events, True)
    village.settled()
    once_more = ("再来一次", debit("513", 900), credit("101", 900))
    assert code_of(lambda: village.drafted(*once_more, day=village.today)) == "village_voucher.same_again"
    village.drafted("再来一次（第二笔）", *once_more[1:], day=village.today)


def _days(village: Village) -> dict[str, object]:
    return {"since": village.since, "until": village.today}
