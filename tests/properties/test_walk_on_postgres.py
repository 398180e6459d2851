"""The same walk on a real journal: what tables, keys, heads and read models promise is compared after every step.

A walk that fails is walked again by `MINGZHANG_TEST_SEED=… pytest <this file>`; `MINGZHANG_TEST_STEPS` makes it longer.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from api.invariants import Watched
from domain.kernel.ids import stream_name
from domain.kernel.refusals import Refusal
from domain.keys import KeyRegistered
from journal import facts as journal_facts
from journal.checkpoint import parse_text
from journal.facts import Actor, Receipt
from journal.journal import Reading, key_stream
from journal.note import parse
from migrations.roles import Access
from projections import reward_payments, trial_balances
from projections.rebuild import rebuild
from projections.runner import Runner
from tests.journal.opened import DAY, FOUNDER, Opened, assert_whole, running
from tests.projections.conftest import all_rows, roles_of
from tests.properties.county import CODEC, MODULES, Fact, seeded
from tests.properties.steps import ADMIN, APPROVERS, COUNTY, DECIDERS, HANDLERS, MEMBERS, OFFICERS, WORKERS, Walk
from tests.properties.test_walk import THINGS

PEOPLE = (ADMIN, *MEMBERS, *WORKERS, *HANDLERS, *DECIDERS, *OFFICERS, *APPROVERS)
STEPS = int(os.environ.get("MINGZHANG_TEST_STEPS", "70"))
LOOK_EVERY = 15
TABLES = ("events", "balances", "commands", "head", "tree")
EVERY_ROW = sql.SQL("SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM {} t")


@dataclass
class JournalWalk(Walk):
    """A walk whose every step is a command of a real journal, and is recorded in memory only once it is there."""

    opened: Opened = None  # type: ignore[assignment]
    access: Access = None  # type: ignore[assignment]
    watched: Watched = None  # type: ignore[assignment]
    runner: Runner = None  # type: ignore[assignment]
    again: int = 0

    def register(self) -> None:
        """Everybody's key, so that each signs for himself."""

        def registered(who: UUID) -> journal_facts.Fact:
            key = str(self.opened.custody.signer(who, "administrator").verifier_key)
            event = KeyRegistered(person_id=who, role="administrator", key=key, custody="server")
            return journal_facts.Fact(stream_name("key", key_stream(who, "administrator")), event, DAY)

        self.opened.record(*map(registered, PEOPLE), key="people")
        self.look()

    def record(self, facts: list[Fact], *, by: UUID, on: date) -> bool:
        """One command; the journal refuses exactly what balances in memory refuse, and changes nothing then (20)."""
        if not facts:
            return False
        receipts: list[Receipt] = []
        expected = refusal_of(lambda: self.balances_after(facts))
        before = self.everything() if expected is not None else None
        key = f"walk-{len(self.entries)}"
        found = refusal_of(lambda: receipts.append(self._execute(facts, by=by, on=on, key=key)))
        assert (found and found.code) == (expected and expected.code)
        if found is not None:
            assert self.everything() == before
            raise found
        self._send_again(facts, receipts[0], by=by, on=on)
        super().record(facts, by=by, on=on)
        return True

    def _execute(self, facts: list[Fact], *, by: UUID, on: date, key: str) -> Receipt:
        def decide(read: Reading) -> list[journal_facts.Fact]:
            for name, _ in facts:
                assert read.state(stream_name(*name), MODULES[name[0]].evolve) == self.states.get(name)
            return [journal_facts.Fact(stream_name(*name), event, on) for name, event in facts]

        actor = Actor(by, "administrator")
        return self.opened.journal.execute(actor=actor, key=key, inputs={"asked": "1"}, decide=decide)

    def _send_again(self, facts: list[Fact], receipt: Receipt, *, by: UUID, on: date) -> None:
        """21: the same key and input get the first answer, another input a refusal; both change nothing."""
        if self.draw.random() > 0.2:
            return
        self.again += 1
        before, key = self.everything(), f"walk-{len(self.entries)}"

        def nothing(_read: Reading) -> Iterator[journal_facts.Fact]:
            yield from (journal_facts.Fact(stream_name(*name), event, on) for name, event in facts)

        actor = Actor(by, "administrator")
        second = self.opened.journal.execute(actor=actor, key=key, inputs={"asked": "1"}, decide=nothing)
        assert second.replayed
        assert (second.events, second.position) == (receipt.events, receipt.position)
        with pytest.raises(Refusal, match=r"command\.key_reused"):
            self.opened.journal.execute(actor=actor, key=key, inputs={"asked": "2"}, decide=nothing)
        assert self.everything() == before

    def everything(self) -> list[Any]:
        """Every byte of the journal's tables."""
        with psycopg.connect(self.access.writer, autocommit=True) as connection:
            return [
                connection.execute(EVERY_ROW.format(sql.Identifier("journal", table))).fetchall() for table in TABLES
            ]

    def look(self) -> None:
        """19, 22, 23 and 25 as the server judges them, and everything that events decide, from the stored entries."""
        signed = parse_text(parse(self.opened.journal.last_checkpoint()).text)
        assert self.watched.take(self.opened.store, upto=signed.size)
        self.watched.head(signed)
        assert self.runner.catch_up() == signed.size
        with psycopg.connect(self.access.reader, autocommit=True) as shown:
            assert trial_balances.position(shown) == self.watched.size
            self.watched.compare_accounts(shown)
            self.watched.compare_public(shown, COUNTY)
            assert len(reward_payments.months(shown, COUNTY)) > 0 or not any(self.of("reward"))
        assert self.watched.judging.broken == []


def refusal_of(act: Callable[[], object]) -> Refusal | None:
    """What an act is refused with; None where it is done."""
    try:
        act()
    except Refusal as refusal:
        return refusal
    return None


def seeds() -> list[object]:
    """The one that was asked for; else one that is always the same, and a fresh one."""
    asked = os.environ.get("MINGZHANG_TEST_SEED")
    if asked:
        return [int(asked)]
    return [20_260_101, pytest.param(secrets.randbelow(2**32), id="fresh")]


@pytest.mark.parametrize("seed", seeds())
def test_a_real_journal_keeps_what_events_alone_do_not_show(seed: int, installed: Access, tmp_path: Path) -> None:
    with running(installed.writer, tmp_path / "state") as opened:
        runner = Runner(installed.projector, CODEC, batch=40)
        walk = JournalWalk(draw=seeded(seed), opened=opened, access=installed, watched=Watched(CODEC), runner=runner)
        walk.register()
        walk.begin()
        for number in range(STEPS):
            walk.step(THINGS)
            if number % LOOK_EVERY == 0:
                walk.look()
        walk.look()
        runner.close()
        live = all_rows(installed)
        assert rebuild(installed.projector, CODEC, roles=roles_of(installed), batch=97) == walk.watched.size
        assert all_rows(installed) == live
        assert walk.again > 0
        assert sum(walk.refused.values()) > 0
        receipts = [opened.receipts[0]]
    assert_whole(installed.auditor, receipts)
    assert len(walk.entries) == walk.watched.size - len(PEOPLE) - 2
    assert {FOUNDER.person_id} | {UUID(entry.by) for entry in walk.entries} > {ADMIN}
