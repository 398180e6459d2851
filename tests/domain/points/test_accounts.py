"""An account gets a deed's points once, uses what expires first, and owes what it spent when that is taken back."""

from datetime import date

import pytest

from domain.kernel.refusals import Refusal
from domain.points import accounts
from domain.points.accounts import Lot
from domain.points.accounts.lots import last_day_of_points
from domain.points.accounts.postings import EXPIRED, MOVED, debt, deducted, granted, held, redeemed
from domain.points.earning import cap_room
from domain.points.rules import Cap
from tests.domain.points import points_samples as s
from tests.domain.points.points_samples import ACCOUNT, EXCHANGE, OPENED, OTHER_ACCOUNT, STATION, deed, folded
from tests.domain.samples import TODAY, VILLAGE, person
from tests.domain.scenarios import Table, every_row, every_table, row, scenarios

given = scenarios(accounts.evolve)
HELD, DEBT = held(ACCOUNT), debt(ACCOUNT)
CLOSED = accounts.PointsAccountClosed(reason="merged", document="证明", successor_id=OTHER_ACCOUNT)
TEN = s.granted(1, points=10)
SPENT = accounts.redeem(folded(OPENED, TEN), exchange_id=EXCHANGE, station_id=STATION, points=6, on=TODAY)
TAKEN = accounts.deduct(
    folded(OPENED, TEN), deed=deed(7, points=-4, item="litter", category="order"), debt_allowed=False
)
TAKEN_BACK = accounts.reverse(folded(OPENED, TEN), granted=2, reason="误报")
GIVEN_BACK = accounts.give_back(folded(OPENED, TEN, TAKEN), deducted=3, reason="误记", expires_on=None)
OPENING = accounts.record_opening(
    folded(OPENED), points=50, as_of=TODAY, document="积分存折", expires_on=None, recorder_id=person("clerk"), on=TODAY
)
OPENING_REVERSED = accounts.reverse(folded(OPENED, OPENING), granted=2, reason="记错了")
MOVED_OUT = accounts.move_out(
    folded(s.OTHER_OPENED, TEN), to=ACCOUNT, points=3, reason="split", document="协议", on=TODAY
)

