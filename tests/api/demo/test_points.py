"""The points of the demonstration county: what its pages show is what its accounts and shelves hold."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import psycopg

from api.books.points_tables import liability
from api.commands.points import account_stream
from api.context import make_ready, open_app
from api.demo import deeds, households, points
from api.demo.beginning import begin_or_go_on, period_of
from api.demo.clock import DemoClock
from api.demo.loading import _Loader
from api.demo.people import People
from api.demo.places import COUNTY
from api.demo.together import together
from api.exporting import export_package
from api.settings import read_settings
from audit.verify import verify_package
from domain.kernel.calendar import CHINA, month_of
from domain.points import accounts
from domain.stations import stocks
from domain.stations.stocks import stock_stream
from migrations.roles import Access
from projections import deed_queries, exchanges, points_queries, stations, stock_cards
from projections.rebuild import rebuild
from tests.projections.conftest import all_rows, roles_of
from tests.projections.story import CODEC

KINDS = ("task", "activity", "commendation", "inspection", "party_activity")


def test_the_county_has_points_and_its_pages_agree_with_its_accounts(
    home: Path, database: Access, tmp_path: Path
) -> None:
    settings, clock = read_settings({"MINGZHANG_HOME": str(home)}), DemoClock()
    make_ready(database)
    begin_or_go_on(settings, database, today=date(2026, 11, 22))
    with open_app(settings, access=database, clock=clock) as app, together(clock) as hands:
        loader = _Loader(app, clock, People("1", period_of(app)), lambda *_: None, hands)
        with clock.at(datetime.combine(loader.period.since, time(), CHINA)):
            loader.set_up()
        households.load(app, people=loader.people)
        points.load(app, founder=loader.founder, people=loader.people)
        before = app.journal.position()
        deeds.load(app, people=loader.people)
        size = app.journal.position()
        assert size - before <= 60, "the demonstration stays quick"
        points.load(app, founder=loader.founder, people=loader.people)
        deeds.load(app, people=loader.people)
        assert app.journal.position() == size, "running it again changes nothing"
        app.runner.catch_up()
        on = loader.period.until
        with psycopg.connect(database.reader, autocommit=True) as conn:
            held = points_queries.within(conn, COUNTY, on=on)
            states = {
                one.account_id: app.journal.state(account_stream(one.account_id), accounts.evolve) for one in held
            }
            assert len(held) == households.HOUSEHOLDS + 1
            for one in held:
                state = states[one.account_id]
                assert (one.held, one.debt, one.spendable) == (state.held, state.debt, state.spendable(on))
                lots = points_queries.lots(conn, one.account_id)
                assert [(lot.until, lot.points) for lot in lots] == [(lot.expires_on, lot.points) for lot in state.lots]
                rows = points_queries.entries(conn, one.account_id, limit=100)
                assert [row.seq for row in rows] == list(range(state.seq, 0, -1))
                assert sum(row.held_change for row in rows) == state.held
                some = points_queries.entries(conn, one.account_id, before=rows[1].seq, limit=2)
                assert some == rows[2:4], "pages begin after the last row of the page before"
            shelves = stock_cards.of_stations(conn, [one.station_id for one in stations.within(conn, COUNTY)])
            assert len(shelves) == len(points.PLACES) * len(points.GOODS)
            for shelf in shelves:
                stock = app.journal.state(stock_stream(shelf.station_id, shelf.sku), stocks.evolve)
                assert (shelf.on_hand, shelf.value_fen) == (stock.on_hand, stock.value_fen)
                card = stock_cards.card(conn, shelf.stock_id)
                assert (sum(row.quantity for row in card), sum(row.cost_fen for row in card)) == (
                    shelf.on_hand,
                    shelf.value_fen,
                )
            month = month_of(on)
            found = liability(conn, COUNTY, first=month, last=month)
            assert found.held == sum(one.held for one in held) == found.months[-1].held
            assert sum(one.made for one in found.stations) == points.EXCHANGES
            assert found.exchanged[0] == -found.months[-1].redeemed
            made = [one for one in stations.within(conn, COUNTY) for one in exchanges.of_station(conn, one.station_id)]
            assert found.exchanged == (
                sum(one.points for one in made),
                sum(
                    line.cost_fen
                    for lines in exchanges.lines(conn, [one.exchange_id for one in made]).values()
                    for line in lines
                ),
            )
            waiting = stock_cards.waiting(conn, COUNTY)
            assert [(one.title, one.proposed) for one in waiting] == [("雨伞", -3)]
            waits = {kind: sum(one.waiting for one in deed_queries.listing(conn, kind, COUNTY)) for kind in KINDS}
            assert waits == {"task": 1, "activity": 0, "commendation": 1, "inspection": 1, "party_activity": 1}
            assert len(deed_queries.open_near(conn, [COUNTY], on=on + timedelta(days=31))) == 3, "there is work to try"
        export_package(settings, database, tmp_path / "package")
    assert [one for one in verify_package(tmp_path / "package", processes=1).findings if not one.attention] == []
    live = all_rows(database)
    assert rebuild(database.projector, CODEC, roles=roles_of(database), batch=97) == size
    assert all_rows(database) == live, "a rebuild in other batches gives the same rows"
