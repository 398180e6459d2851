"""The form as it was sent: what was said, perhaps how to reach whoever said it, and that no machine filled it in.

What must not be broken: nothing is asked that a villager would not tell; what he wrote is shown to him again, filled
in, whatever was wrong with it, and to nobody else.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Form, Request

from api.commands.said import CONTACT_MAX, signed
from api.staff.fields import IDEMPOTENCY_KEY
from domain.kernel.refusals import Refusal

TEXT_MAX: Final = 1_000
TRAP: Final = "website"
"""A field that no eye sees and no key reaches: whoever fills it in is a machine."""

_INVISIBLE: Final = re.compile(r"[^\S\n]+|[\x00-\x09\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_SAME_SITE: Final = frozenset({"same-origin", "same-site", "none"})


@dataclass(frozen=True, slots=True)
class Said:
    """What was sent. `key` makes sending it twice harmless; `contact` may be empty."""

    key: str
    text: str
    contact: str
    trap: str
    foreign: bool

    @property
    def anonymous(self) -> bool:
        """Whether nobody can be reached for it."""
        return not self.contact

    @property
    def whole(self) -> str:
        """What goes into the vault: the words, and below them how to reach whoever said them."""
        return signed(self.text, contact=self.contact)

    def require_whole(self) -> None:
        """Refuse, in this order: `form.expired` (sent from somebody else's page), `hearing.trap`,
        `hearing.text_missing`, `hearing.text_too_long`.
        """
        if self.foreign:
            raise Refusal("form.expired")
        if self.trap:
            raise Refusal("hearing.trap")
        if not self.text:
            raise Refusal("hearing.text_missing")
        if len(self.text) > TEXT_MAX or len(self.contact) > CONTACT_MAX:
            raise Refusal("hearing.text_too_long", most=TEXT_MAX)


def said(
    request: Request,
    text: Annotated[str, Form()] = "",
    contact: Annotated[str, Form()] = "",
    website: Annotated[str, Form()] = "",
    key: Annotated[str, Form(max_length=128, pattern=IDEMPOTENCY_KEY)] = "-",
) -> Said:
    """The fields of a form. A browser that says where a form comes from must say that it comes from here."""
    site = request.headers.get("sec-fetch-site", "none")
    return Said(key, plain(text), plain(contact), website.strip(), site not in _SAME_SITE)


def plain(text: str) -> str:
    """Words without what nobody sees; lines stay lines."""
    lines = (_INVISIBLE.sub(" ", line).strip() for line in text.replace("\r\n", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def empty() -> Mapping[str, str]:
    """The fields before anything was written, under a key of their own."""
    return {"key": secrets.token_urlsafe(18), "text": "", "contact": ""}


def again(given: Said) -> Mapping[str, str]:
    """The fields as they were sent, under the same key."""
    return {"key": given.key, "text": given.text, "contact": given.contact}