MOVING = {"to": OTHER_ACCOUNT, "points": 3, "reason": "split", "document": "协议", "on": TODAY}
OPENING_FACTS = {"points": 50, "as_of": TODAY, "document": "积分存折", "expires_on": None}
OPENING_FACTS |= {"recorder_id": person("clerk"), "on": TODAY}
TABLES = (
    Table(
        accounts.evolve,
        accounts.open_account,
        (),
        {"kind": "person", "holder_id": s.HOUSE, "holder_known": True, "division": VILLAGE, "division_known": True},
        [
            row("points_account.already_open", given=(OPENED,)),
            row("points_account.kind_unknown", kind="village"),
            row("points_account.holder_unknown", holder_known=False),
            row("place.unknown", division_known=False),
        ],
    ),
    Table(
        accounts.evolve,
        accounts.close,
        (OPENED,),
        {"successor_id": OTHER_ACCOUNT, "successor": folded(s.OTHER_OPENED), "reason": "merged", "document": "证明"},
        [
            row("points_account.unknown", given=()),
            row("points_account.closed", given=(OPENED, CLOSED)),
            row("points_account.reason_unknown", reason="tired"),
            row("points_account.not_empty", given=(OPENED, TEN)),
            row("points_account.successor_unusable", successor=None),
            row("points_account.successor_unusable", successor=folded(OPENED, CLOSED)),
            row("points_account.successor_unusable", successor_id=ACCOUNT),
        ],
    ),
    Table(
        accounts.evolve,
        accounts.grant,
        (OPENED, TEN),
        {"deed": deed(2), "room": None, "expires_on": None},
        [
            row("points_account.unknown", given=()),
            row("points_account.closed", given=(OPENED, CLOSED)),
            row("points.already_settled", deed=deed(1)),
            row("points.nothing_earned", deed=deed(2, points=-1)),
        ],
    ),
    Table(
        accounts.evolve,
        accounts.record_opening,
        (OPENED,),
        OPENING_FACTS,
        [
            row("points_account.unknown", given=()),
            row("points_account.closed", given=(OPENED, CLOSED)),
            row("points.opening_twice", given=(OPENED, OPENING)),
            row("points.opening_twice", given=(OPENED, OPENING, OPENING_REVERSED, OPENING)),
            row("points.opening_too_late", given=(OPENED, TEN)),
            row("points.not_positive", points=0),
            row("points.opening_too_large", points=accounts.OPENING_MAX + 1),
            row("points.day_in_future", as_of=s.TOMORROW),
        ],
    ),
    Table(
        accounts.evolve,
        accounts.deduct,
        (OPENED, TEN),
        {"deed": deed(2, points=-3), "debt_allowed": True},
        [
            row("points_account.unknown", given=()),
            row("points_account.closed", given=(OPENED, CLOSED)),
            row("points.already_settled", deed=deed(1, points=-3)),
            row("points.nothing_deducted", deed=deed(2, points=3)),
        ],
    ),
    Table(
        accounts.evolve,
        accounts.reverse,
        (OPENED, TEN),
        {"granted": 2, "reason": "误报"},
        [
            row("points_account.unknown", given=()),
            row("points.grant_unknown", granted=1),
            row("points.grant_unknown", given=(OPENED, TEN, TAKEN), granted=3),
            row("points.already_reversed", given=(OPENED, OPENING, OPENING_REVERSED), granted=2),
            row("points.already_reversed", given=(OPENED, TEN, TAKEN_BACK), granted=2),
        ],
    ),
    Table(
        accounts.evolve,
        accounts.give_back,
        (OPENED, TEN, TAKEN),
        {"deducted": 3, "reason": "误记", "expires_on": None},
        [
            row("points_account.unknown", given=()),
            row("points.deduction_unknown", deducted=2),
            row("points.already_reversed", given=(OPENED, TEN, TAKEN, GIVEN_BACK), deducted=3),
        ],
    ),
    Table(
        accounts.evolve,
        accounts.redeem,
        (OPENED, TEN),
        {"exchange_id": EXCHANGE, "station_id": STATION, "points": 10, "on": TODAY},
        [
            row("points_account.unknown", given=()),
            row("points_account.closed", given=(OPENED, CLOSED)),
            row("points.not_positive", points=0),
            row("points.exchange_twice", given=(OPENED, TEN, SPENT), points=1),
            row("points.too_few", given=(OPENED, TEN), points=11),
        ],
    ),
    Table(
        accounts.evolve,
        accounts.restore,
        (OPENED, TEN, SPENT),
        {"exchange_id": EXCHANGE, "points": 6},
        [
            row("points_account.unknown", given=()),
            row("points.exchange_unknown", exchange_id=person("another exchange")),
            row("points.not_positive", points=0),
            row("points.restored_too_many", points=7),
        ],
    ),
    Table(
        accounts.evolve,
        accounts.move_out,
        (OPENED, TEN),
        MOVING,
        [
            row("points_account.unknown", given=()),
            row("points_account.reason_unknown", reason="tired"),
            row("points.same_account", to=ACCOUNT),
            row("points.not_positive", points=0),
            row("points.too_few", points=11),
            row("points.nothing_to_move", given=(OPENED,), points=None),
        ],
    ),
    Table(
        accounts.evolve,
        accounts.move_in,
        (OPENED,),
        {"sender_id": OTHER_ACCOUNT, "moved": MOVED_OUT},
        [
            row("points_account.unknown", given=()),
            row("points_account.closed", given=(OPENED, CLOSED)),
        ],
    ),
)


@every_table(*TABLES)
def test_its_facts_are_accepted_and_its_docstring_is_true(table):
    table.check_accepted()
    table.check_documented()


@every_row(*TABLES)
def test_refusals(table, position):
    table.check_row(position)


def posted(event):
    return {account: amount for account, _, amount in event.postings}


def test_a_deed_is_credited_once_and_again_only_after_it_was_taken_back():
    given(OPENED, TEN).when(accounts.grant, deed=deed(1), room=None, expires_on=None).refused("points.already_settled")
    again = accounts.grant(folded(OPENED, TEN, TAKEN_BACK), deed=deed(1, points=10), room=None, expires_on=None)
    assert again == TEN
    assert not folded(OPENED, TEN).has_settled(deed(1, who=person("another")).key)


def test_a_cap_cuts_what_is_credited_and_a_full_one_withholds_it():
    cut = accounts.grant(folded(OPENED), deed=deed(1), room=2, expires_on=None)
    assert (cut.by_rule, cut.points, posted(cut)) == (5, 2, {HELD: 2, granted("task"): -2})
    withheld = accounts.grant(folded(OPENED), deed=deed(1), room=0, expires_on=None)
    assert isinstance(withheld, accounts.PointsWithheld)
    given(OPENED, withheld).when(accounts.grant, deed=deed(1), room=9, expires_on=None).refused(
        "points.already_settled"
    )
    given(OPENED, withheld).when(accounts.reverse, granted=2, reason="x").refused("points.grant_unknown", number=2)


