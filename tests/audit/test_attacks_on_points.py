"""Points that no rule gives, given twice or to another, used or moved without a reason: sealed rightly, and caught."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from audit.shapes import MONEY_TYPES
from domain.kernel.events import type_of
from domain.kernel.ids import EventName, derived, stream_name
from domain.kernel.places import Division
from domain.points import accounts, rules
from domain.points.accounts import Account, Deed, account_id
from domain.points.accounts.postings import coming_in, granted
from domain.points.rules import Cap, Category, Content, Item
from domain.streams import event_types
from journal.codec import Codec
from tests.audit.story import COUNTY, VILLAGE, County, Draft, codes, person

CODEC = Codec(event_types())
RULE = stream_name("points_rule", derived("points_rule", COUNTY))
DAY, NEXT_YEAR = date(2026, 2, 6), date(2027, 3, 1)
STATION, EXCHANGE = UUID(person("a station")), UUID(person("an exchange"))
CONTENT = Content(
    holder="person",
    categories=(Category("report", "上报事件"), Category("order", "秩序")),
    items=(Item("report", "report", "线索", 10, "each"), Item("littering", "order", "乱倒垃圾", -4, "each")),
    caps=(Cap("person", "month", 15),),
    expires_after_months=12,
)


class Told:
    """A county with a rule, whose member was credited his first report; the story is told by the program's own hand."""

    def __init__(self, county: County) -> None:
        self.county = county
        self.member = UUID(county.member)
        self.account: Account | None = None
        self.rule = self.publish(CONTENT)
        self.opened = self.say(
            accounts.open_account(
                None,
                kind="person",
                holder_id=self.member,
                holder_known=True,
                division=Division(VILLAGE),
                division_known=True,
            )
        )
        self.first = self.grant(0)

    def publish(
        self, content: Content, *, division: str = COUNTY, since: date = date(2026, 1, 1), **more: Any
    ) -> Draft:
        event = rules.PointsRulePublished(
            division=Division(division),
            version=1,
            since=since,
            document="横文明〔2026〕1号",
            holder=content.holder,
            categories=content.categories,
            items=content.items,
            windows=content.windows,
            caps=content.caps,
            exchange_limits=content.exchange_limits,
            expires_after_months=content.expires_after_months,
            cash_top_up=content.cash_top_up,
            debt_from_deductions=content.debt_from_deductions,
        )
        stream = stream_name("points_rule", derived("points_rule", division))
        return self.county.admin(stream, "points_rule.published/1", CODEC.data_of(replace(event, **more)))

    def say(self, event: Any, *, on: date = DAY, cause: str | None = None) -> Draft:
        """Record an event of the account, by the officer."""
        if isinstance(event, accounts.PointsAccountOpened):
            identity = account_id(event.kind, event.holder_id)
        else:
            identity = self.account.id
        if identity == account_id("person", self.member):
            self.account = accounts.evolve(self.account, event)
        return self.add(identity, event, on=on, cause=cause)

    def add(self, identity: UUID, event: Any, *, on: date = DAY, cause: str | None = None, **more: Any) -> Draft:
        """Record an event in whatever account."""
        stream, postings = stream_name("points_account", identity), getattr(event, "postings", ())
        assert bool(postings) <= (type_of(event) in MONEY_TYPES)
        county = self.county
        return county.story.add(
            stream,
            type_of(event),
            CODEC.data_of(event),
            by=county.officer,
            role="county_officer",
            on=on.isoformat(),
            postings=postings,
            cause=cause,
            **more,
        )

    def deed(self, n: int, **changes: Any) -> Deed:
        made = Deed(
            category="report",
            item="report",
            quantity=1,
            factor_percent=100,
            points=10,
            division=Division(VILLAGE),
            on=date(2026, 2, 3),
            cause=f"incident/{self.county.incidents[n]}",
            rule=EventName(f"{RULE}@1"),
            beneficiary_id=self.member,
        )
        return replace(made, **changes)

    def decided(self, n: int) -> str:
        stream = f"incident/{self.county.incidents[n]}"
        draft = next(
            one
            for one in self.county.story.drafts
            if one.stream == stream and one.type == "incident.validity_decided/1"
        )
        return self.county.story.name_of(draft)

    def grant(self, n: int, *, room: int | None = None, of: Account | None = None, **changes: Any) -> Draft:
        """Credit a report; `changes` of the deed are believed."""
        expires_on = changes.pop("expires_on", date(2027, 2, 28))
        event = accounts.grant(of or self.account, deed=self.deed(n, **changes), room=room, expires_on=expires_on)
        return self.say(event, cause=self.decided(n))

    def spend(self, points: int, *, cause: str | None = "", on: date = DAY, **changes: Any) -> Draft:
        """Exchange points at a station of which this journal says nothing more."""
        event = accounts.redeem(self.account, exchange_id=EXCHANGE, station_id=STATION, points=points, on=on)
        return self.say(replace(event, **changes), cause=cause or None, on=on)

    def reverse(self, number: int = 2, **changes: Any) -> Draft:
        return self.say(replace(accounts.reverse(self.account, granted=number, reason="误报"), **changes))

    def deduct(self, **changes: Any) -> Draft:
        made = self.deed(
            1, category="order", item="littering", points=-4, cause="document:村规〔2026〕3号", on=date(2026, 2, 4)
        )
        owed = changes.pop("owed", False)
        event = accounts.deduct(self.account, deed=replace(made, **changes), debt_allowed=owed)
        return self.say(event)


