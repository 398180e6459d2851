"""How Open311 says no: a document with a code and a Chinese sentence, under the status that the specification asks for.

404 for what does not exist, 403 for a missing or wrong api_key, 400 for everything else that is wrong with a request.
What is no fault of the request (too often, too large, the database away, a bug) keeps the status that proxies and
monitors know. Source: Open311 GeoReport v2, "Errors".
"""

from typing import Final

from api.open311.formats import Document, Format, written

ROOT: Final = "/open311/"
NOT_FOUND: Final = frozenset(
    {
        "open311.jurisdiction_unknown",
        "open311.request_unknown",
        "open311.service_unknown",
        "open311.token_unknown",
        "page.unknown",
    }
)
OF_THE_KEY: Final = frozenset({"open311.key_missing", "open311.key_unknown", "authority.role_not_held"})
"""Also where the key's person holds its role no more, and (below) where the journal takes no signature of it."""
OWN_STATUS: Final = frozenset({405, 413, 429, 500, 503})


def status_of_open311(code: str, *, elsewhere: int) -> int:
    """The HTTP status of a refusal; `elsewhere` is the one that it has in our own API."""
    if code in NOT_FOUND:
        return 404
    if code in OF_THE_KEY or code.startswith("key."):
        return 403
    return elsewhere if elsewhere in OWN_STATUS else 400


def errors_answer(code: str, sentence: str, *, elsewhere: int, form: Format) -> tuple[int, bytes]:
    """The status, and the document with one error whose code is that status, as the specification recommends."""
    number = status_of_open311(code, elsewhere=elsewhere)
    return number, written(Document("errors", [{"code": number, "description": sentence}]), form)


def format_asked(path: str) -> Format:
    """The format that a path asks for by its ending; XML, which every client reads, for any other."""
    return "json" if path.endswith(".json") else "xml"
