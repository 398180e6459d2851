"""An auditor sees from the log alone whether two people stood behind every officer's key."""

from collections.abc import Iterator
from typing import Any

import pytest

from audit.book import Book
from audit.entries import Entry
from audit.findings import Check, Findings
from audit.rules.keys_by_two import KeysByTwo
from domain.kernel.ids import derived

FOUNDER, SECOND, OFFICER, MEMBER = (
    str(derived("audited", name)) for name in ("founder", "second", "officer", "member")
)
FOUNDER_KEY = f"test.example/administrator/{FOUNDER}+00000000+AQ"


class Log:
    """Events about keys, one after the other, shown to the rule."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        data = {"founder_key": FOUNDER_KEY}
        self.event("log", "genesis", "log.opened/1", FOUNDER, data)
        self.registered(FOUNDER, by=FOUNDER, role="administrator", key=FOUNDER_KEY)

    def event(self, category: str, identity: str, type_: str, by: str, data: dict[str, Any]) -> None:
        index, on = len(self._entries), "2026-11-22"
        at, role = f"{on}T00:00:00.000000Z", "administrator"
        line = ("test.example", category, identity, 1, type_, at, on, by, role, "c", None, data, ())
        self._entries.append(Entry(index, "entries/000", 0, "", b"", b"", *line))

    def registered(
        self,
        whose: str,
        *,
        by: str,
        role: str = "county_officer",
        generation: int = 1,
        custody: str = "password",
        key: str | None = None,
    ) -> None:
        data = {"person_id": whose, "role": role, "key": key or f"{whose} {generation}", "custody": custody}
        self.event("key", str(derived("key", whose, role, generation)), "key.registered/1", by, data)

    def ended(self, whose: str, *, by: str, role: str = "county_officer", generation: int = 1, how: str) -> None:
        data: dict[str, Any] = {"reason": "stolen", **({"from_index": 1} if how == "revoked" else {})}
        self.event("key", str(derived("key", whose, role, generation)), f"key.{how}/1", by, data)

    def granted(self, whose: str, *, by: str, role: str) -> None:
        data = {"role": role, "area": "361125000000", "since": "2026-01-01"}
        self.event("person", whose, "person.role_granted/1", by, data)

    def codes(self) -> Iterator[tuple[str, bool]]:
        findings, book = Findings(), Book()
        rule = KeysByTwo(findings)
        for entry in self._entries:
            assert rule.types is not None
            assert entry.type in rule.types
            rule.see(entry, book)
        rule.finish(book)
        (result,) = [one for one in findings.results() if one.check is Check.SIGNATURES]
        for found in result.findings:
            assert found.place.index == len(self._entries) - 1, "the last event is the one at fault"
            yield found.code, found.attention


def test_the_usual_way_is_not_found_fault_with() -> None:
    log = Log()
    log.registered(SECOND, by=FOUNDER, role="administrator")
    log.registered(OFFICER, by=SECOND)
    log.registered(MEMBER, by=FOUNDER, role="member", custody="server")
    log.registered(SECOND, by=SECOND, role="member", custody="server")  # an administrator who reports, too
    assert list(log.codes()) == []


def test_nobody_but_the_founder_registers_his_own_key() -> None:
    log = Log()
    log.registered(SECOND, by=SECOND, role="administrator")
    assert list(log.codes()) == [("signatures.registered_own", False)]


def test_the_founder_has_one_exception_and_no_second() -> None:
    log = Log()
    log.ended(FOUNDER, by=SECOND, role="administrator", how="revoked")
    log.registered(FOUNDER, by=FOUNDER, role="administrator", generation=2)
    assert list(log.codes()) == [("signatures.registered_own", False)]


def test_nobody_ends_his_own_key() -> None:
    log = Log()
    log.ended(FOUNDER, by=FOUNDER, role="administrator", how="retired")
    assert list(log.codes()) == [("signatures.ended_own", False)]


@pytest.mark.parametrize("how", ["retired", "revoked"])
def test_a_key_is_replaced_by_two(how: str) -> None:
    alone, together = Log(), Log()
    for log, second in ((alone, FOUNDER), (together, SECOND)):
        log.registered(OFFICER, by=SECOND)
        log.ended(OFFICER, by=FOUNDER, how=how)
        log.registered(OFFICER, by=second, generation=2)
    assert list(alone.codes()) == [("signatures.one_administrator", False)]
    assert list(together.codes()) == []


@pytest.mark.parametrize(
    ("granted_by", "codes"),
    [([SECOND], []), ([FOUNDER], ["granted_alone"]), ([SECOND, FOUNDER], ["granted_alone"]), ([], ["granted_alone"])],
)
def test_an_officer_is_given_a_further_role_by_two(granted_by: list[str], codes: list[str]) -> None:
    log = Log()
    log.granted(OFFICER, by=FOUNDER, role="county_officer")
    log.registered(OFFICER, by=FOUNDER)  # the first of all: there is nobody yet whose identity could be taken over
    for by in granted_by:
        log.granted(OFFICER, by=by, role="county_approver")
    log.registered(OFFICER, by=FOUNDER, role="county_approver")
    assert list(log.codes()) == [(f"signatures.{code}", False) for code in codes]


def test_a_member_who_becomes_an_officer_was_none_before() -> None:
    log = Log()
    log.registered(MEMBER, by=FOUNDER, role="member", custody="server")
    log.granted(MEMBER, by=FOUNDER, role="grid_worker")
    log.registered(MEMBER, by=FOUNDER, role="grid_worker")
    assert list(log.codes()) == []


def test_no_second_key_beside_one_that_is_live() -> None:
    log = Log()
    log.registered(OFFICER, by=FOUNDER)
    log.registered(OFFICER, by=SECOND, generation=2)
    assert list(log.codes()) == [("signatures.second_key", False)]


def test_an_officers_key_in_the_servers_hands_is_pointed_out() -> None:
    log = Log()
    log.registered(OFFICER, by=FOUNDER, custody="server")
    assert list(log.codes()) == [("signatures.server_holds", True)]
