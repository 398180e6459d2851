"""One fact through all of it: report, verify, handle, decide, reward, batch, payment file, return file, settled."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from api.commands import county, incidents, payouts
from api.commands.incidents import Handling, Report, Verdict
from api.context import App
from api.files import rehearsal_bank
from api.files.bank_profiles import load_bank_profile
from domain.kernel.calendar import Month
from domain.kernel.money import Fen
from domain.kernel.refusals import Refusal
from journal.facts import Actor
from journal.journal import Clock
from journal.proof import verify_proof
from projections import payout_batches, reward_payments
from tests.journeys.conftest import COUNTY, TOWNSHIP, VILLAGE, People
from tests.payouts import acknowledged

MARCH = Month("2025-03")
REPORTED = datetime(2025, 3, 3, 4, 0, tzinfo=UTC)
ON = date(2025, 4, 2)


@pytest.fixture
def clock() -> Clock:
    """The day after the reports: whoever reports for himself does it within three days."""
    return lambda: REPORTED + timedelta(days=1)


def report(app: App, actor: Actor, *, key: str = "report") -> UUID:
    incident_id = uuid4()
    new = Report(incident_id, actor.person_id, "市容环境", VILLAGE, "村口垃圾桶满了", REPORTED, "app")
    incidents.report(app, actor=actor, key=f"{key}-{incident_id}", reports=[new])
    return incident_id


def confirm(app: App, people: People, incident_id: UUID) -> None:
    incidents.verify(
        app,
        actor=people.verifier,
        key=f"verify-{incident_id}",
        verdicts=[Verdict(incident_id, True, "seen_on_site")],
        on=ON,
    )
    handling = Handling(incident_id, people.handler.person_id, "已清运", datetime(2025, 3, 4, 1, 0, tzinfo=UTC))
    incidents.handle(app, actor=people.handler, key=f"handle-{incident_id}", handlings=[handling])


def reward(app: App, people: People, incident_id: UUID) -> None:
    confirm(app, people, incident_id)
    incidents.decide_validity(
        app,
        actor=people.decider,
        key=f"decide-{incident_id}",
        verdicts=[Verdict(incident_id, True, "meets_catalogue")],
        on=ON,
    )


def test_a_report_becomes_a_settled_and_disclosed_payment(app: App, people: People) -> None:
    for number in (0, 0, 1, 2):
        reward(app, people, report(app, people.member(number)))
    app.runner.catch_up()

    receipt, batch_id = payouts.freeze(app, actor=people.maker, key="freeze", division=COUNTY, month=MARCH, on=ON)
    assert len(receipt.events) == 1 + 1 + 3 + 4  # the batch, what stands out in it, its lines, their rewards
    app.runner.catch_up()
    with app.reading.connection() as connection:
        frozen = payout_batches.one(connection, batch_id)
    assert frozen is not None
    assert frozen.total_fen == 4_000

    shown = acknowledged(app, batch_id, maker=people.maker, checker=people.checker, on=ON)
    payouts.approve(app, actor=people.checker, key="approve", batch_id=batch_id, shown_digest=shown, on=ON)
    profile = load_bank_profile("neutral-csv")
    _, file = payouts.export(app, actor=people.maker, key="export", batch_id=batch_id, profile=profile, on=ON)
    again = payouts.export(app, actor=people.maker, key="export", batch_id=batch_id, profile=profile, on=ON)
    assert again == (None, file)
    other = {"profile": load_bank_profile("iso20022"), "batch_id": batch_id, "on": ON}
    with pytest.raises(Refusal, match=r"payout_batch\.other_layout"):
        payouts.export(app, actor=people.maker, key="export", **other)
    for name, answering in (("first", rehearsal_bank.answer), ("second", rehearsal_bank.answer_again)):
        content = answering(file, profile, seed="spine", on=ON, rehearsal=True)
        for _ in range(2):  # the same file twice changes nothing
            payouts.record_answer(
                app,
                actor=people.maker,
                key=name,
                batch_id=batch_id,
                profile=profile,
                content=content,
                file=f"{name}.csv",
                on=ON,
            )
    payouts.close(app, actor=people.maker, key="close", batch_id=batch_id, on=ON)
    app.runner.catch_up()
    with app.reading.connection() as connection:
        three_way = payout_batches.three_way(connection, batch_id)
        page = reward_payments.for_month(connection, TOWNSHIP, MARCH)
    assert three_way is not None
    assert three_way.agrees
    assert three_way.ledger_in_transit_fen == 0
    assert page.total.amount_fen == 4_000


def test_the_receipt_proves_the_command(app: App, people: People) -> None:
    incident_id = uuid4()
    new = Report(incident_id, people.members[0], "市容环境", VILLAGE, "路灯不亮", REPORTED, "app")
    receipt = incidents.report(app, actor=people.member(0), key="r", reports=[new])
    ((_, entry),) = app.journal.store.entries(receipt.last_index, stop=receipt.last_index + 1)
    assert verify_proof(receipt.proof, entry=entry, log_key=app.log_key).size == receipt.size
    again = incidents.report(app, actor=people.member(0), key="r", reports=[new])
    assert again.replayed
    assert again.events == receipt.events
    with pytest.raises(Refusal, match=r"command\.key_reused"):
        incidents.report(
            app,
            actor=people.member(0),
            key="r",
            reports=[Report(uuid4(), people.members[0], "市容环境", VILLAGE, "路灯不亮", REPORTED, "app")],
        )


def test_what_a_rule_refuses_leaves_the_journal_as_it_was(app: App, people: People) -> None:
    incident_id = report(app, people.member(0))
    reward(app, people, incident_id)
    before = app.journal.store.head()

    def refused(code: str, call: object) -> None:
        with pytest.raises(Refusal) as caught:
            call()  # type: ignore[operator]
        assert caught.value.code == code
        assert app.journal.store.head() == before

    refused(
        "reward.already_granted",
        lambda: incidents.grant_rewards(app, actor=people.decider, key="twice", incident_ids=[incident_id], on=ON),
    )
    refused(
        "authority.role_not_held",
        lambda: incidents.verify(
            app,
            actor=Actor(people.members[0], "grid_worker"),
            key="own",
            verdicts=[Verdict(incident_id, True, "seen_on_site")],
            on=ON,
        ),
    )
    refused(
        "place.unknown",
        lambda: incidents.report(
            app,
            actor=people.member(0),
            key="nowhere",
            reports=[Report(uuid4(), people.members[0], "其他", "990101009009", "…", REPORTED, "app")],
        ),
    )
    refused(
        "tariff.outside_band",
        lambda: county.set_tariff(
            app,
            actor=people.administrator,
            key="high",
            division=COUNTY,
            category=None,
            amount_fen=Fen(2001),
            since=date(2025, 6, 1),
            document="x",
            on=app.journal.now().date(),
        ),
    )


def test_a_member_who_is_also_a_grid_worker_cannot_verify_his_own_report(app: App, people: People) -> None:
    person = people.members[0]
    on = app.journal.now().date()
    county.grant_role(
        app,
        actor=people.administrator,
        key="dual",
        person_id=person,
        role="grid_worker",
        area=COUNTY,
        since=date(2025, 1, 1),
        on=on,
    )
    incident_id = report(app, people.member(0))
    with pytest.raises(Refusal, match=r"chain\.acted_twice"):
        incidents.verify(
            app,
            actor=Actor(person, "grid_worker"),
            key="own",
            verdicts=[Verdict(incident_id, True, "seen_on_site")],
            on=ON,
        )


def test_a_batch_is_not_approved_by_its_maker_nor_against_another_list(app: App, people: People) -> None:
    reward(app, people, report(app, people.member(0)))
    county.grant_role(
        app,
        actor=people.administrator,
        key="dual",
        person_id=people.maker.person_id,
        role="county_approver",
        area=COUNTY,
        since=date(2025, 1, 1),
        on=app.journal.now().date(),
    )
    app.runner.catch_up()
    _, batch_id = payouts.freeze(app, actor=people.maker, key="f", division=COUNTY, month=MARCH, on=ON)
    app.runner.catch_up()
    with app.reading.connection() as connection:
        frozen = payout_batches.one(connection, batch_id)
    assert frozen is not None
    maker = Actor(people.maker.person_id, "county_approver")
    with pytest.raises(Refusal, match=r"payout_batch\.maker_is_checker"):
        payouts.approve(app, actor=maker, key="a", batch_id=batch_id, shown_digest=frozen.shown_digest, on=ON)
    with pytest.raises(Refusal, match=r"payout_batch\.digest_differs"):
        payouts.approve(app, actor=people.checker, key="b", batch_id=batch_id, shown_digest="0" * 64, on=ON)


def test_the_budget_is_never_exceeded(app: App, people: People) -> None:
    """1,000 yuan pay a hundred reports at 10 yuan; the 101st is refused, whole."""
    actor = people.member(0)
    reports = [Report(uuid4(), actor.person_id, "市容环境", VILLAGE, f"第{n}处", REPORTED, "app") for n in range(101)]
    incidents.report(app, actor=actor, key="many", reports=reports)
    ids = [new.incident_id for new in reports]
    incidents.verify(
        app, actor=people.verifier, key="v", verdicts=[Verdict(i, True, "seen_on_site") for i in ids], on=ON
    )
    at = datetime(2025, 3, 4, 1, 0, tzinfo=UTC)
    incidents.handle(
        app, actor=people.handler, key="h", handlings=[Handling(i, people.handler.person_id, None, at) for i in ids]
    )
    with pytest.raises(Refusal, match=r"budget\.exceeded"):
        incidents.decide_validity(
            app, actor=people.decider, key="d", verdicts=[Verdict(i, True, "meets_catalogue") for i in ids], on=ON
        )
    incidents.decide_validity(
        app, actor=people.decider, key="d1", verdicts=[Verdict(i, True, "meets_catalogue") for i in ids[:100]], on=ON
    )
    with pytest.raises(Refusal, match=r"budget\.exceeded"):
        incidents.decide_validity(
            app, actor=people.decider, key="d2", verdicts=[Verdict(ids[100], True, "meets_catalogue")], on=ON
        )
