"""Who is asking, in which role, over which area: decided anew at every request from what the journal says today.

What must not be broken: a session alone gives no right. The account must still be there with the same password, the
session must not have been ended, and the role must be held today; what it may do is judged again by the command. His
keys are open for the request and no longer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.commands.shared import today
from api.custody.unlocked import session_keys
from api.staff.office import Office, office
from api.web import accounts
from api.web.sessions import COOKIE, Session
from domain.kernel.places import Division, contains
from domain.kernel.refusals import Refusal
from journal.facts import Actor
from journal.note import Signer
from projections import persons, places
from projections.persons import RoleHeld

_OF_VILLAGE_AND_ABOVE = frozenset(
    {
        "grid_worker",
        "grid_leader",
        "village_accountant",
        "village_supervisor",
        "village_committee",
        "township_reviewer",
        "county_officer",
        "county_approver",
        "auditor",
        "administrator",
    }
)
"""Everybody with an office in a village or above it, and whoever looks over their shoulders."""

NEIGHBOURS = frozenset({"member", "department_handler", "station_keeper"})
"""Roles that see of tasks, activities and praise what is offered to them and their own part, and nobody else's."""

READERS = {
    "incidents": frozenset(
        {
            "member",
            "grid_worker",
            "grid_leader",
            "department_handler",
            "township_reviewer",
            "county_officer",
            "county_approver",
            "auditor",
            "administrator",
        }
    ),
    "texts": frozenset(
        {"member", "grid_worker", "grid_leader", "department_handler", "township_reviewer", "county_officer"}
    ),
    "payouts": frozenset({"county_officer", "county_approver", "auditor", "administrator"}),
    "files": frozenset({"county_officer"}),
    "ledgers": frozenset({"county_officer", "county_approver", "auditor", "administrator"}),
    "register": frozenset({"county_officer", "county_approver", "auditor", "administrator"}),
    "facilities": frozenset(
        {
            "grid_worker",
            "grid_leader",
            "station_keeper",
            "township_reviewer",
            "county_officer",
            "county_approver",
            "auditor",
            "administrator",
        }
    ),
    "members": frozenset(
        {
            "grid_worker",
            "grid_leader",
            "township_reviewer",
            "county_officer",
            "county_approver",
            "auditor",
            "administrator",
        }
    ),
    "contacts": frozenset({"grid_worker", "grid_leader", "township_reviewer", "county_officer", "administrator"}),
    "deeds": _OF_VILLAGE_AND_ABOVE | NEIGHBOURS,
    "households": frozenset(
        {
            "grid_worker",
            "grid_leader",
            "village_accountant",
            "township_reviewer",
            "county_officer",
            "auditor",
            "administrator",
        }
    ),
    "stations": _OF_VILLAGE_AND_ABOVE | {"station_keeper"},
    "points": _OF_VILLAGE_AND_ABOVE,
    "property": _OF_VILLAGE_AND_ABOVE - {"grid_worker"},
    "affairs": _OF_VILLAGE_AND_ABOVE,
    "village_books": _OF_VILLAGE_AND_ABOVE,
    "disclosures": _OF_VILLAGE_AND_ABOVE,
    "log": frozenset(
        {
            "grid_worker",
            "grid_leader",
            "department_handler",
            "township_reviewer",
            "county_officer",
            "county_approver",
            "auditor",
            "administrator",
        }
    ),
}
"""What can be read -> the roles that may. A member sees his own reports and nothing else."""


class SignInNeeded(Exception):
    """A page was asked for without a session; the browser is led to the sign-in page."""


class RoleNeeded(Exception):
    """A page was asked for by somebody with several roles who has not chosen one."""


