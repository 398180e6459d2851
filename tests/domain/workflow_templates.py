"""The templates that come with the program, as the domain sees them once they are published."""

from functools import cache

from api.files.workflow_templates import load_template, template_names
from domain import authority, workflows
from domain.kernel.workflow_steps import Workflow

NAMES = tuple(template_names())


@cache
def shipped(name: str) -> Workflow:
    """A template's first version, published by the rules."""
    new = load_template(name)
    event = workflows.publish(
        None,
        code=new.code,
        title=new.title,
        version=1,
        steps=new.steps,
        besides=new.besides,
        document=new.document,
        may=authority.MAY,
    )
    return workflows.evolve(None, event).versions[0]
