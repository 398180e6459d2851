"""What stands under every public page of how the journal stands."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from api.public.seal import seal_of
from api.web.templates import Templates
from journal.published import PublishedLog
from journal.targets import LocalFolder
from tests.journal.publishing import Log, ended


def test_a_journal_that_has_ended_says_so_with_its_day_and_its_entry(tmp_path: Path) -> None:
    log = Log(tmp_path / "log", ended(4))
    templates = Templates(cast("Any", SimpleNamespace(auditor_phone="")))
    log.publish(3)
    seal = seal_of(PublishedLog(LocalFolder(log.folder)))
    assert seal.closed_at is None
    assert "封账" not in templates.render("public/seal.html", {"seal": seal, "position": None})
    log.publish(4)
    seal = seal_of(PublishedLog(LocalFolder(log.folder)))
    assert (seal.closed_at, seal.closed_on) == (3, date(2026, 11, 22))
    shown = templates.render("public/seal.html", {"seal": seal, "position": None})
    assert "账本已于2026年11月22日封账" in shown
    assert 'href="/log/entry/3"' in shown
