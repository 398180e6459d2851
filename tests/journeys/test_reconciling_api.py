"""Programs reconcile over JSON: every step of the pages, by the same two people."""

from dataclasses import replace
from typing import Any

from api.commands import payouts
from api.commands.shared import today
from api.files import rehearsal_bank
from api.files.bank_profiles import load_bank_profile
from api.files.statement_files import write_statement
from api.files.statements import StatementEntry
from api.rehearsal.bank_statements import statement_of
from domain.kernel.money import Fen
from projections import payout_batches
from projections import reconciliation_queries as queries
from tests.api.web.county import COUNTY, PEOPLE, County
from tests.journeys.test_reconcile_pages import ACCOUNT, NEUTRAL, paid
from tests.payouts import acknowledged

__all__ = ["paid"]

Answers = dict[str, dict[str, Any]]


class Programs:
    """Officer and approver, each with a program; what the last call of each operation answered, by its status."""

    def __init__(self, county: County) -> None:
        self.county = county
        self.answers: Answers = {}

    def get(self, operation: str, path: str, *, by: str = "zhouyu", **asked: Any) -> Any:
        answer = self.county.program(by).get(f"/api/v1{path}", params=asked)
        assert answer.status_code == 200, answer.text
        return self._kept(operation, answer)

    def post(self, operation: str, path: str, body: Any = None, *, by: str, status: int = 201, **sent: Any) -> Any:
        headers = {"idempotency-key": self.county.key()}
        answer = self.county.program(by).post(f"/api/v1{path}", json=body, headers=headers, **sent)
        assert answer.status_code == status, answer.text
        return self._kept(operation, answer)

    def _kept(self, operation: str, answer: Any) -> Any:
        self.answers.setdefault(operation, {})[str(answer.status_code)] = answer.json()
        return answer.json()

    def told(self, entries: list[StatementEntry], number: str, *, status: int = 201) -> Any:
        """A statement of this month sent in."""
        on = today(self.county.app)
        numbered = [replace(one, number=place, row=place) for place, one in enumerate(entries, start=1)]
        said = statement_of(ACCOUNT, numbered, number=number, since=on.replace(day=1), until=on, opening_fen=5_000_00)
        files = {"file": ("对账单.csv", write_statement(NEUTRAL, said))}
        return self.post(
            "recordBankStatement",
            "/bank-statements",
            by="zhouyu",
            files=files,
            data={"profile": NEUTRAL.name},
            status=status,
        )


def payee_of(county: County, entry: StatementEntry) -> dict[str, str]:
    """Name and account of whom a line pays, as his bank writes them."""
    with county.app.reading.connection() as conn:
        (payment,) = queries.payments_named(conn, entry.end_to_end_id or "")
    number, one = next(
        (number, one) for number, one in enumerate(PEOPLE) if county.people[one.login].person_id == payment.payee_id
    )
    return {"counter_name": one.name, "counter_account": f"62220202001122{number:05d}"}


def sent_and_not_answered(county: County, like: StatementEntry) -> tuple[StatementEntry, Any]:
    """A second batch that the bank has paid and not answered yet: its line, and the way to record the answer."""
    app, maker, checker, on = county.app, county.people["zhouyu"], county.people["sunli"], today(county.app)
    county.rewarded(by="zhangjianguo")
    step: dict[str, Any] = {"on": on}
    _, batch = payouts.freeze(app, actor=maker, key="f2", division=COUNTY, month=county.month, **step)
    assert app.caught_up(app.journal.position())
    step |= {"batch_id": batch}
    shown = acknowledged(app, batch, maker=maker, checker=checker, on=on)
    payouts.approve(app, actor=checker, key="a2", shown_digest=shown, **step)
    profile = load_bank_profile("neutral-csv")
    _, file = payouts.export(app, actor=maker, key="e2", profile=profile, **step)
    app.runner.catch_up()
    with app.reading.connection() as conn:
        (line,) = payout_batches.payments_of_batch(conn, batch)

    def answer() -> None:
        said = rehearsal_bank.answer(file, profile, seed="s", on=on, rehearsal=True)
        payouts.record_answer(app, actor=maker, key="r2", profile=profile, content=said, file="回盘", **step)
        assert app.caught_up(app.journal.position())

    return replace(like, end_to_end_id=line.end_to_end_id, bank_ref=None, batch_ref=None), answer


