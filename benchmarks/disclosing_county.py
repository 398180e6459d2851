"""A county whose villages keep books, pay rewards and promise things, so that there is something to disclose.

What the villages have to disclose is written straight into the journal, hundreds of events at once; the places, the
people, the committees and the settings come by commands, because commands look at them later.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from api.commands import budgets, county
from api.commands.county import NewPerson, NewPlace
from api.commands.disclosing import committees, settling
from api.commands.disclosing.settling import NewSettings
from api.commands.shared import today
from api.context import App, make_ready, open_app
from api.custody.enrolling import enrol
from api.files.chart_profiles import load_chart
from api.settings import Settings, read_settings
from api.web.following import Following
from benchmarks.ground import new_database
from domain import accounts, charts
from domain.affairs.commitments import CommitmentMade
from domain.budgets import budget_id
from domain.disclosures.settings import FIRST_BACK, KindRule
from domain.kernel.calendar import Month, first_day, month_of
from domain.kernel.disclosed import KINDS
from domain.kernel.ids import EventName, derived, event_name, stream_name
from domain.kernel.money import Fen
from domain.kernel.places import Division, area_of
from domain.kernel.village_lines import VoucherLine, postings_of
from domain.rewards import Chain, RewardGranted
from domain.village.books import VillageBookOpened, VillageOpeningProposed, VillageOpeningRecorded, book_id
from domain.village.vouchers import VillageVoucherBooked, VillageVoucherDrafted, kind_of
from journal.facts import Actor, Fact
from journal.journal import Reading
from migrations.roles import Access

COUNTY: Final = Division("990101000000")
MONTHS: Final = 24
IN_A_TOWNSHIP: Final = 17
VOUCHERS: Final = 4
REWARDS: Final = 4
"""Of each village in each month."""
PAYEES: Final = 2
_GROUPS_AT_ONCE: Final = 30
_OPENING: Final = (VoucherLine("102", "debit", Fen(10**9)), VoucherLine("311", "credit", Fen(10**9)))
_SPENT: Final = (VoucherLine("514", "debit", Fen(12_000)), VoucherLine("102", "credit", Fen(12_000)))


@dataclass(frozen=True)
class DisclosingCounty:
    """Its program, its two officers, its villages, and the last month that is over."""

    app: App
    settings: Settings
    access: Access
    accountant: Actor
    supervisor: Actor
    villages: tuple[Division, ...]
    last: Month


@contextmanager
def disclosing_county(superuser_dsn: str, *, villages: int) -> Iterator[DisclosingCounty]:
    """A rehearsal county with so many villages and two years of what they have to disclose."""
    access = new_database(superuser_dsn, migrated=False)
    with tempfile.TemporaryDirectory(prefix="mz-bench-disclosing-") as folder:
        settings = read_settings({"MINGZHANG_HOME": folder})
        make_ready(access)
        secret = derived("benchmark", "secret").hex
        beginning = county.Beginning("bench.example/disclosing", COUNTY, "演练县", "演练主任", rehearsal=True)
        founder = county.begin(settings, access, beginning, secret=secret)
        with open_app(settings, access=access) as app, _followed(app):
            yield _peopled(app, settings, access, founder, secret, _codes(villages))


@contextmanager
def _followed(app: App) -> Iterator[None]:
    """Read models that follow what is recorded, as in production."""
    following = Following(app.runner.follow)
    following.start()
    try:
        yield
    finally:
        following.stop()
        app.runner.close()


def months_until(last: Month) -> list[Month]:
    """The months of two years, the last one given."""
    found = [last]
    while len(found) < MONTHS:
        found.append(month_of(first_day(found[-1]) - timedelta(days=1)))
    return found[::-1]


def _codes(count: int) -> tuple[Division, ...]:
    places = (divmod(number, IN_A_TOWNSHIP) for number in range(count))
    return tuple(Division(f"990101{101 + township}{201 + village}") for township, village in places)


def _peopled(
    app: App, settings: Settings, access: Access, founder: Actor, secret: str, villages: tuple[Division, ...]
) -> DisclosingCounty:
    on = today(app)
    last = month_of(on.replace(day=1) - timedelta(days=1))
    months = months_until(last)
    since = first_day(months[0])
    codes = (*sorted({area_of(village, "township") for village in villages}), *villages)
    places = [NewPlace(code, f"第{number}处") for number, code in enumerate(codes)]
    county.register_places(app, actor=founder, key="places", new=places, since=since, on=on)
    roles = ("village_accountant", "village_supervisor")
    officers = [(derived("benchmark", "officer", role), role) for role in roles]
    people = [NewPerson(person_id, "演练人员", role, COUNTY, since) for person_id, role in officers]
    payees = [(village, number) for village in villages for number in range(PAYEES)]
    people += [NewPerson(_payee(*one), "演练网格员", "member", one[0], since) for one in payees]
    county.register_persons(app, actor=founder, key="persons", new=people, on=on)
    accountant, supervisor = enrol(app, administrator=founder, officers=officers, secret=secret, on=on)
    rules = tuple(KindRule(kind, "monthly", "masked") for kind in KINDS)
    new = NewSettings(COUNTY, on - FIRST_BACK, "演练〔2026〕1号", 366, 10, 10, 3, rules)
    settling.make(app, actor=founder, key="settings", new=new, on=on)
    for village in villages:
        committees.seat(
            app,
            actor=founder,
            key=f"seat:{village}",
            division=village,
            person_id=supervisor.person_id,
            body="supervision",
            since=since,
            on=on,
        )
    for year in sorted({int(month[:4]) for month in months}):
        document, amount_fen = f"演练〔{year}〕1号", Fen(10**9)
        budgets.appropriate(
            app, actor=founder, key=f"budget:{year}", year=year, document=document, amount_fen=amount_fen, on=on
        )
    _record(app, founder, _facts(app, founder.person_id, villages, months))
    return DisclosingCounty(app, settings, access, accountant, supervisor, villages, last)


def _payee(village: Division, number: int) -> UUID:
    return derived("benchmark", "payee", village, number)


def _record(app: App, founder: Actor, groups: Iterator[list[Fact]]) -> None:
    """Write groups of facts down, some of them in each command; no group is parted, for its streams are new."""
    number = 0
    while some := list(islice(groups, _GROUPS_AT_ONCE)):
        facts = [fact for group in some for fact in group]

        def decide(_read: Reading, facts: list[Fact] = facts) -> list[Fact]:
            return facts

        app.journal.execute(actor=founder, key=f"fill:{number}", inputs={}, decide=decide)
        number += 1
    app.runner.catch_up()


def _facts(app: App, who: UUID, villages: Sequence[Division], months: Sequence[Month]) -> Iterator[list[Fact]]:
    """The chart; the book of each village; what each village did in each month."""
    new = load_chart("village-2023")
    chart = charts.publish(
        None, code=new.code, system=new.system, accounts=new.accounts, uses=(), document=new.document
    )
    yield [Fact(stream_name("chart", derived("chart", new.code)), chart, today(app))]
    for village in villages:
        yield list(_book(village, chart.name, first_day(months[0]), who))
    for month in months:
        for village in villages:
            yield list(_month_of(village, month, who, budget=_budget(app, month)))


def _budget(app: App, month: Month) -> UUID:
    purpose = budgets.purpose_of(app, "reward")
    return budget_id(COUNTY, purpose.project, purpose.spending_class, int(month[:4]))


def _book(village: Division, chart: str, since: date, who: UUID) -> Iterator[Fact]:
    """A book, and what it begins with."""
    stream = stream_name("village_book", book_id(village))
    opened = VillageBookOpened(division=village, chart=chart, since=since, limit_fen=Fen(500_000), document="制度")
    yield Fact(stream, opened, since)
    yield Fact(stream, VillageOpeningProposed(lines=_OPENING, document="上年末余额", proposer_id=who), since)
    recorded = VillageOpeningRecorded(division=village, confirmer_id=who, postings=postings_of(village, _OPENING))
    yield Fact(stream, recorded, since - timedelta(days=1))


def _month_of(village: Division, month: Month, who: UUID, *, budget: UUID) -> Iterator[Fact]:
    """What a village spent, paid and promised in a month."""
    day = first_day(month)
    for number in range(1, VOUCHERS + 1):
        stream = stream_name("village_voucher", derived("benchmark", "voucher", village, month, number))
        drafted = VillageVoucherDrafted(
            division=village,
            day=day,
            kind=kind_of(_SPENT),
            purpose=f"第{number}笔公益支出",
            lines=_SPENT,
            attachments=(),
            handler_id=who,
        )
        yield Fact(stream, drafted, day)
        postings = postings_of(village, _SPENT)
        booked = VillageVoucherBooked(division=village, month=month, number=number, booker_id=who, postings=postings)
        yield Fact(stream, booked, day)
    for number in range(REWARDS):
        incident_id, payee = derived("benchmark", "incident", village, month, number), _payee(village, number % PAYEES)
        granted = RewardGranted(
            incident_id=incident_id,
            payee_id=payee,
            division=village,
            category="环境卫生",
            sensitive=False,
            amount_fen=Fen(1_000),
            tariff=EventName(event_name(stream_name("tariff", budget), 1)),
            accrual_month=month,
            budget_id=budget,
            budget_year=int(month[:4]),
            chain=Chain(payee, who, who, who),
            postings=accounts.reward_granted(payee, budget, Fen(1_000)),
        )
        yield Fact(stream_name("reward", derived("reward", incident_id)), granted, day)
    promise = CommitmentMade(
        division=village,
        title=f"{month}月的承诺",
        responsible="村民委员会",
        made_on=day,
        due_on=day + timedelta(days=60),
        maker_id=who,
    )
    yield Fact(stream_name("commitment", derived("benchmark", "promise", village, month)), promise, day)