def with_points(told: Told, points: int) -> None:
    """The first grant says another number, and posts it."""
    told.first.data["points"] = points
    identity = account_id("person", told.member)
    told.first.postings = coming_in(identity, points, repaid=0, source=granted("report"))


def second_account(told: Told) -> Account:
    event = accounts.PointsAccountOpened(kind="person", holder_id=UUID(told.county.rider), division=Division(VILLAGE))
    told.add(account_id("person", event.holder_id), event)
    return accounts.evolve(None, event)


def moved(told: Told, *, both: bool) -> None:
    taker = second_account(told)
    out = accounts.move_out(told.account, to=taker.id, points=3, reason="moved", document="x", on=DAY)
    told.add(told.account.id, out, cmd="move")
    if both:
        told.add(taker.id, accounts.move_in(taker, sender_id=told.account.id, moved=out), cmd="move")


def to_another(told: Told) -> None:
    """The second report's points go to the rider's account, who did not make it."""
    taker = second_account(told)
    event = accounts.grant(taker, deed=told.deed(1), room=5, expires_on=date(2027, 2, 28))
    told.add(taker.id, event, cause=told.decided(1))


def brought_in(told: Told, *, by_another: bool, **changes: Any) -> None:
    """A household's balance that was wrong is reversed after it was spent, and the right one repays the debt."""
    opened = accounts.PointsAccountOpened(kind="person", holder_id=UUID(told.county.rider), division=Division(VILLAGE))
    own = accounts.evolve(None, opened)
    told.add(own.id, opened)
    facts = {"as_of": DAY, "document": "存折", "expires_on": date(2027, 2, 28), "on": DAY}
    officer, admin = UUID(told.county.officer), UUID(told.county.founder)
    balance = accounts.record_opening(own, points=50, recorder_id=officer, **facts)
    told.add(own.id, replace(balance, **changes))
    own = accounts.evolve(own, balance)
    back = accounts.reverse(own, granted=2, reason="记错了")
    made = told.add(own.id, back)
    if by_another:
        made.by, made.role = str(admin), "administrator"
    own = accounts.evolve(own, back)
    told.add(own.id, accounts.record_opening(own, points=5, recorder_id=officer, **facts))


def own_deducted(told: Told, *, by: str) -> None:
    """The officer's own account is deducted from, by somebody."""
    officer = UUID(told.county.officer)
    opened = accounts.PointsAccountOpened(kind="person", holder_id=officer, division=Division(VILLAGE))
    own = accounts.evolve(None, opened)
    told.add(own.id, opened)
    slip = {"category": "order", "item": "littering", "points": -4, "cause": "document:3号", "on": date(2026, 2, 4)}
    made = told.add(own.id, accounts.deduct(own, deed=told.deed(1, **slip, beneficiary_id=officer), debt_allowed=False))
    if by != told.county.officer:
        made.by, made.role = by, "administrator"


def opened_by(told: Told, *, by: str, points: int = 50, kind: str = "person") -> None:
    """The balance of a holder whom the administrator registered, recorded by somebody."""
    holder = UUID(told.county.rider)
    if kind == "household":
        holder = derived("household", VILLAGE, "404")
        data = {"division": VILLAGE, "reference": "404"}
        told.county.admin(stream_name("household", holder), "household.registered/1", data)
    opened = accounts.PointsAccountOpened(kind=kind, holder_id=holder, division=Division(VILLAGE))
    own = accounts.evolve(None, opened)
    told.add(own.id, opened)
    facts = {"as_of": DAY, "document": "存折", "expires_on": date(2027, 2, 28), "on": DAY}
    said = accounts.record_opening(own, points=min(points, accounts.OPENING_MAX), recorder_id=UUID(by), **facts)
    said = replace(said, points=points, postings=coming_in(own.id, points, repaid=0, source=granted("opening")))
    made = told.add(own.id, said)
    if by != told.county.officer:
        made.by, made.role = by, "administrator"


