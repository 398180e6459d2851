"""A small county with a complete story, told as drafts of events that a test can change and seal again.

Whoever holds every key of the server can write any journal; the attacks here do just that.
"""

import copy
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from audit.findings import Report
from domain import accounts
from domain.kernel.calendar import instant_text
from domain.kernel.ids import derived, event_name, stream_name
from domain.kernel.postings import Postings
from domain.keys import SERVER_HELD
from journal import checkpoint as checkpoints
from journal import line as lines
from journal import note
from journal.checkpoint import Checkpoint
from journal.line import Line
from journal.merkle import Frontier, leaf_hash
from journal.note import Ed25519Signer
from journal.trust import Group, Log, Policy, Witness

ORIGIN = "log.example.org/hengfeng"
COUNTY, TOWNSHIP, VILLAGE = "361125000000", "361125100000", "361125100201"
_SPACE = UUID("00000000-0000-4000-8000-000000000001")
START = datetime(2026, 1, 1, tzinfo=UTC)


def seeded(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def commitment(text: str) -> str:
    return seeded("commitment " + text).hex()


def person(name: str) -> str:
    return str(uuid5(_SPACE, name))


@dataclass
class Draft:
    """One event before it is numbered and signed. `signer` and `seq` override what would follow."""

    stream: str
    type: str
    data: dict[str, Any]
    by: str
    role: str
    on: str
    cmd: str
    postings: Postings = ()
    cause: str | None = None
    signer: Ed25519Signer | None = None
    seq: int | None = None
    origin: str = ORIGIN


@dataclass
class Story:
    """Drafts in log order, and the keys of everybody in it."""

    drafts: list[Draft] = field(default_factory=list)
    commands: int = 0

    def key(self, role: str, name_or_id: str, generation: int = 1) -> Ed25519Signer:
        """The key of a person (a UUID text) in a role."""
        return Ed25519Signer.from_seed(f"{ORIGIN}/{role}/{name_or_id}", seeded(f"{role} {name_or_id} {generation}"))

    def command(self) -> str:
        """A new idempotency key."""
        self.commands += 1
        return f"cmd-{self.commands}"

    def add(
        self,
        stream: str,
        type_name: str,
        data: dict[str, Any],
        *,
        by: str,
        role: str,
        on: str,
        cmd: str | None = None,
        postings: Postings = (),
        **more: Any,
    ) -> Draft:
        draft = Draft(stream, type_name, data, by, role, on, cmd or self.command(), postings, **more)
        self.drafts.append(draft)
        return draft

    def find(self, type_name: str, number: int = 0) -> Draft:
        """The nth draft of a type."""
        return [draft for draft in self.drafts if draft.type == type_name][number]

    def index(self, draft: Draft) -> int:
        return next(index for index, other in enumerate(self.drafts) if other is draft)

    def copy(self) -> "Story":
        return copy.deepcopy(self)

    def entries(self) -> list[bytes]:
        """Every event, numbered in its stream, written as its line and signed by its actor's key."""
        numbers: dict[str, int] = {}
        entries = []
        for index, draft in enumerate(self.drafts):
            numbers[draft.stream] = draft.seq or numbers.get(draft.stream, 0) + 1
            line = Line(
                origin=draft.origin,
                stream=draft.stream,
                seq=numbers[draft.stream],
                type=draft.type,
                at=instant_text(START + timedelta(minutes=index)),
                on=draft.on,
                by=draft.by,
                role=draft.role,
                cmd=draft.cmd,
                data=draft.data,
                cause=draft.cause,
                postings=draft.postings,
            )
            entries.append(note.sign(lines.encode(line), draft.signer or self.key(draft.role, draft.by)))
        return entries

    def name_of(self, draft: Draft) -> str:
        """The name the event will have."""
        before = [other for other in self.drafts[: self.index(draft)] if other.stream == draft.stream]
        return event_name(draft.stream, len(before) + 1)


LOG_KEY = Ed25519Signer.from_seed(ORIGIN, seeded("log"))
WITNESS = Ed25519Signer.from_seed("witness.example.org", seeded("witness"), algorithm=note.COSIGNATURE_V1)
POLICY = bytes(
    Policy(
        (Log(LOG_KEY.verifier_key),),
        (Witness("audit-bureau", WITNESS.verifier_key),),
        (Group("bodies", 1, ("audit-bureau",)),),
        quorum="bodies",
    )
).decode()


def seal(entries: Iterable[bytes], *, key: Ed25519Signer = LOG_KEY, witness: Ed25519Signer | None = WITNESS) -> bytes:
    """The signed and cosigned checkpoint over entries."""
    frontier = Frontier()
    frontier.extend(map(leaf_hash, entries))
    checkpoint = Checkpoint(key.verifier_key.name, frontier.size, frontier.root())
    signed = checkpoints.sign(checkpoint, key)
    if witness is None:
        return signed
    return checkpoints.add_cosignatures(signed, checkpoints.cosign(checkpoint, witness, time_s=1_800_000_000))


def cny(postings: Postings, amount: int) -> Postings:
    """The same postings with another amount."""
    return tuple(posting._replace(amount=amount if posting.amount > 0 else -amount) for posting in postings)


class County:
    """Tells the story: who is who, five reports, three rewards, a batch with a failure, a second batch."""

    founder, member, rider = person("founder"), person("member"), person("rider")
    worker, handler, clerk = person("worker"), person("handler"), person("clerk")
    officer, maker, checker = person("officer"), person("maker"), person("checker")

    def __init__(self, story: Story | None = None) -> None:
        self.story = story or Story()
        self.budget = str(derived("budget", COUNTY, "网格奖励", "30399", 2026))
        self._genesis()
        self._people()
        self._rules()
        self.incidents = [self._incident(n) for n in range(5)]
        self.rewards = [self._reward(n) for n in range(3)]
        self.first = self._batch(1, [(self.member, [0, 1]), (self.rider, [2])])
        self._answer_first()
        self.second = self._batch(2, [(self.rider, [2])], replaces=[self.payment(self.first, self.rider)])
        self._answer_second()

    def payment(self, batch: str, payee: str) -> str:
        return str(derived("payment", batch, payee))

    def _genesis(self) -> None:
        self.story.add(
            stream_name("log", derived("log", ORIGIN)),
            "log.opened/1",
            {
                "origin": ORIGIN,
                "log_key": str(LOG_KEY.verifier_key),
                "rehearsal": False,
                "division": COUNTY,
                "county_name": "横峰县",
                "founder_id": self.founder,
                "founder_key": str(self.story.key("administrator", self.founder).verifier_key),
                "policy": POLICY,
            },
            by=self.founder,
            role="administrator",
            on="2026-01-01",
        )

    def admin(self, stream: str, type_name: str, data: dict[str, Any], **more: Any) -> Draft:
        return self.story.add(stream, type_name, data, by=self.founder, role="administrator", on="2026-01-01", **more)

    def _people(self) -> None:
        roles = {
            self.founder: [("administrator", COUNTY)],
            self.member: [("member", COUNTY)],
            self.rider: [("member", TOWNSHIP)],
            self.worker: [("grid_worker", TOWNSHIP)],
            self.handler: [("department_handler", COUNTY)],
            self.clerk: [("administrator", COUNTY)],
            self.officer: [("county_officer", COUNTY)],
            self.maker: [("county_officer", COUNTY)],
            self.checker: [("county_approver", COUNTY)],
        }
        for who, held in roles.items():
            stream = stream_name("person", UUID(who))
            cmd = self.story.command()
            self.admin(stream, "person.registered/1", {"name": commitment(who), "pseudonymous": False}, cmd=cmd)
            for role, area in held:
                data = {"role": role, "area": area, "since": "2026-01-01"}
                self.admin(stream, "person.role_granted/1", data, cmd=cmd)
                self.register_key(who, role, cmd=cmd)
            if "member" in {role for role, _ in held}:
                data = {
                    "version": 1,
                    "holder": commitment("h"),
                    "number": commitment(who),
                    "bank": commitment("b"),
                }
                self.admin(stream, "person.payee_account_set/1", data)

    def register_key(self, who: str, role: str, generation: int = 1, **more: Any) -> Draft:
        key = self.story.key(role, who, generation).verifier_key
        custody = "server" if role in SERVER_HELD else "password"
        data = {"person_id": who, "role": role, "key": str(key), "custody": custody}
        return self.admin(stream_name("key", derived("key", who, role, generation)), "key.registered/1", data, **more)

    def _rules(self) -> None:
        for code, name in ((COUNTY, "横峰县"), (TOWNSHIP, "兴安街道"), (VILLAGE, "解放社区")):
            data = {"code": code, "name": name, "since": "2020-01-01"}
            self.admin(stream_name("place", derived("place", code)), "place.registered/1", data)
        band = {
            "division": COUNTY,
            "min_fen": 500,
            "max_fen": 2000,
            "since": "2026-01-01",
            "document": "饶网格〔2026〕1号",
        }
        self.admin(stream_name("tariff", derived("tariff", COUNTY)), "tariff.band_set/1", band)
        tariff = {
            "division": TOWNSHIP,
            "amount_fen": 1000,
            "since": "2026-01-01",
            "document": "兴安〔2026〕3号",
        }
        self.tariff = stream_name("tariff", derived("tariff", TOWNSHIP))
        self.admin(self.tariff, "tariff.set/1", tariff)
        data = {
            "unit": COUNTY,
            "project": "网格奖励",
            "spending_class": "30399",
            "year": 2026,
            "document": "横财指〔2026〕7号",
            "amount_fen": 5000,
        }
        budget = UUID(self.budget)
        self.admin(
            stream_name("budget", budget),
            "budget.appropriated/1",
            data,
            postings=accounts.budget_appropriated(budget, 5000),
        )

    def _incident(self, n: int) -> str:
        """Reports 0 and 1 are the member's, 2 the rider's; 3 is not confirmed; 4 came from a register."""
        identity = uuid5(_SPACE, f"incident {n}")
        stream, by_register = stream_name("incident", identity), n == 4
        reporter = self.rider if n == 2 else self.member
        report = {
            "reporter_id": reporter,
            "category": "环境保护",
            "division": VILLAGE,
            "text": commitment(f"text {n}"),
            "source": "register" if by_register else "app",
            "reported_at": "2026-02-03T02:00:00.000000Z",
            "sensitive": False,
            "photos": [{"sha256": commitment("photo"), "length": 1234, "difference_hash": "0" * 16}],
            **({"transcribed_by": self.clerk, "source_ref": "row 7"} if by_register else {}),
        }
        by, role = (self.clerk, "administrator") if by_register else (reporter, "member")
        self.story.add(stream, "incident.reported/1", report, by=by, role=role, on="2026-02-03")
        confirmed = n != 3
        verified = {
            "verifier_id": self.worker,
            "confirmed": confirmed,
            "reason": "seen_on_site" if confirmed else "not_found",
        }
        self.step(stream, "incident.verified/1", verified, self.worker, "grid_worker")
        if confirmed:
            handled = {"handler_id": self.handler, "handled_at": "2026-02-05T02:00:00.000000Z"}
            if by_register:
                handled["transcribed_by"] = self.clerk
                self.step(stream, "incident.handled/1", handled, self.clerk, "administrator")
            else:
                self.step(stream, "incident.handled/1", handled, self.handler, "department_handler")
        valid = n < 3
        decided = {
            "decider_id": self.officer,
            "valid": valid,
            "reason": "meets_catalogue" if valid else "own_duty",
        }
        self.step(stream, "incident.validity_decided/1", decided, self.officer, "county_officer")
        return str(identity)

    def step(self, stream: str, type_name: str, data: dict[str, Any], by: str, role: str, **more: Any) -> Draft:
        return self.story.add(stream, type_name, data, by=by, role=role, on="2026-02-06", **more)

    def _reward(self, n: int) -> str:
        incident = self.incidents[n]
        payee = self.rider if n == 2 else self.member
        identity = derived("reward", incident)
        data = {
            "incident_id": incident,
            "payee_id": payee,
            "division": VILLAGE,
            "category": "环境保护",
            "sensitive": False,
            "amount_fen": 1000,
            "tariff": f"{self.tariff}@1",
            "accrual_month": "2026-02",
            "budget_id": self.budget,
            "budget_year": 2026,
            "chain": {
                "reporter_id": payee,
                "verifier_id": self.worker,
                "handler_id": self.handler,
                "decider_id": self.officer,
                "transcriber_ids": [],
            },
        }
        postings = accounts.reward_granted(UUID(payee), UUID(self.budget), 1000)
        self.step(
            stream_name("reward", identity),
            "reward.granted/1",
            data,
            self.officer,
            "county_officer",
            postings=postings,
        )
        return str(identity)

    def _batch(self, number: int, payees: list[tuple[str, list[int]]], *, replaces: Iterable[str] = ()) -> str:
        story, batch = self.story, derived("payout_batch", COUNTY, "2026-02", number)
        digest, total, cmd = hashlib.sha256(), 0, story.command()
        prepared = []
        for line, (payee, numbers) in enumerate(payees, start=1):
            rewards = [self.rewards[n] for n in numbers]
            data = {
                "batch_id": str(batch),
                "payee_id": payee,
                "line": line,
                "amount_fen": 1000 * len(rewards),
                "rewards": rewards,
                "account": f"person/{payee}@3",
                "end_to_end_id": f"{COUNTY}202602{number:03d}{line:08d}",
                "budget_id": self.budget,
                "replaces": list(replaces),
            }
            identity = self.payment(str(batch), payee)
            shown = {name: value for name, value in data.items() if name not in ("batch_id", "replaces")}
            digest.update(lines.canonical({**shown, "payment_id": identity}) + b"\n")
            total += 1000 * len(rewards)
            prepared.append((identity, data))
        frozen = {
            "division": COUNTY,
            "month": "2026-02",
            "number": number,
            "maker_id": self.maker,
            "payment_count": len(payees),
            "total_fen": total,
            "lines_digest": digest.hexdigest(),
        }
        self.batch_step(str(batch), "frozen", frozen, cmd=cmd)
        for identity, data in prepared:
            self.payment_step(identity, "prepared", data, self.maker, "county_officer", cmd=cmd)
            for reward in data["rewards"]:
                self.step(
                    f"reward/{reward}",
                    "reward.scheduled/1",
                    {"payment_id": identity},
                    self.maker,
                    "county_officer",
                    cmd=cmd,
                )
        cmd = story.command()
        approved = {name: frozen[name] for name in ("lines_digest", "payment_count", "total_fen")}
        self.batch_step(str(batch), "approved", approved, by=self.checker, role="county_approver", cmd=cmd)
        for identity, data in prepared:
            postings = accounts.payment_approved(UUID(data["payee_id"]), batch, data["amount_fen"])
            self.payment_step(identity, "approved", {}, self.checker, "county_approver", cmd=cmd, postings=postings)
        file = {"sha256": commitment(f"file {number}"), "length": 99}
        exported = {"profile": "neutral", "file": file, "payment_count": len(payees), "total_fen": total}
        self.batch_step(str(batch), "exported", exported)
        return str(batch)

    def batch_step(
        self,
        batch: str,
        what: str,
        data: dict[str, Any],
        *,
        by: str | None = None,
        role: str = "county_officer",
        **more: Any,
    ) -> Draft:
        return self.step(f"payout_batch/{batch}", f"payout_batch.{what}/1", data, by or self.maker, role, **more)

    def payment_step(self, identity: str, what: str, data: dict[str, Any], by: str, role: str, **more: Any) -> Draft:
        return self.step(f"payment/{identity}", f"payment.{what}/1", data, by, role, **more)

    def _answer(self, batch: str, file: str, counts: tuple[int, int, int], cmd: str) -> None:
        data = {
            "profile": "neutral",
            "file": {"sha256": commitment(file), "length": 77},
            "settled_count": counts[0],
            "failed_count": counts[1],
            "unknown_count": counts[2],
        }
        self.batch_step(batch, "answer_recorded", data, cmd=cmd)

    def settle(self, batch: str, payee: str, amount: int, answer: str, cmd: str) -> Draft:
        postings = accounts.payment_settled(UUID(batch), UUID(self.budget), amount)
        data = {"answer": commitment(answer), "booked_on": "2026-03-05", "bank_ref": "B1"}
        return self.payment_step(
            self.payment(batch, payee), "settled", data, self.maker, "county_officer", cmd=cmd, postings=postings
        )

    def _answer_first(self) -> None:
        cmd, payment = self.story.command(), self.payment(self.first, self.rider)
        self._answer(self.first, "answer 1", (1, 1, 0), cmd)
        self.settle(self.first, self.member, 2000, "answer 1", cmd)
        postings = accounts.payment_failed(UUID(self.rider), UUID(self.first), 1000)
        data = {"answer": commitment("answer 1"), "reason": "account_closed"}
        self.payment_step(payment, "failed", data, self.maker, "county_officer", cmd=cmd, postings=postings)
        released = {"payment_id": payment, "reason": "account_closed"}
        self.step(f"reward/{self.rewards[2]}", "reward.unscheduled/1", released, self.maker, "county_officer", cmd=cmd)
        closed = {"settled_count": 1, "settled_fen": 2000, "failed_count": 1, "failed_fen": 1000}
        self.batch_step(self.first, "closed", closed)

    def _answer_second(self) -> None:
        cmd, payment = self.story.command(), self.payment(self.second, self.rider)
        self._answer(self.second, "answer 2", (0, 0, 1), cmd)
        data = {"answer": commitment("answer 2"), "status": "处理中"}
        self.payment_step(payment, "unresolved", data, self.maker, "county_officer", cmd=cmd)
        cmd = self.story.command()
        self._answer(self.second, "answer 3", (1, 0, 0), cmd)
        self.settle(self.second, self.rider, 1000, "answer 3", cmd)
        closed = {"settled_count": 1, "settled_fen": 1000, "failed_count": 0, "failed_fen": 0}
        self.batch_step(self.second, "closed", closed)


def codes(report: Report) -> set[str]:
    """The codes of all faults; points of attention are left out."""
    return {finding.code for finding in report.findings if not finding.attention}
