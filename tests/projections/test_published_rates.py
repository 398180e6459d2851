"""Rates count everything that was handled, also what nobody verified; every report is in one part."""

from datetime import date

import psycopg

from domain.incidents.events import IncidentAccepted, IncidentDeclined, IncidentDispatched, IncidentMerged
from domain.kernel.calendar import Month
from domain.kernel.periods import period
from migrations.roles import Access
from projections import published_rates, reward_payments
from projections.runner import Runner
from tests.projections.story import CLERK, COUNTY, Story

MONTH = period("2026-01")


def test_every_report_is_in_one_part_and_rates_are_of_parts(
    installed: Access, runner: Runner, reader: psycopg.Connection
) -> None:
    story = Story().opened()
    story.today = date(2026, 1, 12)
    names = (
        "waiting",
        "declined",
        "merged",
        "untrue",
        "accepted",
        "sent",
        "confirmed",
        "handled",
        "unverified",
        "valid",
    )
    ids = {name: story.report(f"rider {name}") for name in names}
    acts = {
        "declined": IncidentDeclined(actor_id=CLERK, reason="not_in_catalogue"),
        "accepted": IncidentAccepted(actor_id=CLERK),
        "sent": IncidentDispatched(actor_id=CLERK, department="县城管局"),
        "merged": IncidentMerged(actor_id=CLERK, into=ids["valid"], grounds=("near_text",)),
    }
    for name, event in acts.items():
        story.record("incident", ids[name], event, by=CLERK)
    story.verify(ids["untrue"], confirmed=False)
    for name in ("confirmed", "handled", "valid"):
        story.verify(ids[name])
    for name in ("handled", "unverified", "valid"):
        story.handle(ids[name])
    story.decide(ids["valid"])
    story.decide(ids["untrue"], valid=False)
    story.append_to(installed.writer)
    runner.catch_up()
    found = published_rates.of_period(reader, COUNTY, MONTH, public=False)
    parts = {"waiting": 1, "declined": 1, "merged": 1, "not_confirmed": 1, "open": 3, "handled": 3}
    assert dict(found.reports.parts) == parts
    assert found.reports.agrees_with(len(names))
    counts = {name: (rate.numerator, rate.denominator) for name, rate in found.rates.items()}
    assert counts == {
        "verified_of_reported": (4, 10),
        "handled_of_accepted": (3, 6),
        "valid_of_decided": (1, 2),
        "arrived_of_granted": (0, 0),
    }
    assert found.handled_unverified == 1
    assert {rate.position for rate in found.rates.values()} == {len(story.entries)}
    assert found.rates["handled_of_accepted"].denominator == parts["open"] + parts["handled"]


def test_in_public_nothing_sensitive_is_counted(installed: Access, told: Story, reader: psycopg.Connection) -> None:
    """Of the month's five rewards one is sensitive: beside a page that leaves it out, no rate gives it away."""
    with psycopg.connect(installed.projector, autocommit=True) as conn:
        conn.execute("UPDATE read.incidents SET sensitive = true WHERE category = 'domestic_quarrel'")
    public, whole = (published_rates.of_period(reader, COUNTY, MONTH, public=which) for which in (True, False))
    page = reward_payments.for_month(reader, COUNTY, Month("2026-01"), least=lambda _: 3)
    rate = public.rates["arrived_of_granted"]
    assert (rate.numerator, rate.denominator) == (page.arrival.numerator, page.arrival.denominator) == (2, 4)
    assert whole.rates["arrived_of_granted"].denominator == 5
    assert whole.reports.total - public.reports.total == 1
