"""The same register, county and seed fare alike in every journal; another seed fares otherwise."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from api.commands.county import Beginning, begin
from api.context import make_ready, open_app
from api.files.register import RegisterReading, read_register
from api.files.register_profiles import load_register_profile
from api.importing import import_messages
from api.rehearsal.script import rehearse
from api.rehearsal.totals import Totals
from api.remembering import RememberingCodec
from api.settings import read_settings
from domain.kernel.places import Division
from domain.streams import event_types
from migrations.roles import Access
from tests.conftest import temporary_home
from tests.journeys.commands import register_row, write_register

COUNTY = Division("990101000000")


def rehearsed(access: Access, reading: RegisterReading, *, origin: str, seed: str) -> Totals:
    """The account of a rehearsal of the register, in a journal of its own."""
    with temporary_home() as home:
        settings = read_settings({"MINGZHANG_HOME": str(home)})
        make_ready(access)
        beginning = Beginning(origin, COUNTY, "演练县", "演练主任", rehearsal=True)
        founder = begin(settings, access, beginning, secret="演练-secret-of-all")
        with open_app(settings, access=access, codec=RememberingCodec(event_types())) as app:
            import_messages(app, actor=founder, reading=reading)
            totals = rehearse(app, founder=founder, seed=seed, progress=lambda *_: None)
            position = app.journal.position()
            assert rehearse(app, founder=founder, seed="another", progress=lambda *_: None) == totals
            assert app.journal.position() == position
            return totals


def test_the_seed_decides_and_the_name_of_the_journal_does_not(
    new_database: Callable[[], Access], tmp_path: Path
) -> None:
    rows = [register_row(n, on=date(2025, 3 if n <= 50 else 4, 10)) for n in range(1, 101)]
    rows.append([*register_row(101)[:5], None, None])  # nobody has replied: the scripted department does
    register = write_register(tmp_path / "r.xlsx", rows)
    reading = read_register(register, load_register_profile("messages-with-replies"))
    first, again, other = (
        rehearsed(new_database(), reading, origin=f"mingzhang.example/{name}", seed=seed)
        for name, seed in (("first", "1"), ("second", "1"), ("first", "2"))
    )
    assert first == again
    assert first != other
    for totals in (first, other):
        assert totals.agrees
        assert totals.within_band
        assert totals.closed_count + len(totals.open_batches) == totals.batch_count
        # Every yuan that was earned has arrived, but for what the bank left open, which nobody sent again.
        assert totals.ledger_fen + totals.open_fen == totals.rewarded_fen
        assert bool(totals.open_lines) == bool(totals.open_fen) == bool(totals.open_batches)
    assert first.open_lines + other.open_lines > 0