@dataclass(frozen=True, slots=True)
class Acting:
    """The person, the acting role, its areas today, all roles that he could act in, and his open keys by role."""

    session: Session
    role: str
    areas: tuple[Division, ...]
    roles: tuple[str, ...]
    keys: Mapping[str, Signer] = field(default_factory=dict, repr=False)

    @property
    def person_id(self) -> UUID:
        """Who it is."""
        return self.session.person_id

    @property
    def actor(self) -> Actor:
        """As commands want it, with his own key where it is open."""
        return Actor(self.session.person_id, self.role, self.keys.get(self.role))

    def may(self, what: str) -> bool:
        """Whether the acting role may read that."""
        return self.role in READERS[what]

    def require(self, what: str) -> None:
        """Refuse `access.may_not_read`."""
        if not self.may(what):
            raise Refusal("access.may_not_read", role=self.role)

    def covers(self, division: Division) -> bool:
        """Whether a division lies in one of the role's areas."""
        return any(contains(area, division) for area in self.areas)

    def require_area(self, division: Division) -> None:
        """Refuse `access.outside_area` unless the division lies in one of the role's areas."""
        if not self.covers(division):
            raise Refusal("access.outside_area", division=division)

    def area(self, desk: Office, given: Division | None) -> Division:
        """The division asked for, or the role's first area. Refuses `place.unknown`, `access.outside_area`."""
        if given is None:
            return self.areas[0]
        require_known(desk, given)
        self.require_area(given)
        return given

    @property
    def only_own(self) -> bool:
        """Whether he sees nothing but his own reports."""
        return self.role == "member"

    def may_open(self, event: str) -> bool:
        """Whether pages offer him an event's proof and the entry itself: a member those of the reports that he reads
        and of what he recorded on one, other roles every one or none. (`evidence` decides when one is asked for.)
        """
        return event.startswith("incident/") if self.only_own else self.may("log")


def require_known(desk: Office, division: Division) -> None:
    """Refuse `place.unknown` for a division that the county does not know."""
    with desk.app.reading.connection() as conn:
        if not places.names(conn, [division], on=today(desk.app)):
            raise Refusal("place.unknown", division=division)


def roles_today(desk: Office, person_id: UUID) -> list[RoleHeld]:
    """The roles that a person holds today, in the order of granting."""
    on = today(desk.app)
    with desk.app.reading.connection() as conn:
        held = persons.roles_of(conn, person_id)
    return [one for one in held if one.since <= on and (one.until is None or on <= one.until)]


def sole_role(held: list[RoleHeld]) -> str | None:
    """The one role that somebody holds; None if there are several, or none."""
    names = {one.role for one in held}
    return names.pop() if len(names) == 1 else None


def acting_of(desk: Office, session: Session) -> Acting:
    """Who acts in a session. Refuses `session.required`, `session.role_needed`, `session.role_not_held`."""
    account = accounts.find(desk.app.writing, session.login)
    if account is None or (account.credential, account.person_id) != (session.credential, session.person_id):
        raise Refusal("session.required")
    keys = session_keys(desk.app.writing, token=session.token, login=session.login)
    if keys is None:
        raise Refusal("session.required")
    held = roles_today(desk, session.person_id)
    roles = tuple(dict.fromkeys(one.role for one in held))
    if session.role is None:
        raise Refusal("session.role_needed", roles="、".join(roles))
    areas = tuple(one.area for one in held if one.role == session.role)
    if not areas:
        raise Refusal("session.role_not_held", role=session.role)
    return Acting(session, session.role, _widest(areas), roles, keys)


def _widest(areas: tuple[Division, ...]) -> tuple[Division, ...]:
    """The areas without those that lie in another one."""
    distinct = sorted(set(areas))
    return tuple(area for area in distinct if not any(other != area and contains(other, area) for other in distinct))


_bearer = HTTPBearer(auto_error=False, description="POST /api/v1/session 得到的令牌")


def by_token(
    desk: Annotated[Office, Depends(office)],
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Acting:
    """Who acts, by the bearer token of a program."""
    session = desk.sessions.read(given.credentials if given else None, "bearer")
    if session is None:
        raise Refusal("session.required")
    return acting_of(desk, session)


def session_of(request: Request, desk: Office) -> Session | None:
    """The session of a browser, or None."""
    return desk.sessions.read(request.cookies.get(COOKIE), "cookie")


def by_cookie(request: Request, desk: Annotated[Office, Depends(office)]) -> Acting:
    """Who acts, by the cookie of a browser. Raises SignInNeeded, RoleNeeded."""
    session = session_of(request, desk)
    if session is None:
        raise SignInNeeded
    try:
        return acting_of(desk, session)
    except Refusal as refusal:
        if refusal.code == "session.required":
            raise SignInNeeded from None
        if refusal.code in ("session.role_needed", "session.role_not_held"):
            raise RoleNeeded from None
        raise


Desk = Annotated[Office, Depends(office)]
ByToken = Annotated[Acting, Depends(by_token)]
ByCookie = Annotated[Acting, Depends(by_cookie)]