RIGHT: dict[str, Callable[[Told], object]] = {
    "nothing more": lambda told: told.account,
    "the second report as far as the cap lets": lambda told: told.grant(1, room=5),
    "a deduction by a document": lambda told: told.deduct(),
    "ten times at once by a document": lambda told: told.deduct(quantity=accounts.TIMES_MAX, points=-40),
    "an officer's own account, by another's hand": lambda told: own_deducted(told, by=str(told.county.founder)),
    "a reversal, and the report again": lambda told: (told.reverse(), told.grant(0)),
    "a balance, taken back by another, and the right one": lambda told: brought_in(told, by_another=True),
    "a household's balance by who did not register it": lambda told: opened_by(
        told, by=told.county.officer, kind="household", points=accounts.OPENING_MAX
    ),
    "what nobody used": lambda told: told.say(accounts.expire(told.account, on=NEXT_YEAR), on=NEXT_YEAR),
}
ATTACKS: dict[str, tuple[Callable[[Told], object], set[str]]] = {
    "more than the rule gives": (lambda told: told.first.data.update(by_rule=12), {"points.amount", "points.capped"}),
    "less than the rule gives": (lambda told: with_points(told, 9), {"points.capped"}),
    "over the cap": (lambda told: told.grant(1), {"points.capped"}),
    "withheld while there was room": (lambda told: told.grant(1, room=0), {"points.room_left"}),
    "a factor that no window gives": (lambda told: told.first.data.update(factor_percent=200), {"points.factor"}),
    "another rule": (lambda told: told.first.data.update(rule=f"{RULE}@2"), {"points.other_rule"}),
    "an item that no rule lists": (
        lambda told: told.grant(1, item="gift", room=5),
        {"points.no_rule", "points.not_so_reported", "points.expiry"},
    ),
    "usable for longer": (lambda told: told.first.data.update(expires_on="2099-12-31"), {"points.expiry"}),
    "for a report that was not valid": (lambda told: told.grant(3, room=5), {"points.not_so_reported"}),
    "for a report of another day": (
        lambda told: told.grant(1, room=5, on=date(2026, 2, 2)),
        {"points.not_so_reported"},
    ),
    "twice for one report": (
        lambda told: told.grant(
            0, of=accounts.evolve(told.account, accounts.reverse(told.account, granted=2, reason="")), room=5
        ),
        {"points.twice"},
    ),
    "caused by something else": (lambda told: setattr(told.first, "cause", told.decided(1)), {"points.cause"}),
    "to another": (to_another, {"points.not_his"}),
    "taken back twice": (
        lambda told: (
            told.grant(1, room=5),
            told.reverse(),
            told.county.story.drafts.append(replace(told.county.story.drafts[-1], cmd="again")),
        ),
        {"points.taken_back_twice", "points.lots", "limits.passed", "invariants.points_differ"},
    ),
    "a debt made where points were held": (
        lambda told: told.reverse(
            lots=(),
            to_debt=10,
            postings=accounts.postings.reversed_grant(
                told.account.id, category="report", of_held=0, from_expired=0, to_debt=10
            ),
        ),
        {"points.lots", "invariants.points_differ"},
    ),
    "spent without an exchange": (
        lambda told: told.spend(4),
        {"points.no_exchange", "roles.may_not", "stations.without_exchange"},
    ),
    "moved without anybody asking": (lambda told: moved(told, both=True), {"points.moved_unasked"}),
    "sent, and never come": (
        lambda told: moved(told, both=False),
        {"points.moved_unasked", "points.one_sided", "invariants.points_differ"},
    ),
    "a township's rule for a day that had come": (
        lambda told: told.publish(CONTENT, division=VILLAGE, since=date(2025, 12, 1)),
        {"points.rule_backdated"},
    ),
    "a version twice": (lambda told: told.publish(CONTENT, since=date(2029, 1, 1)), {"points.rule_version"}),
    "a deduction that leaves a debt against the rule": (
        lambda told: told.deduct(owed=True, points=-40),
        {"points.amount", "points.lots"},
    ),
    "more than ten times at once by a document": (
        lambda told: told.deduct(quantity=accounts.TIMES_MAX + 1, points=-44),
        {"points.too_many_times"},
    ),
    "an officer's own account, by his hand": (
        lambda told: own_deducted(told, by=told.county.officer),
        {"points.own_account"},
    ),
    "gone before its last day": (lambda told: told.say(accounts.expire(told.account, on=NEXT_YEAR)), {"points.lots"}),
    "the balance of a person by who registered him": (
        lambda told: opened_by(told, by=str(told.county.founder)),
        {"points.opening_by_registrar"},
    ),
    "the balance of a household by who registered it": (
        lambda told: opened_by(told, by=str(told.county.founder), kind="household"),
        {"points.opening_by_registrar"},
    ),
    "a balance of more points than a book brings in": (
        lambda told: opened_by(told, by=told.county.officer, points=accounts.OPENING_MAX + 1),
        {"points.opening_too_large"},
    ),
    "a balance recorded and taken back by one person": (
        lambda told: brought_in(told, by_another=False),
        {"points.one_person"},
    ),
    "a balance that somebody else signed": (
        lambda told: brought_in(told, by_another=True, recorder_id=told.member),
        {"points.recorded_by_another"},
    ),
    "a paper book after the first entry": (
        lambda told: told.say(
            accounts.PointsOpeningRecorded(
                points=5,
                as_of=DAY,
                document="存折",
                expires_on=date(2027, 2, 28),
                postings=coming_in(told.account.id, 5, repaid=0, source=granted("opening")),
            )
        ),
        {"points.opening_late"},
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_the_program_does_is_right(verdict_on, county, name):
    RIGHT[name](Told(county))
    assert codes(verdict_on(county.story)) == set()


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_caught(verdict_on, county, name):
    attack, expected = ATTACKS[name]
    attack(Told(county))
    assert codes(verdict_on(county.story)) == expected
