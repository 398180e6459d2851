"""Who signs for a villager without an account: the agent of the public form, once an administrator has opened it.

What must not be broken: the agent records what was said and nothing else; who said it, he does not know.
"""

from typing import Final
from uuid import UUID

from api.commands.county import NewPerson, register_persons
from api.commands.shared import person_stream, today
from api.context import App
from domain import persons
from domain.kernel.ids import derived
from domain.kernel.refusals import Refusal
from journal.facts import Actor, Receipt

NAME: Final = "网上意见箱"
ROLE: Final = "agent"


def agent_id(origin: str) -> UUID:
    """The agent of a log's public form."""
    return derived("agent", origin, "hearing")


def is_open(app: App) -> bool:
    """Whether an administrator has opened the form."""
    return app.journal.state(person_stream(agent_id(app.journal.origin)), persons.evolve) is not None


def open_box(app: App, *, administrator: Actor) -> Receipt | None:
    """Open the public form: register its agent, whose key the server keeps; None where it is open already."""
    if is_open(app):
        return None
    person_id, on = agent_id(app.journal.origin), today(app)
    new = NewPerson(person_id=person_id, name=NAME, role=ROLE, area=app.log.division, since=on)
    return register_persons(app, actor=administrator, key=f"hearing:agent:{person_id}", new=[new], on=on)


def agent(app: App) -> Actor:
    """Who acts for whoever sends the form. Refuses `hearing.closed` before it was opened."""
    if not is_open(app):
        raise Refusal("hearing.closed")
    return Actor(agent_id(app.journal.origin), ROLE)
