"""What is disclosed in a small county: drafted by an officer, reviewed by another, posted."""

from datetime import date, timedelta
from uuid import UUID

from api.commands.disclosing import committees, computing, disclosures, objections
from api.commands.disclosing.objections import NewObjection
from api.commands.shared import today
from domain.kernel.places import Division
from tests.api.web.county import SINCE, VILLAGE, County
from tests.api.web.registers import valid_reports


def last_month(county: County) -> date:
    """The last day of the month before this one."""
    return today(county.app).replace(day=1) - timedelta(days=1)


def rewarded_last_month(county: County, *, members: tuple[str, ...] = ("zhangjianguo", "ouyang", "liuyang")) -> str:
    """Rewards of last month, and that month."""
    on = last_month(county)
    for member in members:
        valid_reports(county, 1, by=member, on=on, reward=True)
    return f"{on:%Y-%m}"


def seat_reviewer(county: County, division: Division = VILLAGE) -> None:
    """Let the approver sit in the village's supervision committee."""
    app, sunli = county.app, county.people["sunli"]
    seating = {"division": division, "body": "supervision", "since": SINCE, "on": today(app)}
    committees.seat(app, actor=county.admin, key=county.key(), person_id=sunli.person_id, **seating)


def posted(
    county: County, period: str, *, kind: str = "rewards", division: Division = VILLAGE, reason: str | None = None
) -> tuple[UUID, int]:
    """Compute, draft, review and post; the disclosure's id and the version's number."""
    app, on = county.app, today(county.app)
    computed = computing.compute(app, division=division, kind=kind, period=period, on=on)
    maker, reviewer, publisher = (county.people[who] for who in ("chenjing", "sunli", "zhouyu"))
    drafting = {"digest": computed.digest, "reason": reason, "on": on}
    own, receipt = disclosures.draft(app, actor=maker, key=county.key(), **drafting)
    assert app.caught_up(receipt.position)
    version = _latest(county, own)
    step = {"disclosure_id": own, "version": version, "on": on}
    disclosures.review(app, actor=reviewer, key=county.key(), passed=True, opinion="", **step)
    receipt = disclosures.publish(app, actor=publisher, key=county.key(), **step)
    assert app.caught_up(receipt.position)
    return own, version


def _latest(county: County, own: UUID) -> int:
    with county.app.reading.connection() as conn:
        found = conn.execute("SELECT latest FROM read.disclosures WHERE disclosure_id = %s", (own,)).fetchone()
    assert found is not None
    return int(found[0])


def objected(county: County, own: UUID, version: int, *, row: str | None = None, text: str = "少了一笔") -> UUID:
    """An objection that staff wrote down for a visitor."""
    app = county.app
    new = NewObjection(own, version, text, "staff", row)
    worker = county.people["lihe"]
    identity, receipt = objections.raise_one(app, actor=worker, key=county.key(), new=new, on=today(app))
    assert app.caught_up(receipt.position)
    return identity


def answered(county: County, own: UUID, identity: UUID, *, upheld: bool, text: str) -> None:
    """Its public answer."""
    app = county.app
    answering = {"disclosure_id": own, "objection_id": identity, "upheld": upheld, "text": text, "on": today(app)}
    receipt = objections.answer(app, actor=county.people["zhouyu"], key=county.key(), **answering)
    assert app.caught_up(receipt.position)
