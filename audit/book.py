"""What the events say, retold in the auditor's own small records: who acted on what, and how far each payment
came.

What must not be broken: this fold never judges, and takes nothing from the program that records but the
events. The rules in `audit.rules` compare each event with this book as it stood before the event.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from audit.entries import Entry, day_of
from audit.records import Band, Batch, Held, Incident, Payment, Reward, Tariff
from domain.kernel.places import Division, contains

ALWAYS = "0001-01-01"
_ANSWERS_KEPT = 1 << 16


@dataclass
class Book:
    """Everything the rules look up. Keys are UUID texts, except `divisions` (codes)."""

    roles: dict[str, list[Held]] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)  # person -> event that set the account in use
    incidents: dict[str, Incident] = field(default_factory=dict)
    rewards: dict[str, Reward] = field(default_factory=dict)
    granted: dict[str, str] = field(default_factory=dict)  # incident -> event that granted its reward
    payments: dict[str, Payment] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=dict)  # batch -> its payments
    bands: dict[str, list[Band]] = field(default_factory=dict)  # division -> its bands
    tariffs: dict[str, list[Tariff]] = field(default_factory=dict)
    budget_years: dict[str, int] = field(default_factory=dict)
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
            case "reward":
                found = self.rewards.get(identity)
            case "payout_batch":
                found = self.batches.get(identity)
            case "payment":
                payment = self.payments.get(identity)
                found = self.batches.get(payment.batch if payment else str(data.get("batch_id")))
            case _:
                return data.get("unit")
        return found.division if found else data.get("division")


@lru_cache(maxsize=1 << 16)  # every event asks, and the same few hundred pairs come again
def _lies_in(area: str, division: str) -> bool:
    return contains(Division(area), Division(division))


def _log_opened(book: Book, entry: Entry) -> None:
    # Somebody has to appoint the first administrator: the genesis event does, and everybody can read it.
    founder = book.one(entry.data["founder_id"])
    held = Held("administrator", entry.data["division"], ALWAYS, None)
    book.set_roles(founder, [*book.roles.get(founder, ()), held])


def _role_granted(book: Book, entry: Entry) -> None:
    data = entry.data
    held = Held(data["role"], book.one(data["area"]), data["since"], data.get("until"))
    book.set_roles(entry.identity, [*book.roles.get(entry.identity, ()), held])


def _role_ended(book: Book, entry: Entry) -> None:
    data, last = entry.data, entry.data["last_day"]
    roles = [
        held._replace(until=last) if held.area == data["area"] and held.covers(data["role"], last) else held
        for held in book.roles.get(entry.identity, ())
    ]
    book.set_roles(entry.identity, roles)


def _account_set(book: Book, entry: Entry) -> None:
    book.accounts[entry.identity] = entry.name


def _reported(book: Book, entry: Entry) -> None:
    data = entry.data
    incident = Incident(
        division=book.one(data["division"]),
        category=book.one(data["category"]),
        day=book.one(day_of(data["reported_at"])),
        parts={"reporter": book.one(data["reporter_id"])},
    )
    if "transcribed_by" in data:
        incident.parts["transcriber"] = book.one(data["transcribed_by"])
    book.incidents[entry.identity] = incident


def _verified(book: Book, entry: Entry) -> None:
    if incident := book.incidents.get(entry.identity):
        incident.parts["verifier"] = book.one(entry.data["verifier_id"])
        incident.confirmed = entry.data["confirmed"]


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
    tariff = Tariff(entry.name, data["division"], data.get("category"), data["since"], data["amount_fen"])
    book.tariffs.setdefault(tariff.division, []).append(tariff)


def _appropriated(book: Book, entry: Entry) -> None:
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
        for identity in payment.rewards if state == "settled" else ():
            if reward := book.rewards.get(identity):
                reward.paid = True

    return write


def _frozen(book: Book, entry: Entry) -> None:
    data = entry.data
    book.batches[entry.identity] = Batch(
        division=book.one(data["division"]),
        payment_count=data["payment_count"],
        total_fen=data["total_fen"],
        lines_digest=data["lines_digest"],
        maker=book.one(entry.by),
        frozen=entry.place,
    )


def _batch_became(state: str) -> Callable[[Book, Entry], None]:
    def write(book: Book, entry: Entry) -> None:
        if batch := book.batches.get(entry.identity):
            batch.state = state
            if state == "approved":
                batch.checker = book.one(entry.by)

    return write


_WRITERS: dict[str, Callable[[Book, Entry], None]] = {
    "log.opened/1": _log_opened,
    "person.role_granted/1": _role_granted,
    "person.role_ended/1": _role_ended,
    "person.payee_account_set/1": _account_set,
    "incident.reported/1": _reported,
    "incident.verified/1": _verified,
    "incident.handled/1": _handled,
    "incident.validity_decided/1": _decided,
    "tariff.band_set/1": _band_set,
    "tariff.set/1": _tariff_set,
    "budget.appropriated/1": _appropriated,
    "reward.granted/1": _granted,
    "reward.scheduled/1": _scheduled,
    "reward.unscheduled/1": _unscheduled,
    "reward.reversed/1": _reversed,
    "payment.prepared/1": _prepared,
    "payment.approved/1": _payment_became("approved"),
    "payment.cancelled/1": _payment_became("cancelled"),
    "payment.settled/1": _payment_became("settled"),
    "payment.failed/1": _payment_became("failed"),
    "payment.unresolved/1": _payment_became("unresolved"),
    "payout_batch.frozen/1": _frozen,
    "payout_batch.approved/1": _batch_became("approved"),
    "payout_batch.rejected/1": _batch_became("rejected"),
    "payout_batch.exported/1": _batch_became("exported"),
    "payout_batch.closed/1": _batch_became("closed"),
}
