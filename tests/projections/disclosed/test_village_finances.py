"""A village's finances as they are disclosed: both ways to compute them agree, item by item, and reversals show."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import psycopg
import pytest

from api.files.chart_profiles import load_chart
from api.web.disclosed.village_finances import WORDS
from domain.charts import publish
from domain.kernel.calendar import month_of
from domain.kernel.documents import reference_of
from domain.kernel.events import Commitment
from domain.kernel.ids import EventName, derived
from domain.kernel.money import Fen
from domain.kernel.village_lines import VoucherLine, mirrored, postings_of
from domain.village.books import (
    PlanLine,
    VillageBookOpened,
    VillageOpeningProposed,
    VillageOpeningRecorded,
    VillagePlanPublished,
    book_id,
)
from domain.village.contracts import Due, ResourceContractConfirmed, ResourceContractEnded, ResourceContractSigned
from domain.village.parties import VillagePartyRegistered, party_id
from domain.village.vouchers import VillageVoucherBooked, VillageVoucherDrafted, VillageVoucherReversed, kind_of
from migrations.roles import Access
from projections.disclosed.frame import Subject
from projections.runner import Runner
from tests.projections.disclosed.agreeing import agree, entries_of, folded
from tests.projections.story import TOWNSHIP, VILLAGE, Story, person
from tests.village import credit, debit

RIDER, OWES, LENT = person("rider"), party_id(VILLAGE, "D001"), party_id(VILLAGE, "D002")


@dataclass
class Accounts:
    """A village's book in a story: `booked` writes a voucher and books it."""

    story: Story
    numbers: dict[str, int] = field(default_factory=dict)

    def booked(self, purpose: str, *lines: VoucherLine, day: date, kind: str = "", of: str = "") -> EventName:
        """A voucher on its day, with the next number of its month; `of`: what it takes back."""
        voucher = derived("test", "voucher", purpose)
        drafted = VillageVoucherDrafted(
            division=VILLAGE,
            day=day,
            kind=kind or kind_of(lines),
            purpose=purpose,
            lines=lines,
            attachments=(),
            handler_id=RIDER,
            reverses=EventName(of) if of else None,
        )
        self.story.record("village_voucher", voucher, drafted)
        month = month_of(day)
        self.numbers[month] = self.numbers.get(month, 0) + 1
        done = VillageVoucherBooked(
            division=VILLAGE,
            month=month,
            number=self.numbers[month],
            booker_id=RIDER,
            postings=postings_of(VILLAGE, lines),
        )
        name = self.story.record("village_voucher", voucher, done, on=day)
        if of:
            original = UUID(of.partition("@")[0].partition("/")[2])
            self.story.record("village_voucher", original, VillageVoucherReversed(reversal_id=voucher), on=day)
        return name


def year_of_a_village(story: Story) -> Story:
    """A book since January: opening balances, a rent, a wrong bill taken back, a loan, the year closed."""
    new = load_chart("village-2023")
    chart = publish(None, code=new.code, system=new.system, accounts=new.accounts, uses=(), document=new.document)
    story.record("chart", derived("chart", new.code), chart)
    book = book_id(VILLAGE)
    opened = VillageBookOpened(
        division=VILLAGE, chart=chart.name, since=date(2026, 1, 1), limit_fen=Fen(500_000), document="制度"
    )
    story.record("village_book", book, opened)
    for reference, who in (("D001", RIDER), ("D002", None)):
        party = VillagePartyRegistered(
            division=VILLAGE, reference=reference, kind="person", name=Commitment("c0" * 32), person_id=who
        )
        story.record("village_party", party_id(VILLAGE, reference), party)
    lines = (debit("102", 800_000), debit("112", 30_000, OWES), credit("212", 10_000), credit("311", 820_000))
    proposed = VillageOpeningProposed(lines=lines, document="2025年末余额", proposer_id=RIDER)
    story.record("village_book", book, proposed)
    recorded = VillageOpeningRecorded(division=VILLAGE, confirmer_id=RIDER, postings=postings_of(VILLAGE, lines))
    story.record("village_book", book, recorded, on=date(2025, 12, 31))
    plan = VillagePlanPublished(
        division=VILLAGE, year=2026, lines=(PlanLine("income", "鱼塘发包", Fen(60_000)),), document="计划"
    )
    story.record("village_book", book, plan)
    _let(story)
    told = Accounts(story)
    told.booked("鱼塘发包收入", debit("102", 60_000), credit("501", 60_000), day=date(2026, 1, 5))
    wrong = (debit("514", 12_000), credit("102", 12_000))
    bill = told.booked("路灯电费（记错）", *wrong, day=date(2026, 1, 9))
    told.booked("冲销路灯电费", *mirrored(wrong), day=date(2026, 2, 2), kind="payment", of=bill)
    told.booked("路灯电费", debit("514", 2_000), credit("102", 2_000), day=date(2026, 2, 2))
    told.booked("借入周转", debit("102", 50_000), credit("211", 50_000, LENT), day=date(2026, 2, 3))
    told.booked("赵承包还来", debit("102", 30_000), credit("112", 30_000, OWES), day=date(2026, 2, 4))
    told.booked("结转收入", debit("501", 60_000), credit("321", 60_000), day=date(2026, 3, 31), kind="carry_over")
    told.booked("提取公积", debit("322", 5_000), credit("311", 5_000), day=date(2026, 3, 31))
    return story


