"""The live schedule: new records are judged once, and what breaks is told on staff pages, in health and by doctor."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from api.context import App
from api.diagnosis import migrations_and_journal
from api.examining import head_signed
from api.invariants import InvariantWatch, Watched, judged_for
from api.staff.page_invariants import SHOWN_MAX
from api.web.words import INVARIANT_STATES
from audit import wording
from domain import accounts
from domain.kernel.ids import derived, stream_name
from domain.streams import event_types
from journal.checkpoint import Checkpoint
from journal.codec import Codec
from journal.facts import Fact
from journal.merkle import leaf_hash, root_of
from tests.api.web.county import County, copied_county, served
from tests.api.web.registers import signed_in
from tests.journal.opened import granted

if TYPE_CHECKING:
    from tests.conftest import Cluster


@pytest.fixture
def county(cluster: "Cluster") -> Iterator[County]:
    """A county of its own: what is broken here stays broken."""
    with copied_county(cluster) as made:
        yield made


@pytest.fixture
def watch(county: County) -> InvariantWatch:
    """The watch that the county's pages ask, without its thread: a test says when it looks."""
    found: InvariantWatch = county.web.state.office.invariants
    return found


def reward_without_report(app: App, county: County) -> str:
    """Whoever has every key can record that: a reward for a report that nobody made."""
    actor, incident = county.admin, uuid4()
    budget = UUID(next(iter(county.web.state.office.invariants._watched.judging.book.budget_years)))
    event = granted(incident)
    postings = accounts.reward_granted(event.payee_id, budget, event.amount_fen)
    event = replace(event, budget_id=budget, postings=postings)
    fact = Fact(stream_name("reward", derived("reward", incident)), event, date(2026, 11, 2))
    receipt = app.journal.execute(actor=actor, key="forged", inputs={}, decide=lambda _read: [fact])
    return str(receipt.events[0])


def test_rounds_go_on_where_the_last_one_ended(county: County, watch: InvariantWatch) -> None:
    assert watch.standing.judged_at is None
    first = watch.round()
    assert (first.size, first.broken, first.failure) == (county.app.journal.position(), (), None)
    assert first.compared_at == first.size
    county.rewarded()
    second = watch.round()
    assert second.size == county.app.journal.position() > first.size
    assert second.compared_at == second.size
    assert second.broken == ()
    judged = watch.round()
    assert judged.size == second.size  # and nothing was judged twice:
    assert county.web.state.office.invariants._watched.judging.taken == second.size


def test_a_read_model_that_says_otherwise_is_found(county: County, watch: InvariantWatch, cluster: "Cluster") -> None:
    county.rewarded()
    with psycopg.connect(cluster.superuser_dsn, dbname=county.app.access.database, autocommit=True) as owner:
        owner.execute("UPDATE read.reward_payments SET amount_fen = amount_fen + 1")
        owner.execute("UPDATE read.ledger_entries SET amount = amount * 2")
    standing = watch.round()
    assert {one.number for one in standing.broken} == {19, 23}
    assert all(wording.sentence(one.finding) for one in standing.broken)
    told = len(standing.broken)
    assert len(watch.round().broken) == told  # the same again is no news


def test_what_breaks_is_told_everywhere(county: County, watch: InvariantWatch) -> None:
    county.rewarded()
    assert watch.round().broken == ()
    with served(county.web) as url, httpx.Client(base_url=url) as health:
        assert health.get("/healthz").json()["invariants"] == "ok"
        event = reward_without_report(county.app, county)
        standing = watch.round()
        assert 8 in {one.number for one in standing.broken}
        assert event in {one.event for one in standing.broken}
        answer = health.get("/healthz")
        assert answer.status_code == 503
        assert answer.json()["invariants"] == standing.failure
    browser = signed_in(county, "chenjing")
    page = browser.get("/staff/invariants").text
    assert event in page
    assert "不成立" in page
    assert "请暂停发放和结账" in browser.get("/staff").text
    items = {one.name: one for one in migrations_and_journal(county.app.settings, county.app.access)}
    assert items["恒等式"].state == "bad"
    assert "第 " in items["恒等式"].text


def test_the_page_lists_all_twenty_five_to_those_who_read_the_books(county: County, watch: InvariantWatch) -> None:
    watch.round()
    officer, member = signed_in(county, "chenjing"), signed_in(county, "ouyang")
    page = officer.get("/staff/invariants").text
    assert all(title in page for title in wording.INVARIANTS.values())
    assert INVARIANT_STATES["elsewhere"] in page
    assert "请暂停" not in page
    assert member.get("/staff/invariants").status_code == 403
    assert len(watch.standing.broken) < SHOWN_MAX


def test_a_head_that_is_no_prefix_and_an_entry_that_nobody_can_read() -> None:
    """22 and 25 need no database: a tree that has grown differs from what was signed, a type has no decoder."""

    class Two:
        entries_ = (b"no note at all\n", b"neither is this\n")

        def entries(self, start: int, *, stop: int | None = None) -> Iterator[tuple[int, bytes]]:
            yield from list(enumerate(self.entries_))[start:stop]

    watched, source = Watched(Codec(event_types())), Two()
    assert watched.take(source, upto=2)
    watched.head(Checkpoint("o", 2, root_of([leaf_hash(one) for one in source.entries_])))
    assert {one.number for one in watched.judging.broken} == {25}
    watched.head(Checkpoint("o", 2, bytes(32)))
    assert {one.number for one in watched.judging.broken} == {22, 25}


def test_doctor_judges_as_far_as_it_has_time(county: County) -> None:
    head = head_signed(county.app.settings, county.app.access)
    assert head is not None
    whole = judged_for(county.app.journal.store, head, seconds=60)
    assert (whole.size, whole.judging.broken) == (head.size, [])
    items = {one.name: one for one in migrations_and_journal(county.app.settings, county.app.access)}
    assert items["恒等式"].state == "ok"