def test_what_expires_first_is_used_first_and_what_is_overdue_not_at_all():
    account = folded(
        OPENED,
        s.granted(1, points=4, expires_on=None),
        s.granted(2, points=3, expires_on=s.END_OF_DECEMBER),
        s.granted(3, points=2, expires_on=s.END_OF_NOVEMBER),
    )
    first = accounts.redeem(account, exchange_id=EXCHANGE, station_id=STATION, points=4, on=TODAY)
    assert first.lots == (Lot(2, s.END_OF_NOVEMBER), Lot(2, s.END_OF_DECEMBER))
    assert posted(first) == {redeemed(STATION): 4, HELD: -4}
    december = date(2026, 12, 1)
    assert (account.held, account.spendable(december)) == (9, 7)
    given_then = accounts.redeem(account, exchange_id=EXCHANGE, station_id=STATION, points=4, on=december)
    assert given_then.lots == (Lot(3, s.END_OF_DECEMBER), Lot(1, None))
    gone = accounts.expire(account, on=december)
    assert (gone.points, posted(gone)) == (2, {EXPIRED: 2, HELD: -2})
    assert accounts.expire(folded(OPENED, TEN), on=december) is None


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (date(2026, 11, 22), 12, date(2027, 11, 30)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 12, 1), None, None),
    ],
)
def test_points_can_be_used_until_the_end_of_a_month(day, months, last):
    assert last_day_of_points(day, months=months) == last


def test_points_that_were_spent_and_taken_back_are_a_debt_that_later_points_repay():
    account = folded(OPENED, TEN, SPENT)
    reversed_ = accounts.reverse(account, granted=2, reason="误报")
    assert (reversed_.lots, reversed_.to_debt) == ((Lot(4),), 6)
    assert posted(reversed_) == {granted("task"): 10, HELD: -4, DEBT: -6}
    owing = folded(OPENED, TEN, SPENT, reversed_)
    assert (owing.held, owing.debt) == (0, 6)
    partly = accounts.grant(owing, deed=deed(2, points=5), room=None, expires_on=None)
    assert (partly.repaid, posted(partly)) == (5, {DEBT: 5, granted("task"): -5})
    wholly = accounts.grant(accounts.evolve(owing, partly), deed=deed(3, points=5), room=None, expires_on=None)
    after = accounts.evolve(accounts.evolve(owing, partly), wholly)
    assert (wholly.repaid, after.debt, after.held) == (1, 0, 4)


def test_points_that_had_expired_unused_are_not_taken_a_second_time():
    kept = s.granted(1, points=4, expires_on=s.END_OF_NOVEMBER)
    account = folded(OPENED, kept, s.granted(2, points=9))
    expired = accounts.expire(account, on=s.END_OF_DECEMBER)
    reversed_ = accounts.reverse(accounts.evolve(account, expired), granted=2, reason="误报")
    assert (reversed_.from_expired, reversed_.lots, reversed_.to_debt) == (4, (), 0)
    after = folded(OPENED, kept, s.granted(2, points=9), expired, reversed_)
    assert (after.held, after.debt, after.expired) == (9, 0, ())


def test_what_came_back_of_an_exchange_has_the_longest_time_and_pays_a_debt_first():
    lots = (s.granted(1, points=4, expires_on=s.END_OF_NOVEMBER), s.granted(2, points=4, expires_on=s.END_OF_DECEMBER))
    account = folded(OPENED, *lots)
    spent = accounts.redeem(account, exchange_id=EXCHANGE, station_id=STATION, points=8, on=TODAY)
    account = accounts.evolve(account, spent)
    part = accounts.restore(account, exchange_id=EXCHANGE, points=5)
    assert part.lots == (Lot(1, s.END_OF_NOVEMBER), Lot(4, s.END_OF_DECEMBER))
    rest = accounts.restore(accounts.evolve(account, part), exchange_id=EXCHANGE, points=3)
    assert rest.lots == (Lot(3, s.END_OF_NOVEMBER),)
    owing = accounts.evolve(account, accounts.reverse(account, granted=2, reason="误报"))
    repaying = accounts.restore(owing, exchange_id=EXCHANGE, points=5)
    assert (repaying.repaid, repaying.lots) == (4, (Lot(1, s.END_OF_DECEMBER),))


