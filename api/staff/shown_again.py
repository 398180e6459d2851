"""A form that was refused is shown again as it was filled in, with what is wrong at the field that it is about.

What must not be broken: what somebody has typed is not lost by a refusal, and the form keeps its key, so that sending
it again after an answer that got lost still records it once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError

from api.staff.forms import Sent
from api.web import words
from api.web.database_errors import of_the_signer
from api.web.messages import sentence
from api.web.problems import misfit, status_of
from domain.kernel.refusals import Refusal
from journal.errors import Busy, Unavailable

ANSWERED: Final = (Refusal, RequestValidationError, Busy, Unavailable)
"""What a form is shown again for."""

_NEW_KEY: Final = "command.key_reused"


@dataclass(frozen=True, slots=True)
class Again:
    """What a form is shown with: its fields as sent, problems by field (empty: the form's as a whole), the status.

    `photos`: digests of photos that the server has kept already.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None
    photos: Sequence[str] = ()
    status: int = 200

    def of(self, name: str, otherwise: str = "") -> str:
        """What a field is filled in with."""
        return self.fields.get(name, otherwise)


EMPTY: Final = Again()
"""A form that nobody has sent yet."""


def wants_page(request: Request) -> bool:
    """Whether a browser without a script has sent the form; a script keeps what it sends, and is told the problem."""
    return "json" not in request.headers.get("accept", "")


def again(error: Exception, form: Sent, *, at: Mapping[str, str], photos: Sequence[str] = ()) -> Again:
    """The form with what was wrong. `at`: code or subject of a refusal -> the field it is about."""
    problems, code = _problems(error, at)
    return Again(form.fields, problems, None if code == _NEW_KEY else form.key, photos, status_of(code))


def _problems(error: Exception, at: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """Sentences by field, and the code that gives the status."""
    if isinstance(error, RequestValidationError):
        found = [misfit(one) for one in error.errors()]
        named = [(one.where.rpartition(".")[2], one.reason) for one in found]
        return {name if name in words.FIELDS else "": reason for name, reason in named}, "request.malformed"
    if isinstance(error, Refusal):
        name = at.get(error.code, at.get(error.code.partition(".")[0], ""))
        return {name: sentence(error.code, error.facts)}, error.code
    unavailable = "signer.unavailable" if of_the_signer(error) else "journal.unavailable"
    code = "journal.busy" if isinstance(error, Busy) else unavailable
    return {"": sentence(code, {})}, code
