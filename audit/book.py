"""What the events say, retold in the auditor's own small records: who acted on what, and how far each payment
came.

What must not be broken: this fold never judges, and takes nothing from the program that records but the
events. The rules in `audit.rules` compare each event with this book as it stood before the event.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from audit.entries import Entry, day_of
from audit.records import Band, Batch, Cap, Deed, Held, Incident, Item, Known, Payment, Reward, Tariff
from domain.accounts import BudgetAccounts
from domain.kernel.places import Division, contains
from domain.points.accounts.events import OPENING

ALWAYS = "0001-01-01"
_ANSWERS_KEPT = 1 << 16


@dataclass
class Book:
    """Everything the rules look up. Keys are UUID texts, except `divisions` (codes)."""

    roles: dict[str, list[Held]] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)  # person -> event that set the account in use
    areas: dict[str, str] = field(default_factory=dict)  # membership or household -> where it lies
    incidents: dict[str, Incident] = field(default_factory=dict)
    rewards: dict[str, Reward] = field(default_factory=dict)
    granted: dict[str, str] = field(default_factory=dict)  # incident -> event that granted its reward
    payments: dict[str, Payment] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=dict)  # batch -> its payments
    county: str = ""  # the division of the genesis
    places: dict[str, Known] = field(default_factory=dict)  # by code
    bands: dict[str, list[Band]] = field(default_factory=dict)  # division -> its bands
    tariffs: dict[str, list[Tariff]] = field(default_factory=dict)
    caps: dict[str, list[Cap]] = field(default_factory=dict)
    catalogues: dict[str, list[Item]] = field(default_factory=dict)
    deeds: dict[tuple[str, int], Deed] = field(default_factory=dict)  # by points account and number
    withheld: dict[str, str] = field(default_factory=dict)  # incident -> event that withheld its reward
    stocks: dict[str, tuple[str, str]] = field(default_factory=dict)  # stock -> its station and article
    # Village's book or voucher -> its division, and the lines that wait to be booked.
    village_lines: dict[str, tuple[str, list[dict[str, Any]]]] = field(default_factory=dict)
    budget_years: dict[str, int] = field(default_factory=dict)
    budget_accounts: dict[str, BudgetAccounts] = field(default_factory=dict)  # where a budget names its own
    _names: dict[str, str] = field(default_factory=dict, repr=False)
    # What `holds` said since somebody's roles last changed: the same people act all day in the same places.
    _held: dict[tuple[str, str, str, str | None], bool] = field(default_factory=dict, repr=False)

    def apply(self, entry: Entry) -> None:
        """Write one event into the book. An event about something unknown is left out; the rules say so."""
        write = _WRITERS.get(entry.type)
        if write is not None:
            write(self, entry)

    def one(self, text: str) -> str:
        """The same text as one object: persons and divisions come back a million times."""
        return self._names.setdefault(text, text)

    def holds(self, person: str, role: str, on: str, division: str | None) -> bool:
        """Whether a person holds a role on a day, in an area around the division (None: anywhere)."""
        asked = person, role, on, division
        answer = self._held.get(asked)
        if answer is None:
            answer = self._held[asked] = any(
                held.covers(role, on) and (division is None or _lies_in(held.area, division))
                for held in self.roles.get(person, ())
            )
            if len(self._held) > _ANSWERS_KEPT:
                self._held.clear()
        return answer

    def set_roles(self, person: str, roles: list[Held]) -> None:
        """What a person holds from now on."""
        self.roles[person] = roles
        self._held.clear()

    def reward_of(self, incident: str) -> Reward | None:
        """The reward that was granted for a report, also one taken back."""
        return self.rewards.get(self.granted.get(incident, "").partition("@")[0].partition("/")[2])

    def division_of(self, entry: Entry) -> str | None:
        """The division that an event is about, where it is about one."""
        data, identity = entry.data, entry.identity
        match entry.category:
            case "incident":
                found: Incident | Reward | Batch | None = self.incidents.get(identity)
            case "reward" | "allowance":
                found = self.rewards.get(identity)
            case "payout_batch":
                found = self.batches.get(identity)
            case "payment":
                payment = self.payments.get(identity)
                found = self.batches.get(payment.batch if payment else str(data.get("batch_id")))
            case "member" | "household" | "cooling":
                return data.get("area") or data.get("division") or self.areas.get(identity)
            case "award" | "award_rule" | "difficulty" | "difficulty_rule":
                return data.get("division") or self.areas.get(identity)
            case "training" | "facility" | "facility_kind" | "station":
                return data.get("division") or self.areas.get(identity)
            case "exchange" if data.get("channel") in ("code", "family") and "authoriser_id" in data:
                return None  # by the right of the holder or his family, wherever either holds office
            case "stock" | "exchange":
                return self.areas.get(str(data.get("station_id") or data.get("account_id") or identity))
            case "task" | "activity" | "commendation" | "inspection" | "title" | "party_activity" | "points_share":
                return data.get("division") or self.areas.get(identity)
            case "asset" | "resource_contract" | "subsidy_programme" | "subsidy_list":
                return data.get("division") or self.areas.get(identity)
            case "village_book" | "village_party" | "village_voucher" | "village_month":
                return data.get("division") or self.areas.get(identity)
            case "notice" | "suggestion" | "commitment" | "meeting" | "meeting_rule" | "project":
                return data.get("division") or self.areas.get(identity)
            case "committee" | "disclosure" | "disclosure_settings" | "poster":
                return data.get("division") or self.areas.get(identity)
            case "place":
                return str(data["code"])
            case "workflow" | "calendar":
                return data.get("division")
            case "tariff" | "cap" | "catalogue" | "withholding" | "points_rule" | "donation_slip":
                return str(data["division"])
            case "points_account":
                return self._division_of_points(entry)
            case _:
                return data.get("unit")
        return found.division if found else data.get("division")

    def _division_of_points(self, entry: Entry) -> str | None:
        """Where a deed was done, goods were exchanged, an account is kept; None for what only follows from such an act,
        wherever the account lies: opening it, moving what it holds, and what expires before it is used.
        """
        match entry.type:
            case "points_account.opened/1" | "points.moved_out/1" | "points.moved_in/1" | "points.expired/1":
                return None
            case "points.redeemed/1" | "points.restored/1":
                return self.areas.get(entry.data["station_id"])
            case "points.reversed/1" | "points.given_back/1":
                deed = self.deeds.get((entry.identity, entry.data.get("granted") or entry.data["deducted"]))
                return deed.division if deed is not None else None
        return entry.data.get("division") or self.areas.get(entry.identity)


@lru_cache(maxsize=1 << 16)  # every event asks, and the same few hundred pairs come again
def _lies_in(area: str, division: str) -> bool:
    return contains(Division(area), Division(division))


def _log_opened(book: Book, entry: Entry) -> None:
    # Somebody has to appoint the first administrator: the genesis event does, and everybody can read it.
    founder = book.one(entry.data["founder_id"])
    held = Held("administrator", entry.data["division"], ALWAYS, None)
    book.set_roles(founder, [*book.roles.get(founder, ()), held])
    book.county = entry.data["division"]


def _place_registered(book: Book, entry: Entry) -> None:
    book.places[book.one(entry.data["code"])] = Known(entry.data["since"])


def _place_succeeded(book: Book, entry: Entry) -> None:
    if known := book.places.get(entry.data["code"]):
        book.places[entry.data["code"]] = known._replace(followed=entry.data["since"])


def _place_traced_back(book: Book, entry: Entry) -> None:
    if known := book.places.get(entry.data["code"]):
        book.places[entry.data["code"]] = known._replace(since=entry.data["since"])


def _role_granted(book: Book, entry: Entry) -> None:
    data = entry.data
    held = Held(data["role"], book.one(data["area"]), data["since"], data.get("until"), data.get("department"))
    book.set_roles(entry.identity, [*book.roles.get(entry.identity, ()), held])


def _role_ended(book: Book, entry: Entry) -> None:
    data, last = entry.data, entry.data["last_day"]
    roles = [
        held._replace(until=last) if held.area == data["area"] and held.covers(data["role"], last) else held
        for held in book.roles.get(entry.identity, ())
    ]
    book.set_roles(entry.identity, roles)


def _role_withdrawn(book: Book, entry: Entry) -> None:
    data = entry.data
    begins = data["role"], data["area"], data["since"]
    roles = [held for held in book.roles.get(entry.identity, ()) if held[:3] != begins]
    book.set_roles(entry.identity, roles)


def _lies_somewhere(book: Book, entry: Entry) -> None:
    book.areas[entry.identity] = book.one(entry.data.get("area") or entry.data["division"])


def _area_named(book: Book, entry: Entry) -> None:
    book.areas[entry.identity] = book.one(entry.data["division"])


def _stock_received(book: Book, entry: Entry) -> None:
    station = book.one(entry.data["station_id"])
    book.stocks[entry.identity] = station, book.one(entry.data["sku"])
    _lies_at_station(book, entry)


def _lies_at_station(book: Book, entry: Entry) -> None:
    if area := book.areas.get(entry.data["station_id"]):
        book.areas[entry.identity] = area


def _deed_done(book: Book, entry: Entry) -> None:
    book.deeds[entry.identity, entry.seq] = Deed(book.one(entry.data["division"]), book.one(entry.data["category"]))


def _points_brought_in(book: Book, entry: Entry) -> None:
    """A paper book's balance may be taken back as a deed's points may; it lies where the account is kept."""
    if area := book.areas.get(entry.identity):
        book.deeds[entry.identity, entry.seq] = Deed(area, book.one(OPENING))


def _account_set(book: Book, entry: Entry) -> None:
    book.accounts[entry.identity] = entry.name


def _reported(book: Book, entry: Entry) -> None:
    data = entry.data
    incident = Incident(
        division=book.one(data["division"]),
        category=book.one(data["category"]),
        day=book.one(day_of(data["reported_at"])),
        parts={"reporter": book.one(data["reporter_id"])},
        item=data.get("item"),
        sensitive=data["sensitive"],
    )
    if "transcribed_by" in data:
        incident.parts["transcriber"] = book.one(data["transcribed_by"])
    book.incidents[entry.identity] = incident


def _located(book: Book, entry: Entry) -> None:
    if incident := book.incidents.get(entry.identity):
        incident.division = book.one(entry.data["division"])


def _verified(book: Book, entry: Entry) -> None:
    if incident := book.incidents.get(entry.identity):
        incident.parts["verifier"] = book.one(entry.data["verifier_id"])
        incident.confirmed = entry.data["confirmed"]


def _to_be_handled_again(book: Book, entry: Entry) -> None:
    """What was done did not last; `workflows` judges whoever acted in the rounds before."""
    incident = book.incidents.get(entry.identity)
    if incident and not entry.data.get("solved", False):
        incident.parts.pop("handler", None)
        incident.parts.pop("reply_transcriber", None)


def _handled(book: Book, entry: Entry) -> None:
    if incident := book.incidents.get(entry.identity):
        incident.parts["handler"] = book.one(entry.data["handler_id"])
        if "transcribed_by" in entry.data:
            incident.parts["reply_transcriber"] = book.one(entry.data["transcribed_by"])


def _decided(book: Book, entry: Entry) -> None:
    if incident := book.incidents.get(entry.identity):
        incident.parts["decider"] = book.one(entry.data["decider_id"])
        incident.valid = entry.data["valid"]


def _band_set(book: Book, entry: Entry) -> None:
    data = entry.data
    band = Band(data["division"], data["since"], data["min_fen"], data["max_fen"])
    book.bands.setdefault(band.division, []).append(band)


def _tariff_set(book: Book, entry: Entry) -> None:
    data = entry.data
    tariff = Tariff(
        entry.name, data["division"], data.get("item"), data.get("category"), data["since"], data["amount_fen"]
    )
    book.tariffs.setdefault(tariff.division, []).append(tariff)


def _cap_set(book: Book, entry: Entry) -> None:
    data = entry.data
    cap = Cap(entry.name, data["division"], data["kind"], data.get("category"), data["since"], data["reports_max"])
    book.caps.setdefault(cap.division, []).append(cap)


def _item_admitted(book: Book, entry: Entry) -> None:
    data = entry.data
    item = Item(data["code"], data["category"], data["sensitive"], data["since"], None)
    book.catalogues.setdefault(data["division"], []).append(item)


def _item_withdrawn(book: Book, entry: Entry) -> None:
    items = book.catalogues.get(entry.data["division"], [])
    for number in reversed(range(len(items))):
        if items[number].code == entry.data["code"]:
            items[number] = items[number]._replace(last_day=entry.data["last_day"])
            return


def _withheld(book: Book, entry: Entry) -> None:
    book.withheld.setdefault(entry.data["incident_id"], entry.name)


def _appropriated(book: Book, entry: Entry) -> None:
    if entry.identity not in book.budget_years and "accounts" in entry.data:
        book.budget_accounts[entry.identity] = BudgetAccounts(**entry.data["accounts"])
    book.budget_years[entry.identity] = entry.data["year"]


def _granted(book: Book, entry: Entry) -> None:
    data = entry.data
    incident = book.incidents.get(data["incident_id"])
    book.granted.setdefault(data["incident_id"], entry.name)
    book.rewards[entry.identity] = Reward(
        people=frozenset(incident.parts.values()) if incident else frozenset(),
        payee=book.one(data["payee_id"]),
        division=book.one(data["division"]),
        amount_fen=data["amount_fen"],
        budget=book.one(data["budget_id"]),
    )


def _allowance_granted(book: Book, entry: Entry) -> None:
    data = entry.data
    book.rewards[entry.identity] = Reward(
        people=frozenset({book.one(data["granter_id"])}),
        payee=book.one(data["payee_id"]),
        division=book.one(data["division"]),
        amount_fen=data["amount_fen"],
        budget=book.one(data["budget_id"]),
        payroll="allowance",
    )


def _scheduled(book: Book, entry: Entry) -> None:
    if reward := book.rewards.get(entry.identity):
        reward.payment = entry.data["payment_id"]


def _unscheduled(book: Book, entry: Entry) -> None:
    reward = book.rewards.get(entry.identity)
    if reward and reward.payment == entry.data["payment_id"]:
        reward.payment = None


def _reversed(book: Book, entry: Entry) -> None:
    if reward := book.rewards.get(entry.identity):
        reward.reversed = True


def _prepared(book: Book, entry: Entry) -> None:
    data = entry.data
    book.lines.setdefault(data["batch_id"], []).append(entry.identity)
    book.payments[entry.identity] = Payment(
        batch=book.one(data["batch_id"]),
        payee=book.one(data["payee_id"]),
        line=data["line"],
        amount_fen=data["amount_fen"],
        budget=book.one(data["budget_id"]),
        rewards=tuple(data["rewards"]),
        account=data["account"],
        end_to_end_id=data["end_to_end_id"],
        prepared=entry.place,
    )


def _payment_became(state: str) -> Callable[[Book, Entry], None]:
    def write(book: Book, entry: Entry) -> None:
        payment = book.payments.get(entry.identity)
        if payment is None:
            return
        payment.state = state
        if state in ("settled", "failed"):
            payment.outcome = state
            payment.booked_on = entry.data.get("booked_on", "")
        if state == "returned":
            payment.contradictions = tuple(said for said in payment.contradictions if said[0] != "failed")
        for identity in payment.rewards if state in _PAID_BY else ():
            if reward := book.rewards.get(identity):
                reward.paid = _PAID_BY[state]

    return write


# What becomes of the rewards in a payment that comes into such a state: paid, or not any more.
_PAID_BY = {"settled": True, "returned": False, "recovered": False}


def _contradicted(book: Book, entry: Entry) -> None:
    if payment := book.payments.get(entry.identity):
        payment.contradictions = (*payment.contradictions, (entry.data["status"], entry.data["detail"]))


def _confirmed(state: str) -> Callable[[Book, Entry], None]:
    """The bank had paid what it had called failed; its first answer stays what it was."""

    def write(book: Book, entry: Entry) -> None:
        payment = book.payments.get(entry.identity)
        if payment is None:
            return
        payment.state, payment.booked_on = state, entry.data["booked_on"]
        payment.contradictions = ()
        for identity in payment.rewards if state == "settled" else ():
            if reward := book.rewards.get(identity):
                reward.paid = True

    return write


def _paid_again(book: Book, entry: Entry) -> None:
    """A payment of its own, in no list of a batch, which pays for nothing and is claimed back."""
    data = entry.data
    book.payments[entry.identity] = Payment(
        batch=book.one(data["batch_id"]),
        payee=book.one(data["payee_id"]),
        line=data["line"],
        amount_fen=data["amount_fen"],
        budget=book.one(data["budget_id"]),
        rewards=(),
        account=data["account"],
        end_to_end_id=data["end_to_end_id"],
        prepared=entry.place,
        state="claimed",
        outcome="settled",
        booked_on=data["booked_on"],
        repeats=data["repeats"],
    )


def _upheld(book: Book, entry: Entry) -> None:
    if payment := book.payments.get(entry.identity):
        payment.contradictions = ()


def _frozen(book: Book, entry: Entry) -> None:
    data = entry.data
    book.batches[entry.identity] = Batch(
        division=book.one(data["division"]),
        payment_count=data["payment_count"],
        total_fen=data["total_fen"],
        lines_digest=data["lines_digest"],
        maker=book.one(entry.by),
        frozen=entry.place,
        payroll=data.get("payroll", "reward"),
    )


def _batch_became(state: str) -> Callable[[Book, Entry], None]:
    def write(book: Book, entry: Entry) -> None:
        if batch := book.batches.get(entry.identity):
            batch.state = state
            if state == "approved":
                batch.checker = book.one(entry.by)

    return write


def _village_opened(book: Book, entry: Entry) -> None:
    _area_named(book, entry)
    book.village_lines[entry.identity] = entry.data["division"], []


def _village_lines(book: Book, entry: Entry) -> None:
    division = entry.data.get("division") or book.areas.get(entry.identity, "")
    book.areas.setdefault(entry.identity, book.one(division))
    book.village_lines[entry.identity] = division, entry.data["lines"]


def _village_booked(book: Book, entry: Entry) -> None:
    book.village_lines.pop(entry.identity, None)


_WRITERS: dict[str, Callable[[Book, Entry], None]] = {
    "log.opened/1": _log_opened,
    "place.registered/1": _place_registered,
    "place.succeeded/1": _place_succeeded,
    "place.traced_back/1": _place_traced_back,
    "person.role_granted/1": _role_granted,
    "award.proposed/1": _area_named,
    "training.held/1": _area_named,
    "facility_kind.admitted/1": _area_named,
    "facility.registered/1": _area_named,
    "station.opened/1": _area_named,
    "stock.received/1": _stock_received,
    "exchange.made/1": _lies_at_station,
    "task.offered/1": _area_named,
    "activity.published/1": _area_named,
    "commendation.recorded/1": _area_named,
    "inspection.recorded/1": _area_named,
    "title.granted/1": _area_named,
    "party_activity.recorded/1": _area_named,
    "points_share.proposed/1": _area_named,
    "village_book.opened/1": _village_opened,
    "village_book.opening_proposed/1": _village_lines,
    "village_book.opening_recorded/1": _village_booked,
    "village_party.registered/1": _area_named,
    "village_voucher.drafted/1": _village_lines,
    "village_voucher.revised/1": _village_lines,
    "village_voucher.booked/1": _village_booked,
    "village_month.voucher_numbered/1": _area_named,
    "village_month.close_proposed/1": _area_named,
    "committee.seated/1": _area_named,
    "committee.kinship_declared/1": _area_named,
    "disclosure.drafted/1": _area_named,
    "notice.posted/1": _area_named,
    "suggestion.opened/1": _area_named,
    "commitment.made/1": _area_named,
    "meeting.called/1": _area_named,
    "project.proposed/1": _area_named,
    "asset.acquired/1": _area_named,
    "resource_contract.signed/1": _area_named,
    "subsidy_programme.published/1": _area_named,
    "subsidy_list.proposed/1": _area_named,
    "person.role_ended/1": _role_ended,
    "person.role_withdrawn/1": _role_withdrawn,
    "person.payee_account_set/1": _account_set,
    "member.applied/1": _lies_somewhere,
    "member.appointed/1": _lies_somewhere,
    "household.registered/1": _lies_somewhere,
    "points_account.opened/1": _area_named,
    "points.granted/1": _deed_done,
    "points.opening_recorded/1": _points_brought_in,
    "points.deducted/1": _deed_done,
    "incident.reported/1": _reported,
    "incident.located/1": _located,
    "incident.verified/1": _verified,
    "incident.handled/1": _handled,
    "incident.closed/1": _to_be_handled_again,
    "incident.reopened/1": _to_be_handled_again,
    "incident.validity_decided/1": _decided,
    "tariff.band_set/1": _band_set,
    "tariff.set/1": _tariff_set,
    "cap.set/1": _cap_set,
    "catalogue.item_admitted/1": _item_admitted,
    "catalogue.item_withdrawn/1": _item_withdrawn,
    "withholding.recorded/1": _withheld,
    "budget.appropriated/1": _appropriated,
    "reward.granted/1": _granted,
    "reward.scheduled/1": _scheduled,
    "reward.unscheduled/1": _unscheduled,
    "reward.reversed/1": _reversed,
    "allowance.granted/1": _allowance_granted,
    "allowance.scheduled/1": _scheduled,
    "allowance.unscheduled/1": _unscheduled,
    "allowance.reversed/1": _reversed,
    "payment.prepared/1": _prepared,
    "payment.approved/1": _payment_became("approved"),
    "payment.cancelled/1": _payment_became("cancelled"),
    "payment.settled/1": _payment_became("settled"),
    "payment.failed/1": _payment_became("failed"),
    "payment.unresolved/1": _payment_became("unresolved"),
    "payment.accepted/1": _payment_became("accepted"),
    "payment.returned/1": _payment_became("returned"),
    "payment.reissued/1": _payment_became("reissued"),
    "payment.written_back/1": _payment_became("written_back"),
    "payment.recovered/1": _payment_became("recovered"),
    "payment.confirmed_paid/1": _confirmed("settled"),
    "payment.claimed/1": _confirmed("claimed"),
    "payment.paid_again/1": _paid_again,
    "payment.claim_written_off/1": _payment_became("claim_written_off"),
    "payment.claim_recovered/1": _payment_became("claim_recovered"),
    "payment.contradicted/1": _contradicted,
    "payment.upheld/1": _upheld,
    "payout_batch.frozen/1": _frozen,
    "payout_batch.approved/1": _batch_became("approved"),
    "payout_batch.rejected/1": _batch_became("rejected"),
    "payout_batch.exported/1": _batch_became("exported"),
    "payout_batch.closed/1": _batch_became("closed"),
}
