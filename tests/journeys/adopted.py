"""A small county that follows 佳木斯八步, with a reviewer, and a second handler and grid worker."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.beginning import adopt_shipped, publish_shipped
from api.commands.county import NewPerson, register_persons
from api.commands.shared import today
from api.custody.enrolling import enrol
from api.custody.wrapping import REHEARSAL
from api.web import accounts
from domain.kernel.ids import derived
from migrations.roles import Access
from tests.api.web.county import COUNTY, PASSWORD, SINCE, TOWNSHIP, County, small_county


@contextmanager
def adopted_county(access: Access, home: Path, *, rehearsal: bool = False) -> Iterator[County]:
    """The county; 高飞 reviews, 林枢 handles, 洪梅 is a grid worker."""
    with small_county(access, home, rehearsal=rehearsal) as small:
        adopt(small)
        yield small


def adopt(county: County) -> None:
    """From now on reports follow the eight steps; what was reported before does not."""
    on = today(county.app)
    publish_shipped(county.app, actor=county.admin, key="test", on=on)
    where = {"division": COUNTY, "since": SINCE, "on": on}
    adopt_shipped(county.app, actor=county.admin, key="test", code="jiamusi-8", **where)
    add_officer(county, "gaofei", "高飞", "township_reviewer")
    add_officer(county, "linshu", "林枢", "department_handler")
    add_officer(county, "hongmei", "洪梅", "grid_worker")


def add_officer(county: County, login: str, name: str, role: str, *, department: str | None = None) -> None:
    """One more person who can sign in."""
    person_id = derived("test", login)
    on = today(county.app)
    new = NewPerson(person_id, name, role, TOWNSHIP, SINCE, department=department)
    register_persons(county.app, actor=county.admin, key=county.key(), new=[new], on=on)
    officers = [(person_id, role)]
    (officer,) = enrol(
        county.app, administrator=county.admin, officers=officers, secret=PASSWORD, on=on, cost=REHEARSAL
    )
    accounts.set_account(county.app.writing, login=login, person_id=person_id, password=PASSWORD, cost=REHEARSAL)
    county.people[login] = officer
    assert county.app.caught_up(county.app.journal.position())
