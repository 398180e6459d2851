"""One village of the demonstration county keeps its books, meets, promises, pays a subsidy and posts all of it.

What must not be broken: four people sign each voucher, the supervision committee reviews what is posted, and running it
again changes nothing.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final
from uuid import UUID

from api import village_files
from api.commands import assets, subsidies
from api.commands.affairs import commitments, meetings, notices, suggestions
from api.commands.affairs.commitments import NewCommitment
from api.commands.affairs.meetings import Attendance, NewMeeting, NewRule, Vote
from api.commands.affairs.notices import NewNotice
from api.commands.affairs.suggestions import NewSuggestion
from api.commands.disclosing import committees, computing, disclosures, objections, settling
from api.commands.disclosing.objections import NewObjection
from api.commands.disclosing.settling import NewSettings
from api.commands.disclosing.streams import disclosure_stream
from api.commands.village import books, vouchers
from api.commands.village.books import NewBook
from api.commands.village.vouchers import NewVoucher
from api.context import App
from api.demo.households import TOWNSHIP, household_of
from api.demo.people import People
from api.demo.places import COUNTY, village_code
from api.hearing.agent import open_box
from domain.disclosures.settings import KindRule
from domain.disclosures.state import disclosure_id, evolve
from domain.kernel.disclosed import KINDS, ONCE
from domain.kernel.ids import derived
from domain.kernel.money import Fen
from domain.kernel.periods import Period, first_day, period_of
from domain.kernel.quorums import Share
from domain.kernel.village_lines import VoucherLine
from domain.subsidies.lists import list_id
from domain.subsidies.programmes import programme_id
from domain.village.vouchers import Content, kind_of
from journal.facts import Actor

VILLAGE: Final = village_code(TOWNSHIP, 0)
PROGRAMME: Final = programme_id(COUNTY, "gengdi")
CHART: Final = "village-2023/1"
PUBLISH_DAYS: Final = 120
ANSWER_DAYS: Final = 10
DUE_DAYS: Final = 10
SMALL_COUNT_MIN: Final = 3
"""Longer than the usual week, so that whoever tries the product months later finds something posted."""

_Line = tuple[str, str, int]

OPENING: Final[tuple[_Line, ...]] = (
    ("101", "debit", 120_000),
    ("102", "debit", 4_680_000),
    ("151", "debit", 9_800_000),
    ("311", "credit", 14_600_000),
)
VOUCHERS: Final[tuple[tuple[int, str, tuple[_Line, ...]], ...]] = (
    (6, "鱼塘发包收入", (("102", "debit", 600_000), ("501", "credit", 600_000))),
    (17, "村道路灯电费", (("514", "debit", 38_560), ("102", "credit", 38_560))),
    (40, "办公用品", (("513", "debit", 12_300), ("101", "credit", 12_300))),
    (63, "公益岗位保洁工资", (("514", "debit", 180_000), ("102", "credit", 180_000))),
)
"""The day of the quarter, what for, and the lines."""
ASSETS: Final = (
    ("2020-01", "村文化活动室", "public", "opening", "间", 3_000, 8_600_000, "村部西侧"),
    ("2021-02", "打谷场", "operating", "opening", "亩", 1_500, 1_200_000, "村南"),
    ("R-01", "村东鱼塘", "resource", "opening", "亩", 12_500, 0, "村东"),
)
SHEET: Final = b"%PDF-1.4\n% attendance sheet of the demonstration\n%%EOF\n"
POSTED: Final = ("village_finances", "assets", "commitments", "meetings")


def load(app: App, *, founder: Actor, people: People) -> None:
    """Seat, keep, meet, promise, list, and post; running it again changes nothing."""
    loading = _Loading(app, founder, people)
    loading.settle()
    loading.keep_books()
    loading.keep_property()
    loading.affairs()
    loading.subsidise()
    loading.post()
    open_box(app, administrator=founder)


def settle_county(app: App, *, founder: Actor, since: date) -> None:
    """How long names stand in public in the county; what is owed, each village says for itself."""
    kinds = tuple(KindRule(kind, "never", "masked") for kind in KINDS)
    document = f"演示县民政〔{since.year}〕1号"
    new = NewSettings(COUNTY, since, document, PUBLISH_DAYS, ANSWER_DAYS, DUE_DAYS, SMALL_COUNT_MIN, kinds)
    settling.make(app, actor=founder, key="demo:disclosing", new=new, on=since)


def post_rewards(app: App, *, founder: Actor, people: People) -> None:
    """Once they are paid: the rewards of a month, and what became of an objection."""
    _Loading(app, founder, people).post_rewards()


@dataclass(frozen=True)
class _Loading:
    """Who loads, and for which people; what a village posts is about its last whole quarter."""

    app: App
    founder: Actor
    people: People

    @property
    def on(self) -> date:
        """The county's last day."""
        return self.people.period.until

    @cached_property
    def quarter(self) -> Period:
        """The last quarter that was over on that day."""
        this = period_of(self.on, "quarter")
        return period_of(first_day(this) - timedelta(days=1), "quarter")

    @property
    def since(self) -> date:
        """Its first day."""
        return first_day(self.quarter)

    def key(self, name: str) -> str:
        """A key that follows from the plan."""
        return f"demo:village:{name}"

    def settle(self) -> None:
        """Who sits in the committees, and how the village discloses."""
        seats = (
            ("village-supervisor", "supervision"),
            ("village-head", "villagers"),
            ("village-secretary", "villagers"),
        )
        for part, body in seats:
            committees.seat(
                self.app,
                actor=self.founder,
                key=self.key(f"seat:{part}"),
                division=VILLAGE,
                person_id=self.people.id_of(part),
                body=body,
                since=self.people.period.since,
                on=self.since,
            )
        kinds = (
            KindRule("rewards", "monthly", "masked"),
            KindRule("village_finances", "quarterly", "masked"),
            KindRule("subsidies", "at_once", "masked"),
        )
        document = "云上村村民会议决议〔演示〕1号"
        new = NewSettings(VILLAGE, self.since, document, PUBLISH_DAYS, ANSWER_DAYS, DUE_DAYS, SMALL_COUNT_MIN, kinds)
        settling.make(self.app, actor=self.founder, key=self.key("settings"), new=new, on=self.since)

    def keep_books(self) -> None:
        """A book with its opening balances, and four vouchers, each signed by four."""
        app, people = self.app, self.people
        document = f"演示县农经〔{self.since.year}〕2号"
        new = NewBook(VILLAGE, CHART, self.since, 500_000, document)
        books.open_book(app, actor=self.founder, key=self.key("book"), new=new, on=self.since)
        books.propose_opening(
            app,
            actor=people.village("accountant"),
            key=self.key("opening"),
            division=VILLAGE,
            lines=_lines(OPENING),
            document="上季末科目余额表",
            on=self.since,
        )
        books.confirm_opening(
            app, actor=people.village("supervisor"), key=self.key("opening:confirmed"), division=VILLAGE, on=self.since
        )
        for number, (day, purpose, lines) in enumerate(VOUCHERS):
            self._voucher(number, self.since + timedelta(days=day), purpose, _lines(lines))

    def _voucher(self, number: int, day: date, purpose: str, lines: tuple[VoucherLine, ...]) -> None:
        app, people, voucher_id = self.app, self.people, derived("demo", "voucher", number)
        new = NewVoucher(voucher_id, VILLAGE, Content(day, kind_of(lines), purpose, lines))
        drafter, reviewer = people.village("secretary"), people.village("supervisor")
        vouchers.draft(app, actor=drafter, key=self.key(f"voucher:{number}"), new=new, on=day)
        vouchers.review(app, actor=reviewer, key=self.key(f"voucher:{number}:reviewed"), voucher_id=voucher_id, on=day)
        vouchers.approve(
            app,
            actor=people.village("head"),
            key=self.key(f"voucher:{number}:approved"),
            voucher_id=voucher_id,
            on=day,
        )
        vouchers.book(
            app,
            actor=people.village("accountant"),
            key=self.key(f"voucher:{number}:booked"),
            voucher_id=voucher_id,
            on=day,
        )

    def keep_property(self) -> None:
        """What the village owns."""
        for number, title, category, how, unit, quantity_milli, cost_fen, place in ASSETS:
            new = assets.NewAsset(
                VILLAGE, number, title, category, how, unit, quantity_milli, Fen(cost_fen), self.since, place
            )
            actor = self.people.village("accountant")
            assets.acquire(self.app, actor=actor, key=self.key(f"asset:{number}"), new=new, on=self.since)

    def affairs(self) -> None:
        """A notice, an answered suggestion, a promise, and a meeting that decided something."""
        app, head, supervisor = self.app, self.people.village("head"), self.people.village("supervisor")
        day = self.since + timedelta(days=20)
        notice = NewNotice(self._id("notice"), VILLAGE, "医保缴费通知", "请在月底前到村部缴费。", day, self.on)
        notices.post(app, actor=head, key=self.key("notice"), new=notice, on=day)
        suggestion = NewSuggestion(self._id("suggestion"), VILLAGE, "staff", "村口路灯夜里不亮。")
        suggestions.open_one(app, actor=supervisor, key=self.key("suggestion"), new=suggestion, on=day)
        promise = NewCommitment(
            self._id("commitment"), VILLAGE, "年底前修好村口路灯", "村民委员会", day, self.on + timedelta(days=30)
        )
        commitments.make(app, actor=head, key=self.key("commitment"), new=promise, on=day)
        commitments.progress(
            app,
            actor=head,
            key=self.key("commitment:1"),
            commitment_id=promise.commitment_id,
            note="灯杆已到货。",
            on=day + timedelta(days=25),
        )
        self._meet(day + timedelta(days=10))

    def _meet(self, day: date) -> None:
        app, head, supervisor = self.app, self.people.village("head"), self.people.village("supervisor")
        two_thirds, half = Share(2, 3, more=False), Share(1, 2, more=True)
        rule = NewRule(VILLAGE, "representatives", two_thirds, half, "present", self.since, "云上村议事规则")
        meetings.set_rule(app, actor=self.founder, key=self.key("rule"), new=rule, on=self.since)
        meeting_id = self._id("meeting")
        new = NewMeeting(
            meeting_id, VILLAGE, "representatives", "第三次村民代表会议", ("村口路灯",), day, "村文化活动室"
        )
        meetings.call(app, actor=head, key=self.key("meeting"), new=new, on=day)
        signed = village_files.keep(app, SHEET, kind=village_files.OF_MEETING)
        came = Attendance(eligible=30, person_ids=(), on_sheet=24, sheet="签到册第3页", files=(signed,))
        meetings.hold(app, actor=supervisor, key=self.key("meeting:held"), meeting_id=meeting_id, came=came, on=day)
        vote = Vote("村口路灯", "同意更换八盏路灯，预算一万元。", 21, 2, 1, 1_000_000)
        meetings.resolve(
            app,
            actor=self.people.village("secretary"),
            key=self.key("meeting:resolved"),
            meeting_id=meeting_id,
            vote=vote,
            on=day,
        )

    def subsidise(self) -> None:
        """A programme of the county, and the village's list of it."""
        app, people = self.app, self.people
        programme = subsidies.NewProgramme(
            COUNTY,
            "gengdi",
            "耕地地力保护补贴",
            f"演示县农字〔{self.since.year}〕6号",
            "演示县农业农村局",
            "亩",
            Fen(11_250),
            people.period.since,
            False,
        )
        subsidies.publish(app, actor=people.decider, key=self.key("programme"), new=programme, on=self.since)
        quantities = [("household", household_of(0), 6_400)]
        listed = subsidies.NewList(PROGRAMME, VILLAGE, self.quarter, quantities)
        day = self.since + timedelta(days=50)
        subsidies.propose(app, actor=people.village("accountant"), key=self.key("list"), new=listed, on=day)
        subsidies.confirm(
            app,
            actor=people.village("supervisor"),
            key=self.key("list:confirmed"),
            list_id=self._list_id,
            version=1,
            on=day,
        )

    @property
    def _list_id(self) -> UUID:
        return list_id(PROGRAMME, VILLAGE, self.quarter)

    def post(self) -> None:
        """The quarter's affairs."""
        for kind in POSTED:
            self._post(kind, self.quarter)
        self._post("subsidies", f"{ONCE}{self._list_id}")

    def post_rewards(self) -> None:
        """The rewards of a month, to one of which somebody objects."""
        identity = self._post("rewards", self.people.period.paid_months[-2])
        said = NewObjection(identity, 1, "我九月还有一条没有算。", "slip")
        raised, _ = objections.raise_one(
            self.app, actor=self.people.village("supervisor"), key=self.key("objection"), new=said, on=self.on
        )
        objections.answer(
            self.app,
            actor=self.people.village("head"),
            key=self.key("objection:answered"),
            disclosure_id=identity,
            objection_id=raised,
            upheld=False,
            text="已核对：那一条经核查不属实，没有奖励。",
            on=self.on,
        )

    def _post(self, kind: str, period: str) -> UUID:
        app, name = self.app, f"{kind}:{period}"
        drafter = self.people.village("accountant")
        identity = disclosure_id(VILLAGE, kind, period)
        # What was drafted is not computed again: the journal has grown, and the position with it.
        if app.journal.state(disclosure_stream(identity), evolve) is None:
            app.runner.catch_up()  # it is computed from the read models
            found = computing.compute(app, division=VILLAGE, kind=kind, period=period, on=self.on)
            disclosures.draft(app, actor=drafter, key=self.key(name), digest=found.digest, reason=None, on=self.on)
        disclosures.review(
            app,
            actor=self.people.village("supervisor"),
            key=self.key(f"{name}:reviewed"),
            disclosure_id=identity,
            version=1,
            passed=True,
            opinion="账实相符，同意公布。",
            on=self.on,
        )
        disclosures.publish(
            app, actor=drafter, key=self.key(f"{name}:published"), disclosure_id=identity, version=1, on=self.on
        )
        return identity

    def _id(self, part: str) -> UUID:
        return derived("demo", "village", part)


def _lines(lines: tuple[_Line, ...]) -> tuple[VoucherLine, ...]:
    return tuple(VoucherLine(account, side, Fen(amount_fen)) for account, side, amount_fen in lines)