def _let(story: Story) -> None:
    """A pond that is let for the year and ends early, and one that nobody has confirmed."""
    for number, confirmed in (("2026-1", True), ("2026-2", False)):
        contract = derived("resource_contract", VILLAGE, number)
        signed = ResourceContractSigned(
            division=VILLAGE,
            number=number,
            title="鱼塘发包",
            resource="村东鱼塘",
            quantity_milli=12_000,
            unit="亩",
            party_id=OWES,
            signed_on=date(2025, 12, 1),
            since=date(2026, 1, 1),
            until=date(2026, 12, 31),
            dues=(Due(date(2026, 1, 31), Fen(60_000)), Due(date(2026, 7, 31), Fen(60_000))),
            recorder_id=RIDER,
        )
        story.record("resource_contract", contract, signed)
        if confirmed:
            story.record("resource_contract", contract, ResourceContractConfirmed(confirmer_id=person("worker")))
            ended = ResourceContractEnded(last_day=date(2026, 6, 30), reason="agreed", ender_id=RIDER)
            story.record("resource_contract", contract, ended)


@pytest.fixture
def village(installed: Access, runner: Runner) -> Story:
    """The village's year, recorded and projected."""
    story = year_of_a_village(Story().opened())
    story.append_to(installed.writer)
    assert runner.catch_up() == len(story.entries)
    return story


def test_a_month_and_a_quarter_and_a_year(village: Story, reader: psycopg.Connection) -> None:
    january = agree(reader, village, "village_finances", division=VILLAGE, period="2026-01").document
    tables = {one.name: one for one in january.tables}
    assert tables["income"].rows == (("2026-01-05", 1, "鱼塘发包收入", "501 经营收入", 60_000),)
    assert tables["expenses"].rows == (("2026-01-09", 2, "路灯电费（记错）", "514 公益支出", 12_000),)
    assert tables["plan"].rows == (("income", "鱼塘发包", 60_000),)
    assert tables["resources"].rows == (("2026-1", "村东鱼塘", "2026-01-01", "2026-06-30", 60_000),)
    assert tables["assets"].rows == (("102 银行存款", 800_000, 60_000, 12_000, 848_000),)

    quarter = agree(reader, village, "village_finances", division=VILLAGE, period="2026-Q1")
    tables = {one.name: one for one in quarter.document.tables}
    assert [row[4] for row in tables["expenses"].rows] == [12_000, -12_000, 2_000]
    assert [row[4] for row in tables["income"].rows] == [60_000], "what closes the year is no income"
    debts = {row[:2]: row[2:] for row in tables["debts"].rows}
    assert debts == {
        ("112 应收款", reference_of(OWES)): (30_000, 0),
        ("211 应付款", reference_of(LENT)): (0, -50_000),
        ("212 应付工资", None): (-10_000, -10_000),
    }
    by_row = dict(zip((row[1] for row in tables["debts"].rows), quarter.subjects["debts"], strict=True))
    assert by_row[reference_of(OWES)] == Subject("person", RIDER)
    assert by_row[reference_of(LENT)] == Subject("person", LENT), "the name that the register of parties keeps"
    assert [(row[2], row[4]) for row in tables["distribution"].rows] == [("结转收入", 60_000), ("提取公积", -5_000)]
    assert [(row[2], row[4]) for row in tables["other"].rows] == [("提取公积", 5_000)]
    assert quarter.document.sentence == {
        "income_count": 1,
        "income_fen": 60_000,
        "expense_count": 3,
        "expense_fen": 2_000,
        "net_fen": 58_000,
        "cash_fen": 938_000,
        "receivable_fen": 0,
        "payable_fen": 60_000,
    }

    july = agree(reader, village, "village_finances", division=VILLAGE, period="2026-Q3").document
    assert july.tables[4].rows == (), "what ended in June is let no more"
    assert agree(reader, village, "village_finances", division=VILLAGE, period="2026").document.sentence["net_fen"]


def test_a_village_without_a_book_and_what_is_no_village(village: Story, reader: psycopg.Connection) -> None:
    fold = folded("village_finances", entries_of(village))
    for place, period, said in (
        (VILLAGE[:-1] + "9", "2026-01", "no book"),
        (VILLAGE, "2025-Q4", "no book"),
        (TOWNSHIP, "2026-01", "no village"),
    ):
        with pytest.raises(ValueError, match=said):
            agree(reader, village, "village_finances", division=place, period=period)
        with pytest.raises(ValueError, match=said):
            fold.document(division=place, period=period, parameters={}, position=0)


def test_every_figure_and_column_has_its_word(village: Story, reader: psycopg.Connection) -> None:
    document = agree(reader, village, "village_finances", division=VILLAGE, period="2026-Q1").document
    assert "收入 1 笔、600.00 元" in WORDS.sentence(document.sentence)
    for table in document.tables:
        assert set(WORDS.tables[table.name].columns) == {column.name for column in table.columns}
