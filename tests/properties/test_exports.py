"""A year and more of a walk, handed to beancount and hledger: they accept it, and have our balances to the fen (24)."""

import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from beancount import loader
from beancount.core.data import Balance, Transaction

from audit.journal_files import JournalFile, path_of_year
from audit.journals import LANGUAGES, Beancount, Hledger, Months, controls, month_end, path_of
from audit.ledger import Ledger
from domain.trial_balance import control_of
from tests.properties.county import seeded
from tests.properties.steps import WEIGHTS, Walk

SEED = 20_260_103  # whoever changes the walk looks for one that reaches every account below (`REACHED`)
STEPS = 700
OFTEN = {**WEIGHTS, Walk.pay_again: 6, Walk.write_off: 12, Walk.recover: 4, Walk.close_budget: 3}
"""What is rare on the way happens often enough here to reach its accounts."""
HLEDGER = shutil.which("hledger")
Balances = dict[str, Fraction]


@pytest.fixture(scope="module")
def walk() -> Walk:
    """A walk that reaches the year after the first."""
    made = Walk(draw=seeded(SEED))
    made.begin()
    for _ in range(STEPS):
        made.step(OFTEN)
    while made.today.year == 2026:
        made.step(OFTEN)
    for _ in range(STEPS // 4):
        made.step(OFTEN)
    return made


@pytest.fixture(scope="module")
def written(walk: Walk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every journal of the walk: the whole and each year's, in both languages."""
    folder, months = tmp_path_factory.mktemp("journals"), Months()
    files = [JournalFile(language, months) for language in LANGUAGES]
    for entry in walk.entries:
        if entry.postings:
            months.add(entry)
            for file in files:
                file.add(entry.index, entry, bytes(32))
    assert len(months.years) >= 2
    for file in files:
        for year in (None, *months.years):
            path = folder / path_of_year(file.language, year)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"".join(file.pieces(year)))
        file.close()
    return folder


def years_of(walk: Walk) -> list[str | None]:
    return [None, *sorted({entry.on[:4] for entry in walk.entries if entry.postings})]


def ours(walk: Walk, year: str | None) -> Balances:
    """Every account with a balance at the end of a year, by our own ledger."""
    ledger = Ledger()
    for entry in walk.entries:
        if year is None or entry.on[:4] <= year:
            for posting in entry.postings:
                ledger.post(*posting)
    return {
        path_of(account): Fraction(one.balance, 100)
        for (account, _), one in ledger.accounts.items()
        if one.balance != 0
    }


def by_beancount(path: Path) -> tuple[Balances, int]:
    """Its balances, and how many of our assertions it has checked."""
    entries, errors, _ = loader.load_file(str(path))
    assert errors == []
    sums: defaultdict[str, Fraction] = defaultdict(Fraction)
    for entry in entries:
        for posting in entry.postings if isinstance(entry, Transaction) else ():
            sums[posting.account] += Fraction(str(posting.units.number))
    return {one: amount for one, amount in sums.items() if amount}, sum(isinstance(one, Balance) for one in entries)


def hledger(path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    assert HLEDGER is not None
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    return subprocess.run([HLEDGER, "-f", str(path), *words], capture_output=True, text=True, env=environment)


def checks() -> list[str]:
    """Those of `ordereddates payees tags` that the program knows: Debian 12's 1.25 has no `tags` yet."""
    version = hledger(Path(os.devnull), "--version").stdout
    known = tuple(map(int, re.findall(r"\d+", version)[:2]))
    return ["ordereddates", "payees"] if known < (1, 27) else ["ordereddates", "payees", "tags"]


def test_beancount_has_our_balances(walk, written):
    for year in years_of(walk):
        found, _ = by_beancount(written / path_of_year(Beancount(), year))
        assert found == ours(walk, year)


def test_bean_check_says_nothing(walk, written):
    """The program itself, without its cache, as an auditor runs it."""
    bean_check = Path(sys.executable).with_name("bean-check")
    for year in years_of(walk):
        path = written / path_of_year(Beancount(), year)
        run = subprocess.run([bean_check, "-C", str(path)], capture_output=True, text=True)
        assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


@pytest.mark.skipif(HLEDGER is None, reason="hledger is not installed")
def test_hledger_has_our_balances(walk, written):
    for year in years_of(walk):
        path = written / path_of_year(Hledger(), year)
        checked = hledger(path, "check", "-s", *checks())
        assert checked.returncode == 0, checked.stderr
        table = hledger(path, "balance", "--flat", "-N", "-O", "csv")
        rows = [re.findall(r'"([^"]*)"', row) for row in table.stdout.splitlines()[1:]]
        assert {path: Fraction(amount.removesuffix(" CNY")) for path, amount in rows} == ours(walk, year)


def test_every_tag_and_payee_that_is_used_is_declared(walk, written):
    """What `check tags` asks from hledger 1.27 on, and `check payees` always: here for the programs that do not."""
    for year in years_of(walk):
        text = (written / path_of_year(Hledger(), year)).read_text("utf-8")
        assert undeclared(text) == set()
        assert undeclared(text.replace("tag entry-hash\n", "")) == {"entry-hash"}


def undeclared(journal: str) -> set[str]:
    """Tags in comments without a directive (hledger manual: a word and a colon, at the start or behind a comma)."""
    comments = re.findall(r"(?:^|  );(.*)$", journal, re.MULTILINE)
    used = {name for comment in comments for name in re.findall(r"(?:^|,)\s*([^\s:,]+):", comment)}
    return used - set(re.findall(r"^tag (\S+)$", journal, re.MULTILINE))


REACHED = frozenset(
    {
        *("fin:1011", "fin:1218", "fin:1218:payee", "fin:2307", "fin:4001", "fin:4609", "fin:5001", "fin:5301"),
        *("fin:2307:payee", "fin:2307:transit", "fin:2307:returned"),
        *("bud:6001", "bud:6609", "bud:7101", "bud:8001", "bud:8101"),
        *("ind:appropriated", "ind:available", "ind:committed", "ind:spent", "ind:lapsed"),
    }
)
"""Control accounts that the walk moves, so that what is asserted of them is no empty word."""
Asserted = dict[tuple[str, str], Fraction]


def test_every_control_account_is_asserted_at_every_month_end_with_our_balance(walk, written):
    """By account and day: just those that have moved by then, and what our own ledger has; in both languages."""
    months: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for entry in walk.entries:
        for account, _, amount in entry.postings:
            for one in controls(account):
                months[entry.on[:7]][one] = months[entry.on[:7]].get(one, 0) + amount
    assert {one for moved in months.values() for one in moved} >= REACHED
    balances: dict[str, int] = {}
    expected: dict[str, Asserted] = {}
    for month in sorted(months):
        for one, amount in months[month].items():
            balances[one] = balances.get(one, 0) + amount
        last = month_end(month).isoformat()
        expected[month] = {(last, path_of(one)): Fraction(amount, 100) for one, amount in balances.items()}
    for year in years_of(walk):
        wanted = {
            at: amount for month, of in expected.items() if year in (None, month[:4]) for at, amount in of.items()
        }
        assert asserted_in_beancount(written / path_of_year(Beancount(), year)) == wanted
        assert asserted_in_hledger(written / path_of_year(Hledger(), year)) == wanted


def asserted_in_beancount(path: Path) -> Asserted:
    """Day before the assertion and account -> the balance; its program asserts at the beginning of a day."""
    entries, _, _ = loader.load_file(str(path))
    found = [one for one in entries if isinstance(one, Balance)]
    assert {one.tolerance for one in found} == {0}
    return {
        ((one.date - timedelta(days=1)).isoformat(), one.account): Fraction(str(one.amount.number)) for one in found
    }


def asserted_in_hledger(path: Path) -> Asserted:
    found: Asserted = {}
    for block in path.read_text("utf-8").split("\n\n"):
        day, _, rows = block.partition(" * control | month end")
        for account, amount in re.findall(r"^    (\S+)  0\.00 CNY =\* (\S+) CNY$", rows, re.MULTILINE):
            found[day, account] = Fraction(amount)
    return found


def test_a_balance_that_is_a_fen_off_is_refused(walk, written, tmp_path):
    """The assertions are looked at: one fen in one event, and both programs say where."""
    entry = next(one for one in walk.entries if one.type == "payment.settled/1" and one.on < "2026-12-01")
    amount = abs(entry.postings[0][2])
    wrong_by = {f"{amount / 100:.2f} CNY": f"{(amount + 1) / 100:.2f} CNY"}
    for language in LANGUAGES:
        text = (written / language.path).read_text("utf-8")
        at = text.index(entry.name)
        head, block = text[:at], text[at:]
        for right, wrong in wrong_by.items():
            block = block.replace(f"-{right}", f"-{wrong}", 1).replace(f"  {right}", f"  {wrong}", 1)
        changed = tmp_path / Path(language.path).name
        changed.write_text(head + block, "utf-8")
    assert loader.load_file(str(tmp_path / "journal.beancount"))[1] != []
    if HLEDGER is not None:
        assert hledger(tmp_path / "journal.hledger", "check").returncode != 0


def test_the_year_that_begins_takes_over_what_stood_open(walk, written):
    """The first block of the second year has every balance of the first, payee by payee."""
    text = (written / path_of_year(Beancount(), "2027")).read_text("utf-8")
    opening = text.split("\n\n")[1]
    assert opening.startswith('2027-01-01 * "opening" "before 2027"')
    assert len(opening.splitlines()) - 1 == len(ours(walk, "2026"))
    assert month_end("2027-02").day == 28
    assert any(control_of(account).endswith("payee") for entry in walk.entries for account, _, _ in entry.postings)