def test_a_deduction_takes_what_is_held_and_the_rule_says_whether_the_rest_is_owed():
    litter = deed(7, points=-15, item="litter", category="order")
    waived = accounts.deduct(folded(OPENED, TEN), deed=litter, debt_allowed=False)
    assert (waived.to_debt, posted(waived)) == (0, {deducted("order"): 10, HELD: -10})
    owed = accounts.deduct(folded(OPENED, TEN), deed=litter, debt_allowed=True)
    assert (owed.to_debt, posted(owed)) == (5, {deducted("order"): 15, HELD: -10, DEBT: -5})
    nothing = accounts.deduct(folded(OPENED), deed=litter, debt_allowed=False)
    assert (nothing.lots, nothing.postings) == ((), ())
    back = accounts.give_back(folded(OPENED, TEN, owed), deducted=3, reason="误记", expires_on=s.END_OF_DECEMBER)
    assert (back.repaid, back.lots) == (5, (Lot(10, s.END_OF_DECEMBER),))


def test_everything_moves_with_the_debt_and_a_share_without():
    sender = folded(OPENED, s.granted(1, points=3, expires_on=s.END_OF_NOVEMBER), s.granted(2, points=4))
    share = accounts.move_out(sender, to=OTHER_ACCOUNT, points=5, reason="split", document="协议", on=TODAY)
    assert (share.lots, share.debt) == ((Lot(3, s.END_OF_NOVEMBER), Lot(2)), 0)
    assert posted(share) == {MOVED: 5, HELD: -5}
    came = accounts.move_in(folded(s.OTHER_OPENED), sender_id=ACCOUNT, moved=share)
    assert posted(came) == {held(OTHER_ACCOUNT): 5, MOVED: -5}

    owing = folded(OPENED, *s.debt_of(6))
    whole = accounts.move_out(owing, to=OTHER_ACCOUNT, points=None, reason="merged", document="证明", on=TODAY)
    assert (whole.points, whole.debt, posted(whole)) == (0, 6, {DEBT: 6, MOVED: -6})
    rich = folded(s.OTHER_OPENED, s.granted(3, points=4))
    taken_in = accounts.move_in(rich, sender_id=ACCOUNT, moved=whole)
    assert (taken_in.settled, accounts.evolve(rich, taken_in).debt) == ((Lot(4),), 2)
    assert posted(taken_in) == {MOVED: 6, held(OTHER_ACCOUNT): -4, debt(OTHER_ACCOUNT): -2}


def test_points_that_come_to_an_account_with_a_debt_repay_it():
    owing = folded(s.OTHER_OPENED, *s.debt_of(2))
    sent = accounts.move_out(folded(OPENED, TEN), to=OTHER_ACCOUNT, points=3, reason="moved", document="x", on=TODAY)
    came = accounts.move_in(owing, sender_id=ACCOUNT, moved=sent)
    assert (came.repaid, came.lots, accounts.evolve(owing, came).debt) == (2, (Lot(1),), 0)


def test_history_outlives_todays_rules():
    """An account that took more than it held still replays, for all to see."""
    odd = accounts.PointsExpired(points=9, lots=(Lot(9, s.END_OF_NOVEMBER),), postings=())
    assert folded(OPENED, odd).held == -9


def test_a_balance_that_was_reversed_may_come_anew_and_repays_what_was_spent_of_the_wrong_one() -> None:
    """Six of the wrong fifty were spent: they are owed, and the right twenty repay them."""
    spent = accounts.redeem(folded(OPENED, OPENING), exchange_id=EXCHANGE, station_id=STATION, points=6, on=TODAY)
    back = accounts.reverse(folded(OPENED, OPENING, spent), granted=2, reason="记错了")
    assert (back.points, back.lots, back.to_debt) == (50, (Lot(44),), 6)
    before = folded(OPENED, OPENING, spent, back)
    assert (before.opening, before.debt) == (False, 6)
    anew = accounts.record_opening(before, **OPENING_FACTS | {"points": 20})
    after = accounts.evolve(before, anew)
    assert (anew.repaid, after.opening, after.held, after.debt) == (6, True, 14, 0)
    again = accounts.evolve(after, accounts.reverse(after, granted=5, reason="又错了"))
    assert (again.opening, again.held, again.debt) == (False, 0, 6)


def test_no_cap_counts_the_balance_of_a_paper_book() -> None:
    cap = Cap(scope="household", period="month", points=40, category=None)
    room = cap_room([cap], deed=deed(1), account=folded(OPENED, OPENING), around=[])
    assert room == 40


def test_by_hand_so_often_at_most_is_something_counted() -> None:
    accounts.require_few(quantity=accounts.TIMES_MAX, unit="each")
    accounts.require_few(quantity=600, unit="hour")
    for quantity, unit in ((11, "each"), (11, "person"), (601, "hour")):
        with pytest.raises(Refusal) as refused:
            accounts.require_few(quantity=quantity, unit=unit)
        assert refused.value.code == "points.too_many_times"
