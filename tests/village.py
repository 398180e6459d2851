"""A village with a book and the people who sign its vouchers, for tests of village books and of what they disclose."""

import itertools
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID, uuid4

from api.commands import charts
from api.commands import county as setting_up
from api.commands.disclosing import committees
from api.commands.shared import today
from api.commands.village import books, months, vouchers
from api.commands.village.books import NewBook, NewParty
from api.commands.village.vouchers import NewVoucher
from api.context import App
from api.custody.enrolling import enrol
from api.custody.wrapping import REHEARSAL
from api.files.chart_profiles import load_chart
from api.web import accounts
from domain.charts import evolve as evolve_chart
from domain.kernel.calendar import Month, first_day, month_of
from domain.kernel.events import Attachment
from domain.kernel.ids import EventName
from domain.kernel.money import Fen
from domain.kernel.places import Division
from domain.kernel.village_lines import VoucherLine
from domain.village.parties import party_id
from domain.village.vouchers import Content, kind_of
from journal.facts import Actor, Receipt

SINCE = date(2020, 1, 1)
SECRET = "演练-password-1"
CHART = "village-2023/1"
LIMIT = 500_000
STAFF = (
    ("handler", "丁经手", "village_committee"),
    ("reviewer", "余监督", "village_supervisor"),
    ("approver", "祝主任", "village_committee"),
    ("booker", "方会计", "village_accountant"),
    ("second", "黎监督", "village_supervisor"),
)


def debit(account: str, amount_fen: int, party: UUID | None = None) -> VoucherLine:
    """A line on the debit side."""
    return VoucherLine(account, "debit", Fen(amount_fen), party)


def credit(account: str, amount_fen: int, party: UUID | None = None) -> VoucherLine:
    """A line on the credit side."""
    return VoucherLine(account, "credit", Fen(amount_fen), party)


@dataclass
class Village:
    """The village, and whoever signs for it, by a short word."""

    app: App
    division: Division
    admin: Actor
    staff: dict[str, Actor]
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def today(self) -> date:
        """The day of the program's clock."""
        return today(self.app)

    @property
    def since(self) -> date:
        """The first day of the book: of the month before this one."""
        return first_day(month_of(self.today.replace(day=1) - timedelta(days=1)))

    @property
    def month(self) -> Month:
        """The first month of the book, which is over."""
        return month_of(self.since)

    def key(self) -> str:
        """An idempotency key that nobody has used."""
        return f"village-{next(self._numbers)}-{secrets.token_hex(4)}"

    def party(self, reference: str, name: str = "赵承包", kind: str = "person") -> UUID:
        """Somebody with whom the village has an account."""
        new = NewParty(self.division, reference, kind, name)
        books.register_party(self.app, actor=self.staff["booker"], key=self.key(), new=new, on=self.today)
        return party_id(self.division, reference)

    def opening(self, *lines: VoucherLine, confirmed: bool = True) -> None:
        """What the book begins with, proposed by one and confirmed by another."""
        books.propose_opening(
            self.app,
            actor=self.staff["booker"],
            key=self.key(),
            division=self.division,
            lines=lines,
            document="2025年末科目余额表",
            on=self.today,
        )
        if confirmed:
            books.confirm_opening(
                self.app, actor=self.staff["reviewer"], key=self.key(), division=self.division, on=self.today
            )

    def drafted(
        self,
        purpose: str,
        *lines: VoucherLine,
        day: date | None = None,
        by: str = "handler",
        kind: str | None = None,
        attachments: tuple[Attachment, ...] = (),
    ) -> UUID:
        """A voucher that waits for its review."""
        voucher_id = uuid4()
        content = Content(day or self.since, kind or kind_of(lines), purpose, lines, attachments)
        vouchers.draft(
            self.app,
            actor=self.staff[by],
            key=self.key(),
            new=NewVoucher(voucher_id, self.division, content),
            on=self.today,
        )
        return voucher_id

    def signed(self, voucher_id: UUID, *, resolution: EventName | None = None) -> UUID:
        """The voucher, reviewed and approved."""
        asked = {"app": self.app, "voucher_id": voucher_id, "on": self.today}
        vouchers.review(**asked, actor=self.staff["reviewer"], key=self.key())
        vouchers.approve(**asked, actor=self.staff["approver"], key=self.key(), resolution=resolution)
        return voucher_id

    def booked(
        self,
        purpose: str,
        *lines: VoucherLine,
        day: date | None = None,
        kind: str | None = None,
        resolution: EventName | None = None,
    ) -> UUID:
        """A voucher that went all the way."""
        voucher_id = self.signed(self.drafted(purpose, *lines, day=day, kind=kind), resolution=resolution)
        self.book(voucher_id)
        return voucher_id

    def book(self, voucher_id: UUID) -> Receipt:
        """Book what is approved."""
        return vouchers.book(self.app, actor=self.staff["booker"], key=self.key(), voucher_id=voucher_id, on=self.today)

    def reversed(self, original_id: UUID, *, day: date | None = None) -> UUID:
        """The red voucher of a booked one, booked."""
        voucher_id = uuid4()
        vouchers.draft_reversal(
            self.app,
            actor=self.staff["handler"],
            key=self.key(),
            voucher_id=voucher_id,
            original_id=original_id,
            day=day or self.since,
            purpose="冲销记错的一笔",
            on=self.today,
        )
        self.book(self.signed(voucher_id))
        return voucher_id

    def closed(self, month: Month | None = None) -> None:
        """A month, closed by two people."""
        asked = {"app": self.app, "division": self.division, "month": month or self.month, "on": self.today}
        months.propose_close(**asked, actor=self.staff["booker"], key=self.key())
        months.close(**asked, actor=self.staff["reviewer"], key=self.key())

    def settled(self) -> None:
        """Wait until the read models show everything."""
        assert self.app.caught_up(self.app.journal.position())


def village_with_book(app: App, *, admin: Actor, division: Division, opened: bool = True) -> Village:
    """The village's staff with keys and, where `opened`, its book by the chart of 2023 since the month before."""
    on = today(app)
    people = {word: Actor(uuid4(), role) for word, _, role in STAFF}
    new = [setting_up.NewPerson(people[word].person_id, name, role, division, SINCE) for word, name, role in STAFF]
    setting_up.register_persons(app, actor=admin, key=f"village-people-{division}", new=new, on=on)
    roles = [(actor.person_id, actor.role) for actor in people.values()]
    acting = enrol(app, administrator=admin, officers=roles, secret=SECRET, on=on, cost=REHEARSAL)
    village = Village(app, division, admin, dict(zip(people, acting, strict=True)))
    if app.journal.state(charts.chart_stream("village-2023"), evolve_chart) is None:
        charts.publish(app, actor=admin, key="village-chart", new=[load_chart("village-2023")], on=on)
    for word, _, role in STAFF:
        if role == "village_supervisor":
            seat = {"division": division, "person_id": people[word].person_id, "body": "supervision", "since": SINCE}
            committees.seat(app, actor=admin, key=f"seat-{division}-{word}", **seat, on=on)
    if opened:
        limited = NewBook(division, CHART, village.since, LIMIT, "城东村财务制度（2025）第8条")
        books.open_book(app, actor=admin, key=f"book-{division}", new=limited, on=on)
    return village


def with_logins(village: Village) -> None:
    """Everybody of the staff can sign in by his short word."""
    for login, actor in village.staff.items():
        accounts.set_account(
            village.app.writing, login=login, person_id=actor.person_id, password=SECRET, cost=REHEARSAL
        )
