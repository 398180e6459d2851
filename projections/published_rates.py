"""The rates that a county publishes, over the reports of a period: each with numerator, denominator and log position.

What must not be broken: a rate is of what could have come so far, and what was handled counts, also where nobody
verified it first. Handled is of accepted: of what was taken on, without what was declined, merged or not confirmed, in
which there is nothing to handle; valid is of decided; arrived is of granted. In public nothing sensitive is in them:
beside a page that leaves a few out, a rate that counts them would tell how many those are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import dict_row

from domain.kernel.periods import Period, first_day, last_day
from domain.kernel.places import Division, prefix
from domain.kernel.rates import Breakdown, Rate
from projections import incidents, reward_payments
from projections.reward_payments import REWARDS_WITH_STATE

MODELS = (incidents, reward_payments)

RateName = Literal["verified_of_reported", "handled_of_accepted", "valid_of_decided", "arrived_of_granted"]
OF: Mapping[RateName, tuple[str, str]] = {
    "verified_of_reported": ("verified", "reported"),
    "handled_of_accepted": ("handled", "accepted"),
    "valid_of_decided": ("valid", "decided"),
    "arrived_of_granted": ("arrived", "granted"),
}
"""A rate -> what it counts, of what."""

REPORTS = """
SELECT count(*) AS reported,
    count(*) FILTER (WHERE confirmed IS NOT NULL) AS verified,
    count(*) FILTER (WHERE part IN ('open', 'handled')) AS accepted,
    count(*) FILTER (WHERE part = 'handled') AS handled,
    count(*) FILTER (WHERE part = 'handled' AND confirmed IS NULL) AS handled_unverified,
    count(*) FILTER (WHERE part = 'open') AS open,
    count(*) FILTER (WHERE part = 'waiting') AS waiting,
    count(*) FILTER (WHERE part = 'not_confirmed') AS not_confirmed,
    count(*) FILTER (WHERE part = 'declined') AS declined,
    count(*) FILTER (WHERE part = 'merged') AS merged,
    count(*) FILTER (WHERE valid IS NOT NULL) AS decided,
    count(*) FILTER (WHERE valid) AS valid,
    (SELECT position FROM read.positions WHERE model = 'incidents') AS position
FROM (SELECT confirmed, valid, CASE
        WHEN ended IN ('declined', 'merged') THEN ended
        WHEN NOT confirmed THEN 'not_confirmed'
        WHEN handled THEN 'handled'
        WHEN accepted THEN 'open'
        ELSE 'waiting' END AS part
    FROM read.incidents
    WHERE division LIKE %(prefix)s AND reported_on BETWEEN %(since)s AND %(until)s
        AND NOT (%(public)s AND sensitive)) AS report
"""
PARTS = ("waiting", "declined", "merged", "not_confirmed", "open", "handled")
"""What the reports of a period are made of; each is in one part, the first that fits in the order above."""

REWARDS = f"""
SELECT count(*) FILTER (WHERE state <> 'reversed') AS granted,
    count(*) FILTER (WHERE state = 'arrived') AS arrived,
    (SELECT position FROM read.positions WHERE model = 'reward_payments') AS position
FROM ({REWARDS_WITH_STATE}) reward
WHERE division LIKE %(prefix)s AND accrual_month BETWEEN %(first)s AND %(last)s AND NOT (%(public)s AND sensitive)
"""  # noqa: S608 - text of ours


@dataclass(frozen=True, slots=True)
class PublishedRates:
    """The rates of an area (a code and what lies in it) for reports of a period, both days included.

    `reports` parts what was reported, as PARTS. `handled_unverified`: how many were handled although nobody verified
    them, because their workflow does not ask for it or they were dealt with at once.
    """

    area: Division
    period: Period
    since: date
    until: date
    rates: Mapping[RateName, Rate]
    reports: Breakdown
    handled_unverified: int

    @property
    def position(self) -> int:
        """How many entries of the log every figure here has been computed from, at least."""
        return min(self.reports.position, *(rate.position for rate in self.rates.values()))


def of_period(conn: Connection[Any], area: Division, period: Period, *, public: bool) -> PublishedRates:
    """The rates as the read models stand; call it in one transaction, so that all are of one moment.

    `public`: without what is sensitive, in no numerator and no denominator.
    """
    since, until = first_day(period), last_day(period)
    days = {"prefix": prefix(area) + "%", "since": since, "until": until, "public": public}
    months = {**days, "first": f"{since:%Y-%m}", "last": f"{until:%Y-%m}"}
    with conn.cursor(row_factory=dict_row) as cursor:
        reports = cursor.execute(REPORTS, days).fetchone()
        rewards = cursor.execute(REWARDS, months).fetchone()
    assert reports is not None  # noqa: S101 - an aggregate always gives one row
    assert rewards is not None  # noqa: S101 - likewise
    counted = [reports, reports, reports, rewards]
    rates = {
        name: Rate(row[numerator], row[denominator], row["position"])
        for row, (name, (numerator, denominator)) in zip(counted, OF.items(), strict=True)
    }
    parts = {part: reports[part] for part in PARTS}
    return PublishedRates(
        area, period, since, until, rates, Breakdown(parts, reports["position"]), reports["handled_unverified"]
    )