def story(county: County, paid: list[StatementEntry]) -> Answers:
    """Every operation of reconciliation at least once."""
    programs = Programs(county)
    get, post = programs.get, programs.post
    first, second = paid
    third, answered = sent_and_not_answered(county, first)
    bare = replace(
        second, end_to_end_id=None, bank_ref=None, batch_ref=None, text="代发工资", **payee_of(county, second)
    )
    fee = replace(bare, amount_fen=Fen(-300), counter_name=None, counter_account=None, text="手续费", bank_ref="F1")

    assert NEUTRAL.name in {one["name"] for one in get("listStatementLayouts", "/statement-layouts")}
    programs.told([first], "1")
    (statement,) = programs.told([first, bare, third, fee], "2")["statement_ids"]
    assert programs.told([first, bare, third, fee], "2", status=200)["statement_ids"] == [statement]
    at = f"/bank-statements/{statement}"
    post("proposeSuperseding", f"{at}/supersede", {"reason": "前一份是半天的"}, by="zhouyu")
    assert get("readBankStatement", at)["superseding"]["reason"] == "前一份是半天的"
    post("confirmSuperseding", f"{at}/supersede/confirm", by="sunli")
    assert {one["statement"]["standing"] for one in get("listBankStatements", "/bank-statements")} == {
        "joined",
        "superseded",
    }

    answered()
    assert post("matchAgain", "/reconciliation/match", by="zhouyu")["recorded"]
    assert not post("matchAgain", "/reconciliation/match", by="zhouyu", status=200)["recorded"]
    page = get("readBankStatement", at, limit=3)
    assert [one["tier"] for one in page["lines"]] == [1, None, 1]
    assert page["next"] == 3
    assert [one["number"] for one in get("readBankStatement", at, after=3)["lines"]] == [4]
    assert [one["number"] for one in get("readBankStatement", at, shown="waiting")["lines"]] == [2, 4]

    line = f"{at}/lines/2"
    (suggested,) = get("suggestMatches", f"{at}/suggestions")
    taken = {"payment_id": suggested["payment_id"], "reason": "账号、户名、金额一致"}
    post("acceptMatch", f"{line}/accept", taken, by="zhouyu")
    why = {"reason": "认错了一笔"}
    post("proposeUnmatch", f"{line}/propose-unmatch", why, by="sunli")
    assert get("readStatementLine", line)["release"]["reason"] == "认错了一笔"
    post("rejectMatch", f"{line}/reject", why, by="zhouyu")
    post("proposeUnmatch", f"{line}/propose-unmatch", why, by="sunli")
    refused = county.program("sunli").post(f"/api/v1{line}/unmatch", headers={"idempotency-key": county.key()})
    assert refused.json()["code"] == "chain.acted_twice"
    post("unmatch", f"{line}/unmatch", by="zhouyu")
    parts = {"parts": [{"payment_id": suggested["payment_id"], "amount_fen": 1_000}], "reason": "电话向银行核实"}
    post("proposeMatch", f"{line}/propose", parts, by="zhouyu")
    assert [one["entry"] for one in get("readReconciliation", "/reconciliation")["proposals"]] == [2]
    post("confirmMatch", f"{line}/confirm", by="sunli")
    (allocated,) = get("readStatementLine", line)["allocations"]
    assert (allocated["tier"], allocated["amount_fen"]) == (5, -1_000)

    _differences(programs, at)
    return programs.answers


def _differences(programs: Programs, at: str) -> None:
    get, post = programs.get, programs.post
    home = "/reconciliation-differences"
    (difference,) = get("readStatementLine", f"{at}/lines/4")["differences"]
    one = f"{home}/{difference['exception_id']}"
    owner = {"owner_id": str(programs.county.people["sunli"].person_id)}
    post("assignDifference", f"{one}/assign", owner, by="zhouyu")
    said = {"outcome": "explained", "reason": "银行手续费，已与柜台核对"}
    post("explainDifference", f"{one}/explain", said, by="sunli")
    post("rejectExplanation", f"{one}/reject", {"reason": "没有写是哪一家网点"}, by="zhouyu")
    post("explainDifference", f"{one}/explain", said, by="sunli")
    assert [each["kind"] for each in get("listDifferences", home, **owner)["differences"]] == ["debit_without_origin"]
    assert get("readDifference", one)["proposed"]["reason"] == said["reason"]
    post("resolveDifference", f"{one}/resolve", by="zhouyu")
    assert get("readDifference", one)["outcome"] == "explained"
    assert get("listDifferences", home)["differences"] == []
    first = get("listDifferences", home, settled=True, limit=1)
    before = get("listDifferences", home, settled=True, before=first["next"])["differences"]
    assert difference["exception_id"] in {each["exception_id"] for each in (*first["differences"], *before)}


def test_programs_do_every_step_of_the_pages(county: County, paid: list[StatementEntry]) -> None:
    from api.reference.reconciling_operations import RECONCILING

    assert set(story(county, paid)) == set(RECONCILING)
    reading = county.program("lihe").get("/api/v1/bank-statements")
    assert (reading.status_code, reading.json()["code"]) == (403, "access.may_not_read")
