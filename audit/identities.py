"""Which stream an event must stand in, where what it is about decides that: a second attempt meets the first.

What must not be broken: one reward a report, one payment a payee and batch, one batch a number. The identity is derived
again here from the event's own fields, never taken from it.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from domain.kernel.document_numbers import compared
from domain.kernel.ids import derived

Parts = Callable[[Mapping[str, Any]], tuple[object, ...]]

# Type -> the stream's category, and the fields of its first event (and of later ones of the type) that decide.
_DERIVED: Mapping[str, tuple[str, Parts]] = {
    "log.opened/1": ("log", lambda data: (data["origin"],)),
    "place.registered/1": ("place", lambda data: (data["code"],)),
    "place.renamed/1": ("place", lambda data: (data["code"],)),
    "place.succeeded/1": ("place", lambda data: (data["code"],)),
    "place.traced_back/1": ("place", lambda data: (data["code"],)),
    "tariff.band_set/1": ("tariff", lambda data: (data["division"],)),
    "tariff.set/1": ("tariff", lambda data: (data["division"],)),
    "catalogue.item_admitted/1": ("catalogue", lambda data: (data["division"],)),
    "catalogue.item_withdrawn/1": ("catalogue", lambda data: (data["division"],)),
    "cap.set/1": ("cap", lambda data: (data["division"],)),
    "quota.used/1": (
        "quota",
        lambda data: (data["division"], data["kind"], data.get("category", ""), data["subject"]),
    ),
    "withholding.recorded/1": ("withholding", lambda data: (data["incident_id"],)),
    "member.applied/1": ("member", lambda data: (data["person_id"],)),
    "household.registered/1": ("household", lambda data: (data["division"], data["reference"])),
    "residence.taken/1": ("residence", lambda data: (data["person_id"],)),
    "cooling.set/1": ("cooling", lambda data: (data["division"],)),
    "chart.published/1": ("chart", lambda data: (data["name"].rpartition("/")[0],)),
    "budget.appropriated/1": (
        "budget",
        lambda data: (data["unit"], data["project"], data["spending_class"], data["year"]),
    ),
    "allowance.granted/1": ("allowance", lambda data: (data["payee_id"], data["month"], data["basis"])),
    "period.close_proposed/1": ("period", lambda data: (data["division"],)),
    "period.close_withdrawn/1": ("period", lambda data: (data["division"],)),
    "period.sealed/1": ("period", lambda data: (data["division"],)),
    "reward.granted/1": ("reward", lambda data: (data["incident_id"],)),
    "payout_batch.frozen/1": (
        "payout_batch",
        lambda data: (data["division"], data["month"], data["number"]),
    ),
    "payee_hold.placed/1": ("payee_hold", lambda data: (data["payee_id"],)),
    "payment.prepared/1": ("payment", lambda data: (data["batch_id"], data["payee_id"])),
    "payment.paid_again/1": (
        "payment",
        lambda data: (
            data["repeats"],
            "again",
            data["bank_ref"] or (f"{data['statement_id']}/{data.get('entry')}" if "statement_id" in data else ""),
        ),
    ),
    "award_rule.published/1": ("award_rule", lambda data: (data["division"],)),
    "award.proposed/1": ("award", lambda data: (data["division"], data["period"])),
    "difficulty_rule.published/1": ("difficulty_rule", lambda data: (data["division"],)),
    "difficulty.inputs_recorded/1": ("difficulty", lambda data: (data["division"], data["grid"])),
    "facility_kind.admitted/1": ("facility_kind", lambda data: (data["division"],)),
    "station.opened/1": ("station", lambda data: (data["division"],)),
    "stock.received/1": ("stock", lambda data: (data["station_id"], data["sku"])),
    "donation_slip.used/1": ("donation_slip", lambda data: (compared(data["document"]),)),
    "taking.recorded/1": ("taking", lambda data: (data["account_id"],)),
    "points_rule.published/1": ("points_rule", lambda data: (data["division"],)),
    "commendation.recorded/1": ("commendation", lambda data: (data["holder_id"], compared(data["document"]))),
    "inspection.recorded/1": ("inspection", lambda data: (data["household_id"], data["month"])),
    "committee.seated/1": ("committee", lambda data: (data["division"],)),
    "committee.kinship_declared/1": ("committee", lambda data: (data["division"],)),
    "disclosure_settings.made/1": ("disclosure_settings", lambda data: (data["division"],)),
    "disclosure.drafted/1": ("disclosure", lambda data: (data["division"], data["kind"], data["period"])),
    "poster.rendered/1": ("poster", lambda data: (data["disclosure_id"], data["version"], data["paper"])),
    "meeting_rule.set/1": ("meeting_rule", lambda data: (data["division"],)),
    "title.granted/1": ("title", lambda data: (data["household_id"], data["kind"])),
    "points_account.opened/1": ("points_account", lambda data: (data["kind"], data["holder_id"])),
    "village_book.opened/1": ("village_book", lambda data: (data["division"],)),
    "village_party.registered/1": ("village_party", lambda data: (data["division"], data["reference"])),
    "village_month.voucher_numbered/1": ("village_month", lambda data: (data["division"], data["month"])),
    "village_month.close_proposed/1": ("village_month", lambda data: (data["division"], data["month"])),
    "village_month.closed/1": ("village_month", lambda data: (data["division"], data["month"])),
    "asset.acquired/1": ("asset", lambda data: (data["division"], data["number"])),
    "resource_contract.signed/1": ("resource_contract", lambda data: (data["division"], data["number"])),
    "subsidy_programme.published/1": ("subsidy_programme", lambda data: (data["division"], data["reference"])),
    "subsidy_list.proposed/1": (
        "subsidy_list",
        lambda data: (data["programme_id"], data["division"], data["period"]),
    ),
}


def expected_identity(type_name: str, data: Mapping[str, Any]) -> str | None:
    """The UUID text of the stream that an event of the type must stand in; None where nothing decides that."""
    rule = _DERIVED.get(type_name)
    return _derived(rule[0], *rule[1](data)) if rule is not None else None


@lru_cache(maxsize=1 << 10)  # budgets and tariffs come again
def _derived(*parts: object) -> str:
    return str(derived(*parts))
