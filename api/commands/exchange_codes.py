"""The code that a holder shows at the counter: eight signs, drawn by the server, kept nowhere.

What must not be broken: the exchange's id is a keyed digest of the code, so who reads the account learns no code, and
who was shown a code finds its exchange. The code follows from who asked and with which key: asked again, the same.
"""

import hashlib
import hmac
from uuid import UUID

from api.context import App
from domain.kernel.refusals import Refusal
from domain.kernel.short_codes import LENGTH, SIGNS, read_code
from journal.facts import Actor
from journal.keys import read_secret


def code_of(app: App, *, actor: Actor, key: str) -> str:
    """The code of an authorisation, by who gives it and its idempotency key."""
    number = int.from_bytes(_digest(app, b"code", f"{actor.person_id}\x00{key}")[:16])
    signs = []
    for _ in range(LENGTH):
        number, sign = divmod(number, len(SIGNS))
        signs.append(SIGNS[sign])
    return "".join(signs)


def exchange_of(app: App, *, code: str) -> UUID:
    """The exchange that a code stands for, as people write it. Refused: `exchange.code_unknown` (it is no code)."""
    read = read_code(code)
    if read is None:
        raise Refusal("exchange.code_unknown")
    return UUID(bytes=_digest(app, b"exchange", read)[:16], version=4)


def _digest(app: App, purpose: bytes, text: str) -> bytes:
    secret = read_secret(app.settings.keys / "session.key")
    return hmac.digest(secret, b"mingzhang " + purpose + b"\x00" + text.encode(), hashlib.sha256)
